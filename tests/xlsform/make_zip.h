/* make_zip.h - zip files made by hand, so that tests can make bad ones (APPNOTE.TXT sections 4.3 to 4.5). */
#ifndef TESTS_XLSFORM_MAKE_ZIP_H
#define TESTS_XLSFORM_MAKE_ZIP_H

#include "forms/base/buf.h"

struct zip_maker {
	struct buf out, directory;
	unsigned parts;
};

void zip_add(struct zip_maker *z, const char *name, const void *data, size_t len);

/* A part that inflates to `before`, then `count` times the byte `fill`, then `after`: a hundred and sixty times its size. */
void zip_add_bomb(struct zip_maker *z, const char *name, const char *before, char fill, size_t count, const char *after);

void zip_end(struct zip_maker *z);                   /* z->out is the file */
void zip_clear(struct zip_maker *z);

#endif
