/* What was owed in a stretch of days: at once, or in parts between which a person's keys are answered. */
#include "config.h"
#include "sync/ledger/due/duelist.h"

#include "forms/base/clock.h"
#include "sync/ledger/due/duerules.h"

#include <stdlib.h>
#include <string.h>

struct owing {
	struct duerules rules;
	uint32_t reg, at, count;                          /* the register being counted, and how far */
	struct row_key *keys;
	struct owing_query q;
	int32_t today;                                    /* when it was opened */
	bool (*each)(void *user, const struct owed *o); void *user;
	bool stopped;
};

static enum err owe(void *user, const struct row *row)
{
	struct owing *w = user;
	const uint8_t *applies;
	enum err e = duerules_for(&w->rules, w->reg, row, &applies);

	for (uint32_t i = 0; !e && !w->stopped && i < w->rules.count; i++) {
		struct owed o = { .duty = w->rules.at[i].rule.duty, .subject = row, .from = w->q.first, .to = w->q.last };
		struct duefacts f;

		if (!applies[i])
			continue;
		duefacts_make(&w->rules, &w->rules.at[i], row, &f);
		if (due_owed(&w->rules.at[i].rule, &f.facts, w->q.first, w->q.last, w->today, &o.done, &o.wanted) && !(e = w->rules.err))
			w->stopped = !w->each(w->user, &o);
	}
	return e;
}

static bool asked_for(const struct owing *w)
{
	const char *id = w->rules.pack->registers[w->reg].id;

	return (!w->q.without || strcmp(w->q.without, id)) && duerules_has(&w->rules, w->reg);
}

/* The next subject's register; false when all were counted. */
static bool find_work(struct owing *w, enum err *e)
{
	while (!*e && w->at == w->count) {
		free(w->keys);
		w->keys = NULL;
		w->at = w->count = 0;
		if (++w->reg >= w->rules.pack->register_count)
			return false;
		if (asked_for(w))
			*e = duerules_keys(&w->rules, w->reg, &w->keys, &w->count);
	}
	return !*e;
}

enum err owing_open(struct profile *p, const struct owing_query *q, struct owing **out)
{
	struct owing *w = calloc(1, sizeof *w);
	enum err e = w ? duerules_open(p, &w->rules) : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));

	*out = NULL;
	if (e) {
		if (w)
			duerules_close(&w->rules);
		free(w);
		return e;
	}
	w->q = *q;
	w->today = clock_day_of(clock_wall(), w->rules.pack->utc_offset);
	w->reg = UINT32_MAX;                              /* before the first */
	duerules_rest(&w->rules);
	*out = w;
	return ERR_OK;
}

enum err owing_step(struct owing *w, int ms, bool (*each)(void *user, const struct owed *o), void *user, bool *more)
{
	int64_t until = clock_uptime() + ms;
	enum err e = ERR_OK;

	w->each = each;
	w->user = user;
	duerules_resume(&w->rules);
	while ((*more = !w->stopped && find_work(w, &e)) && (ms < 0 || clock_uptime() < until) && !e)
		e = duerules_row(&w->rules, &w->keys[w->at++], owe, w);
	duerules_rest(&w->rules);
	return e;
}

void owing_close(struct owing *w)
{
	if (!w)
		return;
	duerules_close(&w->rules);
	free(w->keys);
	free(w);
}

/* --- at once --- */

enum err duelist_owed(struct profile *p, int year, int month, bool (*each)(void *user, const struct owed *o), void *user)
{
	int32_t first = clock_days((struct clock_date){ year, month, 1 });

	return duelist_owed_days(p, first, first + clock_month_days(year, month) - 1, each, user);
}

enum err duelist_owed_days(struct profile *p, int32_t first, int32_t last, bool (*each)(void *user, const struct owed *o), void *user)
{
	struct owing_query q = { .first = first, .last = last };
	struct owing *w;
	bool more;
	enum err e = owing_open(p, &q, &w);

	if (!e)
		e = owing_step(w, -1, each, user, &more);
	owing_close(w);
	return e;
}
