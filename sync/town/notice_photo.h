/* notice_photo.h - pictures on papers: a file that a record names, put into the page itself as a data: address.
 *
 * JPEG, PNG, WebP and GIF, told by their first bytes; of anything else, and of what is not here, the page says why it is missing.
 * A picture over PHOTO_SCALE bytes goes through the command that makes photos smaller, if there is one. A page carries
 * PHOTO_PAGE bytes of them at most, so that any browser opens it.
 */
#ifndef SYNC_TOWN_NOTICE_PHOTO_H
#define SYNC_TOWN_NOTICE_PHOTO_H

#include "sync/ledger/rows/row.h"

enum { PHOTO_SCALE = 384 << 10, PHOTO_PAGE = 24 << 20 };

struct photo_page { struct profile *profile; const struct pack *pack; const char *scale; /* sh -c, or NULL */ size_t used; };

/* Append the picture that `field` (index) of the row names as an <img>, or in words why there is none; nothing when it names
 * none, and *named is false. `veiled`: only that there is one. A picture that cannot be read is no error of the page. */
enum err photo_put(struct photo_page *page, const struct row *r, uint32_t field, const char *alt, bool veiled, struct buf *out, bool *named);

#endif
