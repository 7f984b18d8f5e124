/* What a form does while it is filled. Forms are written as their authors would, rows of a workbook. */
#include "config.h"
#include "tests/fill/sheet.h"

#include "forms/base/fs.h"

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

static const char *const household =
	"survey,type,name,label,calculation,relevant,repeat_count,default\n"
	",text,village,村,,,,\n"
	",begin repeat,person,人,,,,\n"
	",text,name,姓名,,,,\n"
	",integer,age,年龄,,,,\n"
	",calculate,nr,,position(..),,,\n"
	",calculate,line,,\"concat(${village}, ${nr}, ${name})\",,,\n"
	",note,adult,成人 ${name},,${age} >= 18,,\n"
	",begin repeat,phone,电话,,,,\n"
	",text,number,号码,,,,\n"
	",end repeat,,,,,,\n"
	",calculate,phones,,count(${phone}),,,\n"
	",end repeat,,,,,,\n"
	",calculate,sum,,sum(${age}),,,\n"
	",calculate,people,,count(${person}),,,\n"
	",calculate,numbers,,\"join(',', ${number})\",,,\n"
	",calculate,second,,\"indexed-repeat(${name}, ${person}, 2)\",,,\n"
	",calculate,adults,,count(${person}[age >= 18]),,,\n";

static void repeats_see_themselves_and_are_seen_whole(void **state)
{
	struct form *form = sheet_form(household);
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
	struct form *form = sheet_form(household);
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

static const char *const places =
	"survey,type,name,label,choice_filter,calculation,appearance,parameters\n"
	",select_one province,p,省,,,,\n"
	",select_one city,c,市,province = ${p},,,\n"
	",select_multiple city,many,多选,,,,\n"
	",calculate,shown,,,\"jr:choice-name(${c}, '${c}')\",,\n"
	",calculate,size,,,instance('city')/root/item[name = ${c}]/people,,\n"
	",note,say,住在 ${c},,,,\n"
	",select_one city,mixed,乱序,,,,randomize=true\n"
	"choices,list_name,name,label,label::English,province,people\n"
	",province,z,浙江,,,\n"
	",province,j,江苏,,,\n"
	",city,hz,杭州,Hangzhou,z,1200\n"
	",city,nb,宁波,Ningbo,z,900\n"
	",city,nj,南京,Nanjing,j,950\n";

static void a_filter_follows_and_clears_what_it_no_longer_offers(void **state)
{
	struct form *form = sheet_form(places);
	struct fill *f = sheet_fill(form, NULL);
	struct buf text = { 0 };

	(void)state;
	sheet_choices(f, "c", "");
	sheet_set(f, "p", "z");
	sheet_choices(f, "c", "hz nb");
	assert_err(fill_set(f, sheet_node(f, "c"), "nj"), ERR_FORMAT);
	sheet_set(f, "c", "nb");
	sheet_is(f, "shown", "宁波");
	sheet_is(f, "size", "900");
	assert_ok(fill_text(f, sheet_node(f, "say"), FILL_LABEL, &text));
	assert_string_equal(buf_str(&text), "住在 nb");
	sheet_set(f, "p", "j");
	sheet_is(f, "c", "");
	sheet_is(f, "shown", "");
	sheet_set(f, "many", "nj  hz");
	sheet_is(f, "many", "nj hz");
	assert_err(fill_set(f, sheet_node(f, "many"), "nj xx"), ERR_FORMAT);
	assert_err(fill_set(f, sheet_node(f, "p"), "z j"), ERR_FORMAT);
	buf_clear(&text);
	fill_close(f);
	form_free(form);
}

static void shuffled_choices_are_all_there_and_stay_put(void **state)
{
	struct form *form = sheet_form(places);
	struct fill *f = sheet_fill(form, NULL);
	const char *name, *label;
	char first[3][8];
	uint32_t count;

	(void)state;
	for (int round = 0; round < 2; round++) {
		assert_ok(fill_choices(f, sheet_node(f, "mixed"), &count));
		assert_int_equal(count, 3);
		for (uint32_t i = 0; i < count; i++) {
			assert_ok(fill_choice(f, sheet_node(f, "mixed"), i, &name, &label));
			if (round)
				assert_string_equal(first[i], name);
			else
				snprintf(first[i], sizeof first[i], "%s", name);
		}
	}
	assert_string_not_equal(first[0], first[1]);
	fill_close(f);
	form_free(form);
}

static void attached_tables_are_read(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,calculation,choice_filter,appearance,parameters\n"
		",text,key,编号,,,,\n"
		",csv-external,shops,,,,,\n"
		",calculate,street,,instance('shops')/root/item[id = ${key}]/street,,,\n"
		",calculate,owner,,\"pulldata('shops', 'owner', 'id', ${key})\",,,\n"
		",calculate,absent,,\"pulldata('nowhere', 'owner', 'id', ${key})\",,,\n"
		",select_one_from_file shops.csv,shop,店,,street = ${key},,\"value=id, label=owner\"\n"
		",select_one_from_file gone.csv,gone,没,,,,\n"
		",select_one found,found,找,,,\"search('shops', 'contains', 'owner', '王')\",\n"
		"choices,list_name,name,label\n"
		",found,id,owner\n"
		",found,0,没有\n");
	char dir[] = "/tmp/xuncha-fill-XXXXXX", path[64];
	struct fill *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/shops.csv", dir);
	assert_ok(fs_write(path, "id,owner,street\ns1,王一,1\ns2,李二,1\ns3,王三,2\n", strlen("id,owner,street\ns1,王一,1\ns2,李二,1\ns3,王三,2\n")));
	f = sheet_fill(form, dir);
	sheet_set(f, "key", "s2");
	sheet_is(f, "owner", "李二");
	sheet_is(f, "absent", "");
	sheet_is(f, "street", "1");
	sheet_set(f, "key", "1");
	sheet_choices(f, "shop", "s1 s2");
	sheet_set(f, "shop", "s2");
	sheet_choices(f, "found", "0 s1 s3");
	sheet_set(f, "found", "s3");
	sheet_choices(f, "gone", "");
	sheet_set(f, "gone", "any");
	fill_close(f);
	form_free(form);
	fs_remove_tree(dir);
}

static void choices_may_be_the_answers_of_a_repeat(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,choice_filter\n"
		",begin repeat,person,人,\n"
		",text,who,姓名,\n"
		",integer,age,年龄,\n"
		",end repeat,,,\n"
		",select_one ${who},head,户主,\n"
		",select_one ${who},adult,成人,age >= 18\n");
	struct fill *f = sheet_fill(form, NULL);
	fill_node second;

	(void)state;
	assert_ok(fill_add_instance(f, sheet_node(f, "person"), &second));
	sheet_set(f, "person[1]/who", "甲");
	sheet_set(f, "person[1]/age", "30");
	sheet_choices(f, "head", "甲");
	sheet_set(f, "person[2]/who", "乙");
	sheet_choices(f, "head", "甲 乙");
	sheet_choices(f, "adult", "甲");
	sheet_set(f, "head", "乙");
	assert_ok(fill_remove_instance(f, fill_instance(f, sheet_node(f, "person"), 1)));
	sheet_is(f, "head", "");
	fill_close(f);
	form_free(form);
}

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

static struct jdoc *json(const char *text)
{
	struct jdoc *v;

	assert_ok(jdoc_parse(text, strlen(text), &v));
	return v;
}

static void a_record_goes_out_as_json_and_comes_back(void **state)
{
	struct form *form = sheet_form(household);
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

static enum err other_dice(void *user, void *data, size_t len)
{
	static uint8_t next;

	(void)user;
	memset(data, ++next, len);
	return ERR_OK;
}

static void a_lot_once_drawn_stays(void **state)
{
	struct form *form = sheet_form(
		"survey,type,name,label,calculation\n"
		",text,q,题,\n"
		",calculate,id,,uuid()\n");
	struct fill_host host = sheet_host(NULL);
	struct buf draft = { 0 }, id = { 0 };
	struct fill *f;
	fill_node at;

	(void)state;
	host.random = other_dice;
	assert_ok(fill_open(form, &host, &f));
	buf_puts(&id, fill_value(f, sheet_node(f, "id")));
	assert_int_equal(id.len, 36);
	assert_ok(fill_finish(f));
	sheet_is(f, "id", buf_str(&id));
	assert_ok(fill_save(f, FILL_NO_NODE, &draft));
	assert_ok(fill_load(f, draft.data, draft.len, &at, NULL, NULL));
	assert_ok(fill_finish(f));
	sheet_is(f, "id", buf_str(&id));
	buf_clear(&draft);
	buf_clear(&id);
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
	struct form *form = sheet_form(household);
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
	assert_ok(fill_load(g, draft.data, draft.len, &at, report, &told));
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
	assert_ok(fill_load(g, draft.data, draft.len, &at, report, &told));
	sheet_is(g, "keep", "1");
	sheet_is(g, "g/moved", "2");
	sheet_is(g, "typed", "");
	sheet_is(g, "s", "");
	sheet_is(g, "added", "有默认");
	assert_int_equal(fill_instances(g, sheet_node(g, "r")), 1);
	assert_int_equal(fill_instances(g, sheet_node(g, "r[1]/inner")), 1);
	sheet_is(g, "r[1]/inner[1]/x", "默");
	assert_true(at == sheet_node(g, "g/moved"));
	assert_non_null(strstr(buf_str(&told), "gone: "));
	assert_non_null(strstr(buf_str(&told), "typed: "));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_calculation_follows_its_answers), cmocka_unit_test(what_is_not_relevant_counts_as_empty_and_comes_back),
		cmocka_unit_test(a_value_that_breaks_its_constraint_is_not_stored), cmocka_unit_test(repeats_see_themselves_and_are_seen_whole),
		cmocka_unit_test(the_walk_goes_through_repeats_both_ways), cmocka_unit_test(a_count_adds_instances_and_never_takes_one),
		cmocka_unit_test(cycles_name_their_members), cmocka_unit_test(relevances_may_lean_on_each_other), cmocka_unit_test(defaults_triggers_and_once),
		cmocka_unit_test(a_filter_follows_and_clears_what_it_no_longer_offers), cmocka_unit_test(shuffled_choices_are_all_there_and_stay_put),
		cmocka_unit_test(attached_tables_are_read), cmocka_unit_test(choices_may_be_the_answers_of_a_repeat),
		cmocka_unit_test(the_subject_row_and_the_last_record_are_at_hand), cmocka_unit_test(a_record_goes_out_as_json_and_comes_back),
		cmocka_unit_test(answers_that_break_rules_are_told_and_left_out), cmocka_unit_test(an_authors_mistake_does_not_lock_a_question), cmocka_unit_test(a_lot_once_drawn_stays),
		cmocka_unit_test(what_was_computed_and_then_changed_by_hand_is_read),
		cmocka_unit_test(a_draft_comes_back_as_it_was),
		cmocka_unit_test(a_draft_survives_a_new_version_of_its_form), cmocka_unit_test(types_are_checked_and_stored_as_xlsform_does),
		cmocka_unit_test(written_paths_mean_what_converters_mean), cmocka_unit_test(a_running_total_reads_the_row_before),
	};

	return TAP_RUN(tests);
}
