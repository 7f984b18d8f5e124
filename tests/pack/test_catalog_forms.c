/* Every workbook of the shipped pack opens in the form reader without a word said against it. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/xlsform/form_read.h"

#include <string.h>

#define CATALOG SRCDIR "/forms/catalog"

struct shelf { const char *dir; unsigned books, items, faults; };

static void print_fault(void *user, const struct form_fault *fault)
{
	struct shelf *s = user;
	struct buf b = { 0 };

	s->faults++;
	form_fault_text(fault, &b);
	print_message("# %s: %s\n", s->dir, buf_str(&b));
	buf_clear(&b);
}

static void assert_whole(const struct form *f, struct shelf *s)
{
	assert_non_null(f->title);
	assert_non_null(f->version);
	for (uint32_t i = 0; i < f->question_count; i++) {
		const struct form_question *q = &f->questions[i];

		assert_int_not_equal(q->type, FORM_OTHER);
		if (q->xc[FORM_XC_LEVEL])
			s->items++;
		if (!form_is_asked(q->type))
			continue;
		assert_string_not_equal(form_text(f, &q->label, form_language(f, "zh")), "");
		assert_string_not_equal(form_text(f, &q->label, form_language(f, "en")), form_text(f, &q->label, form_language(f, "zh")));
	}
}

static enum err open_book(void *user, const char *name)
{
	struct shelf *s = user;
	struct buf path = { 0 };
	struct form *f;
	size_t len = strlen(name);

	if (len < 5 || strcmp(name + len - 4, ".csv"))
		return ERR_OK;
	assert_err(form_read(fs_path(&path, s->dir, name), print_fault, s, &f), ERR_OK);
	assert_int_equal(strlen(f->id), len - 4);
	assert_memory_equal(f->id, name, len - 4);
	assert_whole(f, s);
	s->books++;
	form_free(f);
	buf_clear(&path);
	return ERR_OK;
}

static void every_list_opens_as_a_form(void **state)
{
	struct shelf s = { .dir = CATALOG "/lists" };

	(void)state;
	assert_ok(fs_list(s.dir, 100, open_book, &s));
	assert_int_equal(s.books, 28);
	assert_int_equal(s.items, 448 + 1);                   /* and the judgement of self-built houses */
	assert_int_equal(s.faults, 0);
}

static void every_form_opens(void **state)
{
	struct shelf s = { .dir = CATALOG "/forms" };

	(void)state;
	assert_ok(fs_list(s.dir, 500, open_book, &s));
	assert_true(s.books >= 90);
	assert_int_equal(s.faults, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_list_opens_as_a_form),
		cmocka_unit_test(every_form_opens),
	};

	return TAP_RUN(tests);
}
