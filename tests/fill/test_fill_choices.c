/* What a question offers: filters, tables beside the form, answers of a repeat, lots. */
#include "config.h"
#include "tests/fill/sheet.h"

#include "forms/base/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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
		",select_one away,away,别处,,,\"search('away', 'matches', 'owner', ${key})\",\n"
		"choices,list_name,name,label\n"
		",away,id,owner\n"
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
	assert_true(fill_lacks_choices(f, sheet_node(f, "gone")));
	assert_false(fill_lacks_choices(f, sheet_node(f, "shop")));
	sheet_set(f, "gone", "any");
	sheet_set(f, "away", "any");
	fill_close(f);
	form_free(form);
	fs_remove_tree(dir);
}

/* XML instances and GeoJSON are tables like any CSV; a place of GeoJSON has its id and its title, latitude first. */
static void attached_xml_and_geojson_are_read(void **state)
{
	static const char xml[] = "<?xml version=\"1.0\"?>\n<root><item><name>a</name><label> 甲 &amp; 乙 </label><town>1</town></item>"
		"<item><town>2</town><name>b</name></item></root>\n";
	static const char waters[] = "{\"type\":\"FeatureCollection\",\"features\":["
		"{\"type\":\"Feature\",\"id\":\"w1\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[120.5,30.25]},\"properties\":{\"title\":\"水库\",\"depth\":3}},"
		"{\"type\":\"Feature\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]},\"properties\":{\"id\":\"w2\",\"title\":\"堤\"}}]}";
	struct form *form = sheet_form(
		"survey,type,name,label,calculation,choice_filter\n"
		",xml-external,people,,,\n"
		",text,town,镇,,\n"
		",select_one_from_file people.xml,who,谁,,town = ${town}\n"
		",calculate,named,,\"jr:choice-name(${who}, '${who}')\",\n"
		",calculate,looked,,instance('people')/root/item[name = 'a']/label,\n"
		",select_one_from_file water.geojson,water,水,,\n"
		",calculate,water_name,,\"jr:choice-name(${water}, '${water}')\",\n"
		",calculate,at,,\"instance('water')/root/item[id = ${water}]/geometry\",\n"
		",select_one_from_file broken.xml,broken,坏,,\n");
	char dir[] = "/tmp/xuncha-fill-XXXXXX", path[64];
	struct fill *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/people.xml", dir);
	assert_ok(fs_write(path, xml, strlen(xml)));
	snprintf(path, sizeof path, "%s/water.geojson", dir);
	assert_ok(fs_write(path, waters, strlen(waters)));
	snprintf(path, sizeof path, "%s/broken.xml", dir);
	assert_ok(fs_write(path, "<root><item>", 12));
	f = sheet_fill(form, dir);
	sheet_is(f, "looked", "甲 & 乙");
	sheet_set(f, "town", "2");
	sheet_choices(f, "who", "b");
	sheet_set(f, "town", "1");
	sheet_set(f, "who", "a");
	sheet_is(f, "named", "甲 & 乙");
	sheet_choices(f, "water", "w1 w2");
	sheet_set(f, "water", "w1");
	sheet_is(f, "water_name", "水库");
	sheet_is(f, "at", "30.25 120.5 0 0");
	sheet_set(f, "water", "w2");
	sheet_is(f, "at", "2 1 0 0; 4 3 0 0");
	sheet_set(f, "broken", "any");
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

/* From within the repeat all of it is on offer, and answers that come in later count for those before. */
static void choices_from_a_repeat_are_all_its_answers_within_it_too(void **state)
{
	static const char answers[] = "{\"person\":[{\"who\":\"甲\",\"heir\":\"乙\",\"pet\":[{\"owner\":\"乙\"}]},{\"who\":\"乙\",\"heir\":\"甲\"}],\"first\":\"b\",\"kind\":\"2\",\"size\":\"L\"}";
	struct form *form = sheet_form(
		"survey,type,name,label,choice_filter\n"
		",begin repeat,person,人,\n"
		",text,who,姓名,\n"
		",select_one ${who},heir,继承,./who != ${who}\n"
		",begin repeat,pet,宠物,\n"
		",select_one ${who},owner,主人,\n"
		",end repeat,,,\n"
		",end repeat,,,\n"
		",select_one things,first,先选,kind = ${kind} and size = ${size}\n"
		",text,kind,后填,\n"
		",text,size,后填,\n"
		"choices,list_name,name,label,kind,size\n"
		",things,a,A,1,L\n"
		",things,b,B,2,L\n");
	struct fill *f = sheet_fill(form, NULL);
	struct jdoc *in;

	(void)state;
	assert_ok(jdoc_parse(answers, strlen(answers), &in));
	assert_ok(fill_read_json(f, in, NULL, NULL));
	sheet_is(f, "person[1]/heir", "乙");
	sheet_is(f, "person[1]/pet[1]/owner", "乙");
	sheet_is(f, "person[2]/heir", "甲");
	sheet_is(f, "first", "b");
	sheet_choices(f, "person[1]/heir", "乙");
	sheet_choices(f, "person[2]/pet[1]/owner", "甲 乙");
	jdoc_free(in);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filter_follows_and_clears_what_it_no_longer_offers),
		cmocka_unit_test(shuffled_choices_are_all_there_and_stay_put),
		cmocka_unit_test(attached_tables_are_read), cmocka_unit_test(attached_xml_and_geojson_are_read),
		cmocka_unit_test(choices_may_be_the_answers_of_a_repeat), cmocka_unit_test(choices_from_a_repeat_are_all_its_answers_within_it_too),
		cmocka_unit_test(a_lot_once_drawn_stays),
	};

	return TAP_RUN(tests);
}
