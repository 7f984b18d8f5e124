#!/bin/sh
# What a township writes down comes out again: every form that makes a row is submitted, and every ledger is exported under the
# offices' own headings with rows in it.
. "$(dirname "$0")/../cli/lib.sh"
. "$top/tests/cli/town.sh"
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
needs_town
make_town >"$work/log" 2>&1 || { echo "1..1"; result 1 "a township with its places" "$work/log"; exit 1; }
python3 -B "$top/tests/pack/ledgers.py" "$top" "$work"
