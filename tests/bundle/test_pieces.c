/* A log that comes in hundreds of pieces, or parts in hundreds of ways: what an insider may sign, or a device that was copied again and
 * again. Beyond the limit it is refused; what is here stays whole, and everybody's work goes on. */
#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/cbor.h"
#include "forms/base/clock.h"
#include "sync/exchange/inbox/inbox.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"

#include <stdlib.h>

static struct world w;
static struct profile *office;
static struct event_scope village;

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

/* One more event; when `plain` is given, as a segment of its own. */
static void grow(struct chain *c, struct buf *plain)
{
	struct log_segment s = { .id = c->id, .first = c->seq + 1, .count = 1, .base = c->base };
	size_t before = c->wire.len;
	struct buf payload = { 0 };

	memcpy(s.previous, c->hash, EVENT_HASH);
	cbor_put_unsigned(&payload, (uint64_t)randombytes_random() << 32 | randombytes_random());
	chain_add(c, 900, &payload, NULL);
	buf_clear(&payload);
	if (!plain)
		return;
	memcpy(s.signature, c->signature, EVENT_SIGNATURE);
	s.events = (const uint8_t *)c->wire.data + before;
	s.len = c->wire.len - before;
	segment_put(&s, c->id.writer, plain);
}

static struct inbox_file deliver(const struct buf *plain)
{
	struct inbox_file f = { .name = "pieces" };
	struct buf file = { 0 };

	world_seal(&w, w.worker, NULL, plain->data, plain->len, &file);
	f.data = (const uint8_t *)file.data;
	f.len = file.len;
	assert_ok(inbox_take(office, &f, 1));
	buf_clear(&file);
	return f;
}

static void complain(void *user, const char *what)
{
	(void)user;
	print_message("# %s\n", what);
}

static uint32_t pieces(const struct event_log_id *id)
{
	struct log_head *h = calloc(1, sizeof *h);
	struct store_txn t;
	uint32_t n;

	assert_non_null(h);
	profile_begin(office, &t);
	assert_ok(log_head_get(&t, id, h));
	store_abort(&t);
	n = h->range_count;
	free(h);
	return n;
}

static void the_neighbour_is_heard(uint64_t epoch)
{
	struct chain c, *one[] = { &c };
	struct inbox_file f = { .name = "neighbour" };
	struct buf file = { 0 };

	chain_start(&c, w.neighbour, &village, epoch);
	chain_work(&c, 2);
	world_bundle(&w, w.neighbour, NULL, one, 1, &file);
	f.data = (const uint8_t *)file.data;
	f.len = file.len;
	assert_ok(inbox_take(office, &f, 1));
	assert_int_equal(f.verdict, INBOX_MERGED);
	assert_int_equal(f.added, 2);
	chain_clear(&c);
	buf_clear(&file);
}

static void a_log_of_too_many_pieces_is_refused_and_harms_nobody(void **state)
{
	struct buf plain = { 0 }, all = { 0 };
	struct inbox_file f = { .name = "" };
	struct log_segment whole;
	struct chain c;

	(void)state;
	chain_start(&c, w.worker, &village, 500);
	for (uint32_t n = 0; n < LIMIT_RANGES + 10; n += 2, buf_reset(&plain)) {
		for (uint32_t k = 0; k < 2; k++) {           /* every other event */
			grow(&c, NULL);
			grow(&c, &plain);
		}
		f = deliver(&plain);
		assert_int_equal(f.verdict, n < LIMIT_RANGES ? INBOX_MERGED : INBOX_REFUSED);
	}
	assert_non_null(strstr(f.reason, "256"));
	assert_int_equal(pieces(&c.id), LIMIT_RANGES);
	the_neighbour_is_heard(501);
	assert_ok(profile_check(office, complain, NULL));
	assert_ok(profile_rebuild(office));
	/* the whole closes every gap, also with all places taken */
	whole = chain_segment(&c, (uint32_t)c.seq);
	segment_put(&whole, c.id.writer, &all);
	f = deliver(&all);
	assert_int_equal(f.verdict, INBOX_MERGED);
	assert_int_equal(pieces(&c.id), 1);
	assert_ok(profile_check(office, complain, NULL));
	chain_clear(&c);
	buf_clear(&plain);
	buf_clear(&all);
}

/* Hundreds of copies of one device, each with its own next hundred events. */
static void a_log_that_parts_in_hundreds_of_ways_is_taken_in_in_time(void **state)
{
	enum { WAYS = 250, LONG = 60, AT_ONCE = 50 };
	struct buf plain = { 0 };

	(void)state;
	for (uint32_t way = 0; way < WAYS; way++) {
		struct log_segment s;
		struct chain c;

		chain_start(&c, w.worker, &village, 600);
		for (uint32_t i = 0; i < LONG; i++)
			grow(&c, NULL);
		s = chain_segment(&c, LONG);
		segment_put(&s, c.id.writer, &plain);
		if (way % AT_ONCE == AT_ONCE - 1) {
			int64_t start = clock_ticks(), ms;
			struct inbox_file f = deliver(&plain);

			ms = (clock_ticks() - start) / 1000000;
			print_message("# %zu bytes in %lld ms\n", plain.len, (long long)ms);
			assert_int_equal(f.verdict, INBOX_MERGED);
			assert_int_equal(f.added, AT_ONCE * LONG);
			buf_reset(&plain);
		}
		chain_clear(&c);
	}
	the_neighbour_is_heard(601);
	assert_ok(profile_check(office, complain, NULL));
	buf_clear(&plain);
}

#define IN_OFFICE(f) cmocka_unit_test_setup_teardown(f, open_office, close_office)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OFFICE(a_log_of_too_many_pieces_is_refused_and_harms_nobody),
		IN_OFFICE(a_log_that_parts_in_hundreds_of_ways_is_taken_in_in_time),
	};

	return keys_start() ? 1 : TAP_RUN(tests);
}
