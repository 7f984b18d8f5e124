/* world.h - an invented township without a store: keys, roots, a roster, logs in memory. For tests of keys and bundles. */
#ifndef TESTS_BUNDLE_WORLD_H
#define TESTS_BUNDLE_WORLD_H

#include "tests/tap.h"

#include "sync/bundle/seal.h"
#include "sync/bundle/segment.h"
#include "sync/keys/town.h"

/* A log being written; the wire bytes of all its events, each with its signature. */
struct chain {
	const struct keys_identity *author;
	struct event_log_id id;
	struct event_base base;
	uint64_t seq;
	uint8_t hash[EVENT_HASH], signature[EVENT_SIGNATURE];
	struct buf wire;
};

struct world {
	char dir[64];
	struct keys_roots roots;
	struct keys_identity *staff, *authority, *receipt, *worker, *neighbour;
	struct keys_ring *boxes;                          /* the township's */
	struct keys_roster *roster;
	struct chain decrees;                             /* T's log: certificates of staff, worker and neighbour are in */
};

extern const char world_village[];                        /* 990101100201 */
extern const char world_program[], world_pack[];          /* what every sealer runs */

void world_open(struct world *w);
void world_close(struct world *w);

/* Certify; the roster hears of it. */
void world_certify(struct world *w, const struct keys_identity *id, const char *person, const char *label, uint32_t roles, const char *scope);

void chain_start(struct chain *c, const struct keys_identity *author, const struct event_scope *scope, uint64_t epoch);
void chain_clear(struct chain *c);

/* Append an event of this kind with this public payload, signed. `answers` may be NULL. */
void chain_add(struct chain *c, uint16_t kind, const struct buf *payload, const struct buf *answers);

/* Append `n` small submits that look like the work of a day. */
void chain_work(struct chain *c, unsigned n);

/* The whole log as one segment; borrows from the chain. */
struct log_segment chain_segment(const struct chain *c, uint32_t count);

/* T's event: appended and shown to the roster. */
void world_decree(struct world *w, uint16_t kind, const struct buf *payload);

/* One bundle of these logs, sealed by `sealer` to `to` (NULL: the township). */
void world_bundle(struct world *w, const struct keys_identity *sealer, const uint8_t *to, struct chain *const *logs, size_t n, struct buf *file);
/* The same out of plain bytes as they are. */
void world_seal(struct world *w, const struct keys_identity *sealer, const uint8_t *to, const void *plain, size_t len, struct buf *file);

#endif
