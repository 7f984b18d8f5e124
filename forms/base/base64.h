/* base64.h - bytes as text (RFC 4648, section 4: with + and /, padded). */
#ifndef FORMS_BASE_BASE64_H
#define FORMS_BASE_BASE64_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

void base64_encode(const uint8_t *data, size_t len, struct buf *out);        /* appended */

/* Appended; false when it is not base64 (`out` then holds what came before). Padding may be missing. */
bool base64_decode(const char *s, size_t len, struct buf *out);

#endif
