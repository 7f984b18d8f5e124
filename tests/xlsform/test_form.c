#include "config.h"
#include "tests/tap.h"

#include "forms/xlsform/form_build.h"

#include <stdio.h>

static void a_form_built_by_hand_finds_its_parts(void **state)
{
	struct form *f;
	char name[16];

	(void)state;
	assert_ok(form_new(&f));
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "q%d", i % 500);
		form_add_question(f)->name = form_string(f, name);
	}
	assert_int_equal(form_find(f, "q7", 0), 7);
	assert_int_equal(form_find(f, "q7", 8), 507);
	form_index(f);
	assert_int_equal(form_find(f, "q7", 0), 7);
	assert_int_equal(form_find(f, "q7", 7), 7);
	assert_int_equal(form_find(f, "q7", 8), 507);
	assert_int_equal(form_find(f, "q7", 508), FORM_NONE);
	assert_int_equal(form_find(f, "none", 0), FORM_NONE);
	assert_int_equal(f->questions[3].end, 4);
	assert_int_equal(f->questions[3].list, FORM_NONE);
	assert_ok(form_error(f));
	form_free(f);
}

static void choices_lie_with_their_list(void **state)
{
	struct form *f;

	(void)state;
	assert_ok(form_new(&f));
	assert_int_equal(form_add_column(f, "province"), 0);
	form_add_list(f, "yn");
	form_add_choice(f)->name = form_string(f, "yes");
	form_add_choice(f)->name = form_string(f, "no");
	form_add_list(f, "kind");
	form_add_choice(f)->name = form_string(f, "yes");
	form_index(f);
	assert_int_equal(f->lists[form_find_list(f, "yn")].count, 2);
	assert_int_equal(f->lists[form_find_list(f, "kind")].first, 2);
	assert_int_equal(form_find_choice(f, 0, "no"), 1);
	assert_int_equal(form_find_choice(f, 1, "yes"), 2);
	assert_int_equal(form_find_choice(f, 1, "no"), FORM_NONE);
	form_set_column(f, &f->choices[1], 0, "99");
	assert_string_equal(f->choices[1].columns[0], "99");
	assert_null(f->choices[2].columns);
	assert_int_equal(form_find_column(f, "province"), 0);
	form_free(f);
}

static void text_falls_back_to_a_language_that_has_it(void **state)
{
	struct form *f;
	struct form_text t = { 0 }, none = { 0 };

	(void)state;
	assert_ok(form_new(&f));
	assert_int_equal(form_add_language(f, "中文 (zh)"), 0);
	assert_int_equal(form_add_language(f, "English (en)"), 1);
	assert_int_equal(form_add_language(f, "Français (fr)"), 2);
	assert_int_equal(form_add_language(f, "English (en)"), 1);
	form_set_text(f, &t, 1, "Fire exit");
	assert_string_equal(form_text(f, &t, 0), "Fire exit");
	form_set_text(f, &t, 0, "安全出口");
	assert_string_equal(form_text(f, &t, 2), "安全出口");
	assert_string_equal(form_text(f, &t, 1), "Fire exit");
	assert_string_equal(form_text(f, &none, 1), "");
	assert_int_equal(form_language(f, "en"), 1);
	assert_int_equal(form_language(f, "zh"), 0);
	assert_int_equal(form_language(f, "sw"), 0);
	form_free(f);
}

static void limits_stick_and_are_named(void **state)
{
	struct form *f;

	(void)state;
	assert_ok(form_new(&f));
	for (int i = 0; i < FORM_ENTITIES_MAX; i++)
		assert_non_null(form_add_entity(f));
	assert_null(form_add_entity(f));
	assert_null(form_add_question(f));
	assert_null(form_alloc(f, 1));
	assert_err(form_error(f), ERR_LIMIT);
	form_free(f);

	assert_ok(form_new(&f));
	assert_null(form_alloc(f, SIZE_MAX));
	assert_err(form_error(f), ERR_LIMIT);
	form_free(f);
	form_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_built_by_hand_finds_its_parts),
		cmocka_unit_test(choices_lie_with_their_list),
		cmocka_unit_test(text_falls_back_to_a_language_that_has_it),
		cmocka_unit_test(limits_stick_and_are_named),
	};

	return TAP_RUN(tests);
}
