/* An erasure reaches what lies beside the ledger of a device: corrections half written, and the files that a rebuild set aside. F26. */
#include "config.h"
#include "tests/exchange/two.h"

#include "forms/base/fs.h"
#include "sync/exchange/erase/erase.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/row.h"
#include "sync/ledger/submit/draft.h"

#include <stdio.h>
#include <stdlib.h>

static const char secret[] = "钱不留名";

/* A record of a person at both; what erasing it takes. */
static void told(uint8_t ref[EVENT_REF])
{
	two_fresh_stick();
	assert_ok(world_append(device, &village, "pub", NULL, secret, ref));
	assert_ok(two_deliver());
	assert_ok(two_merge());
	assert_ok(two_deliver());
}

static void order(const uint8_t ref[EVENT_REF])
{
	struct erase_list list = { 0 };

	assert_ok(erase_collect(office, ref, 1, &list));
	assert_int_equal(list.count, 1);
	assert_ok(erase_order(office, &list, "本人要求"));
	erase_list_clear(&list);
	assert_ok(two_merge());
}

/* A draft that says the secret; it stands under `prefix` REF. */
static struct draft *half_written(const char *prefix, const uint8_t ref[EVENT_REF], uint64_t *id)
{
	struct draft_about about = { .form = "household_new", .version = "1", .started = 1 };
	struct row_id row = { .index = 0 };
	char text[ROW_ID_TEXT];
	struct draft *d;

	memcpy(row.ref, ref, EVENT_REF);
	snprintf(about.row, sizeof about.row, "%s%s", prefix, row_id_text(&row, text));
	assert_ok(draft_new(device, &about, &d));
	assert_ok(draft_save(d, secret, sizeof secret));
	assert_ok(draft_save(d, secret, sizeof secret));              /* both slots */
	*id = draft_about(d)->id;
	return d;
}

struct asking { bool confirmed; unsigned orders; };

static bool ask(void *user, const struct erase_state *s)
{
	struct asking *x = user;

	if (!memcmp(s->writer->writer, device->writer, EVENT_WRITER)) {
		x->confirmed &= s->confirmed;
		x->orders++;
	}
	return true;
}

/* Does the township know that the device has done all that was ordered? */
static bool confirmed(void)
{
	struct asking x = { .confirmed = true };

	assert_ok(two_deliver());
	assert_ok(two_merge());
	assert_ok(erase_each(office, ask, &x));
	assert_true(x.orders);
	return x.confirmed;
}

static void f26_corrections_half_written_go_with_the_record(void **state)
{
	uint8_t ref[EVENT_REF], other[EVENT_REF];
	uint64_t closed, open, elsewhere, row;
	struct draft *filling;

	(void)state;
	told(ref);
	assert_ok(world_append(device, &village, "another", NULL, "别人", other));
	draft_close(half_written(DRAFT_AMEND, ref, &closed));
	draft_close(half_written(DRAFT_AMEND, other, &elsewhere));
	draft_close(half_written("households:", ref, &row));
	filling = half_written(DRAFT_AMEND, ref, &open);
	order(ref);
	assert_false(confirmed());                                /* somebody is at it */
	assert_false(draft_exists(device, closed));
	assert_true(draft_exists(device, elsewhere) && draft_exists(device, row) && draft_exists(device, open));
	assert_ok(draft_save(filling, secret, sizeof secret));
	draft_close(filling);
	assert_true(confirmed());
	assert_false(draft_exists(device, open));
	assert_true(draft_exists(device, elsewhere) && draft_exists(device, row));
	assert_ok(draft_remove(device, elsewhere));
	assert_ok(draft_remove(device, row));
}

/* The store's file is spoilt; what can be made again from the journal is. */
static void break_store(void)
{
	char path[600];
	FILE *f;

	profile_close(device);
	snprintf(path, sizeof path, "%s/store/data.mdb", world_path("device"));
	assert_non_null(f = fopen(path, "r+b"));
	for (int i = 0; i < 16384; i++)
		fputc(0xa5, f);
	fclose(f);
	assert_ok(profile_open(world_path("device"), &device));
	assert_ok(profile_unlock(device, NULL, "246810", NULL));
	assert_true(device->health.store_rebuilt);
}

static void f26_what_a_rebuild_set_aside_goes_when_nothing_was_lost(void **state)
{
	uint8_t ref[EVENT_REF];
	struct buf aside = { 0 }, only = { 0 }, words = { 0 };

	(void)state;
	told(ref);
	break_store();
	assert_true(fs_is_dir(profile_path(device, device->health.kept, &aside)));
	profile_path(device, PROFILE_DAMAGED "99", &only);            /* of which nobody can say that it is of no more use */
	assert_ok(fs_make_dir(only.data));
	assert_true(confirmed());                                 /* the orders before */
	order(ref);
	assert_false(confirmed());
	assert_false(fs_exists(aside.data));
	assert_true(fs_is_dir(only.data));
	assert_ok(erase_left_words(device, &words));              /* and is told which, and what to do with it */
	assert_non_null(strstr(buf_str(&words), only.data));
	assert_ok(fs_remove_tree(only.data));                     /* a person looked at it */
	assert_true(confirmed());
	buf_reset(&words);
	assert_ok(erase_left_words(device, &words));
	assert_string_equal(buf_str(&words), "");
	buf_clear(&words);
	buf_clear(&aside);
	buf_clear(&only);
}

static void what_was_never_here_takes_nothing_away(void **state)
{
	struct event_scope elsewhere = event_scope_village("990101100202");
	uint8_t ref[EVENT_REF];
	struct buf aside = { 0 };

	(void)state;
	break_store();
	two_fresh_stick();
	assert_ok(world_append(office, &elsewhere, "note", NULL, secret, ref));
	order(ref);
	assert_true(confirmed());
	assert_true(fs_is_dir(profile_path(device, device->health.kept, &aside)));
	buf_clear(&aside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f26_corrections_half_written_go_with_the_record),
		cmocka_unit_test(f26_what_a_rebuild_set_aside_goes_when_nothing_was_lost),
		cmocka_unit_test(what_was_never_here_takes_nothing_away),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, two_setup, two_teardown);
}
