#include "config.h"
#include "tui/screens/alarm/moving_view.h"

#include "forms/base/i18n.h"
#include "sync/ledger/rows/row.h"
#include "tui/kit/prompt.h"
#include "tui/screens/words.h"

#include <stdio.h>

static const struct move *selected(const struct moving *m)
{
	return m->list.at < m->shown_count ? &m->moves.order[m->shown[m->list.at]] : NULL;
}

bool moving_home_offered(const struct moving *m)
{
	const struct move *move = selected(m);

	return move && move->state == MOVE_ARRIVED && !move->home && moves_home_possible(m->app);
}

/* The next household that is away, from place `at` on and from the top again. */
static void go_on(struct moving *m, size_t at)
{
	for (size_t i = 0; i < m->shown_count; i++) {
		const struct move *move = &m->moves.order[m->shown[(at + i) % m->shown_count]];

		if (move->state == MOVE_ARRIVED && !move->home) {
			kit_list_select(&m->list, (at + i) % m->shown_count);
			return;
		}
	}
}

static bool record(struct moving *m, const struct row *callout, const char *by)
{
	struct buf name = { 0 };
	struct row_id made;
	enum err e = moves_home(m->app, callout, by, &made);

	moving_words(m, callout, "name", &name);
	if (e)
		kit_say(KIT_DANGER, _("没存: %s: %s"), _("回家了"), err_detail());
	else
		kit_say(KIT_GOOD, _("已存: %s %s"), buf_str(&name), _("回家了"));
	buf_clear(&name);
	if (e)
		return false;
	snprintf(m->allowed_by, sizeof m->allowed_by, "%s", by);
	m->last_was = LAST_HOME;
	m->last = callout->id;
	m->came_home = made;
	if (moving_read(m))
		kit_say_error(ERR_IO);
	go_on(m, m->list.at);
	if (m->moves.home == m->moves.homes[MOVE_ARRIVED])
		kit_say(KIT_GOOD, _("已存。转移了的 %u 户都回家了"), m->moves.home);
	return true;
}

/* The list below may have been read anew meanwhile: it is about the household that was asked about. */
static enum kit_next allowed(struct kit_view *below, struct kit_view *self)
{
	struct moving *m = (struct moving *)below;
	const char *by = kit_prompt_answer(self);
	struct row row = { .id = { .index = 0 } };
	enum kit_next next = KIT_STAY;
	enum err e;

	if (!by || !*by) {
		kit_say(KIT_SOON, "%s", _("没存: 没说是谁批准的。5 再记"));
		return KIT_STAY;
	}
	if ((e = row_read(m->app->profile, &m->waits, &row)))
		kit_say_error(e);
	else
		next = record(m, &row, by) ? KIT_STAY : kit_prompt_again(below, self);
	row_clear(&row);
	return next;
}

/* A slip of the finger: the record of the return is corrected to say that there was none, and why. */
enum kit_next moving_home_take_back(struct moving *m)
{
	enum err e = moves_not_home(m->app, &m->came_home, _("按错了, 这户没有回家"));

	if (e) {
		kit_say(KIT_DANGER, _("没存: %s: %s"), _("撤回"), err_detail());
		return KIT_STAY;
	}
	m->last_was = LAST_NONE;
	kit_say(KIT_GOOD, "%s", _("撤回了: 刚才那一户没有回家"));
	if (moving_read(m))
		kit_say_error(ERR_IO);
	moving_select(m, &m->last);
	return KIT_STAY;
}

static bool is_lifted(struct moving *m)
{
	struct row row = { .id = { .index = 0 } };
	bool lifted = !row_read(m->app->profile, &m->warning, &row) && !words_is(m->app, &row, "lifted", "");

	row_clear(&row);
	return lifted;
}

enum kit_next moving_home(struct moving *m)
{
	struct row row = { .id = { .index = 0 } };
	enum kit_next next = KIT_STAY;
	enum err e;

	if ((e = moving_row(m, m->list.at, &row)) || (e = moves_home_may(m->app, &row))) {
		kit_say_error(e);
	} else {
		m->waits = row.id;
		next = kit_open(&m->base, kit_prompt_new(_("谁批准返回的"), is_lifted(m) ? _("姓名和职务。同一位就按 Enter。") : _("预警还没解除! 确实批准了才记: 姓名和职务。同一位就按 Enter。"),
		                                         m->allowed_by, allowed));
	}
	row_clear(&row);
	return next;
}
