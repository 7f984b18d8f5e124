"""recount.py REPORT.html ROWS.jsonl CATALOG YEAR [MONTH] [TODAY]: every number of a report, reckoned again from the JSON Lines alone.

The catalogue gives only what a reader of the report has as well: the words of codes, the duties, the parameters, the seasons. Prints
what differs, and exits 1; else says how many numbers were compared. Nothing of the program is used."""
import collections
import csv
import datetime
import html.parser
import json
import os
import re
import sys

from duties import Duties

DAY = datetime.timedelta(days=1)
ZONE = datetime.timezone(datetime.timedelta(hours=8))


class Page(html.parser.HTMLParser):
    """Tables by id as {row heading: [cells]}, and numbers by data-k."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tables, self.keys, self.table, self.key, self.cell, self.depth = {}, {}, None, None, None, 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == 'table':
            self.table = self.tables.setdefault(attrs.get('id'), [])
        elif tag == 'tr':
            self.row = []
        elif tag in ('td', 'th'):
            self.cell = ''
        if 'data-k' in attrs:
            self.key = attrs['data-k']
            self.keys[self.key] = ''
        elif tag == 'small':
            self.key = None

    def handle_endtag(self, tag):
        if tag in ('td', 'th') and self.cell is not None:
            self.row.append(self.cell.strip())
            self.cell = None
        elif tag == 'tr' and self.table is not None:
            self.table.append(self.row)
        elif tag == 'table':
            self.table = None
        if tag in ('dd', 'span', 'b', 'p'):
            self.key = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data
        if self.key:
            self.keys[self.key] += data


def share(part, whole):
    if not whole:
        return '–'
    tenths = (part * 2000 + whole) // (2 * whole)
    return '%d.%d%%' % (tenths // 10, tenths % 10)


def number(n):
    return '{:,}'.format(n)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00')) if text else None


def day_of(text):
    t = moment(text)
    if t is None:
        return None
    return (t.replace(tzinfo=ZONE) if t.tzinfo is None else t.astimezone(ZONE)).date()


def date(text):
    return datetime.date.fromisoformat(text) if re.fullmatch(r'\d{4}-\d\d-\d\d', text or '') else None


class Catalog:
    def __init__(self, folder):
        self.folder = folder
        self.fields = {(r['register'], r['field']): r for r in self.table('fields')}
        self.codes = collections.defaultdict(dict)
        for r in self.table('codes'):
            self.codes[r['list']][r['name']] = r['zh']
        for r in self.table('kinds'):
            if r['zh']:
                self.codes['kinds'].setdefault(r['id'], r['zh'])
        for name in os.listdir(os.path.join(folder, 'lists')):
            self.items(os.path.join(folder, 'lists', name))
        self.param = {r['key']: r['value'] for r in self.table('pack')}
        self.workflow = self.table('workflow')

    def table(self, name):
        with open(os.path.join(self.folder, name + '.csv'), encoding='utf-8-sig', newline='') as f:
            return list(csv.DictReader(f))

    def items(self, path):
        with open(path, encoding='utf-8-sig', newline='') as f:
            sheet = head = None
            for row in csv.reader(f):
                if row and row[0]:
                    sheet, head = row[0], None
                elif sheet == 'survey' and head is None:
                    head = row
                elif sheet == 'survey' and any(row):
                    d = dict(zip(head, row))
                    label = next((v for k, v in d.items() if k.startswith('label') and 'zh' in k), '')
                    if re.match(r'[A-Z]{2}-', d.get('name', '')):
                        self.codes['items'][d['name']] = label

    def label(self, register, field, code):
        return self.codes[self.fields[register, field]['codes']].get(code, code)


class Rows:
    def __init__(self, path):
        self.by = collections.defaultdict(list)
        self.at = {}
        with open(path, encoding='utf-8') as f:
            for line in f:
                r = json.loads(line)
                r['made'] = day_of(r['created'])
                self.by[r['register']].append(r)
                self.at[r['row']] = r

    def alive(self, register, workflow=False):
        return [r for r in self.by[register] if workflow or not r['retracted']]


class Count:
    """The words of the report, each as its notes define it."""

    def __init__(self, rows, catalog, first, end, today):
        self.rows, self.cat, self.first, self.end, self.last = rows, catalog, first, end, min(end, today)
        self.to_of = {(w['register'], w['step']): (w['field'], w['to']) for w in catalog.workflow}
        self.village = {v['fields']['code']: v['fields']['name'] for v in rows.alive('villages') if v['fields'].get('code')}
        self.hazards = [h for h in rows.alive('hazards', True) if h['fields'].get('stage') != 'void' and not h['fields'].get('drill')]
        for h in self.hazards:
            self.judge(h)

    def within(self, day):
        return day is not None and self.first <= day <= self.last

    def reached(self, h, stage):
        days = [day_of(s['at']) for s in h.get('steps', []) if self.to_of.get(('hazards', s['step'])) == ('stage', stage)]
        return days[-1] if days else None

    def judge(self, h):
        f = h['fields']
        h['closed'] = self.reached(h, 'closed') if f.get('stage') == 'closed' else None
        h['fixed'] = self.reached(h, 'fixed') if f.get('stage') in ('closed', 'fixed') else None
        if f.get('stage') == 'closed' and h['fixed'] is None:
            h['fixed'] = h['closed']
        h['due'] = date(f.get('due'))
        h['is_found'] = self.within(h['made'])
        h['is_closed'] = self.within(h['closed'])
        h['is_open'] = h['made'] <= self.last and (h['closed'] is None or h['closed'] > self.last)
        h['is_overdue'] = h['is_open'] and h['due'] is not None and h['due'] < self.last and (h['fixed'] is None or h['fixed'] > self.last)

    @staticmethod
    def four(hazards):
        return [sum(h[k] for h in hazards) for k in ('is_found', 'is_closed', 'is_open', 'is_overdue')]

    def group(self, rows, key):
        groups = collections.defaultdict(list)
        for r in rows:
            groups[key(r)].append(r)
        return groups


def scope_of(r):
    return r['scope']


def compare(page, c, catalog, rows, buckets):
    """Yields (what, shown, reckoned)."""
    inspections = [r for r in rows.alive('inspections') if c.within(r['made'])]
    places = [p for p in rows.alive('places') if p['made'] <= c.last and p['fields'].get('status') not in ('idle', 'gone')]
    percent = int(catalog.param.get('attendance_percent', 50))
    first_min, all_min = int(catalog.param.get('callout_first_min', 5)), int(catalog.param.get('callout_all_min', 30))

    def key(name, n):
        return ('key ' + name, page.keys.get(name, '(none)').strip(), number(n))

    def cells(table, want):
        shown = {r[0]: r[1:] for r in page.tables.get(table, [])[1:]}
        for heading in sorted(set(shown) | set(want)):
            yield ('%s %s' % (table, heading), shown.get(heading, '(none)'), want.get(heading, '(none)'))

    found, closed, opened, overdue = c.four(c.hazards)
    yield key('inspections', len(inspections))
    yield key('found', found)
    yield key('closed', closed)
    yield key('open', opened)
    yield key('overdue', overdue)
    yield key('spot', sum(h['is_found'] and h['fields'].get('spot') == 'yes' for h in c.hazards))
    yield key('major', sum(h['is_open'] and h['fields'].get('verify') == 'major' for h in c.hazards))
    yield key('doubtful', sum(h['is_open'] and h['fields'].get('verify') == 'needed' for h in c.hazards))

    trainings = [t for t in rows.alive('trainings') if c.within(day_of(t['fields'].get('started')) or t['made'])]
    drills = [d for d in rows.alive('drills') if c.within(day_of(d['fields'].get('started')) or d['made'])]
    whole = lambda r, f: int(float(r['fields'].get(f) or 0))
    yield key('trainings', len(trainings))
    yield key('present', sum(whole(t, 'present_n') for t in trainings))
    yield key('expected', sum(whole(t, 'roll') for t in trainings))
    yield key('low-attendance', sum(whole(t, 'roll') > 0 and whole(t, 'present_n') * 100 < whole(t, 'roll') * percent for t in trainings))
    yield key('drills', len(drills))

    # over time
    want, want2 = {}, {}
    for name, a, b in buckets:
        inside = lambda d: d is not None and a <= d <= b and c.within(d)
        want[name] = [number(sum(inside(r['made']) for r in inspections)), number(sum(inside(h['made']) for h in c.hazards)), number(sum(inside(h['closed']) for h in c.hazards)),
                      number(sum(h['made'] <= b and (h['closed'] is None or h['closed'] > b) for h in c.hazards) if a <= c.last else 0)]
        ts = [t for t in trainings if inside(day_of(t['fields'].get('started')) or t['made'])]
        want2[name] = [number(len(ts)), number(sum(whole(t, 'present_n') for t in ts)), number(sum(inside(day_of(d['fields'].get('started')) or d['made']) for d in drills))]
    yield from cells('t-time', want)
    yield from cells('t-training', want2)

    # groups
    four = lambda hs: [number(n) for n in c.four(hs)]
    levels = c.group(c.hazards, lambda h: catalog.label('hazards', 'level', h['fields'].get('level', '')) or '没有定级')
    yield from cells('t-level', {k: four(v) for k, v in levels.items()})
    kind = lambda r: catalog.label('hazards', 'kind', r['fields'].get('kind', '')) or '没有写类别'
    by_kind, by_place, by_visit = c.group(c.hazards, kind), c.group(places, kind), c.group(inspections, kind)
    yield from cells('t-kind', {k: [number(len(by_place[k])), number(len(by_visit[k]))] + four(by_kind[k]) for k in set(by_kind) | set(by_place) | set(by_visit)})
    items = c.group(c.hazards, lambda h: h['fields'].get('item', '-'))
    order = sorted(items, key=lambda i: (-c.four(items[i])[0], i))
    want = collections.OrderedDict()
    for i in order[:15]:
        want[catalog.label('hazards', 'item', i) if i != '-' else '清单以外'] = four(items[i])
    if len(order) > 15:
        want['其余 %d 项' % (len(order) - 15)] = four([h for i in order[15:] for h in items[i]])
    yield from cells('t-item', want)
    took = [0] * 6
    names = ['1 天以内', '2–3 天', '4–7 天', '8–15 天', '16–30 天', '30 天以上']
    done = [h for h in c.hazards if h['is_closed']]
    for h in done:
        days = (h['closed'] - h['made']).days
        took[next((i for i, m in enumerate([1, 3, 7, 15, 30]) if days <= m), 5)] += 1
    yield from cells('t-took', {n: [number(t), share(t, closed)] for n, t in zip(names, took)})
    with_due = [h for h in done if h['due']]
    yield key('closed-with-due', len(with_due))
    yield key('closed-in-time', sum(h['fixed'] <= h['due'] for h in with_due))
    listed = [h for h in c.hazards if h['is_open'] and h['fields'].get('verify') in ('major', 'needed')]
    yield ('t-listed rows', max(0, len(page.tables.get('t-listed', [[]])) - 1), min(60, len(listed)))

    # trainings and drills
    subjects = collections.Counter(s for t in trainings for s in t['fields'].get('subjects', '').split())
    yield from cells('t-subject', {catalog.label('trainings', 'subjects', s): [number(n)] for s, n in subjects.items()})
    evaluations = collections.Counter(e['fields'].get('drill') for e in rows.alive('evaluations'))
    problems = [h for h in rows.alive('hazards', True) if h['fields'].get('drill')]
    want = {}
    for k, ds in c.group(drills, lambda d: catalog.label('drills', 'kind', d['fields'].get('kind', ''))).items():
        ids = {d['row'] for d in ds}
        mine = [h for h in problems if h['fields']['drill'] in ids]
        want[k] = [number(len(ds)), number(sum(whole(d, 'people') for d in ds)), number(sum(evaluations[d['row']] > 0 for d in ds)), number(len(mine)), number(sum(h['fields'].get('stage') == 'closed' for h in mine))]
    yield from cells('t-drill', want)

    # warnings
    warnings = {w['row']: w for w in rows.alive('warnings') if c.within(day_of(w['fields'].get('issued')) or w['made'])}
    calls = [x for x in rows.alive('callouts') if x['fields'].get('warning') in warnings]
    for x in calls:
        a, b = moment(x['fields'].get('first_call')), moment(x['fields'].get('answered_at'))
        x['took'] = (b - a).total_seconds() / 60 if a and b else None
    answers = [0] * 5
    for x in calls:
        answers[4 if x['took'] is None else next((i for i, m in enumerate([5, 10, 30]) if x['took'] <= m), 3)] += 1
    yield key('warnings', len(warnings))
    yield from cells('t-answer', {n: [number(k), share(k, len(calls))] for n, k in zip(['5 分钟以内', '6–10 分钟', '11–30 分钟', '30 分钟以上', '没有应答'], answers)})
    want = {}
    for level, ws in c.group(warnings.values(), lambda w: w['fields'].get('level', '')).items():
        ids = {w['row'] for w in ws}
        mine = [x for x in calls if x['fields']['warning'] in ids]
        got = sum(x['took'] is not None for x in mine)
        reached = [float(w['fields']['done_min']) for w in ws if w['fields'].get('done_min')]
        want[catalog.label('warnings', 'level', level)] = [number(len(ws)), number(len(mine)), number(got), number(sum(x['took'] is not None and x['took'] <= first_min for x in mine)), share(got, len(mine)),
                                                           number(len(reached)), number(sum(int(m) <= all_min for m in reached))]
    yield from cells('t-warning', want)

    # duties
    owed = Duties(rows, catalog, c.first, c.last).all()
    by_duty, by_village = collections.defaultdict(lambda: [0, 0]), collections.defaultdict(lambda: [0, 0])
    for duty, subject, wanted, got in owed:
        for total in (by_duty[duty], by_village[subject['scope']]):
            total[0] += wanted
            total[1] += got
    yield key('wanted', sum(w for w, _ in by_duty.values()))
    yield key('done', sum(d for _, d in by_duty.values()))
    yield from cells('t-duty', {k: [number(w), number(d), number(w - d), share(d, w)] for k, (w, d) in by_duty.items()})

    # villages
    def village(scope):
        own = lambda rs: [r for r in rs if scope is None or r['scope'] == scope]
        called = own(calls)
        w, d = [sum(x) for x in zip(*by_village.values())] if scope is None and by_village else by_village[scope]
        return ([number(len(own(places))), number(len(own(inspections)))] + four(own(c.hazards)) + [number(w), number(d), share(d, w), number(len(own(trainings))), number(len(own(drills))),
                share(sum(x['took'] is not None for x in called), len(called))])
    want = {name: village(scope) for scope, name in c.village.items()}
    if '镇直' in [r[0] for r in page.tables['t-village']]:
        want['镇直'] = village('all')
    want['合计'] = village(None)
    yield from cells('t-village', want)


def main(report, lines, folder, year, month=None, today=None):
    catalog, rows = Catalog(folder), Rows(lines)
    rows.today = date(today) or datetime.date.today()
    year, month = int(year), int(month or 0)
    first = datetime.date(year, month or 1, 1)
    end = (datetime.date(year + month // 12, month % 12 + 1, 1) if month else datetime.date(year + 1, 1, 1)) - DAY
    c = Count(rows, catalog, first, end, date(today) or datetime.date.max)
    if month:
        buckets = [('%d日' % d, datetime.date(year, month, d), datetime.date(year, month, d)) for d in range(1, end.day + 1)]
    else:
        buckets = [('%d月' % m, datetime.date(year, m, 1), datetime.date(year + m // 12, m % 12 + 1, 1) - DAY) for m in range(1, 13)]
    with open(report, encoding='utf-8') as f:
        page = Page(f.read())
    wrong = total = 0
    for what, shown, want in compare(page, c, catalog, rows, buckets):
        total += len(want) if isinstance(want, list) else 1
        if shown != want:
            wrong += 1
            print('%s: the report says %s, recounted %s' % (what, shown, want))
    print('%d numbers compared, %d places differ' % (total, wrong))
    return 1 if wrong or total < 100 else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
