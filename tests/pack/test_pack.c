/* A pack as a folder of tables and as pack.cbor; walks; hostile bytes. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/pack/pack.h"
#include "forms/xlsform/csv.h"
#include "tests/pack/tree.h"
#include "tests/xlsform/make_zip.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>

#define SAMPLE SRCDIR "/tests/pack/sample"

static char dir[] = "/tmp/xuncha-pack-XXXXXX";
static struct buf sample;                                 /* pack.cbor of the sample */

static struct pack *read_sample(void)
{
	struct pack *p;

	assert_ok(pack_read(SAMPLE, NULL, NULL, &p));
	return p;
}

/* ---- the bytes ---- */

static void the_same_folder_gives_the_same_bytes(void **state)
{
	struct pack *p = read_sample();
	struct buf again = { 0 };

	(void)state;
	assert_ok(pack_encode(p, &again));
	assert_int_equal(again.len, sample.len);
	assert_memory_equal(again.data, sample.data, sample.len);
	buf_clear(&again);
	pack_free(p);
}

static void what_is_decoded_is_what_was_read(void **state)
{
	struct buf again = { 0 };
	struct pack *p;

	(void)state;
	assert_ok(pack_decode(sample.data, sample.len, &p));
	assert_string_equal(p->id, "sample");
	assert_int_equal(p->utc_offset, 480);
	assert_string_equal(pack_param(p, "province"), "henan");
	assert_string_equal(pack_name(&p->kinds[0].label, 1), "Small eatery");
	assert_string_equal(p->registers[pack_find_register(p, "hazards")].fields[3].danger_order[1], "M?");
	assert_string_equal(p->cards[0].text, "先跑出去, 再打 119\n不乘电梯");
	assert_ok(pack_encode(p, &again));
	assert_int_equal(again.len, sample.len);
	assert_memory_equal(again.data, sample.data, sample.len);
	buf_clear(&again);
	pack_free(p);
}

static void a_pack_cut_anywhere_is_refused(void **state)
{
	struct pack *p;

	(void)state;
	for (size_t len = 0; len < sample.len; len += len < 600 ? 1 : 41) {
		char *cut = malloc(len ? len : 1);

		memcpy(cut, sample.data, len);
		assert_int_not_equal(pack_decode(cut, len, &p), ERR_OK);
		assert_null(p);
		free(cut);
	}
}

/* The sample's bytes as what is kept gives them: the pack's own. */
static struct pack *read_tables(const struct buf *bytes)
{
	struct buf own = { 0 };
	struct pack *p;

	buf_put(&own, bytes->data, bytes->len);
	assert_ok(pack_decode_tables(&own, &p));
	assert_null(own.data);
	return p;
}

static void a_form_is_decoded_when_it_is_asked_for(void **state)
{
	struct pack *p = read_tables(&sample);
	const struct pack_form *walk = &p->forms[pack_find_form(p, "walk_CA")];
	const struct form *form, *again;
	struct buf bytes = { 0 };
	uint32_t read = 0;

	(void)state;
	assert_ok(pack_form_read(walk, &form));
	assert_string_equal(form->id, "walk_CA");
	assert_int_equal(walk->body->places[0].repeat, FORM_NONE);
	assert_ok(pack_form_read(walk, &again));
	assert_ptr_equal(form, again);
	for (uint32_t i = 0; i < p->form_count; i++)
		read += p->forms[i].body->form != NULL;
	assert_int_equal(read, 1);
	assert_ok(pack_encode(p, &bytes));
	assert_int_equal(bytes.len, sample.len);
	assert_memory_equal(bytes.data, sample.data, sample.len);
	buf_clear(&bytes);
	pack_free(p);
}

/* What was whole when it came may not be when it is read: an older program, a disk that lies. */
static void a_form_that_does_not_decode_is_told_and_the_others_are_there(void **state)
{
	struct pack *whole = read_tables(&sample), *p, *none;
	const struct pack_form *walk = &whole->forms[pack_find_form(whole, "walk_CA")];
	struct buf bad = { 0 };
	const struct form *form;

	(void)state;
	buf_put(&bad, sample.data, sample.len);
	memset(bad.data + ((const char *)walk->body->bytes - whole->bytes.data) + walk->body->len / 2, 0xff, 8);
	assert_err(pack_decode(bad.data, bad.len, &none), ERR_FORMAT);
	assert_null(none);
	p = read_tables(&bad);
	assert_err(pack_form_read(&p->forms[pack_find_form(p, "walk_CA")], &form), ERR_FORMAT);
	assert_null(form);
	assert_non_null(strstr(err_detail(), "walk_CA"));
	assert_err(pack_form_read(&p->forms[pack_find_form(p, "walk_CA")], &form), ERR_FORMAT);
	assert_ok(pack_form_read(&p->forms[pack_find_form(p, "walk_SH")], &form));
	buf_clear(&bad);
	pack_free(p);
	pack_free(whole);
}

/* Look at everything that indexes into something else. */
static void use(const struct pack *p)
{
	struct buf out = { 0 };

	for (uint32_t i = 0; i < p->form_count; i++) {
		const struct pack_form *f = &p->forms[i];

		for (uint32_t k = 0; k < f->save_count; k++) {
			const struct pack_register *reg = &p->registers[f->entities[f->saves[k].entity].reg];

			assert_non_null(reg->fields[f->saves[k].field].id);
			if (f->saves[k].question != FORM_NONE)
				assert_non_null(f->body->form->questions[f->saves[k].question].name);
		}
	}
	for (uint32_t i = 0; i < p->step_count; i++)
		assert_non_null(p->registers[p->steps[i].reg].fields[p->steps[i].field].id);
	assert_ok(pack_encode(p, &out));
	buf_clear(&out);
}

static void a_changed_pack_is_refused_or_whole(void **state)
{
	unsigned seed = 7;
	uint32_t taken = 0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		char *bad = malloc(sample.len);
		struct pack *p;

		memcpy(bad, sample.data, sample.len);
		for (int k = 0; k <= i % 3; k++) {
			seed = seed * 1103515245u + 12345u;
			bad[(seed >> 7) % sample.len] = (char)(seed >> 24);
		}
		if (!pack_decode(bad, sample.len, &p)) {
			taken++;
			use(p);
			pack_free(p);
		}
		free(bad);
	}
	assert_true(taken > 100);      /* a letter of a text may be any */
}

static void a_pack_of_a_newer_program_is_refused_by_name(void **state)
{
	struct pack *p;
	char *newer = malloc(sample.len);

	(void)state;
	memcpy(newer, sample.data, sample.len);
	assert_int_equal(newer[1], 1);
	newer[1] = 2;
	assert_err(pack_decode(newer, sample.len, &p), ERR_VERSION);
	assert_non_null(strstr(err_detail(), "2"));
	free(newer);
}

/* ---- the office ---- */

static void assert_same_pack(const char *folder)
{
	struct pack *p;
	struct buf bytes = { 0 };

	assert_ok(pack_read(folder, NULL, NULL, &p));
	assert_ok(pack_encode(p, &bytes));
	assert_int_equal(bytes.len, sample.len);
	assert_memory_equal(bytes.data, sample.data, sample.len);
	buf_clear(&bytes);
	pack_free(p);
}

static void save_as(const char *folder, const char *file, const char *encoding, const char *front)
{
	struct buf path = { 0 }, text = { 0 }, out = { 0 };
	iconv_t c = iconv_open(encoding, "UTF-8");
	char *from, *to;
	size_t left, room;

	assert_true(c != (iconv_t)-1);
	assert_ok(fs_read(fs_path(&path, folder, file), 1 << 20, &text));
	buf_puts(&out, front);
	from = text.data;
	left = text.len;
	room = text.len * 4;
	to = buf_more(&out, room);
	assert_non_null(to);
	assert_int_not_equal(iconv(c, &from, &left, &to, &room), (size_t)-1);
	iconv_close(c);
	assert_ok(fs_write(path.data, out.data, out.len - room));
	buf_clear(&path);
	buf_clear(&text);
	buf_clear(&out);
}

static void what_an_office_program_saves_is_the_same_pack(void **state)
{
	static const char *const files[] = { "codes.csv", "kinds.csv", "lists/CO.csv", "forms/place_new.csv", "fields.csv" };
	char gb[64], bom[64];

	(void)state;
	snprintf(gb, sizeof gb, "%s/gb", dir);
	snprintf(bom, sizeof bom, "%s/bom", dir);
	tree_copy(SAMPLE, gb);
	tree_copy(SAMPLE, bom);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		save_as(gb, files[i], "GB18030", "");
		save_as(bom, files[i], "UTF-8", "\xef\xbb\xbf");
	}
	assert_same_pack(gb);
	assert_same_pack(bom);
}

/* A table as .xlsx: one sheet of inline strings (ECMA-376 part 1, 18.3.1.53). */
static void save_as_xlsx(const char *folder, const char *name)
{
	static const char types[] = "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>";
	static const char book[] = "<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
	static const char rels[] = "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
	struct zip_maker z = { 0 };
	struct buf path = { 0 }, sheet = { 0 }, file = { 0 };
	struct csv *c;

	buf_printf(&file, "%s.csv", name);
	assert_ok(csv_open(fs_path(&path, folder, file.data), &c));
	buf_puts(&sheet, "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>");
	while (csv_next(c)) {
		buf_printf(&sheet, "<row r=\"%u\">", csv_row(c));
		for (uint32_t i = 0; i < csv_count(c); i++) {
			buf_printf(&sheet, "<c r=\"%c%u\" t=\"inlineStr\"><is><t>", 'A' + (int)i, csv_row(c));
			for (const char *s = csv_field(c, i); *s; s++)
				buf_puts(&sheet, *s == '<' ? "&lt;" : *s == '>' ? "&gt;" : *s == '&' ? "&amp;" : (char[]){ *s, '\0' });
			buf_puts(&sheet, "</t></is></c>");
		}
		buf_puts(&sheet, "</row>");
	}
	assert_ok(csv_end(c));
	csv_close(c);
	buf_puts(&sheet, "</sheetData></worksheet>");
	zip_add(&z, "[Content_Types].xml", types, sizeof types - 1);
	zip_add(&z, "xl/workbook.xml", book, sizeof book - 1);
	zip_add(&z, "xl/_rels/workbook.xml.rels", rels, sizeof rels - 1);
	zip_add(&z, "xl/worksheets/sheet1.xml", sheet.data, sheet.len);
	zip_end(&z);
	assert_ok(fs_remove(path.data));
	buf_reset(&file);
	buf_printf(&file, "%s.xlsx", name);
	assert_ok(fs_write(fs_path(&path, folder, file.data), z.out.data, z.out.len));
	zip_clear(&z);
	buf_clear(&path);
	buf_clear(&sheet);
	buf_clear(&file);
}

static void tables_may_be_spreadsheets(void **state)
{
	char to[64];

	(void)state;
	snprintf(to, sizeof to, "%s/xlsx", dir);
	tree_copy(SAMPLE, to);
	save_as_xlsx(to, "codes");
	save_as_xlsx(to, "kinds");
	save_as_xlsx(to, "workflow");
	save_as_xlsx(to, "lists/LP");
	assert_same_pack(to);
}

static void a_table_that_is_there_twice_is_refused(void **state)
{
	char to[64];
	struct pack *p;

	(void)state;
	snprintf(to, sizeof to, "%s/twice", dir);
	tree_copy(SAMPLE, to);
	save_as_xlsx(to, "seasons");
	tree_copy(SAMPLE, to);
	assert_err(pack_read(to, NULL, NULL, &p), ERR_FORMAT);
	assert_non_null(strstr(err_detail(), "seasons"));
	assert_null(p);
}

static void an_item_added_in_the_office_is_asked_in_the_walk(void **state)
{
	char to[64];
	struct pack *p;

	(void)state;
	snprintf(to, sizeof to, "%s/item", dir);
	tree_copy(SAMPLE, to);
	tree_edit(to, "lists/LP.csv", ",end_group", ",select_one pf,LP-04,间距够,Far enough apart,,,G,7d,A1\n,end_group");
	assert_ok(pack_read(to, NULL, NULL, &p));
	const struct form *walk = p->forms[pack_find_form(p, "walk_CA")].body->form;
	uint32_t item = form_find(walk, "LP-04", 0);

	assert_int_not_equal(item, FORM_NONE);
	assert_string_equal(walk->questions[item].xc[FORM_XC_FAIL], ". = 'fail'");
	assert_int_not_equal(form_find_choice(walk, form_find_list(walk, "xc_item"), "LP-04"), FORM_NONE);
	assert_non_null(pack_code(p, pack_find_codes(p, "items"), "LP-04"));
	pack_free(p);
}

/* ---- walks ---- */

static uint32_t entity_of(const struct pack *p, const struct pack_form *f, const char *reg)
{
	for (uint32_t i = 0; i < f->entity_count; i++)
		if (!strcmp(p->registers[f->entities[i].reg].id, reg))
			return i;
	fail_msg("no entity for %s", reg);
	return 0;
}

static const struct pack_save *save_of(const struct pack *p, const struct pack_form *f, const char *reg, const char *field)
{
	uint32_t e = entity_of(p, f, reg);

	for (uint32_t i = 0; i < f->save_count; i++)
		if (f->saves[i].entity == e && !strcmp(p->registers[f->entities[e].reg].fields[f->saves[i].field].id, field))
			return &f->saves[i];
	return NULL;
}

static void a_walk_makes_a_visit_and_a_row_for_every_hazard(void **state)
{
	struct pack *p = read_sample();
	const struct pack_form *f = &p->forms[pack_find_form(p, "walk_CA")];
	const struct pack_entity *hazards = &f->entities[entity_of(p, f, "hazards")], *places = &f->entities[entity_of(p, f, "places")];

	(void)state;
	assert_true(f->walk);
	assert_string_equal(f->subject, "places");
	assert_int_equal(f->roles, 0);
	assert_true(hazards->creates && !hazards->updates);
	assert_string_equal(f->body->form->questions[hazards->repeat].name, "xc_hazard");
	assert_string_equal(f->body->form->questions[hazards->repeat].initial, "0");
	assert_int_equal(f->entities[entity_of(p, f, "inspections")].repeat, FORM_NONE);
	assert_string_equal(save_of(p, f, "inspections", "kind")->constant, "CA");
	assert_string_equal(save_of(p, f, "hazards", "src")->constant, "patrol");
	assert_string_equal(f->body->form->questions[save_of(p, f, "hazards", "place")->question].name, "xc_place");
	assert_int_equal(save_of(p, f, "inspections", "failed")->question, hazards->repeat);
	assert_null(save_of(p, f, "hazards", "stage"));         /* only its steps write it */
	assert_true(places->updates && !places->creates);      /* CO-13 is saved to the place */
	assert_string_equal(places->update_if, "${CO-13} != ''");
	assert_string_equal(f->body->form->questions[save_of(p, f, "places", "boxes")->question].name, "CO-13");
	pack_free(p);
}

static void a_walk_asks_the_parts_of_lists_that_its_kind_names(void **state)
{
	struct pack *p = read_sample();
	const struct form *ca = p->forms[pack_find_form(p, "walk_CA")].body->form, *sh = p->forms[pack_find_form(p, "walk_SH")].body->form;
	const struct form_question *gas = &sh->questions[form_find(sh, "LP", 0)];

	(void)state;
	assert_int_not_equal(form_find(ca, "LP-01", 0), FORM_NONE);
	assert_int_equal(form_find(sh, "LP-01", 0), FORM_NONE);
	assert_int_not_equal(form_find(sh, "LP-02", 0), FORM_NONE);
	assert_int_not_equal(form_find(sh, "LP-03", 0), FORM_NONE);
	assert_string_equal(gas->relevant, "selected(instance('row')/root/flags, 'lpg')");
	assert_string_equal(form_text(sh, &gas->label, 0), "瓶装气");
	assert_string_equal(form_text(sh, &gas->label, 1), "Bottled gas");
	assert_int_equal(gas->end, form_find(sh, "LP-03", 0) + 1);
	assert_string_equal(ca->questions[form_find(ca, "CO-22", 0)].relevant, "selected(instance('row')/root/flags, 'sand')");
	pack_free(p);
}

static void only_levels_and_measures_for_the_spot_are_offered(void **state)
{
	struct pack *p = read_sample();
	const struct form *f = p->forms[pack_find_form(p, "walk_CA")].body->form;
	uint32_t level = form_find_list(f, "xc_level"), control = form_find_list(f, "xc_control"), items = form_find_list(f, "xc_item");

	(void)state;
	assert_int_equal(f->lists[level].count, 3);
	assert_int_equal(form_find_choice(f, level, "M"), FORM_NONE);
	assert_int_not_equal(form_find_choice(f, control, "evacuated"), FORM_NONE);
	assert_int_equal(form_find_choice(f, control, "lifted"), FORM_NONE);
	assert_string_equal(f->choices[form_find_choice(f, items, "CO-12")].columns[form_find_column(f, "days")], "3");
	assert_string_equal(f->choices[form_find_choice(f, items, "CO-08")].columns[form_find_column(f, "level")], "M?");
	assert_null(f->choices[form_find_choice(f, items, "CO-13")].columns[form_find_column(f, "days")]);
	pack_free(p);
}

static void who_may_submit_follows_from_the_steps(void **state)
{
	struct pack *p = read_sample();
	uint32_t hazards = pack_find_register(p, "hazards"), pass = pack_find_step(p, hazards, "pass");

	(void)state;
	assert_int_equal(p->forms[pack_find_form(p, "hazard_recheck")].roles, PACK_VADM | PACK_TOWN);
	assert_int_equal(p->forms[pack_find_form(p, "team_new")].roles, 0);
	assert_string_equal(p->forms[pack_find_form(p, "hazard_recheck")].subject, "hazards");
	assert_string_equal(p->forms[pack_find_form(p, "training_new")].subject, "teams");
	assert_null(p->forms[pack_find_form(p, "team_new")].subject);
	assert_string_equal(p->steps[pass + 1].id, "pass");       /* another way to the same step */
	assert_int_equal(p->steps[pass + 1].roles, PACK_TOWN);
	pack_free(p);
}

static int set_up(void **state)
{
	struct pack *p;

	(void)state;
	if (!mkdtemp(dir) || pack_read(SAMPLE, NULL, NULL, &p) || pack_encode(p, &sample))
		return 1;
	pack_free(p);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_clear(&sample);
	return fs_remove_tree(dir) != ERR_OK;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_folder_gives_the_same_bytes),
		cmocka_unit_test(what_is_decoded_is_what_was_read),
		cmocka_unit_test(a_form_is_decoded_when_it_is_asked_for),
		cmocka_unit_test(a_form_that_does_not_decode_is_told_and_the_others_are_there),
		cmocka_unit_test(a_pack_cut_anywhere_is_refused),
		cmocka_unit_test(a_changed_pack_is_refused_or_whole),
		cmocka_unit_test(a_pack_of_a_newer_program_is_refused_by_name),
		cmocka_unit_test(what_an_office_program_saves_is_the_same_pack),
		cmocka_unit_test(tables_may_be_spreadsheets),
		cmocka_unit_test(a_table_that_is_there_twice_is_refused),
		cmocka_unit_test(an_item_added_in_the_office_is_asked_in_the_walk),
		cmocka_unit_test(a_walk_makes_a_visit_and_a_row_for_every_hazard),
		cmocka_unit_test(a_walk_asks_the_parts_of_lists_that_its_kind_names),
		cmocka_unit_test(only_levels_and_measures_for_the_spot_are_offered),
		cmocka_unit_test(who_may_submit_follows_from_the_steps),
	};

	i18n_open("zh");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down) != 0;
}
