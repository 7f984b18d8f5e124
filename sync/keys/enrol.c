#include "config.h"
#include "sync/keys/enrol.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/wire.h"
#include "sync/keys/item.h"

#include <string.h>

enum { NONCE = 16, DIGITS = 20 };

static enum err sign_request(const struct keys_identity *id, struct buf *out, size_t start)
{
	uint8_t signature[KEYS_SIGNATURE];

	if (out->err)
		return out->err;
	keys_sign(id, out->data + start, out->len - start, signature);
	buf_put(out, signature, sizeof signature);
	return out->err;
}

enum err keys_request_make(const struct keys_identity *id, const char *name, const char *label, struct buf *out)
{
	const struct keys_public *pk = keys_identity_public(id);
	uint8_t nonce[NONCE];
	size_t start = out->len;
	enum err e = fs_random(nonce, sizeof nonce);

	if (e)
		return e;
	if (strlen(name) > KEYS_NAME_MAX || strlen(label) > 32)
		return err_set(ERR_LIMIT, _("姓名最多 %d 字节, 标签最多 32 字节"), KEYS_NAME_MAX);
	buf_puts(out, "XCQ1");
	cbor_put_array(out, 5);
	cbor_put_bytes(out, pk->sign, KEYS_PK);
	cbor_put_bytes(out, pk->box, KEYS_PK);
	cbor_put_bytes(out, nonce, sizeof nonce);
	cbor_put_text(out, name);
	cbor_put_text(out, label);
	return sign_request(id, out, start);
}

static enum err read_body(const uint8_t *body, size_t len, struct keys_request *out)
{
	struct cbor c = cbor_init(body, len);
	uint8_t nonce[NONCE];

	keys_item_array(&c, 5);
	keys_item_bytes(&c, out->id.sign, KEYS_PK);
	keys_item_bytes(&c, out->id.box, KEYS_PK);
	keys_item_bytes(&c, nonce, sizeof nonce);
	keys_item_text(&c, out->name, KEYS_NAME_MAX);
	keys_item_text(&c, out->label, sizeof out->label - 1);
	return cbor_end(&c);
}

enum err keys_request_read(const void *data, size_t len, struct keys_request *out)
{
	struct wire w = wire_init(data, len);
	const uint8_t *magic = wire_bytes(&w, 4), *body, *signature;

	memset(out, 0, sizeof *out);
	if (!magic || memcmp(magic, "XCQ1", 4))
		return err_set(ERR_FORMAT, _("这不是登记申请文件"));
	if (len > KEYS_REQUEST_MAX || len < 4 + KEYS_SIGNATURE)
		return err_set(ERR_FORMAT, _("登记申请文件长度不对, 请重新拷贝"));
	body = wire_bytes(&w, len - 4 - KEYS_SIGNATURE);
	signature = wire_bytes(&w, KEYS_SIGNATURE);
	if (read_body(body, len - 4 - KEYS_SIGNATURE, out))
		return err_set(ERR_FORMAT, _("登记申请文件损坏, 请重新拷贝"));
	if (!keys_verify(out->id.sign, data, len - KEYS_SIGNATURE, signature))
		return err_set(ERR_SIGNATURE, _("登记申请的签名不符: 文件被改过, 请在设备上重新生成"));
	keys_writer_id(out->id.sign, out->id.writer);
	return ERR_OK;
}

void keys_request_digits(const void *data, size_t len, char out[KEYS_DIGITS])
{
	uint8_t hash[KEYS_HASH];
	size_t at = KEYS_DIGITS - 1;

	keys_hash(data, len, hash);
	out[at] = '\0';
	for (int i = 0; i < DIGITS; i++) {
		unsigned rest = 0;

		for (size_t j = 0; j < sizeof hash; j++) {
			rest = rest << 8 | hash[j];
			hash[j] = (uint8_t)(rest / 10);
			rest %= 10;
		}
		if (i && i % 5 == 0)
			out[--at] = ' ';
		out[--at] = (char)('0' + rest);
	}
}

enum err keys_grant_make(const struct keys_roots *roots, const void *bundle, size_t len, struct buf *out)
{
	if (!roots->count)
		return err_set(ERR_NOTFOUND, _("没有根文件: 这里不是乡镇"));
	buf_puts(out, "XCG1");
	buf_putc(out, (int)roots->count);
	keys_roots_put(roots, 0, out);
	buf_put(out, bundle, len);
	return out->err;
}

enum err keys_grant_read(const void *data, size_t len, struct keys_roots *roots, const uint8_t **bundle, size_t *bundle_len)
{
	struct wire w = wire_init(data, len);
	const uint8_t *magic = wire_bytes(&w, 4);
	size_t count = wire_u8(&w);
	enum err e = ERR_OK;

	*bundle = NULL;
	*bundle_len = 0;
	if (!magic || memcmp(magic, "XCG1", 4))
		return err_set(ERR_FORMAT, _("这不是登记批准文件"));
	if (!count)
		return err_set(ERR_FORMAT, _("登记批准文件里没有根文件"));
	for (size_t i = 0; !e && i < count; i++) {
		size_t size = wire_u16(&w);
		const uint8_t *doc = wire_bytes(&w, size);

		e = doc ? keys_roots_add(roots, doc, size) : err_set(ERR_FORMAT, _("登记批准文件被截断, 请重新拷贝"));
	}
	if (e)
		return e;
	*bundle = w.at;
	*bundle_len = wire_left(&w);
	return ERR_OK;
}
