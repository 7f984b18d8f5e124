#include "config.h"
#include "tui/screens/words.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/rows/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pack_register *register_of(const struct app *app, const char *id)
{
	uint32_t reg = app->pack ? pack_find_register(app->pack, id) : PACK_NONE;

	return reg == PACK_NONE ? NULL : &app->pack->registers[reg];
}

/* row_show() knows what was recorded; what a register derives is reckoned here, when it is shown. */
static enum err show(struct app *app, const struct row *row, const struct pack_register *reg, uint32_t field, bool unmask, struct row_shown *out)
{
	enum err e;

	if (!reg->fields[field].derive)
		return row_show(row, reg, app->pack, field, unmask, out);
	e = row_text(app->profile, row, field, &out->text);
	if (!e)
		buf_puts(&out->label, app_code(app, reg->fields[field].codes, buf_str(&out->text)));
	return e;
}

/* Linked rows by their titles; other values as they are shown. */
static void label_of(struct app *app, const struct pack_field *field, const struct row_shown *shown, struct buf *out)
{
	const char *at = buf_str(&shown->text);
	char stored[32];
	int64_t ms;

	if (field->type == PACK_DATETIME && !shown->gone && clock_parse_time(at, app->pack->utc_offset, &ms)) {
		clock_format_time(ms, app->pack->utc_offset, stored);
		buf_printf(out, "%.10s %.5s", stored, stored + 11);
		return;
	}
	if (field->type == PACK_POSITION && !shown->gone) {
		words_position(at, out);
		return;
	}
	if ((field->type != PACK_ROW && field->type != PACK_ROWS) || shown->gone) {
		buf_puts(out, buf_str(&shown->label));
		return;
	}
	for (; *at; at += strcspn(at, " "), at += *at == ' ') {
		struct row_id id;
		char text[ROW_ID_TEXT];

		snprintf(text, sizeof text, "%.*s", (int)strcspn(at, " "), at);
		if (out->len)
			buf_putc(out, ' ');
		if (row_id_parse(text, &id))
			words_title(app, &id, out);
		else
			buf_puts(out, _("(还没收到)"));
	}
}

uint32_t words_value(struct app *app, const struct row *row, const struct pack_register *reg, uint32_t field, bool unmask, struct buf *out)
{
	struct row_shown shown = { .kinds = 0 };
	uint32_t kinds = 0;

	if (!show(app, row, reg, field, unmask, &shown)) {
		kinds = shown.kinds;
		label_of(app, &reg->fields[field], &shown, out);
		if (shown.conflict && kinds > 1)
			buf_printf(out, _(" (%u种说法)"), (unsigned)kinds);
	}
	row_shown_clear(&shown);
	return kinds;
}

void words_stored(struct app *app, const struct row *row, const char *id, struct buf *out)
{
	const struct pack_register *reg = register_of(app, row->reg);
	uint32_t field = reg ? pack_find_field(reg, id) : PACK_NONE;
	struct row_shown shown = { .kinds = 0 };

	if (field != PACK_NONE && !show(app, row, reg, field, true, &shown))
		buf_puts(out, buf_str(&shown.text));
	row_shown_clear(&shown);
}

void words_title(struct app *app, const struct row_id *id, struct buf *out)
{
	struct row row = { .id = { .index = 0 } };

	if (row_read(app->profile, id, &row)) {
		buf_puts(out, _("(还没收到)"));
		return;
	}
	row_title(app->profile, &row, out);
	row_clear(&row);
}

void words_standing(struct app *app, const struct row *row, struct buf *out)
{
	uint32_t r = pack_find_register(app->pack, row->reg), f = r == PACK_NONE ? PACK_NONE : pack_find_field(&app->pack->registers[r], "status");
	const struct pack_register *reg = f == PACK_NONE ? NULL : &app->pack->registers[r];
	struct row_shown shown = { .kinds = 0 };

	if (!reg || !reg->fields[f].danger_order || !row_field(row, reg->fields[f].n))
		return;
	if (!row_show(row, reg, app->pack, f, false, &shown) && shown.text.len && strcmp(buf_str(&shown.text), *reg->fields[f].danger_order))
		buf_printf(out, " [%s]", buf_str(&shown.label));
	row_shown_clear(&shown);
}

bool words_is(struct app *app, const struct row *row, const char *id, const char *value)
{
	struct buf b = { 0 };
	bool same;

	words_stored(app, row, id, &b);
	same = !strcmp(buf_str(&b), value);
	buf_clear(&b);
	return same;
}

void words_position(const char *stored, struct buf *out)
{
	double lat, lon, accuracy = 0;
	char crs[16] = "WGS84";

	if (sscanf(stored, "%lf %lf %*s %lf %15s", &lat, &lon, &accuracy, crs) < 2) {
		buf_puts(out, stored);
		return;
	}
	buf_printf(out, lat < 0 ? _("南纬 %.7f ") : _("北纬 %.7f "), lat < 0 ? -lat : lat);
	buf_printf(out, lon < 0 ? _("西经 %.7f ") : _("东经 %.7f "), lon < 0 ? -lon : lon);
	buf_puts(out, crs);
	if (accuracy > 0)
		buf_printf(out, _(" 约%.0f米"), accuracy);
}

void words_days(int32_t days, struct buf *out)
{
	if (days < 0)
		buf_printf(out, _("逾期 %d天"), (int)-days);
	else if (days == 0)
		buf_puts(out, _("今天"));
	else
		buf_printf(out, _("%d天内"), (int)days);
}

enum kit_role words_days_role(int32_t days)
{
	return days < 0 ? KIT_DANGER : days <= 3 ? KIT_SOON : KIT_PLAIN;
}

/* The most dangerous half of a state's values is red as it stands; a date that is near or past is too. */
static enum kit_role role_of(const struct app *app, const struct pack_field *field, const char *text)
{
	int32_t day;

	if (field->type == PACK_DATE && !strcmp(field->id, "due") && clock_parse_date(text, &day))
		return words_days_role(day - app_day(app));
	if (field->danger_order && field->danger_order[0] && !strcmp(field->danger_order[0], text))
		return KIT_DANGER;
	return KIT_PLAIN;
}

void words_cell(struct app *app, const struct row *row, const struct pack_register *reg, uint32_t field, bool unmask, struct kit_cell *out)
{
	struct row_shown shown = { .kinds = 0 };
	struct buf label = { 0 };

	if (!show(app, row, reg, field, unmask, &shown)) {
		label_of(app, &reg->fields[field], &shown, &label);
		out->role = role_of(app, &reg->fields[field], buf_str(&shown.text));
		if (shown.conflict && shown.kinds > 1) {
			snprintf(out->text, sizeof out->text, _("%s %u种说法"), buf_str(&label), (unsigned)shown.kinds);
			out->role = KIT_SOON;
		} else {
			snprintf(out->text, sizeof out->text, "%s", buf_str(&label));
		}
	}
	buf_clear(&label);
	row_shown_clear(&shown);
}

int words_width(const struct pack_field *field)
{
	switch (field->type) {
	case PACK_DATE:     return 10;
	case PACK_DATETIME: return 16;
	case PACK_INTEGER: case PACK_DECIMAL: case PACK_TIME: return 8;
	case PACK_ROW: case PACK_ROWS: case PACK_TEXT: return 16;
	case PACK_CODE: case PACK_CODES: return 13;
	default:            return 12;
	}
}

bool words_in_title(const struct pack_register *reg, const struct pack_field *field)
{
	char name[96], quoted[96];

	snprintf(name, sizeof name, "${%s}", field->id);
	snprintf(quoted, sizeof quoted, "'%s'", field->id);
	return reg->title && (strstr(reg->title, name) || strstr(reg->title, quoted));
}

bool words_needs_subject(const struct pack_form *form)
{
	for (uint32_t i = 0; i < form->entity_count; i++)
		if (form->entities[i].entity_id && strstr(form->entities[i].entity_id, "instance('row')"))
			return true;
	return false;
}

bool words_is_mine(const struct app *app, const struct pack_form *form)
{
	return !form->roles || form->roles & app->roles;
}

bool words_may_fill(const struct app *app, const char *form)
{
	uint32_t f = app->pack ? pack_find_form(app->pack, form) : PACK_NONE;

	return f != PACK_NONE && words_is_mine(app, &app->pack->forms[f]);
}

bool words_can_make(const struct app *app, const char *reg)
{
	uint32_t r = app->pack ? pack_find_register(app->pack, reg) : PACK_NONE;

	for (uint32_t f = 0; r != PACK_NONE && f < app->pack->form_count; f++) {
		const struct pack_form *form = &app->pack->forms[f];

		if (form->walk || words_needs_subject(form) || !words_is_mine(app, form))
			continue;
		for (uint32_t i = 0; i < form->entity_count; i++)
			if (form->entities[i].reg == r && form->entities[i].creates && form->entities[i].repeat == FORM_NONE)
				return true;
	}
	return false;
}

/* By any form, a walk too. */
static bool may_make(const struct app *app, const char *reg)
{
	uint32_t r = pack_find_register(app->pack, reg);

	for (uint32_t f = 0; r != PACK_NONE && f < app->pack->form_count; f++) {
		const struct pack_form *form = &app->pack->forms[f];

		for (uint32_t i = 0; words_is_mine(app, form) && i < form->entity_count; i++)
			if (form->entities[i].reg == r && form->entities[i].creates)
				return true;
	}
	return false;
}

bool *words_own_duties(const struct app *app)
{
	const struct pack *pack = app->pack;
	bool *own = calloc(pack->duty_count + 1, sizeof *own);

	for (uint32_t i = 0; own && i < pack->duty_count; i++)
		own[i] = may_make(app, pack->duties[i].counts_register);
	return own;
}

/* Title of the one row of a register for which this holds. */
static bool title_of_one(struct app *app, const char *reg, const char *where, struct buf *out)
{
	struct listing_query q = { .reg = reg, .where = where };
	struct listing *l = NULL;
	struct row row;
	bool found = false;

	if (!app->pack || pack_find_register(app->pack, reg) == PACK_NONE)
		return false;
	if (!listing_open(app->profile, &q, &l) && listing_count(l) == 1 && !listing_row(l, 0, &row)) {
		found = !row_title(app->profile, &row, out);
		row_clear(&row);
	}
	listing_close(l);
	return found;
}

static bool village_name(struct app *app, const char *code, struct buf *out)
{
	char where[100];

	snprintf(where, sizeof where, "${code} = '%s'", code);
	return !strpbrk(code, "'\\") && title_of_one(app, "villages", where, out);
}

bool words_grid(struct app *app, const char *person, struct buf *out)
{
	char where[256];

	snprintf(where, sizeof where, "${worker_a} = '%s' or ${worker_b} = '%s'", person, person);
	return *person && !strpbrk(person, "'\\") && title_of_one(app, "grids", where, out);
}

void words_scope(struct app *app, const struct event_scope *scope, struct buf *out)
{
	char code[68];

	event_scope_text(scope, code);
	if (scope->kind == 0)
		buf_puts(out, _("全镇"));
	else if (scope->kind == 2)
		buf_puts(out, _("本人"));
	else if (!village_name(app, code, out))
		buf_puts(out, code);
}
