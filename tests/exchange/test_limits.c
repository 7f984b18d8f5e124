/* Limits at n-1, n and n+1: rooms that may not grow for ever, crowded folders, files given to a command, logs of a writer, documents. */
#define _GNU_SOURCE
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "sync/bundle/open.h"
#include "sync/exchange/attach/scale.h"
#include "sync/exchange/folder/folder.h"
#include "sync/exchange/inbox/room.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/keys/identity.h"
#include "sync/keys/root.h"
#include "sync/ledger/log/log_batch.h"
#include "sync/limits.h"
#include "tests/ledger/world.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct profile *office, *device, *neighbour;      /* the two devices are of two villages */
static struct buf bundle;                                /* sealed by the neighbour */

static struct profile *enrol(const char *name, const char *person, const char *scope)
{
	struct enrol_terms terms = { .person = person, .roles = PACK_GRID, .scope_count = 1 };
	struct buf request = { 0 }, grant = { 0 };
	char label[33], code[KEYS_CODE];
	struct profile *p;

	assert_ok(event_scope_parse(scope, &terms.scopes[0]));
	assert_ok(enrol_create(world_path(name), person, "246810", keys_kdf_least()));
	assert_ok(profile_open(world_path(name), &p));
	assert_ok(profile_unlock(p, NULL, "246810", NULL));
	assert_ok(enrol_request(p, person, &request));
	assert_ok(enrol_grant(office, request.data, request.len, &terms, &grant, label));
	assert_ok(enrol_code(office, code));
	assert_ok(enrol_accept(p, grant.data, grant.len, code));
	buf_clear(&request);
	buf_clear(&grant);
	return p;
}

static enum err take_bytes(void *user, const char *name)
{
	struct buf path = { 0 };
	enum err e;

	profile_path(neighbour, "out", &path);
	buf_printf(&path, "/%s", name);
	e = fs_read(path.data, LIMIT_BLOB, user);
	buf_clear(&path);
	return e;
}

static int set_up(void **state)
{
	struct event_scope village = event_scope_village("990101100202");
	struct buf dir = { 0 };
	uint32_t bundles;
	uint64_t events;

	(void)state;
	assert_ok(enrol_found(world_path("town"), "样例镇", "990101100", "周敏", "246810", keys_kdf_least()));
	assert_ok(profile_open(world_path("town"), &office));
	assert_ok(profile_unlock(office, NULL, "246810", NULL));
	neighbour = enrol("neighbour", "李军", "990101100202");
	device = enrol("device", "王秀英", "990101100201");
	assert_ok(world_append(neighbour, &village, "elsewhere", NULL, NULL, NULL));
	assert_ok(folder_seal(neighbour, &bundles, &events));
	assert_int_equal(bundles, 1);
	assert_ok(fs_list(profile_path(neighbour, "out", &dir), 10, take_bytes, &bundle));
	buf_clear(&dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	profile_close(neighbour);
	profile_close(device);
	profile_close(office);
	buf_clear(&bundle);
	return 0;
}

/* --- rooms --- */

/* A file of any size that takes no space, last touched long ago. */
static void place(const char *dir, const char *name, uint64_t size, time_t when)
{
	struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };
	char path[700];
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static bool there(const char *dir, const char *name)
{
	char path[700];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return fs_exists(path);
}

static struct inbox_file take(const struct buf *data)
{
	struct inbox_file f = { .name = "x.xcb", .data = (const uint8_t *)data->data, .len = data->len };

	room_forget(device);
	assert_ok(inbox_take(device, &f, 1));
	return f;
}

/* With a room filled so that the next file makes it `over` bytes more than its limit: is the old file still there? */
static bool stays(const char *room, uint64_t limit, const struct buf *data, uint64_t beside, int over, enum inbox_verdict want)
{
	struct buf dir = { 0 };
	struct inbox_file f;
	bool kept;

	assert_ok(fs_remove_tree(profile_path(device, room, &dir)));
	assert_ok(fs_make_dir(dir.data));
	place(dir.data, "older", limit - data->len - beside + (uint64_t)(int64_t)over, 1000000);
	f = take(data);
	assert_int_equal(f.verdict, want);
	assert_true(fs_exists(f.kept));
	kept = there(dir.data, "older");
	buf_clear(&dir);
	return kept;
}

static void what_is_carried_for_others_has_its_limit_and_the_oldest_goes(void **state)
{
	(void)state;
	assert_true(stays("carry", LIMIT_CARRY, &bundle, 0, -1, INBOX_CARRIED));
	assert_true(stays("carry", LIMIT_CARRY, &bundle, 0, 0, INBOX_CARRIED));
	assert_false(stays("carry", LIMIT_CARRY, &bundle, 0, 1, INBOX_CARRIED));
}

/* A file named as the room names it: a bundle of the neighbour's, of the township's, a receipt, a photo. */
static void place_carried(const char *dir, unsigned n, const char *ending, const struct buf *begins, uint64_t size, time_t when, char name[80])
{
	uint8_t id[KEYS_HASH] = { (uint8_t)n };
	char path[700];
	int fd;

	keys_hex(id, KEYS_HASH, name);
	strcat(name, ending);
	place(dir, name, size, when);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (begins) {
		struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };

		fd = open(path, O_WRONLY);
		assert_int_equal(pwrite(fd, begins->data, begins->len, 0), (ssize_t)begins->len);
		assert_int_equal(futimens(fd, times), 0);
		close(fd);
	}
}

static struct buf of_township(void)
{
	struct buf b = { 0 };

	buf_put(&b, bundle.data, bundle.len);
	memcpy(b.data + 26, keys_identity_public(office->receipt)->writer, KEYS_WRITER);     /* FORMAT.md: the sealer */
	return b;
}

/* In a full room what goes down gives way, then receipts, then photos; records on their way up only when they are half a year old, and
 * then last. What cannot be taken along is said and holds up nothing. */
static void records_on_their_way_up_give_way_last_and_never_young(void **state)
{
	enum { THINGS = 5, DAY = 86400 };
	const time_t now = time(NULL);
	struct buf dir = { 0 }, down = of_township();
	char name[THINGS][80];

	(void)state;
	profile_path(device, "carry", &dir);
	for (int over = 0; over < THINGS; over++) {
		struct inbox_file f;

		assert_ok(fs_remove_tree(dir.data));
		assert_ok(fs_make_dir(dir.data));
		place_carried(dir.data, 1, ".xcb", &bundle, LIMIT_CARRY / 2, now - 170 * DAY, name[4]);
		place_carried(dir.data, 2, ".xcb", &bundle, LIMIT_CARRY / 8, now - 190 * DAY, name[3]);
		place_carried(dir.data, 3, ".xca", NULL, LIMIT_CARRY / 8, now - 100 * DAY, name[2]);
		place_carried(dir.data, 4, ".xcr", NULL, LIMIT_CARRY / 8, now - 100 * DAY, name[1]);
		place_carried(dir.data, 5, ".xcb", &down, LIMIT_CARRY / 8, now - DAY, name[0]);
		for (int gone = 0; gone < over; gone++) {           /* so many are gone already, and young records lie in their place */
			char path[700], young[80];

			snprintf(path, sizeof path, "%s/%s", dir.data, name[gone]);
			assert_ok(fs_remove(path));
			place_carried(dir.data, 10 + (unsigned)gone, ".xcb", &bundle, LIMIT_CARRY / 8, now, young);
		}
		f = take(&bundle);
		assert_int_equal(f.verdict, INBOX_CARRIED);
		for (int i = over; i < THINGS; i++)
			assert_int_equal(there(dir.data, name[i]), i > over || i == THINGS - 1);
		assert_int_equal(*f.kept != '\0', over < THINGS - 1);
		assert_true(over < THINGS - 1 || strstr(f.reason, "没有带上"));
	}
	buf_clear(&dir);
	buf_clear(&down);
}

/* So many bundles of a device that nobody knows here but by its name, one as old as the one before and a second. */
static void fill_from(const char *dir, unsigned first, unsigned count, unsigned who, uint64_t size, char name[][80])
{
	struct buf b = { 0 };

	buf_put(&b, bundle.data, bundle.len);
	if (who)
		memset(b.data + 26, (int)who, KEYS_WRITER);                 /* FORMAT.md: the sealer */
	for (unsigned i = 0; i < count; i++)
		place_carried(dir, first + i, ".xcb", &b, size, time(NULL) - 10000 + (time_t)i, name[i]);
	buf_clear(&b);
}

/* One device alone may fill the room. When another comes each has its part: what the first put there last, beyond it, gives way. */
static void nobody_s_bundles_keep_everybody_else_s_out(void **state)
{
	enum { EIGHT = LIMIT_CARRY / 8 };
	struct buf dir = { 0 };
	char one[8][80], two[8][80];
	struct inbox_file f;

	(void)state;
	profile_path(device, "carry", &dir);
	for (unsigned his = 3; his <= 5; his++) {                  /* of eight parts; with the one to come there are two owners */
		assert_ok(fs_remove_tree(dir.data));
		assert_ok(fs_make_dir(dir.data));
		fill_from(dir.data, 1, his, 1, EIGHT, one);
		fill_from(dir.data, 20, 8 - his, 0, EIGHT, two);      /* the neighbour's */
		f = take(&bundle);
		assert_int_equal(f.verdict, INBOX_CARRIED);
		assert_int_equal(*f.kept != '\0', his > 4);           /* the neighbour has his half, or more, already */
		for (unsigned i = 0; i < his; i++)
			assert_int_equal(there(dir.data, one[i]), his <= 4 || i != 4);
		for (unsigned i = 0; i < 8 - his; i++)
			assert_true(there(dir.data, two[i]));
	}
	/* a third comes to two who have filled it: of each what is beyond a third part may go, the oldest of that first */
	assert_ok(fs_remove_tree(dir.data));
	assert_ok(fs_make_dir(dir.data));
	fill_from(dir.data, 1, 4, 1, EIGHT, one);
	fill_from(dir.data, 20, 4, 2, EIGHT, two);
	f = take(&bundle);
	assert_true(*f.kept);
	assert_int_equal(there(dir.data, one[2]) + there(dir.data, two[2]), 1);
	for (unsigned i = 0; i < 4; i++)
		assert_true(i == 2 || (there(dir.data, one[i]) && there(dir.data, two[i])));
	buf_clear(&dir);
}

static void what_was_refused_has_its_limit_and_the_oldest_goes(void **state)
{
	struct buf bad = { 0 };

	(void)state;
	buf_put(&bad, bundle.data, bundle.len);
	bad.data[bad.len - 1] ^= 1;
	assert_true(stays("quarantine", LIMIT_QUARANTINE, &bad, 0, -1, INBOX_REFUSED));
	assert_true(stays("quarantine", LIMIT_QUARANTINE, &bad, 0, 0, INBOX_REFUSED));
	assert_false(stays("quarantine", LIMIT_QUARANTINE, &bad, 0, 1, INBOX_REFUSED));
	buf_clear(&bad);
}

static enum err count_one(void *user, const char *name)
{
	(void)name;
	++*(unsigned *)user;
	return ERR_OK;
}

static unsigned files_in(const char *dir)
{
	unsigned n = 0;

	assert_ok(fs_list(dir, 1 << 20, count_one, &n));
	return n;
}

static void a_room_holds_so_many_files_and_is_cleared_from_the_oldest(void **state)
{
	const char *dir = world_path("room");
	struct profile_room r = { 0 };
	char name[32], path[600];

	(void)state;
	snprintf(path, sizeof path, "%s", dir);
	assert_ok(fs_make_dir(path));
	for (int i = 0; i < ROOM_FILES - 1; i++) {
		snprintf(name, sizeof name, "%05d", i);
		place(path, name, 1, 1000000 + i);
	}
	assert_ok(room_make(&r, path, 1, LIMIT_CARRY, NULL));   /* n */
	place(path, "n", 1, 2000000);
	assert_int_equal(files_in(path), ROOM_FILES);
	assert_err(room_make(&r, path, 1, LIMIT_CARRY, NULL), ERR_LIMIT);
	assert_int_equal(files_in(path), ROOM_FILES);
	assert_ok(room_make(&r, path, 1, LIMIT_CARRY, &room_oldest_first));
	assert_int_equal(files_in(path), ROOM_FILES - ROOM_FILES / ROOM_SPARE);
	assert_false(there(path, "00000"));
	assert_true(there(path, "n"));
	/* what was measured once is not measured again for every file */
	place(path, "unseen", LIMIT_CARRY, 2000000);
	assert_ok(room_make(&r, path, 1, LIMIT_CARRY, NULL));
	r.known = false;
	assert_err(room_make(&r, path, 1, LIMIT_CARRY, NULL), ERR_LIMIT);
}

enum { GIVES = 3, STAYS = 5 };

/* Whose a file is says the first letter of its name. */
static unsigned by_letter(void *user, const char *name, int64_t when, uint64_t *owner)
{
	(void)user;
	(void)when;
	*owner = (uint64_t)name[0];
	return STAYS;
}

static enum err comes(const char *dir, struct profile_room *r, char whose)
{
	struct room_order order = { .rank = by_letter, .most = STAYS - 1, .fair = STAYS, .beyond = GIVES, .whose = (uint64_t)whose };

	r->known = false;
	return room_make(r, dir, 1, LIMIT_CARRY, &order);
}

static void put_files(const char *dir, char whose, int first, int end)
{
	char name[32];

	for (int i = first; i < end; i++) {
		snprintf(name, sizeof name, "%c%05d", whose, i);
		place(dir, name, 1, 1000000 + i);
	}
}

static unsigned of_letter(const char *dir, char whose, unsigned first, unsigned end)
{
	unsigned n = 0;
	char name[32];

	for (unsigned i = first; i < end; i++) {
		snprintf(name, sizeof name, "%c%05u", whose, i);
		n += there(dir, name);
	}
	return n;
}

/* Many small ones fill a room as well as few large ones: its places are shared out like its bytes. */
static void nobody_s_many_small_bundles_keep_everybody_else_s_out(void **state)
{
	enum { HALF = ROOM_FILES / 2, SPARE = ROOM_FILES / ROOM_SPARE };
	struct profile_room r = { 0 };
	char dir[600];

	(void)state;
	snprintf(dir, sizeof dir, "%s", world_path("places"));
	assert_ok(fs_make_dir(dir));
	put_files(dir, 'a', 0, ROOM_FILES);
	assert_err(comes(dir, &r, 'a'), ERR_LIMIT);
	assert_int_equal(files_in(dir), ROOM_FILES);
	assert_ok(comes(dir, &r, 'b'));                           /* of two each has half */
	assert_int_equal(of_letter(dir, 'a', 0, HALF), HALF);
	assert_int_equal(of_letter(dir, 'a', HALF, ROOM_FILES), HALF - SPARE);
	put_files(dir, 'b', 0, SPARE);
	assert_err(comes(dir, &r, 'a'), ERR_LIMIT);
	for (int at = SPARE; at < HALF; at += SPARE) {
		assert_ok(comes(dir, &r, 'b'));
		put_files(dir, 'b', at, at + SPARE);
	}
	assert_int_equal(of_letter(dir, 'a', 0, HALF), HALF);
	assert_int_equal(of_letter(dir, 'b', 0, HALF), HALF);
	assert_err(comes(dir, &r, 'b'), ERR_LIMIT);
	assert_err(comes(dir, &r, 'a'), ERR_LIMIT);
	assert_int_equal(files_in(dir), ROOM_FILES);
	assert_ok(comes(dir, &r, 'c'));
	assert_int_equal(of_letter(dir, 'a', 0, ROOM_FILES / 3), ROOM_FILES / 3);
	assert_int_equal(of_letter(dir, 'b', 0, ROOM_FILES / 3), ROOM_FILES / 3);
}

/* --- crowds --- */

static void a_crowded_folder_is_read_as_far_as_its_limit_our_names_first(void **state)
{
	char stick[600], name[32];

	(void)state;
	snprintf(stick, sizeof stick, "%s", world_path("crowd"));
	assert_ok(fs_make_dir(stick));
	for (int i = 0; i < FOLDER_FILES_MAX - 2; i++) {
		snprintf(name, sizeof name, "%05d.jpg", i);
		place(stick, name, 0, 1000000);
	}
	snprintf(name, sizeof name, "zz-last.xcb");              /* after all the others in any order of names */
	for (int more = -1; more <= 1; more++) {
		struct folder_report r = { 0 };
		char path[700], extra[32];

		snprintf(extra, sizeof extra, "extra%d.jpg", more + 1);
		if (more < 0) {
			snprintf(path, sizeof path, "%s/%s", stick, name);
			assert_ok(fs_write(path, bundle.data, bundle.len));
		} else {
			place(stick, extra, 0, 1000000);
		}
		assert_ok(folder_take(office, stick, &r));
		assert_int_equal(r.left_out, more > 0 ? 1 : 0);
		assert_int_equal(r.files[more < 0 ? INBOX_MERGED : INBOX_DUPLICATE], 1);
	}
}

/* --- what is given to a command --- */

static void a_file_too_large_for_the_command_is_refused_before_it_runs(void **state)
{
	char dir[600], path[700];

	(void)state;
	snprintf(dir, sizeof dir, "%s", world_path("photos"));
	assert_ok(fs_make_dir(dir));
	snprintf(path, sizeof path, "%s/raw", dir);
	for (int over = -1; over <= 1; over++) {
		struct buf out = { 0 };
		enum err e;

		place(dir, "raw", (uint64_t)(SCALE_FILE_MAX + over), 1000000);
		e = scale_read(path, "printf small >\"$2\"", dir, 1 << 20, &out);
		assert_err(e, over > 0 ? ERR_LIMIT : ERR_OK);
		if (over > 0)
			assert_non_null(strstr(err_detail(), "64 MiB"));
		else
			assert_string_equal(buf_str(&out), "small");
		buf_clear(&out);
	}
}

/* --- logs of a writer --- */

struct many { uint8_t writer[EVENT_WRITER]; uint64_t had; enum err got[3], other; };

static enum err make_logs(struct log_batch *b, void *user)
{
	struct many *x = user;
	struct store_key count = log_meta_key(META_EPOCHS);
	struct event_log_id id = { .scope = event_scope_all() };
	struct log_record *r = malloc(sizeof *r);

	assert_non_null(r);
	memcpy(id.writer, x->writer, EVENT_WRITER);
	store_key_put(&count, x->writer, EVENT_WRITER);
	log_meta_put_number(log_txn(b), &count, x->had);
	for (int i = 0; i < 3; i++) {
		id.epoch = 77 + (uint64_t)i;
		x->got[i] = log_record_make(b, &id, r);
	}
	id.writer[0] ^= 1;
	x->other = log_record_make(b, &id, r);
	free(r);
	return ERR_EXISTS;                                       /* nothing of it is kept */
}

static void a_writer_has_so_many_logs_and_others_are_not_held_up(void **state)
{
	struct many x = { .writer = { 1, 2, 3 }, .had = LIMIT_EPOCHS - 2 };

	(void)state;
	assert_err(log_write(device, make_logs, &x), ERR_EXISTS);
	assert_string_equal(err_name(x.got[0]), err_name(ERR_OK));
	assert_string_equal(err_name(x.got[1]), err_name(ERR_OK));
	assert_string_equal(err_name(x.got[2]), err_name(ERR_LIMIT));
	assert_string_equal(err_name(x.other), err_name(ERR_OK));
}

/* --- documents and files --- */

static void a_key_document_over_its_limit_is_refused_for_its_size(void **state)
{
	static const uint8_t zeros[LIMIT_ROOT + 1];

	(void)state;
	for (size_t n = LIMIT_ROOT - 1; n <= LIMIT_ROOT + 1; n++) {
		struct keys_roots r = { 0 };
		enum err e = keys_roots_add(&r, zeros, n);

		assert_true(e && (e == ERR_LIMIT) == (n > LIMIT_ROOT));
		keys_roots_clear(&r);
	}
}

static void a_bundle_over_its_limit_is_refused_for_its_size(void **state)
{
	(void)state;
	for (size_t n = LIMIT_BUNDLE_FILE - 1; n <= LIMIT_BUNDLE_FILE + 1; n++) {
		struct bundle *b = calloc(1, sizeof *b);
		struct buf file = { 0 };
		enum err e;

		buf_put(&file, bundle.data, bundle.len);
		while (file.len < n)
			buf_putc(&file, 0);
		e = bundle_open((const uint8_t *)file.data, file.len, office->roster, office->ring, b);
		assert_true(e && (e == ERR_LIMIT) == (n > LIMIT_BUNDLE_FILE));
		bundle_clear(b);
		free(b);
		buf_clear(&file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_carried_for_others_has_its_limit_and_the_oldest_goes),
		cmocka_unit_test(records_on_their_way_up_give_way_last_and_never_young),
		cmocka_unit_test(what_was_refused_has_its_limit_and_the_oldest_goes),
		cmocka_unit_test(nobody_s_bundles_keep_everybody_else_s_out),
		cmocka_unit_test(a_room_holds_so_many_files_and_is_cleared_from_the_oldest),
		cmocka_unit_test(nobody_s_many_small_bundles_keep_everybody_else_s_out),
		cmocka_unit_test(a_crowded_folder_is_read_as_far_as_its_limit_our_names_first),
		cmocka_unit_test(a_file_too_large_for_the_command_is_refused_before_it_runs),
		cmocka_unit_test(a_writer_has_so_many_logs_and_others_are_not_held_up),
		cmocka_unit_test(a_key_document_over_its_limit_is_refused_for_its_size),
		cmocka_unit_test(a_bundle_over_its_limit_is_refused_for_its_size),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down) != 0;
}
