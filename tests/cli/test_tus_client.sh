#!/bin/sh
# npm's tus-js-client, with and without the id in its metadata, delivers a bundle to xunchad; cut at random and resumed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
needs_town
command -v npm >/dev/null || { echo "1..0 # SKIP node and npm are not here: packaging/deps --test"; exit 0; }
cp "$top"/tests/cli/tus/* "$work" && (cd "$work" && npm ci --no-audit --no-fund --ignore-scripts) >"$work/npm.log" 2>&1 || {
	echo "1..0 # SKIP npm cannot fetch tus-js-client: $(tail -1 "$work/npm.log")"
	exit 0
}
plan 18
ok "a township and a device" make_town
ok "enrolled" make_device device 王秀英 GRID
ok "an inspection with a note that does not compress" python3 - "$top/packaging/demo/inspection.json" "$work/long.json" <<'P'
import json, random, sys
r = random.Random(4)
d = json.load(open(sys.argv[1]))
for i in range(4):
    d["xc_note"] = d.get("xc_note", []) + [{"item": "CO-09", "words": "".join(chr(r.randrange(0x4e00, 0x9fa0)) for _ in range(2000))}]
json.dump(d, open(sys.argv[2], "w"))
P
ok "the daemon runs" start_daemon

deliver() { (cd "$work" && node deliver.mjs "http://127.0.0.1:$relay" "$@"); }
# take WHAT [with]: one more bundle of the device, with its id in the metadata or without, arrives by tus and has its receipt. Each
# has a bad network of its own: on a shared one the first delivery can use up the cuts.
take() {
	ok "$1: a bundle nobody has seen" fresh
	start_relay cut=5000 cuts=20
	ok "$1: delivered over a network that breaks" deliver "$work/$id" ${2:+"$id"}
	sed -n 's/.* //p' "$work/log" >"$work/tries"
	ok "$1: it had to be resumed" test "$(cat "$work/tries")" -gt 0
	ok "$1: its receipt comes once it is durable" await get_file "/v1/r/$id" "$work/receipt"
	stop_relay
}
fresh() {
	rm -f "$work"/device/out/*
	ctl device record submit --form walk_CA --row "places:=name:老马饭店" --answers "$work/long.json" --anew &&
	ctl device bundle export --to "$work/stick" || return 1
	id=$(basename "$(ls "$work"/device/out/*.xcb)" .xcb)
	cp "$work/device/out/$id.xcb" "$work/$id"
	test "$(wc -c <"$work/$id")" -gt 15000
}
take "with its id" with
export WITH_UPLOAD=1
take "with its id, sent with its creation" with
take "without its id"
get /metrics >"$work/metrics"
has "three bundles were taken in" "$work/metrics" "xuncha_merged_total 3"
ctl town register list hazards >"$work/hazards"
same "and the township has their hazards" "$(wc -l <"$work/hazards" | tr -d ' ')" 3
exit $failed
