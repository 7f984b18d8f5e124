/* root.h - the root documents of a township: the chain from which all trust is derived.
 *
 * A root names the keys of the township and is signed by root keys, which are used for nothing else. Version N+1 is
 * believed only when it is signed by the threshold of N (or by N's recovery key) and by its own threshold, and follows N
 * exactly; so a device that was away for years walks the whole chain, and no version is ever skipped, replaced or taken back.
 *
 *     document := CBOR [body, [[public key 32, signature 64], …]]        signature over "XC1 root" ‖ body; body a byte string:
 *     body     := CBOR [version, threshold, [root key 32, …], T 32, [version, B 32], [version, R 32], recovery 32,
 *                       [[epoch, last trusted seq, hash 32], …] of the former T, township name, division code]
 *
 * T and R are Ed25519 keys, B is X25519; recovery is BLAKE2b-256("XC1 recovery" ‖ an Ed25519 key kept away from everything).
 */
#ifndef SYNC_KEYS_ROOT_H
#define SYNC_KEYS_ROOT_H

#include "forms/base/buf.h"
#include "sync/keys/identity.h"
#include "sync/limits.h"

enum { KEYS_ROOT_KEYS = 8, KEYS_ROOT_HEADS = 16, KEYS_TOWNSHIP = 16, KEYS_NAME_MAX = 64, KEYS_DIVISION_MAX = 12, KEYS_ROOTS_KEPT = 255 };

struct keys_head { uint64_t epoch, seq; uint8_t hash[KEYS_HASH]; };

struct keys_root {
	uint32_t version, threshold;
	uint8_t keys[KEYS_ROOT_KEYS][KEYS_PK]; size_t key_count;
	uint8_t authority[KEYS_PK];                       /* T */
	uint32_t box_version; uint8_t box[KEYS_PK];       /* B */
	uint32_t receipt_version; uint8_t receipt[KEYS_PK];   /* R */
	uint8_t recovery[KEYS_HASH];
	struct keys_head heads[KEYS_ROOT_HEADS]; size_t head_count;   /* of the T before this one, when T changed */
	char name[KEYS_NAME_MAX + 1], division[KEYS_DIVISION_MAX + 1];
};

/* A chain; documents as they were received. Zeroed is an empty one. */
struct keys_root_doc { struct keys_root root; uint8_t *bytes; size_t len; };
struct keys_roots { struct keys_root_doc *at; size_t count; };

/* The document of `root`, signed by each of the identities (root keys, the ones before, a recovery key). */
enum err keys_root_make(const struct keys_root *root, struct keys_identity *const *signers, size_t n, struct buf *out);

/* Take one more document. ERR_OK also for one that is there already, unchanged. ERR_HELD: versions between are missing;
 * ERR_CONFLICT: another document with a version that is there (a forged history); ERR_SIGNATURE: too few valid signatures. */
enum err keys_roots_add(struct keys_roots *r, const void *doc, size_t len);

/* Several at once, {length u16 ‖ document}…, at most LIMIT_ROOTS; keeps what was good before the first bad one. */
enum err keys_roots_add_all(struct keys_roots *r, const void *data, size_t len);
void keys_roots_put(const struct keys_roots *r, size_t from, struct buf *out);

/* The file `roots` of a profile. Reading checks the chain again; none is an empty chain. */
enum err keys_roots_read(const char *dir, struct keys_roots *r);
enum err keys_roots_write(const char *dir, const struct keys_roots *r);
void keys_roots_clear(struct keys_roots *r);

/* A township that was restored from a backup older than its last change of keys has not the keys of the newest root: what devices show it of
 * later ones is kept beside, in the file `roots.later`, until its recovery key makes the next (keys_town_recover). _note: take what of `data`
 * continues our chain; anything else is passed over. _later: append it to the chain that was read. */
enum err keys_roots_later_note(const char *dir, const void *data, size_t len);
enum err keys_roots_later(const char *dir, struct keys_roots *r);

const struct keys_root *keys_roots_newest(const struct keys_roots *r);       /* NULL when empty */

/* Is this T or R of the newest root? What is counted (ticks) counts from them alone: a removed key cannot run ahead. */
bool keys_roots_speaks(const struct keys_roots *r, const uint8_t writer[KEYS_WRITER]);
/* Is this the key id of the newest root's R? */
bool keys_roots_receipts(const struct keys_roots *r, const uint8_t key[KEYS_ID]);

/* Name of the township in receipts: first 16 bytes of the hash of its first root. Zero when empty. */
void keys_roots_township(const struct keys_roots *r, uint8_t out[KEYS_TOWNSHIP]);

void keys_recovery_hash(const uint8_t sign_pk[KEYS_PK], uint8_t out[KEYS_HASH]);

/* The code people compare and type: 30 digits of the newest root and two check digits (mod 97), as "ddddd ddddd … dd". */
enum { KEYS_CODE = 48 };
void keys_roots_code(const struct keys_roots *r, char out[KEYS_CODE]);

/* Does `typed` (blanks and hyphens ignored) name the newest root? ERR_FORMAT: not 32 digits or the check digits are
 * wrong (a slip of the hand); ERR_SIGNATURE: it is another township's, or the file was changed on the way. */
enum err keys_roots_confirm(const struct keys_roots *r, const char *typed);

#endif
