#include "config.h"
#include "tui/screens/form/form_view.h"

#include "forms/base/clock.h"
#include "tui/screens/form/roll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool form_is_chosen(struct fill *f, fill_node n)
{
	const struct form_question *q = fill_question(f, n);

	return q->type == FORM_ACKNOWLEDGE || (form_is_select(q->type) && !fill_lacks_choices(f, n));
}

bool form_is_typed(struct fill *f, fill_node n)
{
	const struct form_question *q = fill_question(f, n);

	return form_is_asked(q->type) && !form_is_chosen(f, n) && q->type != FORM_ROW && q->type != FORM_ROWS && q->type != FORM_NOTE;
}

bool form_selectable(const struct entry *e)
{
	return e->type != ENTRY_NOTE && e->type != ENTRY_GROUP;
}

static bool is_instance(const struct fill *f, fill_node n)
{
	fill_node parent = fill_parent(f, n);

	return parent != FILL_NO_NODE && fill_question(f, n)->type == FORM_REPEAT && fill_question(f, parent) == fill_question(f, n);
}

/* The innermost instance that holds n; FILL_NO_NODE at the top. */
static fill_node instance_of(const struct fill *f, fill_node n)
{
	for (n = fill_parent(f, n); n != FILL_NO_NODE; n = fill_parent(f, n))
		if (is_instance(f, n))
			return n;
	return FILL_NO_NODE;
}

static bool inside(const struct fill *f, fill_node n, fill_node scope)
{
	if (scope == FILL_NO_NODE)
		return true;
	for (n = fill_parent(f, n); n != FILL_NO_NODE; n = fill_parent(f, n))
		if (n == scope)
			return true;
	return false;
}

static bool in_roll(const struct fill *f, fill_node n)
{
	fill_node parent = fill_parent(f, n);

	return parent != FILL_NO_NODE && roll_is(fill_question(f, parent));
}

static enum err add(struct form_view *v, enum entry_type type, fill_node node, int depth)
{
	if (v->count == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 64;
		struct entry *grown = realloc(v->entries, cap * sizeof *grown);

		if (!grown)
			return err_set(ERR_NOMEM, "%s", v->f->form->id);
		v->entries = grown;
		v->cap = cap;
	}
	v->entries[v->count++] = (struct entry){ type, node, depth };
	return ERR_OK;
}

static enum entry_type type_of(const struct form_question *q)
{
	switch (q->type) {
	case FORM_GROUP:  return roll_is(q) ? ENTRY_ROLL : ENTRY_GROUP;
	case FORM_REPEAT: return ENTRY_REPEAT;
	case FORM_NOTE:   return ENTRY_NOTE;
	default:          return ENTRY_QUESTION;
	}
}

enum err form_gather(struct form_view *v)
{
	const struct fill *f = v->f->fill;
	struct entry was = v->count ? v->entries[v->at] : (struct entry){ ENTRY_DONE, FILL_NO_NODE, 0 };
	fill_node shown_instance = v->scope;
	enum err e = ERR_OK;

	v->count = 0;
	for (fill_node n = fill_first(f); n != FILL_NO_NODE && !e; n = fill_next(f, n)) {
		fill_node instance = instance_of(f, n);

		if (!inside(f, n, v->scope) || is_instance(f, n) || in_roll(f, n))
			continue;
		if (instance != shown_instance && instance != FILL_NO_NODE && instance != v->scope)
			e = add(v, ENTRY_INSTANCE, instance, 0);
		shown_instance = instance;
		if (!e)
			e = add(v, type_of(fill_question(f, n)), n, instance != v->scope && instance != FILL_NO_NODE);
	}
	if (!e)
		e = add(v, ENTRY_DONE, FILL_NO_NODE, 0);
	for (size_t i = 0; i < v->count; i++)
		if (v->entries[i].node == was.node && v->entries[i].type == was.type)
			v->at = i;
	if (v->at >= v->count)
		v->at = v->count ? v->count - 1 : 0;
	return e;
}

/* All digits of `s` into `out` (at most `max`); false when anything else stands there. */
static bool digits(const char *s, char *out, size_t max)
{
	size_t n = strlen(s);

	if (!n || n > max || strspn(s, "0123456789") != n)
		return false;
	memcpy(out, s, n + 1);
	return true;
}

static void complete_date(const struct app *app, const char *typed, struct buf *out)
{
	struct clock_date now = clock_date(app_day(app));
	char d[16];
	int year, month = now.month, day;

	year = now.year;
	if (digits(typed, d, 8) && strlen(d) != 5 && strlen(d) != 6 && strlen(d) != 7) {
		int number = atoi(d);

		day = number % 100;
		if (strlen(d) > 2)
			month = number / 100 % 100;
		if (strlen(d) == 8)
			year = number / 10000;
	} else if (sscanf(typed, "%d-%d-%d", &year, &month, &day) != 3) {
		year = now.year;
		if (sscanf(typed, "%d-%d", &month, &day) != 2) {
			buf_puts(out, typed);
			return;
		}
	}
	buf_printf(out, "%04d-%02d-%02d", year, month, day);
}

static void complete_time(const char *typed, struct buf *out)
{
	char d[16];
	int hour, minute;

	if (digits(typed, d, 4)) {
		int number = atoi(d);

		buf_printf(out, "%02d:%02d", strlen(d) <= 2 ? number : number / 100, strlen(d) <= 2 ? 0 : number % 100);
	} else if (sscanf(typed, "%d:%d", &hour, &minute) == 2 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && strlen(typed) < 6) {
		buf_printf(out, "%02d:%02d", hour, minute);
	} else {
		buf_puts(out, typed);
	}
}

/* "2026-07-12 08:31", "712 831" or "831" (today), local time, to what forms store. */
static void complete_datetime(const struct app *app, const char *typed, struct buf *out)
{
	const char *gap = strchr(typed, ' ');
	struct buf whole = { 0 }, date = { 0 };
	int64_t ms;
	char stored[32];

	if (gap)
		buf_put(&date, typed, (size_t)(gap - typed));
	if (gap || strlen(typed) <= 5) {
		char today[16];

		if (gap)
			complete_date(app, buf_str(&date), &whole);
		else
			buf_puts(&whole, clock_format_date(app_day(app), today));
		buf_putc(&whole, 'T');
		complete_time(gap ? gap + 1 : typed, &whole);
	} else {
		buf_puts(&whole, typed);
	}
	if (clock_parse_time(buf_str(&whole), app->pack->utc_offset, &ms))
		buf_puts(out, clock_format_time(ms, app->pack->utc_offset, stored));
	else
		buf_puts(out, typed);
	buf_clear(&whole);
	buf_clear(&date);
}

void form_complete(const struct app *app, enum form_type type, const char *typed, struct buf *out)
{
	if (!*typed)
		return;
	if (type == FORM_DATETIME)
		complete_datetime(app, typed, out);
	else if (type == FORM_DATE)
		complete_date(app, typed, out);
	else if (type == FORM_TIME)
		complete_time(typed, out);
	else
		buf_puts(out, typed);
}
