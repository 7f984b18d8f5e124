/* roster_own.h - inside roster*.c: the roster as it lies in memory. Not for others. */
#ifndef SYNC_KEYS_ROSTER_OWN_H
#define SYNC_KEYS_ROSTER_OWN_H

#include "sync/keys/roster.h"

/* Where an event stands in T's log: the later one counts. */
struct place { uint64_t lamport, epoch, seq; uint8_t hash[EVENT_HASH]; };

/* Lowest bound of a log, and how many revocations list it: one that does not list it trusts nothing of it. */
struct bound { struct keys_bound is; size_t listed, last; };

struct entry {
	struct keys_writer is;
	struct place place;                               /* of the certificate that gave person, label and box key */
	bool certified;                                   /* a revocation may come before any certificate */
	uint8_t (*revokes)[EVENT_HASH]; size_t revoke_count;
	struct bound *bounds; size_t bound_count;
};

struct names { uint8_t authority[KEYS_WRITER], receipt[KEYS_WRITER]; };

struct keys_roster {
	const struct keys_roots *roots;
	struct names *names;                              /* writer ids of each root's T and R */
	struct entry *at; size_t count, cap;              /* ordered by writer id */
	struct keys_scope_key *keys; size_t key_count;
};

/* The writers to whom this label was given are called by it, or by a name of their own when there are several. */
void roster_name(struct keys_roster *r, const char *given);

#endif
