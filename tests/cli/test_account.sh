#!/bin/sh
# A sync and a merge say of each record what became of it: ours acknowledged, sent or not yet, what came taken in or waiting, and why.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 15
mkdir "$work/stick"
states() { json "$work/$1.json" "' '.join(sorted(r['state'] for r in d['records']['list'] if r['kind'] == 'submit'))"; }
of() { json "$work/$1.json" "d['records']['$2']"; }
ok "a township" make_town
ok "a grid worker" make_device device 王秀英 GRID
ok "two inspections" sh -c "$(printf 'xunchactl --profile "%s/device" --pin-file "%s/pin" record submit --form walk_CA --row places:=name:老马饭店 --answers "%s/packaging/demo/inspection.json"; ' "$work" "$work" "$top" "$work" "$work" "$top")"
ctl device sync --dir "$work/stick" --json >"$work/first.json"
same "put on the stick they are sent, each by its number" "$(states first) $(json "$work/first.json" "' '.join(r['number'] for r in d['records']['list'] if r['form'] == 'walk_CA')")" "sent sent 02-0001 02-0002"
ctl town merge "$work/stick" --json >"$work/merged.json"
same "the township names each that it took in, and whose it is" "$(states merged) $(json "$work/merged.json" "sorted(set(r['writer'] for r in d['records']['list'] if r['form']))[0]")" "merged merged 王秀英"
same "by the same refs" "$(json "$work/first.json" "sorted(r['ref'] for r in d['records']['list'])")" "$(json "$work/merged.json" "sorted(r['ref'] for r in d['records']['list'])")"
ctl town merge "$work/stick" --json >"$work/again.json"
same "the same stick again brings none" "$(of again merged)" 0
ok "a third, not sent yet" inspect device
ctl device sync --dir "$work/stick" --json >"$work/second.json"
same "the receipt tells the first two, the third is on its way" "$(states second)" "acknowledged acknowledged sent"
same "and the sums say the same of all events" "$(of second acknowledged) $(of second left_out)" "$(json "$work/first.json" "len(d['records']['list'])") 0"
ok "one more village's worker" make_device other 李军 VADM
ctl other sync --dir "$work/stick" --json >"$work/other.json"
same "a neighbour's device hears what came to it" "$(of other unsent) $(json "$work/other.json" "len([r for r in d['records']['list'] if r['state'] == 'merged' and r['form'] == 'walk_CA']) > 0")" "0 True"
ctl device sync --dir "$work/stick" --json >"$work/third.json"
same "what is acknowledged is not told again" "$(of third acknowledged)" 0
ctl town merge "$work/stick" --json >"$work/last.json"
same "the third one arrives alone" "$(states last)" merged
ctl device status --json >"$work/status.json"
same "the status agrees" "$(json "$work/status.json" "d['unsealed']")" 0
