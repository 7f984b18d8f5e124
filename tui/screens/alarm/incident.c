#include "config.h"
#include "tui/screens/alarm/incident.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/ledger/log/looked.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/pager.h"
#include "tui/screens/alarm/clocks.h"
#include "tui/screens/form/moments.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_MS = 3600000 };

static int hours_allowed(const struct app *app)
{
	const char *value = pack_param(app->pack, "event_hours_platform");
	int n = value ? atoi(value) : 0;

	return n > 0 ? n : INCIDENT_HOURS;
}

static bool has_registers(const struct app *app)
{
	return app->pack && pack_find_register(app->pack, "incidents") != PACK_NONE && pack_find_register(app->pack, "incident_reports") != PACK_NONE;
}

static uint32_t reports(struct app *app, const struct row_id *id, const char *where)
{
	struct listing_query q = { .reg = "incident_reports", .where = where, .parent = id, .parent_field = "incident" };
	struct listing *l = NULL;
	uint32_t n = listing_open(app->profile, &q, &l) ? 0 : listing_count(l);

	listing_close(l);
	return n;
}

void incident_gather(struct app *app, struct incident_open *out, size_t *count)
{
	struct listing_query q = { .reg = "incidents", .where = "${ended_at} = ''" };
	struct listing *l = NULL;

	*count = 0;
	if (!has_registers(app) || listing_open(app->profile, &q, &l))
		return;
	for (uint32_t i = 0; i < listing_count(l) && *count < INCIDENT_OPEN_MAX; i++) {
		struct row row = { .id = { .index = 0 } };

		if (listing_row(l, i, &row))
			continue;
		out[*count].id = row.id;
		out[*count].reported = clocks_time(app, &row, "reported");
		out[(*count)++].first_sent = reports(app, &row.id, "${type} = 'first'") > 0;
		row_clear(&row);
	}
	listing_close(l);
}

void incident_cells(struct app *app, const struct incident_open *i, struct kit_cell cells[KIT_CELLS])
{
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 };

	if (i->first_sent) {
		bool long_ago = app_ms(app) - i->reported > (int64_t)hours_allowed(app) * HOUR_MS;

		snprintf(cells[0].text, KIT_CELL, long_ago ? _("超%d小时") : _("处置中"), hours_allowed(app));
		cells[0].role = long_ago ? KIT_DANGER : KIT_SOON;
	} else {
		cells[0].role = clocks_words(app, i->reported, clocks_minutes(app, "report_first_min", INCIDENT_FIRST), cells[0].text, KIT_CELL);
	}
	snprintf(cells[1].text, KIT_CELL, "%s", i->first_sent ? _("突发事件") : _("首报"));
	cells[1].role = KIT_DANGER;
	if (!row_read(app->profile, &i->id, &row)) {
		row_title(app->profile, &row, &b);
		snprintf(cells[2].text, KIT_CELL, "%s", buf_str(&b));
		row_clear(&row);
	}
	buf_reset(&b);
	app_since(app, i->reported, &b);
	snprintf(cells[3].text, KIT_CELL, "%s", buf_str(&b));
	buf_clear(&b);
}

bool incident_counting(const struct app *app, const struct incident_open *i, size_t count)
{
	for (size_t k = 0; k < count; k++)
		if (!i[k].first_sent && clocks_run(app, i[k].reported))
			return true;
	return false;
}

/* One field as a piece of the text: "死亡0" or the words alone. */
static void piece(struct app *app, const struct row *row, const struct pack_register *reg, const char *field, bool named, struct buf *out)
{
	uint32_t f = pack_find_field(reg, field);
	struct buf value = { 0 };

	if (f != PACK_NONE)
		words_value(app, row, reg, f, false, &value);
	if (value.len)
		buf_printf(out, "%s%s%s", out->len ? _(", ") : "", named ? pack_name(&reg->fields[f].label, i18n_language()) : "", buf_str(&value));
	buf_clear(&value);
}

enum err incident_text(struct app *app, const struct row_id *id, struct buf *out)
{
	static const struct { const char *field; bool named; } pieces[] = {
		{ "occurred", false }, { "where", false }, { "event", false }, { "brief", false }, { "dead", true }, { "missing", true }, { "injured", true },
		{ "trapped", true }, { "affected", true }, { "moved", true }, { "loss", true }, { "measures", true }, { "support", true }, { "trend", true },
		{ "weather", true }, { "command_post", true },
	};
	struct row row = { .id = { .index = 0 } };
	uint32_t reg;
	enum err e = row_read(app->profile, id, &row);

	if (e)
		return e;
	reg = pack_find_register(app->pack, row.reg);
	for (size_t i = 0; reg != PACK_NONE && i < sizeof pieces / sizeof *pieces; i++)
		piece(app, &row, &app->pack->registers[reg], pieces[i].field, pieces[i].named, out);
	buf_printf(out, _("。报告人 %s"), app->person);
	row_clear(&row);
	return ERR_OK;
}

bool incident_may_tell_moved(const struct app *app)
{
	return has_registers(app) && words_may_fill(app, "incident_new");
}

/* Kept between the question of which incident and its answer. */
static struct { struct app *app; struct incident_open open[INCIDENT_OPEN_MAX]; uint32_t people; } telling;

static enum kit_next tell_moved(struct kit_view *v, const struct row_id *incident)
{
	char text[16];

	snprintf(text, sizeof text, "%u", telling.people);
	return screen_begin_with(v, telling.app, incident ? "incident_update" : "incident_new", incident,
	                         &(struct begin_answer){ BEGIN_NOW, "moved", text }, 1);
}

static enum kit_next incident_chosen(struct kit_view *below, struct kit_view *self)
{
	int i = kit_choice_answer(self);

	return i < 0 ? KIT_STAY : tell_moved(below, &telling.open[i].id);
}

static enum kit_next ask_incident(struct kit_view *v, size_t count)
{
	struct kit_option options[INCIDENT_OPEN_MAX];
	struct buf titles[INCIDENT_OPEN_MAX] = { { 0 } };
	enum kit_next next;

	for (size_t i = 0; i < count; i++) {
		words_title(telling.app, &telling.open[i].id, &titles[i]);
		options[i] = (struct kit_option){ buf_str(&titles[i]), NULL, false };
	}
	next = kit_open(v, kit_choice_new(_("报到哪一件"), NULL, options, count, false, incident_chosen));
	for (size_t i = 0; i < count; i++)
		buf_clear(&titles[i]);
	return next;
}

enum kit_next incident_moved(struct kit_view *v, struct app *app, uint32_t people)
{
	size_t n;

	telling.app = app;
	telling.people = people;
	incident_gather(app, telling.open, &n);
	return n > 1 ? ask_incident(v, n) : tell_moved(v, n ? &telling.open[0].id : NULL);
}

/* --- one incident --- */
struct incident_view {
	struct kit_view base;
	struct app *app;
	struct row_id id;
	struct row row;
	int64_t reported, started, ended;
	uint32_t sent, first;
	bool looked;
	struct buf text, command, line;             /* who leads; how far the time line has come */
	uint64_t version;                           /* of the store that was read */
};

/* Who leads must be called by name, so the names stand here in full; that they were seen is recorded, once. */
static void read_command(struct incident_view *v)
{
	static const char *const fields[] = { "response", "director", "commander", "command_post" };
	const struct pack_register *reg = &v->app->pack->registers[pack_find_register(v->app->pack, "incidents")];
	struct looked seen = { .row = v->row.id, .scope = v->row.scope };
	bool personal = false;

	buf_reset(&v->command);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		uint32_t f = pack_find_field(reg, fields[i]);
		struct buf value = { 0 };

		if (f != PACK_NONE)
			words_value(v->app, &v->row, reg, f, true, &value);
		if (value.len) {
			buf_printf(&v->command, "%s%s %s", v->command.len ? "  " : "", pack_name(&reg->fields[f].label, i18n_language()), buf_str(&value));
			personal |= reg->fields[f].class >= 2;
		}
		buf_clear(&value);
	}
	if (personal && !v->looked && looked_record(v->app->profile, &seen, 1, 2))
		kit_say_error(ERR_DENIED);
	v->looked |= personal;
}

/* How many moments, and the last of them. */
static void read_line(struct incident_view *v)
{
	struct listing_query q = { .reg = "timeline", .parent = &v->id, .parent_field = "incident", .sort = "-at" };
	struct listing *l = NULL;
	struct row row = { .id = { .index = 0 } };
	char at[32] = "";

	buf_reset(&v->line);
	if (pack_find_register(v->app->pack, "timeline") == PACK_NONE || listing_open(v->app->profile, &q, &l))
		return;
	if (listing_count(l) && !listing_row(l, 0, &row)) {
		clock_format_time(clocks_time(v->app, &row, "at"), v->app->pack->utc_offset, at);
		buf_printf(&v->line, _("时间线 %u 条, 最近 %.5s "), (unsigned)listing_count(l), at + 11);
		row_title(v->app->profile, &row, &v->line);
	}
	row_clear(&row);
	listing_close(l);
}

static enum err load(struct kit_view *base)
{
	struct incident_view *v = (struct incident_view *)base;
	enum err e;

	v->version = profile_version(v->app->profile);
	row_clear(&v->row);
	memset(&v->row, 0, sizeof v->row);
	e = row_read(v->app->profile, &v->id, &v->row);
	if (e)
		return e;
	v->reported = clocks_time(v->app, &v->row, "reported");
	v->started = clocks_time(v->app, &v->row, "started_at");
	v->ended = clocks_time(v->app, &v->row, "ended_at");
	v->sent = reports(v->app, &v->id, NULL);
	v->first = reports(v->app, &v->id, "${type} = 'first'");
	read_command(v);
	read_line(v);
	buf_reset(&v->text);
	return incident_text(v->app, &v->id, &v->text);
}

/* Something came meanwhile. */
static bool stale(struct kit_view *base)
{
	const struct incident_view *v = (const struct incident_view *)base;

	return v->version != profile_version(v->app->profile);
}

/* ms that it has taken, or took. */
static int64_t taken(const struct incident_view *v)
{
	return (v->ended ? v->ended : app_ms(v->app)) - (v->started ? v->started : v->reported);
}

static void title(struct kit_view *base, struct buf *left, struct buf *right)
{
	struct incident_view *v = (struct incident_view *)base;
	int64_t passed = taken(v) / 1000;

	row_title(v->app->profile, &v->row, left);
	if (passed >= 0)
		buf_printf(right, _("用时 %d:%02d"), (int)(passed / 3600), (int)(passed / 60 % 60));
}

static int clock_line(struct incident_view *v, WINDOW *win, int y, const char *what, const char *param, int otherwise)
{
	char words[64];
	int within = clocks_minutes(v->app, param, otherwise);
	enum kit_role role = clocks_words(v->app, v->reported, within, words, sizeof words);
	int cols = getmaxx(win);

	kit_printf(win, y, 1, cols - 14, KIT_PLAIN, _("%s  %d 分钟内"), what, within);
	kit_text_right(win, y, cols - 13, 12, v->first ? KIT_GOOD : role, v->first ? _("已报") : words);
	return y + 1;
}

/* A text message holds 70 characters when any is Han, 67 when it is one of several. */
static unsigned messages(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n <= 70 ? 1 : (n + 66) / 67;
}

static void draw(struct kit_view *base, WINDOW *win)
{
	struct incident_view *v = (struct incident_view *)base;
	int h = getmaxy(win), cols = getmaxx(win), y = 0;

	base->cursor_y = base->cursor_x = 0;
	if (!v->ended) {
		y = clock_line(v, win, y, _("口头报告"), "report_voice_min", INCIDENT_VOICE);
		y = clock_line(v, win, y, _("短信报告"), "report_text_min", INCIDENT_TEXT);
		y = clock_line(v, win, y, _("书面首报"), "report_first_min", INCIDENT_FIRST);
	}
	if (taken(v) > (int64_t)hours_allowed(v->app) * HOUR_MS)
		y += kit_printf(win, y, 1, cols - 2, KIT_DANGER, v->ended ? _("处置超过了 %d 小时") : _("处置已超过 %d 小时"), hours_allowed(v->app)) > 0;
	y += kit_printf(win, y, 1, cols - 2, KIT_PLAIN, _("已报 %u 次"), v->sent) > 0;
	if (v->command.len && h > 8)
		y += kit_paragraph(win, y, 1, 2, cols - 2, KIT_STRONG, buf_str(&v->command));
	if (v->line.len && h > 8)
		y += kit_text(win, y, 1, cols - 2, KIT_PLAIN, buf_str(&v->line)) > 0;
	if (h > 8)
		kit_rule(win, y++);
	y += kit_printf(win, y, 1, cols - 2, KIT_DIM, _("可念、可发短信的报告 (短信 %u 条):"), messages(buf_str(&v->text))) > 0;
	kit_paragraph(win, y, 1, h - y, cols - 2, KIT_STRONG, buf_str(&v->text));
}

static enum kit_next act(struct kit_view *base, enum kit_action a)
{
	struct incident_view *v = (struct incident_view *)base;

	switch (a) {
	case ACT_NEW:     return screen_make(base, v->app, "incident_reports", &v->id);
	case ACT_ADD:     return kit_open(base, screen_moments_new(v->app, moments_form(v->app, "incidents"), &v->id));
	case ACT_STEP:    return screen_begin(base, v->app, "incident_update", &v->id);
	case ACT_DETAILS: return kit_open(base, screen_row_new(v->app, &v->id));
	case ACT_OPEN:    return kit_open(base, kit_pager_new(_("信息报告"), buf_str(&v->text)));
	default:          return KIT_PASS;
	}
}

static bool offers(struct kit_view *base, enum kit_action a)
{
	struct incident_view *v = (struct incident_view *)base;

	return a == ACT_ADD ? moments_form(v->app, "incidents") != NULL : true;
}

static const char *label(struct kit_view *base, enum kit_action a)
{
	(void)base;
	switch (a) {
	case ACT_STEP:    return _("记进展");
	case ACT_NEW:     return _("记一次报告");
	case ACT_ADD:     return _("记时间线");
	case ACT_DETAILS: return _("详情和结束");
	case ACT_OPEN:    return _("看全文");
	default:          return NULL;
	}
}

static bool counting(struct kit_view *base)
{
	struct incident_view *v = (struct incident_view *)base;

	return !v->ended && !v->first && clocks_run(v->app, v->reported);
}

static void close_incident(struct kit_view *base)
{
	struct incident_view *v = (struct incident_view *)base;

	row_clear(&v->row);
	buf_clear(&v->text);
	buf_clear(&v->command);
	buf_clear(&v->line);
	free(v);
}

static const struct kit_key keys[] = {
	{ 'n', ACT_NEW, true }, { 'm', ACT_ADD, true }, { 'e', ACT_STEP, true }, { 'd', ACT_DETAILS, true }, { KIT_ENTER, ACT_OPEN, true }, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "incident", .keys = keys, .load = load, .title = title, .draw = draw, .act = act, .close = close_incident,
	.label = label, .offers = offers, .counting = counting, .stale = stale,
};

struct kit_view *screen_incident_new(struct app *app, const struct row_id *id)
{
	struct incident_view *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->base.ops = &ops;
	v->app = app;
	v->id = *id;
	return &v->base;
}
