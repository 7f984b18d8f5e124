"""ledgers.py FOLDER ROWS.jsonl CATALOG TODAY [MONTH]: every cell of every ledger (CSV, in full), reckoned again from the JSON Lines in full.

What is counted and summed over other rows is counted here, not taken from the lines; the expressions of exports.csv are read by a
reader of this file's own. MONTH: the sheet of the month in FOLDER was made for it. Nothing of the program is used. Prints what
differs, and exits 1; else says how many cells were compared.

ledgers.py --masked FOLDER FULL XLSX CATALOG: ledgers as they go out beside those in full: personal cells masked, the others equal, and
the workbooks (in the folder XLSX) hold the same."""
import collections
import csv
import datetime
import json
import math
import os
import re
import sys
import xml.etree.ElementTree as xml
import zipfile

TOKEN = re.compile(r"\s*(?:(\$\{\w+\})|'([^']*)'|(\d+(?:\.\d+)?)|([A-Za-z][\w-]*)|(!=|<=|>=|[()+\-*,=<>]))")
ZONE = datetime.timezone(datetime.timedelta(hours=8))


def table(folder, name):
    with open(os.path.join(folder, name + '.csv'), encoding='utf-8-sig', newline='') as f:
        return list(csv.DictReader(f))


def text(v):
    if isinstance(v, bool):
        return 'true' if v else 'false'
    if isinstance(v, float):
        return '' if math.isnan(v) else '%d' % v if v == int(v) else repr(v)
    return v


def number(v):
    """Days compare as numbers do."""
    if re.fullmatch(r'\d{4}-\d\d-\d\d', v):
        return float(datetime.date.fromisoformat(v).toordinal())
    try:
        return float(v)
    except ValueError:
        return math.nan


def truth(v):
    return bool(v) and not (isinstance(v, float) and math.isnan(v))


def moment(t):
    return datetime.datetime.fromisoformat(t.removeprefix('约 ').replace('Z', '+00:00'))


class Expression:
    """Parsed into closures over (books, row)."""

    def __init__(self, source):
        self.tokens, at = [], 0
        while source[at:].strip():
            m = TOKEN.match(source, at)
            assert m, source[at:]
            self.tokens.append(next((k, v) for k, v in enumerate(m.groups()) if v is not None))
            at = m.end()
        self.at = 0
        self.run = self.either()
        assert self.at == len(self.tokens), source

    def peek(self, *words):
        return self.at < len(self.tokens) and self.tokens[self.at][0] >= 3 and self.tokens[self.at][1] in words

    def take(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def chain(self, below, **words):
        left = below()
        while self.peek(*words):
            left = self.join(words[self.take()[1]], left, below())
        return left

    @staticmethod
    def join(how, left, right):
        return lambda b, r: how(left(b, r), right(b, r))

    def either(self):
        return self.chain(self.both, **{'or': lambda a, b: truth(a) or truth(b)})

    def both(self):
        return self.chain(self.compared, **{'and': lambda a, b: truth(a) and truth(b)})

    def compared(self):
        def same(a, b):
            return number(text(a)) == number(text(b)) if isinstance(a, float) or isinstance(b, float) else a == b
        return self.chain(self.sum, **{'=': same, '!=': lambda a, b: not same(a, b), '<': lambda a, b: number(text(a)) < number(text(b)), '>': lambda a, b: number(text(a)) > number(text(b)),
                                       '<=': lambda a, b: number(text(a)) <= number(text(b)), '>=': lambda a, b: number(text(a)) >= number(text(b))})

    def sum(self):
        return self.chain(self.product, **{'+': lambda a, b: number(text(a)) + number(text(b)), '-': lambda a, b: number(text(a)) - number(text(b))})

    def product(self):
        return self.chain(self.one, **{'*': lambda a, b: number(text(a)) * number(text(b)), 'div': lambda a, b: number(text(a)) / number(text(b)) if number(text(b)) else math.nan})

    def one(self):
        kind, word = self.take()
        if kind == 0:
            return lambda b, r: b.value(r, word[2:-1])
        if kind == 1:
            return lambda b, r: word
        if kind == 2:
            return lambda b, r: float(word)
        if word == '(':
            inner = self.either()
            assert self.take()[1] == ')'
            return inner
        assert kind == 3 and self.take()[1] == '(', word
        args = []
        while not self.peek(')'):
            args.append(self.either())
            self.peek(',') and self.take()
        self.take()
        if word == 'if':
            return lambda b, r: args[1](b, r) if truth(args[0](b, r)) else args[2](b, r)
        return lambda b, r: b.call(word, r, [a(b, r) for a in args])


class Books:
    def __init__(self, lines, folder, month=None):
        self.month = month
        self.fields = {(f['register'], f['field']): f for f in table(folder, 'fields')}
        self.titles = {r['id']: r['title'] for r in table(folder, 'registers')}
        self.flow = {w['register'] for w in table(folder, 'workflow')}
        self.params = {p['key']: p['value'] for p in table(folder, 'pack')}
        self.codes = collections.defaultdict(dict)
        for c in table(folder, 'codes'):
            self.codes[c['list']][c['name']] = c['zh']
        for k in table(folder, 'kinds'):
            if k['zh']:
                self.codes['kinds'].setdefault(k['id'], k['zh'])
        self.read, self.persons, self.counted = {}, {}, {}
        self.rows, self.at, self.children = collections.defaultdict(list), {}, collections.defaultdict(list)
        with open(lines, encoding='utf-8') as f:
            for line in f:
                r = json.loads(line)
                self.at[r['row']] = r
                if not r['retracted'] or r['register'] in self.flow:
                    self.rows[r['register']].append(r)
        self.villages = {v['fields'].get('code'): v['fields'].get('name', '') for v in self.rows['villages']}
        for rows in self.rows.values():
            for r in rows:
                for f, v in r['fields'].items():
                    if self.fields.get((r['register'], f), {}).get('type', '').startswith('row'):
                        for target in v.split():
                            self.children[target, r['register'], f].append(r)

    def evaluate(self, source, row):
        if source not in self.read:
            self.read[source] = Expression(source).run
        return self.read[source](self, row)

    # --- fields ---

    def value(self, r, name):
        derive = self.fields[r['register'], name]['derive']
        if not derive:
            return r['fields'].get(name, '')
        if derive.startswith('= '):
            return text(self.evaluate(derive[2:], r))
        return self.derived(r, derive)

    def holds(self, r, cond):
        for part in cond.split():
            m = re.fullmatch(r'(\w+)(!?=)(.*)', part)
            field, how, wanted = m.groups()
            if (self.value(r, field) in wanted.split('|')) != (how == '='):
                return False
        return True

    def derived(self, r, derive):
        how, source, of, where = re.fullmatch(r'(count|sum|last) (\w+\.\w+)(?: of (\w+))?(?: where (.*))?', derive).groups()
        rows = [x for x in self.children[(r['row'], *source.split('.'))] if self.holds(x, where or '')]
        if how == 'count':
            return '%d' % len(rows)
        got = [(x['created'], x['created'] if of == 'created_at' else self.value(x, of)) for x in rows]
        if how == 'sum':
            return text(float(round(sum(number(v) for _, v in got if v), 6)))
        got = [g for g in got if g[1]]
        return max(got)[1] if got else ''

    def label(self, r, name):
        f, v = self.fields[r['register'], name], self.value(r, name)
        if f['type'].startswith('row'):
            return '、'.join(self.title(self.at[i]) if i in self.at else i for i in v.split())
        if f['codes']:
            return '、'.join(self.codes[f['codes']].get(c, c) for c in v.split())
        return v

    def title(self, r):
        return text(self.evaluate(self.titles[r['register']], r))

    # --- functions ---

    def call(self, name, r, args):
        if name in ('label', 'title'):
            return self.label(r, *args) if args else self.title(r)
        if name == 'linked':
            for field in args[:-1]:
                r = self.at.get(r and self.value(r, field))
            return '' if r is None else text(self.evaluate(args[-1], r)) if '(' in args[-1] else self.label(r, args[-1])
        if name == 'concat':
            return ''.join(text(a) for a in args)
        if name == 'coalesce':
            return next((a for a in args if text(a)), '')
        if name == 'selected':
            return args[1] in args[0].split()
        if name == 'number':
            return number(text(args[0]))
        if name == 'round':
            n = number(text(args[0]))
            return n if math.isnan(n) else float(math.floor(n * 10 ** (args[1] if len(args) > 1 else 0) + 0.5)) / 10 ** (args[1] if len(args) > 1 else 0)
        if name == 'decimal-date-time':
            return moment(args[0]).timestamp() / 86400 if args[0] else math.nan
        if name == 'today':
            return self.today
        if name == 'format-date':
            return args[0][:4] if args[1] == '%Y' else args[0]
        if name == 'date':
            return args[0][:10]
        if name == 'not':
            return not truth(args[0])
        if name == 'param':
            return self.params.get(args[0], '')
        if name == 'tally':
            return self.tally(r, *args)
        steps = [s for s in r.get('steps', []) if args and s['step'] == args[0]]
        if name == 'step_at':
            return self.day(steps[-1]) if steps else ''
        if name == 'step_by':
            return 'by ' + steps[-1]['by'] if steps else ''
        if name == 'created_by':
            return 'by ' + r['by']
        return {'created_at': self.day(r), 'village': self.villages.get(r['scope'], ''),
                'serial': '%s-%s-%s' % (r['scope'] if r['scope'] != 'all' else '', r['created'][:4], r.get('number', '')), 'row_number': '#', 'row_id': r['row']}[name]

    @staticmethod
    def day(told):
        """A ledger has the true time where it is known, and says where it is only known that it was not before."""
        return ('约 ' if told['time_by'] == 'stick' else '') + told['time']

    def tally(self, r, register, cond='', field=''):
        scope, key = r['fields'].get('code'), (register, cond, field)
        if key not in self.counted:
            groups = collections.defaultdict(list)
            for x in self.rows[register]:
                if x['created'][:7] == self.month and self.holds(x, cond):
                    groups[x['scope']].append(number(self.value(x, field) or '0') if field else 1)
            self.counted[key] = groups
        return float(sum(self.counted[key][scope]))


class Compared:
    def __init__(self, books):
        self.books, self.cells, self.wrong = books, 0, 0

    def cell(self, value, kind):
        value = text(value)
        if kind == 'date' and value[10:11] == 'T':
            return value[:10]
        if kind == 'datetime' and value[10:11] == 'T':
            return value[:16].replace('T', ' ')
        return value

    def same(self, shown, want):
        """A person stands in the lines by the label of the writer: one label, one name."""
        if want.startswith('by '):
            return self.books.persons.setdefault(want, shown) == shown
        shown = re.sub(r"^'(?=[=+\-@])", '', shown)
        return shown == want or (shown and want and number(shown) == number(want) and not math.isnan(number(shown)))

    def ledger(self, path, lines):
        head, columns = lines[0], lines[1:]
        register, _, where = head['value'].partition(' where ')
        with open(path, encoding='utf-8-sig', newline='') as f:
            rows = list(csv.reader(f))
        assert rows[0][0] == head['heading'] and rows[2] == [c['heading'] for c in columns], path
        want = [[self.cell(self.books.evaluate(c['value'], r), c['type']) for c in columns] for r in self.books.rows[register] if not where or truth(self.books.evaluate(where, r))]
        shown = rows[3:]
        if len(shown) != len(want):
            self.say('%s: %d rows, reckoned %d' % (head['heading'], len(shown), len(want)))
        self.match(head['heading'], columns, shown, want)

    def match(self, name, columns, shown, want):
        numbers = [i for i, c in enumerate(columns) if c['value'] == 'row_number()']
        plain = [i for i in range(len(columns)) if i not in numbers]
        for i in numbers:
            if [r[i] for r in shown] != ['%d' % k for k in range(1, len(shown) + 1)]:
                self.say('%s: rows are not numbered from 1' % name)
        people = [i for i in plain if any(w[i].startswith('by ') for w in want)]
        rest = [i for i in plain if i not in people]
        norm = lambda v: re.sub(r"^'(?=[=+\-@])", '', v) if math.isnan(number(v)) else text(number(v))
        order = lambda r: [norm(r[i]) for i in rest]
        shown, want = sorted(shown, key=order), sorted(want, key=order)
        for s, w in zip(shown, want):
            for i in plain:
                self.cells += 1
                if not self.same(s[i], w[i]):
                    self.say('%s %s: %r, reckoned %r (row %s)' % (name, columns[i]['heading'], s[i], w[i], s[:3]))

    def say(self, words):
        self.wrong += 1
        if self.wrong < 60:
            print(words)


def main(folder, lines, catalog, today, month=None):
    books = Books(lines, catalog, month)
    books.today = today
    ledgers = collections.OrderedDict()
    for line in table(catalog, 'exports'):
        ledgers.setdefault(line['ledger'], []).append(line)
    done = Compared(books)
    for name, parts in ledgers.items():
        parts.sort(key=lambda p: int(p['order']))
        path = os.path.join(folder, parts[0]['heading'].replace('/', '-') + '.csv')
        if name != 'monthly' or month:
            done.ledger(path, parts)
    print('%d ledgers, %d cells compared, %d differ' % (len(ledgers), done.cells, done.wrong))
    return 1 if done.wrong or done.cells < 1000 else 0


def workbook(path):
    """The first sheet as rows of text, dates as CSV writes them."""
    with zipfile.ZipFile(path) as z:
        space = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
        sheet, styles = (xml.fromstring(z.read('xl/' + n)) for n in ('worksheets/sheet1.xml', 'styles.xml'))
        shared = [''.join(t.text or '' for t in s.iter(space + 't')) for s in xml.fromstring(z.read('xl/sharedStrings.xml'))] if 'xl/sharedStrings.xml' in z.namelist() else []
    codes = {f.get('numFmtId'): f.get('formatCode') for f in styles.iter(space + 'numFmt')}
    formats = [codes.get(x.get('numFmtId'), '') for x in styles.find(space + 'cellXfs')]
    rows = collections.defaultdict(dict)
    for c in sheet.iter(space + 'c'):
        letters, row = re.fullmatch(r'([A-Z]+)(\d+)', c.get('r')).groups()
        column = 0
        for l in letters:
            column = column * 26 + ord(l) - 64
        v = c.find(space + 'v')
        value = ''.join(t.text or '' for t in c.iter(space + 't')) if c.get('t') == 'inlineStr' else shared[int(v.text)] if c.get('t') == 's' else v.text if v is not None else ''
        form = formats[int(c.get('s', 0))]
        if v is not None and c.get('t') != 's' and 'yy' in form:
            day = datetime.datetime(1899, 12, 30) + datetime.timedelta(minutes=round(float(value) * 1440))
            value = day.strftime('%Y-%m-%d %H:%M' if 'h' in form else '%Y-%m-%d')
        rows[int(row)][column] = value or ''
    return rows


def masked(folder, full, books, catalog):
    hidden = equal = 0
    wrong = []
    ledgers = collections.OrderedDict()
    for line in table(catalog, 'exports'):
        ledgers.setdefault(line['ledger'], []).append(line)
    for parts in ledgers.values():
        parts.sort(key=lambda p: int(p['order']))
        name = parts[0]['heading'].replace('/', '-')
        out, all_of_it = ([r for r in csv.reader(open(os.path.join(d, name + '.csv'), encoding='utf-8-sig', newline=''))] for d in (folder, full))
        book = workbook(os.path.join(books, name + '.xlsx'))
        for n, row in enumerate(out[2:], 3):
            for k, v in enumerate(row, 1):
                plain, cell = re.sub(r"^'(?=[=+\-@])", '', v), book[n].get(k, '')
                if cell != plain and not (cell and plain and number(cell) == number(plain)):
                    wrong.append('%s %d %d: workbook %r, CSV %r' % (name, n, k, cell, v))
        if parts[0]['ledger'] == 'monthly':
            continue
        if len(out) != len(all_of_it):
            wrong.append('%s: %d rows masked, %d in full' % (name, len(out), len(all_of_it)))
        for a, b in zip(out[3:], all_of_it[3:]):
            for c, x, y in zip(parts[1:], a, b):
                personal = c['class'] in ('P2', 'P3') and y
                hidden += bool(personal)
                equal += not personal
                if (x == y or '*' not in x) if personal else x != y:
                    wrong.append('%s %s: %r goes out, in full %r' % (name, c['heading'], x, y))
    print('\n'.join(wrong[:60]))
    print('%d cells masked, %d equal, %d wrong' % (hidden, equal, len(wrong)))
    return 1 if wrong or hidden < 50 else 0


if __name__ == '__main__':
    sys.exit(masked(*sys.argv[2:]) if sys.argv[1] == '--masked' else main(*sys.argv[1:]))
