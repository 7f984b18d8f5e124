#!/bin/sh
# A lost device: what it wrote before counts, what comes after waits for staff; new keys that it cannot open; the township's own
# keys changed, and a device that missed three roots follows.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
plan 30
mkdir "$work/stick" "$work/late" "$work/old"
count() { ctl "$1" register list hazards --json >"$work/rows.json"; json "$work/rows.json" "len(d)"; }
ok "a township" make_town
ok "a grid worker" make_device device 王秀英 GRID
ok "a neighbour of the same village" make_device near 李强 VADM
ok "the worker records before the loss" inspect device
ok "and delivers" ctl device sync --dir "$work/stick"
ok "the township takes it in" ctl town merge "$work/stick"
cp -r "$work/device" "$work/stolen"
ctl town enrol list --json >"$work/list.json"
same "three are in" "$(json "$work/list.json" "sorted(w['label'] for w in d if not w['revoked'])")" "['01', '02', '03']"
refused 1 "a device cannot revoke" ctl near enrol revoke 02
refused 1 "nobody of that label" ctl town enrol revoke 77
refused 1 "not oneself" ctl town enrol revoke 01
ctl town enrol revoke 02 --reason 丢失 --json >"$work/revoke.json" 2>"$work/log"
result $? "the township revokes the device" "$work/log"
same "one log is bounded, and the keys of all and of the village are new" "$(json "$work/revoke.json" "len(d['bounds']), d['fresh_keys'], d['had_authority']")" "1 2 False"
ctl town export --csv "$work/x.csv" 隐患排查治理台账 >/dev/null
same "what came before still counts" "$(count town)" 1

ok "the finder goes on with the device" inspect stolen
ok "and hands in what he wrote" ctl stolen sync --dir "$work/late"
ok "the township keeps it" ctl town merge "$work/late"
same "but it does not count" "$(count town)" 1
ctl town record after-loss --json >"$work/loss.json"
same "staff see it: after the loss" "$(json "$work/loss.json" "len(d), d[0]['label'], d[0]['adopted']")" "1 02 False"
ref=$(json "$work/loss.json" "d[0]['ref']")
refused 1 "a village manager cannot adopt it" ctl near record adopt "$ref"
ok "staff find it true and adopt it" ctl town record adopt "$ref"
same "now it counts" "$(count town)" 2
digest=$(ctl town digest)
ctl town rebuild >/dev/null
same "after a rebuild too" "$(ctl town digest)" "$digest"

hazards() { ctl "$1" register list hazards --csv | sort; }
ctl town merge "$work/stick" >/dev/null
ok "the neighbour takes the downlink, sealed to keys it did not have" ctl near sync --dir "$work/stick"
same "and agrees" "$(hazards near)" "$(hazards town)"
ctl stolen sync --dir "$work/stick" --json >"$work/stolen.json"
same "the stolen device cannot open what is sealed with the new keys" "$(json "$work/stolen.json" "sum(f['result'] == 'carried' for f in d['files']) > 0")" True

for i in 1 2 3; do ctl town root rotate >/dev/null 2>"$work/log" || break; done
result $? "the township's own keys are changed, three times" "$work/log"
ctl town root show --json >"$work/root.json"
same "it is the fourth root" "$(json "$work/root.json" "d['version']")" 4
ctl town merge "$work/stick" >/dev/null 2>&1
ok "a device that missed three of them follows" ctl near sync --dir "$work/stick"
same "and agrees with the township" "$(hazards near)" "$(hazards town)"
inspect near >/dev/null
ctl near sync --dir "$work/stick" >/dev/null
ok "what it seals to the new box key opens" ctl town merge "$work/stick"
exit $failed
