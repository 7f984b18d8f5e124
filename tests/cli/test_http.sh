#!/bin/sh
# Delivery over HTTP: the daemon on loopback, a device that syncs, is cut, and syncs again; strangers and portals refused.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
needs_town
plan 20
ok "a township and a device" make_town
ok "enrolled" make_device device 王秀英 GRID
ok "one record" inspect device

start_daemon
same "it is healthy" "$(get /healthz)" ok
ok "the device delivers and gets its receipt" ctl device sync --url "$url"
ctl device status --json >"$work/status.json"
same "everything is acknowledged" "$(json "$work/status.json" "d['waiting'] + d['unsealed']")" 0
ok "nothing new: syncing again is quiet" ctl device sync --url "$url"
get /metrics >"$work/metrics"
has "one bundle is counted" "$work/metrics" "xuncha_merged_total 1"
python3 - "$work/metrics" >"$work/log" 2>&1 <<'P'
import re, sys
text, kind, helped, seen = open(sys.argv[1]).read(), {}, set(), set()
assert text.endswith("\n")
for line in text.splitlines():
    if line.startswith("# HELP "): name, words = line[7:].split(" ", 1); assert words and name not in helped, line; helped.add(name)
    elif line.startswith("# TYPE "): name, kind[name] = line[7:].split(" "); assert name in helped and name not in seen, line
    else:
        name, value = line.split(" "); float(value)
        assert re.fullmatch(r"xuncha_[a-z]+(_[a-z]+)*", name) and name in kind and name not in seen, line
        assert (kind[name] == "counter") == name.endswith("_total") and kind[name] in ("counter", "gauge"), line
        assert "bytes" not in name or re.search(r"_bytes(_total)?$", name), line
        seen.add(name)
assert seen == set(kind) and {"xuncha_queue", "xuncha_connections", "xuncha_disk_free_bytes"} <= seen, seen
P
result $? "the counters are as Prometheus names and tells them" "$work/log"

python3 - "$url" >"$work/log" 2>&1 <<'P'
import os, sys, urllib.request, urllib.error
url = sys.argv[1]
def ask(method, path, data=None, headers={}):
    r = urllib.request.Request(url + path, data=data, method=method, headers={"Tus-Resumable": "1.0.0", **headers})
    try: return urllib.request.urlopen(r).status
    except urllib.error.HTTPError as e: return e.code
stranger = b"XCB1" + os.urandom(2000)
r = urllib.request.Request(url + "/v1/b", data=b"", method="POST", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(len(stranger))})
where = urllib.request.urlopen(r).headers["Location"]
patch = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
assert ask("PATCH", where, stranger, patch) == 403, "stranger"
assert ask("HEAD", where) == 404, "dropped"
assert ask("POST", "/v1/b", b"", {"Upload-Length": "99999999"}) == 413, "too large"
assert ask("GET", "/v1/r/" + "0" * 64) == 404
assert ask("GET", "/v1/p/..%2f..%2fslots") == 404
assert ask("GET", "/v1/d/" + "0" * 32) == 403
assert ask("DELETE", "/v1/b/x") == 405
assert ask("POST", "/v1/enrol", b"x" * 100000) in (400, 413)
P
result $? "a stranger, a bomb and path tricks are answered and leave nothing" "$work/log"
same "no upload was left behind" "$(ls "$work/town/upload" | wc -l | tr -d ' ')" 0
refused 1 "an address that is none" ctl device sync --url ftp://x
refused 3 "nobody there is said in plain words" ctl device sync --url http://127.0.0.1:9

# The township has told the time of this boot: what a clock says that is years off does not matter.
inspect_late() { ctl device --now 2031-03-04T05:06 record submit --form walk_CA --row "places:=name:老马饭店" --answers "$top/packaging/demo/inspection.json" --json; }
inspect_late >"$work/late.json" 2>"$work/log"
ref=$(json "$work/late.json" "d['refs'][0]")
result $? "a record under a clock that is years off" "$work/log"
ok "it is delivered" ctl device sync --url "$url"
ctl town record show "$ref" --json >"$work/shown.json"
same "the township knows for sure when it was" "$(json "$work/shown.json" "d['time_sure']")" True
same "which is today" "$(json "$work/shown.json" "d['time'][:10]")" "$(TZ=Asia/Shanghai date +%Y-%m-%d)"
ctl device sync --url "$url" --json >"$work/again.json"
same "that is told once in the life of a boot" "$(json "$work/again.json" "d['sealed']")" 0
ok "it stops gracefully" stop_daemon
same "the township has the hazard, which the later visit saw again" "$(ctl town register list hazards | wc -l | tr -d ' ')" 1
exit $failed
