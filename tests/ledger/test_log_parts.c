/* Parts of an event that are erased or withheld: both copies, late arrivals, fuller ones. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "tests/ledger/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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
	pair_open("erase", 5);
	assert_ok(world_append(writer, NULL, "kept", "answerWord", "secretWord", x.ref));
	assert_ok(world_append(writer, NULL, "next", NULL, NULL, NULL));
	pair_ship(1, 100);
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
	assert_int_equal(pair_ship(1, 100).filled, 0);
	x.answers = true;
	assert_ok(log_write(reader, erase_one, &x));
	assert_false(file_holds(world_path("erase-r/journal/1.evj"), "answerWord"));
	assert_int_equal(pair_ship(1, 100).filled, 0);
	assert_ok(profile_check(reader, NULL, NULL));
	profile_close(reader);
	assert_ok(fs_remove_tree(world_path("erase-r/store")));
	assert_ok(world_open("erase-r", true, 2, &reader));
	assert_int_equal(pair_ship(1, 100).filled, 0);
	assert_false(file_holds(world_path("erase-r/store/data.mdb"), "secretWord"));
	assert_ok(profile_check(reader, NULL, NULL));
	log_event_clear(&e);
	pair_close();
}

static void an_erased_event_that_comes_late_is_stripped_on_entry(void **state)
{
	struct erase x = { .answers = false };
	struct log_event e = { 0 };
	struct store_txn t;

	(void)state;
	pair_open("late", 5);
	assert_ok(world_append(writer, NULL, "kept", "answerWord", "secretWord", x.ref));
	assert_ok(world_append(writer, NULL, "next", NULL, NULL, NULL));
	assert_ok(log_write(reader, erase_one, &x));
	assert_int_equal(pair_ship(1, 100).added, 7);
	assert_false(file_holds(world_path("late-r/journal/1.evj"), "secretWord"));
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, x.ref, &e));
	assert_true(e.event.flags & EVENT_PRIVATE_GONE);
	store_abort(&t);
	assert_ok(profile_check(reader, NULL, NULL));
	log_event_clear(&e);
	pair_close();
}

static void a_withheld_part_is_filled_in_by_a_fuller_copy_and_never_taken_back(void **state)
{
	struct pair_import s = { .steps = calloc(16, sizeof *s.steps) };
	struct event_log_id id;
	struct log_event e = { 0 };
	struct buf bytes = { 0 }, bare = { 0 };
	uint8_t ref[EVENT_REF], gone[EVENT_HASH];
	struct store_txn t;

	(void)state;
	pair_open("withheld", 2);
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
	assert_ok(log_write(reader, pair_import, &s));
	assert_int_equal(s.result.added, 3);
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, ref, &e));
	assert_true(e.event.flags & EVENT_PRIVATE_GONE);
	store_abort(&t);
	assert_int_equal(pair_ship(1, 100).filled, 1);
	profile_begin(reader, &t);
	assert_ok(log_event_get(&t, ref, &e));
	assert_false(e.event.flags & EVENT_PRIVATE_GONE);
	assert_true(e.event.private_part.len > 0);
	store_abort(&t);
	assert_ok(log_write(reader, pair_import, &s));
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
	pair_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_erased_goes_from_both_copies_and_the_chain_holds),
		cmocka_unit_test(an_erased_event_that_comes_late_is_stripped_on_entry),
		cmocka_unit_test(a_withheld_part_is_filled_in_by_a_fuller_copy_and_never_taken_back),
	};

	return TAP_RUN(tests);
}
