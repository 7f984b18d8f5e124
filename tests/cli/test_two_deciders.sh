#!/bin/sh
# Two staff sessions decide the same hazard in the same moment on one store: one decision stands and the other is told that the hazard
# has moved on, or both stand and are shown side by side; and a stick, or a daemon, of another township takes nothing and loses nothing.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 18
mkdir "$work/stick"
ok "a township" make_town
ok "a device" make_device device 王秀英 GRID
for i in 1 2 3; do inspect device; done >/dev/null 2>&1
ctl device sync --dir "$work/stick" >/dev/null
ok "with three hazards to judge" ctl town merge "$work/stick"
hazards=$(ctl town --json register list hazards --where '${verify} = "needed"' | grep -ao '"id": *"[0-9a-f:]*"' | cut -d'"' -f4)
same "there they are" 3 "$(echo "$hazards" | wc -l | tr -d ' ')"
echo '{"verify": "major", "level": "M", "level_basis": "现场看过", "level_by": "甲"}' >"$work/major.json"
echo '{"verify": "general", "level": "G+", "level_basis": "现场看过", "level_by": "乙"}' >"$work/general.json"
decide() { ctl town record submit --form hazard_verify --row "$1" --answers "$work/$2.json" >"$work/$2.out" 2>&1; echo $? >"$work/$2.rc"; }
stood=0 told=0
for h in $hazards; do
	decide "$h" major & first=$!
	decide "$h" general & second=$!
	wait $first $second
	stood=$((stood + $(grep -lx 0 "$work/major.rc" "$work/general.rc" | wc -l)))
	told=$((told + $(grep -l 现在的状态不能走这一步 "$work/major.out" "$work/general.out" | wc -l)))
done
same "every one of six decisions stands or is told why not" 6 "$((stood + told))"
same "where both stand they are shown side by side" "$((stood - 3))" "$(ctl town --json register list hazards | grep -ac '"conflict": true')"
ok "the store is sound" ctl town check

# another township: its own people, the same stick
ctl other init township --name 乙镇 --division 990101101 --staff 钱乙 --kdf min >/dev/null 2>&1
ctl other pack publish "$top/forms/catalog" >/dev/null 2>&1
ctl theirs init writer --name 孙乙 --kdf min >/dev/null 2>&1
ctl other enrol grant "$work/theirs/enrol.request" --role GRID --scope 990101101201 --person 孙乙 --out "$work/theirs.grant" >/dev/null 2>&1
ok "a device of another township" ctl theirs enrol accept "$work/theirs.grant" --root "$(ctl other root show)"
echo '{"desc": "乱堆", "address": "东村口", "level": "G"}' >"$work/h.json"
ctl other merge "$work/stick" >/dev/null 2>&1
ctl theirs sync --dir "$work/stick" >/dev/null 2>&1
ok "records a hazard" ctl theirs record submit --form hazard_new --answers "$work/h.json"
ctl theirs sync --dir "$work/stick" >"$work/log" 2>&1
before=$(ctl town digest)
ok "a neighbour's bundles on a shared stick are no fault" sh -c 'xunchactl --profile "$1/town" --pin-file "$1/pin" merge "$1/stick" >"$1/log"' sh "$work"
has "they are counted" "$work/log" 别的乡镇的
same "the first township knows nothing of it" "$before" "$(ctl town digest)"
ctl other merge "$work/stick/XUNCHA/up" >"$work/log" 2>&1
same "the other takes it from the same stick" 1 "$(ctl other register list hazards | wc -l | tr -d ' ')"
ctl device sync --dir "$work/stick" >"$work/log" 2>&1
ctl theirs sync --dir "$work/stick" >"$work/log" 2>&1
same "and each device has its own township's receipt" "0 0" "$(ctl device --json status | json /dev/stdin "d['waiting']") $(ctl theirs --json status | json /dev/stdin "d['waiting']")"
ctl theirs record submit --form hazard_new --answers "$work/h.json" >/dev/null
port=$((21000 + $$ % 20000))
xunchad --profile "$work/town" --listen 127.0.0.1:$port >"$work/daemon.log" 2>&1 &
daemon=$!
trap 'kill $daemon 2>/dev/null; rm -rf "$work"' EXIT
for i in 1 2 3 4 5 6 7 8 9 10; do curl -sf "http://127.0.0.1:$port/healthz" >/dev/null && break; sleep 1; done
refused 1 "the first township's daemon is not its own, and it says so" ctl theirs sync --url "http://127.0.0.1:$port"
has "plainly" "$work/err" 别的乡镇
kill -TERM $daemon; wait $daemon
same "its record waits for its own" 1 "$(ctl theirs --json status | json /dev/stdin "d['waiting'] + d.get('unsealed', 0)")"
ctl theirs sync --dir "$work/stick" >/dev/null 2>&1
ctl other merge "$work/stick/XUNCHA/up" >"$work/log" 2>&1
same "which gets it" 2 "$(ctl other register list hazards | wc -l | tr -d ' ')"
exit $failed
