#include "config.h"
#include "sync/bundle/segment.h"

#include "forms/base/i18n.h"
#include "sync/keys/identity.h"

#include <string.h>

enum { AUTHOR_IS_SEALER, AUTHOR_FOLLOWS };
enum { EVENT_LEAST = 9 };                                 /* length, flags, a head of five numbers, one byte of public part */

void segment_put(const struct log_segment *s, const uint8_t sealer[KEYS_WRITER], struct buf *out)
{
	bool own = !memcmp(s->id.writer, sealer, KEYS_WRITER);

	buf_putc(out, own ? AUTHOR_IS_SEALER : AUTHOR_FOLLOWS);
	if (!own)
		buf_put(out, s->id.writer, KEYS_WRITER);
	event_scope_put(&s->id.scope, out);
	buf_be64(out, s->id.epoch);
	buf_varint(out, s->first);
	buf_varint(out, s->count);
	buf_put(out, s->previous, EVENT_HASH);
	buf_be64(out, s->base.lamport);
	buf_be64(out, (uint64_t)s->base.wall);
	buf_be64(out, s->base.boot);
	buf_be64(out, (uint64_t)s->base.uptime);
	buf_put(out, s->signature, EVENT_SIGNATURE);
	buf_varint(out, s->len);
	buf_put(out, s->events, s->len);
}

static void copy(struct wire *w, uint8_t *out, size_t len)
{
	const uint8_t *p = wire_bytes(w, len);

	if (p)
		memcpy(out, p, len);
}

static void read_author(struct wire *w, const uint8_t sealer[KEYS_WRITER], uint8_t out[KEYS_WRITER])
{
	uint8_t which = wire_u8(w);

	if (which == AUTHOR_IS_SEALER)
		memcpy(out, sealer, KEYS_WRITER);
	else if (which == AUTHOR_FOLLOWS)
		copy(w, out, KEYS_WRITER);
	else if (!w->err)
		w->err = ERR_FORMAT;
}

static void read_base(struct wire *w, struct event_base *base)
{
	base->lamport = wire_u64(w);
	base->wall = (int64_t)wire_u64(w);
	base->boot = wire_u64(w);
	base->uptime = (int64_t)wire_u64(w);
}

/* A count is believed only as far as the bytes could hold it: memory is taken by it. */
static enum err check_count(const struct log_segment *s, uint64_t count)
{
	if (count > LIMIT_EVENTS)
		return err_set(ERR_LIMIT, _("一段有 %llu 条记录, 上限 %d"), (unsigned long long)count, LIMIT_EVENTS);
	if (!s->first || s->first > INT64_MAX || !count || count > s->len / EVENT_LEAST)
		return err_set(ERR_FORMAT, _("记录段的编号或条数不对"));
	return ERR_OK;
}

enum err segment_read(struct wire *w, const uint8_t sealer[KEYS_WRITER], struct log_segment *out)
{
	uint64_t count, len;
	enum err e;

	memset(out, 0, sizeof *out);
	read_author(w, sealer, out->id.writer);
	out->id.scope = event_scope_get(w);
	out->id.epoch = wire_u64(w);
	out->first = wire_varint(w);
	count = wire_varint(w);
	copy(w, out->previous, EVENT_HASH);
	read_base(w, &out->base);
	copy(w, out->signature, EVENT_SIGNATURE);
	len = wire_varint(w);
	if (!w->err && len > wire_left(w))
		w->err = ERR_FORMAT;
	out->events = wire_bytes(w, (size_t)len);
	if (w->err)
		return err_set(ERR_FORMAT, _("记录段被截断或损坏"));
	out->len = (size_t)len;
	if (!(e = check_count(out, count)))
		out->count = (uint32_t)count;
	return e;
}

/* Nothing comes before the first event, and its name follows from the log's. */
static enum err check_start(const struct log_segment *s)
{
	uint8_t zero[EVENT_HASH];

	event_hash_log(&s->id, zero);
	if (memcmp(zero, s->previous, EVENT_HASH) || s->base.lamport || s->base.wall || s->base.boot || s->base.uptime)
		return err_set(ERR_FORMAT, _("日志的开头不对"));
	return ERR_OK;
}

enum err segment_signed(const struct log_segment *s, const uint8_t sign_pk[KEYS_PK], const struct log_step *steps)
{
	struct buf m = { 0 };
	enum err e;

	if (s->first == 1 && (e = check_start(s)))
		return e;
	e = event_head_message(&s->id, s->first + s->count - 1, steps[s->count - 1].hash, &m);
	if (!e && !keys_verify(sign_pk, m.data, m.len, s->signature))
		e = err_set(ERR_SIGNATURE, _("作者的签名不符: 记录被改动, 或不是他写的"));
	buf_clear(&m);
	return e;
}

enum err segment_verify(const struct log_segment *s, const uint8_t sign_pk[KEYS_PK], struct log_step *steps)
{
	enum err e = log_segment_read(s, steps);

	return e ? e : segment_signed(s, sign_pk, steps);
}
