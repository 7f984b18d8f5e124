/* guard.h - files that hold secrets in clear: readable to their owner, writable by nobody (mode 0400). */
#ifndef SYNC_KEYS_GUARD_H
#define SYNC_KEYS_GUARD_H

#include "forms/base/err.h"

#include <stddef.h>

/* Like fs_write(): whole or not at all, over what was there before. */
enum err keys_guard_write(const char *path, const void *data, size_t len);

#endif
