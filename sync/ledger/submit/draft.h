/* draft.h - a form being filled, on disk after every answer. sync.md section 6.
 *
 * draft/<16 hex>.a and .b: two slots, each a whole copy (writer, form, version, row, sequence, bytes), sealed and
 * checksummed. A save writes the older slot and costs one fdatasync; the newest sound slot counts, so a cut battery loses at
 * most the answer in flight. The .a file is locked while the draft is open. When the record is saved, its transaction names
 * the draft (log_draft_done) and draft_remove() takes the files away, now or at the next start.
 */
#ifndef SYNC_LEDGER_SUBMIT_DRAFT_H
#define SYNC_LEDGER_SUBMIT_DRAFT_H

#include "sync/ledger/log/event.h"

struct profile;
struct draft;

/* Instead of a row: the record that a draft corrects, "amend:REF:0". */
#define DRAFT_AMEND "amend:"

enum { DRAFT_BYTES_MAX = 1 << 20, DRAFT_TEXT_MAX = 128, DRAFT_COUNT_MAX = 256 };

struct draft_about {
	uint64_t id;                                        /* random */
	uint8_t writer[EVENT_WRITER];
	char form[DRAFT_TEXT_MAX], version[DRAFT_TEXT_MAX]; /* form id; pack version it was opened with */
	char row[DRAFT_TEXT_MAX];                           /* REGISTER:REF:N, DRAFT_AMEND REF:0 or "" */
	uint64_t number;                                    /* running number of the record, allocated at opening */
	int64_t started;                                    /* ms, wall clock as read */
	uint64_t sequence;                                  /* of the newest save */
};

/* A new draft of the unlocked writer: allocates number and id, writes nothing yet but the number. `about` needs form,
 * version, row and started. */
enum err draft_new(struct profile *p, const struct draft_about *about, struct draft **out);
/* Open one again with its newest bytes. ERR_BUSY when it is open elsewhere, ERR_CORRUPT when no slot is sound, ERR_DENIED
 * when it is another writer's. */
enum err draft_open(struct profile *p, uint64_t id, struct draft **out, struct buf *bytes);
const struct draft_about *draft_about(const struct draft *d);
/* Durable when it returns ERR_OK. */
enum err draft_save(struct draft *d, const void *bytes, size_t len);
void draft_close(struct draft *d);

/* Drafts of the unlocked writer, newest first. */
enum err draft_list(struct profile *p, enum err (*each)(void *user, const struct draft_about *about), void *user);
/* Whoever's they are, as far as they can be read. `each` may remove the one it is told of. */
enum err draft_each(struct profile *p, enum err (*each)(void *user, const struct draft_about *about), void *user);
/* Both files go. An open one is removed before it is closed: so no other session can open what is gone. */
enum err draft_remove(struct profile *p, uint64_t id);
/* The record that a draft became. ERR_NOTFOUND: it is a draft still, or none at all. */
enum err draft_record(struct profile *p, uint64_t id, uint8_t record[EVENT_REF]);
/* Are there files of a draft, whoever's it is? */
bool draft_exists(struct profile *p, uint64_t id);
/* Is it being filled in now, here or by another session? */
bool draft_is_open(struct profile *p, uint64_t id);
/* At start: removes drafts whose record is in the store. */
enum err draft_sweep(struct profile *p);

#endif
