#include "config.h"
#include "tests/tap.h"
#include "tests/ledger/hazard_pack.h"

#include "sync/ledger/judge.h"

#include <stdio.h>
#include <stdlib.h>

/* A history told in words: each line is an event of a person, saying what it saw. */

enum { ENTRIES = 32, WRITES = 16 };

static struct pack pack;
static struct judge_entry story[ENTRIES];
static struct judge_write said[ENTRIES][WRITES];
static uint8_t bytes[ENTRIES][WRITES][32];
static uint32_t told;

static void begin(void)
{
	hazard_pack(&pack);
	memset(story, 0, sizeof story);
	memset(said, 0, sizeof said);
	told = 0;
}

/* The next event, n-th of the story, by a person in a role; refs count 1, 2, 3 in their first byte. */
static uint32_t tell(const char *person, uint32_t roles, enum event_kind kind)
{
	struct judge_entry *e = &story[told];

	e->ref[0] = (uint8_t)(told + 1);
	e->log.writer[0] = (uint8_t)person[0];
	e->seq = e->lamport = told + 1;
	e->kind = kind;
	e->trusted = e->in_scope = e->may_submit = true;
	e->roles = roles;
	e->person = person;
	e->pack = &pack;
	e->writes = said[told];
	e->fresh = told == 0;
	return told++;
}

static void write_text(uint32_t i, uint32_t n, const char *value)
{
	struct judge_entry *e = &story[i];
	struct judge_write *w = &e->writes[e->write_count];
	size_t len = strlen(value);
	uint32_t f = pack_find_field_number(&pack.registers[0], n);

	w->n = n;
	w->merge = hazard_fields[f].merge;
	w->governed = judge_governed(&pack, 0, f);
	w->data = bytes[i][e->write_count];
	w->len = 1 + len;
	bytes[i][e->write_count][0] = (uint8_t)(0x60 | len);
	memcpy(bytes[i][e->write_count] + 1, value, len);
	e->write_count++;
}

static void write_set(uint32_t i, uint32_t n, const char *value)
{
	struct judge_write *w;
	uint8_t *b = bytes[i][story[i].write_count];

	write_text(i, n, value);
	w = &story[i].writes[story[i].write_count - 1];
	memmove(b + 1, b, w->len);
	b[0] = 0x81;
	w->len++;
}

static void take(uint32_t i, int step)
{
	story[i].steps[story[i].step_count++] = &pack.steps[step];
}

static void saw(uint32_t i, uint32_t other)
{
	memcpy(story[i].deps[story[i].dep_count++], story[other].ref, EVENT_REF);
}

static const struct judge_entry *entry(uint32_t i)
{
	for (uint32_t k = 0; k < told; k++)
		if (story[k].ref[0] == i + 1)
			return &story[k];
	return NULL;
}

static void judge(void)
{
	assert_ok(judge_row(story, told));
}

/* Open values of a field, "a b" in the order of the fold. */
static const char *open_values(uint32_t n)
{
	static char out[256];

	out[0] = '\0';
	for (uint32_t i = 0; i < told; i++)
		for (uint32_t j = 0; j < story[i].write_count; j++) {
			const struct judge_write *w = &story[i].writes[j];

			if (w->n != n || w->why != ROW_ACCEPTED || w->closed || w->clears)
				continue;
			if (out[0])
				strcat(out, " ");
			strncat(out, (const char *)w->data + (w->data[0] == 0x81 ? 2 : 1), w->len - (w->data[0] == 0x81 ? 2 : 1));
		}
	return out;
}

static uint32_t raise_hazard(const char *person, uint32_t role, const char *level)
{
	uint32_t i = tell(person, role, EVENT_SUBMIT);

	write_text(i, F_LEVEL, level);
	take(i, S_REGISTER);
	if (!strcmp(level, "M?"))
		take(i, S_VERIFY_ASK);
	return i;
}

static uint32_t step_on(uint32_t seen, const char *person, uint32_t role, int step)
{
	uint32_t i = tell(person, role, EVENT_SUBMIT);

	take(i, step);
	saw(i, seen);
	return i;
}

/* --- the story of CO-08 --- */

static void a_suspected_major_goes_its_whole_way_and_closes(void **state)
{
	uint32_t raised, verified, notified, fixed, passed;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "M?");
	verified = step_on(raised, "zhou", PACK_TOWN, S_VERIFY);
	write_text(verified, F_VERIFY, "general");
	write_text(verified, F_LEVEL, "G+");
	notified = step_on(raised, "wang", PACK_GRID, S_NOTIFY);
	fixed = step_on(notified, "wang", PACK_GRID, S_REPORT_FIXED);
	passed = step_on(fixed, "zhou", PACK_TOWN, S_PASS);
	saw(passed, verified);
	judge();
	assert_int_equal(entry(passed)->why, ROW_ACCEPTED);
	assert_string_equal(open_values(F_STAGE), "closed");
	assert_string_equal(open_values(F_VERIFY), "general");
	assert_string_equal(open_values(F_LEVEL), "G+");
}

/* Every shortcut, one by one: what the last event of the story is refused for. */
static enum row_reason shortcut(uint32_t last)
{
	judge();
	return entry(last)->why;
}

static void the_person_who_fixed_may_not_pass(void **state)
{
	uint32_t raised, fixed, passed;

	(void)state;
	begin();
	raised = raise_hazard("li", PACK_VADM, "G");
	raised = step_on(raised, "li", PACK_VADM, S_NOTIFY);
	fixed = step_on(raised, "li", PACK_VADM, S_REPORT_FIXED);
	passed = step_on(fixed, "li", PACK_VADM, S_PASS);
	saw(passed, 0);
	assert_int_equal(shortcut(passed), ROW_SAME_PERSON);
	assert_string_equal(open_values(F_STAGE), "fixed");
}

static void another_device_of_the_fixer_is_the_same_person(void **state)
{
	uint32_t fixed, passed;

	(void)state;
	begin();
	fixed = step_on(step_on(raise_hazard("li", PACK_VADM, "G"), "li", PACK_VADM, S_NOTIFY), "li", PACK_VADM, S_REPORT_FIXED);
	passed = step_on(fixed, "li", PACK_VADM, S_PASS);
	saw(passed, 0);
	story[passed].log.writer[0] = 'z';
	assert_int_equal(shortcut(passed), ROW_SAME_PERSON);
}

static void a_village_may_not_pass_what_is_not_plain(void **state)
{
	uint32_t fixed, passed;

	(void)state;
	begin();
	fixed = step_on(step_on(raise_hazard("wang", PACK_GRID, "G+"), "wang", PACK_GRID, S_NOTIFY), "wang", PACK_GRID, S_REPORT_FIXED);
	passed = step_on(fixed, "li", PACK_VADM, S_PASS);
	assert_int_equal(shortcut(passed), ROW_WHEN);
}

static void a_doubt_that_nobody_verified_cannot_be_passed_even_when_left_unnamed(void **state)
{
	uint32_t fixed, passed;

	(void)state;
	begin();
	fixed = step_on(step_on(raise_hazard("wang", PACK_GRID, "M?"), "wang", PACK_GRID, S_NOTIFY), "wang", PACK_GRID, S_REPORT_FIXED);
	passed = step_on(fixed, "zhou", PACK_TOWN, S_PASS);
	assert_int_equal(shortcut(passed), ROW_WHEN);
}

static void a_grid_worker_neither_verifies_nor_passes(void **state)
{
	uint32_t raised, verified, fixed, passed;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "M?");
	verified = step_on(raised, "chen", PACK_GRID, S_VERIFY);
	write_text(verified, F_VERIFY, "general");
	assert_int_equal(shortcut(verified), ROW_NO_ROLE);
	begin();
	fixed = step_on(step_on(raise_hazard("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY), "wang", PACK_GRID, S_REPORT_FIXED);
	passed = step_on(fixed, "chen", PACK_GRID, S_PASS);
	assert_int_equal(shortcut(passed), ROW_NO_ROLE);
}

static void nothing_is_passed_before_it_is_fixed(void **state)
{
	uint32_t notified, passed;

	(void)state;
	begin();
	notified = step_on(raise_hazard("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY);
	passed = step_on(notified, "li", PACK_VADM, S_PASS);
	assert_int_equal(shortcut(passed), ROW_WRONG_FROM);
	assert_string_equal(open_values(F_STAGE), "notified");
}

static void a_control_in_force_keeps_a_hazard_open(void **state)
{
	uint32_t raised, fixed, passed;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "G");
	take(raised, S_CONTROL);
	write_set(raised, F_CONTROL, "stopped");
	fixed = step_on(step_on(raised, "wang", PACK_GRID, S_NOTIFY), "wang", PACK_GRID, S_REPORT_FIXED);
	passed = step_on(fixed, "li", PACK_VADM, S_PASS);
	assert_int_equal(shortcut(passed), ROW_WHEN);
	assert_string_equal(open_values(F_CONTROL), "stopped");
}

static void a_lifted_control_lets_it_close(void **state)
{
	uint32_t raised, fixed, lifted, passed;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "G");
	take(raised, S_CONTROL);
	write_set(raised, F_CONTROL, "stopped");
	fixed = step_on(step_on(raised, "wang", PACK_GRID, S_NOTIFY), "wang", PACK_GRID, S_REPORT_FIXED);
	lifted = step_on(raised, "li", PACK_VADM, S_LIFT);
	write_set(lifted, F_CONTROL, "lifted");
	passed = step_on(fixed, "li", PACK_VADM, S_PASS);
	saw(passed, lifted);
	assert_int_equal(shortcut(passed), ROW_ACCEPTED);
}

static void taking_controls_cannot_take_any_away(void **state)
{
	uint32_t raised, more, less;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "G");
	take(raised, S_CONTROL);
	write_set(raised, F_CONTROL, "stopped");
	less = step_on(raised, "chen", PACK_GRID, S_CONTROL);
	write_set(less, F_CONTROL, "cordoned");
	judge();
	assert_int_equal(entry(less)->why, ROW_WRONG_FROM);
	assert_string_equal(open_values(F_CONTROL), "stopped");
	more = step_on(raised, "chen", PACK_GRID, S_CONTROL);
	write_set(more, F_CONTROL, "stopped");
	judge();
	assert_int_equal(entry(more)->why, ROW_ACCEPTED);
}

static void a_major_is_never_fixed_on_the_spot(void **state)
{
	uint32_t raised;

	(void)state;
	begin();
	raised = tell("wang", PACK_GRID, EVENT_SUBMIT);
	write_text(raised, F_LEVEL, "M?");
	take(raised, S_REGISTER);
	take(raised, S_SPOT_FIX);
	take(raised, S_VERIFY_ASK);
	judge();
	assert_int_equal(entry(raised)->why, ROW_ACCEPTED);              /* the hazard itself stays visible */
	assert_int_equal(entry(raised)->step_why[1], ROW_WHEN);
	assert_string_equal(open_values(F_STAGE), "open");
	assert_string_equal(open_values(F_VERIFY), "needed");
}

/* --- what two people do without seeing each other --- */

static void concurrent_steps_are_both_kept(void **state)
{
	uint32_t raised, fixed;

	(void)state;
	begin();
	raised = step_on(raise_hazard("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY);
	fixed = step_on(raised, "wang", PACK_GRID, S_REPORT_FIXED);
	step_on(raised, "li", PACK_VADM, S_NOTIFY);
	judge();
	assert_string_equal(open_values(F_STAGE), "fixed notified");
	assert_int_equal(judge_danger(&hazard_fields[0], (const uint8_t *)"\x68notified", 9), 1);
	assert_true(judge_danger(&hazard_fields[0], (const uint8_t *)"\x65" "fixed", 6) > 1);
	assert_int_equal(entry(fixed)->why, ROW_ACCEPTED);
}

static void a_closed_hazard_comes_back_when_an_unseen_event_disagrees(void **state)
{
	uint32_t notified, fixed, passed;

	(void)state;
	begin();
	notified = step_on(raise_hazard("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY);
	fixed = step_on(notified, "wang", PACK_GRID, S_REPORT_FIXED);
	passed = step_on(fixed, "li", PACK_VADM, S_PASS);
	saw(passed, 0);
	judge();
	assert_string_equal(open_values(F_STAGE), "closed");
	step_on(notified, "chen", PACK_GRID, S_NOTIFY);                  /* from a phone that saw only the notice */
	judge();
	assert_string_equal(open_values(F_STAGE), "closed notified");
	assert_int_equal(entry(passed)->why, ROW_ACCEPTED);
}

static void a_pass_that_saw_only_one_of_two_sides_leaves_the_other_open(void **state)
{
	uint32_t notified, a, b, passed;

	(void)state;
	begin();
	notified = step_on(raise_hazard("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY);
	a = step_on(notified, "wang", PACK_GRID, S_REPORT_FIXED);
	b = step_on(notified, "chen", PACK_GRID, S_NOTIFY);
	passed = step_on(a, "li", PACK_VADM, S_PASS);
	saw(passed, b);
	judge();
	assert_int_equal(entry(passed)->why, ROW_WRONG_FROM);            /* it saw that somebody says notified */
	assert_string_equal(open_values(F_STAGE), "fixed notified");
}

static void a_step_that_names_nothing_or_the_unknown_is_a_proposal(void **state)
{
	uint32_t raised, a, b;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "G");
	a = tell("li", PACK_VADM, EVENT_SUBMIT);
	take(a, S_NOTIFY);
	b = step_on(raised, "li", PACK_VADM, S_NOTIFY);
	memset(story[b].deps[story[b].dep_count++], 0xee, EVENT_REF);
	judge();
	assert_int_equal(entry(a)->why, ROW_UNSEEN);
	assert_int_equal(entry(b)->why, ROW_UNSEEN);
	assert_string_equal(open_values(F_STAGE), "open");
}

static void an_entry_on_a_row_counts_whole_or_not_at_all(void **state)
{
	uint32_t raised, a;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "G");
	a = step_on(raised, "wang", PACK_GRID, S_PASS);
	write_text(a, F_NOTE, "fine");
	judge();
	assert_string_equal(open_values(F_NOTE), "");
}

/* --- settling --- */

static void only_the_township_settles_a_stage_and_only_to_a_side(void **state)
{
	static const struct { const char *value; uint32_t role; enum row_reason why; } tries[] = {
		{ "fixed", PACK_TOWN, ROW_ACCEPTED }, { "notified", PACK_TOWN, ROW_ACCEPTED },
		{ "closed", PACK_TOWN, ROW_WRONG_FROM }, { "fixed", PACK_VADM, ROW_TOWN_ONLY } };

	(void)state;
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		uint32_t notified, a, b, settle;

		begin();
		notified = step_on(raise_hazard("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY);
		a = step_on(notified, "wang", PACK_GRID, S_REPORT_FIXED);
		b = step_on(notified, "chen", PACK_GRID, S_NOTIFY);
		settle = tell("zhou", tries[i].role, EVENT_RESOLVE);
		write_text(settle, F_STAGE, tries[i].value);
		saw(settle, a);
		saw(settle, b);
		judge();
		assert_int_equal(entry(settle)->why, tries[i].why);
		assert_string_equal(open_values(F_STAGE), tries[i].why == ROW_ACCEPTED ? tries[i].value : "fixed notified");
	}
}

static void a_settled_stage_does_not_launder_the_fixer(void **state)
{
	uint32_t notified, a, b, settle, passed;

	(void)state;
	begin();
	notified = step_on(raise_hazard("li", PACK_VADM, "G"), "li", PACK_VADM, S_NOTIFY);
	a = step_on(notified, "li", PACK_VADM, S_REPORT_FIXED);
	b = step_on(notified, "chen", PACK_GRID, S_NOTIFY);
	settle = tell("zhou", PACK_TOWN, EVENT_RESOLVE);
	write_text(settle, F_STAGE, "fixed");
	saw(settle, a);
	saw(settle, b);
	passed = step_on(settle, "li", PACK_VADM, S_PASS);
	assert_int_equal(shortcut(passed), ROW_SAME_PERSON);
}

static void who_wrote_all_sides_may_settle_a_plain_field(void **state)
{
	uint32_t raised, a, b, own, other;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "G");
	a = tell("wang", PACK_GRID, EVENT_SUBMIT);
	write_text(a, F_NOTE, "one");
	saw(a, raised);
	b = tell("wang", PACK_GRID, EVENT_SUBMIT);
	write_text(b, F_NOTE, "two");
	saw(b, raised);
	other = tell("li", PACK_VADM, EVENT_RESOLVE);
	write_text(other, F_NOTE, "six");
	saw(other, a);
	judge();
	assert_int_equal(entry(other)->why, ROW_NOT_AUTHOR);
	own = tell("wang", PACK_GRID, EVENT_RESOLVE);
	write_text(own, F_NOTE, "two");
	saw(own, a);
	saw(own, b);
	judge();
	assert_int_equal(entry(own)->why, ROW_ACCEPTED);
	assert_string_equal(open_values(F_NOTE), "two");
}

/* --- corrections --- */

static void a_correction_closes_what_it_saw_and_moves_no_stage(void **state)
{
	uint32_t raised, amended;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "G");
	write_text(raised, F_NOTE, "lcok");
	amended = tell("wang", PACK_GRID, EVENT_AMEND);
	story[amended].author = story[amended].has_target = true;
	memcpy(story[amended].target, story[raised].ref, EVENT_REF);
	write_text(amended, F_NOTE, "lock");
	write_text(amended, F_STAGE, "closed");
	judge();
	assert_int_equal(entry(amended)->why, ROW_ACCEPTED);
	assert_string_equal(open_values(F_NOTE), "lock");
	assert_string_equal(open_values(F_STAGE), "open");
	story[1].author = false;
	judge();
	assert_int_equal(entry(amended)->why, ROW_NOT_AUTHOR);
}

static void only_the_township_writes_its_fields(void **state)
{
	uint32_t raised, a, b;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "G");
	a = tell("wang", PACK_GRID, EVENT_SUBMIT);
	write_text(a, F_TITLE, "mine");
	saw(a, raised);
	b = tell("zhou", PACK_TOWN, EVENT_SUBMIT);
	write_text(b, F_TITLE, "ours");
	saw(b, raised);
	judge();
	assert_string_equal(open_values(F_TITLE), "ours");
	assert_int_equal(entry(a)->why, ROW_ACCEPTED);
	assert_int_equal(entry(a)->writes[0].why, ROW_TOWN_ONLY);
}

static void a_stage_is_never_written_without_a_step(void **state)
{
	uint32_t raised, a;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "G");
	a = tell("zhou", PACK_TOWN, EVENT_SUBMIT);
	write_text(a, F_STAGE, "closed");
	saw(a, raised);
	judge();
	assert_int_equal(entry(a)->writes[0].why, ROW_NO_STEP);
	assert_string_equal(open_values(F_STAGE), "open");
}

static void what_is_not_trusted_or_out_of_scope_counts_for_nothing(void **state)
{
	uint32_t raised, a, b;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "G");
	a = step_on(raised, "lost", PACK_TOWN, S_VOID);
	story[a].trusted = false;
	b = step_on(raised, "far", PACK_TOWN, S_VOID);
	story[b].in_scope = false;
	judge();
	assert_int_equal(entry(a)->why, ROW_NOT_TRUSTED);
	assert_int_equal(entry(b)->why, ROW_OUT_OF_SCOPE);
	assert_string_equal(open_values(F_STAGE), "open");
}

/* --- order --- */

static void any_order_of_arrival_gives_one_verdict(void **state)
{
	enum row_reason want[ENTRIES];
	char stage[64];
	uint32_t raised, notified, fixed, passed;

	(void)state;
	begin();
	raised = raise_hazard("wang", PACK_GRID, "M?");
	notified = step_on(raised, "wang", PACK_GRID, S_NOTIFY);
	fixed = step_on(notified, "wang", PACK_GRID, S_REPORT_FIXED);
	step_on(raised, "chen", PACK_GRID, S_NOTIFY);
	step_on(fixed, "li", PACK_VADM, S_PASS);
	write_text(step_on(raised, "zhou", PACK_TOWN, S_VERIFY), F_VERIFY, "general");
	passed = step_on(fixed, "zhou", PACK_TOWN, S_PASS);
	saw(passed, 5);
	/* An author's clock may lie: a later event that sorts first. */
	story[passed].lamport = 1;
	judge();
	snprintf(stage, sizeof stage, "%s", open_values(F_STAGE));
	for (uint32_t i = 0; i < told; i++)
		want[i] = entry(i)->why;
	assert_int_equal(want[passed], ROW_ACCEPTED);
	srand(1);
	for (int round = 0; round < 200; round++) {
		for (uint32_t i = told - 1; i; i--) {
			uint32_t k = (uint32_t)rand() % (i + 1);
			struct judge_entry swap = story[i];

			story[i] = story[k];
			story[k] = swap;
		}
		judge();
		assert_string_equal(open_values(F_STAGE), stage);
		for (uint32_t i = 0; i < told; i++)
			assert_int_equal(entry(i)->why, want[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_suspected_major_goes_its_whole_way_and_closes),
		cmocka_unit_test(the_person_who_fixed_may_not_pass),
		cmocka_unit_test(another_device_of_the_fixer_is_the_same_person),
		cmocka_unit_test(a_village_may_not_pass_what_is_not_plain),
		cmocka_unit_test(a_doubt_that_nobody_verified_cannot_be_passed_even_when_left_unnamed),
		cmocka_unit_test(a_grid_worker_neither_verifies_nor_passes),
		cmocka_unit_test(nothing_is_passed_before_it_is_fixed),
		cmocka_unit_test(a_control_in_force_keeps_a_hazard_open),
		cmocka_unit_test(a_lifted_control_lets_it_close),
		cmocka_unit_test(taking_controls_cannot_take_any_away),
		cmocka_unit_test(a_major_is_never_fixed_on_the_spot),
		cmocka_unit_test(concurrent_steps_are_both_kept),
		cmocka_unit_test(a_closed_hazard_comes_back_when_an_unseen_event_disagrees),
		cmocka_unit_test(a_pass_that_saw_only_one_of_two_sides_leaves_the_other_open),
		cmocka_unit_test(a_step_that_names_nothing_or_the_unknown_is_a_proposal),
		cmocka_unit_test(an_entry_on_a_row_counts_whole_or_not_at_all),
		cmocka_unit_test(only_the_township_settles_a_stage_and_only_to_a_side),
		cmocka_unit_test(a_settled_stage_does_not_launder_the_fixer),
		cmocka_unit_test(who_wrote_all_sides_may_settle_a_plain_field),
		cmocka_unit_test(a_correction_closes_what_it_saw_and_moves_no_stage),
		cmocka_unit_test(only_the_township_writes_its_fields),
		cmocka_unit_test(a_stage_is_never_written_without_a_step),
		cmocka_unit_test(what_is_not_trusted_or_out_of_scope_counts_for_nothing),
		cmocka_unit_test(any_order_of_arrival_gives_one_verdict),
	};

	return TAP_RUN(tests);
}
