#include "config.h"
#include "tui/screens/rows/rows_view.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <string.h>

enum { FIELD_NAME = 64 };

/* Of this year's dates. */
static void leave_out_year(const struct rows *r, char *text)
{
	char year[8];

	snprintf(year, sizeof year, "%04d-", clock_date(app_day(r->app)).year);
	if (!strncmp(text, year, strlen(year)))
		memmove(text, text + strlen(year), strlen(text) - strlen(year) + 1);
}

/* Where no heading tells what a number is, its label stands before it. */
void rows_cell(const struct rows *r, const struct row *row, size_t f, struct kit_cell *cell)
{
	const struct pack_field *field = r->fields[f] == ROWS_RECORDED ? NULL : &r->reg->fields[r->fields[f]];
	char value[KIT_CELL];

	if (!field) {
		struct buf b = { 0 };

		app_short_date(r->app, clock_day_of(row->events[0].wall, r->app->pack->utc_offset), &b);
		snprintf(cell->text, KIT_CELL, "%s", buf_str(&b));
		buf_clear(&b);
		return;
	}
	words_cell(r->app, row, r->reg, r->fields[f], false, cell);
	if (field->type == PACK_DATE || field->type == PACK_DATETIME)
		leave_out_year(r, cell->text);
	if (!r->narrow || !*cell->text || (field->type != PACK_INTEGER && field->type != PACK_DECIMAL))
		return;
	snprintf(value, sizeof value, "%s", cell->text);
	snprintf(cell->text, KIT_CELL, "%s %.120s", r->head_text[f], value);
}

static void add_column(struct rows *r, uint32_t field, int cols)
{
	static const char *const brackets[] = { "（", " (" };
	size_t f = r->field_count++;
	char *bracket;
	const char *label = field == ROWS_RECORDED ? _("记于") : pack_name(&r->reg->fields[field].label, i18n_language());

	/* What a label says in brackets (a unit, the codes) is for the form. */
	snprintf(r->head_text[f], sizeof r->head_text[f], "%s", label);
	for (size_t i = 0; i < sizeof brackets / sizeof *brackets; i++)
		if ((bracket = strstr(r->head_text[f], brackets[i])))
			*bracket = '\0';
	r->heads[2 + f] = r->head_text[f];
	r->columns[2 + f] = (struct kit_column){ cols, f >= ROWS_FIELDS_NARROW ? 0 : f ? 2 : 1, !f };
	r->fields[f] = field;
}

static bool shows_a_date(const struct pack_register *reg)
{
	for (uint32_t f = 0; f < reg->field_count; f++)
		if (reg->fields[f].list && (reg->fields[f].type == PACK_DATE || reg->fields[f].type == PACK_DATETIME))
			return true;
	return false;
}

/* Title, number, and the first fields that lists show. On a phone the state stands at the right of the first line. What has to be
 * reckoned for each row stays out of the columns that only fill a wide screen. */
void rows_choose_columns(struct rows *r)
{
	r->columns[0] = (struct kit_column){ 0, 1, false };
	r->columns[1] = (struct kit_column){ ROWS_NUMBER_COLUMNS, 2, true };
	r->heads[0] = pack_name(&r->reg->label, i18n_language());
	r->heads[1] = _("记录号");
	if (r->reg->sort && strstr(r->reg->sort, "created_at") && !shows_a_date(r->reg))
		add_column(r, ROWS_RECORDED, 10);
	for (uint32_t f = 0; f < r->reg->field_count && r->field_count < ROWS_FIELDS; f++)
		if (r->reg->fields[f].list && !words_in_title(r->reg, &r->reg->fields[f]) && (r->field_count < ROWS_FIELDS_NARROW || !r->reg->fields[f].derive))
			add_column(r, f, words_width(&r->reg->fields[f]));
}

struct kit_view *screen_rows_show(struct kit_view *v, const char *fields)
{
	struct rows *r = (struct rows *)v;
	char name[FIELD_NAME];

	if (!v || !fields)
		return v;
	r->field_count = 0;
	for (size_t n; *fields && r->field_count < ROWS_FIELDS; fields += n, fields += strspn(fields, " ")) {
		uint32_t f;

		n = strcspn(fields, " ");
		snprintf(name, sizeof name, "%.*s", (int)n, fields);
		f = pack_find_field(r->reg, name);
		if (f != PACK_NONE)
			add_column(r, f, words_width(&r->reg->fields[f]));
	}
	r->list.rows.column_count = 2 + r->field_count;
	return v;
}
