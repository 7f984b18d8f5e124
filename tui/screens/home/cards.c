#include "config.h"
#include "tui/screens/home/cards.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/jdoc.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/list.h"
#include "tui/kit/pager.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One key a card: digits, then letters that move nothing. */
static const char card_keys[] = "123456789abdefghilmnoprstuvwxyz";
enum { CARDS_BYTES_MAX = 1 << 20 };

static struct jdoc *doc_of(const struct pack *p)
{
	struct jdoc *cards = jdoc_array();

	for (uint32_t i = 0; i < p->card_count; i++) {
		struct jdoc *c = jdoc_object();

		jdoc_put_text(c, "zh", p->cards[i].title.zh);
		jdoc_put_text(c, "en", p->cards[i].title.en);
		jdoc_put_text(c, "text", p->cards[i].text);
		jdoc_push(cards, c);
	}
	return cards;
}

enum err cards_keep(struct app *app)
{
	struct buf path = { 0 }, now = { 0 }, held = { 0 };
	struct jdoc *doc = doc_of(app->pack);
	enum err e = jdoc_text(doc, 0, &now);

	profile_path(app->profile, "cards", &path);
	if (!e && (fs_read(buf_str(&path), CARDS_BYTES_MAX, &held) || held.len != now.len || memcmp(held.data, now.data, now.len)))
		e = fs_write(buf_str(&path), now.data, now.len);
	jdoc_free(doc);
	buf_clear(&path);
	buf_clear(&now);
	buf_clear(&held);
	return e;
}

struct cards {
	struct kit_view base;
	struct jdoc *doc;
	struct kit_list list;
};

static const char *card_title(const struct jdoc *card)
{
	return jdoc_str(jdoc_get(card, i18n_language() ? "en" : "zh"));
}

static size_t row_count(void *user)
{
	const struct cards *c = user;

	return c->doc ? jdoc_count(c->doc) : 0;
}

static struct kit_id row_id(void *user, size_t i)
{
	(void)user;
	return kit_id_number(i);
}

static void row_draw(void *user, size_t i, struct kit_cell cells[KIT_CELLS])
{
	const struct cards *c = user;

	if (i < sizeof card_keys - 1)
		snprintf(cells[0].text, KIT_CELL, "%c", card_keys[i]);
	snprintf(cells[1].text, KIT_CELL, "%s", card_title(jdoc_item(c->doc, i)));
}

static void title(struct kit_view *v, struct buf *left, struct buf *right)
{
	(void)v;
	buf_puts(left, _("处置卡"));
	buf_puts(right, _("火警119  急救120  报警110"));
}

static void draw(struct kit_view *v, WINDOW *win)
{
	kit_list_draw(&((struct cards *)v)->list, v, win, 0, getmaxy(win));
}

static enum kit_next show(struct cards *c, size_t i)
{
	const struct jdoc *card = c->doc ? jdoc_item(c->doc, i) : NULL;

	if (!card)
		return KIT_STAY;
	kit_list_select(&c->list, i);
	return kit_open(&c->base, kit_pager_new(card_title(card), jdoc_str(jdoc_get(card, "text"))));
}

static enum kit_next act(struct kit_view *v, enum kit_action a)
{
	struct cards *c = (struct cards *)v;

	return a == ACT_OPEN ? show(c, c->list.at) : kit_list_act(&c->list, a);
}

static bool offers(struct kit_view *v, enum kit_action a)
{
	return a != ACT_OPEN || row_count(v);
}

/* Letters are card keys here, not actions. */
static enum kit_typing typing(struct kit_view *v)
{
	return row_count(v) ? KIT_TYPING_NUMBER : KIT_TYPING_NOT;
}

static enum kit_next key(struct kit_view *v, int k)
{
	struct cards *c = (struct cards *)v;
	const char *at = k > ' ' && k < 127 ? strchr(card_keys, k) : NULL;

	return at && (size_t)(at - card_keys) < row_count(c) ? show(c, (size_t)(at - card_keys)) : KIT_PASS;
}

static enum kit_next tap(struct kit_view *v, int y, int x)
{
	struct cards *c = (struct cards *)v;

	(void)x;
	return kit_list_tap(&c->list, y) ? show(c, c->list.at) : KIT_STAY;
}

static void close_cards(struct kit_view *v)
{
	jdoc_free(((struct cards *)v)->doc);
	free(v);
}

static const struct kit_key keys[] = {
	{ KIT_ENTER, ACT_OPEN, true },
	KIT_LIST_KEYS, { 0, ACT_NONE, false },
};

static const struct kit_view_ops ops = {
	.name = "cards", .keys = keys, .title = title, .draw = draw, .act = act, .close = close_cards, .offers = offers, .typing = typing, .key = key, .tap = tap,
};

static const struct kit_column columns[] = { { 2, 1, false }, { 0, 1, false } };

struct kit_view *screen_cards_new(struct app *app)
{
	struct cards *c = calloc(1, sizeof *c);
	struct buf path = { 0 };

	if (!c)
		return NULL;
	c->base.ops = &ops;
	if (jdoc_read(profile_path(app->profile, "cards", &path), &c->doc))
		c->doc = NULL;
	buf_clear(&path);
	c->list.rows = (struct kit_rows){ .user = c, .count = row_count, .id = row_id, .row = row_draw, .columns = columns, .column_count = 2,
	                                  .empty = _("还没有处置卡: 第一次解锁并收到清单包以后, 不用 PIN 也能看。急事先打 119、120、110。") };
	kit_list_select(&c->list, 0);
	return &c->base;
}
