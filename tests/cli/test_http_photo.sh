#!/bin/sh
# A photo of a hazard over HTTP: behind all records, cut and resumed, the same bytes at the township and at the neighbour's.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
command -v xunchad >/dev/null || { echo "1..0 # SKIP built --without-town"; exit 0; }
plan 26
python3 - "$work/photo.jpg" <<'P'
import os, sys
open(sys.argv[1], "wb").write(b"\xff\xd8\xff" + os.urandom(300000))
P
state() { ctl "$1" record show "$ref" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["attachments"][0]["state"])'; }
sum() { cksum <"$1"; }
ok "a township" make_town
ok "a device" make_device device 王秀英 GRID
ok "a neighbour of the village" make_device neighbour 李建国 VADM
ctl device record submit --form walk_CA --row "places:=name:老马饭店" --answers "$top/packaging/demo/inspection.json" --json >"$work/refs.json"
ref=$(json "$work/refs.json" "d['refs'][0]")
ctl device attach "$ref" "$work/photo.jpg" --json >"$work/attached.json" 2>"$work/log"
result $? "a hazard with a photo" "$work/log"
photo=$(json "$work/attached.json" "d['ref']")
start_daemon

start_relay cut=60000 cuts=8
tries=0
until [ "$(cat "$work"/town/upload/* 2>/dev/null | head -c 5000 | wc -c)" = 5000 ] || [ $tries = 20 ]; do
	ctl device sync --url "http://127.0.0.1:$relay" >"$work/log" 2>&1
	status=$?
	tries=$((tries + 1))
done
same "a photo that is cut says so" "$status" 3
same "the township has the hazard" "$(ctl town register list hazards | wc -l | tr -d ' ')" 1
same "and says that its photo is not here yet" "$(state town)" "not here yet"
ok "a part of it is kept for the next time" test "$tries" -lt 20
tries=0
until ctl device sync --url "http://127.0.0.1:$relay" --json >"$work/sync.json" 2>"$work/log" || [ $tries = 20 ]; do tries=$((tries + 1)); done
result $? "sync by sync it arrives" "$work/log"
stop_relay
sent=$(sed -n 's/.* up \([0-9]*\).*/\1/p' "$work/relay.log")
ok "and no cut costs more than a slice" test "$sent" -lt $((300000 + 9 * 65536 + 40000))
same "the report counts it" "$(json "$work/sync.json" "d['attachments_sent'], d['attachments_left']")" "1 0"
same "the township has it" "$(state town)" here
ok "it is taken out there" ctl town attach save "$photo" --out "$work/town.jpg"
same "unchanged" "$(sum "$work/town.jpg")" "$(sum "$work/photo.jpg")"
same "the device knows that it arrived" "$(state device)" delivered
same "and has taken it off its queue" "$(ls "$work/device/out" | wc -l | tr -d ' ')" 0

start_relay cut=60000 cuts=2
tries=0
until [ -e "$work/neighbour/store" ] && [ "$(state neighbour 2>/dev/null)" = here ] || [ $tries = 20 ]; do
	ctl neighbour sync --url "http://127.0.0.1:$relay" --json >"$work/sync.json" 2>"$work/log"
	tries=$((tries + 1))
done
same "the neighbour gets the photo that its records name" "$(state neighbour)" here
ok "it is taken out there too" ctl neighbour attach save "$photo" --out "$work/neighbour.jpg"
same "unchanged as well" "$(sum "$work/neighbour.jpg")" "$(sum "$work/photo.jpg")"
same "nothing half lies about" "$(ls "$work/neighbour/in" 2>/dev/null | grep -c part)" 0
stop_relay

python3 - "$url" "$work/device/out" >"$work/log" 2>&1 <<'P'
import base64, hashlib, os, sys, urllib.request, urllib.error
url, out = sys.argv[1:]
blob = b"XCA1" + os.urandom(5000)
name = hashlib.blake2b(blob, digest_size=32).hexdigest()
def ask(method, path, data=None, headers={}):
    r = urllib.request.Request(url + path, data=data, method=method, headers={"Tus-Resumable": "1.0.0", **headers})
    try: return urllib.request.urlopen(r).status
    except urllib.error.HTTPError as e: return e.code
meta = {"Upload-Length": str(len(blob)), "Upload-Metadata": "id " + base64.b64encode(name.encode()).decode()}
assert ask("POST", "/v1/b", b"", {**meta, "Upload-Length": str(2 << 20)}) == 413, "large and unknown"
assert ask("POST", "/v1/b", b"", meta) == 201
patch = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
assert ask("PATCH", "/v1/b/" + name, blob, patch) == 404, "nobody asked for it"
assert ask("HEAD", "/v1/b/" + name) == 404, "dropped"
assert ask("GET", "/v1/r/" + name) == 404, "no receipt"
open(os.path.join(out, name + ".xca"), "wb").write(blob)
P
result $? "a stranger's file is not taken, and leaves nothing" "$work/log"
same "no upload was left behind" "$(ls "$work/town/upload" | wc -l | tr -d ' ')" 0
ok "one more record" inspect device
ctl device sync --url "$url" --json >"$work/sync.json" 2>"$work/log"
result $? "a file that no record names does not hold up the next sync" "$work/log"
same "it is left, and the record arrives" "$(json "$work/sync.json" "d['attachments_left'], d['settled'] > 0")" "1 True"
get /metrics >"$work/metrics"
has "one photo is counted" "$work/metrics" "xuncha_attachments_total 1"
exit $failed
