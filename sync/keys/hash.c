#include "config.h"
#include "sync/keys/hash.h"

#include <string.h>

void keys_hash_start(struct keys_hash *h, const char *tag)
{
	crypto_generichash_init(&h->state, NULL, 0, KEYS_HASH);
	if (tag)
		keys_hash_add(h, tag, strlen(tag));
}

void keys_hash_add(struct keys_hash *h, const void *data, size_t len)
{
	crypto_generichash_update(&h->state, data, len);
}

void keys_hash_end(struct keys_hash *h, uint8_t out[KEYS_HASH])
{
	crypto_generichash_final(&h->state, out, KEYS_HASH);
}

void keys_hash(const void *data, size_t len, uint8_t out[KEYS_HASH])
{
	crypto_generichash(out, KEYS_HASH, data, len, NULL, 0);
}

void keys_hash_short(const void *data, size_t len, uint8_t out[KEYS_HASH_SHORT])
{
	crypto_generichash(out, KEYS_HASH_SHORT, data, len, NULL, 0);
}

void keys_writer_id(const uint8_t sign_pk[KEYS_PK], uint8_t out[KEYS_WRITER])
{
	struct keys_hash h;
	uint8_t full[KEYS_HASH];

	keys_hash_start(&h, "XC1 writer");
	keys_hash_add(&h, sign_pk, KEYS_PK);
	keys_hash_end(&h, full);
	memcpy(out, full, KEYS_WRITER);
}

void keys_box_id(const uint8_t box_pk[KEYS_PK], uint8_t out[KEYS_ID])
{
	uint8_t full[KEYS_HASH];

	keys_hash(box_pk, KEYS_PK, full);
	memcpy(out, full, KEYS_ID);
}

void keys_hex(const uint8_t *data, size_t len, char *out)
{
	sodium_bin2hex(out, 2 * len + 1, data, len);
}

bool keys_unhex(const char *hex, size_t len, uint8_t *out)
{
	return strspn(hex, "0123456789abcdef") >= 2 * len && !sodium_hex2bin(out, len, hex, 2 * len, NULL, NULL, NULL);
}

void keys_base64(const void *data, size_t len, char *out)
{
	sodium_bin2base64(out, KEYS_BASE64(len), data, len, sodium_base64_VARIANT_ORIGINAL);
}

bool keys_unbase64(const char *text, size_t text_len, void *out, size_t len)
{
	size_t n;

	return !sodium_base642bin(out, len, text, text_len, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) && n == len;
}
