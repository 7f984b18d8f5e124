/* attach.h - photos and other files of a record: sealed as blobs under keys of their own, named by an ATTACH event. sync.md 8.4.
 *
 *     blobs/ID        carried form of every attachment and pack part that is here
 *     out/ID.xca      ours, until a receipt names it: its own queue, behind all bundles; sending needs no PIN
 *     carry/ID.xca    nobody here knows what it is (yet): carried for others, gives way when there are too many
 *
 * A blob is taken in only when an event that is believed names it, so a stranger fills no disk. Its receipt is an XCR1 without
 * logs whose bundle id is the blob's. What carries files between machines needs attach_wanted(), inbox_take() and the files of out/.
 */
#ifndef SYNC_EXCHANGE_ATTACH_ATTACH_H
#define SYNC_EXCHANGE_ATTACH_ATTACH_H

#include "sync/exchange/inbox/inbox.h"

enum { ATTACH_MEDIA_MAX = 128, ATTACH_ASK = 256 };

struct attachment {
	uint8_t ref[EVENT_REF], blob[KEYS_HASH];
	uint32_t question;                        /* of the record's form; PAYLOAD_NO_QUESTION */
	uint64_t size; int64_t taken;             /* bytes as carried; ms or INT64_MIN */
	char media[ATTACH_MEDIA_MAX + 1];
	uint32_t answer;                          /* instance of the question's repeat, from 1; 0 when it does not say */
	bool here, erased;                        /* not here yet, or never again */
	bool acknowledged;                        /* the township has it */
};

/* Attach a file to a record (a SUBMIT or AMEND) that the unlocked writer may speak for. `question`: name of the form's question, or
 * NULL; `taken` ms or INT64_MIN. `scale` (NULL: none) is a shell command that makes "$2" from "$1", smaller; when it fails the
 * file goes as it is, if it fits. Durable on return, `ref` names the event. ERR_LIMIT says what to do. */
enum err attach_file(struct profile *p, const uint8_t record[EVENT_REF], const char *question, const char *path, int64_t taken, const char *scale, uint8_t ref[EVENT_REF]);

/* The same for content that is in memory, as the file of answer `answer` (from 1, 0: of none in particular) to the question. */
enum err attach_content(struct profile *p, const uint8_t record[EVENT_REF], const char *question, uint32_t answer, const struct buf *content, int64_t taken, uint8_t ref[EVENT_REF]);

/* Every attachment of a record, in the order they came; until `each` returns false. */
enum err attach_each(struct profile *p, const uint8_t record[EVENT_REF], bool (*each)(void *user, const struct attachment *a), void *user);

/* The attachment that holds the file which the record calls `name`. ERR_NOTFOUND: it was never attached, or the record names no such file. */
enum err attach_find(struct profile *p, const uint8_t record[EVENT_REF], const char *name, struct attachment *out);

/* Attach the file that the record calls `name` after all. ERR_NOTFOUND also when the record names no such file. */
enum err attach_later(struct profile *p, const uint8_t record[EVENT_REF], const char *name, const char *path, const char *scale, uint8_t ref[EVENT_REF]);

/* Its content. ERR_NOTFOUND: not here yet; ERR_DENIED: erased. */
enum err attach_read(struct profile *p, const uint8_t ref[EVENT_REF], struct buf *out, struct attachment *about);

/* Should this blob be taken in? Named by an event that is believed, not erased, not here. The second tells its size as carried
 * and who attached it; ERR_NOTFOUND when it is not wanted. */
bool attach_wanted(struct profile *p, const uint8_t id[KEYS_HASH]);
enum err attach_expected(struct profile *p, const uint8_t id[KEYS_HASH], uint64_t *size, uint8_t author[EVENT_WRITER]);

/* Was it named once, and erased? Then nobody keeps it, not for others either. */
bool attach_is_erased(struct profile *p, const uint8_t id[KEYS_HASH]);

/* Is this blob here, of how many bytes as carried? */
bool attach_size(struct profile *p, const uint8_t id[KEYS_HASH], uint64_t *size);

/* Every blob that is wanted, beginning anywhere, at most ATTACH_ASK; until `each` returns not OK. */
enum err attach_missing(struct profile *p, enum err (*each)(void *user, const uint8_t id[KEYS_HASH], uint64_t size), void *user);

/* A receipt names the blob: it leaves the queue. ERR_NOTFOUND when no event of ours names it. */
enum err attach_acknowledge(struct profile *p, const uint8_t id[KEYS_HASH]);

bool attach_acknowledged(struct profile *p, const uint8_t id[KEYS_HASH]);

/* The files of a blob go: it was erased. */
enum err attach_drop(struct profile *p, const uint8_t id[KEYS_HASH]);

#endif
