/* F17: a device is rolled back to an image of its disk, copied, or restored from a backup, at any time, and goes on; its logs reach two
 * others in pieces of any size and order. Nothing that left it is lost, both branches are kept and the split is shown, a move that can
 * be seen starts a new epoch, and both others come out the same. XUNCHA_COPIES: how many times (500). */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "sync/ledger/profile/profile_copy.h"
#include "tests/ledger/township.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum how { ROLLED_BACK, ROLLED_BACK_ELSEWHERE, COPIED, COPIED_ELSEWHERE, RESTORED, HOWS };
enum { TIMES = 500, OF_ONE_DEVICE = 10, SAVES = 2000, ROWS = 400, READERS = 2, FIRST_WRITER = 10 };

struct save { uint8_t ref[EVENT_REF]; bool left /* the device, or still there */; };
static struct township town;
static struct profile *readers[READERS], *device;
static struct save saves[SAVES];
static struct row_id rows[ROWS];                        /* that are certainly on the device */
static size_t save_count, row_count;
static unsigned turn, splits;

static unsigned below(unsigned n)
{
	return (unsigned)random() % n;
}

/* --- records --- */

static void note(const uint8_t ref[EVENT_REF])
{
	assert_true(save_count < SAVES);
	memcpy(saves[save_count].ref, ref, EVENT_REF);
	saves[save_count++].left = false;
}

/* A new place, a change of one made before (who writes sees it at once), or a bare event. */
static void write_one(struct profile *p)
{
	char answers[160], address[32];
	struct row_id id;

	snprintf(address, sizeof address, "%u号", ++turn);
	if (row_count && below(3)) {
		id = rows[below((unsigned)row_count)];
		snprintf(answers, sizeof answers, "{'address':'%s'}", address);
		assert_ok(township_submit(p, "place_edit", &id, answers, &id));
		note(id.ref);
		return;
	}
	snprintf(answers, sizeof answers, "{'name':'店%u','kind':'CA','address':'%s'}", turn, address);
	assert_ok(township_submit(p, "place_new", NULL, answers, &id));
	note(id.ref);
	if (p == device && row_count < ROWS)
		rows[row_count++] = id;
}

/* The last change of a row is what its author sees. */
static void change_and_look(struct profile *p)
{
	char answers[80], address[32];
	struct row_id id = rows[below((unsigned)row_count)], made;

	snprintf(address, sizeof address, "%u巷", ++turn);
	snprintf(answers, sizeof answers, "{'address':'%s'}", address);
	assert_ok(township_submit(p, "place_edit", &id, answers, &made));
	note(made.ref);
	assert_string_equal(township_value(p, &id, "address"), address);
}

static void write_some(struct profile *p, unsigned least)
{
	for (unsigned n = least + below(4); n; n--)
		write_one(p);
}

/* --- on the way --- */

struct logs { struct log_head at[64]; size_t count; const uint8_t *writer; };

static enum err add_log(void *user, const struct log_head *h)
{
	struct logs *x = user;

	if (memcmp(h->id.writer, x->writer, EVENT_WRITER))
		return ERR_OK;
	assert_true(x->count < 64);
	x->at[x->count++] = *h;
	return ERR_OK;
}

static struct logs *logs_of(struct profile *p, const uint8_t writer[EVENT_WRITER])
{
	static struct logs x;
	struct store_txn t;

	x = (struct logs){ .writer = writer };
	profile_begin(p, &t);
	assert_ok(log_heads(&t, add_log, &x));
	store_abort(&t);
	return &x;
}

static void send_piece(struct profile *from, struct profile *to, const struct event_log_id *log, const struct log_range *branch, uint64_t first, uint32_t most)
{
	enum err e = world_send_branch(from, to, log, branch, first, most, NULL);

	if (e != ERR_NOTFOUND)                             /* behind a gap, or no signature held within */
		assert_ok(e);
}

/* All that `from` holds of a writer, in pieces of one size, in any order. */
static void send_writer(struct profile *from, struct profile *to, const uint8_t writer[EVENT_WRITER])
{
	struct logs held = *logs_of(from, writer);
	uint32_t size = 1 + below(12);

	for (size_t i = 0; i < held.count; i++)
		for (uint32_t r = 0; r < held.at[i].range_count; r++) {
			const struct log_range *range = &held.at[i].ranges[r];
			uint64_t n = (range->last - range->first) / size + 1, step = n > 1 ? 1 + below((unsigned)n - 1) : 1, at = below((unsigned)n);

			while (n > 1 && step > 1 && n % step == 0)
				step--;
			for (uint64_t k = 0; k < n; k++, at = (at + step) % n)
				send_piece(from, to, &held.at[i].id, range, range->first + at * size, size);
			for (uint64_t k = range->first; k <= range->last; k += 256)      /* what began amid a signed piece */
				send_piece(from, to, &held.at[i].id, range, k, 256);
		}
}

static void send_all(struct profile *from, struct profile *to)
{
	send_writer(from, to, device->writer);
}

/* As one gives on who believes that they hold the same branch: what lies behind the last number they name. */
static void send_beyond(struct profile *from, struct profile *to)
{
	struct logs theirs = *logs_of(to, device->writer), held = *logs_of(from, device->writer);

	for (size_t i = 0; i < held.count; i++)
		for (size_t k = 0; k < theirs.count; k++)
			if (event_log_same(&held.at[i].id, &theirs.at[k].id) && held.at[i].highest > theirs.at[k].highest)
				send_piece(from, to, &held.at[i].id, NULL, theirs.at[k].highest + 1, LIMIT_SLICE);
}

static void send_to_readers(struct profile *from)
{
	unsigned first = below(READERS);

	for (unsigned i = 0; i < READERS; i++)
		send_all(from, readers[(first + i) % READERS]);
}

static void all_left(size_t since)
{
	for (size_t i = since; i < save_count; i++)
		saves[i].left = true;
}

/* --- what happens to the device --- */

static struct profile *reopen(const char *name, int writer)
{
	struct profile *p;

	assert_ok(world_open(name, false, writer, &p));
	return p;
}

static uint64_t epoch_of_last(struct profile *p)
{
	struct log_event e = { 0 };
	struct store_txn t;
	uint64_t epoch;

	profile_begin(p, &t);
	assert_ok(log_event_get(&t, saves[save_count - 1].ref, &e));
	store_abort(&t);
	epoch = e.log.epoch;
	log_event_clear(&e);
	return epoch;
}

static void roll_back(enum how how, int writer, size_t imaged, size_t rows_then)
{
	bool sent = below(2);

	write_some(device, 0);
	if (sent) {
		send_to_readers(device);
		all_left(imaged);
	}
	row_count = rows_then;
	profile_close(device);
	if (how == RESTORED) {
		assert_ok(profile_restore(world_path("device"), world_path("image")));
	} else {
		if (how == ROLLED_BACK)                       /* unseen */
			assert_ok(world_take_seat("image", "device"));
		world_remove("gone");
		assert_ok(fs_rename(world_path("device"), world_path("gone")));
		assert_ok(fs_rename(world_path("image"), world_path("device")));
	}
	device = reopen("device", writer);
	for (size_t i = imaged; i < save_count; i++)       /* what had not left went with the disk */
		if (!saves[i].left) {
			memmove(&saves[i], &saves[i + 1], (--save_count - i) * sizeof *saves);
			i--;
		}
}

static void copy(enum how how, int writer, size_t rows_then)
{
	struct profile *twin;
	size_t rows_now;

	if (how == COPIED)
		assert_ok(world_take_seat("image", "device"));
	world_remove("twin");
	assert_ok(fs_rename(world_path("image"), world_path("twin")));
	twin = reopen("twin", writer);
	write_some(device, 0);
	rows_now = row_count;
	row_count = rows_then;                            /* those that the copy has */
	write_some(twin, 2);
	row_count = rows_now;
	if (below(2))
		(below(2) ? send_all : send_beyond)(twin, device);      /* it hears of its other self */
	write_some(device, 0);
	send_to_readers(twin);
	profile_close(twin);
}

static void happen(int writer)
{
	enum how how = (enum how)below(HOWS);
	size_t imaged, rows_then;
	uint64_t before, after;

	write_some(device, 1);
	before = epoch_of_last(device);
	if (below(2))
		send_to_readers(device);
	imaged = save_count;
	rows_then = row_count;
	all_left(0);
	world_remove("image");
	assert_ok(profile_backup(device, world_path("image")));
	if (how == COPIED || how == COPIED_ELSEWHERE)
		copy(how, writer, rows_then);
	else
		roll_back(how, writer, imaged, rows_then);
	if (row_count)
		change_and_look(device);
	else
		write_one(device);
	after = epoch_of_last(device);
	if (how == ROLLED_BACK_ELSEWHERE || how == RESTORED)
		assert_int_not_equal(before, after);
	send_to_readers(device);
	all_left(0);
	if (below(3) == 0)
		send_all(readers[0], device);
}

/* --- what must hold --- */

static void everything_is_there(struct profile *p)
{
	static struct { struct event_log_id log; uint64_t seq; } at[SAVES];
	struct store_txn t;

	profile_begin(p, &t);
	for (size_t i = 0; i < save_count; i++) {
		struct log_event e = { 0 };
		struct log_head h;

		assert_ok(log_event_get(&t, saves[i].ref, &e));
		at[i].log = e.log;
		at[i].seq = e.place.seq;
		log_event_clear(&e);
		for (size_t k = 0; k < i; k++)
			if (at[k].seq == at[i].seq && event_log_same(&at[k].log, &at[i].log)) {
				assert_ok(log_head_get(&t, &at[i].log, &h));
				assert_true(h.split_at && h.split_at <= at[i].seq);
				splits++;
			}
	}
	store_abort(&t);
}

static void the_readers_agree(void)
{
	char digest[80];

	for (unsigned i = 0; i < READERS; i++)
		everything_is_there(readers[i]);
	snprintf(digest, sizeof digest, "%s", township_digest(readers[0]));
	assert_string_equal(township_digest(readers[1]), digest);
	assert_ok(profile_check(readers[0], NULL, NULL));
	assert_ok(profile_rebuild(readers[1]));
	assert_string_equal(township_digest(readers[1]), digest);
}

static void f17_rolled_back_copied_or_restored_nothing_that_left_is_lost(void **state)
{
	const char *set = getenv("XUNCHA_COPIES");
	unsigned times = set ? (unsigned)strtoul(set, NULL, 10) : TIMES;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	times = set ? times : TIMES / 10;               /* slow; it looks for other things */
#endif
	srandom(17);
	for (unsigned done = 0; done < times; ) {
		int writer = FIRST_WRITER + (int)(done / OF_ONE_DEVICE);
		char person[16];

		snprintf(person, sizeof person, "p-%d", writer);
		device = township_device(&town, "device", writer, person, "07", PACK_GRID, VILLAGE);
		for (unsigned i = 0; i < READERS; i++)
			send_writer(town.office, readers[i], keys_identity_public(town.authority)->writer);
		save_count = row_count = 0;
		for (unsigned i = 0; i < OF_ONE_DEVICE && done < times; i++, done++)
			happen(writer);
		the_readers_agree();
		profile_close(device);
		world_remove("device");
		device = NULL;
	}
	print_message("# %u times, %u pairs of records under one number\n", times, splits);
	assert_true(splits > 0);
}

static int set_up(void **state)
{
	(void)state;
	if (!access("/dev/shm", W_OK))
		setenv("TMPDIR", "/dev/shm", 0);
	township_open(&town);
	readers[0] = township_device(&town, "reader", 2, "p-reader", "08", PACK_GRID, VILLAGE);
	readers[1] = township_device(&town, "other", 3, "p-other", "09", PACK_GRID, VILLAGE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (unsigned i = 0; i < READERS; i++)
		profile_close(readers[i]);
	township_close(&town);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f17_rolled_back_copied_or_restored_nothing_that_left_is_lost),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down) != 0;
}
