/* Who reported stays from view: on no screen that keys lead to - lists, pages, searches, history, conflicts, what waits, what came - does
 * anybody read the name or the telephone, until one who may asks for it; and that is recorded. The command line: test_informant.sh. */
#include "config.h"
#include "tests/screens/crawl.h"
#include "tests/screens/field.h"
#include "tests/screens/glass.h"

#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdlib.h>
#include <string.h>

static const char *const secrets[] = { "钱无名", "10009876543", "10009876500", "10009876599" };
static unsigned screens, reports;

static void tells_nobody(struct kit_stack *s, const char *name, size_t number)
{
	struct buf all = { 0 };

	(void)number;
	glass_show(s);
	glass_text(&all, false);
	screens++;
	reports += strstr(buf_str(&all), "后巷堆放烟花") != NULL;
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if (strstr(buf_str(&all), secrets[i])) {
			print_message("# %s\n", buf_str(&all));
			fail_msg("%s tells %s", name, secrets[i]);
		}
	buf_clear(&all);
}

static void find_report(struct row *row)
{
	struct listing *l = NULL;

	assert_ok(listing_open(crawl_app.profile, &(struct listing_query){ .reg = "public_reports" }, &l));
	assert_int_equal(listing_count(l), 1);
	assert_ok(listing_row(l, 0, row));
	listing_close(l);
}

static void look_at(struct kit_view *v, const char *keys)
{
	struct kit_stack s;

	crawl_home(&s);
	kit_stack_push(&s, v);
	for (; *keys; keys++)
		glass_press(&s, *keys == '\n' ? KIT_ENTER : *keys);
	tells_nobody(&s, "the report", 0);
	crawl_leave(&s);
}

/* What the crawl has seen of another row: how it came, the record, each of its lines; and a search for the name. */
static void pages_of_the_report(void)
{
	static const char *const keys[] = { "", "h", "d", "\n", "1", "2", "3", "4", "5", "6" };
	struct row row = { .id = { .index = 0 } };

	find_report(&row);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		look_at(screen_row_new(&crawl_app, &row.id), keys[i]);
	look_at(screen_rows_new(&crawl_app, "public_reports", NULL), "/qwm");
	look_at(screen_rows_new(&crawl_app, "public_reports", NULL), "/100");
	row_clear(&row);
}

static void every_screen_of(const char *profile, const char *pin)
{
	screens = reports = 0;
	crawl_open(profile, pin);
	crawl_in("zh", KIT_THEME_MONO);
	crawl_all(tells_nobody);
	pages_of_the_report();
	crawl_close();
	print_message("# %s: %u screens, %u of them with the report\n", profile, screens, reports);
	assert_true(screens > 100 && reports > 4);
}

/* He may not see it: no key of his shows it. */
static void a_grid_worker_never_reads_who_reported(void **state)
{
	(void)state;
	every_screen_of("device", FIELD_PIN);
}

/* They may: by the key that says so, and in the form that corrects it. */
static void those_who_may_do_not_read_it_in_passing(void **state)
{
	(void)state;
	crawl_without(ACT_REVEAL);
	crawl_without(ACT_EDIT);
	every_screen_of("manager", FIELD_PIN);
	every_screen_of("town", TOWN_PIN);
}

static enum err add_highest(void *user, const struct log_head *h)
{
	*(uint64_t *)user += h->highest;
	return ERR_OK;
}

/* Every event that there is. */
static unsigned events(void)
{
	struct store_txn t;
	uint64_t n = 0;

	profile_begin(crawl_app.profile, &t);
	assert_ok(log_heads(&t, add_highest, &n));
	store_abort(&t);
	return (unsigned)n;
}

static bool shown(struct kit_stack *s, int key)
{
	int y, x;

	glass_press(s, key);
	glass_show(s);
	return glass_find("钱无名", &y, &x);
}

static void the_township_that_looks_is_recorded_also_by_correcting(void **state)
{
	struct row row = { .id = { .index = 0 } };
	struct kit_stack s;
	unsigned before;

	(void)state;
	crawl_open("town", TOWN_PIN);
	crawl_in("zh", KIT_THEME_MONO);
	find_report(&row);
	before = events();
	crawl_home(&s);
	kit_stack_push(&s, screen_row_new(&crawl_app, &row.id));
	assert_true(shown(&s, 'v'));
	crawl_leave(&s);
	assert_int_equal(events(), before + 1);
	crawl_home(&s);
	kit_stack_push(&s, screen_row_new(&crawl_app, &row.id));
	glass_press(&s, 'e');
	if (!strcmp(s.top->ops->name, "choice"))
		glass_press(&s, '1');
	assert_string_equal(s.top->ops->name, "form");
	glass_show(&s);
	assert_true(glass_find("钱无名", &(int){ 0 }, &(int){ 0 }));
	crawl_leave(&s);
	assert_int_equal(events(), before + 2);
	row_clear(&row);
	crawl_close();
}

static int setup(void **state)
{
	if (field_setup(state))
		return -1;
	/* Two who correct the telephone without seeing each other: a conflict over it. */
	field_run("echo '[{\"received\": \"2026-07-11T09:00\", \"channel\": \"phone\", \"content\": \"后巷堆放烟花\", \"where\": \"后巷\", \"informant\": \"钱无名\", \"informant_phone\": \"10009876543\"}]' >report.json;"
	          "on manager 2026-07-11T10:00 record submit --form public_report_new --answers report.json --json >refs.json;"
	          "ref=$(grep -o '[0-9a-f]\\{24\\}' refs.json);"
	          "mkdir stick; carry manager stick; carry device stick;"
	          "echo '{\"informant_phone\": \"10009876500\"}' >a.json; echo '{\"informant_phone\": \"10009876599\"}' >b.json;"
	          "on manager 2026-07-11T11:00 record amend $ref --answers a.json --reason 打错了; town record amend $ref --answers b.json --reason 听错了;"
	          "carry manager stick; carry device stick; carry manager stick");
	return crawl_screen(24, 80) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_grid_worker_never_reads_who_reported),
		cmocka_unit_test(those_who_may_do_not_read_it_in_passing),
		cmocka_unit_test(the_township_that_looks_is_recorded_also_by_correcting),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, crawl_teardown) != 0;
}
