#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/cbor.h"
#include "sync/bundle/dict.h"
#include "sync/bundle/open.h"
#include "sync/bundle/zstd.h"

#include <stdlib.h>

static struct world town;
static struct chain log_;

static int open_world(void **state)
{
	struct event_scope village = event_scope_village(world_village);

	(void)state;
	world_open(&town);
	chain_start(&log_, town.worker, &village, 42);
	chain_work(&log_, 12);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	chain_clear(&log_);
	world_close(&town);
	return 0;
}

/* What a receiver does with a file: open, then verify every segment. An exact-size copy, so that the sanitizer watches
 * its edge. */
static enum err receive(const void *data, size_t len, const struct keys_ring *ring, uint64_t *events)
{
	struct bundle *b = malloc(sizeof *b);
	void *copy = malloc(len ? len : 1);
	enum err e;

	assert_non_null(b);
	assert_non_null(copy);
	memcpy(copy, data, len);
	*events = 0;
	e = bundle_open(copy, len, town.roster, ring, b);
	for (size_t i = 0; !e && i < b->segment_count; i++) {
		const struct log_segment *s = &b->segments[i];
		const uint8_t *author = keys_roster_author(town.roster, s->id.writer);
		struct log_step *steps = calloc(s->count, sizeof *steps);

		assert_non_null(author);
		assert_non_null(steps);
		if (!(e = segment_verify(s, author, steps)))
			*events += s->count;
		free(steps);
	}
	bundle_clear(b);
	free(b);
	free(copy);
	return e;
}

static void a_bundle_opens_where_it_is_addressed_with_its_events_unchanged(void **state)
{
	struct chain *logs[] = { &log_, &town.decrees };
	struct buf file = { 0 };
	struct bundle *b = malloc(sizeof *b);
	struct log_step steps[16];

	(void)state;
	world_bundle(&town, town.worker, NULL, logs, 2, &file);
	assert_ok(bundle_open(file.data, file.len, town.roster, town.boxes, b));
	assert_int_equal(b->segment_count, 2);
	assert_int_equal(b->envelope.counter, 5);
	assert_memory_equal(b->envelope.sealer, keys_identity_public(town.worker)->writer, KEYS_WRITER);
	assert_string_equal(b->program, world_program);
	assert_string_equal(b->pack, world_pack);
	assert_int_equal(b->segments[0].count, 12);
	assert_true(event_log_same(&b->segments[0].id, &log_.id));
	assert_ok(segment_verify(&b->segments[0], keys_identity_public(town.worker)->sign, steps));
	assert_memory_equal(steps[11].hash, log_.hash, EVENT_HASH);
	assert_int_equal(b->segments[0].len, log_.wire.len);
	assert_memory_equal(b->segments[0].events, log_.wire.data, log_.wire.len);
	assert_ok(segment_verify(&b->segments[1], keys_identity_public(town.authority)->sign, steps));
	assert_err(segment_verify(&b->segments[1], keys_identity_public(town.worker)->sign, steps), ERR_SIGNATURE);
	bundle_clear(b);
	free(b);
	buf_clear(&file);
}

static void the_same_bundle_twice_has_the_same_id_and_content(void **state)
{
	struct chain *logs[] = { &log_ };
	struct buf file = { 0 };
	struct bundle_envelope a, b;
	uint64_t first, second;

	(void)state;
	world_bundle(&town, town.worker, NULL, logs, 1, &file);
	assert_ok(receive(file.data, file.len, town.boxes, &first));
	assert_ok(receive(file.data, file.len, town.boxes, &second));
	assert_int_equal(first, second);
	assert_ok(bundle_envelope_read(file.data, file.len, &a));
	assert_ok(bundle_envelope_read(file.data, file.len, &b));
	assert_memory_equal(a.id, b.id, KEYS_HASH);
	buf_clear(&file);
}

/* Three bundles: small, several chunks long, of two logs with a tick. */
static void some_bundles(struct buf files[3])
{
	struct event_scope village = event_scope_village(world_village);
	struct chain *small[] = { &log_ }, *two[] = { &town.decrees, &log_ }, noisy;
	struct chain *large[] = { &noisy };
	struct buf payload = { 0 };
	uint8_t noise[2000];

	world_bundle(&town, town.worker, NULL, small, 1, &files[0]);
	world_bundle(&town, town.receipt, NULL, two, 2, &files[1]);
	chain_start(&noisy, town.neighbour, &village, 43);
	for (int i = 0; i < 10; i++) {
		randombytes_buf(noise, sizeof noise);
		buf_reset(&payload);
		cbor_put_bytes(&payload, noise, sizeof noise);
		chain_add(&noisy, EVENT_LOOKED, &payload, NULL);
	}
	world_bundle(&town, town.neighbour, NULL, large, 1, &files[2]);
	buf_clear(&payload);
	chain_clear(&noisy);
}

static void a_bundle_cut_anywhere_is_refused_with_a_reason(void **state)
{
	struct buf files[3] = { 0 };
	uint64_t events;

	(void)state;
	some_bundles(files);
	for (int i = 0; i < 3; i++) {
		for (size_t n = 0; n < files[i].len; n++) {
			assert_err(receive(files[i].data, n, town.boxes, &events), ERR_FORMAT);
			assert_true(strlen(err_detail()) > 10);
		}
		buf_putc(&files[i], 0);
		assert_err(receive(files[i].data, files[i].len, town.boxes, &events), ERR_FORMAT);
		buf_clear(&files[i]);
	}
}

/* Every bit of the file; a bit of the sealer's name makes him a stranger, all others fail at lengths or signature. */
static void a_bundle_with_any_bit_changed_is_refused(void **state)
{
	struct buf files[3] = { 0 };
	uint64_t events;

	(void)state;
	some_bundles(files);
	for (int i = 0; i < 3; i++) {
		for (size_t n = 0; n < files[i].len; n++)
			for (int bit = 0; bit < 8; bit += n < 400 ? 1 : 7) {
				enum err e;

				files[i].data[n] ^= (char)(1 << bit);
				e = receive(files[i].data, files[i].len, town.boxes, &events);
				assert_true(e == ERR_FORMAT || e == ERR_SIGNATURE || e == ERR_LIMIT || e == ERR_VERSION || (e == ERR_UNKNOWN && n >= 26 && n < 42));
				files[i].data[n] ^= (char)(1 << bit);
			}
		assert_ok(receive(files[i].data, files[i].len, town.boxes, &events));
		buf_clear(&files[i]);
	}
}

static void a_stranger_s_bundle_waits_for_his_certificate(void **state)
{
	struct event_scope village = event_scope_village(world_village);
	struct keys_identity *stranger;
	struct chain *logs[1], own;
	struct buf file = { 0 };
	uint64_t events;

	(void)state;
	assert_ok(keys_identity_new(NULL, &stranger));
	chain_start(&own, stranger, &village, 9);
	chain_work(&own, 3);
	logs[0] = &own;
	world_bundle(&town, stranger, NULL, logs, 1, &file);
	assert_err(receive(file.data, file.len, town.boxes, &events), ERR_UNKNOWN);
	world_certify(&town, stranger, "p-new", "09", 1, world_village);
	assert_ok(receive(file.data, file.len, town.boxes, &events));
	assert_int_equal(events, 3);
	buf_clear(&file);
	chain_clear(&own);
	keys_identity_free(stranger);
}

static void a_bundle_for_another_township_is_carried_unopened(void **state)
{
	struct chain *logs[] = { &log_ };
	struct keys_identity *other;
	struct keys_ring *ring;
	struct buf file = { 0 };
	uint64_t events;

	(void)state;
	assert_ok(keys_identity_new(NULL, &other));
	assert_ok(keys_ring_new(&ring));
	assert_ok(keys_ring_add_identity(ring, other));
	world_bundle(&town, town.worker, keys_identity_public(other)->box, logs, 1, &file);
	assert_err(receive(file.data, file.len, town.boxes, &events), ERR_DENIED);
	assert_ok(receive(file.data, file.len, ring, &events));
	buf_clear(&file);
	keys_ring_free(ring);
	keys_identity_free(other);
}

static void a_neighbour_relays_events_but_cannot_change_or_claim_them(void **state)
{
	struct chain *logs[] = { &log_ }, claimed;
	struct buf file = { 0 };
	uint64_t events;

	(void)state;
	world_bundle(&town, town.neighbour, NULL, logs, 1, &file);
	assert_ok(receive(file.data, file.len, town.boxes, &events));
	assert_int_equal(events, 12);
	buf_reset(&file);
	claimed = log_;                                     /* the same bytes under the neighbour's own name */
	memcpy(claimed.id.writer, keys_identity_public(town.neighbour)->writer, EVENT_WRITER);
	logs[0] = &claimed;
	world_bundle(&town, town.neighbour, NULL, logs, 1, &file);
	assert_err(receive(file.data, file.len, town.boxes, &events), ERR_SIGNATURE);
	buf_clear(&file);
}

static void the_length_of_a_bundle_is_told_from_its_start(void **state)
{
	struct chain *logs[] = { &log_ };
	struct buf file = { 0 };
	uint8_t sealer[KEYS_WRITER];
	size_t whole;

	(void)state;
	world_bundle(&town, town.worker, NULL, logs, 1, &file);
	for (size_t n = 0; n < BUNDLE_START; n++)
		assert_err(bundle_start_read(file.data, n, &whole, sealer), ERR_HELD);
	assert_ok(bundle_start_read(file.data, BUNDLE_START, &whole, sealer));
	assert_int_equal(whole, file.len);
	assert_memory_equal(sealer, keys_identity_public(town.worker)->writer, KEYS_WRITER);
	assert_err(bundle_start_read("PK\3\4", 4, &whole, sealer), ERR_FORMAT);
	buf_clear(&file);
}

/* What was sealed with a dictionary needs it for ever: its bytes may not change under its name. */
static void the_dictionary_is_named_by_its_hash_and_shrinks_what_is_like_it(void **state)
{
	static const uint8_t none[BUNDLE_DICTIONARY];
	struct buf with = { 0 }, without = { 0 }, back = { 0 };
	uint8_t hash[KEYS_HASH];

	(void)state;
	assert_true(bundle_dict_count > 0);
	for (size_t i = 0; i < bundle_dict_count; i++) {
		keys_hash(bundle_dicts[i].data, bundle_dicts[i].len, hash);
		assert_memory_equal(hash, bundle_dicts[i].id, BUNDLE_DICTIONARY);
		assert_true(bundle_zstd_knows(bundle_dicts[i].id));
	}
	assert_ok(bundle_zstd_shrink(log_.wire.data, log_.wire.len, none, &without));
	assert_ok(bundle_zstd_shrink(log_.wire.data, log_.wire.len, bundle_zstd_dictionary(), &with));
	assert_true(with.len < without.len);
	assert_ok(bundle_zstd_expand(with.data, with.len, log_.wire.len, bundle_zstd_dictionary(), &back));
	assert_memory_equal(back.data, log_.wire.data, log_.wire.len);
	buf_reset(&back);
	assert_int_not_equal(bundle_zstd_expand(with.data, with.len, log_.wire.len, none, &back), ERR_OK);      /* another dictionary */
	assert_int_equal(back.len, 0);
	buf_clear(&with);
	buf_clear(&without);
	buf_clear(&back);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bundle_opens_where_it_is_addressed_with_its_events_unchanged),
		cmocka_unit_test(the_same_bundle_twice_has_the_same_id_and_content),
		cmocka_unit_test(a_bundle_cut_anywhere_is_refused_with_a_reason),
		cmocka_unit_test(a_bundle_with_any_bit_changed_is_refused),
		cmocka_unit_test(a_stranger_s_bundle_waits_for_his_certificate),
		cmocka_unit_test(a_bundle_for_another_township_is_carried_unopened),
		cmocka_unit_test(a_neighbour_relays_events_but_cannot_change_or_claim_them),
		cmocka_unit_test(the_dictionary_is_named_by_its_hash_and_shrinks_what_is_like_it),
		cmocka_unit_test(the_length_of_a_bundle_is_told_from_its_start),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return keys_start() || cmocka_run_group_tests(tests, open_world, close_world);
}
