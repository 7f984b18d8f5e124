/* A village manager's errands, each from the lock screen to what is recorded, with its key strokes counted and bounded. Each runs in
 * two or all of errand.h's modes. What holds is asked of the ledger, by another program. */
#include "config.h"
#include "tests/screens/errand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void training(void)
{
	unsigned before = errand_count("trainings", "${present_n} = 28");

	errand_open("08:31");
	errand_type("t");
	if (errand_is_first()) {            /* from what is owed; when nothing is owed any more, from nothing */
		errand_press("Enter");
		errand_fill("村委会院");
	} else {
		errand_type("n");
		errand_press("Enter");
		errand_type("sqcyjd");
		errand_press("Enter");
		errand_press("Down");
		errand_press("Down");
	}
	errand_press("Enter");
	errand_type("12");
	errand_press("Enter");
	errand_press("Enter");
	errand_type("23");                     /* one late, one on leave */
	errand_type("4");
	errand_type("a");
	errand_press("Enter");
	errand_press("Down");
	errand_fill("外出务工");
	for (int i = 0; i < 4; i++)
		errand_press("Down");
	errand_type("1");
	errand_press("F5");
	errand_leave("a monthly training of 30, one late, one on leave, one absent", 40);
	assert_int_equal(errand_count("trainings", "${roll} = 30 and ${present_n} = 28 and ${signed} = 'yes' and ${late} != '' and ${leave} != '' and ${absent} != ''"), before + 1);
}

static void a_monthly_training_takes_one_key_for_each_who_was_not_there(void **state)
{
	(void)state;
	errand_in_modes(training, 1);
}

static void drill(void)
{
	unsigned lines = errand_count("timeline", "${drill} != ''"), hazards = errand_count("hazards", "${src} = 'drill'"), injects = errand_count("timeline", "${inject} != ''");

	errand_open("20:00");
	errand_type("t");
	errand_type("m");
	errand_fill("夜间防汛");
	errand_press("Enter");
	errand_type("3");
	if (errand_is_first())
		errand_type("北路口");
	errand_press("Enter");
	errand_press("Enter");
	errand_type("sqcwh");
	errand_press("Enter");
	errand_press("F5");
	errand_type("e");
	errand_press("Enter");
	errand_type("m");
	errand_type("123");                    /* report, start, alarm */
	errand_type("n1");
	errand_press("F5");                    /* an event is drawn */
	errand_type("4568");                   /* on the spot, all out, roll-call, over */
	errand_press("Esc");
	assert_int_equal(errand_count("timeline", "${drill} != ''"), lines + 8);
	assert_int_equal(errand_count("timeline", "${inject} != ''"), injects + 1);
	errand_type("n2");                     /* evaluation */
	errand_fill("镇应急办");
	for (int i = 0; i < 2; i++)
		errand_press("Down");
	for (int i = 0; i < 13; i++)
		errand_fill("4");
	errand_type("2");
	errand_field("环节", "Phase");
	errand_press("Enter");
	errand_type("8");
	errand_fill("对讲机没电");
	errand_type("3");
	errand_type("2");
	errand_press("F5");
	errand_leave("an unscripted drill: eight moments, one drawn, evaluated, one problem", 110);
	assert_int_equal(errand_count("hazards", "${src} = 'drill'"), hazards + 1);
	assert_true(errand_count("drills", "${evaluated} = 1 and ${grade} = 'good' and ${problems} = 1 and ${m_clear} = 0") >= 1);
}

static void an_unscripted_drill_is_kept_by_one_key_a_moment_and_its_problem_is_a_hazard(void **state)
{
	(void)state;
	errand_in_modes(drill, 2);
}

static void warning(void)
{
	unsigned arrived = errand_count("callouts", "${state} = 'arrived'"), moved;

	errand_open("23:40");
	errand_type("w");
	if (!vt_shows(errand_vt, "n新建") && !vt_shows(errand_vt, "n new"))        /* an earlier one still runs: its list came up */
		errand_press("Esc");
	errand_type("n");
	if (errand_is_first())
		errand_fill("县气象台");
	errand_press("Enter");
	errand_type("2");
	errand_type("2");
	errand_fill("未来3小时有山洪");
	errand_press("F5");
	errand_type("g");
	errand_type("555");                    /* those in charge answer */
	errand_type("2");                      /* the first who needs help: at the door */
	errand_type("1");                      /* the second: telephone in vain, then the second person, then the door */
	errand_type("82");
	for (int i = 0; i < 9; i++)
		errand_type("5");
	errand_type("7");                      /* the last one is at the shelter already */
	errand_type("e");
	errand_press("F5");
	errand_type("1");
	errand_press("F5");
	errand_leave("a night warning, 3 in charge and 12 households", 60);
	moved = errand_count("households", "${moved_at} != ''");
	assert_int_equal(errand_count("callouts", "${state} = 'arrived'"), arrived + 1);
	assert_true(moved >= 1);
	assert_int_equal(errand_count("warnings", "${done_at} = '' and ${lifted} = ''"), 0);
	assert_true(errand_count("warnings", "${reached} = 15 and ${households_done} = 12 and ${households_due} = 12 and ${fed_back} = 'yes'") >= 1);
}

static void a_night_warning_reaches_twelve_households_by_one_key_each(void **state)
{
	(void)state;
	errand_in_modes(warning, 3);
}

static void report(void)
{
	unsigned before = errand_count("incident_reports", "${type} = 'first'");

	errand_open("10:00");
	errand_type("r");
	errand_type("n");
	errand_press("Enter");
	errand_type("1");
	errand_fill("中心街17号");
	errand_fill("后厨起火已扑灭");
	errand_press("F5");
	assert_shows(errand_vt, "中心街17号");
	errand_type("n");
	if (errand_is_first()) {
		errand_fill("镇应急办");
		errand_press("Enter");
		errand_type("1");
		errand_press("Enter");
	}
	errand_press("F5");
	errand_type("m1");                     /* and the first moment of its time line */
	errand_leave("an incident and its first report", 45);
	assert_int_equal(errand_count("incident_reports", "${type} = 'first' and ${brief} = '后厨起火已扑灭' and ${late_reason} = ''"), before + 1);
	assert_true(errand_count("timeline", "${moment} = 'report' and ${incident} != ''") >= 1);
}

static void a_first_report_goes_out_within_its_time(void **state)
{
	(void)state;
	errand_in_modes(report, 4);
}

static void stock(void)
{
	unsigned before = errand_count("stock_counts", "${org} != ''");

	errand_open("14:00");
	if (errand_is_first()) {
		errand_down_to("物资盘点");
		errand_press("Enter");
	} else {                        /* paid for this month: from the register */
		errand_type("g");
		errand_fill(errand_in("wzzb", "Equipment"));
		errand_type("m");
	}
	errand_type("37");
	errand_type("y");                       /* no key of this screen: takes nothing away */
	errand_fill("50");                     /* 50 bags are gone */
	errand_fill("2 1");                    /* one boat is broken */
	for (int i = 0; i < 4; i++)
		errand_press("Enter");         /* the rest is as booked */
	errand_leave("a stock count of six items", 60);
	assert_int_equal(errand_count("stock_counts", "${org} != ''"), before + 6);
	assert_int_equal(errand_count("stock", "${counted} = 3750 and ${intact} = 3750"), 1);
	assert_int_equal(errand_count("stock", "${counted} = 2 and ${intact} = 1"), 1);
}

static void a_stock_count_is_one_number_a_line(void **state)
{
	(void)state;
	errand_in_modes(stock, 5);
}

static void duty(void)
{
	unsigned before = errand_count("duty_log", "${takes} != ''");

	errand_open("17:00");
	errand_type("g");
	errand_fill(errand_in("zbrz", "Duty log"));
	errand_type("n");
	if (errand_is_first()) {
		errand_type("3");
		errand_press("Enter");
		errand_type("sqcwh");
		errand_press("Enter");
		errand_fill("陈树林");
		errand_fill("李军");
	}
	errand_press("Down");
	errand_press("Down");
	errand_press("Down");
	errand_fill("河街水泵待修");
	errand_fill(errand_is_first() ? "李军" : "");
	errand_fill("张强");
	errand_press("F5");
	errand_leave("a duty hand-over with nothing to record", 60);
	assert_int_equal(errand_count("duty_log", "${takes} = '张强' and ${handed_at} != '' and ${pending} != '' and ${kind} = 'zero'"), before + 1);
}

static void a_duty_is_handed_over_with_what_is_open(void **state)
{
	(void)state;
	errand_in_modes(duty, 6);
}

static void file(const char *name, const char *words)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", field_dir(), name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(words, f);
	fclose(f);
}

/* A village's drills and logs are its manager's to keep, and no line among a grid worker's visits. */
static void what_only_others_may_pay_is_not_on_ones_day(void **state)
{
	struct vt *vt = field_enter("device", FIELD_PIN, 60, 80, NULL);

	(void)state;
	assert_shows(vt, "要做的");
	assert_shows(vt, "巡查 小");
	assert_hides(vt, "中小学疏散演练");
	field_leave(vt);
	vt = field_enter("manager", FIELD_PIN, 60, 80, NULL);
	assert_shows(vt, "中小学疏散演练");
	field_leave(vt);
}

/* Neither list nor search nor page tells who reported, until the one who may see it asks, which is recorded. */
static void who_reported_is_kept_from_view(void **state)
{
	char command[1024];

	(void)state;
	errand_mode = errand_modes;
	file("report.json", "[{\"received\": \"2026-07-11T09:00\", \"channel\": \"phone\", \"content\": \"后巷堆放烟花\", \"where\": \"后巷\", "
	     "\"informant\": \"钱无名\", \"informant_phone\": \"10009876543\"}]");
	snprintf(command, sizeof command, "cd %s && %s/sync/xunchactl --now 2026-07-11T10:00 --profile manager --pin-file pin.device record submit "
	         "--form public_report_new --answers report.json >log 2>&1 || { cat log >&2; false; }", field_dir(), BUILDDIR);
	assert_int_equal(system(command), 0);
	errand_open("08:31");
	errand_type("g");
	for (int i = 0; i < 60 && !vt_selected(errand_vt, "群众举报"); i++)
		errand_press("Down");
	errand_press("Enter");
	assert_shows(errand_vt, "后巷堆放烟花");
	assert_false(vt_shows(errand_vt, "钱无名"));
	errand_type("/");
	errand_type("qwm");
	assert_hides(errand_vt, "后巷堆放烟花");
	errand_press("Esc");
	assert_shows(errand_vt, "后巷堆放烟花");
	errand_press("Enter");
	assert_shows(errand_vt, "举报人姓名");
	assert_false(vt_shows(errand_vt, "钱无名"));
	assert_false(vt_shows(errand_vt, "10009876543"));
	errand_type("v");
	assert_shows(errand_vt, "钱无名");
	field_leave(errand_vt);
}

/* Dark modules of a row of the screen, two columns each, from column x on. */
static void modules(int row, int x, char out[8])
{
	for (int i = 0; i < 7; i++) {
		struct vt_cell cell;

		out[i] = vt_cell(errand_vt, row, x + 2 * i, &cell) && cell.hue < 0 && !cell.reverse ? '#' : '.';
	}
	out[7] = '\0';
}

/* The notice as a QR code from 50x26 on: its first corner stands there as the standard draws it; a smaller screen says what is missing. */
static void a_notice_is_a_qr_code_where_the_screen_is_large_enough(void **state)
{
	static const char *const corner[] = { "#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######" };
	char command[1024], drawn[8];
	bool found = false;

	(void)state;
	errand_mode = errand_modes;
	file("hazard.json", "[{\"desc\": \"后门锁死\", \"level\": \"G\", \"src\": \"patrol\", \"informed\": \"yes\", \"owner\": \"马建国\", \"phone\": \"10000000012\", \"due\": \"2026-07-15\"}]");
	snprintf(command, sizeof command, "cd %s && %s/sync/xunchactl --now 2026-07-12T06:00 --profile manager --pin-file pin.device record submit "
	         "--form hazard_new --row places:=name:石桥旅社 --answers hazard.json >log 2>&1 || { cat log >&2; false; }", field_dir(), BUILDDIR);
	assert_int_equal(system(command), 0);
	errand_open("06:30");
	errand_type("h");
	errand_down_to("后门锁死");
	errand_press("Enter");
	errand_type("t3");
	assert_shows(errand_vt, "要 50 列 26 行以上");
	vt_resize(errand_vt, 26, 50);
	assert_hides(errand_vt, "要 50 列 26 行以上");
	for (int row = 0; row < 10 && !found; row++)
		for (int x = 0; x < 12 && !found; x++) {
			found = true;
			for (int i = 0; i < 7 && found; i++) {
				modules(row + i, x, drawn);
				found = !strcmp(drawn, corner[i]);
			}
		}
	if (!found)
		vt_print(errand_vt);
	assert_true(found);
	field_leave(errand_vt);
}

/* Who leads stands on its page, how far its time line has come, and that it takes longer than the hours the pack allows. */
static void an_incident_past_its_hours_says_so_and_names_who_leads(void **state)
{
	char command[1024];

	(void)state;
	errand_mode = errand_modes;
	file("incident.json", "[{\"event\": \"flood\", \"where\": \"河街口\", \"brief\": \"河水漫街\", \"reported\": \"2026-07-12T05:00\", \"occurred\": \"2026-07-12T04:50\", "
	     "\"response\": \"4\", \"started_at\": \"2026-07-12T05:10\", \"director\": \"陈树林\", \"commander\": \"张强\", \"command_post\": \"村委会院\"}]");
	snprintf(command, sizeof command, "cd %s && %s/sync/xunchactl --now 2026-07-12T05:12 --profile manager --pin-file pin.device record submit "
	         "--form incident_new --answers incident.json >log 2>&1 || { cat log >&2; false; }", field_dir(), BUILDDIR);
	assert_int_equal(system(command), 0);
	errand_open("09:30");
	errand_type("r");
	errand_down_to("河街口");
	errand_press("Enter");
	assert_shows(errand_vt, "处置已超过 4 小时");
	assert_shows(errand_vt, "现场指挥官 张强");
	assert_shows(errand_vt, "指挥部位置 村委会院");
	assert_shows(errand_vt, "用时 4:2");
	errand_type("m1");
	errand_press("Esc");
	assert_shows(errand_vt, "时间线 1 条, 最近 09:3");
	field_leave(errand_vt);
}

/* The county's form knows no gong; what a digit cannot say is not told as kept, and nothing of it is. */
static void a_digit_that_the_form_refuses_is_not_told_as_done(void **state)
{
	unsigned before;

	(void)state;
	errand_mode = errand_modes;
	file("warning.json", "{\"issuer\": \"县气象台\", \"kind\": \"flash_flood\", \"level\": \"2\", \"summary\": \"未来3小时有山洪\"}");
	field_run("mkdir -p stick; cp -R $SRCDIR/forms/catalog pack; chmod -R u+w pack;"
	          "sed '/^,channel,gong,/d' $SRCDIR/forms/catalog/forms/callout_answer.csv >pack/forms/callout_answer.csv;"
	          "sed '/^version,/s/2026.1/2026.1.9/' $SRCDIR/forms/catalog/pack.csv >pack/pack.csv;"
	          "at() { xunchactl --now 2026-07-12T05:40 --profile town --pin-file pin.town \"$@\"; }; li() { on manager 2026-07-12T05:45 \"$@\"; };"
	          "at pack publish pack; li sync --dir stick; at merge stick; li sync --dir stick;"
	          "li record submit --form warning_new --answers warning.json");
	before = errand_count("callouts", "${tries} > 0 or ${channels} != ''");
	errand_open("06:00");
	errand_type("wg");
	errand_type("4");
	assert_shows(errand_vt, "没存: 鸣锣: 没有选项 gong");
	assert_int_equal(errand_count("callouts", "${tries} > 0 or ${channels} != ''"), before);
	errand_type("1");                       /* what it knows is kept as ever */
	assert_shows(errand_vt, "已存: 电话");
	field_leave(errand_vt);
	assert_int_equal(errand_count("callouts", "${tries} > 0 or ${channels} != ''"), before + 1);
}

/* A nought too many: the book would stand below nothing. It is asked once; the stores may hold more than the book knew. */
static void more_taken_out_than_the_book_holds_is_looked_at_once_more(void **state)
{
	struct vt *vt = field_enter("manager", FIELD_PIN, 24, 80, NULL);

	(void)state;
	vt_keys(vt, "g");
	assert_shows(vt, "边打边找");
	vt_keys(vt, "wzzb");
	field_settle(vt);
	vt_key(vt, "Enter");
	assert_shows(vt, "冲锋舟");
	vt_keys(vt, "/cfz");
	assert_shows(vt, "1/1");
	vt_key(vt, "Enter");
	assert_shows(vt, "账面数（结存）               2");
	vt_key(vt, "Home");
	vt_key(vt, "Enter");
	assert_shows(vt, "冲锋舟 4.2米 入库 2");
	vt_keys(vt, "n");
	assert_shows(vt, "2 出库消耗");
	vt_keys(vt, "2");
	field_settle(vt);
	vt_keys(vt, "5");
	vt_key(vt, "Enter");
	assert_shows(vt, "请再看一眼: 5");
	vt_key(vt, "Up");
	field_settle(vt);
	vt_key(vt, "C-u");
	vt_keys(vt, "1");
	vt_key(vt, "Enter");
	assert_hides(vt, "请再看一眼");
	vt_key(vt, "Esc");
	field_leave(vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_monthly_training_takes_one_key_for_each_who_was_not_there),
		cmocka_unit_test(an_unscripted_drill_is_kept_by_one_key_a_moment_and_its_problem_is_a_hazard),
		cmocka_unit_test(a_night_warning_reaches_twelve_households_by_one_key_each),
		cmocka_unit_test(a_first_report_goes_out_within_its_time),
		cmocka_unit_test(a_stock_count_is_one_number_a_line),
		cmocka_unit_test(a_duty_is_handed_over_with_what_is_open),
		cmocka_unit_test(an_incident_past_its_hours_says_so_and_names_who_leads),
		cmocka_unit_test(a_notice_is_a_qr_code_where_the_screen_is_large_enough),
		cmocka_unit_test(what_only_others_may_pay_is_not_on_ones_day),
		cmocka_unit_test(who_reported_is_kept_from_view),
		cmocka_unit_test(a_digit_that_the_form_refuses_is_not_told_as_done),
		cmocka_unit_test(more_taken_out_than_the_book_holds_is_looked_at_once_more),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
