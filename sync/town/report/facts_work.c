/* Trainings, drills, warnings, and what duties asked. */
#include "config.h"
#include "sync/town/report/facts.h"

#include "forms/base/clock.h"
#include "sync/ledger/due/duelist.h"

#include <stdlib.h>
#include <string.h>

struct warned { char *id; uint32_t line; };
struct counting {
	struct facts *f;
	struct facts_fields fields;
	uint32_t percent, first_min, all_min;             /* of pack.csv */
	struct warned *warnings; uint32_t warning_count, warning_cap;
};

static enum err no_memory(void)
{
	return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

static uint32_t number(const struct buf *text)
{
	double n = strtod(buf_str(text), NULL);

	return n > 0 && n < 1e9 ? (uint32_t)n : 0;
}

static uint32_t param(const struct facts *f, const char *key, uint32_t otherwise)
{
	const char *text = pack_param(f->pack, key);

	return text ? (uint32_t)strtoul(text, NULL, 10) : otherwise;
}

/* The day a dateTime field says, else the day the row was made. */
static int32_t day_of(const struct facts *f, const struct row *r, const struct buf *text)
{
	int64_t ms;

	return clock_parse_time(buf_str(text), f->pack->utc_offset, &ms) ? clock_day_of(ms, f->pack->utc_offset) : facts_made(f, r);
}

/* --- trainings: started, roll, present_n, subjects --- */

static enum err count_subjects(struct facts *f, const struct row *r, const char *subjects)
{
	char code[64];

	for (const char *at = subjects; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		struct facts_line *l;

		if (len >= sizeof code)
			len = sizeof code - 1;
		memcpy(code, at, len);
		code[len] = '\0';
		if (!(l = facts_line(&f->subjects, code, facts_label(f, r, "subjects", code))))
			return no_memory();
		l->trainings++;
		at += strcspn(at, " ");
	}
	return ERR_OK;
}

/* Told by another record too, and set aside for it: done once. */
static bool put_aside(struct counting *c, const struct row *r, enum err *e)
{
	uint32_t at = pack_find_field(c->fields.reg, "aside");
	struct buf text = { 0 };
	bool aside = !*e && at != PACK_NONE && !(*e = row_text(c->f->profile, r, at, &text)) && !strcmp(buf_str(&text), "yes");

	buf_clear(&text);
	return aside;
}

static enum err count_training(void *user, const struct row *r)
{
	struct counting *c = user;
	struct facts *f = c->f;
	struct facts_line *village = facts_village(f, r);
	struct facts_bucket *b;
	uint32_t roll, present;
	enum err e = facts_read(&c->fields, r);

	if (put_aside(c, r, &e) || e || !(b = facts_bucket(f, day_of(f, r, &c->fields.text[0]))))
		return e;
	if (!village)
		return no_memory();
	roll = number(&c->fields.text[1]);
	present = number(&c->fields.text[2]);
	b->trainings++;
	b->present += present;
	f->low_attendance += roll && (uint64_t)present * 100 < (uint64_t)roll * c->percent;
	for (int i = 0; i < 2; i++) {
		struct facts_line *l = i ? village : &f->all;

		l->trainings++;
		l->expected += roll;
		l->present += present;
	}
	return count_subjects(f, r, buf_str(&c->fields.text[3]));
}

/* --- drills: started, kind, people; evaluated, problems, problems_closed are derived --- */

static uint32_t derived(struct counting *c, const struct row *r, const char *field, enum err *e)
{
	uint32_t at = pack_find_field(c->fields.reg, field);
	struct buf text = { 0 };
	uint32_t n = 0;

	if (!*e && at != PACK_NONE && !(*e = row_text(c->f->profile, r, at, &text)))
		n = number(&text);
	buf_clear(&text);
	return n;
}

static enum err count_drill(void *user, const struct row *r)
{
	struct counting *c = user;
	struct facts *f = c->f;
	struct facts_bucket *b;
	enum err e = facts_read(&c->fields, r);

	if (e || !(b = facts_bucket(f, day_of(f, r, &c->fields.text[0]))))
		return e;
	bool once = !put_aside(c, r, &e);          /* what it found stays found */

	b->drills += once;
	uint32_t people = number(&c->fields.text[2]), evaluated = derived(c, r, "evaluated", &e), problems = derived(c, r, "problems", &e), closed = derived(c, r, "problems_closed", &e);
	struct facts_line *lines[] = { &f->all, facts_village(f, r), facts_line(&f->drill_kinds, buf_str(&c->fields.text[1]), facts_label(f, r, "kind", buf_str(&c->fields.text[1]))) };

	for (size_t i = 0; !e && i < sizeof lines / sizeof *lines; i++) {
		if (!lines[i])
			return no_memory();
		lines[i]->drills += once;
		lines[i]->people += once ? people : 0;
		lines[i]->evaluated += once && evaluated > 0;
		lines[i]->problems += problems;
		lines[i]->problems_closed += closed;
	}
	return e;
}

/* --- warnings: issued, level, done_min --- */

static enum err remember(struct counting *c, const struct row *r, const struct facts_line *l)
{
	char id[ROW_ID_TEXT];

	if (c->warning_count == c->warning_cap) {
		uint32_t cap = c->warning_cap ? c->warning_cap * 2 : 64;
		struct warned *more = realloc(c->warnings, cap * sizeof *more);

		if (!more)
			return no_memory();
		c->warnings = more;
		c->warning_cap = cap;
	}
	c->warnings[c->warning_count] = (struct warned){ strdup(row_id_text(&r->id, id)), (uint32_t)(l - c->f->warn_levels.at) };
	return c->warnings[c->warning_count++].id ? ERR_OK : no_memory();
}

static enum err count_warning(void *user, const struct row *r)
{
	struct counting *c = user;
	struct facts *f = c->f;
	const char *level;
	enum err e = facts_read(&c->fields, r);

	if (e || !facts_bucket(f, day_of(f, r, &c->fields.text[0])))
		return e;
	level = buf_str(&c->fields.text[1]);
	struct facts_line *lines[] = { &f->all, facts_village(f, r), facts_line(&f->warn_levels, level, *level ? facts_label(f, r, "level", level) : "没有写级别") };

	for (size_t i = 0; i < 3; i++) {
		if (!lines[i])
			return no_memory();
		lines[i]->warnings++;
		lines[i]->reached += c->fields.text[2].len > 0;
		lines[i]->reached_in_time += c->fields.text[2].len && number(&c->fields.text[2]) <= c->all_min;
	}
	return remember(c, r, lines[2]);
}

/* --- call-outs of those warnings: warning, first_call, answered_at --- */

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct warned *)a)->id, ((const struct warned *)b)->id);
}

static enum err count_callout(void *user, const struct row *r)
{
	static const int64_t most[3] = { 5, 10, 30 };
	struct counting *c = user;
	struct facts *f = c->f;
	struct warned key;
	const struct warned *w;
	int64_t called, answered;
	bool got, in_time;
	enum err e = facts_read(&c->fields, r);

	if (e)
		return e;
	key.id = c->fields.text[0].data;
	if (!strcmp(buf_str(&c->fields.text[3]), "double"))
		return ERR_OK;                            /* he stands on the list a second time */
	if (!key.id || !(w = c->warning_count ? bsearch(&key, c->warnings, c->warning_count, sizeof *w, by_id) : NULL))
		return ERR_OK;
	got = clock_parse_time(buf_str(&c->fields.text[2]), f->pack->utc_offset, &answered) && clock_parse_time(buf_str(&c->fields.text[1]), f->pack->utc_offset, &called);
	in_time = got && answered - called <= c->first_min * 60000LL;
	struct facts_line *lines[] = { &f->all, facts_village(f, r), &f->warn_levels.at[w->line] };
	for (size_t i = 0; i < 3; i++) {
		if (!lines[i])
			return no_memory();
		lines[i]->called++;
		lines[i]->answered += got;
		lines[i]->in_time += in_time;
	}
	if (got) {
		int i = 0;

		while (i < 3 && answered - called > most[i] * 60000)
			i++;
		f->answers[i]++;
	} else {
		f->answers[4]++;
	}
	return ERR_OK;
}

/* --- running them --- */

static enum err each(struct counting *c, const char *reg, const char *const *names, enum err (*count)(void *user, const struct row *r))
{
	enum err e = facts_fields(c->f, reg, names, &c->fields);

	if (!e)
		e = row_each(c->f->profile, reg, count, c);
	facts_fields_clear(&c->fields);
	return e;
}

enum err facts_trainings(struct facts *f)
{
	static const char *const training[8] = { "started", "roll", "present_n", "subjects" }, *const drill[8] = { "started", "kind", "people" };
	struct counting c = { .f = f, .percent = param(f, "attendance_percent", 50) };
	enum err e = each(&c, "trainings", training, count_training);

	return e ? e : each(&c, "drills", drill, count_drill);
}

enum err facts_warnings(struct facts *f)
{
	static const char *const warning[8] = { "issued", "level", "done_min" }, *const callout[8] = { "warning", "first_call", "answered_at", "state" };
	struct counting c = { .f = f, .first_min = param(f, "callout_first_min", 5), .all_min = param(f, "callout_all_min", 30) };
	enum err e = each(&c, "warnings", warning, count_warning);

	if (!e && c.warning_count)
		qsort(c.warnings, c.warning_count, sizeof *c.warnings, by_id);
	if (!e)
		e = each(&c, "callouts", callout, count_callout);
	for (uint32_t i = 0; i < c.warning_count; i++)
		free(c.warnings[i].id);
	free(c.warnings);
	return e;
}

static bool count_owed(void *user, const struct owed *o)
{
	struct facts *f = user;
	struct facts_line *lines[] = { &f->all, facts_village(f, o->subject), facts_line(&f->duties, o->duty->id, o->duty->label.zh) };

	for (size_t i = 0; i < 3; i++)
		if (lines[i]) {
			lines[i]->wanted += o->wanted;
			lines[i]->done += o->done;
		}
	return true;
}

enum err facts_duties(struct facts *f)
{
	return f->first > f->last ? ERR_OK : duelist_owed_days(f->profile, f->first, f->last, count_owed, f);
}
