#include "config.h"
#include "sync/bundle/receipt.h"

#include "forms/base/i18n.h"
#include "forms/base/wire.h"

#include <string.h>

enum { MAJOR = 1, ALGORITHM = 1, HEAD = 4 + 1 + 1 + 2 + KEYS_TOWNSHIP + KEYS_ID + KEYS_HASH + 8 + 8, ENTRY = KEYS_WRITER + KEYS_HASH_SHORT + 8 + 8 + EVENT_HASH };

void receipt_scope(const struct event_scope *scope, uint8_t out[KEYS_HASH_SHORT])
{
	struct buf b = { 0 };

	event_scope_put(scope, &b);
	keys_hash_short(b.data, b.len, out);
	buf_clear(&b);
}

static enum err message(const void *data, size_t len, struct buf *m)
{
	buf_puts(m, "XC1 receipt");
	buf_put(m, data, len);
	return m->err;
}

static void put(const struct receipt *r, struct buf *out)
{
	buf_puts(out, "XCR1");
	buf_putc(out, MAJOR);
	buf_putc(out, ALGORITHM);
	buf_be16(out, (uint16_t)r->count);
	buf_put(out, r->township, KEYS_TOWNSHIP);
	buf_put(out, r->key, KEYS_ID);
	buf_put(out, r->bundle, KEYS_HASH);
	buf_be64(out, (uint64_t)r->time);
	buf_be64(out, r->tick);
	for (size_t i = 0; i < r->count; i++) {
		buf_put(out, r->at[i].writer, KEYS_WRITER);
		buf_put(out, r->at[i].scope, KEYS_HASH_SHORT);
		buf_be64(out, r->at[i].epoch);
		buf_be64(out, r->at[i].seq);
		buf_put(out, r->at[i].hash, EVENT_HASH);
	}
}

enum err receipt_make(struct receipt *r, const struct keys_identity *signer, struct buf *out)
{
	uint8_t signature[KEYS_SIGNATURE];
	struct buf m = { 0 };
	size_t start = out->len;
	enum err e;

	if (r->count > RECEIPT_ENTRIES)
		return err_set(ERR_LIMIT, _("一张回执最多 %d 条日志"), RECEIPT_ENTRIES);
	keys_box_id(keys_identity_public(signer)->sign, r->key);
	put(r, out);
	if (!(e = out->err) && !(e = message(out->data + start, out->len - start, &m))) {
		keys_sign(signer, m.data, m.len, signature);
		buf_put(out, signature, sizeof signature);
		e = out->err;
	}
	buf_clear(&m);
	return e;
}

static void copy(struct wire *w, uint8_t *out, size_t len)
{
	const uint8_t *p = wire_bytes(w, len);

	if (p)
		memcpy(out, p, len);
}

static enum err read_entries(struct wire *w, struct receipt *out)
{
	for (size_t i = 0; i < out->count; i++) {
		copy(w, out->at[i].writer, KEYS_WRITER);
		copy(w, out->at[i].scope, KEYS_HASH_SHORT);
		out->at[i].epoch = wire_u64(w);
		out->at[i].seq = wire_u64(w);
		copy(w, out->at[i].hash, EVENT_HASH);
	}
	return w->err;
}

static enum err read_shape(const void *data, size_t len, struct receipt *out)
{
	struct wire w = wire_init(data, len);
	const uint8_t *magic = wire_bytes(&w, 4);
	uint8_t major = wire_u8(&w), algorithm = wire_u8(&w);

	if (!magic || memcmp(magic, "XCR1", 4))
		return err_set(ERR_FORMAT, _("这不是回执"));
	if (!w.err && (major != MAJOR || algorithm != ALGORITHM))
		return err_set(ERR_VERSION, _("回执格式第 %u 版, 本程序只认第 %d 版: 请升级程序"), major, MAJOR);
	out->count = wire_u16(&w);
	if (out->count > RECEIPT_ENTRIES)
		return err_set(ERR_LIMIT, _("回执里有 %zu 条日志, 上限 %d"), out->count, RECEIPT_ENTRIES);
	if (len != HEAD + out->count * ENTRY + KEYS_SIGNATURE)
		return err_set(ERR_FORMAT, _("回执长度不对: 没有拷完或被改动"));
	copy(&w, out->township, KEYS_TOWNSHIP);
	copy(&w, out->key, KEYS_ID);
	copy(&w, out->bundle, KEYS_HASH);
	out->time = (int64_t)wire_u64(&w);
	out->tick = wire_u64(&w);
	return read_entries(&w, out) ? err_set(ERR_FORMAT, _("回执被截断")) : ERR_OK;
}

/* A key id only selects: every R of the chain with this id is tried. */
static enum err check_signature(const uint8_t *data, size_t len, const struct keys_roots *roots, const struct receipt *r)
{
	struct buf m = { 0 };
	uint8_t id[KEYS_ID];
	bool good = false;
	enum err e = message(data, len - KEYS_SIGNATURE, &m);

	for (size_t i = roots->count; !e && !good && i-- > 0; ) {
		const uint8_t *pk = roots->at[i].root.receipt;

		keys_box_id(pk, id);
		good = !memcmp(id, r->key, KEYS_ID) && keys_verify(pk, m.data, m.len, data + len - KEYS_SIGNATURE);
	}
	buf_clear(&m);
	return e ? e : good ? ERR_OK : err_set(ERR_SIGNATURE, _("回执的签名不符: 不算数"));
}

enum err receipt_read(const void *data, size_t len, const struct keys_roots *roots, struct receipt *out)
{
	uint8_t township[KEYS_TOWNSHIP];
	enum err e;

	memset(out, 0, sizeof *out);
	if ((e = read_shape(data, len, out)))
		return e;
	keys_roots_township(roots, township);
	if (!roots->count || memcmp(township, out->township, KEYS_TOWNSHIP))
		return err_set(ERR_UNKNOWN, _("这是别的乡镇的回执"));
	return check_signature(data, len, roots, out);
}
