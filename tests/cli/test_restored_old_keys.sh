#!/bin/sh
# A township is restored from a backup older than its last change of keys: no device believes what it says. Device, desk and status say so
# and what to do, it does not make another set of keys that nobody would ever believe, and with the recovery key from the safe it is
# believed again: nothing that was recorded is lost.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
needs_town
plan 44
hazards() { echo $(($(ctl "$1" register list hazards --csv | wc -l) - 1)); }
waiting() { ctl "$1" status --json >"$work/status.json"; json "$work/status.json" "d['waiting'] + d['unsealed']"; }
behind() { ctl "$1" sync --url "$url" --json >"$work/report.json"; json "$work/report.json" "d['behind']"; }
overdue() { ctl town status --json >"$work/status.json"; json "$work/status.json" "d['backup_overdue']"; }
ok "a township" make_town
ok "the daemon runs" start_daemon
for who in wang:王秀英 zhao:赵国强; do ok "a device: $who" make_device ${who%:*} ${who#*:} GRID; done
ok "wang records" inspect wang
ok "and delivers" ctl wang sync --url "$url"
ok "the township is backed up" ctl town backup "$work/safe"
ok "the recovery key goes into the safe" mv "$work/town/recovery.1" "$work/recovery"
rm "$work/safe/recovery.1"
ok "the township changes its keys" ctl town root rotate
same "which devices follow, the daemon running on" "$(behind wang) $(behind zhao)" "False False"
ok "a device is enrolled after it" make_device li 李强 GRID
for who in wang zhao li; do
	ok "$who records" inspect $who
	ok "and delivers" ctl $who sync --url "$url"
done
same "all is delivered" "$(hazards town) $(waiting wang) $(waiting zhao) $(waiting li)" "4 0 0 0"
mkdir "$work/stick" "$work/second"
stop_daemon KILL
rm -rf "$work/town"
xunchactl --profile "$work/town" restore "$work/safe" >"$work/said" 2>&1
has "restored from the old backup: staff are told to wait" "$work/said" "先等一台设备来同步"
cp -a "$work/town" "$work/town.fresh"

# by stick
ok "zhao records" inspect zhao
ok "and comes by stick" ctl zhao sync --dir "$work/stick"
ctl town merge "$work/stick" >"$work/log" 2>&1
case $(overdue) in *recovery*) true ;; *) false ;; esac
result $? "the township has heard of it, and status says what to do"
refused 1 "it changes no keys that nobody would believe" ctl town root rotate
rm -rf "$work/town" && mv "$work/town.fresh" "$work/town"

# by HTTP
ok "the daemon runs again" start_daemon
ok "wang records" inspect wang
ctl wang sync --url "$url" >"$work/said" 2>&1
has "wang comes, and is told" "$work/said" "请告诉应急办"
same "what it recorded waits" "$(waiting wang)" 1
case $(overdue) in *recovery*) true ;; *) false ;; esac
result $? "the township has heard of it"
refused 1 "it changes no keys" ctl town root rotate
has "and says which way is left" "$work/err" "--recovery"
printf 'not the recovery key, but as long' >"$work/other"
refused 1 "another key than that from the safe is of no use" ctl town root rotate --recovery "$work/other"
ok "the recovery key makes the next" ctl town root rotate --recovery "$work/recovery"
lacks "nothing is said any more" "$work/log" "--recovery $work"
same "nor by status" "$(overdue | grep -c recovery)" 0
stop_daemon
ok "the daemon runs again" start_daemon
for who in wang zhao; do
	same "$who follows" "$(behind $who)" False
	ok "and comes" ctl $who sync --url "$url"
done
same "all that the two recorded is there, and acknowledged" "$(hazards town) $(waiting wang) $(waiting zhao)" "5 0 0"
ok "who was enrolled after the change of keys asks again" ctl li enrol request --out "$work/li.request"
ok "and is enrolled again" ctl town enrol grant "$work/li.request" --role GRID --scope 990101100201 --person 李强 --out "$work/li.grant"
for i in 1 2; do ctl li sync --url "$url" >"$work/log" 2>&1; done
same "its record is there too" "$(hazards town) $(waiting li)" "6 0"
ok "the store is sound" ctl town check
exit $failed
