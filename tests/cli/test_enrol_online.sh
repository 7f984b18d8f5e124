#!/bin/sh
# Enrolment through the township's server: the request goes up, twenty digits are read aloud, the grant comes down, the code is
# typed. The server only carries: one that lies, answers rubbish or is away costs nothing, and the same request goes on.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
command -v xunchad >/dev/null || { echo "1..0 # SKIP built --without-town"; exit 0; }
plan 50
liar=
trap 'kill -9 $daemon $liar 2>/dev/null; rm -rf "$work"' EXIT

# A server that carries the header of a township and answers as it likes: WHAT is the body, @FILE a file.
start_liar() {     # start_liar BODY-OF-POST BODY-OF-GET [header]
	: >"$work/liar.log"
	python3 - "$1" "$2" "${3:-Xuncha: 1}" 2>"$work/liar.err" >"$work/liar.log" <<'P' &
import http.server, sys
post, get, header = sys.argv[1:]
def body(what): return open(what[1:], "rb").read() if what.startswith("@") else what.encode()
class Liar(http.server.BaseHTTPRequestHandler):
    def answer(self, what):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = body(what)
        self.send_response(200)
        self.send_header(*header.split(": "))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def do_POST(self): self.answer(post)
    def do_GET(self): self.answer(get)
    def log_message(self, *a): pass
s = http.server.HTTPServer(("127.0.0.1", 0), Liar)
print(s.server_port, flush=True)
s.serve_forever()
P
	liar=$!
	await test -s "$work/liar.log"
	lie=http://127.0.0.1:$(cat "$work/liar.log")
}
stop_liar() { kill "$liar" && wait "$liar" 2>/dev/null; liar=; }
grants() { ls "$work/town/grants" | grep -v '[.]asked$'; }
gone() { ! [ -e "$1" ]; }
digits_of() { json "$1" "d['digits']"; }
said() { has "$1" "$work/err" "$2"; }
whole() { same "$1" "$(cksum <"$(echo "$work"/device/enrol.????????????????????????????????)")" "$kept"; }

ok "a township" make_town
ok "a device with a worker" ctl device init writer --name 王秀英 --kdf min
code=$(ctl town root show)

refused 3 "no network: said" ctl device enrol request --url http://127.0.0.1:9
said "in plain words" 连不上乡镇的电脑
refused 1 "an address that is none" ctl device enrol request --url 10.0.0.5:8080
refused 2 "neither a file nor an address" ctl device enrol request
kept=$(cksum <"$work/device/enrol.request")
whole "the request of init is the one that goes by network"

start_daemon
ctl device enrol request --url "$url" --json >"$work/asked.json" 2>"$work/err"
result $? "the request is handed in" "$work/err"
xunchactl enrol show "$work/device/enrol.request" --json >"$work/shown.json"
same "with the digits of the file" "$(digits_of "$work/asked.json")" "$(digits_of "$work/shown.json")"
digits=$(digits_of "$work/asked.json")
ctl town enrol waiting --json >"$work/waiting.json"
same "the staff sees it, and the same digits" "$(json "$work/waiting.json" "[(w['name'], w['digits']) for w in d]")" "[('王秀英', '$digits')]"
refused 1 "not granted yet: said" ctl device enrol accept --url "$url" --root "$code"
said "with what to do" 还没有批准
same "asking again made no second request" "$(ls "$work/town/enrol" | wc -l | tr -d ' ')" 1

# On the way somebody slips in a request of his own under the same name.
ok "another device of that name asks too" eval 'ctl other init writer --name 王秀英 --kdf min && ctl other enrol request --url "$url"'
refused 1 "digits that nobody read" ctl town enrol grant 00000 11111 22222 33333 --role GRID --scope 990101100201 --person 王秀英
refused 1 "nineteen digits and no such file" ctl town enrol grant 0000011111222223333 --role GRID --scope 990101100201 --person 王秀英
# shellcheck disable=SC2086 # as they are read: four words
ok "the staff grants the one whose digits were read" ctl town enrol grant $digits --role GRID --scope 990101100201 --person 王秀英
ctl town enrol waiting --json >"$work/waiting.json"
same "the other one still waits" "$(json "$work/waiting.json" "[w['digits'] == '$digits' for w in d]")" "[False]"
ok "and is dropped" ctl town enrol waiting --drop "$(json "$work/waiting.json" "d[0]['digits']")"
same "none waits" "$(ls "$work/town/enrol" | wc -l | tr -d ' ')" 0
refused 2 "a request from a file needs --out" ctl town enrol grant "$work/other/enrol.request" --role GRID --scope 990101100201 --person 李军
refused 1 "an --out that cannot be written" ctl town enrol grant "$work/other/enrol.request" --role GRID --scope 990101100201 --person 李军 --out "$work/none/there.grant"
ctl town enrol list --json >"$work/list.json"
same "makes no certificate" "$(json "$work/list.json" "len(d)")" 2

refused 1 "a wrong code is refused" ctl device enrol accept --url "$url" --root "$(echo "$code" | tr 0123456789 1234567890)"
[ -s "$work/err" ] && ! ctl device root show >/dev/null 2>&1
result $? "and no township is believed"
ok "the grant is there for a look" get_file "/v1/enrol/$(grants)" "$work/device.grant"

# Whoever stands between: a portal, rubbish, another township's grant, half a grant.
start_liar "" "<html>login</html>" "Server: portal"
refused 3 "a portal is no township" ctl device enrol request --url "$lie"
said "said so" 回答的不是乡镇的服务
stop_liar
start_liar "thank you" "rubbish"
refused 1 "a server that takes the request and answers rubbish" ctl device enrol request --url "$lie"
said "said so, and where the request is" 申请还在本机
refused 1 "a grant that is rubbish" ctl device enrol accept --url "$lie" --root "$code"
said "said so, naming the address" "$lie"
stop_liar
ok "another township" ctl false init township --name 别的镇 --division 990101200 --staff 周敏 --kdf min
ok "grants the request it has seen" ctl false enrol grant "$work/device/enrol.request" --role GRID --scope 990101200201 --person 王秀英 --out "$work/false.grant"
start_liar "" "@$work/false.grant"
refused 1 "its grant does not have our township's code" ctl device enrol accept --url "$lie" --root "$code"
stop_liar
python3 -c "import sys; d=open(sys.argv[1],'rb').read(); open(sys.argv[2],'wb').write(d[:len(d)//2])" "$work/device.grant" "$work/half.grant"
start_liar "" "@$work/half.grant"
refused 1 "half a grant" ctl device enrol accept --url "$lie" --root "$code"
stop_liar
refused 1 "nothing can be recorded before" inspect device
whole "after all that the request is the same"

ok "the server is away and comes back" stop_daemon
# The clock is a month ahead, or the device comes late: who has not fetched it still can. One that nobody is known for goes.
cp -r "$work/device" "$work/lost"
old=$(printf '%064d' 0)
: >"$work/town/grants/$old"
touch -d '31 days ago' "$work/town/grants"/*
refused 3 "no network for the grant: said" ctl device enrol accept --url "$url" --root "$code"
start_daemon
ok "what is nobody's goes after a month" await gone "$work/town/grants/$old"
ok "with the code it is enrolled" ctl device enrol accept --url "$url" --root "$code"
ok "and records" inspect device
ok "and delivers" ctl device sync --url "$url"
stop_daemon
touch -d '20 days ago' "$work/town/grants"/*
start_daemon
ctl device sync --url "$url" >/dev/null
same "a grant lies there for a month" "$(grants | wc -l | tr -d ' ')" 1
stop_daemon
touch -d '31 days ago' "$work/town/grants"/*
start_daemon
no_grant() { [ "$(ls "$work/town/grants" | wc -l)" = 0 ]; }
ok "and no longer" await no_grant

# The device was set back to before it fetched its grant: it asks once more, and is heard by its digits.
refused 1 "its grant is gone" ctl lost enrol accept --url "$url" --root "$code"
said "what to do is said" 二十位数字
# shellcheck disable=SC2086 # as they are read: four words
ok "the staff lays it out again for who reads the same digits" ctl town enrol again $digits
ok "and it is fetched" ctl lost enrol accept --url "$url" --root "$code"
exit $failed
