/* event.h - one entry of a log: its parts, its bytes, its place in the hash chain. sync.md sections 3.1 and 4; FORMAT.md.
 *
 * The struct borrows all bytes. Values are absolute; deltas exist only in the encoded form. Payload bytes are hashed as
 * carried; nothing is re-encoded to verify.
 */
#ifndef SYNC_LEDGER_LOG_EVENT_H
#define SYNC_LEDGER_LOG_EVENT_H

#include "forms/base/buf.h"
#include "forms/base/wire.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	EVENT_HASH = 32, EVENT_REF = 12, EVENT_SALT = 16, EVENT_SIGNATURE = 64, EVENT_WRITER = 16,
	EVENT_BYTES_MAX = 65536, EVENT_SCOPE_MAX = 40
};

enum event_kind {
	EVENT_EPOCH_START = 1, EVENT_ANCHOR = 2, EVENT_SUBMIT = 3, EVENT_AMEND = 4, EVENT_RETRACT = 5, EVENT_RESOLVE = 6,
	EVENT_ATTACH = 7, EVENT_LOOKED = 8, EVENT_ERASED = 9, EVENT_ADOPT = 10,
	EVENT_CERT = 32, EVENT_REVOKE = 33, EVENT_PACK = 34, EVENT_ERASE = 35, EVENT_ROOT = 36, EVENT_MANIFEST = 37, EVENT_SCOPEKEY = 38
};

enum { EVENT_HAS_PRIVATE = 1, EVENT_PRIVATE_GONE = 2, EVENT_ANSWERS_GONE = 4, EVENT_HAS_ANSWERS = 8, EVENT_CRITICAL = 128 };

/* Where a log belongs: kind 0 all, 1 a village (12-digit code), 2 one writer (16 bytes). Encoded: kind, length, bytes. */
struct event_scope { uint8_t kind, length; uint8_t bytes[32]; };

struct event_log_id { uint8_t writer[EVENT_WRITER]; struct event_scope scope; uint64_t epoch; };

struct event_part { const uint8_t *data; size_t len; };         /* data NULL = the part does not exist */

struct event {
	uint8_t flags;
	uint16_t kind;
	uint64_t lamport;
	int64_t wall, uptime;                       /* ms */
	uint64_t boot;
	struct event_part public_part, answers, private_part;
	const uint8_t *salt;                        /* 16 bytes when private_part is here */
	const uint8_t *answers_commitment, *private_commitment;    /* 32 bytes instead of a part that is gone */
};

/* The values that deltas count from. */
struct event_base { uint64_t lamport; int64_t wall; uint64_t boot; int64_t uptime; };

/* Append the wire form: varint length, then the event, with head deltas from `base`, which moves to this event. */
enum err event_encode(const struct event *e, struct event_base *base, struct buf *out);

/* Read one event from the front of data; *used gets its bytes and `base` moves. Well-formedness is checked wholly:
 * ERR_FORMAT, ERR_LIMIT, ERR_VERSION for a flag that a newer program set. When the head is sound and the parts can be told apart, but a part is not of the strict subset,
 * the error comes with *used set and `out` filled: the event can be hashed and kept opaque. Otherwise *used is 0. */
enum err event_decode(const void *data, size_t len, struct event_base *base, struct event *out, size_t *used);

/* h_0 of a log, h_i from h_(i-1), and the ref of an event (first 12 bytes of its hash). */
void event_hash_log(const struct event_log_id *log, uint8_t out[EVENT_HASH]);
void event_hash(const struct event *e, const uint8_t previous[EVENT_HASH], uint8_t out[EVENT_HASH]);

/* The bytes that a head signature signs: "XC1 head", writer, scope, epoch, seq, hash. */
enum err event_head_message(const struct event_log_id *log, uint64_t seq, const uint8_t hash[EVENT_HASH], struct buf *out);

/* ans_i and priv_i of section 3.1: what an erased part leaves behind; zeros where the part does not exist. */
void event_commit_answers(const struct event *e, uint8_t out[EVENT_HASH]);
void event_commit_private(const struct event *e, uint8_t out[EVENT_HASH]);

void event_scope_put(const struct event_scope *s, struct buf *out);
struct event_scope event_scope_all(void);
struct event_scope event_scope_village(const char *code);
struct event_scope event_scope_writer(const uint8_t writer[EVENT_WRITER]);
struct event_scope event_scope_get(struct wire *w);         /* ERR_FORMAT sticks for a scope of no known shape */
bool event_scope_sound(const struct event_scope *s);
bool event_log_same(const struct event_log_id *a, const struct event_log_id *b);
bool event_scope_same(const struct event_scope *a, const struct event_scope *b);
/* "all", "990101100201" or 32 hex digits; and back (ERR_FORMAT). */
void event_scope_text(const struct event_scope *s, char out[68]);
enum err event_scope_parse(const char *text, struct event_scope *out);

#endif
