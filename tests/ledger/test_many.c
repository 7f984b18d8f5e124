/* What comes by the thousand is kept in another way than what comes by the piece (refs in runs, rows set aside): it says the same. */
#include "config.h"
#include "tests/ledger/township.h"

#include "sync/bundle/seal.h"
#include "sync/bundle/segment.h"
#include "sync/exchange/inbox/inbox.h"
#include "sync/ledger/rows/listing.h"
#include "tests/bench/records.h"

#include <string.h>

enum { WRITERS = 2, FIRST_WRITER = 30, EVENTS = 1100 };

static struct township town;
static struct records of[WRITERS];

static void open_writer(int w)
{
	struct records *r = &of[w];

	assert_ok(records_open(r, SRCDIR "/forms/catalog", (uint32_t)w + 3, NULL));
	keys_identity_free(r->writer);
	r->writer = world_identity(FIRST_WRITER + w, 0);
	memcpy(r->log.writer, keys_identity_public(r->writer)->writer, EVENT_WRITER);
	event_hash_log(&r->log, r->hash);
	township_certify(&town, FIRST_WRITER + w, false, "p-x", "x", PACK_GRID, VILLAGE);
}

/* The next `count` inspections of a writer come in one bundle. */
static void deliver(int w, uint32_t count, uint64_t counter)
{
	struct records *r = &of[w];
	uint8_t to[1][KEYS_PK];
	struct bundle_sealing how = { .sealer = r->writer, .to = (const uint8_t (*)[KEYS_PK])to, .to_count = 1, .counter = counter, .wall = 1767225600000 };
	struct buf events = { 0 }, plain = { 0 }, file = { 0 };
	struct inbox_file f = { .name = "test" };
	struct log_segment s;

	memcpy(to[0], keys_roots_newest(&town.roots)->box, KEYS_PK);
	assert_ok(records_segment(r, count, &events, &s));
	segment_put(&s, r->log.writer, &plain);
	assert_ok(bundle_seal(&how, plain.data, plain.len, &file, NULL));
	f.data = (const uint8_t *)file.data;
	f.len = file.len;
	assert_ok(inbox_take(town.office, &f, 1));
	assert_int_equal(f.verdict, INBOX_MERGED);
	assert_int_equal(f.added, count);
	buf_clear(&events);
	buf_clear(&plain);
	buf_clear(&file);
}

static uint32_t rows(const char *reg)
{
	struct listing_query q = { .reg = reg };
	struct listing *l;
	uint32_t n;

	assert_ok(listing_open(town.office, &q, &l));
	n = listing_count(l);
	for (uint32_t i = 0; i < n; i += 97) {
		struct row r;

		assert_ok(listing_row(l, i, &r));
		row_clear(&r);
	}
	listing_close(l);
	return n;
}

static void say(void *user, const char *what)
{
	(void)user;
	print_message("# %s\n", what);
}

static void thousands_at_once_are_found_and_fold_as_they_do_one_by_one(void **state)
{
	uint32_t hazards, total = 4 * EVENTS + 1;
	char before[200];

	(void)state;
	township_open(&town);
	for (int w = 0; w < WRITERS; w++)
		open_writer(w);
	deliver(0, EVENTS, 1);
	deliver(1, EVENTS, 1);
	deliver(0, 1, 2);
	deliver(0, EVENTS, 3);
	deliver(1, EVENTS, 2);
	assert_int_equal(rows("inspections"), total);
	hazards = rows("hazards");
	assert_in_range(hazards, total / 20, total);
	assert_ok(profile_check(town.office, say, NULL));      /* among others: every event is found by its ref */
	snprintf(before, sizeof before, "%s", township_digest(town.office));
	assert_ok(profile_rebuild(town.office));
	assert_string_equal(township_digest(town.office), before);
	assert_int_equal(rows("hazards"), hazards);
	for (int w = 0; w < WRITERS; w++)
		records_close(&of[w]);
	township_close(&town);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thousands_at_once_are_found_and_fold_as_they_do_one_by_one),
	};

	world_path("");
	return TAP_RUN(tests);
}
