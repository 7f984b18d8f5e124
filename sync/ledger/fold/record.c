#include "config.h"
#include "sync/ledger/fold/history.h"

#include "sync/keys/roster.h"
#include "sync/ledger/fold/opened.h"
#include "sync/ledger/profile/profile.h"

#include "forms/base/i18n.h"

#include <string.h>

struct fold_view history_view(const struct log_event *e)
{
	return (struct fold_view){ .at = &e->place, .log = &e->log, .hash = e->hash, .event = &e->event };
}

static enum err held(struct missing *why, const uint8_t *ref)
{
	why->what = MISSING_EVENT;
	memcpy(why->ref, ref, EVENT_REF);
	return ERR_HELD;
}

enum err history_link(const struct context *c, const struct fold_view *v, const struct payload_link *l, struct log_place *at, uint8_t ref[EVENT_REF], struct missing *why)
{
	const struct opened_event *o;
	enum err e;

	if (!l->distance) {
		memcpy(ref, l->ref, EVENT_REF);
		e = log_find(c->t, ref, at);
		return e == ERR_NOTFOUND ? held(why, ref) : e;
	}
	if (l->distance >= v->at->seq)
		return err_set(ERR_FORMAT, _("事件指向日志开头之前"));
	if ((o = opened_find(c->opened, v->at, v->hash)) && opened_link(o, l->distance, at, ref))
		return ERR_OK;
	e = log_before(c->t, v->at, l->distance, at, ref);
	if (!e && o)
		opened_note(o, l->distance, at, ref);
	if (e == ERR_NOTFOUND) {
		why->what = MISSING_PLACE;
		why->place = (struct log_place){ .log = v->at->log, .seq = v->at->seq - l->distance };
		return ERR_HELD;
	}
	return e;
}

static enum err submit_record(const struct context *c, const struct fold_view *v, const struct payload *pl, struct record *out, struct missing *why)
{
	enum err e = plans_pack(c->plans, c->p, pl->version, &out->pack);

	memcpy(out->version, pl->version, sizeof out->version);
	if (e == ERR_NOTFOUND) {
		why->what = MISSING_PACK;
		memcpy(why->version, pl->version, sizeof why->version);
		return ERR_HELD;
	}
	if (e || (e = plans_get(c->plans, out->pack, pl->form, &out->plan)))
		return e;
	memcpy(out->ref, v->hash, EVENT_REF);
	memcpy(out->writer, v->log->writer, EVENT_WRITER);
	out->at = *v->at;
	out->number = pl->number;
	return ERR_OK;
}

/* The place of the submit that an amendment belongs to, when it is known. */
static bool shortcut(const struct context *c, const uint8_t amend[EVENT_REF], struct log_place *at)
{
	uint8_t submit[EVENT_REF];
	struct log_place there;

	if (!amended_find(c->amended, amend, submit) || log_find(c->t, submit, &there))
		return false;
	*at = there;
	return true;
}

/* An amendment may amend an amendment: follow the targets back to the submit. */
static enum err amended_record(const struct context *c, const struct fold_view *from, struct payload *pl, struct record *out, struct missing *why)
{
	struct log_event event = { 0 };
	struct log_event other = { 0 };
	struct fold_view v = *from;
	struct log_place at;
	uint8_t ref[EVENT_REF], nearest[EVENT_REF];
	bool far = false;
	enum err e;

	while (!(e = history_link(c, &v, &pl->target, &at, ref, why))) {
		if (!far)
			memcpy(nearest, ref, EVENT_REF);
		far |= shortcut(c, ref, &at);
		if ((e = log_event_at(c->t, &at, &other)) == ERR_NOTFOUND)
			e = held(why, ref);
		if (e)
			break;
		log_event_clear(&event);
		event = other;
		other = (struct log_event){ 0 };
		v = history_view(&event);
		if ((event.event.kind != EVENT_SUBMIT && event.event.kind != EVENT_AMEND) || event.opaque) {
			e = err_set(ERR_FORMAT, _("更正指向的不是一条记录"));
			break;
		}
		if ((e = payload_open((enum event_kind)event.event.kind, event.event.public_part.data, event.event.public_part.len, pl)))
			break;
		if (pl->kind == EVENT_SUBMIT) {
			if (!(e = submit_record(c, &v, pl, out, why)) && far)
				amended_note(c->amended, nearest, out->ref);
			break;
		}
		far = true;
	}
	log_event_clear(&event);
	log_event_clear(&other);
	return e;
}

enum err history_record_of(const struct context *c, const struct fold_view *v, const struct payload *pl, struct record *out, struct missing *why)
{
	struct payload last;

	memset(out, 0, sizeof *out);
	if (pl->kind == EVENT_SUBMIT)
		return submit_record(c, v, pl, out, why);
	if (pl->kind != EVENT_AMEND)
		return err_set(ERR_FORMAT, _("第 %d 类事件不是记录"), (int)pl->kind);
	last = *pl;
	return amended_record(c, v, &last, out, why);
}

enum err history_record(const struct context *c, const struct fold_view *v, struct record *out, struct missing *why)
{
	struct payload pl;
	enum err e = payload_open((enum event_kind)v->event->kind, v->event->public_part.data, v->event->public_part.len, &pl);

	return e ? e : history_record_of(c, v, &pl, out, why);
}

/* --- which rows --- */

/* `rows` has room: an event names at most as many rows as it lists. */
static void add_row(struct touched *rows, uint32_t *count, const struct touched *row)
{
	for (uint32_t i = 0; i < *count; i++)
		if (!memcmp(&rows[i].key, &row->key, sizeof row->key))
			return;
	rows[(*count)++] = *row;
}

static enum err take_rows(struct scratch *mem, uint32_t count, struct touched **rows)
{
	*rows = scratch_take(mem, (count + 1) * sizeof **rows);
	return *rows ? ERR_OK : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

/* The register of a row: what the entity says that made it. */
static enum err register_of(const struct context *c, const struct log_place *at, uint8_t index, const struct pack **pack, uint32_t *reg, uint8_t ref[EVENT_REF], struct missing *why)
{
	struct log_event event = { 0 };
	struct fold_view v;
	struct record rec;
	struct payload pl;
	struct payload_row row;
	enum err e;

	if ((e = log_event_at(c->t, at, &event)))
		goto out;
	v = history_view(&event);
	memcpy(ref, event.hash, EVENT_REF);
	if ((e = payload_open((enum event_kind)event.event.kind, event.event.public_part.data, event.event.public_part.len, &pl)))
		goto out;
	if ((e = history_record_of(c, &v, &pl, &rec, why)))
		goto out;
	for (uint32_t i = 0; payload_next(&pl, &row); i++)
		if (i == index && row.fresh && row.entity < rec.plan->entity_count) {
			*pack = rec.pack;
			*reg = rec.plan->entities[row.entity].reg;
			goto out;
		}
	e = err_set(ERR_FORMAT, _("事件指向没有的一行"));
out:
	log_event_clear(&event);
	return e;
}

static enum err row_at(const struct context *c, const struct pack *pack, uint32_t reg, const struct log_place *at, uint8_t index,
                       const uint8_t ref[EVENT_REF], bool fresh, struct touched *out)
{
	uint16_t n;
	enum err e = words_make(c->words, c->t, pack->registers[reg].id, &n);

	if (e)
		return e;
	memset(out, 0, sizeof *out);
	out->key = rowcode_key(n, at, index, ref);
	memcpy(out->id.ref, ref, EVENT_REF);
	out->id.index = index;
	out->fresh = fresh;
	return ERR_OK;
}

static enum err record_rows(const struct context *c, const struct fold_view *v, struct payload *pl, struct scratch *mem, struct touched **rows, uint32_t *count, struct missing *why)
{
	struct record rec;
	struct payload_row row;
	struct touched one;
	enum err e;

	if ((e = history_record_of(c, v, pl, &rec, why)) || (e = take_rows(mem, pl->row_count, rows)))
		return e;
	opened_keep(c, v, pl);                            /* for the links below, and who reads the rows next */
	for (uint32_t i = 0; payload_next(pl, &row); i++) {
		struct log_place at = *v->at;
		uint8_t ref[EVENT_REF];

		if (row.entity >= rec.plan->entity_count)
			return err_set(ERR_FORMAT, _("记录用了表单没有的登记项"));
		memcpy(ref, v->hash, EVENT_REF);
		if (!row.fresh && (e = history_link(c, v, &row.row.event, &at, ref, why)))
			return e;
		for (uint32_t d = 0; d < row.dep_count; d++) {
			struct log_place dep;
			uint8_t named[EVENT_REF];

			if (row.deps[d].distance && (e = history_link(c, v, &row.deps[d], &dep, named, why)))
				return e;
		}
		if ((e = row_at(c, rec.pack, rec.plan->entities[row.entity].reg, &at, row.fresh ? (uint8_t)i : row.row.index, ref, row.fresh, &one)))
			return e;
		add_row(*rows, count, &one);
	}
	return ERR_OK;
}

static enum err resolved_row(const struct context *c, const struct fold_view *v, struct payload *pl, struct scratch *mem, struct touched **rows, uint32_t *count, struct missing *why)
{
	const struct pack *pack = NULL;
	struct touched one;
	struct log_place at;
	uint8_t ref[EVENT_REF];
	uint32_t reg = 0;
	enum err e;

	if ((e = history_link(c, v, &pl->row.event, &at, ref, why)))
		return e;
	for (uint32_t d = 0; d < pl->dep_count; d++) {
		struct log_place dep;
		uint8_t named[EVENT_REF];

		if (pl->deps[d].distance && (e = history_link(c, v, &pl->deps[d], &dep, named, why)))
			return e;
	}
	if ((e = register_of(c, &at, pl->row.index, &pack, &reg, ref, why)) ||
	    (e = row_at(c, pack, reg, &at, pl->row.index, ref, false, &one)) || (e = take_rows(mem, 1, rows)))
		return e;
	add_row(*rows, count, &one);
	return ERR_OK;
}

/* RETRACT and ATTACH touch what their record touches. */
static enum err target_rows(const struct context *c, const struct fold_view *v, struct payload *pl, struct scratch *mem, struct touched **rows, uint32_t *count, struct missing *why)
{
	struct log_event event = { 0 };
	struct fold_view target;
	struct payload inner;
	struct log_place at;
	uint8_t ref[EVENT_REF];
	enum err e;

	if ((e = history_link(c, v, &pl->target, &at, ref, why)))
		return e;
	if (!(e = log_event_at(c->t, &at, &event))) {
		target = history_view(&event);
		if (event.event.kind != EVENT_SUBMIT && event.event.kind != EVENT_AMEND)
			e = err_set(ERR_FORMAT, _("撤回或附件指向的不是一条记录"));
		else if (!(e = payload_open((enum event_kind)event.event.kind, event.event.public_part.data, event.event.public_part.len, &inner)))
			e = record_rows(c, &target, &inner, mem, rows, count, why);
		for (uint32_t i = 0; i < *count; i++)
			(*rows)[i].fresh = false;
	}
	log_event_clear(&event);
	return e;
}

enum err history_rows(const struct context *c, const struct fold_view *v, struct scratch *mem, struct touched **rows, uint32_t *count, struct missing *why)
{
	struct payload pl;
	enum err e = payload_open((enum event_kind)v->event->kind, v->event->public_part.data, v->event->public_part.len, &pl);

	*rows = NULL;
	*count = 0;
	memset(why, 0, sizeof *why);
	if (e)
		return e;
	switch (pl.kind) {
	case EVENT_SUBMIT:
	case EVENT_AMEND:
		return record_rows(c, v, &pl, mem, rows, count, why);
	case EVENT_RESOLVE:
		return resolved_row(c, v, &pl, mem, rows, count, why);
	case EVENT_RETRACT:
	case EVENT_ATTACH:
		return target_rows(c, v, &pl, mem, rows, count, why);
	default:
		return ERR_OK;
	}
}

enum err history_row_key(const struct context *c, const struct row_id *id, struct row_key *key)
{
	const struct pack *pack = NULL;
	struct missing why;
	struct log_place at;
	uint8_t ref[EVENT_REF];
	uint32_t reg = 0;
	uint16_t word;
	enum err e = log_find(c->t, id->ref, &at);

	if (!e)
		e = register_of(c, &at, id->index, &pack, &reg, ref, &why);
	if (!e && !(word = words_find(c->words, c->t, pack->registers[reg].id)))
		e = ERR_NOTFOUND;
	if (e == ERR_NOTFOUND || e == ERR_FORMAT || e == ERR_HELD)
		return err_set(ERR_NOTFOUND, _("台账里没有这一行"));
	if (!e)
		*key = rowcode_key(word, &at, id->index, id->ref);
	return e;
}
