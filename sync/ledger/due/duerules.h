/* duerules.h - the duties of a pack made ready for one run over their subjects: who owes what, and what was done. */
#ifndef SYNC_LEDGER_DUE_DUERULES_H
#define SYNC_LEDGER_DUE_DUERULES_H

#include "sync/ledger/due/duelist.h"
#include "sync/ledger/rows/reader.h"

/* A day on which something happened that duties wait for, in a village or everywhere. */
struct due_event { int32_t day; struct event_scope scope; };

struct due_ready {
	struct due_rule rule;
	uint32_t subject, counts;                         /* registers */
	uint16_t counts_word;
	uint32_t link;                                    /* field number of the counted row that names the subject; 0: it is the subject */
	struct due_event *events; uint32_t event_count;
};

/* The fields of a register that filters name: few of many, and gone through for every row. */
struct due_asked { uint32_t *fields; uint32_t count; };

/* What decides which duties a subject has, seen once for all subjects that are alike: the fields its filters name, as they are stored. */
struct due_likeness { struct buf signature; uint8_t *applies; };

struct duerules {
	struct profile *p;
	const struct pack *pack;
	struct store_txn t; struct context c;             /* one look at the store for the whole run */
	struct due_asked *asked;                          /* by register */
	struct due_ready *at; uint32_t count;
	struct due_likeness *likeness; uint32_t likeness_count, likeness_cap;
	struct buf signature;                             /* of the row that is looked at */
	bool town;
	uint32_t roles;                                   /* of whoever looks; all of them while nobody is unlocked */
	enum err err;
};

enum err duerules_open(struct profile *p, struct duerules *r);
void duerules_close(struct duerules *r);

/* Let go of the store between two parts of a run, and look at it again: what was written meanwhile is seen half, so that a caller
 * who must not show such a sum begins anew. */
void duerules_rest(struct duerules *r);
void duerules_resume(struct duerules *r);

/* Is there a duty for rows of this register? */
bool duerules_has(const struct duerules *r, uint32_t reg);

/* Which duties row `r` of register `reg` has: a byte for each rule, borrowed until the next call. */
enum err duerules_for(struct duerules *r, uint32_t reg, const struct row *row, const uint8_t **applies);

/* The facts of one subject and one rule; valid while both live. */
struct duefacts { struct duerules *rules; const struct due_ready *ready; const struct row *row; struct due_facts facts; };
void duefacts_make(struct duerules *r, const struct due_ready *ready, const struct row *row, struct duefacts *out);

/* Every visible row of a register that has a duty or a step; stops when `each` fails. */
enum err duerules_each_row(struct duerules *r, uint32_t reg, enum err (*each)(void *user, const struct row *row), void *user);

/* The same by hand: the keys of those rows, the caller's to free(), and one row (nothing happens when this profile passes it over). */
enum err duerules_keys(struct duerules *r, uint32_t reg, struct row_key **out, uint32_t *count);
enum err duerules_row(struct duerules *r, const struct row_key *key, enum err (*each)(void *user, const struct row *row), void *user);

#endif
