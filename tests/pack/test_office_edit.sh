#!/bin/sh
# An office worker opens a checklist, adds an item and saves it as the office program likes: the item is asked on a device after
# the next sync, and what was recorded before keeps its wording. Opened and saved by LibreOffice where it is installed, else written
# as it would write.
. "$(dirname "$0")/../cli/lib.sh"
. "$top/tests/cli/town.sh"
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
plan 16

edited() {         # edited HOW: the pack with one item more, saved so, under a new version
	rm -rf "$work/$1" && cp -r "$top/forms/catalog" "$work/$1" && chmod -R u+w "$work/$1" &&
	python3 -B "$top/tests/pack/office.py" "$work/$1" "$1"
}

through_office() { # through_office HOW: the same, typed into the list in UTF-8 and then opened and saved by LibreOffice
	case $1 in
	utf8) saver='csv:Text - txt - csv (StarCalc):44,34,76,1' ;;
	gb18030) saver='csv:Text - txt - csv (StarCalc):44,34,85,1' ;;
	xlsx) saver='xlsx:Calc MS Excel 2007 XML' ;;
	esac
	edited utf8 && mkdir -p "$work/saved" && rm -f "$work/saved/"* &&
	soffice -env:UserInstallation="file://$work/office" --headless --infilter='CSV:44,34,76,1' --convert-to "$saver" --outdir "$work/saved" "$work/utf8/lists/CA.csv" &&
	test -n "$(ls "$work/saved")" && rm "$work/utf8/lists/CA.csv" && mv "$work/saved/"* "$work/utf8/lists/" &&
	{ [ "$1" = utf8 ] || { rm -rf "$work/$1" && mv "$work/utf8" "$work/$1"; }; } &&
	sed -i "s/edited-utf8-/edited-$1-/" "$work/$1/pack.csv"
}
save=edited
if command -v soffice >/dev/null; then save=through_office; else echo "# LibreOffice is not installed: its files are written by hand"; fi

for how in utf8 gb18030 xlsx; do
	ok "a list is edited and saved as $how" $save $how
	ok "the edited pack ($how) is sound" xunchactl pack check "$work/$how"
done

mkdir "$work/stick"
ok "a township with its places" make_town
ok "a device is enrolled" make_device device 王秀英 GRID
ok "an inspection by the old list" inspect device
ok "the old record travels" ctl device sync --dir "$work/stick"
take_and_publish() {
	ctl town merge "$work/stick" && ctl town pack publish "$work/xlsx" && ctl town merge "$work/stick"
}
ok "the township takes it and publishes the edited pack" take_and_publish
ok "the device takes the new pack" ctl device sync --dir "$work/stick"
python3 - "$top/packaging/demo/inspection.json" "$work/new.json" <<'P'
import json, sys
d = json.load(open(sys.argv[1]))
d['CA-13'] = 'fail'
d['xc_hazard'] = [{'item': 'CA-13', 'desc': '阀门无人检查'}]
d['CO-08'] = 'pass'
json.dump(d, open(sys.argv[2], 'w'), ensure_ascii=False)
P
ok "the new item is asked and can raise a hazard" ctl device record submit --form walk_CA --row "places:=name:老马饭店" --answers "$work/new.json"
ctl device register list hazards --csv >"$work/hazards.csv"
has "the hazard names the new item" "$work/hazards.csv" CA-13
has "the old hazard is still there" "$work/hazards.csv" CO-08
ok "chains, packs and registers agree" ctl device check
exit $failed
