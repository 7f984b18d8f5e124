"""Reads the shipped pack's tables as a spreadsheet would: nothing of the program is used."""
import csv
import glob
import os

ZH, EN = 'label::中文 (zh)', 'label::English (en)'


def table(path):
    """A plain table: a list of dicts."""
    with open(path, encoding='utf-8-sig', newline='') as f:
        return list(csv.DictReader(f))


def workbook(path):
    """A workbook in one CSV: {sheet: [row, ...]}; rows are dicts with the empty cells left out."""
    sheets, name, head = {}, None, None
    with open(path, encoding='utf-8-sig', newline='') as f:
        for row in csv.reader(f):
            if row and row[0]:
                name, head = row[0], None
                sheets[name] = []
            elif head is None:
                head = row[1:]
            elif any(row):
                sheets[name].append({k: v for k, v in zip(head, row[1:]) if k and v})
    return sheets


class Pack:
    def __init__(self, top):
        d = os.path.join(top, 'forms', 'catalog')
        for name in 'kinds thresholds registers fields codes workflow duties seasons exports sources'.split():
            path = os.path.join(d, name + '.csv')
            setattr(self, name, table(path) if os.path.exists(path) else [])
        self.params = {r['key']: r['value'] for r in table(os.path.join(d, 'pack.csv'))}
        self.lists = self.books(d, 'lists')
        self.forms = self.books(d, 'forms')
        self.cards = {}
        for path in sorted(glob.glob(os.path.join(d, 'cards', '*.md'))):
            with open(path, encoding='utf-8') as f:
                self.cards[os.path.basename(path)[:-3]] = f.read().splitlines()

    @staticmethod
    def books(d, sub):
        return {os.path.basename(p)[:-4]: workbook(p) for p in sorted(glob.glob(os.path.join(d, sub, '*.csv')))}

    def items(self):
        """Every checklist item in order: (list, row, choices by list name)."""
        for name, book in self.lists.items():
            choices = {}
            for c in book.get('choices', []):
                choices.setdefault(c['list_name'], []).append(c)
            for row in book['survey']:
                if 'bind::xc:level' in row:
                    yield name, row, choices

    def code(self, lst):
        return {r['name']: r for r in self.codes if r['list'] == lst}

    def register_fields(self, register):
        return {r['field']: r for r in self.fields if r['register'] == register}


class Tap:
    """Test Anything Protocol: holds(name, faults) passes when there are no faults."""
    def __init__(self):
        self.n = self.failed = 0

    def holds(self, name, faults):
        self.n += 1
        faults = list(faults)
        self.failed |= bool(faults)
        print('%s %d - %s' % ('not ok' if faults else 'ok', self.n, name))
        for f in faults[:20]:
            print('# ' + str(f))
        if len(faults) > 20:
            print('# ... and %d more' % (len(faults) - 20))

    def skip(self, name, why):
        self.n += 1
        print('ok %d - %s # SKIP %s' % (self.n, name, why))

    def done(self):
        print('1..%d' % self.n)
