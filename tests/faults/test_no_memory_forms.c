/* Memory runs out at each allocation that reading a form makes: it says so, and leaks nothing. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/xlsform/form_codec.h"
#include "forms/xlsform/form_read.h"
#include "tests/faults/trap.h"
#include "tests/xlsform/make_zip.h"

#include <stdio.h>

struct bytes { const void *data; size_t len; };

static const char workbook[] = "survey\n,type,name,label,label::English (en),relevant,hint\n,select_one l or_other,a,甲,A,,h\n,begin repeat,r,R,,,\n"
	",text,b,乙,B,${a} = 'x',\n,end repeat,,,,,\nchoices\n,list_name,name,label,area\n,l,x,X,1\n,l,y,Y,2\nsettings\n,form_id,form_title\n,f,F\n"
	"entities\n,list_name,label\n,places,${a}\n";

enum { MOST = 100000 };

/* Run `operation` again and again, memory running out one allocation later each time, until it is never short. Each time it
 * says ERR_NOMEM or succeeds all the same, and leaves nothing behind. libzip is pardoned: it takes a file that it has no memory
 * to read for no zip, and loses blocks of its own. */
static void assert_survives(enum err (*operation)(void *user), void *user, bool by_zip)
{
	/* what libraries allocate once and keep is there before anything is counted */
	assert_ok(operation(user));
	for (long n = 1; n < MOST; n++) {
		long live = trap_live(), made;
		enum err e;

		trap_memory(n, true);
		e = operation(user);
		made = trap_allocations();
		trap_memory(0, false);
		if (made < n) {
			assert_ok(e);
			assert_true(n > 3);
			return;
		}
		if (e && !(by_zip && e == ERR_FORMAT))
			assert_err(e, ERR_NOMEM);
		assert_true(by_zip || trap_live() == live);
	}
	fail();
}

static enum err open_book(void *user)
{
	const struct bytes *file = user;
	struct book *b;
	enum err e = book_open_bytes(file->data, file->len, &b);

	book_free(b);
	return e;
}

static void every_container_runs_out_of_memory_cleanly(void **state)
{
	static const char sheet[] = "<worksheet><row><c t='s'><v>0</v></c><c s='1'><v>46215</v></c></row></worksheet>";
	static const char strings[] = "<sst><si><t>type</t></si></sst>", styles[] = "<styleSheet><cellXfs><xf/><xf numFmtId='14'/></cellXfs></styleSheet>";
	static const char book[] = "<workbook xmlns:r='r'><sheets><sheet name='survey' r:id='r1'/></sheets></workbook>";
	static const char rels[] = "<R><Relationship Id='r1' Type='/worksheet' Target='s.xml'/><Relationship Type='/sharedStrings' Target='t.xml'/>"
		"<Relationship Type='/styles' Target='y.xml'/></R>";
	struct zip_maker z = { .parts = 0 };
	struct buf xls = { 0 };

	(void)state;
	zip_add(&z, "xl/workbook.xml", book, strlen(book));
	zip_add(&z, "xl/_rels/workbook.xml.rels", rels, strlen(rels));
	zip_add(&z, "xl/s.xml", sheet, strlen(sheet));
	zip_add(&z, "xl/t.xml", strings, strlen(strings));
	zip_add(&z, "xl/y.xml", styles, strlen(styles));
	zip_end(&z);
	assert_survives(open_book, &(struct bytes){ z.out.data, z.out.len }, true);
	zip_clear(&z);
	assert_ok(fs_read(SRCDIR "/tests/fuzz/corpus/xls/small.xls", 1 << 20, &xls));
	assert_survives(open_book, &(struct bytes){ xls.data, xls.len }, false);
	buf_clear(&xls);
	assert_survives(open_book, &(struct bytes){ workbook, strlen(workbook) }, false);
}

static enum err read_form(void *user)
{
	struct form *f;
	enum err e = form_read_book(user, "x", NULL, NULL, &f);

	form_free(f);
	return e;
}

static enum err encode(void *user)
{
	struct buf out = { 0 };
	enum err e = form_encode(user, &out);

	buf_clear(&out);
	return e;
}

static enum err decode(void *user)
{
	const struct bytes *in = user;
	struct form *f;
	enum err e = form_decode(in->data, in->len, &f);

	form_free(f);
	return e;
}

static void a_form_runs_out_of_memory_cleanly(void **state)
{
	struct buf out = { 0 };
	struct book *b;
	struct form *f;

	(void)state;
	assert_ok(book_open_bytes(workbook, strlen(workbook), &b));
	assert_survives(read_form, b, false);
	assert_ok(form_read_book(b, "x", NULL, NULL, &f));
	assert_survives(encode, f, false);
	assert_ok(form_encode(f, &out));
	assert_survives(decode, &(struct bytes){ out.data, out.len }, false);
	buf_clear(&out);
	form_free(f);
	book_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_container_runs_out_of_memory_cleanly),
		cmocka_unit_test(a_form_runs_out_of_memory_cleanly),
	};

	if (!trap_sees_memory())
		return TAP_SKIP_ALL("the sanitizer has an allocator of its own");
	return TAP_RUN(tests);
}
