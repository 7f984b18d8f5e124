/* What the journal holds, entry by entry. */
#include "config.h"
#include "sync/ledger/log/log_record.h"

#include "forms/base/i18n.h"
#include "forms/base/wire.h"

#include <stdlib.h>
#include <string.h>

void log_entry_put_row(struct buf *out, enum store_table table, const struct store_key *key, const void *data, size_t len)
{
	buf_putc(out, ENTRY_KEEP);
	buf_putc(out, (int)table);
	buf_putc(out, data != NULL);
	buf_varint(out, key->len);
	buf_put(out, key->bytes, key->len);
	if (data)
		buf_put(out, data, len);
}

void log_entry_put_ack(struct buf *out, const struct event_log_id *id, uint64_t seq, const uint8_t hash[EVENT_HASH])
{
	buf_putc(out, ENTRY_ACK);
	buf_put(out, id->writer, EVENT_WRITER);
	event_scope_put(&id->scope, out);
	buf_be64(out, id->epoch);
	buf_be64(out, seq);
	buf_put(out, hash, EVENT_HASH);
}

void log_entry_put(struct buf *out, const struct log_segment *seg, const struct log_step *steps, uint32_t count)
{
	uint32_t n = 0;

	buf_putc(out, ENTRY_EVENTS);
	buf_put(out, seg->id.writer, EVENT_WRITER);
	event_scope_put(&seg->id.scope, out);
	buf_be64(out, seg->id.epoch);
	buf_varint(out, seg->first);
	buf_put(out, seg->previous, EVENT_HASH);
	log_base_put(out, &seg->base);
	buf_varint(out, count);
	for (uint32_t i = 0; i < count; i++)
		n += steps[i].signature != NULL;
	buf_varint(out, n);
	for (uint32_t i = 0; i < count; i++)
		if (steps[i].signature) {
			buf_varint(out, i);
			buf_put(out, steps[i].signature, EVENT_SIGNATURE);
		}
	for (uint32_t i = 0; i < count; i++)
		buf_put(out, steps[i].bytes, steps[i].len);
}

enum err log_entry_read(const void *entry, size_t len, struct log_segment *seg, struct log_step **steps)
{
	struct wire w = wire_init(entry, len), signatures;
	const uint8_t *writer, *previous;
	uint64_t count, n;
	enum err e;

	memset(seg, 0, sizeof *seg);
	*steps = NULL;
	wire_u8(&w);
	if ((writer = wire_bytes(&w, EVENT_WRITER)))
		memcpy(seg->id.writer, writer, EVENT_WRITER);
	seg->id.scope = event_scope_get(&w);
	seg->id.epoch = wire_u64(&w);
	seg->first = wire_varint(&w);
	if ((previous = wire_bytes(&w, EVENT_HASH)))
		memcpy(seg->previous, previous, EVENT_HASH);
	seg->base = log_base_get(&w);
	count = wire_varint(&w);
	n = wire_varint(&w);
	signatures = w;
	for (uint64_t i = 0; i < n && !w.err; i++) {
		wire_varint(&w);
		wire_bytes(&w, EVENT_SIGNATURE);
	}
	if (w.err || !count || count > LIMIT_EVENTS || n > count)
		return err_set(ERR_CORRUPT, _("日志的一段格式不对"));
	seg->count = (uint32_t)count;
	seg->len = wire_left(&w);
	seg->events = wire_bytes(&w, seg->len);
	if (!(*steps = calloc(count, sizeof **steps)))
		return err_set(ERR_NOMEM, "journal");
	e = log_segment_read(seg, *steps);
	(*steps)[count - 1].signature = NULL;
	for (uint64_t i = 0; i < n && !e; i++) {
		uint64_t at = wire_varint(&signatures);
		const uint8_t *p = wire_bytes(&signatures, EVENT_SIGNATURE);

		if (at < count)
			(*steps)[at].signature = p;
	}
	return e;
}
