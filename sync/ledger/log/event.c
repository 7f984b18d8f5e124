#include "config.h"
#include "sync/ledger/log/event.h"

#include "forms/base/cbor.h"
#include "forms/base/i18n.h"
#include "forms/base/wire.h"

#include <sodium.h>
#include <string.h>

enum { FLAGS_KNOWN = EVENT_HAS_PRIVATE | EVENT_PRIVATE_GONE | EVENT_ANSWERS_GONE | EVENT_HAS_ANSWERS | EVENT_CRITICAL };
enum { FLAGS_HASHED = EVENT_HAS_PRIVATE | EVENT_CRITICAL, LOOSE_DEPTH = 64 };

static bool flags_sound(uint8_t flags)
{
	return !(flags & ~FLAGS_KNOWN) && (!(flags & EVENT_PRIVATE_GONE) || (flags & EVENT_HAS_PRIVATE))
		&& (!(flags & EVENT_ANSWERS_GONE) || (flags & EVENT_HAS_ANSWERS));
}

/* --- writing --- */

/* Deltas wrap: two's complement carries any pair of values, and the reader refuses what does not come back. */
static int64_t delta(uint64_t now, uint64_t before)
{
	uint64_t d = now - before;
	int64_t out;

	memcpy(&out, &d, sizeof out);
	return out;
}

static void put_body(const struct event *e, const struct event_base *base, struct buf *b)
{
	buf_putc(b, e->flags);
	cbor_put_array(b, 5);
	cbor_put_unsigned(b, e->kind);
	cbor_put_unsigned(b, e->lamport - base->lamport);
	cbor_put_integer(b, delta((uint64_t)e->wall, (uint64_t)base->wall));
	cbor_put_integer(b, delta(e->boot, base->boot));
	/* While the wall clock runs true both have moved by the same: the difference takes one byte instead of five. */
	cbor_put_integer(b, delta((uint64_t)e->uptime - (uint64_t)base->uptime, (uint64_t)e->wall - (uint64_t)base->wall));
	buf_put(b, e->public_part.data, e->public_part.len);
	if (e->flags & EVENT_ANSWERS_GONE)
		buf_put(b, e->answers_commitment, EVENT_HASH);
	else if (e->flags & EVENT_HAS_ANSWERS)
		cbor_put_bytes(b, e->answers.data, e->answers.len);
	if (e->flags & EVENT_PRIVATE_GONE) {
		buf_put(b, e->private_commitment, EVENT_HASH);
	} else if (e->flags & EVENT_HAS_PRIVATE) {
		buf_put(b, e->salt, EVENT_SALT);
		cbor_put_bytes(b, e->private_part.data, e->private_part.len);
	}
}

enum err event_encode(const struct event *e, struct event_base *base, struct buf *out)
{
	struct buf body = { .max = EVENT_BYTES_MAX };
	enum err err;

	if (!flags_sound(e->flags) || !e->public_part.data || e->lamport < base->lamport)
		return err_set(ERR_FORMAT, _("记录的各部分不一致"));
	put_body(e, base, &body);
	if (body.err == ERR_LIMIT)
		err = err_set(ERR_LIMIT, _("一条记录最多 %d 字节: 请分成几条"), EVENT_BYTES_MAX);
	else if (!(err = body.err)) {
		buf_varint(out, body.len);
		buf_put(out, body.data, body.len);
		err = out->err;
	}
	buf_clear(&body);
	if (!err)
		*base = (struct event_base){ e->lamport, e->wall, e->boot, e->uptime };
	return err;
}

/* --- reading --- */

/* Pass over one item that is well-formed CBOR of any kind (RFC 8949 section 3), floats, tags and long forms included:
 * enough to tell where the parts of a foreign event end. Returns NULL when even that cannot be told. */
static const uint8_t *skip_loosely(const uint8_t *p, const uint8_t *end, int depth, bool chunk_of, int chunk_type);

static const uint8_t *skip_indefinite(const uint8_t *p, const uint8_t *end, int depth, int type)
{
	bool pair = false;

	if (type < 2 || type == 6)
		return NULL;
	while (p < end && *p != 0xff) {
		p = skip_loosely(p, end, depth + 1, type < 4, type);
		if (!p)
			return NULL;
		pair = !pair;
	}
	return p < end && !(type == 5 && pair) ? p + 1 : NULL;
}

static const uint8_t *skip_loosely(const uint8_t *p, const uint8_t *end, int depth, bool chunk_of, int chunk_type)
{
	uint64_t n;
	int type, info, bytes;

	if (depth > LOOSE_DEPTH || p >= end)
		return NULL;
	type = *p >> 5;
	info = *p++ & 31;
	if (chunk_of && (type != chunk_type || info == 31))
		return NULL;
	if (info == 31)
		return type == 7 ? NULL : skip_indefinite(p, end, depth, type);
	if (info > 27)
		return NULL;
	n = (uint64_t)info;
	bytes = info < 24 ? 0 : 1 << (info - 24);
	if (end - p < bytes)
		return NULL;
	if (bytes)
		n = 0;
	for (int i = 0; i < bytes; i++)
		n = n << 8 | *p++;
	if (type == 2 || type == 3)
		return n <= (uint64_t)(end - p) ? p + n : NULL;
	if (type < 2 || type == 7)
		return p;
	if (type == 6)
		n = 1;
	if (type == 5 && n > UINT64_MAX / 2)
		return NULL;
	for (n *= type == 5 ? 2 : 1; p && n; n--)
		p = skip_loosely(p, end, depth + 1, false, 0);
	return p;
}

static bool add_signed(int64_t *value, int64_t d)
{
	return !__builtin_add_overflow(*value, d, value);
}

static enum err read_head(struct cbor *c, struct event_base *base, struct event *out)
{
	uint64_t kind, lamport, d;
	int64_t wall, boot, drift, uptime;

	if (cbor_array(c, 5) != 5 && !c->err)
		c->err = ERR_FORMAT;
	kind = cbor_unsigned(c);
	lamport = cbor_unsigned(c);
	wall = cbor_integer(c);
	boot = cbor_integer(c);
	drift = cbor_integer(c);
	memcpy(&d, &boot, sizeof d);
	if (c->err || kind > UINT16_MAX || __builtin_add_overflow(base->lamport, lamport, &base->lamport)
	    || __builtin_add_overflow(wall, drift, &uptime) || !add_signed(&base->wall, wall) || !add_signed(&base->uptime, uptime)
	    || (boot < 0 ? base->boot + d >= base->boot : base->boot + d < base->boot))
		return err_set(ERR_FORMAT, _("记录的头部不对"));
	base->boot += d;
	out->kind = (uint16_t)kind;
	out->lamport = base->lamport;
	out->wall = base->wall;
	out->boot = base->boot;
	out->uptime = base->uptime;
	return ERR_OK;
}

/* The public part from p; sets `content` when it is not of the strict subset. NULL: its end cannot be told. */
static const uint8_t *read_public(const uint8_t *p, const uint8_t *end, struct event *out, enum err *content)
{
	struct cbor c = cbor_init(p, (size_t)(end - p));
	const uint8_t *after;
	size_t skipped;

	cbor_skip(&c, &skipped);
	if (!c.err) {
		after = c.at;
	} else {
		*content = c.err;
		after = out->flags & (EVENT_HAS_ANSWERS | EVENT_HAS_PRIVATE) ? skip_loosely(p, end, 0, false, 0) : end;
	}
	if (after)
		out->public_part = (struct event_part){ p, (size_t)(after - p) };
	return after;
}

static struct event_part read_string(struct cbor *c, enum err *content)
{
	struct event_part part;

	part.data = cbor_bytes(c, &part.len);
	if (part.data && !*content)
		*content = cbor_check(part.data, part.len);
	return part;
}

static const uint8_t *take(struct cbor *c, size_t n)
{
	const uint8_t *p = c->at;

	if (c->err || (size_t)(c->end - p) < n) {
		c->err = ERR_FORMAT;
		return NULL;
	}
	c->at += n;
	return p;
}

static void read_rest(struct cbor *c, struct event *out, enum err *content)
{
	if (out->flags & EVENT_ANSWERS_GONE)
		out->answers_commitment = take(c, EVENT_HASH);
	else if (out->flags & EVENT_HAS_ANSWERS)
		out->answers = read_string(c, content);
	if (out->flags & EVENT_PRIVATE_GONE) {
		out->private_commitment = take(c, EVENT_HASH);
	} else if (out->flags & EVENT_HAS_PRIVATE) {
		out->salt = take(c, EVENT_SALT);
		out->private_part = read_string(c, content);
	}
}

enum err event_decode(const void *data, size_t len, struct event_base *base, struct event *out, size_t *used)
{
	struct wire w = wire_init(data, len);
	struct event_base moved = *base;
	enum err content = ERR_OK;
	const uint8_t *body, *p;
	struct cbor c;
	uint64_t n;

	*used = 0;
	memset(out, 0, sizeof *out);
	n = wire_varint(&w);
	if (!w.err && n > EVENT_BYTES_MAX)
		return err_set(ERR_LIMIT, _("一条记录 %llu 字节, 上限 %d"), (unsigned long long)n, EVENT_BYTES_MAX);
	body = wire_bytes(&w, (size_t)n);
	if (!body || n < 2)
		return err_set(ERR_FORMAT, _("记录的长度不对"));
	out->flags = body[0];
	if (out->flags & ~FLAGS_KNOWN)
		return err_set(ERR_VERSION, _("记录用了本程序不认识的功能: 请升级程序"));
	if (!flags_sound(out->flags))
		return err_set(ERR_FORMAT, _("记录的标志不对"));
	c = cbor_init(body + 1, (size_t)n - 1);
	if (read_head(&c, &moved, out))
		return ERR_FORMAT;
	p = read_public(c.at, body + n, out, &content);
	if (!p)
		return err_set(ERR_FORMAT, _("记录的内容分不出各部分"));
	c = cbor_init(p, (size_t)(body + n - p));
	read_rest(&c, out, &content);
	if (cbor_end(&c))
		return err_set(ERR_FORMAT, _("记录的内容分不出各部分"));
	*base = moved;
	*used = (size_t)(w.at - (const uint8_t *)data);
	return content ? err_set(content, _("记录的内容格式不对")) : ERR_OK;
}

/* --- hashes --- */

static void put_be64(uint8_t out[8], uint64_t n)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(n >> (56 - 8 * i));
}

static void hash_scope(crypto_generichash_state *st, const struct event_scope *s)
{
	uint8_t head[2] = { s->kind, s->length };

	crypto_generichash_update(st, head, sizeof head);
	crypto_generichash_update(st, s->bytes, s->length);
}

void event_hash_log(const struct event_log_id *log, uint8_t out[EVENT_HASH])
{
	crypto_generichash_state st;
	uint8_t epoch[8];

	put_be64(epoch, log->epoch);
	crypto_generichash_init(&st, NULL, 0, EVENT_HASH);
	crypto_generichash_update(&st, (const uint8_t *)"XC1 log", 7);
	crypto_generichash_update(&st, log->writer, EVENT_WRITER);
	hash_scope(&st, &log->scope);
	crypto_generichash_update(&st, epoch, sizeof epoch);
	crypto_generichash_final(&st, out, EVENT_HASH);
}

void event_commit_answers(const struct event *e, uint8_t out[EVENT_HASH])
{
	memset(out, 0, EVENT_HASH);
	if (e->flags & EVENT_ANSWERS_GONE)
		memcpy(out, e->answers_commitment, EVENT_HASH);
	else if (e->flags & EVENT_HAS_ANSWERS)
		crypto_generichash(out, EVENT_HASH, e->answers.data, e->answers.len, NULL, 0);
}

void event_commit_private(const struct event *e, uint8_t out[EVENT_HASH])
{
	crypto_generichash_state st;

	memset(out, 0, EVENT_HASH);
	if (e->flags & EVENT_PRIVATE_GONE) {
		memcpy(out, e->private_commitment, EVENT_HASH);
	} else if (e->flags & EVENT_HAS_PRIVATE) {
		crypto_generichash_init(&st, NULL, 0, EVENT_HASH);
		crypto_generichash_update(&st, e->salt, EVENT_SALT);
		crypto_generichash_update(&st, e->private_part.data, e->private_part.len);
		crypto_generichash_final(&st, out, EVENT_HASH);
	}
}

void event_hash(const struct event *e, const uint8_t previous[EVENT_HASH], uint8_t out[EVENT_HASH])
{
	uint8_t m[9 + EVENT_HASH + 1 + 2 + 4 * 8 + 3 * EVENT_HASH], *p = m;

	memcpy(p, "XC1 event", 9);
	memcpy(p += 9, previous, EVENT_HASH);
	p += EVENT_HASH;
	*p++ = e->flags & FLAGS_HASHED;
	*p++ = (uint8_t)(e->kind >> 8);
	*p++ = (uint8_t)e->kind;
	put_be64(p, e->lamport);
	put_be64(p += 8, (uint64_t)e->wall);
	put_be64(p += 8, e->boot);
	put_be64(p += 8, (uint64_t)e->uptime);
	crypto_generichash(p += 8, EVENT_HASH, e->public_part.data, e->public_part.len, NULL, 0);
	event_commit_answers(e, p += EVENT_HASH);
	event_commit_private(e, p += EVENT_HASH);
	crypto_generichash(out, EVENT_HASH, m, sizeof m, NULL, 0);
}

enum err event_head_message(const struct event_log_id *log, uint64_t seq, const uint8_t hash[EVENT_HASH], struct buf *out)
{
	buf_reset(out);
	buf_puts(out, "XC1 head");
	buf_put(out, log->writer, EVENT_WRITER);
	event_scope_put(&log->scope, out);
	buf_be64(out, log->epoch);
	buf_be64(out, seq);
	buf_put(out, hash, EVENT_HASH);
	return out->err;
}

/* --- scopes --- */

enum { SCOPE_ALL, SCOPE_VILLAGE, SCOPE_WRITER, CODE_LENGTH = 12 };

bool event_scope_sound(const struct event_scope *s)
{
	switch (s->kind) {
	case SCOPE_ALL:
		return s->length == 0;
	case SCOPE_WRITER:
		return s->length == EVENT_WRITER;
	case SCOPE_VILLAGE:
		for (int i = 0; i < CODE_LENGTH; i++)
			if (s->length != CODE_LENGTH || s->bytes[i] < '0' || s->bytes[i] > '9')
				return false;
		return true;
	default:
		return false;
	}
}

void event_scope_put(const struct event_scope *s, struct buf *out)
{
	buf_putc(out, s->kind);
	buf_putc(out, s->length);
	buf_put(out, s->bytes, s->length);
}

struct event_scope event_scope_get(struct wire *w)
{
	struct event_scope s = { 0 };
	const uint8_t *p;

	s.kind = wire_u8(w);
	s.length = wire_u8(w);
	if (s.length > sizeof s.bytes)
		w->err = w->err ? w->err : ERR_FORMAT;
	p = wire_bytes(w, s.length);
	if (p)
		memcpy(s.bytes, p, s.length);
	if (!w->err && !event_scope_sound(&s))
		w->err = ERR_FORMAT;
	if (w->err)
		memset(&s, 0, sizeof s);
	return s;
}

struct event_scope event_scope_all(void)
{
	return (struct event_scope){ 0 };
}

struct event_scope event_scope_village(const char *code)
{
	struct event_scope s = { .kind = SCOPE_VILLAGE };
	size_t n = strlen(code);

	s.length = (uint8_t)(n < sizeof s.bytes ? n : sizeof s.bytes);
	memcpy(s.bytes, code, s.length);
	return s;
}

struct event_scope event_scope_writer(const uint8_t writer[EVENT_WRITER])
{
	struct event_scope s = { .kind = SCOPE_WRITER, .length = EVENT_WRITER };

	memcpy(s.bytes, writer, EVENT_WRITER);
	return s;
}

bool event_scope_same(const struct event_scope *a, const struct event_scope *b)
{
	return a->kind == b->kind && a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

bool event_log_same(const struct event_log_id *a, const struct event_log_id *b)
{
	return a->epoch == b->epoch && !memcmp(a->writer, b->writer, EVENT_WRITER) && event_scope_same(&a->scope, &b->scope);
}

void event_scope_text(const struct event_scope *s, char out[68])
{
	if (s->kind == SCOPE_ALL) {
		memcpy(out, "all", 4);
	} else if (s->kind == SCOPE_VILLAGE) {
		memcpy(out, s->bytes, s->length);
		out[s->length] = '\0';
	} else {
		sodium_bin2hex(out, 68, s->bytes, s->length);
	}
}

enum err event_scope_parse(const char *text, struct event_scope *out)
{
	size_t n = strlen(text);

	memset(out, 0, sizeof *out);
	if (!strcmp(text, "all"))
		return ERR_OK;
	if (n == CODE_LENGTH) {
		*out = event_scope_village(text);
	} else if (n == 2 * EVENT_WRITER) {
		out->kind = SCOPE_WRITER;
		out->length = EVENT_WRITER;
		if (sodium_hex2bin(out->bytes, EVENT_WRITER, text, n, NULL, NULL, NULL))
			out->kind = UINT8_MAX;
	} else {
		out->kind = UINT8_MAX;
	}
	return event_scope_sound(out) ? ERR_OK : err_set(ERR_FORMAT, _("范围 %s: 应为 all、12 位村代码或 32 位十六进制的记录人号"), text);
}
