/* One stick goes round in two townships: each one's chain of keys reaches its own devices, whoever was at the stick last, an older
 * chain never takes the place of a newer one, and each leaves the other's bundles alone. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "sync/bundle/seal.h"
#include "sync/bundle/segment.h"
#include "sync/exchange/folder/folder.h"
#include "sync/exchange/inbox/inbox.h"
#include "sync/exchange/outbox/downlink.h"
#include "sync/exchange/outbox/status.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/exchange/trust/trust.h"
#include "tests/bundle/chain.h"
#include "tests/ledger/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct profile *stone, *willow, *device, *other;      /* two townships, a device of each */
static char stick[600];

static struct profile *found(const char *name, const char *title, const char *code)
{
	struct profile *p;

	assert_ok(enrol_found(world_path(name), title, code, "周敏", "246810", keys_kdf_least()));
	assert_ok(profile_open(world_path(name), &p));
	assert_ok(profile_unlock(p, NULL, "246810", NULL));
	return p;
}

static struct profile *enrol(struct profile *town, const char *name, const char *scope)
{
	struct enrol_terms terms = { .person = name, .roles = PACK_GRID, .scope_count = 1 };
	struct buf request = { 0 }, grant = { 0 };
	char label[33], code[KEYS_CODE];
	struct profile *p;

	assert_ok(event_scope_parse(scope, &terms.scopes[0]));
	assert_ok(enrol_create(world_path(name), name, "246810", keys_kdf_least()));
	assert_ok(profile_open(world_path(name), &p));
	assert_ok(profile_unlock(p, NULL, "246810", NULL));
	assert_ok(enrol_request(p, name, &request));
	assert_ok(enrol_grant(town, request.data, request.len, &terms, &grant, label));
	assert_ok(enrol_code(town, code));
	assert_ok(enrol_accept(p, grant.data, grant.len, code));
	buf_clear(&request);
	buf_clear(&grant);
	return p;
}

static int set_up(void **state)
{
	(void)state;
	stone = found("stone", "石桥镇", "990101100");
	willow = found("willow", "柳湾乡", "990101200");
	device = enrol(stone, "device", "990101100201");
	other = enrol(willow, "other", "990101200201");
	snprintf(stick, sizeof stick, "%s", world_path("stick"));
	return fs_make_dir(stick) != ERR_OK;
}

static int tear_down(void **state)
{
	(void)state;
	profile_close(stone);
	profile_close(willow);
	profile_close(device);
	profile_close(other);
	return 0;
}

static void town_visits(struct profile *p)
{
	struct folder_report r = { 0 };

	assert_ok(folder_take(p, stick, &r));
	assert_ok(downlink_fill(p, NULL));
	assert_ok(downlink_put(p, stick, &r));
}

static void device_visits(struct profile *p)
{
	struct folder_report r = { 0 };

	assert_ok(folder_sync(p, stick, &r));
}

static void each_township_s_new_keys_reach_its_devices_whoever_came_last(void **state)
{
	(void)state;
	assert_ok(trust_rotate(stone, NULL));
	assert_ok(trust_rotate(willow, NULL));
	town_visits(stone);
	town_visits(willow);
	device_visits(other);
	device_visits(device);
	assert_int_equal(device->roots.count, 2);
	assert_int_equal(other->roots.count, 2);
	assert_ok(trust_rotate(willow, NULL));                    /* and again, in the other order */
	assert_ok(trust_rotate(stone, NULL));
	town_visits(willow);
	town_visits(stone);
	device_visits(device);
	device_visits(other);
	assert_int_equal(device->roots.count, 3);
	assert_int_equal(other->roots.count, 3);
}

static void an_older_chain_does_not_take_the_place_of_a_newer_one(void **state)
{
	struct profile *late = enrol(stone, "late", "990101100201");
	struct buf old = { 0 }, newest = { 0 }, path = { 0 }, found_there = { 0 };
	struct folder_report r = { 0 };

	(void)state;
	assert_int_equal(late->roots.count, 3);
	keys_roots_put(&late->roots, 0, &old);
	assert_ok(trust_rotate(stone, NULL));
	keys_roots_put(&stone->roots, 0, &newest);
	assert_ok(fs_remove_tree(stick));
	assert_ok(fs_make_dir(stick));
	town_visits(stone);
	/* a device that could not take it in first gives what it knows */
	assert_ok(downlink_relay(late, stick, &r));
	assert_int_equal(late->roots.count, 3);
	assert_ok(fs_read(fs_path(&path, stick, "XUNCHA/down/roots"), 1 << 20, &found_there));
	assert_int_equal(found_there.len, newest.len);
	assert_memory_equal(found_there.data, newest.data, newest.len);
	/* one that is damaged, or nobody's, is replaced */
	assert_ok(fs_write(buf_str(&path), "damaged", 7));
	assert_ok(downlink_relay(late, stick, &r));
	assert_ok(fs_read(buf_str(&path), 1 << 20, &found_there));
	assert_memory_equal(found_there.data, old.data, old.len);
	buf_clear(&old);
	buf_clear(&newest);
	buf_clear(&path);
	buf_clear(&found_there);
	profile_close(late);
}

/* Whoever is new on a device has nothing kept beside the store: looking for that must not take the place of what was wrong. */
static void another_townships_chain_is_refused_by_what_is_wrong_with_it(void **state)
{
	struct buf chain = { 0 };
	char detail[256];

	(void)state;
	assert_ok(enrol_add(device, "新人", "246810", keys_kdf_least()));
	assert_ok(profile_unlock(device, "新人", "246810", NULL));
	keys_roots_put(&willow->roots, 0, &chain);
	assert_err(profile_roots_add(device, chain.data, chain.len), ERR_CONFLICT);
	snprintf(detail, sizeof detail, "%s", err_detail());
	assert_non_null(strstr(detail, "来自别的乡镇"));
	assert_int_equal(device->roots.count, 3);
	assert_ok(profile_unlock(device, "device", "246810", NULL));
	buf_clear(&chain);
}

/* One record sealed by somebody whom nobody knows, to one of the two. */
static void seal_by_a_stranger(const struct profile *to, struct buf *out)
{
	struct keys_identity *who = world_identity(77, false);
	struct event_scope village = event_scope_village("990101100201");
	uint8_t box[1][KEYS_PK];
	struct bundle_sealing how = { .sealer = who, .to = (const uint8_t (*)[KEYS_PK])box, .to_count = 1, .counter = 1, .wall = 1767225600000 };
	struct buf payload = { 0 }, plain = { 0 };
	struct log_segment s;
	struct chain c;

	memcpy(box[0], keys_roots_newest(&to->roots)->box, KEYS_PK);
	chain_start(&c, who, &village, 1);
	cbor_put_null(&payload);
	chain_add(&c, 900, &payload, NULL);
	s = chain_segment(&c, 1);
	segment_put(&s, c.id.writer, &plain);
	assert_ok(bundle_seal(&how, plain.data, plain.len, out, NULL));
	chain_clear(&c);
	buf_clear(&payload);
	buf_clear(&plain);
	keys_identity_free(who);
}

/* What it becomes, and by how much what is kept aside grows: for us, and of strangers. */
static void expect(struct profile *p, const struct buf *file, enum inbox_verdict verdict, uint32_t held, uint32_t strangers)
{
	struct inbox_file f = { .name = "bundle", .data = (const uint8_t *)file->data, .len = file->len };
	struct status before, now;

	assert_ok(status_read_whole(p, &before));
	assert_ok(inbox_take(p, &f, 1));
	assert_string_equal(inbox_verdict_name(f.verdict), inbox_verdict_name(verdict));
	assert_ok(status_read_whole(p, &now));
	assert_int_equal(now.held - before.held, held);
	assert_int_equal(now.strangers - before.strangers, strangers);
}

static void what_waits_is_counted_where_it_lies_and_a_neighbour_s_is_left_alone(void **state)
{
	struct buf file = { 0 };
	struct status s;

	(void)state;
	seal_by_a_stranger(stone, &file);
	expect(stone, &file, INBOX_HELD, 1, 0);
	expect(willow, &file, INBOX_FOREIGN, 0, 0);
	expect(other, &file, INBOX_HELD, 0, 1);
	expect(device, &file, INBOX_HELD, 0, 1);                  /* it has not heard of the newest root: to whom is this sealed? */
	town_visits(stone);
	device_visits(device);
	assert_ok(status_read_whole(device, &s));
	assert_int_equal(s.held, 1);
	buf_clear(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_township_s_new_keys_reach_its_devices_whoever_came_last),
		cmocka_unit_test(another_townships_chain_is_refused_by_what_is_wrong_with_it),
		cmocka_unit_test(an_older_chain_does_not_take_the_place_of_a_newer_one),
		cmocka_unit_test(what_waits_is_counted_where_it_lies_and_a_neighbour_s_is_left_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down) != 0;
}
