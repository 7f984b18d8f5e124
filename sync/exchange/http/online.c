#include "config.h"
#include "sync/exchange/http/online_own.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/bundle/receipt.h"
#include "sync/exchange/http/http.h"
#include "sync/exchange/outbox/downlink.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/exchange/outbox/shelf.h"
#include "sync/exchange/outbox/status.h"
#include "sync/keys/roster.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/log/truetime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLOCK_MOST_MS = 60000 };
enum { HEADS_MAX = 48 /* in one question: its line fits HTTP_HEADER_MAX */, HEAD_BYTES = DOWNLINK_PLACE + 8, ENDS_MAX = 32, DOWNLINK_BYTES = LIMIT_BUNDLE_FILE, ROOTS_BYTES = LIMIT_ROOTS * (LIMIT_ROOT + 2) };

/* One directory being sent: bundles, or attachments, which may wait. */
struct sending { const char *dir, *ending; bool own, attachments; };

bool online_sending(void *user, uint64_t done, uint64_t total)
{
	struct online *o = user;
	struct folder_report *r = o->report;

	return !r->progress || r->progress(r->user, o->now && o->now->attachments ? _("发送附件") : _("发送"), (uint32_t)done, (uint32_t)total);
}

enum err online_take(struct online *o, const char *name, const struct buf *data, struct inbox_file *f)
{
	struct folder_report *r = o->report;
	enum err e;

	*f = (struct inbox_file){ .name = name, .data = (const uint8_t *)data->data, .len = data->len };
	if ((e = inbox_take(o->profile, f, 1)))
		return e;
	r->files[f->verdict]++;
	r->added += f->added;
	if (f->tick > r->tick)
		r->tick = f->tick;
	if (r->each)
		r->each(r->user, f);
	return ERR_OK;
}

/* One receipt; ERR_NOTFOUND while the bundle is not durable there. */
static enum err fetch_receipt(struct online *o, const char *id)
{
	struct buf data = { 0 };
	struct inbox_file f;
	char path[96];
	enum err e;

	snprintf(path, sizeof path, "/v1/r/%.64s", id);
	e = http_fetch(o->http, path, 65536, &data);
	if (!e)
		e = online_take(o, _("回执"), &data, &f);
	buf_clear(&data);
	return e;
}

/* Of all that went across, in turn. One that does not come is no failure: the bundle stays, and is asked for the next time. */
static enum err fetch_receipts(struct online *o)
{
	size_t waiting = o->sent_count, at = 0, misses = 0, rounds = 0;
	enum err e = ERR_OK;

	while (!e && waiting && rounds < ONLINE_RECEIPT_TRIES && !o->report->stopped) {
		e = fetch_receipt(o, o->sent[at]);
		if (!e) {
			memmove(o->sent[at], o->sent[--waiting], sizeof *o->sent);
			misses = rounds = 0;
		} else if (e == ERR_NOTFOUND) {
			e = ERR_OK;
			at++;
			misses++;
		}
		if (at >= waiting)
			at = 0;
		if (!e && waiting && misses && at == 0) {
			rounds++;
			clock_sleep(ONLINE_RECEIPT_WAIT_MS);
		}
		if (!online_sending(o, o->sent_count - waiting, o->sent_count))
			o->report->stopped = true;
	}
	o->sent_count = 0;
	return e;
}

/* The township does not take this one: it stays here, and does not hold up the others. An attachment may be early: nothing
 * there names it before its record is in. */
static enum err note_refusal(struct online *o, enum err e)
{
	struct folder_report *r = o->report;
	bool concerns = o->now->own && !o->now->attachments;

	r->refused_there += !o->now->attachments;
	r->attachments_left += o->now->attachments;
	if ((concerns || !*r->why) && !(o->now->attachments && e == ERR_NOTFOUND))
		snprintf(r->why, sizeof r->why, "%s", err_detail());
	if (concerns)
		o->refused = e;
	return ERR_OK;
}

static bool is_for_township(const struct online *o, const struct buf *data)
{
	struct bundle_envelope envelope;

	return !bundle_envelope_read(data->data, data->len, &envelope) && keep_is_for_township(o->profile, data->data, data->len);
}

/* Its bytes are across, or an error says why not. */
static enum err send_file(struct online *o, const char *id, const struct buf *data)
{
	enum err e = ERR_OK;

	for (int i = 0; !e && i < 2; i++) {
		e = http_send(o->http, id, data->data, data->len, online_sending, o);
		if (e != ERR_CONFLICT && e != ERR_NOTFOUND)
			return e;
		if (!i)
			e = ERR_OK;               /* it moved, or gave way, between our question and our slice: ask again */
	}
	return e;
}

static enum err send_one(void *user, const char *name)
{
	struct online *o = user;
	struct folder_report *r = o->report;
	struct buf path = { 0 }, data = { 0 };
	char *id = o->sent[o->sent_count];
	enum err e;

	if (r->stopped || o->sent_count == ONLINE_BUNDLES_MAX || strlen(name) != 2 * KEYS_HASH + 4 || strcmp(name + 2 * KEYS_HASH, o->now->ending))
		return ERR_OK;
	memcpy(id, name, 2 * KEYS_HASH);
	id[2 * KEYS_HASH] = '\0';
	e = fs_read(fs_path(&path, o->now->dir, name), LIMIT_BLOB, &data);
	if (e == ERR_NOTFOUND) {
		e = ERR_OK;                                       /* sealed anew by another session meanwhile, or settled */
	} else if (!e && (o->now->own || o->now->attachments || is_for_township(o, &data))) {
		e = send_file(o, id, &data);
		if (e == ERR_BUSY) {
			r->stopped = true;
			e = ERR_OK;
		} else if (e == ERR_UNKNOWN || e == ERR_LIMIT || e == ERR_CORRUPT || e == ERR_CONFLICT || e == ERR_NOTFOUND) {
			e = note_refusal(o, e);
		} else if (!e) {
			r->copied += !o->now->attachments;
			r->attachments_sent += o->now->attachments;
			o->sent_count++;
		}
	}
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

static enum err send_shelf(struct online *o, const char *shelf, const char *ending)
{
	struct buf dir = { 0 };
	struct sending now = { profile_path(o->profile, shelf, &dir), ending, !strcmp(shelf, "out"), !strcmp(ending, ".xca") };
	enum err e, receipts = ERR_OK;

	o->now = &now;
	e = dir.err ? dir.err : fs_list(now.dir, FOLDER_FILES_MAX, send_one, o);
	/* Also after a cut: what went across before it may be acknowledged, should there be a way again. */
	if (o->sent_count && (!e || e == ERR_IO))
		receipts = fetch_receipts(o);
	o->now = NULL;
	buf_clear(&dir);
	return e ? e : receipts;
}

/* What we hold, as the township wants to be told: all heads in the order of their places, and the ends of branches. */
struct telling { struct buf heads, ends; struct store_txn *txn; };

static enum err tell_head(void *user, const struct log_head *h)
{
	struct telling *x = user;
	uint8_t place[DOWNLINK_PLACE], hash[EVENT_HASH];

	downlink_place(&h->id, place);
	buf_put(&x->heads, place, sizeof place);
	buf_be64(&x->heads, h->seq);
	for (uint32_t i = 0; h->split_at && i < h->range_count && x->ends.len < ENDS_MAX * DOWNLINK_END; i++)
		if (!log_hash_in(x->txn, &h->id, &h->ranges[i], h->ranges[i].last, hash))
			buf_put(&x->ends, hash, DOWNLINK_END);
	return x->heads.err ? x->heads.err : x->ends.err;
}

static int by_place(const void *a, const void *b)
{
	return memcmp(a, b, DOWNLINK_PLACE);
}

static enum err tell(struct profile *p, struct telling *x)
{
	struct store_txn t;
	enum err e;

	buf_reset(&x->heads);
	buf_reset(&x->ends);
	x->txn = &t;
	profile_begin(p, &t);
	e = t.err ? t.err : log_heads(&t, tell_head, x);
	store_abort(&t);
	if (!e && x->heads.len)
		qsort(x->heads.data, x->heads.len / HEAD_BYTES, HEAD_BYTES, by_place);
	return e;
}

static void put_hex(struct buf *out, const char *name, const void *data, size_t len)
{
	const uint8_t *p = data;

	if (len)
		buf_puts(out, name);
	for (size_t i = 0; i < len; i++)
		buf_printf(out, "%02x", p[i]);
}

/* The question about the logs after `after` (NULL: from the first), as many as fit; *last is the place where it ends, when there
 * are more. */
static bool put_question(const struct profile *p, const struct telling *x, const uint8_t *after, struct buf *out, uint8_t last[DOWNLINK_PLACE])
{
	const uint8_t *at = (const uint8_t *)x->heads.data, *end = at + x->heads.len;
	size_t n;
	bool more;

	while (at < end && after && memcmp(at, after, DOWNLINK_PLACE) <= 0)
		at += HEAD_BYTES;
	n = (size_t)(end - at) / HEAD_BYTES;
	if ((more = n > HEADS_MAX))
		n = HEADS_MAX;
	put_hex(out, "/v1/d/", p->writer, EVENT_WRITER);
	buf_puts(out, "?heads=");
	put_hex(out, "", at, n * HEAD_BYTES);
	put_hex(out, "&ends=", x->ends.data, x->ends.len);
	if (after)
		put_hex(out, "&after=", after, DOWNLINK_PLACE);
	if (more) {
		memcpy(last, at + (n - 1) * HEAD_BYTES, DOWNLINK_PLACE);
		put_hex(out, "&to=", last, DOWNLINK_PLACE);
	}
	return more;
}

static enum err ask(struct online *o, const char *path, uint32_t *added)
{
	struct buf data = { 0 };
	struct inbox_file f = { 0 };
	enum err e = http_fetch(o->http, path, DOWNLINK_BYTES, &data);

	/* One retry continues in the same bytes after a cut. */
	if (e == ERR_IO && data.len)
		e = http_fetch(o->http, path, DOWNLINK_BYTES, &data);
	if (!e)
		e = online_take(o, _("下行包"), &data, &f);
	*added = e ? 0 : f.added;
	buf_clear(&data);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Piece by piece through all logs, each until there is nothing new in it. */
static enum err fetch_downlink(struct online *o)
{
	struct telling x = { .txn = NULL };
	struct buf path = { 0 };
	uint8_t after[DOWNLINK_PLACE], last[DOWNLINK_PLACE];
	bool begun = false, more = true;
	uint32_t added = 0;
	enum err e = ERR_OK;

	for (int i = 0; !e && more && i < ONLINE_DOWNLINK_MAX && !o->report->stopped; ) {
		if (!(e = tell(o->profile, &x))) {
			buf_reset(&path);
			more = put_question(o->profile, &x, begun ? after : NULL, &path, last);
			e = path.err ? path.err : ask(o, path.data, &added);
		}
		if (!e && added) {
			i++;
			more = true;
		} else if (!e && more) {
			memcpy(after, last, sizeof after);
			begun = true;
		}
	}
	buf_clear(&x.heads);
	buf_clear(&x.ends);
	buf_clear(&path);
	return e;
}

/* A township restored from a backup older than its last change of keys: it hears of it from us, and nothing is believed that it signs. */
static enum err show_later(struct online *o, const struct buf *theirs)
{
	struct keys_roots r = { 0 };
	struct buf more = { 0 }, answer = { 0 };
	enum err e = keys_roots_add_all(&r, theirs->data, theirs->len);

	if (!e && r.count && keys_roots_newest(&r)->version < keys_roots_newest(&o->profile->roots)->version) {
		o->report->behind = true;
		keys_roots_put(&o->profile->roots, 0, &more);
		e = more.err ? more.err : http_post(o->http, "/v1/roots", more.data, more.len, 64, &answer);
	}
	keys_roots_clear(&r);
	buf_clear(&more);
	buf_clear(&answer);
	return e == ERR_NOMEM ? e : ERR_OK;
}

static enum err fetch_roots(struct online *o)
{
	struct buf data = { 0 };
	enum err e = http_fetch(o->http, "/v1/roots", ROOTS_BYTES, &data);

	/* A chain that is not ours is another township's, or worse: say so before anything is sent. The first is believed only with
	 * its code (enrol_accept). */
	if (!e && o->profile->roots.count)
		e = profile_roots_add(o->profile, data.data, data.len);
	if (!e && o->profile->roots.count)
		e = show_later(o, &data);
	buf_clear(&data);
	return e;
}

static enum err seal_more(struct online *o, uint32_t *sealed)
{
	uint64_t events = 0;
	enum err e = folder_seal(o->profile, sealed, &events);

	o->report->sealed += *sealed;
	o->report->sealed_events += events;
	return e;
}

/* The township was restored from a backup: ask what it holds, and give it what it lost. */
static enum err offer_again(struct online *o)
{
	uint32_t sealed = 0;
	enum err e = online_ask_restored(o);

	if (!e && !(e = seal_more(o, &sealed)) && sealed)
		e = send_shelf(o, "out", ".xcb");
	return e;
}

/* Once in the life of a boot in which something was recorded: the township tells the time, and that goes along with it. It was told between
 * our question and its answer; where they lie too far apart, another exchange will do. Records never wait for it: what goes wrong here comes
 * again with them, or does not matter. */
static void bind_clock(struct online *o)
{
	struct inbox_file f = { .time = 0 };
	int64_t began = clock_uptime(), took;
	struct status now;

	if (truetime_bound_by(o->profile) >= TRUETIME_RECEIPT || status_read(o->profile, &now) || !now.unsealed || online_fetch_standing(o, o->profile->writer, &f))
		return;
	took = clock_uptime() - began;
	if (f.time && took >= 0 && took <= CLOCK_MOST_MS)
		truetime_bind(o->profile, &(struct truetime_binding){ TRUETIME_RECEIPT, f.time, began + took / 2 });
}

/* Sealed also without a way to the township: a stick takes it as well. */
static enum err begin(struct online *o)
{
	uint32_t sealed = 0;
	char why[256];
	enum err e = fetch_roots(o), sealing;

	if (!e)
		bind_clock(o);
	if (!e)
		e = online_ask_revoked(o);
	snprintf(why, sizeof why, "%s", e ? err_detail() : "");
	sealing = seal_more(o, &sealed);
	return e ? err_set(e, "%s", why) : sealing;
}

static enum err exchange(struct online *o)
{
	struct profile *p = o->profile;
	struct folder_report *r = o->report;
	struct buf out = { 0 };
	uint64_t age = p->anchor.tick >> 32;
	enum err e = begin(o);

	if (!e && http_tick(o->http) >> 32 > age)
		e = offer_again(o);
	age = p->anchor.tick >> 32;
	if (!e)
		e = send_shelf(o, "out", ".xcb");
	if (!e && !r->stopped)
		e = send_shelf(o, "carry", ".xcb");
	if (!e)
		e = fetch_downlink(o);
	if (!e && !r->stopped && p->anchor.tick >> 32 > age)
		e = offer_again(o);
	if (!e && !r->stopped)
		e = online_fetch_packs(o);
	if (!e && !r->stopped)
		e = online_give_wanted(o);
	if (!e)
		e = inbox_settle(p, NULL);
	/* All records before any photo, up and down. */
	if (!e && !r->stopped)
		e = send_shelf(o, "out", ".xca");
	if (!e && !r->stopped)
		e = send_shelf(o, "carry", ".xca");
	if (!e && !r->stopped)
		e = online_fetch_attachments(o);
	if (!e)
		e = shelf_settle(p, "out", profile_path(p, "out", &out), &r->settled);
	r->older = r->tick && r->tick < p->anchor.tick;
	if (!e && r->tick > p->anchor.tick)
		e = profile_set_tick(p, r->tick);
	buf_clear(&out);
	return e;
}

enum err online_sync(struct profile *p, const char *url, struct folder_report *r)
{
	struct online o = { .profile = p, .report = r };
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("先用 PIN 打开"));
	if (!(o.sent = calloc(ONLINE_BUNDLES_MAX + 1, sizeof *o.sent)))
		return err_set(ERR_NOMEM, _("网络部分启动不了"));
	if (!(e = http_open(url, &o.http))) {
		if (r->patience_seconds)
			http_patience(o.http, r->patience_seconds, r->patience_seconds);
		e = exchange(&o);
		r->sent = http_sent(o.http);
		r->slice = (uint32_t)http_slice(o.http);
		http_close(o.http);
	}
	free(o.sent);
	return e ? e : o.refused ? err_set(o.refused, "%s", r->why) : ERR_OK;
}
