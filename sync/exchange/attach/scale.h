/* scale.h - a photo made smaller by a command of the person's choice before it is sealed. */
#ifndef SYNC_EXCHANGE_ATTACH_SCALE_H
#define SYNC_EXCHANGE_ATTACH_SCALE_H

#include "forms/base/buf.h"

enum { SCALE_FILE_MAX = 64 << 20 /* of what a command is given */ };

/* Read a file of at most `most` bytes. With `command` (sh -c, "$1" the file, "$2" what to write, in `scratch_dir`) it is first made
 * smaller; when that fails or takes over a minute the file is read as it is. ERR_LIMIT when it does not fit,
 * or is over SCALE_FILE_MAX. */
enum err scale_read(const char *path, const char *command, const char *scratch_dir, size_t most, struct buf *out);

/* The same for what is in memory: `out` is what the command made of it. ERR_IO when it made nothing that fits; `content` stays. */
enum err scale_content(const struct buf *content, const char *command, const char *scratch_dir, size_t most, struct buf *out);

#endif
