/* Any JSON as the answers to a form: what is taken is written, and what is written is taken again unchanged. */
#include "config.h"
#include "tests/fuzz/sample.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void ignore(void *user, const char *path, const char *message)
{
	(void)user, (void)path, (void)message;
}

static void written(struct fill *f, struct buf *out)
{
	struct jdoc *record;

	if (fill_write_json(f, true, &record) || jdoc_text(record, 0, out))
		abort();
	jdoc_free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fill *f, *g;
	struct jdoc *answers, *again;
	struct buf first = { 0 }, second = { 0 };

	if (jdoc_parse((const char *)data, len, &answers))
		return 0;
	f = sample_open();
	g = sample_open();
	fill_read_json(f, answers, NULL, NULL);
	if (!fill_read_json(g, answers, ignore, NULL)) {
		written(g, &first);
		if (jdoc_parse(first.data, first.len, &again))
			abort();
		fill_close(f);
		f = sample_open();
		fill_read_json(f, again, ignore, NULL);
		written(f, &second);
		jdoc_free(again);
	}
	jdoc_free(answers);
	buf_clear(&first);
	buf_clear(&second);
	fill_close(f);
	fill_close(g);
	return 0;
}
