#!/bin/sh
# A record is corrected by its author or the township: only what was wrong changes, why is written down, both versions stay.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
plan 21
mkdir "$work/stick"
say() { printf '%s\n' "$2" >"$work/$1.json"; }
value() { ctl "$1" register list hazards --json >"$work/rows.json"; json "$work/rows.json" "[r['fields'].get('$2') for r in d if r['id'].startswith('$ref')][0]"; }
shown() { ctl "$1" record show "$2" --json >"$work/shown.json" && json "$work/shown.json" "$3"; }
say hazard '{"desc":"后门锁死","level":"G","src":"patrol","informed":"yes","owner":"马建国","phone":"10000000977","due":"2026-12-05"}'
say word '{"desc":"后门上锁"}'
say due '{"due":"2026-12-20"}'
say bad '{"level":"nonsense"}'
say phone '{"phone":""}'
ok "a township" make_town
ok "a grid worker" make_device device 王秀英 GRID
ok "a village manager" make_device manager 李军 VADM
ctl device record submit --form hazard_new --row places:=name:老马饭店 --answers "$work/hazard.json" --json >"$work/refs.json" 2>"$work/log"
result $? "the worker records a hazard" "$work/log"
ref=$(json "$work/refs.json" "d['refs'][0]")
place=$(value device place)
refused 2 "without a reason nothing is corrected" ctl device record amend "$ref" --answers "$work/word.json"
refused 1 "nor to what the form does not take" ctl device record amend "$ref" --answers "$work/bad.json" --reason 写错了
ok "the author corrects one word" ctl device record amend "$ref" --answers "$work/word.json" --reason 写错了字
same "only that changed, for everybody who reads the register" "$(value device desc) $(value device due) $(value device stage) $([ "$(value device place)" = "$place" ] && echo there)" "后门上锁 2026-12-05 notified there"
ctl device record amend "$ref" --answers "$work/due.json" --reason 期限算错 --json >"$work/amended.json" 2>"$work/log"
result $? "named by its first version it is corrected again" "$work/log"
same "on top of the first correction" "$(value device desc) $(value device due)" "后门上锁 2026-12-20"
second=$(json "$work/amended.json" "d['ref']")
first=$(json "$work/amended.json" "d['amends']")
same "every version says what it was, and why it was corrected" "$(shown device "$second" "d['answers']['due'], d['reason'], d['amends'] == '$first'") $(shown device "$first" "d['answers']['desc'], d['reason'], d['amends'] == '$ref'") $(shown device "$ref" "d['answers']['desc'], 'reason' in d")" \
	"2026-12-20 期限算错 True 后门上锁 写错了字 True 后门锁死 False"
same "what was cleared by nobody is still there" "$(ctl device export jsonl "$work/full.jsonl" --full >/dev/null; grep -c 10000000977 "$work/full.jsonl")" 1
ctl device sync --dir "$work/stick" >/dev/null
ctl town merge "$work/stick" >/dev/null
ctl manager sync --dir "$work/stick" >/dev/null
same "the others read the corrected record" "$(value town desc) $(value manager due)" "后门上锁 2026-12-20"
refused 1 "who did not write it does not correct it" ctl manager record amend "$ref" --answers "$work/due.json" --reason 我看不对
has "and is told who may" "$work/err" "只有本人或乡镇能改"
refused 1 "nor a record that is not there" ctl device record amend 000000000000000000000000 --answers "$work/due.json" --reason 写错了
ok "the township may" ctl town record amend "$ref" --answers "$work/phone.json" --reason 电话是别人的
same "an answer is taken out" "$(ctl town export jsonl "$work/full2.jsonl" --full >/dev/null; grep -c 10000000977 "$work/full2.jsonl")" 0
ctl town merge "$work/stick" >/dev/null
ctl device sync --dir "$work/stick" >/dev/null
ctl town merge "$work/stick" >/dev/null
ctl device sync --dir "$work/stick" >/dev/null
row() { value "$1" code >/dev/null; json "$work/rows.json" "[sorted(r['fields'].items()) for r in d if r['id'].startswith('$ref')]"; }
same "the author comes to the same register" "$(row device)" "$(row town)"
digest=$(ctl device digest)
ok "which a rebuild makes again" ctl device rebuild
same "byte for byte" "$(ctl device digest)" "$digest"
exit $failed
