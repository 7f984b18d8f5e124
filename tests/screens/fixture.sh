#!/bin/sh
# fixture.sh DIR: the invented township of packaging/demo as of 20 May 2026, small: one village, its grid worker (DIR/device), its
# manager (DIR/manager), the township (DIR/town). PINs 246810, town 135790. Needs xunchactl in PATH and SRCDIR.
# MORE: a folder of further NN-FORM.json that the township submits.
set -eu
dir=$1
demo=$SRCDIR/packaging/demo
mkdir -p "$dir"
echo 135790 >"$dir/pin.town"
echo 246810 >"$dir/pin.device"
town() { xunchactl --now 2026-05-20T09:00 --profile "$dir/town" --pin-file "$dir/pin.town" "$@" >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }; }
device() { d=$1; shift; xunchactl --now 2026-05-20T10:00 --profile "$dir/$d" --pin-file "$dir/pin.device" "$@" >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }; }
town init township --name 样例镇 --division 990101100 --staff 周敏 --kdf min
town pack publish "$SRCDIR/forms/catalog"
for file in 10-village_new 20-grid_new 30-org_new 35-shelter_new 40-place_new 50-team_new 55-person_new 60-household_new 65-stock_new 66-stock_move 75-plan_year_new; do
	town record submit --form "${file#*-}" --answers "$demo/$file.json"
done
for file in ${MORE:+"$MORE"/*.json}; do                 # what a test wants besides
	form=$(basename "$file" .json)
	town record submit --form "${form#*-}" --answers "$file"
done
enrol() {
	device "$1" init writer --name "$2" --kdf min
	device "$1" enrol request --out "$dir/$1.request"
	town enrol grant "$dir/$1.request" --role "$3" --scope 990101100201 --person "$2" --out "$dir/$1.grant"
	device "$1" enrol accept "$dir/$1.grant" --root "$(xunchactl --profile "$dir/town" root show)"
}
enrol device 王秀英 GRID
enrol manager 李军 VADM
touch "$dir/ready"
