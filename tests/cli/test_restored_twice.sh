#!/bin/sh
# A township is restored from the same backup twice. What was delivered between the two losses comes back as well, of a log that is split
# both branches, and what the township said then is earlier than what it says now; of a device that is lost too, and known to be only later,
# its neighbours bring what they hold.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
needs_town
plan 40
hazards() { echo $(($(ctl town register list hazards --csv | wc -l) - 1)); }
splits() { ctl town status --json >"$work/status.json" && json "$work/status.json" "d['splits']"; }
version() { ctl "$1" pack show --json >"$work/pack.json" && json "$work/pack.json" "d['version']"; }
after_loss() { ctl town record after-loss --json >"$work/late.json" && json "$work/late.json" "len(d)"; }
publish() { sed -i "s/^version,.*/version,$1/" "$work/pack/pack.csv"; ctl town pack publish "$work/pack"; }
day() { date -u -d "$1 day ago" +%Y-%m-%dT00:00; }
lose_town() {      # lose_town DAYS: lost, and restored from the backup on another machine, so many days ago
	stop_daemon KILL
	rm -rf "$work/town"
	xunchactl --profile "$work/town" --now "$(day "$1")" restore "$work/safe" && start_daemon
}
# A device's card is put back as it was: nothing tells it, and its log splits.
roll_back() { cp -a "$work/image/." "$work/chen/"; }
cp -r "$top/forms/catalog" "$work/pack"
ok "a township" make_town
ok "the daemon runs" start_daemon
for who in wang:王秀英 zhao:赵国强 chen:陈立; do ok "a device: $who" make_device ${who%:*} ${who#*:} GRID; done
for who in wang zhao chen; do
	ok "$who records" inspect $who
	ok "and delivers" ctl $who sync --url "$url"
done
ok "the township is backed up" ctl town --now "$(day 3)" backup "$work/safe"
cp -a "$work/chen" "$work/image"
ok "chen records" inspect chen
ok "and delivers" ctl chen sync --url "$url"
roll_back
ok "chen's card is put back, chen records again" inspect chen
ok "and delivers: the log is split" ctl chen sync --url "$url"
for who in wang zhao; do ok "$who hears of both branches" ctl $who sync --url "$url"; done
same "five hazards; the log is split" "$(hazards) $(splits)" "5 1"

ok "the township is lost and restored" lose_town 2
same "as of the backup" "$(hazards)" 3
ok "the device whose log is split comes" ctl chen sync --url "$url"
same "and brings both branches" "$(hazards) $(splits)" "5 1"
ok "wang records" inspect wang
for who in wang zhao; do ok "$who comes" ctl $who sync --url "$url"; done
same "six" "$(hazards)" 6
ok "a pack is published" publish t2
for who in zhao wang; do ok "$who hears of it" ctl $who sync --url "$url"; done

ok "the township is lost once more, and restored from the same backup" lose_town 1
same "as of the backup" "$(hazards)" 3
ok "another pack is published before anybody comes" publish t3
ok "wang comes" ctl wang sync --url "$url"
same "with what it had delivered in between" "$(hazards)" 4
same "the pack published now is in force, not the one that came back" "$(version town) $(version wang)" "t3 t3"
ok "chen does not come any more: revoked" ctl town enrol revoke "$(ctl town enrol list --json >"$work/list.json"; json "$work/list.json" "[w['label'] for w in d if w['person'] == '陈立'][0]")" --reason 丢失
for i in 1 2; do ctl zhao sync --url "$url" >"$work/log" 2>&1; done
same "a neighbour brings both branches of its log, for staff to look at" "$(after_loss)" 2
ok "the store is sound" ctl town check
ctl chen sync --url "$url" >"$work/log" 2>&1
same "chen's device is found, and has nothing else" "$(after_loss)" 2
exit $failed
