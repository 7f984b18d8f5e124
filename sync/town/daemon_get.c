#include "config.h"
#include "sync/town/daemon_http.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/exchange/outbox/downlink.h"
#include "sync/exchange/outbox/wanted.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/keys/enrol.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/profile/profile_copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOWNLINK_BYTES = 256 << 10, HEAD_BYTES = KEYS_WRITER + KEYS_HASH_SHORT + 8 + 8 };

enum MHD_Result get_receipt(struct daemon *d, struct MHD_Connection *c, const char *id)
{
	struct inbox_file file = { 0 };
	struct evidence known;
	struct buf out = { 0 };
	struct store_txn t;
	enum MHD_Result done;
	enum err e;

	if (strlen(id) != 2 * KEYS_HASH || !keys_unhex(id, KEYS_HASH, file.id))
		return answer_error(d, c, err_set(ERR_NOTFOUND, _("没有这个回执")));
	pthread_mutex_lock(&d->lock);
	profile_begin(d->profile, &t);
	e = t.err ? t.err : evidence_get(&t, file.id, &known);
	store_abort(&t);
	if (e == ERR_NOTFOUND && keep_has_blob(d->profile, file.id))
		known = (struct evidence){ .state = EVIDENCE_MERGED };
	else if (e)
		goto out;
	e = ERR_OK;
	if (known.state != EVIDENCE_MERGED)
		e = err_set(ERR_NOTFOUND, _("这个包还没有收下: %s"), known.reason);
	if (!e) {
		memcpy(file.pieces, known.pieces, sizeof file.pieces);
		file.piece_count = known.piece_count;
		e = inbox_receipt(d->profile, &file, &out);
		d->receipts += !e;
	}
out:
	pthread_mutex_unlock(&d->lock);
	done = e ? answer_error(d, c, e) : answer_bytes(c, 200, "application/octet-stream", out.data, out.len);
	buf_clear(&out);
	return done;
}

/* A writer that is believed now: the staff may have let it in a moment ago, in another program. A copy: they may do so again while the
 * logs are read, and the roster is made anew. */
static bool find_writer(struct daemon *d, const uint8_t id[KEYS_WRITER], struct keys_writer *out)
{
	const struct keys_writer *w;
	struct store_txn t;

	profile_begin(d->profile, &t);
	store_abort(&t);
	if ((w = keys_roster_find(d->profile->roster, id)))
		*out = *w;
	return w != NULL;
}

static bool is_authority(struct daemon *d, const uint8_t id[KEYS_WRITER])
{
	return keys_roster_is_authority(d->profile->roster, id);
}

/* What is held of a writer or of T, signed: for a device that has heard of a restored township and wants to know what to offer again. */
enum MHD_Result get_statement(struct daemon *d, struct MHD_Connection *c, const char *writer)
{
	uint8_t id[KEYS_WRITER];
	struct keys_writer w;
	struct buf out = { 0 };
	enum MHD_Result done;
	enum err e = ERR_OK;

	if (strlen(writer) != 2 * KEYS_WRITER || !keys_unhex(writer, KEYS_WRITER, id))
		return answer_error(d, c, err_set(ERR_NOTFOUND, _("没有这台设备")));
	pthread_mutex_lock(&d->lock);
	if (!find_writer(d, id, &w) && !is_authority(d, id))
		e = err_set(ERR_UNKNOWN, _("这台设备没有入网"));
	else
		e = inbox_statement(d->profile, id, &out);
	pthread_mutex_unlock(&d->lock);
	done = e ? answer_error(d, c, e) : answer_bytes(c, 200, "application/octet-stream", out.data, out.len);
	buf_clear(&out);
	return done;
}

/* What a writer asks, all in hex: heads = {writer 16, scope hash 16, epoch 8, seq 8}…; after and to, the places (writer, scope
 * hash, epoch) it is about; ends = {8 bytes of a hash}… of branches it holds. */
struct question {
	uint8_t told[DAEMON_HEADS_MAX * HEAD_BYTES], after[DOWNLINK_PLACE], to[DOWNLINK_PLACE], ends[DAEMON_ENDS_MAX][DOWNLINK_END];
	size_t told_len, after_len, to_len, ends_len;
};

static bool read_hex(struct MHD_Connection *c, const char *name, uint8_t *out, size_t max, size_t unit, size_t *len)
{
	const char *hex = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, name);

	*len = hex ? strlen(hex) / 2 : 0;
	return *len <= max && *len % unit == 0 && (!*len || keys_unhex(hex, *len, out));
}

static bool read_question(struct MHD_Connection *c, struct question *q)
{
	return read_hex(c, "heads", q->told, sizeof q->told, HEAD_BYTES, &q->told_len) && read_hex(c, "after", q->after, sizeof q->after, DOWNLINK_PLACE, &q->after_len)
	       && read_hex(c, "to", q->to, sizeof q->to, DOWNLINK_PLACE, &q->to_len) && read_hex(c, "ends", q->ends[0], sizeof q->ends, DOWNLINK_END, &q->ends_len);
}

/* Our logs, matched with what was told. */
struct heads { struct event_log_id logs[DAEMON_HEADS_MAX]; uint64_t seqs[DAEMON_HEADS_MAX]; size_t count; const struct question *question; };

static uint64_t big_endian(const uint8_t *p)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | p[i];
	return n;
}

static enum err match_head(void *user, const struct log_head *h)
{
	struct heads *x = user;
	uint8_t place[DOWNLINK_PLACE];

	downlink_place(&h->id, place);
	for (const uint8_t *p = x->question->told, *end = p + x->question->told_len; p < end && x->count < DAEMON_HEADS_MAX; p += HEAD_BYTES) {
		if (memcmp(p, place, sizeof place))
			continue;
		x->logs[x->count] = h->id;
		x->seqs[x->count++] = big_endian(p + DOWNLINK_PLACE);
	}
	return ERR_OK;
}

/* The cached answer to the same question, or the place for it: a cut download goes on by Range in the same bytes. */
static struct downlink_cache *cache_of(struct daemon *d, const char *writer, const struct question *q)
{
	struct downlink_cache *oldest = &d->cache[0];
	uint64_t version = profile_version(d->profile);   /* the staff writes too */
	struct keys_hash h;
	uint8_t key[KEYS_HASH];

	keys_hash_start(&h, "downlink");
	keys_hash_add(&h, writer, strlen(writer));
	keys_hash_add(&h, q, sizeof *q);
	keys_hash_add(&h, &version, sizeof version);
	keys_hash_end(&h, key);
	for (size_t i = 0; i < DAEMON_CACHE; i++) {
		if (d->cache[i].data.len && !memcmp(d->cache[i].key, key, KEYS_HASH))
			return &d->cache[i];
		if (d->cache[i].used < oldest->used)
			oldest = &d->cache[i];
	}
	buf_reset(&oldest->data);
	memcpy(oldest->key, key, KEYS_HASH);
	return oldest;
}

static enum err make_downlink(struct daemon *d, const struct keys_writer *w, const struct question *q, struct buf *out)
{
	struct event_scope scopes[KEYS_SCOPES + 1] = { event_scope_all() };
	struct heads *x = calloc(1, sizeof *x);
	struct store_txn t;
	bool more;
	enum err e = x ? ERR_OK : err_set(ERR_NOMEM, _("下行包内存不够"));

	if (!e) {
		x->question = q;
		profile_begin(d->profile, &t);
		e = t.err ? t.err : log_heads(&t, match_head, x);
		store_abort(&t);
	}
	memcpy(scopes + 1, w->scopes, w->scope_count * sizeof *scopes);
	if (!e) {
		struct downlink_heads heads = { x->logs, x->seqs, x->count, q->after_len ? q->after : NULL, q->to_len ? q->to : NULL,
		                                (const uint8_t (*)[DOWNLINK_END])q->ends, q->ends_len / DOWNLINK_END };

		e = downlink_for(d->profile, d->profile->receipt, w->box, scopes, w->scope_count + 1, &heads, DOWNLINK_BYTES, out, &more);
	}
	free(x);
	return e;
}

/* Bytes, from where a Range goes on: "bytes=N-", if they are those it began in. */
static enum MHD_Result answer_range(struct MHD_Connection *c, const struct buf *data)
{
	const char *range = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Range"), *same = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "If-Range");
	uint8_t hash[KEYS_HASH_SHORT];
	char tag[2 * KEYS_HASH_SHORT + 3] = "\"", *end = NULL;
	unsigned long long from = 0;

	keys_hash_short(data->data, data->len, hash);
	keys_hex(hash, sizeof hash, tag + 1);
	strcat(tag, "\"");
	if (range && !strncmp(range, "bytes=", 6) && (!same || !strcmp(same, tag)))
		from = strtoull(range + 6, &end, 10);
	if (!end || *end != '-' || end[1] || from >= data->len)
		from = 0;
	return answer_with(c, from ? 206 : 200, "ETag", tag, data->data + from, data->len - (size_t)from);
}

enum MHD_Result get_downlink(struct daemon *d, struct MHD_Connection *c, const char *writer)
{
	struct keys_writer w;
	struct downlink_cache *cached;
	struct question q = { .told_len = 0 };
	uint8_t id[KEYS_WRITER];
	enum MHD_Result done;
	enum err e = ERR_OK;

	if (strlen(writer) != 2 * KEYS_WRITER || !keys_unhex(writer, KEYS_WRITER, id))
		return answer_error(d, c, err_set(ERR_NOTFOUND, _("没有这台设备")));
	if (!read_question(c, &q))
		return answer_error(d, c, err_set(ERR_FORMAT, _("heads 不对")));
	pthread_mutex_lock(&d->lock);
	if (!find_writer(d, id, &w) || w.revoked)
		e = err_set(ERR_UNKNOWN, _("这台设备没有入网"));
	cached = cache_of(d, writer, &q);
	if (!e && !cached->data.len) {
		e = make_downlink(d, &w, &q, &cached->data);
		d->downlinks += !e;
	}
	cached->used = ++d->clock;
	if (!e && !cached->data.len)
		e = err_set(ERR_NOTFOUND, _("没有新的"));
	done = e ? MHD_NO : answer_range(c, &cached->data);
	pthread_mutex_unlock(&d->lock);
	return e ? answer_error(d, c, e) : done;
}

/* A file of the profile by a 64-digit name. */
static enum MHD_Result get_file(struct daemon *d, struct MHD_Connection *c, const char *dir, const char *id)
{
	struct buf path = { 0 }, data = { 0 };
	enum MHD_Result done;
	enum err e;

	if (strlen(id) != 64 || strspn(id, "0123456789abcdef") != 64)
		return answer_error(d, c, err_set(ERR_NOTFOUND, _("没有这个文件")));
	buf_printf(&path, "%s/%s/%s", d->profile->dir, dir, id);
	e = path.err ? path.err : fs_read(path.data, ENROL_FILE_MAX, &data);
	done = e ? answer_error(d, c, e == ERR_NOTFOUND ? err_set(e, _("还没有: 等一等再问")) : e) : answer_range(c, &data);
	buf_clear(&path);
	buf_clear(&data);
	return done;
}

enum MHD_Result get_blob(struct daemon *d, struct MHD_Connection *c, const char *id)
{
	return get_file(d, c, "blobs", id);
}

/* What a restored township asks devices for. */
enum MHD_Result get_wanted(struct daemon *d, struct MHD_Connection *c)
{
	struct buf ids = { 0 };
	enum MHD_Result done;
	enum err e;

	pthread_mutex_lock(&d->lock);
	if (!(e = wanted_list(d->profile, &ids)) && !ids.len)
		e = err_set(ERR_NOTFOUND, _("没有新的"));
	pthread_mutex_unlock(&d->lock);
	done = e ? answer_error(d, c, e) : answer_bytes(c, 200, "application/octet-stream", ids.data, ids.len);
	buf_clear(&ids);
	return done;
}

enum MHD_Result get_grant(struct daemon *d, struct MHD_Connection *c, const char *id)
{
	return get_file(d, c, "grants", id);
}

/* The first thing a device asks: with the tick, unsigned, so that it knows to ask more of a township that was restored. */
enum MHD_Result get_roots(struct daemon *d, struct MHD_Connection *c)
{
	struct buf out = { 0 };
	enum MHD_Result done;
	struct store_txn t;
	char tick[24];

	pthread_mutex_lock(&d->lock);
	profile_begin(d->profile, &t);                  /* staff may have changed the keys beside us */
	store_abort(&t);
	keys_roots_put(&d->profile->roots, 0, &out);
	snprintf(tick, sizeof tick, "%" PRIu64, d->profile->anchor.tick);
	pthread_mutex_unlock(&d->lock);
	done = answer_with(c, 200, "Xuncha-Tick", tick, buf_str(&out), out.len);
	buf_clear(&out);
	return done;
}

enum MHD_Result post_roots(struct daemon *d, struct MHD_Connection *c, const struct buf *body)
{
	enum err e;

	pthread_mutex_lock(&d->lock);
	e = profile_roots_shown(d->profile, buf_str(body), body->len);
	pthread_mutex_unlock(&d->lock);
	return e ? answer_error(d, c, e) : answer_text(c, 202, "ok\n");
}

enum MHD_Result get_metrics(struct daemon *d, struct MHD_Connection *c)
{
	struct buf out = { 0 };
	enum MHD_Result done;
	uint64_t room = 0;

	pthread_mutex_lock(&d->lock);
#define X(field, name, help) buf_printf(&out, "# HELP " name " " help "\n# TYPE " name " counter\n" name " %" PRIu64 "\n", d->field);
	DAEMON_COUNTERS(X)
#undef X
	buf_printf(&out, "# HELP xuncha_queue bundles waiting to be taken in\n# TYPE xuncha_queue gauge\nxuncha_queue %zu\n", d->queued);
	buf_printf(&out, "# HELP xuncha_connections open connections\n# TYPE xuncha_connections gauge\nxuncha_connections %zu\n", d->connections);
	if (!fs_free(d->profile->dir, &room))
		buf_printf(&out, "# HELP xuncha_disk_free_bytes room left where the data lies\n# TYPE xuncha_disk_free_bytes gauge\nxuncha_disk_free_bytes %" PRIu64 "\n", room);
	pthread_mutex_unlock(&d->lock);
	done = answer_bytes(c, 200, "text/plain; version=0.0.4", buf_str(&out), out.len);
	buf_clear(&out);
	return done;
}

static enum err count_one(void *user, const char *name)
{
	(void)name;
	++*(uint32_t *)user;
	return ERR_OK;
}

/* A request lies in enrol/ until the staff has compared its digits; the answer is the name to ask for the grant under. */
enum MHD_Result post_enrol(struct daemon *d, struct MHD_Connection *c, const struct buf *body)
{
	struct keys_request r;
	struct buf dir = { 0 }, path = { 0 };
	uint8_t hash[KEYS_HASH];
	char id[2 * KEYS_HASH + 1];
	uint32_t waiting = 0;
	enum err e = keys_request_read(buf_str(body), body->len, &r);

	if (!e) {
		keys_hash(body->data, body->len, hash);
		keys_hex(hash, KEYS_HASH, id);
		profile_path(d->profile, "enrol", &dir);
		e = dir.err ? dir.err : fs_make_dir(dir.data);
	}
	if (!e)
		e = fs_list(dir.data, 10 * DAEMON_ENROL_MAX, count_one, &waiting);
	if (!e && waiting >= DAEMON_ENROL_MAX)
		e = err_set(ERR_LIMIT, _("等待批准的入网申请太多, 请打电话给应急办"));
	if (!e)
		e = fs_write(fs_path(&path, dir.data, id), body->data, body->len);
	buf_clear(&dir);
	buf_clear(&path);
	return e ? answer_error(d, c, e) : answer_text(c, 202, id);
}
