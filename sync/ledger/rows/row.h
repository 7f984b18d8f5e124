/* row.h - one row of a register as the fold left it: open values, who wrote them, what is proposed, what it is called.
 *
 * A row is a copy: it owns its memory and needs no transaction. Its events stand in the order of the fold (lamport,
 * writer, scope, epoch, seq), so of two values the one of the later event is the latest. Values are CBOR as in the
 * digest. Fields that only a newer pack knows are kept and shown by number.
 */
#ifndef SYNC_LEDGER_ROWS_ROW_H
#define SYNC_LEDGER_ROWS_ROW_H

#include "forms/pack/pack.h"
#include "sync/ledger/log/event.h"
#include "sync/ledger/log/log_place.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/store/words.h"

struct profile;

enum { ROW_ID_TEXT = 32, ROW_KEY_MAX = 24 };

/* The name of a row everywhere: the event that made it, and its index there. */
struct row_id { uint8_t ref[EVENT_REF]; uint8_t index; };
char *row_id_text(const struct row_id *id, char out[ROW_ID_TEXT]);          /* "24 hex:N", returns out */
bool row_id_parse(const char *text, struct row_id *out);                    /* ":N" may be left out: 0 */

/* Its address in this store (register, log, seq, index); never leaves the device. */
struct row_key { uint8_t len, bytes[ROW_KEY_MAX]; };

struct row_event { struct log_place at; uint8_t ref[EVENT_REF]; int64_t wall; };     /* writer: log_id_of(at.log) */

/* data NULL = erased, or withheld; `sealed`: as recorded, when it is confidential and was opened for us; else NULL */
struct row_value { uint32_t event; const uint8_t *data; size_t len; const uint8_t *sealed; size_t sealed_len; };
struct row_field { uint32_t n; const struct row_value *open; uint32_t count; };

/* Why something is a proposal, not a fact. */
enum row_reason {
	ROW_ACCEPTED, ROW_NO_ROLE, ROW_OUT_OF_SCOPE, ROW_UNSEEN /* deps empty or not here */, ROW_WRONG_FROM, ROW_WHEN, ROW_SAME_PERSON,
	ROW_TOWN_ONLY, ROW_NOT_AUTHOR, ROW_NOT_TRUSTED, ROW_NO_STEP /* a stage written without a step */
};
const char *row_reason_text(enum row_reason why);                           /* for people, translated */

struct row_proposal { uint32_t event; enum row_reason why; const char *step /* NULL */; uint32_t field /* 0 = the whole entry */; const uint8_t *value; size_t len; };
struct row_step { const char *step; uint32_t event; };                      /* accepted steps, in order */

enum {
	ROW_RETRACTED = 1, ROW_CONFLICT = 2, ROW_PROPOSED = 4,
	ROW_EMPTY = 8                                     /* no accepted value: not shown, not in the digest */
};

struct row {
	struct row_key key;
	struct row_id id;
	struct event_scope scope;
	const char *reg;                                  /* register id */
	const char *version, *form;                       /* pack version and form that made it */
	uint32_t number;                                  /* 43 of 07-0043 */
	uint32_t slot;                                    /* its place in the blocks of block.h */
	unsigned flags;
	struct row_event *events; uint32_t event_count;   /* [0] made it */
	struct row_field *fields; uint32_t field_count;   /* ascending n */
	struct row_proposal *proposals; uint32_t proposal_count;
	struct row_step *steps; uint32_t step_count;
	void *memory;
	struct scratch *opened;                           /* confidential values that we may read */
};
void row_clear(struct row *r);

enum err row_read(struct profile *p, const struct row_id *id, struct row *out);                 /* ERR_NOTFOUND */
enum err row_read_key(struct profile *p, const struct row_key *key, struct row *out);

/* Every row of a register as lists show it (retracted ones only where a workflow keeps them), in the order of the store, within
 * one look at it: `each` must not write. Stops when it fails. A register that nobody wrote to has no rows. */
enum err row_each(struct profile *p, const char *reg, enum err (*each)(void *user, const struct row *r), void *user);

const struct row_value *row_worst(const struct row_field *f, const struct pack_field *pf);     /* by danger_order, then the latest */
const struct row_field *row_field(const struct row *r, uint32_t n);         /* NULL when it has no open value */

/* The value to show, by the field's merge: the latest, the most dangerous, the union. `text` is what XLSForm stores
 * (codes as names), `label` what people read (codes by their label). `kinds` = distinct open values: over 1 a "2种说法".
 * Personal values (P2, P3) come masked unless `unmask`. */
struct row_shown { struct buf text, label; uint32_t kinds; uint32_t event /* of the shown value */; bool conflict, gone; };
enum err row_show(const struct row *r, const struct pack_register *reg, const struct pack *pk, uint32_t field /* index */, bool unmask, struct row_shown *out);
void row_shown_clear(struct row_shown *s);
/* Its `text` alone, unmasked, appended: what is stored. */
enum err row_stored(const struct row *r, const struct pack_field *pf, struct buf *out);
/* 138****0012; 王**: enough to tell two apart, not to call or name. A choice is known by its first character: of it "**" only. */
void row_mask(struct buf *text, bool choice);
bool row_is_choice(const struct pack_field *pf);

/* Title by the register's expression; "07-0043"; "990101100201-2026-07-0043"; any pack expression over the row (filters,
 * exports; `number` is what row_number() says). Parsed expressions are kept. */
enum err row_title(struct profile *p, const struct row *r, struct buf *out);
enum err row_number(struct profile *p, const struct row *r, struct buf *out);
enum err row_serial(struct profile *p, const struct row *r, struct buf *out);
enum err row_evaluate(struct profile *p, const struct row *r, const char *expression, struct buf *out);
/* The same for ledgers and papers: a time is the true one where it is known (row_event_time()), "约 " before it where it is only bounded. */
enum err row_evaluate_numbered(struct profile *p, const struct row *r, const char *expression, uint32_t number, struct buf *out);
/* The month that tally() counts in: 0 for all time. */
void row_tally_month(struct profile *p, int year, int month);
enum err row_test(struct profile *p, const struct row *r, const char *expression, bool *out);

/* Stored text of a field as forms see it (instance('row')/root/FIELD), derived fields computed; appended. */
enum err row_text(struct profile *p, const struct row *r, uint32_t field /* index in the current pack */, struct buf *out);

/* The certificate's person, and the label and name people know a writer by; "" when unknown. */
enum err row_author(struct profile *p, const struct row_event *e, struct buf *person, struct buf *label);

/* When it truly was, ms UTC, and by whose word: truetime_by(); as the clock said when the event cannot be read. */
int64_t row_event_time(struct profile *p, const struct row_event *e, enum truetime_word *word);

/* Every event that touched the row, in order, judged anew: accepted or why not. Stops when
 * `each` returns false. Borrowed while `each` runs. */
struct row_history {
	struct row_event event; enum event_kind kind; const char *form, *version, *person; const char *const *steps; uint32_t step_count;
	enum row_reason why; const struct row_id *record;
};
enum err row_history(struct profile *p, const struct row_id *id, bool (*each)(void *user, const struct row_history *h), void *user);

/* Rows of register `child`, as lists show them, whose field of type row names this one (hazards of a place, visits, attendance), newest first. */
enum err row_children(struct profile *p, const struct row_id *id, const char *child, bool (*each)(void *user, const struct row *r), void *user);

#endif
