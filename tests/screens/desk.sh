#!/bin/sh
# desk.sh DIR: on what fixture.sh made, a week in July 2026 for the desk: three hazards that may be major, two of them the same
# item of one place on one day; a place whose telephone two people changed without seeing each other; a warning; a bundle cut short.
set -eu
dir=$1
[ ! -f "$dir/desk" ] || exit 0
stick=$dir/stick
mkdir -p "$stick"
run() { "$@" >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }; }
at() { who=$1 when=$2; shift 2; case $who in town) cp "$dir/pin.town" "$dir/pin" ;; *) cp "$dir/pin.device" "$dir/pin" ;; esac; run xunchactl --now "$when" --profile "$dir/$who" --pin-file "$dir/pin" "$@"; }
say() { printf '%s\n' "$2" >"$dir/$1.json"; }
say exit '{"desc":"后门锁死","level":"M?","src":"patrol"}'
say wall '{"desc":"承重墙拆改","level":"M?","src":"patrol"}'
say hose '{"desc":"软管无卡箍","level":"G","src":"patrol","informed":"yes","owner":"马建国","phone":"10000000012","due":"2026-07-05"}'
inn=places:=name:石桥旅社
at device 2026-07-01T09:00 record submit --form hazard_new --row "$inn" --answers "$dir/hose.json"
at device 2026-07-09T14:00 record submit --form hazard_new --row places:=name:西坡6号出租自建房 --answers "$dir/wall.json"
at device 2026-07-12T08:10 record submit --form hazard_new --row "$inn" --answers "$dir/exit.json"
at manager 2026-07-12T08:15 record submit --form hazard_new --row "$inn" --answers "$dir/exit.json"
say phone1 '{"phone":"10000000031"}'
say phone2 '{"phone":"10000000032"}'
at device 2026-07-11T10:00 record submit --form place_edit --row "$inn" --answers "$dir/phone1.json"
at manager 2026-07-11T11:00 record submit --form place_edit --row "$inn" --answers "$dir/phone2.json"
at device 2026-07-12T08:20 sync --dir "$stick"
at manager 2026-07-12T08:21 sync --dir "$stick"
at town 2026-07-12T08:25 merge "$stick"
for f in $(find "$stick" -type f -size +200c | sort); do
	case $f in */up/*) head -c 300 "$f" >"$dir/cut.xcb"; break ;; esac
done
xunchactl --now 2026-07-12T08:26 --profile "$dir/town" --pin-file "$dir/pin.town" merge "$dir/cut.xcb" >"$dir/log" 2>&1 || true
say warning '{"issuer":"县气象台","kind":"flash_flood","level":"2","summary":"山洪"}'
at town 2026-07-12T08:27 record submit --form warning_new --village 990101100201 --answers "$dir/warning.json"
touch "$dir/desk"
