#include "config.h"
#include "tui/kit/progress.h"

#include "forms/base/i18n.h"
#include "tui/kit/draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct progress {
	struct kit_view base;
	char *title;
	struct kit_work work;
	struct kit_progress at;
	bool ended, stopped;
	struct buf report;
};

static void title(struct kit_view *v, struct buf *left, struct buf *right)
{
	(void)right;
	buf_puts(left, ((struct progress *)v)->title);
}

static void draw(struct kit_view *v, WINDOW *win)
{
	struct progress *p = (struct progress *)v;
	int h, w;

	getmaxyx(win, h, w);
	if (p->at.total)
		kit_printf(win, 0, 1, w - 2, KIT_PLAIN, _("%llu / %llu"), (unsigned long long)p->at.done, (unsigned long long)p->at.total);
	kit_bar(win, 1, 1, w - 2, p->ended && !p->stopped ? 1 : p->at.done, p->ended && !p->stopped ? 1 : p->at.total ? p->at.total : 1);
	kit_text(win, 2, 1, w - 2, KIT_DIM, p->at.now);
	if (p->ended)
		kit_paragraph(win, 4, 1, h - 4, w - 2, KIT_PLAIN, buf_str(&p->report));
	v->cursor_y = p->ended ? 4 : 1;
	v->cursor_x = 0;
}

static void end(struct progress *p, bool stopped, enum err e)
{
	p->ended = true;
	p->stopped = stopped || e;
	p->work.report(p->work.user, stopped, e, &p->report);
	if (e)
		kit_say_error(e);
}

bool kit_progress_tell(struct kit_progress *p, const char *what, uint64_t done, uint64_t total)
{
	p->done = done;
	p->total = total;
	snprintf(p->now, sizeof p->now, "%s", what ? what : "");
	return !kit_breathe();
}

static bool working(struct kit_view *v)
{
	return !((struct progress *)v)->ended;
}

static enum kit_next work(struct kit_view *v)
{
	struct progress *p = (struct progress *)v;
	enum err e = p->work.step(p->work.user, &p->at);

	if (e || p->at.finished)
		end(p, false, e);
	return KIT_STAY;
}

static enum kit_next act(struct kit_view *v, enum kit_action a)
{
	struct progress *p = (struct progress *)v;

	if (p->ended)
		return a == ACT_OPEN || a == ACT_BACK ? KIT_CLOSE : KIT_PASS;
	if (a == ACT_STOP || a == ACT_BACK)
		end(p, true, ERR_OK);
	return KIT_STAY;
}

static bool offers(struct kit_view *v, enum kit_action a)
{
	bool ended = ((struct progress *)v)->ended;

	return a == ACT_STOP ? !ended : a == ACT_OPEN ? ended : a == ACT_BACK || ended;
}

static const char *label(struct kit_view *v, enum kit_action a)
{
	(void)v;
	return a == ACT_OPEN ? _("好了") : NULL;
}

static void close_progress(struct kit_view *v)
{
	struct progress *p = (struct progress *)v;

	p->work.close(p->work.user);
	free(p->title);
	buf_clear(&p->report);
	free(p);
}

static const struct kit_key keys[] = { { KIT_ENTER, ACT_OPEN, true }, { 's', ACT_STOP, true }, { 0, ACT_NONE, false } };

static const struct kit_view_ops ops = {
	.name = "progress", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_progress,
	.offers = offers, .label = label, .working = working, .work = work,
};

struct kit_view *kit_progress_new(const char *heading, struct kit_work given)
{
	struct progress *p = calloc(1, sizeof *p);

	if (!p) {
		given.close(given.user);
		return NULL;
	}
	p->base.ops = &ops;
	p->work = given;
	p->title = strdup(heading);
	if (p->title)
		return &p->base;
	close_progress(&p->base);
	return NULL;
}
