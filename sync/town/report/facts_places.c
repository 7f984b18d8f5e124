/* Places in use, where they lie, and the visits they got. */
#include "config.h"
#include "sync/town/report/facts.h"

#include "sync/town/position.h"

#include <stdlib.h>
#include <string.h>

struct counting { struct facts *f; struct facts_fields fields; };

static enum err no_memory(void)
{
	return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

enum err facts_point(struct facts *f, const char *text, const char *level)
{
	struct position at;
	struct facts_point *p;

	if (!position_read(text, &at))
		return ERR_OK;
	if (f->point_count == f->point_cap) {
		uint32_t cap = f->point_cap ? f->point_cap * 2 : 1024;

		if (!(p = realloc(f->points, cap * sizeof *p)))
			return no_memory();
		f->points = p;
		f->point_cap = cap;
	}
	p = &f->points[f->point_count++];
	*p = (struct facts_point){ .lat = (int32_t)(at.lat * 1e7), .lon = (int32_t)(at.lon * 1e7), .hazard = level != NULL };
	if (level)
		strncpy(p->level, level, sizeof p->level - 1);
	return ERR_OK;
}

/* fields: kind, status, pos */
static enum err count_place(void *user, const struct row *r)
{
	struct counting *c = user;
	struct facts *f = c->f;
	struct facts_line *village = facts_village(f, r), *kind;
	const char *status;
	enum err e = facts_read(&c->fields, r);

	if (e || facts_made(f, r) > f->last)
		return e;
	status = buf_str(&c->fields.text[1]);
	if (!strcmp(status, "idle") || !strcmp(status, "gone"))
		return ERR_OK;
	kind = facts_line(&f->kinds, buf_str(&c->fields.text[0]), facts_label(f, r, "kind", buf_str(&c->fields.text[0])));
	if (!village || !kind)
		return no_memory();
	village->places++;
	kind->places++;
	f->all.places++;
	return facts_point(f, buf_str(&c->fields.text[2]), NULL);
}

/* fields: kind */
static enum err count_inspection(void *user, const struct row *r)
{
	struct counting *c = user;
	struct facts *f = c->f;
	struct facts_bucket *b = facts_bucket(f, facts_made(f, r));
	struct facts_line *village, *kind;
	enum err e;

	if (!b)
		return ERR_OK;
	if ((e = facts_read(&c->fields, r)))
		return e;
	village = facts_village(f, r);
	kind = facts_line(&f->kinds, buf_str(&c->fields.text[0]), facts_label(f, r, "kind", buf_str(&c->fields.text[0])));
	if (!village || !kind)
		return no_memory();
	b->inspections++;
	village->inspections++;
	kind->inspections++;
	f->all.inspections++;
	return ERR_OK;
}

static enum err each(struct facts *f, const char *reg, const char *const *names, enum err (*count)(void *user, const struct row *r))
{
	struct counting c = { .f = f };
	enum err e = facts_fields(f, reg, names, &c.fields);

	if (!e)
		e = row_each(f->profile, reg, count, &c);
	facts_fields_clear(&c.fields);
	return e;
}

enum err facts_places(struct facts *f)
{
	static const char *const place[8] = { "kind", "status", "pos" }, *const visit[8] = { "kind" };
	enum err e = each(f, "places", place, count_place);

	return e ? e : each(f, "inspections", visit, count_inspection);
}
