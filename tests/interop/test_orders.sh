#!/bin/sh
# The same two thousand events in two hundred orders of arrival: the reader in Python finds in every one of them the digest
# that the programs found (tests/ledger/test_fold_merge merges them in C).
. "$(dirname "$0")/../cli/lib.sh"
python=/usr/bin/python3
$python -c 'import nacl, zstandard' 2>/dev/null || { echo "1..0 # SKIP python3-nacl and python3-zstandard are not installed"; exit 0; }
plan 2
ok "two thousand events are written in two hundred orders" "$build/tests/interop/orders" make "$work/orders" 200
ok "the reader finds one digest in all of them" $python -B "$top/tests/interop/reader.py" orders "$work/orders" ${XUNCHA_ORDERS:-}
grep "^# " "$work/log"
exit $failed
