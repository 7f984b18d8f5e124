/* The arithmetic of duties against cases worked by hand; the reason of each stands beside it. */
#include "tests/tap.h"

#include "forms/base/clock.h"
#include "forms/pack/due.h"

#include <stdio.h>
#include <stdlib.h>

static struct pack_field team_fields[] = {
	{ .n = 1, .id = "founded", .type = PACK_DATE }, { .n = 2, .id = "risk", .type = PACK_CODE }, { .n = 3, .id = "revised", .type = PACK_DATE }
};
static struct pack_field warning_fields[] = { { .n = 1, .id = "hazard", .type = PACK_CODE } };
static struct pack_register registers[] = {
	{ .id = "teams", .fields = team_fields, .field_count = 3 },
	{ .id = "trainings" },
	{ .id = "warnings", .fields = warning_fields, .field_count = 1 }
};
static struct pack_season seasons[] = {
	{ "flood", "henan", "05-15", "09-30", "" }, { "flood", NULL, "04-01", "10-31", "" }, { "fire", NULL, "11-01", "04-30", "" },
	{ "ice", NULL, "12-01", "02-29", "" }, { "before", NULL, "03-01", "05-14", "" },
	{ "double", NULL, "01-01", "05-10", "" }, { "double", NULL, "7月10日", "10月10日", "" }
};
static struct pack_param params[] = { { "province", "henan" }, { "terms", "02-15 09-01" }, { "drill.school", "1/month" }, { "drill.none", "0" } };
static const struct pack pack = {
	.id = "t", .version = "1", .registers = registers, .register_count = 3, .seasons = seasons, .season_count = 7, .params = params, .param_count = 4
};

static int32_t day(const char *text)
{
	int32_t d;

	assert_true(clock_parse_date(text, &d));
	return d;
}

/* Days of records or events, a list of dates with blanks between them. */
struct history { const char *records, *events; };

static int32_t latest_of(const char *list, int32_t until)
{
	int32_t best = DUE_NEVER;

	for (const char *at = list ? list : ""; *at; at += strspn(at, " ")) {
		char word[16];
		int32_t d;

		snprintf(word, sizeof word, "%.10s", at);
		d = day(word);
		if (d <= until && d > best)
			best = d;
		at += 10;
	}
	return best;
}

static int32_t latest(void *user, int32_t until) { return latest_of(((struct history *)user)->records, until); }
static int32_t event(void *user, int32_t until) { return latest_of(((struct history *)user)->events, until); }

static uint32_t count(void *user, int32_t first, int32_t last)
{
	uint32_t n = 0;

	for (const char *at = ((struct history *)user)->records; at && *at; at += strspn(at, " ")) {
		char word[16];

		snprintf(word, sizeof word, "%.10s", at);
		n += day(word) >= first && day(word) <= last;
		at += 10;
	}
	return n;
}

struct duty_case {
	const char *why;
	uint32_t n; const char *period, *season, *from;
	const char *since, *until, *records, *events;
	const char *on;                                   /* day looked at */
	const char *due;                                  /* NULL: nothing is asked */
	uint32_t done, wanted;
};

static const struct duty_case cases[] = {
	{ "a month ends on its own last day, 30 June", 1, "month", NULL, NULL, "2025-01-01", NULL, NULL, NULL, "2026-06-10", "2026-06-30", 0, 1 },
	{ "February of a leap year ends on the 29th", 1, "month", NULL, NULL, "2025-01-01", NULL, NULL, NULL, "2028-02-10", "2028-02-29", 0, 1 },
	{ "February of a common year ends on the 28th", 1, "month", NULL, NULL, "2025-01-01", NULL, NULL, NULL, "2026-02-10", "2026-02-28", 0, 1 },
	{ "a record on the last day of the month before pays nothing now", 1, "month", NULL, NULL, "2025-01-01", NULL, "2026-05-31", NULL, "2026-06-01", "2026-06-30", 0, 1 },
	{ "a record on the first day pays the month", 1, "month", NULL, NULL, "2025-01-01", NULL, "2026-06-01", NULL, "2026-06-30", "2026-06-30", 1, 1 },
	{ "more than asked is shown, and asks no less next time", 2, "month", NULL, NULL, "2025-01-01", NULL, "2026-06-01 2026-06-02 2026-06-03", NULL, "2026-06-30", "2026-06-30", 3, 2 },
	{ "weeks begin on Monday: Sunday 12 July 2026 belongs to the week of the 6th", 1, "week", NULL, NULL, "2025-01-01", NULL, "2026-07-06", NULL, "2026-07-12", "2026-07-12", 1, 1 },
	{ "and Monday the 13th begins the next", 1, "week", NULL, NULL, "2025-01-01", NULL, "2026-07-12", NULL, "2026-07-13", "2026-07-19", 0, 1 },
	{ "a week may span New Year", 1, "week", NULL, NULL, "2025-01-01", NULL, "2026-12-29", NULL, "2027-01-02", "2027-01-03", 1, 1 },
	{ "quarters: 31 March ends the first", 1, "quarter", NULL, NULL, "2025-01-01", NULL, NULL, NULL, "2026-03-31", "2026-03-31", 0, 1 },
	{ "halves: the second ends with the year", 1, "half", NULL, NULL, "2025-01-01", NULL, NULL, NULL, "2026-07-01", "2026-12-31", 0, 1 },
	{ "a day is owed that day", 1, "day", NULL, NULL, "2025-01-01", NULL, NULL, NULL, "2028-02-29", "2028-02-29", 0, 1 },

	{ "a team founded mid-quarter owes nothing in it", 1, "quarter", NULL, NULL, "2026-05-10", NULL, NULL, NULL, "2026-06-30", NULL, 0, 0 },
	{ "and owes the next in full", 1, "quarter", NULL, NULL, "2026-05-10", NULL, NULL, NULL, "2026-07-01", "2026-09-30", 0, 1 },
	{ "founded on the first day of the quarter it owes that quarter", 1, "quarter", NULL, NULL, "2026-04-01", NULL, NULL, NULL, "2026-06-30", "2026-06-30", 0, 1 },
	{ "a shop entered on 15 June owes no visit in June", 1, "month", NULL, NULL, "2026-06-15", NULL, NULL, NULL, "2026-06-20", NULL, 0, 0 },
	{ "a closed shop owes nothing", 1, "month", NULL, NULL, "2025-01-01", "2026-06-15", NULL, NULL, "2026-06-16", NULL, 0, 0 },
	{ "a duty in force from mid-year asks for nothing in the running quarter", 1, "quarter", NULL, "2026-08-01", "2025-01-01", NULL, NULL, NULL, "2026-08-15", NULL, 0, 0 },
	{ "but for the next", 1, "quarter", NULL, "2026-08-01", "2025-01-01", NULL, NULL, NULL, "2026-10-01", "2026-12-31", 0, 1 },

	{ "the spring term ends on the eve of the autumn term", 2, "term", NULL, NULL, "2025-01-01", NULL, "2026-03-01", NULL, "2026-08-31", "2026-08-31", 1, 2 },
	{ "the autumn term goes on after New Year", 2, "term", NULL, NULL, "2025-01-01", NULL, "2026-12-20", NULL, "2027-01-20", "2027-02-14", 1, 2 },

	{ "the fire season wraps: 1 January lies in it", 1, "week", "fire", NULL, "2025-01-01", NULL, NULL, NULL, "2027-01-01", "2027-01-03", 0, 1 },
	{ "31 October does not", 1, "week", "fire", NULL, "2025-01-01", NULL, NULL, NULL, "2026-10-31", NULL, 0, 0 },
	{ "1 November 2026 is a Sunday: the season's first week begins on the 2nd", 1, "week", "fire", NULL, "2025-01-01", NULL, NULL, NULL, "2026-11-01", NULL, 0, 0 },
	{ "the last part of the season begins with its week and ends with the season", 1, "week", "fire", NULL, "2025-01-01", NULL, NULL, NULL, "2026-04-29", "2026-04-30", 0, 1 },
	{ "the own province's flood season begins on 15 May, not on 1 April", 1, "day", "flood", NULL, "2025-01-01", NULL, NULL, NULL, "2026-05-14", NULL, 0, 0 },
	{ "on 15 May it has begun", 1, "day", "flood", NULL, "2025-01-01", NULL, NULL, NULL, "2026-05-15", "2026-05-15", 0, 1 },
	{ "outside the flood season: the week cut by its end is not owed, it began in the season", 1, "week", "!flood", NULL, "2025-01-01", NULL, NULL, NULL, "2026-10-02", NULL, 0, 0 },
	{ "the next one is", 1, "week", "!flood", NULL, "2025-01-01", NULL, NULL, NULL, "2026-10-05", "2026-10-11", 0, 1 },
	{ "an ice season to the end of February ends on the 29th in a leap year", 1, "month", "ice", NULL, "2025-01-01", NULL, NULL, NULL, "2028-02-29", "2028-02-29", 0, 1 },
	{ "and on the 28th in another", 1, "month", "ice", NULL, "2025-01-01", NULL, NULL, NULL, "2027-02-28", "2027-02-28", 0, 1 },
	{ "once before the flood season: the whole run inside the year is owed", 1, "year", "before", NULL, "2025-01-01", NULL, NULL, NULL, "2026-03-01", "2026-05-14", 0, 1 },
	{ "a visit in January was not before-season work", 1, "year", "before", NULL, "2025-01-01", NULL, "2026-01-15", NULL, "2026-05-14", "2026-05-14", 0, 1 },
	{ "a place entered after the campaign began does not owe it", 1, "year", "before", NULL, "2026-03-10", NULL, NULL, NULL, "2026-04-01", NULL, 0, 0 },
	{ "a season of two runs: the second, written in Han", 1, "month", "double", NULL, "2025-01-01", NULL, NULL, NULL, "2026-10-09", "2026-10-10", 0, 1 },
	{ "between them nothing is owed", 1, "month", "double", NULL, "2025-01-01", NULL, NULL, NULL, "2026-06-09", NULL, 0, 0 },

	{ "every 7 days after the last visit", 1, "every:7", NULL, NULL, "2025-01-01", NULL, "2026-06-01", NULL, "2026-06-05", "2026-06-08", 0, 1 },
	{ "overdue stays due on its day", 1, "every:7", NULL, NULL, "2025-01-01", NULL, "2026-06-01", NULL, "2026-06-20", "2026-06-08", 0, 1 },
	{ "never visited: 7 days after it was entered", 1, "every:7", NULL, NULL, "2026-06-10", NULL, NULL, NULL, "2026-06-11", "2026-06-17", 0, 1 },
	{ "29 February is a day like others", 1, "every:1", NULL, NULL, "2025-01-01", NULL, "2028-02-28", NULL, "2028-02-28", "2028-02-29", 0, 1 },
	{ "with a season the first interval begins with it", 1, "every:10", "flood", NULL, "2025-01-01", NULL, "2026-02-01", NULL, "2026-05-15", "2026-05-24", 0, 1 },
	{ "an interval that the season does not last for is not asked", 1, "every:10", "flood", NULL, "2025-01-01", NULL, "2026-09-25", NULL, "2026-09-28", NULL, 0, 0 },

	{ "within a day of a warning", 1, "event:warnings", NULL, NULL, "2025-01-01", NULL, NULL, "2026-07-10", "2026-07-10", "2026-07-11", 0, 1 },
	{ "a visit before the warning does not count", 1, "event:warnings", NULL, NULL, "2025-01-01", NULL, "2026-07-09", "2026-07-10", "2026-07-10", "2026-07-11", 0, 1 },
	{ "one on the day of the warning does", 1, "event:warnings", NULL, NULL, "2025-01-01", NULL, "2026-07-10", "2026-07-10", "2026-07-11", "2026-07-11", 1, 1 },
	{ "a new warning asks again", 1, "event:warnings", NULL, NULL, "2025-01-01", NULL, "2026-07-10", "2026-07-10 2026-07-15", "2026-07-15", "2026-07-16", 0, 1 },
	{ "a warning of before the place was entered asks nothing", 1, "event:warnings", NULL, NULL, "2026-07-11", NULL, NULL, "2026-07-10", "2026-07-11", NULL, 0, 0 },
	{ "a drill is to be evaluated within 7 days of being entered", 1, "event:created+7", NULL, NULL, "2026-02-25", NULL, NULL, "2026-02-25", "2026-03-10", "2026-03-04", 0, 1 },
	{ "a revised plan is to be drilled within the year", 1, "event:revised+365", NULL, NULL, "2025-01-01", NULL, NULL, "2027-03-01", "2027-04-01", "2028-02-29", 0, 1 }
};

static struct due_facts facts(const struct duty_case *c, struct history *h)
{
	*h = (struct history){ c->records, c->events };
	return (struct due_facts){
		.user = h, .since = day(c->since), .until = c->until ? day(c->until) : INT32_MAX, .count = count, .latest = latest, .event = event
	};
}

static void what_is_due_on_a_day_is_what_was_worked_out_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct duty_case *c = &cases[i];
		struct pack_duty d = { .id = "d", .subject_register = "teams", .counts_register = "trainings", .n = c->n, .period = c->period, .season = c->season, .from = c->from };
		struct due_rule r;
		struct due_state s;
		struct history h;
		struct due_facts f = facts(c, &h);
		char got[16] = "nothing";

		assert_ok(due_rule(&pack, &d, &r));
		due_on(&r, &f, day(c->on), &s);
		if (s.owed)
			clock_format_date(s.due, got);
		if (strcmp(got, c->due ? c->due : "nothing") || s.done != c->done || s.wanted != c->wanted)
			fail_msg("%s: on %s due %s, %u of %u", c->why, c->on, got, (unsigned)s.done, (unsigned)s.wanted);
	}
}

struct debt_case {
	const char *why;
	uint32_t n; const char *period, *season;
	const char *since, *until, *records, *events, *first, *last;
	uint32_t done, wanted;
};

static const struct debt_case debts[] = {
	{ "July: one training asked, none given", 1, "month", NULL, "2025-01-01", NULL, "2026-06-30 2026-08-01", NULL, "2026-07-01", "2026-07-31", 0, 1 },
	{ "a quarter is owed in the month that ends it, not before", 1, "quarter", NULL, "2025-01-01", NULL, NULL, NULL, "2026-05-01", "2026-05-31", 0, 0 },
	{ "and there it is, paid by a record of May", 1, "quarter", NULL, "2025-01-01", NULL, "2026-05-20", NULL, "2026-06-01", "2026-06-30", 1, 1 },
	{ "two records in one month do not pay another", 1, "month", NULL, "2025-01-01", NULL, "2026-05-02 2026-05-03", NULL, "2026-05-01", "2026-06-30", 1, 2 },
	{ "a whole year of months, three missed", 1, "month", NULL, "2025-01-01", NULL,
	  "2028-01-31 2028-02-29 2028-03-01 2028-05-05 2028-06-30 2028-08-08 2028-09-09 2028-11-11 2028-12-31", NULL, "2028-01-01", "2028-12-31", 9, 12 },
	{ "daily in the leap February", 1, "day", NULL, "2025-01-01", NULL, "2028-02-29", NULL, "2028-02-01", "2028-02-29", 1, 29 },
	{ "founded on 10 May: of the year's quarters two are owed", 1, "quarter", NULL, "2026-05-10", NULL, NULL, NULL, "2026-01-01", "2026-12-31", 0, 2 },
	{ "closed on 20 August: the months until July", 1, "month", NULL, "2025-01-01", "2026-08-20", NULL, NULL, "2026-01-01", "2026-12-31", 0, 7 },
	{ "months of a fire season over New Year: January to April, November, December", 1, "month", "fire", "2025-01-01", NULL, NULL, NULL, "2026-01-01", "2026-12-31", 0, 6 },
	{ "months of the flood season: May is begun in the middle, June to September are owed", 1, "month", "flood", "2025-01-01", NULL, NULL, NULL, "2026-01-01", "2026-12-31", 0, 4 },
	{ "every 10 days in July, visited on the 1st, 11th and 21st: the last interval ends on the 31st", 1, "every:10", NULL, "2025-01-01", NULL,
	  "2026-07-01 2026-07-11 2026-07-21", NULL, "2026-07-02", "2026-07-31", 2, 3 },
	{ "every 10 days never visited: three intervals end in July", 1, "every:10", NULL, "2026-06-30", NULL, NULL, NULL, "2026-07-01", "2026-07-31", 0, 3 },
	{ "every 7 days in the flood season of 139 days: 19 intervals", 1, "every:7", "flood", "2025-01-01", NULL, NULL, NULL, "2026-01-01", "2026-12-31", 0, 19 },
	{ "two warnings, one visit late but before the next", 1, "event:warnings", NULL, "2025-01-01", NULL, "2026-07-14", "2026-07-10 2026-07-20", "2026-07-01", "2026-07-31", 1, 2 },
	{ "a warning on the last day is owed in the month its day ends in", 1, "event:warnings", NULL, "2025-01-01", NULL, NULL, "2026-07-31", "2026-07-01", "2026-07-31", 0, 0 },
	{ "that is, in August", 1, "event:warnings", NULL, "2025-01-01", NULL, NULL, "2026-07-31", "2026-08-01", "2026-08-31", 0, 1 },
	{ "warnings on two days running are both paid by one visit on the second", 1, "event:warnings", NULL, "2025-01-01", NULL, "2026-07-11", "2026-07-10 2026-07-11", "2026-07-01", "2026-07-31", 2, 2 }
};

/* In the middle of a month: what has begun, and nothing of the days to come. */
static const struct { const char *today; struct debt_case c; } running[] = {
	{ "2026-07-06", { "a log every day, on the sixth: six days have begun", 1, "day", NULL, "2025-01-01", NULL, "2026-07-02 2026-07-03", NULL, "2026-07-01", "2026-07-31", 2, 6 } },
	{ "2026-07-06", { "a training every month, on the sixth: still to be done", 1, "month", NULL, "2025-01-01", NULL, NULL, NULL, "2026-07-01", "2026-07-31", 0, 1 } },
	{ "2026-07-07", { "a visit every week, on a Tuesday: the week that ended and this one", 1, "week", NULL, "2025-01-01", NULL, NULL, NULL, "2026-07-01", "2026-07-31", 0, 2 } },
	{ "2026-07-11", { "every 10 days, on the eleventh: the second interval has begun", 1, "every:10", NULL, "2026-06-30", NULL, NULL, NULL, "2026-07-01", "2026-07-31", 0, 2 } },
	{ "2026-07-10", { "and on the tenth it has not", 1, "every:10", NULL, "2026-06-30", NULL, NULL, NULL, "2026-07-01", "2026-07-31", 0, 1 } },
	{ "2026-07-31", { "a month that is to come asks nothing yet", 1, "day", NULL, "2025-01-01", NULL, NULL, NULL, "2026-08-01", "2026-08-31", 0, 0 } }
};

/* What is not set is what somebody left there: large numbers, so that it is seen. */
static __attribute__((noinline)) void soil_the_stack(void)
{
	volatile unsigned char soil[8192];

	for (size_t i = 0; i < sizeof soil; i++)
		soil[i] = 0x7f;
}

static void assert_owed(const struct debt_case *c, int32_t today)
{
	struct pack_duty d = { .id = "d", .subject_register = "teams", .counts_register = "trainings", .n = c->n, .period = c->period, .season = c->season };
	struct history h = { c->records, c->events };
	struct due_facts f = { .user = &h, .since = day(c->since), .until = c->until ? day(c->until) : INT32_MAX, .count = count, .latest = latest, .event = event };
	struct due_rule r;
	uint32_t done, wanted;

	assert_ok(due_rule(&pack, &d, &r));
	soil_the_stack();
	if (due_owed(&r, &f, day(c->first), day(c->last), today, &done, &wanted) != (c->wanted > 0) || done != c->done || wanted != c->wanted)
		fail_msg("%s: %u of %u", c->why, (unsigned)done, (unsigned)wanted);
}

static void what_was_owed_is_what_was_worked_out_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof debts / sizeof *debts; i++)
		assert_owed(&debts[i], INT32_MAX);
}

static void of_a_running_month_nothing_is_owed_that_has_not_begun(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof running / sizeof *running; i++)
		assert_owed(&running[i].c, day(running[i].today));
}

static void days_out_of_season_hide_none_that_come_after_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof debts / sizeof *debts; i++)
		assert_owed(&debts[i], day(debts[i].last));
}

static void a_county_parameter_stands_in_for_the_duty_and_can_switch_it_off(void **state)
{
	struct pack_duty d = { .id = "d", .subject_register = "teams", .n = 2, .period = "term", .param = "drill.school" };
	struct history h = { NULL, NULL };
	struct due_facts f = { .user = &h, .since = day("2025-01-01"), .until = INT32_MAX, .count = count, .latest = latest };
	struct due_rule r;
	struct due_state s;

	(void)state;
	assert_ok(due_rule(&pack, &d, &r));
	assert_int_equal(r.period, DUE_MONTH);
	assert_int_equal(r.n, 1);
	d.param = "drill.none";
	assert_ok(due_rule(&pack, &d, &r));
	due_on(&r, &f, day("2026-06-10"), &s);
	assert_false(s.owed);
	d.param = "drill.unheard";
	assert_ok(due_rule(&pack, &d, &r));
	assert_int_equal(r.period, DUE_TERM);
}

static void a_risk_and_a_start_are_read_from_the_subject(void **state)
{
	struct pack_duty d = { .id = "d", .subject_register = "teams", .n = 1, .period = "month", .risk = "red|orange", .from = "2026-01-01 founded" };
	struct due_rule r;

	(void)state;
	assert_ok(due_rule(&pack, &d, &r));
	assert_int_equal(r.in_force, day("2026-01-01"));
	assert_int_equal(r.since_field, 0);
	assert_true(due_risk(&r, "red"));
	assert_true(due_risk(&r, "orange"));
	assert_false(due_risk(&r, "or"));
	assert_false(due_risk(&r, ""));
	d.period = "event:warnings.hazard=rain+3";
	assert_ok(due_rule(&pack, &d, &r));
	assert_int_equal(r.event_reg, 2);
	assert_int_equal(r.event_field, 0);
	assert_int_equal(r.days, 3);
	assert_memory_equal(r.event_value, "rain", r.event_value_len);
	assert_int_equal(r.event_value_len, 4);
}

static void a_wrong_duty_is_refused_with_what_is_wrong(void **state)
{
	static const struct { const char *period, *season, *from, *param, *says; uint32_t n; } wrong[] = {
		{ "fortnight", NULL, NULL, NULL, "fortnight", 1 }, { "every:0", NULL, NULL, NULL, "every:0", 1 }, { "every:7x", NULL, NULL, NULL, "every:7x", 1 },
		{ "every:99999999999999999999", NULL, NULL, NULL, "every", 1 }, { "every:7", NULL, NULL, NULL, "n", 2 }, { "month", NULL, NULL, NULL, "n", 0 },
		{ "event:", NULL, NULL, NULL, "event", 1 }, { "event:nothing", NULL, NULL, NULL, "nothing", 1 }, { "event:risk", NULL, NULL, NULL, "risk", 1 },
		{ "event:warnings.hazard", NULL, NULL, NULL, "event", 1 }, { "event:warnings+x", NULL, NULL, NULL, "+x", 1 },
		{ "month", "monsoon", NULL, NULL, "monsoon", 1 }, { "month", NULL, "enrolled", NULL, "enrolled", 1 }, { "month", NULL, "risk", NULL, "risk", 1 },
		{ "month", NULL, NULL, "terms", "terms", 1 }, { NULL, NULL, NULL, NULL, "\"\"", 1 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct pack_duty d = { .id = "d", .subject_register = "teams", .n = wrong[i].n, .period = wrong[i].period, .season = wrong[i].season, .from = wrong[i].from, .param = wrong[i].param };
		struct due_rule r;

		assert_err(due_rule(&pack, &d, &r), ERR_FORMAT);
		assert_non_null(strstr(err_detail(), wrong[i].says));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_due_on_a_day_is_what_was_worked_out_by_hand),
		cmocka_unit_test(what_was_owed_is_what_was_worked_out_by_hand),
		cmocka_unit_test(of_a_running_month_nothing_is_owed_that_has_not_begun),
		cmocka_unit_test(days_out_of_season_hide_none_that_come_after_them),
		cmocka_unit_test(a_county_parameter_stands_in_for_the_duty_and_can_switch_it_off),
		cmocka_unit_test(a_risk_and_a_start_are_read_from_the_subject),
		cmocka_unit_test(a_wrong_duty_is_refused_with_what_is_wrong),
	};

	return TAP_RUN(tests);
}
