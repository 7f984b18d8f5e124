#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/base/sys.h"
#include "sync/ledger/submit/draft.h"
#include "tests/ledger/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct profile *p;

static struct draft *fresh(const char *form)
{
	struct draft_about about = { .version = "2026.11", .row = "places:000102030405060708090a0b:0", .started = 1793491200000 };
	struct draft *d;

	snprintf(about.form, sizeof about.form, "%s", form);
	assert_ok(draft_new(p, &about, &d));
	return d;
}

static uint64_t id_of(const struct draft *d)
{
	return draft_about(d)->id;
}

static const char *slot(uint64_t id, char which)
{
	static char path[1024];

	snprintf(path, sizeof path, "%s/draft/%016llx.%c", p->dir, (unsigned long long)id, which);
	return path;
}

static void what_was_answered_is_there_after_opening_again(void **state)
{
	struct draft *d;
	struct buf bytes = { 0 };
	uint64_t id;

	(void)state;
	assert_ok(world_open("again", false, 1, &p));
	d = fresh("walk");
	id = id_of(d);
	assert_ok(draft_save(d, "one", 3));
	assert_ok(draft_save(d, "one two", 7));
	assert_ok(draft_save(d, "three", 5));           /* shorter than what its slot held */
	draft_close(d);
	profile_close(p);
	assert_ok(world_open("again", false, 1, &p));
	assert_ok(draft_open(p, id, &d, &bytes));
	assert_string_equal(buf_str(&bytes), "three");
	assert_string_equal(draft_about(d)->form, "walk");
	assert_string_equal(draft_about(d)->row, "places:000102030405060708090a0b:0");
	assert_int_equal(draft_about(d)->sequence, 3);
	assert_int_equal(draft_about(d)->number, 1);
	assert_ok(draft_save(d, "four", 4));
	draft_close(d);
	assert_ok(draft_open(p, id, &d, &bytes));
	assert_string_equal(buf_str(&bytes), "four");
	draft_close(d);
	profile_close(p);
	buf_clear(&bytes);
}

static void a_damaged_slot_costs_at_most_one_answer(void **state)
{
	struct buf bytes = { 0 }, file = { 0 };
	struct draft *d;
	uint64_t id;

	(void)state;
	assert_ok(world_open("slot", false, 1, &p));
	d = fresh("walk");
	id = id_of(d);
	for (int i = 1; i <= 4; i++)
		assert_ok(draft_save(d, "12345", (size_t)i));
	draft_close(d);
	for (int which = 0; which < 2; which++) {
		assert_ok(fs_read(slot(id, "ab"[which]), 1 << 20, &file));
		for (size_t at = 0; at < file.len; at += 3) {
			struct buf bad = { 0 };

			buf_put(&bad, file.data, file.len);
			bad.data[at] ^= 0x20;
			assert_ok(fs_write(slot(id, "ab"[which]), bad.data, bad.len));
			assert_ok(draft_open(p, id, &d, &bytes));
			assert_true(bytes.len == 4 || bytes.len == 3);
			draft_close(d);
			buf_clear(&bad);
		}
		assert_ok(fs_write(slot(id, "ab"[which]), file.data, file.len));
	}
	assert_ok(fs_write(slot(id, 'a'), "", 0));
	assert_ok(fs_write(slot(id, 'b'), "x", 1));
	assert_err(draft_open(p, id, &d, &bytes), ERR_CORRUPT);
	assert_err(draft_open(p, 12345, &d, &bytes), ERR_NOTFOUND);
	profile_close(p);
	buf_clear(&bytes);
	buf_clear(&file);
}

static void an_open_draft_is_open_nowhere_else(void **state)
{
	struct profile *other;
	struct draft *d, *again;
	struct buf bytes = { 0 };
	uint64_t id;

	(void)state;
	assert_ok(world_open("busy", false, 1, &p));
	assert_ok(world_open("busy", false, 1, &other));
	d = fresh("walk");
	id = id_of(d);
	assert_ok(draft_save(d, "1", 1));
	assert_err(draft_open(other, id, &again, &bytes), ERR_BUSY);
	draft_close(d);
	assert_ok(draft_open(other, id, &again, &bytes));
	draft_close(again);
	profile_close(other);
	profile_close(p);
	buf_clear(&bytes);
}

static enum err count_one(void *user, const struct draft_about *about)
{
	uint64_t *last = user;

	assert_true(!*last || about->number < *last);   /* newest first */
	*last = about->number;
	return ERR_OK;
}

static void each_worker_sees_only_its_own_drafts(void **state)
{
	struct draft *d;
	struct buf bytes = { 0 };
	uint64_t last = 0, id;

	(void)state;
	assert_ok(world_open("own", false, 1, &p));
	for (int i = 0; i < 3; i++) {
		d = fresh("walk");
		id = id_of(d);
		assert_ok(draft_save(d, "x", 1));
		draft_close(d);
	}
	assert_ok(draft_list(p, count_one, &last));
	assert_int_equal(last, 1);
	assert_ok(profile_adopt(p, world_identity(2, 0)));
	last = 0;
	assert_ok(draft_list(p, count_one, &last));
	assert_int_equal(last, 0);
	assert_err(draft_open(p, id, &d, &bytes), ERR_DENIED);
	d = fresh("training");
	assert_int_equal(draft_about(d)->number, 1);    /* numbers run for each writer */
	draft_close(d);
	profile_close(p);
	buf_clear(&bytes);
}

static enum err finish(struct log_batch *b, void *user)
{
	struct event_scope all = event_scope_all();
	struct event e = { .kind = 900, .public_part = { (const uint8_t *)"\x80", 1 } };
	uint8_t ref[EVENT_REF];
	enum err err = log_append(b, &all, &e, ref);

	return err ? err : log_draft_done(b, *(uint64_t *)user, ref);
}

static void a_draft_that_became_a_record_is_swept_at_the_next_start(void **state)
{
	struct draft *d;
	struct buf bytes = { 0 };
	uint64_t done, kept;

	(void)state;
	assert_ok(world_open("sweep", false, 1, &p));
	d = fresh("walk");
	done = id_of(d);
	assert_ok(draft_save(d, "done", 4));
	assert_ok(log_write(p, finish, &done));
	draft_close(d);                                 /* the power goes before draft_remove() */
	d = fresh("walk");
	kept = id_of(d);
	assert_ok(draft_save(d, "kept", 4));
	draft_close(d);
	profile_close(p);
	assert_ok(fs_remove_tree(world_path("sweep/store")));      /* even when the store has to be made again */
	assert_ok(world_open("sweep", false, 1, &p));
	assert_err(draft_open(p, done, &d, &bytes), ERR_NOTFOUND);
	assert_ok(draft_open(p, kept, &d, &bytes));
	assert_string_equal(buf_str(&bytes), "kept");
	draft_close(d);
	d = fresh("walk");
	assert_int_equal(draft_about(d)->number, 3);    /* nor are numbers used twice */
	draft_close(d);
	assert_ok(draft_remove(p, kept));
	assert_err(draft_open(p, kept, &d, &bytes), ERR_NOTFOUND);
	profile_close(p);
	buf_clear(&bytes);
}

static int no_sync(int fd)
{
	(void)fd;
	errno = EIO;
	return -1;
}

static int no_cut(int fd, off_t len)
{
	(void)len;
	return no_sync(fd);
}

/* A record is not kept, since the disk fails, which will not even let it be cut away; then it works again, an answer is changed, and the program
 * is killed. */
static void save_on_a_failing_disk(uint64_t *id)
{
	struct sys failing = *sys;
	const struct sys *sound = sys;
	struct draft *d;

	failing.fdatasync = failing.fsync = no_sync;
	failing.ftruncate = no_cut;
	assert_ok(world_open("failing", false, 1, &p));
	d = fresh("walk");
	*id = id_of(d);
	assert_ok(draft_save(d, "one", 3));
	sys = &failing;
	assert_int_not_equal(log_write(p, finish, id), ERR_OK);
	sys = sound;
	assert_ok(draft_save(d, "two", 3));
	_exit(0);
}

static void what_is_answered_after_a_save_that_failed_is_never_lost_to_what_came_through(void **state)
{
	struct buf bytes = { 0 };
	uint8_t record[EVENT_REF];
	struct draft *d;
	uint64_t *id = mmap(NULL, sizeof *id, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t child;

	(void)state;
	assert_true(id != MAP_FAILED);
	if (!(child = fork()))
		save_on_a_failing_disk(id);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_ok(world_open("failing", false, 1, &p));
	assert_err(draft_record(p, *id, record), ERR_NOTFOUND);
	assert_ok(draft_open(p, *id, &d, &bytes));
	assert_string_equal(buf_str(&bytes), "two");
	draft_close(d);
	profile_close(p);
	buf_clear(&bytes);
	munmap(id, sizeof *id);
}

static void a_draft_has_a_size_limit(void **state)
{
	char *much = calloc(1, DRAFT_BYTES_MAX + 1);
	struct buf bytes = { 0 };
	struct draft *d;
	uint64_t id;

	(void)state;
	assert_non_null(much);
	assert_ok(world_open("limit", false, 1, &p));
	d = fresh("walk");
	id = id_of(d);
	assert_ok(draft_save(d, much, DRAFT_BYTES_MAX - 1));
	assert_ok(draft_save(d, much, DRAFT_BYTES_MAX));
	assert_err(draft_save(d, much, DRAFT_BYTES_MAX + 1), ERR_LIMIT);
	draft_close(d);
	assert_ok(draft_open(p, id, &d, &bytes));
	assert_int_equal(bytes.len, DRAFT_BYTES_MAX);
	draft_close(d);
	profile_close(p);
	buf_clear(&bytes);
	free(much);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_answered_is_there_after_opening_again),
		cmocka_unit_test(a_damaged_slot_costs_at_most_one_answer),
		cmocka_unit_test(an_open_draft_is_open_nowhere_else),
		cmocka_unit_test(each_worker_sees_only_its_own_drafts),
		cmocka_unit_test(a_draft_that_became_a_record_is_swept_at_the_next_start),
		cmocka_unit_test(what_is_answered_after_a_save_that_failed_is_never_lost_to_what_came_through),
		cmocka_unit_test(a_draft_has_a_size_limit),
	};

	return TAP_RUN(tests);
}
