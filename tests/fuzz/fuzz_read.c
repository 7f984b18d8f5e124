/* A CSV workbook read as a form: what is read makes a sound tree and can be encoded. */
#include "config.h"
#include "forms/xlsform/form_codec.h"
#include "forms/xlsform/form_read.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void report(void *user, const struct form_fault *fault)
{
	form_fault_text(fault, user);
}

static void check_tree(const struct form *f)
{
	for (uint32_t i = 0; i < f->question_count; i++) {
		const struct form_question *q = &f->questions[i];

		if (!q->name || q->end <= i || q->end > f->question_count || (q->list != FORM_NONE && q->list >= f->list_count))
			abort();
		if (q->parent != FORM_NONE && (q->parent >= i || f->questions[q->parent].end < q->end))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf text = { 0 };
	struct book *b;
	struct form *f, *again;

	if (book_open_bytes(data, len, &b))
		return 0;
	if (!form_read_book(b, "fuzz", report, &text, &f)) {
		check_tree(f);
		buf_reset(&text);
		if (form_encode(f, &text) || form_decode(text.data, text.len, &again))
			abort();
		form_free(again);
		form_free(f);
	}
	buf_clear(&text);
	book_free(b);
	return 0;
}
