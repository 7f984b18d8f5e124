#!/bin/sh
# program.sh DIR: the township of tests/screens/fixture.sh, whose grid worker holds PLACES places (10000). Needs xunchactl in PATH and SRCDIR.
set -eu
dir=$1
"$SRCDIR/tests/screens/fixture.sh" "$dir"
awk -v n="${PLACES:-10000}" 'BEGIN {
	split("东街 西街 后沟 柳湾 石桥 南关", street, " "); split("小商店 饭店 网吧 旅馆 加工厂 超市", trade, " ")
	printf "["
	for (i = 0; i < n; i++)
		printf "%s{\"__village\": \"990101100201\", \"code\": \"B-%05d\", \"name\": \"%s%d号%s\", \"kind\": \"SH\", \"address\": \"%s%d号\", \"status\": \"active\", \"risk\": \"green\"}",
			i ? ",\n" : "", i, street[i % 6 + 1], i, trade[int(i / 6) % 6 + 1], street[i % 6 + 1], i
	print "]"
}' >"$dir/places.json"
run() { d=$1; shift; xunchactl --now 2026-05-20T11:00 --profile "$dir/$d" --pin-file "$dir/pin.$d" "$@" >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }; }
cp "$dir/pin.device" "$dir/pin.manager"
run town record submit --form place_new --answers "$dir/places.json"
mkdir -p "$dir/stick"
run town sync --dir "$dir/stick"
run device sync --dir "$dir/stick"
