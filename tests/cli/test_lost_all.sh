#!/bin/sh
# A device whose store and journal are both gone says so, and everything comes back from whatever others hold, with nothing asked but
# the PIN: from a neighbour's folder before any township, from the township's stick. One that lost all but its keys gets its grant
# once more, without a new certificate. What is recorded afterwards stands beside what was before.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
plan 38
mkdir "$work/chat" "$work/folder" "$work/stick" "$work/second"
rows() { ctl "$1" register list hazards --csv | wc -l | tr -d ' '; }
waiting() { ctl "$1" status --json >"$work/status.json"; json "$work/status.json" "d['waiting'] + d['unsealed']"; }
lose() { rm -rf "$work/$1/store" "$work/$1/journal"; }
ok "a township" make_town
ok "a worker" make_device wang 王秀英 GRID
ok "a neighbour of the same village, enrolled later" make_device zhao 赵国强 GRID
ok "the neighbour records" inspect zhao
ok "and sends a folder by chat" ctl zhao sync --dir "$work/chat"
ok "the worker reads it, having never heard of that neighbour" ctl wang sync --dir "$work/chat"
same "the neighbour's certificate came along: the hazard is there" "$(rows wang)" 2
ok "the worker records" inspect wang
ok "and passes it on" ctl wang sync --dir "$work/chat"
ok "so that the neighbour has it" ctl zhao sync --dir "$work/chat"
digest=$(ctl wang digest)
same "both know the same" "$(ctl zhao digest)" "$digest"
rm -rf "$work/wang.grant" "$work/chat"

lose wang
ctl wang digest >"$work/out" 2>"$work/err"
has "the worker's device lost store and journal, and says what to do" "$work/err" 请同步取回
same "nothing is known any more" "$(ctl wang register list places --csv 2>/dev/null | wc -l | tr -d ' ')" 1
ok "the neighbour leaves a folder" ctl zhao sync --dir "$work/folder"
rm -rf "$work/folder/XUNCHA/up"
ok "the worker reads it" ctl wang sync --dir "$work/folder"
same "all is there again, and no township was asked" "$(ctl wang digest)" "$digest"
ok "the store is sound" ctl wang check
ok "the worker records again" inspect wang
same "beside what was there" "$(rows wang)" 4
ok "and brings it to the township" ctl wang sync --dir "$work/stick"
ok "which merges it" ctl town merge "$work/stick"
same "the township has every hazard, also those recorded before the loss" "$(rows town)" 4
ok "the receipts come back" ctl wang sync --dir "$work/stick"
same "and all is acknowledged" "$(waiting wang)" 0

digest=$(ctl wang digest)
lose wang
ok "lost again: a stick from the township is enough" ctl wang sync --dir "$work/stick"
same "all is there again" "$(ctl wang digest)" "$digest"
ok "the township gives out a new stick" ctl town merge "$work/second"
lose zhao
ok "the neighbour lost everything too, and reads that" ctl zhao sync --dir "$work/second"
same "and has it all" "$(ctl zhao digest)" "$digest"

# Only the keys are left: no roots, no key of the township's word, no packs.
lose wang
rm -rf "$work/wang"/roots* "$work/wang"/decrees.* "$work/wang/packs" "$work/wang/blobs"
ok "only the keys are left: the worker writes a request again" ctl wang enrol request --out "$work/again.request"
refused 1 "a second certificate is not given" ctl town enrol grant "$work/again.request" --role GRID --scope 990101100201 --person 王秀英 --out "$work/again.grant"
has "staff are told what helps" "$work/err" "enrol again"
ok "the file is written once more" xunchactl --profile "$work/town" enrol again "$work/again.request" --out "$work/again.grant"
ok "the worker takes it in with the township's code" ctl wang enrol accept "$work/again.grant" --root "$(ctl town root show)"
ok "and the rest from the stick" ctl wang sync --dir "$work/second"
same "all is there again" "$(ctl wang digest)" "$digest"
ok "a revoked device" ctl town enrol revoke 02 --reason 丢失
refused 1 "gets no such file" xunchactl --profile "$work/town" enrol again "$work/again.request" --out "$work/other.grant"
exit $failed
