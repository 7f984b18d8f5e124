#!/bin/sh
# A worker moves to another township. The device's data stay those of the first, whose they are: the other's grant is refused in plain
# words and changes nothing, what was not sent arrives, a draft is there. For the other there is a second profile beside it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 23
mkdir "$work/stick"
left() { ctl "$1" status --json >"$work/status.json"; json "$work/status.json" "d['waiting'] + d['unsealed']"; }
hazards() { echo $(($(ctl "$1" register list hazards --csv | wc -l) - 1)); }
denied() {         # denied GRANT AS-WHOM WORDS
	refused 1 "$4" ctl device --as "$2" enrol accept "$1" --root "$code"
	has "and says so" "$work/err" "$3"
}
ok "a township" make_town
ok "a device" make_device device 王秀英 GRID
ok "a record that is not sent" inspect device
mv "$work/town" "$work/stone"
before=$(ctl device digest)$(ctl device heads)
ok "another township" ctl town init township --name 柳湾镇 --division 990102100 --staff 赵敏 --kdf min
ok "with the same lists" ctl town pack publish "$top/forms/catalog"
code=$(ctl town root show)
ok "the worker asks to be let in with the same device" ctl device enrol request --out "$work/moves.request"
ok "he is" ctl town enrol grant "$work/moves.request" --role GRID --scope 990102100201 --person 王秀英 --out "$work/moves.grant"
denied "$work/moves.grant" 王秀英 "这里的记录都是样例镇的, 还有 2 条没送到: 照常送去。到柳湾镇另开一份: xuncha --profile 新目录" "the device does not change townships"
ok "as somebody new on the same device" ctl device init writer --name 王秀英二 --kdf min
ok "he is let in" ctl town enrol grant "$work/device/enrol.request" --role GRID --scope 990102100201 --person 王秀英 --out "$work/anew.grant"
denied "$work/anew.grant" 王秀英二 "到柳湾镇另开一份" "nor so"
same "nothing is changed by it" "$(ctl device digest)$(ctl device heads)" "$before"
ok "and all is sound" ctl device check
ok "a profile of its own" ctl second init writer --name 王秀英 --kdf min
ok "is let in" ctl town enrol grant "$work/second/enrol.request" --role GRID --scope 990102100201 --person 王秀英 --out "$work/second.grant"
ok "there" ctl second enrol accept "$work/second.grant" --root "$code"
for who in device second; do ctl $who sync --dir "$work/stick" >"$work/log" 2>&1 || break; done
result $? "one stick takes what both have" "$work/log"
ctl town merge "$work/stick" >"$work/log" 2>&1 && ctl stone merge "$work/stick" >>"$work/log" 2>&1 && ctl device sync --dir "$work/stick" >>"$work/log" 2>&1
result $? "it goes to both townships, and back" "$work/log"
same "what was not sent is where it belongs, and nowhere else" "$(hazards stone) $(hazards town) $(left device)" "1 0 0"
refused 1 "the grant is still refused" ctl device --as 王秀英 enrol accept "$work/moves.grant" --root "$code"
has "without a word of what was to be sent" "$work/err" "这里的记录都是样例镇的。到柳湾镇另开一份: xuncha --profile 新目录"
exit $failed
