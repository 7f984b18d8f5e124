/* What becomes of a hazard at the township's desk, on a pty, by the keys that the screens offer: listed and taken off the list, whistled
 * for and answered, given more time or not, re-checked, closed, and not closed where two disagree. In order. What stands in the ledger,
 * and what the village's devices make of it, is asked of other programs. */
#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Hazards are told apart by their words. */
#define ROW_OF(words) "$(town register list hazards --where '${desc} = \"" words "\"' | cut -d' ' -f1)"
#define HOLDS(words, that) "town register list hazards --where '${desc} = \"" words "\" and " that "' | grep -q .;"

static int follow_setup(void **state)
{
	if (field_setup(state))
		return -1;
	field_run("mkdir -p stick stick2; say() { printf '%s\\n' \"$2\" >$1.json; };"
	          "say wall '{\"desc\":\"承重墙拆改\",\"level\":\"M?\",\"src\":\"patrol\"}';"
	          "say hose '{\"desc\":\"软管无卡箍\",\"level\":\"G\",\"src\":\"patrol\",\"informed\":\"yes\",\"owner\":\"马建国\",\"phone\":\"10000000012\",\"due\":\"2026-07-20\"}';"
	          "say wire '{\"desc\":\"私拉电线\",\"level\":\"G\",\"src\":\"patrol\",\"informed\":\"yes\",\"owner\":\"贺平\",\"phone\":\"10000000013\",\"due\":\"2026-07-20\"}';"
	          "say done '{\"fix_desc\":\"换好了\",\"fix_at\":\"2026-07-12\"}';"
	          "on device 2026-07-11T09:00 record submit --form hazard_new --row places:=name:西坡6号出租自建房 --answers wall.json;"
	          "say pipe '{\"desc\":\"插座松动\",\"level\":\"G\",\"src\":\"patrol\",\"informed\":\"yes\",\"owner\":\"贺平\",\"phone\":\"10000000013\",\"due\":\"2026-07-20\"}';"
	          "for h in hose wire pipe; do on device 2026-07-11T09:00 record submit --form hazard_new --row places:=name:石桥旅社 --answers $h.json; done;"
	          "carry device stick; carry manager stick2");
	return 0;
}

static struct vt *desk(void)
{
	struct vt *vt = field_enter("town", TOWN_PIN, 24, 80, NULL);

	assert_shows(vt, "乡镇  今日");
	return vt;
}

static void save(struct vt *vt, const char *said)
{
	field_settle(vt);
	vt_key(vt, "F5");
	assert_shows(vt, said);
	field_settle(vt);
}

/* A key of the selected hazard at home opens the form that is named, about that hazard. */
static void take(struct vt *vt, const char *hazard, const char *key, const char *form)
{
	char title[256];

	field_select(vt, hazard);
	vt_keys(vt, key);
	snprintf(title, sizeof title, "%s > ", form);
	assert_shows(vt, title);
	assert_shows(vt, hazard);
	field_settle(vt);
}

static void what_is_due_of_a_hazard_is_selected_where_it_opens(void **state)
{
	struct vt *vt = field_enter("manager", FIELD_PIN, 18, 40, NULL);

	(void)state;
	field_select(vt, "插座松动");
	assert_shows(vt, "8天内 报整改完成");
	vt_key(vt, "Enter");
	assert_shows(vt, "1 告知并限期");
	assert_true(vt_selected(vt, "报整改完成"));
	vt_key(vt, "Enter");
	assert_shows(vt, "整改完成日期");
	field_leave(vt);
}

static void one_judged_major_stands_first_until_somebody_has_it_in_hand_and_is_listed(void **state)
{
	struct vt *vt = desk();

	(void)state;
	take(vt, "承重墙拆改", "v", "核实判级");
	vt_keys(vt, "1");
	field_settle(vt);
	vt_keys(vt, "1");
	field_fill(vt, "承重墙已拆");
	save(vt, "已存: 核实判级");
	assert_shows(vt, "重大隐患");
	assert_true(vt_selected(vt, "承重墙拆改"));
	vt_key(vt, "Home");
	field_settle(vt);
	assert_true(vt_selected(vt, "承重墙拆改"));         /* above those that are only on time */
	take(vt, "承重墙拆改", "m", "挂牌督办");
	field_fill(vt, "镇安委会");
	field_fill(vt, "");
	field_fill(vt, "县级");
	save(vt, "督办期限: 这一项必填");
	field_fill(vt, "718");
	save(vt, "已存: 挂牌督办");
	assert_shows(vt, "在办 1  7日内到期 1");
	vt_keys(vt, "4");
	assert_hides(vt, "乡镇  今日");
	assert_shows(vt, "督办期限");
	assert_shows(vt, "07-18");
	vt_key(vt, "Enter");
	assert_shows(vt, "摘牌");
	assert_shows(vt, "镇安委会");
	vt_keys(vt, "h");
	assert_shows(vt, "挂牌单位: 镇安委会");
	field_leave(vt);
	field_run(HOLDS("承重墙拆改", "${supervise} = \"listed\" and ${listed_due} = \"2026-07-18\" and ${verify} = \"major\"")
	          "carry manager stick2; on manager 2026-07-12T08:32 register list hazards --where '${supervise} = \"listed\"' | grep -q 承重墙");
}

static void a_department_sends_the_whistle_back_then_comes_and_settles_it(void **state)
{
	struct vt *vt = desk();

	(void)state;
	take(vt, "承重墙拆改", "x", "吹哨");
	vt_key(vt, "Enter");
	assert_shows(vt, "空格勾上");
	vt_keys(vt, "5");
	assert_shows(vt, "[x] 住建");
	vt_key(vt, "Enter");
	assert_hides(vt, "空格勾上");
	field_settle(vt);
	vt_key(vt, "Enter");
	assert_shows(vt, "1 电话");
	field_settle(vt);
	vt_keys(vt, "1");
	assert_hides(vt, "1 电话");
	save(vt, "已存: 吹哨");
	assert_shows(vt, "等部门 1");
	assert_shows(vt, "已吹哨");
	take(vt, "承重墙拆改", "x", "登记部门应答");
	vt_keys(vt, "1");
	save(vt, "吹哨结果: 这一项必填");
	field_fill(vt, "不归住建管");
	save(vt, "已存: 登记部门应答");
	assert_shows(vt, "部门退回");
	take(vt, "承重墙拆改", "x", "吹哨");                  /* again, to whom it was sent first or to another */
	vt_key(vt, "Enter");
	assert_shows(vt, "空格勾上");
	vt_keys(vt, "6");
	vt_key(vt, "Enter");
	assert_hides(vt, "空格勾上");
	field_settle(vt);
	vt_key(vt, "Esc");                                /* later: it waits at home */
	assert_shows(vt, "今日里可以接着填");
	vt_key(vt, "Home");
	field_settle(vt);
	assert_true(vt_selected(vt, "接着做"));
	assert_true(vt_selected(vt, "吹哨 > "));
	vt_key(vt, "Enter");
	assert_shows(vt, "公安");
	field_settle(vt);
	vt_key(vt, "Down");
	field_settle(vt);
	vt_key(vt, "Enter");
	assert_shows(vt, "1 电话");
	field_settle(vt);
	vt_keys(vt, "1");
	assert_hides(vt, "1 电话");
	save(vt, "已存: 吹哨");
	assert_hides(vt, "接着做");
	vt_keys(vt, "3");
	assert_hides(vt, "乡镇  今日");
	assert_shows(vt, "吹哨报到");
	assert_shows(vt, "公安");                          /* which department, in the list of those that are waited for */
	vt_key(vt, "Esc");
	assert_shows(vt, "乡镇  今日");
	take(vt, "承重墙拆改", "x", "登记部门应答");
	vt_keys(vt, "3");
	save(vt, "已存: 登记部门应答");
	assert_shows(vt, "等部门 0");                       /* here, and not settled: the listing is its matter again */
	assert_shows(vt, "挂牌督办");
	take(vt, "承重墙拆改", "x", "登记部门应答");
	vt_keys(vt, "4");
	save(vt, "吹哨结果: 这一项必填");
	field_fill(vt, "已下整改令");
	save(vt, "已存: 登记部门应答");
	vt_key(vt, "Enter");
	assert_shows(vt, "已办结");
	vt_keys(vt, "h");
	assert_shows(vt, "不归住建管");                     /* what was overwritten in the row is told here */
	vt_key(vt, "End");
	assert_shows(vt, "已下整改令");
	field_leave(vt);
	field_run(HOLDS("承重墙拆改", "${whistle} = \"done\" and ${esc_result} = \"已下整改令\" and ${esc_arrived_at} = \"\"")
	          "town register list hazards --where '${desc} = \"承重墙拆改\"' --json | grep -q '\"esc_to\": \"police\"'");
}

static void more_time_is_refused_then_granted_and_the_village_hears_of_both(void **state)
{
	struct vt *vt;

	(void)state;
	field_run("echo '{\"ext_reason\":\"等配件\",\"ext_due\":\"2026-08-30\",\"ext_measure\":\"先停用\"}' >ask.json; h=" ROW_OF("软管无卡箍") ";"
	          "on manager 2026-07-12T08:20 record submit --form hazard_extension_ask --row hazards:$h --answers ask.json; carry manager stick2");
	vt = desk();
	assert_shows(vt, "要延期 1");
	assert_shows(vt, "要延期");
	vt_keys(vt, "4");
	assert_shows(vt, "已申请延期");
	vt_key(vt, "Esc");
	assert_shows(vt, "乡镇  今日");
	take(vt, "软管无卡箍", "t", "延期审批");
	vt_keys(vt, "1");
	assert_hides(vt, "整改期限");                       /* refused: the old one stands */
	field_fill(vt, "周敏");
	save(vt, "已存: 延期审批");
	assert_hides(vt, "要延期");
	field_leave(vt);
	field_run(HOLDS("软管无卡箍", "${extension} = \"refused\" and ${due} = \"2026-07-20\"")
	          "carry manager stick2; h=" ROW_OF("软管无卡箍") "; on manager 2026-07-12T08:23 register list hazards --where '${extension} = \"refused\"' | grep -q 软管;"
	          "sed 's/08-30/08-10/' ask.json >again.json; on manager 2026-07-12T08:24 record submit --form hazard_extension_ask --row hazards:$h --answers again.json; carry manager stick2");
	vt = desk();
	field_select(vt, "软管无卡箍");
	vt_key(vt, "Enter");
	assert_shows(vt, "延期审批");                       /* one line for both answers */
	assert_hides(vt, "不同意延期");
	vt_keys(vt, "h");
	assert_shows(vt, "延期审批: 不同意延期");
	assert_shows(vt, "延期原因: 等配件; 申请延期至: 2026-08-10");
	vt_key(vt, "Esc");
	field_settle(vt);
	vt_key(vt, "Esc");
	assert_shows(vt, "乡镇  今日");
	take(vt, "软管无卡箍", "t", "延期审批");
	vt_keys(vt, "2");
	assert_shows(vt, "2026-08-10");                   /* what was asked for stands there */
	field_fill(vt, "");
	field_fill(vt, "");
	field_fill(vt, "周敏");
	save(vt, "已存: 延期审批");
	field_leave(vt);
	field_run(HOLDS("软管无卡箍", "${extension} = \"granted\" and ${due} = \"2026-08-10\"")
	          "carry manager stick2; on manager 2026-07-12T08:25 register list hazards --where '${due} = \"2026-08-10\"' | grep -q 软管");
}

static void a_recheck_fails_with_a_picture_and_a_new_time_then_passes_and_closes(void **state)
{
	struct vt *vt;
	char photo[512];

	(void)state;
	vt = desk();
	field_select(vt, "软管无卡箍");
	vt_keys(vt, "r");
	assert_shows(vt, "现在是 已告知限期");                /* not fixed yet: said, nothing opened */
	field_leave(vt);
	field_run("on manager 2026-07-12T08:26 record submit --form hazard_report_fixed --row hazards:" ROW_OF("软管无卡箍") " --answers done.json; carry manager stick2");
	vt = desk();
	assert_shows(vt, "等复查 1");
	take(vt, "软管无卡箍", "r", "复核");
	vt_keys(vt, "2");
	save(vt, "复查说明: 这一项必填");
	field_fill(vt, "接头还漏");
	snprintf(photo, sizeof photo, "%s/tests/screens/small.jpg", SRCDIR);
	field_fill(vt, photo);
	field_fill(vt, "726");
	save(vt, "已存: 复核, 照片 1 张");
	assert_shows(vt, "整改中");
	field_leave(vt);
	field_run(HOLDS("软管无卡箍", "${stage} = \"fixing\" and ${chk_result} = \"fail\" and ${due} = \"2026-07-26\"")
	          "carry manager stick2; on manager 2026-07-12T08:27 register list hazards --where '${chk_note} = \"接头还漏\"' | grep -q 软管;"
	          "on manager 2026-07-12T08:27 record submit --form hazard_report_fixed --row hazards:" ROW_OF("软管无卡箍") " --answers done.json; carry manager stick2");
	vt = desk();
	take(vt, "软管无卡箍", "r", "复核");
	vt_keys(vt, "1");
	save(vt, "已存: 复核");
	assert_hides(vt, "软管无卡箍");                     /* closed: no longer at home */
	field_leave(vt);
	field_run(HOLDS("软管无卡箍", "${stage} = \"closed\" and ${chk_result} = \"pass\" and ${close_at} = \"2026-07-12\"")
	          "carry manager stick2; on manager 2026-07-12T08:28 register list hazards --where '${stage} = \"closed\"' | grep -q 软管");
}

static void who_fixed_it_does_not_pass_it(void **state)
{
	struct vt *vt = desk();

	(void)state;
	field_select(vt, "插座松动");
	vt_key(vt, "Enter");
	assert_shows(vt, "报整改完成");
	field_select(vt, "报整改完成");
	vt_key(vt, "Enter");
	assert_shows(vt, "整改完成日期");
	field_fill(vt, "贺平");
	field_fill(vt, "换了插座");
	save(vt, "已存: 报整改完成");
	vt_key(vt, "Esc");
	assert_shows(vt, "乡镇  今日");
	take(vt, "插座松动", "r", "复核");
	vt_keys(vt, "1");
	save(vt, "复核合格销号: 整改的人不能自己复核");
	vt_key(vt, "F8");                                 /* not to be kept */
	assert_shows(vt, "作废后找不回来");
	field_settle(vt);
	vt_keys(vt, "2");
	assert_shows(vt, "乡镇  今日");
	assert_hides(vt, "接着做");
	field_leave(vt);
	field_run(HOLDS("插座松动", "${stage} = \"fixed\"")
	          "carry manager stick2; echo '{\"chk_result\":\"pass\"}' >pass.json; on manager 2026-07-12T08:28 record submit --form hazard_recheck --row hazards:" ROW_OF("插座松动") " --answers pass.json;"
	          "carry manager stick2;" HOLDS("插座松动", "${stage} = \"closed\""));       /* another may */
}

static void one_that_is_listed_is_closed_only_when_it_was_taken_off_the_list(void **state)
{
	struct vt *vt;

	(void)state;
	field_run("w=" ROW_OF("承重墙拆改") "; echo '{\"owner\":\"周铁成\",\"due\":\"2026-07-20\"}' >notify.json;"
	          "town record submit --form hazard_notify --row hazards:$w --answers notify.json; carry manager stick2;"
	          "on manager 2026-07-12T08:28 record submit --form hazard_report_fixed --row hazards:$w --answers done.json; carry manager stick2");
	vt = desk();
	take(vt, "承重墙拆改", "r", "复核");
	vt_keys(vt, "1");
	save(vt, "销号文号/依据: 这一项必填");
	field_fill(vt, "镇复1号");
	save(vt, "条件还不满足: 现在 挂牌督办 [挂牌督办]");     /* which one is said */
	vt_key(vt, "Esc");
	assert_shows(vt, "今日里可以接着填");
	field_select(vt, "02-0001");                      /* the hazard, not what was begun about it */
	take(vt, "承重墙拆改", "m", "摘牌");
	save(vt, "摘牌文号/依据: 这一项必填");
	field_fill(vt, "镇摘1号");
	save(vt, "已存: 摘牌");
	assert_shows(vt, "在办 0");
	vt_key(vt, "Home");
	field_settle(vt);
	assert_true(vt_selected(vt, "接着做"));
	vt_key(vt, "Enter");
	assert_shows(vt, "镇复1号");
	save(vt, "已存: 复核");
	assert_hides(vt, "承重墙拆改");
	field_leave(vt);
	field_run(HOLDS("承重墙拆改", "${stage} = \"closed\" and ${supervise} = \"lifted\" and ${close_doc} = \"镇复1号\""));
}

static void a_closing_that_another_did_not_see_leaves_it_open_until_the_township_settles_it(void **state)
{
	struct vt *vt;

	(void)state;
	field_run("w=" ROW_OF("私拉电线") "; on device 2026-07-12T08:20 record submit --form hazard_report_fixed --row hazards:$w --answers done.json;"
	          "carry device stick; carry manager stick2;"
	          "cp $SRCDIR/tests/screens/small.jpg .; echo '{\"chk_result\":\"fail\",\"chk_note\":\"还有一根\",\"photo_after\":\"small.jpg\",\"due\":\"2026-07-16\"}' >fail.json;"
	          "on manager 2026-07-12T08:29 record submit --form hazard_recheck --row hazards:$w --answers pass.json;"
	          "on manager 2026-07-12T08:29 register list hazards --where '${stage} = \"closed\"' | grep -q 私拉电线;"       /* on his device it is */
	          "town record submit --form hazard_recheck --row hazards:$w --answers fail.json; carry manager stick2;"
	          "on manager 2026-07-12T08:29 register list hazards --where '${stage} = \"closed\"' | none 私拉电线");
	vt = desk();
	assert_shows(vt, "冲突");
	assert_shows(vt, "有几种说法");
	field_select(vt, "私拉电线");
	vt_key(vt, "Enter");
	assert_shows(vt, "有不同说法");
	assert_shows(vt, "2种说法");
	vt_key(vt, "Esc");
	assert_shows(vt, "乡镇  今日");
	vt_keys(vt, "z");
	assert_shows(vt, "说法不一的");
	field_select(vt, "状态");
	vt_key(vt, "Enter");
	assert_shows(vt, "整改中");
	assert_shows(vt, "销号");
	assert_shows(vt, "李军");
	vt_key(vt, "Esc");                                /* looked at, and left: still open */
	assert_shows(vt, "说法不一的");
	field_run(HOLDS("私拉电线", "${stage} = \"fixing\""));
	field_select(vt, "状态");
	vt_key(vt, "Enter");
	assert_shows(vt, "] 整改中");
	field_settle(vt);
	vt_keys(vt, vt_shows(vt, "[1] 整改中") ? "1" : "2");
	assert_shows(vt, "照这一种定");
	field_settle(vt);
	vt_keys(vt, "1");
	assert_shows(vt, "已存: 照这一种定了");
	field_leave(vt);
	field_run(HOLDS("私拉电线", "${stage} = \"fixing\"") "town conflict list | none stage; town register list hazards --where '${stage} = \"closed\"' | none 私拉电线");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_due_of_a_hazard_is_selected_where_it_opens),
		cmocka_unit_test(one_judged_major_stands_first_until_somebody_has_it_in_hand_and_is_listed),
		cmocka_unit_test(a_department_sends_the_whistle_back_then_comes_and_settles_it),
		cmocka_unit_test(more_time_is_refused_then_granted_and_the_village_hears_of_both),
		cmocka_unit_test(a_recheck_fails_with_a_picture_and_a_new_time_then_passes_and_closes),
		cmocka_unit_test(who_fixed_it_does_not_pass_it),
		cmocka_unit_test(one_that_is_listed_is_closed_only_when_it_was_taken_off_the_list),
		cmocka_unit_test(a_closing_that_another_did_not_see_leaves_it_open_until_the_township_settles_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, follow_setup, field_teardown) != 0;
}
