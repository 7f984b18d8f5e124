#!/bin/sh
# All that can befall a record, and then every cell of every ledger and of the county's sheet reckoned again from the JSON Lines by a
# script that shares nothing with the program: voids, corrections, places struck off, what two people say differently, the same person
# twice on a call list, what was retracted and erased, stock that moved from one store to another, a clock that stood wrong.
. "$(dirname "$0")/../cli/lib.sh"
needs_town
plan 31
demo=$top/packaging/demo
catalog=$top/forms/catalog
today=$(date +%F)
"$demo/setup" "$work" >"$work/log" 2>&1 && "$demo/past-month" "$work" >>"$work/log" 2>&1
result $? "a township with a month behind it" "$work/log"
town() { xunchactl --profile "$work/town" --pin-file "$work/pin.town" "$@"; }
device() { who=$1; shift; xunchactl --profile "$work/$who" --pin-file "$work/pin.device" "$@"; }
put() { who=$1 form=$2; shift 2; cat >"$work/answers.json"; if [ "$who" = town ]; then town record submit --form "$form" --answers "$work/answers.json" "$@"; else device "$who" record submit --form "$form" --answers "$work/answers.json" "$@"; fi; }
row() { town --json register list "$1" --where "$2" | grep -o '"id": *"[0-9a-f:]*"' | sed -n "${3:-1}s/.*\"\([0-9a-f:]*\)\"/\1/p"; }
stick() { for who in device manager; do device $who sync --dir "$work/stick"; done; town merge "$work/stick"; for who in device manager; do device $who sync --dir "$work/stick"; done; }
stick >"$work/log" 2>&1
result $? "everybody knows the same" "$work/log"
two() {            # both set another day for one hazard, neither knowing of the other
	h=$(row hazards "\${item} = 'CO-12' or \${stage} = 'open'")
	echo "{\"owner\": \"甲\", \"phone\": \"10000007771\", \"due\": \"$today\", \"informed\": \"yes\"}" | put device hazard_notify --row "$h" &&
	echo '{"owner": "乙", "phone": "10000007772", "due": "2099-01-01", "informed": "yes"}' | put manager hazard_notify --row "$h"
}
ok "two people say different things of one hazard" two
ok "a place is struck off" sh -c "echo '{\"status\": \"gone\"}' >'$work/a.json' && xunchactl --profile '$work/town' --pin-file '$work/pin.town' record submit --form place_edit --row 'places:=name:石桥旅社' --answers '$work/a.json'"
void() { echo '{"void_reason": "看错了"}' | put town hazard_void --row "$(row hazards "\${stage} = 'open' or \${stage} = 'notified'" 3)"; }
ok "a hazard is void" void
correct() { echo '{"where": "村委会院内", "present_n": 25, "passed": 20}' >"$work/a.json"; device manager record amend "$(row trainings 'true()' | cut -c1-24)" --answers "$work/a.json" --reason 数错了; }
ok "a training is corrected" correct
move() {
	echo "{\"item\": \"=name:编织袋\", \"on\": \"$today\", \"kind\": \"transfer_out\", \"quantity\": 120.5, \"other\": \"后沟村\"}" | put town stock_move &&
	echo "{\"item\": \"=name:雨衣\", \"on\": \"$today\", \"kind\": \"transfer_in\", \"quantity\": 12, \"other\": \"石桥村\"}" | put town stock_move &&
	echo "{\"item\": \"=name:水泵\", \"on\": \"$today\", \"kind\": \"scrap\", \"quantity\": 1, \"approver\": \"周敏\"}" | put town stock_move
}
ok "stock moves from one store to another" move
wrong() { echo "{\"item\": \"=name:棉被\", \"on\": \"$today\", \"kind\": \"out\", \"quantity\": 50, \"taker\": \"张强\"}" | put town stock_move && town record retract "$(row stock_moves "\${quantity} = 50" | cut -c1-24)" --reason 填错了; }
ok "a movement is retracted" wrong
ref() { town --json register list "$1" --where "$2" | grep -ao '"id": *"[0-9a-f]*' | grep -ao '[0-9a-f]\{24\}' | tail -1; }
ok "a hazard's record is retracted: it stays until the township voids it" town record retract "$(ref hazards "\${stage} = 'open' or \${stage} = 'notified'")" --reason 报错了
ok "an inspection without hazards is retracted" town record retract "$(ref inspections "\${failed} = 0")" --reason 走错了门
twice() {
	w=$(row warnings 'true()')
	for name in 钱一 钱一 孙二; do
		echo "{\"tier\": \"village_grid\", \"name\": \"$name\", \"phone\": \"10000009999\", \"first_call\": \"${today}T08:00:00.000+08:00\", \"answered_at\": \"${today}T08:03:00.000+08:00\", \"reply\": \"answered\", \"state\": \"answered\"}" | put town callout_new --row "$w" || return 1
	done
	echo "{\"r_twins\": [{\"callout\": \"$(row callouts "\${name} = '钱一'")\", \"state\": \"double\"}]}" | put town callout_twice --row "$w"
}
ok "one who stands twice on a call list is put aside" twice
ok "a resident asks to be erased" sh -c "xunchactl --profile '$work/town' --pin-file '$work/pin.town' erase '$(row households 'true()' | cut -c1-24)' --reason 本人要求"
ok "and a whole answer is" sh -c "xunchactl --profile '$work/town' --pin-file '$work/pin.town' erase '$(row duty_log 'true()' | cut -c1-24)' --reason 本人要求 --answers"
loss() {
	echo '{"kind": "person", "state": "dead", "group": "一组", "name": "=不是公式", "sex": "m", "age": 70, "cause": "溺水"}' | put town loss_new --village 990101100201 &&
	echo '{"kind": "house", "group": "二组", "head": "赵某", "people": 4, "collapsed": 2, "severe": 1}' | put town loss_new --village 990101100202
}
ok "a disaster" loss
ok "a device whose clock stands in another year" device device --now 2031-02-03T04:05 record submit --form walk_CA --row 'places:=name:老马饭店' --answers "$demo/inspection.json"
stick >"$work/log" 2>&1
result $? "all of it comes together" "$work/log"
same "the township sees the two sayings" 1 "$(town register list hazards --where "\${owner} != ''" --json | grep -c '"conflict": *true')"

ok "everything in full as JSON Lines" town export jsonl "$work/rows.jsonl" --full
ok "every ledger in full" town export all --csv "$work/csv" --full
ok "the county's sheet of the month" town export monthly --csv "$work/csv/月报（报县）.csv" --month "$(date +%Y-%m)"
python3 -B "$top/tests/town/year/ledgers.py" "$work/csv" "$work/rows.jsonl" "$catalog" "$today" "$(date +%Y-%m)" >"$work/log" 2>&1
result $? "every cell of them is what the script reckons" "$work/log"
ok "the report of the month" town report --html "$work/month.html" --month "$(date +%Y-%m)"
python3 - "$work/month.html" "$work/csv/月报（报县）.csv" >"$work/log" 2>&1 <<'P'
import csv, re, sys
page = open(sys.argv[1], encoding='utf-8').read()
table = re.search(r'id="t-village".*?</table>', page, re.S).group(0)
rows = [[re.sub(r'<[^>]*>', '', c).strip() for c in re.findall(r'<t[hd][^>]*>(.*?)</t[hd]>', r, re.S)] for r in re.findall(r'<tr.*?</tr>', table, re.S)]
villages = {r[0]: r[1:] for r in rows[1:]}
sheet = list(csv.reader(open(sys.argv[2], encoding='utf-8-sig', newline='')))
print(rows[0], sheet[2])
for line in sheet[3:]:
    told = villages[line[1]]
    print(line, told)
    assert [line[2], line[3], line[10].split('/')[0], line[11].split('/')[0]] == [told[1], told[2], told[9], told[10]]
P
result $? "counts inspections, hazards, trainings and drills as the county's sheet does" "$work/log"
ok "every ledger as it goes out" town export all --csv "$work/masked"
ok "and as workbooks" town export all --xlsx "$work/xlsx"
python3 -B "$top/tests/town/year/ledgers.py" --masked "$work/masked" "$work/csv" "$work/xlsx" "$catalog" >"$work/log" 2>&1
result $? "masked where it must be and nowhere else, and the workbooks say the same" "$work/log"
ok "the map" town export map --geojson "$work/map.geojson"
python3 - "$work/map.geojson" "$work/rows.jsonl" "$catalog/fields.csv" >"$work/log" 2>&1 <<'P'
import csv, json, sys
fields = {(f['register'], f['field']): f for f in csv.DictReader(open(sys.argv[3], encoding='utf-8-sig'))}
want = {}
for r in map(json.loads, open(sys.argv[2], encoding='utf-8')):
    at = next((v for f, v in r['fields'].items() if fields.get((r['register'], f), {}).get('type') == 'position'), None)
    if at:
        lat, lon = at.split()[:2]
        want[r['row']] = [float(lon), float(lat)]
m = json.load(open(sys.argv[1], encoding='utf-8'))
got = {f['properties']['row']: f['geometry']['coordinates'] for f in m['features']}
assert set(got) == set(want) and len(got) > 20, (len(got), len(want))
assert all(abs(a - b) < 1e-7 for k in got for a, b in zip(got[k], want[k]))
assert sum(m['coordinate_systems'].values()) == len(got)
private = {f for (r, f), d in fields.items() if d['class'] in ('P2', 'P3')} - {f for (r, f), d in fields.items() if d['class'] not in ('P2', 'P3')}
assert not [f for x in m['features'] for f in x['properties'] if f in private]
P
result $? "has every position, where it was recorded, and nothing personal" "$work/log"

# Telephone numbers are the ones nobody writes among the words: eleven digits that begin with 100.
said=$work/said
mkdir "$said"
conflicting=$(row hazards "\${owner} != '' and \${due} != ''")
for paper in hazards trainings drills places households; do
	town notice "$(row $paper 'true()')" --out "$said/$paper.html"
done >"$said/notice.txt" 2>&1
{
	town export jsonl "$said/rows.jsonl"
	town report --html "$said/report.html" --month "$(date +%Y-%m)"
	town report --html "$said/year.html" --year "$(date +%Y)"
	town conflict list --json; town conflict list; town due --json; town owed --json; town status; town check; town heads --json; town bundle verify "$work"/stick/*/*/*.xcb; town erase status
	for r in hazards households people callouts stock_moves places; do town register list $r; town register list $r --json; town register list $r --csv; town record show "$(row $r 'true()')"; town record show "$(row $r 'true()')" --json; done
	town register import people "$work/csv/人员档案.csv" --dry-run --json
	town record submit --form household_new --answers "$work/nowhere.json"
	echo '{"head": "钱某", "phone": "10000008888", "people": "许多"}' >"$work/bad.json"; town record submit --form household_new --answers "$work/bad.json"
} >"$said/everything.txt" 2>&1
cp -r "$work/masked" "$said"
cp "$work/map.geojson" "$said"
for book in "$work"/xlsx/*.xlsx; do python3 -c "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); sys.stdout.write('\n'.join(z.read(n).decode('utf-8', 'replace') for n in z.namelist()))" "$book"; done >"$said/workbooks.xml"
port=$((20000 + $$ % 20000))
xunchad --profile "$work/town" --listen 127.0.0.1:$port >"$said/xunchad.txt" 2>&1 &
daemon=$!
trap 'kill $daemon 2>/dev/null; rm -rf "$work"' EXIT
for i in 1 2 3 4 5 6 7 8 9 10; do curl -sf "http://127.0.0.1:$port/healthz" >/dev/null && break; sleep 1; done
device device sync --url "http://127.0.0.1:$port" >>"$said/everything.txt" 2>&1
curl -s "http://127.0.0.1:$port/metrics" >"$said/metrics.txt"
curl -s "http://127.0.0.1:$port/../../etc/10000009999" >>"$said/metrics.txt"
kill -TERM $daemon; wait $daemon
has "the daemon was heard" "$said/metrics.txt" xuncha
same "papers, exports, lists, reports, messages and logs were all looked at" yes "$([ "$(find "$said" -type f | wc -l)" -gt 40 ] && [ "$(wc -c <"$said/everything.txt")" -gt 20000 ] && [ -s "$said/hazards.html" ] && echo yes)"
grep -raoE '.{0,30}\b100[0-9]{8}\b' "$said" >"$work/log"
[ ! -s "$work/log" ]
result $? "and none of them tells a telephone number" "$work/log"
exit $failed
