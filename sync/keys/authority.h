/* authority.h - the public payloads of T's events: certificates, revocations, packs, erasures, roots, manifests, scope keys.
 *
 * Encoders append CBOR; decoders check shape and limits and borrow from the payload (texts are not NUL-ended there: they
 * are copied into the struct). ERR_FORMAT or ERR_LIMIT for anything that is not exactly the layout of FORMAT.md.
 */
#ifndef SYNC_KEYS_AUTHORITY_H
#define SYNC_KEYS_AUTHORITY_H

#include "forms/base/buf.h"
#include "sync/keys/root.h"
#include "sync/ledger/log/event.h"

enum { KEYS_SCOPES = 16, KEYS_PERSON_MAX = 64, KEYS_REASON_MAX = 256, KEYS_BOUNDS = 256, KEYS_MEMBERS = 512, KEYS_ERASURES = 512, KEYS_SEALED_SECRET = 80 };

/* Of one writer: who it is, what it may do (bits of enum pack_role), where. `name` travels in the private part. */
struct keys_cert {
	uint8_t sign[KEYS_PK], box[KEYS_PK];
	char person[KEYS_PERSON_MAX + 1], label[33];
	uint32_t roles;
	struct event_scope scopes[KEYS_SCOPES]; size_t scope_count;
	bool has_succeeds; uint8_t succeeds[KEYS_WRITER];
};
enum err keys_cert_encode(const struct keys_cert *c, struct buf *out);
enum err keys_cert_decode(const void *data, size_t len, struct keys_cert *out);

/* The last event of a log that is trusted. */
struct keys_bound { struct event_scope scope; uint64_t epoch, seq; uint8_t hash[KEYS_HASH]; };
struct keys_revoke { uint8_t writer[KEYS_WRITER]; struct keys_bound *bounds; size_t bound_count; char reason[KEYS_REASON_MAX + 1]; };
enum err keys_revoke_encode(const struct keys_revoke *r, struct buf *out);
enum err keys_revoke_decode(const void *data, size_t len, struct keys_revoke *out);   /* bounds are the caller's: keys_revoke_clear() */
void keys_revoke_clear(struct keys_revoke *r);

struct keys_blob { uint8_t id[KEYS_HASH]; uint64_t size; uint8_t key[KEYS_SYMMETRIC]; };
struct keys_pack { char id[65], version[65]; struct keys_blob blobs[LIMIT_PACK_BLOBS]; size_t blob_count; };
enum err keys_pack_encode(const struct keys_pack *p, struct buf *out);
enum err keys_pack_decode(const void *data, size_t len, struct keys_pack *out);

struct keys_erasure { uint8_t ref[EVENT_REF]; uint8_t level; };              /* 1 private, 2 answers and private */
struct keys_erase { struct keys_erasure *at; size_t count; char reason[KEYS_REASON_MAX + 1]; };
enum err keys_erase_encode(const struct keys_erase *x, struct buf *out);
enum err keys_erase_decode(const void *data, size_t len, struct keys_erase *out);     /* at is the caller's: keys_erase_clear() */
void keys_erase_clear(struct keys_erase *x);

/* A key pair of a scope, its secret sealed to each member. */
enum keys_purpose { KEYS_SCOPE_BOX, KEYS_SCOPE_CONFIDENTIAL };
struct keys_member { uint8_t writer[KEYS_WRITER], sealed[KEYS_SEALED_SECRET]; };
struct keys_scope_key {
	struct event_scope scope; enum keys_purpose purpose; uint32_t version;
	uint8_t pk[KEYS_PK];
	struct keys_member *members; size_t member_count;
};
enum err keys_scope_key_encode(const struct keys_scope_key *k, struct buf *out);
enum err keys_scope_key_decode(const void *data, size_t len, struct keys_scope_key *out);  /* keys_scope_key_clear() */
void keys_scope_key_clear(struct keys_scope_key *k);

/* A new key pair for a scope, sealed to `n` members (their box keys); the secret is in no other place afterwards. */
enum err keys_scope_key_make(const struct event_scope *scope, enum keys_purpose purpose, uint32_t version,
                             const struct keys_public *members, size_t n, struct keys_scope_key *out);

/* The same key again, sealed to `n` more members, out of the secret that `ring` holds: `key` says scope, purpose, version
 * and pk; the roster unites the members of equal keys. ERR_DENIED when the ring has not this key. */
struct keys_ring;
enum err keys_scope_key_admit(const struct keys_ring *ring, const struct keys_scope_key *key, const struct keys_public *members, size_t n, struct keys_scope_key *out);

struct keys_listed { char name[65]; char version[65]; uint8_t hash[KEYS_HASH]; };
enum err keys_manifest_encode(const struct keys_listed *at, size_t count, struct buf *out);
enum err keys_manifest_decode(const void *data, size_t len, struct keys_listed *at, size_t max, size_t *count);

/* ROOT carries the root document as one byte string. */
enum err keys_root_payload(const void *doc, size_t len, struct buf *out);
enum err keys_root_payload_decode(const void *data, size_t len, const uint8_t **doc, size_t *doc_len);

#endif
