#!/bin/sh
# Whoever has no backup of a township, an old one, or one that lacks keys made since, is told; what it is told is so.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 26
mkdir "$work/stick"
at() { when=$1 who=$2; shift 2; xunchactl --now "$when" --profile "$work/$who" --pin-file "$work/pin" "$@"; }
overdue() { at "$1" "${2:-town}" status --json >"$work/status.json"; json "$work/status.json" "d['backup_overdue']"; }
waiting() { ctl "$1" status --json >"$work/status.json"; json "$work/status.json" "d['waiting'] + d['unsealed']"; }
ok "a township" make_town
ok "and a device" make_device device 王秀英 GRID
same "never backed up" "$(overdue 2026-07-01T08:00)" "还没备份过: 电脑坏了, 乡镇的钥匙就没有了"
same "a device has nothing to be told: its records are at the township" "$(overdue 2026-07-01T08:00 device)" ""
ok "the township is backed up" at 2026-07-01T09:00 town backup "$work/safe"
same "a good month is quiet" "$(overdue 2026-07-31T08:59)" ""
same "then it is told" "$(overdue 2026-07-31T09:01)" "上次备份是 2026-07-01"
same "also when the clock went back behind it" "$(overdue 2026-06-01T09:00)" "上次备份是 2026-07-01"
ok "another backup" at 2026-08-01T09:00 town backup "$work/safer"
same "is a fresh one" "$(overdue 2026-08-02T08:00)" ""
ok "a member of staff joins at this machine" at 2026-08-02T09:00 town init writer --name 赵国强 --kdf min
same "whose key no backup has" "$(overdue 2026-08-02T10:00)" "备份以后添过人、准过人或改过 PIN: 备份里没有"
ok "the township takes new keys" at 2026-08-02T11:00 town root rotate
same "which matters more" "$(overdue 2026-08-02T12:00)" "备份以后换过钥匙: 备份里没有新的, 用它恢复, 设备不认"
ok "the device hears of them" sh -c 'xunchactl --profile "$1/town" --pin-file "$1/pin" merge "$1/stick" --json; xunchactl --profile "$1/device" --pin-file "$1/pin" sync --dir "$1/stick"' sh "$work"
ok "a township restored from the backup before them says when that was made" xunchactl --profile "$work/other" restore "$work/safer"
early() { xunchactl --now "$1" --profile "$work/third" restore "$work/safer" | grep -c 的钟比做备份的时候还早; }
same "under a clock that is behind the backup's it says to set it" "$(early 2026-07-31T09:00)" 1
same "under a right one it does not" "$(early 2026-08-03T09:00)" 0
same "it knows no newer keys to miss" "$(overdue 2026-08-03T08:00 other)" ""
inspect device >/dev/null 2>&1
rm -rf "$work/stick/XUNCHA"
ctl device sync --dir "$work/stick" >/dev/null 2>&1
ctl other merge "$work/stick" >/dev/null 2>&1
ctl other sync --dir "$work/stick" >/dev/null 2>&1
ctl device sync --dir "$work/stick" >/dev/null 2>&1
same "and the device does not believe it" "$(waiting device)" 2
ctl town merge "$work/stick" >/dev/null 2>&1
ctl device sync --dir "$work/stick" >/dev/null 2>&1
same "but the township with the keys" "$(waiting device)" 0
inspect device >/dev/null 2>&1
ctl device sync --dir "$work/stick" >/dev/null 2>&1
sealed=$(ls "$work/device/out")
same "a record waits, sealed for the keys there are" "$(echo "$sealed" | grep -c xcb)" 1
rm -rf "$work/stick/XUNCHA/up"
ok "the township takes new keys once more" at 2026-08-02T13:00 town root rotate
ctl town merge "$work/stick" >/dev/null 2>&1
ctl device sync --dir "$work/stick" >/dev/null 2>&1
same "what waited is sealed anew, for these" "$(ls "$work/device/out" | grep -c "${sealed%%.*}")" 0
ctl town merge "$work/stick" >/dev/null 2>&1
ctl device sync --dir "$work/stick" >/dev/null 2>&1
same "and arrives" "$(waiting device)" 0
ok "a backup with the new keys" at 2026-08-03T09:00 town backup "$work/safest"
exit $failed
