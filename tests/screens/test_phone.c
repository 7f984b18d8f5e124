/* What is asked for can be read on a phone: on every screen that keys lead to, at 40x18 and in both languages, the selected row says all
 * that stands in it, however long people call their places, and so does the title. XUNCHA_CUT=1 tells what is cut anywhere else. */
#include "config.h"
#include "tests/screens/crawl.h"
#include "tests/screens/field.h"
#include "tests/screens/glass.h"

#include "forms/base/text.h"
#include "tui/kit/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PHONE_ROWS = 18, PHONE_COLS = 40, DOWN_MAX = 60, LINES_MOST = 4, TITLE_READ = 60 };

static unsigned rows_read, cut;
static const char *language;

/* Line y of the glass, as text and with its attributes. */
static void line_of(const struct buf *all, int y, struct buf *out)
{
	const char *s = buf_str(all);

	buf_reset(out);
	for (; y > 0 && s; y--)
		s = strchr(s, '\n') ? strchr(s, '\n') + 1 : NULL;
	if (s)
		buf_put(out, s, strcspn(s, "\n"));
}

static bool is_reverse(const char *line)
{
	const char *end = strchr(line, 'm');

	return end && memmem(line, (size_t)(end - line), ";7", 2);
}

/* The lines in reverse from the cursor's row on. What is too long even for a few of them opens with Enter. */
static void selected_row_is_whole(struct kit_stack *s, const char *name)
{
	struct buf text = { 0 }, styled = { 0 }, line = { 0 };
	int y = s->top->cursor_y + kit_frame(PHONE_ROWS, PHONE_COLS).body_y, first = y;

	glass_text(&text, false);
	glass_text(&styled, true);
	for (line_of(&styled, y, &line); y < PHONE_ROWS && is_reverse(buf_str(&line)); line_of(&styled, ++y, &line)) {
		struct buf plain = { 0 };

		line_of(&text, y, &plain);
		if (strstr(buf_str(&plain), "…") && y - first < LINES_MOST) {
			cut++;
			print_message("# %s %s: %s\n", language, name, buf_str(&plain));
		}
		rows_read++;
		buf_clear(&plain);
	}
	buf_clear(&text);
	buf_clear(&styled);
	buf_clear(&line);
}

/* Where one is: which place, which person, which warning. Two lines take that much of it at least. */
static void the_title_is_whole(struct kit_stack *s, const char *name)
{
	struct buf left = { 0 }, right = { 0 }, text = { 0 }, line = { 0 }, above = { 0 };

	s->top->ops->title(s->top, &left, &right);
	glass_text(&text, false);
	for (int y = 0; y < 2; y++) {
		line_of(&text, y, &line);
		buf_puts(&above, buf_str(&line));
	}
	if (strstr(buf_str(&above), "…") && text_width(buf_str(&left)) <= TITLE_READ) {
		cut++;
		print_message("# %s %s: %s\n", language, name, buf_str(&above));
	}
	buf_clear(&left);
	buf_clear(&right);
	buf_clear(&text);
	buf_clear(&line);
	buf_clear(&above);
}

static void tell_what_is_cut(const char *name)
{
	struct buf text = { 0 }, line = { 0 };

	glass_text(&text, false);
	for (int y = 0; y < PHONE_ROWS; y++) {
		line_of(&text, y, &line);
		if (strstr(buf_str(&line), "…"))
			print_message("# %s line %2d %s: %s\n", language, y, name, buf_str(&line));
	}
	buf_clear(&text);
	buf_clear(&line);
}

static void every_row_is_read_by_going_there(struct kit_stack *s, const char *name, size_t number)
{
	struct kit_view *v = s->top;

	(void)number;
	glass_show(s);
	the_title_is_whole(s, name);
	if (getenv("XUNCHA_CUT"))
		tell_what_is_cut(name);
	if (kit_key_action(v->ops->keys, KIT_FN | KEY_DOWN) != ACT_DOWN || !strcmp(v->ops->name, "pager"))
		return;
	for (int i = 0; i < DOWN_MAX; i++) {
		struct buf before = { 0 }, after = { 0 };
		bool same;

		selected_row_is_whole(s, name);
		glass_text(&before, true);
		glass_press(s, KIT_FN | KEY_DOWN);
		if (s->top != v) {
			buf_clear(&before);
			return;
		}
		glass_text(&after, true);
		same = !strcmp(buf_str(&before), buf_str(&after));
		buf_clear(&before);
		buf_clear(&after);
		if (same)
			return;
	}
}

static void every_screen_of(const char *profile, const char *pin)
{
	cut = rows_read = 0;
	crawl_open(profile, pin);
	language = "zh";
	crawl_in("zh", KIT_THEME_MONO);
	crawl_all(every_row_is_read_by_going_there);
	language = "en";
	crawl_in("en", KIT_THEME_MONO);
	crawl_again(every_row_is_read_by_going_there);
	crawl_close();
	print_message("# %s: %u lines of selected rows read\n", profile, rows_read);
	assert_true(rows_read > 1000);
	assert_int_equal(cut, 0);
}

static void a_grid_worker_reads_every_row(void **state)
{
	(void)state;
	every_screen_of("device", FIELD_PIN);
}

static void a_village_manager_reads_every_row(void **state)
{
	(void)state;
	every_screen_of("manager", FIELD_PIN);
}

static void the_desk_reads_every_row(void **state)
{
	(void)state;
	every_screen_of("town", TOWN_PIN);
}

static int setup(void **state)
{
	(void)state;
	return field_setup_with("phone.sh") || !crawl_screen(PHONE_ROWS, PHONE_COLS) ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_grid_worker_reads_every_row),
		cmocka_unit_test(a_village_manager_reads_every_row),
		cmocka_unit_test(the_desk_reads_every_row),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, crawl_teardown) != 0;
}
