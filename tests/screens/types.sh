#!/bin/sh
# types.sh DIR: a township whose pack has one register more, with a form of every type of question, and one kind of place more, with
# more to choose from than there are digits (tests/screens/types). PIN 135790.
# Needs xunchactl in PATH and SRCDIR.
set -eu
dir=$1
mkdir -p "$dir"
echo 135790 >"$dir/pin.town"
town() { xunchactl --now 2026-05-20T09:00 --profile "$dir/town" --pin-file "$dir/pin.town" "$@" >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }; }
cp -r "$SRCDIR/forms/catalog" "$dir/pack"
chmod -R u+w "$dir/pack"
cp "$SRCDIR/tests/screens/types/tryout_new.csv" "$dir/pack/forms/"
cp "$SRCDIR/tests/screens/types/ZZ.csv" "$dir/pack/lists/"
# shellcheck disable=SC2016
echo 'tryouts,试填,Try-outs,${name},name,township,field,' >>"$dir/pack/registers.csv"
echo 'tryouts,1,name,text,名称,Name,,,,P0,yes,yes,' >>"$dir/pack/fields.csv"
echo 'ZZ,大院,Yard,small,ZZ,,emergency,' >>"$dir/pack/kinds.csv"
sed -i 's/^,kinds,SC,.*/&\n,kinds,ZZ,大院,Yard,,,,/' "$dir/pack/forms/place_new.csv"
town init township --name 样例镇 --division 990101100 --staff 周敏 --kdf min
town pack publish "$dir/pack"
town record submit --form village_new --answers "$SRCDIR/packaging/demo/10-village_new.json"
echo '{"name": "老粮站", "kind": "ZZ", "__village": "990101100201"}' >"$dir/place.json"
town record submit --form place_new --answers "$dir/place.json"
touch "$dir/ready"
