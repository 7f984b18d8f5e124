#!/bin/sh
# A table as an office really keeps it becomes a register: title above the headings, dates, numbers and telephones in every writing,
# merged and hidden parts, masked names, ledgers of our own that come back; what the preview says is what is done, and no more.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
needs_town
plan 43
make_town >"$work/made" 2>&1 || { cat "$work/made"; exit 1; }
plan_of() { xunchactl --json --profile "$work/town" register import "$@" --dry-run >"$work/plan.json" 2>"$work/err"; }
said() { json "$work/plan.json" "(d['new'], d['changed'], d['same'], d['refused'])" | tr -d '(),'; }
value() { ctl town export jsonl "$work/rows.jsonl" --full >/dev/null 2>&1; python3 -c "
import json, sys
for line in open(sys.argv[1], encoding='utf-8'):
    r = json.loads(line)
    if r['register'] == 'places' and not r['retracted'] and r['fields'].get('code') == sys.argv[2]: print(r['scope'] if sys.argv[3] == 'scope' else r['fields'].get(sys.argv[3], ''))" "$work/rows.jsonl" "$1" "$2"; }
sheet() { cat >"$work/sheet.json"; for kind in xlsx xls; do python3 "$top/tests/cli/sheet.py" "$work/$1.$kind" <"$work/sheet.json" || exit 1; done; }

sheet office <<'J'
[{"name": "旧表", "state": "hidden", "rows": [["名称", "村"], ["不该有的店", "石桥村"]]},
 {"name": "说明", "rows": [["填表说明: 一行写一个场所"]]},
 {"name": "场所", "merged": ["E4:E6", "A1:J1"], "rows": [
  ["经营场所登记"], ["单位: 样例镇", null, "2026 年"],
  ["序号", "编号", "名称", "类别", "村", "联系电话", "完成日期", "员工数", "建筑面积（㎡）", "店主"],
  [1, "201-801", "甲店", "小餐饮", "石桥村", 10000000012.0, null, "３", "1,200.50", "x"],
  [2, "201-802", "乙店　", "小餐饮", null, "１００００００００１３", null, 5.0, 85.50, "y"],
  [3, "２０１-803", "丙店", "SB", null, "10000000014.0", "2026年3月5日", null, null, null],
  [4, "201-804", "丁店", "SB", "后沟村", null, "2026.3.5", null, null, null],
  [5, "201-805", "戊店", "SB", "后沟村", null, {"date": 46086}, null, null, null],
  ["序号", "编号", "名称", "类别", "村", "联系电话", "完成日期", "员工数", "建筑面积（㎡）", "店主"],
  [6, "201-806", "己店", "SB", "后沟村", null, "25/3/2026", 4, null, null],
  [7], [8]]}]
J
ok "an office's workbook is read" plan_of places "$work/office.xlsx"
same "the sheet that is seen, below its title; numbered empty rows and repeated headings are no rows" "6 0 0 0" "$(said)"
same "which sheet is said" 场所 "$(json "$work/plan.json" "d['sheet']")"
same "and the column that is not used" 店主 "$(json "$work/plan.json" "d['ignored']")"
same "and the cell that nobody asks of a house" 1 "$(json "$work/plan.json" "d['unasked']")"
same "and every value that will be written" "名称=甲店 联系电话=100****0012 员工数=3 建筑面积（㎡）=1200.50" "$(json "$work/plan.json" "' '.join(c['field'] + '=' + c['to'] for c in d['rows'][0]['changes'] if c['field'] in ('名称', '联系电话', '员工数', '建筑面积（㎡）'))")"
cp "$work/plan.json" "$work/plan.xlsx.json"
ok "an older program's workbook of the same is read" plan_of places "$work/office.xls"
ok "and is one" sh -c "head -c 8 '$work/office.xls' | od -An -tx1 | grep -q 'd0 cf 11 e0'"
ok "it says the same to the cell, merged and dated ones too" cmp "$work/plan.json" "$work/plan.xlsx.json"
ok "it is imported" sh -c "xunchactl --json --profile '$work/town' --pin-file '$work/pin' register import places '$work/office.xlsx' >'$work/done.json'"
same "a merged village is that of each row" "990101100201 990101100201" "$(echo $(value 201-802 scope) $(value 201-803 scope))"
same "telephones come through full width, floats and text" "10000000012 10000000013 10000000014" "$(echo $(value 201-801 phone) $(value 201-802 phone) $(value 201-803 phone))"
same "so do numbers" "3 1200.5 5" "$(echo $(value 201-801 staff) $(value 201-801 area) $(value 201-802 staff))"
same "and dates" "2026-03-05 2026-03-05 2026-03-05 2026-03-25" "$(echo $(value 201-803 treat_done) $(value 201-804 treat_done) $(value 201-805 treat_done) $(value 201-806 treat_done))"
same "blanks behind a name are none of it" 乙店 "$(value 201-802 name)"
plan_of places "$work/office.xlsx"
same "the same workbook again changes nothing" "0 0 6 0" "$(said)"
ref=$(json "$work/done.json" "d['rows'][5]['ref']")
ok "what should not have been is taken back by its record" ctl town record retract "$ref" --reason 导错了
same "and is gone" "" "$(value 201-806 name)"

cat >"$work/change.csv" <<'T'
类别,完成日期,名称,编号,地址,负责人
SB,2026/3/6,丁店,201-804,,
小餐饮,,甲店,201-801,石桥村东街1号,钱一
T
plan_of places "$work/change.csv"
same "columns and rows in another order, an empty cell changes nothing" "0 2 0 0" "$(said)"
same "what was, and what will be" "完成日期:2026-03-05>2026-03-06 地址:>石桥村东街1号 经营者/产权人/负责人:>钱**" "$(json "$work/plan.json" "' '.join(c['field'] + ':' + c['from'] + '>' + c['to'] for r in d['rows'] for c in r['changes'])")"
same "rows that the table does not name are counted, and stay" "$(($(ctl town register list places | wc -l) - 2))" "$(json "$work/plan.json" "d['absent']")"
ctl town heads --json >"$work/before.json"
ok "changed" ctl town register import places "$work/change.csv"
same "as it was said" "2026-03-06 石桥村东街1号 钱一 10000000012" "$(echo $(value 201-804 treat_done) $(value 201-801 address) $(value 201-801 owner) $(value 201-801 phone))"

cat >"$work/dates.csv" <<'T'
名称,编号,村,完成日期,类别
庚店,201-811,石桥村,3/5/2026,SB
辛店,201-812,石桥村,46086,SB
壬店,201-813,石桥村,26.3.5,SB
癸店,201-814,石桥村,2026年2月30日,SB
子店,201-815,石桥村,２０２６－３－５,SB
T
refused 1 "a day that could be two, or none, is refused" ctl town register import places "$work/dates.csv"
cp "$work/log" "$work/said"
has "month and day cannot be told apart" "$work/said" "分不清哪个是月哪个是日"
has "a spreadsheet's number of a day is named" "$work/said" "日期序号"
has "row and column are said" "$work/said" "第 4 行 D列"
same "four of five" 4 "$(grep -c '第 [2-5] 行 D列' "$work/said")"

ctl town export 九小场所台账 --xlsx "$work/masked.xlsx" >/dev/null 2>&1
plan_of places "$work/masked.xlsx"
same "a ledger that was exported comes back, and changes nothing, masked as it is" "0 0 36 0" "$(said)"
ctl town export 九小场所台账 --csv "$work/masked.csv" >/dev/null 2>&1
sed -i 's/,马\*国,/,王*国,/; s/中心街17号/中心街71号/' "$work/masked.csv"
refused 1 "a masked name that is not this one's is not taken for a name" ctl town register import places "$work/masked.csv"
has "and is said to be masked" "$work/log" "这一格是遮住的"
same "老马饭店 is whose it was" 马建国 "$(value 201-001 owner)"
ctl town export 九小场所台账 --csv "$work/full.csv" --full >/dev/null 2>&1
sed -i 's/中心街17号/中心街71号/' "$work/full.csv"
plan_of places "$work/full.csv"
same "one cell corrected in it is one change" "0 1 35 0 地址" "$(said) $(json "$work/plan.json" "','.join(r['words'] for r in d['rows'] if r['what'] == 'changed')")"
ctl town export 单位台账 --csv "$work/orgs.csv" --full >/dev/null 2>&1
plan_of orgs "$work/orgs.csv"
same "choices whose names hold commas are read whole" "0 0 13 0" "$(said)"

printf '名称,类别\n没有村的店,小餐饮\n' >"$work/homeless.csv"
plan_of places "$work/homeless.csv"
same "rows of no village are counted" 1 "$(json "$work/plan.json" "d['homeless']")"
printf '名称,类别,村\n石桥小学,小学校、幼儿园,石桥村\n石桥小学,小学校、幼儿园,\n' >"$work/twice.csv"
refused 1 "the same one named with its village and without is one" ctl town register import places "$work/twice.csv"
has "and said" "$work/log" "和第 2 行是同一个"

python3 - "$work" <<'P'
import csv, sys, zipfile
work = sys.argv[1]
with open(work + '/big.csv', 'w', encoding='utf-8', newline='') as f:
    w = csv.writer(f); w.writerow(['编号', '名称', '类别', '村', '地址'])
    for i in range(5000): w.writerow(['201-%05d' % (20000 + i), '店%d' % i, '小商店（小商场）', '石桥村', '石桥村%d号' % i])
with open(work + '/wide.csv', 'w') as f: f.write('名称' + ',x' * 20000 + '\n')
with open(work + '/long.csv', 'w') as f: f.write('名称,类别,村,地址\n长店,小餐饮,石桥村,' + '长' * 40000 + '\n')
with zipfile.ZipFile(work + '/bomb.xlsx', 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('xl/workbook.xml', '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>')
    z.writestr('xl/_rels/workbook.xml.rels', '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/></Relationships>')
    z.writestr('xl/s.xml', '<worksheet><sheetData>' + ' ' * (200 << 20) + '</sheetData></worksheet>')
with zipfile.ZipFile(work + '/merged.xlsx', 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('xl/workbook.xml', '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>')
    z.writestr('xl/_rels/workbook.xml.rels', '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/></Relationships>')
    z.writestr('xl/s.xml', '<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>名称</v></c></row></sheetData><mergeCells>' + '<mergeCell ref="B1:B1048576"/>' * 100000 + '</mergeCells></worksheet>')
P
start=$(date +%s)
ok "five thousand rows are judged" plan_of places "$work/big.csv"
same "all of them new, within seconds" "5000 0 0 0 yes" "$(said) $([ $(($(date +%s) - start)) -le 20 ] && echo yes)"
for hostile in wide long bomb merged; do
	f=$work/$hostile.csv
	[ -f "$f" ] || f=$work/$hostile.xlsx
	refused 1 "a hostile file has its limit: $hostile" sh -c "ulimit -d 700000; exec timeout 60 xunchactl --profile '$work/town' --pin-file '$work/pin' register import places '$f'"
done
exit $failed
