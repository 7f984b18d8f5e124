#include "config.h"
#include "tests/screens/crawl.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "tests/screens/field.h"
#include "tests/screens/glass.h"
#include "tui/kit/term.h"
#include "tui/screens/words.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 3, SEEN_MAX = 700, PATHS_MAX = 20000, NAME_MAX_BYTES = 160 };

/* How one gets to a screen: from a root, by keys. */
struct path { uint16_t root, depth; int key[KEYS_MAX]; };

struct app crawl_app;

static struct { char name[NAME_MAX_BYTES]; struct path way; } seen[SEEN_MAX];
static size_t seen_count;
static struct path *paths;
static const char *language = "zh";
static bool without[ACT_COUNT];
static enum kit_theme theme;

/* ---- roots: the home, every register as a list, every form ---- */
static size_t root_count(void)
{
	return 1 + crawl_app.pack->register_count + crawl_app.pack->form_count;
}

static struct kit_view *root_new(size_t i)
{
	struct filling *f = NULL;

	if (--i < crawl_app.pack->register_count)
		return screen_rows_new(&crawl_app, crawl_app.pack->registers[i].id, NULL);
	i -= crawl_app.pack->register_count;
	if (crawl_app.pack->forms[i].walk || !words_is_mine(&crawl_app, &crawl_app.pack->forms[i]))
		return NULL;
	assert_ok(filling_begin(&crawl_app, crawl_app.pack->forms[i].id, NULL, &f));
	return screen_form_new(f);
}

void crawl_work(struct kit_stack *s)
{
	for (int i = 0; i < 2000 && s->top && s->top->ops->working && s->top->ops->working(s->top); i++)
		kit_stack_work(s);
}

void crawl_home(struct kit_stack *s)
{
	*s = (struct kit_stack){ .app = &crawl_app.kit };
	kit_stack_push(s, app_is_staff(&crawl_app) ? screen_desk_new(&crawl_app) : screen_today_new(&crawl_app));
}

void crawl_leave(struct kit_stack *s)
{
	for (int i = 0; i < 16 && s->top && s->top->below; i++)
		kit_stack_event(s, &(struct kit_event){ .type = KIT_EVENT_KEY, .key = KIT_ESC });
	kit_stack_close(s);
}

static bool open_path(struct kit_stack *s, const struct path *p)
{
	struct kit_view *v;

	i18n_open(language);
	crawl_home(s);
	v = p->root ? root_new(p->root) : NULL;
	if (p->root && !v)
		return false;
	if (v)
		kit_stack_push(s, v);
	for (int i = 0; i < p->depth && s->top; i++) {
		kit_stack_event(s, &(struct kit_event){ .type = KIT_EVENT_KEY, .key = p->key[i] });
		crawl_work(s);
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
		if (!strcmp(seen[i].name, name))
			return false;
	assert_true(seen_count < SEEN_MAX);
	seen[seen_count].way = *p;
	snprintf(seen[seen_count++].name, NAME_MAX_BYTES, "%s", name);
	return true;
}

void crawl_without(enum kit_action a)
{
	without[a] = true;
}

static bool leads_nowhere(enum kit_action a)
{
	return without[a] || a == ACT_QUIT || a == ACT_LOCK || a == ACT_REDRAW || a == ACT_BACK || a == ACT_UP || a == ACT_DOWN || a == ACT_PAGE_UP || a == ACT_PAGE_DOWN ||
	       a == ACT_FIRST || a == ACT_LAST || a == ACT_CLEAR_UP || (a >= ACT_ANSWER_4 && a <= ACT_ANSWER_9);
}

static size_t add_ways(struct kit_view *v, const struct path *from, size_t n)
{
	const struct kit_key *maps[] = { v->ops->keys, kit_keys_common };

	if (from->depth == KEYS_MAX)
		return n;
	for (size_t m = 0; m < 2; m++)
		for (const struct kit_key *k = maps[m]; k->action && n < PATHS_MAX; k++) {
			if (leads_nowhere(k->action) || !kit_view_offers(v, &crawl_app.kit, k->action) || kit_view_takes(v, k->key) || (m && from->depth > 1))
				continue;
			paths[n] = *from;
			paths[n].key[paths[n].depth++] = k->key;
			n++;
		}
	return n;
}

size_t crawl_all(crawl_look *look)
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
				n = add_ways(s.top, &paths[i], n);
				look(&s, name, seen_count);
			}
		}
		crawl_leave(&s);
	}
	return seen_count;
}

void crawl_again(crawl_look *look)
{
	for (size_t i = 0; i < seen_count; i++) {
		struct kit_stack s;

		if (open_path(&s, &seen[i].way))
			look(&s, seen[i].name, i + 1);
		crawl_leave(&s);
	}
}

void crawl_in(const char *name, enum kit_theme t)
{
	language = name;
	theme = t;
	assert_true(i18n_open(language));
	kit_theme_use(theme);
}

bool crawl_screen(int rows, int cols)
{
	const char *now = getenv("XUNCHA_NOW");
	int64_t ms;

	setenv("XUNCHA_LOCALEDIR", BUILDDIR "/tui/po", 1);
	if (!i18n_open("zh") || keys_start() || !clock_parse_time(now ? now : FIELD_NOW, 480, &ms))
		return false;
	clock_set(ms);
	return glass_open("xterm-256color", rows, cols);
}

int crawl_teardown(void **state)
{
	glass_close();
	return field_teardown(state);
}

void crawl_open(const char *profile, const char *pin)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", field_dir(), profile);
	assert_ok(app_open(&crawl_app, path, NULL));
	assert_ok(profile_unlock(crawl_app.profile, NULL, pin, NULL));
	assert_ok(app_enter(&crawl_app));
	paths = malloc(PATHS_MAX * sizeof *paths);
	assert_non_null(paths);
}

void crawl_close(void)
{
	app_close(&crawl_app);
	free(paths);
	paths = NULL;
}
