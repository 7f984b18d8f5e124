/* history.h - from stored events to the entries that judge.h decides on.
 *
 * An event is "resolved" when all that it names is here: the pack of its record, the events that distances point to, the
 * record it amends, the row it touches. Until then it waits (struct missing says for what), unfolded.
 */
#ifndef SYNC_LEDGER_FOLD_HISTORY_H
#define SYNC_LEDGER_FOLD_HISTORY_H

#include "sync/ledger/fold/amended.h"
#include "sync/ledger/fold/judge.h"
#include "sync/ledger/fold/plan.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/rows/rowcode.h"
#include "sync/ledger/store/scratch.h"
#include "sync/ledger/store/words.h"

struct opened;

/* What reading events takes: the fold's, or a reader's own. */
struct context {
	struct profile *p;
	struct store_txn *t;
	struct plans *plans;
	struct amended *amended;
	struct opened *opened;                            /* events that many rows need, while nothing is stored; NULL */
	struct words *words;
	bool writing;                                     /* new words may be made */
	bool any_erased;                                  /* table INDEX holds erasures; an office would ask a million times */
};

/* An event as it was stored. `hash` is whole; its first bytes are the ref. `first`: it comes now, and to a number that was free. */
struct fold_view { const struct log_place *at; const struct event_log_id *log; const uint8_t *hash; const struct event *event; bool first; };
struct fold_view history_view(const struct log_event *e);

struct missing {
	enum { MISSING_NOTHING, MISSING_PACK, MISSING_EVENT, MISSING_PLACE } what;
	char version[PAYLOAD_VERSION_MAX + 1];
	uint8_t ref[EVENT_REF];
	struct log_place place;
};

/* The record a SUBMIT or AMEND belongs to: its first version, whose pack and form hold for all later ones. */
struct record {
	const struct pack *pack; const struct plan *plan;
	uint8_t ref[EVENT_REF]; struct log_place at;
	uint8_t writer[EVENT_WRITER];
	char version[PAYLOAD_VERSION_MAX + 1];
	uint32_t number;
};

/* ERR_HELD with `why` filled: wait. ERR_FORMAT: it names something that cannot be. */
enum err history_record(const struct context *c, const struct fold_view *v, struct record *out, struct missing *why);
/* The same of an event whose payload was opened already, and is still at its start. */
enum err history_record_of(const struct context *c, const struct fold_view *v, const struct payload *pl, struct record *out, struct missing *why);

/* The event a link names, seen from `v`. */
enum err history_link(const struct context *c, const struct fold_view *v, const struct payload_link *l, struct log_place *at, uint8_t ref[EVENT_REF], struct missing *why);

/* Every row that an event touches, directly or through the record it names: key and id of each. ERR_HELD as above. */
struct touched { struct row_key key; struct row_id id; bool fresh; };
enum err history_rows(const struct context *c, const struct fold_view *v, struct scratch *mem, struct touched **rows, uint32_t *count, struct missing *why);

/* The key of a row in this store. ERR_NOTFOUND: not here, or no row of a register. */
enum err history_row_key(const struct context *c, const struct row_id *id, struct row_key *key);

/* The history of one row, to be judged. */
struct history {
	struct row_id id; struct row_key key;
	struct judge_entry *entries; uint32_t count, cap;
	struct rowcode head;                              /* from the event that made it */
	struct scratch mem;
	struct buf value;                                 /* scratch: what is being read */
};
/* Start over for another row, keeping the memory. */
void history_reset(struct history *h, const struct row_key *key, const struct row_id *id);
void history_free(struct history *h);
/* One more empty entry, the caller's to fill (a step that is only tried). */
enum err history_new(struct history *h, struct judge_entry **out);
/* Add what event `v` says about the row: the fresh entry `place` of its own event, or all entries that touch it. */
enum err history_add(struct history *h, const struct context *c, const struct fold_view *v);
/* All of it from the store: the event that made the row and those noted in HIST. */
enum err history_load(struct history *h, const struct context *c, const struct row_key *key);

/* HIST: row key, log, seq, ref → strand. */
void history_note(struct store_txn *t, const struct row_key *row, const struct log_place *at, const uint8_t ref[EVENT_REF]);

/* The events noted so, beside the one that made the row; until `each` returns not OK. */
enum err history_noted(struct store_txn *t, const struct row_key *row, enum err (*each)(void *user, const uint8_t ref[EVENT_REF]), void *user);

/* Table INDEX: who adopted an event ('a' ref place), which events an order erased ('e' ref → level). */
void history_adopt(struct store_txn *t, const uint8_t ref[EVENT_REF], const struct fold_view *by);
void history_erase(struct store_txn *t, const uint8_t ref[EVENT_REF], unsigned level);
bool history_any_erased(struct store_txn *t);
unsigned history_erased(const struct context *c, const struct fold_view *v);           /* its level; 0: it is not */
/* Does its own log vouch for an event (certified, within every bound, on the chain that leads there)? Or was it adopted? */
bool history_stands(const struct context *c, const struct fold_view *v);
bool history_trusts(const struct context *c, const struct fold_view *v);

#endif
