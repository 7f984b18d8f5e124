"""The shipped pack against the tables of the domain reference, item by item. The reference lies beside the source tree or where
XUNCHA_REFERENCE says; where it is not at hand the comparison is skipped, loudly."""
import os
import re

from catalog import EN, ZH

DUE = {'now': '即', 'plan': '案'}
# Where fields of the hazard record (4.1) live when no field has their name.
RECORD = {'hid': 'serial', 'place_id': 'place', 'kind, item_id': 'item', 'found_at, found_by, role': 'created_at', 'photo[]': 'photo_before',
          'level, level_basis, level_by': 'level_basis', 'measure, fund, owner, phone, due, plan': 'measure', 'ctrl': 'control', 'esc': 'esc_result',
          'fix_at, fix_by, fix_desc, fix_photo': 'fix_at', 'chk_at, chk_by, chk_result, chk_note': 'chk_result', 'close_at, close_by, close_doc': 'close_doc',
          'ext[]': 'ext_reason', 'desc, cause': 'cause', 'exposed': 'exposed_people', 'log[]': 'created_at'}
BUILT_IN = {'serial', 'created_at'}


def cells(line):
    return [c.strip() for c in line.strip()[1:-1].split(' | ')] if ' | ' in line else []


def section(text, start, end):
    a = text.index(start)
    return text[a:text.index(end, a + 1)]


def rows(text):
    for line in text.splitlines():
        if line.startswith('|') and not line.startswith('|---'):
            yield [c.strip() for c in line.strip()[1:-1].split('|')]


def top_split(text):
    """Split at 、 outside brackets."""
    out, depth, cur = [], 0, ''
    for c in text:
        depth += (c in '（(') - (c in '）)')
        if c == '、' and depth == 0:
            out.append(cur)
            cur = ''
        else:
            cur += c
    return out + [cur]


def limits(expression):
    """`. < 2 or . > instance('row')/root/x` as the reference writes it: `2..@x`."""
    low = high = ''
    for part in filter(None, expression.split(' or ')):
        m = re.fullmatch(r"\. ([<>]) (?:instance\('row'\)/root/(\w+)|(-?[\d.]+))", part)
        value = '@' + m.group(2) if m.group(2) else m.group(3)
        if m.group(1) == '<':
            low = value
        else:
            high = value
    return low + '..' + high


def answer_type(row, choices):
    """The answer type of an item as the reference writes it."""
    t, fail, level = row['type'], row.get('bind::xc:fail', ''), row['bind::xc:level']
    if t == 'select_one pf':
        return 'PF' if fail == ". = 'fail'" and [c['name'] for c in choices['pf']] == ['pass', 'fail', 'na'] else 'PF?'
    if t == 'text':
        return 'T' if fail == ". != ''" else 'T?'
    if t == 'image':
        return 'P'
    if t in ('integer', 'decimal'):
        return 'N(%s;%s)' % (row['bind::xc:unit'], limits(row.get('bind::xc:warn', '') if level == '-' else fail))
    bad = set(re.findall(r"\. = '(\w+)'", fail))
    return 'C(%s)' % '/'.join(c[ZH] + ('!' if c['name'] in bad else '') for c in choices[t.split()[1]])


def compare_items(p, tap, text):
    wanted = {}
    for line in text.splitlines():
        if re.match(r'\| [A-Z]{2}-\d\d \|', line):
            c = [x.strip() for x in line.strip()[1:-1].split('|')]
            wanted[c[0]] = c
    got = {}
    for name, r, choices in p.items():
        iid = r['name']
        if re.fullmatch(r'[A-Z]{2}-\d\d', iid):
            due = r.get('bind::xc:due', '')
            got[iid] = [iid, r[ZH], r[EN], answer_type(r, choices), r['bind::xc:level'], '/'.join(filter(None, (DUE.get(due, due), r.get('bind::xc:act', '')))),
                        r['bind::xc:basis'], r.get('bind::xc:flag', '')]
    tap.holds('448 items in 28 lists, none dropped, none added', [] if list(wanted) and set(wanted) == set(got) and len(got) == 448 and len(p.lists) == 28
              else [sorted(set(wanted) ^ set(got)), len(got)])
    tap.holds('the order of items is kept', [] if [i for i in wanted] == sorted(got, key=list(wanted).index) and all(
        [i for i in got if i[:2] == n] == [i for i in wanted if i[:2] == n] for n in p.lists) else ['order'])
    for column, name in enumerate('id, Chinese wording, English wording, answer type and limits, level, deadline and action, basis with trust mark, condition'.split(', ')):
        tap.holds('every item: ' + name, (('%s: %r is not %r' % (i, got[i][column], wanted[i][column])) for i in wanted
                                          if i in got and got[i][column] != wanted[i][column]))
    fields = p.register_fields('places')
    tap.holds('limits taken from the place are fields of places, and an item records a missing one', (
        i for i in wanted for f in re.findall(r'@(\w+)', wanted[i][3]) if f not in fields or not any(
            r.get('name') == i + '_limit' for r in p.lists[i[:2]]['survey'])))


def compare_words(p, tap, text):
    flags = {}
    for c in rows(section(text, '### 0.5', '### 0.6')):
        for a, b in ((0, 1), (2, 3)):
            if len(c) > b and c[a].startswith('`'):
                flags[c[a].strip('`')] = c[b]
    have = p.code('flags')
    tap.holds('conditions of places', (f for f in set(flags) | set(have) if f not in have or have[f]['zh'] != flags.get(f)))
    roles = {c[0]: c[1].split('（')[0] for c in rows(section(text, '### 4.4', '## 5.')) if re.fullmatch('[A-Z]+', c[0])}
    tap.holds('roles', (r for r in set(roles) | set(p.code('role')) if p.code('role').get(r, {}).get('zh') != roles.get(r)))
    acts = {c[0].strip('`'): c[1] for c in rows(section(text, '### 0.4', '### 0.5')) if re.fullmatch('`A[1-6]`', c[0])}
    tap.holds('on-the-spot actions', (a for a in acts if p.code('act')[a]['zh'] != re.sub(' P）', '）', acts[a])))
    kinds = {c[1].strip('`'): (c[2], c[3]) for c in rows(section(text, '### 1.1', '### 1.2')) if re.fullmatch(r'\d', c[0])}
    have = {k['id']: k for k in p.kinds}
    tap.holds('the nine small places', (k for k, (zh, en) in kinds.items() if have[k]['zh'] != zh or have[k]['en'].lower() != en))
    tap.holds('every list is called by some kind', (n for n in p.lists if n not in {k['list'].split(':')[0] for k in p.kinds}))
    tap.holds('nine places walk the core, their own list and the blocks; a basement, a self-built house add theirs', (
        k for k in kinds if [(r['list'], r['flag']) for r in p.kinds if r['id'] == k] != [
            ('CO', ''), (k, ''), ('LV', 'live'), ('EB', 'ebike'), ('LP', 'lpg'), ('NG', 'ng'), ('AF', 'alt'), ('UG:UG-02..UG-06', 'base'), ('SB', 'self')]))
    tap.holds('competent departments', department_faults(p, section(text, '### 1.3', '派出所 does daily')))
    codes = {c for row in rows(section(text, '## 11.', '### 11.1')) if row[0] not in ('code',) for c in re.split(' / |、', re.sub('（.*?）', '', row[0]))}
    tap.holds('every basis code is explained', codes - {s['code'] for s in p.sources})
    faults = []
    for c in rows(section(text, '### 1.2', '### 1.3')):
        if c[0] in kinds:
            for scheme, cell in zip('ABC', c[1:4]):
                numbers = set(re.findall(r'<(\d+)', cell)) | ({'3'} if '三层' in cell else set())
                have = {t['value'] for t in p.thresholds if t['scheme'] == scheme and t['kind'] == c[0] and t['op'].startswith('<')}
                if numbers != have:
                    faults.append((scheme, c[0], numbers, have))
    tap.holds('thresholds of the three schemes', faults)


KINDS_OF = {'自建房': 'SB', '农家乐': 'FS', '工地': 'CS', '燃气': 'GS', '易涝与地下空间': 'LW UG', '堤防水库山塘山洪': 'DK PD RS FL', '尾矿库': 'TD', '地灾': 'GH', '森林草原': 'FF'}


def department_faults(p, text):
    words = p.code('department')
    have = {}
    for k in p.kinds:
        have.setdefault(k['id'], {words[d]['zh'] for d in k['department'].split('|')})
    seen = set()
    for part in text.split('\n', 1)[1].rstrip('. ').split(';'):
        m = re.match(r'(.*) (\S+)$', re.sub(r'[(（].*?[)）]', '', part).strip())
        if not m or not re.match(r'[A-Z]{2}|[\u4e00-\u9fff]', m.group(1)):
            continue
        kinds = KINDS_OF.get(m.group(1), m.group(1)).split()
        wanted = set(m.group(2).split('/'))
        seen |= set(kinds)
        for k in kinds:
            if k not in have or not wanted <= have[k]:
                yield k, wanted, have.get(k)
    if len(seen) != 22:
        yield 'kinds with a department', len(seen)


def compare_loop(p, tap, text):
    part = section(text, '### 4.3', 'Overdue')
    steps = {}
    for w in p.workflow:
        if w['register'] == 'hazards':
            steps.setdefault(w['step'], []).append(w)
    faults, seen = [], 0
    for c in rows(part):
        if len(c) == 6 and c[0] != 'step' and '→' in c[2]:
            seen += 1
            frm, to = [x.strip() for x in c[2].split('→')]
            frm = 'open notified fixing fixed transferred' if frm == 'any but closed' else frm
            lines = steps.get(c[0], [])
            who = set(re.findall('[A-Z]{4,}', re.sub(r'\(.*?\)', '', c[3])))
            behalf = set(re.findall('[A-Z]{4,}', ' '.join(re.findall(r'\(.*?\)', c[3]))))
            if not lines or any(set(w['from'].split('|')) != set(frm.split()) or w['to'] != to or w['zh'] != c[1] for w in lines):
                faults.append((c[0], 'from, to, words'))
            if {r for w in lines for r in w['roles'].split('|')} != who or {r for w in lines for r in w['on_behalf'].split('|') if r} != behalf:
                faults.append((c[0], 'who', who, behalf))
    tap.holds('steps of the hazard loop: from, to, words, roles', faults if seen == 12 else faults + ['%d steps in the reference' % seen])
    marks = [c for c in rows(part) if len(c) == 5 and c[0] in p.register_fields('hazards')]
    faults = [] if len(marks) == 5 else [len(marks)]
    for c in marks:
        if c[0] != 'control':
            order = p.register_fields('hazards')[c[0]]['danger_order']
            if order != '|'.join(re.findall('[a-z]+', c[2].split(';')[0])):
                faults.append((c[0], order))
        if not any(w['field'] == c[0] for w in p.workflow):
            faults.append((c[0], 'no step'))
    stages = re.findall(r'`(\w+)` (\S+?)(?: >|\.$)', re.search(r'Stages, .*', part).group(0))
    if '|'.join(s for s, _ in stages) != p.register_fields('hazards')['stage']['danger_order'] or any(p.code('stage')[s]['zh'] != zh for s, zh in stages):
        faults.append(('stage', stages))
    tap.holds('stages and marks, most dangerous first', faults)
    fields = set(p.register_fields('hazards')) | BUILT_IN
    tap.holds('fields of a hazard', (c[0] for c in rows(section(text, '### 4.1', '### 4.2')) if c[0] not in ('field',) and RECORD.get(c[0], c[0]) not in fields))
    sources = [s for s in re.search(r'\| src \| 来源 \| (.*?)（', text).group(1).split('/')] + ['企业自查', '部门督查', '专家会诊', '政府督办']
    tap.holds('sources of a hazard', (s for s in sources if s not in {c['zh'] for c in p.code('src').values()}))


def compare_registers(p, tap, text):
    """Every field named for the registers of 5.12 is in the words of that register's fields."""
    faults = []
    for c in rows(section(text, '### 5.12', 'Export headings')):
        if len(c) != 3 or c[0] == 'register':
            continue
        fields = p.register_fields(c[0])
        if not fields:
            faults.append((c[0], 'no such register'))
            continue
        words = ' '.join(f['zh'] for f in fields.values()) + ' '.join(x['zh'] for f in fields.values() for x in p.code(f['codes']).values())
        plain = re.sub(r'[（(].*?[）)]', '', c[2])
        for word in re.split('[、；;/与]', re.sub(r'\*\*.*?\*\*', '', plain)):
            word = word.strip().replace('[时刻, 事项, 人]', '')
            if word and not word.startswith('5.') and word not in words and word not in ELSEWHERE:
                faults.append((c[0], word))
    tap.holds('fields of the further registers', faults)
    tap.holds('fields that the text tells of training, drills, people, rescues, stock, plans, duty, reports and call-outs', told_fields(p, text))


# Where a section tells a register's fields in running text: what stands before them, what after, and whose fields they are.
TOLD = (('5.3', 'train_id; ', ' Law', 'trainings scores'), ('5.4', 'drill_id; ', '\n', 'drills timeline'),
        ('5.4', 'Score lines 0–5 `P`: ', '. Conclusion', 'evaluations'), ('5.5', '1 人员档案: ', '\n', 'people'), ('5.5', '3 救援台账: ', ' Legal', 'rescues'),
        ('5.6', 'Fields: ', ' 盘点', 'stock stock_moves stock_counts'), ('5.7', 'Register fields: ', '\n', 'plans plan_reviews'),
        ('5.9', 'Fields: ', ' (一', 'duty_log'), ('5.10', 'Fields: ', '\n', 'incidents incident_reports'), ('5.11', 'warn_id; ', ' Timers', 'warnings callouts'))


def told_fields(p, text):
    for number, before, after, registers in TOLD:
        part = section(text, '### %s ' % number, '\n### ')
        words = ' '.join(f['zh'] + ' ' + ' '.join(c['zh'] for c in p.code(f['codes']).values()) for r in registers.split() for f in p.register_fields(r).values())
        found = re.search(re.escape(before) + '(.*?)' + re.escape(after), part, re.S)
        if not found:
            yield number, before
            continue
        for word in re.split('[、；;/:,，。.(（）)\\[\\]–→]|及|与|和', re.sub('`.`|seed [0-9]+', '', found.group(1))):
            word = word.strip()
            said = SAID_OTHERWISE.get((number, word), word)
            if word and not all(one in words for one in said.split()):
                yield number, word


# Words of those sections that are said in others; remarks that name no field are said in none.
SAID_OTHERWISE = {
    ('5.3', '日期起止'): '开始 结束', ('5.3', '十一'): '', ('5.3', '每人成绩'): '人员 成绩', ('5.3', '下次改进'): '改进措施', ('5.4', '时间线'): '时刻 事件',
    ('5.4', '关键用时'): '接报→启动 启动→到场 警报→撤完 点名完成', ('5.5', '网格员…'): '网格员', ('5.5', '有效期'): '证书到期', ('5.5', '可空'): '', ('5.5', '起止'): '保险起 保险止',
    ('5.5', '入队离队日期'): '入队日期 离队日期', ('5.5', '照片可无'): '照片', ('5.5', '接报时间渠道'): '接报时间 接报渠道', ('5.5', '地点坐标'): '地点 坐标',
    ('5.5', '人数车辆装备'): '出动人数 车辆 装备', ('5.5', '伤亡人数'): '伤亡', ('5.6', '物资码'): '物资编码', ('5.6', '存放点'): '存放地点', ('5.6', '保质'): '有效期',
    ('5.6', '出入库流水'): '入合计 出合计 类型', ('5.6', '时间'): '日期', ('5.7', '3年'): '', ('5.7', '衔接率≥95%'): '衔接率', ('5.7', '有效'): '已印发 已备案',
    ('5.9', '起止'): '班次起 班次止', ('5.9', '姓名'): '来电人', ('5.9', '未结事项'): '未结 事项', ('5.9', '交班人'): '交班', ('5.9', '接班人签字'): '接班', ('5.9', '“零记录”也要登记'): '',
    ('5.10', '到分钟'): '', ('5.10', '地点坐标'): '地点 坐标', ('5.10', '伤亡失踪被困人数'): '死亡 受伤 失踪 被困', ('5.11', '对每个被叫人'): '', ('5.11', '姓名'): '被叫应人',
    ('5.11', '岗位'): '职务', ('5.11', 'AB角'): 'A/B角', ('5.11', '首次呼叫时刻'): '呼叫时间', ('5.11', '应答时刻'): '应答时间', ('5.11', '升级动作'): '未应答处置',
    ('5.11', '特殊群体逐户结果'): '特殊人群结果', ('5.11', '反馈汇总到镇'): '已反馈到镇',
}


# Words of 5.12 that another field, register or built-in says.
ELSEWHERE = {'三台账合一登记，导出分三表：死亡失踪', '冬春救助人口', '应急包有无', '时间线', '调用队伍和物资', '地址坐标', '对应记录', '受理时间渠道'}


def compare_ledgers(p, tap, text):
    part = section(text, '## 7.', 'Monthly sheet')
    want = {c[0]: c[1] for c in rows(part) if len(c) == 2 and c[0] not in ('台账', '保存期限')}
    have = {}
    for r in p.exports:
        have.setdefault(r['ledger'], []).append(r['heading'])
    have = {h[0]: h[1:] for h in have.values()}
    faults = [] if len(want) == 23 else ['%d ledgers in the reference' % len(want)]
    for title, heads in want.items():
        if title == '物资台账':
            stock, moves = heads.split('；出入库：')
            pairs = [('物资台账', top_split(stock)), ('物资出入库', top_split(moves))]
        elif title.startswith('灾情三台账'):
            pairs = [(t, None) for t in top_split(heads.split(' `')[0])]
        else:
            pairs = [(title, top_split(heads))]
        for t, wanted in pairs:
            if t not in have or (wanted is not None and have[t] != wanted):
                faults.append((t, wanted, have.get(t)))
    tap.holds('23 ledgers, headings letter for letter', faults)
    loss = re.search(r'\| disaster_loss \| 灾情 \| (.*) \|', text).group(1)
    faults = []
    for title, name in (('因灾死亡失踪人口台账', '死亡失踪'), ('因灾倒塌损坏住房户台账', '倒损住房户'), ('受灾人员冬春生活救助人口台账', '冬春救助人口')):
        inner = re.search(name + r'\((.*?)\)', loss).group(1).replace('/', '、')
        if have.get(title) != ['序号'] + [re.sub('P2', '', x) for x in inner.split('、')]:
            faults.append((title, have.get(title)))
    tap.holds('the three ledgers of disaster losses', faults)
    lists = [c for c in rows(section(text, 'Three lists from each drill', 'Loop')) if len(c) == 3]
    faults = []
    for title, heads in zip(lists[0], lists[1]):
        wanted = [re.sub(r'\(.*?\)', '', h) for h in top_split(heads)]
        if have.get('演练' + title) != wanted:
            faults.append((title, wanted, have.get('演练' + title)))
    tap.holds('the three lists of a drill', faults)
    monthly = re.search(r'Monthly sheet[^:]*: (.*?)[。.]', text).group(1).split('、')
    got = next((h for t, h in have.items() if t.startswith('月报')), [])
    tap.holds('the monthly sheet to the county', [] if [x for x in got if x in monthly] == monthly else [monthly, got])


def compare_cards(p, tap, text):
    line = re.search(r'Cards by 岗位: (.*?)[；;] ?by 场景: (.*?)[。.]', text)
    titles = ' '.join(c[0] for c in p.cards.values())
    alias = {'山洪': '山洪', '滑坡前兆': '滑坡', '水库管涌': '管涌', '内涝倒灌': '内涝', '电动车火灾': '电动车', '有限空间': '有限空间', '危化泄漏': '危化品'}
    tap.holds('a card for each post and scene', (w for w in line.group(1).split('、') + line.group(2).split('、') if alias.get(w, w) not in titles))


# Rows of the two tables of frequencies, and the duties that hold them.
FREQUENCIES = {
    '九小场所自查': 'own_daily own_monthly', '公众聚集场所': 'own_assembly own_closing', '消防重点单位': 'own_key', '机关团体事业单位 / 其他单位': 'own_agency own_other',
    '医院、养老院、寄宿学校、幼儿园': 'own_night', '民宿': 'own_farmstay own_flue', '经营性自建房': 'visit_house expert_house_30 expert_house_20 expert_house_new',
    '房屋（罗源县）': 'visit_house_old visit_house_cd', '灭火器': 'own_extinguisher', '燃气用户': 'check_gas',
    '小型水库': 'visit_reservoir visit_reservoir_dry visit_reservoir_pre visit_reservoir_post visit_reservoir_quake visit_reservoir_rain visit_reservoir_typhoon',
    '农村坑塘（河南）': 'visit_pond visit_pond_flood visit_pond_pre visit_pond_post visit_pond_rain', '堤防': 'visit_dike visit_dike_high',
    '地质灾害点': 'visit_geo_pre visit_geo visit_geo_post visit_geo_rain', '森林': 'visit_forest', '九小、农家乐网格巡查': 'visit_small visit_small_red visit_small_holiday',
    '工地': 'visit_site visit_site_rain visit_site_wind', '易涝点、地下空间': 'visit_low_pre visit_low visit_low_rain', '尾矿库下游': 'visit_tailings visit_tailings_dry',
    '乡镇督导': 'supervision', '镇综合队、村（社区）队': 'train_team', '企业专兼职队': 'train_enterprise', '镇政府': 'drill_town', '每个村（社区）': 'drill_village',
    '中小学': 'drill_school', '幼儿园': 'drill_kindergarten', '中小学（张掖）': 'drill_school', '生产经营单位': 'drill_unit drill_unit_statutory',
    '乡镇街道（生产安全预案）': 'drill_town_safety', '乡镇、村': 'drill_general drill_high_risk', '县级综合队': 'drill_county_team train_county_team',
    '乡镇综合队': 'drill_town_team contest_town_team', '新修订预案': 'drill_new_plan', '镇重点演练项目': 'key_projects', '施工单位人员': 'train_builders', '督导': 'supervision',
    '演练评估': 'evaluate_drill'}


def compare_frequencies(p, tap, text):
    have = {d['id'] for d in p.duties}
    tap.holds('every required frequency is a duty', (
        (c[0], FREQUENCIES.get(c[0])) for part, end in (('### 3.1', '### 3.2'), ('### 5.2', '### 5.3')) for c in rows(section(text, part, end))
        if len(c) == 4 and c[0] not in ('对象', '组织') and not set(FREQUENCIES.get(c[0], '?').split()) <= have))
    faults = []
    table = {c[0]: ' '.join(c[1:]) for c in rows(section(text, '### 3.2', '全国口径')) if len(c) == 5 and c[0] != '省市'}
    for s in p.seasons:
        if s['province'] in PROVINCE and s['id'] not in ('pre_flood', 'post_flood'):
            row = next(v for k, v in table.items() if k.startswith(PROVINCE[s['province']]))
            for day in (s['from'], s['to']):
                if day not in row and (s['province'], day) not in VAGUE:
                    faults.append((s['id'], s['province'], day))
    tap.holds('season days are those of the provinces', faults if table else ['no table'])


PROVINCE = {'henan': '河南', 'zhejiang': '浙江', 'shandong': '山东', 'gansu': '甘肃', 'chongqing': '重庆', 'beijing': '北京'}
# Days the reference gives in words: end of February, "about half a year", "April or May to September or October".
VAGUE = {('henan', '02-29'), ('zhejiang', '10-15'), ('gansu', '04-01'), ('gansu', '10-31')}


def compare(p, tap, top):
    path = os.environ.get('XUNCHA_REFERENCE') or os.path.join(top, '..', 'shared', 'guide', 'domain.md')
    if not os.path.exists(path):
        tap.skip('the pack says what the reference says', 'no reference at ' + path)
        return
    with open(path, encoding='utf-8') as f:
        text = f.read()
    compare_items(p, tap, text)
    compare_words(p, tap, text)
    compare_loop(p, tap, text)
    compare_registers(p, tap, text)
    compare_ledgers(p, tap, text)
    compare_cards(p, tap, text)
    compare_frequencies(p, tap, text)
