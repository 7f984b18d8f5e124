#!/bin/sh
# A photo of a record: sealed, behind all records, not here yet, arrived, acknowledged, erased; a stranger's file fills no disk.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
plan 29
mkdir "$work/stick" "$work/records" "$work/junk"
python3 - "$work/photo.jpg" "$work/big.jpg" "$work/small.jpg" <<'P'
import os, sys
open(sys.argv[1], "wb").write(b"\xff\xd8\xff" + os.urandom(300000))
open(sys.argv[2], "wb").write(b"\xff\xd8\xff" + os.urandom(4 << 20))
open(sys.argv[3], "wb").write(b"\xff\xd8\xff" + b"small")
P
state() { ctl "$1" record show "$ref" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["attachments"][0]["state"])'; }
ok "a township" make_town
ok "a device" make_device device 王秀英 GRID
ctl device record submit --form walk_CA --row "places:=name:老马饭店" --answers "$top/packaging/demo/inspection.json" --json >"$work/refs.json"
ref=$(json "$work/refs.json" "d['refs'][0]")
refused 1 "to nothing nothing is attached" ctl device attach 000000000000000000000000 "$work/photo.jpg"
refused 1 "nor to a question that the form has not" ctl device attach "$ref" "$work/photo.jpg" --question nothing
refused 1 "a file that is too large says so" ctl device attach "$ref" "$work/big.jpg"
ctl device attach "$ref" "$work/photo.jpg" --json >"$work/attached.json" 2>"$work/log"
result $? "a photo is attached" "$work/log"
photo=$(json "$work/attached.json" "d['ref']")
same "it is there" "$(state device)" here
ok "a command makes a large one small" ctl device attach "$ref" "$work/big.jpg" --scale 'cp "'"$work"'/small.jpg" "$2"'
ok "one that fails is no reason to lose the photo" ctl device attach "$ref" "$work/photo.jpg" --scale false
ok "records and photos go to a stick" ctl device sync --dir "$work/stick"
same "three photos lie there" "$(ls "$work"/stick/XUNCHA/up/*.xca | wc -l | tr -d ' ')" 3
same "none can be read by who finds the stick" "$(cat "$work"/stick/XUNCHA/up/* | grep -c small)" 0

mkdir -p "$work/records/XUNCHA/up"
cp "$work"/stick/XUNCHA/up/*.xcb "$work/records/XUNCHA/up"
ok "the records come first" ctl town merge "$work/records"
same "the township knows of the photo before it is there" "$(state town)" "not here yet"
refused 1 "and says so" ctl town attach save "$photo" --out "$work/got.jpg"
cp -r "$work/stick" "$work/late"
ok "the photos come later" ctl town merge "$work/stick"
same "now it is there" "$(state town)" here
ok "it is taken out" ctl town attach save "$photo" --out "$work/got.jpg"
same "unchanged" "$(cksum <"$work/got.jpg")" "$(cksum <"$work/photo.jpg")"
ok "the receipt comes back" ctl device sync --dir "$work/stick"
same "it is delivered" "$(state device)" delivered
same "and has left the queue and the stick" "$(ls "$work/device/out" "$work/stick/XUNCHA/up" | grep -c xca)" 0

python3 - "$work/junk" <<'P'
import os, sys
for i in range(5): open(f"{sys.argv[1]}/{i}.xca", "wb").write(b"XCA1" + os.urandom(1000))
P
before=$(ls "$work/town/blobs" | wc -l)
ctl town merge "$work/junk" >/dev/null 2>&1
same "files that no record names are not taken in" "$(ls "$work/town/blobs" | wc -l)" "$before"

ok "the record is erased" ctl town erase "$ref" --reason 本人要求
same "the photo with it" "$(state town)" erased
ctl town merge "$work/stick" >/dev/null 2>&1
ok "the device hears of it" ctl device sync --dir "$work/stick"
same "and has forgotten the photo" "$(state device) $(ls "$work/device/blobs" | wc -l | tr -d ' ')" "erased $(($(ls "$work/town/blobs" | wc -l)))"
ctl town merge "$work/late" --json >"$work/late.json" 2>/dev/null
ctl device sync --dir "$work/late" >/dev/null 2>&1
same "an old stick brings it once more: refused by both" "$(json "$work/late.json" "[f['result'] for f in d['files'] if f['file'].endswith('.xca')].count('refused') >= 1")" True
same "and it lies nowhere, not for others either" "$(find "$work/town" "$work/device" -name '*.xca' -size +100k | wc -l | tr -d ' ')" 0
exit $failed
