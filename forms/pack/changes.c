#include "config.h"
#include "forms/pack/changes.h"

#include "forms/base/i18n.h"
#include "forms/xlsform/form_codec.h"

#include <stdlib.h>
#include <string.h>

/* Things of one kind in one pack: an id, a name, and all that is said of each, as bytes. */
struct thing { struct buf id, says; const char *name; };
struct things { struct thing *at; size_t count, cap; enum err err; };

/* The next one; NULL without memory, which sticks. */
static struct thing *add(struct things *l, const char *id, const struct pack_name *name)
{
	if (l->count == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		struct thing *more = realloc(l->at, cap * sizeof *more);

		if (!more) {
			l->err = err_set(ERR_NOMEM, "%s", id);
			return NULL;
		}
		l->at = more;
		l->cap = cap;
	}
	l->at[l->count] = (struct thing){ .name = name ? pack_name(name, i18n_language()) : "" };
	buf_puts(&l->at[l->count].id, id);
	return &l->at[l->count++];
}

/* NULL is not the empty text. */
static void say(struct thing *t, const char *text)
{
	if (t)
		buf_puts(&t->says, text ? text : "\1");
	if (t)
		buf_putc(&t->says, 0);
}

static void say_name(struct thing *t, const struct pack_name *n)
{
	say(t, n->zh);
	say(t, n->en);
}

static void say_words(struct thing *t, const char **words)
{
	for (; words && *words; words++)
		say(t, *words);
	say(t, NULL);
}

static void say_number(struct thing *t, int64_t n)
{
	if (t)
		buf_printf(&t->says, "%lld", (long long)n);
	say(t, "");
}

/* --- the kinds of things --- */

static void registers(const struct pack *p, struct things *out)
{
	for (uint32_t i = 0; i < p->register_count; i++) {
		const struct pack_register *r = &p->registers[i];
		struct thing *t = add(out, r->id, &r->label);

		say_name(t, &r->label);
		say(t, r->title);
		say(t, r->sort);
		say_number(t, r->retain_days);
	}
}

static void fields(const struct pack *p, struct things *out)
{
	for (uint32_t i = 0; i < p->register_count; i++)
		for (uint32_t k = 0; k < p->registers[i].field_count; k++) {
			const struct pack_field *f = &p->registers[i].fields[k];
			struct thing *t = add(out, p->registers[i].id, &f->label);

			if (t)
				buf_printf(&t->id, ".%s", f->id);
			say_name(t, &f->label);
			say_number(t, f->type);
			say(t, f->codes == PACK_NONE ? NULL : p->codes[f->codes].id);
			say_words(t, f->danger_order);
			say_number(t, f->class);
			say_number(t, f->list);
			say_number(t, f->search);
			say(t, f->derive);
		}
}

static void forms(const struct pack *p, struct things *out)
{
	for (uint32_t i = 0; i < p->form_count; i++) {
		struct thing *t = add(out, p->forms[i].id, &p->forms[i].title);
		const struct form *form;
		struct form bare;                               /* to be read only */

		if ((out->err = out->err ? out->err : pack_form_read(&p->forms[i], &form)))
			return;
		bare = *form;
		bare.version = NULL;                            /* a walk has that of its pack */
		say_name(t, &p->forms[i].title);
		say_number(t, p->forms[i].roles);
		if (t && form_encode(&bare, &t->says))
			out->err = t->says.err;
	}
}

static void words(const struct pack *p, struct things *out)
{
	for (uint32_t i = 0; i < p->codes_count; i++)
		for (uint32_t k = 0; k < p->codes[i].count; k++) {
			struct thing *t = add(out, p->codes[i].id, &p->codes[i].at[k].label);

			if (t)
				buf_printf(&t->id, "/%s", p->codes[i].at[k].name);
			say_name(t, &p->codes[i].at[k].label);
			say(t, p->codes[i].at[k].parent);
		}
}

static void steps(const struct pack *p, struct things *out)
{
	for (uint32_t i = 0; i < p->step_count; i++) {
		const struct pack_step *s = &p->steps[i];
		struct thing *t = add(out, p->registers[s->reg].id, &s->label);

		if (t)
			buf_printf(&t->id, ".%s:%s", s->id, s->when ? s->when : "");
		say_name(t, &s->label);
		say(t, s->form);
		say_words(t, s->from);
		say(t, s->to);
		say_number(t, s->roles);
		say_number(t, s->on_behalf);
		say_words(t, s->not_same_person_as);
		say(t, s->needs);
		say(t, s->due);
	}
}

static void kinds(const struct pack *p, struct things *out)
{
	for (uint32_t i = 0; i < p->kind_count; i++) {
		const struct pack_kind *k = &p->kinds[i];
		struct thing *t = add(out, k->id, &k->label);

		say_name(t, &k->label);
		say(t, k->group);
		say(t, k->scheme);
		for (uint32_t l = 0; l < k->list_count; l++) {
			say(t, p->kind_lists[k->first_list + l].list);
			say(t, p->kind_lists[k->first_list + l].flag);
		}
	}
}

static void duties(const struct pack *p, struct things *out)
{
	for (uint32_t i = 0; i < p->duty_count; i++) {
		const struct pack_duty *d = &p->duties[i];
		struct thing *t = add(out, d->id, &d->label);
		const char *const says[] = { d->subject_register, d->subject_filter, d->counts_register, d->counts_filter, d->period, d->season, d->risk, d->from };

		say_name(t, &d->label);
		say_number(t, d->n);
		for (size_t k = 0; k < sizeof says / sizeof *says; k++)
			say(t, says[k]);
	}
}

static void params(const struct pack *p, struct things *out)
{
	for (uint32_t i = 0; i < p->param_count; i++)
		if (strcmp(p->params[i].key, "version"))
			say(add(out, p->params[i].key, NULL), p->params[i].value);
}

static void cards(const struct pack *p, struct things *out)
{
	for (uint32_t i = 0; i < p->card_count; i++)
		say(add(out, p->cards[i].id, &p->cards[i].title), p->cards[i].text);
}

static void ledgers(const struct pack *p, struct things *out)
{
	for (uint32_t i = 0; i < p->ledger_count; i++) {
		struct thing *t = add(out, p->ledgers[i].id, NULL);

		say(t, p->ledgers[i].title);
		say(t, p->ledgers[i].where);
		for (uint32_t k = 0; k < p->ledgers[i].column_count; k++) {
			say(t, p->ledgers[i].columns[k].heading);
			say(t, p->ledgers[i].columns[k].value);
		}
	}
}

static void papers(const struct pack *p, struct things *out)
{
	for (uint32_t i = 0; i < p->paper_count; i++) {
		struct thing *t = add(out, p->papers[i].id, NULL);

		say(t, p->papers[i].title);
		say(t, p->papers[i].where);
		for (uint32_t k = 0; k < p->papers[i].part_count; k++) {
			say_number(t, p->papers[i].parts[k].kind);
			say(t, p->papers[i].parts[k].heading);
			say(t, p->papers[i].parts[k].value);
		}
	}
}

static const struct { const char *name; void (*list)(const struct pack *p, struct things *out); } aspects[] = {
	{ N_("登记簿"), registers }, { N_("字段"), fields }, { N_("表"), forms }, { N_("词"), words }, { N_("步骤"), steps }, { N_("场所类型"), kinds },
	{ N_("任务"), duties }, { N_("参数"), params }, { N_("处置卡"), cards }, { N_("台账"), ledgers }, { N_("打印件"), papers },
};

/* --- comparing --- */

/* The same thing in another list, mostly at about the same place. */
static const struct thing *find(const struct things *l, const struct thing *t, size_t *hint)
{
	for (size_t n = 0; n < l->count; n++) {
		size_t i = (*hint + n) % l->count;

		if (!strcmp(buf_str(&l->at[i].id), buf_str(&t->id))) {
			*hint = i + 1;
			return &l->at[i];
		}
	}
	return NULL;
}

static bool same(const struct thing *a, const struct thing *b)
{
	return a->says.len == b->says.len && !memcmp(buf_str(&a->says), buf_str(&b->says), a->says.len);
}

struct telling { void (*tell)(void *user, const char *line); void *user; struct buf line; };

static void tell(struct telling *x, const char *verb, const char *aspect, const struct thing *t)
{
	buf_reset(&x->line);
	buf_printf(&x->line, "%s %s %s %s", verb, gettext(aspect), buf_str(&t->id), t->name);
	x->tell(x->user, buf_str(&x->line));
}

static void compare(struct telling *x, const char *aspect, const struct things *old, const struct things *new)
{
	size_t hint = 0;

	for (size_t i = 0; i < old->count; i++) {
		const struct thing *now = find(new, &old->at[i], &hint);

		if (!now)
			tell(x, _("去掉"), aspect, &old->at[i]);
		else if (!same(now, &old->at[i]))
			tell(x, _("改了"), aspect, now);
	}
	hint = 0;
	for (size_t i = 0; i < new->count; i++)
		if (!find(old, &new->at[i], &hint))
			tell(x, _("添了"), aspect, &new->at[i]);
}

static void things_clear(struct things *l)
{
	for (size_t i = 0; i < l->count; i++) {
		buf_clear(&l->at[i].id);
		buf_clear(&l->at[i].says);
	}
	free(l->at);
}

enum err pack_changes(const struct pack *older, const struct pack *newer, void (*each)(void *user, const char *line), void *user)
{
	struct telling x = { each, user, { 0 } };
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < sizeof aspects / sizeof *aspects; i++) {
		struct things old = { 0 }, new = { 0 };

		aspects[i].list(older, &old);
		aspects[i].list(newer, &new);
		e = old.err ? old.err : new.err;
		if (!e)
			compare(&x, aspects[i].name, &old, &new);
		things_clear(&old);
		things_clear(&new);
	}
	e = e ? e : x.line.err;
	buf_clear(&x.line);
	return e;
}
