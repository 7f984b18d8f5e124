/* N1: bundles of two hundred writers into an office store, registers and indexes included, in order and as they arrive; N2:
 * the same bundles again. Beside each group of fifty the bare pipeline on the same bytes, in turn, so that both meet the same
 * machine: verify, open, decompress, hash every event, append the files durably (L_merge).
 *
 *     bench_merge sorted|arriving [BUNDLES [EVENTS]]     5,000 of 200 are the million of the design; 400 of 200 unless said
 *
 * Directory: $TMPDIR (name one on a disk, not in memory). Exit 1 when a limit is broken. */
#include "config.h"
#include "tests/ledger/township.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "sync/bundle/open.h"
#include "sync/bundle/seal.h"
#include "sync/exchange/inbox/inbox.h"
#include "tests/bench/records.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WRITERS = 200, FIRST_WRITER = 20, DISTINCT = 400 };

struct times { double ours, bare, ours_work, bare_work; };        /* by the clock; of the processor */

static struct township town;
static struct buf *files, wire[DISTINCT];
static struct event parts[DISTINCT];
static uint32_t bundles = 400, events = 200;

static double seconds(int64_t from)
{
	return (double)(clock_ticks() - from) / 1e9;
}

static double work(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- what arrives --- */

struct author { struct keys_identity *id; struct event_log_id log; struct event_base base; uint64_t seq; uint8_t hash[EVENT_HASH]; };

static void next_segment(struct author *a, struct buf *bytes, struct log_segment *s)
{
	struct buf m = { 0 };

	*s = (struct log_segment){ .id = a->log, .first = a->seq + 1, .count = events, .base = a->base };
	memcpy(s->previous, a->hash, EVENT_HASH);
	for (uint32_t i = 0; i < events; i++) {
		struct event e = parts[a->seq % DISTINCT];

		e.lamport = a->base.lamport + 1;
		e.wall = 1767225600000 + (int64_t)a->seq * 60000;
		e.boot = 1;
		e.uptime = (int64_t)a->seq * 60000;
		assert_ok(event_encode(&e, &a->base, bytes));
		event_hash(&e, a->hash, a->hash);
		a->seq++;
	}
	assert_ok(event_head_message(&a->log, a->seq, a->hash, &m));
	keys_sign(a->id, m.data, m.len, s->signature);
	s->events = (const uint8_t *)bytes->data;
	s->len = bytes->len;
	buf_clear(&m);
}

/* Files of one writer, every WRITERS-th: so they come round robin. */
static void make_writer(int w)
{
	struct author a = { .id = world_identity(FIRST_WRITER + w, 0), .log = { .scope = event_scope_village(VILLAGE), .epoch = 7 } };
	struct buf bytes = { 0 }, plain = { 0 };
	uint8_t to[1][KEYS_PK];

	memcpy(a.log.writer, keys_identity_public(a.id)->writer, EVENT_WRITER);
	memcpy(to[0], keys_roots_newest(&town.roots)->box, KEYS_PK);
	event_hash_log(&a.log, a.hash);
	for (uint32_t i = (uint32_t)w; i < bundles; i += WRITERS) {
		struct bundle_sealing how = { .sealer = a.id, .to = (const uint8_t (*)[KEYS_PK])to, .to_count = 1, .counter = i + 1, .wall = 1767225600000 };
		struct log_segment s;

		buf_reset(&bytes);
		buf_reset(&plain);
		next_segment(&a, &bytes, &s);
		segment_put(&s, a.log.writer, &plain);
		assert_ok(bundle_seal(&how, plain.data, plain.len, &files[i], NULL));
	}
	keys_identity_free(a.id);
	buf_clear(&bytes);
	buf_clear(&plain);
}

/* --- taking it in --- */

static void bare(struct profile *p, const struct inbox_file *f, size_t n, int fd, uint64_t *at)
{
	static struct log_step steps[LIMIT_EVENTS];

	for (size_t i = 0; i < n; i++) {
		struct bundle b = { 0 };

		assert_ok(bundle_open(f[i].data, f[i].len, p->roster, p->ring, &b));
		for (size_t k = 0; k < b.segment_count; k++) {
			assert_ok(segment_verify(&b.segments[k], keys_roster_author(p->roster, b.segments[k].id.writer), steps));
			assert_ok(fs_write_at(fd, b.segments[k].events, b.segments[k].len, *at));
			*at += b.segments[k].len;
		}
		bundle_clear(&b);
	}
	assert_ok(fs_sync(fd));
}

/* The i-th file to come: writer by writer, or as the writers take turns. */
static uint32_t nth(uint32_t i, bool sorted)
{
	uint32_t each = bundles / WRITERS;

	return sorted ? i % each * WRITERS + i / each : i;
}

static struct times take_all(struct profile *p, bool sorted, enum inbox_verdict verdict)
{
	struct times t = { 0 };
	uint64_t at = 0;
	int fd;

	assert_ok(fs_open(world_path("flat"), O_WRONLY | O_CREAT | O_TRUNC, &fd));
	for (uint32_t i = 0; i < bundles; ) {
		struct inbox_file f[INBOX_GROUP];
		size_t n = 0;
		int64_t start;
		double worked;

		memset(f, 0, sizeof f);
		for (; n < INBOX_GROUP && i < bundles; i++, n++) {
			const struct buf *file = &files[nth(i, sorted)];

			f[n] = (struct inbox_file){ .name = "bundle", .data = (const uint8_t *)file->data, .len = file->len };
		}
		start = clock_ticks();
		worked = work();
		bare(p, f, n, fd, &at);
		t.bare += seconds(start);
		t.bare_work += work() - worked;
		start = clock_ticks();
		worked = work();
		assert_ok(inbox_take(p, f, n));
		t.ours += seconds(start);
		t.ours_work += work() - worked;
		for (size_t k = 0; k < n; k++)
			if (f[k].verdict != verdict)
				fail_msg("%s: %s", inbox_verdict_name(f[k].verdict), f[k].reason);
	}
	fs_close(fd);
	return t;
}

static bool say(const char *what, struct times t, double limit)
{
	bool good = t.ours <= limit * t.bare;

	printf("%s, %u events in %u bundles: %.2f s, bare %.2f s, ratio %.2f (limit %.0f), of work %.2f%s\n", what, bundles * events, bundles, t.ours, t.bare,
	       t.ours / t.bare, limit, t.ours_work / t.bare_work, good ? "" : " BROKEN");
	return good;
}

int main(int argc, char **argv)
{
	bool sorted = argc > 1 && !strcmp(argv[1], "sorted"), good;
	struct times again;
	double million;

	bundles = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : bundles;
	events = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : events;
	bundles -= bundles % WRITERS;
	if (!bundles || !events || !(files = calloc(bundles, sizeof *files)))
		return 2;
	world_path("");
	assert_ok(records_parts(SRCDIR "/forms/catalog", 5, parts, wire, DISTINCT));
	township_open(&town);
	for (int w = 0; w < WRITERS; w++)
		township_certify(&town, FIRST_WRITER + w, false, "p-x", "x", PACK_GRID, VILLAGE);
	for (int w = 0; w < WRITERS; w++)
		make_writer(w);
	good = say(sorted ? "N1 merge, writer by writer" : "N1 merge, as they arrive", take_all(town.office, sorted, INBOX_MERGED), sorted ? 3 : 4);
	again = take_all(town.office, sorted, INBOX_DUPLICATE);
	million = again.ours * 5000 / bundles;
	printf("N2 the same %u bundles again: %.2f s, %.2f s for 5,000 (limit 1)%s\n", bundles, again.ours, million, million > 1 ? " BROKEN" : "");
	good &= million <= 1;
	township_close(&town);
	for (uint32_t i = 0; i < bundles; i++)
		buf_clear(&files[i]);
	free(files);
	return !good;
}
