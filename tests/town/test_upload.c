#include "config.h"
#include "tests/tap.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/keys/hash.h"
#include "sync/town/upload.h"

#include <stdlib.h>

enum { SIZE = 6000, LIMIT = 10000, BLOB_LIMIT = 20000 };
static char id[UPLOAD_ID + 1];            /* the hash of `file` */
static char dir[32];
static uint8_t file[SIZE];

static enum err only_seven(void *user, const uint8_t sealer[UPLOAD_SEALER], uint64_t length, bool attachment)
{
	(void)user;
	(void)length;
	(void)attachment;
	return sealer[0] == 7 ? ERR_OK : err_set(ERR_UNKNOWN, "stranger");
}

/* The attachment whose id is `id`, of SIZE bytes, is waited for; of a writer whose photos are let in. */
static uint8_t attached_by = 7;
static enum err wanted_only(void *user, const char *name, uint64_t length, uint8_t author[UPLOAD_SEALER])
{
	(void)user;
	memset(author, attached_by, UPLOAD_SEALER);
	return !strcmp(name, id) && length == SIZE ? ERR_OK : err_set(ERR_NOTFOUND, "nobody asked");
}

static struct upload *open_store(void)
{
	static const struct upload_host host = { NULL, only_seven, wanted_only, LIMIT, BLOB_LIMIT };
	struct upload *u;

	assert_ok(upload_open(dir, &host, &u));
	return u;
}

static int set_up(void **state)
{
	uint8_t hash[KEYS_HASH];

	(void)state;
	strcpy(dir, "/tmp/xuncha-up-XXXXXX");
	for (size_t i = 0; i < SIZE; i++)
		file[i] = (uint8_t)(i * 31);
	memcpy(file, "XCB1", 4);
	memset(file + UPLOAD_SEALER_AT, 7, UPLOAD_SEALER);
	keys_hash(file, SIZE, hash);
	keys_hex(hash, KEYS_HASH, id);
	return mkdtemp(dir) == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	return fs_remove_tree(dir) != ERR_OK;
}

static void a_cut_upload_goes_on_after_a_restart(void **state)
{
	struct upload *u = open_store();
	struct buf whole = { 0 };
	char name[UPLOAD_ID + 1];
	uint64_t offset, length;

	(void)state;
	assert_ok(upload_create(u, id, SIZE, name, &offset));
	assert_string_equal(name, id);
	assert_ok(upload_append(u, name, 0, file, 1000, &offset));
	upload_close(u);
	u = open_store();
	assert_ok(upload_create(u, id, SIZE, name, &offset));
	assert_int_equal(offset, 1000);
	assert_ok(upload_state(u, name, &offset, &length));
	assert_int_equal(offset, 1000);
	assert_int_equal(length, SIZE);
	assert_err(upload_read(u, name, &whole), ERR_HELD);
	assert_err(upload_append(u, name, 900, file + 900, 10, &offset), ERR_CONFLICT);
	assert_ok(upload_append(u, name, 1000, file + 1000, SIZE - 1000, &offset));
	assert_int_equal(offset, SIZE);
	assert_ok(upload_read(u, name, &whole));
	assert_int_equal(whole.len, SIZE);
	assert_memory_equal(whole.data, file, SIZE);
	assert_ok(upload_drop(u, name));
	assert_err(upload_state(u, name, &offset, &length), ERR_NOTFOUND);
	upload_close(u);
	buf_clear(&whole);
}

static void a_stranger_keeps_nothing(void **state)
{
	struct upload *u = open_store();
	struct buf whole = { 0 };
	char name[UPLOAD_ID + 1];
	uint64_t offset, length;

	(void)state;
	file[UPLOAD_SEALER_AT] = 8;
	assert_ok(upload_create(u, NULL, SIZE, name, &offset));
	assert_int_equal(name[0], 'r');
	assert_ok(upload_append(u, name, 0, file, UPLOAD_HEAD - 1, &offset));
	assert_err(upload_append(u, name, UPLOAD_HEAD - 1, file + UPLOAD_HEAD - 1, 1000, &offset), ERR_UNKNOWN);
	assert_err(upload_state(u, name, &offset, &length), ERR_NOTFOUND);
	file[UPLOAD_SEALER_AT] = 7;
	file[0] = 'x';
	assert_ok(upload_create(u, NULL, SIZE, name, &offset));
	assert_err(upload_append(u, name, 0, file, 4096, &offset), ERR_FORMAT);
	assert_err(upload_read(u, name, &whole), ERR_NOTFOUND);
	upload_close(u);
	buf_clear(&whole);
}

static void what_is_not_what_its_id_says_is_dropped(void **state)
{
	struct upload *u = open_store();
	char name[UPLOAD_ID + 1];
	uint64_t offset, length;

	(void)state;
	file[SIZE - 1] ^= 1;
	assert_ok(upload_create(u, id, SIZE, name, &offset));
	assert_ok(upload_append(u, name, 0, file, 3000, &offset));
	assert_err(upload_append(u, name, 3000, file + 3000, SIZE - 3000, &offset), ERR_FORMAT);
	assert_err(upload_state(u, name, &offset, &length), ERR_NOTFOUND);
	upload_close(u);
}

static enum err count_one(void *user, const char *name)
{
	assert_string_equal(name, id);
	++*(int *)user;
	return ERR_OK;
}

static void what_is_whole_is_found_again_after_a_restart(void **state)
{
	struct upload *u = open_store();
	char name[UPLOAD_ID + 1];
	uint64_t offset;
	int found = 0;

	(void)state;
	assert_ok(upload_create(u, NULL, SIZE, name, &offset));
	assert_ok(upload_append(u, name, 0, file, 3000, &offset));
	assert_ok(upload_create(u, id, SIZE, name, &offset));
	assert_ok(upload_append(u, name, 0, file, SIZE, &offset));
	upload_close(u);
	u = open_store();
	assert_ok(upload_whole(u, count_one, &found));
	assert_int_equal(found, 1);
	upload_close(u);
}

static void limits_hold_at_their_edge(void **state)
{
	struct upload *u = open_store();
	char name[UPLOAD_ID + 1];
	uint64_t offset;

	(void)state;
	assert_err(upload_create(u, NULL, LIMIT + 1, name, &offset), ERR_LIMIT);
	assert_ok(upload_create(u, NULL, LIMIT, name, &offset));
	assert_err(upload_create(u, NULL, UPLOAD_HEAD - 1, name, &offset), ERR_LIMIT);
	assert_err(upload_create(u, "../../etc/passwd", SIZE, name, &offset), ERR_FORMAT);
	assert_ok(upload_create(u, NULL, SIZE, name, &offset));
	assert_err(upload_append(u, name, 0, file, SIZE + 1, &offset), ERR_LIMIT);
	upload_close(u);
}

static enum err count_file(void *user, const char *name)
{
	(void)name;
	++*(int *)user;
	return ERR_OK;
}

static void the_oldest_half_done_upload_gives_way(void **state)
{
	struct upload *u = open_store();
	char name[UPLOAD_ID + 1];
	uint64_t offset, length;
	int files = 0;

	(void)state;
	for (int i = 0; i <= UPLOAD_PER_WRITER; i++) {
		assert_ok(upload_create(u, NULL, SIZE, name, &offset));
		assert_ok(upload_append(u, name, 0, file, 100, &offset));
	}
	assert_ok(upload_state(u, name, &offset, &length));
	for (int i = 0; i < UPLOAD_STUBS + 5; i++)
		assert_ok(upload_create(u, NULL, SIZE, name, &offset));
	assert_ok(upload_state(u, name, &offset, &length));
	assert_ok(fs_list(dir, UPLOAD_FILES_MAX, count_file, &files));
	assert_int_equal(files, UPLOAD_PER_WRITER + UPLOAD_STUBS);
	upload_close(u);
}

static void make_attachment(void)
{
	uint8_t hash[KEYS_HASH];

	memcpy(file, "XCA1", 4);
	keys_hash(file, SIZE, hash);
	keys_hex(hash, KEYS_HASH, id);
}

static void an_attachment_comes_when_a_record_names_it_and_its_size(void **state)
{
	struct upload *u = open_store();
	struct buf whole = { 0 };
	char name[UPLOAD_ID + 1], other[UPLOAD_ID + 1];
	uint64_t offset, length;

	(void)state;
	make_attachment();
	assert_ok(upload_create(u, id, SIZE, name, &offset));
	assert_ok(upload_append(u, name, 0, file, 3000, &offset));
	assert_ok(upload_append(u, name, 3000, file + 3000, SIZE - 3000, &offset));
	assert_ok(upload_read(u, name, &whole));
	assert_memory_equal(whole.data, file, SIZE);
	memset(other, 'a', UPLOAD_ID);
	other[UPLOAD_ID] = '\0';
	assert_ok(upload_create(u, other, SIZE, name, &offset));
	assert_err(upload_append(u, name, 0, file, 4096, &offset), ERR_NOTFOUND);
	assert_err(upload_state(u, name, &offset, &length), ERR_NOTFOUND);
	assert_err(upload_create(u, other, LIMIT + 1, name, &offset), ERR_LIMIT);
	assert_ok(upload_drop(u, id));
	assert_ok(upload_create(u, id, SIZE - 1, name, &offset));
	assert_err(upload_append(u, name, 0, file, 4096, &offset), ERR_NOTFOUND);
	attached_by = 8;
	assert_ok(upload_create(u, id, SIZE, name, &offset));
	assert_err(upload_append(u, name, 0, file, 4096, &offset), ERR_UNKNOWN);
	attached_by = 7;
	upload_close(u);
	buf_clear(&whole);
}

static void forgotten_uploads_expire(void **state)
{
	struct upload *u = open_store();
	char name[UPLOAD_ID + 1];
	uint64_t offset, length;

	(void)state;
	assert_ok(upload_create(u, id, SIZE, name, &offset));
	assert_ok(upload_append(u, name, 0, file, 100, &offset));
	assert_ok(upload_expire(u, clock_wall() + (int64_t)(UPLOAD_DAYS - 1) * 86400000));
	assert_ok(upload_state(u, name, &offset, &length));
	assert_ok(upload_expire(u, clock_wall() + (int64_t)(UPLOAD_DAYS + 1) * 86400000));
	assert_err(upload_state(u, name, &offset, &length), ERR_NOTFOUND);
	upload_close(u);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_cut_upload_goes_on_after_a_restart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_stranger_keeps_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_what_its_id_says_is_dropped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_whole_is_found_again_after_a_restart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_oldest_half_done_upload_gives_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits_hold_at_their_edge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_attachment_comes_when_a_record_names_it_and_its_size, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgotten_uploads_expire, set_up, tear_down),
	};

	i18n_open(NULL);
	return TAP_RUN(tests);
}
