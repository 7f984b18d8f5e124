"""office.py FOLDER HOW: add an item to lists/CA.csv and save it as an office program would: utf8 or gb18030 (CSV, CRLF) or xlsx (one
sheet, as such a program makes of a CSV). The pack gets a new version."""
import csv
import os
import sys
import zipfile
from xml.sax.saxutils import escape

ITEM = ['', 'select_one pf', 'CA-13', '后厨燃气阀门每日有人检查', 'Gas valve in the kitchen checked daily']


def sheet(rows):
    out = [XML + '<worksheet xmlns="%s"><sheetData>' % MAIN]
    for r, row in enumerate(rows, 1):
        cells = ''.join('<c r="%s%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (chr(65 + c), r, escape(v)) for c, v in enumerate(row) if v)
        out.append('<row r="%d">%s</row>' % (r, cells))
    return ''.join(out) + '</sheetData></worksheet>'


CONTENT = 'http://schemas.openxmlformats.org/package/2006/content-types'
RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships'
OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.'
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def xlsx(path, name, rows):
    related = XML + '<Relationships xmlns="%s"><Relationship Id="rId1" Type="%s/%%s" Target="%%s"/></Relationships>' % (RELATIONS, OFFICE)
    parts = {
        '[Content_Types].xml': XML + '<Types xmlns="%s"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="%ssheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="%sworksheet+xml"/>'
        '</Types>' % (CONTENT, TYPE, TYPE),
        '_rels/.rels': related % ('officeDocument', 'xl/workbook.xml'),
        'xl/workbook.xml': XML + '<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="%s" sheetId="1" r:id="rId1"/></sheets></workbook>' % (MAIN, OFFICE, name),
        'xl/_rels/workbook.xml.rels': related % ('worksheet', 'worksheets/sheet1.xml'),
        'xl/worksheets/sheet1.xml': sheet(rows),
    }
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as z:
        for part, text in parts.items():
            z.writestr(part, text)


def main():
    folder, how = sys.argv[1:3]
    version = os.path.join(folder, 'pack.csv')
    with open(version, encoding='utf-8-sig', newline='') as f:
        text = f.read()
    with open(version, 'w', encoding='utf-8', newline='') as f:
        f.write(text.replace('\nversion,', '\nversion,edited-%s-' % how, 1))
    path = os.path.join(folder, 'lists', 'CA.csv')
    with open(path, encoding='utf-8-sig', newline='') as f:
        rows = list(csv.reader(f))
    head = rows[1]
    item = ITEM + [''] * (len(head) - len(ITEM))
    for name, value in (('bind::xc:fail', ". = 'fail'"), ('bind::xc:level', 'G'), ('bind::xc:due', '7d'), ('bind::xc:act', 'A5'), ('bind::xc:basis', 'P')):
        item[head.index(name)] = value
    at = next(i for i, r in enumerate(rows) if r[1] == 'end_group')
    rows.insert(at, item)
    if how == 'xlsx':
        os.remove(path)
        xlsx(path[:-4] + '.xlsx', 'CA', rows)
    else:
        with open(path, 'w', encoding='gb18030' if how == 'gb18030' else 'utf-8', newline='') as f:
            csv.writer(f, lineterminator='\r\n').writerows(rows)


main()
