/* blob.h - XCA1: a file (pack, photo) sealed under a key of its own, named by the hash of what is carried. FORMAT.md, "Blobs".
 *
 * The key stays in the event that names the blob, so dropping key and file erases it everywhere.
 */
#ifndef SYNC_BUNDLE_BLOB_H
#define SYNC_BUNDLE_BLOB_H

#include "forms/base/buf.h"
#include "sync/keys/authority.h"

/* Seal a file of at most BLOB_CONTENT bytes: the carried form is appended to `out`, which has at most LIMIT_BLOB bytes. */
enum { BLOB_CHUNK = 16 << 10, BLOB_OVERHEAD = 4 + 24, BLOB_CONTENT = LIMIT_BLOB - BLOB_OVERHEAD - 17 * (LIMIT_BLOB / BLOB_CHUNK + 1) };
enum err blob_seal(const void *content, size_t len, struct buf *out, struct keys_blob *name);

/* Append the content of a carried blob. ERR_FORMAT (cut, not a blob), ERR_SIGNATURE (not the one named, or another key). */
enum err blob_open(const void *carried, size_t len, const struct keys_blob *name, struct buf *out);

/* A pack (pack.cbor, up to PACK_BYTES_MAX) as at most LIMIT_PACK_BLOBS blobs, compressed; and back. `put` keeps one carried
 * blob, `get` gives one by its id (ERR_NOTFOUND: not here yet, ERR_HELD results). */
enum err blob_pack_seal(const void *pack, size_t len, struct keys_pack *name,
                        enum err (*put)(void *user, const struct keys_blob *b, const void *carried, size_t len), void *user);
enum err blob_pack_open(const struct keys_pack *name,
                        enum err (*get)(void *user, const struct keys_blob *b, struct buf *carried), void *user, struct buf *pack);

#endif
