"""Submits every form that makes rows, exports every ledger, and reads the files as an office would. TAP. Arguments: top of the source
tree, directory with the profile `town` (the demo township) and the file `pin`."""
import csv
import json
import os
import subprocess
import sys

from catalog import Pack, Tap

top, work = sys.argv[1:3]
NO_ROW = 'aaaaaaaaaaaaaaaaaaaaaaaa:0'                   # links of the answers files, to rows that are not here
ORG, VILLAGE = '=code:DW002', '990101100201'
LINKS = {'org': ORG, 'team': '=name:石桥村应急队', 'village': '=code:' + VILLAGE, 'item': '=name:样例水泵', 'place': '=name:老马饭店', 'base': '=name:样例防汛预案',
         'drill': '=name:样例演练', 'incident': '=brief:渔家小院厨房起火，已扑灭', 'warning': '=issuer:样例县气象台', 'training': '', 'grid': ''}
MORE = {'plan_review': {'plan': '=name:样例防汛预案'}, 'training_new': {'roll': 30, 'present_n': 26}}      # nobody is named, so counted
LATE = ['plan_review', 'stock_move', 'stock_count', 'drill_new', 'drill_evaluate', 'drill_timeline', 'incident_report', 'incident_timeline', 'callout_new', 'callout_list',
        'callout_grids', 'callout_heads', 'drill_inject', 'drill_moment', 'incident_moment']


def xunchactl(*args):
    return subprocess.run(['xunchactl', '--profile', os.path.join(work, 'town'), '--pin-file', os.path.join(work, 'pin')] + list(args),
                          capture_output=True, text=True)


def linked(value):
    """An answers object with its links led to rows of the demo township, or left out."""
    if isinstance(value, list):
        return [linked(v) for v in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for k, v in value.items():
        v = LINKS.get(k, '') if v == NO_ROW else linked(v)
        if v != '':
            out[k] = v
    return out


def submit(form, answers, *row):
    """One command for all branches of a form."""
    path = os.path.join(work, 'answers.json')
    with open(path, 'w', encoding='utf-8') as f:
        json.dump([dict(a, __village=VILLAGE) for a in answers], f, ensure_ascii=False)
    done = xunchactl('record', 'submit', '--form', form, '--answers', path, *row)
    return [] if done.returncode == 0 else ['%s: exit %d: %s' % (form, done.returncode, done.stderr.strip())]


def makes_rows(book):
    return book.get('entities') and all('entity_id' not in e for e in book['entities'])


def take_everything(p):
    answers = {}
    for name in sorted(os.listdir(os.path.join(top, 'tests', 'pack', 'answers'))):
        form = name.split('.')[0]
        if makes_rows(p.forms[form]) and form != 'training_scores':
            with open(os.path.join(top, 'tests', 'pack', 'answers', name), encoding='utf-8') as f:
                answers.setdefault(form, []).append(dict(linked(json.load(f)), **MORE.get(form, {})))
    for form in sorted(answers, key=lambda n: LATE.index(n) if n in LATE else -1):
        yield from submit(form, answers[form])
    yield from submit('hazard_verify', [{'verify': 'major', 'level': 'M', 'level_basis': '消防法28条'}], '--row', 'hazards:=level:M?')


def export_everything(ledgers):
    for ledger in ledgers:
        path = os.path.join(work, ledger + '.csv')
        done = xunchactl('export', ledger, '--csv', path)
        if done.returncode:
            yield ledger, done.stderr.strip()


def read(ledger, heads):
    """(rows below the headings, or None when the headings are not there)."""
    with open(os.path.join(work, ledger + '.csv'), encoding='utf-8-sig', newline='') as f:
        rows = list(csv.reader(f))
    at = next((i for i, r in enumerate(rows) if r == heads), None)
    return None if at is None else rows[at + 1:]


def leave_the_ledgers(ledgers):
    before = {name: len(read(name, ledgers[name][1:])) for name in ('majors', 'small_places')}
    yield from submit('hazard_void', [{'void_reason': '误报'}], '--row', 'hazards:=verify:major')
    yield from submit('place_edit', [{'status': 'gone'}], '--row', 'places:=name:老马饭店')
    yield from export_everything(before)
    for name, n in before.items():
        if len(read(name, ledgers[name][1:])) != n - 1:
            yield name, n


def main():
    p, tap = Pack(top), Tap()
    ledgers = {}
    for r in p.exports:
        ledgers.setdefault(r['ledger'], []).append(r['heading'])
    tap.holds('every form that makes a row is taken', take_everything(p))
    tap.holds('every ledger is exported', export_everything(ledgers))
    tap.holds('under its own headings', (name for name, heads in ledgers.items() if read(name, heads[1:]) is None))
    tap.holds('with rows in it', (name for name, heads in ledgers.items() if not read(name, heads[1:])))
    people = read('people', ledgers['people'][1:]) or []
    tap.holds('names and telephones of people are masked', (r for r in people if '*' not in r[1] or '****' not in r[11]))
    tap.holds('what was void, and a place that was struck off, leave the ledgers', leave_the_ledgers(ledgers))
    tap.done()
    sys.exit(tap.failed)


main()
