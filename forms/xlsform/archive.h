/* archive.h - the parts of a zip file, inflated under a limit. The only includer of <zip.h>.
 *
 * Sizes written in the file are never believed: bytes are counted as they come out, over all parts, and a part is handed
 * on piece by piece. Names are matched case-blind, as office programs do.
 */
#ifndef FORMS_XLSFORM_ARCHIVE_H
#define FORMS_XLSFORM_ARCHIVE_H

#include "forms/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { ARCHIVE_PARTS_MAX = 10000 };

struct archive;

/* Borrows the bytes until archive_close(). At most `max` bytes will come out in all. ERR_FORMAT when it is no sound zip. */
enum err archive_open(const void *data, size_t len, size_t max, struct archive **out);
void archive_close(struct archive *a);

bool archive_has(const struct archive *a, const char *name);

/* Give the part to `piece`, in order, until it fails; `last` comes once, with no bytes. ERR_NOTFOUND, ERR_LIMIT, ERR_FORMAT
 * (damaged, encrypted) name the part. */
enum err archive_read(struct archive *a, const char *name, enum err (*piece)(void *user, const void *data, size_t len, bool last), void *user);

#endif
