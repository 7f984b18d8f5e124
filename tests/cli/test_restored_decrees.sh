#!/bin/sh
# A township is lost and restored from its backup. What it had said itself after the backup (a device enrolled, one revoked, a pack
# published) comes back from the devices that had heard it, over HTTP and by stick, whoever of them comes first.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
needs_town
plan 77
devices="wang zhao li"
hazards() { echo $(($(ctl town register list hazards --csv | wc -l) - 1)); }
version() { ctl "$1" pack show --json >"$work/pack.json" && json "$work/pack.json" "d['version']"; }
roster() { ctl town enrol list --json >"$work/list.json" && json "$work/list.json" "sorted((w['label'], w['person'], w['revoked']) for w in d)"; }
words() { roster; version town; }
state() { ctl town digest; words; }
photo() { ctl town record show "$ref" --json >"$work/shown.json" && json "$work/shown.json" "d['attachments'][0]['state']"; }
bundles() { ls "$work/$1/out" | grep -c xcb; }
by_stick() {       # a stranger's own records are held until what it brings beside them is read: then the merge says so
	ctl "$1" sync --dir "$work/stick" || return 1
	ctl town merge "$work/stick" || [ "$1" = li ]
}
put_back() {       # the township as it was backed up, on another machine; the devices as they were when it was lost
	stop_daemon KILL
	rm -rf "$work/town" "$work/stick"
	mkdir "$work/stick"
	xunchactl --profile "$work/town" restore "$work/safe" || return 1
	for who in $devices chen; do rm -rf "$work/$who" && cp -a "$work/before/$who" "$work/$who" || return 1; done
}
ok "a township" make_town
ok "the daemon runs" start_daemon
ok "two devices are enrolled" make_device wang 王秀英 GRID
ok "and a manager's" make_device zhao 赵国强 VADM
ok "and one that will be lost" make_device chen 陈立 GRID
for who in wang chen; do
	ok "$who records" inspect $who
	ok "and delivers" ctl $who sync --url "$url"
done
ok "the township is backed up" ctl town backup "$work/safe"
old=$(state)
first=$(version town)
ok "chen records once more" inspect chen
ok "and delivers" ctl chen sync --url "$url"
ok "the device of chen is lost: revoked" ctl town enrol revoke 04 --reason 丢失
ok "a new device is enrolled" make_device li 李强 GRID
cp -r "$top/forms/catalog" "$work/pack"
sed -i "s/^version,.*/version,t2/" "$work/pack/pack.csv"
ok "a pack is published" ctl town pack publish "$work/pack"
for who in $devices; do ok "$who hears all of it" ctl $who sync --url "$url"; done
ctl li record submit --form walk_CA --row "places:=name:老马饭店" --answers "$top/packaging/demo/inspection.json" --anew --json >"$work/refs.json" 2>"$work/log"
result $? "the new device records, by the new pack" "$work/log"
ref=$(json "$work/refs.json" "d['refs'][0]")
printf '\377\330\377 a photo' >"$work/photo.jpg"
ok "with a photo" ctl li attach "$ref" "$work/photo.jpg"
ok "and delivers" ctl li sync --url "$url"
ok "one more of the staff is enrolled, on a machine of its own" make_device wu 吴刚 TOWN all
python3 -c 'import json, sys; one = json.load(open(sys.argv[1]))[0]; one.update(code="BN-73", name="东坡仓库"); json.dump([one], open(sys.argv[2], "w"))' \
	"$top/packaging/demo/35-shelter_new.json" "$work/shelter.json"
ok "and writes something for the village" ctl wu record submit --form shelter_new --answers "$work/shelter.json"
ok "which it delivers, and is not seen again" ctl wu sync --url "$url"
for who in $devices; do ctl $who sync --url "$url" >"$work/log" 2>&1; done
ok "its record goes round" ctl wang sync --url "$url"
lost=$(state)
said=$(words)
same "four hazards; the new pack is in force, also at the new device" "$(hazards) $(version town) $(version li)" "4 t2 t2"
inspect chen >"$work/log" 2>&1
mkdir "$work/before"
for who in $devices chen; do cp -a "$work/$who" "$work/before/$who"; done

# by HTTP: whoever is first brings it all; who was enrolled after the backup is a stranger until its certificate is back
for order in "li wang zhao" "chen wang zhao li"; do
	ok "the backup is restored" put_back
	[ "$order" = "li wang zhao" ] && same "it knows nothing of what came after" "$(state)" "$old"
	ok "the daemon runs again" start_daemon
	for who in $order; do
		if [ $who = chen ]; then
			ctl chen sync --url "$url" >"$work/log" 2>&1
			same "who finds the lost device is believed yet" "$(hazards)" 4
		else
			ok "$who comes" ctl $who sync --url "$url"
			[ "$who $order" != "li li wang zhao" ] || same "the new device alone brings its certificate, the revocation, the pack" "$(words)" "$said"
		fi
	done
	same "all is as it was when it was lost ($order)" "$(state)" "$lost"
	same "the photo is asked for and given too" "$(photo)" here
	ok "the store is sound" ctl town check
done
ok "what the finder had written is after the loss" test "$(ctl town record after-loss --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))')" = 1
for who in $devices; do ctl $who sync --url "$url" >"$work/log" 2>&1; done
same "nothing is given twice" "$(bundles wang) $(bundles zhao) $(bundles li)" "0 0 0"

# what the restored township says from now on is later than what it had lost
ok "the backup is restored" put_back
ok "the daemon runs again" start_daemon
sed -i "s/^version,.*/version,t3/" "$work/pack/pack.csv"
ok "another pack is published before anybody comes" ctl town pack publish "$work/pack"
for who in wang li; do ok "$who comes" ctl $who sync --url "$url"; done
same "the one it had lost is back, and the new one is in force everywhere" "$(version town) $(version wang) $(version li)" "t3 t3 t3"

# by stick
for order in "li zhao wang" "chen zhao li wang"; do
	ok "the backup is restored" put_back
	ok "a stick from the township" ctl town merge "$work/stick"
	for who in $order; do
		if [ $who = chen ]; then by_stick chen >"$work/log" 2>&1; continue; fi
		ok "$who comes by stick" by_stick $who
		[ $who != li ] || same "its certificate, the revocation, the pack are there" "$(words)" "$said"
	done
	same "all is as it was when it was lost ($order)" "$(state)" "$lost"
	ok "the store is sound" ctl town check
done
ok "a rebuild" ctl town rebuild
same "changes nothing" "$(state)" "$lost"
# one by stick, one by HTTP
ok "the backup is restored" put_back
ok "a stick from the township" ctl town merge "$work/stick"
ok "one comes by stick" by_stick zhao
ok "the daemon runs again" start_daemon
ok "the new device by HTTP" ctl li sync --url "$url"
same "all is as it was when it was lost" "$(state)" "$lost"
exit $failed
