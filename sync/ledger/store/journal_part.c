#include "config.h"
#include "sync/ledger/store/journal_part.h"

#include "forms/base/i18n.h"
#include "forms/base/wire.h"

#include <string.h>

struct place { uint8_t bytes[7 + 8 + 4]; };

/* What a record is sealed and checked for: its place in the journal. */
static struct place place(uint64_t number, uint32_t ordinal)
{
	struct place p;

	memcpy(p.bytes, "journal", 7);
	for (int i = 0; i < 8; i++)
		p.bytes[7 + i] = (uint8_t)(number >> (56 - 8 * i));
	for (int i = 0; i < 4; i++)
		p.bytes[15 + i] = (uint8_t)(ordinal >> (24 - 8 * i));
	return p;
}

void part_put_head(struct buf *out, uint64_t number, bool sealed)
{
	buf_puts(out, "XCJ1");
	buf_putc(out, sealed);
	buf_put(out, "\0\0", 3);
	buf_be64(out, number);
}

bool part_head_sound(const uint8_t *data, size_t len, uint64_t number, bool sealed)
{
	struct wire w = wire_init(data, len);
	const uint8_t *magic = wire_bytes(&w, 4);
	uint32_t flags = wire_u32(&w);

	return magic && !memcmp(magic, "XCJ1", 4) && flags == (uint32_t)sealed << 24 && wire_u64(&w) == number && !w.err;
}

static void be32(char *out, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		out[i] = (char)(n >> (24 - 8 * i));
}

/* The head goes in front of the body when that is made: a record is large, and not to be copied. */
enum err part_put_record(struct buf *out, const struct seal *s, uint64_t number, uint32_t ordinal, const void *entries, size_t len)
{
	struct place p = place(number, ordinal);
	size_t at = out->len, body = at + PART_RECORD_HEAD;
	uint8_t check[SEAL_CHECK];
	enum err e;

	if (!buf_more(out, PART_RECORD_HEAD))
		return out->err;
	if ((e = seal_put(s, p.bytes, sizeof p.bytes, entries, len, out))) {
		buf_cut(out, at);
		return e;
	}
	seal_check(p.bytes, sizeof p.bytes, out->data + body, out->len - body, check);
	be32(out->data + at, (uint32_t)(out->len - body));
	be32(out->data + at + 4, ordinal);
	memcpy(out->data + at + 8, check, SEAL_CHECK);
	return ERR_OK;
}

static bool record_at(const uint8_t *data, size_t len, uint64_t number, size_t at, struct part_record *out)
{
	struct wire w = wire_init(data + at, len - at);
	uint32_t body_len = wire_u32(&w), ordinal = wire_u32(&w);
	const uint8_t *check = wire_bytes(&w, SEAL_CHECK), *body = wire_bytes(&w, body_len);
	struct place p = place(number, ordinal);
	uint8_t want[SEAL_CHECK];

	if (w.err || body_len < SEAL_CHECK)
		return false;
	seal_check(p.bytes, sizeof p.bytes, body, body_len, want);
	if (memcmp(want, check, SEAL_CHECK))
		return false;
	*out = (struct part_record){ ordinal, at, PART_RECORD_HEAD + (size_t)body_len, body, body_len };
	return true;
}

bool part_next(const uint8_t *data, size_t len, uint64_t number, size_t at, struct part_record *out, bool *skipped)
{
	*skipped = false;
	for (; at < len && len - at >= PART_RECORD_HEAD; at++) {
		if (record_at(data, len, number, at, out))
			return true;
		*skipped = true;
	}
	*skipped = at < len || *skipped;
	return false;
}

enum err part_entries(const struct seal *s, uint64_t number, const struct part_record *r, struct buf *plain,
                      enum err (*each)(void *user, const void *entry, size_t len), void *user)
{
	struct place p = place(number, r->ordinal);
	struct wire w;
	enum err e;

	buf_reset(plain);
	if ((e = seal_get(s, p.bytes, sizeof p.bytes, r->body, r->body_len, plain)))
		return e;
	w = wire_init(plain->data, plain->len);
	while (!e && wire_left(&w)) {
		uint32_t n = wire_u32(&w);
		const uint8_t *entry = wire_bytes(&w, n);

		if (!entry)
			return err_set(ERR_CORRUPT, _("日志第 %llu 部分的一段已损坏"), (unsigned long long)number);
		e = each(user, entry, n);
	}
	return e;
}
