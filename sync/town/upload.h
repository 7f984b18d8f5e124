/* upload.h - bundles that arrive in pieces: the storage behind the daemon's tus 1.0.0 endpoint (https://tus.io).
 *
 * A partial upload is one file whose name says all there is to know, "<id>.<length>", and whose size is the offset: neither
 * side needs memory, and a restart loses nothing. The id is the hash the finished file must have, or, without one, a random
 * name beginning with "r". Every piece is synced before its offset is told. Once the first bytes are here the sealer must be
 * one that `known` accepts, or the upload is dropped: a stranger never keeps more than UPLOAD_STRANGER bytes. One thread at a
 * time.
 */
#ifndef SYNC_TOWN_UPLOAD_H
#define SYNC_TOWN_UPLOAD_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	UPLOAD_ID = 64, UPLOAD_STRANGER = 4096, UPLOAD_PER_WRITER = 8, UPLOAD_FILES_MAX = 20000,
	UPLOAD_DAYS = 30, UPLOAD_SEALER_AT = 26, UPLOAD_SEALER = 16
};
#define UPLOAD_BYTES_MAX ((uint64_t)2 << 30)

struct upload;

struct upload_host {
	void *user;
	bool (*known)(void *user, const uint8_t sealer[UPLOAD_SEALER]);
	uint64_t file_max;                /* largest file taken */
};

/* `dir` is made when missing. The host is copied. */
enum err upload_open(const char *dir, const struct upload_host *host, struct upload **out);
void upload_close(struct upload *u);

/* Begin, or find again: an upload of this id and length that is here already is simply continued. `id` is 64 lower-case hex
 * digits or NULL; `name` gets the id to use. ERR_LIMIT: too large, too many, or no room for more. */
enum err upload_create(struct upload *u, const char *id, uint64_t length, char name[UPLOAD_ID + 1]);

/* ERR_NOTFOUND when there is no such upload. */
enum err upload_state(struct upload *u, const char *name, uint64_t *offset, uint64_t *length);

/* Add bytes at `at`, which must be the offset (ERR_CONFLICT otherwise); durable on return. ERR_UNKNOWN: sealed by a
 * stranger, dropped. ERR_LIMIT: more than was announced, or this sealer has too many half-done uploads. */
enum err upload_append(struct upload *u, const char *name, uint64_t at, const void *data, size_t len, uint64_t *offset);

/* The whole file, read into `out`; the upload stays until upload_drop(). ERR_HELD while it is not whole. */
enum err upload_read(struct upload *u, const char *name, struct buf *out);
enum err upload_drop(struct upload *u, const char *name);

/* Drop what nobody has touched for UPLOAD_DAYS; `now` in ms. */
enum err upload_expire(struct upload *u, int64_t now);

#endif
