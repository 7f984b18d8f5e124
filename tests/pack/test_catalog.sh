#!/bin/sh
# The shipped pack against itself and, where it is at hand, against the reference of the work it was written from. TAP.
top=$(cd "$(dirname "$0")/../.." && pwd)
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
exec python3 -B "$top/tests/pack/catalog_check.py" "$top"
