/* Devices that could not talk to each other each make the list of a warning: then the same people stand on it twice. */
#include "config.h"
#include "tui/screens/alarm/calls.h"

#include "tui/screens/form/filling.h"
#include "tui/screens/words.h"

#include <stdlib.h>
#include <string.h>

#define FORM "callout_twice"
enum { AT_ONCE = 100, UNTOUCHED = 1, IN_VAIN = 2, REACHED = 3 };

/* Who is meant, and how far calling has come. */
struct twin { struct buf who; struct row_id id; int come; };

/* A household by itself, anybody else by tier, name and telephone. Nothing when that is not known here: then it is nobody's twin. */
static void tell_who(struct app *app, const struct row *row, struct buf *out)
{
	struct buf phone = { 0 };

	words_stored(app, row, "household", out);
	if (out->len)
		return;
	words_stored(app, row, "name", out);
	words_stored(app, row, "phone", &phone);
	if (!out->len || !phone.len) {
		buf_reset(out);
	} else {
		buf_printf(out, "\n%s\n", buf_str(&phone));
		words_stored(app, row, "tier", out);
	}
	buf_clear(&phone);
}

static enum err read_one(struct app *app, struct listing *l, uint32_t at, struct twin *out)
{
	struct row row = { .id = { .index = 0 } };
	enum err e = listing_row(l, at, &row);

	if (e)
		return e;
	out->id = row.id;
	tell_who(app, &row, &out->who);
	out->come = words_is(app, &row, "state", "waiting") || words_is(app, &row, "state", "") ? UNTOUCHED : words_is(app, &row, "state", "calling") ? IN_VAIN : REACHED;
	row_clear(&row);
	return out->who.err;
}

/* The one that stays first of its kind: who has come furthest, then the same one on every device. */
static int before(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;
	int who = strcmp(buf_str(&x->who), buf_str(&y->who)), id = memcmp(x->id.ref, y->id.ref, EVENT_REF);

	if (who)
		return who;
	if (x->come != y->come)
		return x->come > y->come ? -1 : 1;
	return id ? id : (int)x->id.index - (int)y->id.index;
}

/* What somebody was told, or tried, is not put aside for as good a one. */
static bool is_spare(const struct twin *t, const struct twin *first)
{
	return t != first && t->who.len && !strcmp(buf_str(&t->who), buf_str(&first->who)) &&
	       (t->come == UNTOUCHED || (t->come == IN_VAIN && first->come == REACHED));
}

static enum err put_aside(struct app *app, const struct row_id *ids, uint32_t count)
{
	char text[ROW_ID_TEXT];
	struct filling *f = NULL;
	struct row_id record;
	fill_node twins, one;
	enum err e = filling_begin(app, FORM, NULL, &f);

	if (e)
		return e;
	twins = fill_find(f->fill, "r_twins");
	for (uint32_t i = 0; !e && i < count; i++)
		if (!(e = fill_add_instance(f->fill, twins, &one)))
			e = fill_set(f->fill, fill_child(f->fill, one, "callout"), row_id_text(&ids[i], text));
	return filling_keep(f, e, &record);
}

static enum err put_spare_aside(struct app *app, const struct twin *all, uint32_t count, uint32_t *merged)
{
	struct row_id ids[AT_ONCE];
	uint32_t n = 0;
	enum err e = ERR_OK;

	for (uint32_t i = 0, first = 0; !e && i < count; i++) {
		if (strcmp(buf_str(&all[i].who), buf_str(&all[first].who)))
			first = i;
		if (is_spare(&all[i], &all[first]))
			ids[n++] = all[i].id;
		if (n && (n == AT_ONCE || i + 1 == count)) {
			e = put_aside(app, ids, n);
			*merged += e ? 0 : n;
			n = 0;
		}
	}
	return e;
}

enum err calls_merge(struct app *app, const struct row_id *warning, uint32_t *merged)
{
	struct listing_query q = { .reg = "callouts", .where = "${state} != 'double'", .parent = warning, .parent_field = "warning", .sort = "" };
	uint32_t form = pack_find_form(app->pack, FORM), count = 0;
	struct listing *l = NULL;
	struct twin *all = NULL;
	enum err e;

	*merged = 0;
	if (form == PACK_NONE || !words_is_mine(app, &app->pack->forms[form]))
		return ERR_OK;
	if (!(e = listing_open(app->profile, &q, &l)) && !(all = calloc(listing_count(l) + 1u, sizeof *all)))
		e = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	for (; !e && count < listing_count(l); count += !e)
		e = read_one(app, l, count, &all[count]);
	if (!e && count) {
		qsort(all, count, sizeof *all, before);
		e = put_spare_aside(app, all, count, merged);
	}
	for (uint32_t i = 0; all && i <= count; i++)
		buf_clear(&all[i].who);
	free(all);
	listing_close(l);
	return e;
}
