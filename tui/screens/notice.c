#include "config.h"
#include "tui/screens/notice.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile.h"
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
static const char *const shown[] = { "place", "address", "item", "desc", "level", "due", "control", "owner", "spot" };

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

enum err notice_text(struct app *app, const struct row_id *id, struct buf *out)
{
	struct row row = { .id = { .index = 0 } };
	const struct pack_register *reg;
	enum err e = row_read(app->profile, id, &row);

	if (e)
		return e;
	reg = &app->pack->registers[pack_find_register(app->pack, row.reg)];
	buf_puts(out, _("# 隐患告知单\n编号: "));
	row_number(app->profile, &row, out);
	buf_putc(out, '\n');
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		line(app, &row, reg, shown[i], out);
	buf_puts(out, _("告知时间: "));
	if (row.event_count)
		app_since(app, row.events[0].wall, out);
	buf_printf(out, _("\n告知人: %s\n\n请在期限前整改, 整改好了告诉告知人来复查。级别以乡镇核实为准。\n这是告知, 不是处罚或责令通知。签收: ____________"), app->person);
	row_clear(&row);
	return ERR_OK;
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

struct code { struct kit_view base; char text[32]; };

static void code_title(struct kit_view *v, struct buf *left, struct buf *right)
{
	buf_puts(left, _("告知单二维码"));
	buf_puts(right, ((struct code *)v)->text);
}

static void code_draw(struct kit_view *v, WINDOW *win)
{
	v->cursor_y = v->cursor_x = 0;
	if (!kit_qr_draw(win, ((struct code *)v)->text))
		kit_paragraph(win, 0, 1, getmaxy(win), getmaxx(win) - 2, KIT_SOON, _("屏幕不够大: 二维码要 50 列 26 行以上。"));
}

static enum kit_next code_act(struct kit_view *v, enum kit_action a)
{
	(void)v;
	return a == ACT_OPEN ? KIT_CLOSE : KIT_PASS;
}

static void code_close(struct kit_view *v)
{
	free(v);
}

static const struct kit_key code_keys[] = { { KIT_ENTER, ACT_OPEN, true }, { 0, ACT_NONE, false } };
static const struct kit_view_ops code_ops = { .name = "qr", .keys = code_keys, .title = code_title, .draw = code_draw, .act = code_act, .close = code_close };

static struct kit_view *code_new(struct app *app, const struct row_id *id)
{
	struct code *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->base.ops = &code_ops;
	code_text(app, id, c->text);
	return &c->base;
}

/* Which notice the dialog above is about. */
static struct { struct app *app; struct row_id id; } about;

static enum kit_next file_given(struct kit_view *below, struct kit_view *self)
{
	const char *path = kit_prompt_answer(self);
	struct buf text = { 0 };
	enum err e;

	(void)below;
	if (!path || !*path)
		return KIT_STAY;
	e = notice_text(about.app, &about.id, &text);
	if (!e)
		e = fs_write(path, text.data + 2, text.len - 2);        /* without the mark of a heading */
	if (e)
		kit_say_error(e);
	else
		kit_say(KIT_GOOD, _("已写 %s"), path);
	buf_clear(&text);
	return KIT_STAY;
}

static enum kit_next way_chosen(struct kit_view *below, struct kit_view *self)
{
	struct buf text = { 0 };
	struct kit_view *pager = NULL;

	switch (kit_choice_answer(self)) {
	case 0:
		if (!notice_text(about.app, &about.id, &text))
			pager = kit_pager_new(_("告知单"), buf_str(&text));
		buf_clear(&text);
		return kit_open(below, pager);
	case 1:
		return kit_open(below, kit_prompt_new(_("写成文件"), _("文件的路径, 如 /media/usb/告知单.txt"), "", file_given));
	case 2:
		return kit_open(below, code_new(about.app, &about.id));
	default:
		return KIT_STAY;
	}
}

struct kit_view *screen_notice_new(struct app *app, const struct row_id *id)
{
	struct kit_option ways[] = { { _("在屏幕上出示"), NULL, false }, { _("写成文件"), NULL, false }, { _("二维码 (编号、检查项、期限)"), NULL, false } };

	about.app = app;
	about.id = *id;
	return kit_choice_new(_("告知单"), NULL, ways, 3, false, way_chosen);
}
