/* The shipped pack is read whole, and every form in it can be filled: nothing missing, nothing refused, nothing that counts for
 * nothing. The demo's answers fit too. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/base/jdoc.h"
#include "forms/fill/fill.h"
#include "forms/pack/pack.h"

#include <stdlib.h>
#include <string.h>

#define ANSWERS SRCDIR "/tests/pack/answers"
#define DEMO SRCDIR "/packaging/demo"
#define ROW "aaaaaaaaaaaaaaaaaaaaaaaa:0"

struct round { struct pack *pack; const char *dir; const char *now; unsigned files, records, faults; bool *filled; bool numbered; };

static void print_fault(void *user, const struct pack_fault *f)
{
	unsigned *faults = user;

	++*faults;
	print_message("# %s row %u %s: %s\n", f->file, f->row, f->column ? f->column : "", f->message);
}

static struct pack *read_pack(void)
{
	struct pack *p = NULL;
	unsigned faults = 0;

	assert_ok(pack_read(SRCDIR "/forms/catalog", print_fault, &faults, &p));
	assert_int_equal(faults, 0);
	return p;
}

static void complain(struct round *r, const char *path, const char *what)
{
	r->faults++;
	print_message("# %s: %s: %s\n", r->now, path, what);
}

static void refused(void *user, const char *path, const char *message)
{
	complain(user, path, message);
}

struct look { struct round *round; struct fill *fill; const struct jdoc *answers; };

static bool lacking(void *user, fill_node n, enum fill_fault what, const char *message)
{
	struct look *l = user;
	struct buf path = { 0 };

	assert_ok(fill_path(l->fill, n, &path));
	complain(l->round, buf_str(&path), what == FILL_MISSING ? "missing" : message);
	buf_clear(&path);
	return true;
}

/* A default of the form's own may wait where it is not asked; an answer may not. */
static bool idle(void *user, fill_node n)
{
	struct look *l = user;

	if (jdoc_get(l->answers, fill_question(l->fill, n)->name))
		lacking(user, n, FILL_VIOLATION, "answered, but not asked");
	return true;
}

/* The row a form is opened on: nothing is known of it but what 老马饭店 asks for. */
static const char *row_field(void *user, const char *field)
{
	(void)user;
	if (!strcmp(field, "__id"))
		return ROW;
	return !strcmp(field, "flags") ? "lpg kit ebike" : "";
}

/* A row "=FIELD:VALUE" is looked up by the program that submits; here any row will do. */
static struct jdoc *with_rows(const struct form *f, const struct jdoc *in)
{
	struct jdoc *out = jdoc_copy(in);
	const struct jdoc *value;
	const char *key;

	for (size_t i = 0; jdoc_member(in, i, &key, &value); i++) {
		uint32_t q = form_find(f, key, 0);

		if (q != FORM_NONE && f->questions[q].type == FORM_ROW && *jdoc_str(value) == '=')
			jdoc_put_text(out, key, ROW);
	}
	return out;
}

static void fill_one(struct round *r, const struct form *form, const struct jdoc *answers)
{
	const struct fill_host host = { .utc_offset = 480, .language = "zh", .row_field = row_field };
	struct look l = { .round = r, .answers = answers };
	struct jdoc *in = with_rows(form, answers);

	assert_ok(fill_open(form, &host, &l.fill));
	assert_ok(fill_read_json(l.fill, in, refused, r));
	assert_ok(fill_finish(l.fill));
	assert_ok(fill_check(l.fill, lacking, &l));
	fill_irrelevant(l.fill, idle, &l);
	fill_close(l.fill);
	jdoc_free(in);
	r->records++;
}

/* FORM.json or FORM.branch.json; of the demo NN-FORM.json. */
static enum err fill_file(void *user, const char *name)
{
	struct round *r = user;
	struct buf path = { 0 };
	struct jdoc *doc;
	char id[64] = "";
	uint32_t form;

	if (!strstr(name, ".json") || (r->numbered && (*name < '0' || *name > '9')))
		return ERR_OK;
	if (r->numbered)
		strncpy(id, strchr(name, '-') + 1, sizeof id - 1);
	else
		strncpy(id, name, sizeof id - 1);
	*strchr(id, '.') = '\0';
	form = pack_find_form(r->pack, id);
	assert_int_not_equal(form, PACK_NONE);
	r->filled[form] = true;
	r->now = name;
	assert_ok(jdoc_read(fs_path(&path, r->dir, name), &doc));
	if (jdoc_type(doc) == JDOC_ARRAY)
		for (size_t i = 0; i < jdoc_count(doc); i++)
			fill_one(r, r->pack->forms[form].body->form, jdoc_item(doc, i));
	else
		fill_one(r, r->pack->forms[form].body->form, doc);
	r->files++;
	jdoc_free(doc);
	buf_clear(&path);
	return ERR_OK;
}

static void every_form_can_be_filled_whole(void **state)
{
	struct round r = { .pack = read_pack(), .dir = ANSWERS };

	(void)state;
	r.filled = calloc(r.pack->form_count, sizeof *r.filled);
	assert_non_null(r.filled);
	assert_ok(fs_list(r.dir, 1000, fill_file, &r));
	for (uint32_t i = 0; i < r.pack->form_count; i++)
		if (!r.filled[i] && !r.pack->forms[i].walk) {
			print_message("# no answers for %s\n", r.pack->forms[i].id);
			r.faults++;
		}
	assert_int_equal(r.faults, 0);
	free(r.filled);
	pack_free(r.pack);
}

static void the_demo_township_fits_its_forms(void **state)
{
	struct round r = { .pack = read_pack(), .dir = DEMO, .numbered = true };

	(void)state;
	r.filled = calloc(r.pack->form_count, sizeof *r.filled);
	assert_non_null(r.filled);
	assert_ok(fs_list(r.dir, 1000, fill_file, &r));
	assert_true(r.records > 150);
	assert_int_equal(r.faults, 0);
	free(r.filled);
	pack_free(r.pack);
}

/* Every item that the restaurant's conditions call for is answered, and one of them is a hazard. */
static void the_demo_inspection_answers_every_item(void **state)
{
	struct round r = { .pack = read_pack(), .now = "inspection.json" };
	uint32_t at = pack_find_form(r.pack, "walk_CA");
	const struct fill_host host = { .utc_offset = 480, .language = "zh", .row_field = row_field };
	const struct form *form;
	struct jdoc *walk;
	struct fill *f;

	(void)state;
	assert_int_not_equal(at, PACK_NONE);
	form = r.pack->forms[at].body->form;
	assert_ok(jdoc_read(DEMO "/inspection.json", &walk));
	fill_one(&r, form, walk);
	assert_int_equal(r.faults, 0);
	assert_ok(fill_open(form, &host, &f));
	assert_ok(fill_read_json(f, walk, NULL, NULL));
	for (fill_node n = fill_first(f); n != FILL_NO_NODE; n = fill_next(f, n)) {
		const struct form_question *q = fill_question(f, n);

		if (q->xc[FORM_XC_FAIL] && q->type != FORM_TEXT && !*fill_value(f, n))
			complain(&r, q->name, "not answered");
	}
	assert_int_equal(r.faults, 0);
	assert_string_equal(fill_value(f, fill_find(f, "CO-08")), "fail");
	fill_close(f);
	jdoc_free(walk);
	pack_free(r.pack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_can_be_filled_whole),
		cmocka_unit_test(the_demo_township_fits_its_forms),
		cmocka_unit_test(the_demo_inspection_answers_every_item),
	};

	return TAP_RUN(tests);
}
