#include "config.h"
#include "tui/screens/desk/desk_view.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <string.h>

const struct begun *desk_draft(const struct desk *d, size_t i)
{
	return i < d->draft_count ? &d->drafts[i] : NULL;
}

const struct board_hazard *desk_hazard(const struct desk *d, size_t i)
{
	return i >= d->draft_count && i - d->draft_count < d->board.hazard_count ? &d->board.hazards[i - d->draft_count] : NULL;
}

size_t desk_row_count(void *user)
{
	const struct desk *d = user;

	return d->draft_count + d->board.hazard_count;
}

struct kit_id desk_row_id(void *user, size_t i)
{
	const struct desk *d = user;
	const struct board_hazard *h = desk_hazard(d, i);

	return h ? kit_id(h->key.bytes, h->key.len) : kit_id_number(d->drafts[i].about.id);
}

static bool cell_of(struct desk *d, const struct row *row, const char *field, const char *when, struct kit_cell *cell)
{
	uint32_t f = pack_find_field(d->reg, field);
	struct buf stored = { 0 };
	bool yes = false;

	if (f == PACK_NONE)
		return false;
	words_stored(d->app, row, field, &stored);
	if (stored.len && (!when || strstr(when, buf_str(&stored)))) {
		words_cell(d->app, row, d->reg, f, false, cell);
		yes = true;
	}
	buf_clear(&stored);
	return yes;
}

/* Where it stands, in one word: what presses most, else its stage. */
static void state_cell(struct desk *d, const struct row *row, enum board_rank rank, struct kit_cell *cell)
{
	if (rank == BOARD_VERIFY) {
		snprintf(cell->text, KIT_CELL, "%s", _("待核实"));
		cell->role = KIT_DANGER;
		return;
	}
	if (rank == BOARD_MAJOR && cell_of(d, row, "level", NULL, cell))
		return;
	if (rank == BOARD_WHISTLE && cell_of(d, row, "whistle", "sent|accepted|rejected", cell))
		return;
	if (rank == BOARD_LISTED && cell_of(d, row, "supervise", "listed", cell))
		return;
	if (rank == BOARD_ASKED) {
		snprintf(cell->text, KIT_CELL, "%s", _("要延期"));
		cell->role = KIT_SOON;
		return;
	}
	cell_of(d, row, "stage", NULL, cell);
	if (rank == BOARD_LATE) {
		snprintf(cell->text, KIT_CELL, "%s", _("整改逾期"));
		cell->role = KIT_DANGER;
	}
}

/* What else is to be known of it: a closing that is not agreed before all. */
static const char *mark(struct desk *d, const struct row *row, const struct board_hazard *h)
{
	struct kit_cell asked;

	if (row->flags & ROW_CONFLICT)
		return _("有几种说法");
	if (h->rank != BOARD_ASKED && cell_of(d, row, "extension", "asked", &asked))
		return _("要延期");
	return h->doubled ? _("同天同项") : row->flags & ROW_PROPOSED ? _("有提请") : "";
}

static void draw_draft(struct desk *d, const struct begun *b, struct kit_cell cells[KIT_CELLS])
{
	struct kit_cell own[KIT_CELLS] = { { .text = "" } };

	begun_cells(d->app, b, own);
	cells[0] = own[0];
	snprintf(cells[1].text, KIT_CELL, *own[2].text ? "%.100s > %.140s" : "%.100s", own[1].text, own[2].text);
	cells[3] = own[3];
	snprintf(cells[4].text, KIT_CELL, "%s", _("草稿"));
	cells[4].role = KIT_DIM;
}

static void draw_hazard(struct desk *d, const struct board_hazard *h, struct kit_cell cells[KIT_CELLS])
{
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };

	if (row_read_key(d->app->profile, &h->key, &row)) {
		snprintf(cells[1].text, KIT_CELL, "%s", _("(读不出)"));
		return;
	}
	row_number(d->app->profile, &row, &b);
	snprintf(cells[0].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	row_title(d->app->profile, &row, &b);
	snprintf(cells[1].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	row_evaluate(d->app->profile, &row, "village()", &b);
	snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	if (row.event_count)
		app_since(d->app, row.events[0].wall, &b);
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	state_cell(d, &row, h->rank, &cells[4]);
	snprintf(cells[5].text, KIT_CELL, "%s", mark(d, &row, h));
	cells[5].role = KIT_SOON;
	buf_clear(&b);
	row_clear(&row);
}

void desk_row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	struct desk *d = user;

	if (desk_draft(d, i))
		draw_draft(d, desk_draft(d, i), cells);
	else
		draw_hazard(d, desk_hazard(d, i), cells);
}
