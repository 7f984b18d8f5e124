#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/cbor.h"

#include <stdlib.h>

static struct world town;

static int open_world(void **state)
{
	(void)state;
	world_open(&town);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&town);
	return 0;
}

static const uint8_t *name_of(const struct keys_identity *id)
{
	return keys_identity_public(id)->writer;
}

static struct event_log_id log_of(const struct keys_identity *id, const char *scope, uint64_t epoch)
{
	struct event_log_id log = { .epoch = epoch };

	memcpy(log.writer, name_of(id), EVENT_WRITER);
	assert_ok(event_scope_parse(scope, &log.scope));
	return log;
}

static void revoke(const struct keys_identity *id, const struct keys_bound *bounds, size_t n)
{
	struct keys_revoke r = { .bound_count = n, .reason = "设备遗失" };
	struct buf b = { 0 };

	memcpy(r.writer, name_of(id), KEYS_WRITER);
	r.bounds = malloc((n ? n : 1) * sizeof *r.bounds);
	if (n)
		memcpy(r.bounds, bounds, n * sizeof *bounds);
	assert_ok(keys_revoke_encode(&r, &b));
	world_decree(&town, EVENT_REVOKE, &b);
	keys_revoke_clear(&r);
	buf_clear(&b);
}

static void a_certificate_says_who_may_write_where(void **state)
{
	struct event_scope village = event_scope_village(world_village), other = event_scope_village("990101100202"), all = event_scope_all();
	struct event_scope own = event_scope_writer(name_of(town.worker));

	(void)state;
	assert_true(keys_roster_writes(town.roster, name_of(town.worker), &village));
	assert_true(keys_roster_writes(town.roster, name_of(town.worker), &own));
	assert_false(keys_roster_writes(town.roster, name_of(town.neighbour), &own));
	assert_false(keys_roster_writes(town.roster, name_of(town.worker), &other));
	assert_false(keys_roster_writes(town.roster, name_of(town.worker), &all));
	assert_true(keys_roster_writes(town.roster, name_of(town.staff), &other));
	assert_true(keys_roster_writes(town.roster, name_of(town.authority), &all));
	assert_false(keys_roster_writes(town.roster, name_of(town.authority), &village));
	assert_false(keys_roster_writes(town.roster, name_of(town.receipt), &village));
	assert_null(keys_roster_author(town.roster, name_of(town.receipt)));           /* R relays and never authors */
	assert_non_null(keys_roster_sealer(town.roster, name_of(town.receipt)));
	assert_string_equal(keys_roster_find_label(town.roster, "08")->person, "p-neighbour");
	assert_false(keys_roster_same_person(town.roster, name_of(town.worker), name_of(town.neighbour)));
}

static void a_second_certificate_adds_and_takes_nothing_away(void **state)
{
	struct event_scope first = event_scope_village(world_village), second = event_scope_village("990101100202");

	(void)state;
	world_certify(&town, town.worker, "p-worker", "17", 2, "990101100202");
	assert_true(keys_roster_writes(town.roster, name_of(town.worker), &first));
	assert_true(keys_roster_writes(town.roster, name_of(town.worker), &second));
	assert_true(keys_roster_has_role(town.roster, name_of(town.worker), 1));
	assert_true(keys_roster_has_role(town.roster, name_of(town.worker), 2));
	assert_string_equal(keys_roster_find(town.roster, name_of(town.worker))->label, "17");
}

static void after_a_loss_only_what_came_before_it_is_trusted(void **state)
{
	struct event_log_id listed = log_of(town.worker, world_village, 42), unlisted = log_of(town.worker, world_village, 43);
	struct keys_bound bound = { .scope = listed.scope, .epoch = 42, .seq = 120, .hash = { 9 } };
	uint8_t other[EVENT_HASH] = { 8 };

	(void)state;
	assert_int_equal(keys_roster_standing(town.roster, &unlisted, 1, other), KEYS_TRUSTED);
	revoke(town.worker, &bound, 1);
	assert_true(keys_roster_find(town.roster, name_of(town.worker))->revoked);
	assert_int_equal(keys_roster_standing(town.roster, &listed, 119, other), KEYS_TRUSTED);
	assert_int_equal(keys_roster_standing(town.roster, &listed, 120, bound.hash), KEYS_TRUSTED);
	assert_int_equal(keys_roster_standing(town.roster, &listed, 120, other), KEYS_AFTER_LOSS);
	assert_int_equal(keys_roster_standing(town.roster, &listed, 121, other), KEYS_AFTER_LOSS);
	assert_int_equal(keys_roster_standing(town.roster, &unlisted, 1, other), KEYS_AFTER_LOSS);
	assert_non_null(keys_roster_author(town.roster, name_of(town.worker)));        /* its signatures still verify */
}

static void of_several_revocations_the_lowest_bound_holds(void **state)
{
	struct event_log_id a = log_of(town.worker, world_village, 42), b = log_of(town.worker, world_village, 43);
	struct keys_bound first[] = { { a.scope, 42, 120, { 1 } }, { a.scope, 43, 5, { 1 } } }, second[] = { { a.scope, 42, 100, { 2 } } };
	uint8_t hash[EVENT_HASH] = { 0 };

	(void)state;
	revoke(town.worker, first, 2);
	assert_int_equal(keys_roster_standing(town.roster, &b, 4, hash), KEYS_TRUSTED);
	revoke(town.worker, second, 1);
	assert_int_equal(keys_roster_standing(town.roster, &a, 101, hash), KEYS_AFTER_LOSS);
	assert_int_equal(keys_roster_standing(town.roster, &a, 99, hash), KEYS_TRUSTED);
	assert_int_equal(keys_roster_standing(town.roster, &b, 4, hash), KEYS_AFTER_LOSS);    /* the second does not list it */
}

/* T's events of one life, kept to be fed in other orders. */
struct kept { struct event_log_id log; uint64_t seq; uint8_t hash[EVENT_HASH]; struct event e; };

static size_t keep_all(struct kept *out, size_t max)
{
	struct log_segment s = chain_segment(&town.decrees, (uint32_t)town.decrees.seq);
	struct event_base base = s.base;
	size_t at = 0, n = 0;

	for (; at < s.len; n++) {
		size_t used;

		assert_true(n < max);
		assert_ok(event_decode(s.events + at, s.len - at, &base, &out[n].e, &used));
		event_hash(&out[n].e, n ? out[n - 1].hash : s.previous, out[n].hash);
		out[n].log = s.id;
		out[n].seq = n + 1;
		at += used;
	}
	return n;
}

static void describe(const struct keys_roster *r, struct buf *out)
{
	for (size_t i = 0; i < keys_roster_count(r); i++) {
		const struct keys_writer *w = keys_roster_at(r, i);

		if (!w)
			continue;
		buf_put(out, w->writer, KEYS_WRITER);
		buf_printf(out, "%s %s %u %d", w->person, w->label, w->roles, w->revoked);
		for (size_t k = 0; k < w->scope_count; k++)
			event_scope_put(&w->scopes[k], out);
	}
}

static void the_roster_does_not_depend_on_the_order_of_arrival(void **state)
{
	struct keys_bound bound = { .scope = event_scope_village(world_village), .epoch = 42, .seq = 7 };
	struct buf want = { 0 }, got = { 0 };
	struct kept kept[32];
	size_t n;

	(void)state;
	for (int i = 0; i < 20; i++) {
		char label[8], scope[16];

		snprintf(label, sizeof label, "L%d", i);
		snprintf(scope, sizeof scope, "9901011002%02d", 40 - i);
		world_certify(&town, town.worker, "p-worker", label, 1u << (i % 9), scope);
	}
	revoke(town.neighbour, &bound, 1);
	describe(town.roster, &want);
	n = keep_all(kept, 32);
	for (int round = 0; round < 50; round++) {
		struct keys_roster *r;

		assert_ok(keys_roster_new(&town.roots, &r));
		for (size_t i = n; i > 1; i--) {
			size_t k = randombytes_uniform((uint32_t)i);
			struct kept swap = kept[k];

			kept[k] = kept[i - 1];
			kept[i - 1] = swap;
		}
		for (size_t i = 0; i < n; i++) {
			assert_ok(keys_roster_event(r, &kept[i].log, kept[i].seq, kept[i].hash, &kept[i].e, NULL));
			assert_ok(keys_roster_event(r, &kept[i / 2].log, kept[i / 2].seq, kept[i / 2].hash, &kept[i / 2].e, NULL));
		}
		buf_reset(&got);
		describe(r, &got);
		assert_int_equal(got.len, want.len);
		assert_memory_equal(got.data, want.data, want.len);
		keys_roster_free(r);
	}
	buf_clear(&want);
	buf_clear(&got);
}

static void only_t_makes_certificates(void **state)
{
	struct event_log_id own = log_of(town.worker, "all", 1), staff = log_of(town.staff, "all", 1);
	struct keys_cert c = { .roles = 8 };
	struct buf b = { 0 };
	struct event e = { .kind = EVENT_CERT };
	uint8_t hash[EVENT_HASH] = { 0 };

	(void)state;
	memcpy(c.sign, keys_identity_public(town.worker)->sign, KEYS_PK);
	assert_ok(keys_cert_encode(&c, &b));
	e.public_part = (struct event_part){ (const uint8_t *)b.data, b.len };
	assert_err(keys_roster_event(town.roster, &own, 1, hash, &e, NULL), ERR_DENIED);
	assert_err(keys_roster_event(town.roster, &staff, 1, hash, &e, NULL), ERR_DENIED);
	assert_false(keys_roster_has_role(town.roster, name_of(town.worker), 8));
	buf_clear(&b);
}

static void a_former_t_is_believed_up_to_the_heads_that_its_successor_names(void **state)
{
	struct keys_head head = { .epoch = town.decrees.id.epoch, .seq = town.decrees.seq };
	struct kept kept[8];
	struct keys_roster *r;
	size_t n = keep_all(kept, 8);
	uint8_t forged[EVENT_HASH] = { 1 };

	(void)state;
	memcpy(head.hash, town.decrees.hash, KEYS_HASH);
	assert_ok(keys_town_rotate(town.dir, town.staff, &head, 1, &town.roots));
	assert_ok(keys_roster_new(&town.roots, &r));
	for (size_t i = 0; i < n; i++)
		assert_ok(keys_roster_event(r, &kept[i].log, kept[i].seq, kept[i].hash, &kept[i].e, NULL));
	assert_non_null(keys_roster_find(r, name_of(town.worker)));
	assert_err(keys_roster_event(r, &kept[0].log, n, forged, &kept[0].e, NULL), ERR_DENIED);
	assert_err(keys_roster_event(r, &kept[0].log, n + 1, forged, &kept[0].e, NULL), ERR_DENIED);
	kept[0].log.epoch++;
	assert_err(keys_roster_event(r, &kept[0].log, 1, forged, &kept[0].e, NULL), ERR_DENIED);
	assert_true(keys_roster_is_authority(r, name_of(town.authority)));
	assert_int_equal(keys_roster_standing(r, &kept[0].log, 1, forged), KEYS_AFTER_LOSS);
	keys_roster_free(r);
}

static void a_village_key_reaches_its_members_and_those_admitted_later(void **state)
{
	struct keys_public members[] = { *keys_identity_public(town.staff), *keys_identity_public(town.worker) };
	struct event_scope village = event_scope_village(world_village);
	struct keys_scope_key key, more;
	struct keys_ring *staff, *neighbour;
	struct buf b = { 0 };
	uint8_t pk[KEYS_PK], id[KEYS_ID];
	uint32_t version;

	(void)state;
	assert_false(keys_roster_scope_key(town.roster, &village, KEYS_SCOPE_BOX, &version, pk));
	assert_ok(keys_scope_key_make(&village, KEYS_SCOPE_BOX, 1, members, 2, &key));
	assert_ok(keys_scope_key_encode(&key, &b));
	world_decree(&town, EVENT_SCOPEKEY, &b);
	assert_true(keys_roster_scope_key(town.roster, &village, KEYS_SCOPE_BOX, &version, pk));
	assert_int_equal(version, 1);
	keys_box_id(pk, id);
	assert_ok(keys_ring_new(&staff));
	assert_ok(keys_ring_new(&neighbour));
	assert_ok(keys_ring_add_scopes(staff, town.roster, town.staff));
	assert_ok(keys_ring_add_scopes(neighbour, town.roster, town.neighbour));
	assert_true(keys_ring_has(staff, id));
	assert_false(keys_ring_has(neighbour, id));
	assert_err(keys_scope_key_admit(neighbour, &key, keys_identity_public(town.neighbour), 1, &more), ERR_DENIED);
	assert_ok(keys_scope_key_admit(staff, &key, keys_identity_public(town.neighbour), 1, &more));
	buf_reset(&b);
	assert_ok(keys_scope_key_encode(&more, &b));
	world_decree(&town, EVENT_SCOPEKEY, &b);
	assert_ok(keys_ring_add_scopes(neighbour, town.roster, town.neighbour));
	assert_true(keys_ring_has(neighbour, id));
	keys_scope_key_clear(&key);
	keys_scope_key_clear(&more);
	keys_ring_free(staff);
	keys_ring_free(neighbour);
	buf_clear(&b);
}

int main(void)
{
#define IN_TOWN(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
	static const struct CMUnitTest tests[] = {
		IN_TOWN(a_certificate_says_who_may_write_where),
		IN_TOWN(a_second_certificate_adds_and_takes_nothing_away),
		IN_TOWN(after_a_loss_only_what_came_before_it_is_trusted),
		IN_TOWN(of_several_revocations_the_lowest_bound_holds),
		IN_TOWN(the_roster_does_not_depend_on_the_order_of_arrival),
		IN_TOWN(only_t_makes_certificates),
		IN_TOWN(a_former_t_is_believed_up_to_the_heads_that_its_successor_names),
		IN_TOWN(a_village_key_reaches_its_members_and_those_admitted_later),
	};

	return keys_start() ? 1 : TAP_RUN(tests);
}
