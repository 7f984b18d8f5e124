/* Memory runs out at each allocation that evaluating an expression or filling a form makes: it says so, leaks nothing, and
 * the record is still there. */
#include "config.h"
#include "tests/tap.h"

#include "tests/faults/trap.h"
#include "tests/fuzz/sample.h"

enum { MOST = 100000 };

/* Run `operation` again and again, memory running out one allocation later each time, until it is never short. */
static void assert_survives(enum err (*operation)(void))
{
	assert_ok(operation());
	for (long n = 1; n < MOST; n++) {
		long live = trap_live(), made;
		enum err e;

		trap_memory(n, true);
		e = operation();
		made = trap_allocations();
		trap_memory(0, false);
		assert_int_equal(trap_live(), live);
		if (made < n) {
			assert_ok(e);
			assert_true(n > 3);
			return;
		}
		if (e)
			assert_err(e, ERR_NOMEM);
	}
	fail();
}

static enum err evaluate(void)
{
	struct buf out = { 0 };
	struct fill *f;
	enum err e = sample_try(&f);

	if (!e)
		e = fill_set(f, fill_find(f, "village"), "1 2");
	if (!e)
		e = fill_evaluate(f, FILL_NO_NODE, "if(selected(${village}, '2') and ${village} != '', join('-', /data/*, date('2026-07-12'), substr(${village}, 1)), "
		                  "number(${n}) * 2)", &out);
	fill_close(f);
	buf_clear(&out);
	return e;
}

static void an_expression_runs_out_of_memory_cleanly(void **state)
{
	(void)state;
	fill_close(sample_open());                 /* the form itself is read before anything fails, and stays */
	assert_survives(evaluate);
}

static enum err answer(struct fill *f, struct buf *draft)
{
	struct jdoc *record = NULL;
	fill_node n;
	uint32_t count;
	enum err e = fill_set(f, fill_find(f, "n"), "2");

	if (!e)
		e = fill_add_instance(f, fill_find(f, "person"), &n);
	if (!e)
		e = fill_set(f, fill_child(f, n, "age"), "40");
	if (!e)
		e = fill_choices(f, fill_child(f, n, "c"), &count);
	if (!e)
		e = fill_set(f, fill_child(f, n, "c"), "hz nb");
	if (!e)
		e = fill_set(f, fill_child(f, n, "name"), "甲");
	if (!e)
		e = fill_remove_instance(f, fill_instance(f, fill_find(f, "person"), 0));
	if (!e)
		e = fill_write_json(f, true, &record);
	jdoc_free(record);
	if (!e)
		e = fill_save(f, fill_first(f), draft);
	return e ? e : fill_load(f, draft->data, draft->len, &n, NULL, NULL);
}

static enum err fill_and_save(void)
{
	struct buf draft = { 0 };
	struct fill *f;
	enum err e = sample_try(&f);

	if (!e)
		e = answer(f, &draft);
	if (!e)
		e = fill_finish(f);
	fill_close(f);
	buf_clear(&draft);
	return e;
}

static void a_form_being_filled_runs_out_of_memory_cleanly(void **state)
{
	(void)state;
	assert_survives(fill_and_save);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(an_expression_runs_out_of_memory_cleanly), cmocka_unit_test(a_form_being_filled_runs_out_of_memory_cleanly) };

	if (!trap_sees_memory())
		return TAP_SKIP_ALL("the sanitizer has an allocator of its own");
	return TAP_RUN(tests);
}
