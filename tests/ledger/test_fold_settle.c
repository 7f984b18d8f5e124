/* How sides are settled, what a correction may change, and that the order of arrival says nothing: told as stories. */
#include "config.h"
#include "tests/tap.h"
#include "tests/ledger/story.h"

#include <stdio.h>
#include <stdlib.h>

static void only_the_township_settles_a_stage_and_only_to_a_side(void **state)
{
	static const struct { const char *value; uint32_t role; enum row_reason why; } tries[] = {
		{ "fixed", PACK_TOWN, ROW_ACCEPTED }, { "notified", PACK_TOWN, ROW_ACCEPTED },
		{ "closed", PACK_TOWN, ROW_WRONG_FROM }, { "fixed", PACK_VADM, ROW_TOWN_ONLY } };

	(void)state;
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		uint32_t notified, a, b, settle;

		story_begin();
		notified = story_step(story_raise("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY);
		a = story_step(notified, "wang", PACK_GRID, S_REPORT_FIXED);
		b = story_step(notified, "chen", PACK_GRID, S_NOTIFY);
		settle = story_tell("zhou", tries[i].role, EVENT_RESOLVE);
		story_write(settle, F_STAGE, tries[i].value);
		story_saw(settle, a);
		story_saw(settle, b);
		story_judge();
		assert_int_equal(story_entry(settle)->why, tries[i].why);
		assert_string_equal(story_open(F_STAGE), tries[i].why == ROW_ACCEPTED ? tries[i].value : "fixed notified");
	}
}

static void a_settled_stage_does_not_launder_the_fixer(void **state)
{
	uint32_t notified, a, b, settle, passed;

	(void)state;
	story_begin();
	notified = story_step(story_raise("li", PACK_VADM, "G"), "li", PACK_VADM, S_NOTIFY);
	a = story_step(notified, "li", PACK_VADM, S_REPORT_FIXED);
	b = story_step(notified, "chen", PACK_GRID, S_NOTIFY);
	settle = story_tell("zhou", PACK_TOWN, EVENT_RESOLVE);
	story_write(settle, F_STAGE, "fixed");
	story_saw(settle, a);
	story_saw(settle, b);
	passed = story_step(settle, "li", PACK_VADM, S_PASS);
	assert_int_equal(story_verdict(passed), ROW_SAME_PERSON);
}

/* Settled again, and that again, however often: the fixer is still the fixer, and another may pass. */
static void a_stage_settled_again_and_again_does_not_launder_the_fixer(void **state)
{
	(void)state;
	for (int times = 1; times <= 12; times++) {
		uint32_t notified, side, settle, passed;

		story_begin();
		notified = story_step(story_raise("li", PACK_VADM, "G"), "li", PACK_VADM, S_NOTIFY);
		settle = story_step(notified, "li", PACK_VADM, S_REPORT_FIXED);
		for (int i = 0; i < times; i++) {
			uint32_t before = settle;

			side = story_step(notified, "chen", PACK_GRID, S_NOTIFY);
			settle = story_tell("zhou", PACK_TOWN, EVENT_RESOLVE);
			story_write(settle, F_STAGE, "fixed");
			story_saw(settle, before);
			story_saw(settle, side);
		}
		passed = story_step(settle, "li", PACK_VADM, S_PASS);
		assert_int_equal(story_verdict(passed), ROW_SAME_PERSON);
		assert_string_equal(story_open(F_STAGE), "fixed");
		passed = story_step(settle, "wu", PACK_VADM, S_PASS);
		assert_int_equal(story_verdict(passed), ROW_ACCEPTED);
		assert_string_equal(story_open(F_STAGE), "closed");
	}
}

/* What a settling names that does not count makes nobody the fixer. */
static void a_fix_that_does_not_count_is_nobody_s_fix(void **state)
{
	uint32_t notified, fixed, untrue, side, settle, passed;

	(void)state;
	story_begin();
	notified = story_step(story_raise("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY);
	fixed = story_step(notified, "wang", PACK_GRID, S_REPORT_FIXED);
	untrue = story_step(notified, "li", PACK_VADM, S_REPORT_FIXED);
	story[untrue].trusted = false;
	side = story_step(notified, "chen", PACK_GRID, S_NOTIFY);
	settle = story_tell("zhou", PACK_TOWN, EVENT_RESOLVE);
	story_write(settle, F_STAGE, "fixed");
	story_saw(settle, fixed);
	story_saw(settle, untrue);
	story_saw(settle, side);
	passed = story_step(settle, "li", PACK_VADM, S_PASS);
	assert_int_equal(story_verdict(passed), ROW_ACCEPTED);
}

static void who_wrote_all_sides_may_settle_a_plain_field(void **state)
{
	uint32_t raised, a, b, own, other;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "G");
	a = story_tell("wang", PACK_GRID, EVENT_SUBMIT);
	story_write(a, F_NOTE, "one");
	story_saw(a, raised);
	b = story_tell("wang", PACK_GRID, EVENT_SUBMIT);
	story_write(b, F_NOTE, "two");
	story_saw(b, raised);
	other = story_tell("li", PACK_VADM, EVENT_RESOLVE);
	story_write(other, F_NOTE, "six");
	story_saw(other, a);
	story_judge();
	assert_int_equal(story_entry(other)->why, ROW_NOT_AUTHOR);
	own = story_tell("wang", PACK_GRID, EVENT_RESOLVE);
	story_write(own, F_NOTE, "two");
	story_saw(own, a);
	story_saw(own, b);
	story_judge();
	assert_int_equal(story_entry(own)->why, ROW_ACCEPTED);
	assert_string_equal(story_open(F_NOTE), "two");
}

/* --- corrections --- */

static void a_correction_closes_what_it_saw_and_moves_no_stage(void **state)
{
	uint32_t raised, amended;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "G");
	story_write(raised, F_NOTE, "lcok");
	amended = story_tell("wang", PACK_GRID, EVENT_AMEND);
	story[amended].author = story[amended].has_target = true;
	memcpy(story[amended].target, story[raised].ref, EVENT_REF);
	story_write(amended, F_NOTE, "lock");
	story_write(amended, F_STAGE, "closed");
	story_judge();
	assert_int_equal(story_entry(amended)->why, ROW_ACCEPTED);
	assert_string_equal(story_open(F_NOTE), "lock");
	assert_string_equal(story_open(F_STAGE), "open");
	story[1].author = false;
	story_judge();
	assert_int_equal(story_entry(amended)->why, ROW_NOT_AUTHOR);
}

static void only_the_township_writes_its_fields(void **state)
{
	uint32_t raised, a, b;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "G");
	a = story_tell("wang", PACK_GRID, EVENT_SUBMIT);
	story_write(a, F_TITLE, "mine");
	story_saw(a, raised);
	b = story_tell("zhou", PACK_TOWN, EVENT_SUBMIT);
	story_write(b, F_TITLE, "ours");
	story_saw(b, raised);
	story_judge();
	assert_string_equal(story_open(F_TITLE), "ours");
	assert_int_equal(story_entry(a)->why, ROW_ACCEPTED);
	assert_int_equal(story_entry(a)->writes[0].why, ROW_TOWN_ONLY);
}

static void a_stage_is_never_written_without_a_step(void **state)
{
	uint32_t raised, a;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "G");
	a = story_tell("zhou", PACK_TOWN, EVENT_SUBMIT);
	story_write(a, F_STAGE, "closed");
	story_saw(a, raised);
	story_judge();
	assert_int_equal(story_entry(a)->writes[0].why, ROW_NO_STEP);
	assert_string_equal(story_open(F_STAGE), "open");
}

static void what_is_not_trusted_or_out_of_scope_counts_for_nothing(void **state)
{
	uint32_t raised, a, b;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "G");
	a = story_step(raised, "lost", PACK_TOWN, S_VOID);
	story[a].trusted = false;
	b = story_step(raised, "far", PACK_TOWN, S_VOID);
	story[b].in_scope = false;
	story_judge();
	assert_int_equal(story_entry(a)->why, ROW_NOT_TRUSTED);
	assert_int_equal(story_entry(b)->why, ROW_OUT_OF_SCOPE);
	assert_string_equal(story_open(F_STAGE), "open");
}

/* --- order --- */

static void any_order_of_arrival_gives_one_verdict(void **state)
{
	enum row_reason want[STORY_ENTRIES];
	char stage[64];
	uint32_t raised, notified, fixed, passed;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "M?");
	notified = story_step(raised, "wang", PACK_GRID, S_NOTIFY);
	fixed = story_step(notified, "wang", PACK_GRID, S_REPORT_FIXED);
	story_step(raised, "chen", PACK_GRID, S_NOTIFY);
	story_step(fixed, "li", PACK_VADM, S_PASS);
	story_write(story_step(raised, "zhou", PACK_TOWN, S_VERIFY), F_VERIFY, "general");
	passed = story_step(fixed, "zhou", PACK_TOWN, S_PASS);
	story_saw(passed, 5);
	/* An author's clock may lie: a later event that sorts first. */
	story[passed].lamport = 1;
	story_judge();
	snprintf(stage, sizeof stage, "%s", story_open(F_STAGE));
	for (uint32_t i = 0; i < story_told; i++)
		want[i] = story_entry(i)->why;
	assert_int_equal(want[passed], ROW_ACCEPTED);
	srand(1);
	for (int round = 0; round < 200; round++) {
		for (uint32_t i = story_told - 1; i; i--) {
			uint32_t k = (uint32_t)rand() % (i + 1);
			struct judge_entry swap = story[i];

			story[i] = story[k];
			story[k] = swap;
		}
		story_judge();
		assert_string_equal(story_open(F_STAGE), stage);
		for (uint32_t i = 0; i < story_told; i++)
			assert_int_equal(story_entry(i)->why, want[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_township_settles_a_stage_and_only_to_a_side),
		cmocka_unit_test(a_settled_stage_does_not_launder_the_fixer),
		cmocka_unit_test(a_stage_settled_again_and_again_does_not_launder_the_fixer),
		cmocka_unit_test(a_fix_that_does_not_count_is_nobody_s_fix),
		cmocka_unit_test(who_wrote_all_sides_may_settle_a_plain_field),
		cmocka_unit_test(a_correction_closes_what_it_saw_and_moves_no_stage),
		cmocka_unit_test(only_the_township_writes_its_fields),
		cmocka_unit_test(a_stage_is_never_written_without_a_step),
		cmocka_unit_test(what_is_not_trusted_or_out_of_scope_counts_for_nothing),
		cmocka_unit_test(any_order_of_arrival_gives_one_verdict),
	};

	return TAP_RUN(tests);
}
