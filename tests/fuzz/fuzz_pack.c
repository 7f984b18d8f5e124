/* Any bytes as pack.cbor: what is taken points only at what is there, and is written again and read again the same. */
#include "config.h"
#include "forms/pack/pack.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void look(const struct pack *p)
{
	size_t n = 0;

	for (uint32_t i = 0; i < p->form_count; i++)
		for (uint32_t k = 0; k < p->forms[i].save_count; k++) {
			const struct pack_save *s = &p->forms[i].saves[k];
			const struct pack_entity *e = &p->forms[i].entities[s->entity];

			n += strlen(p->registers[e->reg].fields[s->field].id);
			n += s->question == FORM_NONE ? strlen(s->constant) : p->forms[i].body->places[s->question].at;
		}
	for (uint32_t i = 0; i < p->step_count; i++)
		n += strlen(p->registers[p->steps[i].reg].fields[p->steps[i].field].id) + strlen(*p->steps[i].from ? *p->steps[i].from : "");
	for (uint32_t i = 0; i < p->kind_count; i++)
		for (uint32_t k = 0; k < p->kinds[i].list_count; k++)
			n += strlen(p->kind_lists[p->kinds[i].first_list + k].list);
	if (n == SIZE_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf once = { 0 }, twice = { 0 };
	struct pack *p, *again;

	if (pack_decode(data, len, &p))
		return 0;
	look(p);
	if (pack_encode(p, &once) || pack_decode(once.data, once.len, &again))
		abort();
	if (pack_encode(again, &twice) || once.len != twice.len || memcmp(once.data, twice.data, once.len))
		abort();
	pack_free(again);
	pack_free(p);
	buf_clear(&once);
	buf_clear(&twice);
	return 0;
}
