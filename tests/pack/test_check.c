/* `pack check`: the sample pack is sound; each pack of tests/pack/broken is the sample with one mistake in it, and the
 * mistake is told with file, row, column and what it is about. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/pack/changes.h"
#include "forms/pack/check.h"
#include "tests/pack/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SAMPLE SRCDIR "/tests/pack/sample"
#define BROKEN SRCDIR "/tests/pack/broken"

struct told { struct buf all; uint32_t errors, warnings; };

static void tell(void *user, const struct pack_fault *f)
{
	struct told *t = user;

	buf_printf(&t->all, "%s %u %s: %s\n", f->file, f->row, f->column ? f->column : "-", f->message);
	if (f->warning)
		t->warnings++;
	else
		t->errors++;
}

static char dir[] = "/tmp/xuncha-check-XXXXXX";

/* Does a line of what was told begin as expected ("file row column") and speak of what is expected? */
static bool is_told(const struct told *t, const char *expected)
{
	const char *colon = strstr(expected, ": ");
	size_t place = (size_t)(colon + 2 - expected);
	char about[200];

	snprintf(about, sizeof about, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
	for (const char *line = buf_str(&t->all); *line; line += strcspn(line, "\n") + 1) {
		char one[1024];

		snprintf(one, sizeof one, "%.*s", (int)strcspn(line, "\n"), line);
		if (!strncmp(one, expected, place) && strstr(one + place, about))
			return true;
	}
	return false;
}

static uint32_t broken_count;

static enum err break_one(void *user, const char *name)
{
	struct told t = { { 0 }, 0, 0 };
	struct buf pack = { 0 }, overlay = { 0 }, path = { 0 }, expected = { 0 };
	struct pack *out;
	enum err e;

	(void)user;
	fs_path(&pack, dir, name);
	fs_path(&overlay, BROKEN, name);
	tree_copy(SAMPLE, pack.data);
	tree_copy(overlay.data, pack.data);
	if (!strcmp(name, "missing_table"))
		assert_ok(fs_remove(fs_path(&path, pack.data, "kinds.csv")));
	assert_ok(fs_read(fs_path(&path, overlay.data, "expected"), 4096, &expected));
	e = pack_check(pack.data, NULL, tell, &t, &out);
	if (!is_told(&t, buf_str(&expected)))
		fail_msg("%s: expected %s, told:\n%s", name, buf_str(&expected), buf_str(&t.all));
	if (t.errors ? t.errors != 1 : t.warnings != 1)
		fail_msg("%s: one mistake, but told:\n%s", name, buf_str(&t.all));
	assert_int_equal(e == ERR_OK, t.errors == 0);
	assert_int_equal(out != NULL, t.errors == 0);
	pack_free(out);
	broken_count++;
	buf_clear(&t.all);
	buf_clear(&pack);
	buf_clear(&overlay);
	buf_clear(&path);
	buf_clear(&expected);
	return ERR_OK;
}

static void each_broken_pack_is_refused_for_its_one_mistake(void **state)
{
	(void)state;
	assert_ok(fs_list(BROKEN, 1000, break_one, NULL));
	assert_true(broken_count > 80);
}

static void the_sample_pack_is_sound(void **state)
{
	struct told t = { { 0 }, 0, 0 };
	struct pack *p;

	(void)state;
	assert_ok(pack_check(SAMPLE, NULL, tell, &t, &p));
	assert_string_equal(buf_str(&t.all), "");
	pack_free(p);
}

static void the_shipped_pack_is_sound(void **state)
{
	struct told t = { { 0 }, 0, 0 };
	struct pack *p = NULL;

	(void)state;
	assert_ok(pack_check(SRCDIR "/forms/catalog", NULL, tell, &t, &p));
	if (t.errors + t.warnings)
		fail_msg("%s", buf_str(&t.all));
	pack_free(p);
}

/* ---- against an older pack ---- */

static void what_old_records_are_folded_by_may_not_change(void **state)
{
	static const struct { const char *file, *old, *new, *says; bool error; } edits[] = {
		{ "pack.csv", "version,1", "version,1", "pack.csv 0 version: ", true },
		{ "fields.csv", "note,text,备注,Remarks,,", "note,text,备注,Remarks,,field", "fields.csv 18 merge: ", true },
		{ "fields.csv", "M|M?|G+|G", "M?|M|G+|G", "fields.csv 22 danger_order: ", true },
		{ "fields.csv", "places,5,seats", "places,55,seats", "fields.csv 6 n: 5", true },
		{ "fields.csv", "places,5,seats,integer", "places,5,chairs,integer", "fields.csv 6 n: seats", true },
		{ "fields.csv", "teams,2,founded,date", "teams,2,founded,datetime", "fields.csv 38 type: ", true },
		{ "registers.csv", "Teams,${name},name,village", "Teams,${name},name,township", "registers.csv 5 scope: ", true },
		{ "codes.csv", "risk,green,绿,Green,2,\n", "", "codes.csv 0 name: green", false },
		{ "fields.csv", "owner,text,负责人,Owner,,,,P2", "owner,text,负责人,Owner,,,,P1", "fields.csv 7 class: ", false }
	};
	struct pack *older, *newer;

	(void)state;
	assert_ok(pack_read(SAMPLE, NULL, NULL, &older));
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
		struct told t = { { 0 }, 0, 0 };
		char to[64];
		enum err e;

		snprintf(to, sizeof to, "%s/older%zu", dir, i);
		tree_copy(SAMPLE, to);
		if (i)
			tree_edit(to, "pack.csv", "version,1", "version,2");
		if (!strcmp(edits[i].old, "teams,2,founded,date"))
			tree_edit(to, "forms/team_new.csv", ",date,founded", ",dateTime,founded");
		if (!strcmp(edits[i].old, "teams,2,founded,date"))
			tree_edit(to, "duties.csv", ",founded,P", ",,P");
		if (strstr(edits[i].new, "chairs")) {
			tree_edit(to, "forms/place_new.csv", "Seats,seats", "Seats,chairs");
			tree_edit(to, "thresholds.csv", "seats", "chairs");
			tree_edit(to, "fields.csv", "${seats}", "${chairs}");
		}
		tree_edit(to, edits[i].file, edits[i].old, edits[i].new);
		e = pack_check(to, older, tell, &t, &newer);
		if (!is_told(&t, edits[i].says) || (e != ERR_OK) != edits[i].error)
			fail_msg("expected %s, told:\n%s", edits[i].says, buf_str(&t.all));
		pack_free(newer);
		buf_clear(&t.all);
	}
	pack_free(older);
}

static void new_values_may_be_put_into_a_danger_order(void **state)
{
	struct told t = { { 0 }, 0, 0 };
	struct pack *older, *newer;
	char to[64];

	(void)state;
	assert_ok(pack_read(SAMPLE, NULL, NULL, &older));
	snprintf(to, sizeof to, "%s/order", dir);
	tree_copy(SAMPLE, to);
	tree_edit(to, "pack.csv", "version,1", "version,2");
	tree_edit(to, "codes.csv", "level,G,", "level,X,很急,Urgent,3,\nlevel,G,");
	tree_edit(to, "fields.csv", "M|M?|G+|G", "M|X|M?|G+|G");
	assert_ok(pack_check(to, older, tell, &t, &newer));
	assert_string_equal(buf_str(&t.all), "");
	pack_free(newer);
	pack_free(older);
}

static void count_orphans(void *user, const struct pack_fault *f)
{
	*(uint32_t *)user += f->orphans;
}

/* A register, a field, a word that old records use: they may go, but whoever publishes is told which. */
static void what_would_hide_old_answers_is_marked(void **state)
{
	static const struct { const char *file, *old, *new; uint32_t orphans; } more[] = {
		{ "fields.csv", "places,5,seats", "places,99,extra,text,附加,Extra,,,,,,,\nplaces,5,seats", 1 },
		{ "codes.csv", "level,G,", "level,X,很急,Urgent,3,\nlevel,G,", 1 },
		{ "codes.csv", "level,G,一般,", "level,G,一般的,", 0 },
	};
	struct pack *older, *newer;
	char was[64], now[64];

	(void)state;
	for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
		uint32_t orphans = 0;

		snprintf(was, sizeof was, "%s/was%zu", dir, i);
		snprintf(now, sizeof now, "%s/now%zu", dir, i);
		tree_copy(SAMPLE, was);
		tree_edit(was, more[i].file, more[i].old, more[i].new);
		tree_copy(SAMPLE, now);
		tree_edit(now, "pack.csv", "version,1", "version,2");
		assert_ok(pack_read(was, NULL, NULL, &older));
		assert_ok(pack_check(now, older, count_orphans, &orphans, &newer));
		assert_int_equal(orphans, more[i].orphans);
		pack_free(older);
		pack_free(newer);
	}
}

static void collect(void *user, const char *line)
{
	buf_printf(user, "%s\n", line);
}

static void what_a_version_changes_is_said_thing_by_thing(void **state)
{
	struct buf said = { 0 };
	struct pack *older, *newer;
	char to[64];

	(void)state;
	assert_ok(pack_read(SAMPLE, NULL, NULL, &older));
	snprintf(to, sizeof to, "%s/changed", dir);
	tree_copy(SAMPLE, to);
	tree_edit(to, "pack.csv", "version,1", "version,2");
	assert_ok(pack_read(to, NULL, NULL, &newer));
	assert_ok(pack_changes(older, newer, collect, &said));
	assert_string_equal(buf_str(&said), "");
	pack_free(newer);
	tree_edit(to, "codes.csv", "level,G,", "level,X,很急,Urgent,3,\nlevel,G,");
	tree_edit(to, "codes.csv", "risk,green,绿,Green,2,\n", "");
	tree_edit(to, "forms/place_new.csv", "Seats,", "Chairs,");
	tree_edit(to, "fields.csv", "note,text,备注", "note,text,说明");
	assert_ok(pack_read(to, NULL, NULL, &newer));
	assert_ok(pack_changes(older, newer, collect, &said));
	print_message("# %s", buf_str(&said));
	assert_non_null(strstr(buf_str(&said), "添了 词 level/X 很急\n"));
	assert_non_null(strstr(buf_str(&said), "去掉 词 risk/green 绿\n"));
	assert_non_null(strstr(buf_str(&said), "改了 表 place_new "));
	assert_non_null(strstr(buf_str(&said), "改了 字段 "));
	pack_free(newer);
	pack_free(older);
	buf_clear(&said);
}

static int make_dir(void **state)
{
	(void)state;
	return !mkdtemp(dir);
}

static int remove_dir(void **state)
{
	(void)state;
	return fs_remove_tree(dir) != ERR_OK;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sample_pack_is_sound),
		cmocka_unit_test(each_broken_pack_is_refused_for_its_one_mistake),
		cmocka_unit_test(what_old_records_are_folded_by_may_not_change),
		cmocka_unit_test(new_values_may_be_put_into_a_danger_order),
		cmocka_unit_test(what_would_hide_old_answers_is_marked),
		cmocka_unit_test(what_a_version_changes_is_said_thing_by_thing),
		cmocka_unit_test(the_shipped_pack_is_sound),
	};

	i18n_open("zh");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_dir, remove_dir) != 0;
}
