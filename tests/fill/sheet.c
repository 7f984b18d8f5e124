#include "config.h"
#include "tests/fill/sheet.h"

#include "forms/xlsform/form_read.h"

#include <stdlib.h>

static enum err same_dice(void *user, void *data, size_t len)
{
	(void)user;
	memset(data, 7, len);
	return ERR_OK;
}

static void complain(void *user, const struct form_fault *fault)
{
	struct buf text = { 0 };

	(void)user;
	form_fault_text(fault, &text);
	if (!fault->warning)
		print_message("# %s\n", buf_str(&text));
	buf_clear(&text);
}

struct form *sheet_form(const char *csv)
{
	struct book *book;
	struct form *form;

	assert_ok(book_open_bytes(csv, strlen(csv), &book));
	assert_ok(form_read_book(book, "test", complain, NULL, &form));
	book_free(book);
	return form;
}

struct fill_host sheet_host(const char *directory)
{
	return (struct fill_host){
		.now = 1795305600000, .utc_offset = 480, .username = "wang", .deviceid = "device-1", .language = "zh", .directory = directory,
		.random = same_dice
	};
}

struct fill *sheet_fill(const struct form *form, const char *directory)
{
	struct fill_host host = sheet_host(directory);
	struct fill *f;

	assert_ok(fill_open(form, &host, &f));
	return f;
}

fill_node sheet_node(const struct fill *f, const char *path)
{
	fill_node n = fill_find(f, path);

	if (n == FILL_NO_NODE)
		print_message("# no node %s\n", path);
	assert_true(n != FILL_NO_NODE);
	return n;
}

void sheet_set(struct fill *f, const char *path, const char *value)
{
	assert_ok(fill_set(f, sheet_node(f, path), value));
}

void sheet_is(const struct fill *f, const char *path, const char *value)
{
	if (strcmp(fill_value(f, sheet_node(f, path)), value))
		print_message("# %s:\n", path);
	assert_string_equal(fill_value(f, sheet_node(f, path)), value);
}

void sheet_relevant(const struct fill *f, const char *path, bool yes)
{
	if (fill_is_relevant(f, sheet_node(f, path)) != yes)
		print_message("# relevance of %s:\n", path);
	assert_int_equal(fill_is_relevant(f, sheet_node(f, path)), yes);
}

void sheet_walk(const struct fill *f, const char *want)
{
	struct buf there = { 0 }, back = { 0 }, all = { 0 };
	fill_node last = FILL_NO_NODE;

	for (fill_node n = fill_first(f); n != FILL_NO_NODE; last = n, n = fill_next(f, n)) {
		if (there.len)
			buf_putc(&there, ' ');
		fill_path(f, n, &there);
	}
	assert_string_equal(buf_str(&there), want);
	for (fill_node n = last; n != FILL_NO_NODE; n = fill_previous(f, n)) {
		buf_reset(&all);
		fill_path(f, n, &all);
		if (back.len)
			buf_putc(&all, ' ');
		buf_puts(&all, buf_str(&back));
		buf_reset(&back);
		buf_puts(&back, buf_str(&all));
	}
	assert_string_equal(buf_str(&back), want);
	buf_clear(&there);
	buf_clear(&back);
	buf_clear(&all);
}

void sheet_choices(struct fill *f, const char *path, const char *want)
{
	fill_node n = sheet_node(f, path);
	const char *name, *label;
	struct buf all = { 0 };
	uint32_t count;

	assert_ok(fill_choices(f, n, &count));
	for (uint32_t i = 0; i < count; i++) {
		assert_ok(fill_choice(f, n, i, &name, &label));
		buf_printf(&all, "%s%s", i ? " " : "", name);
	}
	assert_string_equal(buf_str(&all), want);
	buf_clear(&all);
}

const char *const sheet_household =
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
