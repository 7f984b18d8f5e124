/* Hazards found, closed, open and overdue. */
#include "config.h"
#include "sync/town/report/facts.h"

#include "forms/base/clock.h"

#include <stdlib.h>
#include <string.h>

enum { LEVEL, STAGE, VERIFY, KIND, ITEM, DUE, PLACE, DRILL };      /* the fields read of every hazard */

enum { NEVER = INT32_MIN };

struct counting {
	struct facts *f;
	struct facts_fields fields;
	uint32_t reg, desc, spot, pos, place_pos;
	struct facts_hazards add;                         /* what this hazard counts as */
	int32_t made, due, closed, fixed;
};

static enum err no_memory(void)
{
	return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

/* The day a step last wrote `value` into the stage; NEVER. */
static int32_t reached(const struct counting *c, const struct row *r, const char *value)
{
	const struct pack *pk = c->f->pack;
	uint32_t stage = c->fields.index[STAGE];
	int32_t day = NEVER;

	for (uint32_t i = 0; i < r->step_count; i++) {
		uint32_t at = pack_find_step(pk, c->reg, r->steps[i].step);
		const struct pack_step *s = at == PACK_NONE ? NULL : &pk->steps[at];

		if (s && s->field == stage && !strcmp(s->to, value))
			day = clock_day_of(r->events[r->steps[i].event].wall, pk->utc_offset);
	}
	return day;
}

static const char *text(const struct counting *c, int field)
{
	return buf_str(&c->fields.text[field]);
}

static bool is(const struct counting *c, int field, const char *value)
{
	return !strcmp(text(c, field), value);
}

/* Days and what follows from them; see facts.h for the words. */
static void judge(struct counting *c, const struct row *r)
{
	struct facts *f = c->f;
	bool closed = is(c, STAGE, "closed");

	c->made = facts_made(f, r);
	c->closed = closed ? reached(c, r, "closed") : NEVER;
	c->fixed = closed || is(c, STAGE, "fixed") ? reached(c, r, "fixed") : NEVER;
	if (closed && c->fixed == NEVER)                  /* settled by a receiver: nobody reported it fixed */
		c->fixed = c->closed;
	if (!clock_parse_date(text(c, DUE), &c->due))
		c->due = NEVER;
	c->add = (struct facts_hazards){ .found = c->made >= f->first && c->made <= f->last };
	c->add.closed = c->closed != NEVER && c->closed >= f->first && c->closed <= f->last;
	c->add.open = c->made <= f->last && (c->closed == NEVER || c->closed > f->last);
	c->add.overdue = c->add.open && c->due != NEVER && c->due < f->last && (c->fixed == NEVER || c->fixed > f->last);
}

static void add(struct facts_hazards *to, const struct facts_hazards *more)
{
	to->found += more->found;
	to->closed += more->closed;
	to->open += more->open;
	to->overdue += more->overdue;
}

static void count_days(struct counting *c)
{
	static const int32_t most[5] = { 1, 3, 7, 15, 30 };
	struct facts *f = c->f;
	struct facts_bucket *b = facts_bucket(f, c->made);
	int32_t took = c->closed - c->made, i = 0;

	if (b)
		b->found++;
	if ((b = c->closed == NEVER ? NULL : facts_bucket(f, c->closed)))
		b->closed++;
	for (uint32_t k = 0; k < f->bucket_count; k++)
		if (f->buckets[k].first <= f->last && c->made <= f->buckets[k].last && (c->closed == NEVER || c->closed > f->buckets[k].last))
			f->buckets[k].open++;
	if (!c->add.closed)
		return;
	while (i < 5 && took > most[i])
		i++;
	f->took[i]++;
	if (c->due != NEVER) {
		f->closed_with_due++;
		f->closed_in_time += c->fixed <= c->due;
	}
}

static enum err count_groups(struct counting *c, const struct row *r)
{
	struct facts *f = c->f;
	struct facts_line *lines[] = {
		&f->all, facts_village(f, r),
		facts_line(&f->kinds, text(c, KIND), *text(c, KIND) ? facts_label(f, r, "kind", text(c, KIND)) : "没有写类别"),
		facts_line(&f->levels, text(c, LEVEL), *text(c, LEVEL) ? facts_label(f, r, "level", text(c, LEVEL)) : "没有定级"),
		*text(c, ITEM) ? facts_line_of_the_day(&f->items, f, r, "item", text(c, ITEM)) : facts_line(&f->items, "-", "清单以外")
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		if (!lines[i])
			return no_memory();
		add(&lines[i]->hazards, &c->add);
	}
	return ERR_OK;
}

/* --- the open ones that a leader asks for by name, and where they are --- */

static enum err field_text(struct counting *c, const struct row *r, uint32_t field, struct buf *out)
{
	return field == PACK_NONE ? ERR_OK : row_text(c->f->profile, r, field, out);
}

static enum err list_it(struct counting *c, const struct row *r)
{
	struct facts *f = c->f;
	struct buf number = { 0 }, place = { 0 }, words = { 0 };
	struct facts_listed *l = &f->listed[f->listed_count];
	struct facts_line *village = facts_village(f, r);
	enum err e;

	f->listed_total++;
	if (f->listed_count == FACTS_LISTED_MAX)
		return ERR_OK;
	if (!(e = row_number(f->profile, r, &number)) && !(e = row_evaluate(f->profile, r, "if(${place} != '', label('place'), ${address})", &place)) && !(e = field_text(c, r, c->desc, &words))) {
		*l = (struct facts_listed){ strdup(buf_str(&number)), strdup(village ? village->label : ""), strdup(buf_str(&place)), strdup(buf_str(&words)),
		                            strdup(facts_label(f, r, "level", text(c, LEVEL))), c->due, c->add.overdue };
		f->listed_count++;
		if (!l->number || !l->village || !l->place || !l->words || !l->level)
			e = no_memory();
	}
	buf_clear(&number);
	buf_clear(&place);
	buf_clear(&words);
	return e;
}

/* Its own position, else that of its place. */
static enum err locate(struct counting *c, const struct row *r)
{
	struct buf pos = { 0 };
	enum err e = field_text(c, r, c->pos, &pos);

	if (!e && !pos.len && *text(c, PLACE)) {
		struct row_id id;
		struct row place = { 0 };

		if (row_id_parse(text(c, PLACE), &id) && !row_read(c->f->profile, &id, &place))
			e = field_text(c, &place, c->place_pos, &pos);
		row_clear(&place);
	}
	if (!e)
		e = facts_point(c->f, buf_str(&pos), text(c, LEVEL));
	buf_clear(&pos);
	return e;
}

static enum err count_open(struct counting *c, const struct row *r)
{
	bool major = is(c, VERIFY, "major"), doubtful = is(c, VERIFY, "needed");
	enum err e = locate(c, r);

	c->f->major += major;
	c->f->doubtful += doubtful;
	return e || !(major || doubtful) ? e : list_it(c, r);
}

static enum err count_hazard(void *user, const struct row *r)
{
	struct counting *c = user;
	struct buf spot = { 0 };
	enum err e = facts_read(&c->fields, r);

	if (e || is(c, STAGE, "void") || *text(c, DRILL))
		return e;
	judge(c, r);
	count_days(c);
	if (!(e = count_groups(c, r)) && c->add.open)
		e = count_open(c, r);
	if (!e && c->add.found && !(e = field_text(c, r, c->spot, &spot)) && !strcmp(buf_str(&spot), "yes"))
		c->f->spot++;
	buf_clear(&spot);
	return e;
}

enum err facts_hazards(struct facts *f)
{
	static const char *const names[8] = { "level", "stage", "verify", "kind", "item", "due", "place", "drill" };
	struct counting c = { .f = f };
	enum err e = facts_fields(f, "hazards", names, &c.fields);
	uint32_t places = pack_find_register(f->pack, "places");

	if (e)
		return e;
	c.reg = pack_find_register(f->pack, "hazards");
	c.desc = pack_find_field(c.fields.reg, "desc");
	c.spot = pack_find_field(c.fields.reg, "spot");
	c.pos = pack_find_field(c.fields.reg, "pos");
	c.place_pos = places == PACK_NONE ? PACK_NONE : pack_find_field(&f->pack->registers[places], "pos");
	e = row_each(f->profile, "hazards", count_hazard, &c);
	facts_fields_clear(&c.fields);
	return e;
}
