#include "config.h"
#include "tui/screens/rows/rows_view.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/screens/device/whereabouts.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 128, LONG_LIST = 40, MEASURED_AT_ONCE = 512, SLICE_MS = 40 };

/* What the dialog that is open offers: a filter's expression, or a sort. */
static struct { char value[256], label[96]; } offered[OPTIONS_MAX];
static size_t offered_count;

static void offer(const char *value, const char *label)
{
	if (offered_count == OPTIONS_MAX)
		return;
	snprintf(offered[offered_count].value, sizeof offered->value, "%s", value);
	snprintf(offered[offered_count++].label, sizeof offered->label, "%s", label);
}

static enum kit_next ask(struct rows *r, const char *title, const char *now, enum kit_next (*done)(struct kit_view *below, struct kit_view *self))
{
	struct kit_option options[OPTIONS_MAX];
	struct buf initials[OPTIONS_MAX];
	struct kit_view *choice;

	memset(initials, 0, sizeof initials);
	for (size_t i = 0; i < offered_count; i++) {
		find_initials(offered[i].label, &initials[i]);
		options[i] = (struct kit_option){ offered[i].label, buf_str(&initials[i]), !strcmp(offered[i].value, now) };
	}
	choice = kit_choice_new(title, NULL, options, offered_count, false, done);
	for (size_t i = 0; i < offered_count; i++)
		buf_clear(&initials[i]);
	return kit_open(&r->base, choice);
}

static enum kit_next reread(struct rows *r)
{
	enum err e = rows_reopen(r);

	if (e)
		kit_say_error(e);
	kit_list_select(&r->list, 0);
	return KIT_STAY;
}

/* --- filters --- */

static bool has(const struct rows *r, const char *field)
{
	return pack_find_field(r->reg, field) != PACK_NONE;
}

/* What people ask first: mine, late, soon. */
static void offer_usual(struct rows *r)
{
	char where[256];

	if (!strchr(r->app->person, '\'')) {
		snprintf(where, sizeof where, "created_by() = '%s'", r->app->person);
		offer(where, _("我记的"));
	}
	if (has(r, "due") && has(r, "stage")) {
		offer(ROWS_UNFINISHED " and ${due} != '' and date(${due}) < today()", _("逾期的"));
		offer(ROWS_UNFINISHED " and ${due} != '' and date(${due}) >= today() and date(${due}) <= date(today() + 7)", _("7 天内到期的"));
	}
	if (has(r, "hazards_open"))
		offer("${hazards_open} > 0", _("有没销号隐患的"));
	if (has(r, "last_visit"))
		offer("${last_visit} = ''", _("还没查过的"));
}

/* Every code of a coded field that lists show. */
static void offer_codes(const struct pack *pack, const struct pack_field *field)
{
	for (uint32_t c = 0; c < pack->codes[field->codes].count; c++) {
		const struct pack_code *code = &pack->codes[field->codes].at[c];
		char where[256], label[96];

		snprintf(where, sizeof where, field->type == PACK_CODES ? "selected(${%s}, '%s')" : "${%s} = '%s'", field->id, code->name);
		snprintf(label, sizeof label, "%s: %s", pack_name(&field->label, i18n_language()), pack_name(&code->label, i18n_language()));
		offer(where, label);
	}
}

/* Short lists before long ones: hundreds of items must not hide the states. */
static void offer_fields(struct rows *r)
{
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t f = 0; f < r->reg->field_count; f++) {
			const struct pack_field *field = &r->reg->fields[f];

			if (field->list && field->codes != PACK_NONE && !field->derive && (r->app->pack->codes[field->codes].count > LONG_LIST) == (pass == 1))
				offer_codes(r->app->pack, field);
		}
}

static enum kit_next filter_chosen(struct kit_view *below, struct kit_view *self)
{
	struct rows *r = (struct rows *)below;
	int i = kit_choice_answer(self);

	if (i < 0 || (size_t)i >= offered_count)
		return KIT_STAY;
	snprintf(r->filter, sizeof r->filter, "%s", offered[i].value);
	snprintf(r->filter_label, sizeof r->filter_label, "%s", *offered[i].value ? offered[i].label : "");
	return reread(r);
}

enum kit_next rows_choose_filter(struct rows *r)
{
	offered_count = 0;
	offer("", _("不筛选"));
	offer_usual(r);
	offer_fields(r);
	return ask(r, _("只看哪些"), r->filter, filter_chosen);
}

/* --- order --- */

#define NEAREST "nearest"

static enum kit_next order_chosen(struct kit_view *below, struct kit_view *self)
{
	struct rows *r = (struct rows *)below;
	int i = kit_choice_answer(self);

	if (i < 0 || (size_t)i >= offered_count)
		return KIT_STAY;
	r->nearest = !strcmp(offered[i].value, NEAREST);
	snprintf(r->sort, sizeof r->sort, "%s", r->nearest ? "" : offered[i].value);
	snprintf(r->sort_label, sizeof r->sort_label, "%s", *offered[i].value ? offered[i].label : "");
	if (r->nearest)
		whereabouts_ask(r->app);
	return reread(r);
}

enum kit_next rows_choose_order(struct rows *r)
{
	char sort[80], label[96];

	offered_count = 0;
	offer("", _("原来的次序"));
	if (r->position != PACK_NONE && *r->app->settings.position)
		offer(NEAREST, _("近的在前"));
	offer("-created_at()", _("新记的在前"));
	for (uint32_t f = 0; f < r->reg->field_count; f++) {
		const struct pack_field *field = &r->reg->fields[f];
		bool newest = field->type == PACK_DATETIME;

		if (!field->list || field->derive || field->type == PACK_ROW || field->type == PACK_ROWS)
			continue;
		snprintf(sort, sizeof sort, "%s%s", newest ? "-" : "", field->id);
		snprintf(label, sizeof label, _("按%s"), pack_name(&field->label, i18n_language()));
		offer(sort, label);
	}
	return ask(r, _("排序"), r->nearest ? NEAREST : r->sort, order_chosen);
}

/* --- how far --- */

static double metres_to(struct rows *r, const struct row *row)
{
	struct buf position = { 0 };
	double metres;

	words_stored(r->app, row, "pos", &position);
	metres = whereabouts_metres(r->app, buf_str(&position));
	buf_clear(&position);
	return metres;
}

void rows_distance(struct rows *r, const struct row *row, struct buf *out)
{
	if (r->position != PACK_NONE && whereabouts_now(r->app))
		whereabouts_words(metres_to(r, row), out);
}

/* Rows with no position come last, in the order they had. */
static int by_metres(const void *a, const void *b)
{
	const struct rows_near *x = a, *y = b;

	if (x->metres != y->metres)
		return x->metres < y->metres ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static void give_up(struct rows *r, const char *why)
{
	r->nearest = false;
	*r->sort_label = '\0';
	kit_say(KIT_SOON, "%s", why);
}

bool rows_measure(struct rows *r)
{
	uint32_t n = listing_count(r->listing);
	struct rows_near *near;

	if (!whereabouts_now(r->app)) {
		kit_say(KIT_PLAIN, _("正在取位置……"));
		if (whereabouts_runs(SLICE_MS))
			return true;
		if (!whereabouts_now(r->app))
			give_up(r, _("没有取到位置; 照原来的次序"));
		return r->nearest;
	}
	near = realloc(r->near, (n + 1) * sizeof *near);
	if (!near) {
		give_up(r, _("内存不够"));
		return false;
	}
	r->near = near;
	for (uint32_t i = 0; i < MEASURED_AT_ONCE && r->near_count < n; i++, r->near_count++) {
		struct row row = { .id = { .index = 0 } };
		double metres = -1;

		if (!listing_row(r->listing, r->near_count, &row)) {
			metres = metres_to(r, &row);
			row_clear(&row);
		}
		near[r->near_count] = (struct rows_near){ metres < 0 ? INFINITY : (float)metres, r->near_count };
	}
	if (r->near_count < n)
		return true;
	qsort(near, n, sizeof *near, by_metres);
	r->measured = true;
	kit_say(KIT_PLAIN, "%s", "");
	return false;
}
