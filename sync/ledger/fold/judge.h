/* judge.h - what counts in the history of one row. sync.md section 5.
 *
 * A pure function: from everything that was ever said about a row, and who said it, to what is accepted and what is still
 * open. It reads no store, clock or locale and sees entries in the fixed order of the fold, so every machine that holds
 * the same events decides alike. An entry "saw" the entries its deps name and whatever those saw; steps are judged on
 * what was open in that, not on what happens to be open here, so an unseen event can never change an old verdict.
 */
#ifndef SYNC_LEDGER_FOLD_JUDGE_H
#define SYNC_LEDGER_FOLD_JUDGE_H

#include "sync/ledger/log/payload.h"
#include "sync/ledger/rows/row.h"

/* A value an entry writes to a field. */
struct judge_write {
	uint32_t n;                                       /* field number */
	enum pack_merge merge;
	bool governed;                                    /* moved by steps alone */
	bool clears;                                      /* closes what was there and leaves the field empty */
	const uint8_t *data; size_t len;                  /* as in the digest; data NULL: erased or withheld */
	const struct pack_step *step;                     /* that wrote it; NULL */
	enum row_reason why;                              /* out */
	bool closed;                                      /* out */
	bool added;                                       /* out: by a step, not saved by the form */
	uint32_t shut;                                    /* while judging: the view in which it was closed */
	uint8_t word[66];                                 /* where `data` of a step's own value stands */
};

/* What one event says about the row. */
struct judge_entry {
	uint8_t ref[EVENT_REF];
	struct event_log_id log; uint64_t seq, lamport;   /* the order of the fold */
	uint32_t place;                                   /* among the rows of its event */
	struct log_place at; int64_t wall;                /* passed on, not judged by */
	const char *form, *version;                       /* likewise; NULL for RETRACT and RESOLVE */
	enum event_kind kind;
	bool fresh;                                       /* it made the row */
	bool trusted, in_scope;
	bool may_submit;                                  /* role that its form asks for */
	bool author;                                      /* AMEND, RETRACT: its person made the target */
	uint32_t roles;
	const char *person;
	const struct pack *pack; uint32_t reg;            /* NULL for RETRACT and RESOLVE */
	uint8_t deps[LIMIT_DEPS][EVENT_REF]; uint32_t dep_count;
	bool has_target; uint8_t target[EVENT_REF];       /* AMEND, RETRACT */
	const struct pack_step *steps[PAYLOAD_STEPS_MAX]; uint32_t step_count;
	struct judge_write *writes; uint32_t write_count; /* room for step_count more */
	/* out */
	enum row_reason why;                              /* of the whole entry */
	enum row_reason step_why[PAYLOAD_STEPS_MAX];
	bool judged;
	bool answered;                                    /* withdrawn by its author, or named by another entry that counts and is no attachment */
};

/* Sort `entries` into the order of the fold and judge them all. ERR_NOMEM only. */
enum err judge_row(struct judge_entry *entries, uint32_t count);

/* <0, 0, >0: the order of the fold (lamport, writer, scope, epoch, seq; then ref and place, for logs that split). */
int judge_order(const struct judge_entry *a, const struct judge_entry *b);

/* Is the field moved by a step of this pack? */
bool judge_governed(const struct pack *p, uint32_t reg, uint32_t field);

/* The danger of a value: its place in danger_order (0 worst); past the end for one that is not listed. */
uint32_t judge_danger(const struct pack_field *f, const uint8_t *data, size_t len);

#endif
