#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/base/jdoc.h"
#include "forms/xlsform/form_check.h"
#include "forms/xlsform/form_describe.h"

#include <stdio.h>
#include <stdlib.h>

static struct buf said;

static void take(void *user, const struct form_fault *fault)
{
	(void)user;
	buf_puts(&said, fault->warning ? "W " : "E ");
	form_fault_text(fault, &said);
	buf_putc(&said, '\n');
}

/* Check a workbook with this text; what was said is in `said`. */
static enum err check(const char *text)
{
	char dir[] = "/tmp/xuncha-check-XXXXXX";
	struct buf path = { 0 };
	enum err e;

	buf_reset(&said);
	assert_non_null(mkdtemp(dir));
	assert_ok(fs_write(fs_path(&path, dir, "there.csv"), "name,label\na,A\n", 15));
	assert_ok(fs_write(fs_path(&path, dir, "form.csv"), text, strlen(text)));
	e = form_check_run(buf_str(&path), take, NULL);
	assert_ok(fs_remove_tree(dir));
	buf_clear(&path);
	return e;
}

static void assert_said(const char *what)
{
	if (!strstr(buf_str(&said), what))
		print_message("# wanted '%s' in:\n# %s\n", what, buf_str(&said));
	assert_non_null(strstr(buf_str(&said), what));
}

static void a_sound_form_has_nothing_said_of_it(void **state)
{
	(void)state;
	assert_err(check("survey\n,type,name,label,calculation,choice_filter,appearance\n,select_one kind,k,Kind,,\"area = ${a} and name != 'x'\",frobnicate\n"
	                 ",text,a,Area,,,\n,calculate,c,,\"if(${a} = 'foo(1)', coalesce(${a}, 'x'), string-length(${a}))\",,\n"
	                 ",select_one_from_file there.csv,f,File,,,\nchoices\n,list_name,name,label,area\n,kind,x,X,1\n,kind,y,Y,2\n"), ERR_OK);
	assert_string_equal(buf_str(&said), "");
}

static void what_will_not_work_is_warned_of(void **state)
{
	(void)state;
	assert_err(check("survey\n,type,name,label::中文 (zh),label::English (en),relevant,choice_filter\n"
	                 ",select_multiple kind,k,类,Kind,contians('a'),aera = 1\n,text,a,甲,,,\n,text,b,,,,\n,calculate,c,,,,\n"
	                 ",select_one_from_file gone.csv,f,表,File,,\n,osm tags,o,图,Map,,\n"
	                 "choices\n,list_name,name,label::中文 (zh),area\n,kind,x y,X,1\n"), ERR_OK);
	assert_said("W survey 第 3 行 F 列 (relevant): 这里没有函数 contians()");
	assert_said("W survey 第 3 行 G 列 (choice_filter): choices 表没有 aera 这一列");
	assert_said("area?");
	assert_said("W survey 第 4 行 D 列 (label::中文 (zh)): English (en): 1 题");
	assert_said("W survey 第 5 行 D 列 (label::中文 (zh)): b 没有文字");
	assert_said("W survey 第 6 行 (calculation): c 没有 calculation");
	assert_said("W survey 第 7 行 B 列 (type): 找不到附表 gone.csv");
	assert_said("W survey 第 8 行 B 列 (type): 类型 osm tags");
	assert_said("W choices 第 11 行 C 列 (name): 多选题 k");
}

/* What authors curse: a slip in an answer, a header or a sheet's name that every other tool passes over in silence. */
static void slips_that_change_nothing_visible_are_found(void **state)
{
	(void)state;
	assert_err(check("survey\n,type,name,label,Relevance,constraint,requried,hints\n,select_one kind,k,Kind,,,,\n"
	                 ",text,a,A,${k} = 'yess',,,\n,text,b,B,\"selected( ${k} , 'NO') or ${k} != 'gone'\",,,\n"
	                 ",select_multiple kind,m,M,,${ m }='yes no' or count-selected(.) < 3,,\n"
	                 ",calculate,d,,\"pulldata('gone', 'a', 'b', ${a}) or pulldata('there', 'label', 'name', ${a})\",,,\n"
	                 "choices\n,list_name,name,label\n,kind,yes,Y\n,kind,no,N\nsetings\n,form_id\n,x\n"), ERR_OK);
	assert_said("W setings: 不认识的表, 略过; 是不是 settings?");
	assert_said("W survey 第 2 行 G 列 (requried): 不认识的列, 略过; 是不是 required?");
	assert_said("W survey 第 2 行 H 列 (hints): 不认识的列, 略过; 是不是 hint?");
	assert_said("W survey 第 4 行 E 列 (Relevance): k 的选项表 kind 里没有 yess, 这个比较总不成立; 是不是 yes?");
	assert_said("W survey 第 5 行 E 列 (Relevance): k 的选项表 kind 里没有 NO, 这个比较总不成立; 是不是 no?");
	assert_said("找不到附表 gone.csv");
	assert_null(strstr(buf_str(&said), "there"));
	assert_null(strstr(buf_str(&said), "yes no"));
}

static void what_a_terminal_cannot_do_is_said_once(void **state)
{
	(void)state;
	assert_err(check("survey\n,type,name,label,media::image,appearance\n,text,a,A,map.png,\n,text,b,B,other.png,ex:org.example.scan(x)\n"
	                 "settings\n,form_id,public_key\n,x,MIIB\n"), ERR_OK);
	assert_said("W survey 第 3 行 E 列 (media::image): 题目里的图片");
	assert_null(strstr(buf_str(&said), "第 4 行 E 列"));
	assert_said("W survey 第 4 行 F 列 (appearance): b 要别的应用");
	assert_said("W settings 第 7 行 C 列 (public_key)");
}

static void a_cycle_is_an_error_that_names_its_members(void **state)
{
	(void)state;
	assert_err(check("type,name,label,calculation\ncalculate,first,,${second} + 1\ncalculate,second,,${first} + 1\n"), ERR_FORMAT);
	assert_said("E survey 第 2 行 D 列 (calculation): 计算互相依赖, 得不出结果: first, second");
	assert_err(check("type,name,label\ntxet,a,A\n"), ERR_FORMAT);
	assert_said("E survey 第 2 行 A 列 (type)");
	assert_int_equal(form_check_run("/nowhere", take, NULL), ERR_NOTFOUND);
}

static void a_form_is_described_whole(void **state)
{
	static const char text[] = "survey\n,type,name,label::中文 (zh),label::English (en),hint,required,constraint,bind::xc:class,appearance\n"
		",begin_group,g,组,,,,,,field-list\n,select_one yn,q,通畅,Free,look,yes,. != 'x',P2,\n,end_group,,,,,,,,\n"
		"choices\n,list_name,name,label::中文 (zh),label::English (en),order\n,yn,yes,是,Yes,1\n,yn,no,否,No,\n"
		"settings\n,form_id,form_title,version\n,check,检查,7\nentities\n,list_name,label\n,places,${q}\n";
	const struct jdoc *q, *choice;
	struct jdoc *j;
	struct book *b;
	struct form *f;

	(void)state;
	assert_ok(book_open_bytes(text, strlen(text), &b));
	assert_ok(form_read_book(b, "x", NULL, NULL, &f));
	assert_ok(form_describe(f, &j));
	assert_string_equal(jdoc_str(jdoc_get(j, "id")), "check");
	assert_string_equal(jdoc_str(jdoc_get(j, "version")), "7");
	assert_string_equal(jdoc_str(jdoc_get(jdoc_get(j, "title"), "中文 (zh)")), "检查");
	assert_int_equal(jdoc_count(jdoc_get(j, "languages")), 3);
	q = jdoc_item(jdoc_get(j, "questions"), 1);
	assert_string_equal(jdoc_str(jdoc_get(q, "path")), "g/q");
	assert_string_equal(jdoc_str(jdoc_get(q, "type")), "select_one");
	assert_string_equal(jdoc_str(jdoc_get(q, "list")), "yn");
	assert_string_equal(jdoc_str(jdoc_get(jdoc_get(q, "label"), "English (en)")), "Free");
	assert_string_equal(jdoc_str(jdoc_get(jdoc_get(q, "hint"), "default")), "look");
	assert_string_equal(jdoc_str(jdoc_get(q, "constraint")), ". != 'x'");
	assert_string_equal(jdoc_str(jdoc_get(jdoc_get(q, "xc"), "class")), "P2");
	assert_null(jdoc_get(q, "relevant"));
	assert_int_equal(jdoc_integer(jdoc_get(q, "row")), 4);
	choice = jdoc_item(jdoc_get(jdoc_item(jdoc_get(j, "lists"), 0), "choices"), 0);
	assert_string_equal(jdoc_str(jdoc_get(choice, "name")), "yes");
	assert_string_equal(jdoc_str(jdoc_get(jdoc_get(choice, "columns"), "order")), "1");
	assert_string_equal(jdoc_str(jdoc_get(jdoc_item(jdoc_get(j, "entities"), 0), "list_name")), "places");
	jdoc_free(j);
	form_free(f);
	book_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_form_has_nothing_said_of_it),
		cmocka_unit_test(what_will_not_work_is_warned_of),
		cmocka_unit_test(slips_that_change_nothing_visible_are_found),
		cmocka_unit_test(what_a_terminal_cannot_do_is_said_once),
		cmocka_unit_test(a_cycle_is_an_error_that_names_its_members),
		cmocka_unit_test(a_form_is_described_whole),
	};
	int failed = TAP_RUN(tests);

	buf_clear(&said);
	return failed;
}
