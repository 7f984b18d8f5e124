#include "config.h"
#include "tests/tap.h"

#include "forms/xlsform/form_read.h"

#include <stdio.h>
#include <stdlib.h>

/* What the reader said, one fault a line: "E ..." or "W ...". */
static struct buf said;

static void take(void *user, const struct form_fault *fault)
{
	(void)user;
	buf_puts(&said, fault->warning ? "W " : "E ");
	form_fault_text(fault, &said);
	buf_putc(&said, '\n');
}

static enum err read_text(const char *text, struct form **out)
{
	struct book *b;
	enum err e;

	buf_reset(&said);
	assert_ok(book_open_bytes(text, strlen(text), &b));
	e = form_read_book(b, "test", take, NULL, out);
	book_free(b);
	return e;
}

static struct form *good(const char *text)
{
	struct form *f;
	enum err e = read_text(text, &f);

	if (e)
		print_message("# %s\n", buf_str(&said));
	assert_int_equal(e, ERR_OK);
	return f;
}

/* The form is refused, and among what is said is a line that holds both words. */
static void assert_fault(const char *text, const char *where, const char *what)
{
	struct form *f;
	const char *line;
	bool found = false;

	read_text(text, &f);
	for (line = buf_str(&said); *line && !found; line += strcspn(line, "\n") + 1) {
		char one[1024];

		snprintf(one, sizeof one, "%.*s", (int)strcspn(line, "\n"), line);
		found = strstr(one, where) && strstr(one, what);
	}
	if (!found)
		print_message("# wanted '%s' and '%s' in:\n# %s\n", where, what, buf_str(&said));
	assert_true(found);
	form_free(f);
}

static const struct form_question *question(const struct form *f, const char *name)
{
	uint32_t i = form_find(f, name, 0);

	assert_int_not_equal(i, FORM_NONE);
	return &f->questions[i];
}

static void columns_go_by_all_their_names(void **state)
{
	static const char *const names[][2] = {
		{ "relevance", "relevant" }, { "bind::relevant", "relevant" }, { "bind:relevant", "relevant" }, { " Relevant ", "relevant" },
		{ "calculate", "calculation" }, { "bind::calculate", "calculation" },
		{ "read_only", "readonly" }, { "read only", "readonly" }, { "Constraint", "constraint" },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct form *f;
		const struct form_question *q;

		snprintf(text, sizeof text, "Type,NAME,%s\ntext,a,1 = 1\n", names[i][0]);
		f = good(text);
		q = question(f, "a");
		assert_string_equal(*names[i][1] == 'r' && names[i][1][2] == 'l' ? q->relevant : *names[i][1] == 'r' ? q->readonly
		                    : names[i][1][1] == 'a' ? q->calculation : q->constraint, "1 = 1");
		form_free(f);
	}
}

static void texts_and_languages_are_told_from_each_other(void **state)
{
	struct form *f = good("survey\n,type,name,label::English (en),label : 中文 (zh),hint:English (en),constraint message::English (en),"
	                      "bind::jr:requiredMsg,media::image::English (en),guidance_hint,notes::x,label::Français (fr)\n"
	                      ",text,a,Name,名称,Full,Wrong,Needed,a.png,More,ignored,\n"
	                      "settings\n,default_language,form_title,form_title::English (en)\n,中文 (zh),检查,Check\n");
	const struct form_question *q = question(f, "a");
	uint32_t en = form_language(f, "en"), zh = form_language(f, "zh");

	(void)state;
	assert_int_equal(f->language_count, 4);
	assert_int_equal(f->language, zh);
	assert_string_equal(form_text(f, &q->label, zh), "名称");
	assert_string_equal(form_text(f, &q->label, en), "Name");
	assert_string_equal(form_text(f, &q->label, form_language(f, "fr")), "名称");
	assert_string_equal(form_text(f, &q->hint, zh), "Full");
	assert_string_equal(form_text(f, &q->constraint_message, en), "Wrong");
	assert_string_equal(form_text(f, &q->required_message, en), "Needed");
	assert_string_equal(form_text(f, &q->image, en), "a.png");
	assert_string_equal(form_text(f, &q->guidance, en), "More");
	assert_string_equal(f->title, "检查");
	assert_string_equal(form_text(f, &f->titles, en), "Check");
	assert_string_equal(form_text(f, &f->titles, zh), "检查");
	form_free(f);
}

static void a_column_of_the_fields_own_name_comes_before_its_aliases(void **state)
{
	struct form *f = good("survey\n,value,type,name,relevance,relevant,bind:jr:constraintMsg\n,9,select_one l,a,1 = 1,2 = 2,No\n"
	                      "choices\n,list_name,value,name,label\n,l,5,x,X\n,l,7,y,Y\n");
	const struct form_list *l = &f->lists[0];

	(void)state;
	assert_string_equal(f->questions[0].name, "a");
	assert_string_equal(f->questions[0].relevant, "2 = 2");
	assert_string_equal(form_text(f, &f->questions[0].constraint_message, 0), "No");
	assert_string_equal(f->choices[l->first + 1].name, "y");
	assert_string_equal(f->choices[l->first + 1].columns[form_find_column(f, "value")], "7");
	form_free(f);
}

static void types_go_by_all_their_names(void **state)
{
	static const struct { const char *word; enum form_type type; } types[] = {
		{ "text", FORM_TEXT }, { "string", FORM_TEXT }, { "add text prompt", FORM_TEXT }, { "q string", FORM_TEXT }, { "tel", FORM_TEXT },
		{ "int", FORM_INTEGER }, { "Integer ", FORM_INTEGER }, { "q int", FORM_INTEGER }, { "decimal", FORM_DECIMAL }, { "range", FORM_RANGE },
		{ "select one from yn", FORM_SELECT_ONE }, { "select_one yn", FORM_SELECT_ONE }, { "select1 yn", FORM_SELECT_ONE },
		{ "add select one prompt using yn", FORM_SELECT_ONE }, { "select all that apply from yn", FORM_SELECT_MULTIPLE },
		{ "select_multiple  yn", FORM_SELECT_MULTIPLE }, { "select all that apply yn", FORM_SELECT_MULTIPLE }, { "rank yn", FORM_RANK },
		{ "date", FORM_DATE }, { "time", FORM_TIME }, { "dateTime", FORM_DATETIME }, { "date time", FORM_DATETIME },
		{ "gps", FORM_GEOPOINT }, { "q location", FORM_GEOPOINT }, { "geotrace", FORM_GEOTRACE }, { "geoshape", FORM_GEOSHAPE },
		{ "barcode", FORM_BARCODE }, { "trigger", FORM_ACKNOWLEDGE }, { "acknowledge", FORM_ACKNOWLEDGE },
		{ "photo", FORM_IMAGE }, { "add image prompt", FORM_IMAGE }, { "audio", FORM_AUDIO }, { "video", FORM_VIDEO }, { "file", FORM_FILE },
		{ "note", FORM_NOTE }, { "q note", FORM_NOTE }, { "add note prompt", FORM_NOTE }, { "calculate", FORM_CALCULATE }, { "hidden", FORM_HIDDEN },
		{ "start", FORM_START }, { "end", FORM_END }, { "end time", FORM_END }, { "get today", FORM_TODAY }, { "imei", FORM_DEVICEID },
		{ "get device id", FORM_DEVICEID }, { "username", FORM_USERNAME }, { "phonenumber", FORM_PHONENUMBER }, { "email", FORM_EMAIL },
		{ "audit", FORM_AUDIT }, { "start-geopoint", FORM_START_GEOPOINT }, { "csv-external", FORM_ATTACHED },
		{ "row places", FORM_ROW }, { "rows people", FORM_ROWS }, { "db:person", FORM_OTHER }, { "osm tags", FORM_OTHER },
		{ "text audit p=1;", FORM_HIDDEN }, { "caseid", FORM_HIDDEN }, { "simserial", FORM_HIDDEN },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct form *f;

		snprintf(text, sizeof text, "survey\n,type,name,calculation\n,%s,a,1\nchoices\n,list name,value\n,yn,yes\n", types[i].word);
		f = good(text);
		if (question(f, "a")->type != types[i].type)
			print_message("# %s\n", types[i].word);
		assert_int_equal(question(f, "a")->type, types[i].type);
		if (form_is_select(types[i].type))
			assert_int_equal(question(f, "a")->list, 0);
		form_free(f);
	}
}

static void types_that_bring_a_constraint_keep_the_authors_own(void **state)
{
	struct form *f = good("type,name,constraint\nphone number,a,\npercentage,b,\npercentage,c,. < 50\nimage,d,\n");

	(void)state;
	assert_string_equal(question(f, "a")->constraint, "regex(., '^\\d*$')");
	assert_string_equal(question(f, "b")->constraint, "0 <= . and . <= 100");
	assert_string_equal(question(f, "c")->constraint, ". < 50");
	assert_null(question(f, "d")->constraint);
	form_free(f);
}

/* What KoboToolbox's form builder exports: rows of a table choose from the list that the table names. */
static void tables_of_the_form_builder_are_groups(void **state)
{
	struct form *f = good("survey,type,name,label,kobo--score-choices,kobo--rank-items,bind::type\n"
		",begin_score,s,Score,levels,,\n,score__row,first,First,,,string\n,end_score,,,,,\n"
		",begin_rank,r,Rank,,levels,\n,rank__level,best,Best,,,\n,end_rank,,,,,\n"
		"choices,list_name,name,label\n,levels,a,A\n,levels,b,B\n");

	(void)state;
	assert_int_equal(question(f, "first")->type, FORM_SELECT_ONE);
	assert_string_equal(f->lists[question(f, "first")->list].name, "levels");
	assert_string_equal(f->lists[question(f, "best")->list].name, "levels");
	assert_null(strstr(buf_str(&said), "bind::type"));
	form_free(f);
}

static const struct form_question *parent_of(const struct form *f, const struct form_question *q)
{
	return q->parent == FORM_NONE ? NULL : &f->questions[q->parent];
}

/* As KoboToolbox lays a matrix out: https://support.kobotoolbox.org/matrix_response.html */
static void a_matrix_is_asked_once_for_each_thing_of_its_list(void **state)
{
	struct form *f = good("survey,type,name,label,relevant,constraint,required,kobo--matrix_list\n"
		",begin_kobomatrix,m,Things,,,,things\n,select_one yn,has,Is it there,,,yes,\n"
		",integer,many,How many,${has} = 'y' and ${count} > 0,. < ${many_most},,\n,note,note,,,,,\n,end_kobomatrix,,,,,,\n"
		",integer,count,Count,,,,\n,integer,many_most,Most,,,,\n,calculate,sum,,,,,\n"
		"choices,list_name,name,label\n,things,car,Car\n,things,bike,Bike\n,yn,y,Yes\n,yn,n,No\n");
	const struct form_question *many = question(f, "m_bike_many");

	(void)state;
	assert_int_equal(question(f, "m")->type, FORM_GROUP);
	assert_string_equal(parent_of(f, many)->name, "m_bike");
	assert_string_equal(form_text(f, &parent_of(f, many)->label, 0), "Bike");
	assert_string_equal(parent_of(f, parent_of(f, many))->name, "m");
	assert_int_equal(parent_of(f, many)->end, many - f->questions + 2);
	assert_int_equal(question(f, "m")->end, parent_of(f, many)->end);
	assert_string_equal(many->relevant, "${m_bike_has} = 'y' and ${count} > 0");
	assert_string_equal(many->constraint, ". < ${many_most}");
	assert_string_equal(f->lists[question(f, "m_car_has")->list].name, "yn");
	assert_string_equal(question(f, "m_car_has")->required, "yes");
	assert_int_equal(many->row, 4);
	form_free(f);
}

/* pyxform's "begin loop over": %(name)s and %(label)s are the choice's, in each language. */
static void a_loop_is_asked_once_for_each_choice(void **state)
{
	struct form *f = good("survey,type,name,label::en,label::zh,calculation\n"
		",begin loop over Dikes,d,Dikes,å ¤,\n,integer,level,Level of %(label)s,%(label)sæ°´ä½,\n"
		",calculate,who,,,'%(name)s'\n,end loop,,,,\n,begin_loop Dikes,e,E,E,\n,text,t,100%(x) T,T,\n,end_loop,,,,\n"
		"choices,list_name,name,label::en,label::zh\n,Dikes,east,East,ä¸å ¤\n,Dikes,west,West,è¥¿å ¤\n");
	uint32_t east = form_find(f, "level", 0), west = form_find(f, "level", east + 1);

	(void)state;
	assert_string_equal(parent_of(f, &f->questions[east])->name, "east");
	assert_string_equal(parent_of(f, &f->questions[west])->name, "west");
	assert_string_equal(form_text(f, &f->questions[east].label, form_language(f, "en")), "Level of East");
	assert_string_equal(form_text(f, &f->questions[west].label, form_language(f, "zh")), "è¥¿å ¤æ°´ä½");
	assert_string_equal(f->questions[west + 1].calculation, "'west'");
	assert_string_equal(form_text(f, &question(f, "t")->label, form_language(f, "en")), "100%(x) T");
	form_free(f);
}

static void a_block_without_its_list_says_which(void **state)
{
	(void)state;
	assert_fault("survey,type,name,label,kobo--matrix_list\n,begin_kobomatrix,m,M,nowhere\n,text,t,T,\n,end_kobomatrix,,,\n"
	             "choices,list_name,name,label\n,a,b,c\n", "E survey", "nowhere");
	assert_fault("survey,type,name,label\n,begin loop,m,M\n,text,t,T\n,end loop,,\n", "E survey", "begin loop over");
	assert_fault("survey,type,name,label\n,begin loop over a,m,M\n,text,t,T\nchoices,list_name,name,label\n,a,b,c\n", "E survey", "end_group");
}

/* Two thousand choices within two thousand: told before they take time or memory. */
static void blocks_within_blocks_have_a_limit(void **state)
{
	struct buf text = { 0 };
	struct form *f;

	(void)state;
	buf_puts(&text, "survey,type,name,label\n,begin loop over a,m,M\n,begin loop over a,n,N\n");
	for (int i = 0; i < 200; i++)
		buf_puts(&text, ",,,only words\n");
	buf_puts(&text, ",end loop,,\n,end loop,,\nchoices,list_name,name,label\n");
	for (int i = 0; i < 2000; i++)
		buf_printf(&text, ",a,b%d,c\n", i);
	assert_int_equal(read_text(buf_str(&text), &f), ERR_LIMIT);
	buf_clear(&text);
}

static void groups_and_repeats_nest(void **state)
{
	struct form *f = good("type,name,label,repeat_count\nbegin group,g,G,\ntext,a,A,\nbegin_repeat,r,R,3\ntext,b,B,\nend repeat,,,\nend_group,,,\n"
	                      "begin looped group,l,L,\nEnd Looped Group,,,\nbegin group,,unnamed,\ntext,c,C,\nend group,any,,\n");
	const struct form_question *r = question(f, "r");

	(void)state;
	assert_int_equal(f->question_count, 7);
	assert_int_equal(question(f, "g")->end, 4);
	assert_int_equal(r->type, FORM_REPEAT);
	assert_int_equal(r->parent, 0);
	assert_int_equal(question(f, "b")->parent, 2);
	assert_string_equal(r->repeat_count, "3");
	assert_int_equal(question(f, "l")->type, FORM_REPEAT);
	assert_int_equal(question(f, "l")->end, 5);
	assert_int_equal(question(f, "c")->parent, 5);
	form_free(f);
}

static void choices_of_a_list_come_together_with_their_columns(void **state)
{
	struct form *f = good("survey\n,type,name,choice_filter\n,select_one kind or_other,k,\n,select_one_external shop,s,area=${k}\n,text,t,no filter\n"
	                      "choices\n,list_name,name,label,Area,note\n,kind,a,A,1,\n,other,x,X,,\n,kind,b,B,2,n\n,kind,b,again,3,\n"
	                      "external_choices\n,list_name,name,label,area\n,shop,s1,S1,a\n,shop,s2,S2,b\n");
	const struct form_question *k = question(f, "k");
	const struct form_list *kind = &f->lists[k->list], *shop = &f->lists[question(f, "s")->list];

	(void)state;
	assert_string_equal(kind->name, "kind");
	assert_int_equal(kind->count, 4);
	assert_string_equal(f->choices[kind->first + 1].columns[form_find_column(f, "Area")], "2");
	assert_string_equal(f->choices[kind->first + 3].name, "other");
	assert_int_equal(shop->count, 2);
	assert_string_equal(f->choices[shop->first + 1].columns[form_find_column(f, "area")], "b");
	assert_string_equal(question(f, "k_other")->relevant, "selected(../k, 'other')");
	assert_true(k->or_other);
	assert_null(question(f, "t")->choice_filter);
	assert_non_null(strstr(buf_str(&said), "W choices"));      /* b came twice */
	form_free(f);
}

static void files_repeats_and_registers_are_sources(void **state)
{
	struct form *f = good("type,name,label,parameters,appearance\nselect_one_from_file places.csv,a,A,value=id label=zh,\n"
	                      "begin_repeat,r,R,,\ntext,n,N,,\nend_repeat,,,,\nselect_one ${n},b,B,,\nrow places,c,C,,\ncsv-external,d,,,\nimage,e,E,,signature\n");
	size_t len;

	(void)state;
	assert_string_equal(question(f, "a")->source, "places.csv");
	assert_int_equal(question(f, "a")->list, FORM_NONE);
	assert_memory_equal(form_parameter(question(f, "a")->parameters, "LABEL", &len), "zh", 2);
	assert_int_equal(len, 2);
	assert_null(form_parameter("xlabel=1, label", "label", &len));
	assert_string_equal(question(f, "b")->source, "${n}");
	assert_string_equal(question(f, "c")->source, "places");
	assert_string_equal(question(f, "d")->source, "d.csv");
	assert_int_equal(question(f, "e")->type, FORM_SIGNATURE);
	form_free(f);
}

static void settings_and_entities_are_read(void **state)
{
	struct form *f = good("survey\n,type,name,label,save_to,bind::xc:warn,bind::xc:class\n,begin_repeat,r,R,,,\n,text,a,A,words,. = 'x',P2\n,end_repeat,,,,,\n"
	                      "settings\n,Form Title,form_id,version,style,instance_name,xc:roles\n,Check,check,2026071201,pages,${r},VADM|TOWN\n"
	                      "entities\n,dataset,label,repeat,create_if,xc:step\n,hazards,${a},${r},true(),'register'\n");

	(void)state;
	assert_string_equal(f->id, "check");
	assert_string_equal(f->title, "Check");
	assert_string_equal(f->version, "2026071201");
	assert_string_equal(f->roles, "VADM|TOWN");
	assert_int_equal(f->entity_count, 1);
	assert_string_equal(f->entities[0].dataset, "hazards");
	assert_string_equal(f->entities[0].repeat, "r");
	assert_string_equal(f->entities[0].step, "'register'");
	assert_string_equal(question(f, "a")->save_to, "words");
	assert_string_equal(question(f, "a")->xc[FORM_XC_WARN], ". = 'x'");
	assert_string_equal(question(f, "a")->xc[FORM_XC_CLASS], "P2");
	form_free(f);
	f = good("type,name,label\ntext,a,A\n");
	assert_string_equal(f->id, "test");
	assert_string_equal(f->title, "test");
	form_free(f);
}

static void what_does_not_matter_is_passed_over(void **state)
{
	struct form *f = good("survey\n,type,name,label,chapter,disabled,instance::tag,appearance\n,text,a,A,3,no,x,frobnicate w1\n,text,b,B,,yes,,\n"
	                      ",,,,,,,\n,,,only a remark,,,,\nnotes\n,whatever\n,text\n");

	(void)state;
	assert_int_equal(f->question_count, 1);
	assert_null(strstr(buf_str(&said), "frobnicate"));
	form_free(f);
}

static void curly_quotes_and_hard_blanks_become_plain_in_expressions_only(void **state)
{
	struct form *f = good("type,name,label,relevant,constraint,calculation,default\n"
	                      "text,a,It’s “so”,,.\xc2\xa0= ‘x’,\"concat('it’s', “b”)\",don’t\n"
	                      "text,b,B,${a} = ’y’ or ${a} = 'z’,,,\n");

	(void)state;
	assert_string_equal(question(f, "a")->constraint, ". = 'x'");
	assert_string_equal(question(f, "a")->calculation, "concat('it’s', \"b\")");
	assert_string_equal(question(f, "a")->initial, "don’t");
	assert_string_equal(question(f, "b")->relevant, "${a} = 'y' or ${a} = 'z'");
	assert_string_equal(form_text(f, &question(f, "a")->label, 0), "It’s “so”");
	form_free(f);
}

static void defaults_are_dynamic_only_when_they_calculate(void **state)
{
	static const char *const dynamic[] = { "today()", "${a}", "1 + 1", "../x", "instance('row')/root/name", "once(uuid())", "concat('a', 'b')" };
	static const char *const fixed[] = { "2026-07-12", "yes", "1.5", "-3", "N/A", "red (dark)", "A + B", "", "10:30", "31.2 121.5 0 0", "/", "a-b" };

	(void)state;
	for (size_t i = 0; i < sizeof dynamic / sizeof *dynamic; i++)
		assert_true(form_is_dynamic(dynamic[i]));
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		assert_false(form_is_dynamic(fixed[i]));
}

static void mistakes_are_named_by_sheet_row_and_column(void **state)
{
	(void)state;
	assert_fault("survey\n,type,name,label\n,txet,a,A\n", "survey 第 3 行 B 列 (type)", "text?");
	assert_fault("type,name,label\nselect_one yesno,a,A\n", "第 2 行 A 列", "yesno");
	assert_fault("survey\n,type,name\n,select_one yes_on,a\nchoices\n,list_name,name\n,yes_no,y\n", "第 3 行", "yes_no?");
	assert_fault("type,name,label\nbegin_group,g,G\ntext,a,A\n", "第 2 行", "end_group");
	assert_fault("type,name,label\ntext,a,A\nend_repeat,,\n", "第 3 行", "begin");
	assert_fault("type,name,label\nbegin_repeat,r,R\nend_group,,\n", "第 3 行", "第 2 行");
	assert_fault("type,name,label\ntext,a,A\ninteger,a,B\n", "第 3 行", "第 2 行");
	assert_fault("type,name,label\ntext,,A\n", "第 2 行", "name");
	assert_fault("type,name,label\n,a,A\n", "第 2 行", "类型");
	assert_fault("type,name,label\ntext,2nd place,A\n", "第 2 行", "2nd place");
	assert_fault("type,name,label,relevant\ntext,total,A,\ntext,b,B,${totl} > 1\n", "survey 第 3 行 D 列 (relevant)", "${total}?");
	assert_fault("type,name,label\ntext,a,About ${nothing}\n", "第 2 行 C 列", "nothing");
	assert_fault("type,name,relevant\nbegin group,g,\ntext,x,\nend group,,\nbegin group,h,\ntext,x,\nend group,,\ntext,y,${x} = 1\n", "第 8 行 C 列",
	             "第 3 行和第 6 行");
	assert_fault("type,name,constraint\ninteger,a,. > (1\n", "第 2 行 C 列 (constraint)", "表达式");
	assert_fault("type,name,constraint\ninteger,a,. ＞ 1\n", "第 2 行 C 列", "半角");
	assert_fault("type,label\ntext,A\n", "第 1 行", "name");
	assert_fault("choices\n,list_name,name\n", "survey", "choices");
	assert_fault("survey\n,type,name\n,select_one l,a\nchoices\n,list_name,name,label\n,l,,L\n", "choices 第 6 行", "name");
	assert_fault("survey\n,type,name\n,text,a\nentities\n,list_name,repeat\n,r,${a}\n", "entities 第 6 行 C 列", "重复组");
	assert_fault("survey\n,type,name\n,text,a\nsettings\n,instance_name\n,concat(${b}\n", "settings 第 6 行 B 列", "表达式");
	assert_fault("type,name\n", "survey", "题目");
}

static void one_mistake_does_not_hide_the_next(void **state)
{
	struct form *f;
	size_t lines = 0;

	(void)state;
	assert_int_equal(read_text("type,name,label,relevant\ntxet,a,A,\nselect_one no,b,B,\ntext,c d,C,\ntext,d,${x},${y} +\n", &f), ERR_FORMAT);
	assert_null(f);
	for (const char *p = buf_str(&said); *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 5);
	assert_non_null(strstr(err_detail(), "第 2 行"));
	assert_non_null(strstr(err_detail(), "5"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_go_by_all_their_names),
		cmocka_unit_test(texts_and_languages_are_told_from_each_other),
		cmocka_unit_test(a_column_of_the_fields_own_name_comes_before_its_aliases),
		cmocka_unit_test(types_go_by_all_their_names),
		cmocka_unit_test(types_that_bring_a_constraint_keep_the_authors_own),
		cmocka_unit_test(tables_of_the_form_builder_are_groups),
		cmocka_unit_test(a_matrix_is_asked_once_for_each_thing_of_its_list), cmocka_unit_test(a_loop_is_asked_once_for_each_choice),
		cmocka_unit_test(a_block_without_its_list_says_which), cmocka_unit_test(blocks_within_blocks_have_a_limit), cmocka_unit_test(groups_and_repeats_nest),
		cmocka_unit_test(choices_of_a_list_come_together_with_their_columns),
		cmocka_unit_test(files_repeats_and_registers_are_sources),
		cmocka_unit_test(settings_and_entities_are_read),
		cmocka_unit_test(what_does_not_matter_is_passed_over),
		cmocka_unit_test(curly_quotes_and_hard_blanks_become_plain_in_expressions_only),
		cmocka_unit_test(defaults_are_dynamic_only_when_they_calculate),
		cmocka_unit_test(mistakes_are_named_by_sheet_row_and_column),
		cmocka_unit_test(one_mistake_does_not_hide_the_next),
	};
	int failed = TAP_RUN(tests);

	buf_clear(&said);
	return failed;
}
