#!/bin/sh
# What a newer program or pack made: kept whole with its reason, said by check, taken in once this program or the pack is newer.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
plan 27
ok "a township" make_town
ok "a device" make_device device 王秀英 GRID
ok "one record" inspect device
ok "in a bundle" ctl device bundle export --to "$work/stick"
bundle=$(ls "$work"/device/out/*.xcb)
id=$(basename "$bundle" .xcb)
version=$(xunchactl --version | sed 's/.* //')

python3 -c "import sys; d=bytearray(open(sys.argv[1],'rb').read()); d[4]=2; open(sys.argv[2],'wb').write(d)" "$bundle" "$work/later.xcb"
refused 1 "a bundle of the next major is refused" ctl town merge "$work/later.xcb"
has "by name" "$work/log" 请升级程序
same "and kept, with the version that was too old" "$(cat "$work"/town/quarantine/*.newer)" "$version"
ok "the store is sound" ctl town check
has "and what waits for a newer program is said" "$work/log" "1 个数据包由更新的程序封成"
ctl town check --json >"$work/check.json" 2>/dev/null
same "also to programs" "$(json "$work/check.json" "len(d['newer'])")" 1
refused 1 "a stranger's file is refused for another reason" sh -c 'printf "XCB1\001\001\000\000" | cat - "$0" >"$0.x" && exec xunchactl --profile "$1" merge "$0.x"' "$work/pin" "$work/town"
ctl town check >"$work/check" 2>&1
has "and does not wait for a newer program" "$work/check" "1 个数据包由更新的程序封成"

# A program of before could not read what this one can: so its quarantine looks.
leave() {          # leave VERSION
	cp "$bundle" "$work/town/quarantine/$id.xcb"
	echo "请升级程序" >"$work/town/quarantine/$id.xcb.txt"
	printf %s "$1" >"$work/town/quarantine/$id.xcb.newer"
}
mkdir "$work/empty"
leave "$version"
ok "the township settles" ctl town merge "$work/empty"
same "what this version refused is not tried again by it" "$(ls "$work/town/quarantine/$id.xcb.newer" | wc -l | tr -d ' ')" 1
leave 0.0.1
ctl town check >"$work/check" 2>&1
has "two wait" "$work/check" "2 个数据包由更新的程序封成"
ok "the newer program settles" ctl town merge "$work/empty"
same "the hazard is there" "$(ctl town register list hazards | wc -l | tr -d ' ')" 1
same "and nothing of that bundle in quarantine" "$(ls "$work/town/quarantine" | grep -c "$id")" 0
ctl town check >"$work/check" 2>&1
has "the one of the next major still waits" "$work/check" "1 个数据包由更新的程序封成"

# A newer pack: the records made with it come first.
cp -r "$top/forms/catalog" "$work/pack" && chmod -R u+w "$work/pack"
sed -i 's/^version,.*/version,2099.1/' "$work/pack/pack.csv"
ok "the township publishes a newer pack" ctl town pack publish "$work/pack"
ok "and a place with it" ctl town record submit --form place_new --answers "$(ls "$top"/packaging/demo/[0-9]*-place_new.json | head -1)"
rm -rf "$work/stick" && mkdir -p "$work/stick" "$work/records"
ok "on a stick" ctl town sync --dir "$work/stick"
find "$work/stick" -name '*.xcb' -exec cp {} "$work/records" \;
ctl device merge "$work/records" >"$work/log" 2>&1
ctl device check >"$work/check" 2>&1
has "the records without the pack wait for it by name" "$work/check" "条记录等清单包"
ctl device status >"$work/status" 2>&1
has "what the township has published and the device has not is said by its name" "$work/status" "这里还没有: 清单包 xuncha 2099.1"
ctl device sync --dir "$work/stick" >"$work/log" 2>&1
ctl device check >"$work/check" 2>&1
lacks "with the pack they wait no more" "$work/check" "条记录等清单包"
ctl device status --json >"$work/status.json" 2>&1
same "nor is anything missing" "$(json "$work/status.json" "d['missing']")" ""
ctl town status --json >"$work/status.json" 2>&1
same "at the township neither" "$(json "$work/status.json" "d['missing']")" ""
exit $failed
