#!/bin/sh
# A visit that comes from a file and sees a hazard again does not raise it again: as on the screens, unless it is told to.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 18
ok "a township" make_town
ok "a grid worker" make_device device 王秀英 GRID
open() { ctl device register list hazards --csv | grep -c CO-08; }
visit() {          # visit FILE [OPTION]: of 老马饭店
	answers=$1; shift
	ctl device record submit --form walk_CA --row "places:=name:老马饭店" --answers "$answers" --json "$@" >"$work/said.json" 2>"$work/err"
}
changed() {        # changed FILE EXPRESSION: the demo's inspection, its hazard `h` changed
	python3 - "$top/packaging/demo/inspection.json" "$1" "$2" <<'P'
import json, sys
d = json.load(open(sys.argv[1]))
h = d['xc_hazard'][0]
exec(sys.argv[3])
json.dump(d, open(sys.argv[2], 'w'), ensure_ascii=False)
P
}
inspection=$top/packaging/demo/inspection.json
ok "an inspection finds the exit locked" visit "$inspection"
same "which opens a hazard" "$(open) $(json "$work/said.json" "d['seen_again']")" "1 []"
changed "$work/again.json" "h['desc'] = '还锁着'"
ok "the next one finds it locked still" visit "$work/again.json"
same "no other hazard is opened" "$(open)" 1
same "the answer says which it is" "$(json "$work/said.json" "[(s['item'], s['hazard'][:3]) for s in d['seen_again']]")" "[('CO-08', '02-')]"
has "so does a line for a person" "$work/err" "没有另立"
ref=$(json "$work/said.json" "d['refs'][0]")
ctl device record show "$ref" --json >"$work/record.json"
same "the visit is noted with what was said of it" "$(json "$work/record.json" "[n['words'] for n in d['answers']['xc_note'] if n['item'] == 'CO-08'][0].split(', ', 1)[1]")" "还没整改: 还锁着; 现场措施: 已停用; 已告知负责人: 是"
same "and the item still fails" "$(json "$work/record.json" "d['answers']['CO-08'], d['answers'].get('xc_hazard', [])")" "fail []"
ok "told to, it raises another one" visit "$inspection" --anew
same "which is open too" "$(open) $(json "$work/said.json" "d['seen_again']")" "2 []"
changed "$work/other.json" "h.update(item='CO-10', level='G'); d['CO-08'] = 'pass'; d['CO-10'] = 'fail'"
ok "another item of the same place" visit "$work/other.json"
same "is raised as ever" "$(json "$work/said.json" "d['seen_again']")" "[]"
changed "$work/worse.json" "h.update(item='CO-10', level='M?'); d['CO-08'] = 'pass'; d['CO-10'] = 'fail'"
ok "what is suspected to be major now" visit "$work/worse.json"
same "is never put into a note" "$(json "$work/said.json" "d['seen_again']")" "[]"
echo '{"desc":"后门锁死","level":"M?","src":"patrol"}' >"$work/new.json"
ok "a form that is no walk is not looked at" ctl device record submit --form hazard_new --row "places:=name:老马饭店" --answers "$work/new.json"
ok "every chain verifies" ctl device check
exit $failed
