#!/bin/sh
# What time it was, where no clock and no network says: a stick of the township bounds it, a person says it, each with his name on it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 27
stick=$work/stick
mkdir "$stick"
after() { TZ=UTC date -d "+$1 days" +%Y-%m-%d; }        # grants carry the true day: what follows lies behind it
slow=$(after 100) true=$(after 109) never=$(after 4000)
clock() {          # clock PROFILE TIME EXPRESSION [--is TIME]
	who=$1 now=$2 what=$3
	shift 3
	ctl "$who" --now "$now" clock --json "$@" >"$work/clock.json" 2>"$work/log" && json "$work/clock.json" "$what"
}
# told EXPRESSION: of the hazard of the first record in the township's JSON Lines; dated: the day it has in the ledger, as the office reads it
told() { ctl town export jsonl "$work/rows.jsonl" >/dev/null 2>&1 && python3 -c 'import json, sys; d = [r for r in map(json.loads, open(sys.argv[1])) if r["register"] == "hazards" and r["row"].startswith(sys.argv[3])][0]; print(eval(sys.argv[2]))' "$work/rows.jsonl" "$1" "$ref"; }
dated() { ctl town export hazards --csv "$work/h.csv" >/dev/null 2>&1 && python3 -c 'import csv, sys; rows = list(csv.reader(open(sys.argv[1], encoding="utf-8-sig"))); at = [i for i, r in enumerate(rows) if "排查日期" in r][0]; print(rows[at + 1][rows[at].index("排查日期")])' "$work/h.csv"; }
shown() { ctl town record show "$1" --json >"$work/shown.json" && json "$work/shown.json" "$2"; }

make_town >"$work/log" 2>&1 && make_device device 马强 GRID >>"$work/log" 2>&1 && make_device other 李娜 GRID >>"$work/log" 2>&1
result $? "they are set up" "$work/log"

# A clock that is nine days behind, which nobody can know yet.
ctl device --now ${slow}T08:00 record submit --form walk_CA --row "places:=name:老马饭店" --answers "$top/packaging/demo/inspection.json" --json >"$work/slow.json" 2>"$work/log"
result $? "a record under a clock that is days behind" "$work/log"
ref=$(json "$work/slow.json" "d['refs'][0]")
same "nothing is known to be wrong with it" "$(clock device ${slow}T08:01 "d['doubtful'], d['by']")" "False device"
ok "it goes onto a stick" ctl device --now ${slow}T08:05 sync --dir "$stick"
ok "the township takes it in" ctl town --now ${true}T09:00 merge "$stick"
same "for whom it was then as the device said" "$(shown "$ref" "d['time'][:10], d['time_sure'], d['time_by']")" "${slow} False device"
same "so say the ledger, and what goes to other systems, where it is marked" "$(dated) $(told "d['created'][:10], d['time'][:10], d['time_sure'], d['time_by']")" "${slow} ('${slow}', '${slow}', False, 'device')"

# The stick comes back: its receipt was written later than the clock says it is.
ok "the stick comes back" ctl device --now ${slow}T09:00 sync --dir "$stick"
same "now the clock is in doubt" "$(clock device ${slow}T09:01 "d['doubtful'], d['by'], d['not_before'][:10]")" "True stick ${true}"
ok "the person may go on all the same" inspect device
ok "and the township hears of the bound" sh -c "xunchactl --profile '$work/device' --pin-file '$work/pin' --now ${slow}T09:10 sync --dir '$stick' && xunchactl --profile '$work/town' --pin-file '$work/pin' --now ${true}T09:30 merge '$stick'"
same "it was not before that, and that is no time" "$(shown "$ref" "d['time'][:10], d['time_sure'], d['time_by']")" "${true} False stick"
same "the ledger says about when" "$(dated)" "约 ${true}"
same "other systems read both" "$(told "d['created'][:10], d['time'][:10], d['time_sure'], d['time_by']")" "('${slow}', '${true}', False, 'stick')"
ok "a paper is written" sh -c "xunchactl --profile '$work/town' --pin-file '$work/pin' notice \$(xunchactl --profile '$work/town' register list hazards --csv | sed -n 2p | cut -d, -f1) --paper notice --out '$work/paper.html'"
has "it says so too" "$work/paper.html" "约 ${true}"

# The person looks at a watch.
refused 2 "what is no time is refused" ctl device clock --is yesterday
refused 1 "a time before the program is refused" ctl device clock --is 2020-01-01T08:00
same "the person says what time it is: the clock itself stays wrong" "$(clock device ${slow}T10:00 "d['doubtful'], d['by'], d['now'][:13]" --is ${true}T10:00)" "True person ${true}T10"
same "set right, nothing is asked any more" "$(clock device ${true}T10:03 "d['doubtful'], d['by']")" "False person"
ok "that goes to the township" sh -c "xunchactl --profile '$work/device' --pin-file '$work/pin' --now ${true}T10:10 sync --dir '$stick' && xunchactl --profile '$work/town' --pin-file '$work/pin' --now ${true}T10:30 merge '$stick'"
same "where the record is sure by that person's word" "$(shown "$ref" "d['time'][:10], d['time_sure'], d['time_by']")" "${true} True person"
same "and in the ledger plainly, on its true day" "$(dated) $(told "d['created'][:10], d['time'][:10], d['time_sure'], d['steps'][0]['time_sure']")" "${true} ('${slow}', '${true}', True, True)"

# Another says nonsense of his own clock: nobody else doubts his.
same "a person says that years have gone by" "$(clock device ${true}T11:00 "d['now'][:10]" --is ${never}T08:00)" "${never}"
ok "everybody hears of it" sh -c "for p in device town other; do case \$p in town) do='merge $stick' ;; *) do='sync --dir $stick' ;; esac; xunchactl --profile '$work'/\$p --pin-file '$work/pin' --now ${true}T11:10 \$do || exit 1; done"
same "the neighbour doubts nothing" "$(clock other ${true}T11:20 "d['doubtful']")" False
same "nor does the township" "$(clock town ${true}T11:20 "d['doubtful']")" False
exit $failed
