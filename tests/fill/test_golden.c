/* Scripts of answers to real forms, and the values on which two other engines agree afterwards. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/fill/fill.h"
#include "forms/xlsform/form_read.h"

#include <stdlib.h>

#define DATA SRCDIR "/../shared/conformance"

/* Values that differ here, and why. */
static const struct { const char *form, *path, *why; } misses[] = {
	{ "ropensci+ruODK", "table_list_example/reserved_name_for_field_list_labels_18",
	  "pyxform makes a question of its own for the heads of a table; here a table has heads without one" },
};

/* An answer that is refused counts as wrong only where the engines agreed on it: JavaRosa refuses too. */
struct replay { size_t scripts, values, refused, wrong, surprises; };

static bool known(const char *form, const char *path)
{
	for (size_t i = 0; i < sizeof misses / sizeof *misses; i++)
		if (!strcmp(misses[i].path, path) && strstr(form, misses[i].form))
			return true;
	return false;
}

/* "/xform/a/b[2]/c" without its root. */
static const char *below_root(const char *ref)
{
	const char *at = strchr(ref + 1, '/');

	return at ? at + 1 : "";
}

/* Instances that the path asks for and that are not there yet. */
static void make_instances(struct fill *f, const char *path)
{
	struct buf part = { 0 };

	for (const char *at = path; (at = strchr(at, '[')); at++) {
		unsigned long want = strtoul(at + 1, NULL, 10);
		fill_node repeat, made;

		buf_reset(&part);
		buf_put(&part, path, (size_t)(at - path));
		repeat = fill_find(f, buf_str(&part));
		while (repeat != FILL_NO_NODE && fill_instances(f, repeat) < want && !fill_add_instance(f, repeat, &made))
			;
	}
	buf_clear(&part);
}

static void value_text(const struct jdoc *v, struct buf *out)
{
	buf_reset(out);
	if (jdoc_type(v) != JDOC_ARRAY)
		jdoc_scalar_text(v, out);
	for (size_t i = 0; jdoc_type(v) == JDOC_ARRAY && i < jdoc_count(v); i++) {
		if (i)
			buf_putc(out, ' ');
		jdoc_scalar_text(jdoc_item(v, i), out);
	}
}

static void play(struct replay *r, const char *name, struct fill *f, const struct jdoc *script)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < jdoc_count(script); i++) {
		const struct jdoc *op = jdoc_item(script, i);
		const char *path = below_root(jdoc_str(jdoc_get(op, "ref")));
		fill_node n;

		make_instances(f, path);
		n = fill_find(f, path);
		value_text(jdoc_get(op, "value"), &text);
		if (n == FILL_NO_NODE || fill_set(f, n, buf_str(&text))) {
			print_message("# %s: %s refuses %s (%s)\n", name, path, buf_str(&text), n == FILL_NO_NODE ? "no such place" : err_detail());
			r->refused++;
		}
	}
	buf_clear(&text);
}

static void compare(struct replay *r, const char *name, struct fill *f, const struct jdoc *agreed)
{
	const struct jdoc *want;
	const char *ref;
	struct buf text = { 0 };

	for (size_t i = 0; jdoc_member(agreed, i, &ref, &want); i++) {
		fill_node n = fill_find(f, below_root(ref));
		const char *got = n != FILL_NO_NODE && fill_is_relevant(f, n) ? fill_value(f, n) : "";

		value_text(want, &text);
		r->values++;
		if (!strcmp(got, buf_str(&text)))
			continue;
		r->wrong++;
		r->surprises += !known(name, below_root(ref));
		print_message("# %s: %s is '%s', not '%s'\n", name, below_root(ref), got, buf_str(&text));
	}
	buf_clear(&text);
}

static enum err one_script(void *user, const char *name)
{
	const struct fill_host host = { .now = 1795305600000, .language = "en" };
	struct replay *r = user;
	struct buf path = { 0 };
	struct jdoc *doc;
	struct form *form = NULL;
	struct fill *f;
	const char *file;

	assert_ok(jdoc_read(fs_path(&path, DATA "/golden", name), &doc));
	file = jdoc_str(jdoc_get(doc, "form"));
	buf_reset(&path);
	buf_printf(&path, DATA "/forms/%.*s.xlsx", (int)(strlen(file) - 4), file);
	if (!fs_exists(buf_str(&path)))
		buf_cut(&path, path.len - 1);
	assert_ok(form_read(buf_str(&path), NULL, NULL, &form));
	assert_ok(fill_open(form, &host, &f));
	r->scripts++;
	play(r, name, f, jdoc_get(doc, "script"));
	compare(r, name, f, jdoc_get(doc, "agreed_values"));
	fill_close(f);
	form_free(form);
	jdoc_free(doc);
	buf_clear(&path);
	return ERR_OK;
}

static void scripts_end_with_the_values_other_engines_agree_on(void **state)
{
	struct replay r = { 0 };

	(void)state;
	assert_ok(fs_list(DATA "/golden", 10000, one_script, &r));
	print_message("# %zu scripts, %zu values, %zu answers refused, %zu values wrong\n", r.scripts, r.values, r.refused, r.wrong);
	assert_true(r.scripts > 0 && r.values > 0);
	assert_int_equal(r.surprises, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(scripts_end_with_the_values_other_engines_agree_on) };

	if (!fs_exists(DATA "/golden"))
		return TAP_SKIP_ALL(DATA "/golden" " is not there");
	return TAP_RUN(tests);
}
