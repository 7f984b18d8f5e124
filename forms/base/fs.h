/* fs.h - files: read with a limit, written whole or not at all.
 *
 * Paths are opened without following a link in their last part. Errors are ERR_NOTFOUND, ERR_DENIED, ERR_FULL, ERR_LIMIT
 * or ERR_IO, with the path in the detail. Short reads and writes and EINTR are dealt with here.
 */
#ifndef FORMS_BASE_FS_H
#define FORMS_BASE_FS_H

#include "forms/base/buf.h"

#include <stdbool.h>

/* Read a regular file of at most `max` bytes into `out` (emptied first). */
enum err fs_read(const char *path, size_t max, struct buf *out);

/* Write `path` durably and atomically: aside (".new" beside it), synced, renamed, directory synced. Mode 0600. */
enum err fs_write(const char *path, const void *data, size_t len);
/* The same for many files of one directory, each of another name, for little more than the price of one: all are written aside, synced together (with whatever
 * else that disk has not written yet), then renamed. After an error some may be in place, each whole. A kernel before Linux 5.8 does not
 * tell of a disk that fails at such a sync: use it for what can be made again. */
struct fs_file { const char *name; const void *data; size_t len; };
enum err fs_write_all(const char *dir, const struct fs_file *files, size_t count);
/* Could it be written there? Tried beside it (PATH.try), so that a file of that name stays as it is. */
enum err fs_try_write(const char *path);

/* All of `len` bytes at `at` of an open file; ERR_IO or ERR_FULL. fs_read_at: ERR_FORMAT when the file ends before. */
enum err fs_write_at(int fd, const void *data, size_t len, uint64_t at);
enum err fs_read_at(int fd, void *data, size_t len, uint64_t at);

/* Open a file through the seam; *fd is the caller's to fs_close(). `flags` as open(2), O_NOFOLLOW added. */
enum err fs_open(const char *path, int flags, int *fd);
void fs_close(int fd);                               /* -1 is allowed */
enum err fs_sync(int fd);                            /* fdatasync */
enum err fs_cut(int fd, uint64_t size);              /* what is beyond goes */
enum err fs_size(int fd, uint64_t *size);

enum err fs_make_dir(const char *path);              /* mode 0700; parents too; an existing directory is fine */
enum err fs_sync_dir(const char *path);              /* file systems that cannot are forgiven */
enum err fs_rename(const char *from, const char *to);
enum err fs_remove(const char *path);                /* a missing file is fine */
bool     fs_exists(const char *path);
bool     fs_is_dir(const char *path);               /* itself, not through a link */

/* Call `each` with the name of every entry of a directory (no "." and "..", sorted bytewise) until it returns not OK.
 * At most `max` entries are looked at: ERR_LIMIT beyond. A missing directory has no entries. */
enum err fs_list(const char *dir, size_t max, enum err (*each)(void *user, const char *name), void *user);
/* The same for a directory of strangers, where too many entries are no reason to look at none: those that `first` knows by their name
 * come before the others, and `left` (added to) counts those that were not looked at. */
enum err fs_list_some(const char *dir, size_t max, bool (*first)(const char *name), enum err (*each)(void *user, const char *name), void *user, size_t *left);

/* Remove a directory and all in it; links are removed, never followed. */
enum err fs_remove_tree(const char *path);

/* Bytes free for us on the file system of `path`. */
enum err fs_free(const char *path, uint64_t *bytes);

/* Bytes from the system's random source. */
enum err fs_random(void *data, size_t len);

/* "dir/name" in `out`, emptied first; returns the string. */
const char *fs_path(struct buf *out, const char *dir, const char *name);

#endif
