/* What a form does while it is filled. Forms are written as their authors would, rows of a workbook. */
#include "config.h"
#include "tests/fill/sheet.h"

#include "forms/base/fs.h"
#include "forms/xlsform/form_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void a_calculation_follows_its_answers(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,calculation\n"
		",integer,a,甲,\n"
		",integer,b,乙,\n"
		",calculate,sum,,${a} + ${b}\n"
		",calculate,twice,,${sum} * 2\n"
		",calculate,words,,\"concat('共 ', ${twice})\"\n");
	struct fill *f = sheet_fill(form, NULL);

	(void)state;
	sheet_is(f, "sum", "");
	sheet_set(f, "a", "1");
	sheet_set(f, "b", "2");
	sheet_is(f, "sum", "3");
	sheet_is(f, "words", "共 6");
	sheet_set(f, "a", "");
	sheet_is(f, "twice", "");
	assert_err(fill_set(f, sheet_node(f, "sum"), "9"), ERR_DENIED);
	assert_err(fill_set(f, sheet_node(f, "a"), "x"), ERR_FORMAT);
	sheet_walk(f, "a b");
	fill_close(f);
	form_free(form);
}

static void what_is_not_relevant_counts_as_empty_and_comes_back(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,relevant,calculation\n"
		",select_one yn,has,有吗,,\n"
		",begin group,g,组,${has} = 'yes',\n"
		",text,what,什么,,\n"
		",begin group,deep,深,,\n"
		",integer,n,几个,,\n"
		",end group,,,,\n"
		",end group,,,,\n"
		",calculate,total,,,\"coalesce(${n}, 0) + 1\"\n"
		"choices,list_name,name,label\n"
		",yn,yes,有\n"
		",yn,no,无\n");
	struct fill *f = sheet_fill(form, NULL);
	struct jdoc *record;

	(void)state;
	sheet_walk(f, "has");
	sheet_set(f, "has", "yes");
	sheet_walk(f, "has g g/what g/deep g/deep/n");
	sheet_set(f, "g/deep/n", "4");
	sheet_is(f, "total", "5");
	sheet_set(f, "has", "no");
	sheet_is(f, "total", "1");
	sheet_is(f, "n", "4");
	assert_ok(fill_write_json(f, false, &record));
	assert_null(jdoc_get(record, "n"));
	jdoc_free(record);
	sheet_set(f, "has", "yes");
	sheet_is(f, "total", "5");
	fill_close(f);
	form_free(form);
}

static bool count_fault(void *user, fill_node n, enum fill_fault what, const char *message)
{
	struct buf *b = user;

	buf_printf(b, "%u:%s:%s ", (unsigned)n, what == FILL_MISSING ? "missing" : "wrong", message);
	return true;
}

static void a_value_that_breaks_its_constraint_is_not_stored(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,constraint,constraint_message,required,required_message,readonly\n"
		",integer,age,年龄,. < 120 and . >= ${least},不能超过 ${most} 岁,yes,要填年龄,\n"
		",calculate,least,,,,,,\n"
		",integer,most,最多,,,,,\n"
		",text,fixed,固定,,,,,yes\n");
	struct fill *f;
	struct buf faults = { 0 };

	(void)state;
	form->questions[1].calculation = form_string(form, "'18'");
	f = sheet_fill(form, NULL);
	sheet_set(f, "most", "119");
	assert_ok(fill_check(f, count_fault, &faults));
	assert_string_equal(buf_str(&faults), "1:missing:要填年龄 ");
	sheet_set(f, "age", "30");
	assert_err(fill_set(f, sheet_node(f, "age"), "130"), ERR_DENIED);
	assert_string_equal(err_detail(), "不能超过 119 岁");
	assert_err(fill_set(f, sheet_node(f, "age"), "17"), ERR_DENIED);
	sheet_is(f, "age", "30");
	assert_err(fill_set(f, sheet_node(f, "fixed"), "x"), ERR_DENIED);
	buf_reset(&faults);
	assert_ok(fill_check(f, count_fault, &faults));
	assert_string_equal(buf_str(&faults), "");
	buf_clear(&faults);
	fill_close(f);
	form_free(form);
}

static void repeats_see_themselves_and_are_seen_whole(void **state)
{
	struct form *form = sheet_form(sheet_household);
	struct fill *f = sheet_fill(form, NULL);
	fill_node person = sheet_node(f, "person"), second, phone;

	(void)state;
	assert_int_equal(fill_instances(f, person), 1);
	sheet_set(f, "village", "东");
	sheet_set(f, "person[1]/name", "甲");
	sheet_set(f, "person[1]/age", "40");
	sheet_is(f, "person[1]/line", "东1甲");
	assert_ok(fill_add_instance(f, person, &second));
	assert_int_equal(fill_position(f, second), 2);
	sheet_is(f, "people", "2");
	assert_ok(fill_set(f, fill_child(f, second, "name"), "乙"));
	assert_ok(fill_set(f, fill_child(f, second, "age"), "10"));
	sheet_is(f, "person[2]/line", "东2乙");
	sheet_is(f, "person[1]/line", "东1甲");
	sheet_is(f, "sum", "50");
	sheet_is(f, "second", "乙");
	sheet_is(f, "adults", "1");
	sheet_relevant(f, "person[1]/adult", true);
	sheet_relevant(f, "person[2]/adult", false);
	assert_ok(fill_add_instance(f, sheet_node(f, "person[2]/phone"), &phone));
	sheet_set(f, "person[1]/phone[1]/number", "100");
	sheet_set(f, "person[2]/phone[2]/number", "200");
	sheet_is(f, "person[1]/phones", "1");
	sheet_is(f, "person[2]/phones", "2");
	sheet_is(f, "numbers", "100,,200");
	assert_ok(fill_remove_instance(f, fill_instance(f, person, 0)));
	sheet_is(f, "person[1]/line", "东1乙");
	sheet_is(f, "sum", "10");
	sheet_is(f, "people", "1");
	sheet_is(f, "second", "");
	sheet_is(f, "numbers", ",200");
	fill_close(f);
	form_free(form);
}

static void the_walk_goes_through_repeats_both_ways(void **state)
{
	struct form *form = sheet_form(sheet_household);
	struct fill *f = sheet_fill(form, NULL);
	fill_node second;

	(void)state;
	assert_ok(fill_add_instance(f, sheet_node(f, "person"), &second));
	sheet_set(f, "person[2]/age", "18");
	sheet_walk(f, "village person[1]/name person[1]/age person[1]/phone[1]/number person[1]/phone "
	              "person[2]/name person[2]/age person[2]/adult person[2]/phone[1]/number person[2]/phone person");
	while (fill_instances(f, sheet_node(f, "person")))
		assert_ok(fill_remove_instance(f, fill_instance(f, sheet_node(f, "person"), 0)));
	sheet_walk(f, "village person");
	fill_close(f);
	form_free(form);
}

static void a_count_adds_instances_and_never_takes_one(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,repeat_count,default\n"
		",integer,n,几个,,\n"
		",begin repeat,r,项,${n},\n"
		",text,x,内容,,\n"
		",end repeat,,,,\n"
		",begin repeat,none,无,,0\n"
		",text,y,内容,,\n"
		",end repeat,,,,\n");
	struct fill *f = sheet_fill(form, NULL);
	fill_node r = sheet_node(f, "r"), out;

	(void)state;
	assert_int_equal(fill_instances(f, r), 0);
	assert_int_equal(fill_instances(f, sheet_node(f, "none")), 0);
	sheet_set(f, "n", "3");
	assert_int_equal(fill_instances(f, r), 3);
	sheet_set(f, "r[3]/x", "丙");
	sheet_set(f, "n", "1");
	assert_int_equal(fill_instances(f, r), 3);
	sheet_is(f, "r[3]/x", "丙");
	sheet_set(f, "n", "100000");
	assert_int_equal(fill_instances(f, r), FILL_INSTANCES_MAX);
	assert_err(fill_add_instance(f, r, &out), ERR_DENIED);
	fill_close(f);
	form_free(form);
}

static void cycles_name_their_members(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,calculation\n"
		",text,first,题,\n"
		",calculate,a,,${b} + 1\n"
		",calculate,b,,${c} + 1\n"
		",calculate,c,,${a} + 1\n");
	struct fill_host host = sheet_host(NULL);
	struct fill *f;

	(void)state;
	assert_err(fill_open(form, &host, &f), ERR_FORMAT);
	assert_non_null(strstr(err_detail(), "a"));
	assert_non_null(strstr(err_detail(), "b"));
	assert_non_null(strstr(err_detail(), "c"));
	form->questions[3].calculation = form_string(form, "if(${c} = '', 5, ${c})");      /* itself: tolerated */
	f = sheet_fill(form, NULL);
	sheet_is(f, "a", "7");
	fill_close(f);
	form_free(form);
}

static void relevances_may_lean_on_each_other(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,relevant\n"
		",text,a,甲,${b} = ''\n"
		",text,b,乙,${a} = ''\n");
	struct fill *f = sheet_fill(form, NULL);

	(void)state;
	sheet_set(f, "a", "x");
	sheet_relevant(f, "b", false);
	sheet_relevant(f, "a", true);
	sheet_set(f, "a", "");
	sheet_relevant(f, "b", true);
	fill_close(f);
	form_free(form);
}

static void defaults_triggers_and_once(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,calculation,default,trigger\n"
		",text,plain,题,,a-b,\n"
		",date,day,日,,today(),\n"
		",text,who,谁,,\"concat(${plain}, '!')\",\n"
		",integer,n,数,,,\n"
		",calculate,late,,${n} * 10,,${plain}\n"
		",calculate,first,,once(${n}),,\n"
		",start,start,,,,\n"
		",username,user,,,,\n");
	struct fill *f = sheet_fill(form, NULL);

	(void)state;
	sheet_is(f, "plain", "a-b");
	sheet_is(f, "day", "2026-11-22");
	sheet_is(f, "who", "a-b!");
	sheet_is(f, "user", "wang");
	sheet_is(f, "start", "2026-11-22T08:00:00.000+08:00");
	sheet_set(f, "n", "4");
	sheet_is(f, "late", "");
	sheet_is(f, "first", "4");
	sheet_set(f, "plain", "changed");
	sheet_is(f, "late", "40");
	sheet_is(f, "who", "a-b!");
	sheet_set(f, "n", "5");
	sheet_is(f, "late", "40");
	sheet_is(f, "first", "4");
	fill_close(f);
	form_free(form);
}

/* A default need not be the expression it looks like; a number computed for a day is that day. */
static void defaults_are_taken_as_their_author_meant(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,default,calculation\n"
		",text,page,页,see page (3),\n"
		",text,site,网,f(x) of http://x.example,\n"
		",date,before,前,today() - 7,\n"
		",date,after,后,,today() + 1\n"
		",integer,two,二,5 - 3,\n");
	struct fill *f = sheet_fill(form, NULL);

	(void)state;
	sheet_is(f, "page", "see page (3)");
	sheet_is(f, "site", "f(x) of http://x.example");
	sheet_is(f, "before", "2026-11-15");
	sheet_is(f, "after", "2026-11-23");
	sheet_is(f, "two", "2");
	fill_close(f);
	form_free(form);
}

static void an_authors_mistake_does_not_lock_a_question(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,constraint,calculation\n"
		",text,a,甲,\"regex(., '[a-')\",\n"
		",text,b,乙,\"pulldata('nowhere', 'x', 'y', .) = ''\",\n"
		",calculate,c,,,date(${a})\n");
	struct fill *f = sheet_fill(form, NULL);

	(void)state;
	sheet_set(f, "a", "any");
	sheet_set(f, "b", "any");
	sheet_is(f, "c", "");
	sheet_set(f, "a", "2026-07-12");
	sheet_is(f, "c", "2026-07-12");
	fill_close(f);
	form_free(form);
}

static void written_paths_mean_what_converters_mean(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,calculation\n"
		",begin group,g,组,\n"
		",integer,a,甲,\n"
		",calculate,up,,../a + 1\n"
		",end group,,,\n"
		",calculate,down,,/data/g/a + 2\n"
		",begin repeat,r,项,\n"
		",integer,x,数,\n"
		",calculate,own,,/data/r/x * 2\n"
		",calculate,rel,,../x * 3\n"
		",calculate,all,,sum(../../r/x)\n"
		",end repeat,,,\n"
		",calculate,here,,. + 1\n");
	struct fill *f = sheet_fill(form, NULL);
	fill_node second;

	(void)state;
	assert_ok(fill_add_instance(f, sheet_node(f, "r"), &second));
	sheet_set(f, "g/a", "1");
	sheet_is(f, "g/up", "2");
	sheet_is(f, "down", "3");
	sheet_set(f, "r[1]/x", "5");
	sheet_set(f, "r[2]/x", "7");
	sheet_is(f, "r[2]/own", "14");
	sheet_is(f, "r[1]/own", "10");
	sheet_is(f, "r[2]/rel", "21");
	sheet_is(f, "r[1]/all", "12");
	fill_close(f);
	form_free(form);
}

static void a_running_total_reads_the_row_before(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,calculation\n"
		",begin repeat,r,项,\n"
		",integer,x,数,\n"
		",calculate,nr,,position(..)\n"
		",calculate,total,,\"coalesce(${x}, 0) + if(${nr} > 1, number(indexed-repeat(${total}, ${r}, ${nr} - 1)), 0)\"\n"
		",end repeat,,,\n");
	struct fill *f = sheet_fill(form, NULL);
	fill_node n;

	(void)state;
	for (int i = 0; i < 19; i++)
		assert_ok(fill_add_instance(f, sheet_node(f, "r"), &n));
	for (uint32_t i = 0; i < 20; i++)
		assert_ok(fill_set(f, fill_child(f, fill_instance(f, sheet_node(f, "r"), i), "x"), "1"));
	sheet_is(f, "r[20]/total", "20");
	sheet_set(f, "r[1]/x", "11");
	sheet_is(f, "r[20]/total", "30");
	fill_close(f);
	form_free(form);
}

static void totals_are_of_the_instances_a_condition_holds_for(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,calculation\n"
		",integer,limit,限,\n"
		",begin repeat,person,人,\n"
		",text,name,姓名,\n"
		",integer,age,年龄,\n"
		",end repeat,,,\n"
		",calculate,adults,,\"count-if(${person}, ${age} >= ${limit})\"\n"
		",calculate,total,,\"sum-if(${age}, ${age} >= ${limit})\"\n"
		",calculate,least,,\"min-if(${age}, ${age} >= ${limit})\"\n"
		",calculate,most,,\"max-if(${age}, ${name} != '丙')\"\n"
		",calculate,names,,\"join-if('、', ${name}, ${age} >= ${limit})\"\n"
		",calculate,first,,\"rank-index(1, ${age})\"\n"
		",calculate,third,,\"rank-index(3, ${age})\"\n"
		",calculate,tied,,\"rank-index-if(2, ${age}, ${name} != '丙')\"\n"
		",calculate,out,,\"rank-index-if(3, ${age}, ${name} != '丙')\"\n"
		",calculate,beyond,,\"rank-index(9, ${age})\"\n");
	struct fill *f = sheet_fill(form, NULL);
	fill_node n;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_ok(fill_add_instance(f, sheet_node(f, "person"), &n));
	sheet_set(f, "limit", "18");
	sheet_set(f, "person[1]/name", "甲");
	sheet_set(f, "person[1]/age", "40");
	sheet_set(f, "person[2]/name", "乙");
	sheet_set(f, "person[2]/age", "40");
	sheet_set(f, "person[3]/name", "丙");
	sheet_set(f, "person[3]/age", "61");
	sheet_set(f, "person[4]/name", "丁");          /* of no age: in no total, and no rank */
	sheet_is(f, "adults", "3");
	sheet_is(f, "total", "141");
	sheet_is(f, "least", "40");
	sheet_is(f, "most", "40");
	sheet_is(f, "names", "甲、乙、丙");
	sheet_is(f, "first", "2");
	sheet_is(f, "third", "1");
	sheet_is(f, "tied", "1");
	sheet_is(f, "out", "999");
	sheet_is(f, "beyond", "999");
	sheet_set(f, "limit", "50");
	sheet_is(f, "adults", "1");
	sheet_is(f, "names", "丙");
	sheet_set(f, "person[3]/age", "9");
	sheet_is(f, "adults", "0");
	sheet_is(f, "least", "");
	fill_close(f);
	form_free(form);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_calculation_follows_its_answers),
		cmocka_unit_test(what_is_not_relevant_counts_as_empty_and_comes_back),
		cmocka_unit_test(a_value_that_breaks_its_constraint_is_not_stored),
		cmocka_unit_test(repeats_see_themselves_and_are_seen_whole),
		cmocka_unit_test(the_walk_goes_through_repeats_both_ways),
		cmocka_unit_test(a_count_adds_instances_and_never_takes_one),
		cmocka_unit_test(cycles_name_their_members),
		cmocka_unit_test(relevances_may_lean_on_each_other),
		cmocka_unit_test(defaults_triggers_and_once),
		cmocka_unit_test(defaults_are_taken_as_their_author_meant), cmocka_unit_test(an_authors_mistake_does_not_lock_a_question),
		cmocka_unit_test(written_paths_mean_what_converters_mean),
		cmocka_unit_test(a_running_total_reads_the_row_before),
		cmocka_unit_test(totals_are_of_the_instances_a_condition_holds_for),
	};

	return TAP_RUN(tests);
}
