#!/bin/sh
# What may befall the daemon: strangers, path tricks, giant headers, a crowd of silent and dripping connections, a disk that is
# full, a revoked device, a configuration with a mistake, an end by kill -9. Each is answered and survived.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
needs_town
crowd=${XUNCHA_CROWD:-10000}
plan 41
hazards() { echo $(($(ctl town register list hazards --csv | wc -l) - 1)); }
waiting() { ctl "$1" status --json >"$work/status.json"; json "$work/status.json" "d['waiting'] + d['unsealed']"; }
flood() { python3 "$top/tests/cli/flood.py" "$url" "$@"; }
anonymous() { sed -n 's/^RssAnon:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$daemon/status"; }
ok "a township" make_town
ok "a device" make_device wang 王秀英 GRID
ok "another" make_device zhao 赵国强 GRID
ok "the daemon runs" start_daemon

ok "strangers, bombs, path tricks, giant headers: each is answered" flood refusals
ok "nothing of them is kept but stubs" test "$(cat "$work"/town/upload/* 2>/dev/null | wc -c)" -lt 4096
same "nothing in quarantine" "$(ls "$work/town/quarantine" 2>/dev/null | wc -l | tr -d ' ')" 0
same "and the daemon is well" "$(get /healthz)" ok

mkfifo "$work/crowd.in"
flood crowd "$crowd" <"$work/crowd.in" >"$work/crowd.out" 2>"$work/crowd.log" &
crowd_pid=$!
exec 8>"$work/crowd.in"
ok "a crowd of $crowd connections that say nothing or drip" await test -s "$work/crowd.out"
ok "a device records" inspect wang
ok "and delivers through the crowd" ctl wang sync --url "$url"
same "with its receipt" "$(waiting wang)" 0
ok "the daemon's memory stays below 48 MiB" test "$(anonymous)" -lt 49152
get /metrics >"$work/metrics"
ok "some were shown out" test "$(sed -n 's/^xuncha_connections_cut_total //p' "$work/metrics")" -gt 0
exec 8>&-
ok "the crowd goes" wait $crowd_pid

# A full disk: no file may grow beyond what the journal has already.
ok "the daemon ends" stop_daemon
ok "the other device records" inspect zhao
used=$(($(cat "$work"/town/journal/* | wc -c) / 512 + 1))
( ulimit -f $used; exec xunchad --profile "$work/town" --listen "127.0.0.1:$port" ) 2>"$work/daemon.log" &
daemon=$!
ok "the daemon runs on a full disk" await get /healthz
ctl zhao sync --url "$url" >"$work/log" 2>&1
same "what it cannot keep has no receipt: the log's beginning, the record, the time of the boot" "$(waiting zhao)" 3
has "it says why" "$work/daemon.log" "xunchad: "
same "and still answers" "$(get /healthz)" ok
stop_daemon >/dev/null
ok "with room again" start_daemon
ok "the device gets its receipt" ctl zhao sync --url "$url"
same "nothing is lost" "$(waiting zhao) $(hazards)" "0 2"

# Killed with a whole upload on disk that nobody has taken in yet.
ok "a device records more" inspect wang
ok "seals it" ctl wang bundle export --to "$work/stick"
ok "the daemon ends" stop_daemon
bundle=$(ls -t "$work"/wang/out/*.xcb | head -1)
cp "$bundle" "$work/town/upload/$(basename "$bundle" .xcb).$(wc -c <"$bundle" | tr -d ' ')"
ok "the daemon starts with an upload that was whole when it was killed" start_daemon
ok "and takes it in by itself" await get_file "/v1/r/$(basename "$bundle" .xcb)" "$work/receipt"

# Configuration.
printf 'profile = %s\nlisten = 127.0.0.1:%s\n# quiet\nlog = warning\n' "$work/town" "$port" >"$work/xunchad.conf"
ok "the daemon ends" stop_daemon
: >"$work/daemon.log"
xunchad --config "$work/xunchad.conf" 2>"$work/daemon.log" &
daemon=$!
ok "it runs from a file" await get /healthz
echo 'listen 8321' >>"$work/xunchad.conf"
kill -HUP $daemon
ok "a mistake is named with file and line" await grep -q "xunchad.conf.*5" "$work/daemon.log"
same "and changes nothing" "$(get /healthz)" ok
printf 'profile = %s\nlisten = 127.0.0.1:0\nlog = info\n' "$work/town" >"$work/xunchad.conf"
kill -HUP $daemon
ok "another address is taken without a restart" await port_said
url=http://127.0.0.1:$port
same "and answers there" "$(get /healthz)" ok
refused 2 "a setting that is none" xunchad --config "$work/xunchad.conf" --colour red

# A device that was revoked.
ok "a device is revoked" ctl town enrol revoke 02
before=$(hazards)
ok "its owner, or a thief, records" inspect wang
refused 1 "the township does not give it anything any more" ctl wang sync --url "$url"
same "and believes none of it" "$(hazards)" "$before"
command -v systemd-analyze >/dev/null && ok "the unit is well fenced in" systemd-analyze security --offline=true --threshold=20 "$top/packaging/systemd/xunchad.service" ||
	ok "no systemd here" true
exit $failed
