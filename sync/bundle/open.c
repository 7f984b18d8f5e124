#include "config.h"
#include "sync/bundle/open.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/bundle/envelope.h"
#include "sync/bundle/zstd.h"

#include <string.h>

/* ---- the clear part ---- */

static enum err check_start(const uint8_t *magic, uint8_t major, uint8_t algorithms, uint16_t flags)
{
	if (memcmp(magic, "XCB1", 4))
		return err_set(ERR_FORMAT, _("这不是巡查数据包"));
	if (major != ENVELOPE_MAJOR)
		return err_set(ERR_VERSION, _("数据包格式第 %u 版, 本程序只认第 %d 版: 请升级程序"), major, ENVELOPE_MAJOR);
	if (algorithms != ENVELOPE_ALGORITHMS || flags & ENVELOPE_FLAGS_CRITICAL)
		return err_set(ERR_VERSION, _("数据包用了本程序不认识的功能: 请升级程序"));
	return ERR_OK;
}

/* The 59 bytes that every bundle starts with. */
static enum err read_fixed(struct wire *w, struct bundle_envelope *out)
{
	const uint8_t *magic = wire_bytes(w, 4), *dictionary, *sealer;
	uint8_t major = wire_u8(w), algorithms = wire_u8(w);
	uint16_t flags = wire_u16(w);
	enum err e;

	if (!w->err && (e = check_start(magic, major, algorithms, flags)))
		return e;
	out->header_len = wire_u16(w);
	out->plain_len = wire_u32(w);
	out->cipher_len = wire_u32(w);
	dictionary = wire_bytes(w, sizeof out->dictionary);
	sealer = wire_bytes(w, KEYS_WRITER);
	out->counter = wire_u64(w);
	out->wall = (int64_t)wire_u64(w);
	out->to_count = wire_u8(w);
	if (w->err)
		return err_set(ERR_FORMAT, _("数据包太短, 没有拷完: 请重新拷贝"));
	memcpy(out->dictionary, dictionary, sizeof out->dictionary);
	memcpy(out->sealer, sealer, KEYS_WRITER);
	if (!out->to_count || out->to_count > LIMIT_STANZAS)
		return err_set(ERR_LIMIT, _("数据包的收件人有 %zu 个, 应为 1 到 %d 个"), out->to_count, LIMIT_STANZAS);
	if (out->header_len < ENVELOPE_FIXED + out->to_count * ENVELOPE_STANZA || out->header_len > ENVELOPE_HEADER_MOST)
		return err_set(ERR_FORMAT, _("数据包的头部长度不对"));
	out->file_len = out->header_len + out->cipher_len + KEYS_SIGNATURE;
	if (!out->plain_len || out->plain_len > LIMIT_PLAIN || out->cipher_len > LIMIT_BUNDLE_FILE || out->file_len > LIMIT_BUNDLE_FILE)
		return err_set(ERR_LIMIT, _("数据包太大: 上限 %d 字节"), LIMIT_BUNDLE_FILE);
	return envelope_ratio(out->plain_len, out->cipher_len);
}

static enum err read_extensions(struct wire *w, const uint8_t *end, struct bundle_envelope *out)
{
	struct wire x = wire_init(w->at, (size_t)(end - w->at));

	while (wire_left(&x)) {
		uint16_t type = wire_u16(&x), len = wire_u16(&x);
		struct wire body = wire_init(wire_bytes(&x, len), len);

		if (x.err)
			return err_set(ERR_FORMAT, _("数据包的扩展部分损坏"));
		if (type == ENVELOPE_TICK) {
			out->tick = wire_u64(&body);
			if (wire_end(&body))
				return err_set(ERR_FORMAT, _("数据包的扩展部分损坏"));
		} else if (type == ENVELOPE_MAKER) {
			out->maker = wire_bytes(&body, ENVELOPE_MAKER_BOX);
			if (wire_end(&body))
				return err_set(ERR_FORMAT, _("数据包的扩展部分损坏"));
		} else if (type & ENVELOPE_CRITICAL) {
			return err_set(ERR_VERSION, _("数据包用了本程序不认识的功能 (%u): 请升级程序"), type & ~ENVELOPE_CRITICAL);
		}
	}
	return ERR_OK;
}

enum err bundle_start_read(const void *start, size_t len, size_t *whole, uint8_t sealer[KEYS_WRITER])
{
	struct bundle_envelope e;
	struct wire w = wire_init(start, len < ENVELOPE_FIXED ? len : ENVELOPE_FIXED);
	enum err err;

	memset(&e, 0, sizeof e);
	if (len < ENVELOPE_FIXED && memcmp(start, "XCB1", len < 4 ? len : 4) == 0)
		return err_set(ERR_HELD, _("数据包还没有收全"));
	if ((err = read_fixed(&w, &e)))
		return err;
	*whole = e.file_len;
	memcpy(sealer, e.sealer, KEYS_WRITER);
	return ERR_OK;
}

enum err bundle_length(const void *start, size_t len, size_t *whole)
{
	uint8_t sealer[KEYS_WRITER];

	return bundle_start_read(start, len, whole, sealer);
}

bool bundle_is_to(const void *start, size_t len, bool (*ours)(const void *user, const uint8_t key[KEYS_ID]), const void *user)
{
	const uint8_t *p = start;
	bool any = false;

	if (len < ENVELOPE_FIXED || memcmp(p, "XCB1", 4))
		return false;
	for (size_t i = 0, at = ENVELOPE_FIXED; i < p[ENVELOPE_FIXED - 1] && i < LIMIT_STANZAS && at + ENVELOPE_STANZA <= len; i++, at += ENVELOPE_STANZA)
		any |= ours(user, p + at);
	return any;
}

static bool is_in_ring(const void *user, const uint8_t key[KEYS_ID])
{
	return keys_ring_has(user, key);
}

bool bundle_is_for(const void *start, size_t len, const struct keys_ring *ring)
{
	return bundle_is_to(start, len, is_in_ring, ring);
}

enum err bundle_envelope_read(const void *file, size_t len, struct bundle_envelope *out)
{
	struct wire w = wire_init(file, len);
	enum err e;

	memset(out, 0, sizeof *out);
	if (len > LIMIT_BUNDLE_FILE)
		return err_set(ERR_LIMIT, _("数据包太大: %zu 字节, 上限 %d"), len, LIMIT_BUNDLE_FILE);
	if ((e = read_fixed(&w, out)))
		return e;
	if (out->file_len != len)
		return err_set(ERR_FORMAT, _("数据包应有 %zu 字节, 这里有 %zu: 没有拷完或被改动, 请重新拷贝"), out->file_len, len);
	out->file = file;
	out->stanzas = wire_bytes(&w, out->to_count * ENVELOPE_STANZA);
	if ((e = read_extensions(&w, out->file + out->header_len, out)))
		return e;
	if (!bundle_zstd_knows(out->dictionary))
		return err_set(ERR_VERSION, _("数据包用的压缩字典不在这个版本里: 请升级程序"));
	keys_hash(file, len, out->id);
	return ERR_OK;
}

/* ---- who sealed it ---- */

enum err bundle_envelope_verify(const struct bundle_envelope *e, const struct keys_roster *roster)
{
	const uint8_t *pk = keys_roster_sealer(roster, e->sealer);
	struct buf m = { 0 };
	enum err err;

	if (!pk)
		return err_set(ERR_UNKNOWN, _("封包的人还没有登记: 先留着, 他的证书到了再打开"));
	envelope_message(e->file, e->header_len, e->cipher_len, &m);
	if (!(err = m.err) && !keys_verify(pk, m.data, m.len, e->file + e->file_len - KEYS_SIGNATURE))
		err = err_set(ERR_SIGNATURE, _("数据包的签名不符: 路上被改动, 或有人冒名"));
	buf_clear(&m);
	return err;
}

/* ---- the sealed part ---- */

static enum err unseal_key(const struct bundle_envelope *e, const struct keys_ring *ring, uint8_t *key)
{
	bool ours = false;

	for (size_t i = 0; i < e->to_count; i++) {
		const uint8_t *stanza = e->stanzas + i * ENVELOPE_STANZA;

		if (!keys_ring_has(ring, stanza))
			continue;
		ours = true;
		if (keys_ring_open(ring, stanza, stanza + KEYS_ID, ENVELOPE_STANZA - KEYS_ID, key))
			return ERR_OK;
	}
	return ours ? err_set(ERR_FORMAT, _("数据包写明给我们, 但钥匙打不开: 封包的程序有错"))
	            : err_set(ERR_DENIED, _("数据包不是给我们的: 代为转送"));
}

static bool read_version(struct wire *w, char out[LIMIT_MAKER + 1])
{
	uint8_t len = wire_u8(w);
	const uint8_t *at = wire_bytes(w, LIMIT_MAKER);

	if (!at || len > LIMIT_MAKER || !text_valid((const char *)at, len) || memchr(at, 0, len))
		return false;
	memcpy(out, at, len);
	return true;
}

static enum err read_maker(const uint8_t key[KEYS_SYMMETRIC], const uint8_t *box, struct bundle *out)
{
	uint8_t plain[ENVELOPE_MAKER_PLAIN];
	struct wire w = wire_init(plain, sizeof plain);

	if (!box)
		return ERR_OK;
	if (keys_box_open(key, envelope_maker_ad, box, ENVELOPE_MAKER_BOX, plain) || !read_version(&w, out->program) || !read_version(&w, out->pack))
		return err_set(ERR_FORMAT, _("数据包的扩展部分损坏"));
	return ERR_OK;
}

static enum err read_segments(struct bundle *b)
{
	struct wire w = wire_init(b->plain.data, b->plain.len);
	uint64_t events = 0;
	enum err e = ERR_OK;

	while (!e && wire_left(&w)) {
		if (b->segment_count == LIMIT_SEGMENTS)
			return err_set(ERR_LIMIT, _("数据包里的记录段多于 %d 个"), LIMIT_SEGMENTS);
		if (!(e = segment_read(&w, b->envelope.sealer, &b->segments[b->segment_count])))
			events += b->segments[b->segment_count++].count;
		if (events > LIMIT_EVENTS)
			return err_set(ERR_LIMIT, _("数据包里的记录多于 %d 条"), LIMIT_EVENTS);
	}
	return e;
}

enum err bundle_envelope_open(const struct bundle_envelope *envelope, const struct keys_ring *ring, struct bundle *out)
{
	uint8_t key[KEYS_SYMMETRIC];                    /* of this file alone; its content is no better guarded */
	struct buf frame = { 0 };
	enum err e;

	out->envelope = *envelope;
	if (!(e = unseal_key(envelope, ring, key)))
		e = envelope_decrypt(key, envelope->file, envelope->header_len, envelope->file + envelope->header_len, envelope->cipher_len, &frame);
	if (!e)
		e = bundle_zstd_expand(frame.data, frame.len, envelope->plain_len, envelope->dictionary, &out->plain);
	if (!e)
		e = read_maker(key, envelope->maker, out);
	if (!e)
		e = read_segments(out);
	sodium_memzero(key, sizeof key);
	buf_clear(&frame);
	return e;
}

enum err bundle_open(const void *file, size_t len, const struct keys_roster *roster, const struct keys_ring *ring, struct bundle *out)
{
	enum err e;

	memset(out, 0, sizeof *out);
	if ((e = bundle_envelope_read(file, len, &out->envelope)) || (e = bundle_envelope_verify(&out->envelope, roster)))
		return e;
	return bundle_envelope_open(&out->envelope, ring, out);
}

void bundle_clear(struct bundle *b)
{
	buf_clear(&b->plain);
	b->segment_count = 0;
}
