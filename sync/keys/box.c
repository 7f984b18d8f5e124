#include "config.h"
#include "sync/keys/box.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"

enum err keys_box_close(const uint8_t key[KEYS_SYMMETRIC], struct keys_ad ad, const void *plain, size_t len, uint8_t *out)
{
	enum err e = fs_random(out, KEYS_BOX_NONCE);

	if (e)
		return e;
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + KEYS_BOX_NONCE, NULL, plain, len, ad.data, ad.len, NULL, out, key);
	return ERR_OK;
}

enum err keys_box_open(const uint8_t key[KEYS_SYMMETRIC], struct keys_ad ad, const uint8_t *box, size_t len, void *plain)
{
	if (len < KEYS_BOX || crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, box + KEYS_BOX_NONCE,
	                                                                 len - KEYS_BOX_NONCE, ad.data, ad.len, box, key))
		return err_set(ERR_CORRUPT, _("封存的数据打不开: 内容被改动, 或密钥不对"));
	return ERR_OK;
}

enum err keys_box_close_to(const uint8_t key[KEYS_SYMMETRIC], struct keys_ad ad, const void *plain, size_t len, struct buf *out)
{
	uint8_t *at = buf_more(out, len + KEYS_BOX);

	return at ? keys_box_close(key, ad, plain, len, at) : out->err;
}

enum err keys_box_open_to(const uint8_t key[KEYS_SYMMETRIC], struct keys_ad ad, const uint8_t *box, size_t len, struct buf *plain)
{
	size_t before = plain->len;
	uint8_t *at;
	enum err e;

	if (len < KEYS_BOX)
		return err_set(ERR_CORRUPT, _("封存的数据太短"));
	if (!(at = buf_more(plain, len - KEYS_BOX)))
		return plain->err;
	if ((e = keys_box_open(key, ad, box, len, at)))
		buf_cut(plain, before);
	return e;
}
