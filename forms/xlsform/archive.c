#include "config.h"
#include "forms/xlsform/archive.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <zip.h>

struct archive {
	zip_t *zip;
	size_t left, max;
};

enum err archive_open(const void *data, size_t len, size_t max, struct archive **out)
{
	struct archive *a = calloc(1, sizeof *a);
	zip_error_t why;
	zip_source_t *source;

	*out = NULL;
	if (!a)
		return err_set(ERR_NOMEM, _("内存不够, 打不开压缩文件"));
	zip_error_init(&why);
	source = zip_source_buffer_create(data, len, 0, &why);
	a->zip = source ? zip_open_from_source(source, ZIP_RDONLY, &why) : NULL;
	if (!a->zip) {
		int code = zip_error_code_zip(&why);
		/* libzip has no word of its own for some of the places where memory runs out */
		enum err e = err_set(code == ZIP_ER_MEMORY || code == ZIP_ER_OK ? ERR_NOMEM : ERR_FORMAT,
		                     _("文件不完整或已损坏 (%s), 请重新拷贝"), zip_error_strerror(&why));

		zip_source_free(source);
		zip_error_fini(&why);
		free(a);
		return e;
	}
	zip_error_fini(&why);
	a->left = a->max = max;
	if (zip_get_num_entries(a->zip, 0) > ARCHIVE_PARTS_MAX) {
		archive_close(a);
		return err_set(ERR_LIMIT, _("压缩文件里的文件多于 %d 个"), ARCHIVE_PARTS_MAX);
	}
	*out = a;
	return ERR_OK;
}

void archive_close(struct archive *a)
{
	if (!a)
		return;
	zip_discard(a->zip);
	free(a);
}

bool archive_has(const struct archive *a, const char *name)
{
	return zip_name_locate(a->zip, name, ZIP_FL_NOCASE) >= 0;
}

static enum err damaged(const char *name, zip_error_t *why)
{
	return err_set(zip_error_code_zip(why) == ZIP_ER_MEMORY ? ERR_NOMEM : ERR_FORMAT, _("%s 读不出来 (%s): 文件损坏或加了密码"), name,
	               zip_error_strerror(why));
}

enum err archive_read(struct archive *a, const char *name, enum err (*piece)(void *user, const void *data, size_t len, bool last), void *user)
{
	zip_int64_t at = zip_name_locate(a->zip, name, ZIP_FL_NOCASE), n;
	char chunk[16384];
	enum err e = ERR_OK;
	zip_file_t *f;

	if (at < 0)
		return err_set(ERR_NOTFOUND, _("文件里没有 %s"), name);
	f = zip_fopen_index(a->zip, (zip_uint64_t)at, 0);
	if (!f)
		return damaged(name, zip_get_error(a->zip));
	while (!e && (n = zip_fread(f, chunk, sizeof chunk)) != 0) {
		if (n < 0)
			e = damaged(name, zip_file_get_error(f));
		else if ((size_t)n > a->left)
			e = err_set(ERR_LIMIT, _("%s: 解压后超过 %zu MiB"), name, a->max >> 20);
		else
			e = piece(user, chunk, (size_t)n, false);
		if (!e)
			a->left -= (size_t)n;
	}
	zip_fclose(f);
	return e ? e : piece(user, "", 0, true);
}
