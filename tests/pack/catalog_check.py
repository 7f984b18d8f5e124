"""What must hold of the shipped pack by itself; then the comparison with the reference. Arguments: top of the source tree."""
import glob
import os
import re
import sys
import unicodedata

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from catalog import EN, ZH, Pack, Tap  # noqa: E402
import catalog_reference  # noqa: E402

ASKED = re.compile(r'^(select_|text|integer|decimal|date|time|geopoint|image|row|begin_)')


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in text)


def repeated(keys):
    seen = set()
    for k in keys:
        if k in seen:
            yield 'twice: %s' % (k,)
        seen.add(k)


def missing_words(p):
    for name, rows in (('kinds', p.kinds), ('codes', p.codes), ('registers', p.registers), ('fields', p.fields), ('workflow', p.workflow),
                       ('duties', p.duties), ('sources', p.sources)):
        for r in rows:
            if not r['zh'] or not r['en']:
                yield name, dict(list(r.items())[:4])
    for kind, books in (('lists', p.lists), ('forms', p.forms)):
        for name, book in books.items():
            for r in book['survey']:
                if ASKED.match(r.get('type', '')) and not (r.get(ZH) and r.get(EN)):
                    yield kind, name, r.get('name')
                for what in ('hint', 'constraint_message'):
                    if ('%s::中文 (zh)' % what in r) != ('%s::English (en)' % what in r):
                        yield kind, name, r['name'], what
            for c in book.get('choices', []):
                if not (c.get(ZH) and c.get(EN)):
                    yield kind, name, c
            s = book['settings'][0]
            if kind == 'forms' and not (s.get('form_title') and s.get('form_title::English (en)')):
                yield kind, name, 'title'


def card_faults(p):
    for name, lines in p.cards.items():
        if not re.match(r'# .+ \| .+', lines[0]):
            yield name, 'first line must be "# 标题 | title"'
        if len(lines) > 14:
            yield name, '%d lines' % len(lines)
        for line in lines:
            if columns(line) > 40:
                yield name, columns(line), line
        for word, what in (('保命', 'what to do first to stay alive'), ('报告', 'whom to tell'), ('控制', 'what to do next'), ('禁止', 'what never to do')):
            if not any(word in line for line in lines):
                yield name, 'does not say ' + what
        if not re.search(r'\b1[12][09]\b|12119|12345|镇应急办|应急管理员|镇林业站', '\n'.join(lines)):
            yield name, 'names nobody to call'


def code_faults(p):
    lists = {r['list'] for r in p.codes} | {'kinds', 'items'}
    for f in p.fields:
        if f['codes'] and f['codes'] not in lists:
            yield f['register'], f['field'], f['codes']
        known = p.code(f['codes'])
        for name in filter(None, f['danger_order'].split('|')):
            if name not in known:
                yield f['register'], f['field'], 'danger_order', name
        if f['merge'] == 'state' and {n for n in f['danger_order'].split('|')} != set(known):
            yield f['register'], f['field'], 'danger_order does not name every code'


def saves(book):
    """(target register or None, field, row) of every save_to; the register is said by prefix, repeat or main entity."""
    main = next((e['list_name'] for e in book.get('entities', []) if 'repeat' not in e), None)
    by_repeat = {e['repeat']: e['list_name'] for e in book.get('entities', []) if 'repeat' in e}
    inside = []
    for r in book['survey']:
        if r['type'] == 'begin_repeat':
            inside.append(by_repeat.get(r['name']))
        elif r['type'] == 'end_repeat':
            inside.pop()
        for target in r.get('save_to', '').split():
            register, _, field = target.rpartition('.')
            yield register or (inside[-1] if inside else main), field, r


def basis_faults(p):
    """The basis of an item begins with a source that sources.csv explains; remarks in brackets or after ； may follow."""
    codes = tuple(r['code'] for r in p.sources)
    for _, r, _ in p.items():
        if not r['bind::xc:basis'].startswith(codes + ('同上',)):
            yield r['name'], r['bind::xc:basis']


def save_faults(p):
    fits = {'text': 'text', 'integer': 'integer', 'decimal': 'decimal', 'date': 'date', 'time': 'time', 'dateTime': 'datetime',
            'geopoint': 'position', 'image': 'file'}
    for name, book in p.forms.items():
        choices = {}
        for c in book.get('choices', []):
            choices.setdefault(c['list_name'], set()).add(c['name'])
        for register, field, r in saves(book):
            f = p.register_fields(register).get(field) if register else None
            if f is None:
                yield name, r['name'], 'saves to no field', register, field
                continue
            t = r['type']
            if t.startswith('select_'):
                known = set(p.code(f['codes'])) or {k['id'] for k in p.kinds}
                if f['type'] != ('code' if t.startswith('select_one') else 'codes') or not choices[t.split()[1]] <= known:
                    yield name, r['name'], t, f['type'], choices[t.split()[1]] - known
            elif not (fits.get(t) == f['type'] or t == f['type'] or f['type'] == 'text' or (t == 'calculate' and f['type'] in ('integer', 'decimal', 'code'))):
                yield name, r['name'], t, 'into', f['type']
            if f['merge'] == 'derive':
                yield name, r['name'], 'saves to a derived field'


def register_faults(p):
    made = {e['list_name'] for b in p.forms.values() for e in b.get('entities', []) if 'entity_id' not in e}
    for r in p.registers:
        if r['id'] not in made and r['id'] != 'inspections':
            yield r['id'], 'no form makes a row of it'
    known = {r['id'] for r in p.registers}
    for f in p.fields:
        m = re.match(r'rows? (\w+)$', f['type'])
        if f['register'] not in known or (m and m.group(1) not in known):
            yield f['register'], f['field'], f['type']
        m = re.match(r'(count|sum|last) (\w+)\.(\w+)(?: of (\w+)(?:\(\))?)?', f['derive'])
        if m:
            child = p.register_fields(m.group(2))
            if m.group(3) not in child or (m.group(4) and m.group(4) not in child and m.group(4) != 'created_at'):
                yield f['register'], f['field'], f['derive']


def stored_total_faults(p):
    """Balances and last visits are derived, never stored."""
    for register, field in (('stock', 'balance'), ('stock', 'counted'), ('stock', 'intact'), ('places', 'last_visit'), ('places', 'hazards_open')):
        if not p.register_fields(register)[field]['derive']:
            yield register, field


def workflow_faults(p):
    for w in p.workflow:
        f = p.register_fields(w['register'])[w['field']]
        known = set(p.code(f['codes']))
        for v in w['from'].split('|') + [w['to']]:
            if v not in known | {'new', 'none', '*', '='}:
                yield w['step'], v
        if w['form'] not in p.forms:
            yield w['step'], 'no form', w['form']
        else:
            book = p.forms[w['form']]
            steps = ' '.join(e.get('xc:step', '') for e in book['entities'])
            if not re.search(r"\b%s\b" % w['step'], steps):
                yield w['step'], 'is not taken by', w['form']
            names = {r.get('name') for r in book['survey']}
            for n in re.findall(r'\$\{(\w+)\}', w['needs']):
                if n not in names:
                    yield w['step'], 'needs', n
    for w in p.workflow:
        if w['register'] == 'hazards' and w['step'] == 'pass':
            if set(w['not_same_person_as'].split('|')) != {'report_fixed', 'spot_fix'} or 'control!=' not in w['when'] or 'verify' not in w['when']:
                yield 'pass', w['when']


def export_faults(p):
    ledgers = {}
    for r in p.exports:
        ledgers.setdefault(r['ledger'], []).append(r)
    for name, rows in ledgers.items():
        if [int(r['order']) for r in rows] != list(range(len(rows))):
            yield name, 'order'
        fields = p.register_fields(rows[0]['value'].split()[0])
        for r in rows:
            for f in re.findall(r'\$\{(\w+)\}', r['value']) + re.findall(r"(?:label|linked)\('(\w+)'", r['value']):
                if f not in fields:
                    yield name, r['heading'], f
            personal = [f for f in re.findall(r'\$\{(\w+)\}', r['value']) + re.findall(r"label\('(\w+)'", r['value']) if fields.get(f, {}).get('class') in ('P2', 'P3')]
            if personal and r['order'] != '0' and r['class'] not in ('P2', 'P3'):
                yield name, r['heading'], 'shows personal', personal


def sample_faults(top):
    """Sample data can be nobody's: telephone numbers 100..., division codes 99..., no identity numbers."""
    for folder in ('packaging/demo', 'packaging/demo/past', 'tests/pack/answers'):
        for path in glob.glob(os.path.join(top, folder, '*.json')):
            with open(path, encoding='utf-8') as f:
                text = f.read()
            for number in re.findall(r'(?<![\d.])\d{11,18}(?![\d.])', text):
                if not (number.startswith('99') or (len(number) == 11 and number.startswith('100'))):
                    yield os.path.basename(path), number


def main():
    top = sys.argv[1]
    p, tap = Pack(top), Tap()
    tap.holds('every word is there in Chinese and English', missing_words(p))
    tap.holds('ids are used once', list(repeated(r['name'] for _, r, _ in p.items())) + list(repeated((r['list'], r['name']) for r in p.codes)) +
              list(repeated((r['register'], r['n']) for r in p.fields)) + list(repeated((r['register'], r['field']) for r in p.fields)) +
              list(repeated((r['ledger'], r['order']) for r in p.exports)) + list(repeated(r['id'] for r in p.registers)))
    tap.holds('cards fit a phone and say what never to do', card_faults(p))
    tap.holds('there are cards for at least 24 posts and scenes', [] if len(p.cards) >= 24 else [len(p.cards)])
    tap.holds('codes of fields exist and states are ordered whole', code_faults(p))
    tap.holds('every register has a form; links and counts lead somewhere', register_faults(p))
    tap.holds('stock balances and last visits are derived', stored_total_faults(p))
    tap.holds('the basis of every item is a source that is explained', basis_faults(p))
    tap.holds('what a form saves fits its field', save_faults(p))
    tap.holds('every step has a form that takes it; nobody passes his own work', workflow_faults(p))
    tap.holds('ledgers show fields that exist and mark personal ones', export_faults(p))
    tap.holds('sample telephone numbers and codes cannot exist', sample_faults(top))
    catalog_reference.compare(p, tap, top)
    tap.done()
    sys.exit(tap.failed)


main()
