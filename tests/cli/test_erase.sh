#!/bin/sh
# A person is erased: at the township, on every device, in the journal and in what waits to be sent; a late copy changes nothing.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 48
mkdir "$work/stick" "$work/old" "$work/quiet"
echo '[{"__village": "990101100201", "code": "石桥99号", "grid": "=code:990101100201-001", "group": "三组", "head": "钱不留名", "address": "三组9号", "people": 1, "phone": "10000999991", "danger": "flash_flood", "need_help": "yes", "vulnerable": "old alone", "vulnerable_note": "听力很差", "kit": "yes", "card_given": "yes", "listed_on": "2026-06-10", "status": "active"}]' >"$work/household.json"
shows() {          # shows PROFILE TEXT: does the profile's full export hold it?
	rm -f "$work/full.jsonl"
	ctl "$1" export jsonl "$work/full.jsonl" --full >/dev/null 2>&1
	if grep -q -- "$2" "$work/full.jsonl"; then echo yes; else echo no; fi
}
ok "a township" make_town
ok "a village manager" make_device manager 李军 VADM
ok "a grid worker of the same village" make_device device 王秀英 GRID
ctl manager record submit --form household_new --answers "$work/household.json" --json >"$work/refs.json" 2>"$work/log"
result $? "the manager enters a household" "$work/log"
ref=$(json "$work/refs.json" "d['refs'][0]")
ok "and delivers it" ctl manager sync --dir "$work/stick"
cp -r "$work/stick/." "$work/old"
ok "the township takes it in" ctl town merge "$work/stick"
ok "the grid worker too" ctl device sync --dir "$work/stick"
# The name is corrected twice in a row by the manager; what staff and manager say at once of it is settled, and settled again.
name() { echo "{\"head\": \"$1\"}" >"$work/name.json"; }
exchange() { ctl manager sync --dir "$work/stick" && ctl town merge "$work/stick" && ctl manager sync --dir "$work/stick" && ctl device sync --dir "$work/stick"; }
amend() { ctl "$1" record amend "$2" --answers "$work/name.json" --reason 姓名核实 --json >"$work/amend.json" && json "$work/amend.json" "d['refs'][0] if 'refs' in d else d['ref']"; }
settle() { ctl town conflict list --json >"$work/conflicts.json" && ctl town conflict resolve "$(json "$work/conflicts.json" "[c for c in d if '$ref' in c['row']][0]['row']")" head --take 1; }
said='钱[改甲乙丙]'
name 钱改一; first=$(amend manager "$ref")
name 钱改二; second=$(amend manager "$first")
ok "both corrections travel" exchange
name 钱甲说; amend town "$second" >"$work/log" 2>&1
name 钱乙说; amend manager "$second" >"$work/log" 2>&1
ok "so do two that did not meet" exchange
ok "which staff settle" settle
name 钱丙说; amend manager "$second" >"$work/log" 2>&1
ok "and another that had not heard of it" exchange
ok "is settled as well" settle
ok "all of it travels" exchange
same "all three know the person" "$(shows town "$said") $(shows device "$said") $(shows manager "$said")" "yes yes yes"
same "what is confidential staff and manager read, the grid worker not" "$(shows town 听力很差) $(shows manager 听力很差) $(shows device 听力很差)" "yes yes no"
ctl device export jsonl "$work/masked.jsonl" >/dev/null
same "an export without --full leaves out what is personal" "$(grep -c 石桥99号 "$work/masked.jsonl") $(grep -c -e 钱 -e 10000999991 "$work/masked.jsonl")" "1 0"
ctl device sync --dir "$work/stick" >/dev/null
ctl town merge "$work/stick" >/dev/null
before=$(ctl town digest)

# A copy of the bundle with a broken signature is refused and lies in quarantine, whole.
mkdir "$work/broken"
for bundle in "$work"/old/XUNCHA/up/*.xcb; do
	python3 - "$bundle" "$work/broken" <<'P'
import hashlib, sys
data = bytearray(open(sys.argv[1], 'rb').read())
data[-1] ^= 1
open('%s/%s.xcb' % (sys.argv[2], hashlib.blake2b(data, digest_size=32).hexdigest()), 'wb').write(data)
P
done
refused 1 "a broken copy is refused" ctl town merge "$work/broken"
same "and kept aside" "$(find "$work/town/quarantine" -name '*.xcb' | wc -l)" "$(ls "$work/broken"/*.xcb | wc -l)"

# A third device has met the manager's stick alone: no receipt tells it that the record has arrived.
ok "another worker of the village" make_device third 赵铁柱 GRID
ok "meets the manager's stick" ctl third sync --dir "$work/old"
same "and carries on what lies there" "$(find "$work/third/carry" -name '*.xcb' | wc -l)" "$(ls "$work/old"/XUNCHA/up/*.xcb | wc -l)"

refused 1 "a device cannot order an erasure" ctl manager erase "$ref" --reason 本人要求
refused 1 "nor staff of a record that is not there" ctl town erase 000000000000000000000000 --reason 本人要求
ok "staff order it" ctl town erase "$ref" --reason 本人要求
ordered=$(grep -o '[0-9]* 条' "$work/log")
same "the township has forgotten the person" "$(shows town 钱不留名) $(shows town 听力很差)" "no no"
same "with all that corrected and settled the name: the record, five corrections and two settlings" "$(shows town "$said") $(grep -c "$said" "$work"/town/journal/*.evj | cut -d: -f2 | sort -u) $ordered" "no 0 8 条"
same "what lay aside with it is gone too, with its reason" "$(find "$work/town/quarantine" -type f | wc -l)" 0
refused 1 "and is not kept when it comes again" ctl town merge "$work/broken"
has "which is said" "$work/err" "0 个文件另存着"
same "not a byte of it" "$(find "$work/town/quarantine" -type f | wc -l)" 0
same "not only on the screen: the journal too" "$(cat "$work"/town/journal/*.evj | grep -c 钱不留名)" 0
ctl town register list households --json >"$work/rows.json"
same "the row itself stays, with what is not personal" "$(json "$work/rows.json" "[r['fields'].get('danger') for r in d if r['id'].startswith('$ref')][0]")" flash_flood
ok "every chain still verifies" ctl town check
ctl town erase status --json >"$work/status.json"
same "manager and workers have not confirmed yet, staff have" "$(json "$work/status.json" "sorted(d[0]['waiting'])")" "['02', '03', '04']"
ok "an old stick brings the record once more" ctl town merge "$work/old"
same "and it stays erased" "$(shows town 钱不留名)" no
digest=$(ctl town digest)
ctl town rebuild >/dev/null
same "after a rebuild too" "$(ctl town digest) $(shows town 钱不留名)" "$digest no"

# What was sealed with the old bytes goes from the stick as well, once it lies there sealed anew; nobody else's file does.
echo "not ours" >"$work/stick/XUNCHA/down/notes.txt"
here=$(ls "$work/stick/XUNCHA/down")
ctl town merge "$work/stick" >/dev/null
left=$(ls "$work/stick/XUNCHA/down")
same "the township's old bundles left the stick, a stranger's file did not" "$(echo "$here" | grep -vxF "$left" | grep -c xcb | sed 's/^[1-9].*/some/') $(echo "$left" | grep -c notes)" "some 1"
ok "the devices hear of it" ctl manager sync --dir "$work/stick"
ok "both" ctl device sync --dir "$work/stick"
same "and forget the person" "$(shows manager 钱) $(shows device 钱)" "no no"
mkdir -p "$work/down/XUNCHA"
cp -r "$work/stick/XUNCHA/down" "$work/down/XUNCHA"
ctl third sync --dir "$work/down" >/dev/null 2>&1
ctl third sync --dir "$work/old" >/dev/null 2>&1
same "who carried it has nothing of it left, nor takes it along again" "$(shows third 钱不留名) $(find "$work/third/carry" -name '*.xcb' | wc -l)" "no 0"
ctl manager sync --dir "$work/old" >/dev/null 2>&1
ctl device sync --dir "$work/old" >/dev/null 2>&1
same "an old stick brings nothing back" "$(shows manager 钱不留名) $(shows device 钱不留名)" "no no"
ctl third sync --dir "$work/stick" >/dev/null 2>&1
ctl town merge "$work/stick" >/dev/null
ctl town erase status --json >"$work/status.json"
same "the township knows that all have done it" "$(json "$work/status.json" "d[0]['waiting']")" "[]"
ctl town rebuild >/dev/null
ctl town erase status --json >"$work/status.json"
same "and still does after a rebuild" "$(json "$work/status.json" "d[0]['waiting']")" "[]"

ctl town erase expired --dry-run --json >"$work/expired.json"
same "by rule nothing goes yet" "$(json "$work/expired.json" "d['rows'], d['erased']")" "0 []"
ctl town erase expired --json --now 2040-01-01T08:00 >"$work/expired.json" 2>"$work/log"
result $? "years later the township erases what its pack says it may not keep" "$work/log"
same "as many records as there are past their time, once" "$(json "$work/expired.json" "len(d['erased']) > 0 and d['rows'] >= len(d['erased'])") $(ctl town erase expired --json --now 2040-01-01T09:00 | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["erased"]))')" "True 0"
exit $failed
