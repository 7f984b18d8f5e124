#include "config.h"
#include "tui/screens/rows/row_view.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/attach/attach.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- which file --- */

/* What a line calls the file, and the record that says so. False: it names none. */
static bool name_of(struct row_view *v, const struct line *l, struct buf *name, uint8_t record[EVENT_REF])
{
	struct row_shown shown = { .kinds = 0 };
	bool named = true;

	if (l->type == LINE_FILE) {
		buf_puts(name, v->files[l->index]);
		memcpy(record, v->row.events[0].ref, EVENT_REF);
		return true;
	}
	named = !row_show(&v->row, v->reg, v->app->pack, l->index, true, &shown) && shown.text.len && shown.event < v->row.event_count;
	if (named) {
		buf_puts(name, buf_str(&shown.text));
		memcpy(record, v->row.events[shown.event].ref, EVENT_REF);
	}
	row_shown_clear(&shown);
	return named;
}

static bool a_field_names(struct row_view *v, const char *file)
{
	bool names = false;

	for (uint32_t f = 0; f < v->reg->field_count && !names; f++) {
		struct line l = { .type = LINE_FIELD, .index = f };
		struct buf name = { 0 };
		uint8_t record[EVENT_REF];

		names = v->reg->fields[f].type == PACK_FILE && name_of(v, &l, &name, record) && !strcmp(buf_str(&name), file);
		buf_clear(&name);
	}
	return names;
}

static enum err note(void *user, uint32_t question, const char *question_name, uint32_t instance, const char *name)
{
	struct row_view *v = user;
	char *copy;

	(void)question;
	(void)question_name;
	(void)instance;
	if (v->file_count == FILES_MAX || v->line_count == LINES_MAX || a_field_names(v, name) || !(copy = strdup(name)))
		return ERR_OK;
	v->lines[v->line_count++] = (struct line){ .type = LINE_FILE, .index = v->file_count };
	v->files[v->file_count++] = copy;
	return ERR_OK;
}

void row_files_clear(struct row_view *v)
{
	while (v->file_count)
		free(v->files[--v->file_count]);
}

/* Of a record that makes several rows the first one shows what belongs to none. */
void row_files_gather(struct row_view *v)
{
	row_files_clear(v);
	if (!v->row.id.index && v->row.event_count)
		submit_files(v->app->profile, v->row.events[0].ref, note, v);
}

/* --- what became of it --- */

static void size_words(uint64_t bytes, struct buf *out)
{
	if (bytes < 1024)
		buf_printf(out, _("%u 字节"), (unsigned)bytes);
	else
		buf_printf(out, "%u KB", (unsigned)((bytes + 1023) / 1024));
}

static enum kit_role state_words(const struct row_view *v, enum err e, const struct attachment *a, struct buf *out)
{
	if (e) {
		buf_puts(out, e == ERR_NOTFOUND ? _("没有附上") : err_text(e));
		return KIT_SOON;
	}
	if (a->erased) {
		buf_puts(out, _("(已删除)"));
		return KIT_DIM;
	}
	size_words(a->size, out);
	buf_puts(out, !a->here ? _(", 还没到") : a->acknowledged ? _(", 已送到") : v->app->profile->office ? _(", 在这里") : _(", 在本机, 等送出"));
	return a->here ? KIT_PLAIN : KIT_SOON;
}

void row_file_cell(struct row_view *v, const struct line *l, struct kit_cell *out)
{
	struct buf name = { 0 }, words = { 0 };
	struct attachment a;
	uint8_t record[EVENT_REF];

	if (name_of(v, l, &name, record)) {
		out->role = state_words(v, attach_find(v->app->profile, record, buf_str(&name), &a), &a, &words);
		if (l->type == LINE_FILE)
			snprintf(out->text, sizeof out->text, "%s  %s", buf_str(&name), buf_str(&words));
		else
			snprintf(out->text + strlen(out->text), sizeof out->text - strlen(out->text), "  %s", buf_str(&words));
	}
	buf_clear(&name);
	buf_clear(&words);
}

/* --- out of the record, into the record --- */

static bool selected(struct row_view *v, struct buf *name, uint8_t record[EVENT_REF])
{
	return v->list.at < v->line_count && name_of(v, &v->lines[v->list.at], name, record);
}

static enum kit_next path_to(struct kit_view *below, struct kit_view *self)
{
	struct row_view *v = (struct row_view *)below;
	const char *path = kit_prompt_answer(self);
	struct buf name = { 0 }, content = { 0 };
	uint8_t record[EVENT_REF];
	struct attachment a;
	enum err e;

	if (!path || !*path || !selected(v, &name, record)) {
		buf_clear(&name);
		return KIT_STAY;
	}
	e = fs_exists(path) ? err_set(ERR_DENIED, _("%s 已经有了: 换一个名字"), path) : attach_find(v->app->profile, record, buf_str(&name), &a);
	if (!e)
		e = attach_read(v->app->profile, a.ref, &content, &a);
	if (!e)
		e = fs_write(path, content.data, content.len);
	if (e)
		kit_say_error(e);
	else
		kit_say(KIT_GOOD, _("已存成 %s (没有加密)"), path);
	buf_clear(&name);
	buf_clear(&content);
	return e ? kit_prompt_again(below, self) : KIT_STAY;
}

static enum kit_next path_from(struct kit_view *below, struct kit_view *self)
{
	struct row_view *v = (struct row_view *)below;
	const char *path = kit_prompt_answer(self), *scale = *v->app->settings.scale ? v->app->settings.scale : getenv("XUNCHA_SCALE");
	uint8_t record[EVENT_REF], ref[EVENT_REF];
	struct buf name = { 0 };
	enum err e = ERR_OK;

	if (path && *path && selected(v, &name, record)) {
		e = attach_later(v->app->profile, record, buf_str(&name), path, scale, ref);
		if (e)
			kit_say_error(e);
		else
			kit_say(KIT_GOOD, _("已附上: %s"), buf_str(&name));
	}
	buf_clear(&name);
	return e ? kit_prompt_again(below, self) : KIT_STAY;
}

static enum kit_next chosen(struct kit_view *below, struct kit_view *self)
{
	struct row_view *v = (struct row_view *)below;
	struct buf name = { 0 };
	uint8_t record[EVENT_REF];
	struct attachment a;
	bool there;

	if (kit_choice_answer(self) < 0 || !selected(v, &name, record)) {
		buf_clear(&name);
		return KIT_STAY;
	}
	there = !attach_find(v->app->profile, record, buf_str(&name), &a);
	buf_clear(&name);
	return kit_open(below, there ? kit_prompt_new(_("存成文件"), _("写到哪里 (路径); 存出去的文件没有加密"), NULL, path_to)
	                             : kit_prompt_new(_("补附文件"), _("照片文件的路径 (可粘贴)"), NULL, path_from));
}

static void tell(struct row_view *v, const char *name, enum err e, const struct attachment *a, struct buf *out)
{
	buf_printf(out, "%s\n", name);
	state_words(v, e, a, out);
	if (!e && !a->erased)
		buf_printf(out, "  %s", a->media);
	if (!e && a->taken != INT64_MIN) {
		buf_puts(out, _("  拍于 "));
		app_since(v->app, a->taken, out);
	}
}

enum kit_next row_file_open(struct row_view *v, const struct line *l)
{
	struct buf name = { 0 }, words = { 0 };
	struct kit_option option = { NULL, NULL, false };
	struct kit_view *dialog = NULL;
	struct attachment a;
	uint8_t record[EVENT_REF];
	bool hidden;
	enum err e;

	if (!name_of(v, l, &name, record)) {
		buf_clear(&name);
		return KIT_STAY;
	}
	e = attach_find(v->app->profile, record, buf_str(&name), &a);
	hidden = l->type == LINE_FIELD && v->reg->fields[l->index].class >= 2 && !v->revealed;
	tell(v, hidden ? _("(遮住: 按 v 才能看)") : buf_str(&name), e, &a, &words);
	option.label = e == ERR_NOTFOUND ? _("补附文件") : !e && a.here && !hidden ? _("存成文件") : NULL;
	if (option.label)
		dialog = kit_choice_new(_("文件"), buf_str(&words), &option, 1, false, chosen);
	else
		kit_say(KIT_SOON, "%s", buf_str(&words));
	buf_clear(&name);
	buf_clear(&words);
	return option.label ? kit_open(&v->base, dialog) : KIT_STAY;
}
