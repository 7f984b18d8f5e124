/* A new pack comes while forms are half filled: what was answered stays with its question, what has no place any more is told, and the
 * record says what the person saw. */
#include "config.h"
#include "tests/tap.h"
#include "tests/vt.h"

#include "tests/screens/field.h"

#include <stdio.h>
#include <string.h>

/* Version `version` of the pack, its forms changed by a sed script, published and brought to the manager's device. */
static void publish(const char *version, const char *form, const char *change)
{
	char commands[2048];

	snprintf(commands, sizeof commands,
	         "[ -d pack2 ] || { cp -r \"$SRCDIR\"/forms/catalog pack2; chmod -R u+w pack2; }; sed -i 's/^version,[0-9.]*/version,%s/' pack2/pack.csv; sed -i '%s' pack2/%s;"
	         "mkdir -p news; town pack publish pack2 --anyway; town sync --dir news; on manager 2026-07-12T08:30 sync --dir news",
	         version, change, form);
	field_run(commands);
}

static void answers_begun_under_an_old_pack_stay_with_their_questions(void **state)
{
	struct vt *vt = field_enter("manager", FIELD_PIN, 24, 80, NULL);

	(void)state;
	vt_keys(vt, "g");
	assert_shows(vt, "边打边找");
	vt_keys(vt, "kpxc");
	field_settle(vt);
	vt_key(vt, "Enter");
	assert_shows(vt, "还没有科普宣传");
	vt_keys(vt, "n");
	assert_shows(vt, "五进类别");
	vt_keys(vt, "3");                                     /* 消防宣传月 */
	field_settle(vt);
	vt_keys(vt, "2");
	vt_key(vt, "Enter");                                  /* 进农村 */
	field_settle(vt);
	vt_keys(vt, "1");
	vt_key(vt, "Enter");                                  /* 讲座 */
	field_settle(vt);
	vt_keys(vt, "灭火器");
	vt_key(vt, "Enter");
	field_settle(vt);
	vt_keys(vt, "120");
	vt_key(vt, "Enter");
	field_settle(vt);
	vt_keys(vt, "33");                                    /* 材料份数 */
	vt_key(vt, "Enter");
	field_settle(vt);
	field_leave(vt);
	/* A question in front of the others, choices in another order, one question gone. */
	publish("2026.2", "forms/publicity_new.csv", "/select_multiple five_into/i ,text,weather,天气,Weather,,,");
	publish("2026.3", "forms/publicity_new.csv", "/,integer,copies,/d; /,five_into,enterprise,/{h;d}; /,five_into,village,/G");
	vt = field_enter("manager", FIELD_PIN, 24, 80, NULL);
	assert_shows(vt, "接着做");
	vt_key(vt, "Enter");
	assert_shows(vt, "没能带过来的答案");
	assert_shows(vt, "材料份数");                         /* in the words of then */
	assert_shows(vt, "答的是: 33");
	vt_key(vt, "Esc");
	assert_shows(vt, "天气");
	assert_shows(vt, "进农村");
	vt_key(vt, "F5");
	assert_shows(vt, "已存: 科普宣传");
	field_leave(vt);
	field_run("on manager 2026-07-12T08:40 register list publicity --json >said.json;"
	          "python3 -c 'import json; f = json.load(open(\"said.json\"))[0][\"fields\"];"
	          " assert (f[\"into\"], f[\"forms\"], f[\"topic\"], f[\"people\"]) == (\"village\", \"lecture\", \"灭火器\", \"120\"), f'");
}

/* The township's word of a newer list came through the line, the list itself did not. */
static void a_list_that_is_not_here_and_an_old_stick_are_named(void **state)
{
	struct vt *vt;
	char old[512];

	(void)state;
	field_run("cp -r news old; sed -i 's/^version,[0-9.]*/version,2026.4/' pack2/pack.csv; town pack publish pack2 --anyway; town sync --dir news; mkdir -p words;"
	          "find news -name '*.xcb' -exec cp {} words \\;; on manager 2026-07-12T09:00 merge words");
	vt = field_enter("manager", FIELD_PIN, 18, 40, NULL);
	vt_keys(vt, "y");
	assert_shows(vt, "乡镇已发, 没到");
	assert_shows(vt, "2026.4");
	field_leave(vt);
	field_run("on manager 2026-07-12T09:10 sync --dir news");
	vt = field_enter("manager", FIELD_PIN, 18, 40, NULL);
	vt_keys(vt, "y");
	assert_shows(vt, "上次联系乡镇");
	assert_hides(vt, "乡镇已发");
	snprintf(old, sizeof old, "%s/old", field_dir());
	field_ask(vt, "f", "文件夹", old);
	assert_shows(vt, "已存");
	vt_key(vt, "Enter");
	assert_shows(vt, "已有的旧");                        /* an old stick, put in again to hide what came since */
	vt_key(vt, "Esc");
	field_leave(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_begun_under_an_old_pack_stay_with_their_questions),
		cmocka_unit_test(a_list_that_is_not_here_and_an_old_stick_are_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
