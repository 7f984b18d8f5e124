#include "config.h"
#include "tui/screens/home/due_cells.h"

#include "forms/base/i18n.h"
#include "tui/screens/device/whereabouts.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <string.h>

static void kind_cell(struct app *app, const struct row *row, uint32_t reg, const char *field, struct kit_cell *cell)
{
	uint32_t f = reg == PACK_NONE ? PACK_NONE : pack_find_field(&app->pack->registers[reg], field);

	if (f != PACK_NONE)
		words_cell(app, row, &app->pack->registers[reg], f, false, cell);
}

static void distance_cell(struct app *app, const char *position, struct kit_cell *cell)
{
	struct buf b = { 0 };

	whereabouts_words(whereabouts_metres(app, position), &b);
	snprintf(cell->text, KIT_CELL, "%s", buf_str(&b));
	cell->role = KIT_DIM;
	buf_clear(&b);
}

void due_cells(struct app *app, const struct due *d, const struct alike *alike, struct kit_cell cells[KIT_CELLS])
{
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };
	uint32_t reg, step;

	words_days(d->days, &b);
	snprintf(cells[0].text, KIT_CELL, "%s", buf_str(&b));
	cells[0].role = words_days_role(d->days);
	if (row_read_key(app->profile, &d->subject, &row)) {
		buf_clear(&b);
		return;
	}
	reg = pack_find_register(app->pack, row.reg);
	if (d->kind == DUE_DUTY && !strcmp(d->duty->counts_register, "inspections")) {
		struct kit_cell kind = { "", KIT_PLAIN };

		kind_cell(app, &row, reg, "kind", &kind);
		snprintf(cells[1].text, KIT_CELL, _("巡查 %.*s"), KIT_CELL / 2, kind.text);
	} else if (d->kind == DUE_DUTY) {
		snprintf(cells[1].text, KIT_CELL, "%s", pack_name(&d->duty->label, i18n_language()));
	} else {
		struct kit_cell level = { "", KIT_PLAIN };

		kind_cell(app, &row, reg, "level", &level);
		step = reg == PACK_NONE ? PACK_NONE : pack_find_step(app->pack, reg, d->step);
		snprintf(cells[1].text, KIT_CELL, "%.*s %.*s", KIT_CELL / 2, step == PACK_NONE ? d->step : pack_name(&app->pack->steps[step].label, i18n_language()),
		         KIT_CELL / 3, level.text);
	}
	buf_reset(&b);
	row_title(app->profile, &row, &b);
	snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&b));
	buf_reset(&b);
	if (d->wanted > 1)
		buf_printf(&b, _("%u/%u次"), d->done, d->wanted);
	else if (d->kind == DUE_DUTY && d->last != INT32_MIN) {
		buf_puts(&b, _("上次 "));
		app_short_date(app, d->last, &b);
	} else if (d->kind == DUE_STEP) {
		row_number(app->profile, &row, &b);
	}
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	cells[3].role = KIT_DIM;
	if (alike_has(alike, &row.id)) {
		snprintf(cells[3].text, KIT_CELL, "%s", _("疑似重复"));
		cells[3].role = KIT_SOON;
	}
	buf_reset(&b);
	words_stored(app, &row, "pos", &b);
	distance_cell(app, buf_str(&b), &cells[4]);
	buf_clear(&b);
	row_clear(&row);
}
