#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/pack/answers.h"
#include "forms/pack/pack.h"
#include "sync/keys/hash.h"
#include "sync/ledger/due/duelist.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/conflict.h"
#include "sync/ledger/rows/digest.h"
#include "sync/ledger/rows/listing.h"
#include "sync/ledger/submit/submit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One row as an object: id, title, number, every field's stored value; marks where they are. */
static enum err row_object(struct profile *p, const struct pack *pk, const struct pack_register *reg, const struct row *r, struct jdoc **out)
{
	struct buf text = { 0 };
	char id[ROW_ID_TEXT];
	struct jdoc *j = jdoc_object(), *fields = jdoc_object();
	enum err e;

	jdoc_put_text(j, "id", row_id_text(&r->id, id));
	if (!(e = row_title(p, r, &text)))
		jdoc_put_text(j, "title", buf_str(&text));
	buf_reset(&text);
	if (!e && !(e = row_number(p, r, &text)))
		jdoc_put_text(j, "number", buf_str(&text));
	for (uint32_t i = 0; !e && i < reg->field_count; i++) {
		struct row_shown s = { 0 };

		e = row_show(r, reg, pk, i, false, &s);
		if (!e && (s.text.len || s.gone))
			jdoc_put_text(fields, reg->fields[i].id, s.gone ? NULL : buf_str(&s.text));
		row_shown_clear(&s);
	}
	jdoc_put(j, "fields", fields);
	jdoc_put_bool(j, "conflict", r->flags & ROW_CONFLICT);
	jdoc_put_bool(j, "proposed", r->flags & ROW_PROPOSED);
	jdoc_put_bool(j, "retracted", r->flags & ROW_RETRACTED);
	buf_clear(&text);
	*out = j;
	return e;
}

static void csv_text(const char *s, struct buf *out)
{
	buf_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"')
			buf_putc(out, '"');
		buf_putc(out, *s);
	}
	buf_putc(out, '"');
}

/* A program has it to the byte; a terminal is not to be commanded by what somebody wrote. */
static void put_line(const struct buf *line)
{
	if (isatty(STDOUT_FILENO))
		ctl_print(stdout, buf_str(line));
	else
		puts(buf_str(line));
}

static enum err csv_row(struct profile *p, const struct pack *pk, const struct pack_register *reg, const struct row *r)
{
	struct buf line = { 0 }, title = { 0 };
	char id[ROW_ID_TEXT];
	enum err e = row_title(p, r, &title);

	buf_puts(&line, row_id_text(&r->id, id));
	buf_putc(&line, ',');
	csv_text(buf_str(&title), &line);
	for (uint32_t i = 0; !e && i < reg->field_count; i++) {
		struct row_shown s = { 0 };

		e = row_show(r, reg, pk, i, false, &s);
		buf_putc(&line, ',');
		csv_text(buf_str(&s.text), &line);
		row_shown_clear(&s);
	}
	put_line(&line);
	buf_clear(&line);
	buf_clear(&title);
	return e;
}

static void csv_head(const struct pack_register *reg)
{
	fputs("id,title", stdout);
	for (uint32_t i = 0; i < reg->field_count; i++)
		printf(",%s", reg->fields[i].id);
	putchar('\n');
}

static enum err list_row(struct ctl *c, struct profile *p, const struct pack *pk, const struct pack_register *reg, const struct row *r, bool csv, struct jdoc *all)
{
	struct buf title = { 0 }, number = { 0 };
	char id[ROW_ID_TEXT];
	struct jdoc *j;
	enum err e;

	if (csv)
		return csv_row(p, pk, reg, r);
	if (c->json) {
		e = row_object(p, pk, reg, r, &j);
		jdoc_push(all, j);
		return e;
	}
	if (!(e = row_title(p, r, &title)) && !(e = row_number(p, r, &number)))
		ctl_say(c, "%s  %s  %s%s", row_id_text(&r->id, id), buf_str(&number), buf_str(&title), r->flags & ROW_CONFLICT ? _("  [有几种说法]") : "");
	buf_clear(&title);
	buf_clear(&number);
	return e;
}

enum err cmd_register_list(struct ctl *c)
{
	struct listing_query q = { .where = ctl_take(c, "--where"), .sort = ctl_take(c, "--sort") };
	const struct pack_register *reg;
	const struct pack *pk;
	struct listing *l = NULL;
	struct profile *p;
	struct jdoc *all = NULL;
	bool csv = ctl_flag(c, "--csv");
	uint32_t index;
	enum err e;

	if ((e = ctl_rest(c, 1, 1)) || (e = ctl_open(c, c->pin_file != NULL, &p)) || (e = ctl_pack(c, &pk)))
		return e;
	q.reg = c->argv[0];
	if ((index = pack_find_register(pk, q.reg)) == PACK_NONE)
		return err_set(ERR_NOTFOUND, _("没有登记簿 %s"), q.reg);
	reg = &pk->registers[index];
	if ((e = listing_open(p, &q, &l)))
		return e;
	if (c->json)
		all = jdoc_array();
	else if (csv)
		csv_head(reg);
	for (uint32_t i = 0; !e && i < listing_count(l); i++) {
		struct row r;

		e = listing_row(l, i, &r);
		if (!e) {
			e = list_row(c, p, pk, reg, &r, csv, all);
			row_clear(&r);
		}
	}
	listing_close(l);
	if (all)
		ctl_answer(c, all);
	return e;
}

/* As people call it: the duty, or the step that is waited for. */
static const char *due_label(const struct pack *pk, const char *reg, const struct due *d)
{
	uint32_t r = pack_find_register(pk, reg), step = d->kind == DUE_STEP && r != PACK_NONE ? pack_find_step(pk, r, d->step) : PACK_NONE;

	return d->kind == DUE_DUTY ? pack_name(&d->duty->label, i18n_language()) : step == PACK_NONE ? d->step : pack_name(&pk->steps[step].label, i18n_language());
}

static enum err due_object(struct profile *p, const struct pack *pk, const struct due *d, struct jdoc **out)
{
	struct row r;
	struct buf title = { 0 };
	char date[16], id[ROW_ID_TEXT];
	enum err e = row_read_key(p, &d->subject, &r);

	*out = jdoc_object();
	if (e)
		return e;
	e = row_title(p, &r, &title);
	jdoc_put_text(*out, "kind", d->kind == DUE_DUTY ? "duty" : "step");
	jdoc_put_text(*out, "duty", d->kind == DUE_DUTY ? d->duty->id : d->step);
	jdoc_put_text(*out, "label", due_label(pk, r.reg, d));
	jdoc_put_text(*out, "register", r.reg);
	jdoc_put_text(*out, "row", row_id_text(&r.id, id));
	jdoc_put_text(*out, "title", buf_str(&title));
	jdoc_put_text(*out, "due", clock_format_date(d->due, date));
	jdoc_put_text(*out, "last", d->last == INT32_MIN ? NULL : clock_format_date(d->last, date));
	jdoc_put_integer(*out, "done", d->done);
	jdoc_put_integer(*out, "wanted", d->wanted);
	jdoc_put_integer(*out, "days", d->days);
	row_clear(&r);
	buf_clear(&title);
	return e;
}

enum err cmd_due(struct ctl *c)
{
	const char *on = ctl_take(c, "--on");
	const struct pack *pk;
	struct duelist *d = NULL;
	struct jdoc *all;
	struct profile *p;
	int32_t day;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)) || (e = ctl_pack(c, &pk)))
		return e;
	day = clock_day_of(clock_wall(), pk->utc_offset);
	if (on && !clock_parse_date(on, &day))
		return err_set(ERR_FORMAT, _("--on %s: 要写成 2026-07-12"), on);
	if ((e = duelist_open(p, day, &d)))
		return e;
	all = jdoc_array();
	for (uint32_t i = 0; !e && i < duelist_count(d); i++) {
		struct jdoc *j;

		e = due_object(p, pk, duelist_at(d, i), &j);
		if (!e)
			ctl_say(c, "%s  %s  %s%s", jdoc_str(jdoc_get(j, "due")), jdoc_str(jdoc_get(j, "label")), jdoc_str(jdoc_get(j, "title")), duelist_at(d, i)->days < 0 ? _("  [逾期]") : "");
		jdoc_push(all, j);
	}
	duelist_close(d);
	ctl_answer(c, all);
	return e;
}

struct owing { struct ctl *c; struct profile *profile; struct jdoc *all; };

static bool list_owed(void *user, const struct owed *o)
{
	struct owing *x = user;
	struct buf title = { 0 };
	struct jdoc *j = jdoc_object();
	char id[ROW_ID_TEXT], from[16], to[16];

	row_title(x->profile, o->subject, &title);
	jdoc_put_text(j, "duty", o->duty->id);
	jdoc_put_text(j, "register", o->subject->reg);
	jdoc_put_text(j, "row", row_id_text(&o->subject->id, id));
	jdoc_put_text(j, "title", buf_str(&title));
	jdoc_put_integer(j, "done", o->done);
	jdoc_put_integer(j, "wanted", o->wanted);
	jdoc_put_text(j, "from", clock_format_date(o->from, from));
	jdoc_put_text(j, "to", clock_format_date(o->to, to));
	jdoc_push(x->all, j);
	if (o->done < o->wanted)
		ctl_say(x->c, _("%s  %s  欠 %u / %u"), buf_str(&title), pack_name(&o->duty->label, i18n_language()), o->wanted - o->done, o->wanted);
	buf_clear(&title);
	return true;
}

enum err cmd_owed(struct ctl *c)
{
	const char *month = ctl_take(c, "--month");
	const struct pack *pk;
	struct owing x = { .c = c };
	struct clock_date d;
	char date[16];
	int32_t day;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &x.profile)) || (e = ctl_pack(c, &pk)))
		return e;
	day = clock_day_of(clock_wall(), pk->utc_offset);
	if (month) {
		snprintf(date, sizeof date, "%.7s-01", month);
		if (strlen(month) != 7 || !clock_parse_date(date, &day))
			return err_set(ERR_FORMAT, _("--month %s: 要写成 2026-07"), month);
	}
	d = clock_date(day);
	x.all = jdoc_array();
	e = duelist_owed(x.profile, d.year, d.month, list_owed, &x);
	ctl_answer(c, x.all);
	return e;
}

enum err cmd_digest(struct ctl *c)
{
	uint8_t digest[DIGEST_BYTES];
	char hex[2 * DIGEST_BYTES + 1];
	struct profile *p;
	struct jdoc *j;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &p)) || (e = digest_state(p, digest)))
		return e;
	keys_hex(digest, DIGEST_BYTES, hex);
	j = jdoc_object();
	jdoc_put_text(j, "digest", hex);
	ctl_answer(c, j);
	ctl_say(c, "%s", hex);
	return ERR_OK;
}

static enum err list_head(void *user, const struct log_head *h)
{
	struct owing *x = user;
	struct jdoc *j = jdoc_object();
	char writer[2 * EVENT_WRITER + 1], scope[68], hash[2 * EVENT_HASH + 1], epoch[24];
	uint64_t first = 1, last;

	keys_hex(h->id.writer, EVENT_WRITER, writer);
	keys_hex(h->hash, EVENT_HASH, hash);
	event_scope_text(&h->id.scope, scope);
	snprintf(epoch, sizeof epoch, "%" PRIu64, h->id.epoch);
	jdoc_put_text(j, "writer", writer);
	jdoc_put_text(j, "scope", scope);
	jdoc_put_text(j, "epoch", epoch);
	jdoc_put_integer(j, "seq", (int64_t)h->seq);
	jdoc_put_text(j, "hash", hash);
	jdoc_put_integer(j, "highest", (int64_t)h->highest);
	jdoc_put_integer(j, "acknowledged", (int64_t)h->acked);
	jdoc_put_integer(j, "split_at", (int64_t)h->split_at);
	jdoc_push(x->all, j);
	ctl_say(x->c, "%s:%s:%s  %" PRIu64 "%s", writer, scope, epoch, h->seq, log_gap(h, &first, &last) ? _("  [有缺]") : "");
	return ERR_OK;
}

enum err cmd_heads(struct ctl *c)
{
	struct owing x = { .c = c };
	struct store_txn t;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &x.profile)))
		return e;
	x.all = jdoc_array();
	profile_begin(x.profile, &t);
	e = t.err ? t.err : log_heads(&t, list_head, &x);
	store_abort(&t);
	ctl_answer(c, x.all);
	return e;
}

/* --- conflicts --- */

struct siding { struct jdoc *sides; const struct pack_field *field; };

static bool list_side(void *user, uint32_t take, const struct conflict_side *s)
{
	struct siding *x = user;
	struct jdoc *j = jdoc_object();
	struct buf text = { 0 };

	if (s->value->data)
		answers_value_text(x->field, s->value->data, s->value->len, &text);
	if (text.len && x->field->class >= 2)
		row_mask(&text, row_is_choice(x->field));
	jdoc_put_integer(j, "take", take);
	jdoc_put_text(j, "value", buf_str(&text));
	jdoc_put_text(j, "person", s->person);
	jdoc_push(x->sides, j);
	buf_clear(&text);
	return true;
}

struct conflicts { struct ctl *c; struct profile *profile; const struct pack *pack; struct jdoc *all; enum err err; };

static bool list_conflict(void *user, const struct conflict *k)
{
	struct conflicts *x = user;
	struct jdoc *j = jdoc_object();
	struct buf title = { 0 };
	char id[ROW_ID_TEXT];
	struct row r;
	uint32_t reg, field;

	if ((x->err = row_read_key(x->profile, &k->key, &r)))
		return false;
	reg = pack_find_register(x->pack, r.reg);
	field = reg == PACK_NONE ? PACK_NONE : pack_find_field_number(&x->pack->registers[reg], k->field);
	row_title(x->profile, &r, &title);
	jdoc_put_text(j, "register", r.reg);
	jdoc_put_text(j, "row", row_id_text(&r.id, id));
	jdoc_put_text(j, "title", buf_str(&title));
	jdoc_put_bool(j, "proposal", k->proposal);
	if (field != PACK_NONE) {
		struct siding s = { jdoc_array(), &x->pack->registers[reg].fields[field] };

		jdoc_put_text(j, "field", s.field->id);
		if (!k->proposal)
			x->err = conflict_sides(x->profile, &r, k->field, list_side, &s);
		jdoc_put(j, "sides", s.sides);
	}
	ctl_say(x->c, "%s:%s  %s  %s", r.reg, id, field == PACK_NONE ? "" : x->pack->registers[reg].fields[field].id, buf_str(&title));
	jdoc_push(x->all, j);
	buf_clear(&title);
	row_clear(&r);
	return !x->err;
}

enum err cmd_conflict_list(struct ctl *c)
{
	struct conflicts x = { .c = c };
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, c->pin_file != NULL, &x.profile)) || (e = ctl_pack(c, &x.pack)))
		return e;
	x.all = jdoc_array();
	e = conflict_each(x.profile, list_conflict, &x);
	ctl_answer(c, x.all);
	return e ? e : x.err;
}

enum err cmd_conflict_resolve(struct ctl *c)
{
	const char *take;
	const struct pack *pk;
	struct profile *p;
	struct row_id id;
	struct row r;
	uint8_t ref[EVENT_REF];
	uint32_t reg, field;
	char name[64];
	enum err e;

	if ((e = ctl_need(c, "--take", &take)) || (e = ctl_rest(c, 2, 2)) || (e = ctl_open(c, true, &p)) || (e = ctl_pack(c, &pk)) || (e = ctl_row(c, c->argv[0], name, &id)))
		return e;
	if ((e = row_read(p, &id, &r)))
		return e;
	reg = pack_find_register(pk, r.reg);
	field = reg == PACK_NONE ? PACK_NONE : pack_find_field(&pk->registers[reg], c->argv[1]);
	if (field == PACK_NONE)
		e = err_set(ERR_NOTFOUND, _("%s 没有字段 %s"), r.reg, c->argv[1]);
	else
		e = submit_resolve(p, &id, pk->registers[reg].fields[field].n, (uint32_t)strtoul(take, NULL, 10), NULL, ref);
	row_clear(&r);
	if (!e)
		ctl_say(c, _("已定"));
	return e;
}
