#include "config.h"
#include "tui/screens/form/form_view.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "tui/kit/choice.h"
#include "tui/screens/device/outside.h"
#include "tui/screens/device/whereabouts.h"
#include "tui/screens/form/phrases.h"

static bool is_outside(enum form_type type)
{
	return type == FORM_GEOPOINT || type == FORM_IMAGE || type == FORM_SIGNATURE;
}

fill_node form_outside_node(const struct form_view *v)
{
	const struct fill *f = v->f->fill;
	fill_node last = FILL_NO_NODE;

	if (v->entries[v->at].type == ENTRY_QUESTION && is_outside(fill_question(f, v->entries[v->at].node)->type))
		return v->entries[v->at].node;
	/* In the panel of one hazard pictures are what one wants; a long form has other things to say first. */
	for (size_t i = 0; i < v->count && v->scope != FILL_NO_NODE; i++) {
		fill_node n = v->entries[i].node;

		if (v->entries[i].type != ENTRY_QUESTION || fill_question(f, n)->type != FORM_IMAGE || fill_is_readonly(f, n))
			continue;
		if (!*fill_value(f, n))
			return n;
		last = n;
	}
	return last;
}

static enum err fetch(struct form_view *v, bool position, struct buf *value)
{
	struct buf printed = { 0 };
	int64_t heard = 0;
	enum err e;

	if (!position)
		return filling_shoot(v->f, value);
	e = outside_run(v->f->app->settings.position, NULL, &printed);
	if (!e)
		e = outside_position(buf_str(&printed), value, &heard);
	whereabouts_heard(v->f->app, heard, clock_uptime());
	buf_clear(&printed);
	return e;
}

enum kit_next form_from_outside(struct form_view *v)
{
	const struct settings *s = &v->f->app->settings;
	fill_node n = form_outside_node(v);
	bool position = fill_question(v->f->fill, n)->type == FORM_GEOPOINT;
	struct buf value = { 0 };
	enum err e;

	if (!form_commit(v))
		return KIT_STAY;
	form_go_to(v, n);
	if (!*(position ? s->position : s->photo)) {
		kit_say(KIT_SOON, position ? _("设置里还没有取位置的命令") : _("设置里还没有拍照的命令: 打照片文件的路径"));
		return KIT_STAY;
	}
	e = fetch(v, position, &value);
	if (e)
		kit_say_error(e);
	if (value.len)
		kit_line_set(&v->field.line, buf_str(&value));
	if (!e && form_commit(v))
		form_go(v, 1);
	buf_clear(&value);
	return KIT_STAY;
}

bool form_has_phrases(enum form_type type)
{
	return type == FORM_TEXT || type == FORM_OTHER;
}

static enum kit_next phrase_chosen(struct kit_view *below, struct kit_view *self)
{
	struct form_view *v = (struct form_view *)below;

	if (kit_choice_label(self) && v->editing != FILL_NO_NODE) {
		kit_line_insert(&v->field.line, kit_choice_label(self));
		if (form_commit(v))
			form_go(v, 1);
	}
	return KIT_STAY;
}

enum kit_next form_phrase(struct form_view *v)
{
	struct kit_view *dialog = NULL;
	enum err e = phrases_new(v->f, v->editing, phrase_chosen, &dialog);

	if (e) {
		kit_say_error(e);
		return KIT_STAY;
	}
	return kit_open(&v->base, dialog);
}
