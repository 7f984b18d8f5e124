/* A village manager's errands, each from the lock screen to what is recorded, with its key strokes counted and bounded. Each runs at
 * 80x24 in Chinese with colours and at 40x18 in English without any; XUNCHA_ALL_MODES=1 adds the other two. What holds is asked of
 * the ledger, by another program. */
#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mode { int rows, cols; const char *lang; bool mono; } modes[] = {
	{ 24, 80, "zh", false }, { 18, 40, "en", true }, { 18, 40, "zh", true }, { 24, 80, "en", false },
};
static const struct mode *mode;
static unsigned keys;
static struct vt *vt;

/* At this time of a day of the mode's own. */
static void open_at(const char *clock)
{
	char program[] = BUILDDIR "/tui/xuncha", option[] = "--profile", path[512], at[] = "--now", time[32], lang[] = "--lang", language[8];
	char *argv[] = { program, option, path, at, time, lang, language, NULL };
	const char *const colour[] = { "XUNCHA_LOCALEDIR=" BUILDDIR "/tui/po", NULL }, *const mono[] = { colour[0], "NO_COLOR=1", NULL };

	snprintf(path, sizeof path, "%s/manager", field_dir());
	snprintf(time, sizeof time, "2026-07-%02dT%.8s", 12 + (int)(mode - modes), clock);
	snprintf(language, sizeof language, "%s", mode->lang);
	vt = vt_spawn(mode->rows, mode->cols, argv, mode->mono ? mono : colour);
	assert_non_null(vt);
	assert_shows(vt, "PIN");
	keys = 0;
	vt_keys(vt, FIELD_PIN);
	vt_key(vt, "Enter");
	assert_hides(vt, "PIN");
	field_settle(vt);
}

static void press(const char *name)
{
	vt_key(vt, name);
	keys++;
	field_settle(vt);
}

/* Each character a key. */
static void type(const char *text)
{
	vt_keys(vt, text);
	for (const char *p = text; *p; p++)
		keys += (*p & 0xc0) != 0x80;
	field_settle(vt);
}

static void fill(const char *text)
{
	type(text);
	press("Enter");
}

/* In a form: Down until the row of this label is the one being filled. */
static void field(const char *zh, const char *en)
{
	const char *label = *mode->lang == 'z' ? zh : en;
	bool at = false;

	for (int i = 0; i < 60 && !at; i++) {
		for (int row = 0; row < mode->rows && !at; row++) {
			struct buf line = { 0 };

			vt_row(vt, row, &line);
			at = buf_str(&line)[0] == '>' && strstr(buf_str(&line), label);
			buf_clear(&line);
		}
		if (!at)
			press("Down");
	}
	if (!at)
		vt_print(vt);
	assert_true(at);
}

static void down_to(const char *words)
{
	for (int i = 0; i < 120 && !vt_selected(vt, words); i++)
		press("Down");
	if (!vt_selected(vt, words))
		vt_print(vt);
	assert_true(vt_selected(vt, words));
}

static void leave(const char *journey, unsigned most)
{
	print_message("# %s, %dx%d %s%s: %u keys (at most %u)\n", journey, mode->cols, mode->rows, mode->lang, mode->mono ? " mono" : "", keys, most);
	assert_in_range(keys, 1, most);
	field_leave(vt);
}

/* Rows of a register that hold `where`, by xunchactl. */
static unsigned count_rows(const char *reg, const char *where)
{
	char command[1024], line[64] = "", quoted[512];
	size_t n = 0;
	FILE *f;

	for (const char *s = where; *s && n < sizeof quoted - 2; s++) {         /* a $ is not the shell's */
		if (*s == '$')
			quoted[n++] = '\\';
		quoted[n++] = *s;
	}
	quoted[n] = '\0';

	snprintf(command, sizeof command, "cd %s && %s/sync/xunchactl --now 2026-07-20T09:00 --profile manager --pin-file pin.device register list %s --where \"%s\" --csv | tail -n +2 | wc -l",
	         field_dir(), BUILDDIR, reg, quoted);
	f = popen(command, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	pclose(f);
	return (unsigned)atoi(line);
}

static void in_modes(void (*journey)(void))
{
	size_t n = getenv("XUNCHA_ALL_MODES") ? sizeof modes / sizeof *modes : 2;

	for (size_t i = 0; i < n; i++) {
		mode = &modes[i];
		journey();
	}
}

static void training(void)
{
	unsigned before = count_rows("trainings", "${present_n} = 28");

	open_at("08:31");
	type("t");
	if (mode == modes) {            /* from what is owed; when nothing is owed any more, from nothing */
		press("Enter");
		fill("村委会院");
	} else {
		type("n");
		press("Enter");
		type("sqcyjd");
		press("Enter");
		press("Down");
		press("Down");
	}
	press("Enter");
	type("12");
	press("Enter");
	press("Enter");
	type("23");                     /* one late, one on leave */
	type("4");
	type("a");
	press("Enter");
	press("Down");
	fill("外出务工");
	for (int i = 0; i < 4; i++)
		press("Down");
	type("1");
	press("F5");
	leave("a monthly training of 30, one late, one on leave, one absent", 40);
	assert_int_equal(count_rows("trainings", "${roll} = 30 and ${present_n} = 28 and ${signed} = 'yes' and ${late} != '' and ${leave} != '' and ${absent} != ''"), before + 1);
}

static void a_monthly_training_takes_one_key_for_each_who_was_not_there(void **state)
{
	(void)state;
	in_modes(training);
}

static void drill(void)
{
	unsigned lines = count_rows("timeline", "${drill} != ''"), hazards = count_rows("hazards", "${src} = 'drill'"), injects = count_rows("timeline", "${inject} != ''");

	open_at("20:00");
	type("t");
	type("m");
	fill("夜间防汛");
	press("Enter");
	type("3");
	if (mode == modes)
		type("北路口");
	press("Enter");
	press("Enter");
	type("sqcwh");
	press("Enter");
	press("F5");
	type("e");
	press("Enter");
	type("m");
	type("123");                    /* report, start, alarm */
	type("n1");
	press("F5");                    /* an event is drawn */
	type("4568");                   /* on the spot, all out, roll-call, over */
	press("Esc");
	assert_int_equal(count_rows("timeline", "${drill} != ''"), lines + 8);
	assert_int_equal(count_rows("timeline", "${inject} != ''"), injects + 1);
	type("n2");                     /* evaluation */
	fill("镇应急办");
	for (int i = 0; i < 2; i++)
		press("Down");
	for (int i = 0; i < 13; i++)
		fill("4");
	type("2");
	field("环节", "Phase");
	press("Enter");
	type("8");
	fill("对讲机没电");
	type("3");
	type("2");
	press("F5");
	leave("an unscripted drill: eight moments, one drawn, evaluated, one problem", 110);
	assert_int_equal(count_rows("hazards", "${src} = 'drill'"), hazards + 1);
	assert_true(count_rows("drills", "${evaluated} = 1 and ${grade} = 'good' and ${problems} = 1 and ${m_clear} = 0") >= 1);
}

static void an_unscripted_drill_is_kept_by_one_key_a_moment_and_its_problem_is_a_hazard(void **state)
{
	(void)state;
	in_modes(drill);
}

static void warning(void)
{
	unsigned arrived = count_rows("callouts", "${state} = 'arrived'"), moved;

	open_at("23:40");
	type("w");
	if (!vt_shows(vt, "n新建") && !vt_shows(vt, "n new"))        /* an earlier one still runs: its list came up */
		press("Esc");
	type("n");
	if (mode == modes)
		fill("县气象台");
	press("Enter");
	type("2");
	type("2");
	fill("未来3小时有山洪");
	press("F5");
	press("Home");
	press("Enter");
	type("g");
	type("555");                    /* those in charge answer */
	type("2");                      /* the first who needs help: at the door */
	type("1");                      /* the second: telephone in vain, then the second person, then the door */
	type("82");
	for (int i = 0; i < 9; i++)
		type("5");
	type("7");                      /* the last one is at the shelter already */
	type("e");
	press("F5");
	type("1");
	press("F5");
	leave("a night warning, 3 in charge and 12 households", 60);
	moved = count_rows("households", "${moved_at} != ''");
	assert_int_equal(count_rows("callouts", "${state} = 'arrived'"), arrived + 1);
	assert_true(moved >= 1);
	assert_int_equal(count_rows("warnings", "${done_at} = '' and ${lifted} = ''"), 0);
	assert_true(count_rows("warnings", "${reached} = 15 and ${households_done} = 15 and ${fed_back} = 'yes'") >= 1);
}

static void a_night_warning_reaches_twelve_households_by_one_key_each(void **state)
{
	(void)state;
	in_modes(warning);
}

static void report(void)
{
	unsigned before = count_rows("incident_reports", "${type} = 'first'");

	open_at("10:00");
	type("r");
	type("n");
	press("Enter");
	type("1");
	fill("中心街17号");
	fill("后厨起火已扑灭");
	press("F5");
	press("Home");
	press("Enter");
	assert_shows(vt, "中心街17号");
	type("n");
	if (mode == modes) {
		fill("镇应急办");
		press("Enter");
		type("1");
		press("Enter");
	}
	press("F5");
	type("m1");                     /* and the first moment of its time line */
	leave("an incident and its first report", 45);
	assert_int_equal(count_rows("incident_reports", "${type} = 'first' and ${brief} = '后厨起火已扑灭' and ${late_reason} = ''"), before + 1);
	assert_true(count_rows("timeline", "${moment} = 'report' and ${incident} != ''") >= 1);
}

static void a_first_report_goes_out_within_its_time(void **state)
{
	(void)state;
	in_modes(report);
}

static void stock(void)
{
	unsigned before = count_rows("stock_counts", "${org} != ''");

	open_at("14:00");
	if (mode == modes) {
		down_to("物资盘点");
		press("Enter");
	} else {                        /* paid for this month: from the register */
		type("g");
		fill(*mode->lang == 'z' ? "wzzb" : "Equipment");
		type("m");
	}
	fill("3750");                   /* 50 bags are gone */
	fill("2 1");                    /* one boat is broken */
	for (int i = 0; i < 4; i++)
		press("Enter");         /* the rest is as booked */
	leave("a stock count of six items", 60);
	assert_int_equal(count_rows("stock_counts", "${org} != ''"), before + 6);
	assert_int_equal(count_rows("stock", "${counted} = 3750 and ${intact} = 3750"), 1);
	assert_int_equal(count_rows("stock", "${counted} = 2 and ${intact} = 1"), 1);
}

static void a_stock_count_is_one_number_a_line(void **state)
{
	(void)state;
	in_modes(stock);
}

static void duty(void)
{
	unsigned before = count_rows("duty_log", "${takes} != ''");

	open_at("17:00");
	type("g");
	fill(*mode->lang == 'z' ? "zbrz" : "Duty log");
	type("n");
	if (mode == modes) {
		type("3");
		press("Enter");
		type("sqcwh");
		press("Enter");
		fill("陈树林");
		fill("李军");
	}
	press("Down");
	press("Down");
	press("Down");
	fill("河街水泵待修");
	fill(mode == modes ? "李军" : "");
	fill("张强");
	press("F5");
	leave("a duty hand-over with nothing to record", 60);
	assert_int_equal(count_rows("duty_log", "${takes} = '张强' and ${handed_at} != '' and ${pending} != '' and ${kind} = 'zero'"), before + 1);
}

static void a_duty_is_handed_over_with_what_is_open(void **state)
{
	(void)state;
	in_modes(duty);
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

/* Neither list nor search nor page tells who reported, until the one who may see it asks, which is recorded. */
static void who_reported_is_kept_from_view(void **state)
{
	char command[1024];

	(void)state;
	mode = modes;
	file("report.json", "[{\"received\": \"2026-07-11T09:00\", \"channel\": \"phone\", \"content\": \"后巷堆放烟花\", \"where\": \"后巷\", "
	     "\"informant\": \"钱无名\", \"informant_phone\": \"10009876543\"}]");
	snprintf(command, sizeof command, "cd %s && %s/sync/xunchactl --now 2026-07-11T10:00 --profile manager --pin-file pin.device record submit "
	         "--form public_report_new --answers report.json >log 2>&1 || { cat log >&2; false; }", field_dir(), BUILDDIR);
	assert_int_equal(system(command), 0);
	open_at("08:31");
	type("g");
	for (int i = 0; i < 60 && !vt_selected(vt, "群众举报"); i++)
		press("Down");
	press("Enter");
	assert_shows(vt, "后巷堆放烟花");
	assert_false(vt_shows(vt, "钱无名"));
	type("/");
	type("qwm");
	assert_hides(vt, "后巷堆放烟花");
	press("Esc");
	assert_shows(vt, "后巷堆放烟花");
	press("Enter");
	assert_shows(vt, "举报人姓名");
	assert_false(vt_shows(vt, "钱无名"));
	assert_false(vt_shows(vt, "10009876543"));
	type("v");
	assert_shows(vt, "钱无名");
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
		cmocka_unit_test(who_reported_is_kept_from_view),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
