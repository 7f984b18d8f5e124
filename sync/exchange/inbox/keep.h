/* keep.h - files that came and are not taken in yet, or never: in/ (held), carry/ (for others), quarantine/ (refused, with the
 * reason beside it); blobs and packs. In carry/ lie <bundle id>.xcb, and <bundle id>.xcr once it was delivered. Each directory has a
 * limit (room.h). In a full carry/ what goes down gives way first, then receipts, then photos, each the oldest first; then what one device
 * has there beyond its part, the room being shared equally by those that have something in it; other records on their way up only after
 * half a year: until then what comes is not taken along, and whoever has it keeps it.
 */
#ifndef SYNC_EXCHANGE_INBOX_KEEP_H
#define SYNC_EXCHANGE_INBOX_KEEP_H

#include "sync/bundle/open.h"
#include "sync/exchange/inbox/inbox.h"

/* Write down what became of a bundle, inside its own commit; `opened` is NULL when it was not. */
enum err keep_evidence(struct log_batch *b, const struct inbox_file *f, const struct bundle_envelope *envelope, const struct bundle *opened);

/* Put a held or refused file into its directory; f->kept gets the path. */
enum err keep_file(struct profile *p, struct inbox_file *f);

/* Is this bundle among those carried for others? Then it was good when it came. */
bool keep_carries(struct profile *p, const uint8_t id[KEYS_HASH]);

/* On a device: take a bundle of another device along when the township can open it and no receipt covers it yet; and what goes
 * down to a village whose key may yet come. */
enum err keep_for_others(struct profile *p, struct inbox_file *f);

/* Sealed to the township, of the newest root or a former one? Told from the first BUNDLE_STANZAS bytes. */
bool keep_is_for_township(const struct profile *p, const void *start, size_t len);

/* How many lie in in/: those for us or our township, and those of strangers for others, who may yet become known. */
enum err keep_count_held(struct profile *p, uint32_t *ours, uint32_t *strangers);

/* A receipt has come: a bundle of that name that we carried is replaced by its receipt, to bring back to its author. */
enum err keep_delivered(struct profile *p, const uint8_t bundle[KEYS_HASH], const void *receipt, size_t len);

/* A blob that no record here names (yet) is taken along. */
enum err keep_blob_for_others(struct profile *p, struct inbox_file *f);
/* Is a blob here? Does a published pack name it? */
bool keep_has_blob(struct profile *p, const uint8_t id[KEYS_HASH]);
bool keep_names_blob(struct profile *p, const uint8_t id[KEYS_HASH]);
/* How many bytes has this part of a published pack, that is not here? ERR_NOTFOUND when it is here, or none names it. */
enum err keep_expected_blob(struct profile *p, const uint8_t id[KEYS_HASH], uint64_t *size);
/* Published packs whose blobs are all here and which this program cannot open. */
enum err keep_unread_packs(struct profile *p, enum err (*each)(void *user, const char *id, const char *version), void *user);
/* Every blob that a published pack names, here or not. */
enum err keep_pack_blobs(struct profile *p, enum err (*each)(void *user, const uint8_t id[KEYS_HASH]), void *user);

/* Every blob that a published pack names and that is not here; until `each` returns not OK. */
enum err keep_missing_blobs(struct profile *p, enum err (*each)(void *user, const uint8_t id[KEYS_HASH]), void *user);

#endif
