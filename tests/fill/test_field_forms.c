/* Real forms of other people, unchanged, filled in to the end by the filler; their records and drafts go out and come back. */
#include "config.h"
#include "tests/tap.h"

#include "tests/fill/filler.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/xlsform/form_read.h"

#include <stdlib.h>

#define FORMS SRCDIR "/../shared/conformance/forms"

/* Forms that do not open here, with the reason. Peers refuse them too. */
static const struct { const char *name, *why; } refused[] = {
	{ "ktsolegnagbo+guinee-cht-dev__forms__contact__clinic-edit.xlsx", "two calculations are each the other's value (JavaRosa: a cycle)" },
	{ "hotosm+osm-fieldwork__osm_fieldwork__xlsforms__common__digitisation_fields.xls", "a fragment without its choices (pyxform: list not found)" },
	{ "TerraFirmaMozambique+legend-odk-forms__O_assin_declaracoes__LEGEND_O_assin_declaracoes-media__LEGEND_O_assin_declaracoes.xlsx",
	  "its external lists are not in the workbook" },
};

struct run { size_t forms, opened, answered, instances, left, surprises; };

static bool known(const char *name)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (!strcmp(refused[i].name, name))
			return true;
	return false;
}

static enum err open_fill(const struct form *form, struct fill **out)
{
	const struct fill_host host = { .now = 1795305600000, .language = "en", .directory = FORMS, .username = "somebody", .deviceid = "d1" };

	return fill_open(form, &host, out);
}

/* A draft of the finished record, loaded, is the same record. */
static void round_trip(const struct form *form, struct fill *f, const char *name)
{
	struct buf draft = { 0 }, a = { 0 }, b = { 0 }, told = { 0 };
	struct jdoc *record;
	struct fill *g;
	fill_node at;

	assert_ok(fill_save(f, fill_first(f), &draft));
	assert_ok(open_fill(form, &g));
	assert_ok(fill_load(g, draft.data, draft.len, &at, NULL, NULL));
	assert_ok(fill_write_json(f, true, &record));
	assert_ok(jdoc_text(record, 1, &a));
	jdoc_free(record);
	assert_ok(fill_write_json(g, true, &record));
	assert_ok(jdoc_text(record, 1, &b));
	jdoc_free(record);
	if (strcmp(buf_str(&a), buf_str(&b)))
		print_message("# %s changes by saving and loading\n", name);
	fill_close(g);
	buf_clear(&draft);
	buf_clear(&a);
	buf_clear(&b);
	buf_clear(&told);
}

static void fill_one(struct run *run, const char *name, const struct form *form, uint64_t seed)
{
	struct filler r = { .seed = seed };
	struct fill *f;
	int64_t start = clock_ticks();

	assert_ok(open_fill(form, &f));
	assert_ok(filler_run(&r, f));
	run->answered += r.answered;
	run->instances += r.instances;
	run->left += r.missing + r.wrong;
	if (r.missing + r.wrong)
		print_message("# %s, seed %d: %u answers, %u missing, %u wrong: %s\n", name, (int)seed, r.answered, r.missing, r.wrong, buf_str(&r.left));
	if (clock_ticks() - start > 2000000000)
		print_message("# %s took %d ms\n", name, (int)((clock_ticks() - start) / 1000000));
	round_trip(form, f, name);
	buf_clear(&r.left);
	fill_close(f);
}

static enum err one_form(void *user, const char *name)
{
	struct run *run = user;
	struct buf path = { 0 };
	struct form *form = NULL;
	struct fill *f = NULL;
	enum err err;

	if (!strstr(name, ".xls"))
		return ERR_OK;
	run->forms++;
	err = form_read(fs_path(&path, FORMS, name), NULL, NULL, &form);
	if (!err)
		err = open_fill(form, &f);
	if (err)
		print_message("# %s does not open: %s\n", name, err_detail());
	run->surprises += err && !known(name);
	fill_close(f);
	for (uint64_t seed = 1; !err && seed <= 3; seed++)
		fill_one(run, name, form, seed);
	run->opened += !err;
	form_free(form);
	buf_clear(&path);
	return ERR_OK;
}

static void every_field_form_can_be_filled_to_its_end(void **state)
{
	struct run run = { 0 };

	(void)state;
	assert_ok(fs_list(FORMS, 10000, one_form, &run));
	print_message("# %zu forms, %zu opened; %zu answers, %zu instances, %zu faults left\n", run.forms, run.opened, run.answered, run.instances, run.left);
	assert_true(run.forms > 0);
	assert_int_equal(run.surprises, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_field_form_can_be_filled_to_its_end) };

	if (!fs_exists(FORMS))
		return TAP_SKIP_ALL(FORMS " is not there");
	return TAP_RUN(tests);
}
