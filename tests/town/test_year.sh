#!/bin/sh
# A township's year, made by a seed, merged from bundles: every number of the report is reckoned again from the JSON Lines by a
# script that shares nothing with the program. YEAR_INSPECTIONS and the rest make it as large as the guide's (600000 200 30 6000).
. "$(dirname "$0")/../cli/lib.sh"
[ -x "$build/tests/town/make_year" ] || { echo "1..0 # SKIP built --without-town"; exit 0; }
plan 14
catalog=$top/forms/catalog
now=2026-01-03T10:00
echo 135790 >"$work/staff"
year() { xunchactl --now "$now" --profile "$work/year/town" "$@"; }
recount() { python3 -B "$top/tests/town/year/recount.py" "$1" "$work/rows.jsonl" "$catalog" "$2" "$3" "$4"; }

ok "a year is lived" "$build/tests/town/make_year" "$work/year" "${YEAR_INSPECTIONS:-2000}" "${YEAR_WRITERS:-9}" "${YEAR_VILLAGES:-3}" "${YEAR_PLACES:-60}"
ok "and merged from its bundles, all of them" year --pin-file "$work/staff" merge "$work/year/bundles"
ok "everything goes out as JSON Lines" year export jsonl "$work/rows.jsonl"
ok "and in full, for who may" year --pin-file "$work/staff" export jsonl "$work/full.jsonl" --full
ok "every ledger, and the county's sheet of a month" sh -c "xunchactl --now $now --profile '$work/year/town' --pin-file '$work/staff' export all --csv '$work/csv' --full && xunchactl --now $now --profile '$work/year/town' export monthly --csv '$work/csv/月报（报县）.csv' --month 2025-06"
ok "every cell of which is what a script reckons" python3 -B "$top/tests/town/year/ledgers.py" "$work/csv" "$work/full.jsonl" "$catalog" 2026-01-03 2025-06
ok "the report of the year" year report --html "$work/year.html" --year 2025 --outlines "$work/year/outlines.geojson"
ok "has every number as the script reckons it" recount "$work/year.html" 2025 0 2026-01-03
ok "the report of a month" year report --html "$work/june.html" --month 2025-06
ok "as well" recount "$work/june.html" 2025 6 2026-01-03
now=2025-08-20T10:00
ok "a report made in the middle of the year" year report --html "$work/middle.html" --year 2025
ok "counts to that day" recount "$work/middle.html" 2025 0 2025-08-20
refused 1 "a period that has not begun" year report --html "$work/no.html" --year 2031
python3 - "$work/year.html" "$work/june.html" >"$work/log" 2>&1 <<'P'
import html.parser, re, sys
class Check(html.parser.HTMLParser):
    void = {'meta', 'br', 'hr'}
    alone = {'path', 'line', 'rect', 'circle', 'polyline'}
    def __init__(self):
        super().__init__(); self.open, self.ids, self.refs, self.heads, self.figures, self.tables = [], set(), [], [], 0, 0
    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        assert 'src' not in a and tag not in ('script', 'link', 'iframe', 'img'), (tag, attrs)
        if a.get('href'): assert a['href'].startswith('#'), a; self.refs.append(a['href'][1:])
        if 'id' in a: assert a['id'] not in self.ids, a['id']; self.ids.add(a['id'])
        self.refs += a.get('aria-labelledby', '').split()
        if tag in ('h1', 'h2', 'h3'): self.heads.append(int(tag[1]))
        if tag == 'svg' and 'chart' in a.get('class', '') + ' ' or tag == 'svg' and a.get('role') == 'img': assert a.get('aria-labelledby'); self.figures += 1
        if tag == 'th': assert a.get('scope') in ('col', 'row'), a
        if tag == 'table': self.tables += 1
        if tag not in self.void: self.open.append(tag)
    def handle_endtag(self, tag): assert self.open.pop() == tag, tag
    def handle_startendtag(self, tag, attrs): self.handle_starttag(tag, attrs); tag in self.void or self.open.pop()
for path in sys.argv[1:]:
    text = open(path, encoding='utf-8').read()
    c = Check(); c.feed(text)
    assert not c.open and not set(c.refs) - c.ids, (c.open, set(c.refs) - c.ids)
    assert c.heads[0] == 1 and all(b - a <= 1 for a, b in zip(c.heads, c.heads[1:])), c.heads
    assert c.figures >= 3 and c.tables >= 12, (c.figures, c.tables)
    assert 'lang="zh-CN"' in text and text.count('<caption') == c.tables and 'prefers-color-scheme:dark' in text and '@media print' in text
    assert not re.search(r'业主|被叫人|100\d{8}', text), "a name or a telephone number"
P
result $? "the files fetch nothing, run nothing, name nobody, and are built for a screen reader" "$work/log"
exit $failed
