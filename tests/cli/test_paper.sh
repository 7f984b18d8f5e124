#!/bin/sh
# Papers to hand out: what stands on them, who may print them, that names are masked unless it is recorded who saw them.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 54
ok "a township and a device" make_town
ok "enrolled" make_device device 王秀英 GRID
ok "one inspection with a hazard" inspect device
mkdir "$work/stick"
ok "delivered" ctl device sync --dir "$work/stick"
ok "merged" ctl town merge "$work/stick"
ctl town register list hazards --json >"$work/hazards.json"
hazard=$(json "$work/hazards.json" "d[0]['id']")
visit=${hazard%:*}:0

ok "the notice of a visit" ctl town notice "$visit" --out "$work/visit.html"
has "is a 告知单" "$work/visit.html" "<h1>隐患告知单</h1>"
has "with the hazard in its table" "$work/visit.html" 堵
lacks "never an order" "$work/visit.html" "<h1>责令"
lacks "the owner's telephone is masked" "$work/visit.html" 10000000012
has "and the paper says so" "$work/visit.html" 个人信息已遮盖
ok "asked for in full" ctl town notice "$visit" --full --out "$work/full.html"
has "the telephone is there" "$work/full.html" 10000000012
looked() { ctl town heads --json >"$work/heads.json"; json "$work/heads.json" "sum(h['seq'] for h in (d['heads'] if isinstance(d, dict) else d))"; }
before=$(looked)
ctl town notice "$visit" --full --out "$work/full.html" >/dev/null
same "and one event says who has seen it" "$(looked)" $((before + 1))
ok "a grid worker prints the notice too" ctl device notice "$hazard" --out "$work/own.html"
refused 1 "but no paper of the township's" ctl device notice "$hazard" --paper reminder --out "$work/no.html"
refused 1 "a listing only of what is listed" ctl town notice "$hazard" --paper supervise --out "$work/no.html"
same "what was refused leaves no file" "$(ls "$work" | grep -c 'no.html')" 0
ok "the response cards" ctl town notice cards --out "$work/cards.html"
python3 - "$work" >"$work/log" 2>&1 <<'P'
import html.parser, os, re, sys
class Check(html.parser.HTMLParser):
    void = {'meta', 'br', 'link', 'img', 'input', 'hr'}
    def __init__(self): super().__init__(); self.open = []
    def handle_starttag(self, tag, attrs):
        if tag not in self.void: self.open.append(tag)
        for name, value in attrs: assert name != 'href' and (name != 'src' or value.startswith('data:image/')), (tag, attrs)
    def handle_endtag(self, tag): assert self.open.pop() == tag, tag
for name in ('visit', 'full', 'own', 'cards'):
    text = open(os.path.join(sys.argv[1], name + '.html'), encoding='utf-8').read()
    check = Check(); check.feed(text); assert not check.open, check.open
    assert 'lang="zh-CN"' in text and '@page' in text and '<script' not in text
    if name != 'cards': assert text.count('class="sign"') >= 2
P
result $? "every paper is sound HTML that fetches nothing, for A4, with lines to sign on" "$work/log"
# Pictures: PNGs of noise, so that nothing makes them smaller.
cat >"$work/png.py" <<'P'
import os, struct, sys, zlib
path, w, h = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def part(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
rows = b''.join(b'\0' + os.urandom(3 * w) for _ in range(h))
open(path, 'wb').write(b'\x89PNG\r\n\x1a\n' + part(b'IHDR', struct.pack('>IIBBBBB', w, h, 8, 2, 0, 0, 0)) + part(b'IDAT', zlib.compress(rows, 1)) + part(b'IEND', b''))
P
for size in "before 80 60" "after 60 80" "sign 120 40" "large 500 400"; do set -- $size; python3 "$work/png.py" "$work/$1.png" "$2" "$3"; done
printf 'not a picture' >"$work/words.png"
python3 - "$top/packaging/demo/inspection.json" "$work/pictured.json" <<'P'
import json, sys
d = json.load(open(sys.argv[1], encoding='utf-8'))
d.update({'CO-08': 'pass', 'CO-02': 'fail'})
d['xc_hazard'][0].update(item='CO-02', desc='执照过期', spot='yes', photo_before='before.png', photo_after='after.png')
d.update(xc_signed='马建国', xc_signature='sign.png')
json.dump(d, open(sys.argv[2], 'w'))
P
embedded() { python3 - "$@" <<'P'
import base64, re, sys
page = open(sys.argv[1], encoding='utf-8').read()
have = [base64.b64decode(d) for d in re.findall(r'<img alt="[^"]*" src="data:image/png;base64,([^"]*)">', page)]
assert have == [open(f, 'rb').read() for f in sys.argv[2:]], ([len(h) for h in have], sys.argv[2:])
P
}
ok "a hazard fixed on the spot, with photos and a signature" ctl device record submit --form walk_CA --row "places:=name:老马饭店" --answers "$work/pictured.json"
ctl device register list hazards --json >"$work/hazards.json"
pictured=$(json "$work/hazards.json" "[h['id'] for h in d if h['id'] != '$hazard'][0]")
ref=${pictured%:*}
ctl device notice "$ref:0" --out "$work/none.html"
has "a paper without its photos says that they were not attached" "$work/none.html" 照片没有附上
for picture in before after sign; do ok "$picture.png is attached" ctl device attach "$ref" "$work/$picture.png" --name "$picture.png"; done
ok "the device prints" ctl device notice "$ref:0" --out "$work/both.html"
ok "before and after stand side by side" embedded "$work/both.html" "$work/before.png" "$work/after.png"
has "of the signature only that there is one" "$work/both.html" 有图片，已遮盖
ok "asked for in full" ctl device notice "$ref:0" --full --out "$work/signed.html"
ok "it stands on its line" embedded "$work/signed.html" "$work/before.png" "$work/after.png" "$work/sign.png"
ok "the record is sent" ctl device sync --dir "$work/stick"
rm "$work"/stick/XUNCHA/up/*.xca
ok "and merged, its photos still on their way" ctl town merge "$work/stick"
ctl town notice "$pictured" --out "$work/early.html"
has "the township's paper says what has not arrived" "$work/early.html" 照片还没有送到
ctl device attach "$ref" "$work/large.png" --name before.png >/dev/null
ctl device attach "$ref" "$work/words.png" --name after.png >/dev/null
ctl device notice "$pictured" --scale 'cp "'"$work"'/before.png" "$2"' --out "$work/scaled.html"
ok "a large picture is made smaller" embedded "$work/scaled.html" "$work/before.png"
has "what is no picture is said to be beside the paper" "$work/scaled.html" 附件不是图片
ctl device notice "$pictured" --scale false --out "$work/large.html"
ok "and goes as it is when that fails" embedded "$work/large.html" "$work/large.png"
same "no copy of it stays behind" "$(ls "$work/device" | grep -c tmp)" 0
for left in toscale.tmp toscale.tmp.new scaled.tmp; do cp "$work/large.png" "$work/device/$left"; done
ctl device heads >/dev/null
same "what another program is at just now is left to it" "$(ls "$work/device" | grep -c tmp)" 3
touch -d '10 minutes ago' "$work"/device/*.tmp "$work"/device/*.tmp.new
ctl device heads >/dev/null
same "but not what was left by one that was killed at it" "$(ls "$work/device" | grep -c tmp)" 0
printf '[{"name": "<b>坏\\"店</b>", "kind": "SH", "__village": "990101100201"}]' >"$work/place.json"
ctl town record submit --form place_new --answers "$work/place.json" >/dev/null
ctl town notice 'places:=name:<b>坏"店</b>' --out "$work/place.html" >/dev/null
has "markup in a record stays text" "$work/place.html" '&lt;b&gt;坏&quot;店&lt;/b&gt;'
# What is chosen about a person is as personal as the name: of two or three words the first character tells all.
printf '[{"name": "钱不留名", "kinds": "grid", "certs": "", "team": "=name:石桥村应急队", "status": "active"}]' >"$work/person.json"
ok "a member of the team" ctl town record submit --form person_new --answers "$work/person.json"
printf '[{"team": "=name:石桥村应急队", "where": "村部", "subjects": "muster", "present": "=name:钱不留名", "signed": "yes"}]' >"$work/training.json"
ctl town record submit --form training_new --answers "$work/training.json" --json >"$work/refs.json" 2>"$work/log"
result $? "a training" "$work/log"
training=$(json "$work/refs.json" "d['refs'][0]"):0
printf '{"r_scores": [{"person": "=name:钱不留名", "exam": "written", "score": 55, "result": "fail"}]}' >"$work/scores.json"
ok "and its results" ctl town record submit --form training_scores --row "$training" --answers "$work/scores.json"
ctl town notice "$training" --out "$work/training.html" >/dev/null
has "names are masked" "$work/training.html" '钱**名'
lacks "of who failed not even the first character is shown" "$work/training.html" '不*'
ctl town notice "$training" --full --out "$work/training.full.html" >/dev/null
has "asked for in full it is there" "$work/training.full.html" 不合格
ctl town export people --csv "$work/people.csv" >/dev/null
has "the ledger has the person, masked" "$work/people.csv" '钱**名'
lacks "and nothing of what he is" "$work/people.csv" '网*'
# Another pack words an item otherwise: what was found under the old one keeps the words that were read.
old=$(ctl town --json register list hazards --where '${item} = "CO-08"' | grep -ao '"id": *"[0-9a-f:]*"' | head -1 | cut -d'"' -f4)
cp -r "$top/forms/catalog" "$work/pack2" && chmod -R u+w "$work/pack2"
sed -i 's/^version,[^,]*/version,9999.1/' "$work/pack2/pack.csv"
sed -i 's/营业时安全出口未锁闭、未封堵/安全门开着/' "$work/pack2"/lists/*.csv
ok "a pack that renames an item" ctl town pack publish "$work/pack2"
ctl town notice "$old" --out "$work/renamed.html" >/dev/null
has "a hazard of before is printed in the words of its day" "$work/renamed.html" 营业时安全出口未锁闭、未封堵
lacks "not in new ones" "$work/renamed.html" 安全门开着
ok "the report of the year" ctl town report --html "$work/year.html"
has "speaks of it in the words in which it was found" "$work/year.html" 营业时安全出口未锁闭、未封堵
lacks "too" "$work/year.html" 安全门开着
exit $failed
