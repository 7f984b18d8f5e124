/* Files damaged at rest: bits flipped, sectors zeroed, ends cut or made longer. Found or harmless, never a crash of the
 * program, never a record altered in silence; with one copy damaged, nothing is lost. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "sync/keys/slot.h"
#include "tests/faults/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct scene_acks said;
static char sound[512], spoilt[512];

static void ack(void *user, const struct scene_acks *acks)
{
	(void)user;
	said = *acks;
}

static int play(void **state)
{
	struct keys_identity *id = NULL;
	bool bad;

	(void)state;
	snprintf(sound, sizeof sound, "%s/sound", scene_root());
	snprintf(spoilt, sizeof spoilt, "%s/spoilt", scene_root());
	srandom(11);
	bad = scene_play(sound, 30, false, ack, NULL) || keys_identity_new(NULL, &id) || keys_slots_add(sound, "07", id, "135790", keys_kdf_least(), NULL);
	keys_identity_free(id);
	return bad;
}

enum harm { FLIP, ZERO, CUT, LONGER };

static void harm(struct buf *data, enum harm how)
{
	size_t at = data->len ? (size_t)random() % data->len : 0;

	switch (how) {
	case FLIP:
		data->data[at] ^= (char)(1 << random() % 8);
		break;
	case ZERO:
		at -= at % 512;
		memset(data->data + at, 0, data->len - at < 512 ? data->len - at : 512);
		break;
	case CUT:
		buf_cut(data, at);
		break;
	case LONGER:
		for (long n = 1 + random() % 5000; n; n--)
			buf_putc(data, (int)random());
		break;
	}
}

static void spoil(const char *file, int cases, bool harms_too)
{
	int rebuilt = 0, bad = 0;
	char path[1024], from[1024], why[256];
	struct buf whole = { 0 }, data = { 0 };

	snprintf(from, sizeof from, "%s/%s", sound, file);
	snprintf(path, sizeof path, "%s/%s", spoilt, file);
	assert_ok(fs_read(from, 64 << 20, &whole));
	for (int i = 0; i < cases; i++) {
		enum scene_verdict v;

		assert_ok(fs_remove_tree(spoilt));
		assert_ok(scene_copy(sound, spoilt));
		buf_reset(&data);
		buf_put(&data, whole.data, whole.len);
		harm(&data, harms_too ? (enum harm)(ZERO + i % 3) : FLIP);
		assert_ok(fs_write(path, buf_str(&data), data.len));
		v = scene_verify_apart(spoilt, &said, true, why);
		rebuilt += v == SCENE_REBUILT;
		if (v != SCENE_GOOD && v != SCENE_REBUILT && bad++ < 5)
			print_message("# %s, case %d: %s\n", file, i, why);
	}
	print_message("# %s: %d cases, %d rebuilt, %d harmless\n", file, cases, rebuilt, cases - rebuilt - bad);
	assert_int_equal(bad, 0);
	buf_clear(&whole);
	buf_clear(&data);
}

static void p1_a_flipped_bit_in_the_store_is_found_or_harmless(void **state)
{
	(void)state;
	spoil("store/data.mdb", scene_share(3000), false);
}

static void p1_a_store_cut_zeroed_or_longer_is_rebuilt(void **state)
{
	(void)state;
	spoil("store/data.mdb", scene_share(3000), true);
}

static void p1_a_flipped_bit_in_the_journal_is_found(void **state)
{
	(void)state;
	spoil("journal/1.evj", scene_share(3000), false);
}

static void p1_a_journal_cut_zeroed_or_longer_is_written_again(void **state)
{
	(void)state;
	spoil("journal/1.evj", scene_share(3000), true);
}

static void damaged_anchors_harm_nothing(void **state)
{
	(void)state;
	spoil("anchor.a", scene_share(1500), false);
	spoil("anchor.b", scene_share(1500), true);
}

static void damaged_slots_are_refused_or_open_as_before(void **state)
{
	int cases = scene_share(3000), read = 0, opened = 0;
	char path[1024];
	struct buf whole = { 0 }, data = { 0 };
	struct keys_slots *slots = calloc(1, sizeof *slots);

	(void)state;
	assert_ok(fs_remove_tree(spoilt));
	assert_ok(scene_copy(sound, spoilt));
	snprintf(path, sizeof path, "%s/slots", sound);
	assert_ok(fs_read(path, 1 << 20, &whole));
	snprintf(path, sizeof path, "%s/slots", spoilt);
	for (int i = 0; i < cases; i++) {
		struct keys_identity *id = NULL;
		char tries[1024];

		buf_reset(&data);
		buf_put(&data, whole.data, whole.len);
		harm(&data, i % 2 ? (enum harm)(ZERO + i / 2 % 3) : FLIP);
		assert_ok(fs_write(path, buf_str(&data), data.len));
		if (keys_slots_read(spoilt, slots))
			continue;
		read++;
		snprintf(tries, sizeof tries, "%s/tries", spoilt);
		fs_remove(tries);
		opened += !keys_slots_unlock(spoilt, "07", "135790", NULL, &id);
		keys_identity_free(id);
	}
	print_message("# %d cases, %d read, %d opened\n", cases, read, opened);
	free(slots);
	buf_clear(&whole);
	buf_clear(&data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p1_a_flipped_bit_in_the_store_is_found_or_harmless),
		cmocka_unit_test(p1_a_store_cut_zeroed_or_longer_is_rebuilt),
		cmocka_unit_test(p1_a_flipped_bit_in_the_journal_is_found),
		cmocka_unit_test(p1_a_journal_cut_zeroed_or_longer_is_written_again),
		cmocka_unit_test(damaged_anchors_harm_nothing),
		cmocka_unit_test(damaged_slots_are_refused_or_open_as_before),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, play, NULL) != 0;
}
