"""sheet.py OUT.xlsx|OUT.xls: a workbook from JSON on standard input: [{"name", "state", "rows": [[cell, …], …], "merged": ["B4:B6"]}, …].

A cell: text, a number, null, or {"date": serial}. Written by hand, so that nothing of ours and no office program has a part in it."""
import json
import re
import struct
import sys
import zipfile
from xml.sax.saxutils import escape

MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
PACKAGE = 'http://schemas.openxmlformats.org/package/2006'


def name(column, row):
    text = ''
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return '%s%d' % (text, row)


def cell(value, at):
    if value is None:
        return ''
    if isinstance(value, dict):
        return '<c r="%s" s="1"><v>%s</v></c>' % (at, value['date'])
    if isinstance(value, (int, float)):
        return '<c r="%s"><v>%s</v></c>' % (at, repr(value))
    return '<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (at, escape(value))


# --- .xls: BIFF8 records in a compound file ([MS-XLS], [MS-CFB]) ---

def record(kind, data=b''):
    return struct.pack('<HH', kind, len(data)) + data


def units(text, size):
    return struct.pack(size, len(text.encode('utf-16-le')) // 2) + b'\x01' + text.encode('utf-16-le')


def biff_cell(r, c, value):
    if isinstance(value, dict):
        return record(0x203, struct.pack('<HHHd', r, c, 1, value['date']))
    if isinstance(value, (int, float)):
        return record(0x203, struct.pack('<HHHd', r, c, 0, value))
    return record(0x204, struct.pack('<HHH', r, c, 0) + units(value, '<H'))


def biff_span(reference):
    column, first, last_column, last = re.fullmatch(r'([A-Z])(\d+):([A-Z])(\d+)', reference).groups()
    return struct.pack('<HHHH', int(first) - 1, int(last) - 1, ord(column) - 65, ord(last_column) - 65)


def biff_sheet(s):
    cells = b''.join(biff_cell(r, c, v) for r, row in enumerate(s['rows']) for c, v in enumerate(row) if v is not None)
    merged = s.get('merged', [])
    return (record(0x809, struct.pack('<HH12x', 0x600, 0x10)) + cells
            + (record(0xe5, struct.pack('<H', len(merged)) + b''.join(map(biff_span, merged))) if merged else b'') + record(0x0a))


def write_xls(out, sheets):
    def front(offsets):
        return (record(0x809, struct.pack('<HH12x', 0x600, 5)) + b''.join(record(0xe0, struct.pack('<HH16x', 0, f)) for f in (0, 14))
                + b''.join(record(0x85, struct.pack('<IBB', at, s.get('state') == 'hidden', 0) + units(s['name'], '<B')) for at, s in zip(offsets, sheets)) + record(0x0a))
    parts, offsets = [biff_sheet(s) for s in sheets], []
    at = len(front([0] * len(sheets)))
    for part in parts:
        offsets.append(at)
        at += len(part)
    stream = front(offsets) + b''.join(parts)
    stream += bytes(max(4096, -(-len(stream) // 512) * 512) - len(stream))
    count, free, end = len(stream) // 512, 0xffffffff, 0xfffffffe
    fat = [0xfffffffd, end] + [i + 1 for i in range(2, count + 1)] + [end]
    assert len(fat) <= 128
    entries = b''.join(struct.pack('<64sHBBIII36xIQ', n.encode('utf-16-le'), 2 * len(n) + 2, kind, 1, free, free, child, start, size)
                       for n, kind, child, start, size in (('Root Entry', 5, 1, end, 0), ('Workbook', 2, free, 2, len(stream))))
    with open(out, 'wb') as f:
        f.write(struct.pack('<8s16xHHHHH6xIIIIIIIII', bytes.fromhex('d0cf11e0a1b11ae1'), 0x3e, 3, 0xfffe, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
                + struct.pack('<109I', 0, *[free] * 108))
        f.write(struct.pack('<128I', *fat, *[free] * (128 - len(fat))) + entries + bytes(256) + stream)


# --- .xlsx ---

def write_xlsx(out, sheets):
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('_rels/.rels', '<Relationships xmlns="%s/relationships"><Relationship Id="r1" Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>' % (PACKAGE, REL))
        z.writestr('xl/workbook.xml', '<workbook xmlns="%s" xmlns:r="%s"><sheets>%s</sheets></workbook>' % (
            MAIN, REL, ''.join('<sheet name="%s" sheetId="%d" state="%s" r:id="r%d"/>' % (escape(s['name']), i, s.get('state', 'visible'), i) for i, s in enumerate(sheets, 1))))
        z.writestr('xl/_rels/workbook.xml.rels', '<Relationships xmlns="%s/relationships"><Relationship Id="s" Type="%s/styles" Target="styles.xml"/>%s</Relationships>' % (
            PACKAGE, REL, ''.join('<Relationship Id="r%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>' % (i, REL, i) for i in range(1, len(sheets) + 1))))
        z.writestr('xl/styles.xml', '<styleSheet xmlns="%s"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>' % MAIN)
        for i, s in enumerate(sheets, 1):
            rows = ''.join('<row r="%d">%s</row>' % (r, ''.join(cell(v, name(c, r)) for c, v in enumerate(row))) for r, row in enumerate(s['rows'], 1))
            merged = ''.join('<mergeCell ref="%s"/>' % m for m in s.get('merged', []))
            z.writestr('xl/worksheets/sheet%d.xml' % i, '<worksheet xmlns="%s"><sheetData>%s</sheetData>%s</worksheet>' % (MAIN, rows, merged and '<mergeCells>%s</mergeCells>' % merged))


(write_xls if sys.argv[1].endswith('.xls') else write_xlsx)(sys.argv[1], json.load(sys.stdin))
