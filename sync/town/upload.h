/* upload.h - bundles and attachments that arrive in pieces: the storage behind the daemon's tus 1.0.0 endpoint (https://tus.io).
 *
 * An upload is one file whose name says all there is to know, "<id>.<length>", and whose size is the offset: neither side
 * needs memory, and a restart loses nothing. The id is the hash the finished file must have (a file with another is dropped),
 * or, without one, a random name beginning with "r". Every piece is synced before its offset is told. A piece that completes
 * the head is written only when `admit` accepts the sealer it names, or, an attachment having none, when `wants` knows its id,
 * so a stranger never keeps more than a few bytes. Half-done uploads: UPLOAD_PER_WRITER a sealer, UPLOAD_BLOBS attachments, and
 * UPLOAD_STUBS that name nobody yet, of which the one longest untouched gives way, so that nobody can shut another out;
 * UPLOAD_BYTES_MAX in all, half of it more than all attachments. One thread at a time.
 */
#ifndef SYNC_TOWN_UPLOAD_H
#define SYNC_TOWN_UPLOAD_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	UPLOAD_ID = 64, UPLOAD_PER_WRITER = 8, UPLOAD_STUBS = 256, UPLOAD_BLOBS = 512, UPLOAD_FILES_MAX = 20000,
	UPLOAD_DAYS = 30, UPLOAD_SEALER_AT = 26, UPLOAD_SEALER = 16, UPLOAD_HEAD = UPLOAD_SEALER_AT + UPLOAD_SEALER
};
#define UPLOAD_BYTES_MAX ((uint64_t)2 << 30)

struct upload;

struct upload_host {
	void *user;
	/* May this writer send `length` bytes, of an attachment or a bundle? ERR_UNKNOWN, ERR_LIMIT (too much today); the upload is dropped. */
	enum err (*admit)(void *user, const uint8_t writer[UPLOAD_SEALER], uint64_t length, bool attachment);
	/* Is the attachment of this id, of that length, waited for; whose is it? ERR_NOTFOUND: no record names it so; the upload is dropped. */
	enum err (*wants)(void *user, const char *id, uint64_t length, uint8_t author[UPLOAD_SEALER]);
	uint64_t file_max, blob_max;      /* largest bundle, largest attachment */
};

/* `dir` is made when missing. The host is copied. */
enum err upload_open(const char *dir, const struct upload_host *host, struct upload **out);
void upload_close(struct upload *u);

/* Begin, or find again: an upload of this id and length that is here already is simply continued. `id` is 64 lower-case hex
 * digits or NULL; `name` gets the id to use, *offset how much is here. ERR_LIMIT: too large, or no room for more. */
enum err upload_create(struct upload *u, const char *id, uint64_t length, char name[UPLOAD_ID + 1], uint64_t *offset);

/* ERR_NOTFOUND when there is no such upload. */
enum err upload_state(struct upload *u, const char *name, uint64_t *offset, uint64_t *length);

/* Add bytes at `at`, which must be the offset (ERR_CONFLICT otherwise); durable on return. ERR_LIMIT: more than was announced.
 * Dropped: with ERR_FORMAT what is no bundle, or whose hash is not its id; with an error of admit(). */
enum err upload_append(struct upload *u, const char *name, uint64_t at, const void *data, size_t len, uint64_t *offset);

/* Every upload that is whole, by name; until `each` returns not OK. */
enum err upload_whole(struct upload *u, enum err (*each)(void *user, const char *name), void *user);

/* The whole file, read into `out`; the upload stays until upload_drop(). ERR_HELD while it is not whole. */
enum err upload_read(struct upload *u, const char *name, struct buf *out);
enum err upload_drop(struct upload *u, const char *name);

/* Drop half-done uploads nobody has touched for UPLOAD_DAYS, for one day when they name no sealer yet; `now` in ms. */
enum err upload_expire(struct upload *u, int64_t now);

#endif
