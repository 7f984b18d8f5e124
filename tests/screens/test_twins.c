/* What two people did who could not see each other. One warning, and each makes the list of whom to call: when they have met, nobody
 * stands on it twice, and what either did counts. One drill, one training, and each logs it: it is hinted, one is put aside, and what is
 * left counts once. */
#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>

static int warned_setup(void **state)
{
	if (field_setup(state))
		return -1;
	field_run("mkdir -p stick; echo '{\"issuer\":\"县气象台\",\"kind\":\"flash_flood\",\"level\":\"2\",\"summary\":\"未来3小时有山洪\"}' >warning.json;"
	          "on manager 2026-07-12T07:50 record submit --form warning_new --answers warning.json;"
	          "on manager 2026-07-12T07:50 sync --dir stick; town merge stick; on device 2026-07-12T07:55 sync --dir stick");
	return 0;
}

/* The warning's call list, made from the registers. */
static struct vt *make_list(const char *profile)
{
	struct vt *vt = field_enter(profile, FIELD_PIN, 24, 80, NULL);

	vt_keys(vt, "w");
	assert_shows(vt, "责任人 5 分钟内应答");
	field_settle(vt);
	vt_keys(vt, "g");
	assert_shows(vt, "已存: 照台账列入");
	assert_shows(vt, "0/15");
	return vt;
}

static void answer(struct vt *vt, const char *keys, const char *shows)
{
	for (; *keys; keys++) {
		vt_keys(vt, (char[2]){ *keys });
		field_settle(vt);
	}
	assert_shows(vt, shows);
}

static void open_list(struct vt *vt)
{
	vt_keys(vt, "w");
	assert_shows(vt, "责任人 5 分钟内应答");
	field_settle(vt);
}

static void who_stands_on_two_lists_is_called_once(void **state)
{
	struct vt *vt = make_list("device");

	(void)state;
	answer(vt, "555", "3/15");               /* those in charge, and then he goes out of reach */
	field_leave(vt);
	vt = make_list("manager");
	answer(vt, "1", "0/15");                 /* the first in charge in vain; two homes at the door */
	for (int i = 0; i < 3; i++) {
		vt_key(vt, "Down");
		field_settle(vt);
	}
	answer(vt, "22", "2/15");
	field_leave(vt);
	field_run("carry device stick; carry manager stick; carry device stick");

	vt = field_enter("manager", FIELD_PIN, 24, 80, NULL);
	open_list(vt);
	assert_shows(vt, "两份名单里都有的 15 人, 已并成一条");
	assert_shows(vt, "5/15");
	vt_key(vt, "Esc");
	field_settle(vt);
	open_list(vt);
	assert_false(vt_shows(vt, "已并成一条"));         /* once */
	assert_shows(vt, "5/15");
	field_leave(vt);
	field_run("carry manager stick; carry device stick; town conflict list >conflicts; none callouts conflicts;"
	          "town register list callouts >calls; test $(grep -c 重名 calls) = 15; test $(grep -vc 重名 calls) = 15;"
	          "town export 预警叫应记录 --csv calls.csv; test $(grep -c 县气象台 calls.csv) = 15");

	vt = field_enter("device", FIELD_PIN, 18, 40, NULL);
	open_list(vt);
	assert_shows(vt, "5/15");
	field_leave(vt);
}

static void who_stands_in_is_the_one_to_ring_and_a_warning_that_is_over_says_so(void **state)
{
	struct vt *vt;

	(void)state;
	/* A household entered after the list was made is nobody's to call until it stands there. */
	field_run("echo '{\"code\":\"石桥99号\",\"head\":\"温小满\",\"group\":\"二组\",\"address\":\"石桥二组99号\",\"people\":4,\"danger\":\"flash_flood\",\"status\":\"active\"}' >home.json;"
	          "on manager 2026-07-12T08:00 record submit --form household_new --answers home.json");
	vt = field_enter("manager", FIELD_PIN, 18, 40, NULL);
	open_list(vt);
	assert_shows(vt, "台账上另有 1 人不在名单里: g 列入");
	/* To look takes no number: the next record follows on the one before. */
	field_run("echo '{\"shift\":\"day\",\"org\":\"=name:石桥村委会\",\"leader\":\"李军\",\"officer\":\"李军\",\"kind\":\"zero\"}' >duty.json;"
	          "on manager 2026-07-12T08:01 record submit --form duty_entry --answers duty.json;"
	          "number() { on manager 2026-07-12T08:02 --json register list \"$1\" --where \"$2\" | grep -o '\"number\": *\"[^\"]*' | head -1 | sed 's/.*-0*//'; };"
	          "home=$(number households \"\\${code} = '石桥99号'\"); test $(number duty_log \"\\${kind} = 'zero'\") = $((home + 1))");
	vt_keys(vt, "g");
	assert_shows(vt, "已存: 照台账列入 1 人");
	assert_hides(vt, "不在名单里");
	field_settle(vt);
	vt_keys(vt, "p");
	field_settle(vt);
	vt_keys(vt, "8");
	assert_shows(vt, "现找B角");
	assert_shows(vt, "A角 电话");
	field_run("echo '{\"lifted\":\"2026-07-12T08:20:00.000+08:00\"}' >lifted.json; town record submit --form warning_lift --row warnings:=summary:未来3小时有山洪 --answers lifted.json;"
	          "town merge stick; carry manager stick");
	vt_key(vt, "C-l");
	assert_shows(vt, "08:20 解除");
	assert_hides(vt, "剩 ");
	vt_keys(vt, "5");                        /* late, and kept */
	assert_shows(vt, "已存: 已应答 (预警已解除)");
	field_leave(vt);
}

/* Choose the form of this name among those that n offers. */
static void put_aside(struct vt *vt, const char *form)
{
	vt_keys(vt, "n");
	assert_shows(vt, "填哪一种");
	assert_shows(vt, form);
	field_select(vt, form);
	vt_key(vt, "Enter");
	assert_shows(vt, "这一条怎么算");
	vt_key(vt, "Enter");
	assert_shows(vt, "就这个");
	vt_key(vt, "Enter");
	assert_hides(vt, "(必填)");
	vt_key(vt, "F5");
	assert_shows(vt, "已存: 标为重复的");
}

static void told_twice(void)
{
	field_run("echo '{\"name\":\"夜间转移演练\",\"event\":\"flash_flood\",\"where\":\"村委会\",\"started\":\"2026-07-10T09:00:00.000+08:00\",\"kind\":\"special\",\"form\":\"real\",\"people\":40}' >drill.json;"
	          "echo '{\"name\":\"十号的转移演练\",\"event\":\"flash_flood\",\"where\":\"广场\",\"started\":\"2026-07-10T09:30:00.000+08:00\",\"kind\":\"special\",\"form\":\"real\",\"people\":38}' >again.json;"
	          "echo '{\"started\":\"2026-07-08T09:00:00.000+08:00\",\"where\":\"村委会\",\"subjects\":\"pump\",\"roll\":20,\"present_n\":18,\"signed\":\"yes\"}' >training.json;"
	          "on manager 2026-07-10T12:00 record submit --form drill_new --row orgs:=code:DW002 --answers drill.json;"
	          "on manager 2026-07-10T12:10 record submit --form training_new --row teams:=name:石桥村应急队 --answers training.json;"
	          "town record submit --form drill_new --village 990101100201 --row orgs:=code:DW002 --answers again.json;"
	          "town record submit --form training_new --village 990101100201 --row teams:=name:石桥村应急队 --answers training.json;"
	          "carry manager stick; town merge stick; carry manager stick;"
	          "on manager 2026-07-12T08:30 due --json >due.json; test $(grep -c evaluate_drill due.json) = 2");         /* though one was logged two days late */
}

static void a_drill_and_a_training_that_two_people_logged_count_once(void **state)
{
	struct vt *vt;

	(void)state;
	told_twice();
	vt = field_enter("manager", FIELD_PIN, 18, 40, NULL);
	vt_keys(vt, "t");
	assert_shows(vt, "训 2  演 2");
	vt_keys(vt, "e");
	assert_shows(vt, "夜间转移演练 [疑似重复]");
	assert_shows(vt, "十号的转移演练 [疑似重复]");
	field_select(vt, "十号的");
	vt_key(vt, "Enter");
	assert_shows(vt, "疑似重复: 还有 03-00");
	put_aside(vt, "标为重复的演练");
	assert_hides(vt, "疑似重复");
	vt_key(vt, "Esc");
	assert_shows(vt, "十号的转移演练 [重复]");
	vt_key(vt, "Esc");
	assert_shows(vt, "训 2  演 1");
	vt_keys(vt, "t");
	assert_shows(vt, "[疑似重复]");
	vt_key(vt, "Enter");
	assert_shows(vt, "是同一次的, 按 n");
	put_aside(vt, "标为重复的训练");
	vt_key(vt, "Esc");
	field_settle(vt);
	vt_key(vt, "Esc");
	assert_shows(vt, "训 1  演 1");
	field_leave(vt);
	field_run("on manager 2026-07-12T08:30 due --json >due.json; test $(grep -c evaluate_drill due.json) = 1; grep -q 夜间转移演练 due.json;"
	          "carry manager stick; town merge stick; town export 演练台账 --csv drills.csv; test $(grep -c 转移演练 drills.csv) = 1; grep -q 夜间转移演练 drills.csv; town export 训练记录 --csv trainings.csv; test $(grep -c 石桥村应急队 trainings.csv) = 1;"
	          "on manager 2026-07-12T08:30 register list teams --where \"\\${trainings} = 1\" >teams; grep -q 石桥村应急队 teams;"
	          "on manager 2026-07-12T08:30 register list orgs --where \"\\${drills} = 1\" >orgs; grep -q 石桥村委会 orgs;"
	          "town export monthly --csv month.csv --month 2026-07; grep 石桥村 month.csv | grep -q ',1/18,1/40,'");
	/* Each had put aside the other's, out of reach: neither is lost from what is owed, nor from any count. */
	field_run("ours=$(on manager 2026-07-12T08:31 register list drills | grep 夜间 | cut -c1-26); theirs=$(on manager 2026-07-12T08:31 register list drills | grep 十号 | cut -c1-26);"
	          "echo \"{\\\"doubled\\\":\\\"yes\\\",\\\"same_as\\\":\\\"$theirs\\\"}\" >aside.json;"
	          "town record submit --form drill_twice --row drills:$ours --answers aside.json; carry manager stick; town merge stick; carry manager stick;"
	          "on manager 2026-07-12T08:40 due --json >due.json; test $(grep -c evaluate_drill due.json) = 2;"
	          "on manager 2026-07-12T08:40 register list orgs --where \"\\${drills} = 2\" >orgs; grep -q 石桥村委会 orgs;"
	          "town export monthly --csv month.csv --month 2026-07; grep 石桥村 month.csv | grep -q ',1/18,2/78,'; town export 演练台账 --csv drills.csv; test $(grep -c 转移演练 drills.csv) = 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_stands_on_two_lists_is_called_once),
		cmocka_unit_test(who_stands_in_is_the_one_to_ring_and_a_warning_that_is_over_says_so),
		cmocka_unit_test(a_drill_and_a_training_that_two_people_logged_count_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, warned_setup, field_teardown) != 0;
}
