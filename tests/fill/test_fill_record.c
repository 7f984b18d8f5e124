/* What leaves a form and what comes back into it: rows, records as JSON, drafts, types. */
#include "config.h"
#include "tests/fill/sheet.h"

#include "forms/base/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *row_field(void *user, const char *field)
{
	(void)user;
	return !strcmp(field, "floors") ? "3" : !strcmp(field, "name") ? "小店" : NULL;
}

static const char *last_saved(void *user, const char *name)
{
	(void)user;
	return !strcmp(name, "who") ? "昨天的人" : "";
}

static void the_subject_row_and_the_last_record_are_at_hand(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,calculation,relevant,default\n"
		",calculate,title,,instance('row')/root/name,,\n"
		",note,tall,高,,instance('row')/root/floors >= 3,\n"
		",note,old,旧,,instance('row')/root/unknown != '',\n"
		",text,who,谁,,,${last-saved#who}\n");
	struct fill_host host = sheet_host(NULL);
	struct fill *f;

	(void)state;
	host.row_field = row_field;
	host.last_saved = last_saved;
	assert_ok(fill_open(form, &host, &f));
	sheet_is(f, "title", "小店");
	sheet_relevant(f, "tall", true);
	sheet_relevant(f, "old", false);
	sheet_is(f, "who", "昨天的人");
	fill_close(f);
	form_free(form);
}

static void report(void *user, const char *path, const char *message)
{
	buf_printf(user, "%s: %s\n", path, message);
}

static void report_draft(void *user, const char *path, const char *value, const char *why)
{
	buf_printf(user, "%s: %s: %s\n", path, value, why);
}

static struct jdoc *json(const char *text)
{
	struct jdoc *v;

	assert_ok(jdoc_parse(text, strlen(text), &v));
	return v;
}

static void a_record_goes_out_as_json_and_comes_back(void **state)
{
	struct form *form = sheet_form(sheet_household);
	struct fill *f = sheet_fill(form, NULL);
	struct jdoc *in = json("{\"village\":\"东\",\"person\":[{\"name\":\"甲\",\"age\":40,\"phone\":[]},{\"name\":\"乙\",\"age\":\"9\",\"phone\":[{\"number\":\"5\"}]}]}"), *out;
	struct buf text = { 0 }, told = { 0 };

	(void)state;
	assert_ok(fill_read_json(f, in, NULL, NULL));
	sheet_is(f, "sum", "49");
	assert_int_equal(fill_instances(f, sheet_node(f, "person[1]/phone")), 0);
	assert_ok(fill_write_json(f, false, &out));
	assert_ok(jdoc_text(out, 0, &text));
	assert_string_equal(buf_str(&text),
		"{\"village\":\"东\",\"person\":[{\"name\":\"甲\",\"age\":\"40\",\"nr\":\"1\",\"line\":\"东1甲\",\"phones\":\"0\"},"
		"{\"name\":\"乙\",\"age\":\"9\",\"nr\":\"2\",\"line\":\"东2乙\",\"phone\":[{\"number\":\"5\"}],\"phones\":\"1\"}],"
		"\"sum\":\"49\",\"people\":\"2\",\"numbers\":\"5\",\"second\":\"乙\",\"adults\":\"1\"}");
	jdoc_free(in);
	in = json("{\"number\":1}");                          /* belongs into person and phone */
	assert_err(fill_read_json(f, in, NULL, NULL), ERR_FORMAT);
	jdoc_free(in);
	in = json("{\"nobody\":1,\"person\":[{\"age\":\"old\"}]}");
	assert_err(fill_read_json(f, in, NULL, NULL), ERR_FORMAT);
	assert_ok(fill_read_json(f, in, report, &told));
	assert_non_null(strstr(buf_str(&told), "nobody: "));
	assert_non_null(strstr(buf_str(&told), "person[1]/age: "));
	jdoc_free(in);
	jdoc_free(out);
	buf_clear(&text);
	buf_clear(&told);
	fill_close(f);
	form_free(form);
}

/* Names are unique in their group only: a name alone is for all that share it, a path for one, and none is lost on the way out. */
static void a_name_that_groups_share_is_told_apart_by_its_path(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label\n"
		",begin group,old,旧\n"
		",text,name,名\n"
		",end group,,\n"
		",begin group,new,新\n"
		",text,name,名\n"
		",begin repeat,part,部分\n"
		",text,name,名\n"
		",end repeat,,\n"
		",end group,,\n");
	struct jdoc *in = json("{\"name\": \"x\"}"), *apart = json("{\"old/name\": \"a\", \"new\": {\"name\": \"b\", \"part\": [{\"name\": \"c\"}]}}"), *out;
	struct jdoc *bad = json("{\"older/name\": \"a\"}");
	struct fill *f = sheet_fill(form, NULL), *g = sheet_fill(form, NULL);

	(void)state;
	assert_ok(fill_read_json(f, in, NULL, NULL));
	sheet_is(f, "old/name", "x");
	sheet_is(f, "new/name", "x");
	assert_ok(fill_read_json(f, apart, NULL, NULL));
	assert_ok(fill_write_json(f, false, &out));
	assert_string_equal(jdoc_str(jdoc_get(out, "old/name")), "a");
	assert_string_equal(jdoc_str(jdoc_get(out, "new/name")), "b");
	assert_string_equal(jdoc_str(jdoc_get(out, "name")), "b");
	assert_ok(fill_read_json(g, out, NULL, NULL));
	sheet_is(g, "old/name", "a");
	sheet_is(g, "new/name", "b");
	sheet_is(g, "new/part[1]/name", "c");
	assert_err(fill_read_json(g, bad, NULL, NULL), ERR_FORMAT);
	jdoc_free(in);
	jdoc_free(apart);
	jdoc_free(bad);
	jdoc_free(out);
	fill_close(f);
	fill_close(g);
	form_free(form);
}

static void answers_that_break_rules_are_told_and_left_out(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,constraint,choice_filter,readonly\n"
		",integer,a,甲,. < ${b},,\n"
		",integer,b,乙,,,\n"
		",select_one l,s,选,,,\n"
		"choices,list_name,name,label\n"
		",l,x,某\n");
	struct fill *f = sheet_fill(form, NULL);
	struct jdoc *in = json("{\"a\":3,\"b\":5,\"s\":\"x\"}"), *bad = json("{\"a\":7,\"s\":\"y\"}");
	struct buf told = { 0 };

	(void)state;
	assert_ok(fill_read_json(f, in, NULL, NULL));      /* b comes after a, whose constraint looks at it */
	sheet_is(f, "a", "3");
	assert_ok(fill_read_json(f, bad, report, &told));
	assert_non_null(strstr(buf_str(&told), "a: "));
	assert_non_null(strstr(buf_str(&told), "s: 没有选项 y"));
	sheet_is(f, "a", "");
	sheet_is(f, "s", "");
	assert_err(fill_read_json(f, bad, NULL, NULL), ERR_DENIED);
	jdoc_free(in);
	jdoc_free(bad);
	buf_clear(&told);
	fill_close(f);
	form_free(form);
}

static void what_was_computed_and_then_changed_by_hand_is_read(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,calculation\n"
		",text,item,项,\n"
		",text,level,级,once(${item})\n"
		",calculate,shown,,${level}\n");
	struct fill *f = sheet_fill(form, NULL);
	struct jdoc *in = json("{\"item\":\"a\",\"level\":\"b\",\"shown\":\"c\"}");

	(void)state;
	assert_ok(fill_read_json(f, in, NULL, NULL));
	sheet_is(f, "level", "b");
	sheet_is(f, "shown", "b");
	jdoc_free(in);
	fill_close(f);
	form_free(form);
}

static void a_draft_comes_back_as_it_was(void **state)
{
	struct form *form = sheet_form(sheet_household);
	struct fill *f = sheet_fill(form, NULL), *g = sheet_fill(form, NULL);
	struct buf draft = { 0 }, told = { 0 };
	fill_node at;

	(void)state;
	sheet_set(f, "village", "东");
	assert_ok(fill_add_instance(f, sheet_node(f, "person"), &at));
	sheet_set(f, "person[2]/name", "乙");
	sheet_set(f, "person[2]/age", "20");
	assert_ok(fill_remove_instance(f, sheet_node(f, "person[2]/phone[1]")));
	assert_ok(fill_save(f, sheet_node(f, "person[2]/age"), &draft));
	assert_ok(fill_load(g, draft.data, draft.len, &at, report_draft, &told));
	assert_string_equal(buf_str(&told), "");
	assert_true(at == sheet_node(g, "person[2]/age"));
	sheet_is(g, "person[2]/line", "东2乙");
	sheet_is(g, "sum", "20");
	assert_int_equal(fill_instances(g, sheet_node(g, "person[2]/phone")), 0);
	assert_int_equal(fill_instances(g, sheet_node(g, "person[1]/phone")), 1);
	for (size_t n = 0; n < draft.len; n++) {
		char *cut = malloc(n ? n : 1);
		enum err err;

		memcpy(cut, draft.data, n);
		err = fill_load(g, cut, n, &at, NULL, NULL);
		assert_true(err == ERR_OK || err == ERR_FORMAT || err == ERR_VERSION);
		free(cut);
	}
	buf_clear(&draft);
	buf_clear(&told);
	fill_close(f);
	fill_close(g);
	form_free(form);
}

static void a_draft_survives_a_new_version_of_its_form(void **state)
{
	struct form *old = sheet_form(
		"survey,type,name,label,default\n"
		",text,keep,留,\n"
		",text,moved,搬,\n"
		",text,gone,去,\n"
		",text,typed,型,\n"
		",select_one l,s,选,\n"
		"choices,list_name,name,label\n"
		",l,x,某\n"
		",l,y,另\n");
	struct form *new = sheet_form(
		"survey,type,name,label,default\n"
		",text,keep,留,\n"
		",begin group,g,组,\n"
		",text,moved,搬,\n"
		",end group,,,\n"
		",integer,typed,型,\n"
		",select_one l,s,选,\n"
		",text,added,新,有默认\n"
		",begin repeat,r,重,\n"
		",begin repeat,inner,里,\n"
		",text,x,字,默\n"
		",end repeat,,,\n"
		",end repeat,,,\n"
		"choices,list_name,name,label\n"
		",l,y,另\n");
	struct fill *f = sheet_fill(old, NULL), *g = sheet_fill(new, NULL);
	struct buf draft = { 0 }, told = { 0 };
	fill_node at;

	(void)state;
	sheet_set(f, "keep", "1");
	sheet_set(f, "moved", "2");
	sheet_set(f, "gone", "3");
	sheet_set(f, "typed", "four");
	sheet_set(f, "s", "x");
	assert_ok(fill_save(f, sheet_node(f, "moved"), &draft));
	assert_ok(fill_load(g, draft.data, draft.len, &at, report_draft, &told));
	sheet_is(g, "keep", "1");
	sheet_is(g, "g/moved", "2");
	sheet_is(g, "typed", "");
	sheet_is(g, "s", "");
	sheet_is(g, "added", "有默认");
	assert_int_equal(fill_instances(g, sheet_node(g, "r")), 1);
	assert_int_equal(fill_instances(g, sheet_node(g, "r[1]/inner")), 1);
	sheet_is(g, "r[1]/inner[1]/x", "默");
	assert_true(at == sheet_node(g, "g/moved"));
	assert_non_null(strstr(buf_str(&told), "gone: 3: "));
	assert_non_null(strstr(buf_str(&told), "typed: four: "));
	assert_non_null(strstr(buf_str(&told), "s: "));
	buf_clear(&draft);
	buf_clear(&told);
	fill_close(f);
	fill_close(g);
	form_free(old);
	form_free(new);
}

static void types_are_checked_and_stored_as_xlsform_does(void **state)
{
	static const struct { const char *type, *value, *want; } cases[] = {
		{ "integer", "-12", "-12" }, { "integer", "1.5", NULL }, { "integer", "", "" }, { "decimal", "1.50", "1.50" }, { "decimal", "1e3", NULL },
		{ "date", "2026-02-29", NULL }, { "date", "2028-02-29", "2028-02-29" }, { "date", "2028-02-29T08:00:00", "2028-02-29" },
		{ "time", "08:30", "08:30:00.000+08:00" }, { "time", "25:00", NULL }, { "time", "8:30", "08:30:00.000+08:00" },
		{ "dateTime", "2026-07-12T08:30", "2026-07-12T08:30:00.000+08:00" }, { "dateTime", "soon", NULL },
		{ "geopoint", "30.25 120.17", "30.25 120.17" }, { "geopoint", "30.25 120.17 5 3", "30.25 120.17 5 3" }, { "geopoint", "91 0", NULL },
		{ "geopoint", "1 2;3 4", NULL }, { "geotrace", "1 2;3 4", "1 2;3 4" }, { "geopoint", "x", NULL },
		{ "acknowledge", "OK", "OK" }, { "acknowledge", "yes", NULL }, { "text", "任何", "任何" }, { "text", "\xff", NULL }, { "barcode", "69", "69" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char sheet[128];
		struct form *form;
		struct fill *f;

		snprintf(sheet, sizeof sheet, "survey,type,name,label\n,%s,q,题\n", cases[i].type);
		form = sheet_form(sheet);
		f = sheet_fill(form, NULL);
		assert_err(fill_set(f, sheet_node(f, "q"), cases[i].value), cases[i].want ? ERR_OK : ERR_FORMAT);
		sheet_is(f, "q", cases[i].want ? cases[i].want : "");
		fill_close(f);
		form_free(form);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_subject_row_and_the_last_record_are_at_hand),
		cmocka_unit_test(a_record_goes_out_as_json_and_comes_back),
		cmocka_unit_test(a_name_that_groups_share_is_told_apart_by_its_path), cmocka_unit_test(answers_that_break_rules_are_told_and_left_out),
		cmocka_unit_test(what_was_computed_and_then_changed_by_hand_is_read),
		cmocka_unit_test(a_draft_comes_back_as_it_was),
		cmocka_unit_test(a_draft_survives_a_new_version_of_its_form),
		cmocka_unit_test(types_are_checked_and_stored_as_xlsform_does),
	};

	return TAP_RUN(tests);
}
