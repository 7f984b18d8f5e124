/* decree.h - writing as the township: T's events, gathered and then appended in one durable write.
 *
 * T is opened with the unlocked staff writer for that write and closed again. Everything here needs the township's own
 * profile; on a device the write is ERR_NOTFOUND or ERR_DENIED.
 */
#ifndef SYNC_EXCHANGE_TRUST_DECREE_H
#define SYNC_EXCHANGE_TRUST_DECREE_H

#include "sync/keys/authority.h"
#include "sync/keys/roster.h"

struct profile;

struct decree { uint16_t kind; struct buf payload, private_part; };
/* Zeroed is an empty one; a failure to add sticks in `err` and fails the write. */
struct decrees { struct decree *at; size_t count, cap; enum err err; };

/* One more, its payload to be encoded at once (the next one may move it). Never NULL: without memory a spare that is thrown away. */
struct decree *decrees_add(struct decrees *d, enum event_kind kind);

/* A certificate; `name` goes into the private part, "" for none. */
enum err decrees_add_certificate(struct decrees *d, const struct keys_cert *cert, const char *name);

/* What belongs together from now on: the newest root, and the pack that is in force (pack.cbor, `len` bytes; NULL: none). */
enum err decrees_add_manifest(struct decrees *d, const struct keys_roots *roots, const char *id, const char *version, const void *pack, size_t len);

/* Append all of them. ERR_DENIED: nobody is unlocked, or not one who may use T. */
enum err decrees_write(struct profile *p, struct decrees *d);
void decrees_clear(struct decrees *d);

/* --- keys of scopes --- */

/* Let `member` into every key that its certificate entitles it to: the box keys of all and of its scopes; the confidential
 * keys (P3) of its scopes for VADM and TOWN; with scope all those of every village. Keys that are not there yet are made,
 * sealed to the acting staff writer and whoever else is entitled already. */
enum err decrees_admit(struct profile *p, struct decrees *d, const struct keys_writer *member);

/* A new version of each key that `out` was let into, sealed to whoever is still entitled: it can open nothing new. */
enum err decrees_shut_out(struct profile *p, struct decrees *d, const struct keys_writer *out);

#endif
