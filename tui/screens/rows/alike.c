#include "config.h"
#include "tui/screens/rows/alike.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct alike_row { uint64_t says; struct row_id id; };
struct alike { struct alike_row *at; size_t count, cap; };

struct looking { struct app *app; const char *says; struct alike *alike; struct buf text; };

static uint64_t hash(uint64_t h, const struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		h = (h ^ b->data[i]) * 1099511628211u;
	return h;
}

/* A village's own: two villages may each drill the same on one day. */
static enum err look(void *user, const struct row *row)
{
	struct looking *l = user;
	struct alike *a = l->alike;
	enum err e;

	if (row->flags & ROW_RETRACTED)
		return ERR_OK;
	buf_reset(&l->text);
	e = row_evaluate(l->app->profile, row, l->says, &l->text);
	if (e || !l->text.len)
		return e;
	if (a->count == a->cap) {
		size_t cap = a->cap ? a->cap * 2 : 64;
		struct alike_row *more = realloc(a->at, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "%s", _("疑似重复"));
		a->at = more;
		a->cap = cap;
	}
	buf_puts(&l->text, row->reg);
	event_scope_put(&row->scope, &l->text);
	a->at[a->count++] = (struct alike_row){ hash(1469598103934665603u, &l->text), row->id };
	return ERR_OK;
}

static int by_says(const void *x, const void *y)
{
	const struct alike_row *a = x, *b = y;

	if (a->says != b->says)
		return a->says < b->says ? -1 : 1;
	return memcmp(&a->id, &b->id, sizeof a->id);
}

/* Only those that have company stay. */
static void keep_twins(struct alike *a)
{
	size_t kept = 0;

	qsort(a->at, a->count, sizeof *a->at, by_says);
	for (size_t i = 0; i < a->count; i++) {
		bool before = kept && a->at[kept - 1].says == a->at[i].says, after = i + 1 < a->count && a->at[i + 1].says == a->at[i].says;

		if (before || after)
			a->at[kept++] = a->at[i];
	}
	a->count = kept;
}

static enum err look_through(struct app *app, const char *reg, struct alike *a)
{
	struct looking l = { .app = app, .alike = a };
	char key[64];
	enum err e;

	snprintf(key, sizeof key, "alike_%s", reg);
	if (!(l.says = pack_param(app->pack, key)) || !*l.says)
		return ERR_OK;
	e = row_each(app->profile, reg, look, &l);
	buf_clear(&l.text);
	return e;
}

enum err alike_read(struct app *app, const char *reg, struct alike **out)
{
	struct alike *a;
	enum err e = ERR_OK;

	*out = NULL;
	if (!(a = calloc(1, sizeof *a)))
		return err_set(ERR_NOMEM, "%s", _("疑似重复"));
	if (reg)
		e = look_through(app, reg, a);
	for (uint32_t i = 0; !reg && !e && app->pack && i < app->pack->register_count; i++)
		e = look_through(app, app->pack->registers[i].id, a);
	if (!e && a->count)
		keep_twins(a);
	if (e || !a->count) {
		alike_free(a);
		return e;
	}
	*out = a;
	return ERR_OK;
}

void alike_free(struct alike *a)
{
	if (a)
		free(a->at);
	free(a);
}

static const struct alike_row *find(const struct alike *a, const struct row_id *id)
{
	for (size_t i = 0; a && i < a->count; i++)
		if (!memcmp(&a->at[i].id, id, sizeof *id))
			return &a->at[i];
	return NULL;
}

bool alike_has(const struct alike *a, const struct row_id *id)
{
	return find(a, id) != NULL;
}

const struct row_id *alike_other(const struct alike *a, const struct row_id *id)
{
	const struct alike_row *own = find(a, id);

	for (size_t i = 0; own && i < a->count; i++)
		if (a->at[i].says == own->says && &a->at[i] != own)
			return &a->at[i].id;
	return NULL;
}

void alike_words(struct app *app, const struct alike *a, const struct row *row, struct buf *out)
{
	if (alike_has(a, &row->id))
		buf_printf(out, " [%s]", _("疑似重复"));
	else if (words_is(app, row, "doubled", "yes"))
		buf_printf(out, " [%s]", _("重复"));
}
