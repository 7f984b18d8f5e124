"""Stories of hazards and plans, told step by step: each line says who takes which form, and whether it counts. A step that is refused
changes nothing, so a story goes on where it stood. The stories are told side by side, so that the stick passes from hand to hand
only when nobody can go on without it. TAP. Arguments: the directory with the profiles, `pin` and `stick`; top of the source tree."""
import json
import os
import subprocess
import sys

from catalog import Pack, Tap

work, top = sys.argv[1:3]
PROFILE = {'g': 'device', 'v': 'manager', 't': 'town'}
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
        ('g', 'new', {}, NO), ('v', 'new', {}, YES), ('g', 'issue', {'signer': '陈树林', 'edition': '2026版'}, NO), ('g', 'abolish', {'remark': '并入'}, NO),
        ('v', 'submit', {'filed_with': '样例镇人民政府'}, NO), ('v', 'issue', {'signer': '陈树林', 'edition': '2026版'}, YES),
        ('t', 'file', {'filing_no': '样例备1', 'linkage': 'ok'}, NO), ('v', 'submit', {'filed_with': '样例镇人民政府'}, YES), ('v', 'file', {'filing_no': '样例备1', 'linkage': 'ok'}, NO), ('v', 'return', {'return_reason': '缺编制说明'}, NO),
        ('t', 'return', {'return_reason': '缺编制说明'}, YES), ('v', 'submit', {'filed_with': '样例镇人民政府'}, YES), ('t', 'file', {'filing_no': '样例备1', 'linkage': 'ok'}, YES),
        ('v', 'revise', {'revise_reason': 'drill'}, YES), ('v', 'issue', {'signer': '陈树林', 'edition': '2027版'}, YES), ('v', 'abolish', {'remark': '并入总体预案'}, YES),
        ('t', 'revise', {'revise_reason': 'law'}, NO)]),
}
PLAN = {'kind': 'special', 'org': '=code:DW002', 'edition': '2026版'}
REGISTER = {'hazard': ('hazards', 'desc'), 'plan': ('plans', 'name')}


def xunchactl(who, *args):
    return subprocess.run(['xunchactl', '--profile', os.path.join(work, PROFILE[who]), '--pin-file', os.path.join(work, 'pin')] + list(args),
                          capture_output=True, text=True)


def hand_over(giver, taker):
    """What `giver` did reaches the township, and `taker` what the township knows."""
    stick = os.path.join(work, 'stick')
    for who, command in ((giver, ['sync', '--dir', stick]), ('t', ['merge', stick]), (taker, ['sync', '--dir', stick])):
        if who != 't' or command[0] == 'merge':
            done = xunchactl(who, *command)
            if done.returncode:
                sys.exit('Bail out! %s %s: %s' % (who, command[0], done.stderr))


class Story:
    def __init__(self, title, kind, lines):
        self.title, self.kind, self.lines, self.at, self.fault = title, kind, lines, 0, ''

    def next(self):
        return self.lines[self.at][0] if self.at < len(self.lines) and not self.fault else None

    def tell(self):
        """Take the next line."""
        who, step, answers, want = self.lines[self.at]
        register, key = REGISTER[self.kind]
        path = os.path.join(work, 'step.json')
        if step == 'new':
            answers = dict(PLAN if self.kind == 'plan' else {}, **{key: self.title}, **answers)
        with open(path, 'w', encoding='utf-8') as f:
            json.dump(dict(answers, __village='990101100201'), f, ensure_ascii=False)
        row = [] if step == 'new' else ['--row', '%s:=%s:%s' % (register, key, self.title)]
        done = xunchactl(who, 'record', 'submit', '--form', '%s_%s' % (self.kind, step), '--answers', path, *row)
        self.at += 1
        if done.returncode != (0 if want else 1) or (not want and not done.stderr.strip()):
            self.fault = 'line %d: %s takes %s: exit %d, wanted %s: %s' % (self.at, who, step, done.returncode, 'done' if want else 'refused', done.stderr.strip())


def untold(p):
    """Steps that no story takes, or that nobody is refused."""
    taken = {(kind + '_' + step, want) for kind, lines in STORIES.values() for _, step, _, want in lines}
    anyone = {'register', 'verify_ask', 'control', 'reopen', 'draft'}
    for w in p.workflow:
        if (w['form'], YES) not in taken:
            yield w['step'], 'is never taken'
        if w['step'] not in anyone and (w['form'], NO) not in taken:
            yield w['step'], 'is never refused'


def main():
    stories = [Story(title, kind, lines) for title, (kind, lines) in STORIES.items()]
    who = 'g'
    while any(s.next() for s in stories):
        for s in stories:
            while s.next() == who:
                s.tell()
        waiting = [s.next() for s in stories if s.next()]
        if waiting:
            taker = max(sorted(set(waiting)), key=waiting.count)
            hand_over(who, taker)
            who = taker
    tap = Tap()
    tap.holds('every step is taken in some story, and refused to somebody', untold(Pack(top)))
    for s in stories:
        tap.holds(s.title, [s.fault] if s.fault else [])
    tap.done()
    sys.exit(tap.failed)


main()
