/* fold_own.h - what fold.c, put.c and pend.c share; nobody else includes it. */
#ifndef SYNC_LEDGER_FOLD_FOLD_OWN_H
#define SYNC_LEDGER_FOLD_FOLD_OWN_H

#include "sync/ledger/due/tally.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/fold/history.h"
#include "sync/ledger/fold/opened.h"
#include "sync/ledger/rows/eval.h"
#include "sync/ledger/rows/rowindex.h"

/* A row folded from memory, to be put at the end of the write. */
struct fold_fresh { struct row_key key; size_t at, len; };

struct fold {
	struct profile *p;
	struct words words;
	struct plans plans;
	struct amended amended;
	struct opened opened;                             /* of one event, or of the rows put at the end of a write */
	struct history history;
	struct scratch mem;                               /* of one event */
	struct row_key *dirty; uint32_t dirty_count, dirty_cap;
	struct fold_fresh *fresh; uint32_t fresh_count, fresh_cap;
	struct buf records;                               /* of the fresh rows */
	struct block_changes blocks;
	uint32_t *slots; uint32_t slot_count;             /* next slot by register word, 0 = not looked up; one more than the number */
	struct log_place *wake; uint32_t wake_count, wake_cap;   /* kept events to take up again */
	uint32_t *grown; uint32_t grown_count, grown_cap;        /* logs that got an event in this write */
	/* for readers */
	struct eval_cache expressions;
	struct tallies tallies;
	const struct pack *current; int64_t current_at;   /* clock_ticks() */
	struct { bool known; struct event_scope scope; struct buf name; } village;
	uint32_t words_before;                            /* words known when this write began */
	bool started, pending, any_erased, draining, again;
};

/* For what reads and writes registers in transaction `t`. */
struct context fold_context(struct fold *f, struct store_txn *t);
/* The next free slot of a register, by its word. */
enum err fold_new_slot(struct fold *f, struct store_txn *t, uint16_t reg, uint32_t *slot);

/* What the write touched, into the registers: rows that it made as they were folded, those that were there from their whole history. */
enum err fold_put_rows(struct fold *f, struct store_txn *t);

/* The newest record of this form by the profile's own writer ("last saved"). ERR_NOTFOUND. */
enum err fold_last_record(const struct context *c, const uint8_t writer[EVENT_WRITER], const char *form, uint8_t ref[EVENT_REF]);

/* An ATTACH: which blob it names, to which record it belongs. */
enum err attached_note(const struct context *c, const struct fold_view *v);
/* An AMEND: which record, or correction of one, it corrects. */
enum err corrected_note(const struct context *c, const struct fold_view *v);
/* An ERASED: who has obeyed which order. */
enum err obeyed_note(const struct context *c, const struct fold_view *v);

/* Keep an event until what it misses is here; take note that something has come. */
enum err pend_keep(struct fold *f, struct store_txn *t, const struct fold_view *v, const struct missing *why);
enum err pend_event_came(struct fold *f, struct store_txn *t, const struct fold_view *v);
enum err pend_log_grew(struct fold *f, struct store_txn *t, uint32_t log);
enum err pend_pack_came(struct fold *f, struct store_txn *t, const char *version);
bool pend_any(struct store_txn *t);

#endif
