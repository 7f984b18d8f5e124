/* cfbf.h - a stream out of a compound file, the container of .xls ([MS-CFB]).
 *
 * Every sector number is checked against the file and every chain against the number of sectors, so no loop and no size
 * that the file claims costs more than the file is long.
 */
#ifndef FORMS_XLSFORM_CFBF_H
#define FORMS_XLSFORM_CFBF_H

#include "forms/base/buf.h"

#include <stdbool.h>

#define CFBF_MAGIC "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

/* Append the first stream whose name is one of `names` (NULL-ended, ASCII, case-blind) to `out`. ERR_NOTFOUND when there is
 * none, ERR_FORMAT when the file is cut or damaged. */
enum err cfbf_read(const void *data, size_t len, const char *const *names, struct buf *out);

#endif
