#include "config.h"
#include "tui/screens/walk/notice.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/draw.h"
#include "tui/kit/pager.h"
#include "tui/kit/prompt.h"
#include "tui/kit/qr.h"
#include "tui/screens/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is left with the person in charge: a notice, never an order. */
static const char *const of_place[] = { "place", "address" };
static const char *const of_hazard[] = { "item", "desc", "level", "due", "control", "spot" };
static const char *const of_owner[] = { "owner" };

static void line(struct app *app, const struct row *row, const struct pack_register *reg, const char *field, struct buf *out)
{
	uint32_t f = pack_find_field(reg, field);
	struct buf value = { 0 };

	if (f == PACK_NONE)
		return;
	/* The owner's own name may stand on the owner's own paper. */
	words_value(app, row, reg, f, true, &value);
	if (value.len)
		buf_printf(out, "%s: %s\n", pack_name(&reg->fields[f].label, i18n_language()), buf_str(&value));
	buf_clear(&value);
}

static void lines(struct app *app, const struct row *row, const char *const *fields, size_t n, struct buf *out)
{
	uint32_t reg = pack_find_register(app->pack, row->reg);

	for (size_t i = 0; i < n && reg != PACK_NONE; i++)
		line(app, row, &app->pack->registers[reg], fields[i], out);
}

#define COUNT(a) (sizeof (a) / sizeof *(a))

static enum err hazard(struct app *app, const struct row_id *id, bool first, bool last, struct buf *out)
{
	struct row row = { .id = { .index = 0 } };
	enum err e = row_read(app->profile, id, &row);

	if (e)
		return e;
	if (first)
		lines(app, &row, of_place, COUNT(of_place), out);
	buf_puts(out, _("编号: "));
	row_number(app->profile, &row, out);
	buf_putc(out, '\n');
	lines(app, &row, of_hazard, COUNT(of_hazard), out);
	if (last) {
		lines(app, &row, of_owner, COUNT(of_owner), out);
		buf_puts(out, _("告知时间: "));
		if (row.event_count)
			app_since(app, row.events[0].wall, out);
	} else {
		buf_putc(out, '\n');
	}
	row_clear(&row);
	return ERR_OK;
}

enum err notice_text(struct app *app, const struct row_id *ids, size_t count, struct buf *out)
{
	enum err e = ERR_OK;

	buf_puts(out, _("# 隐患告知单\n"));
	for (size_t i = 0; i < count && !e; i++)
		e = hazard(app, &ids[i], !i, i + 1 == count, out);
	if (!e)
		buf_printf(out, _("\n告知人: %s\n\n请在期限前整改, 整改好了告诉告知人来复查。级别以乡镇核实为准。\n这是告知, 不是处罚或责令通知。签收: ____________"), app->person);
	return e;
}

/* Number, item, deadline in the small set of characters that a QR code packs best: at most 25 of them. */
static void code_text(struct app *app, const struct row_id *id, char out[32])
{
	struct row row = { .id = { .index = 0 } };
	struct buf b = { 0 }, due = { 0 };
	size_t n = 0;

	if (!row_read(app->profile, id, &row)) {
		row_number(app->profile, &row, &b);
		buf_putc(&b, ' ');
		words_stored(app, &row, "item", &b);
		words_stored(app, &row, "due", &due);
		buf_putc(&b, ' ');
		for (const char *d = buf_str(&due); *d; d++)
			if (*d != '-')
				buf_putc(&b, *d);
		row_clear(&row);
	}
	for (const char *s = buf_str(&b); *s && n < 25; s++)
		out[n++] = (char)(isalnum((unsigned char)*s) || strchr(" -", *s) ? toupper((unsigned char)*s) : '-');
	out[n] = '\0';
	buf_clear(&b);
	buf_clear(&due);
}

/* Which hazards the dialogs and codes are about. */
static struct { struct app *app; struct row_id ids[NOTICE_HAZARDS]; size_t count; } about;

struct code { struct kit_view base; size_t at; char text[32]; };

static void code_title(struct kit_view *v, struct buf *left, struct buf *right)
{
	buf_puts(left, _("告知单二维码"));
	if (about.count > 1)
		buf_printf(left, " %zu/%zu", ((struct code *)v)->at + 1, about.count);
	buf_puts(right, ((struct code *)v)->text);
}

static void code_draw(struct kit_view *v, WINDOW *win)
{
	v->cursor_y = v->cursor_x = 0;
	if (!kit_qr_draw(win, ((struct code *)v)->text))
		kit_paragraph(win, 0, 1, getmaxy(win), getmaxx(win) - 2, KIT_SOON, _("屏幕不够大: 二维码要 50 列 26 行以上。"));
}

/* The next hazard's; closed after the last. */
static enum kit_next code_act(struct kit_view *v, enum kit_action a)
{
	struct code *c = (struct code *)v;

	if (a != ACT_OPEN)
		return KIT_PASS;
	if (c->at + 1 >= about.count)
		return KIT_CLOSE;
	code_text(about.app, &about.ids[++c->at], c->text);
	return KIT_STAY;
}

static const char *code_label(struct kit_view *v, enum kit_action a)
{
	return a != ACT_OPEN ? NULL : ((struct code *)v)->at + 1 < about.count ? _("下一处") : _("看过了");
}

static void code_close(struct kit_view *v)
{
	free(v);
}

static const struct kit_key code_keys[] = { { KIT_ENTER, ACT_OPEN, true }, { 0, ACT_NONE, false } };
static const struct kit_view_ops code_ops = { .name = "qr", .keys = code_keys, .title = code_title, .draw = code_draw, .act = code_act, .close = code_close, .label = code_label };

static struct kit_view *code_new(void)
{
	struct code *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->base.ops = &code_ops;
	code_text(about.app, &about.ids[0], c->text);
	return &c->base;
}

static enum kit_next file_given(struct kit_view *below, struct kit_view *self)
{
	const char *path = kit_prompt_answer(self);
	struct buf text = { 0 };
	enum err e;

	if (!path || !*path)
		return KIT_STAY;
	e = notice_text(about.app, about.ids, about.count, &text);
	if (!e)
		e = fs_write(path, text.data + 2, text.len - 2);        /* without the mark of a heading */
	if (e)
		kit_say_error(e);
	else
		kit_say(KIT_GOOD, _("已写 %s"), path);
	buf_clear(&text);
	return e ? kit_prompt_again(below, self) : KIT_STAY;
}

/* On the stick, when one is set, under the hazard's number: nothing to type. */
static struct kit_view *file_new(void)
{
	struct row row = { .id = { .index = 0 } };
	struct buf path = { 0 };
	struct kit_view *v;

	if (*about.app->settings.sync_dir && !row_read(about.app->profile, &about.ids[0], &row)) {
		buf_printf(&path, "%s/notice-", about.app->settings.sync_dir);
		row_number(about.app->profile, &row, &path);
		buf_puts(&path, ".txt");
		row_clear(&row);
	}
	v = kit_prompt_new(_("写成文件"), _("文件的路径, 如 /media/usb/notice.txt"), buf_str(&path), file_given);
	buf_clear(&path);
	return v;
}

static enum kit_next way_chosen(struct kit_view *below, struct kit_view *self)
{
	struct buf text = { 0 };
	struct kit_view *pager = NULL;

	switch (kit_choice_answer(self)) {
	case 0:
		if (!notice_text(about.app, about.ids, about.count, &text))
			pager = kit_pager_new(_("告知单"), buf_str(&text));
		buf_clear(&text);
		return kit_open(below, pager);
	case 1:
		return kit_open(below, file_new());
	case 2:
		return kit_open(below, code_new());
	default:
		return KIT_STAY;
	}
}

struct kit_view *screen_notice_new(struct app *app, const struct row_id *ids, size_t count)
{
	struct kit_option ways[] = { { _("在屏幕上出示"), NULL, false }, { _("写成文件"), NULL, false }, { _("二维码 (编号、检查项、期限)"), NULL, false } };

	about.app = app;
	about.count = count < NOTICE_HAZARDS ? count : NOTICE_HAZARDS;
	memcpy(about.ids, ids, about.count * sizeof *ids);
	return kit_choice_new(_("告知单"), NULL, ways, 3, false, way_chosen);
}
