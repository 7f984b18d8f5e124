#include "config.h"
#include "tui/screens/desk/board.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/exchange/outbox/restored.h"
#include "sync/exchange/trust/enrol_waiting.h"
#include "sync/ledger/due/duelist.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/conflict.h"
#include "sync/ledger/rows/listing.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t DAY = 86400000;

bool board_is_stale(struct app *app, const struct board *b)
{
	return !b->version || b->version != profile_version(app->profile) || b->day != app_day(app) || b->asked_stamp != enrol_waiting_stamp(app->profile);
}

void board_clear(struct board *b)
{
	owing_close(b->owing);
	free(b->hazards);
	*b = (struct board){ 0 };
}

/* --- what came --- */

struct coming { struct board *b; struct app *app; };

static enum err note_bundle(void *user, const struct evidence *e)
{
	struct coming *c = user;

	if (e->state == EVIDENCE_MERGED && clock_day_of(e->seen, c->app->pack->utc_offset) == c->b->day) {
		c->b->came++;
		c->b->came_events += (uint32_t)e->events;
	}
	return ERR_OK;
}

static enum err note_asking(void *user, const struct enrol_waiting *w)
{
	(void)w;
	((struct board *)user)->asked++;
	return ERR_OK;
}

static void read_coming(struct app *app, struct board *b)
{
	struct coming c = { b, app };
	struct store_txn t;

	b->asked_stamp = enrol_waiting_stamp(app->profile);
	enrol_waiting_each(app->profile, note_asking, b);
	b->known = !status_read_whole(app->profile, &b->status);
	profile_begin(app->profile, &t);
	evidence_each(&t, note_bundle, &c);
	store_abort(&t);
	b->restored = restored_at(app->profile);
	if (restored_count(app->profile, b->restored, &b->silent))
		b->silent = 0;
	conflict_count(app->profile, &b->conflicts, &b->proposals);
}

/* --- hazards --- */

/* The fields that the board reads, by their index in the register. */
struct looking {
	struct app *app;
	struct board *b;
	const struct pack_register *reg;
	uint32_t stage, verify, whistle, supervise, extension, due, listed_due, esc_to, place, item, level;
	int32_t whistle_days, recheck_days;
};

/* Days that the workflow gives for a step; -1 when it gives none. */
static int32_t step_days(const struct looking *l, const char *step)
{
	uint32_t s = pack_find_step(l->app->pack, (uint32_t)(l->reg - l->app->pack->registers), step);
	const char *due = s == PACK_NONE ? NULL : l->app->pack->steps[s].due;
	char *end;
	long n = due ? strtol(due, &end, 10) : -1;

	return due && *due && !*end && n >= 0 ? (int32_t)n : -1;
}

/* The shown value of a field, and when it was written. */
static bool is(const struct looking *l, const struct row *row, uint32_t field, const char *values, int64_t *since)
{
	const struct row_field *f = field == PACK_NONE ? NULL : row_field(row, l->reg->fields[field].n);
	struct row_shown s = { .kinds = 0 };
	bool yes = false;

	if (!f || row_show(row, l->reg, l->app->pack, field, true, &s))
		return false;
	if (s.text.len && strstr(values, buf_str(&s.text))) {
		yes = true;
		if (since)
			*since = row->events[s.event].wall;
	}
	row_shown_clear(&s);
	return yes;
}

static bool date_of(const struct looking *l, const struct row *row, uint32_t field, int32_t *day)
{
	struct row_shown s = { .kinds = 0 };
	bool has = field != PACK_NONE && row_field(row, l->reg->fields[field].n) && !row_show(row, l->reg, l->app->pack, field, true, &s) && clock_parse_date(buf_str(&s.text), day);

	row_shown_clear(&s);
	return has;
}

static void late_whistle(struct looking *l, const struct row *row, int32_t over)
{
	struct buf who = { 0 };

	l->b->whistle_late++;
	if (over > l->b->whistle_days) {
		l->b->whistle_days = over;
		if (l->esc_to != PACK_NONE)
			words_value(l->app, row, l->reg, l->esc_to, false, &who);
		snprintf(l->b->whistle_who, BOARD_WORDS, "%s", buf_str(&who));
		buf_clear(&who);
	}
}

static int32_t days_since(const struct looking *l, int64_t ms)
{
	return l->b->day - clock_day_of(ms, l->app->pack->utc_offset);
}

/* Count what stands in a hazard; its most pressing matter gives its place in the list. */
static enum board_rank count_hazard(struct looking *l, const struct row *row, int64_t *since)
{
	struct board *b = l->b;
	enum board_rank rank = BOARD_OTHER;
	int64_t at = 0;
	int32_t day;

	if (is(l, row, l->stage, "fixed", &at)) {
		b->recheck++;
		b->recheck_late += l->recheck_days >= 0 && days_since(l, at) > l->recheck_days;
		rank = BOARD_RECHECK;
		*since = at;
	} else if (date_of(l, row, l->due, &day) && day < b->day) {
		b->fix_late++;
		rank = BOARD_LATE;
		*since = (int64_t)day * DAY;
	}
	if (is(l, row, l->extension, "asked", &at)) {
		b->asked_longer++;
		rank = BOARD_ASKED;
		*since = at;
	}
	if (!is(l, row, l->stage, "fixed", NULL) && is(l, row, l->verify, "major", &at)) {
		rank = BOARD_MAJOR;
		*since = at;
	}
	if (is(l, row, l->supervise, "listed", &at)) {
		b->listed++;
		b->listed_soon += date_of(l, row, l->listed_due, &day) && day - b->day <= BOARD_SOON_DAYS;
		rank = BOARD_LISTED;
		*since = at;
	}
	if (is(l, row, l->whistle, "sent|accepted|rejected", &at)) {
		b->whistled++;
		if (l->whistle_days >= 0 && days_since(l, at) > l->whistle_days)
			late_whistle(l, row, days_since(l, at) - l->whistle_days);
		rank = BOARD_WHISTLE;
		*since = at;
	}
	if (is(l, row, l->verify, "needed", &at)) {
		b->verify++;
		if (!b->verify_since || at < b->verify_since)
			b->verify_since = at;
		rank = BOARD_VERIFY;
		*since = at;
	}
	return rank;
}

/* The same item (or, without one, the same words) at the same place on the same day: perhaps one hazard told twice. 0: cannot be told. */
static uint64_t sameness(const struct looking *l, const struct row *row)
{
	uint64_t h = 1469598103934665603u;
	int32_t day = row->event_count ? clock_day_of(row->events[0].wall, l->app->pack->utc_offset) : 0;
	const struct row_field *item = l->item == PACK_NONE ? NULL : row_field(row, l->reg->fields[l->item].n);
	const uint32_t fields[] = { l->place, item ? l->item : pack_find_field(l->reg, "desc") };

	for (size_t i = 0; i < 2; i++) {
		const struct row_field *f = fields[i] == PACK_NONE ? NULL : row_field(row, l->reg->fields[fields[i]].n);

		if (!f || !f->open[0].data)
			return 0;
		for (size_t k = 0; k < f->open[0].len; k++)
			h = (h ^ f->open[0].data[k]) * 1099511628211u;
	}
	h = (h ^ (uint32_t)day) * 1099511628211u;
	return h ? h : 1;
}

static int by_same(const void *x, const void *y)
{
	const struct board_hazard *a = x, *b = y;

	return a->same < b->same ? -1 : a->same > b->same;
}

/* Most pressing first, the longest waiting first; what only runs: newest first. */
static int by_rank(const void *x, const void *y)
{
	const struct board_hazard *a = x, *b = y;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->since != b->since)
		return (a->since < b->since) == (a->rank != BOARD_OTHER) ? -1 : 1;
	return memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes);
}

static void order_hazards(struct board *b)
{
	if (!b->hazard_count)
		return;
	qsort(b->hazards, b->hazard_count, sizeof *b->hazards, by_same);
	for (uint32_t i = 1; i < b->hazard_count; i++)
		if (b->hazards[i].same && b->hazards[i].same == b->hazards[i - 1].same)
			b->hazards[i].doubled = b->hazards[i - 1].doubled = true;
	qsort(b->hazards, b->hazard_count, sizeof *b->hazards, by_rank);
}

static uint32_t field(const struct looking *l, const char *id)
{
	return pack_find_field(l->reg, id);
}

static struct looking look_at(struct app *app, struct board *b, uint32_t reg)
{
	struct looking l = { .app = app, .b = b, .reg = &app->pack->registers[reg] };

	l.stage = field(&l, "stage");
	l.verify = field(&l, "verify");
	l.whistle = field(&l, "whistle");
	l.supervise = field(&l, "supervise");
	l.extension = field(&l, "extension");
	l.due = field(&l, "due");
	l.listed_due = field(&l, "listed_due");
	l.esc_to = field(&l, "esc_to");
	l.place = field(&l, "place");
	l.item = field(&l, "item");
	l.whistle_days = step_days(&l, "whistle_answer");
	l.recheck_days = step_days(&l, "pass");
	return l;
}

static enum err read_hazards(struct app *app, struct board *b)
{
	struct listing_query q = { .reg = "hazards", .open = true };
	uint32_t reg = pack_find_register(app->pack, "hazards");
	struct listing *open = NULL;
	struct looking l;
	enum err e;

	if (reg == PACK_NONE)
		return ERR_OK;
	l = look_at(app, b, reg);
	if ((e = listing_open(app->profile, &q, &open)))
		return e;
	b->hazards = calloc(listing_count(open) + 1u, sizeof *b->hazards);
	if (!b->hazards)
		e = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	for (uint32_t i = 0; !e && i < listing_count(open); i++) {
		struct row row;

		if (!(e = listing_row(open, i, &row))) {
			struct board_hazard *h = &b->hazards[b->hazard_count++];

			h->key = row.key;
			h->since = row.event_count ? row.events[0].wall : 0;
			h->same = sameness(&l, &row);
			h->rank = count_hazard(&l, &row, &h->since);
			row_clear(&row);
		}
	}
	listing_close(open);
	order_hazards(b);
	return e;
}

enum err board_read(struct app *app, struct board *b)
{
	enum err e;

	board_clear(b);
	b->version = profile_version(app->profile);
	b->day = app_day(app);
	if (!app->pack) {
		b->asked_stamp = enrol_waiting_stamp(app->profile);
		return ERR_OK;
	}
	read_coming(app, b);
	e = read_hazards(app, b);
	return e ? e : board_warn(app, b);
}
