#!/bin/sh
# Staff change the township's keys, and have the registers made anew, beside the daemon and beside another who works on the same profile:
# what these write afterwards stands in the registers as what was there before, and devices follow at their first word.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
needs_town
plan 21
hazards() { echo $(($(ctl town register list hazards --csv | wc -l) - 1)); }
whole() {          # whole "what": made anew, the registers say the same
	digest=$(ctl town digest)
	cp -a "$work/town" "$work/again"
	xunchactl --profile "$work/again" rebuild >"$work/log" 2>&1
	same "$1" "$(xunchactl --profile "$work/again" digest)" "$digest"
	rm -rf "$work/again"
}
ok "a township" make_town
ok "the daemon runs" start_daemon
ok "a device" make_device wang 王秀英 GRID
ok "it records" inspect wang
ok "and delivers" ctl wang sync --url "$url"
ok "the keys are changed, the daemon runs on" ctl town root rotate
ok "the device records" inspect wang
ctl wang sync --url "$url" --json >"$work/report.json" 2>"$work/err"
same "and delivers: the receipt counts, nothing is held or refused" "$(json "$work/report.json" "d['settled'], [f['result'] for f in d['files'] if f['result'] in ('held', 'refused', 'foreign')]")" "1 []"
same "what it recorded stands in the registers" "$(hazards)" 2
whole "just as if they were made anew"
ok "they are made anew, the daemon runs on" ctl town rebuild
ok "the device records" inspect wang
ok "and delivers" ctl wang sync --url "$url"
same "what it recorded stands in the registers" "$(hazards)" 3
whole "just as if they were made anew"
ok "the store is sound" ctl town check
ok "the daemon stops" stop_daemon
ok "and starts" start_daemon
ok "the device records" inspect wang
ok "and delivers" ctl wang sync --url "$url"
same "what it recorded stands in the registers" "$(hazards)" 4
exit $failed
