#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "sync/keys/enrol.h"
#include "sync/keys/town.h"

#include <stdlib.h>
#include <sys/stat.h>

static char dir[64];
static struct keys_identity *staff;
static struct keys_roots roots;

static int found(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/xuncha-root.XXXXXX");
	if (!mkdtemp(dir) || keys_identity_new(NULL, &staff))
		return 1;
	return keys_town_found(dir, "石桥镇", "990101100", staff, &roots) != ERR_OK;
}

static int drop(void **state)
{
	(void)state;
	keys_identity_free(staff);
	keys_roots_clear(&roots);
	return fs_remove_tree(dir) != ERR_OK;
}

static const struct keys_head heads[] = { { 7, 12, { 1, 2, 3 } } };

static void rotate(void)
{
	assert_ok(keys_town_rotate(dir, staff, heads, 1, &roots));
}

static void a_township_is_founded_once_and_only_staff_may_use_its_authority(void **state)
{
	struct keys_identity *stranger, *t;
	struct keys_roots again = { 0 };

	(void)state;
	assert_err(keys_town_found(dir, "青溪镇", "990101101", staff, &again), ERR_EXISTS);
	keys_roots_clear(&again);
	assert_ok(keys_identity_new(NULL, &stranger));
	assert_err(keys_town_authority(dir, stranger, &t), ERR_DENIED);
	assert_err(keys_town_admit(dir, stranger, keys_identity_public(stranger)), ERR_DENIED);
	assert_ok(keys_town_admit(dir, staff, keys_identity_public(stranger)));
	assert_ok(keys_town_authority(dir, stranger, &t));
	assert_memory_equal(keys_identity_public(t)->sign, keys_roots_newest(&roots)->authority, KEYS_PK);
	keys_identity_free(t);
	keys_identity_free(stranger);
}

static void the_daemon_s_keys_are_for_its_owner_s_eyes_and_open_nothing_of_t(void **state)
{
	struct keys_identity *receipt, *t;
	struct keys_ring *boxes;
	struct buf path = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(stat(fs_path(&path, dir, "daemon.1"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0400);
	assert_int_equal(stat(fs_path(&path, dir, "recovery.1"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0400);
	assert_ok(keys_town_daemon(dir, &receipt, &boxes));
	assert_memory_equal(keys_identity_public(receipt)->sign, keys_roots_newest(&roots)->receipt, KEYS_PK);
	assert_err(keys_town_authority(dir, receipt, &t), ERR_DENIED);
	keys_identity_free(receipt);
	keys_ring_free(boxes);
	buf_clear(&path);
}

static void a_rotation_changes_every_key_and_old_boxes_still_open(void **state)
{
	struct keys_root before = *keys_roots_newest(&roots);
	const struct keys_root *now;
	struct keys_identity *receipt, *t;
	struct keys_ring *boxes;
	uint8_t id[KEYS_ID];

	(void)state;
	rotate();
	now = keys_roots_newest(&roots);
	assert_int_equal(now->version, 2);
	assert_memory_not_equal(now->authority, before.authority, KEYS_PK);
	assert_memory_not_equal(now->box, before.box, KEYS_PK);
	assert_memory_not_equal(now->receipt, before.receipt, KEYS_PK);
	assert_memory_not_equal(now->keys[0], before.keys[0], KEYS_PK);
	assert_int_equal(now->head_count, 1);
	assert_int_equal(now->heads[0].seq, 12);
	assert_ok(keys_town_daemon(dir, &receipt, &boxes));
	keys_box_id(before.box, id);
	assert_true(keys_ring_has(boxes, id));
	keys_box_id(now->box, id);
	assert_true(keys_ring_has(boxes, id));
	assert_ok(keys_town_authority(dir, staff, &t));
	assert_memory_equal(keys_identity_public(t)->sign, now->authority, KEYS_PK);
	keys_identity_free(t);
	keys_identity_free(receipt);
	keys_ring_free(boxes);
}

static void a_device_that_missed_three_rotations_walks_the_whole_chain(void **state)
{
	struct keys_roots device = { 0 };
	struct buf chain = { 0 };
	uint8_t ours[KEYS_TOWNSHIP], theirs[KEYS_TOWNSHIP];

	(void)state;
	assert_ok(keys_roots_add(&device, roots.at[0].bytes, roots.at[0].len));
	rotate();
	rotate();
	rotate();
	assert_err(keys_roots_add(&device, roots.at[3].bytes, roots.at[3].len), ERR_HELD);     /* skipped root */
	assert_err(keys_roots_add(&device, roots.at[2].bytes, roots.at[2].len), ERR_HELD);
	assert_int_equal(device.count, 1);
	keys_roots_put(&roots, 0, &chain);
	assert_ok(keys_roots_add_all(&device, chain.data, chain.len));
	assert_int_equal(keys_roots_newest(&device)->version, 4);
	assert_ok(keys_roots_add_all(&device, chain.data, chain.len));                        /* rollback: old roots change nothing */
	assert_int_equal(keys_roots_newest(&device)->version, 4);
	keys_roots_township(&roots, ours);
	keys_roots_township(&device, theirs);
	assert_memory_equal(ours, theirs, KEYS_TOWNSHIP);
	for (size_t n = 1; n < chain.len; n++) {
		struct keys_roots cut = { 0 };
		enum err e = keys_roots_add_all(&cut, chain.data, n);

		assert_true(e == ERR_FORMAT || (!e && cut.count < 4));
		keys_roots_clear(&cut);
	}
	buf_clear(&chain);
	keys_roots_clear(&device);
}

/* A root document like the newest, a version on, changed by the caller. */
static struct keys_root next_root(void)
{
	struct keys_root r = *keys_roots_newest(&roots);

	r.version++;
	return r;
}

static enum err offer(const struct keys_root *r, struct keys_identity *const *signers, size_t n)
{
	struct buf doc = { 0 };
	enum err e = keys_root_make(r, signers, n, &doc);

	if (!e)
		e = keys_roots_add(&roots, doc.data, doc.len);
	buf_clear(&doc);
	return e;
}

static void a_root_of_a_stranger_or_of_new_keys_alone_is_refused(void **state)
{
	struct keys_identity *stranger;
	struct keys_root r = next_root();

	(void)state;
	assert_ok(keys_identity_new(NULL, &stranger));
	assert_err(offer(&r, &stranger, 1), ERR_SIGNATURE);                                   /* arbitrary */
	memcpy(r.keys[0], keys_identity_public(stranger)->sign, KEYS_PK);
	assert_err(offer(&r, &stranger, 1), ERR_SIGNATURE);                                   /* signs for itself only */
	r.version = 1;
	assert_err(offer(&r, &stranger, 1), ERR_CONFLICT);                                    /* mix and match */
	r.version = 1u << 31;
	assert_err(offer(&r, &stranger, 1), ERR_HELD);                                        /* fast forward */
	assert_int_equal(roots.count, 1);
	keys_identity_free(stranger);
}

static void a_threshold_counts_keys_not_signatures(void **state)
{
	struct keys_identity *k[3], *twice[2];
	struct keys_roots own = { 0 };
	struct keys_root r = *keys_roots_newest(&roots);
	struct buf doc = { 0 };

	(void)state;
	r.key_count = 3;
	r.threshold = 2;
	for (int i = 0; i < 3; i++) {
		assert_ok(keys_identity_new(NULL, &k[i]));
		memcpy(r.keys[i], keys_identity_public(k[i])->sign, KEYS_PK);
	}
	twice[0] = twice[1] = k[1];
	assert_ok(keys_root_make(&r, twice, 2, &doc));
	assert_err(keys_roots_add(&own, doc.data, doc.len), ERR_SIGNATURE);                   /* threshold - 1, twice the same */
	buf_reset(&doc);
	assert_ok(keys_root_make(&r, k + 1, 2, &doc));
	assert_ok(keys_roots_add(&own, doc.data, doc.len));
	memcpy(r.keys[2], r.keys[1], KEYS_PK);                                                /* duplicate key id */
	buf_reset(&doc);
	assert_ok(keys_root_make(&r, k, 3, &doc));
	keys_roots_clear(&own);
	assert_err(keys_roots_add(&own, doc.data, doc.len), ERR_FORMAT);
	buf_clear(&doc);
	for (int i = 0; i < 3; i++)
		keys_identity_free(k[i]);
}

static void the_recovery_key_signs_when_the_root_key_is_lost(void **state)
{
	struct keys_identity *fresh, *t;
	struct buf path = { 0 };

	(void)state;
	assert_ok(keys_identity_new(NULL, &fresh));
	assert_err(keys_town_rotate(dir, fresh, heads, 1, &roots), ERR_DENIED);
	assert_err(keys_town_recover(dir, fs_path(&path, dir, "pepper"), fresh, heads, 1, &roots), ERR_NOTFOUND);
	assert_ok(keys_town_recover(dir, fs_path(&path, dir, "recovery.1"), fresh, heads, 1, &roots));
	assert_int_equal(keys_roots_newest(&roots)->version, 2);
	assert_ok(keys_town_authority(dir, fresh, &t));
	keys_identity_free(t);
	assert_err(keys_town_authority(dir, staff, &t), ERR_DENIED);
	keys_identity_free(fresh);
	buf_clear(&path);
}

static void every_changed_byte_of_a_root_is_refused(void **state)
{
	struct keys_root_doc *d = &roots.at[0];

	(void)state;
	for (size_t i = 0; i < d->len; i++) {
		struct keys_roots one = { 0 };
		uint8_t *copy = malloc(d->len);

		memcpy(copy, d->bytes, d->len);
		copy[i] ^= 1;
		assert_int_not_equal(keys_roots_add(&one, copy, d->len), ERR_OK);
		assert_int_equal(one.count, 0);
		free(copy);
		copy = malloc(i ? i : 1);
		memcpy(copy, d->bytes, i);
		assert_err(keys_roots_add(&one, copy, i), ERR_FORMAT);
		free(copy);
	}
}

static void the_township_s_code_tells_a_slip_from_a_fraud(void **state)
{
	char code[KEYS_CODE], other[KEYS_CODE];
	struct keys_roots none = { 0 };

	(void)state;
	keys_roots_code(&roots, code);
	assert_int_equal(strlen(code), 32 + 6);
	assert_ok(keys_roots_confirm(&roots, code));
	for (size_t i = 0; code[i]; i++) {                    /* the check digits catch any one wrong digit */
		char right = code[i];

		if (right == ' ')
			continue;
		code[i] = right == '9' ? '0' : (char)(right + 1);
		assert_err(keys_roots_confirm(&roots, code), ERR_FORMAT);
		code[i] = right;
	}
	rotate();
	keys_roots_code(&roots, other);
	assert_err(keys_roots_confirm(&roots, code), ERR_SIGNATURE);
	assert_ok(keys_roots_confirm(&roots, other));
	assert_err(keys_roots_confirm(&roots, "12345"), ERR_FORMAT);
	assert_err(keys_roots_confirm(&roots, ""), ERR_FORMAT);
	assert_err(keys_roots_confirm(&none, other), ERR_NOTFOUND);
}

static void a_request_is_read_back_and_any_change_shows(void **state)
{
	struct keys_identity *id;
	struct keys_request r;
	struct buf b = { 0 };
	char digits[KEYS_DIGITS], other[KEYS_DIGITS];

	(void)state;
	assert_ok(keys_identity_new(NULL, &id));
	assert_ok(keys_request_make(id, "钱满仓", "07", &b));
	assert_true(b.len <= KEYS_REQUEST_MAX);
	assert_ok(keys_request_read(b.data, b.len, &r));
	assert_string_equal(r.name, "钱满仓");
	assert_memory_equal(&r.id, keys_identity_public(id), sizeof r.id);
	keys_request_digits(b.data, b.len, digits);
	assert_int_equal(strlen(digits), 20 + 3);
	for (size_t i = 0; i < b.len; i++) {
		b.data[i] ^= 1;
		assert_int_not_equal(keys_request_read(b.data, b.len, &r), ERR_OK);
		keys_request_digits(b.data, b.len, other);
		assert_string_not_equal(digits, other);
		b.data[i] ^= 1;
		assert_err(keys_request_read(b.data, i, &r), ERR_FORMAT);
	}
	keys_identity_free(id);
	buf_clear(&b);
}

static void a_grant_carries_the_chain_and_its_bundle(void **state)
{
	struct keys_roots chain = { 0 };
	struct buf b = { 0 };
	const uint8_t *bundle;
	size_t len;

	(void)state;
	rotate();
	assert_ok(keys_grant_make(&roots, "XCB1....", 8, &b));
	assert_ok(keys_grant_read(b.data, b.len, &chain, &bundle, &len));
	assert_int_equal(chain.count, 2);
	assert_int_equal(len, 8);
	assert_memory_equal(bundle, "XCB1....", 8);
	for (size_t n = 0; n < b.len - 8; n++) {
		struct keys_roots cut = { 0 };

		assert_err(keys_grant_read(b.data, n, &cut, &bundle, &len), ERR_FORMAT);
		keys_roots_clear(&cut);
	}
	keys_roots_clear(&chain);
	buf_clear(&b);
}

int main(void)
{
#define IN_TOWN(f) cmocka_unit_test_setup_teardown(f, found, drop)
	static const struct CMUnitTest tests[] = {
		IN_TOWN(a_township_is_founded_once_and_only_staff_may_use_its_authority),
		IN_TOWN(the_daemon_s_keys_are_for_its_owner_s_eyes_and_open_nothing_of_t),
		IN_TOWN(a_rotation_changes_every_key_and_old_boxes_still_open),
		IN_TOWN(a_device_that_missed_three_rotations_walks_the_whole_chain),
		IN_TOWN(a_root_of_a_stranger_or_of_new_keys_alone_is_refused),
		IN_TOWN(a_threshold_counts_keys_not_signatures),
		IN_TOWN(the_recovery_key_signs_when_the_root_key_is_lost),
		IN_TOWN(every_changed_byte_of_a_root_is_refused),
		IN_TOWN(the_township_s_code_tells_a_slip_from_a_fraud),
		IN_TOWN(a_request_is_read_back_and_any_change_shows),
		IN_TOWN(a_grant_carries_the_chain_and_its_bundle),
	};

	return keys_start() ? 1 : TAP_RUN(tests);
}
