/* Photos taken along while a record is filled: sealed beside the draft, attached once the record is kept. Killed, or with a full
 * disk, at any call between the two: a record that is kept has its photo after the next start, or never said it had one. */
#define _GNU_SOURCE
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "sync/exchange/attach/along.h"
#include "sync/exchange/attach/attach.h"
#include "sync/ledger/submit/draft.h"
#include "sync/ledger/submit/submit.h"
#include "tests/faults/scene.h"
#include "tests/faults/trap.h"
#include "tests/ledger/township.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WANG = 2, CALLS = 2000 };

static struct township town;
static struct profile *wang;
static char camera[600];
static const char content[] = "\xff\xd8\xff the picture of a blocked door";

static int set_up(void **state)
{
	(void)state;
	scene_root();
	township_open(&town);
	wang = township_device(&town, "wang", WANG, "p-wang", "07", PACK_GRID, VILLAGE);
	snprintf(camera, sizeof camera, "%s", world_path("camera"));
	return fs_make_dir(camera) != ERR_OK;
}

static int tear_down(void **state)
{
	(void)state;
	profile_close(wang);
	township_close(&town);
	return 0;
}

/* A picture of the camera's, by this name. */
static const char *picture(const char *name)
{
	static char path[1000];

	snprintf(path, sizeof path, "%s/%s", camera, name);
	assert_ok(fs_write(path, content, sizeof content));
	return path;
}

static uint64_t new_draft(struct profile *p)
{
	struct draft_about about = { .form = "hazard_new", .version = "1" };
	struct draft *d;
	uint64_t id;

	assert_ok(draft_new(p, &about, &d));
	assert_ok(draft_save(d, "answers", 7));
	id = draft_about(d)->id;
	draft_close(d);
	return id;
}

static const char *folder(struct profile *p, uint64_t draft)
{
	static char path[1000];

	snprintf(path, sizeof path, "%s/photos/%016llx", p->dir, (unsigned long long)draft);
	return path;
}

/* The draft becomes a record that names this photo; "" none. */
static enum err submit(struct profile *p, uint64_t draft, const char *photo, uint8_t ref[EVENT_REF])
{
	const struct pack *pack;
	const struct form *form;
	struct submit_host *host;
	struct submit what = { .form = "hazard_new", .seconds = 60, .village = VILLAGE, .draft = draft };
	static const char *const answers[][2] = { { "desc", "后门锁死" }, { "level", "G" }, { "src", "patrol" }, { "address", "村口" } };
	enum err e = profile_pack_current(p, &pack);

	if (e || (e = submit_host_open(p, what.form, NULL, &host)))
		return e;
	if (!(e = pack_form_read(&pack->forms[pack_find_form(pack, what.form)], &form)))
		e = fill_open(form, submit_host_fill(host), &what.fill);
	for (size_t i = 0; !e && i < sizeof answers / sizeof *answers; i++)
		e = fill_put(what.fill, fill_find(what.fill, answers[i][0]), answers[i][1]);
	if (!e && *photo)
		e = fill_put(what.fill, fill_find(what.fill, "photo_before"), photo);
	if (!e && !(e = fill_finish(what.fill)))
		e = submit_record(p, &what, ref);
	fill_close(what.fill);
	submit_host_close(host);
	return e;
}

static void assert_attached(struct profile *p, const uint8_t record[EVENT_REF], const char *name)
{
	struct attachment found;
	struct buf got = { 0 };

	assert_ok(attach_find(p, record, name, &found));
	assert_ok(attach_read(p, found.ref, &got, &found));
	assert_int_equal(got.len, sizeof content);
	assert_memory_equal(got.data, content, sizeof content);
	buf_clear(&got);
}


/* Who was told that it failed, and it had not, sends it off again. */
static void a_draft_becomes_one_record_however_often_it_is_sent_off(void **state)
{
	uint64_t draft = new_draft(wang);
	uint8_t first[EVENT_REF], second[EVENT_REF];
	uint64_t version;

	(void)state;
	assert_ok(submit(wang, draft, "", first));
	version = profile_version(wang);
	assert_ok(submit(wang, draft, "", second));
	assert_memory_equal(first, second, EVENT_REF);
	assert_int_equal(profile_version(wang), version);         /* not a byte more was written */
}

/* --- taking --- */

static void what_is_taken_along_is_sealed_and_named_for_an_answer(void **state)
{
	uint64_t draft = new_draft(wang);
	struct buf name = { 0 }, path = { 0 }, data = { 0 };

	(void)state;
	assert_ok(along_take(wang, draft, picture("IMG 1:2.jpg"), NULL, &name));
	assert_string_equal(buf_str(&name), "IMG_1_2.jpg");
	assert_true(along_has(wang, draft, "IMG_1_2.jpg"));
	assert_false(along_has(wang, draft + 1, "IMG_1_2.jpg"));
	assert_true(fs_exists(picture("IMG 1:2.jpg")));           /* the camera's own stays */
	assert_ok(fs_read(fs_path(&path, folder(wang, draft), "IMG_1_2.jpg"), 1 << 20, &data));
	assert_null(memmem(data.data, data.len, content, 8));
	buf_reset(&name);
	assert_ok(along_take(wang, draft, picture("IMG 1:2.jpg"), NULL, &name));
	assert_string_equal(buf_str(&name), "2-IMG_1_2.jpg");      /* a second picture of that name is another */
	assert_false(along_has(wang, draft, "../../slots"));
	assert_false(along_has(wang, draft, ""));
	assert_ok(along_drop(wang, draft));
	assert_false(fs_exists(folder(wang, draft)));
	assert_ok(draft_remove(wang, draft));
	buf_clear(&name);
	buf_clear(&path);
	buf_clear(&data);
}

static void names_that_no_answer_can_hold_are_refused(void **state)
{
	uint64_t draft = new_draft(wang);
	struct buf name = { 0 };
	char longest[ALONG_NAME_MAX + 1];

	(void)state;
	assert_err(along_take(wang, draft, picture(".hidden"), NULL, &name), ERR_FORMAT);
	assert_err(along_take(wang, draft, picture("\xff\xfe.jpg"), NULL, &name), ERR_FORMAT);
	assert_err(along_take(wang, draft, world_path("camera/not-there.jpg"), NULL, &name), ERR_NOTFOUND);
	for (int n = ALONG_NAME_MAX - 5; n <= ALONG_NAME_MAX - 3; n++) {
		memset(longest, 'n', sizeof longest);
		longest[n] = '\0';
		assert_err(along_take(wang, draft, picture(longest), NULL, &name), n <= ALONG_NAME_MAX - 4 ? ERR_OK : ERR_FORMAT);
	}
	assert_int_equal(name.len, 2 * ALONG_NAME_MAX - 9);
	assert_ok(along_drop(wang, draft));
	assert_ok(draft_remove(wang, draft));
	buf_clear(&name);
}

/* --- the record is kept --- */

static void a_kept_record_gets_what_it_names_and_what_is_missing_is_said(void **state)
{
	uint64_t draft = new_draft(wang);
	struct buf first = { 0 }, other = { 0 }, missing = { 0 };
	uint8_t record[EVENT_REF];
	unsigned attached;

	(void)state;
	assert_ok(along_take(wang, draft, picture("door.jpg"), NULL, &first));
	assert_ok(along_take(wang, draft, picture("not-used.jpg"), NULL, &other));
	assert_err(along_attach(wang, draft, &attached, &missing), ERR_NOTFOUND);      /* it is a draft still */
	assert_true(along_has(wang, draft, "door.jpg"));
	assert_ok(submit(wang, draft, "door.jpg", record));
	assert_ok(along_attach(wang, draft, &attached, &missing));
	assert_int_equal(attached, 1);
	assert_int_equal(missing.len, 0);
	assert_attached(wang, record, "door.jpg");
	assert_false(fs_exists(folder(wang, draft)));
	assert_ok(along_attach(wang, draft, &attached, &missing));                     /* again: nothing twice */
	assert_int_equal(attached, 0);
	assert_ok(draft_remove(wang, draft));

	draft = new_draft(wang);
	assert_ok(submit(wang, draft, "lost.jpg", record));
	assert_ok(along_attach(wang, draft, &attached, &missing));
	assert_int_equal(attached, 0);
	assert_string_equal(buf_str(&missing), "lost.jpg\n");
	assert_ok(draft_remove(wang, draft));
	buf_clear(&first);
	buf_clear(&other);
	buf_clear(&missing);
}

static void one_that_is_damaged_keeps_none_of_the_others_waiting(void **state)
{
	uint64_t drafts[2] = { new_draft(wang), new_draft(wang) };
	struct buf name = { 0 }, path = { 0 };
	uint8_t records[2][EVENT_REF];
	unsigned attached;

	(void)state;
	for (int i = 0; i < 2; i++) {
		buf_reset(&name);
		assert_ok(along_take(wang, drafts[i], picture("door.jpg"), NULL, &name));
		assert_ok(submit(wang, drafts[i], "door.jpg", records[i]));
		assert_ok(draft_remove(wang, drafts[i]));
	}
	if (drafts[0] > drafts[1]) {                              /* the damaged one comes first */
		uint8_t swap[EVENT_REF];
		uint64_t d = drafts[0];

		drafts[0] = drafts[1];
		drafts[1] = d;
		memcpy(swap, records[0], EVENT_REF);
		memcpy(records[0], records[1], EVENT_REF);
		memcpy(records[1], swap, EVENT_REF);
	}
	assert_ok(fs_write(fs_path(&path, folder(wang, drafts[0]), "door.jpg"), "damaged", 7));
	assert_int_not_equal(along_sweep(wang, &attached), ERR_OK);
	assert_int_equal(attached, 1);
	assert_attached(wang, records[1], "door.jpg");
	assert_ok(along_drop(wang, drafts[0]));
	assert_ok(along_sweep(wang, &attached));
	buf_clear(&name);
	buf_clear(&path);
}

static void the_next_start_attaches_drops_and_leaves_alone(void **state)
{
	uint64_t kept = new_draft(wang), thrown = new_draft(wang), open = new_draft(wang);
	struct buf name = { 0 }, stray = { 0 };
	uint8_t record[EVENT_REF];
	unsigned attached;

	(void)state;
	assert_ok(along_take(wang, kept, picture("door.jpg"), NULL, &name));
	assert_ok(along_take(wang, thrown, picture("door.jpg"), NULL, &name));
	assert_ok(along_take(wang, open, picture("door.jpg"), NULL, &name));
	buf_printf(&stray, "%s/photos/camera-17", wang->dir);
	assert_ok(fs_make_dir(buf_str(&stray)));
	assert_ok(submit(wang, kept, "door.jpg", record));
	assert_ok(draft_remove(wang, kept));                      /* the power goes here: nothing is attached yet */
	assert_ok(draft_remove(wang, thrown));
	assert_ok(along_sweep(wang, &attached));
	assert_int_equal(attached, 1);
	assert_attached(wang, record, "door.jpg");
	assert_false(fs_exists(folder(wang, kept)));
	assert_false(fs_exists(folder(wang, thrown)));
	assert_true(along_has(wang, open, "door.jpg"));
	assert_true(fs_exists(buf_str(&stray)));
	assert_ok(along_drop(wang, open));
	assert_ok(draft_remove(wang, open));
	buf_clear(&name);
	buf_clear(&stray);
}

/* --- the machine fails in the middle --- */

struct told { uint64_t draft; uint8_t record[EVENT_REF]; bool taken, kept; long calls; };

static void tell(int fd, const struct told *t)
{
	if (write(fd, t, sizeof *t) != (ssize_t)sizeof *t)
		_exit(1);
}

/* Take a picture along, keep the record, attach; each word is told as the person would see it. */
static void work(const char *name, bool dies, unsigned calls, long nth, int error, int fd)
{
	struct buf answer = { 0 }, missing = { 0 };
	struct told t = { .draft = 0 };
	struct profile *p;
	unsigned attached;

	if (world_open(name, false, WANG, &p))
		_exit(1);
	t.draft = new_draft(p);
	tell(fd, &t);
	if (dies)
		trap_die(world_path(name), calls, nth);
	else
		trap_fail(world_path(name), calls, nth, true, error);
	t.taken = !along_take(p, t.draft, picture("door.jpg"), NULL, &answer);
	tell(fd, &t);
	t.kept = !submit(p, t.draft, t.taken ? "door.jpg" : "", t.record);
	if (t.kept) {
		tell(fd, &t);
		draft_remove(p, t.draft);
		along_attach(p, t.draft, &attached, &missing);
	}
	t.calls = trap_calls();
	tell(fd, &t);
	_exit(0);
}

static bool try(const char *name, bool dies, unsigned calls, long nth, int error, struct told *last)
{
	struct told told;
	int fds[2], status;
	pid_t pid;

	*last = (struct told){ 0 };
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		close(fds[0]);
		work(name, dies, calls, nth, error, fds[1]);
	}
	close(fds[1]);
	while (read(fds[0], &told, sizeof told) == (ssize_t)sizeof told)
		*last = told;
	close(fds[0]);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && (!WEXITSTATUS(status) || (dies && WEXITSTATUS(status) == TRAP_DEAD)));
	return last->calls && last->calls < nth;                  /* it met no fault */
}

static void fail_each(bool dies, unsigned calls, int error)
{
	char sound[600], at[600];
	long nth = 1, kept = 0, attached_later = 0;
	bool over = false;

	profile_close(wang);
	snprintf(sound, sizeof sound, "%s", world_path("wang"));
	snprintf(at, sizeof at, "%s", world_path("torn"));
	for (; !over && nth < CALLS; nth++) {
		struct told told;
		struct profile *p;
		unsigned attached;
		uint8_t record[EVENT_REF];
		enum err e;

		assert_ok(fs_remove_tree(at));
		assert_ok(scene_copy(sound, at));
		over = try("torn", dies, calls, nth, error, &told);
		assert_ok(world_open("torn", false, WANG, &p));
		assert_ok(along_sweep(p, &attached));
		e = draft_record(p, told.draft, record);
		if (told.kept)
			assert_ok(e);
		if (!e && told.taken)
			assert_attached(p, record, "door.jpg");
		if (!e)
			assert_false(fs_exists(folder(p, told.draft)));
		else if (told.taken)
			assert_true(along_has(p, told.draft, "door.jpg"));     /* the draft goes on, its picture with it */
		kept += !e;
		attached_later += attached;
		profile_close(p);
	}
	assert_true(over);
	print_message("# %ld calls failed in turn; %ld records were kept, %ld photos attached at the next start\n", nth - 2, kept, attached_later);
	assert_true(attached_later > 0);
	assert_ok(world_open("wang", false, WANG, &wang));
}

static void killed_at_any_call_a_kept_record_has_its_photo_after_the_next_start(void **state)
{
	(void)state;
	fail_each(true, TRAP_WRITE | TRAP_SYNC | TRAP_NAME, 0);
}

static void a_disk_full_from_any_call_on_loses_no_photo_that_was_taken(void **state)
{
	(void)state;
	fail_each(false, TRAP_WRITE | TRAP_NAME, ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_draft_becomes_one_record_however_often_it_is_sent_off),
		cmocka_unit_test(what_is_taken_along_is_sealed_and_named_for_an_answer),
		cmocka_unit_test(names_that_no_answer_can_hold_are_refused),
		cmocka_unit_test(a_kept_record_gets_what_it_names_and_what_is_missing_is_said),
		cmocka_unit_test(one_that_is_damaged_keeps_none_of_the_others_waiting),
		cmocka_unit_test(the_next_start_attaches_drops_and_leaves_alone),
		cmocka_unit_test(killed_at_any_call_a_kept_record_has_its_photo_after_the_next_start),
		cmocka_unit_test(a_disk_full_from_any_call_on_loses_no_photo_that_was_taken),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down) != 0;
}
