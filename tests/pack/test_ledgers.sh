#!/bin/sh
# What a township writes down comes out again: every form that makes a row is submitted, and every ledger is exported under the
# offices' own headings with the rows in it.
. "$(dirname "$0")/../cli/lib.sh"
. "$top/tests/cli/town.sh"
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
plan 4

# The ledgers of the pack: id and title, tab between.
ledgers() {
	python3 -B -c "
import sys
sys.path.insert(0, '$top/tests/pack')
from catalog import Pack
for r in Pack('$top').exports:
    if r['order'] == '0':
        print(r['ledger'], r['heading'], sep='\t')"
}
# Submit the answers of every form that needs no row to be opened on; links to rows that are not there are left out.
fill_everything() {
	for file in "$top"/tests/pack/answers/*_new.json "$top"/tests/pack/answers/*_new.*.json; do
		form=$(basename "$file" .json)
		python3 -c "
import json, sys
d = json.load(open('$file'))
d = {k: v for k, v in d.items() if v != 'aaaaaaaaaaaaaaaaaaaaaaaa:0' and v != 'IMG_0001.jpg'}
d['__village'] = '990101100201'
for k, v in json.load(open('$top/tests/pack/links.json')).get('${form%%.*}', {}).items():
    d.setdefault(k, v)
json.dump(d, open('$work/one.json', 'w'), ensure_ascii=False)" || return 1
		ctl town record submit --form "${form%%.*}" --answers "$work/one.json" >"$work/submit.log" 2>&1 || { echo "$form: $(cat "$work/submit.log")"; return 1; }
	done
}
export_everything() {
	mkdir -p "$work/ledgers" && ledgers >"$work/ledgers.tsv" &&
	while IFS='	' read -r id title; do
		ctl town export "$id" --csv "$work/ledgers/$id.csv" || { echo "$title"; return 1; }
	done <"$work/ledgers.tsv"
}
headings() {
	python3 -B - "$top" "$work/ledgers" <<'P'
import csv, os, sys
top, folder = sys.argv[1:3]
sys.path.insert(0, os.path.join(top, 'tests', 'pack'))
from catalog import Pack
want = {}
for r in Pack(top).exports:
    want.setdefault(r['ledger'], []).append(r['heading'])
bad = 0
for ledger, heads in want.items():
    with open(os.path.join(folder, ledger + '.csv'), encoding='utf-8-sig', newline='') as f:
        rows = list(csv.reader(f))
    at = next((i for i, r in enumerate(rows) if r[:len(heads) - 1] == heads[1:]), None)
    if at is None:
        print(ledger, 'headings differ', rows[:3])
        bad = 1
    elif len(rows) == at + 1:
        print(ledger, heads[0], 'is empty')
        bad = 1
sys.exit(bad)
P
}

ok "a township with its places" make_town
ok "every form that makes a row is taken" fill_everything
ok "every ledger is exported" export_everything
ok "under its own headings, with rows in it" headings
exit $failed
