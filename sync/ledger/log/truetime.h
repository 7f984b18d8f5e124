/* truetime.h - when something truly happened, whatever the device's clock said.
 *
 * Every event tells the boot of its device and the uptime. An ANCHOR event of the same writer ([source, time, boot, uptime], sync.md §3.3)
 * binds that boot to a time by somebody's word: then the times of all its events are sure, those of before the ANCHOR as well. Of several words
 * the weightier holds, of equals the later. One word only bounds: what a township's stick says is past. The order of events and the fold never
 * ask for any of it, and nobody is kept from anything by it.
 */
#ifndef SYNC_LEDGER_LOG_TRUETIME_H
#define SYNC_LEDGER_LOG_TRUETIME_H

#include "sync/ledger/log/log.h"

/* By whose word, the weightier last. */
enum truetime_word {
	TRUETIME_NONE,                  /* the device's own clock */
	TRUETIME_STICK,                 /* "stick": a file of the township says when it was made; it is not earlier than that */
	TRUETIME_PERSON,                /* "person": who works with the device compared it; also any source that a newer program names */
	TRUETIME_GPS,                   /* "gps": the receiver that gives positions */
	TRUETIME_NTP,                   /* "ntp": an office's system, which keeps its clock by the network */
	TRUETIME_RECEIPT,               /* "receipt": the township answered, over the network */
	TRUETIME_WORDS
};
const char *truetime_word_name(enum truetime_word word);        /* as the ANCHOR has it; "device" for none */
const char *truetime_word_text(enum truetime_word word);        /* for people: whose word */

struct truetime_binding { enum truetime_word word; int64_t time /* ms UTC */, uptime /* ms, when it was that time */; };

/* ms UTC of an event, and by whose word: TRUETIME_NONE is the wall clock of its writer, TRUETIME_STICK the earliest it can have been. `sure`: by a better one. */
int64_t truetime_by(struct store_txn *t, const struct log_event *e, enum truetime_word *word);
int64_t truetime_of(struct store_txn *t, const struct log_event *e, bool *sure);

/* By whose word the boot that this device runs in is bound, for the unlocked writer. */
enum truetime_word truetime_bound_by(struct profile *p);
/* An ANCHOR of the unlocked writer for this boot, durable on return. */
enum err truetime_bind(struct profile *p, const struct truetime_binding *b);

/* A time was learnt in passing: remembered while the profile is open. One that the township has shown to be past is passed over, and a lesser word
 * than one that is there. truetime_settle() binds the boot by it, unless it is bound as well; an office asks its system too. For the unlocked writer. */
void truetime_offer(struct profile *p, const struct truetime_binding *b);
enum err truetime_settle(struct profile *p);

/* What time it is now by the best word there is for this boot, offered ones too. TRUETIME_NONE: as the clock says. */
int64_t truetime_now(struct profile *p, enum truetime_word *word);

extern const int64_t truetime_earliest;          /* the day this program is of: no true clock shows less */
/* It is later than this, ms: the day this program is of, the newest that the township is known to have said, and what the unlocked writer last bound a boot to. */
int64_t truetime_known(struct profile *p);
/* The township said so, in a file it signed. Kept when it is news by TRUETIME_NEWS_MS, so that a stick full of files costs few writes. */
enum { TRUETIME_NEWS_MS = 600000 };
enum err truetime_not_before(struct profile *p, int64_t time);

/* An ANCHOR arrives, by whatever way. */
void truetime_note(struct log_batch *b, const struct event_log_id *id, const struct event *e);

#endif
