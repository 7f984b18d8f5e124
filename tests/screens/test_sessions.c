/* Two sessions of xuncha on one township's store at once, as an office works: each on a pty of its own, the same staff. Both write while
 * one of them merges what the villages sent; each sees at its next key what the other wrote; neither loses what is being filled in,
 * nor when one of them is killed. In order. */
#include "config.h"
#include "tests/screens/field.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static int office_setup(void **state)
{
	if (field_setup(state))
		return -1;
	/* Two hazards that the township has, and a stick with more: a bundle each. */
	field_run("mkdir -p stick; printf '{\"sync_dir\": \"%s/stick\"}' $PWD >town/settings;"
	          "echo '{\"desc\":\"软管无卡箍\",\"level\":\"G\",\"src\":\"patrol\",\"informed\":\"yes\",\"owner\":\"马建国\",\"due\":\"2026-07-20\"}' >hose.json;"
	          "for h in 软管无卡箍 私拉电线; do sed s/软管无卡箍/$h/ hose.json >h.json; on device 2026-07-11T09:00 record submit --form hazard_new --row places:=name:石桥旅社 --answers h.json; done;"
	          "carry device stick;"
	          "for i in 1 2 3 4 5 6; do sed s/软管无卡箍/第${i}处/ hose.json >h.json; on device 2026-07-12T08:0$i record submit --form hazard_new --row places:=name:石桥旅社 --answers h.json; on device 2026-07-12T08:0$i sync --dir stick; done");
	return 0;
}

static struct vt *desk(void)
{
	struct vt *vt = field_enter("town", TOWN_PIN, 24, 80, NULL);

	assert_shows(vt, "乡镇  今日");
	assert_hides(vt, "正在算");
	return vt;
}

static void take(struct vt *vt, const char *hazard, const char *key, const char *form)
{
	field_select(vt, hazard);
	vt_keys(vt, key);
	assert_shows(vt, form);
	field_settle(vt);
}

/* The list of experts, and a new one: a form about nothing that is there yet. */
static void new_expert(struct vt *vt, const char *name)
{
	vt_keys(vt, "g");
	assert_shows(vt, "台账");
	field_select(vt, "专家");
	vt_key(vt, "Enter");
	assert_shows(vt, "n新建");
	field_settle(vt);
	vt_keys(vt, "n");
	assert_shows(vt, "草稿已存");
	assert_hides(vt, "接着上次");                       /* not what the other session is filling in */
	field_fill(vt, name);
}

static void both_write_while_one_merges_and_each_sees_the_others_rows(void **state)
{
	struct vt *a = desk(), *b = desk();

	(void)state;
	assert_shows(a, "软管无卡箍");
	take(b, "软管无卡箍", "m", "挂牌督办 > ");
	field_fill(b, "镇安委会");
	vt_keys(a, "y");
	assert_shows(a, "文件夹");
	field_settle(a);
	vt_key(a, "Enter");                               /* merging; meanwhile the other writes */
	vt_key(b, "Enter");
	field_fill(b, "县级");
	field_fill(b, "720");
	vt_key(b, "F5");
	assert_shows(b, "已存: 挂牌督办");
	assert_shows(a, "给了");
	vt_key(a, "Enter");
	field_settle(a);
	vt_key(a, "Esc");
	assert_shows(a, "乡镇  今日");
	assert_shows(a, "在办 1");                         /* b's record, without leaving the program */
	assert_shows(a, "第6处");
	vt_key(b, "Down");
	assert_shows(b, "第6处");                          /* a's merge */
	assert_shows(b, "第1处");
	take(a, "第6处", "m", "挂牌督办 > ");
	field_fill(a, "镇安委会");
	field_fill(a, "");
	field_fill(a, "镇级");
	field_fill(a, "722");
	vt_key(a, "F5");
	assert_shows(a, "已存: 挂牌督办");
	vt_key(b, "Down");
	assert_shows(b, "在办 2");
	field_leave(a);
	field_leave(b);
	field_run("town register list hazards --where '${supervise} = \"listed\"' | wc -l | grep -qx 2; town register list hazards | wc -l | grep -qx 8; town check");
}

static void what_one_fills_in_the_other_neither_takes_nor_is_kept_from_filling_in_its_own(void **state)
{
	struct vt *a = desk(), *b, *c;

	(void)state;
	take(a, "私拉电线", "m", "挂牌督办 > ");
	field_fill(a, "镇安委会");
	b = desk();                                       /* started while a fills in: it does not come up here */
	assert_hides(b, "挂牌单位");
	assert_shows(b, "别处在填");
	field_select(b, "别处在填");
	vt_key(b, "Enter");
	assert_shows(b, "这份草稿正在别处打开");
	take(b, "02-0002", "m", "这份草稿正在别处打开");         /* the same step of the same hazard: a colleague is at it */
	new_expert(b, "专家乙");
	c = desk();
	new_expert(c, "专家丙");
	kill(vt_pid(c), SIGKILL);                         /* the power of one desk */
	vt_free(c);
	vt_key(b, "Esc");
	assert_shows(b, "n新建");
	vt_key(b, "Esc");
	field_settle(b);
	vt_key(b, "Esc");
	assert_shows(b, "乡镇  今日");
	assert_shows(b, "接着做");                         /* both are there, and a's is still a's */
	assert_shows(b, "别处在填");
	field_fill(a, "");
	field_fill(a, "县级");
	field_fill(a, "725");
	vt_key(a, "F5");
	assert_shows(a, "已存: 挂牌督办");
	vt_key(b, "Down");
	assert_hides(b, "别处在填");
	field_run("test $(town draft list --json | grep -c '\"form\"') = 2; town register list hazards --where '${supervise} = \"listed\"' | grep -q 私拉电线");
	field_leave(b);
	b = desk();
	vt_key(b, "Home");
	field_settle(b);
	vt_key(b, "Enter");
	assert_shows(b, "专家丙");                         /* the newest first: what the killed one had typed */
	vt_key(b, "Esc");
	assert_shows(b, "乡镇  今日");
	field_leave(b);
	field_leave(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_write_while_one_merges_and_each_sees_the_others_rows),
		cmocka_unit_test(what_one_fills_in_the_other_neither_takes_nor_is_kept_from_filling_in_its_own),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, office_setup, field_teardown) != 0;
}
