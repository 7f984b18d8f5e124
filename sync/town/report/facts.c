#include "config.h"
#include "sync/town/report/facts.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/keys/root.h"
#include "sync/ledger/profile/profile.h"

#include <stdlib.h>
#include <string.h>

static void set_period(struct facts *f, int year, int month)
{
	int32_t today = clock_day_of(clock_wall(), f->pack->utc_offset);

	f->year = !month;
	f->first = clock_days((struct clock_date){ year, month ? month : 1, 1 });
	f->end = month ? f->first + clock_month_days(year, month) - 1 : clock_days((struct clock_date){ year, 12, 31 });
	f->last = today < f->end ? today : f->end;
	f->bucket_count = month ? (uint32_t)clock_month_days(year, month) : 12;
	for (uint32_t i = 0; i < f->bucket_count; i++) {
		struct facts_bucket *b = &f->buckets[i];

		b->first = month ? f->first + (int32_t)i : clock_days((struct clock_date){ year, (int)i + 1, 1 });
		b->last = month ? b->first : b->first + clock_month_days(year, (int)i + 1) - 1;
	}
}

struct naming { struct facts *f; struct facts_fields fields; };

/* Villages by their register, so that one where nothing happened is in the report too. */
static enum err name_village(void *user, const struct row *r)
{
	struct naming *n = user;
	struct event_scope scope;
	char text[68];
	enum err e = facts_read(&n->fields, r);

	if (e || !n->fields.text[0].len || n->fields.text[0].len > sizeof scope.bytes)
		return e;
	scope = event_scope_village(buf_str(&n->fields.text[0]));
	event_scope_text(&scope, text);
	n->f->village_count++;
	return facts_line(&n->f->villages, text, buf_str(&n->fields.text[1])) ? ERR_OK : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

static enum err name_villages(struct facts *f)
{
	static const char *const names[8] = { "code", "name" };
	struct naming n = { .f = f };
	enum err e = facts_fields(f, "villages", names, &n.fields);

	if (!e)
		e = row_each(f->profile, "villages", name_village, &n);
	facts_fields_clear(&n.fields);
	return e;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct facts_line *)a)->id, ((const struct facts_line *)b)->id);
}

static int by_due(const void *a, const void *b)
{
	const struct facts_listed *x = a, *y = b;

	return x->due != y->due ? (x->due < y->due ? -1 : 1) : strcmp(x->number, y->number);
}

enum err facts_gather(struct profile *p, int year, int month, struct facts *out)
{
	const struct keys_root *root = keys_roots_newest(&p->roots);
	enum err e;

	memset(out, 0, sizeof *out);
	out->profile = p;
	if ((e = profile_pack_current(p, &out->pack)))
		return e;
	set_period(out, year, month);
	out->township = strdup(root ? root->name : "");
	if ((e = name_villages(out)) || (e = facts_places(out)) || (e = facts_hazards(out)) || (e = facts_trainings(out)) || (e = facts_warnings(out)))
		return e;
	if ((e = facts_duties(out)))
		return e;
	if (out->villages.count)
		qsort(out->villages.at, out->villages.count, sizeof *out->villages.at, by_id);
	if (out->listed_count)
		qsort(out->listed, out->listed_count, sizeof *out->listed, by_due);
	return ERR_OK;
}

void facts_clear(struct facts *f)
{
	struct facts_group *const groups[] = { &f->villages, &f->kinds, &f->levels, &f->items, &f->duties, &f->subjects, &f->drill_kinds, &f->warn_levels };

	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		facts_group_clear(groups[i]);
	for (uint32_t i = 0; i < f->listed_count; i++) {
		free(f->listed[i].number);
		free(f->listed[i].village);
		free(f->listed[i].place);
		free(f->listed[i].words);
		free(f->listed[i].level);
	}
	free(f->points);
	free(f->township);
	memset(f, 0, sizeof *f);
}
