/* submit.h - the one way a record is made.
 *
 * From a finished fill come rows, steps and deps by the pack's rules; the device judges them as the fold of everybody
 * else will, refuses with a clear word what would not count, and only then signs and appends. Deps are the open values
 * this device shows for the fields that are written, so nothing unseen is ever closed.
 */
#ifndef SYNC_LEDGER_SUBMIT_SUBMIT_H
#define SYNC_LEDGER_SUBMIT_SUBMIT_H

#include "forms/fill/fill.h"
#include "sync/ledger/log/payload.h"
#include "sync/ledger/rows/row.h"


struct submit {
	const char *form;                                 /* id, in the newest pack or `version` */
	const char *version;                              /* NULL = newest */
	struct fill *fill;                                /* finished and checked */
	const struct row_id *subject;                     /* row it was opened on, NULL for none */
	uint32_t number;                                  /* of the draft (draft_about); 0 = take one now */
	int64_t started;                                  /* ms wall clock at opening */
	uint32_t seconds;
	uint64_t draft;                                   /* recorded with the event so that it is removed once; 0 = none */
	/* Whose log a village-scoped row goes to: NULL = the subject's village, else the writer's own, else scope all. */
	const char *village;
};

/* The host of a fill: the subject row's fields, last saved values, names. Valid while the profile and *out live. */
struct submit_host;
enum err submit_host_open(struct profile *p, const char *form, const struct row_id *subject, struct submit_host **out);
const struct fill_host *submit_host_fill(const struct submit_host *h);
void submit_host_close(struct submit_host *h);

/* ERR_DENIED: which step or field, and why; nothing is written. `ref` gets the record's ref, durable on return.
 *
 * What was said to be kept is kept. What was said not to be (the disk failed) may come through all the same, where not even cutting it off again
 * succeeded before the program died: one draft becomes one record for all that, so it may be submitted again; ERR_EXISTS when it was changed
 * in between, for then the record says what it said before. */
enum err submit_record(struct profile *p, const struct submit *what, uint8_t ref[EVENT_REF]);

/* Correct a record of one's own (or, as TOWN, of anybody). ERR_DENIED also when the record holds a confidential value that this
 * writer cannot open: the form would leave it empty. */
struct submit_amend {
	const uint8_t *target;                            /* the version that was seen */
	struct fill *fill;                                /* the whole corrected form, finished and checked */
	const char *reason;                               /* public, at most PAYLOAD_REASON_MAX; NULL for none */
	uint64_t draft;                                   /* as above */
};
enum err submit_amend(struct profile *p, const struct submit_amend *what, uint8_t ref[EVENT_REF]);
enum err submit_retract(struct profile *p, const uint8_t target[EVENT_REF], const char *reason, uint8_t ref[EVENT_REF]);

/* TOWN: these events of a revoked writer were found true and count from now on; at most PAYLOAD_ADOPT_MAX. */
enum err submit_adopt(struct profile *p, const uint8_t (*refs)[EVENT_REF], uint32_t count, uint8_t ref[EVENT_REF]);

/* Settle a field: take side `take` of conflict_sides() (from 1), or, where the field allows, a new value as text. */
enum err submit_resolve(struct profile *p, const struct row_id *row, uint32_t field, uint32_t take, const char *value, uint8_t ref[EVENT_REF]);

/* Which steps may this person take on this row now? Bit i of `may` = line i of the list given. `why` of the others. */
struct submit_choice { const struct pack_step *step; enum row_reason why; };
enum err submit_steps(struct profile *p, const struct row *r, struct submit_choice *out, uint32_t max, uint32_t *count);
/* What the row says that keeps somebody of these roles from this step, as "label [value]" in the reader's words: of the step's lines the
 * one that is nearest to holding. Appended; nothing when it is not the row. */
void submit_hindrance(const struct row *r, const struct pack *pack, const struct pack_step *step, uint32_t roles, struct buf *out);

/* A version of a record: what to open its form with, and whether the unlocked writer may correct it. */
struct submit_version {
	uint8_t record[EVENT_REF], before[EVENT_REF];     /* the first version; the one this corrects (of the first: itself) */
	bool amends;
	const struct pack *pack; uint32_t form;
	struct row_id subject; bool has_subject;          /* the row the form was opened on */
	struct payload_fields kept, emptied;              /* of the subject: fields that it left as they were shown, and emptied */
	enum row_reason why;                              /* ROW_ACCEPTED, or why it is not his to correct */
	bool unread;                                      /* holds what he cannot open */
	char *reason;                                     /* of an AMEND; NULL */
};
enum err submit_version(struct profile *p, const uint8_t ref[EVENT_REF], struct submit_version *out);
void submit_version_clear(struct submit_version *v);
/* The last version of the record that counts here, in the order of the fold. Of a record that touched no row: `ref` itself. */
enum err submit_newest(struct profile *p, const uint8_t ref[EVENT_REF], uint8_t newest[EVENT_REF]);

/* A filled record for amending or showing: the fill of `form`, opened on its subject, gets its answers and none but them. */
enum err submit_load(struct profile *p, const uint8_t record[EVENT_REF], struct fill *f);

/* Every file that a record names, in the order of its form: the question (index and name), which instance of its repeat (from 1; 1 outside of any),
 * the name. Until `each` fails. */
enum err submit_files(struct profile *p, const uint8_t record[EVENT_REF],
                      enum err (*each)(void *user, uint32_t question, const char *question_name, uint32_t instance, const char *name), void *user);

/* A SUBMIT or AMEND as people read it; personal answers are left out. */
struct submit_shown { const char *form, *version; char number[40]; struct jdoc *answers; };
struct log_event;
enum err submit_show(struct profile *p, const struct log_event *e, struct submit_shown *out);
void submit_shown_clear(struct submit_shown *s);

#endif
