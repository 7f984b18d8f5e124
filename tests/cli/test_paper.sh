#!/bin/sh
# Papers to hand out: what stands on them, who may print them, that names are masked unless it is recorded who saw them.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 21
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
        for name, value in attrs: assert name != 'src' and name != 'href', (tag, attrs)
    def handle_endtag(self, tag): assert self.open.pop() == tag, tag
for name in ('visit', 'full', 'own', 'cards'):
    text = open(os.path.join(sys.argv[1], name + '.html'), encoding='utf-8').read()
    check = Check(); check.feed(text); assert not check.open, check.open
    assert 'lang="zh-CN"' in text and '@page' in text and '<script' not in text
    if name != 'cards': assert text.count('class="sign"') >= 2
P
result $? "every paper is sound HTML that fetches nothing, for A4, with lines to sign on" "$work/log"
printf '[{"name": "<b>坏\\"店</b>", "kind": "SH", "__village": "990101100201"}]' >"$work/place.json"
ctl town record submit --form place_new --answers "$work/place.json" >/dev/null
ctl town notice 'places:=name:<b>坏"店</b>' --out "$work/place.html" >/dev/null
has "markup in a record stays text" "$work/place.html" '&lt;b&gt;坏&quot;店&lt;/b&gt;'
exit $failed
