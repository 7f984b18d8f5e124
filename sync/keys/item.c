#include "config.h"
#include "sync/keys/item.h"

#include <string.h>

void keys_item_expect(struct cbor *c, bool sound)
{
	if (!sound && !c->err)
		c->err = ERR_FORMAT;
}

void keys_item_bytes(struct cbor *c, uint8_t *out, size_t len)
{
	const uint8_t *p = cbor_bytes_n(c, len);

	if (p)
		memcpy(out, p, len);
}

void keys_item_text(struct cbor *c, char *out, size_t max)
{
	size_t n;
	const char *s = cbor_text(c, max, &n);

	if (s)
		memcpy(out, s, n);
	out[s ? n : 0] = '\0';
	keys_item_expect(c, !s || strlen(out) == n);
}

uint64_t keys_item_number(struct cbor *c, uint64_t max)
{
	uint64_t n = cbor_unsigned(c);

	keys_item_expect(c, n <= max);
	return c->err ? 0 : n;
}

void keys_item_array(struct cbor *c, size_t n)
{
	keys_item_expect(c, cbor_array(c, n) == n);
}

void keys_item_put_scope(struct buf *b, const struct event_scope *s)
{
	uint8_t bytes[2 + sizeof s->bytes];

	bytes[0] = s->kind;
	bytes[1] = s->length;
	memcpy(bytes + 2, s->bytes, s->length);
	cbor_put_bytes(b, bytes, 2 + (size_t)s->length);
}

void keys_item_scope(struct cbor *c, struct event_scope *out)
{
	static const struct { uint8_t least, most; } length[] = { { 0, 0 }, { 1, sizeof out->bytes }, { EVENT_WRITER, EVENT_WRITER } };
	size_t n;
	const uint8_t *p = cbor_bytes(c, &n);

	memset(out, 0, sizeof *out);
	keys_item_expect(c, p && n >= 2 && p[0] <= 2 && p[1] == n - 2 && p[1] >= length[p[0]].least && p[1] <= length[p[0]].most);
	if (c->err)
		return;
	out->kind = p[0];
	out->length = p[1];
	memcpy(out->bytes, p + 2, p[1]);
}
