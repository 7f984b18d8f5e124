/* profile.h - the handle everybody above uses: one directory, one profile. sync.md section 6.
 *
 * open: lock, anchors, the store walked by a child (the ladder, section 6.5). unlock: a writer's PIN opens its keys and the
 * key the store is sealed with; the journal is replayed, what was lost is rebuilt and said. An office profile is not
 * sealed: its store opens without a PIN, and a writer is unlocked only to sign. One thread at a time. Pointers below change
 * when a writer is unlocked or the store is mended: take them from the profile each time.
 */
#ifndef SYNC_LEDGER_PROFILE_PROFILE_H
#define SYNC_LEDGER_PROFILE_PROFILE_H

#include "forms/pack/pack.h"
#include "sync/keys/ring.h"
#include "sync/ledger/log/event.h"
#include "sync/ledger/store/anchor.h"
#include "sync/ledger/store/journal.h"
#include "sync/ledger/store/store.h"

struct fold;

/* Records that are not here, by their numbers in a log. */
enum { PROFILE_LOSSES = 16 };
struct profile_loss { struct event_log_id log; uint64_t first, last; };

/* What the ladder had to do, for saying it in words. */
struct profile_health {
	bool store_rebuilt;          /* the store was damaged or gone, made again from the journal */
	bool journal_rebuilt;        /* the journal was damaged or gone, made again from the store */
	bool started_empty;          /* both were damaged: kept aside, nothing could be read */
	bool went_back;              /* older than the anchor says */
	bool moved;                  /* a copied or restored profile */
	uint64_t lost_records;       /* journal records that could not be read while rebuilding */
	uint64_t missing;            /* own events that the anchor knows and nothing holds */
	uint64_t replayed;           /* entries the store had not yet seen */
	struct profile_loss lost[PROFILE_LOSSES]; uint32_t lost_count;      /* which; more than fit are counted */
	char kept[128];              /* name of the directory in which damaged files were kept; "" none */
};

/* Directories that have a limit, and what lies in them as last measured (exchange/room.h). */
enum profile_room_name { PROFILE_HELD, PROFILE_CARRIED, PROFILE_REFUSED, PROFILE_ROOMS };
struct profile_room {
	uint64_t bytes; uint32_t files; bool known;
	struct { uint64_t bytes, whose; uint32_t files; unsigned most; bool known; } firm;       /* what does not give way, not even to what ranks `most`; `whose` it was when that concerns him alone */
};

struct profile {
	char *dir;
	bool office;                                        /* store not sealed */
	struct seal seal;
	struct store *store;                                /* NULL while locked on a device */
	struct journal *journal;
	struct anchor anchor;
	struct keys_identity *identity;                     /* the unlocked writer; NULL */
	uint8_t writer[EVENT_WRITER];                       /* its id; zeros */
	struct keys_roots roots;                            /* the township's chain; empty before enrolment */
	struct keys_roster *roster;                         /* who is believed; never NULL, empty while the store is closed */
	struct keys_ring *ring;                             /* what we can open: the writer's and its scopes', an office's B */
	struct keys_identity *receipt;                      /* a township's R, which signs receipts and relays; NULL elsewhere */
	struct fold *fold;                                  /* opened with the store */
	uint64_t tried;                                     /* profile_trust() when held bundles were last tried (inbox_settle) */
	struct profile_room rooms[PROFILE_ROOMS];
	struct profile_private *own;
	struct profile_health health;
};

/* Make an empty profile (mode 0700): seat, empty slots, directories. Refuses a file system without stable inodes
 * (ERR_UNSUPPORTED) and a directory that holds one already (ERR_EXISTS). The store is made at the first unlock, or now in
 * an office. */
enum err profile_create(const char *dir, bool office);

/* Open: never waits for a person. The ladder's first half runs here. */
enum err profile_open(const char *dir, struct profile **out);
/* The same while another process of this program has it open and found it sound: the store is not walked again, which would hold
 * up whoever wants to save. */
enum err profile_open_beside(const char *dir, struct profile **out);
void profile_close(struct profile *p);

/* Errors of keys_slots_unlock(). The writer unlocked before is locked. `label` NULL: the first; `pepper` NULL: the
 * profile's own. profile_adopt() takes an identity that is open already (init, tests); it is the profile's from then on. */
enum err profile_unlock(struct profile *p, const char *label, const char *pin, const char *pepper);
enum err profile_adopt(struct profile *p, struct keys_identity *identity);
void profile_lock(struct profile *p);

/* Take in root documents, {length u16 ‖ document}… (keys_roots_add_all), keep them and make the roster anew. */
enum err profile_roots_add(struct profile *p, const void *data, size_t len);
/* Scope keys that came since: called by log_write() when the township's log grew. */
void profile_ring_refresh(struct profile *p);

/* Another number after every change of who is believed: the township's log or its roots grew. Never 0. */
uint64_t profile_trust(const struct profile *p);

/* The path of something in the profile, in `out`. */
const char *profile_path(const struct profile *p, const char *name, struct buf *out);

/* What the ladder found, in the reader's words, one line each; empty when all was well. */
enum err profile_report(const struct profile *p, struct buf *out);

/* Start reading; the store is reopened before when another program replaced it, mended when damage was met. End it with
 * store_abort(). Never inside log_write(): use log_txn(). */
void profile_begin(struct profile *p, struct store_txn *t);

/* Counts with every write, whichever program made it: what was read is still so while this stays. 0: cannot be told. */
uint64_t profile_version(struct profile *p);

/* --- packs: kept decoded beside the store, sealed --- */
enum err profile_pack_keep(struct profile *p, const char *id, const char *version, const void *data, size_t len);
/* Borrowed for the life of the profile; ERR_NOTFOUND says which pack is needed. */
enum err profile_pack(struct profile *p, const char *id, const char *version, const struct pack **out);
/* Hash of its bytes as they came; ERR_NOTFOUND. */
enum err profile_pack_hash(struct profile *p, const char *id, const char *version, uint8_t hash[KEYS_HASH]);
/* The one in force: named last by the township's log, else the newest kept. */
enum err profile_pack_current(struct profile *p, const struct pack **out);

/* --- time --- */
struct profile_now { int64_t wall, uptime; uint64_t boot; };
struct profile_now profile_now(struct profile *p);
/* The one village the unlocked writer belongs to, else all. */
struct event_scope profile_own_scope(const struct profile *p);
/* Another time than this boot is bound to; else before the build, before what is known (truetime_known), or 400 days past it: ask the person. */
bool profile_clock_doubtful(struct profile *p);
/* The next sealer's counter, durable before it returns. */
enum err profile_next_counter(struct profile *p, uint64_t *out);
enum err profile_set_tick(struct profile *p, uint64_t tick);

/* --- care --- */
/* Verify everything: journal records, every chain and signature, both copies against each other. Each fault goes to
 * `report` and the result is ERR_CORRUPT; when only one copy has faults it has been made again from the other. */
enum err profile_check(struct profile *p, void (*report)(void *user, const char *what), void *user);
/* Make every cache again from the events. */
enum err profile_rebuild(struct profile *p);
/* What the ladder could not read it keeps aside in the profile, as PROFILE_DAMAGED and a number: those folders, while nobody makes another;
 * `each` may remove the one it is told of. `needless`: what was in it was made again whole (its file PROFILE_WHOLE says so); else it may be
 * the only copy of something. */
#define PROFILE_DAMAGED "damaged-"
#define PROFILE_WHOLE "whole"
enum err profile_damaged_each(struct profile *p, enum err (*each)(void *user, const char *name, bool needless), void *user);

#endif
