#!/bin/sh
# Every step of the pack's workflow, taken by who may and refused to who may not: a grid worker, a village manager, the township.
. "$(dirname "$0")/../cli/lib.sh"
. "$top/tests/cli/town.sh"
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
{
	make_town && make_device device 王秀英 GRID && make_device manager 李军 VADM && mkdir "$work/stick"
} >"$work/log" 2>&1 || { echo "1..1"; result 1 "a township and two devices" "$work/log"; exit 1; }
python3 -B "$top/tests/pack/workflow_steps.py" "$work" "$top"
