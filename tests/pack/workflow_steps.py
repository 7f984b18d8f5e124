"""Stories of hazards and plans, told step by step on one device: each line says who takes which form, and whether it counts. A step
that is refused changes nothing, so a story goes on where it stood. TAP. Argument: the directory with profile `device` and `pin`."""
import json
import os
import subprocess
import sys

work = sys.argv[1]
WHO = {'g': '王秀英', 'v': '李军', 't': '周敏'}
YES, NO = True, False
PHOTOS = {'photo_before': 'before.jpg', 'photo_after': 'after.jpg'}
NEW = {'kind': 'CA', 'address': '石桥村中心街', 'src': 'patrol', 'spot': 'no', 'informed': 'no'}
NOTIFY = {'owner': '马建国', 'due': '2026-07-20'}
FIXED = {'fix_desc': '已整改'}
PASS = {'chk_result': 'pass', 'chk_at': '2026-07-12'}
DOC = {'chk_result': 'pass', 'chk_at': '2026-07-12', 'close_doc': '样例安委〔2026〕1号'}
FAIL = {'chk_result': 'fail', 'chk_at': '2026-07-12', 'chk_note': '仍锁着', 'photo_after': 'again.jpg', 'due': '2026-07-16'}
ENDS = {'lifted': {'control': 'lifted'}, 'major': {'verify': 'major', 'level': 'M', 'level_basis': '消防法28条'},
        'general': {'verify': 'general', 'level': 'G', 'level_basis': '现场看过'}}

STORIES = {
    'a general hazard, from finding to closing and back': ('hazard', [
        ('g', 'new', dict(NEW, level='G'), YES), ('v', 'start', {}, NO), ('g', 'report_fixed', FIXED, NO), ('v', 'notify', NOTIFY, YES), ('g', 'notify', NOTIFY, YES),
        ('g', 'start', {}, NO), ('v', 'start', {}, YES), ('v', 'notify', NOTIFY, NO), ('g', 'report_fixed', FIXED, YES), ('g', 'recheck', PASS, NO),
        ('v', 'void', {'void_reason': '误报'}, NO), ('v', 'recheck', dict(FAIL, chk_note=''), NO), ('v', 'recheck', FAIL, YES), ('v', 'report_fixed', FIXED, YES),
        ('v', 'recheck', PASS, NO), ('t', 'recheck', PASS, YES), ('t', 'void', {'void_reason': '误报'}, NO), ('g', 'reopen', {'reopen_reason': '又锁上了'}, YES),
        ('v', 'transfer', {'receiver': '县住建局', 'transfer_reason': '超出职责'}, NO), ('t', 'return', {'return_reason': '不属我局'}, NO),
        ('t', 'transfer', {'receiver': '县住建局', 'transfer_reason': '超出职责'}, YES), ('v', 'return', {'return_reason': '不属我局'}, NO),
        ('t', 'return', {'return_reason': '不属我局'}, YES), ('t', 'transfer', {'receiver': '县住建局', 'transfer_reason': '超出职责'}, YES),
        ('v', 'settled', {'receiver_report': '已办结'}, NO), ('t', 'settled', {'receiver_report': '已办结'}, YES), ('v', 'reopen', {'reopen_reason': '复发'}, YES),
        ('t', 'void', {'void_reason': '重复登记'}, YES), ('g', 'reopen', {'reopen_reason': '不是重复'}, YES)]),
    'a G+ hazard is closed by the township': ('hazard', [
        ('v', 'new', dict(NEW, level='G+'), YES), ('v', 'notify', NOTIFY, YES), ('g', 'report_fixed', FIXED, YES), ('v', 'recheck', PASS, NO), ('t', 'recheck', PASS, YES)]),
    'put right on the spot, passed by another': ('hazard', [
        ('t', 'new', dict(NEW, level='G+'), YES), ('g', 'spot_fix', {'fix_desc': '已清'}, NO), ('g', 'spot_fix', dict(PHOTOS, fix_desc='已清'), YES), ('g', 'recheck', PASS, NO),
        ('v', 'recheck', PASS, YES)]),
    'a suspected major: verify, control and supervision stand in the way': ('hazard', [
        ('g', 'new', dict(NEW, level='M?', control='stopped', informed='yes', owner='马建国', due='2026-07-12'), YES), ('g', 'spot_fix', dict(PHOTOS, fix_desc='已清'), NO),
        ('g', 'report_fixed', FIXED, YES), ('t', 'recheck', DOC, NO), ('v', 'verify', ENDS['major'], NO), ('t', 'verify', ENDS['major'], YES), ('t', 'verify', ENDS['major'], NO),
        ('t', 'recheck', DOC, NO), ('g', 'lift', ENDS['lifted'], NO), ('v', 'lift', ENDS['lifted'], YES), ('v', 'list', {'listed_by': '镇', 'listed_due': '2026-12-31'}, NO),
        ('t', 'list', {'listed_by': '县安委办', 'listed_due': '2026-12-31'}, YES), ('t', 'recheck', DOC, NO), ('v', 'unlist', {'close_doc': '样例〔2026〕2号'}, NO),
        ('t', 'unlist', {'close_doc': '样例〔2026〕2号'}, YES), ('t', 'recheck', PASS, NO), ('v', 'recheck', DOC, NO), ('t', 'recheck', DOC, YES)]),
    'a major is lowered only from above, and doubted again by anyone': ('hazard', [
        ('g', 'new', dict(NEW, level='M?'), YES), ('t', 'downgrade', {'level': 'G', 'level_basis': '复核', 'level_by': '县局', 'close_doc': '样例〔2026〕3号'}, NO),
        ('t', 'verify', ENDS['major'], YES), ('g', 'downgrade', {'level': 'G', 'level_basis': '复核', 'level_by': '县局', 'close_doc': '样例〔2026〕3号'}, NO),
        ('t', 'downgrade', {'level': 'G', 'level_basis': '复核', 'level_by': '县局', 'close_doc': '样例〔2026〕3号'}, YES), ('v', 'doubt', {'level_basis': '裂缝变宽'}, YES),
        ('t', 'verify', ENDS['general'], YES), ('g', 'control', {'control': 'cordoned'}, YES), ('v', 'control', {'control': 'cordoned evacuated'}, YES),
        ('t', 'lift', {'control': 'cordoned'}, YES)]),
    'whistle and extension': ('hazard', [
        ('v', 'new', dict(NEW, level='G'), YES), ('v', 'notify', NOTIFY, YES), ('v', 'whistle', {'esc_to': 'housing', 'esc_channel': 'phone'}, NO),
        ('t', 'whistle_answer', {'whistle': 'accepted'}, NO), ('t', 'whistle', {'esc_to': 'housing', 'esc_channel': 'phone'}, YES),
        ('t', 'whistle_answer', {'whistle': 'accepted'}, YES), ('v', 'whistle_answer', {'whistle': 'arrived'}, NO), ('t', 'whistle_answer', {'whistle': 'arrived'}, YES),
        ('t', 'whistle_answer', {'whistle': 'done', 'esc_result': '已加固'}, YES), ('t', 'whistle_answer', {'whistle': 'done', 'esc_result': '已加固'}, NO),
        ('t', 'extension_decide', {'extension': 'granted', 'due': '2026-08-01', 'ext_by': '周敏'}, NO),
        ('g', 'extension_ask', {'ext_reason': '缺料', 'ext_due': '2026-08-01', 'ext_measure': '专人看守'}, NO),
        ('v', 'extension_ask', {'ext_reason': '缺料', 'ext_due': '2026-08-01', 'ext_measure': '专人看守'}, YES),
        ('v', 'extension_decide', {'extension': 'refused', 'ext_by': '李军'}, NO), ('t', 'extension_decide', {'extension': 'refused', 'ext_by': '周敏'}, YES),
        ('v', 'extension_ask', {'ext_reason': '缺料', 'ext_due': '2026-08-01', 'ext_measure': '专人看守'}, YES),
        ('t', 'extension_decide', {'extension': 'granted', 'due': '2026-08-01', 'ext_by': '周敏'}, YES)]),
    'a plan is filed, returned, revised, abolished': ('plan', [
        ('g', 'new', {}, NO), ('v', 'new', {}, YES), ('v', 'submit', {'filed_with': '样例镇人民政府'}, NO), ('v', 'issue', {'signer': '陈树林', 'edition': '2026版'}, YES),
        ('t', 'file', {'filing_no': '样例备1', 'linkage': 'ok'}, NO), ('v', 'submit', {'filed_with': '样例镇人民政府'}, YES), ('v', 'file', {'filing_no': '样例备1', 'linkage': 'ok'}, NO),
        ('t', 'return', {'return_reason': '缺编制说明'}, YES), ('v', 'submit', {'filed_with': '样例镇人民政府'}, YES), ('t', 'file', {'filing_no': '样例备1', 'linkage': 'ok'}, YES),
        ('v', 'revise', {'revise_reason': 'drill'}, YES), ('v', 'issue', {'signer': '陈树林', 'edition': '2027版'}, YES), ('v', 'abolish', {'remark': '并入总体预案'}, YES),
        ('t', 'revise', {'revise_reason': 'law'}, NO)]),
}
PLAN = {'kind': 'special', 'org': '=code:DW002', 'edition': '2026版'}
REGISTER = {'hazard': ('hazards', 'desc'), 'plan': ('plans', 'name')}


def submit(who, form, row, answers):
    path = os.path.join(work, 'step.json')
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(answers, f, ensure_ascii=False)
    command = ['xunchactl', '--profile', os.path.join(work, 'device'), '--pin-file', os.path.join(work, 'pin'), '--as', WHO[who], '--now', '2026-07-12T10:00',
               'record', 'submit', '--form', form, '--answers', path]
    return subprocess.run(command + (['--row', row] if row else []), capture_output=True, text=True)


def tell(title, kind, lines):
    """The first line that went otherwise, or None."""
    register, key = REGISTER[kind]
    row = '%s:=%s:%s' % (register, key, title)
    for i, (who, step, answers, want) in enumerate(lines, 1):
        if step == 'new':
            done = submit(who, kind + '_new', None, dict(PLAN if kind == 'plan' else {}, **{key: title}, **answers))
        else:
            done = submit(who, '%s_%s' % (kind, step), row, answers)
        if done.returncode != (0 if want else 1) or (not want and not done.stderr.strip()):
            return 'line %d: %s takes %s: exit %d, wanted %s: %s' % (i, WHO[who], step, done.returncode, 'done' if want else 'refused', done.stderr.strip())
    return None


print('1..%d' % len(STORIES))
failed = 0
for n, (title, (kind, lines)) in enumerate(STORIES.items(), 1):
    fault = tell(title, kind, lines)
    failed += fault is not None
    print('%s %d - %s' % ('not ok' if fault else 'ok', n, title))
    if fault:
        print('# ' + fault)
sys.exit(1 if failed else 0)
