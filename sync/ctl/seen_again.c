/* A walk that comes without a screen: what raises once more a hazard that stands is noted as seen again, as the screens would ask. */
#include "config.h"
#include "sync/ctl/seen_again.h"

#include "forms/base/i18n.h"
#include "sync/ctl/ctl.h"
#include "sync/ledger/submit/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *said(const struct fill *f, fill_node instance, const char *name)
{
	fill_node n = fill_child(f, instance, name);

	return n == FILL_NO_NODE ? "" : fill_value(f, n);
}

/* "; 现场措施: 停用 撤人" of an answer that was given: a note has no question of its own for it. */
static enum err add_answer(struct fill *f, fill_node instance, const char *name, struct buf *out)
{
	fill_node n = fill_child(f, instance, name);
	const char *choice, *label;
	uint32_t count = 0;
	enum err e;

	if (n == FILL_NO_NODE || !*fill_value(f, n))
		return ERR_OK;
	buf_puts(out, "; ");
	e = fill_text(f, n, FILL_LABEL, out);
	buf_putc(out, ':');
	if (!e)
		e = fill_choices(f, n, &count);
	for (uint32_t i = 0; !e && i < count; i++) {
		struct buf given = { 0 }, one = { 0 };

		e = fill_choice(f, n, i, &choice, &label);
		buf_printf(&given, " %s ", fill_value(f, n));
		buf_printf(&one, " %s ", e ? "" : choice);
		if (!e && strstr(buf_str(&given), buf_str(&one)))
			buf_printf(out, " %s", label);
		buf_clear(&given);
		buf_clear(&one);
	}
	return e;
}

/* Is it the same one? What was put right on the spot leaves nothing open; a suspicion of a major hazard is never put into a note. */
static bool is_same(const struct fill *f, fill_node instance, const struct standing *s)
{
	return s && strcmp(said(f, instance, "spot"), "yes") && (strcmp(said(f, instance, "level"), "M?") || *s->level == 'M');
}

static enum err put(struct fill *f, fill_node instance, const char *name, const char *value)
{
	fill_node n = fill_child(f, instance, name);

	return n == FILL_NO_NODE || !*value ? ERR_OK : fill_put(f, n, value);
}

static enum err note(struct fill *f, fill_node notes, fill_node hazard, const struct standing *s)
{
	struct buf words = { 0 };
	fill_node one;
	enum err e;

	standing_words(s, &words);
	if (*said(f, hazard, "desc"))
		buf_printf(&words, ": %s", said(f, hazard, "desc"));
	e = add_answer(f, hazard, "control", &words);
	if (!e)
		e = add_answer(f, hazard, "informed", &words);
	if (!e)
		e = fill_add_instance(f, notes, &one);
	if (!e)
		e = put(f, one, "item", s->item);
	if (!e)
		e = put(f, one, "words", buf_str(&words));
	if (!e)
		e = put(f, one, "photo", said(f, hazard, "photo_before"));
	if (!e)
		e = fill_remove_instance(f, hazard);
	buf_clear(&words);
	return e;
}

enum err seen_again(struct profile *p, const struct row_id *place, struct fill *f, struct jdoc *told)
{
	fill_node hazards = fill_find(f, "xc_hazard"), notes = fill_find(f, "xc_note");
	struct standing_list list = { .at = NULL };
	enum err e = ERR_OK;

	if (hazards == FILL_NO_NODE || notes == FILL_NO_NODE || !fill_instances(f, hazards))
		return ERR_OK;
	e = standing_read(p, place, &list);
	for (uint32_t i = fill_instances(f, hazards); !e && i-- > 0; ) {
		fill_node one = fill_instance(f, hazards, i);
		const struct standing *s = standing_find(&list, said(f, one, "item"));

		if (!is_same(f, one, s))
			continue;
		if (!(e = note(f, notes, one, s))) {
			struct jdoc *j = jdoc_object();

			jdoc_put_text(j, "item", s->item);
			jdoc_put_text(j, "hazard", s->number);
			jdoc_push(told, j);
			ctl_note(_("%s: 还是 %s, 没有另立 (要另立: --anew)"), s->item, s->number);
		}
	}
	free(list.at);
	return e;
}
