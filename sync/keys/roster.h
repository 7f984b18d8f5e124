/* roster.h - who is believed, and as what: the fold of T's log.
 *
 * Fed with T's events in any order, any number of times; the result depends on the set alone. A certificate adds keys,
 * person, roles and scopes to a writer; of two that differ in person, label or box key the one later in T's log counts.
 * Only a revocation takes away: events after its bound, and logs it does not list, do not fold until adopted; of several
 * bounds for a log the lowest holds. T's own authority comes from the root chain alone: events of a former T beyond the
 * heads that its successor's root names are not believed. When the chain grows, make a new roster and feed it again.
 */
#ifndef SYNC_KEYS_ROSTER_H
#define SYNC_KEYS_ROSTER_H

#include "sync/keys/authority.h"

struct keys_roster;

struct keys_writer {
	uint8_t writer[KEYS_WRITER], sign[KEYS_PK], box[KEYS_PK];
	char person[KEYS_PERSON_MAX + 1], label[33];      /* what it is called */
	char given[33];                                   /* the label as its certificate has it */
	uint32_t roles;                                   /* bits of enum pack_role */
	struct event_scope scopes[KEYS_SCOPES]; size_t scope_count;
	bool has_succeeds; uint8_t succeeds[KEYS_WRITER];
	bool revoked;
};

/* `roots` is borrowed and must not change while the roster lives. */
enum err keys_roster_new(const struct keys_roots *roots, struct keys_roster **out);
void keys_roster_free(struct keys_roster *r);

/* Take one event of log `log` (CERT, REVOKE, SCOPEKEY; others are passed over). *changed (may be NULL) says whether
 * anything is different now. ERR_DENIED when the log is not T's or the event lies beyond what a former T is trusted for. */
enum err keys_roster_event(struct keys_roster *r, const struct event_log_id *log, uint64_t seq,
                           const uint8_t hash[EVENT_HASH], const struct event *e, bool *changed);

/* Look-ups: binary search, nothing allocated. NULL when not certified. Borrowed until the next event. */
const struct keys_writer *keys_roster_find(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER]);
const struct keys_writer *keys_roster_find_label(const struct keys_roster *r, const char *label);
/* How many certificates give this label, and the first `max` of their writers: two or more are called otherwise, each by a label that is
 * its own (the first four digits of the id behind it). */
size_t keys_roster_given(const struct keys_roster *r, const char *label, const struct keys_writer **some, size_t max);
size_t keys_roster_count(const struct keys_roster *r);
/* Ordered by writer id. NULL for one of whom only other orders were seen, not (yet) the certificate. */
const struct keys_writer *keys_roster_at(const struct keys_roster *r, size_t i);

/* Is this T, of the newest root or a former one? */
bool keys_roster_is_authority(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER]);

/* The key that signs heads of this author's logs: a writer's, revoked or not, or T's. NULL when unknown. */
const uint8_t *keys_roster_author(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER]);

/* The key that signs envelopes of this sealer: a writer's, T's, or R's, which only relays. NULL when unknown. */
const uint8_t *keys_roster_sealer(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER]);

/* May this writer keep a log of this scope? T: all. A writer: a scope of its certificates; with scope `all` any. */
bool keys_roster_writes(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER], const struct event_scope *scope);

/* Has it this role (any of the bits)? The person of two writers is compared with keys_roster_same_person(). */
bool keys_roster_has_role(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER], uint32_t roles);
bool keys_roster_same_person(const struct keys_roster *r, const uint8_t a[KEYS_WRITER], const uint8_t b[KEYS_WRITER]);

/* Where trust in a log ends. KEYS_AFTER_LOSS: beyond a revocation's bound, or in a log it does not list; at the bound's
 * own seq another hash is after the loss too. For a branch below the bound the caller follows the chain to bound->hash. */
enum keys_standing { KEYS_UNCERTIFIED, KEYS_TRUSTED, KEYS_AFTER_LOSS };
enum keys_standing keys_roster_standing(const struct keys_roster *r, const struct event_log_id *log, uint64_t seq, const uint8_t hash[EVENT_HASH]);
const struct keys_bound *keys_roster_bound(const struct keys_roster *r, const struct event_log_id *log);   /* NULL: none */

/* The last event of a log that is believed, when its writer is revoked or a former T; false while there is no end. */
bool keys_roster_end(const struct keys_roster *r, const struct event_log_id *log, uint64_t *seq, uint8_t hash[EVENT_HASH]);

/* Newest key of a scope; false when there is none yet. */
bool keys_roster_scope_key(const struct keys_roster *r, const struct event_scope *scope, enum keys_purpose purpose,
                           uint32_t *version, uint8_t pk[KEYS_PK]);

/* The first box key of scope all, which everybody who was ever certified holds: what T says is sealed to it, so that whoever was
 * away still learns of every key that followed. False when there is none yet. */
bool keys_roster_decree_key(const struct keys_roster *r, uint32_t *version, uint8_t pk[KEYS_PK]);

/* Every key of a scope that T named, as its events came; members of equal keys belong together. */
size_t keys_roster_key_count(const struct keys_roster *r);
const struct keys_scope_key *keys_roster_key_at(const struct keys_roster *r, size_t i);

/* Every sealed scope secret that is addressed to this writer, old versions too. */
enum err keys_roster_sealed(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER],
                            enum err (*each)(void *user, const struct keys_scope_key *key, const uint8_t sealed[KEYS_SEALED_SECRET]), void *user);

#endif
