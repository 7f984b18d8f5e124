#include "config.h"
#include "sync/exchange/inbox/inbox.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/bundle/open.h"
#include "sync/bundle/receipt.h"
#include "sync/exchange/attach/attach.h"
#include "sync/exchange/inbox/inbox_own.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/exchange/outbox/restored.h"
#include "sync/ledger/log/offer.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name, *text; } verdicts[] = {
	[INBOX_MERGED] = { "merged", N_("收下") }, [INBOX_DUPLICATE] = { "duplicate", N_("以前收过") },
	[INBOX_HELD] = { "held", N_("先留着") }, [INBOX_CARRIED] = { "carried", N_("替别人带着") },
	[INBOX_REFUSED] = { "refused", N_("拒收, 另存") }, [INBOX_RECEIPT] = { "receipt", N_("回执") },
	[INBOX_FOREIGN] = { "foreign", N_("没有动") },
};

const char *inbox_verdict_name(enum inbox_verdict v) { return verdicts[v].name; }
const char *inbox_verdict_text(enum inbox_verdict v) { return gettext(verdicts[v].text); }

/* Who sealed it is not known here, yet it opens: a neighbour who enrolled since, or any at all after the store was lost. Where
 * T's certificates are inside they are taken, for T's signature proves them whoever passed them on; the rest waits for what they
 * say. A township has T's log itself and opens nothing of strangers, unless it was restored: then who enrolled since is one. */
static bool open_stranger(struct profile *p, struct inbox_arrival *a)
{
	bool told = false;

	if ((p->office && !restored_at(p)) || !p->roots.count || bundle_envelope_open(&a->envelope, p->ring, a->bundle)) {
		bundle_envelope_verify(&a->envelope, p->roster);        /* says again what is to be told */
		return false;
	}
	for (size_t i = 0; !told && i < a->bundle->segment_count; i++)
		told = keys_roster_is_authority(p->roster, a->bundle->segments[i].id.writer);
	return a->stranger = told;
}

/* A township knows all its own: what a stranger sealed to none of its keys is a neighbour's, whose stick this is too. One that was
 * restored does not know yet who its own are. */
static bool is_another_township_s(const struct profile *p, const struct inbox_file *f)
{
	return p->office && !restored_at(p) && !bundle_is_for(f->data, f->len, p->ring) && !keep_is_for_township(p, f->data, f->len);
}

/* Is it here already? Then what was noted of it says so. */
static enum err seen_before(struct profile *p, struct inbox_arrival *a, bool *seen)
{
	struct inbox_file *f = a->file;
	struct evidence known;
	struct store_txn t;
	enum err e;

	profile_begin(p, &t);
	e = t.err ? t.err : evidence_get(&t, f->id, &known);
	store_abort(&t);
	*seen = !e && (known.state <= EVIDENCE_MERGED || known.state == EVIDENCE_PROVEN || known.state == EVIDENCE_REPLACED);
	if (!*seen)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	memcpy(f->pieces, known.pieces, sizeof f->pieces);
	f->piece_count = known.piece_count;
	memcpy(f->sealer, known.sealer, sizeof f->sealer);
	f->tick = keys_roots_speaks(&p->roots, f->sealer) ? known.tick : 0;     /* it says how new a stick is all the same */
	a->own = *known.shelf != '\0' || known.state == EVIDENCE_DONE;
	f->newer = false;
	inbox_decide(f, INBOX_DUPLICATE, "");
	return ERR_OK;
}

/* What becomes of a bundle that does not open, for `e`, whose detail is the last. */
static void decide_closed(struct profile *p, struct inbox_arrival *a, enum err e)
{
	struct inbox_file *f = a->file;

	if (e == ERR_UNKNOWN && is_another_township_s(p, f))
		inbox_decide(f, INBOX_FOREIGN, _("别的乡镇的数据包"));
	else
		inbox_decide(f, e == ERR_UNKNOWN ? INBOX_HELD : e == ERR_DENIED ? INBOX_CARRIED : INBOX_REFUSED, err_detail());
	f->newer = e == ERR_VERSION;
}

/* Verify and open what is not here yet. `a->bundle` stays when its segments are to be taken. */
static enum err open_fresh(struct profile *p, struct inbox_arrival *a)
{
	struct inbox_file *f = a->file;
	enum err e;

	if (!(a->bundle = calloc(1, sizeof *a->bundle)))
		return err_set(ERR_NOMEM, "%s", f->name);
	if (!(e = bundle_envelope_verify(&a->envelope, p->roster)))
		e = bundle_envelope_open(&a->envelope, p->ring, a->bundle);
	a->proven = !e || e == ERR_DENIED;
	if (!e && keys_roots_speaks(&p->roots, f->sealer)) {
		f->tick = a->envelope.tick;
		f->time = a->envelope.wall;
	}
	if (!e || (e == ERR_UNKNOWN && open_stranger(p, a)))
		return ERR_OK;
	decide_closed(p, a, e);
	bundle_clear(a->bundle);
	free(a->bundle);
	a->bundle = NULL;
	return e == ERR_NOMEM || e == ERR_IO ? e : ERR_OK;
}

/* Open a bundle without touching the store; fills in the verdict when that is the end of it. */
static enum err open_one(struct profile *p, struct inbox_arrival *a)
{
	struct inbox_file *f = a->file;
	enum err e, bad = bundle_envelope_read(f->data, f->len, &a->envelope);
	bool seen;

	memcpy(f->sealer, a->envelope.sealer, sizeof f->sealer);
	if (bad) {
		keys_hash(f->data, f->len, f->id);
		decide_closed(p, a, bad);
	} else {
		memcpy(f->id, a->envelope.id, sizeof f->id);
	}
	if ((e = seen_before(p, a, &seen)) || seen || bad) {
		a->proven = !bad && seen;
		return e;
	}
	if (keep_carries(p, f->id) && !bundle_is_for(f->data, f->len, p->ring)) {
		a->proven = true;
		inbox_decide(f, INBOX_CARRIED, _("数据包不是给我们的: 代为转送"));
		return ERR_OK;
	}
	return open_fresh(p, a);
}

/* What the township holds of the logs here: a receipt raises what is acknowledged. It lowers it only when the township speaks
 * from another age, having been restored from a backup (profile_restore): then what it does not name it does not hold. */
struct acked_log { struct event_log_id id; uint64_t highest, acked; };
struct acking {
	const struct receipt *receipt;                /* NULL: a new age was heard of by other means */
	bool restored;
	struct acked_log *logs; size_t count, cap;    /* after a restore all that are here: no more of each than is needed */
	bool contradicts;
	struct evidence evidence; bool sealed;        /* of the bundle it is for, when that waits here */
};

static const struct receipt_entry *entry_of(const struct receipt *r, const struct event_log_id *log)
{
	uint8_t scope[KEYS_HASH_SHORT];

	receipt_scope(&log->scope, scope);
	for (size_t i = 0; r && i < r->count; i++)
		if (r->at[i].epoch == log->epoch && !memcmp(r->at[i].writer, log->writer, KEYS_WRITER) && !memcmp(r->at[i].scope, scope, sizeof scope))
			return &r->at[i];
	return NULL;
}

static enum err find_head(void *user, const struct log_head *h)
{
	struct acking *x = user;
	const struct receipt_entry *r = entry_of(x->receipt, &h->id);
	struct acked_log *more;

	/* A stick is full of others' receipts and of old ones. */
	if (!x->restored && (!r || r->seq < h->acked || (r->seq == h->acked && !memcmp(r->hash, h->acked_hash, EVENT_HASH))))
		return ERR_OK;
	if (x->count == x->cap) {
		if (!(more = realloc(x->logs, (x->cap = x->cap ? x->cap * 2 : 16) * sizeof *more)))
			return err_set(ERR_NOMEM, _("回执内存不够"));
		x->logs = more;
	}
	x->logs[x->count++] = (struct acked_log){ h->id, h->highest, h->acked };
	return ERR_OK;
}

static enum err acknowledge(struct log_batch *b, void *user)
{
	static const uint8_t none[EVENT_HASH];
	struct acking *x = user;
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < x->count; i++) {
		const struct acked_log *h = &x->logs[i];
		const struct receipt_entry *r = entry_of(x->receipt, &h->id);
		bool contradicts = false;

		if (r && (r->seq >= h->acked || x->restored))
			e = log_acknowledge(b, &h->id, r->seq, r->hash, &contradicts);
		else if (!r && x->restored && h->acked)
			e = log_acknowledge(b, &h->id, 0, none, &contradicts);
		x->contradicts |= contradicts;
		if (!e && x->restored)
			offer_note(b, &h->id, h->highest);
	}
	if (!e && x->sealed) {
		x->evidence.state = EVIDENCE_PROVEN;
		e = evidence_put(b, &x->evidence);
	}
	return e;
}

static bool is_new_age(const struct profile *p, uint64_t tick)
{
	return !p->office && tick >> 32 > p->anchor.tick >> 32;
}

static enum err acknowledge_by(struct profile *p, const struct receipt *r, uint64_t tick, bool *contradicts)
{
	struct acking x = { .receipt = r, .restored = is_new_age(p, tick) };
	struct store_txn t;
	enum err e;

	profile_begin(p, &t);
	e = t.err ? t.err : log_heads(&t, find_head, &x);
	if (!e && r && r->count)
		x.sealed = !evidence_get(&t, r->bundle, &x.evidence) && x.evidence.state == EVIDENCE_WAITING && !strcmp(x.evidence.shelf, "out");
	store_abort(&t);
	if (!e && (x.count || x.sealed))
		e = log_write(p, acknowledge, &x);
	if (!e && x.restored)
		e = profile_set_tick(p, tick);
	*contradicts = x.contradicts;
	free(x.logs);
	return e;
}

static enum err take_receipt(struct profile *p, struct inbox_file *f)
{
	struct receipt *r = calloc(1, sizeof *r);
	bool contradicts = false;
	enum err e;

	if (!r)
		return err_set(ERR_NOMEM, "%s", f->name);
	if ((e = receipt_read(f->data, f->len, &p->roots, r))) {
		inbox_decide(f, e == ERR_UNKNOWN ? INBOX_FOREIGN : INBOX_REFUSED, err_detail());
		free(r);
		return ERR_OK;
	}
	if (!keys_roots_receipts(&p->roots, r->key)) {
		inbox_decide(f, INBOX_FOREIGN, _("乡镇换钥匙以前的回执: 不再算数, 会再送一次换新的"));
		free(r);
		return ERR_OK;
	}
	/* What it had then it may have lost: a stick keeps receipts for months. */
	if (!p->office && r->tick >> 32 < p->anchor.tick >> 32) {
		inbox_decide(f, INBOX_FOREIGN, _("乡镇从备份恢复以前的回执: 不再算数, 会再送一次换新的"));
		free(r);
		return ERR_OK;
	}
	inbox_decide(f, INBOX_RECEIPT, "");
	memcpy(f->id, r->bundle, KEYS_HASH);
	f->tick = r->tick;
	f->time = r->time;
	e = acknowledge_by(p, r, f->tick, &contradicts);
	if (!e)
		e = keep_delivered(p, r->bundle, f->data, f->len);
	if (!e && !r->count && (e = attach_acknowledge(p, r->bundle)) == ERR_NOTFOUND)
		e = ERR_OK;                       /* of another device's attachment */
	if (!e && contradicts)
		inbox_decide(f, INBOX_RECEIPT, _("乡镇持有的与本机不同: 像是换过机或恢复过备份, 以后的记录另起一段"));
	free(r);
	return e;
}

/* Taken in when something names it; else it is another's, or its record is still on the way. */
static enum err take_blob(struct profile *p, struct inbox_file *f)
{
	keys_hash(f->data, f->len, f->id);
	if (f->len > LIMIT_BLOB) {
		inbox_decide(f, INBOX_REFUSED, _("附件太大"));
		return keep_file(p, f);
	}
	if (keep_has_blob(p, f->id)) {
		inbox_decide(f, INBOX_DUPLICATE, "");
		return ERR_OK;
	}
	if (attach_is_erased(p, f->id)) {
		inbox_decide(f, INBOX_REFUSED, _("附件已按删除令删除: 不再收"));
		return ERR_OK;                    /* kept nowhere */
	}
	if (attach_wanted(p, f->id) || keep_names_blob(p, f->id)) {
		inbox_decide(f, INBOX_MERGED, "");
		return inbox_blob(p, f->data, f->len);
	}
	inbox_decide(f, INBOX_CARRIED, _("还没有记录提到这个附件, 先带着"));
	return keep_blob_for_others(p, f);
}

static bool begins(const struct inbox_file *f, const char *magic)
{
	return f->len >= 4 && !memcmp(f->data, magic, 4);
}

/* Which files are bundles to be opened; the others are done at once. */
static enum err sort_out(struct profile *p, struct inbox_file *files, size_t count, struct inbox_group *g)
{
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < count; i++) {
		struct inbox_file *f = &files[i];

		f->kept[0] = f->reason[0] = '\0';
		f->added = f->held = f->piece_count = f->segments = 0;
		f->tick = 0;
		f->time = 0;
		f->gap = f->split = f->newer = false;
		if (begins(f, "XCR1")) {
			e = take_receipt(p, f);
		} else if (begins(f, "XCA1")) {
			e = take_blob(p, f);
		} else if (begins(f, "XCB1")) {
			g->at[g->count].file = f;
			e = open_one(p, &g->at[g->count++]);
		} else {
			inbox_decide(f, INBOX_FOREIGN, _("不是巡查的文件"));
		}
	}
	return e;
}

enum err inbox_take(struct profile *p, struct inbox_file *files, size_t count)
{
	struct inbox_group g = { .profile = p };
	int64_t said = 0;
	enum err e;

	g.at = calloc(count ? count : 1, sizeof *g.at);
	e = g.at ? sort_out(p, files, count, &g) : err_set(ERR_NOMEM, _("收包内存不够"));
	if (!e)
		e = inbox_group_take(&g);
	for (size_t i = 0; !e && i < count; i++)
		said = files[i].time > said && files[i].verdict != INBOX_REFUSED ? files[i].time : said;
	if (!e)
		truetime_not_before(p, said);       /* what is merged is merged */
	for (size_t i = 0; i < g.count; i++) {
		struct inbox_file *f = g.at[i].file;
		bool unused;

		/* A downlink of another age: what the township still holds, its next receipt will say. */
		if (!e && f->verdict == INBOX_MERGED && is_new_age(p, f->tick))
			e = acknowledge_by(p, NULL, f->tick, &unused);
		if (!e && (f->verdict == INBOX_HELD || f->verdict == INBOX_REFUSED))
			e = keep_file(p, f);
		else if (!e && g.at[i].proven && !g.at[i].own)
			e = keep_for_others(p, f);
		if (g.at[i].bundle)
			bundle_clear(g.at[i].bundle);
		free(g.at[i].bundle);
	}
	free(g.at);
	return e;
}

/* A receipt being filled in: how far each log is held without a gap. */
struct giving { struct receipt *r; const struct inbox_file *file; const uint8_t *writer; };

static void give(struct receipt *r, const struct log_head *h)
{
	struct receipt_entry *entry = &r->at[r->count];

	if (r->count == RECEIPT_ENTRIES || entry_of(r, &h->id))
		return;
	memcpy(entry->writer, h->id.writer, KEYS_WRITER);
	receipt_scope(&h->id.scope, entry->scope);
	entry->epoch = h->id.epoch;
	entry->seq = h->seq;
	memcpy(entry->hash, h->hash, EVENT_HASH);
	r->count++;
}

/* Is the log by somebody this receipt is about? */
static enum err give_log(void *user, const struct log_head *h)
{
	struct giving *x = user;
	bool about = x->writer && !memcmp(x->writer, h->id.writer, EVENT_WRITER);

	for (uint32_t i = 0; !about && x->file && i < x->file->piece_count; i++)
		about = !memcmp(x->file->pieces[i].log.writer, h->id.writer, EVENT_WRITER);
	if (about)
		give(x->r, h);
	return ERR_OK;
}

static enum err make_receipt(struct profile *p, const struct inbox_file *file, const uint8_t *writer, struct buf *out)
{
	struct receipt *r = calloc(1, sizeof *r);
	struct giving x = { r, file, writer };
	struct store_txn t;
	enum err e = !r ? err_set(ERR_NOMEM, _("回执内存不够")) : p->receipt ? ERR_OK : err_set(ERR_DENIED, _("只有乡镇能开回执"));

	if (!e) {
		keys_roots_township(&p->roots, r->township);
		if (file)
			memcpy(r->bundle, file->id, KEYS_HASH);
		r->time = clock_wall();
		r->tick = p->anchor.tick;
		profile_begin(p, &t);
		for (uint32_t i = 0; file && i < file->piece_count; i++) {
			struct log_head h;

			if (!log_head_get(&t, &file->pieces[i].log, &h))
				give(r, &h);
		}
		/* A township that was restored tells the authors all it holds of them, so that they see what it lacks. */
		if (!t.err && (writer || r->tick >> 32))
			e = log_heads(&t, give_log, &x);
		e = e ? e : t.err;
		store_abort(&t);
	}
	if (!e)
		e = receipt_make(r, p->receipt, out);
	free(r);
	return e;
}

enum err inbox_receipt(struct profile *p, const struct inbox_file *file, struct buf *out)
{
	return make_receipt(p, file, NULL, out);
}

enum err inbox_statement(struct profile *p, const uint8_t writer[KEYS_WRITER], struct buf *out)
{
	return make_receipt(p, NULL, writer, out);
}
