"""sheet.py OUT.xlsx: a workbook from JSON on standard input: [{"name", "state", "rows": [[cell, …], …], "merged": ["B4:B6"]}, …].

A cell: text, a number, null, or {"date": serial}. Written by hand, so that nothing of ours and no office program has a part in it."""
import json
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


def main(out):
    sheets = json.load(sys.stdin)
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


main(sys.argv[1])
