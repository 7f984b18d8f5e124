#include "config.h"
#include "tui/kit/view.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/draw.h"
#include "tui/kit/frame.h"
#include "tui/kit/help.h"
#include "tui/kit/term.h"

#include <stdarg.h>
#include <stdio.h>

enum { WHEEL_ROWS = 3 };

static struct kit_stack *running;       /* the stack of kit_run(), for kit_breathe() */
static char said[512];
static enum kit_role said_role;

void kit_say(enum kit_role role, const char *fmt, ...)
{
	struct buf text = { 0 }, line = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	text_clean(&line, buf_str(&text));              /* no name of a file makes two lines of it */
	snprintf(said, sizeof said, "%s", buf_str(&line));
	said_role = role;
	buf_clear(&text);
	buf_clear(&line);
}

bool kit_says(void)
{
	return said[0];
}

void kit_say_error(enum err e)
{
	const char *detail = err_detail();

	kit_say(KIT_DANGER, "%s", *detail ? detail : err_text(e));
}

bool kit_view_takes(struct kit_view *v, int key)
{
	switch (v->ops->typing ? v->ops->typing(v) : KIT_TYPING_NOT) {
	case KIT_TYPING_TEXT:   return kit_key_is_text(key);
	case KIT_TYPING_FIND:   return kit_key_is_text(key) && key != ' ' && (key < '0' || key > '9');
	case KIT_TYPING_NUMBER: return (key >= '0' && key <= '9') || key == '.' || key == '-';
	default:                return false;
	}
}

enum kit_next kit_open(struct kit_view *v, struct kit_view *child)
{
	if (!child) {
		kit_say_error(ERR_NOMEM);
		return KIT_STAY;
	}
	v->open = child;
	return KIT_OPEN;
}

static void load(struct kit_view *v)
{
	enum err e = v && v->ops->load ? v->ops->load(v) : ERR_OK;

	if (e)
		kit_say_error(e);
}

void kit_stack_push(struct kit_stack *s, struct kit_view *v)
{
	v->below = s->top;
	s->top = v;
	load(v);
}

/* Take the top view off; what its opener makes of the answer is next for the view below. */
static enum kit_next pop(struct kit_stack *s)
{
	struct kit_view *v = s->top;
	enum kit_next next = KIT_STAY;

	s->top = v->below;
	if (v->done && s->top)
		next = v->done(s->top, v);
	v->ops->close(v);
	return next;
}

/* The same when nobody waits for an answer. */
static void drop(struct kit_stack *s)
{
	if (!s->top->keeps)
		s->top->done = NULL;
	pop(s);
}

void kit_stack_close(struct kit_stack *s)
{
	while (s->top)
		drop(s);
}

static void carry_out(struct kit_stack *s, enum kit_next next)
{
	while (s->top) {
		struct kit_view *opened = s->top->open;

		s->top->open = NULL;
		switch (next) {
		case KIT_OPEN:
			kit_stack_push(s, opened);
			return;
		case KIT_REPLACE:
			s->top->done = NULL;
			pop(s);
			kit_stack_push(s, opened);
			return;
		case KIT_CLOSE:
			next = pop(s);
			if (next == KIT_STAY || next == KIT_PASS) {
				load(s->top);
				return;
			}
			break;
		case KIT_CLOSE_TO_ROOT:
			while (s->top->below)
				drop(s);
			load(s->top);
			return;
		case KIT_QUIT:
			s->quit = true;
			kit_stack_close(s);
			return;
		case KIT_STAY: case KIT_PASS:
			return;
		}
	}
}

static enum kit_next act(struct kit_stack *s, enum kit_action a)
{
	struct kit_view *v = s->top;
	enum kit_next next;

	if (!kit_view_offers(v, s->app, a))
		return KIT_STAY;
	if (a == ACT_REDRAW) {
		clearok(curscr, TRUE);
		return KIT_STAY;
	}
	if (a == ACT_HELP)
		return kit_open(v, kit_help_new(v, s->app));
	next = v->ops->act(v, a);
	if (next == KIT_PASS && s->app && s->app->act)
		next = s->app->act(s->app->user, v, a);
	if (next == KIT_PASS && a == ACT_BACK)
		next = KIT_CLOSE;
	return next;
}

static enum kit_next key(struct kit_stack *s, int k)
{
	struct kit_view *v = s->top;
	enum kit_next next = v->ops->typing && v->ops->typing(v) ? v->ops->key(v, k) : KIT_PASS;

	enum kit_action a = kit_key_action(v->ops->keys, k);

	if (next != KIT_PASS || kit_view_takes(v, k))
		return next;
	/* A key whose own action cannot be done here does what it does everywhere. */
	return act(s, kit_view_offers(v, s->app, a) ? a : kit_key_action(kit_keys_common, k));
}

static enum kit_next tap(struct kit_stack *s, int y, int x)
{
	struct kit_frame f = kit_frame(getmaxy(stdscr), getmaxx(stdscr));
	int hint = kit_frame_hint_at(y, x);

	if (hint)
		return act(s, kit_key_action(s->top->ops->keys, hint));
	if (s->top->ops->tap && y >= f.body_y && y < f.body_y + f.body_rows)
		return s->top->ops->tap(s->top, y - f.body_y, x);
	return KIT_STAY;
}

static enum kit_next paste(struct kit_view *v, const char *text)
{
	if (v->ops->paste && v->ops->typing && v->ops->typing(v))
		return v->ops->paste(v, text);
	kit_say(KIT_SOON, _("粘贴只在输入框里有用, 这里没有动"));
	return KIT_STAY;
}

void kit_stack_event(struct kit_stack *s, const struct kit_event *event)
{
	struct kit_frame f = kit_frame(getmaxy(stdscr), getmaxx(stdscr));
	enum kit_next next = KIT_STAY;

	if (event->type != KIT_EVENT_TICK && event->type != KIT_EVENT_RESIZE)
		said[0] = '\0';
	/* On a screen that shows nothing, a key would act blindly. */
	if (f.too_small && event->type != KIT_EVENT_END)
		return;
	switch (event->type) {
	case KIT_EVENT_KEY:
		next = key(s, event->key);
		break;
	case KIT_EVENT_PASTE:
		next = paste(s->top, event->text);
		break;
	case KIT_EVENT_TAP:
		next = tap(s, event->y, event->x);
		break;
	case KIT_EVENT_WHEEL:
		for (int i = 0; i < WHEEL_ROWS && next == KIT_STAY; i++)
			next = act(s, event->y < 0 ? ACT_UP : ACT_DOWN);
		break;
	case KIT_EVENT_END:
		next = KIT_QUIT;
		break;
	case KIT_EVENT_TICK: case KIT_EVENT_RESIZE:
		break;
	}
	carry_out(s, next);
}

void kit_stack_work(struct kit_stack *s)
{
	carry_out(s, s->top->ops->work(s->top));
}

void kit_stack_draw(struct kit_stack *s)
{
	struct kit_frame f = kit_frame(getmaxy(stdscr), getmaxx(stdscr));
	struct kit_view *v = s->top;
	WINDOW *body;

	erase();
	if (f.too_small) {
		kit_text(stdscr, 0, 0, f.cols, KIT_PLAIN, _("屏幕太小"));
		move(0, 0);
		wnoutrefresh(stdscr);
		return;
	}
	kit_frame_draw(&f, v, s->app);
	body = derwin(stdscr, f.body_rows, f.cols, f.body_y, 0);
	if (body) {
		v->ops->draw(v, body);
		delwin(body);
	}
	if (said[0])
		kit_frame_message(&f, said_role, said);
	curs_set(v->cursor_shown ? 1 : 0);
	move(f.body_y + (v->cursor_y < f.body_rows ? v->cursor_y : f.body_rows - 1), v->cursor_x < f.cols ? v->cursor_x : f.cols - 1);
	wnoutrefresh(stdscr);
}

void kit_say_now(const char *words)
{
	kit_say(KIT_PLAIN, "%s", words);
	if (!running || !running->top)
		return;
	kit_stack_draw(running);
	doupdate();
}

bool kit_breathe(void)
{
	struct kit_event event;
	bool stop = false;

	if (!running || !running->top)
		return false;
	kit_stack_draw(running);
	doupdate();
	while ((event = kit_term_wait(0)).type != KIT_EVENT_TICK) {
		if (event.type == KIT_EVENT_END || (event.type == KIT_EVENT_KEY && event.key == KIT_ESC))
			stop = true;
		if (event.type == KIT_EVENT_END)
			break;
	}
	return stop;
}

/* How long nothing needs to happen: to the next minute for the clock, to the next second under a countdown. */
static int wait_ms(struct kit_view *v)
{
	int64_t now = clock_wall();

	if (v->ops->working && v->ops->working(v))
		return 0;
	if (v->ops->counting && v->ops->counting(v))
		return (int)(1000 - now % 1000);
	return (int)(60000 - now % 60000);
}

static void lock_when_idle(struct kit_stack *s, int64_t *last_key)
{
	int64_t idle = (int64_t)s->app->idle_minutes * 60000;

	if (!idle || clock_uptime() - *last_key < idle)
		return;
	*last_key = clock_uptime();
	if (s->app->act)
		carry_out(s, s->app->act(s->app->user, s->top, ACT_LOCK));
}

static void load_stale(struct kit_view *v)
{
	if (v->ops->stale && v->ops->stale(v))
		load(v);
}

enum err kit_run(struct kit_view *first, struct kit_app *app)
{
	struct kit_stack s = { .app = app };
	int64_t last_key = clock_uptime();

	said[0] = '\0';
	if (*kit_term_lacks())
		kit_say(KIT_PLAIN, "%s", kit_term_lacks());
	running = &s;
	kit_stack_push(&s, first);
	while (s.top) {
		struct kit_event event;
		int beat = app->beat ? app->beat(app->user) : -1, wait;

		load_stale(s.top);
		kit_stack_draw(&s);
		doupdate();
		wait = wait_ms(s.top);
		event = kit_term_wait(beat >= 0 && beat < wait ? beat : wait);
		if (event.type == KIT_EVENT_RESIZE)
			clearok(curscr, TRUE);
		if (event.type == KIT_EVENT_TICK) {
			if (s.top->ops->working && s.top->ops->working(s.top))
				kit_stack_work(&s);
			else
				lock_when_idle(&s, &last_key);
		} else {
			last_key = clock_uptime();
			kit_stack_event(&s, &event);
		}
	}
	running = NULL;
	return ERR_OK;
}
