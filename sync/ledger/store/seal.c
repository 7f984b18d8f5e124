#include "config.h"
#include "sync/ledger/store/seal.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/keys/box.h"

#include <sodium.h>
#include <string.h>

void seal_check(const void *about, size_t about_len, const void *data, size_t len, uint8_t out[SEAL_CHECK])
{
	uint8_t key[crypto_shorthash_KEYBYTES] = { 0 };

	crypto_shorthash(key, about, about_len, key);
	crypto_shorthash(out, data, len, key);
}

enum err seal_put_next(const struct seal *s, uint8_t nonce[SEAL_NONCE], const void *about, size_t about_len, const void *data, size_t len, struct buf *out)
{
	uint8_t *p;

	if (!s->key)
		return seal_put(s, about, about_len, data, len, out);
	if (!(p = buf_more(out, len + KEYS_BOX)))
		return out->err;
	for (int i = SEAL_NONCE - 1; i >= SEAL_NONCE - 8 && !++nonce[i]; i--)
		;
	memcpy(p, nonce, SEAL_NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(p + SEAL_NONCE, NULL, data, len, about, about_len, NULL, nonce, s->key);
	return ERR_OK;
}

enum err seal_put(const struct seal *s, const void *about, size_t about_len, const void *data, size_t len, struct buf *out)
{
	uint8_t check[SEAL_CHECK];

	if (s->key)
		return keys_box_close_to(s->key, (struct keys_ad){ about, about_len }, data, len, out);
	seal_check(about, about_len, data, len, check);
	buf_put(out, check, sizeof check);
	buf_put(out, data, len);
	return out->err;
}

/* Unsealed values carry a check in front. */
static enum err check(const void *about, size_t about_len, const void *data, size_t len)
{
	uint8_t want[SEAL_CHECK];

	if (len >= SEAL_CHECK)
		seal_check(about, about_len, (const uint8_t *)data + SEAL_CHECK, len - SEAL_CHECK, want);
	return len >= SEAL_CHECK && !memcmp(want, data, SEAL_CHECK) ? ERR_OK : err_set(ERR_CORRUPT, _("存储的数据损坏"));
}

enum err seal_get(const struct seal *s, const void *about, size_t about_len, const void *data, size_t len, struct buf *out)
{
	enum err e;

	if (s->key)
		return keys_box_open_to(s->key, (struct keys_ad){ about, about_len }, data, len, out);
	if ((e = check(about, about_len, data, len)))
		return e;
	buf_put(out, (const uint8_t *)data + SEAL_CHECK, len - SEAL_CHECK);
	return out->err;
}

enum err seal_write_file(const struct seal *s, const char *path, const char *about, const void *data, size_t len)
{
	struct buf sealed = { 0 };
	enum err e = seal_put(s, about, strlen(about), data, len, &sealed);

	if (!e)
		e = fs_write(path, sealed.data, sealed.len);
	buf_clear(&sealed);
	return e;
}

/* What is read is opened where it lies: a pack is over a megabyte, and is wanted before the first screen. */
enum err seal_read_file(const struct seal *s, const char *path, const char *about, size_t max, struct buf *out)
{
	size_t before = s->key ? KEYS_BOX_NONCE : SEAL_CHECK, after = s->key ? KEYS_BOX_TAG : 0;
	enum err e = fs_read(path, max + KEYS_BOX, out);
	uint8_t *data = (uint8_t *)out->data;

	if (!e && s->key)
		e = keys_box_open(s->key, (struct keys_ad){ about, strlen(about) }, data, out->len, data + before);
	else if (!e)
		e = check(about, strlen(about), data, out->len);
	if (e) {
		buf_reset(out);
		return err_in(e, "%s", path);
	}
	memmove(data, data + before, out->len - before - after);
	buf_cut(out, out->len - before - after);
	return ERR_OK;
}
