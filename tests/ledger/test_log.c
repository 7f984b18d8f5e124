/* A log travels from its writer to a reader: whole, in pieces, twice, split, limited. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "sync/ledger/log/losses.h"
#include "sync/ledger/log/truetime.h"
#include "tests/ledger/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void a_log_arrives_as_it_was_written(void **state)
{
	struct event_log_id id;
	struct log_result r;
	struct log_head a, b;

	(void)state;
	pair_open("arrives", 20);
	id = world_log(writer);
	r = pair_ship(1, 1000);
	assert_int_equal(r.added, 20);
	assert_false(r.gap || r.split);
	a = pair_head(writer, &id);
	b = pair_head(reader, &id);
	assert_int_equal(b.seq, 20);
	assert_memory_equal(a.hash, b.hash, EVENT_HASH);
	assert_ok(profile_check(reader, NULL, NULL));
	r = pair_ship(1, 1000);
	assert_int_equal(r.added, 0);
	assert_int_equal(r.held, 20);
	pair_close();
}

static void pieces_in_any_order_make_one_whole_log(void **state)
{
	static const int orders[4][5] = { { 4, 3, 2, 1, 0 }, { 2, 0, 4, 1, 3 }, { 0, 4, 2, 3, 1 }, { 3, 1, 4, 0, 2 } };

	(void)state;
	for (int o = 0; o < 4; o++) {
		char name[32];
		struct event_log_id id;
		struct log_head h;

		snprintf(name, sizeof name, "order%d", o);
		pair_open(name, 50);
		id = world_log(writer);
		for (int i = 0; i < 5; i++) {
			struct log_result r = pair_ship((uint64_t)(10 * orders[o][i] + 1), 10);

			assert_int_equal(r.added, 10);
			assert_false(r.split);
		}
		h = pair_head(reader, &id);
		assert_int_equal(h.range_count, 1);
		assert_int_equal(h.seq, 50);
		assert_int_equal(h.highest, 50);
		assert_ok(profile_check(reader, NULL, NULL));
		pair_close();
	}
}

static void a_gap_is_shown_and_closes(void **state)
{
	struct event_log_id id;
	struct log_head h;

	(void)state;
	pair_open("gap", 30);
	id = world_log(writer);
	assert_false(pair_ship(1, 10).gap);
	assert_true(pair_ship(21, 10).gap);
	h = pair_head(reader, &id);
	assert_int_equal(h.seq, 10);
	assert_int_equal(h.highest, 30);
	assert_int_equal(h.range_count, 2);
	assert_int_equal(h.ranges[1].first, 21);
	assert_int_equal(pair_ship(5, 20).added, 10);          /* overlaps both sides */
	h = pair_head(reader, &id);
	assert_int_equal(h.seq, 30);
	assert_int_equal(h.range_count, 1);
	assert_ok(profile_check(reader, NULL, NULL));
	pair_close();
}

static enum err count_each(void *user, const struct log_event *e)
{
	(void)e;
	++*(int *)user;
	return ERR_OK;
}

static void two_copies_of_a_device_make_a_split_that_loses_nothing(void **state)
{
	struct profile *clone, *third;
	struct event_log_id id;
	struct log_result r;
	struct log_head h;
	struct log_segment seg;
	struct store_txn t;
	struct buf bytes = { 0 };
	uint8_t hash[EVENT_HASH];
	int n = 0;

	(void)state;
	pair_open("split", 10);
	id = world_log(writer);
	assert_ok(world_twin("split-w", "split-x", 1, &writer, &clone));
	for (int i = 0; i < 5; i++) {
		assert_ok(world_append(writer, NULL, "mine", NULL, NULL, NULL));
		assert_ok(world_append(clone, NULL, "theirs", NULL, NULL, NULL));
	}
	assert_int_equal(pair_ship(1, 100).added, 15);
	assert_ok(world_send(clone, reader, &id, 1, 100, &r));
	assert_true(r.split);
	assert_int_equal(r.added, 5);
	assert_int_equal(r.held, 10);
	h = pair_head(reader, &id);
	assert_int_equal(h.split_at, 11);
	assert_int_equal(h.seq, 15);
	assert_int_equal(h.range_count, 2);
	profile_begin(reader, &t);
	assert_ok(log_each(&t, &id, 11, 15, count_each, &n));
	assert_int_equal(n, 10);
	/* each branch can be passed on */
	assert_ok(log_export(&t, &id, h.ranges[1].first, &h.ranges[1], 100, 1 << 20, &bytes, &seg));
	assert_int_equal(seg.count, 5);
	assert_ok(log_hash_in(&t, &id, &h.ranges[1], 15, hash));
	assert_memory_equal(seg.hash, hash, EVENT_HASH);
	assert_ok(log_export(&t, &id, h.ranges[1].first, &h.ranges[0], 100, 1 << 20, &bytes, &seg));
	assert_memory_not_equal(seg.hash, hash, EVENT_HASH);
	store_abort(&t);
	assert_ok(profile_check(reader, NULL, NULL));
	assert_ok(profile_rebuild(reader));
	/* and the whole survives the loss of the store */
	profile_close(reader);
	assert_ok(fs_remove_tree(world_path("split-r/store")));
	assert_ok(world_open("split-r", true, 2, &reader));
	h = pair_head(reader, &id);
	assert_int_equal(h.split_at, 11);
	assert_int_equal(h.range_count, 2);
	third = clone;
	profile_close(third);
	buf_clear(&bytes);
	pair_close();
}

static enum err count_loss(void *user, const struct profile_loss *l)
{
	uint64_t *sum = user;

	*sum += l->first * 100 + l->last;
	return ERR_OK;
}

/* A branch that is longer than the other is no gap; numbers that no branch holds are one, and are listed. */
static void of_a_split_log_only_what_no_branch_holds_is_missing(void **state)
{
	struct profile *clone;
	struct event_log_id id;
	struct log_result r;
	struct log_head h;
	struct store_txn t;
	uint64_t first = 1, last, sum = 0;

	(void)state;
	pair_open("uneven", 10);
	id = world_log(writer);
	assert_ok(world_twin("uneven-w", "uneven-x", 1, &writer, &clone));
	for (int i = 0; i < 9; i++) {
		if (i < 3)
			assert_ok(world_append(writer, NULL, "mine", NULL, NULL, NULL));
		assert_ok(world_append(clone, NULL, "theirs", NULL, NULL, NULL));
	}
	assert_int_equal(pair_ship(1, 100).added, 13);
	assert_ok(world_send(clone, reader, &id, 11, 5, &r));
	h = pair_head(reader, &id);
	assert_int_equal(h.seq, 13);
	assert_int_equal(h.highest, 15);
	assert_false(log_gap(&h, &first, &last));
	assert_ok(world_send(clone, reader, &id, 18, 100, &r));
	h = pair_head(reader, &id);
	first = 1;
	assert_true(log_gap(&h, &first, &last));
	assert_int_equal(first, 16);
	assert_int_equal(last, 17);
	first = last + 1;
	assert_false(log_gap(&h, &first, &last));
	profile_begin(reader, &t);
	assert_ok(losses_gaps(&t, count_loss, &sum));
	store_abort(&t);
	assert_int_equal(sum, 1617);
	profile_close(clone);
	pair_close();
}

static void distances_find_their_event_across_joined_pieces(void **state)
{
	struct log_place at, to;
	struct event_log_id id;
	struct store_txn t;
	struct log_head h;
	uint8_t ref[EVENT_REF], want[EVENT_REF];
	struct log_event e = { 0 };
	uint32_t number;

	(void)state;
	pair_open("distance", 40);
	id = world_log(writer);
	pair_ship(31, 10);
	pair_ship(1, 10);
	profile_begin(reader, &t);
	assert_ok(log_number_of(&t, &id, &number));
	store_abort(&t);
	h = pair_head(reader, &id);
	assert_int_equal(h.range_count, 2);
	at = (struct log_place){ .log = number, .seq = 35, .strand = 0 };
	profile_begin(reader, &t);
	assert_err(log_before(&t, &at, 10, &to, ref), ERR_NOTFOUND);      /* in the gap */
	assert_ok(log_before(&t, &at, 3, &to, ref));
	assert_err(log_before(&t, &at, 35, &to, ref), ERR_NOTFOUND);
	store_abort(&t);
	pair_ship(11, 20);
	profile_begin(reader, &t);
	assert_ok(log_before(&t, &at, 10, &to, ref));
	assert_int_equal(to.seq, 25);
	assert_ok(log_event_get(&t, ref, &e));
	assert_int_equal(e.place.seq, 25);
	assert_string_equal(world_text(&e.event), "25");
	memcpy(want, e.hash, EVENT_REF);
	assert_memory_equal(ref, want, EVENT_REF);
	assert_true(event_log_same(&e.log, &id));
	store_abort(&t);
	log_event_clear(&e);
	pair_close();
}

struct binding { uint64_t boot; uint8_t ref[EVENT_REF]; };

static enum err append_binding(struct log_batch *b, void *user)
{
	struct binding *x = user;
	struct event_scope all = event_scope_all();
	struct buf part = { 0 };
	struct event event = { .kind = EVENT_ANCHOR };
	enum err e;

	cbor_put_array(&part, 4);
	cbor_put_unsigned(&part, 1);
	cbor_put_integer(&part, 1790000000000);
	cbor_put_unsigned(&part, x->boot);
	cbor_put_integer(&part, 5000);
	event.public_part = (struct event_part){ (const uint8_t *)part.data, part.len };
	e = log_append(b, &all, &event, x->ref);
	buf_clear(&part);
	return e;
}

/* Nobody binds a boot to a true time yet, but anybody's log may hold it, and a merge takes it in. */
static void a_boot_bound_to_true_time_makes_its_writers_times_sure(void **state)
{
	struct binding x = { .boot = 0 };
	struct log_event e = { 0 };
	struct store_txn t;
	bool sure = true;

	(void)state;
	pair_open("bound", 3);
	assert_ok(world_append(writer, NULL, "before", NULL, NULL, x.ref));
	pair_ship(1, 100);
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, x.ref, &e));
	truetime_of(&t, &e, &sure);
	assert_false(sure);
	x.boot = e.event.boot;
	store_abort(&t);
	assert_ok(log_write(writer, append_binding, &x));
	pair_ship(1, 100);
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, x.ref, &e));
	assert_int_equal(truetime_of(&t, &e, &sure), 1790000000000 - 5000 + e.event.uptime);
	assert_true(sure);
	store_abort(&t);
	assert_ok(profile_check(reader, NULL, NULL));
	log_event_clear(&e);
	pair_close();
}

struct ack { struct event_log_id id; uint64_t seq; uint8_t hash[EVENT_HASH]; bool contradicts; };

static enum err acknowledge(struct log_batch *b, void *user)
{
	struct ack *a = user;

	return log_acknowledge(b, &a->id, a->seq, a->hash, &a->contradicts);
}

static void a_receipt_is_remembered_and_a_contradiction_starts_a_new_epoch(void **state)
{
	struct ack a;
	struct log_head h;

	(void)state;
	pair_open("ack", 5);
	a.id = world_log(writer);
	h = pair_head(writer, &a.id);
	a.seq = 5;
	memcpy(a.hash, h.hash, EVENT_HASH);
	assert_ok(log_write(writer, acknowledge, &a));
	assert_false(a.contradicts);
	assert_int_equal(pair_head(writer, &a.id).acked, 5);
	/* higher than ours: the device was restored */
	a.seq = 9;
	assert_ok(log_write(writer, acknowledge, &a));
	assert_true(a.contradicts);
	assert_int_equal(pair_head(writer, &a.id).acked, 5);
	assert_ok(world_append(writer, NULL, "after", NULL, NULL, NULL));
	assert_non_null(strstr(world_texts(writer), "*4 after"));
	/* the same receipt once more, as at every visit of the stick: no epoch after the other */
	assert_ok(log_write(writer, acknowledge, &a));
	assert_false(a.contradicts);
	/* another hash at a number we hold */
	a.id = world_log(writer);
	a.seq = 1;
	assert_ok(log_write(writer, acknowledge, &a));
	pair_close();
}

static enum err find_scope(void *user, const struct log_head *h)
{
	struct event_log_id *id = user;

	if (event_scope_same(&id->scope, &h->id.scope))
		*id = h->id;
	return ERR_OK;
}

static void each_scope_has_a_log_of_its_own(void **state)
{
	struct event_scope village = event_scope_village("990101100201");
	struct event_log_id id = { .scope = village };
	struct store_txn t;

	(void)state;
	pair_open("scopes", 3);
	assert_ok(world_append(writer, &village, "v", NULL, NULL, NULL));
	assert_ok(world_append(writer, NULL, "4", NULL, NULL, NULL));
	assert_ok(world_append(writer, &village, "w", NULL, NULL, NULL));
	profile_begin(writer, &t);
	assert_ok(log_heads(&t, find_scope, &id));
	store_abort(&t);
	assert_int_equal(pair_head(writer, &id).seq, 3);
	assert_string_equal(world_texts(writer), "*0 2 3 4 *0 v w");
	pair_close();
}

static void lamport_follows_what_was_seen_but_no_further_than_the_limit(void **state)
{
	struct log_event e = { 0 };
	struct store_txn t;
	struct log_segment seg = { .first = 2, .count = 1 };
	struct log_step step;
	struct pair_import s = { .steps = &step };
	struct event far = { .kind = 900, .lamport = (uint64_t)1 << 40, .public_part = { (const uint8_t *)"\x80", 1 } };
	struct event_base base = { 0 };
	struct buf bytes = { 0 };
	uint8_t ref[EVENT_REF];

	(void)state;
	pair_open("lamport", 10);
	pair_ship(1, 100);
	assert_ok(world_append(reader, NULL, "x", NULL, NULL, ref));
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, ref, &e));
	assert_int_equal(e.event.lamport, 12);                    /* 10 seen, EPOCH_START took 11 */
	store_abort(&t);
	memset(seg.id.writer, 7, EVENT_WRITER);
	seg.id.epoch = 9;
	assert_ok(event_encode(&far, &base, &bytes));
	seg.events = (const uint8_t *)bytes.data;
	seg.len = bytes.len;
	assert_ok(log_segment_read(&seg, &step));
	s.seg = seg;
	assert_ok(log_write(reader, pair_import, &s));
	assert_true(s.result.gap);
	assert_ok(world_append(reader, NULL, "y", NULL, NULL, ref));
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, ref, &e));
	assert_int_equal(e.event.lamport, 12 + LIMIT_LAMPORT_ADVANCE + 1);
	store_abort(&t);
	log_event_clear(&e);
	buf_clear(&bytes);
	pair_close();
}

static void a_log_in_more_than_256_pieces_is_refused_until_some_arrive(void **state)
{
	struct event_log_id id;

	(void)state;
	pair_open("pieces", 2 * (LIMIT_RANGES + 1) + 1);
	id = world_log(writer);
	for (int i = 1; i <= LIMIT_RANGES; i++)
		pair_ship((uint64_t)(2 * i), 1);
	assert_int_equal(pair_head(reader, &id).range_count, LIMIT_RANGES);
	assert_err(world_send(writer, reader, &id, 2 * (LIMIT_RANGES + 1), 1, NULL), ERR_LIMIT);
	assert_int_equal(pair_head(reader, &id).range_count, LIMIT_RANGES);
	pair_ship(1, 3);
	assert_int_equal(pair_ship(2 * (LIMIT_RANGES + 1), 1).added, 1);
	for (uint64_t first = 1; first <= 2 * (LIMIT_RANGES + 1); first += LIMIT_SLICE)
		pair_ship(first, LIMIT_SLICE);
	assert_int_equal(pair_head(reader, &id).range_count, 1);
	assert_ok(profile_check(reader, NULL, NULL));
	pair_close();
}

static void an_export_ends_where_a_signature_is_held(void **state)
{
	struct event_log_id id;
	struct log_segment seg;
	struct store_txn t;
	struct buf bytes = { 0 };

	(void)state;
	pair_open("signed", 20);
	id = world_log(writer);
	pair_ship(1, 12);                                              /* one segment: one signature, at 12 */
	profile_begin(reader, &t);
	assert_ok(log_export(&t, &id, 3, NULL, 100, 1 << 20, &bytes, &seg));
	assert_int_equal(seg.count, 10);
	assert_err(log_export(&t, &id, 3, NULL, 5, 1 << 20, &bytes, &seg), ERR_NOTFOUND);
	assert_err(log_export(&t, &id, 13, NULL, 5, 1 << 20, &bytes, &seg), ERR_NOTFOUND);
	store_abort(&t);
	pair_ship(5, 3);                                               /* held, but its signature is new */
	profile_begin(reader, &t);
	assert_ok(log_export(&t, &id, 3, NULL, 6, 1 << 20, &bytes, &seg));
	assert_int_equal(seg.count, 5);
	store_abort(&t);
	buf_clear(&bytes);
	pair_close();
}

static void a_first_event_that_does_not_follow_from_its_name_is_refused(void **state)
{
	struct log_segment seg = { .first = 1, .count = 1 };
	struct log_step step;
	struct pair_import s = { .steps = &step };
	struct event e = { .kind = 900, .lamport = 1, .public_part = { (const uint8_t *)"\x80", 1 } };
	struct event_base base = { 0 };
	struct buf bytes = { 0 };

	(void)state;
	pair_open("first", 2);
	assert_ok(event_encode(&e, &base, &bytes));
	seg.events = (const uint8_t *)bytes.data;
	seg.len = bytes.len;
	assert_ok(log_segment_read(&seg, &step));
	s.seg = seg;
	assert_err(log_write(reader, pair_import, &s), ERR_FORMAT);
	assert_string_equal(world_texts(reader), "");
	buf_clear(&bytes);
	pair_close();
}

static enum err fail_late(struct log_batch *b, void *user)
{
	struct event e = { .kind = 900, .public_part = { (const uint8_t *)"\x80", 1 } };
	struct event_scope all = event_scope_all();
	uint8_t ref[EVENT_REF];
	enum err err = log_append(b, &all, &e, ref);

	(void)user;
	return err ? err : err_set(ERR_DENIED, "changed my mind");
}

static void a_write_that_fails_leaves_nothing_behind(void **state)
{
	struct buf before = { 0 }, after = { 0 };

	(void)state;
	pair_open("fails", 4);
	assert_ok(fs_read(world_path("fails-w/journal/1.evj"), 1 << 20, &before));
	assert_err(log_write(writer, fail_late, NULL), ERR_DENIED);
	assert_ok(fs_read(world_path("fails-w/journal/1.evj"), 1 << 20, &after));
	assert_int_equal(before.len, after.len);
	assert_string_equal(world_texts(writer), "*0 2 3 4");
	assert_ok(world_append(writer, NULL, "5", NULL, NULL, NULL));
	assert_string_equal(world_texts(writer), "*0 2 3 4 5");
	assert_ok(profile_check(writer, NULL, NULL));
	buf_clear(&before);
	buf_clear(&after);
	pair_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_arrives_as_it_was_written),
		cmocka_unit_test(pieces_in_any_order_make_one_whole_log),
		cmocka_unit_test(a_gap_is_shown_and_closes),
		cmocka_unit_test(two_copies_of_a_device_make_a_split_that_loses_nothing),
		cmocka_unit_test(of_a_split_log_only_what_no_branch_holds_is_missing),
		cmocka_unit_test(distances_find_their_event_across_joined_pieces),
		cmocka_unit_test(a_boot_bound_to_true_time_makes_its_writers_times_sure),
		cmocka_unit_test(a_receipt_is_remembered_and_a_contradiction_starts_a_new_epoch),
		cmocka_unit_test(each_scope_has_a_log_of_its_own),
		cmocka_unit_test(lamport_follows_what_was_seen_but_no_further_than_the_limit),
		cmocka_unit_test(a_log_in_more_than_256_pieces_is_refused_until_some_arrive),
		cmocka_unit_test(an_export_ends_where_a_signature_is_held),
		cmocka_unit_test(a_first_event_that_does_not_follow_from_its_name_is_refused),
		cmocka_unit_test(a_write_that_fails_leaves_nothing_behind),
	};

	return TAP_RUN(tests);
}
