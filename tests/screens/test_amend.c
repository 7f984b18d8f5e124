/* A record is corrected on the screen: its form opens filled in, a reason is asked, both versions stand in its history; who did
 * not write it is not offered to. */
#include "config.h"
#include "tests/screens/field.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void run(const char *profile, const char *pin, const char *arguments)
{
	char command[1024];

	snprintf(command, sizeof command, "cd %s && mkdir -p amends && %s/sync/xunchactl --now " FIELD_NOW " --profile %s --pin-file pin.%s %s >log 2>&1 || { cat log; exit 1; }",
	         field_dir(), BUILDDIR, profile, pin, arguments);
	assert_int_equal(system(command), 0);
}

static void exchange(void)
{
	run("device", "device", "sync --dir amends");
	run("town", "town", "merge amends");
}

static int hazard_setup(void **state)
{
	char path[512];
	FILE *f;

	if (field_setup(state))
		return -1;
	snprintf(path, sizeof path, "%s/hazard.json", field_dir());
	if (!(f = fopen(path, "w")))
		return -1;
	fputs("{\"desc\":\"后门锁死\",\"level\":\"G\",\"src\":\"patrol\",\"informed\":\"yes\",\"owner\":\"马建国\",\"phone\":\"10000000012\",\"due\":\"2026-07-25\"}", f);
	fclose(f);
	run("device", "device", "record submit --form hazard_new --row places:=name:石桥旅社 --answers hazard.json");
	exchange();
	run("manager", "device", "sync --dir amends");
	return 0;
}

/* The page of the hazard, from the home. */
static struct vt *hazard(const char *profile, const char *pin, const char *words)
{
	struct vt *vt = field_enter(profile, pin, 24, 80, NULL);

	field_settle(vt);
	vt_keys(vt, "h");
	assert_shows(vt, words);
	field_settle(vt);
	for (int i = 0; i < 40 && !vt_selected(vt, words); i++) {
		vt_key(vt, "Down");
		field_settle(vt);
	}
	vt_key(vt, "Enter");
	assert_shows(vt, "隐患等级");
	return vt;
}

static void retype(struct vt *vt, const char *text)
{
	field_settle(vt);
	vt_key(vt, "C-u");
	vt_keys(vt, text);
}

/* To the question of this label. */
static void go_to(struct vt *vt, const char *label)
{
	char marked[64];

	snprintf(marked, sizeof marked, "> %s", label);
	field_settle(vt);
	for (int i = 0; i < 40 && !vt_shows(vt, marked); i++) {
		vt_key(vt, "Down");
		field_settle(vt);
	}
	assert_shows(vt, marked);
}

static void who_did_not_write_it_is_not_offered_a_correction(void **state)
{
	struct vt *vt = hazard("manager", FIELD_PIN, "后门锁死");

	(void)state;
	field_settle(vt);
	assert_false(vt_shows(vt, "e更正"));
	vt_keys(vt, "e");
	field_settle(vt);
	assert_false(vt_shows(vt, "更正:"));
	vt_free(vt);
}

static void its_author_opens_the_form_filled_in_and_it_outlives_a_cut(void **state)
{
	struct vt *vt = hazard("device", FIELD_PIN, "后门锁死");

	(void)state;
	assert_shows(vt, "e更正");
	vt_keys(vt, "e");
	assert_shows(vt, "更正: ");
	assert_shows(vt, "后门锁死");
	field_settle(vt);
	vt_key(vt, "F5");
	assert_shows(vt, "什么都没改");                    /* an empty correction is not signed */
	go_to(vt, "隐患描述");
	retype(vt, "后门上锁");
	vt_key(vt, "Down");
	assert_hides(vt, "> 隐患描述");                    /* only then is what was typed in the draft */
	assert_shows(vt, "草稿已存");
	kill(vt_pid(vt), SIGKILL);
	vt_free(vt);
	vt = field_enter("device", FIELD_PIN, 24, 80, NULL);
	assert_shows(vt, "更正: ");
	assert_shows(vt, "后门上锁");
	field_settle(vt);
	vt_key(vt, "F5");
	assert_shows(vt, "更正的理由");
	vt_key(vt, "Enter");
	assert_shows(vt, "要写理由");
	vt_key(vt, "F5");
	assert_shows(vt, "更正的理由");
	vt_keys(vt, "当时看错了");
	vt_key(vt, "Enter");
	assert_shows(vt, "已更正");
	vt_free(vt);
}

static void the_history_shows_before_and_after_and_why(void **state)
{
	struct vt *vt = hazard("device", FIELD_PIN, "后门上锁");

	(void)state;
	vt_keys(vt, "h");
	assert_shows(vt, "经过");
	assert_shows(vt, "更正 ");
	assert_shows(vt, "理由: 当时看错了");
	assert_shows(vt, "原来 后门锁死, 改为 后门上锁");
	vt_free(vt);
}

static void the_township_corrects_anybodys_and_personal_words_stay_covered(void **state)
{
	struct vt *vt;

	(void)state;
	exchange();
	vt = hazard("town", TOWN_PIN, "后门上锁");
	vt_keys(vt, "e");
	assert_shows(vt, "更正: ");
	go_to(vt, "联系电话");
	retype(vt, "10000000045");
	field_settle(vt);
	vt_key(vt, "F5");
	assert_shows(vt, "更正的理由");
	vt_keys(vt, "电话是别人的");
	vt_key(vt, "Enter");
	assert_shows(vt, "已更正");
	vt_keys(vt, "h");
	assert_shows(vt, "经过");
	field_settle(vt);
	vt_key(vt, "End");
	assert_shows(vt, "理由: 电话是别人的");
	assert_shows(vt, "原来 100****0012, 改为 100****0045");
	vt_free(vt);
}

static void what_is_emptied_on_a_form_is_gone_and_the_story_tells_that_alone(void **state)
{
	struct vt *vt = field_enter("device", FIELD_PIN, 24, 80, NULL);

	(void)state;
	vt_keys(vt, "p");
	assert_shows(vt, "s排序");
	field_ask(vt, "/", "拼音首字母", "lmfd");
	assert_shows(vt, "开始巡查");
	field_settle(vt);
	vt_keys(vt, "n");
	assert_shows(vt, "填哪一种");
	vt_keys(vt, "2");
	assert_shows(vt, "修改场所/点位 > 老马饭店");
	go_to(vt, "经营者");
	retype(vt, "");
	vt_key(vt, "F5");
	assert_shows(vt, "已存: 修改场所/点位");
	assert_hides(vt, "负责人");
	field_settle(vt);
	vt_keys(vt, "h");
	assert_shows(vt, "负责人: (清空)");
	assert_false(vt_shows(vt, "联系电话"));            /* sent back as it was */
	assert_false(vt_shows(vt, "地址"));
	vt_key(vt, "Esc");
	field_leave(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_did_not_write_it_is_not_offered_a_correction),
		cmocka_unit_test(its_author_opens_the_form_filled_in_and_it_outlives_a_cut),
		cmocka_unit_test(the_history_shows_before_and_after_and_why),
		cmocka_unit_test(the_township_corrects_anybodys_and_personal_words_stay_covered),
		cmocka_unit_test(what_is_emptied_on_a_form_is_gone_and_the_story_tells_that_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, hazard_setup, field_teardown) != 0;
}
