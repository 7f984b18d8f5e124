#!/bin/sh
# Delivery over HTTP: the daemon on loopback, a device that syncs, is cut, and syncs again; strangers and portals refused.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
needs_town
plan 22
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
# A server that says yes to every piece, and takes none.
cat >"$work/nothing.py" <<'P'
import http.server, sys
class Nothing(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a): pass
    def say(self, status, *headers, body=b''):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.send_response(status)
        for h in (('Xuncha', '1'), ('Tus-Resumable', '1.0.0'), ('Content-Length', str(len(body))), *headers): self.send_header(*h)
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self): self.say(200, body=open(sys.argv[2], 'rb').read()) if self.path == '/v1/roots' else self.say(404)
    def do_HEAD(self): self.say(200, ('Upload-Offset', '0'))
    def do_PATCH(self): self.say(204, ('Upload-Offset', '0'))
s = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Nothing)
open(sys.argv[1], 'w').write(str(s.server_port))
s.serve_forever()
P
ok "one more record" ctl device record submit --form walk_CA --row "places:=name:老马饭店" --answers "$top/packaging/demo/inspection.json"
get_file /v1/roots "$work/nothing.roots"
python3 "$work/nothing.py" "$work/nothing.port" "$work/nothing.roots" &
relay_pid=$!
await test -s "$work/nothing.port"
refused 3 "a server that takes nothing is not sent to for ever" timeout 20 xunchactl --profile "$work/device" --pin-file "$work/pin" sync --url "http://127.0.0.1:$(cat "$work/nothing.port")"
kill "$relay_pid"; wait "$relay_pid" 2>/dev/null; relay_pid=
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
