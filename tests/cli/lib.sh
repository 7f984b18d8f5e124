# lib.sh - end-to-end tests of xunchactl in shell, speaking TAP. Sourced.
#
#   plan N · ok "what holds" COMMAND… · refused STATUS "what holds" COMMAND… (exit status, and a message on standard error)
#   same "what holds" A B · has "what holds" FILE TEXT · lacks "what holds" FILE TEXT
# $work is a directory of its own, removed at the end; $top the source tree. The programs of the build come first in PATH.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILDDIR:-$PWD}
PATH=$build/sync:$build/sync/town:$build/tui:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH LC_ALL=C.UTF-8 TZ=UTC
unset XUNCHA_PROFILE LANGUAGE LANG XUNCHA_LOCALEDIR 2>/dev/null || true
n=0
failed=0
echo 246810 >"$work/pin"

plan() { echo "1..$1"; }

# What only the township's half of the programs can do is left out of a build without it.
needs_town() {
	command -v xunchad >/dev/null || { echo "1..0 # SKIP built --without-town"; exit 0; }
}

result() {         # result STATUS "what" [log]
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		failed=1
		echo "not ok $n - $2"
		[ -f "${3:-}" ] && sed 's/^/# /' "$3" | tail -25
	fi
	return "$1"
}
ok() {
	what=$1
	shift
	"$@" >"$work/log" 2>&1
	result $? "$what" "$work/log"
}
refused() {
	want=$1 what=$2
	shift 2
	"$@" >"$work/out" 2>"$work/err"
	got=$?
	cat "$work/out" "$work/err" >"$work/log"
	echo "exit status $got, wanted $want" >>"$work/log"
	[ "$got" = "$want" ] && [ -s "$work/err" ]
	result $? "$what" "$work/log"
}
same() {
	printf '%s\n%s\n' "$2" "$3" >"$work/log"
	[ "$2" = "$3" ]
	result $? "$1" "$work/log"
}
has() {
	grep -qF -- "$3" "$2"
	result $? "$1" "$2"
}
lacks() {
	! grep -qF -- "$3" "$2"
	result $? "$1" "$2"
}
json() {           # json FILE PYTHON-EXPRESSION over d
	python3 -c "import json,sys; d=json.load(open(sys.argv[1])); print($2)" "$1"
}
ctl() { profile=$1; shift; xunchactl --profile "$work/$profile" --pin-file "$work/pin" "$@"; }
