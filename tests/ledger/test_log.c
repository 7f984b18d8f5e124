#include "config.h"
#include "tests/tap.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "sync/ledger/log_record.h"
#include "tests/ledger/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct profile *writer, *reader;

static void two(const char *name, int events)
{
	char dir[64], text[16];

	snprintf(dir, sizeof dir, "%s-w", name);
	assert_ok(world_open(dir, false, 1, &writer));
	snprintf(dir, sizeof dir, "%s-r", name);
	assert_ok(world_open(dir, true, 2, &reader));
	for (int i = 2; i <= events; i++) {             /* 1 is EPOCH_START */
		snprintf(text, sizeof text, "%d", i);
		assert_ok(world_append(writer, NULL, text, "answers", i % 2 ? "secret" : NULL, NULL));
	}
}

static void done(void)
{
	profile_close(writer);
	profile_close(reader);
}

static struct log_result ship(uint64_t first, uint32_t max)
{
	struct event_log_id id = world_log(writer);
	struct log_result r;

	assert_ok(world_send(writer, reader, &id, first, max, &r));
	return r;
}

static struct log_head head(struct profile *p, const struct event_log_id *id)
{
	static struct log_head h;
	struct store_txn t;

	profile_begin(p, &t);
	assert_ok(log_head_get(&t, id, &h));
	store_abort(&t);
	return h;
}

static void a_log_arrives_as_it_was_written(void **state)
{
	struct event_log_id id;
	struct log_result r;
	struct log_head a, b;

	(void)state;
	two("arrives", 20);
	id = world_log(writer);
	r = ship(1, 1000);
	assert_int_equal(r.added, 20);
	assert_false(r.gap || r.split);
	a = head(writer, &id);
	b = head(reader, &id);
	assert_int_equal(b.seq, 20);
	assert_memory_equal(a.hash, b.hash, EVENT_HASH);
	assert_ok(profile_check(reader, NULL, NULL));
	r = ship(1, 1000);
	assert_int_equal(r.added, 0);
	assert_int_equal(r.held, 20);
	done();
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
		two(name, 50);
		id = world_log(writer);
		for (int i = 0; i < 5; i++) {
			struct log_result r = ship((uint64_t)(10 * orders[o][i] + 1), 10);

			assert_int_equal(r.added, 10);
			assert_false(r.split);
		}
		h = head(reader, &id);
		assert_int_equal(h.range_count, 1);
		assert_int_equal(h.seq, 50);
		assert_int_equal(h.highest, 50);
		assert_ok(profile_check(reader, NULL, NULL));
		done();
	}
}

static void a_gap_is_shown_and_closes(void **state)
{
	struct event_log_id id;
	struct log_head h;

	(void)state;
	two("gap", 30);
	id = world_log(writer);
	assert_false(ship(1, 10).gap);
	assert_true(ship(21, 10).gap);
	h = head(reader, &id);
	assert_int_equal(h.seq, 10);
	assert_int_equal(h.highest, 30);
	assert_int_equal(h.range_count, 2);
	assert_int_equal(h.ranges[1].first, 21);
	assert_int_equal(ship(5, 20).added, 10);          /* overlaps both sides */
	h = head(reader, &id);
	assert_int_equal(h.seq, 30);
	assert_int_equal(h.range_count, 1);
	assert_ok(profile_check(reader, NULL, NULL));
	done();
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
	int n = 0;

	(void)state;
	two("split", 10);
	id = world_log(writer);
	/* a clone that does not know it is one: same place, as a disk image would be */
	assert_ok(profile_backup(writer, world_path("split-c")));
	profile_close(writer);
	assert_ok(fs_rename(world_path("split-w"), world_path("split-x")));
	assert_ok(fs_rename(world_path("split-c"), world_path("split-w")));
	assert_ok(fs_remove(world_path("split-w/seat")));
	assert_int_equal(link(world_path("split-x/seat"), world_path("split-w/seat")), 0);
	assert_ok(world_open("split-w", false, 1, &clone));
	assert_ok(world_open("split-x", false, 1, &writer));
	for (int i = 0; i < 5; i++) {
		assert_ok(world_append(writer, NULL, "mine", NULL, NULL, NULL));
		assert_ok(world_append(clone, NULL, "theirs", NULL, NULL, NULL));
	}
	assert_int_equal(ship(1, 100).added, 15);
	assert_ok(world_send(clone, reader, &id, 1, 100, &r));
	assert_true(r.split);
	assert_int_equal(r.added, 5);
	assert_int_equal(r.held, 10);
	h = head(reader, &id);
	assert_int_equal(h.split_at, 11);
	assert_int_equal(h.seq, 15);
	assert_int_equal(h.range_count, 2);
	profile_begin(reader, &t);
	assert_ok(log_each(&t, &id, 11, 15, count_each, &n));
	assert_int_equal(n, 10);
	/* each branch can be passed on */
	assert_ok(log_export(&t, &id, h.ranges[1].first, h.ranges[1].previous, 100, 1 << 20, &bytes, &seg));
	assert_int_equal(seg.count, 5);
	store_abort(&t);
	assert_ok(profile_check(reader, NULL, NULL));
	assert_ok(profile_rebuild(reader));
	/* and the whole survives the loss of the store */
	profile_close(reader);
	assert_ok(fs_remove_tree(world_path("split-r/store")));
	assert_ok(world_open("split-r", true, 2, &reader));
	h = head(reader, &id);
	assert_int_equal(h.split_at, 11);
	assert_int_equal(h.range_count, 2);
	third = clone;
	profile_close(third);
	buf_clear(&bytes);
	done();
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
	two("distance", 40);
	id = world_log(writer);
	ship(31, 10);
	ship(1, 10);
	profile_begin(reader, &t);
	assert_ok(log_number_of(&t, &id, &number));
	store_abort(&t);
	h = head(reader, &id);
	assert_int_equal(h.range_count, 2);
	at = (struct log_place){ .log = number, .seq = 35, .strand = 0 };
	profile_begin(reader, &t);
	assert_err(log_before(&t, &at, 10, &to, ref), ERR_NOTFOUND);      /* in the gap */
	assert_ok(log_before(&t, &at, 3, &to, ref));
	assert_err(log_before(&t, &at, 35, &to, ref), ERR_NOTFOUND);
	store_abort(&t);
	ship(11, 20);
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
	done();
}

struct erase { uint8_t ref[EVENT_REF]; bool answers; };

static enum err erase_one(struct log_batch *b, void *user)
{
	struct erase *x = user;

	return log_erase(b, x->ref, x->answers);
}

static bool file_holds(const char *path, const char *word)
{
	struct buf data = { 0 };
	bool found = !fs_read(path, 64 << 20, &data) && memmem(data.data, data.len, word, strlen(word));

	buf_clear(&data);
	return found;
}

static void what_is_erased_goes_from_both_copies_and_the_chain_holds(void **state)
{
	struct erase x = { .answers = false };
	struct log_event e = { 0 };
	struct store_txn t;

	(void)state;
	two("erase", 5);
	assert_ok(world_append(writer, NULL, "kept", "answerWord", "secretWord", x.ref));
	assert_ok(world_append(writer, NULL, "next", NULL, NULL, NULL));
	ship(1, 100);
	assert_true(file_holds(world_path("erase-r/journal/1.evj"), "secretWord"));
	assert_ok(log_write(reader, erase_one, &x));
	assert_false(file_holds(world_path("erase-r/journal/1.evj"), "secretWord"));
	assert_true(file_holds(world_path("erase-r/journal/1.evj"), "answerWord"));
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, x.ref, &e));
	assert_true(e.event.flags & EVENT_PRIVATE_GONE);
	assert_string_equal(world_text(&e.event), "kept");
	store_abort(&t);
	assert_ok(profile_check(reader, NULL, NULL));
	/* a late copy does not bring it back, here nor after a rebuild */
	assert_int_equal(ship(1, 100).filled, 0);
	x.answers = true;
	assert_ok(log_write(reader, erase_one, &x));
	assert_false(file_holds(world_path("erase-r/journal/1.evj"), "answerWord"));
	assert_int_equal(ship(1, 100).filled, 0);
	assert_ok(profile_check(reader, NULL, NULL));
	profile_close(reader);
	assert_ok(fs_remove_tree(world_path("erase-r/store")));
	assert_ok(world_open("erase-r", true, 2, &reader));
	assert_int_equal(ship(1, 100).filled, 0);
	assert_false(file_holds(world_path("erase-r/store/data.mdb"), "secretWord"));
	assert_ok(profile_check(reader, NULL, NULL));
	log_event_clear(&e);
	done();
}

static void an_erased_event_that_comes_late_is_stripped_on_entry(void **state)
{
	struct erase x = { .answers = false };
	struct log_event e = { 0 };
	struct store_txn t;

	(void)state;
	two("late", 5);
	assert_ok(world_append(writer, NULL, "kept", "answerWord", "secretWord", x.ref));
	assert_ok(world_append(writer, NULL, "next", NULL, NULL, NULL));
	assert_ok(log_write(reader, erase_one, &x));
	assert_int_equal(ship(1, 100).added, 7);
	assert_false(file_holds(world_path("late-r/journal/1.evj"), "secretWord"));
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, x.ref, &e));
	assert_true(e.event.flags & EVENT_PRIVATE_GONE);
	store_abort(&t);
	assert_ok(profile_check(reader, NULL, NULL));
	log_event_clear(&e);
	done();
}

struct stripped { struct log_segment seg; struct log_step *steps; struct log_result result; };

static enum err import_stripped(struct log_batch *b, void *user)
{
	struct stripped *s = user;

	return log_import(b, &s->seg, s->steps, &s->result);
}

static void a_withheld_part_is_filled_in_by_a_fuller_copy_and_never_taken_back(void **state)
{
	struct stripped s = { .steps = calloc(16, sizeof *s.steps) };
	struct event_log_id id;
	struct log_event e = { 0 };
	struct buf bytes = { 0 }, bare = { 0 };
	uint8_t ref[EVENT_REF], gone[EVENT_HASH];
	struct store_txn t;

	(void)state;
	two("withheld", 2);
	assert_ok(world_append(writer, NULL, "kept", "answerWord", "secretWord", ref));
	id = world_log(writer);
	profile_begin(writer, &t);
	assert_ok(log_export(&t, &id, 1, NULL, 100, 1 << 20, &bytes, &s.seg));
	store_abort(&t);
	assert_ok(log_segment_read(&s.seg, s.steps));
	/* the same segment with the private part of its last event withheld */
	buf_put(&bare, s.seg.events, (size_t)(s.steps[2].bytes - s.seg.events));
	event_commit_private(&s.steps[2].event, gone);
	s.steps[2].event.flags |= EVENT_PRIVATE_GONE;
	s.steps[2].event.private_commitment = gone;
	assert_ok(event_encode(&s.steps[2].event, &(struct event_base){ s.steps[2].base.lamport, s.steps[2].base.wall, s.steps[2].base.boot, s.steps[2].base.uptime }, &bare));
	s.seg.events = (const uint8_t *)bare.data;
	s.seg.len = bare.len;
	assert_ok(log_segment_read(&s.seg, s.steps));
	assert_ok(log_write(reader, import_stripped, &s));
	assert_int_equal(s.result.added, 3);
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, ref, &e));
	assert_true(e.event.flags & EVENT_PRIVATE_GONE);
	store_abort(&t);
	assert_int_equal(ship(1, 100).filled, 1);
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, ref, &e));
	assert_false(e.event.flags & EVENT_PRIVATE_GONE);
	assert_true(e.event.private_part.len > 0);
	store_abort(&t);
	assert_ok(log_write(reader, import_stripped, &s));
	assert_int_equal(s.result.filled, 0);
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, ref, &e));
	assert_false(e.event.flags & EVENT_PRIVATE_GONE);
	store_abort(&t);
	assert_ok(profile_check(reader, NULL, NULL));
	/* what was filled in also survives the loss of the store */
	profile_close(reader);
	assert_ok(fs_remove_tree(world_path("withheld-r/store")));
	assert_ok(world_open("withheld-r", true, 2, &reader));
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, ref, &e));
	assert_false(e.event.flags & EVENT_PRIVATE_GONE);
	store_abort(&t);
	log_event_clear(&e);
	buf_clear(&bytes);
	buf_clear(&bare);
	free(s.steps);
	done();
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
	two("ack", 5);
	a.id = world_log(writer);
	h = head(writer, &a.id);
	a.seq = 5;
	memcpy(a.hash, h.hash, EVENT_HASH);
	assert_ok(log_write(writer, acknowledge, &a));
	assert_false(a.contradicts);
	assert_int_equal(head(writer, &a.id).acked, 5);
	/* higher than ours: the device was restored */
	a.seq = 9;
	assert_ok(log_write(writer, acknowledge, &a));
	assert_true(a.contradicts);
	assert_int_equal(head(writer, &a.id).acked, 5);
	assert_ok(world_append(writer, NULL, "after", NULL, NULL, NULL));
	assert_non_null(strstr(world_texts(writer), "*4 after"));
	/* another hash at a number we hold */
	a.id = world_log(writer);
	a.seq = 1;
	assert_ok(log_write(writer, acknowledge, &a));
	done();
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
	two("scopes", 3);
	assert_ok(world_append(writer, &village, "v", NULL, NULL, NULL));
	assert_ok(world_append(writer, NULL, "4", NULL, NULL, NULL));
	assert_ok(world_append(writer, &village, "w", NULL, NULL, NULL));
	profile_begin(writer, &t);
	assert_ok(log_heads(&t, find_scope, &id));
	store_abort(&t);
	assert_int_equal(head(writer, &id).seq, 3);
	assert_string_equal(world_texts(writer), "*0 2 3 4 *0 v w");
	done();
}

static void lamport_follows_what_was_seen_but_no_further_than_the_limit(void **state)
{
	struct log_event e = { 0 };
	struct store_txn t;
	struct log_segment seg = { .first = 2, .count = 1 };
	struct log_step step;
	struct stripped s = { .steps = &step };
	struct event far = { .kind = 900, .lamport = (uint64_t)1 << 40, .public_part = { (const uint8_t *)"\x80", 1 } };
	struct event_base base = { 0 };
	struct buf bytes = { 0 };
	uint8_t ref[EVENT_REF];

	(void)state;
	two("lamport", 10);
	ship(1, 100);
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
	assert_ok(log_write(reader, import_stripped, &s));
	assert_true(s.result.gap);
	assert_ok(world_append(reader, NULL, "y", NULL, NULL, ref));
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, ref, &e));
	assert_int_equal(e.event.lamport, 12 + LIMIT_LAMPORT_ADVANCE + 1);
	store_abort(&t);
	log_event_clear(&e);
	buf_clear(&bytes);
	done();
}

static void a_log_in_more_than_256_pieces_is_refused_until_some_arrive(void **state)
{
	struct event_log_id id;

	(void)state;
	two("pieces", 2 * (LIMIT_RANGES + 1) + 1);
	id = world_log(writer);
	for (int i = 1; i <= LIMIT_RANGES; i++)
		ship((uint64_t)(2 * i), 1);
	assert_int_equal(head(reader, &id).range_count, LIMIT_RANGES);
	assert_err(world_send(writer, reader, &id, 2 * (LIMIT_RANGES + 1), 1, NULL), ERR_LIMIT);
	assert_int_equal(head(reader, &id).range_count, LIMIT_RANGES);
	ship(1, 3);
	assert_int_equal(ship(2 * (LIMIT_RANGES + 1), 1).added, 1);
	ship(1, 2000);
	assert_int_equal(head(reader, &id).range_count, 1);
	assert_ok(profile_check(reader, NULL, NULL));
	done();
}

static void an_export_ends_where_a_signature_is_held(void **state)
{
	struct event_log_id id;
	struct log_segment seg;
	struct store_txn t;
	struct buf bytes = { 0 };

	(void)state;
	two("signed", 20);
	id = world_log(writer);
	ship(1, 12);                                              /* one segment: one signature, at 12 */
	profile_begin(reader, &t);
	assert_ok(log_export(&t, &id, 3, NULL, 100, 1 << 20, &bytes, &seg));
	assert_int_equal(seg.count, 10);
	assert_err(log_export(&t, &id, 3, NULL, 5, 1 << 20, &bytes, &seg), ERR_NOTFOUND);
	assert_err(log_export(&t, &id, 13, NULL, 5, 1 << 20, &bytes, &seg), ERR_NOTFOUND);
	store_abort(&t);
	ship(5, 3);                                               /* held, but its signature is new */
	profile_begin(reader, &t);
	assert_ok(log_export(&t, &id, 3, NULL, 6, 1 << 20, &bytes, &seg));
	assert_int_equal(seg.count, 5);
	store_abort(&t);
	buf_clear(&bytes);
	done();
}

static void a_first_event_that_does_not_follow_from_its_name_is_refused(void **state)
{
	struct log_segment seg = { .first = 1, .count = 1 };
	struct log_step step;
	struct stripped s = { .steps = &step };
	struct event e = { .kind = 900, .lamport = 1, .public_part = { (const uint8_t *)"\x80", 1 } };
	struct event_base base = { 0 };
	struct buf bytes = { 0 };

	(void)state;
	two("first", 2);
	assert_ok(event_encode(&e, &base, &bytes));
	seg.events = (const uint8_t *)bytes.data;
	seg.len = bytes.len;
	assert_ok(log_segment_read(&seg, &step));
	s.seg = seg;
	assert_err(log_write(reader, import_stripped, &s), ERR_FORMAT);
	assert_string_equal(world_texts(reader), "");
	buf_clear(&bytes);
	done();
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
	two("fails", 4);
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
	done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_arrives_as_it_was_written),
		cmocka_unit_test(pieces_in_any_order_make_one_whole_log),
		cmocka_unit_test(a_gap_is_shown_and_closes),
		cmocka_unit_test(two_copies_of_a_device_make_a_split_that_loses_nothing),
		cmocka_unit_test(distances_find_their_event_across_joined_pieces),
		cmocka_unit_test(what_is_erased_goes_from_both_copies_and_the_chain_holds),
		cmocka_unit_test(an_erased_event_that_comes_late_is_stripped_on_entry),
		cmocka_unit_test(a_withheld_part_is_filled_in_by_a_fuller_copy_and_never_taken_back),
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
