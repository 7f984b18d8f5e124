#include "config.h"
#include "tests/bundle/chain.h"

#include "forms/base/cbor.h"

enum { DAY = 1767225600 };

void chain_start(struct chain *c, const struct keys_identity *author, const struct event_scope *scope, uint64_t epoch)
{
	memset(c, 0, sizeof *c);
	c->author = author;
	memcpy(c->id.writer, keys_identity_public(author)->writer, EVENT_WRITER);
	c->id.scope = *scope;
	c->id.epoch = epoch;
	event_hash_log(&c->id, c->hash);
}

void chain_clear(struct chain *c)
{
	buf_clear(&c->wire);
}

struct event chain_event(const struct chain *c, uint16_t kind)
{
	return (struct event){
		.kind = kind, .lamport = c->base.lamport + 1, .boot = 3,
		.wall = DAY * 1000LL + (int64_t)c->seq * 61003, .uptime = 5000 + (int64_t)c->seq * 61003,
	};
}

enum err chain_put(struct chain *c, const struct event *e)
{
	uint8_t before[EVENT_HASH];
	struct buf m = { 0 };
	enum err err = event_encode(e, &c->base, &c->wire);

	if (err)
		return err;
	memcpy(before, c->hash, sizeof before);
	event_hash(e, before, c->hash);
	assert_ok(event_head_message(&c->id, ++c->seq, c->hash, &m));
	keys_sign(c->author, m.data, m.len, c->signature);
	buf_clear(&m);
	return ERR_OK;
}

void chain_add(struct chain *c, uint16_t kind, const struct buf *payload, const struct buf *answers)
{
	struct event e = chain_event(c, kind);

	e.public_part = (struct event_part){ (const uint8_t *)payload->data, payload->len };
	if (answers) {
		e.flags = EVENT_HAS_ANSWERS;
		e.answers = (struct event_part){ (const uint8_t *)answers->data, answers->len };
	}
	assert_ok(chain_put(c, &e));
}

void chain_work(struct chain *c, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct buf payload = { 0 }, answers = { 0 };

		cbor_put_array(&payload, 6);
		cbor_put_unsigned(&payload, 2);
		cbor_put_text(&payload, "2026.1");
		cbor_put_unsigned(&payload, c->seq + 1);
		cbor_put_unsigned(&payload, 1767225600000 + i * 977);
		cbor_put_unsigned(&payload, 40 + i % 9);
		cbor_put_array(&payload, 0);
		cbor_put_array(&answers, 8);
		for (unsigned k = 0; k < 7; k++)
			cbor_put_unsigned(&answers, (i + k) % 3);
		cbor_put_text(&answers, i % 4 ? "安全出口被杂物堵住半边" : "已当场搬走");
		chain_add(c, EVENT_SUBMIT, &payload, &answers);
		buf_clear(&payload);
		buf_clear(&answers);
	}
}

struct log_segment chain_segment(const struct chain *c, uint32_t count)
{
	struct log_segment s = { .id = c->id, .first = 1, .count = count, .events = (const uint8_t *)c->wire.data, .len = c->wire.len };

	event_hash_log(&c->id, s.previous);
	memcpy(s.signature, c->signature, EVENT_SIGNATURE);
	return s;
}
