/* Promises of sync.md section 1 as an outsider would try them on a township's inbox: P5 and P6; with them the rows F21 (lists and
 * receipts of others, endless data, chance) and F23 (a kind that must be understood). XUNCHA_ROUNDS multiplies the counts. */
#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/cbor.h"
#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "sync/bundle/open.h"
#include "sync/bundle/receipt.h"
#include "sync/exchange/folder/folder.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static struct world w;
static struct profile *office;
static struct event_scope village;

static unsigned rounds(unsigned n)
{
	const char *more = getenv("XUNCHA_ROUNDS");

	return n * (more ? (unsigned)strtoul(more, NULL, 10) : 1);
}

static int open_office(void **state)
{
	struct chain *decrees[] = { &w.decrees };
	struct inbox_file f = { .name = "decrees" };
	struct buf file = { 0 };

	(void)state;
	world_open(&w);
	village = event_scope_village(world_village);
	assert_ok(profile_create(w.dir, true));
	assert_ok(profile_open(w.dir, &office));
	world_bundle(&w, w.authority, NULL, decrees, 1, &file);
	f.data = (const uint8_t *)file.data;
	f.len = file.len;
	assert_ok(inbox_take(office, &f, 1));
	assert_int_equal(f.verdict, INBOX_MERGED);
	buf_clear(&file);
	return 0;
}

static int close_office(void **state)
{
	(void)state;
	profile_close(office);
	world_close(&w);
	return 0;
}

static struct inbox_file give(const void *data, size_t len)
{
	struct inbox_file f = { .name = "given", .data = data, .len = len };

	assert_ok(inbox_take(office, &f, 1));
	return f;
}

/* What the township holds: every log and how far, as one hash. */
static enum err add_head(void *user, const struct log_head *h)
{
	buf_put(user, h->id.writer, sizeof h->id.writer);
	buf_be64(user, h->id.epoch);
	buf_be64(user, h->seq);
	buf_put(user, h->hash, sizeof h->hash);
	buf_be64(user, h->acked);
	return ERR_OK;
}

static void holdings(uint8_t out[KEYS_HASH])
{
	struct buf all = { 0 };
	struct store_txn t;

	profile_begin(office, &t);
	assert_ok(t.err);
	assert_ok(log_heads(&t, add_head, &all));
	store_abort(&t);
	keys_hash(all.data, all.len, out);
	buf_clear(&all);
}

static void a_bundle(unsigned epoch, struct buf *file)
{
	struct chain log, *one[] = { &log };

	chain_start(&log, w.worker, &village, epoch);
	chain_work(&log, 12);
	buf_reset(file);
	world_bundle(&w, w.worker, NULL, one, 1, file);
	chain_clear(&log);
}

/* --- P5 --- */

static void p5_a_lost_bundle_shows_who_when_to_whom_how_large_and_nothing_else(void **state)
{
	static const char *const said[] = { "安全出口", "堵住半边", "已当场搬走", world_pack, world_program, world_village, "p-worker", "石桥镇" };
	struct bundle_envelope e;
	struct keys_ring *none;
	struct bundle *b = calloc(1, sizeof *b);
	struct buf first = { 0 }, again = { 0 };
	uint8_t id[KEYS_ID];

	(void)state;
	assert_non_null(b);
	a_bundle(50, &first);
	a_bundle(50, &again);                             /* the same work: not even that shows */
	assert_ok(bundle_envelope_read(first.data, first.len, &e));
	assert_memory_equal(e.sealer, keys_identity_public(w.worker)->writer, KEYS_WRITER);
	assert_true(e.wall > 0);
	keys_box_id(keys_roots_newest(&w.roots)->box, id);
	assert_int_equal(e.to_count, 1);
	assert_memory_equal(e.stanzas, id, KEYS_ID);
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		assert_null(memmem(first.data, first.len, said[i], strlen(said[i])));
	for (size_t at = BUNDLE_START + 200; at + 16 <= first.len; at++)
		assert_null(memmem(again.data, again.len, first.data + at, 16));
	assert_ok(keys_ring_new(&none));
	assert_err(bundle_open(first.data, first.len, w.roster, none, b), ERR_DENIED);
	assert_int_equal(b->segment_count, 0);
	bundle_clear(b);
	free(b);
	keys_ring_free(none);
	buf_clear(&first);
	buf_clear(&again);
}

/* --- P6 --- */

static void spoil(const struct buf *good, struct buf *out)
{
	size_t more = LIMIT_BUNDLE_FILE - good->len;

	buf_reset(out);
	buf_put(out, good->data, good->len);
	switch (randombytes_uniform(5)) {
	case 0:                                           /* a whole bundle, and one byte too few or very many too many */
		buf_cut(out, 1 + randombytes_uniform((uint32_t)good->len - 1));
		break;
	case 1:
		randombytes_buf(buf_more(out, more), more);
		break;
	case 2:                                           /* a magic, and noise as large as may be */
		buf_cut(out, 4);
		more = LIMIT_BUNDLE_FILE - 4;
		randombytes_buf(buf_more(out, more), more);
		break;
	case 3:                                           /* the fields of the head at their ends */
		memset(out->data + 4 + randombytes_uniform(60), 0xff, 1 + randombytes_uniform(8));
		break;
	default:
		out->data[randombytes_uniform((uint32_t)good->len)] ^= (char)(1 << randombytes_uniform(8));
	}
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void p6_malformed_input_is_refused_within_its_bounds_with_a_reason_and_changes_nothing(void **state)
{
	struct buf good = { 0 }, bad = { 0 };
	uint8_t before[KEYS_HASH], after[KEYS_HASH];
	struct rusage start, end;
	double worst = 0;

	(void)state;
	a_bundle(51, &good);
	holdings(before);
	getrusage(RUSAGE_SELF, &start);
	for (unsigned i = 0; i < rounds(300); i++) {
		double from = seconds(), took;
		struct inbox_file f;

		spoil(&good, &bad);
		f = give(bad.data, bad.len);
		took = (seconds() - from) / (bad.len > 1 << 20 ? (double)bad.len / (1 << 20) : 1);
		worst = took > worst ? took : worst;
		assert_true(f.verdict == INBOX_REFUSED || f.verdict == INBOX_HELD || f.verdict == INBOX_FOREIGN);
		assert_true(*f.reason);
		if (*f.kept)
			assert_ok(fs_remove(f.kept));
	}
	getrusage(RUSAGE_SELF, &end);
	holdings(after);
	assert_memory_equal(before, after, KEYS_HASH);
	print_message("# the slowest took %.3f s a MiB, %ld KiB more memory\n", worst, end.ru_maxrss - start.ru_maxrss);
#ifndef __SANITIZE_ADDRESS__
	assert_true(worst < 1);
	assert_true(end.ru_maxrss - start.ru_maxrss < 64 << 10);
#endif
	assert_int_equal(give(good.data, good.len).verdict, INBOX_MERGED);      /* and the good one is not held against it */
	buf_clear(&good);
	buf_clear(&bad);
}

/* --- F21 --- */

static void f21_no_change_to_a_chain_of_roots_by_chance_is_believed(void **state)
{
	struct keys_head head = { .epoch = w.decrees.id.epoch, .seq = w.decrees.seq };
	struct buf chain = { 0 };

	(void)state;
	memcpy(head.hash, w.decrees.hash, EVENT_HASH);
	assert_ok(keys_town_rotate(w.dir, w.staff, &head, 1, &w.roots));
	keys_roots_put(&w.roots, 1, &chain);
	for (unsigned i = 0; i < rounds(10000); i++) {
		char *copy = malloc(chain.len);
		size_t len = chain.len;
		struct keys_roots mine = { 0 };

		memcpy(copy, chain.data, len);
		for (unsigned k = 1 + randombytes_uniform(3); k; k--)
			copy[randombytes_uniform((uint32_t)len)] ^= (char)(1 + randombytes_uniform(255));
		if (randombytes_uniform(4) == 0)
			len = randombytes_uniform((uint32_t)len);
		assert_ok(keys_roots_add(&mine, w.roots.at[0].bytes, w.roots.at[0].len));
		if (len < chain.len || memcmp(copy, chain.data, len)) {
			keys_roots_add_all(&mine, copy, len);
			assert_int_equal(mine.count, 1);
		}
		keys_roots_clear(&mine);
		free(copy);
	}
	assert_ok(profile_roots_add(office, chain.data, chain.len));
	assert_int_equal(office->roots.count, 2);
	buf_clear(&chain);
}

/* Another township's papers are sound in themselves: its roots, its receipt, its decrees, its bundle for its own people. */
static void f21_another_township_s_papers_change_nothing_here(void **state)
{
	struct world other;
	struct chain *decrees[] = { &other.decrees };
	struct receipt r = { .tick = (uint64_t)9 << 32 };
	struct buf roots = { 0 }, file = { 0 };
	uint8_t before[KEYS_HASH], after[KEYS_HASH];
	struct inbox_file f;

	(void)state;
	holdings(before);
	world_open(&other);
	keys_roots_put(&other.roots, 0, &roots);
	assert_err(profile_roots_add(office, roots.data, roots.len), ERR_CONFLICT);         /* mix and match */
	assert_int_equal(office->roots.count, 1);
	keys_roots_township(&other.roots, r.township);
	assert_ok(receipt_make(&r, other.receipt, &file));
	f = give(file.data, file.len);
	assert_int_equal(f.verdict, INBOX_FOREIGN);
	assert_int_equal(f.tick, 0);
	buf_reset(&file);
	keys_roots_township(&w.roots, r.township);                      /* in our name, but not by our key */
	assert_ok(receipt_make(&r, other.receipt, &file));
	f = give(file.data, file.len);
	assert_int_equal(f.verdict, INBOX_REFUSED);
	assert_int_equal(f.tick, 0);
	buf_reset(&file);
	world_bundle(&other, other.authority, NULL, decrees, 1, &file);          /* for them: theirs; and the same sealed for us */
	assert_int_equal(give(file.data, file.len).verdict, INBOX_FOREIGN);
	buf_reset(&file);
	world_bundle(&other, other.authority, keys_roots_newest(&w.roots)->box, decrees, 1, &file);
	assert_int_equal(give(file.data, file.len).verdict, INBOX_HELD);
	assert_null(keys_roster_find(office->roster, keys_identity_public(other.worker)->writer));
	/* of our own worker, for a reader we are not: carried, not opened, not believed */
	decrees[0] = &w.decrees;
	buf_reset(&file);
	world_bundle(&w, w.worker, keys_identity_public(other.worker)->box, decrees, 1, &file);
	assert_int_equal(give(file.data, file.len).verdict, INBOX_CARRIED);
	world_close(&other);
	holdings(after);
	assert_memory_equal(before, after, KEYS_HASH);
	buf_clear(&roots);
	buf_clear(&file);
}

static void endless(const char *stick, const char *name, const char *begins)
{
	struct buf path = { 0 };
	int fd;

	fd = open(fs_path(&path, stick, name), O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, begins, strlen(begins)), strlen(begins));
	assert_int_equal(ftruncate(fd, (off_t)1 << 36), 0);
	close(fd);
	buf_clear(&path);
}

static void f21_endless_data_costs_four_bytes(void **state)
{
	struct folder_report r = { 0 };
	struct buf stick = { 0 }, file = { 0 }, path = { 0 };
	struct rusage start, end;
	double from = seconds();

	(void)state;
	buf_printf(&stick, "%s/stick", w.dir);
	assert_ok(fs_make_dir(stick.data));
	endless(stick.data, "a.xcb", "XCB1");
	endless(stick.data, "b.xcr", "XCR1");
	endless(stick.data, "c.xca", "XCA1");
	endless(stick.data, "roots", "\x01\x02\x03\x04");
	a_bundle(52, &file);
	assert_ok(fs_write(fs_path(&path, stick.data, "z.xcb"), file.data, file.len));
	getrusage(RUSAGE_SELF, &start);
	assert_ok(folder_take(office, stick.data, &r));
	getrusage(RUSAGE_SELF, &end);
	assert_int_equal(r.files[INBOX_MERGED], 1);
	assert_int_equal(office->roots.count, 1);
	assert_true(seconds() - from < 10);
	assert_true(end.ru_maxrss - start.ru_maxrss < 16 << 10);
	buf_clear(&stick);
	buf_clear(&file);
	buf_clear(&path);
}

/* --- F23 --- */

static void add_critical(struct chain *c)
{
	struct event e = { .kind = 901, .flags = EVENT_CRITICAL, .lamport = c->base.lamport + 1, .boot = 3,
	                   .public_part = { (const uint8_t *)"\x81\x18\x2a", 3 } };
	struct buf m = { 0 };
	uint8_t before[EVENT_HASH];

	assert_ok(event_encode(&e, &c->base, &c->wire));
	memcpy(before, c->hash, sizeof before);
	event_hash(&e, before, c->hash);
	assert_ok(event_head_message(&c->id, ++c->seq, c->hash, &m));
	keys_sign(c->author, m.data, m.len, c->signature);
	buf_clear(&m);
}

static void complain(void *user, const char *what)
{
	(void)user;
	print_message("# %s\n", what);
}

static void f23_a_kind_that_must_be_understood_is_kept_whole_and_passed_on(void **state)
{
	(void)state;
	for (unsigned i = 0; i < rounds(50); i++) {
		struct chain log, *one[] = { &log };
		struct log_event e = { 0 };
		struct log_segment seg;
		struct buf file = { 0 }, out = { 0 };
		uint8_t critical[EVENT_HASH];
		struct store_txn t;

		chain_start(&log, w.worker, &village, 700 + i);
		chain_work(&log, i % 3);
		add_critical(&log);
		memcpy(critical, log.hash, EVENT_HASH);
		chain_work(&log, 1 + i % 4);
		world_bundle(&w, w.worker, NULL, one, 1, &file);
		assert_int_equal(give(file.data, file.len).verdict, INBOX_MERGED);
		profile_begin(office, &t);
		assert_ok(log_event_get(&t, critical, &e));
		assert_true(e.event.flags & EVENT_CRITICAL);
		assert_int_equal(e.event.kind, 901);
		assert_int_equal(e.event.public_part.len, 3);
		assert_ok(log_export(&t, &log.id, 1, NULL, 100, 1 << 20, &out, &seg));
		store_abort(&t);
		assert_int_equal(out.len, log.wire.len);
		assert_memory_equal(out.data, log.wire.data, out.len);
		log_event_clear(&e);
		chain_clear(&log);
		buf_clear(&file);
		buf_clear(&out);
	}
	assert_ok(profile_rebuild(office));
	assert_ok(profile_check(office, complain, NULL));
}

/* --- limits --- */

/* The township makes one more key document each time; a chain is taken in at most LIMIT_ROOTS at once. */
static void a_chain_of_roots_has_its_limit(void **state)
{
	struct keys_head head = { .epoch = w.decrees.id.epoch, .seq = w.decrees.seq };

	(void)state;
	memcpy(head.hash, w.decrees.hash, EVENT_HASH);
	while (w.roots.count < LIMIT_ROOTS + 1)
		assert_ok(keys_town_rotate(w.dir, w.staff, &head, 1, &w.roots));
	for (size_t n = LIMIT_ROOTS - 1; n <= LIMIT_ROOTS + 1; n++) {
		struct keys_roots mine = { 0 }, some = w.roots;
		struct buf chain = { 0 };

		some.count = n;
		keys_roots_put(&some, 0, &chain);
		assert_err(keys_roots_add_all(&mine, chain.data, chain.len), n <= LIMIT_ROOTS ? ERR_OK : ERR_LIMIT);
		assert_true(mine.count <= LIMIT_ROOTS);
		keys_roots_clear(&mine);
		buf_clear(&chain);
	}
}

#define IN_OFFICE(f) cmocka_unit_test_setup_teardown(f, open_office, close_office)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OFFICE(p5_a_lost_bundle_shows_who_when_to_whom_how_large_and_nothing_else),
		IN_OFFICE(p6_malformed_input_is_refused_within_its_bounds_with_a_reason_and_changes_nothing),
		IN_OFFICE(f21_no_change_to_a_chain_of_roots_by_chance_is_believed),
		IN_OFFICE(f21_another_township_s_papers_change_nothing_here),
		IN_OFFICE(f21_endless_data_costs_four_bytes),
		IN_OFFICE(f23_a_kind_that_must_be_understood_is_kept_whole_and_passed_on),
		IN_OFFICE(a_chain_of_roots_has_its_limit),
	};

	return keys_start() ? 1 : TAP_RUN(tests);
}
