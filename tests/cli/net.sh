# net.sh - the daemon on loopback and a bad network before it; for tests that need them. Sourced after lib.sh and town.sh.
#
#   start_daemon [OPTION…] · stop_daemon [SIGNAL] · start_relay KEY=VALUE… · stop_relay · await COMMAND… · get PATH · get_file PATH FILE
# $url is the daemon, $relay the port of the bad network. Both are ended with the test.
daemon= relay_pid= port= relay=
trap 'kill -9 $daemon $relay_pid 2>/dev/null; rm -rf "$work"' EXIT
await() {          # until it succeeds, for half a minute
	for try in $(seq 300); do
		"$@" >"$work/await.log" 2>&1 && return 0
		sleep 0.1
	done
	cat "$work/await.log"
	return 1
}
port_said() { port=$(sed -n 's/.* port \([0-9]*\)$/\1/p' "$work/daemon.log" | tail -1); [ -n "$port" ]; }
start_daemon() {   # listens where it did before, so that nobody has to be told
	: >"$work/daemon.log"
	xunchad --profile "$work/town" --listen "127.0.0.1:${port:-0}" "$@" 2>"$work/daemon.log" &
	daemon=$!
	await port_said
	url=http://127.0.0.1:$port
}
stop_daemon() {
	kill -"${1:-TERM}" "$daemon"
	wait "$daemon" 2>/dev/null
	stopped=$?
	daemon=
	return $stopped
}
start_relay() {    # start_relay KEY=VALUE…: see tests/exchange/chaos_relay.c
	mkfifo "$work/relay.in.$$"
	"$build/tests/exchange/chaos_relay" "$port" "${SEED:-1}" "$@" <"$work/relay.in.$$" >"$work/relay.out" 2>"$work/relay.log" &
	relay_pid=$!
	exec 9>"$work/relay.in.$$"
	rm "$work/relay.in.$$"
	await test -s "$work/relay.out"
	relay=$(cat "$work/relay.out")
}
stop_relay() {
	exec 9>&-
	wait "$relay_pid"
	relay_pid=
}
get_file() { python3 -c "import sys,urllib.request; open(sys.argv[2],'wb').write(urllib.request.urlopen(sys.argv[1],timeout=20).read())" "$url$1" "$2"; }
get() { get_file "$1" "$work/got" && cat "$work/got"; }
