/* records.h - invented inspections as bundles carry them: real forms of the shipped pack, filled by chance, encoded and
 * signed by the real code. For training the dictionary and for measuring sizes (N3, N4).
 *
 * As measured before: of thirty items 85% in order, 8% not, 7% not applicable; about three notes; a position;
 * the place by its ref; one hazard in ten inspections. Notes are made from templates, or cut from prose.
 */
#ifndef TESTS_BENCH_RECORDS_H
#define TESTS_BENCH_RECORDS_H

#include "forms/pack/pack.h"
#include "sync/keys/identity.h"
#include "sync/ledger/log/log.h"

enum { RECORD_ITEMS = 30 };

struct records {
	struct pack *pack;
	struct keys_identity *writer;
	struct event_log_id log;
	struct event_base base;
	uint64_t seq;
	uint8_t hash[EVENT_HASH];
	uint32_t seed;
	const char *prose;                                /* NULL: notes from templates */
};

/* `catalog` is the folder of a pack. The seed decides everything but the keys. */
enum err records_open(struct records *r, const char *catalog, uint32_t seed, const char *prose);
void records_close(struct records *r);

/* Append the Chinese of all files of a folder: text to cut notes from. */
enum err records_prose(const char *folder, struct buf *out);

/* Append the wire bytes of the next inspection to `out`. */
enum err records_next(struct records *r, struct buf *out);

/* `count` inspections and their parts, to be appended again and again: each append makes another event of them. The parts
 * borrow from `wire`, which the caller clears. */
enum err records_parts(const char *catalog, uint32_t seed, struct event *parts, struct buf *wire, int count);

/* A segment of `count` inspections that follow one that was sent before; `events` owns its bytes. */
enum err records_segment(struct records *r, uint32_t count, struct buf *events, struct log_segment *s);

#endif
