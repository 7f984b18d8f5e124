#!/bin/sh
# Every step of the pack's workflow, taken by who may and refused to who may not: three persons on one device, no net.
. "$(dirname "$0")/../cli/lib.sh"
. "$top/tests/cli/town.sh"
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
{
	make_town && make_device device 王秀英 GRID && make_device device 李军 VADM && make_device device 周敏 TOWN
} >"$work/log" 2>&1 || { echo "1..1"; result 1 "a device with three workers" "$work/log"; exit 1; }
exec python3 -B "$top/tests/pack/workflow_steps.py" "$work"
