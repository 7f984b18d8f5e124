#!/bin/sh
# Who reported a hazard is known to those who may know it: by role, in every output, in what lies on the disk, and in what travels.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
plan 19
name=钱无名 phone=10009876543
mkdir "$work/stick"
hides() { result "$(grep -qF -e "$name" -e "$phone" "$2" && echo 1 || echo 0)" "$1" "$2"; }
hides_in() { grep -rqaF -e "$name" -e "$phone" "$2"; [ $? = 1 ]; result $? "$1"; }
printf '%s\n' "{\"received\":\"2026-11-20T09:00\",\"channel\":\"phone\",\"content\":\"后巷堆放烟花\",\"where\":\"后巷\",\"informant\":\"$name\",\"informant_phone\":\"$phone\"}" >"$work/report.json"
ok "a township" make_town
ok "a grid worker" make_device device 王秀英 GRID
ok "a village manager" make_device manager 李军 VADM
refused 1 "a grid worker takes down no report" ctl device record submit --form public_report_new --answers "$work/report.json"
ctl manager record submit --form public_report_new --answers "$work/report.json" --json >"$work/refs.json" 2>"$work/log"
result $? "the manager does" "$work/log"
ref=$(json "$work/refs.json" "d['refs'][0]")
rm "$work/report.json" "$work/log"
ctl manager sync --dir "$work/stick" >/dev/null
ctl town merge "$work/stick" >/dev/null
ctl device sync --dir "$work/stick" >/dev/null
hides_in "what travels does not tell" "$work/stick"

# all that a worker's device can be asked
ctl device register list public_reports --csv >"$work/list.txt" 2>&1
has "the worker reads what was reported" "$work/list.txt" 后巷堆放烟花
{ ctl device register list public_reports --json; ctl device record show "$ref" --json; ctl device record show "$ref"; } >>"$work/list.txt" 2>&1
hides "and not by whom: lists and the record" "$work/list.txt"
ctl device export jsonl "$work/plain.jsonl" >"$work/export.txt" 2>&1
ctl device export jsonl "$work/full.jsonl" --full >>"$work/export.txt" 2>&1
cat "$work/plain.jsonl" "$work/full.jsonl" >>"$work/export.txt"
has "his export has the report" "$work/export.txt" 后巷堆放烟花
hides "and not the person, asked for in full" "$work/export.txt"
same "no question finds it" "$(ctl device register list public_reports --where "\${informant} = '$name'" --csv | grep -c 后巷)$(ctl device register list public_reports --where "starts-with(\${informant}, '钱')" --csv | grep -c 后巷)" 00
{ ctl device check; ctl device rebuild; ctl device conflict list; ctl device heads --json; } >"$work/care.txt" 2>&1
hides "a check and a rebuild say nothing of it" "$work/care.txt"
hides_in "nor does anything on his device: store, journal, drafts, logs" "$work/device"
hides_in "what lies on the manager's is sealed" "$work/manager"
hides_in "and on the township's" "$work/town"

# those who may
ctl manager record show "$ref" --json >"$work/show.txt" 2>&1
ctl town register list public_reports --json >>"$work/show.txt" 2>&1
hides "lists mask it for those who may see it" "$work/show.txt"
ctl manager export jsonl "$work/m.jsonl" --full >/dev/null 2>&1
has "the manager has it in full when asked for" "$work/m.jsonl" "$name"
ctl town export jsonl "$work/t.jsonl" --full >/dev/null 2>&1
has "so has the township" "$work/t.jsonl" "$phone"
ctl town export jsonl "$work/masked.jsonl" >/dev/null 2>&1
hides "and not unless it is asked for" "$work/masked.jsonl"
exit $failed
