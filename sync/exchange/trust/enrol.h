/* enrol.h - how a township and its devices come into being, by files. sync.md section 7.5.
 *
 *     township   enrol_found()      profile, keys, root, first staff writer
 *     device     enrol_create()     profile and a writer's keys; nothing can be recorded yet
 *     device     enrol_request()    a file; the worker reads its twenty digits to the staff
 *     township   enrol_grant()      certificate, scope keys, and a file with all the new device needs
 *     device     enrol_accept()     believes it only after the worker has typed the township's code
 */
#ifndef SYNC_EXCHANGE_TRUST_ENROL_H
#define SYNC_EXCHANGE_TRUST_ENROL_H

#include "sync/keys/enrol.h"
#include "sync/keys/slot.h"
#include "sync/ledger/log/event.h"

struct profile;

enum { ENROL_FILE_MAX = 20 << 20, ENROL_SCOPES = 8 };

/* The profile is left closed. */
enum err enrol_found(const char *dir, const char *name, const char *division, const char *staff, const char *pin, struct keys_kdf kdf);
enum err enrol_create(const char *dir, const char *name, const char *pin, struct keys_kdf kdf);

/* One more worker on a device whose store is open: own keys, own PIN, the same store key. ERR_EXISTS for a name that is there. */
enum err enrol_add(struct profile *p, const char *name, const char *pin, struct keys_kdf kdf);

/* The request of the unlocked writer, appended to `out`. */
enum err enrol_request(struct profile *p, const char *name, struct buf *out);

/* The township's code, which a new device must type. */
enum err enrol_code(struct profile *p, char out[KEYS_CODE]);

/* Certify who asks; needs an unlocked staff writer. `roles` are bits of enum pack_role. A `succeeds` label (may be NULL) joins
 * the history of a lost key. The grant is appended to `grant`, the label given to `label`. */
struct enrol_terms { const char *person; uint32_t roles; struct event_scope scopes[ENROL_SCOPES]; size_t scope_count; const char *succeeds; };
enum err enrol_grant(struct profile *p, const void *request, size_t len, const struct enrol_terms *terms, struct buf *grant, char label[33]);

/* For a device that is enrolled and has lost all it had but its keys: a grant as it is now, with no new certificate, for whoever
 * made the request. Needs no PIN: it opens with the certified key alone. ERR_NOTFOUND, ERR_DENIED (revoked). */
enum err enrol_again(struct profile *p, const void *request, size_t len, struct buf *grant, char label[33]);

/* Add roles and scopes to a writer that is certified (a certificate only ever adds; trust_revoke() takes away), with the keys that
 * go with them. ERR_NOTFOUND, ERR_DENIED (revoked), ERR_EXISTS (has all of it), ERR_LIMIT. */
enum err enrol_extend(struct profile *p, const char *label, uint32_t roles, const struct event_scope *scopes, size_t count);

/* Take a grant in on the device that asked; the writer is unlocked. `code` as typed. ERR_DENIED: another township's, while this profile is of
 * one: nothing is changed. */
enum err enrol_accept(struct profile *p, const void *grant, size_t len, const char *code);

/* Publish a pack: sealed as blobs, named by an event of T. ERR_EXISTS when this version is published already. */
enum err enrol_publish(struct profile *p, const char *id, const char *version, const void *pack, size_t len);

#endif
