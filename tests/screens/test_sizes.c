/* Every screen that keys lead to, for a grid worker, a village manager and a township's desk, in both languages, at every size and
 * while it is being resized: drawn without a crash, and no cell left over from what stood there before. All in one process: a frame
 * takes less than a millisecond. XUNCHA_GALLERY=DIR also writes each screen at 80x24 and 40x18, with and without colours, to be
 * looked at (`cat` shows them). */
#include "config.h"
#include "tests/screens/crawl.h"
#include "tests/screens/field.h"
#include "tests/screens/glass.h"

#include "tui/kit/frame.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME_MAX_BYTES = 160 };

static const char *const people[][2] = { { "device", FIELD_PIN }, { "manager", FIELD_PIN }, { "town", TOWN_PIN } };

static const char *who, *language;
static enum kit_theme theme;
static unsigned shown;

static void picture(const char *name, size_t number, const char *size)
{
	const char *dir = getenv("XUNCHA_GALLERY");
	struct buf b = { 0 };
	char path[512], safe[NAME_MAX_BYTES];
	FILE *f;

	if (!dir)
		return;
	snprintf(safe, sizeof safe, "%s", name);
	for (char *c = safe; *c; c++)
		if (*c == '/' || *c == ' ')
			*c = '_';
	snprintf(path, sizeof path, "%s/%s-%s-%s-%s-%03zu-%s.txt", dir, who, language, theme == KIT_THEME_MONO ? "mono" : "colour", size, number, safe);
	glass_text(&b, true);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(b.data, 1, b.len, f);
	fclose(f);
	buf_clear(&b);
}

static void nothing_left_over(const char *name, const char *when)
{
	struct buf now = { 0 }, afresh = { 0 };

	glass_text(&now, true);
	glass_afresh(&afresh, true);
	if (strcmp(buf_str(&now), buf_str(&afresh))) {
		print_message("# stands:\n%s\033[0m# should:\n%s\033[0m", buf_str(&now), buf_str(&afresh));
		fail_msg("%s, %s: cells left over", name, when);
	}
	buf_clear(&now);
	buf_clear(&afresh);
	shown++;
}

static void stands_at_every_size(struct kit_stack *s, const char *name, size_t number)
{
	static const struct { int rows, cols; const char *words; } sizes[] = {
		{ 20, 60, "60x20" }, { 18, 40, "40x18" }, { 12, 30, "30x12" }, { 4, 10, "10x4" }, { 1, 2, "2x1" }, { 50, 200, "200x50" }, { 24, 80, "80x24 again" },
	};

	glass_show(s);
	nothing_left_over(name, "80x24");
	picture(name, number, "80x24");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		glass_resize(sizes[i].rows, sizes[i].cols);
		glass_show(s);
		nothing_left_over(name, sizes[i].words);
		if (sizes[i].cols != 40)
			continue;
		picture(name, number, "40x18");
		/* What changes by keys is drawn upon what stands. */
		glass_press(s, KIT_FN | KEY_DOWN);
		nothing_left_over(name, "40x18, a row down");
		glass_press(s, KIT_FN | KEY_UP);
		nothing_left_over(name, "40x18, and up");
	}
}

/* ---- touch ---- */
static unsigned lists, hints;

static void event(struct kit_stack *s, enum kit_event_type type, int y, int x)
{
	kit_stack_event(s, &(struct kit_event){ .type = type, .y = y, .x = x });
	crawl_work(s);
	if (s->top)
		glass_show(s);
}

static void a_tap_on_help_opens_it(struct kit_stack *s, const char *name)
{
	struct kit_view *v = s->top;
	int y, x;

	if (!glass_find("帮助", &y, &x) || y < 22 || kit_view_takes(v, '?'))
		return;
	event(s, KIT_EVENT_TAP, y, x);
	if (!s->top || s->top == v || strcmp(s->top->ops->name, "pager"))
		fail_msg("%s: a tap on the hint of help does not open it", name);
	kit_stack_event(s, &(struct kit_event){ .type = KIT_EVENT_KEY, .key = KIT_ESC });
	assert_ptr_equal(s->top, v);
	glass_show(s);
	hints++;
}

/* Where rows are gone through by keys, a tap selects one and the wheel goes on. */
static void touched(struct kit_stack *s, const char *name, size_t number)
{
	struct kit_view *v = s->top;
	int first, second, top = kit_frame(24, 80).body_y;

	(void)number;
	glass_show(s);
	a_tap_on_help_opens_it(s, name);
	if (kit_key_action(v->ops->keys, KIT_FN | KEY_DOWN) != ACT_DOWN || v->cursor_shown || !strcmp(v->ops->name, "pager"))
		return;
	first = v->cursor_y;
	glass_press(s, KIT_FN | KEY_DOWN);
	second = v->cursor_y;
	if (s->top != v || second == first || v->cursor_shown)
		return;
	event(s, KIT_EVENT_TAP, top + first, 4);
	if (s->top != v || v->cursor_y != first)
		fail_msg("%s: a tap on a row does not select it", name);
	event(s, KIT_EVENT_WHEEL, 1, 0);
	if (s->top != v || v->cursor_y == first)
		fail_msg("%s: the wheel does not go down", name);
	lists++;
}

static void every_screen_of(size_t person)
{
	static const struct { const char *language; enum kit_theme theme; } modes[] = {
		{ "zh", KIT_THEME_DARK }, { "en", KIT_THEME_MONO }, { "zh", KIT_THEME_MONO }, { "en", KIT_THEME_DARK },
	};
	size_t screens = 0;

	who = people[person][0];
	crawl_open(who, people[person][1]);
	for (size_t m = 0; m < (getenv("XUNCHA_GALLERY") ? 4 : 2); m++) {
		language = modes[m].language;
		theme = modes[m].theme;
		crawl_in(language, modes[m].theme);
		if (m)
			crawl_again(stands_at_every_size);
		else
			screens = crawl_all(stands_at_every_size);
		if (!m)
			crawl_again(touched);
		print_message("# %s in %s: %zu screens, %u frames\n", who, language, screens, shown);
		shown = 0;
	}
	crawl_close();
	assert_true(screens > 100);
}

static void a_grid_workers_screens_stand_at_every_size(void **state)
{
	(void)state;
	every_screen_of(0);
}

static void a_village_managers_screens_stand_at_every_size(void **state)
{
	(void)state;
	every_screen_of(1);
}

static void a_township_desks_screens_stand_at_every_size(void **state)
{
	(void)state;
	every_screen_of(2);
}

static void a_tap_was_a_key_on_every_screen(void **state)
{
	(void)state;
	print_message("# %u lists tapped, %u hints\n", lists, hints);
	assert_true(lists > 100 && hints > 300);
}

static int setup(void **state)
{
	return field_setup(state) || field_setup_also("desk.sh") || !crawl_screen(24, 80) ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_grid_workers_screens_stand_at_every_size),
		cmocka_unit_test(a_village_managers_screens_stand_at_every_size),
		cmocka_unit_test(a_township_desks_screens_stand_at_every_size),
		cmocka_unit_test(a_tap_was_a_key_on_every_screen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, crawl_teardown) != 0;
}
