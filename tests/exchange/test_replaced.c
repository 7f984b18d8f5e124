/* What lies on a stick and is sealed anew elsewhere on it: the old copy goes, never before the new one is there, and never another's. */
#include "config.h"
#include "tests/exchange/two.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "sync/exchange/outbox/downlink.h"
#include "sync/exchange/outbox/shelf.h"
#include "sync/ledger/log/log_batch.h"
#include "sync/ledger/log/offer.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t began;                                   /* when the profiles were made */

struct files { const char *ending; uint32_t n; };

static enum err count_file(void *user, const char *name)
{
	struct files *f = user;

	f->n += strstr(name, f->ending) != NULL;
	return ERR_OK;
}

static uint32_t files_in(const char *below, const char *ending)
{
	struct files f = { .ending = ending };
	struct buf dir = { 0 };

	buf_printf(&dir, "%s/XUNCHA/%s", stick, below);
	assert_ok(fs_list(buf_str(&dir), FOLDER_FILES_MAX, count_file, &f));
	buf_clear(&dir);
	return f.n;
}

static uint32_t bundles_in(const char *below)
{
	return files_in(below, ".xcb");
}

static uint32_t receipts_there(void)
{
	return files_in("receipts", ".xcr");
}

static enum err own_log(void *user, const struct log_head *h)
{
	if (!memcmp(h->id.writer, device->writer, EVENT_WRITER) && event_scope_same(&h->id.scope, &village))
		*(struct log_head *)user = *h;
	return ERR_OK;
}

static bool refuse(void *user, const char *what, uint32_t done, uint32_t total)
{
	(void)user; (void)what; (void)done; (void)total;
	return false;
}

/* Content has changed (an erasure), so it is sealed anew: the old bytes go, but never before the new ones lie there. */
static void what_is_sealed_anew_replaces_its_old_copy_on_the_stick(void **state)
{
	struct folder_report stopped = { .progress = refuse };
	struct log_head own = { 0 };
	struct store_txn t;
	uint32_t before;

	(void)state;
	two_fresh_stick();
	assert_ok(world_append(device, &village, "sealed-twice", NULL, NULL, NULL));
	assert_ok(two_deliver());
	before = bundles_in("up");
	assert_int_equal(two_waiting().whole, before);
	profile_begin(device, &t);
	assert_ok(log_heads(&t, own_log, &own));
	store_abort(&t);
	assert_ok(shelf_forget(device, &own.id, own.highest));
	assert_ok(folder_sync(device, stick, &stopped));
	assert_true(stopped.stopped);
	assert_int_equal(bundles_in("up"), before);       /* stopped before the new one was there */
	assert_ok(two_deliver());
	assert_int_equal(two_waiting().whole, bundles_in("up"));
	assert_ok(two_merge());
	assert_true(two_holds(office, "sealed-twice"));
	assert_ok(two_deliver());
	assert_int_equal(two_waiting().count, 0);
}

/* A downlink grows by a file a day. The shelf is made anew now and then, and then the stick loses what was made anew; a device that
 * comes late still finds all of it. */
static void a_stick_does_not_fill_up_with_what_the_township_made_anew(void **state)
{
	char first[32], last[32];
	uint32_t most = 0;

	(void)state;
	two_fresh_stick();
	for (int i = 0; i < 2 * DOWNLINK_SMALL_FILES + 10; i++) {
		snprintf(last, sizeof last, "small-%d", i);
		if (!i)
			strcpy(first, last);
		assert_ok(world_append(office, &village, last, NULL, NULL, NULL));
		assert_ok(two_merge());
		if (bundles_in("down") > most)
			most = bundles_in("down");
	}
	print_message("# at most %u bundles on the stick, %u at the end\n", most, bundles_in("down"));
	assert_in_range(most, DOWNLINK_SMALL_FILES, 2 * DOWNLINK_SMALL_FILES);
	assert_ok(two_deliver());
	assert_true(two_holds(device, first) && two_holds(device, last));
}

struct rows { uint32_t replaced, old; int64_t before; };

static enum err count_row(void *user, const struct evidence *e)
{
	struct rows *r = user;

	if (e->state == EVIDENCE_REPLACED && strcmp(e->shelf, "out")) {
		r->replaced++;
		r->old += e->seen < r->before;
	}
	return ERR_OK;
}

static struct rows rows_replaced(int64_t before)
{
	struct rows r = { .before = before };
	struct store_txn t;

	profile_begin(office, &t);
	assert_ok(evidence_each(&t, count_row, &r));
	store_abort(&t);
	return r;
}

/* What was replaced is remembered for the sticks that are out, and not for ever: every fill reads all of it. */
static void what_was_replaced_long_ago_is_forgotten(void **state)
{
	const int64_t now = clock_wall(), later = now + (int64_t)(SHELF_REPLACED_DAYS + 1) * 86400000;
	char name[32];

	(void)state;
	two_fresh_stick();
	assert_true(rows_replaced(later).old >= DOWNLINK_SMALL_FILES);
	clock_set(later);
	for (int i = 0; i < DOWNLINK_SMALL_FILES + 10; i++) {
		snprintf(name, sizeof name, "later-%d", i);
		assert_ok(world_append(office, &village, name, NULL, NULL, NULL));
		assert_ok(two_merge());
	}
	clock_set(began);
	assert_int_equal(rows_replaced(later).old, 0);
	assert_true(rows_replaced(later).replaced > 0);
	assert_ok(two_deliver());
	assert_true(two_holds(device, "later-0") && two_holds(device, name));
}

/* A receipt is of use until its author has read it; then it only lies there, and every device reads it again. */
static void old_receipts_leave_the_stick_and_nobody_misses_them(void **state)
{
	const int64_t day = 86400000, start = began;

	(void)state;
	two_fresh_stick();
	assert_ok(world_append(device, &village, "receipted", NULL, NULL, NULL));
	assert_ok(two_deliver());
	assert_ok(two_merge());
	assert_int_equal(receipts_there(), 1);
	clock_set(start + (FOLDER_RECEIPT_DAYS - 1) * day);
	assert_ok(two_merge());
	assert_int_equal(receipts_there(), 1);
	clock_set(start + (FOLDER_RECEIPT_DAYS + 1) * day);
	assert_ok(two_merge());
	assert_int_equal(receipts_there(), 1);             /* of a bundle that is still there: it is asked for */
	assert_ok(two_deliver());
	assert_int_equal(two_waiting().count, 0);
	assert_ok(two_merge());
	assert_int_equal(receipts_there(), 1);
	clock_set(start + (2 * FOLDER_RECEIPT_DAYS + 3) * day);
	assert_ok(two_merge());
	assert_int_equal(receipts_there(), 0);
	assert_ok(two_deliver());
	assert_int_equal(two_waiting().count, 0);
	clock_set(start);
}

static enum err count_telling(void *user, const struct evidence *e)
{
	*(unsigned *)user += e->state == EVIDENCE_MERGED && *e->program;
	return ERR_OK;
}

/* Bundles at the township that say what the device runs. */
static unsigned telling(void)
{
	struct store_txn t;
	unsigned n = 0;

	profile_begin(office, &t);
	assert_ok(evidence_each(&t, count_telling, &n));
	store_abort(&t);
	return n;
}

/* Sealed at every lock and exit, for weeks without meeting anybody: the bundles stay few, and nothing is lost when they are made anew. */
static void what_waits_in_many_small_bundles_is_sealed_anew_in_few(void **state)
{
	char text[32], first[32] = "lock-0";
	unsigned told = telling();
	uint32_t most = 0;

	(void)state;
	two_fresh_stick();
	for (int i = 0; i < 3 * FOLDER_SMALL; i++) {
		uint32_t bundles;
		uint64_t events;

		snprintf(text, sizeof text, "lock-%d", i);
		assert_ok(world_append(device, &village, text, NULL, NULL, NULL));
		assert_ok(folder_seal(device, &bundles, &events));
		if (two_waiting().count > most)
			most = two_waiting().count;
	}
	print_message("# at most %u bundles\n", most);
	assert_true(most > 1 && most <= FOLDER_SMALL + 2);
	assert_ok(two_deliver());
	assert_ok(two_merge());
	assert_true(two_holds(office, first));
	assert_true(two_holds(office, text));
	assert_int_equal(telling(), told + 1);             /* the bundle that had told it may be among those that are gone */
	assert_ok(two_deliver());
	assert_int_equal(two_waiting().count, 0);
}

/* --- what others wrote, for a township that was restored --- */

enum { VILLAGES = 40 };

/* A log of the township's staff as the device would have received it; it is to be offered. */
static enum err import_one(struct log_batch *b, void *user)
{
	const struct log_segment *seg = user;
	struct log_step *steps = calloc(seg->count, sizeof *steps);
	struct log_result result;
	enum err e = steps ? log_segment_read(seg, steps) : ERR_NOMEM;

	if (!e)
		e = log_import(b, seg, steps, &result);
	if (!e)
		offer_note(b, &seg->id, seg->first + seg->count - 1);
	free(steps);
	return e;
}

static enum err pass_on(void *user, const struct log_head *h)
{
	struct log_segment seg;
	struct buf bytes = { 0 };
	enum err e = ERR_OK;

	if (!memcmp(h->id.writer, office->writer, EVENT_WRITER) && h->id.scope.kind == 1) {
		e = log_export(user, &h->id, 1, NULL, 1000, 65536, &bytes, &seg);
		e = e ? e : log_write(device, import_one, &seg);
	}
	buf_clear(&bytes);
	return e;
}

struct sealed { struct event_scope scopes[2 * VILLAGES]; unsigned count; bool own; };

static enum err note_pieces(void *user, const struct evidence *e)
{
	struct sealed *x = user;

	for (uint32_t i = 0; e->state == EVIDENCE_WAITING && !strcmp(e->shelf, "out") && i < e->piece_count; i++) {
		const struct event_log_id *log = &e->pieces[i].log;
		bool had = false;

		x->own |= !memcmp(log->writer, device->writer, EVENT_WRITER);
		for (unsigned k = 0; k < x->count; k++)
			had |= event_scope_same(&x->scopes[k], &log->scope);
		if (!had)
			x->scopes[x->count++] = log->scope;
	}
	return ERR_OK;
}

static void what_staff_wrote_in_many_villages_holds_up_nothing_of_a_device_s_own(void **state)
{
	struct sealed x = { .count = 0 };
	struct store_txn t;
	uint32_t bundles;
	uint64_t events;

	(void)state;
	for (int i = 0; i < VILLAGES; i++) {
		char code[16];
		struct event_scope far;

		snprintf(code, sizeof code, "9901011%05d", i);
		far = event_scope_village(code);
		assert_ok(world_append(office, &far, "far", NULL, NULL, NULL));
	}
	profile_begin(office, &t);
	assert_ok(log_heads(&t, pass_on, &t));
	store_abort(&t);
	assert_ok(world_append(device, &village, "own", NULL, NULL, NULL));
	assert_ok(folder_seal(device, &bundles, &events));          /* no township was restored: nothing but our own */
	profile_begin(device, &t);
	assert_ok(evidence_each(&t, note_pieces, &x));
	store_abort(&t);
	assert_true(x.own && x.count == 1);
	assert_ok(world_append(device, &village, "more", NULL, NULL, NULL));
	assert_ok(profile_set_tick(device, device->anchor.tick + ((uint64_t)1 << 32)));
	assert_ok(folder_seal(device, &bundles, &events));
	assert_true(bundles > VILLAGES);
	x = (struct sealed){ .count = 0 };
	profile_begin(device, &t);
	assert_ok(evidence_each(&t, note_pieces, &x));
	store_abort(&t);
	assert_true(x.own);
	assert_int_equal(x.count, VILLAGES + 1);
}

static int set_up(void **state)
{
	began = clock_wall();
	return two_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_anew_replaces_its_old_copy_on_the_stick),
		cmocka_unit_test(a_stick_does_not_fill_up_with_what_the_township_made_anew),
		cmocka_unit_test(what_was_replaced_long_ago_is_forgotten),
		cmocka_unit_test(what_waits_in_many_small_bundles_is_sealed_anew_in_few),
		cmocka_unit_test(old_receipts_leave_the_stick_and_nobody_misses_them),
		cmocka_unit_test(what_staff_wrote_in_many_villages_holds_up_nothing_of_a_device_s_own),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return keys_start() || cmocka_run_group_tests(tests, set_up, two_teardown);
}
