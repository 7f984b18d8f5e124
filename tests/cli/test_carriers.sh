#!/bin/sh
# Others' bundles travel with anybody of the township: by stick, from device to device, over HTTP; a village is up to date before
# any of its people meets the township; a delivered bundle's receipt finds its author.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
plan 28
mkdir "$work/stick" "$work/chat" "$work/other" "$work/back"
waiting() { ctl "$1" status --json >"$work/status.json"; json "$work/status.json" "d['waiting'] + d['unsealed']"; }
carries() { test -f "$work/$1/carry/$bundle"; }
dropped() { ! carries "$1"; }
ok "a township" make_town
ok "a worker of the village" make_device wang 王秀英 GRID
ok "a neighbour of the same village" make_device zhao 赵国强 GRID
ok "somebody of another village" make_device qian 钱小云 GRID 990101100202
ok "the worker records an inspection with a hazard" inspect wang
ok "and copies to a stick" ctl wang sync --dir "$work/stick"
bundle=$(ls "$work/wang/out")

ok "the neighbour reads the stick" ctl zhao sync --dir "$work/stick"
same "and has the hazard before any of them met the township" "$(ctl zhao register list hazards --csv)" "$(ctl wang register list hazards --csv)"
ok "the neighbour takes the worker's bundle along" carries zhao
ok "somebody of another village reads the stick" ctl qian sync --dir "$work/stick"
same "cannot see the hazard" "$(ctl qian register list hazards --csv | wc -l | tr -d ' ')" 1
ok "but takes the bundle along too" carries qian

# What the neighbour adds and passes on, the worker has the next time, and so has a third who sees only the neighbour's phone.
ok "a third of the village" make_device sun 孙桂兰 GRID
ok "the neighbour records too" inspect zhao
ok "and sends a folder by chat" ctl zhao sync --dir "$work/chat"
rm -rf "$work/chat/XUNCHA/up"
ok "the third reads it, without the neighbour's bundles for the township" ctl sun sync --dir "$work/chat"
same "and has both hazards" "$(ctl sun register list hazards --csv | wc -l | tr -d ' ')" 3

# The other village's device meets the township first.
ok "the other device delivers by a stick of its own" ctl qian sync --dir "$work/other"
ok "the township merges it" ctl town merge "$work/other"
same "the worker's hazard is there" "$(ctl town register list hazards --csv | wc -l | tr -d ' ')" 2
ok "the other device sees the receipt" ctl qian sync --dir "$work/other"
ok "and carries the bundle no longer" dropped qian
same "the worker does not know yet" "$(waiting wang)" 2
ok "the other device brings the receipt back on any folder" ctl qian sync --dir "$work/back"
ok "the worker reads it" ctl wang sync --dir "$work/back"
same "and all is delivered" "$(waiting wang)" 0

# Over HTTP the neighbour carries too, and what is known to be there is not sent.
command -v xunchad >/dev/null || { ok "built --without-town" true; ok "no daemon" true; exit $failed; }
start_daemon
ok "the neighbour delivers over HTTP" ctl zhao sync --url "$url"
ok "nothing is left to carry" dropped zhao
exit $failed
