#include "config.h"
#include "sync/ledger/submit/standing.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading { struct profile *profile; const struct pack *pack; struct standing_list *list; enum err err; };

static void take(struct reading *r, const struct row *row, const char *field, char *out, size_t size)
{
	uint32_t reg = pack_find_register(r->pack, row->reg), f = reg == PACK_NONE ? PACK_NONE : pack_find_field(&r->pack->registers[reg], field);
	struct buf text = { 0 };

	if (f != PACK_NONE && !r->err)
		r->err = row_text(r->profile, row, f, &text);
	snprintf(out, size, "%s", buf_str(&text));
	buf_clear(&text);
}

static bool add(void *user, const struct row *row)
{
	struct reading *r = user;
	struct standing *s = &r->list->at[r->list->count];
	struct buf number = { 0 };
	char due[32];

	if (row->flags & ROW_RETRACTED)
		return true;
	take(r, row, "item", s->item, sizeof s->item);
	take(r, row, "stage", s->stage, sizeof s->stage);
	if (r->err || !*s->item || !strcmp(s->stage, "closed") || !strcmp(s->stage, "void"))
		return !r->err;
	take(r, row, "level", s->level, sizeof s->level);
	take(r, row, "due", due, sizeof due);
	s->has_due = clock_parse_date(due, &s->due);
	if (!r->err)
		r->err = row_number(r->profile, row, &number);
	snprintf(s->number, sizeof s->number, "%s", buf_str(&number));
	buf_clear(&number);
	return !r->err && ++r->list->count < STANDING_MAX;
}

enum err standing_read(struct profile *p, const struct row_id *place, struct standing_list *l)
{
	struct reading r = { .profile = p, .list = l };
	enum err e;

	*l = (struct standing_list){ .at = calloc(STANDING_MAX, sizeof *l->at) };
	if (!l->at)
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	e = profile_pack_current(p, &r.pack);
	if (!e)
		e = row_children(p, place, "hazards", add, &r);
	return e ? e : r.err;
}

const struct standing *standing_find(const struct standing_list *l, const char *item)
{
	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->at[i].item, item))
			return &l->at[i];
	return NULL;
}

void standing_words(const struct standing *s, struct buf *out)
{
	buf_printf(out, _("仍是隐患 %s, 还没整改"), s->number);
}
