#include "config.h"
#include "sync/bundle/zstd.h"

#include "forms/base/i18n.h"
#include "sync/bundle/dict.h"
#include "sync/limits.h"

#include <string.h>
#include <zstd.h>

enum { SMALL = 128 << 10, LEVEL_SMALL = 19, LEVEL_LARGE = 9 };

static const uint8_t none[BUNDLE_DICTIONARY];

static const struct bundle_dict *find(const uint8_t id[BUNDLE_DICTIONARY])
{
	for (size_t i = 0; i < bundle_dict_count; i++)
		if (!memcmp(bundle_dicts[i].id, id, BUNDLE_DICTIONARY))
			return &bundle_dicts[i];
	return NULL;
}

const uint8_t *bundle_zstd_dictionary(void)
{
	return bundle_dict_count ? bundle_dicts[0].id : none;
}

bool bundle_zstd_knows(const uint8_t id[BUNDLE_DICTIONARY])
{
	return !memcmp(id, none, BUNDLE_DICTIONARY) || find(id);
}

static enum err pick(const uint8_t id[BUNDLE_DICTIONARY], const struct bundle_dict **dict)
{
	static const struct bundle_dict empty;

	*dict = memcmp(id, none, BUNDLE_DICTIONARY) ? find(id) : &empty;
	return *dict ? ERR_OK : err_set(ERR_VERSION, _("压缩字典不在这个版本里, 请升级程序"));
}

static enum err compress(ZSTD_CCtx *c, const struct bundle_dict *dict, const void *plain, size_t len, struct buf *out)
{
	size_t bound = ZSTD_compressBound(len), before = out->len, n;
	void *at = buf_more(out, bound);

	if (!at)
		return out->err;
	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, len <= SMALL ? LEVEL_SMALL : LEVEL_LARGE);
	ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, len <= SMALL ? 17 : LIMIT_WINDOW_LOG);
	ZSTD_CCtx_setParameter(c, ZSTD_c_dictIDFlag, 0);
	if (dict->len)
		ZSTD_CCtx_loadDictionary(c, dict->data, dict->len);
	n = ZSTD_compress2(c, at, bound, plain, len);
	buf_cut(out, ZSTD_isError(n) ? before : before + n);
	return ZSTD_isError(n) ? err_set(ERR_NOMEM, "zstd: %s", ZSTD_getErrorName(n)) : ERR_OK;
}

enum err bundle_zstd_shrink(const void *plain, size_t len, const uint8_t id[BUNDLE_DICTIONARY], struct buf *out)
{
	const struct bundle_dict *dict;
	ZSTD_CCtx *c;
	enum err e;

	if ((e = pick(id, &dict)))
		return e;
	if (!(c = ZSTD_createCCtx()))
		return err_set(ERR_NOMEM, "zstd");
	e = compress(c, dict, plain, len, out);
	ZSTD_freeCCtx(c);
	return e;
}

static enum err decompress(ZSTD_DCtx *d, const struct bundle_dict *dict, const void *frame, size_t len, size_t plain_len, struct buf *out)
{
	size_t before = out->len, n;
	void *at = buf_more(out, plain_len);

	if (!at)
		return out->err;
	ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, LIMIT_WINDOW_LOG);
	if (dict->len)
		ZSTD_DCtx_loadDictionary(d, dict->data, dict->len);
	n = ZSTD_decompressDCtx(d, at, plain_len, frame, len);
	if (ZSTD_isError(n) || n != plain_len) {
		buf_cut(out, before);
		return err_set(ERR_FORMAT, _("压缩的内容损坏"));
	}
	return ERR_OK;
}

enum err bundle_zstd_expand(const void *frame, size_t len, size_t plain_len, const uint8_t id[BUNDLE_DICTIONARY], struct buf *out)
{
	const struct bundle_dict *dict;
	ZSTD_DCtx *d;
	enum err e;

	if ((e = pick(id, &dict)))
		return e;
	/* One frame and nothing behind it: otherwise bytes could hide from whoever reads the same file with another library. */
	if (ZSTD_getFrameContentSize(frame, len) != plain_len || ZSTD_findFrameCompressedSize(frame, len) != len)
		return err_set(ERR_FORMAT, _("压缩的内容损坏: 长度与声明的不符"));
	if (!(d = ZSTD_createDCtx()))
		return err_set(ERR_NOMEM, "zstd");
	e = decompress(d, dict, frame, len, plain_len, out);
	ZSTD_freeDCtx(d);
	return e;
}
