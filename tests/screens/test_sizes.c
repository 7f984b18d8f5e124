/* Every screen that keys lead to, for a grid worker, a village manager and a township's desk, in both languages, at every size and
 * while it is being resized: drawn without a crash, and no cell left over from what stood there before. All in one process: a frame
 * takes less than a millisecond. XUNCHA_GALLERY=DIR also writes each screen at 80x24 and 40x18, with and without colours, to be
 * looked at (`cat` shows them). */
#include "config.h"
#include "tests/screens/field.h"
#include "tests/screens/glass.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/keys/identity.h"
#include "sync/ledger/profile.h"
#include "tui/screens/filling.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEYS_MAX = 4, SEEN_MAX = 700, PATHS_MAX = 20000, NAME_MAX_BYTES = 160 };

/* How one gets to a screen: from a root, by keys. */
struct path { uint16_t root, depth; int key[KEYS_MAX]; };

static const char *const people[][3] = { { "device", FIELD_PIN }, { "manager", FIELD_PIN }, { "town", TOWN_PIN } };

static struct app app;
static char seen[SEEN_MAX][NAME_MAX_BYTES];
static struct path way[SEEN_MAX];                /* to each of them */
static size_t seen_count;
static struct path *paths;
static const char *who, *language;
static enum kit_theme theme;
static unsigned shown;

/* ---- roots: the home, every register as a list, every form ---- */
static size_t root_count(void)
{
	return 1 + app.pack->register_count + app.pack->form_count;
}

static struct kit_view *root_new(size_t i)
{
	struct filling *f = NULL;

	if (!i)
		return app_is_staff(&app) ? screen_desk_new(&app) : screen_today_new(&app);
	if (--i < app.pack->register_count)
		return screen_rows_new(&app, app.pack->registers[i].id, NULL);
	i -= app.pack->register_count;
	if (app.pack->forms[i].walk || (app.pack->forms[i].roles && !(app.pack->forms[i].roles & app.roles)))
		return NULL;
	assert_ok(filling_begin(&app, app.pack->forms[i].form->id, NULL, &f));
	return screen_form_new(f);
}

static void work(struct kit_stack *s)
{
	for (int i = 0; i < 2000 && s->top && s->top->ops->working && s->top->ops->working(s->top); i++)
		kit_stack_work(s);
}

static bool open_path(struct kit_stack *s, const struct path *p)
{
	struct kit_view *v;

	i18n_open(language);
	v = root_new(p->root);
	*s = (struct kit_stack){ .app = &app.kit };
	if (!v)
		return false;
	if (p->root)
		kit_stack_push(s, app_is_staff(&app) ? screen_desk_new(&app) : screen_today_new(&app));
	kit_stack_push(s, v);
	for (int i = 0; i < p->depth && s->top; i++) {
		kit_stack_event(s, &(struct kit_event){ .type = KIT_EVENT_KEY, .key = p->key[i] });
		work(s);
	}
	/* A key may have changed what the settings say. */
	i18n_open(language);
	kit_theme_use(theme);
	return s->top != NULL;
}

static void name_of(struct kit_view *v, char name[NAME_MAX_BYTES])
{
	struct buf left = { 0 }, right = { 0 };

	v->ops->title(v, &left, &right);
	snprintf(name, NAME_MAX_BYTES, "%s %.120s", v->ops->name, buf_str(&left));
	buf_clear(&left);
	buf_clear(&right);
}

static bool is_new(const char *name, const struct path *p)
{
	for (size_t i = 0; i < seen_count; i++)
		if (!strcmp(seen[i], name))
			return false;
	assert_true(seen_count < SEEN_MAX);
	way[seen_count] = *p;
	snprintf(seen[seen_count++], NAME_MAX_BYTES, "%s", name);
	return true;
}

/* ---- one screen ---- */
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
	snprintf(path, sizeof path, "%s/%s-%s-%s-%s-%03zu-%s.txt", dir, who, language, kit_theme() == KIT_THEME_MONO ? "mono" : "colour", size, number, safe);
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

static bool leads_nowhere(enum kit_action a)
{
	return a == ACT_QUIT || a == ACT_LOCK || a == ACT_REDRAW || a == ACT_BACK || a == ACT_UP || a == ACT_DOWN || a == ACT_PAGE_UP || a == ACT_PAGE_DOWN ||
	       a == ACT_FIRST || a == ACT_LAST || a == ACT_CLEAR_UP || (a >= ACT_ANSWER_4 && a <= ACT_ANSWER_9);
}

static size_t add_ways(struct kit_view *v, const struct path *from, size_t n)
{
	const struct kit_key *maps[] = { v->ops->keys, kit_keys_common };

	if (from->depth == KEYS_MAX)
		return n;
	for (size_t m = 0; m < 2; m++)
		for (const struct kit_key *k = maps[m]; k->action && n < PATHS_MAX; k++) {
			if (leads_nowhere(k->action) || !kit_view_offers(v, &app.kit, k->action) || kit_view_takes(v, k->key) || (m && from->depth > 1))
				continue;
			paths[n] = *from;
			paths[n].key[paths[n].depth++] = k->key;
			n++;
		}
	return n;
}

/* Breadth first: every screen once, by the shortest way. */
static void crawl(void)
{
	size_t n = 0;

	seen_count = 0;
	for (size_t r = 0; r < root_count(); r++)
		paths[n++] = (struct path){ .root = (uint16_t)r };
	for (size_t i = 0; i < n; i++) {
		char name[NAME_MAX_BYTES];
		struct kit_stack s;

		if (open_path(&s, &paths[i])) {
			name_of(s.top, name);
			if (is_new(name, &paths[i])) {
				stands_at_every_size(&s, name, seen_count);
				n = add_ways(s.top, &paths[i], n);
			}
		}
		kit_stack_close(&s);
	}
	print_message("# %s in %s: %zu screens by %zu ways, %u frames\n", who, language, seen_count, n, shown);
	shown = 0;
}

/* The same screens by the same ways, in another language or without colours. */
static void again(void)
{
	for (size_t i = 0; i < seen_count; i++) {
		struct kit_stack s;

		if (open_path(&s, &way[i]))
			stands_at_every_size(&s, seen[i], i + 1);
		kit_stack_close(&s);
	}
	print_message("# %s in %s: %u frames\n", who, language, shown);
	shown = 0;
}

static void enter(const char *profile, const char *pin)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", field_dir(), profile);
	assert_ok(app_open(&app, path, NULL));
	assert_ok(profile_unlock(app.profile, NULL, pin, NULL));
	assert_ok(app_enter(&app));
	who = profile;
}

static void every_screen_of(size_t person)
{
	static const struct { const char *language; enum kit_theme theme; } modes[] = {
		{ "zh", KIT_THEME_DARK }, { "en", KIT_THEME_MONO }, { "zh", KIT_THEME_MONO }, { "en", KIT_THEME_DARK },
	};

	enter(people[person][0], people[person][1]);
	for (size_t m = 0; m < (getenv("XUNCHA_GALLERY") ? 4 : 2); m++) {
		language = modes[m].language;
		theme = modes[m].theme;
		assert_true(i18n_open(language));
		if (m)
			again();
		else
			crawl();
	}
	app_close(&app);
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

static int setup(void **state)
{
	int64_t now;

	setenv("XUNCHA_LOCALEDIR", BUILDDIR "/tui/po", 1);
	if (field_setup(state) || field_setup_also("desk.sh") || !i18n_open("zh") || keys_start() ||
	    !clock_parse_time(getenv("XUNCHA_NOW") ? getenv("XUNCHA_NOW") : FIELD_NOW, 480, &now))
		return -1;
	clock_set(now);
	paths = malloc(PATHS_MAX * sizeof *paths);
	return paths && glass_open("xterm-256color", 24, 80) ? 0 : -1;
}

static int teardown(void **state)
{
	glass_close();
	free(paths);
	return field_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_grid_workers_screens_stand_at_every_size),
		cmocka_unit_test(a_village_managers_screens_stand_at_every_size),
		cmocka_unit_test(a_township_desks_screens_stand_at_every_size),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown) != 0;
}
