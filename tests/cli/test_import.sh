#!/bin/sh
# An office's table becomes a register: first what it would change, then the records; nothing half done; again changes nothing.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 22
make_town >"$work/made" 2>&1 || { cat "$work/made"; exit 1; }
places() { ctl town register list places | wc -l | tr -d ' '; }
before=$(places)

cat >"$work/new.csv" <<'T'
编号,名称,类别,村,地址,负责人,备用
201-901,新桥面馆,小餐饮,石桥村,石桥村南街1号,钱一,x
202-902,后沟小卖部,SH,990101100202,后沟村一组3号,赵二,y
201-001,老马饭店,小餐饮,石桥村,石桥村中心街18号,马建国,z
T
ok "a dry run says what it would do" sh -c "xunchactl --json --profile '$work/town' register import places '$work/new.csv' --dry-run >'$work/plan.json'"
same "two new, one changed" "2 1 0 0" "$(json "$work/plan.json" "d['new'], d['changed'], d['same'], d['refused']" | tr -d '(),')"
same "the changed field is named" "地址" "$(json "$work/plan.json" "d['rows'][2]['words']")"
same "a heading nobody knows is told" "备用" "$(json "$work/plan.json" "d['ignored']")"
same "a dry run writes nothing" "$before" "$(places)"
ok "the table is imported" ctl town register import places "$work/new.csv"
same "two places more" "$((before + 2))" "$(places)"
ctl town register list places --where '${code} = "201-001"' --csv >"$work/laoma"
has "the changed field is changed" "$work/laoma" 中心街18号
has "what the table does not say stays" "$work/laoma" 9900001017
ok "the same table again" sh -c "xunchactl --json --profile '$work/town' --pin-file '$work/pin' register import places '$work/new.csv' >'$work/again.json'"
same "changes nothing" "0 0 3 0" "$(json "$work/again.json" "d['new'], d['changed'], d['same'], d['refused']" | tr -d '(),')"
ctl town heads >"$work/heads1"
ctl town register import places "$work/new.csv" >/dev/null
ctl town heads >"$work/heads2"
same "and writes nothing" "$(cat "$work/heads1")" "$(cat "$work/heads2")"

iconv -f UTF-8 -t GB18030 "$work/new.csv" >"$work/gb.csv"
xunchactl --json --profile "$work/town" register import places "$work/gb.csv" --dry-run >"$work/gb.json"
same "the same in GB18030" 3 "$(json "$work/gb.json" "d['same']")"
python3 - "$work/new.csv" "$work/new.xlsx" <<'P'
import csv, sys, zipfile
from xml.sax.saxutils import escape
rows = list(csv.reader(open(sys.argv[1], encoding='utf-8')))
cells = ''.join('<row r="%d">%s</row>' % (i + 1, ''.join('<c r="%s%d" t="inlineStr"><is><t>%s</t></is></c>' % (chr(65 + k), i + 1, escape(v)) for k, v in enumerate(r)))
                for i, r in enumerate(rows))
with zipfile.ZipFile(sys.argv[2], 'w') as z:
    z.writestr('[Content_Types].xml', '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>')
    z.writestr('_rels/.rels', '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>')
    z.writestr('xl/workbook.xml', '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="places" sheetId="1" r:id="r1"/></sheets></workbook>')
    z.writestr('xl/_rels/workbook.xml.rels', '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')
    z.writestr('xl/worksheets/sheet1.xml', '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>' % cells)
P
xunchactl --json --profile "$work/town" register import places "$work/new.xlsx" --dry-run >"$work/xlsx.json"
same "the same from .xlsx" 3 "$(json "$work/xlsx.json" "d['same']")"

cat >"$work/bad.csv" <<'T'
编号,名称,类别,村,地址
201-903,好店,小餐饮,石桥村,石桥村南街2号
201-904,坏店,火箭场,石桥村,石桥村南街3号
9.90E+11,改坏的店,小餐饮,石桥村,石桥村南街4号
201-903,又一家,小餐饮,石桥村,石桥村南街5号
201-905,无村的店,小餐饮,没有村,石桥村南街6号
T
refused 1 "one bad row refuses the table" ctl town register import places "$work/bad.csv"
cp "$work/log" "$work/said"
same "nothing half done" "$((before + 2))" "$(places)"
has "row and column of a code that is none" "$work/said" "第 3 行 C列"
has "a number that a spreadsheet spoilt is named" "$work/said" "9.90E+11"
has "the same key twice is told" "$work/said" "和第 2 行是同一个"
has "a village that is not registered is told" "$work/said" "第 6 行 D列"
refused 1 "a register that is none" ctl town register import nonsense "$work/new.csv"
printf '\000\001\002' >"$work/rubbish"
refused 1 "a file that is no table" ctl town register import places "$work/rubbish"
exit $failed
