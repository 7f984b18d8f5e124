/* world.h - an invented township without a store: keys, roots, a roster, logs in memory (chain.h). For tests of keys and bundles. */
#ifndef TESTS_BUNDLE_WORLD_H
#define TESTS_BUNDLE_WORLD_H

#include "tests/tap.h"

#include "sync/bundle/seal.h"
#include "sync/keys/town.h"
#include "tests/bundle/chain.h"

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

/* T's event: appended and shown to the roster. */
void world_decree(struct world *w, uint16_t kind, const struct buf *payload);

/* One bundle of these logs, sealed by `sealer` to `to` (NULL: the township). */
void world_bundle(struct world *w, const struct keys_identity *sealer, const uint8_t *to, struct chain *const *logs, size_t n, struct buf *file);
/* The same out of plain bytes as they are. */
void world_seal(struct world *w, const struct keys_identity *sealer, const uint8_t *to, const void *plain, size_t len, struct buf *file);

#endif
