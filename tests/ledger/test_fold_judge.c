/* Who may take which step on a hazard, and what two people did without seeing each other: told as stories. */
#include "config.h"
#include "tests/tap.h"
#include "tests/ledger/story.h"

static void a_suspected_major_goes_its_whole_way_and_closes(void **state)
{
	uint32_t raised, verified, notified, fixed, passed;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "M?");
	verified = story_step(raised, "zhou", PACK_TOWN, S_VERIFY);
	story_write(verified, F_VERIFY, "general");
	story_write(verified, F_LEVEL, "G+");
	notified = story_step(raised, "wang", PACK_GRID, S_NOTIFY);
	fixed = story_step(notified, "wang", PACK_GRID, S_REPORT_FIXED);
	passed = story_step(fixed, "zhou", PACK_TOWN, S_PASS);
	story_saw(passed, verified);
	story_judge();
	assert_int_equal(story_entry(passed)->why, ROW_ACCEPTED);
	assert_string_equal(story_open(F_STAGE), "closed");
	assert_string_equal(story_open(F_VERIFY), "general");
	assert_string_equal(story_open(F_LEVEL), "G+");
}

static void the_person_who_fixed_may_not_pass(void **state)
{
	uint32_t raised, fixed, passed;

	(void)state;
	story_begin();
	raised = story_raise("li", PACK_VADM, "G");
	raised = story_step(raised, "li", PACK_VADM, S_NOTIFY);
	fixed = story_step(raised, "li", PACK_VADM, S_REPORT_FIXED);
	passed = story_step(fixed, "li", PACK_VADM, S_PASS);
	story_saw(passed, 0);
	assert_int_equal(story_verdict(passed), ROW_SAME_PERSON);
	assert_string_equal(story_open(F_STAGE), "fixed");
}

static void another_device_of_the_fixer_is_the_same_person(void **state)
{
	uint32_t fixed, passed;

	(void)state;
	story_begin();
	fixed = story_step(story_step(story_raise("li", PACK_VADM, "G"), "li", PACK_VADM, S_NOTIFY), "li", PACK_VADM, S_REPORT_FIXED);
	passed = story_step(fixed, "li", PACK_VADM, S_PASS);
	story_saw(passed, 0);
	story[passed].log.writer[0] = 'z';
	assert_int_equal(story_verdict(passed), ROW_SAME_PERSON);
}

static void a_village_may_not_pass_what_is_not_plain(void **state)
{
	uint32_t fixed, passed;

	(void)state;
	story_begin();
	fixed = story_step(story_step(story_raise("wang", PACK_GRID, "G+"), "wang", PACK_GRID, S_NOTIFY), "wang", PACK_GRID, S_REPORT_FIXED);
	passed = story_step(fixed, "li", PACK_VADM, S_PASS);
	assert_int_equal(story_verdict(passed), ROW_WHEN);
}

static void a_doubt_that_nobody_verified_cannot_be_passed_even_when_left_unnamed(void **state)
{
	uint32_t fixed, passed;

	(void)state;
	story_begin();
	fixed = story_step(story_step(story_raise("wang", PACK_GRID, "M?"), "wang", PACK_GRID, S_NOTIFY), "wang", PACK_GRID, S_REPORT_FIXED);
	passed = story_step(fixed, "zhou", PACK_TOWN, S_PASS);
	assert_int_equal(story_verdict(passed), ROW_WHEN);
}

static void a_grid_worker_neither_verifies_nor_passes(void **state)
{
	uint32_t raised, verified, fixed, passed;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "M?");
	verified = story_step(raised, "chen", PACK_GRID, S_VERIFY);
	story_write(verified, F_VERIFY, "general");
	assert_int_equal(story_verdict(verified), ROW_NO_ROLE);
	story_begin();
	fixed = story_step(story_step(story_raise("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY), "wang", PACK_GRID, S_REPORT_FIXED);
	passed = story_step(fixed, "chen", PACK_GRID, S_PASS);
	assert_int_equal(story_verdict(passed), ROW_NO_ROLE);
}

static void nothing_is_passed_before_it_is_fixed(void **state)
{
	uint32_t notified, passed;

	(void)state;
	story_begin();
	notified = story_step(story_raise("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY);
	passed = story_step(notified, "li", PACK_VADM, S_PASS);
	assert_int_equal(story_verdict(passed), ROW_WRONG_FROM);
	assert_string_equal(story_open(F_STAGE), "notified");
}

static void a_control_in_force_keeps_a_hazard_open(void **state)
{
	uint32_t raised, fixed, passed;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "G");
	story_take(raised, S_CONTROL);
	story_write_set(raised, F_CONTROL, "stopped");
	fixed = story_step(story_step(raised, "wang", PACK_GRID, S_NOTIFY), "wang", PACK_GRID, S_REPORT_FIXED);
	passed = story_step(fixed, "li", PACK_VADM, S_PASS);
	assert_int_equal(story_verdict(passed), ROW_WHEN);
	assert_string_equal(story_open(F_CONTROL), "stopped");
}

static void a_lifted_control_lets_it_close(void **state)
{
	uint32_t raised, fixed, lifted, passed;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "G");
	story_take(raised, S_CONTROL);
	story_write_set(raised, F_CONTROL, "stopped");
	fixed = story_step(story_step(raised, "wang", PACK_GRID, S_NOTIFY), "wang", PACK_GRID, S_REPORT_FIXED);
	lifted = story_step(raised, "li", PACK_VADM, S_LIFT);
	story_write_set(lifted, F_CONTROL, "lifted");
	passed = story_step(fixed, "li", PACK_VADM, S_PASS);
	story_saw(passed, lifted);
	assert_int_equal(story_verdict(passed), ROW_ACCEPTED);
}

static void taking_controls_cannot_take_any_away(void **state)
{
	uint32_t raised, more, less;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "G");
	story_take(raised, S_CONTROL);
	story_write_set(raised, F_CONTROL, "stopped");
	less = story_step(raised, "chen", PACK_GRID, S_CONTROL);
	story_write_set(less, F_CONTROL, "cordoned");
	story_judge();
	assert_int_equal(story_entry(less)->why, ROW_WRONG_FROM);
	assert_string_equal(story_open(F_CONTROL), "stopped");
	more = story_step(raised, "chen", PACK_GRID, S_CONTROL);
	story_write_set(more, F_CONTROL, "stopped");
	story_judge();
	assert_int_equal(story_entry(more)->why, ROW_ACCEPTED);
}

static void a_major_is_never_fixed_on_the_spot(void **state)
{
	uint32_t raised;

	(void)state;
	story_begin();
	raised = story_tell("wang", PACK_GRID, EVENT_SUBMIT);
	story_write(raised, F_LEVEL, "M?");
	story_take(raised, S_REGISTER);
	story_take(raised, S_SPOT_FIX);
	story_take(raised, S_VERIFY_ASK);
	story_judge();
	assert_int_equal(story_entry(raised)->why, ROW_ACCEPTED);              /* the hazard itself stays visible */
	assert_int_equal(story_entry(raised)->step_why[1], ROW_WHEN);
	assert_string_equal(story_open(F_STAGE), "open");
	assert_string_equal(story_open(F_VERIFY), "needed");
}

/* --- what two people do without seeing each other --- */

static void concurrent_steps_are_both_kept(void **state)
{
	uint32_t raised, fixed;

	(void)state;
	story_begin();
	raised = story_step(story_raise("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY);
	fixed = story_step(raised, "wang", PACK_GRID, S_REPORT_FIXED);
	story_step(raised, "li", PACK_VADM, S_NOTIFY);
	story_judge();
	assert_string_equal(story_open(F_STAGE), "fixed notified");
	assert_int_equal(judge_danger(story_stage(), (const uint8_t *)"\x68notified", 9), 1);
	assert_true(judge_danger(story_stage(), (const uint8_t *)"\x65" "fixed", 6) > 1);
	assert_int_equal(story_entry(fixed)->why, ROW_ACCEPTED);
}

static void a_closed_hazard_comes_back_when_an_unseen_event_disagrees(void **state)
{
	uint32_t notified, fixed, passed;

	(void)state;
	story_begin();
	notified = story_step(story_raise("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY);
	fixed = story_step(notified, "wang", PACK_GRID, S_REPORT_FIXED);
	passed = story_step(fixed, "li", PACK_VADM, S_PASS);
	story_saw(passed, 0);
	story_judge();
	assert_string_equal(story_open(F_STAGE), "closed");
	story_step(notified, "chen", PACK_GRID, S_NOTIFY);                  /* from a phone that saw only the notice */
	story_judge();
	assert_string_equal(story_open(F_STAGE), "closed notified");
	assert_int_equal(story_entry(passed)->why, ROW_ACCEPTED);
}

static void a_pass_that_saw_only_one_of_two_sides_leaves_the_other_open(void **state)
{
	uint32_t notified, a, b, passed;

	(void)state;
	story_begin();
	notified = story_step(story_raise("wang", PACK_GRID, "G"), "wang", PACK_GRID, S_NOTIFY);
	a = story_step(notified, "wang", PACK_GRID, S_REPORT_FIXED);
	b = story_step(notified, "chen", PACK_GRID, S_NOTIFY);
	passed = story_step(a, "li", PACK_VADM, S_PASS);
	story_saw(passed, b);
	story_judge();
	assert_int_equal(story_entry(passed)->why, ROW_WRONG_FROM);            /* it saw that somebody says notified */
	assert_string_equal(story_open(F_STAGE), "fixed notified");
}

static void a_step_that_names_nothing_or_the_unknown_is_a_proposal(void **state)
{
	uint32_t raised, a, b;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "G");
	a = story_tell("li", PACK_VADM, EVENT_SUBMIT);
	story_take(a, S_NOTIFY);
	b = story_step(raised, "li", PACK_VADM, S_NOTIFY);
	memset(story[b].deps[story[b].dep_count++], 0xee, EVENT_REF);
	story_judge();
	assert_int_equal(story_entry(a)->why, ROW_UNSEEN);
	assert_int_equal(story_entry(b)->why, ROW_UNSEEN);
	assert_string_equal(story_open(F_STAGE), "open");
}

static void an_entry_on_a_row_counts_whole_or_not_at_all(void **state)
{
	uint32_t raised, a;

	(void)state;
	story_begin();
	raised = story_raise("wang", PACK_GRID, "G");
	a = story_step(raised, "wang", PACK_GRID, S_PASS);
	story_write(a, F_NOTE, "fine");
	story_judge();
	assert_string_equal(story_open(F_NOTE), "");
}

/* A proposal with a photo is a proposal: it must not vanish from the desk. */
static void an_attachment_answers_no_proposal_and_a_withdrawal_does(void **state)
{
	uint32_t raised, asked, told;

	(void)state;
	for (int kind = EVENT_RETRACT; kind <= EVENT_ATTACH; kind += EVENT_ATTACH - EVENT_RETRACT) {
		story_begin();
		raised = story_raise("wang", PACK_GRID, "G");
		asked = story_step(raised, "wang", PACK_GRID, S_PASS);
		told = story_tell("wang", PACK_GRID, (enum event_kind)kind);
		story[told].author = story[told].has_target = true;
		memcpy(story[told].target, story[asked].ref, EVENT_REF);
		story_judge();
		assert_int_not_equal(story_entry(asked)->why, ROW_ACCEPTED);
		assert_int_equal(story_entry(told)->why, ROW_ACCEPTED);
		assert_int_equal(story_entry(asked)->answered, kind == EVENT_RETRACT);
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
		cmocka_unit_test(an_attachment_answers_no_proposal_and_a_withdrawal_does),
	};

	return TAP_RUN(tests);
}
