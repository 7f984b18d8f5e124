/* The other half of the board: warnings with how far their calls have come, and what is owed this month. */
#include "config.h"
#include "tui/screens/desk/board.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/due/duelist.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <string.h>

/* --- warnings --- */

static void put_words(struct app *app, const struct row *row, const struct pack_register *reg, const char *id, struct buf *out)
{
	uint32_t f = pack_find_field(reg, id);

	if (f != PACK_NONE)
		words_value(app, row, reg, f, false, out);
}

/* Minutes from hearing of it to the last household, so far when not done; -1 unknown. */
static int64_t minutes_taken(struct app *app, const struct row *row, bool done)
{
	struct buf b = { 0 };
	int64_t from, to = app_ms(app), minutes = -1;

	words_stored(app, row, "received", &b);
	if (clock_parse_time(buf_str(&b), app->pack->utc_offset, &from)) {
		buf_reset(&b);
		words_stored(app, row, "done_at", &b);
		if (!done || clock_parse_time(buf_str(&b), app->pack->utc_offset, &to))
			minutes = (to - from) / 60000;
	}
	buf_clear(&b);
	return minutes;
}

static struct board_warning *group_of(struct board *b, const char *words, const struct row_id *id)
{
	for (uint32_t i = 0; i < b->warning_count; i++)
		if (!strcmp(b->warnings[i].words, words))
			return &b->warnings[i];
	if (b->warning_count == BOARD_WARNINGS)
		return NULL;
	b->warnings[b->warning_count] = (struct board_warning){ .first = *id, .minutes = -1 };
	snprintf(b->warnings[b->warning_count].words, BOARD_WORDS, "%s", words);
	return &b->warnings[b->warning_count++];
}

static void add_warning(struct app *app, struct board *b, const struct pack_register *reg, const struct row *row)
{
	struct buf words = { 0 }, stamp = { 0 };
	struct board_warning *w;
	int64_t minutes;
	bool done;

	put_words(app, row, reg, "kind", &words);
	buf_putc(&words, ' ');
	put_words(app, row, reg, "level", &words);
	words_stored(app, row, "issued", &stamp);
	if (stamp.len >= 16)
		buf_printf(&words, " %.5s", buf_str(&stamp) + 11);
	buf_reset(&stamp);
	words_stored(app, row, "done_at", &stamp);
	done = stamp.len > 0;
	minutes = minutes_taken(app, row, done);
	if ((w = group_of(b, buf_str(&words), &row->id))) {
		w->villages++;
		w->done += done;
		if (minutes > w->minutes) {
			w->minutes = minutes;
			buf_reset(&stamp);
			row_evaluate(app->profile, row, "village()", &stamp);
			snprintf(w->slowest, BOARD_WORDS, "%s", buf_str(&stamp));
		}
	}
	buf_clear(&words);
	buf_clear(&stamp);
}

enum err board_warn(struct app *app, struct board *b)
{
	struct listing_query q = { .reg = "warnings", .sort = "-received", .where = BOARD_WARNINGS_OUT };
	uint32_t reg = pack_find_register(app->pack, "warnings");
	struct listing *l = NULL;
	enum err e;

	if (reg == PACK_NONE)
		return ERR_OK;
	if ((e = listing_open(app->profile, &q, &l)))
		return e;
	for (uint32_t i = 0; !e && i < listing_count(l); i++) {
		struct row row;

		if (!(e = listing_row(l, i, &row))) {
			add_warning(app, b, &app->pack->registers[reg], &row);
			row_clear(&row);
		}
	}
	listing_close(l);
	return e;
}

/* --- what is owed --- */

enum { BOARD_STEP_MS = 40 };

static bool note_owed(void *user, const struct owed *o)
{
	struct board *b = user;
	struct board_owed *w = NULL;

	for (uint32_t i = 0; !w && i < b->owed_count; i++)
		if (b->owed[i].duty == o->duty)
			w = &b->owed[i];
	if (!w && b->owed_count < BOARD_DUTIES)
		*(w = &b->owed[b->owed_count++]) = (struct board_owed){ .duty = o->duty };
	if (w) {
		w->subjects++;
		w->owing += o->done < o->wanted;
	}
	return true;
}

/* Visits to places are the villages' daily work; the desk counts what organisations, teams and drills owe. */
enum err board_owe(struct app *app, struct board *b)
{
	struct clock_date d = clock_date(b->day);
	struct owing_query q = { .first = b->day - d.day + 1, .last = b->day - d.day + clock_month_days(d.year, d.month), .without = "places" };
	bool more = false;
	enum err e = ERR_OK;

	if (!b->owing) {
		b->owed_count = 0;
		e = app->pack ? owing_open(app->profile, &q, &b->owing) : ERR_OK;
	}
	if (!e && b->owing)
		e = owing_step(b->owing, BOARD_STEP_MS, note_owed, b, &more);
	if (e || !more) {
		owing_close(b->owing);
		b->owing = NULL;
		b->owed_known = true;
	}
	return e;
}
