#!/bin/sh
# A township is backed up while its daemon runs, lost, and restored on another machine: devices notice and offer again what it
# lacks, over HTTP and by stick; the same state as before. Staff work on the same profile beside the daemon.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
needs_town
plan 45
mkdir "$work/stick"
waiting() { ctl "$1" status --json >"$work/status.json"; json "$work/status.json" "d['waiting'] + d['unsealed']"; }
shelter() {        # shelter CODE NAME: the township's staff write down one more, in the devices' village
	python3 -c 'import json, sys; one = json.load(open(sys.argv[1]))[0]; one.update(code=sys.argv[2], name=sys.argv[3]); json.dump([one], open(sys.argv[4], "w"))' \
		"$top/packaging/demo/35-shelter_new.json" "$1" "$2" "$work/shelter.json"
	ctl town record submit --form shelter_new --answers "$work/shelter.json"
}
shelters() { ctl town register list shelters --csv; }
hazards() { echo $(($(ctl town register list hazards --csv | wc -l) - 1)); }
ok "a township" make_town
ok "the daemon runs" start_daemon
ok "a device is enrolled while it runs" make_device wang 王秀英 GRID
ok "and another" make_device zhao 赵国强 GRID
ok "the first records" inspect wang
ok "and delivers: the daemon has heard of the new certificate" ctl wang sync --url "$url"
ok "the township is backed up while the daemon runs" ctl town backup "$work/safe"
ok "the first records more" inspect wang
ok "and delivers" ctl wang sync --url "$url"
ok "the second records" inspect zhao
ok "and delivers by stick" ctl zhao sync --dir "$work/stick"
ok "which staff merge beside the daemon" ctl town merge "$work/stick"
ok "the second has its receipt" ctl zhao sync --dir "$work/stick"
ok "staff write something themselves" shelter BN-71 南坡仓库
before=$(shelters)
ok "which the first device receives" ctl wang sync --url "$url"
same "everything is delivered" "$(waiting wang) $(waiting zhao)" "0 0"
same "the township has three hazards" "$(hazards)" 3
digest=$(ctl town digest)

stop_daemon KILL
mv "$work/town" "$work/burnt"
ok "another machine: the backup is restored" xunchactl --profile "$work/town" restore "$work/safe"
same "it lacks what came after the backup" "$(hazards)" 1
refused 1 "keys are not changed while what was said since the backup is with the devices" ctl town root rotate
has "it says why" "$work/err" "停用了的又可信"
cp -a "$work/town" "$work/copy"
ok "unless it must be" ctl copy root rotate --anyway
ok "the store is sound" ctl town check
ok "the daemon runs again" start_daemon
ok "the first device has nothing new, but hears of it" ctl wang sync --url "$url"
same "what the township lost is there again" "$(hazards)" 2
same "what staff had written as well" "$(shelters)" "$before"
same "and acknowledged" "$(waiting wang)" 0
cp -a "$work/stick" "$work/old"
rm -rf "$work/stick/XUNCHA"
ok "a new stick from the township" ctl town merge "$work/stick"
ok "the second device hears of it from the stick and offers again" ctl zhao sync --dir "$work/stick"
before=$(waiting zhao)
ok "it meets a stick from before the loss, with receipts of then" ctl zhao sync --dir "$work/old"
same "which count no more: what it offered still waits" "$(waiting zhao)" "$before"
ok "the township merges" ctl town merge "$work/stick"
same "the same state as before it was lost" "$(ctl town digest)" "$digest"
ok "the receipt comes back" ctl zhao sync --dir "$work/stick"
same "and all is acknowledged" "$(waiting zhao)" 0
ok "staff write more" shelter BN-72 北坡仓库
ok "the device receives it" ctl wang sync --url "$url"
ok "once more" ctl wang sync --url "$url"
same "and gives nothing of it back" "$(waiting wang) $(ls "$work/wang/out" | wc -l)" "0 0"
ok "the store is sound" ctl town check

# What the daemon had to mend by itself, nobody else would hear of.
ok "the daemon stops" stop_daemon
printf 'no store' >"$work/town/store/data.mdb"
ok "with its store destroyed it runs again" start_daemon
has "and says what it did" "$work/daemon.log" "库已损坏, 已从日志重建"
ok "all is there" ctl town check
exit $failed
