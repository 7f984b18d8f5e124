/* log_record.h - rows of LOG and EV as structs, and the small rows of META. Private to the log and the profile.
 *
 *     LOG   log id → number, next strand, acknowledged, first split, strands
 *     EV    number u32, seq u64, strand u16 → signature, hash, values of the event before it, the event as carried
 *     REF   ref 12 → number, seq, strand
 */
#ifndef SYNC_LEDGER_LOG_LOG_RECORD_H
#define SYNC_LEDGER_LOG_LOG_RECORD_H

#include "sync/ledger/log/log.h"

/* A piece whose chain is whole, from `first` to `last`. */
struct log_strand {
	uint16_t id;
	uint64_t first, last;
	uint8_t previous[EVENT_HASH], hash[EVENT_HASH];     /* of first-1 and of last */
	struct event_base base;                             /* values of the last event */
};

struct log_record {
	struct event_log_id id;
	uint32_t number;
	uint16_t next_strand;
	uint64_t acked; uint8_t acked_hash[EVENT_HASH];
	uint64_t split_at;
	uint16_t count;
	struct log_strand strands[LIMIT_RANGES + 1];        /* by first, then id; one more while an import closes a gap */
};

struct store_key log_record_key(const struct event_log_id *id);
enum err log_record_get(struct store_txn *t, const struct event_log_id *id, struct log_record *out);
void log_record_put(struct store_txn *t, const struct log_record *r);
/* From a row met while walking LOG. */
enum err log_record_read(const struct store_key *key, const struct buf *value, struct log_record *out);

struct log_strand *log_record_strand(struct log_record *r, uint16_t id);
/* A new strand holding nothing yet (last = first - 1); NULL beyond LIMIT_RANGES + 1. */
struct log_strand *log_record_add(struct log_record *r, uint64_t first, const uint8_t previous[EVENT_HASH]);
void log_record_remove(struct log_record *r, uint16_t id);

/* A row of EV. `bytes` is the event as carried, length in front; `base` what its deltas count from. */
struct log_row {
	uint8_t hash[EVENT_HASH];
	const uint8_t *signature;                           /* NULL = none */
	struct event_base base;
	const uint8_t *bytes; size_t len;
};

struct store_key log_row_key(uint32_t number, uint64_t seq, uint16_t strand);
void log_row_put(struct store_txn *t, const struct log_place *at, const struct log_row *row);
/* `row` borrows from `value`. ERR_NOTFOUND does not stick. */
enum err log_row_get(struct store_txn *t, const struct log_place *at, struct buf *value, struct log_row *row);
/* As that; `at` is told the strand where it was found. */
enum err log_row_find(struct store_txn *t, struct log_place *at, struct buf *value, struct log_row *row);
enum err log_row_read(const struct buf *value, struct log_row *row);
/* Only the hash of the event at a place. */
enum err log_row_hash(struct store_txn *t, const struct log_place *at, uint8_t hash[EVENT_HASH]);

/* Where an event lies that is new here; and one that has moved. */
void log_ref_put(struct store_txn *t, const uint8_t ref[EVENT_REF], const struct log_place *at);
void log_ref_move(struct store_txn *t, const uint8_t ref[EVENT_REF], const struct log_place *at);

/* Values that deltas count from, as varints. */
void log_base_put(struct buf *b, const struct event_base *base);
struct event_base log_base_get(struct wire *w);

/* --- META --- */

enum log_meta {
	META_SCHEMA = 'V',
	META_FOLD = 'F',             /* what made the registers: FOLD_MADE */
	META_NUMBER = 'N',           /* next local log number; followed by a number: its log id */
	META_MARK = 'J',             /* how far the journal is in the store: part u64, records u32 */
	META_LAMPORT = 'L',          /* highest seen, as far as a stranger may carry it */
	META_OWN = 'O',              /* writer, scope → struct log_own */
	META_EPOCHS = 'E',           /* writer → number of its epochs */
	META_WRITTEN = 'W',          /* events of this device's logs */
	META_DRAFT = 'D',            /* draft id → ref of the record it became */
	META_DRAFT_NUMBER = 'R',     /* writer → last running number */
	META_TRUST = 'T',            /* counts up with each event of the township's log */
	META_PACK = 'P',             /* pack id → version named last: lamport, seq, version */
	META_CLOCK = 'C',            /* writer, boot → what binds it; writer: what it said last; alone: the newest trusted time (truetime.c) */
	META_ERASED = 'X',           /* ref → 1 private, 2 answers too */
	META_STRIP = 'S',            /* ref → level: erased here, the journal not rewritten yet */
	META_OFFER = 'G',            /* writer, epoch, scope → how far this log of the staff is offered to a restored township (offer.h) */
	META_CONFIRMED = 'Y'         /* writer, ref of an ERASE: this writer has said that it is done */
};

struct store_key log_meta_key(enum log_meta which);
uint64_t log_meta_number(struct store_txn *t, const struct store_key *key, uint64_t otherwise);
void log_meta_put_number(struct store_txn *t, const struct store_key *key, uint64_t n);

enum { LOG_NOT_DUE = 0xff };
struct log_own { uint64_t epoch, placement; uint8_t due; };    /* due: enum log_reason of the next epoch, or LOG_NOT_DUE */

struct store_key log_own_key(const uint8_t writer[EVENT_WRITER], const struct event_scope *scope);
enum err log_own_get(struct store_txn *t, const struct store_key *key, struct log_own *out);
void log_own_put(struct store_txn *t, const struct store_key *key, const struct log_own *own);
void log_own_pack(const struct log_own *own, struct store_key *value);

/* --- entries of the journal --- */

enum log_entry { ENTRY_EVENTS = 'S', ENTRY_KEEP = 'K', ENTRY_ACK = 'A' };

/* Which rows of META are journalled: what no event tells. */
static inline bool log_meta_kept(const struct store_key *key)
{
	return key->len && (key->bytes[0] == META_OWN || key->bytes[0] == META_DRAFT || key->bytes[0] == META_DRAFT_NUMBER || key->bytes[0] == META_ERASED || key->bytes[0] == META_CONFIRMED);
}

void log_entry_put_row(struct buf *out, enum store_table table, const struct store_key *key, const void *data, size_t len);
void log_entry_put_ack(struct buf *out, const struct event_log_id *id, uint64_t seq, const uint8_t hash[EVENT_HASH]);

/* A run of events with the signatures there are. */
void log_entry_put(struct buf *out, const struct log_segment *seg, const struct log_step *steps, uint32_t count);
/* Borrows from the entry; *steps is the caller's to free(). */
enum err log_entry_read(const void *entry, size_t len, struct log_segment *seg, struct log_step **steps);

#endif
