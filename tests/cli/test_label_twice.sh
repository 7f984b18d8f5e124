#!/bin/sh
# A township restored from a backup gives a label anew that it had given to another device since. When the certificate of that one comes back
# the label means neither: nobody is revoked in place of the other, and every record's number says whose it is.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
. "$(dirname "$0")/net.sh"
needs_town
plan 27
listed() { ctl town enrol list --json >"$work/list.json"; json "$work/list.json" "sorted((d['person'], $1) for d in d)"; }
label() { ctl town enrol list --json >"$work/list.json"; json "$work/list.json" "[w['label'] for w in d if w['person'] == '$1'][0]"; }
ok "a township" make_town
ok "the daemon runs" start_daemon
ok "a device" make_device wang 王秀英 GRID
ok "the township is backed up" ctl town backup "$work/safe"
ok "another device is enrolled" make_device li 李强 GRID
same "as 03" "$(label 李强)" 03
ok "it records" inspect li
ok "and delivers" ctl li sync --url "$url"
stop_daemon KILL
rm -rf "$work/town"
ok "the township is lost and restored" xunchactl --profile "$work/town" restore "$work/safe"
ok "the daemon runs again" start_daemon
ok "a device is enrolled before anybody comes" make_device sun 孙立 GRID
same "as 03 too" "$(label 孙立)" 03
ok "it records" inspect sun
ok "and delivers" ctl sun sync --url "$url"
ok "the other comes, and its certificate with it" ctl li sync --url "$url"
one=$(label 李强)
other=$(label 孙立)
case $one+$other in 03-????+03-????) true ;; *) false ;; esac
result $? "the label is none's any more: $one, $other"
refused 1 "revoking it revokes nobody" ctl town enrol revoke 03 --reason 丢失
has "it says who they are" "$work/err" "$one 李强"
has "both" "$work/err" "$other 孙立"
same "nobody is revoked" "$(listed "d['revoked']")" "[('周敏', False), ('孙立', False), ('李强', False), ('王秀英', False)]"
ok "a role is added to one" ctl town enrol extend "$other" --role VADM
same "who keeps its name" "$(label 孙立)" "$other"
ok "the other is revoked" ctl town enrol revoke "$one" --reason 丢失
same "and nobody else" "$(listed "d['revoked']")" "[('周敏', False), ('孙立', False), ('李强', True), ('王秀英', False)]"
ok "the next device" make_device wu 吴刚 GRID
same "gets a label of its own" "$(label 吴刚)" 04
ok "the store is sound" ctl town check
exit $failed
