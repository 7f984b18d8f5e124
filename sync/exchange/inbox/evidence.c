#include "config.h"
#include "sync/exchange/inbox/evidence.h"

#include "forms/base/cbor.h"
#include "forms/base/i18n.h"

#include <string.h>

static struct store_key key_of(const uint8_t id[KEYS_HASH])
{
	struct store_key k = store_key();

	store_key_put(&k, id, KEYS_HASH);
	return k;
}

static void encode(const struct evidence *e, struct buf *out)
{
	cbor_put_array(out, *e->program ? 13 : 11);
	cbor_put_unsigned(out, e->state);
	cbor_put_bytes(out, e->sealer, sizeof e->sealer);
	cbor_put_unsigned(out, e->counter);
	cbor_put_unsigned(out, e->tick);
	cbor_put_integer(out, e->sealed);
	cbor_put_integer(out, e->seen);
	cbor_put_unsigned(out, e->size);
	cbor_put_unsigned(out, e->events);
	cbor_put_text(out, e->shelf);
	cbor_put_text(out, e->reason);
	cbor_put_array(out, e->piece_count);
	for (uint32_t i = 0; i < e->piece_count; i++) {
		const struct evidence_piece *p = &e->pieces[i];

		cbor_put_array(out, 7);
		cbor_put_bytes(out, p->log.writer, EVENT_WRITER);
		cbor_put_unsigned(out, p->log.scope.kind);
		cbor_put_bytes(out, p->log.scope.bytes, p->log.scope.length);
		cbor_put_unsigned(out, p->log.epoch);
		cbor_put_unsigned(out, p->first);
		cbor_put_unsigned(out, p->last);
		cbor_put_bytes(out, p->end, sizeof p->end);
	}
	if (*e->program) {
		cbor_put_text(out, e->program);
		cbor_put_text(out, e->pack);
	}
}

static void take_text(struct cbor *c, char *out, size_t size)
{
	size_t len;
	const char *s = cbor_text(c, size - 1, &len);

	memset(out, 0, size);
	if (s)
		memcpy(out, s, len);
}

static void take_bytes(struct cbor *c, uint8_t *out, size_t len)
{
	const uint8_t *p = cbor_bytes_n(c, len);

	if (p)
		memcpy(out, p, len);
}

static void decode_piece(struct cbor *c, struct evidence_piece *p)
{
	const uint8_t *scope;
	size_t len;

	if (cbor_array(c, 7) != 7)
		c->err = ERR_FORMAT;
	take_bytes(c, p->log.writer, EVENT_WRITER);
	p->log.scope.kind = (uint8_t)cbor_unsigned(c);
	scope = cbor_bytes(c, &len);
	if (scope && len <= sizeof p->log.scope.bytes) {
		memcpy(p->log.scope.bytes, scope, len);
		p->log.scope.length = (uint8_t)len;
	}
	p->log.epoch = cbor_unsigned(c);
	p->first = cbor_unsigned(c);
	p->last = cbor_unsigned(c);
	take_bytes(c, p->end, sizeof p->end);
}

static enum err decode(const struct buf *data, const uint8_t *id, struct evidence *e)
{
	struct cbor c = cbor_init(data->data, data->len);
	size_t parts;

	memset(e, 0, sizeof *e);
	memcpy(e->id, id, KEYS_HASH);
	parts = cbor_array(&c, 13);
	if (parts != 11 && parts != 13)
		c.err = ERR_FORMAT;
	e->state = (enum evidence_state)cbor_unsigned(&c);
	take_bytes(&c, e->sealer, sizeof e->sealer);
	e->counter = cbor_unsigned(&c);
	e->tick = cbor_unsigned(&c);
	e->sealed = cbor_integer(&c);
	e->seen = cbor_integer(&c);
	e->size = cbor_unsigned(&c);
	e->events = cbor_unsigned(&c);
	take_text(&c, e->shelf, sizeof e->shelf);
	take_text(&c, e->reason, sizeof e->reason);
	e->piece_count = (uint32_t)cbor_array(&c, LIMIT_SEGMENTS);
	for (uint32_t i = 0; i < e->piece_count && !c.err; i++)
		decode_piece(&c, &e->pieces[i]);
	if (parts == 13) {
		take_text(&c, e->program, sizeof e->program);
		take_text(&c, e->pack, sizeof e->pack);
	}
	return cbor_end(&c) ? err_set(ERR_CORRUPT, _("一条收发记录读不出来")) : ERR_OK;
}

enum err evidence_put(struct log_batch *b, const struct evidence *e)
{
	struct store_key k = key_of(e->id);
	struct buf value = { 0 };
	enum err err;

	encode(e, &value);
	err = value.err ? value.err : log_keep(b, STORE_BUN, &k, value.data, value.len);
	buf_clear(&value);
	return err;
}

enum err evidence_drop(struct log_batch *b, const uint8_t id[KEYS_HASH])
{
	struct store_key k = key_of(id);

	return log_keep(b, STORE_BUN, &k, NULL, 0);
}

enum err evidence_get(struct store_txn *t, const uint8_t id[KEYS_HASH], struct evidence *out)
{
	struct store_key k = key_of(id);
	struct buf value = { 0 };
	enum err e = store_get(t, STORE_BUN, &k, &value);

	if (!e)
		e = decode(&value, id, out);
	buf_clear(&value);
	return e;
}

enum err evidence_each(struct store_txn *t, enum err (*each)(void *user, const struct evidence *e), void *user)
{
	struct store_key none = store_key(), key;
	struct buf value = { 0 };
	struct store_cursor c;
	struct evidence one;
	enum err e = ERR_OK;

	store_seek(t, STORE_BUN, &none, &c);
	while (!e && store_next(&c, &key, &value)) {
		if (key.len != KEYS_HASH)
			continue;
		e = decode(&value, key.bytes, &one);
		if (!e)
			e = each(user, &one);
	}
	store_seek_end(&c);
	buf_clear(&value);
	return e ? e : t->err;
}

