#include "config.h"
#include "tui/screens/alarm/calls.h"

#include "forms/base/i18n.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/form/subset.h"
#include "tui/screens/words.h"

#include <stdlib.h>
#include <string.h>

#define LISTED "${state} != 'double'"
#define REACHED LISTED " and ${state} != 'waiting' and ${state} != 'calling' and ${state} != ''"
#define IN_CHARGE LISTED " and ${tier} != 'grid_house'"

/* Which tier, by its place in the pack's list of them. */
static uint32_t tier_of(struct app *app, const struct row *row)
{
	uint32_t codes = pack_find_codes(app->pack, "callout_tier"), tier = 0;
	struct buf b = { 0 };

	words_stored(app, row, "tier", &b);
	for (uint32_t i = 0; codes != PACK_NONE && i < app->pack->codes[codes].count; i++)
		if (!strcmp(app->pack->codes[codes].at[i].name, buf_str(&b)))
			tier = i;
	buf_clear(&b);
	return tier < CALLS_TIERS_MAX ? tier : CALLS_TIERS_MAX - 1;
}

static int before(const void *a, const void *b)
{
	const struct call *x = a, *y = b;

	if (x->tier != y->tier)
		return x->tier < y->tier ? -1 : 1;
	if (x->help != y->help)
		return x->help ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static enum err add(struct app *app, struct calls *c, uint32_t at, bool waiting)
{
	struct call call = { .at = at };
	struct row row = { .id = { .index = 0 } };
	enum err e = listing_row(c->listing, at, &row);

	if (e)
		return e;
	call.tier = tier_of(app, &row);
	call.help = words_is(app, &row, "help", "yes");
	call.reached = !words_is(app, &row, "state", "waiting") && !words_is(app, &row, "state", "calling") && !words_is(app, &row, "state", "");
	row_clear(&row);
	c->total[call.tier]++;
	c->reached[call.tier] += call.reached;
	c->all_total++;
	c->all_reached += call.reached;
	if (!waiting || !call.reached)
		c->order[c->count++] = call;
	return ERR_OK;
}

enum err calls_open(struct app *app, const struct row_id *warning, bool waiting, struct calls *out)
{
	struct listing_query q = { .reg = "callouts", .where = LISTED, .parent = warning, .parent_field = "warning", .sort = "" };
	enum err e;

	*out = (struct calls){ .count = 0 };
	e = listing_open(app->profile, &q, &out->listing);
	if (e)
		return e;
	out->order = calloc(listing_count(out->listing) + 1, sizeof *out->order);
	if (!out->order)
		e = err_set(ERR_NOMEM, "%s", _("叫应名单"));
	for (uint32_t i = 0; !e && i < listing_count(out->listing); i++)
		e = add(app, out, i, waiting);
	if (!e)
		qsort(out->order, out->count, sizeof *out->order, before);
	return e;
}

void calls_close(struct calls *c)
{
	listing_close(c->listing);
	free(c->order);
	*c = (struct calls){ .count = 0 };
}

void calls_tiers(const struct app *app, const uint32_t total[CALLS_TIERS_MAX], const uint32_t reached[CALLS_TIERS_MAX], struct buf *out)
{
	uint32_t codes = pack_find_codes(app->pack, "callout_tier");

	for (uint32_t i = 0; codes != PACK_NONE && i < app->pack->codes[codes].count && i < CALLS_TIERS_MAX; i++)
		if (total[i])
			buf_printf(out, "%s%s %u/%u", out->len ? "  " : "", pack_name(&app->pack->codes[codes].at[i].label, i18n_language()), reached[i], total[i]);
}

size_t calls_next(const struct calls *c, size_t at)
{
	for (size_t i = 1; i <= c->count; i++)
		if (!c->order[(at + i) % c->count].reached)
			return (at + i) % c->count;
	return at;
}

static uint32_t count_where(struct app *app, const struct row_id *warning, const char *where)
{
	struct listing_query q = { .reg = "callouts", .where = where, .parent = warning, .parent_field = "warning" };
	struct listing *l = NULL;
	uint32_t n = listing_open(app->profile, &q, &l) ? 0 : listing_count(l);

	listing_close(l);
	return n;
}

bool calls_answered(struct app *app, const struct row_id *warning)
{
	uint32_t charged = count_where(app, warning, IN_CHARGE);

	return charged ? count_where(app, warning, IN_CHARGE " and " REACHED) == charged : count_where(app, warning, REACHED) > 0;
}

/* Does the form make callouts, opened on a warning? */
static bool makes_calls(const struct app *app, const struct pack_form *form)
{
	uint32_t reg = pack_find_register(app->pack, "callouts");

	if (form->walk || !form->subject || strcmp(form->subject, "warnings") || !words_is_mine(app, form))
		return false;
	for (uint32_t i = 0; i < form->entity_count; i++)
		if (form->entities[i].reg == reg && form->entities[i].creates && form->entities[i].repeat != FORM_NONE)
			return true;
	return false;
}

/* One record; `last` when it made less than one may hold, so that nobody is left. */
static enum err make_by(struct app *app, const char *form, const struct row_id *warning, uint32_t *made, bool *last)
{
	struct filling *f = NULL;
	struct row_id record;
	uint32_t count;
	enum err e = filling_begin(app, form, warning, &f);

	if (e)
		return e;
	*last = f->each < SUBSET_EACH_MAX;
	if (!f->each)
		return filling_discard(f);
	count = f->each;
	e = filling_keep(f, ERR_OK, &record);
	*made += e ? 0 : count;
	return e;
}

enum err calls_make(struct app *app, const struct row_id *warning, uint32_t *made)
{
	enum err e = ERR_OK;

	*made = 0;
	for (uint32_t i = 0; i < app->pack->form_count && !e; i++)
		for (bool last = !makes_calls(app, &app->pack->forms[i]); !last && !e;)
			e = make_by(app, app->pack->forms[i].id, warning, made, &last);
	return e;
}

uint32_t calls_missing(struct app *app, const struct row_id *warning)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < app->pack->form_count; i++) {
		uint32_t each;

		if (makes_calls(app, &app->pack->forms[i]) && !filling_would_make(app, app->pack->forms[i].id, warning, &each))
			n += each;
	}
	return n;
}
