#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "sync/bundle/blob.h"
#include "sync/bundle/receipt.h"

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

static void fill(struct receipt *r, size_t n)
{
	memset(r, 0, sizeof *r);
	keys_roots_township(&town.roots, r->township);
	memset(r->bundle, 7, sizeof r->bundle);
	r->time = 1767225600123;
	r->tick = 9;
	r->count = n;
	for (size_t i = 0; i < n; i++)
		r->at[i] = (struct receipt_entry){ .writer = { 1 }, .scope = { 2 }, .epoch = 3 + i, .seq = 4, .hash = { 5 } };
}

static void a_receipt_is_read_back_and_any_change_shows(void **state)
{
	struct receipt r, back;
	struct buf b = { 0 };

	(void)state;
	fill(&r, 3);
	assert_ok(receipt_make(&r, town.receipt, &b));
	assert_ok(receipt_read(b.data, b.len, &town.roots, &back));
	assert_memory_equal(&r, &back, sizeof r);
	for (size_t i = 0; i < b.len; i++) {
		enum err e;

		b.data[i] ^= 1;
		e = receipt_read(b.data, b.len, &town.roots, &back);
		assert_true(e == ERR_FORMAT || e == ERR_VERSION || e == ERR_LIMIT || e == ERR_UNKNOWN || e == ERR_SIGNATURE);
		b.data[i] ^= 1;
		assert_err(receipt_read(b.data, i, &town.roots, &back), ERR_FORMAT);
	}
	buf_clear(&b);
}

static void only_the_daemon_s_key_signs_receipts(void **state)
{
	struct keys_identity *const others[] = { town.worker, town.staff, town.authority };
	struct receipt r, back;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct buf b = { 0 };

		fill(&r, 1);
		assert_ok(receipt_make(&r, others[i], &b));
		assert_err(receipt_read(b.data, b.len, &town.roots, &back), ERR_SIGNATURE);
		buf_clear(&b);
	}
}

static void a_receipt_of_before_a_rotation_is_read_and_another_township_s_is_not(void **state)
{
	struct keys_head head = { .epoch = 7 };
	struct receipt r, back;
	struct buf b = { 0 };
	struct world other;

	(void)state;
	fill(&r, 1);
	assert_ok(receipt_make(&r, town.receipt, &b));
	assert_ok(keys_town_rotate(town.dir, town.staff, &head, 1, &town.roots));
	assert_ok(receipt_read(b.data, b.len, &town.roots, &back));
	world_open(&other);
	assert_err(receipt_read(b.data, b.len, &other.roots, &back), ERR_UNKNOWN);
	world_close(&other);
	buf_clear(&b);
}

static void a_receipt_has_its_limit(void **state)
{
	struct receipt *r = malloc(sizeof *r);
	struct buf b = { 0 };

	(void)state;
	for (size_t n = RECEIPT_ENTRIES - 1; n <= RECEIPT_ENTRIES; n++) {
		fill(r, n);
		buf_reset(&b);
		assert_ok(receipt_make(r, town.receipt, &b));
		assert_ok(receipt_read(b.data, b.len, &town.roots, r));
		assert_int_equal(r->count, n);
	}
	r->count = RECEIPT_ENTRIES + 1;
	assert_err(receipt_make(r, town.receipt, &b), ERR_LIMIT);
	b.data[6] = 1;
	b.data[7] = 1;
	assert_err(receipt_read(b.data, b.len, &town.roots, r), ERR_LIMIT);
	buf_clear(&b);
	free(r);
}

/* ---- blobs ---- */

static void a_blob_opens_only_by_the_name_and_key_in_its_event(void **state)
{
	struct keys_blob name, other;
	struct buf carried = { 0 }, content = { 0 };
	char photo[40000];

	(void)state;
	memset(photo, 'p', sizeof photo);
	assert_ok(blob_seal(photo, sizeof photo, &carried, &name));
	assert_ok(blob_open(carried.data, carried.len, &name, &content));
	assert_int_equal(content.len, sizeof photo);
	assert_memory_equal(content.data, photo, sizeof photo);
	other = name;
	other.key[0] ^= 1;
	assert_err(blob_open(carried.data, carried.len, &other, &content), ERR_FORMAT);
	for (size_t i = 0; i < carried.len; i += i < 100 ? 1 : 977) {
		carried.data[i] ^= 1;
		assert_int_not_equal(blob_open(carried.data, carried.len, &name, &content), ERR_OK);
		carried.data[i] ^= 1;
		assert_int_not_equal(blob_open(carried.data, i, &name, &content), ERR_OK);
	}
	assert_int_equal(content.len, sizeof photo);
	buf_clear(&carried);
	buf_clear(&content);
}

static void a_blob_has_its_limit(void **state)
{
	char *content = calloc(1, BLOB_CONTENT + 1);

	(void)state;
	for (size_t n = BLOB_CONTENT - 1; n <= BLOB_CONTENT + 1; n++) {
		struct buf carried = { 0 }, back = { 0 };
		struct keys_blob name;

		assert_err(blob_seal(content, n, &carried, &name), n <= BLOB_CONTENT ? ERR_OK : ERR_LIMIT);
		if (n <= BLOB_CONTENT) {
			assert_true(carried.len <= LIMIT_BLOB);
			assert_ok(blob_open(carried.data, carried.len, &name, &back));
			assert_int_equal(back.len, n);
		}
		buf_clear(&carried);
		buf_clear(&back);
	}
	free(content);
}

struct shelf { struct buf at[LIMIT_PACK_BLOBS]; struct keys_blob name[LIMIT_PACK_BLOBS]; size_t count; bool lacking; };

static enum err put(void *user, const struct keys_blob *b, const void *carried, size_t len)
{
	struct shelf *s = user;

	s->name[s->count] = *b;
	buf_put(&s->at[s->count++], carried, len);
	return ERR_OK;
}

static enum err get(void *user, const struct keys_blob *b, struct buf *carried)
{
	struct shelf *s = user;

	for (size_t i = 0; i < s->count; i++)
		if (!memcmp(s->name[i].id, b->id, KEYS_HASH) && !(s->lacking && i == 1)) {
			buf_put(carried, s->at[i].data, s->at[i].len);
			return ERR_OK;
		}
	return ERR_NOTFOUND;
}

static void a_pack_travels_in_blobs_and_waits_for_the_last(void **state)
{
	size_t len = 5 << 20;
	uint8_t *pack = malloc(len);
	struct keys_pack name = { .id = "demo", .version = "1" }, back;
	struct shelf shelf = { 0 };
	struct buf out = { 0 }, payload = { 0 };

	(void)state;
	randombytes_buf(pack, len);
	assert_ok(blob_pack_seal(pack, len, &name, put, &shelf));
	assert_int_equal(name.blob_count, 3);
	assert_ok(keys_pack_encode(&name, &payload));
	assert_ok(keys_pack_decode(payload.data, payload.len, &back));
	shelf.lacking = true;
	assert_err(blob_pack_open(&back, get, &shelf, &out), ERR_HELD);
	shelf.lacking = false;
	assert_ok(blob_pack_open(&back, get, &shelf, &out));
	assert_int_equal(out.len, len);
	assert_memory_equal(out.data, pack, len);
	for (size_t i = 0; i < shelf.count; i++) {
		assert_true(shelf.at[i].len <= LIMIT_BLOB);
		buf_clear(&shelf.at[i]);
	}
	buf_clear(&out);
	buf_clear(&payload);
	free(pack);
}

int main(void)
{
#define IN_TOWN(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
	static const struct CMUnitTest tests[] = {
		IN_TOWN(a_receipt_is_read_back_and_any_change_shows),
		IN_TOWN(only_the_daemon_s_key_signs_receipts),
		IN_TOWN(a_receipt_of_before_a_rotation_is_read_and_another_township_s_is_not),
		IN_TOWN(a_receipt_has_its_limit),
		cmocka_unit_test(a_blob_opens_only_by_the_name_and_key_in_its_event),
		cmocka_unit_test(a_blob_has_its_limit),
		cmocka_unit_test(a_pack_travels_in_blobs_and_waits_for_the_last),
	};

	return keys_start() ? 1 : TAP_RUN(tests);
}
