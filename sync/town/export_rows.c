#include "config.h"
#include "sync/town/export.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/jdoc.h"
#include "sync/ledger/log/looked.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "sync/town/lines.h"
#include "sync/town/position.h"

#include <stdlib.h>
#include <string.h>

/* Who has seen these rows unmasked is on record before the file is there. */
enum err export_look(struct profile *p, struct listing *l)
{
	uint32_t count = listing_count(l);
	struct looked *rows = calloc(count + 1, sizeof *rows);
	enum err e = rows ? ERR_OK : err_set(ERR_NOMEM, _("导出内存不够"));

	for (uint32_t i = 0; !e && i < count; i++) {
		struct row r;

		e = listing_row(l, i, &r);
		if (!e) {
			rows[i] = (struct looked){ r.id, r.scope };
			row_clear(&r);
		}
	}
	if (!e)
		e = looked_record(p, rows, count, 3);
	free(rows);
	return e;
}

typedef enum err (*each_row)(void *user, const struct pack *pk, const struct pack_register *reg, const struct row *r);

static enum err walk_rows(struct profile *p, each_row each, void *user)
{
	const struct pack *pk;
	enum err e = profile_pack_current(p, &pk);

	for (uint32_t i = 0; !e && i < pk->register_count; i++) {
		struct listing_query q = { .reg = pk->registers[i].id, .sort = "", .retracted = true };
		struct listing *l = NULL;

		e = listing_open(p, &q, &l);
		for (uint32_t k = 0; !e && k < listing_count(l); k++) {
			struct row r;

			e = listing_row(l, k, &r);
			if (!e) {
				e = each(user, pk, &pk->registers[i], &r);
				row_clear(&r);
			}
		}
		listing_close(l);
	}
	return e;
}

struct row_export { struct profile *profile; struct lines lines; bool full; uint32_t count; };

static enum err put_fields(const struct row_export *x, const struct pack *pk, const struct pack_register *reg, const struct row *r, struct jdoc *out)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < reg->field_count; i++) {
		struct row_shown s = { 0 };

		if (reg->fields[i].class >= 2 && !x->full)
			continue;
		e = row_show(r, reg, pk, i, x->full, &s);
		if (!e && s.text.len)
			jdoc_put_text(out, reg->fields[i].id, buf_str(&s.text));
		row_shown_clear(&s);
	}
	return e;
}

/* `key`: as the device's clock had it, by which everything is counted; then the best that is known of it, and by whose word. */
static void put_when(const struct row_export *x, const struct pack *pk, const struct row_event *event, const char *key, struct jdoc *out)
{
	enum truetime_word word;
	char time[32];

	jdoc_put_text(out, key, clock_format_time(event->wall, pk->utc_offset, time));
	jdoc_put_text(out, "time", clock_format_time(row_event_time(x->profile, event, &word), pk->utc_offset, time));
	jdoc_put_bool(out, "time_sure", word > TRUETIME_STICK);
	jdoc_put_text(out, "time_by", truetime_word_name(word));
}

/* Steps that count, in the order of the fold: when each was taken, by whom. */
static enum err put_steps(const struct row_export *x, const struct pack *pk, const struct row *r, struct jdoc *out)
{
	struct jdoc *steps;
	struct buf person = { 0 }, label = { 0 };
	enum err e = ERR_OK;

	if (!r->step_count)
		return ERR_OK;
	steps = jdoc_array();
	for (uint32_t i = 0; !e && i < r->step_count; i++) {
		const struct row_event *event = &r->events[r->steps[i].event];
		struct jdoc *step = jdoc_object();

		buf_reset(&person);
		buf_reset(&label);
		jdoc_put_text(step, "step", r->steps[i].step);
		put_when(x, pk, event, "at", step);
		if (!(e = row_author(x->profile, event, &person, &label)))
			jdoc_put_text(step, "by", buf_str(&label));
		jdoc_push(steps, step);
	}
	jdoc_put(out, "steps", steps);
	buf_clear(&person);
	buf_clear(&label);
	return e;
}

static enum err put_author(const struct row_export *x, const struct row *r, struct jdoc *out)
{
	struct buf person = { 0 }, label = { 0 };
	enum err e = row_author(x->profile, &r->events[0], &person, &label);

	if (!e)
		jdoc_put_text(out, "by", buf_str(&label));
	buf_clear(&person);
	buf_clear(&label);
	return e;
}

static enum err line_of(void *user, const struct pack *pk, const struct pack_register *reg, const struct row *r)
{
	struct row_export *x = user;
	struct jdoc *j = jdoc_object(), *fields = jdoc_object();
	struct buf text = { 0 };
	char id[ROW_ID_TEXT], scope[68];
	enum err e;

	event_scope_text(&r->scope, scope);
	jdoc_put_text(j, "register", reg->id);
	jdoc_put_text(j, "row", row_id_text(&r->id, id));
	jdoc_put_text(j, "scope", scope);
	jdoc_put_text(j, "form", r->form);
	put_when(x, pk, &r->events[0], "created", j);
	if (!(e = row_number(x->profile, r, &text)))
		jdoc_put_text(j, "number", buf_str(&text));
	jdoc_put_bool(j, "conflict", r->flags & ROW_CONFLICT);
	jdoc_put_bool(j, "retracted", r->flags & ROW_RETRACTED);
	if (!e)
		e = put_fields(x, pk, reg, r, fields);
	jdoc_put(j, "fields", fields);
	if (!e && !(e = put_author(x, r, j)) && !(e = put_steps(x, pk, r, j)))
		e = jdoc_text(j, 0, &x->lines.text);
	buf_putc(&x->lines.text, '\n');
	lines_flush(&x->lines, 65536);
	x->count++;
	jdoc_free(j);
	buf_clear(&text);
	return e ? e : x->lines.err;
}

static bool personal(const struct pack_register *reg)
{
	for (uint32_t i = 0; i < reg->field_count; i++)
		if (reg->fields[i].class >= 2)
			return true;
	return false;
}

static enum err look_at_all(struct profile *p)
{
	const struct pack *pk;
	enum err e = profile_pack_current(p, &pk);

	for (uint32_t i = 0; !e && i < pk->register_count; i++) {
		struct listing_query q = { .reg = pk->registers[i].id, .sort = "", .retracted = true };
		struct listing *l = NULL;

		if (!personal(&pk->registers[i]))
			continue;
		e = listing_open(p, &q, &l);
		if (!e)
			e = export_look(p, l);
		listing_close(l);
	}
	return e;
}

enum err export_jsonl(struct profile *p, const char *path, bool full, uint32_t *rows)
{
	struct row_export x = { .profile = p, .full = full };
	enum err e = full ? look_at_all(p) : ERR_OK;

	if (e)
		return e;
	if (!(e = lines_open(&x.lines, path)))
		e = walk_rows(p, line_of, &x);
	e = lines_close(&x.lines, e);
	if (rows)
		*rows = x.count;
	return e;
}

/* --- the map --- */

/* Which reference systems the positions are in, and how many of each: RFC 7946 has WGS 84 only, and ours stand as recorded. */
struct map_export { struct row_export rows; struct { char name[16]; uint32_t count; } systems[8]; uint32_t system_count; };

static void count_system(struct map_export *map, const char *crs)
{
	uint32_t i = 0;

	while (i < map->system_count && strcmp(map->systems[i].name, crs))
		i++;
	if (i == map->system_count && i < sizeof map->systems / sizeof *map->systems)
		strcpy(map->systems[map->system_count++].name, crs);
	if (i < map->system_count)
		map->systems[i].count++;
}

static enum err feature_of(void *user, const struct pack *pk, const struct pack_register *reg, const struct row *r)
{
	struct map_export *map = user;
	struct row_export *x = &map->rows;
	struct buf title = { 0 }, one = { 0 };
	char id[ROW_ID_TEXT];
	struct position at = { 0 };
	bool found = false;
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && !found && i < reg->field_count; i++) {
		struct row_shown s = { 0 };

		if (reg->fields[i].type != PACK_POSITION || (reg->fields[i].class >= 2 && !x->full))
			continue;
		e = row_show(r, reg, pk, i, true, &s);
		found = !e && position_read(buf_str(&s.text), &at);
		row_shown_clear(&s);
	}
	if (!e && found && !(e = row_title(x->profile, r, &title))) {
		struct jdoc *properties = jdoc_object();

		jdoc_put_text(properties, "register", reg->id);
		jdoc_put_text(properties, "row", row_id_text(&r->id, id));
		jdoc_put_text(properties, "title", buf_str(&title));
		jdoc_put_text(properties, "crs", at.crs);
		e = put_fields(x, pk, reg, r, properties);
		if (!e)
			e = jdoc_text(properties, 0, &one);
		buf_printf(&x->lines.text, "%s{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[%.7f,%.7f]},\"properties\":%s}",
		           x->count++ ? ",\n" : "", at.lon, at.lat, buf_str(&one));
		jdoc_free(properties);
		count_system(map, at.crs);
		lines_flush(&x->lines, 65536);
	}
	buf_clear(&title);
	buf_clear(&one);
	return e ? e : x->lines.err;
}

static void put_systems(const struct map_export *map, struct buf *out)
{
	bool plain = true;

	buf_puts(out, "\n],\"coordinate_systems\":{");
	for (uint32_t i = 0; i < map->system_count; i++) {
		buf_printf(out, "%s\"%s\":%u", i ? "," : "", map->systems[i].name, map->systems[i].count);
		plain = plain && (!strcmp(map->systems[i].name, "WGS84") || !strcmp(map->systems[i].name, "CGCS2000"));
	}
	buf_puts(out, plain ? "},\"note\":\"All positions are WGS 84, as RFC 7946 wants (CGCS2000 differs by centimetres).\"}\n"
	                    : "},\"note\":\"Positions stand as recorded: see the property crs of each feature. GCJ02 and BD09 lie 50 to 500 m off WGS 84; "
	                      "nothing was converted, so do not draw them over a WGS 84 map.\"}\n");
}

enum err export_map(struct profile *p, const char *path, uint32_t *features)
{
	struct map_export map = { .rows = { .profile = p } };
	struct row_export *x = &map.rows;
	enum err e;

	if ((e = lines_open(&x->lines, path)))
		return lines_close(&x->lines, e);
	buf_puts(&x->lines.text, "{\"type\":\"FeatureCollection\",\"features\":[\n");
	e = walk_rows(p, feature_of, &map);
	put_systems(&map, &x->lines.text);
	e = lines_close(&x->lines, e);
	if (features)
		*features = x->count;
	return e;
}
