/* F14, records that an insider has signed with his valid key: numbers at their ends, links to nowhere, to himself and to what is not his,
 * orders he may not give, counts beyond their limits, CBOR that is none, and a million random changes. What was honest is taken in;
 * time and memory keep their bounds; once he is revoked, the registers are as if he had never written. XUNCHA_FAULTS as elsewhere. */
#include "config.h"
#include "tests/ledger/hostile.h"

#include "forms/base/clock.h"
#include "sync/ledger/log/payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { EVENTS = 400, FUZZ = 1000000, SIGNED = 10000, BATCH = 50, LEAST = 200, MEMORY_KIB = 64 << 10 };

static struct rusage at_first;

static int begin(void **state)
{
	(void)state;
	hostile_begin(EVENTS);
	getrusage(RUSAGE_SELF, &at_first);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hostile_end();
	return 0;
}

static int share(int n)
{
	const char *percent = getenv("XUNCHA_FAULTS");

	return percent ? n / 100 * atoi(percent) + 1 : n;
}

static void f14_hundreds_of_records_made_by_hand_hold_up_nothing(void **state)
{
	(void)state;
	hostile_made();
	print_message("# %u hostile records, of %u of them the log was taken in\n", hostile_given, hostile_taken);
	assert_true(hostile_given >= LEAST);
}

/* --- by chance --- */

static struct event event_of(const struct hostile_sample *s)
{
	struct event e = hostile_event(s->kind, &s->part[0]);
	static const uint8_t salt[EVENT_SALT];

	e.flags = s->flags;
	if (s->flags & EVENT_HAS_ANSWERS)
		e.answers = (struct event_part){ (const uint8_t *)s->part[1].data, s->part[1].len };
	if (s->flags & EVENT_HAS_PRIVATE) {
		e.private_part = (struct event_part){ (const uint8_t *)s->part[2].data, s->part[2].len };
		e.salt = salt;
	}
	return e;
}

/* What is read whole is written as the same bytes; its rows and links are as many as it says. *ends: it can be told where it ends. */
static bool read_back(const struct buf *wire, bool *ends)
{
	struct event_base base = { 0 }, again = { 0 };
	uint8_t *copy = malloc(wire->len);                  /* its exact size, for the sanitizer */
	struct buf out = { 0 };
	struct payload p;
	struct payload_row row;
	struct payload_link link;
	struct event e;
	size_t used;
	bool sound;

	assert_non_null(copy);
	memcpy(copy, wire->data, wire->len);
	sound = !event_decode(copy, wire->len, &base, &e, &used);
	*ends = used > 0;
	if (sound) {
		assert_ok(event_encode(&e, &again, &out));
		assert_int_equal(out.len, used);
		assert_memory_equal(out.data, copy, used);
		if (!payload_open((enum event_kind)e.kind, e.public_part.data, e.public_part.len, &p)) {
			uint32_t rows = 0, named = 0;

			while (p.row_count && payload_next(&p, &row))
				rows++;
			while (p.link_count && payload_next_link(&p, &link))
				named++;
			assert_int_equal(rows, p.row_count);
			assert_int_equal(named, p.link_count);
		}
	}
	buf_clear(&out);
	free(copy);
	return sound;
}

static void f14_a_million_changed_records_are_read_or_told_from_records(void **state)
{
	struct event_base base;
	struct buf wire = { 0 };
	int64_t start = clock_ticks();
	int sound = 0, count = share(FUZZ);
	bool ends;

	(void)state;
	for (int i = 0; i < count; i++) {
		const struct hostile_sample *s = hostile_change();
		struct event e = event_of(s);

		buf_reset(&wire);
		base = (struct event_base){ 0 };
		if (!event_encode(&e, &base, &wire))
			sound += read_back(&wire, &ends);
	}
	print_message("# %d changed records, %d still read whole, in %lld ms\n", count, sound, (long long)(clock_ticks() - start) / 1000000);
	assert_true(sound > count / 20 && sound < count);
	buf_clear(&wire);
}

/* The next changed record; one of which cannot be told where it ends would hide those behind it. */
static void put_changed(struct chain *c)
{
	struct event e = event_of(hostile_change()), at = chain_event(c, e.kind);
	struct event_base base = { 0 };
	struct buf wire = { 0 };
	bool ends;

	assert_ok(event_encode(&e, &base, &wire));
	read_back(&wire, &ends);
	buf_clear(&wire);
	if (!ends)
		return;
	e.lamport = at.lamport;
	e.wall = at.wall;
	assert_ok(chain_put(c, &e));
}

static void f14_changed_records_that_are_signed_change_what_their_author_may_change(void **state)
{
	int taken = 0, refused = 0, count = share(SIGNED);

	(void)state;
	for (int i = 0; i < count; i += BATCH) {
		struct chain c = hostile_log();
		struct inbox_file told;

		while (c.seq < BATCH)
			put_changed(&c);
		*(hostile_deliver(&c, &told) == INBOX_MERGED ? &taken : &refused) += BATCH;
		chain_clear(&c);
	}
	print_message("# %d changed records taken in, %d in refused bundles\n", taken, refused);
	assert_true(taken > count / 4);
}

static void f14_once_he_is_revoked_it_is_as_if_he_had_never_written(void **state)
{
	struct rusage now;

	(void)state;
	hostile_judge();
	getrusage(RUSAGE_SELF, &now);
	print_message("# %ld KiB more memory\n", now.ru_maxrss - at_first.ru_maxrss);
#ifndef __SANITIZE_ADDRESS__
	assert_true(now.ru_maxrss - at_first.ru_maxrss < MEMORY_KIB);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f14_hundreds_of_records_made_by_hand_hold_up_nothing),
		cmocka_unit_test(f14_a_million_changed_records_are_read_or_told_from_records),
		cmocka_unit_test(f14_changed_records_that_are_signed_change_what_their_author_may_change),
		cmocka_unit_test(f14_once_he_is_revoked_it_is_as_if_he_had_never_written),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
