/* trust.h - taking trust away and giving it anew: revocation, rotation of the township's keys, adoption. sync.md section 7.
 *
 * All of it is written by T, which opens with the PIN of a staff writer who may use it; adoption is a staff writer's own word.
 */
#ifndef SYNC_EXCHANGE_TRUST_TRUST_H
#define SYNC_EXCHANGE_TRUST_TRUST_H

#include "sync/keys/authority.h"
#include "sync/keys/roster.h"

struct profile;
struct log_event;

/* Up to where a writer is still believed: in every log all that is held here, unless something less is named. */
struct trust_limits {
	const uint8_t (*last)[EVENT_REF]; size_t last_count;     /* the last trusted record of its log; the other logs stay whole */
	int64_t lost;                                             /* ms: nothing recorded from this time on; INT64_MAX = not said */
	const char *reason;
};

struct trust_revoked { struct keys_revoke order; uint32_t fresh_keys; bool had_authority; };
void trust_revoked_clear(struct trust_revoked *r);

/* The writer that is called so. ERR_NOTFOUND; ERR_CONFLICT when there are several: says what each is called. Borrowed as from the roster. */
enum err trust_find(const struct profile *p, const char *label, const struct keys_writer **out);

/* Revoke the writer of this label, and give its scopes new keys that it has no part in; *out (cleared by the caller also after
 * an error) says what was written. ERR_NOTFOUND, ERR_DENIED (oneself), ERR_LIMIT (more than KEYS_BOUNDS logs). When
 * `had_authority` is set the writer could use T: trust_rotate() should follow. */
enum err trust_revoke(struct profile *p, const char *label, const struct trust_limits *limits, struct trust_revoked *out);

/* New root, T, B and R; the former T is believed up to what is held of it. Whoever could use T and is still certified for it can
 * use the new one. With `recovery` (path of the recovery key) the old root key is not needed. */
enum err trust_rotate(struct profile *p, const char *recovery);

/* Why it is too early for that, appended to `out`; nothing when it is not: of a township restored from a backup, what it had said since
 * (certificates, revocations) comes back from the devices, and what has not come is never believed once the keys are changed. */
enum err trust_rotate_early(struct profile *p, struct buf *out);

/* Let the staff writer of this label use T too. */
enum err trust_admit(struct profile *p, const char *label);
/* May this writer use T? False on a device. */
bool trust_has_authority(const struct profile *p, const uint8_t writer[KEYS_WRITER]);

/* Every record of revoked writers beyond where they are believed, in their logs' order; `adopted` when staff found it true
 * since (submit_adopt). Until `each` returns not OK. The store is read meanwhile: `each` takes no other transaction. */
enum err trust_after_loss(struct profile *p, enum err (*each)(void *user, const struct keys_writer *w, const struct log_event *e, bool adopted), void *user);

/* --- what belongs together (freeze, mix-and-match) --- */

/* The newest MANIFEST of T that is here, `max` entries at most; *count 0: none. */
enum err trust_manifest(struct profile *p, struct keys_listed *at, size_t max, size_t *count);

/* Parts of the newest MANIFEST that are not here, or other than it says; until `each` returns false. */
enum err trust_missing(struct profile *p, bool (*each)(void *user, const struct keys_listed *l, bool other), void *user);
/* The same for a person to read, appended to `out`; nothing when all is here. */
enum err trust_missing_words(struct profile *p, struct buf *out);

#endif
