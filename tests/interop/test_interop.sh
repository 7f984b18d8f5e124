#!/bin/sh
# An independent reader, written from FORMAT.md alone, against the programs: it opens what they seal, verifies every author,
# folds, and computes the same digest; it refuses what they refuse.
. "$(dirname "$0")/../cli/lib.sh"
. "$top/tests/cli/town.sh"
python=/usr/bin/python3
$python -c 'import nacl, zstandard' 2>/dev/null || { echo "1..0 # SKIP python3-nacl and python3-zstandard are not installed"; exit 0; }
reader="$python -B $top/tests/interop/reader.py"
sent=$work/sent
plan 22
ok "the reader finds in the golden files what was put there" $reader golden "$top/tests/vectors/golden"

mkdir "$work/stick" "$sent" "$work/export"
everything() { make_town && make_device device 王秀英 GRID && make_device manager 李军 VADM; }
ok "a township and two devices" everything

carry() {          # carry PROFILE: a visit with the stick; what lies on it is kept for the reader
	case $1 in town) ctl town merge "$work/stick" ;; *) ctl "$1" sync --dir "$work/stick" ;; esac && cp -R "$work"/stick/XUNCHA/. "$sent/"
}
exchange() {       # until everybody has what there is for him
	carry device && carry manager && carry town && carry device && carry manager && ctl town bundle export --to "$work/export"
}
hand_out_keys() {
	for who in town device manager; do
		ctl "$who" key export --box --out "$work/$who.keys" || return 1
	done
	cat "$work/device.keys" "$work/town.keys" >"$work/all.keys"
}
read_as() {        # read_as COMMAND PROFILE KEYS: all files that travelled, by the keys of one party; the township's own stay there
	case $2 in town) own=$work/export ;; *) own=$work/device.grant ;; esac
	$reader "$1" --roots "$work/$2/roots" --keys "$work/$3.keys" "$sent" "$own" "$work/device.grant" "$work/manager.grant" "$work/town/blobs"
}
same_digest() {    # same_digest "what" PROFILE KEYS
	same "$1" "$(read_as digest "$2" "$3" 2>&1)" "$(ctl "$2" digest)"
}
step() {           # step PROFILE FORM ANSWERS: at the one hazard there is
	echo "$3" >"$work/answers.json"
	ctl "$1" record submit --form "$2" --row "$hazard" --answers "$work/answers.json"
}

ok "an inspection with a hazard is recorded and everybody has it" eval 'inspect device && exchange'
ok "the programs hand out the keys that open their bundles" hand_out_keys
read_as show town all >"$work/show.json"
same "the reader knows the township by the same code" "$(json "$work/show.json" "d['code']")" "$(ctl town root show | tr -d ' ')"
same "it refuses none of the bundles" "$(json "$work/show.json" "[v for v in d['files'].values() if v.startswith('refused')]")" "[]"
same_digest "its digest is the township's" town all
same_digest "and with the device's keys that of the device" device device

ctl manager register list hazards --json >"$work/hazards.json"
hazard=hazards:$(json "$work/hazards.json" "d[0]['id']")
apart() {          # two people at one hazard who do not know of each other; a record taken back
	step manager hazard_start '{"plan": "换锁"}' && step device hazard_report_fixed '{"fix_desc": "锁已换"}' && inspect device &&
	ctl device record retract "$(ctl device register list inspections --json | $python -c 'import json,sys; print(json.load(sys.stdin)[-1]["id"].split(":")[0])')" --reason 录错 && exchange
}
ok "two people work at one hazard apart, and one takes a record back" apart
same_digest "the reader keeps both values as the township does" town all
settle() {
	ctl town conflict resolve "${hazard#hazards:}" stage --take 1 && step town hazard_verify '{"verify": "general", "level": "G", "level_basis": "现场看过"}' && exchange
}
ok "the township settles it" settle
same_digest "and the reader follows" town all

lose() {           # the device is lost and goes on in other hands; staff adopt one record of what came after
	cp -r "$work/device" "$work/stolen" && ctl town enrol revoke 02 --reason 丢失 && inspect stolen && inspect stolen && carry stolen && carry town &&
	ctl town record adopt "$(ctl town record after-loss --json | $python -c 'import json,sys; print(json.load(sys.stdin)[0]["ref"])')" &&
	carry town && carry manager && ctl town bundle export --to "$work/export" && hand_out_more
}
hand_out_more() {  # keys that came since
	for who in town manager; do
		rm -f "$work/$who.keys" && ctl "$who" key export --box --out "$work/$who.keys" || return 1
	done
	cat "$work/device.keys" "$work/town.keys" >"$work/all.keys"
}
ok "the device is lost, its scopes get new keys, one later record is adopted" lose
same_digest "the reader believes what the township believes" town all
change() { ctl town root rotate && ctl town root rotate && inspect manager && carry manager && carry town && carry manager && ctl town bundle export --to "$work/export" && hand_out_more; }
ok "the township's own keys change twice" change
same_digest "the reader follows the chain of roots" town all
erase() {
	ctl town erase "$(ctl town register list hazards --json | $python -c 'import json,sys; print(json.load(sys.stdin)[0]["id"].split(":")[0])')" --answers --reason 本人要求 &&
	carry town && carry manager && carry town && ctl town bundle export --to "$work/export"
}
ok "a record is erased" erase
same_digest "the reader erases it too, whatever copy it has" town all
same "it refuses none of all that" "$(read_as show town all | $python -c 'import json,sys; print([v for v in json.load(sys.stdin)["files"].values() if v.startswith("refused")])')" "[]"

mkdir "$work/bad"
for file in "$sent"/up/*.xcb; do bundle=$file; done
$python - "$bundle" "$work/bad" <<'PY'
import sys
data = open(sys.argv[1], "rb").read()
for at in range(4, len(data), max(1, len(data) // 97)):
    if not 26 <= at < 42:                               # the sealer's name: a stranger is held, not refused
        open("%s/%05d.xcb" % (sys.argv[2], at), "wb").write(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
open(sys.argv[2] + "/cut.xcb", "wb").write(data[:-1])
PY
bad=$(ls "$work/bad" | wc -l | tr -d ' ')
before=$(ctl town digest)
ok "the reader refuses a bundle with any byte changed" $reader refused --roots "$work/town/roots" --keys "$work/all.keys" "$sent" "$work/device.grant" "$work/bad"
ctl town --json merge "$work/bad" >"$work/merge.json" 2>/dev/null
same "and so do the programs, each file of them" "$(json "$work/merge.json" "d['refused'] + d['foreign']")" "$bad"
same "which changes nothing" "$(ctl town digest)" "$before"
exit $failed
