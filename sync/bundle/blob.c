#include "config.h"
#include "sync/bundle/blob.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/bundle/envelope.h"
#include "sync/bundle/zstd.h"

#include <string.h>

static const char magic[] = "XCA1";
enum { MAGIC = 4, PACK_MOST = 16 << 20 };

enum err blob_seal(const void *content, size_t len, struct buf *out, struct keys_blob *name)
{
	size_t start = out->len;
	enum err e;

	if (len > BLOB_CONTENT)
		return err_set(ERR_LIMIT, _("附件 %zu 字节, 上限 %d"), len, BLOB_CONTENT);
	if ((e = fs_random(name->key, sizeof name->key)))
		return e;
	buf_put(out, magic, MAGIC);
	if ((e = envelope_encrypt(name->key, magic, MAGIC, content, len, out)))
		return e;
	keys_hash(out->data + start, out->len - start, name->id);
	name->size = out->len - start;
	return ERR_OK;
}

enum err blob_open(const void *carried, size_t len, const struct keys_blob *name, struct buf *out)
{
	const uint8_t *p = carried;
	uint8_t id[KEYS_HASH];

	if (len > LIMIT_BLOB)
		return err_set(ERR_LIMIT, _("附件 %zu 字节, 上限 %d"), len, LIMIT_BLOB);
	if (len < MAGIC || memcmp(p, magic, MAGIC))
		return err_set(ERR_FORMAT, _("这不是巡查附件"));
	keys_hash(p, len, id);
	if (len != name->size || memcmp(id, name->id, KEYS_HASH))
		return err_set(ERR_SIGNATURE, _("附件与记录里写的不是同一个文件"));
	return envelope_decrypt(name->key, magic, MAGIC, p + MAGIC, len - MAGIC, out);
}

/* ---- packs ---- */

/* Each blob stands for itself: plain length u32, then a frame. So a part that is not here yet holds up nothing but itself. */
static enum err seal_part(const uint8_t *part, size_t len, struct buf *content, struct buf *carried, struct keys_blob *name)
{
	static const uint8_t no_dictionary[BUNDLE_DICTIONARY];
	enum err e;

	buf_reset(content);
	buf_reset(carried);
	buf_be32(content, (uint32_t)len);
	if ((e = bundle_zstd_shrink(part, len, no_dictionary, content)))
		return e;
	return content->err ? content->err : blob_seal(content->data, content->len, carried, name);
}

enum { PACK_PART = PACK_MOST / LIMIT_PACK_BLOBS - (64 << 10) };

enum err blob_pack_seal(const void *pack, size_t len, struct keys_pack *name,
                        enum err (*put)(void *user, const struct keys_blob *b, const void *carried, size_t len), void *user)
{
	struct buf content = { 0 }, carried = { 0 };
	const uint8_t *p = pack;
	enum err e = ERR_OK;

	name->blob_count = 0;
	if (!len || len > (size_t)PACK_PART * LIMIT_PACK_BLOBS)
		return err_set(ERR_LIMIT, _("清单包 %zu 字节, 上限 %zu"), len, (size_t)PACK_PART * LIMIT_PACK_BLOBS);
	for (size_t at = 0; !e && at < len; at += PACK_PART) {
		struct keys_blob *b = &name->blobs[name->blob_count++];
		size_t n = len - at < PACK_PART ? len - at : PACK_PART;

		if (!(e = seal_part(p + at, n, &content, &carried, b)))
			e = put(user, b, carried.data, carried.len);
	}
	buf_clear(&content);
	buf_clear(&carried);
	return e;
}

static enum err open_part(const struct buf *carried, const struct keys_blob *name, struct buf *pack)
{
	static const uint8_t no_dictionary[BUNDLE_DICTIONARY];
	struct buf content = { 0 };
	enum err e = blob_open(carried->data, carried->len, name, &content);
	const uint8_t *p = (const uint8_t *)content.data;
	size_t n;

	if (!e && content.len < 4)
		e = err_set(ERR_FORMAT, _("清单包损坏"));
	if (!e) {
		n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
		e = n > PACK_PART ? err_set(ERR_LIMIT, _("清单包的一部分太大")) : bundle_zstd_expand(p + 4, content.len - 4, n, no_dictionary, pack);
	}
	buf_clear(&content);
	return e;
}

enum err blob_pack_open(const struct keys_pack *name,
                        enum err (*get)(void *user, const struct keys_blob *b, struct buf *carried), void *user, struct buf *pack)
{
	struct buf carried = { 0 };
	enum err e = ERR_OK;

	buf_reset(pack);
	for (size_t i = 0; !e && i < name->blob_count; i++) {
		buf_reset(&carried);
		e = get(user, &name->blobs[i], &carried);
		if (e == ERR_NOTFOUND)
			e = err_set(ERR_HELD, _("清单包 %s %s 还缺第 %zu 部分, 共 %zu 部分"), name->id, name->version, i + 1, name->blob_count);
		if (!e)
			e = open_part(&carried, &name->blobs[i], pack);
	}
	buf_clear(&carried);
	return e;
}
