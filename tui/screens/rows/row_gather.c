#include "config.h"
#include "tui/screens/rows/row_view.h"

#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <string.h>

static void add(struct row_view *v, enum line_type type, uint32_t index)
{
	if (v->line_count < LINES_MAX)
		v->lines[v->line_count++] = (struct line){ .type = type, .index = index };
}

static void gather_steps(struct row_view *v)
{
	struct submit_choice all[STEPS_MAX];
	uint32_t n = 0;

	v->step_count = 0;
	if (submit_steps(v->app->profile, &v->row, all, STEPS_MAX, &n))
		return;
	for (uint32_t i = 0; i < n; i++) {
		bool twice = false;

		/* What no form takes is only taken inside another submit; lines of one form are alternatives, which the form asks for. */
		if (all[i].why != ROW_ACCEPTED || !all[i].step->form)
			continue;
		for (uint32_t k = 0; k < v->step_count && !twice; k++) {
			twice = !strcmp(v->steps[k].step->form, all[i].step->form);
			v->either[k] |= twice && strcmp(v->steps[k].step->id, all[i].step->id);
		}
		if (!twice) {
			v->either[v->step_count] = false;
			v->steps[v->step_count] = all[i];
			add(v, LINE_STEP, v->step_count++);
		}
	}
}

enum standing { STANDS_FIRST, STANDS_AS_MARK, STANDS_LAST, STANDINGS };

static enum standing standing(const struct row_view *v, uint32_t field)
{
	const struct pack *pack = v->app->pack;

	if (v->reg->fields[field].list)
		return STANDS_FIRST;
	for (uint32_t s = 0; s < pack->step_count; s++)
		if (&pack->registers[pack->steps[s].reg] == v->reg && pack->steps[s].field == field)
			return STANDS_AS_MARK;
	return STANDS_LAST;
}

/* First what lists show of it, which is what one looks for; then how far it has come. */
static void gather_fields(struct row_view *v)
{
	for (enum standing pass = STANDS_FIRST; pass < STANDINGS; pass++)
		for (uint32_t f = 0; f < v->reg->field_count; f++) {
			struct buf value = { 0 };

			if (standing(v, f) == pass)
				words_value(v->app, &v->row, v->reg, f, false, &value);
			if (value.len)
				add(v, LINE_FIELD, f);
			buf_clear(&value);
		}
	add(v, LINE_AUTHOR, 0);
}

/* Rows of register r whose field names this row; `where` NULL for all. */
static uint32_t children(const struct row_view *v, uint32_t r, const char *field, const char *where)
{
	struct listing_query q = { .reg = v->app->pack->registers[r].id, .parent = &v->id, .parent_field = field, .where = where };
	struct listing *l = NULL;
	uint32_t n = 0;

	if (!listing_open(v->app->profile, &q, &l)) {
		n = listing_count(l);
		listing_close(l);
	}
	return n;
}

static void gather_children(struct row_view *v)
{
	uint32_t own = (uint32_t)(v->reg - v->app->pack->registers);

	for (uint32_t r = 0; r < v->app->pack->register_count; r++) {
		const struct pack_register *child = &v->app->pack->registers[r];

		for (uint32_t f = 0; f < child->field_count && v->line_count < LINES_MAX; f++) {
			uint32_t n = child->fields[f].type == PACK_ROW && child->fields[f].target == own ? children(v, r, child->fields[f].id, NULL) : 0;

			if (n)
				v->lines[v->line_count++] = (struct line){ LINE_CHILD, r, child->fields[f].id, n,
					pack_find_field(child, "stage") == PACK_NONE ? 0 : children(v, r, child->fields[f].id, ROWS_UNFINISHED) };
		}
	}
}

void row_gather(struct row_view *v)
{
	if (v->kind)
		add(v, LINE_WALK, 0);
	gather_steps(v);
	gather_children(v);
	gather_fields(v);
}
