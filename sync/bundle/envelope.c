#include "config.h"
#include "sync/bundle/envelope.h"

#include "forms/base/i18n.h"

const struct keys_ad envelope_maker_ad = { "XC1 maker", 9 };

enum err envelope_ratio(size_t plain_len, size_t cipher_len)
{
	if (plain_len > (size_t)LIMIT_PLAIN_RATIO * cipher_len + LIMIT_PLAIN_SLACK)
		return err_set(ERR_LIMIT, _("内容解开后会大过 %d 倍, 不接受"), LIMIT_PLAIN_RATIO);
	return ERR_OK;
}

enum err envelope_encrypt(const uint8_t key[KEYS_SYMMETRIC], const void *ad, size_t ad_len, const void *plain, size_t len, struct buf *out)
{
	crypto_secretstream_xchacha20poly1305_state s;
	const uint8_t *p = plain;
	uint8_t *at = buf_more(out, envelope_stream_len(len));
	size_t n;

	if (!at)
		return out->err;
	crypto_secretstream_xchacha20poly1305_init_push(&s, at, key);
	at += ENVELOPE_STREAM;
	do {
		n = len < ENVELOPE_CHUNK ? len : ENVELOPE_CHUNK;
		len -= n;
		crypto_secretstream_xchacha20poly1305_push(&s, at, NULL, p, n, ad, ad_len, len ? 0 : crypto_secretstream_xchacha20poly1305_TAG_FINAL);
		at += n + ENVELOPE_CHUNK_MORE;
		p += n;
		ad_len = 0;
	} while (len);
	sodium_memzero(&s, sizeof s);
	return ERR_OK;
}

/* Only the last chunk may, and must, carry the final tag: a stream cut at a chunk's border is found out. */
static bool pull_all(crypto_secretstream_xchacha20poly1305_state *s, const void *ad, size_t ad_len, const uint8_t *in, size_t len, uint8_t *at)
{
	uint8_t tag;

	do {
		size_t n = len < ENVELOPE_CHUNK + ENVELOPE_CHUNK_MORE ? len : ENVELOPE_CHUNK + ENVELOPE_CHUNK_MORE;

		if (n < ENVELOPE_CHUNK_MORE || crypto_secretstream_xchacha20poly1305_pull(s, at, NULL, &tag, in, n, ad, ad_len))
			return false;
		in += n;
		len -= n;
		at += n - ENVELOPE_CHUNK_MORE;
		ad_len = 0;
		if (tag != (len ? 0 : crypto_secretstream_xchacha20poly1305_TAG_FINAL))
			return false;
	} while (len);
	return true;
}

enum err envelope_decrypt(const uint8_t key[KEYS_SYMMETRIC], const void *ad, size_t ad_len, const void *cipher, size_t len, struct buf *out)
{
	crypto_secretstream_xchacha20poly1305_state s;
	const uint8_t *in = cipher;
	size_t before = out->len, chunks;
	uint8_t *at;
	bool good;

	if (len < ENVELOPE_STREAM + ENVELOPE_CHUNK_MORE)
		return err_set(ERR_FORMAT, _("加密的内容太短"));
	len -= ENVELOPE_STREAM;
	chunks = (len + ENVELOPE_CHUNK + ENVELOPE_CHUNK_MORE - 1) / (ENVELOPE_CHUNK + ENVELOPE_CHUNK_MORE);
	if (len < chunks * ENVELOPE_CHUNK_MORE)
		return err_set(ERR_FORMAT, _("加密的内容被截断"));
	if (!(at = buf_more(out, len - chunks * ENVELOPE_CHUNK_MORE)))
		return out->err;
	crypto_secretstream_xchacha20poly1305_init_pull(&s, in, key);
	good = pull_all(&s, ad, ad_len, in + ENVELOPE_STREAM, len, at);
	sodium_memzero(&s, sizeof s);
	if (good)
		return ERR_OK;
	buf_cut(out, before);
	return err_set(ERR_FORMAT, _("加密的内容损坏或被截断"));
}

void envelope_message(const uint8_t *file, size_t header_len, size_t cipher_len, struct buf *out)
{
	uint8_t hash[KEYS_HASH];

	keys_hash(file + header_len, cipher_len, hash);
	buf_puts(out, "XC1 bundle");
	buf_put(out, file, header_len);
	buf_put(out, hash, sizeof hash);
}
