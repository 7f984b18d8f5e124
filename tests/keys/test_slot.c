#include "config.h"
#include "tests/tap.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "sync/keys/box.h"
#include "sync/keys/slot.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];

static int fresh_profile(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/xuncha-slot.XXXXXX");
	return !mkdtemp(dir);
}

static int drop_profile(void **state)
{
	(void)state;
	return fs_remove_tree(dir) != ERR_OK;
}

static struct keys_identity *worker(const char *label, const char *pin)
{
	struct keys_identity *id;

	assert_ok(keys_identity_new(NULL, &id));
	assert_ok(keys_slots_add(dir, label, id, pin, keys_kdf_least(), NULL));
	return id;
}

static enum err is_known(void *user, const char *name)
{
	(void)user;
	if (strcmp(name, "slots") && strcmp(name, "pepper") && strcmp(name, "tries"))
		fail_msg("%s", name);
	return ERR_OK;
}

static void a_pin_gives_back_the_same_secrets(void **state)
{
	struct keys_identity *id = worker("07", "271828"), *back;

	(void)state;
	assert_ok(keys_slots_unlock(dir, "07", "271828", NULL, &back));
	assert_memory_equal(keys_identity_secret(id), keys_identity_secret(back), KEYS_SECRET);
	keys_identity_free(back);
	assert_ok(keys_slots_unlock(dir, NULL, "271828", NULL, &back));
	assert_ok(fs_list(dir, 100, is_known, NULL));             /* a file left by root once would lock its owner out */
	keys_identity_free(back);
	keys_identity_free(id);
}

static void five_wrong_pins_make_one_wait_and_a_wrong_clock_locks_nobody_out(void **state)
{
	struct keys_identity *id = worker("07", "271828"), *back;
	int64_t last;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_err(keys_slots_unlock(dir, "07", "000000", NULL, &back), ERR_PIN);
	assert_int_equal(keys_slots_wait(dir, "07"), 0);
	assert_err(keys_slots_unlock(dir, "07", "000000", NULL, &back), ERR_PIN);
	assert_in_range(keys_slots_wait(dir, "07"), 1, 30);
	assert_err(keys_slots_unlock(dir, "07", "271828", NULL, &back), ERR_BUSY);
	clock_set(clock_wall() + 31000);
	assert_int_equal(keys_slots_wait(dir, "07"), 0);
	assert_err(keys_slots_unlock(dir, "07", "000000", NULL, &back), ERR_PIN);
	assert_in_range(keys_slots_wait(dir, "07"), 31, 60);
	last = clock_wall();
	clock_set(last - 1000LL * 86400 * 10000);               /* decades back: still at most the same wait */
	assert_in_range(keys_slots_wait(dir, "07"), 31, 60);
	clock_set(last + 120000);
	assert_ok(keys_slots_unlock(dir, "07", "271828", NULL, &back));
	keys_identity_free(back);
	assert_err(keys_slots_unlock(dir, "07", "000000", NULL, &back), ERR_PIN);
	assert_int_equal(keys_slots_wait(dir, "07"), 0);
	keys_identity_free(id);
}

enum { AT_ONCE = 8 };

/* That many programs try this PIN in the same moment; how many of them ended so. */
static unsigned at_once(const char *pin, enum err wanted)
{
	pid_t child[AT_ONCE];
	unsigned ended = 0;
	int gate[2], status;

	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < AT_ONCE; i++) {
		if (!(child[i] = fork())) {
			struct keys_identity *back;
			char c;

			close(gate[1]);
			if (read(gate[0], &c, 1) < 0)      /* until the gate closes */
				_exit(1);
			_exit(keys_slots_unlock(dir, "07", pin, NULL, &back) == wanted ? 0 : 1);
		}
		assert_true(child[i] > 0);
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < AT_ONCE; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		ended += WIFEXITED(status) && !WEXITSTATUS(status);
	}
	return ended;
}

static void right_pins_at_once_are_no_wrong_tries_and_wrong_ones_at_once_count_each(void **state)
{
	struct keys_identity *id = worker("07", "271828");

	(void)state;
	assert_int_equal(at_once("271828", ERR_OK), AT_ONCE);
	assert_int_equal(keys_slots_wait(dir, "07"), 0);
	assert_int_equal(at_once("000000", ERR_PIN), KEYS_FREE_TRIES);
	assert_in_range(keys_slots_wait(dir, "07"), 1, 30);
	keys_identity_free(id);
}

static void a_changed_pin_opens_and_the_old_one_does_not(void **state)
{
	struct keys_identity *id = worker("07", "271828"), *back;

	(void)state;
	assert_err(keys_slots_change(dir, "07", "999999", "314159", keys_kdf_least(), NULL), ERR_PIN);
	assert_err(keys_slots_change(dir, "07", "271828", "31415", keys_kdf_least(), NULL), ERR_PIN);
	assert_ok(keys_slots_change(dir, "07", "271828", "石桥村的老槐树下", keys_kdf_least(), NULL));
	assert_err(keys_slots_unlock(dir, "07", "271828", NULL, &back), ERR_PIN);
	assert_ok(keys_slots_unlock(dir, "07", "石桥村的老槐树下", NULL, &back));
	keys_identity_free(back);
	keys_identity_free(id);
}

static void workers_of_one_device_share_its_store_key_and_nothing_else(void **state)
{
	struct keys_identity *a = worker("07", "271828"), *b, *back;

	(void)state;
	assert_ok(keys_identity_new(keys_identity_dbk(a), &b));
	assert_ok(keys_slots_add(dir, "08", b, "161803", keys_kdf_least(), NULL));
	assert_err(keys_slots_add(dir, "08", b, "161803", keys_kdf_least(), NULL), ERR_EXISTS);
	assert_err(keys_slots_unlock(dir, "07", "161803", NULL, &back), ERR_PIN);
	assert_ok(keys_slots_unlock(dir, "08", "161803", NULL, &back));
	assert_memory_equal(keys_identity_dbk(a), keys_identity_dbk(back), KEYS_SYMMETRIC);
	assert_memory_not_equal(keys_identity_public(a)->sign, keys_identity_public(back)->sign, KEYS_PK);
	keys_identity_free(a);
	keys_identity_free(b);
	keys_identity_free(back);
}

static void without_the_pepper_no_pin_opens_and_no_new_one_is_made_up(void **state)
{
	struct keys_identity *id = worker("07", "271828"), *back;
	struct buf path = { 0 };

	(void)state;
	assert_ok(fs_remove(fs_path(&path, dir, "pepper")));
	assert_err(keys_slots_unlock(dir, "07", "271828", NULL, &back), ERR_NOTFOUND);
	assert_err(keys_slots_add(dir, "08", id, "271828", keys_kdf_least(), NULL), ERR_NOTFOUND);
	assert_int_equal(keys_slots_wait(dir, "07"), 0);
	buf_clear(&path);
	keys_identity_free(id);
}

/* Every byte of the file changed in turn: refused as damaged, or the PIN fails; never other secrets, never a dear KDF. */
static void a_changed_slots_file_never_opens(void **state)
{
	struct keys_identity *id = worker("07", "271828"), *back;
	struct keys_slots slots;
	struct buf path = { 0 }, file = { 0 };

	(void)state;
	assert_ok(fs_read(fs_path(&path, dir, "slots"), 1 << 16, &file));
	for (size_t i = 0; i < file.len; i++) {
		enum err e;

		file.data[i] ^= 0x41;
		assert_ok(fs_write(path.data, file.data, file.len));
		if (!(e = keys_slots_read(dir, &slots)) && i % 23 == 0) {
			e = keys_slots_unlock(dir, "07", "271828", NULL, &back);
			assert_true(e == ERR_PIN || e == ERR_NOTFOUND || e == ERR_BUSY);
		} else if (e) {
			assert_true(e == ERR_CORRUPT || e == ERR_VERSION);
		} else {
			assert_in_range(slots.at[0].kdf.ops, 3, 64);
			assert_in_range(slots.at[0].kdf.mem_kib, 32 << 10, 128 << 10);
		}
		file.data[i] ^= 0x41;
	}
	for (size_t n = 0; n < file.len; n++) {
		assert_ok(fs_write(path.data, file.data, n));
		assert_err(keys_slots_read(dir, &slots), ERR_CORRUPT);
	}
	buf_clear(&path);
	buf_clear(&file);
	keys_identity_free(id);
}

static void weak_pins_are_refused_with_a_reason(void **state)
{
	char longest[KEYS_PIN_MAX + 2];

	(void)state;
	assert_err(keys_pin_check("12345"), ERR_PIN);
	assert_err(keys_pin_check(""), ERR_PIN);
	assert_err(keys_pin_check("abc1234"), ERR_PIN);
	assert_err(keys_pin_check("\xff\xff\xff\xff\xff\xff\xff\xff\xff"), ERR_PIN);
	assert_ok(keys_pin_check("123456"));
	assert_ok(keys_pin_check("老槐树下三口井边"));
	memset(longest, '7', sizeof longest);
	longest[KEYS_PIN_MAX] = 0;
	assert_ok(keys_pin_check(longest));
	longest[KEYS_PIN_MAX] = '7';
	longest[KEYS_PIN_MAX + 1] = 0;
	assert_err(keys_pin_check(longest), ERR_PIN);
}

static void a_box_opens_only_under_its_key_and_place(void **state)
{
	uint8_t key[KEYS_SYMMETRIC] = { 1 }, other[KEYS_SYMMETRIC] = { 2 };
	struct buf box = { 0 }, plain = { 0 };
	struct keys_ad here = { "ev 7", 4 }, there = { "ev 8", 4 };

	(void)state;
	assert_ok(keys_box_close_to(key, here, "安全出口", 12, &box));
	assert_int_equal(box.len, 12 + KEYS_BOX);
	assert_err(keys_box_open_to(other, here, (uint8_t *)box.data, box.len, &plain), ERR_CORRUPT);
	assert_err(keys_box_open_to(key, there, (uint8_t *)box.data, box.len, &plain), ERR_CORRUPT);
	assert_int_equal(plain.len, 0);
	assert_ok(keys_box_open_to(key, here, (uint8_t *)box.data, box.len, &plain));
	assert_memory_equal(plain.data, "安全出口", 12);
	for (size_t n = 0; n < box.len; n++)
		assert_err(keys_box_open_to(key, here, (uint8_t *)box.data, n, &plain), ERR_CORRUPT);
	buf_clear(&box);
	buf_clear(&plain);
}

int main(void)
{
#define IN_PROFILE(f) cmocka_unit_test_setup_teardown(f, fresh_profile, drop_profile)
	static const struct CMUnitTest tests[] = {
		IN_PROFILE(a_pin_gives_back_the_same_secrets),
		IN_PROFILE(five_wrong_pins_make_one_wait_and_a_wrong_clock_locks_nobody_out),
		IN_PROFILE(right_pins_at_once_are_no_wrong_tries_and_wrong_ones_at_once_count_each),
		IN_PROFILE(a_changed_pin_opens_and_the_old_one_does_not),
		IN_PROFILE(workers_of_one_device_share_its_store_key_and_nothing_else),
		IN_PROFILE(without_the_pepper_no_pin_opens_and_no_new_one_is_made_up),
		IN_PROFILE(a_changed_slots_file_never_opens),
		cmocka_unit_test(weak_pins_are_refused_with_a_reason),
		cmocka_unit_test(a_box_opens_only_under_its_key_and_place),
	};

	return keys_start() ? 1 : TAP_RUN(tests);
}
