"""What the duties of a pack asked and got, from the rows alone: forms/pack/README.md ("duties.csv") and forms/pack/due.h, written anew."""
import collections
import datetime
import re

DAY = datetime.timedelta(days=1)
ZONE = datetime.timezone(datetime.timedelta(hours=8))


def to_day(text):
    if not text:
        return None
    if re.fullmatch(r'\d{4}-\d\d-\d\d', text):
        return datetime.date.fromisoformat(text)
    try:
        t = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
    except ValueError:
        return None
    return (t.replace(tzinfo=ZONE) if t.tzinfo is None else t.astimezone(ZONE)).date()


class Filter:
    """The part of the expression language that filters use."""
    TOKEN = re.compile(r"\s*(\$\{\w+\}|'[^']*'|\d+(?:\.\d+)?|!=|<=|>=|[=<>()*+,-]|[a-z][a-z-]*)")

    def __init__(self, text, params, today):
        self.tokens, self.at, self.params, self.today = self.TOKEN.findall(text), 0, params, today
        self.tree = self.either()
        assert self.at == len(self.tokens), text

    def next(self, *what):
        if self.at < len(self.tokens) and self.tokens[self.at] in what:
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def chain(self, part, *ops):
        left = part()
        while True:
            op = self.next(*ops)
            if not op:
                return left
            left = (op, left, part())

    def either(self): return self.chain(self.both, 'or')
    def both(self): return self.chain(self.equal, 'and')
    def equal(self): return self.chain(self.order, '=', '!=')
    def order(self): return self.chain(self.sum, '<', '>', '<=', '>=')
    def sum(self): return self.chain(self.product, '+', '-')
    def product(self): return self.chain(self.atom, '*', 'div')

    def atom(self):
        t = self.tokens[self.at]
        self.at += 1
        if t == '(':
            tree = self.either()
            assert self.next(')')
            return tree
        if t.startswith('${'):
            return ('field', t[2:-1])
        if t[0] == "'":
            return ('text', t[1:-1])
        if t[0].isdigit():
            return ('number', float(t))
        assert self.next('('), t
        args = []
        while not self.next(')'):
            args.append(self.either())
            self.next(',')
        return ('call', t, args)

    def holds(self, fields):
        return self.truth(self.value(self.tree, fields))

    @staticmethod
    def truth(v):
        return v if isinstance(v, bool) else v == v and v != 0 if isinstance(v, float) else v != ''

    @staticmethod
    def num(v):
        try:
            return float(v)
        except ValueError:
            return float('nan')

    def value(self, t, f):
        op = t[0]
        if op == 'field':
            return f.get(t[1], '')
        if op in ('text', 'number'):
            return t[1]
        if op == 'call':
            args = [self.value(a, f) for a in t[2]]
            if t[1] == 'selected':
                return args[1] in args[0].split()
            if t[1] == 'param':
                return self.params.get(args[0], '')
            if t[1] == 'number':
                return self.num(args[0])
            if t[1] == 'today':
                return self.today.isoformat()
            if t[1] == 'format-date':
                return datetime.date.fromisoformat(args[0]).strftime(args[1])
            raise AssertionError(t[1])
        if op == 'or':
            return self.truth(self.value(t[1], f)) or self.truth(self.value(t[2], f))
        if op == 'and':
            return self.truth(self.value(t[1], f)) and self.truth(self.value(t[2], f))
        a, b = self.value(t[1], f), self.value(t[2], f)
        if op in ('=', '!='):
            same = self.num(a) == self.num(b) if isinstance(a, float) or isinstance(b, float) else a == b
            return same == (op == '=')
        a, b = self.num(a), self.num(b)
        return {'<': a < b, '>': a > b, '<=': a <= b, '>=': a >= b, '+': a + b, '-': a - b, '*': a * b, 'div': a / b if b else float('nan')}[op]


class Duties:
    def __init__(self, rows, catalog, first, last):
        self.rows, self.cat, self.first, self.last = rows, catalog, first, last
        self.seasons = collections.defaultdict(list)
        for s in catalog.table('seasons'):
            self.seasons[s['id']].append(s)
        self.day_field = {}
        for (register, field), r in catalog.fields.items():
            if r['type'] in ('date', 'datetime') and not r['derive']:
                self.day_field.setdefault(register, field)
        self.links = collections.defaultdict(dict)
        for (register, field), r in catalog.fields.items():
            if r['type'].startswith('row '):
                self.links[register].setdefault(r['type'][4:], field)

    # --- seasons and periods ---

    def run(self, season, day):
        """(inside, first, last) of the run of the season, or of the gap, that holds the day."""
        own = [s for s in self.seasons[season] if s['province'] == self.cat.param.get('province')]
        lines = own or [s for s in self.seasons[season] if s['province'] in ('', '*')]
        first, last = datetime.date.min, datetime.date.max
        for s in lines:
            (m1, d1), (m2, d2) = (map(int, s[k].split('-')) for k in ('from', 'to'))
            for y in (day.year - 1, day.year, day.year + 1):
                a = self.date(y, m1, d1)
                b = self.date(y + ((m2, d2) < (m1, d1)), m2, d2)
                if a <= day <= b:
                    return True, a, b
                if b < day:
                    first = max(first, b + DAY)
                if a > day:
                    last = min(last, a - DAY)
        return False, first, last

    @staticmethod
    def date(y, m, d):
        end = (datetime.date(y + m // 12, m % 12 + 1, 1) - DAY).day
        return datetime.date(y, m, min(d, end))

    def span(self, duty, day):
        if not duty['season']:
            return True, datetime.date.min, datetime.date.max
        outside = duty['season'].startswith('!')
        inside, a, b = self.run(duty['season'].lstrip('!'), day)
        return inside != outside, a, b

    def calendar(self, period, day):
        if period == 'day':
            return day, day
        if period == 'week':
            a = day - DAY * day.weekday()
            return a, a + DAY * 6
        if period == 'term':
            starts = sorted(self.date(y, *map(int, t.split('-'))) for y in (day.year - 1, day.year, day.year + 1) for t in self.cat.param['terms'].split())
            return max(s for s in starts if s <= day), min(s for s in starts if s > day) - DAY
        n = {'month': 1, 'quarter': 3, 'half': 6, 'year': 12}[period]
        m = (day.month - 1) // n * n
        a = datetime.date(day.year, m + 1, 1)
        return a, (datetime.date(day.year + (m + n) // 12, (m + n) % 12 + 1, 1) - DAY)

    # --- one duty ---

    def understood(self, duty):
        n, period = int(duty['n'] or 0), duty['period']
        param = self.cat.param.get(duty['param']) if duty['param'] else None
        if param is not None:
            n, _, p = param.partition('/')
            n, period = int(n), p or period
        return n, period

    def events(self, spec, subject, rows):
        """Days of what event:X names, for this subject."""
        if spec == 'created':
            return [subject['made']]
        fields = subject['fields']
        if (subject['register'], spec) in self.cat.fields:
            d = to_day(fields.get(spec, ''))
            return [d] if d else []
        register, _, condition = spec.partition('.')
        field, _, value = condition.partition('=')
        return [self.counted_day(r) for r in rows[register] if (not field or r['fields'].get(field) == value) and r['scope'] in ('all', subject['scope'])]

    def counted_day(self, r):
        f = self.day_field.get(r['register'])
        return (to_day(r['fields'].get(f, '')) if f else None) or r['made']

    def subjects(self, duty):
        test = Filter(duty['subject_filter'], self.cat.param, self.rows.today) if duty['subject_filter'] else None
        for s in self.rows.alive(duty['subject_register']):
            if test and not test.holds(s['fields']):
                continue
            if duty['risk'] and s['fields'].get('risk', '') not in duty['risk'].replace('|', ' ').split():
                continue
            yield s

    def paid(self, duty):
        """Days of what counts, by subject."""
        register, subject = duty['counts_register'], duty['subject_register']
        test = Filter(duty['counts_filter'], self.cat.param, self.rows.today) if duty['counts_filter'] else None
        link = self.links[register].get(subject) if register != subject else None
        days = collections.defaultdict(list)
        for r in self.rows.alive(register):
            if not test or test.holds(r['fields']):
                days[r['fields'].get(link) if link else r['row']].append(self.counted_day(r))
        for d in days.values():
            d.sort()
        return days

    def since(self, duty, s):
        first, in_force = None, datetime.date.min
        for word in duty['from'].replace('|', ' ').split():
            if re.fullmatch(r'\d{4}-\d\d-\d\d', word):
                in_force = datetime.date.fromisoformat(word)
            else:
                first = to_day(s['fields'].get(word, ''))
        return first or s['made'], in_force

    def owed(self, duty, s, days, n, period):
        since, in_force = self.since(duty, s)
        between = lambda a, b: sum(a <= d <= b for d in days)
        wanted = done = 0
        if period.startswith('event:'):
            spec, _, after = period[6:].partition('+')
            after = int(after or 1)
            spec_days = sorted(set(self.events(spec, s, self.rows.by_alive)), reverse=True)
            following = datetime.date.max
            for e in spec_days:
                if e > self.last - DAY * after:
                    continue
                if e < self.first - DAY * after or e < since:
                    break
                if e >= in_force and self.span(duty, e)[0]:
                    wanted += n
                    done += min(n, between(e, max(e + DAY * after, following - DAY) if following != datetime.date.max else datetime.date.max))
                following = e
            return wanted, done
        if period.startswith('every:'):
            return self.owed_every(duty, int(period[6:]), since, in_force, days)
        day = self.first
        while day <= self.last:
            asked, run_first, run_last = self.span(duty, day)
            if not asked:
                day = run_last + DAY if run_last < self.last else self.last + DAY
                continue
            a, b = self.calendar(period, day)
            first, last = max(a, run_first), min(b, run_last)
            if last > self.last:
                break
            if not (first != a and last != run_last) and since <= first and in_force <= first:
                wanted += n
                done += min(n, between(first, last))
            day = last + DAY
        return wanted, done

    def owed_every(self, duty, n, since, in_force, days):
        wanted = done = 0
        day = self.first
        step = DAY * n
        newest = lambda upto: max((d for d in days if d <= upto), default=datetime.date.min)
        while day <= self.last:
            asked, run_first, run_last = self.span(duty, day)
            if asked:
                base = max(newest(day - DAY), since)
                if in_force != datetime.date.min:
                    base = max(base, in_force - DAY)
                if run_first != datetime.date.min:
                    base = max(base, run_first - DAY)
                if base < day - DAY:
                    base += step * ((day - DAY - base).days // n)
                end = min(self.last, run_last)
                while base + step <= end:
                    got = newest(base + step)
                    wanted += 1
                    done += got > base
                    base = got if got > base else base + step
            if run_last >= self.last:
                break
            day = run_last + DAY
        return wanted, done

    def all(self):
        """(words of the duty, subject, wanted, done) for everybody who was asked anything."""
        self.rows.by_alive = {register: self.rows.alive(register) for register in list(self.rows.by)}
        self.rows.by_alive = collections.defaultdict(list, self.rows.by_alive)
        for duty in self.cat.table('duties'):
            n, period = self.understood(duty)
            if not n:
                continue
            paid = self.paid(duty)
            for s in self.subjects(duty):
                wanted, done = self.owed(duty, s, paid.get(s['row'], []), n, period)
                if wanted:
                    yield duty['zh'], s, wanted, done
