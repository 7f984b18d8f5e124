/* Real field forms, read by every part of the reader. They are test data of their own and lie beside the checkout. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/xlsform/form_codec.h"
#include "forms/xlsform/form_read.h"

#include <stdio.h>
#include <stdlib.h>

#define FORMS SRCDIR "/../shared/conformance/forms"

/* What other tools refuse too, and why. */
static const struct { const char *file, *why; } refused[] = {
	{ "digitisation_fields", "yes_no" },             /* a fragment that is merged into other forms */
};

struct walk { struct buf path; unsigned opened, refused; size_t bytes; int64_t decoding; };

static const char *why_refused(const char *file)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (strstr(file, refused[i].file))
			return refused[i].why;
	return NULL;
}

static void print_fault(void *user, const struct form_fault *fault)
{
	struct buf b = { 0 };

	form_fault_text(fault, &b);
	if (!fault->warning)
		print_message("# %s: %s\n", (const char *)user, buf_str(&b));
	buf_clear(&b);
}

/* Each form encodes, decodes and encodes again to the same bytes. */
static void assert_round_trip(struct walk *w, const struct form *f)
{
	struct buf once = { 0 }, twice = { 0 };
	struct form *back;
	int64_t start;

	assert_ok(form_encode(f, &once));
	start = clock_ticks();
	assert_ok(form_decode(once.data, once.len, &back));
	w->decoding += clock_ticks() - start;
	w->bytes += once.len;
	assert_ok(form_encode(back, &twice));
	assert_int_equal(once.len, twice.len);
	assert_memory_equal(once.data, twice.data, once.len);
	assert_int_equal(back->question_count, f->question_count);
	for (uint32_t i = 0; i < f->question_count; i++) {
		assert_int_equal(back->questions[i].parent, f->questions[i].parent);
		assert_int_equal(back->questions[i].end, f->questions[i].end);
	}
	form_free(back);
	buf_clear(&once);
	buf_clear(&twice);
}

static enum err read_one(void *user, const char *name)
{
	struct walk *w = user;
	const char *why = why_refused(name);
	char copy[512];
	struct form *f;
	enum err e;

	if (*name == '.')
		return ERR_OK;
	snprintf(copy, sizeof copy, "%s", name);
	e = form_read(fs_path(&w->path, FORMS, name), why ? NULL : print_fault, copy, &f);
	if (why) {
		assert_err(e, ERR_FORMAT);
		assert_non_null(strstr(err_detail(), why));
		w->refused++;
		return ERR_OK;
	}
	if (e)
		print_message("# %s: %s\n", name, err_detail());
	assert_int_equal(e, ERR_OK);
	assert_true(f->question_count > 0 && f->language_count > 0);
	assert_round_trip(w, f);
	form_free(f);
	w->opened++;
	return ERR_OK;
}

static void every_real_form_opens(void **state)
{
	struct walk w = { .opened = 0 };

	(void)state;
	assert_ok(fs_list(FORMS, 10000, read_one, &w));
	print_message("# %u forms opened, %u refused as elsewhere; %zu KiB encoded, decoded in %lld us\n", w.opened, w.refused, w.bytes >> 10,
	              (long long)w.decoding / 1000);
	assert_true(w.opened >= 50);
	buf_clear(&w.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_real_form_opens) };

	if (!fs_exists(FORMS))
		return TAP_SKIP_ALL(FORMS " is not there");
	return TAP_RUN(tests);
}
