#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/xlsform/book.h"
#include "tests/xlsform/make_zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define XLS SRCDIR "/tests/fuzz/corpus/xls"

static const char workbook[] = "<workbook xmlns:r='r'><sheets><sheet name=' survey ' r:id='r1'/></sheets></workbook>";
static const char rels[] = "<Relationships><Relationship Id='r1' Type='http://x/worksheet' Target='worksheets/sheet1.xml'/>"
	"<Relationship Id='r2' Type='http://x/sharedStrings' Target='/xl/sharedStrings.xml'/>"
	"<Relationship Id='r3' Type='http://x/styles' Target='styles.xml'/></Relationships>";

static void add_text(struct zip_maker *z, const char *name, const char *text)
{
	zip_add(z, name, text, strlen(text));
}

static void start_xlsx(struct zip_maker *z)
{
	*z = (struct zip_maker){ .parts = 0 };
	add_text(z, "xl/workbook.xml", workbook);
	add_text(z, "xl/_rels/workbook.xml.rels", rels);
}

/* Read an .xlsx of one sheet with these rows. */
static enum err read_rows(const char *rows, const char *strings, const char *styles, struct book **out)
{
	struct zip_maker z;
	struct buf sheet = { 0 };
	enum err e;

	start_xlsx(&z);
	buf_printf(&sheet, "<worksheet><sheetData>%s</sheetData></worksheet>", rows);
	add_text(&z, "xl/worksheets/sheet1.xml", buf_str(&sheet));
	if (strings)
		add_text(&z, "xl/sharedStrings.xml", strings);
	if (styles)
		add_text(&z, "xl/styles.xml", styles);
	zip_end(&z);
	e = book_open_bytes(z.out.data, z.out.len, out);
	zip_clear(&z);
	buf_clear(&sheet);
	return e;
}

/* Text of the cell at "B3" of the first sheet. */
static const char *cell(const struct book *b, const char *at)
{
	const struct book_sheet *s = &b->sheets[0];
	unsigned long row = strtoul(at + 1, NULL, 10);

	for (uint32_t i = 0; i < s->row_count; i++)
		if (s->rows[i].number == row)
			return book_text(s, &s->rows[i], (uint32_t)(*at - 'A'));
	return "";
}

static void cells_of_an_xlsx_are_text_as_typed(void **state)
{
	struct book *b;

	(void)state;
	assert_ok(read_rows("<row r='2'><c r='A2' t='s'><v>0</v></c><c r='B2' t='s'><v>1</v></c>"
	                    "<c t='inlineStr'><is><r><t>in</t></r><r><t>line</t></r></is></c><c t='b'><v>0</v></c></row>"
	                    "<row><c><v>12</v></c><c><v>3.0</v></c><c><v>4.0000000000000001E-2</v></c><c><v>-1E3</v></c><c><v>007</v></c></row>"
	                    "<row><c t='str'><f>A1&amp;B1</f><v>ab</v></c><c><f>1+1</f><v>2</v></c><c t='e'><v>#REF!</v></c></row>"
	                    "<row r='9'><c s='1'><v>46215</v></c><c s='1'><v>46215.75</v></c><c s='2'><v>0.5</v></c><c s='3'><v>46215</v></c>"
	                    "<c s='0'><v>46215</v></c><c t='d'><v>2026-07-12</v></c></row>"
	                    "<row r='10'><c r='AB10' t='str'><v>a_x000D_\nb_x0041_</v></c></row><row r='11'><c t='str'><v> \xc2\xa0 </v></c></row>",
	                    "<sst><si><t> plain </t></si><si><r><rPr/><t>rich</t></r><r><t xml:space='preserve'> text</t></r>"
	                    "<rPh sb='0' eb='1'><t>reading</t></rPh></si></sst>",
	                    "<styleSheet><numFmts><numFmt numFmtId='170' formatCode='[$-804]yyyy\"年\"m'/><numFmt numFmtId='171' "
	                    "formatCode='0.0&quot;days&quot;[Red]'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/>"
	                    "<xf numFmtId='170'/><xf numFmtId='21'/><xf numFmtId='171'/></cellXfs></styleSheet>", &b));
	assert_string_equal(b->sheets[0].name, "survey");
	assert_string_equal(cell(b, "A2"), "plain");
	assert_string_equal(cell(b, "B2"), "rich text");
	assert_string_equal(cell(b, "C2"), "inline");
	assert_string_equal(cell(b, "D2"), "false");
	assert_string_equal(cell(b, "A3"), "12");
	assert_string_equal(cell(b, "B3"), "3");
	assert_string_equal(cell(b, "C3"), "0.04");
	assert_string_equal(cell(b, "D3"), "-1000");
	assert_string_equal(cell(b, "E3"), "7");
	assert_string_equal(cell(b, "A4"), "ab");
	assert_string_equal(cell(b, "B4"), "2");
	assert_string_equal(cell(b, "C4"), "#REF!");
	assert_string_equal(cell(b, "A9"), "2026-07-12");
	assert_string_equal(cell(b, "B9"), "2026-07-12T18:00:00");
	assert_string_equal(cell(b, "C9"), "12:00:00");
	assert_string_equal(cell(b, "D9"), "46215");
	assert_string_equal(cell(b, "E9"), "46215");
	assert_string_equal(cell(b, "F9"), "2026-07-12");
	assert_int_equal(b->sheets[0].row_count, 5);
	assert_int_equal(b->sheets[0].cells[b->sheets[0].cell_count - 1].column, 27);
	assert_string_equal(b->sheets[0].cells[b->sheets[0].cell_count - 1].text, "a\nbA");
	book_free(b);
}

static void an_xlsx_of_another_office_is_read(void **state)
{
	struct zip_maker z = { 0 };
	struct book *b;

	(void)state;
	add_text(&z, "_rels/.rels", "<R><Relationship Type='http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument' Target='/Book.xml'/></R>");
	add_text(&z, "book.xml", "<x:workbook xmlns:x='m' xmlns:rel='r'><x:workbookPr date1904='true'/><x:sheets><x:sheet name='a' rel:id='i'/>"
	         "<x:sheet name='chart' rel:id='c'/></x:sheets></x:workbook>");
	add_text(&z, "_rels/Book.xml.rels", "<R><Relationship Id='i' Type='x/worksheet' Target='S.xml'/><Relationship Id='c' Type='x/chartsheet' Target='C.xml'/></R>");
	add_text(&z, "S.xml", "<x:worksheet xmlns:x='m'><x:row><x:c t='str'><x:v>one</x:v></x:c></x:row></x:worksheet>");
	zip_end(&z);
	assert_ok(book_open_bytes(z.out.data, z.out.len, &b));
	assert_int_equal(b->sheet_count, 1);
	assert_string_equal(cell(b, "A1"), "one");
	book_free(b);
	zip_clear(&z);
}

static void a_bad_xlsx_is_refused_by_place(void **state)
{
	static const struct { const char *rows; enum err e; const char *says; } bad[] = {
		{ "<row r='3'><c t='s'><v>5</v></c></row>", ERR_FORMAT, "3" },
		{ "<row r='4'><c r='7'><v>5</v></c></row>", ERR_FORMAT, "4" },
		{ "<row r='4'><c r='ZZZZ4'><v>5</v></c></row>", ERR_FORMAT, "4" },
		{ "<row r='0'><c><v>5</v></c></row>", ERR_FORMAT, "0" },
		{ "<row r='1048577'><c><v>5</v></c></row>", ERR_FORMAT, "1048577" },
		{ "<row r='2'><c><v>5</v></c></row><row r='1'><c><v>5</v></c></row>", ERR_FORMAT, "1" },
		{ "<row><c><v>5</v></row>", ERR_FORMAT, "sheet1.xml" },
		{ "<row><c><v>\xff</v></c></row>", ERR_FORMAT, "sheet1.xml" },
	};
	struct buf deep = { 0 };
	struct zip_maker z;
	struct book *b;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_err(read_rows(bad[i].rows, NULL, NULL, &b), bad[i].e);
		assert_null(b);
		assert_non_null(strstr(err_detail(), bad[i].says));
	}
	for (int i = 0; i < 100; i++)
		buf_puts(&deep, "<a>");
	assert_err(read_rows(buf_str(&deep), NULL, NULL, &b), ERR_LIMIT);
	buf_clear(&deep);
	start_xlsx(&z);
	add_text(&z, "xl/worksheets/sheet1.xml", "<!DOCTYPE a [<!ENTITY b 'ha'>]><worksheet>&b;</worksheet>");
	zip_end(&z);
	assert_err(book_open_bytes(z.out.data, z.out.len, &b), ERR_FORMAT);
	assert_non_null(strstr(err_detail(), "DOCTYPE"));
	zip_clear(&z);
	/* a document of another kind, and no zip at all */
	add_text(&z, "word/document.xml", "<document/>");
	zip_end(&z);
	assert_err(book_open_bytes(z.out.data, z.out.len, &b), ERR_FORMAT);
	zip_clear(&z);
	assert_err(book_open_bytes("PK\3\4 and no more", 16, &b), ERR_FORMAT);
	assert_err(book_open_bytes("\xff\xd8\xff\xe0\0\20JFIF", 10, &b), ERR_FORMAT);
	assert_err(book_open_bytes("", 0, &b), ERR_FORMAT);
	assert_err(book_open("/nowhere/a.xlsx", &b), ERR_NOTFOUND);
}

static enum err read_bomb(const char *before, char fill, size_t count, const char *after)
{
	struct zip_maker z;
	struct book *b;
	enum err e;

	start_xlsx(&z);
	zip_add_bomb(&z, "xl/worksheets/sheet1.xml", before, fill, count, after);
	zip_end(&z);
	e = book_open_bytes(z.out.data, z.out.len, &b);
	zip_clear(&z);
	book_free(b);
	return e;
}

static void bombs_and_huge_sheets_are_refused_by_limit(void **state)
{
	struct buf rows = { 0 };
	struct book *b;

	(void)state;
	/* first that the maker makes what is readable when it is small */
	assert_int_equal(read_bomb("<worksheet><row><c t='str'><v>", 'x', 1000, "</v></c></row></worksheet>"), ERR_OK);
	assert_int_equal(read_bomb("<worksheet><row>", ' ', BOOK_XML_MAX + (1 << 20), "</row></worksheet>"), ERR_LIMIT);
	assert_int_equal(read_bomb("<worksheet><row><c t='str'><v>", 'x', 1 << 20, "</v></c></row></worksheet>"), ERR_LIMIT);
	for (int i = 0; i < 1000000; i++)
		buf_puts(&rows, "<row><c><v>1</v></c></row>");
	assert_err(read_rows(buf_str(&rows), NULL, NULL, &b), ERR_LIMIT);
	/* a million rows that only have a style are what offices write for an empty sheet */
	buf_reset(&rows);
	for (int i = 0; i < 1000000; i++)
		buf_puts(&rows, "<row><c s='1'/></row>");
	buf_puts(&rows, "<row><c><v>1</v></c></row>");
	assert_ok(read_rows(buf_str(&rows), NULL, NULL, &b));
	assert_int_equal(b->sheets[0].row_count, 1);
	assert_int_equal(b->sheets[0].rows[0].number, 1000001);
	book_free(b);
	buf_clear(&rows);
}

static void a_cut_zip_is_refused(void **state)
{
	struct zip_maker z;
	struct book *b;

	(void)state;
	start_xlsx(&z);
	add_text(&z, "xl/worksheets/sheet1.xml", "<worksheet><row><c t='str'><v>type</v></c></row></worksheet>");
	zip_end(&z);
	for (size_t n = 4; n < z.out.len; n++) {
		char *copy = malloc(n);

		memcpy(copy, z.out.data, n);
		assert_int_not_equal(book_open_bytes(copy, n, &b), ERR_OK);
		free(copy);
	}
	zip_clear(&z);
}

static void cells_of_an_xls_are_text_as_typed(void **state)
{
	struct book *b;

	(void)state;
	assert_ok(book_open(XLS "/small.xls", &b));
	assert_int_equal(b->sheet_count, 2);
	assert_string_equal(cell(b, "C2"), "备注 😀");
	assert_string_equal(cell(b, "B3"), "typed");
	assert_string_equal(cell(b, "C3"), "安全出口");            /* rich */
	assert_string_equal(cell(b, "D3"), "plain");               /* with reading aids */
	assert_int_equal(strlen(cell(b, "E3")), 302);              /* cut in two places by records */
	assert_string_equal(cell(b, "A4"), "12");
	assert_string_equal(cell(b, "C4"), "-7");
	assert_string_equal(cell(b, "E4"), "3.14");
	assert_string_equal(cell(b, "A5"), "2026-07-12");
	assert_string_equal(cell(b, "B5"), "2026-07-12T12:00:00");
	assert_string_equal(cell(b, "C5"), "18:00:00");
	assert_string_equal(cell(b, "D5"), "46215");
	assert_string_equal(cell(b, "A6"), "true");
	assert_string_equal(cell(b, "A7"), "from a formula");
	assert_string_equal(cell(b, "B7"), "2.5");
	assert_string_equal(cell(b, "C7"), "true");
	book_free(b);
	assert_ok(book_open(XLS "/mini.xls", &b));                 /* its stream lies in the mini sectors */
	assert_string_equal(cell(b, "B1"), "name");
	book_free(b);
	assert_err(book_open(XLS "/password.xls", &b), ERR_FORMAT);
	assert_null(b);
}

static void csv_workbooks_of_each_layout_are_alike(void **state)
{
	static const char *const layouts[] = {
		"survey,,\n,type,name\n,text,a\nchoices\n,list_name,name\n,yn,yes\n",
		"\"survey\"\n\"\",\"type\",\"name\"\n,text,a\n\nchoices,,,\n,list_name,name\n,yn,yes\n",
		"survey,type,name\n,text,a\nchoices,list_name,name\n,yn,yes\n",
		"survey,type,name\nsurvey,text,a\nchoices,list_name,name\nchoices,yn,yes\n",
	};
	struct book *b;

	(void)state;
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
		const struct book_sheet *survey, *choices;

		assert_ok(book_open_bytes(layouts[i], strlen(layouts[i]), &b));
		survey = book_find(b, "Survey");
		choices = book_find(b, "choices");
		assert_int_equal(b->sheet_count, 2);
		assert_int_equal(survey->row_count, 2);
		assert_string_equal(book_text(survey, &survey->rows[1], 2), "a");
		assert_string_equal(book_text(choices, &choices->rows[1], 1), "yn");
		book_free(b);
	}
	/* an office program that opens such a CSV and saves it as its own makes one sheet of it */
	assert_ok(read_rows("<row><c t='str'><v>survey</v></c></row><row><c/><c t='str'><v>type</v></c></row><row><c t='str'><v>choices</v></c></row>",
	                    NULL, NULL, &b));
	assert_int_equal(b->sheet_count, 2);
	assert_int_equal(book_find(b, "survey")->rows[0].number, 2);
	book_free(b);
	assert_ok(book_open_bytes("type,name\ntext,a\n", 17, &b));
	assert_string_equal(b->sheets[0].name, "survey");
	assert_int_equal(b->sheets[0].rows[1].number, 2);
	book_free(b);
}

static void a_folder_of_csv_is_a_workbook(void **state)
{
	char dir[] = "/tmp/xuncha-book-XXXXXX";
	struct buf path = { 0 };
	struct book *b;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_ok(fs_write(fs_path(&path, dir, "survey.csv"), "type,name\ntext,a\n", 17));
	assert_ok(fs_write(fs_path(&path, dir, "choices.csv"), "list_name,name\n\"x", 17));
	assert_ok(fs_write(fs_path(&path, dir, "notes.txt"), "\xff", 1));
	assert_err(book_open(dir, &b), ERR_FORMAT);
	assert_non_null(strstr(err_detail(), "choices.csv"));
	assert_ok(fs_remove(fs_path(&path, dir, "choices.csv")));
	assert_ok(fs_write(fs_path(&path, dir, "Form - external_choices.csv"), "list_name,name\n", 15));
	assert_ok(book_open(dir, &b));
	assert_int_equal(b->sheet_count, 2);
	assert_string_equal(book_find(b, "survey")->file, "survey.csv");
	assert_non_null(book_find(b, "external_choices"));
	book_free(b);
	assert_ok(fs_remove_tree(dir));
	buf_clear(&path);
}

static void columns_have_the_letters_of_a_spreadsheet(void **state)
{
	char name[8];

	(void)state;
	assert_string_equal(book_column_name(0, name), "A");
	assert_string_equal(book_column_name(25, name), "Z");
	assert_string_equal(book_column_name(26, name), "AA");
	assert_string_equal(book_column_name(BOOK_COLUMNS_MAX - 1, name), "XFD");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_of_an_xlsx_are_text_as_typed),
		cmocka_unit_test(an_xlsx_of_another_office_is_read),
		cmocka_unit_test(a_bad_xlsx_is_refused_by_place),
		cmocka_unit_test(bombs_and_huge_sheets_are_refused_by_limit),
		cmocka_unit_test(a_cut_zip_is_refused),
		cmocka_unit_test(cells_of_an_xls_are_text_as_typed),
		cmocka_unit_test(csv_workbooks_of_each_layout_are_alike),
		cmocka_unit_test(a_folder_of_csv_is_a_workbook),
		cmocka_unit_test(columns_have_the_letters_of_a_spreadsheet),
	};

	return TAP_RUN(tests);
}
