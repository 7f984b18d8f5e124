#include "config.h"
#include "sync/bundle/seal.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/bundle/envelope.h"
#include "sync/bundle/zstd.h"

#include <string.h>

static enum err put_stanzas(const struct bundle_sealing *how, const uint8_t key[KEYS_SYMMETRIC], struct buf *out)
{
	uint8_t stanza[ENVELOPE_STANZA];

	buf_putc(out, (int)how->to_count);
	for (size_t i = 0; i < how->to_count; i++) {
		keys_box_id(how->to[i], stanza);
		if (!keys_send(how->to[i], key, KEYS_SYMMETRIC, stanza + KEYS_ID))
			return err_set(ERR_FORMAT, _("收件人的公钥不能用"));
		buf_put(out, stanza, sizeof stanza);
	}
	return out->err;
}

/* A version, cut to whole characters, in a field of one length whatever it says. */
static void put_version(const char *text, struct buf *out)
{
	static const char nothing[LIMIT_MAKER];
	size_t n = strlen(text);

	if (n > LIMIT_MAKER)
		for (n = LIMIT_MAKER; n && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
			;
	buf_putc(out, (int)n);
	buf_put(out, text, n);
	buf_put(out, nothing, LIMIT_MAKER - n);
}

/* For who has a stanza: a lost bundle does not tell what somebody runs. */
static enum err put_maker(const struct bundle_sealing *how, const uint8_t key[KEYS_SYMMETRIC], struct buf *out)
{
	struct buf plain = { 0 };
	enum err e;

	put_version(how->program, &plain);
	put_version(how->pack, &plain);
	buf_be16(out, ENVELOPE_MAKER);
	buf_be16(out, ENVELOPE_MAKER_BOX);
	if (!(e = plain.err))
		e = keys_box_close_to(key, envelope_maker_ad, plain.data, plain.len, out);
	buf_clear(&plain);
	return e;
}

static enum err put_header(const struct bundle_sealing *how, size_t plain_len, size_t frame_len, const uint8_t key[KEYS_SYMMETRIC], struct buf *out)
{
	size_t extensions = (how->tick ? 4 + 8 : 0) + (how->program ? 4 + ENVELOPE_MAKER_BOX : 0);
	enum err e;

	buf_puts(out, "XCB1");
	buf_putc(out, ENVELOPE_MAJOR);
	buf_putc(out, ENVELOPE_ALGORITHMS);
	buf_be16(out, 0);
	buf_be16(out, (uint16_t)(ENVELOPE_FIXED + how->to_count * ENVELOPE_STANZA + extensions));
	buf_be32(out, (uint32_t)plain_len);
	buf_be32(out, (uint32_t)envelope_stream_len(frame_len));
	buf_put(out, bundle_zstd_dictionary(), BUNDLE_DICTIONARY);
	buf_put(out, keys_identity_public(how->sealer)->writer, KEYS_WRITER);
	buf_be64(out, how->counter);
	buf_be64(out, (uint64_t)how->wall);
	if ((e = put_stanzas(how, key, out)))
		return e;
	if (how->tick) {
		buf_be16(out, ENVELOPE_TICK);
		buf_be16(out, 8);
		buf_be64(out, how->tick);
	}
	if (how->program && (e = put_maker(how, key, out)))
		return e;
	return out->err;
}

static enum err put_signature(const struct keys_identity *sealer, size_t header_len, struct buf *file)
{
	uint8_t signature[KEYS_SIGNATURE];
	struct buf m = { 0 };
	enum err e;

	envelope_message((const uint8_t *)file->data, header_len, file->len - header_len, &m);
	if (!(e = m.err)) {
		keys_sign(sealer, m.data, m.len, signature);
		buf_put(file, signature, sizeof signature);
		e = file->err;
	}
	buf_clear(&m);
	return e;
}

static enum err put_file(const struct bundle_sealing *how, size_t plain_len, const struct buf *frame, uint8_t *key, struct buf *file)
{
	struct buf header = { 0 };
	enum err e;

	if ((e = fs_random(key, KEYS_SYMMETRIC)))
		return e;
	if (!(e = put_header(how, plain_len, frame->len, key, &header))) {
		buf_put(file, header.data, header.len);
		e = envelope_encrypt(key, header.data, header.len, frame->data, frame->len, file);
	}
	if (!e)
		e = put_signature(how->sealer, header.len, file);
	buf_clear(&header);
	return e;
}

enum err bundle_seal(const struct bundle_sealing *how, const void *plain, size_t len, struct buf *out, uint8_t id[KEYS_HASH])
{
	struct buf frame = { 0 }, file = { .max = LIMIT_BUNDLE_FILE };
	uint8_t *key = sodium_malloc(KEYS_SYMMETRIC);
	enum err e;

	if (!how->to_count || how->to_count > LIMIT_STANZAS)
		e = err_set(ERR_LIMIT, _("收件人有 %zu 个, 应为 1 到 %d 个"), how->to_count, LIMIT_STANZAS);
	else if (!len || len > LIMIT_PLAIN)
		e = err_set(ERR_LIMIT, _("一包的内容有 %zu 字节, 应为 1 到 %d 字节"), len, LIMIT_PLAIN);
	else if (!key)
		e = err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
	else if (!(e = bundle_zstd_shrink(plain, len, bundle_zstd_dictionary(), &frame))
	         && !(e = envelope_ratio(len, envelope_stream_len(frame.len))))
		e = put_file(how, len, &frame, key, &file);
	if (!e) {
		if (id)
			keys_hash(file.data, file.len, id);
		buf_put(out, file.data, file.len);
		e = out->err;
	}
	sodium_free(key);
	buf_clear(&frame);
	buf_clear(&file);
	return e;
}
