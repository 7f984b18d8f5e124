#!/bin/sh
# The main job end to end, as the README promises it: patrol, hazard, bundle, merge, receipt, ledger.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 20
mkdir "$work/stick"

ok "a township is founded, publishes the pack and enters its places" make_town
ok "a grid worker's device is enrolled by file" make_device device 王秀英 GRID
ctl device register list places --csv >"$work/places.csv"
has "the device holds the places of its village" "$work/places.csv" 老马饭店
ok "an inspection with a hazard is recorded offline" inspect device
ctl device register list hazards --json >"$work/hazards.json"
same "the hazard is open, verify is needed, and control is in force" "$(json "$work/hazards.json" "d[0]['fields'].get('stage'), d[0]['fields'].get('verify')")" "notified needed"
same "its number carries the worker's label" "$(json "$work/hazards.json" "d[0]['number'].split('-')[0]")" "02"
ok "it is sealed and copied to a stick" ctl device sync --dir "$work/stick"
ctl device status --json >"$work/status.json"
same "nothing counts as delivered without a receipt" "$(json "$work/status.json" "d['acknowledged']")" 0
ok "the township merges the stick" ctl town merge "$work/stick"
same "township and device agree about the hazard" "$(ctl town register list hazards --csv)" "$(ctl device register list hazards --csv)"
ok "the receipt comes back to the device" ctl device sync --dir "$work/stick"
ctl device status --json >"$work/status.json"
same "now everything is delivered" "$(json "$work/status.json" "d['waiting'] + d['unsealed']")" 0
same "the delivered bundle has left the device" "$(ls "$work/device/out" | wc -l | tr -d ' ')" 0
ok "the hazard ledger is exported as CSV" ctl town export 隐患排查治理台账 --csv "$work/ledger.csv"
has "with the offices' own headings" "$work/ledger.csv" 序号,隐患编号,排查日期,排查人,村（社区）,网格,场所/部位名称,行业类别,隐患描述
has "and the hazard in it" "$work/ledger.csv" 老马饭店
ok "and as .xlsx" ctl town export 隐患排查治理台账 --xlsx "$work/ledger.xlsx"
ctl town status >"$work/status"
lacks "what an office writes waits for nobody" "$work/status" 没封包
digest=$(ctl town digest)
ctl town rebuild >/dev/null
same "a rebuild gives the same digest" "$(ctl town digest)" "$digest"
ok "every chain and signature verifies" ctl town check
exit $failed
