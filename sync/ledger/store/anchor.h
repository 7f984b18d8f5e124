/* anchor.h - what this device remembers outside store and journal, to notice when both have gone back in time.
 *
 * Two files of one 512-byte slot, written in turn, each with its own check; the higher generation counts. Not synced at
 * every save: an anchor that lags detects less and harms nothing. sync.md section 6.
 */
#ifndef SYNC_LEDGER_STORE_ANCHOR_H
#define SYNC_LEDGER_STORE_ANCHOR_H

#include "sync/ledger/log/event.h"

#include <stdbool.h>
#include <stdint.h>

enum { ANCHOR_SLOT = 512, ANCHOR_ENDS = 8, ANCHOR_SCOPE = 16 };

/* How far logs of this device were written: the ones written last, the latest first. So that a loss can be told by its numbers. */
struct anchor_ends { uint32_t count; struct { struct event_log_id log; uint64_t seq; } at[ANCHOR_ENDS]; };

struct anchor {
	uint64_t generation;
	uint64_t written;            /* own events ever written on this device */
	uint64_t exported;           /* own events that were in a bundle */
	uint64_t tick;               /* highest of the township's downlinks */
	uint64_t sealed;             /* bundles sealed: the sealer's counter, never repeated */
	uint64_t boot;               /* boots counted */
	uint8_t boot_id[16];         /* of the last one, zeros when the system does not say */
	int64_t uptime;              /* ms, when last written */
	uint8_t probed[16];          /* boot in which the store was last walked whole */
	struct anchor_ends ends;
};

/* This log has come to `seq`. The one written longest ago gives way; a scope longer than ANCHOR_SCOPE is not noted. */
void anchor_note_end(struct anchor_ends *ends, const struct event_log_id *log, uint64_t seq);

/* The newer sound slot; a zeroed struct when there is none (*found false). Damage is not an error. */
enum err anchor_read(const char *dir, struct anchor *out, bool *found);
/* Writes the older slot; `durable` waits for the disk. No number goes back: another program may have written since *a was read, and *a gets
 * the higher. */
enum err anchor_write(const char *dir, struct anchor *a, bool durable);
/* The one way back for what was written: what was found to be lost is no longer counted. Durable. */
enum err anchor_count_lost(const char *dir, struct anchor *a);
/* The one way back for a tick: a new receipt key counts anew. Durable. */
enum err anchor_set_tick(const char *dir, struct anchor *a, uint64_t tick);

#endif
