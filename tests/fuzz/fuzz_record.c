/* Any bytes as the answers and the private part of a record: shown, asked for place by place, loaded into a form; what is
 * taken whole is encoded to the same whole again. First byte: the form; then the length of the answers, two bytes. */
#include "config.h"
#include "forms/base/cbor.h"
#include "forms/base/jdoc.h"
#include "forms/pack/answers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct pack *pack;

static void ask_each(uint32_t form, const uint8_t *answers, size_t len, const uint8_t *personal, size_t personal_len)
{
	struct buf value = { 0 }, text = { 0 };
	struct pack_field field = { .id = "f" };

	for (uint32_t q = 0; q < pack->forms[form].body->form->question_count; q++)
		for (uint32_t i = 0; i < 2; i++) {
			buf_reset(&value);
			if (answers_value(pack, form, q, i, answers, len, personal, personal_len, &value) || !value.len)
				continue;
			if (cbor_check(value.data, value.len))
				abort();
			field.type = (enum pack_field_type)(q % (PACK_ROWS + 1));
			buf_reset(&text);
			answers_value_text(&field, value.data, value.len, &text);
		}
	buf_clear(&value);
	buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct jdoc *doc;
	struct fill *f;
	uint32_t form;
	size_t n;

	if (!pack && pack_read(SRCDIR "/tests/pack/sample", NULL, NULL, &pack))
		abort();
	if (len < 3)
		return 0;
	form = data[0] % pack->form_count;
	n = (size_t)data[1] << 8 | data[2];
	data += 3;
	len -= 3;
	n = n < len ? n : len;
	ask_each(form, data, n, data + n, len - n);
	if (answers_json(pack, form, data, n, data + n, len - n, &doc))
		return 0;
	jdoc_free(doc);
	if (fill_open(pack->forms[form].body->form, &(struct fill_host){ .utc_offset = 480 }, &f))
		abort();
	answers_load(pack, form, data, n, data + n, len - n, f);
	fill_close(f);
	return 0;
}
