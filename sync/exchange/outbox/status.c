#include "config.h"
#include "sync/exchange/outbox/status.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/exchange/inbox/quarantine.h"
#include "sync/keys/roster.h"
#include "sync/keys/slot.h"
#include "sync/ledger/log/payload.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_MAX = 1 << 20 };

struct reading { struct status *out; const struct keys_slots *slots; struct profile *profile; uint64_t sealed; };

static bool is_own(const struct reading *r, const uint8_t writer[EVENT_WRITER])
{
	for (size_t i = 0; i < r->slots->count; i++)
		if (!memcmp(r->slots->at[i].id.writer, writer, EVENT_WRITER))
			return true;
	return false;
}

static enum err read_head(void *user, const struct log_head *h)
{
	struct reading *r = user;
	uint64_t first = 1, last;

	r->out->gaps += log_gap(h, &first, &last);
	r->out->splits += h->split_at != 0;
	if (is_own(r, h->id.writer)) {
		r->out->own += h->highest;
		r->out->acknowledged += h->acked < h->highest ? h->acked : h->highest;
	}
	return ERR_OK;
}

/* Events of a waiting piece that no receipt covers. */
static uint64_t still_waiting(struct reading *r, struct store_txn *t, const struct evidence_piece *p)
{
	struct log_head h;
	uint64_t from = p->first;

	(void)r;
	if (!log_head_get(t, &p->log, &h) && h.acked >= from)
		from = h.acked + 1;
	return from <= p->last ? p->last - from + 1 : 0;
}

struct evidence_reading { struct reading *r; struct store_txn *t; };

static enum err read_evidence(void *user, const struct evidence *e)
{
	struct evidence_reading *x = user;
	struct status *out = x->r->out;

	switch (e->state) {
	case EVIDENCE_WAITING:
		if (strcmp(e->shelf, "out"))
			break;
		out->bundles++;
		for (uint32_t i = 0; i < e->piece_count; i++)
			out->waiting += still_waiting(x->r, x->t, &e->pieces[i]);
		break;
	case EVIDENCE_CARRIED: out->carried++; break;
	case EVIDENCE_MERGED:
		if (e->tick && e->seen > out->heard)
			out->heard = e->seen;
		break;
	case EVIDENCE_HELD:                           /* counted where they lie */
	case EVIDENCE_REFUSED:
	case EVIDENCE_DONE:
	case EVIDENCE_PROVEN:
	case EVIDENCE_REPLACED:
		break;
	}
	return ERR_OK;
}

static enum err count_refused(void *user, const struct quarantined *q)
{
	(void)q;
	((struct status *)user)->refused++;
	return ERR_OK;
}

static enum err count_photo(void *user, const char *name)
{
	const char *ending = strrchr(name, '.');

	((struct status *)user)->photos += ending && !strcmp(ending, ".xca");
	return ERR_OK;
}

static enum err count_photos(struct profile *p, struct status *out)
{
	struct buf path = { 0 };
	enum err e = fs_list(profile_path(p, "out", &path), OUT_MAX, count_photo, out);

	buf_clear(&path);
	return e;
}

enum err status_read(struct profile *p, struct status *out)
{
	struct keys_slots *slots = calloc(1, sizeof *slots);
	struct reading r = { .out = out, .slots = slots, .profile = p };
	struct store_txn t;
	struct evidence_reading x = { &r, &t };
	enum err e;

	memset(out, 0, sizeof *out);
	if (!slots)
		return err_set(ERR_NOMEM, _("读收发情况时内存不够"));
	if (!p->store)
		e = err_set(ERR_DENIED, _("先用 PIN 打开"));
	else
		e = keys_slots_read(p->dir, slots);
	if (!e) {
		profile_begin(p, &t);
		e = t.err ? t.err : log_heads(&t, read_head, &r);
		if (!e)
			e = evidence_each(&t, read_evidence, &x);
		store_abort(&t);
	}
	if (!e)
		e = quarantine_each(p, count_refused, out);
	if (!e)
		e = count_photos(p, out);
	if (!e) {
		uint64_t sent = out->acknowledged + out->waiting;

		out->unsealed = out->own > sent ? out->own - sent : 0;
		out->tick = p->anchor.tick;
	}
	free(slots);
	return e;
}

enum err status_read_whole(struct profile *p, struct status *out)
{
	enum err e = status_read(p, out);

	return e ? e : keep_count_held(p, &out->held, &out->strangers);
}

/* --- what of it is not there --- */

struct counting { struct reading r; struct store_txn *t; struct status_unsent *out; uint64_t looked; };

static void count_row(struct status_unsent *out, const char *reg)
{
	uint32_t i = 0;

	while (i < out->count && strcmp(out->at[i].reg, reg))
		i++;
	if (i == STATUS_KINDS)
		return;
	if (i == out->count) {
		snprintf(out->at[i].reg, sizeof out->at[i].reg, "%s", reg);
		out->count++;
	}
	out->at[i].rows++;
}

/* What cannot be read here is counted by nobody: a pack that is not here, a kind of event that makes no row. */
static enum err count_event(void *user, const struct log_event *e)
{
	struct counting *c = user;
	const struct pack *pack;
	struct payload pl;
	struct payload_row row;
	char id[sizeof pl.version], *slash;

	if (e->opaque || e->event.kind != EVENT_SUBMIT || payload_open(EVENT_SUBMIT, e->event.public_part.data, e->event.public_part.len, &pl))
		return ERR_OK;
	memcpy(id, pl.version, sizeof id);
	slash = strchr(id, '/');
	if (!slash)
		return ERR_OK;
	*slash = '\0';
	if (profile_pack(c->r.profile, id, slash + 1, &pack) || pl.form >= pack->form_count)
		return ERR_OK;
	while (payload_next(&pl, &row))
		if (row.fresh && row.entity < pack->forms[pl.form].entity_count)
			count_row(c->out, pack->registers[pack->forms[pl.form].entities[row.entity].reg].id);
	return ERR_OK;
}

static enum err count_log(void *user, const struct log_head *h)
{
	struct counting *c = user;

	if (!is_own(&c->r, h->id.writer) || h->acked >= h->highest)
		return ERR_OK;
	c->looked += h->highest - h->acked;
	return c->looked > STATUS_LOOKED_MAX ? ERR_LIMIT : log_each(c->t, &h->id, h->acked + 1, h->highest, count_event, c);
}

enum err status_unsent(struct profile *p, struct status_unsent *out)
{
	struct keys_slots *slots = calloc(1, sizeof *slots);
	struct store_txn t;
	struct counting c = { .r = { .slots = slots, .profile = p }, .t = &t, .out = out };
	enum err e;

	memset(out, 0, sizeof *out);
	if (!slots)
		return err_set(ERR_NOMEM, _("读收发情况时内存不够"));
	e = p->store ? keys_slots_read(p->dir, slots) : err_set(ERR_DENIED, _("先用 PIN 打开"));
	if (!e) {
		profile_begin(p, &t);
		e = t.err ? t.err : log_heads(&t, count_log, &c);
		store_abort(&t);
	}
	if (e == ERR_LIMIT) {
		out->count = 0;
		e = ERR_OK;
	}
	free(slots);
	return e;
}
