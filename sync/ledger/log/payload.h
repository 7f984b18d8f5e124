/* payload.h - the public parts of SUBMIT, AMEND, RETRACT, RESOLVE, ATTACH, LOOKED, ERASED and ADOPT, to the byte (PAYLOADS.md).
 *
 * payload_open() checks the whole part against its form and limits; then the rows are read one after another. Nothing is
 * allocated: everything borrows the bytes. A payload says what its author decided; whether it counts, the fold judges.
 */
#ifndef SYNC_LEDGER_LOG_PAYLOAD_H
#define SYNC_LEDGER_LOG_PAYLOAD_H

#include "forms/base/cbor.h"
#include "sync/ledger/log/event.h"
#include "sync/limits.h"

enum {
	PAYLOAD_NO_INSTANCE = UINT32_MAX, PAYLOAD_NO_QUESTION = UINT32_MAX, PAYLOAD_STEPS_MAX = 8, PAYLOAD_REASON_MAX = 1024, PAYLOAD_VERSION_MAX = 129 /* ID/VERSION */,
	PAYLOAD_ADOPT_MAX = 256, PAYLOAD_BLOB_MAX = LIMIT_BLOB
};

/* An event named by another: `distance` events back in the same log, or (distance 0) by its ref. */
struct payload_link { uint64_t distance; uint8_t ref[EVENT_REF]; };

/* A row: the event that made it, and its place among the rows of that event. */
struct payload_row_link { struct payload_link event; uint8_t index; };

/* Numbers of fields, 1-255. */
struct payload_fields { uint64_t bits[4]; };
void payload_fields_add(struct payload_fields *f, uint32_t n);
bool payload_fields_has(const struct payload_fields *f, uint32_t n);

/* What one submit does to one row. */
struct payload_row {
	uint32_t entity;                                  /* of the form: gives register, fields, repeat */
	bool fresh;                                       /* a new row; else `row` is meant */
	struct payload_row_link row;
	uint32_t instance;                                /* of the entity's repeat, from 0; PAYLOAD_NO_INSTANCE at the top */
	uint32_t steps[PAYLOAD_STEPS_MAX]; uint32_t step_count;    /* lines of the pack's workflow */
	struct payload_link deps[LIMIT_DEPS]; uint32_t dep_count;  /* the events whose values its author saw */
	/* Of a row that was there: fields that its author left as they were shown to him, neither written nor closed; fields that he emptied,
	 * closed and left so. */
	struct payload_fields kept, emptied;
};

struct payload {
	enum event_kind kind;
	/* SUBMIT */
	uint32_t form;                                    /* index in the pack */
	char version[PAYLOAD_VERSION_MAX + 1];            /* of the pack */
	uint32_t number;                                  /* running number of its writer: 43 of 07-0043 */
	int64_t started;                                  /* seconds from opening the draft to the event's wall clock */
	uint32_t seconds;                                 /* spent on it */
	/* AMEND: the version it saw; RETRACT, ATTACH: the record; ERASED: the order */
	struct payload_link target;
	/* SUBMIT, AMEND: read with payload_next() */
	uint32_t row_count;
	struct cbor rows;
	/* RETRACT; AMEND where its author gave one, else NULL */
	const char *reason; size_t reason_len;            /* borrowed, not NUL-ended */
	/* RESOLVE, LOOKED */
	struct payload_row_link row;
	uint32_t field;                                   /* RESOLVE: number of the field */
	const uint8_t *value; size_t value_len;           /* RESOLVE: as in the digest; NULL: it is in the private part */
	struct payload_link deps[LIMIT_DEPS]; uint32_t dep_count;
	uint32_t class;                                   /* LOOKED */
	/* ATTACH */
	uint32_t question;                                /* PAYLOAD_NO_QUESTION: the record as a whole */
	const uint8_t *blob; uint32_t size; const char *media; size_t media_len; int64_t taken;
	/* ADOPT: read with payload_next_link() */
	uint32_t link_count;
	struct cbor links;
};

/* ERR_FORMAT or ERR_LIMIT says what is wrong; ERR_UNSUPPORTED for a kind that is not one of these. */
enum err payload_open(enum event_kind kind, const void *data, size_t len, struct payload *out);
bool payload_next(struct payload *p, struct payload_row *out);           /* false past the last */
bool payload_next_link(struct payload *p, struct payload_link *out);

void payload_put_submit(struct buf *out, const struct payload *head, const struct payload_row *rows, uint32_t count);
void payload_put_amend(struct buf *out, const struct payload_link *target, const char *reason /* NULL */, const struct payload_row *rows, uint32_t count);
void payload_put_retract(struct buf *out, const struct payload_link *target, const char *reason);
void payload_put_resolve(struct buf *out, const struct payload *head);
void payload_put_attach(struct buf *out, const struct payload *head);
void payload_put_looked(struct buf *out, const struct payload_row_link *row, uint32_t class);
void payload_put_erased(struct buf *out, const struct payload_link *order);
void payload_put_adopt(struct buf *out, const struct payload_link *links, uint32_t count);

#endif
