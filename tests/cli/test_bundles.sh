#!/bin/sh
# A bundle delivered twice, cut, changed, by a stranger, to the wrong township: no change of state, a reason; the file kept, another township's left alone.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
plan 16
mkdir "$work/stick" "$work/bad"
ok "a township and a device" make_town
ok "enrolled" make_device device 王秀英 GRID
ok "one record" inspect device
ok "sealed" ctl device bundle export --to "$work/stick"
bundle=$(ls "$work"/stick/XUNCHA/up/*.xcb | head -1)

digest=$(ctl town digest)
head -c 500 "$bundle" >"$work/bad/cut.xcb"
refused 1 "a cut bundle is refused" ctl town merge "$work/bad/cut.xcb"
python3 - "$bundle" "$work/bad/changed.xcb" <<'P'
import sys
b = bytearray(open(sys.argv[1], "rb").read()); b[300] ^= 1; open(sys.argv[2], "wb").write(b)
P
rm "$work/bad/cut.xcb"
refused 1 "a changed bundle is refused" ctl town merge "$work/bad/changed.xcb"
same "neither changed anything" "$(ctl town digest)" "$digest"
same "both are kept aside with their reasons" "$(ls "$work"/town/quarantine/*.txt | wc -l | tr -d ' ')" 2
ok "the good one is merged" ctl town merge "$bundle"
digest=$(ctl town digest)
ctl town merge "$bundle" --json >"$work/again.json"
same "the second time it is a duplicate" "$(json "$work/again.json" "d['files'][0]['result']")" duplicate
same "and changes nothing" "$(ctl town digest)" "$digest"

xunchactl --profile "$work/other" --pin-file "$work/pin" init township --name 别的镇 --division 990101101 --staff 甲 --kdf min >/dev/null 2>&1
ok "another township cannot open it: no fault" sh -c 'xunchactl --profile "$1/other" --pin-file "$1/pin" merge "$2" >"$1/left"' sh "$work" "$bundle"
has "it counts it" "$work/left" "别的乡镇的 1 包没有动"
same "keeps nothing of it" "" "$(ls "$work/other/in" 2>/dev/null)"
same "and says so" "0 0" "$(ctl other --json status | json /dev/stdin "d['held'], d['strangers']" | tr -d '(),')"
ctl town bundle show "$bundle" --json >"$work/show.json"
same "its cover shows who, when, how large, and no content" "$(json "$work/show.json" "sorted(d)")" "['counter', 'file', 'id', 'plain', 'recipients', 'result', 'sealer', 'size', 'tick', 'wall']"
exit $failed
