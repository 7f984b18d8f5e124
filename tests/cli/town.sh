# town.sh - a township, its pack, one village, two devices; for tests that need them. Sourced after lib.sh.
make_town() {
	ctl town init township --name 样例镇 --division 990101100 --staff 周敏 --kdf min &&
	ctl town pack publish "$top/forms/catalog" || return 1
	for file in "$top"/packaging/demo/[0-9]*.json; do
		form=$(basename "$file" .json)
		ctl town record submit --form "${form#*-}" --answers "$file" || return 1
	done
}
make_device() {    # make_device PROFILE NAME ROLE [VILLAGE]
	ctl "$1" init writer --name "$2" --kdf min &&
	ctl town enrol grant "$work/$1/enrol.request" --role "$3" --scope "${4:-990101100201}" --person "$2" --out "$work/$1.grant" &&
	ctl "$1" enrol accept "$work/$1.grant" --root "$(ctl town root show)"
}
inspect() {        # inspect PROFILE [OPTION…]: one inspection of 老马饭店 with a hazard at CO-08, another one each time
	who=$1
	shift
	ctl "$who" record submit --form walk_CA --row "places:=name:老马饭店" --answers "$top/packaging/demo/inspection.json" --anew "$@"
}
