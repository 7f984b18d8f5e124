/* Any text as an expression: read, evaluated over a record with repeats, and over plain values. */
#include "config.h"
#include "tests/fuzz/sample.h"

#include "forms/expr/plain.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void over_a_record(const char *text)
{
	struct fill *f = sample_open();
	struct buf out = { 0 };
	fill_node n;
	bool yes;

	fill_add_instance(f, fill_find(f, "person"), &n);
	fill_set(f, fill_find(f, "n"), "3");
	fill_set(f, fill_find(f, "person[1]/name"), "a b");
	fill_set(f, fill_find(f, "person[2]/age"), "40");
	fill_evaluate(f, fill_find(f, "person[2]/age"), text, &out);
	fill_test(f, FILL_NO_NODE, text, &yes);
	buf_clear(&out);
	fill_close(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);
	struct expr_plain *plain = expr_plain_new(1795305600000);
	struct buf out = { 0 };

	if (!text || !plain)
		abort();
	memcpy(text, data, len);
	text[len] = '\0';
	expr_plain_set(plain, NULL, "2026-07-12");
	expr_plain_set(plain, "a", "3 4");
	expr_plain_eval(plain, text, &out);
	over_a_record(text);
	buf_clear(&out);
	expr_plain_free(plain);
	free(text);
	return 0;
}
