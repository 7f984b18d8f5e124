#include "config.h"
#include "forms/pack/answers.h"

#include "forms/base/i18n.h"
#include "forms/pack/answers_item.h"

#include <string.h>

/* ---- encoding ---- */

struct encoder {
	const struct pack *pack;
	const struct form *form;
	struct fill *fill;
};

/* The items of one level of the form, heads still unknown: how many, and where the last that is not null ends. */
struct level { struct buf answers, personal; size_t count, wanted, wanted_end, personal_count; };

static enum err encode_level(const struct encoder *x, fill_node instance, uint32_t first, uint32_t end, struct buf *answers, struct buf *personal);

/* All instances of a repeat: an array of levels, and an array of personal maps with the empty ones at its end dropped. */
static enum err encode_repeat(const struct encoder *x, fill_node repeat, uint32_t question, uint32_t place, struct level *l)
{
	uint32_t n = fill_is_relevant(x->fill, repeat) ? fill_instances(x->fill, repeat) : 0;
	struct buf maps = { 0 };
	size_t wanted = 0, wanted_end = 0;
	enum err e = ERR_OK;

	if (!n) {
		cbor_put_null(&l->answers);
		return ERR_OK;
	}
	cbor_put_array(&l->answers, n);
	for (uint32_t i = 0; i < n && !e; i++) {
		size_t before = maps.len;

		e = encode_level(x, fill_instance(x->fill, repeat, i), question + 1, x->form->questions[question].end, &l->answers, &maps);
		if (maps.len > before) {
			wanted = i + 1;
			wanted_end = maps.len;
		} else {
			cbor_put_map(&maps, 0);
		}
	}
	if (!e && wanted) {
		cbor_put_unsigned(&l->personal, place);
		cbor_put_array(&l->personal, wanted);
		buf_put(&l->personal, maps.data, wanted_end);
		l->personal_count++;
	}
	e = e ? e : maps.err;
	buf_clear(&maps);
	return e;
}

static void encode_answer(const struct encoder *x, fill_node instance, uint32_t question, uint32_t place, struct level *l)
{
	const struct form_question *q = &x->form->questions[question];
	fill_node node = fill_node_at(x->fill, instance, question);
	const char *value = node != FILL_NO_NODE && fill_is_relevant(x->fill, node) ? fill_value(x->fill, node) : "";

	if (*value && pack_class(q) >= 2) {
		cbor_put_unsigned(&l->personal, place);
		item_put(x->pack, x->form, q, value, &l->personal);
		l->personal_count++;
		value = "";
	}
	item_put(x->pack, x->form, q, value, &l->answers);
}

/* Append the level as an array without the nulls at its end, and its personal map unless that is empty. */
static enum err encode_level(const struct encoder *x, fill_node instance, uint32_t first, uint32_t end, struct buf *answers, struct buf *personal)
{
	struct level l = { .count = 0 };
	enum err e = ERR_OK;

	for (uint32_t q = first; q < end && !e; ) {
		enum form_type type = x->form->questions[q].type;
		size_t before = l.answers.len;

		if (type != FORM_REPEAT && !form_is_stored(type)) {
			q++;                   /* groups are looked through */
			continue;
		}
		if (type == FORM_REPEAT)
			e = encode_repeat(x, fill_node_at(x->fill, instance, q), q, (uint32_t)l.count, &l);
		else
			encode_answer(x, instance, q, (uint32_t)l.count, &l);
		l.count++;
		if (l.answers.len - before != 1 || (uint8_t)l.answers.data[before] != 0xf6) {
			l.wanted = l.count;
			l.wanted_end = l.answers.len;
		}
		q = type == FORM_REPEAT ? x->form->questions[q].end : q + 1;
	}
	if (!e && !(e = l.answers.err ? l.answers.err : l.personal.err)) {
		cbor_put_array(answers, l.wanted);
		buf_put(answers, l.answers.data, l.wanted_end);
		if (l.personal_count) {
			cbor_put_map(personal, l.personal_count);
			buf_put(personal, l.personal.data, l.personal.len);
		}
	}
	buf_clear(&l.answers);
	buf_clear(&l.personal);
	return e;
}

/* Answers and choices go by their place: those of another version of the form would come to stand against other questions. */
static bool asks_the_same(const struct form *a, const struct form *b)
{
	bool same = a == b || (a->question_count == b->question_count && a->list_count == b->list_count && a->choice_count == b->choice_count);

	for (uint32_t q = 0; a != b && same && q < a->question_count; q++)
		same = a->questions[q].type == b->questions[q].type && a->questions[q].list == b->questions[q].list && !strcmp(a->questions[q].name, b->questions[q].name);
	for (uint32_t l = 0; a != b && same && l < a->list_count; l++)
		same = a->lists[l].first == b->lists[l].first;
	for (uint32_t c = 0; a != b && same && c < a->choice_count; c++)
		same = !strcmp(a->choices[c].name, b->choices[c].name);
	return same;
}

enum err answers_encode(const struct pack *p, uint32_t form, struct fill *f, struct buf *answers, struct buf *private_part)
{
	struct encoder x = { .pack = p, .fill = f };
	size_t start = answers->len, private_start = private_part->len;
	enum err e = pack_form_read(&p->forms[form], &x.form);

	if (!e && !asks_the_same(x.form, fill_form(f)))
		e = err_set(ERR_CONFLICT, _("表单 %s 在清单包 %s 里问的不一样: 没有存; 退出来再打开它"), x.form->id, p->version);
	if (!e)
		e = encode_level(&x, FILL_NO_NODE, 0, x.form->question_count, answers, private_part);

	if (!e && !(e = answers->err ? answers->err : private_part->err)) {
		if ((e = cbor_check(answers->data + start, answers->len - start)) ||
		    (private_part->len > private_start && (e = cbor_check(private_part->data + private_start, private_part->len - private_start))))
			e = err_in(e, _("记录 %s 太大"), x.form->id);
	}
	return e;
}

/* ---- sealing and opening what is sensitive ---- */

struct mapper {
	const struct pack_place *places;                  /* by question */
	const struct form *form;
	enum err (*each)(void *user, const void *value, size_t len, struct buf *out);
	void *user;
};

/* The question at `place` of a level; FORM_NONE when the level has no such place. */
static uint32_t question_at(const struct mapper *m, uint32_t repeat, uint64_t place)
{
	uint32_t first = repeat == FORM_NONE ? 0 : repeat + 1;
	uint32_t end = repeat == FORM_NONE ? m->form->question_count : m->form->questions[repeat].end;

	for (uint32_t q = first; q < end; q++)
		if (m->places[q].repeat == repeat && m->places[q].at == place && place != PACK_NONE)
			return q;
	return FORM_NONE;
}

static enum err map_value(const struct mapper *m, const struct form_question *q, struct cbor *c, struct buf *out)
{
	size_t len, start = out->len;
	const uint8_t *value = cbor_skip(c, &len);
	enum err e = c->err;

	if (!e && pack_class(q) == 3 && (e = m->each(m->user, value, len, out)) == ERR_NOTFOUND) {
		buf_cut(out, start);
		buf_put(out, value, len);
		e = ERR_OK;
	} else if (!e && pack_class(q) != 3) {
		buf_put(out, value, len);
	}
	return e;
}

static enum err map_level(const struct mapper *m, uint32_t repeat, struct cbor *c, struct buf *out)
{
	size_t n = cbor_map(c, CBOR_MAP_MAX);
	enum err e = c->err;

	cbor_put_map(out, n);
	for (size_t i = 0; i < n && !e; i++) {
		uint64_t place = cbor_unsigned(c);
		uint32_t q = c->err ? FORM_NONE : question_at(m, repeat, place);

		if (q == FORM_NONE)
			return err_set(ERR_FORMAT, _("记录的个人信息部分与表单 %s 不符"), m->form->id);
		cbor_put_unsigned(out, place);
		if (m->form->questions[q].type != FORM_REPEAT) {
			e = map_value(m, &m->form->questions[q], c, out);
			continue;
		}
		size_t instances = cbor_array(c, CBOR_ARRAY_MAX);

		cbor_put_array(out, instances);
		for (size_t j = 0; j < instances && !(e = c->err); j++)
			e = map_level(m, q, c, out);
	}
	return e ? e : c->err;
}

enum err answers_map_sensitive(const struct pack *p, uint32_t form, const void *private_part, size_t len,
                               enum err (*each)(void *user, const void *value, size_t len, struct buf *out), void *user, struct buf *out)
{
	struct mapper m = { .each = each, .user = user };
	struct cbor c = cbor_init(private_part, len);
	size_t start = out->len;
	enum err e;

	if (!len)
		return ERR_OK;
	if ((e = pack_form_read(&p->forms[form], &m.form)))
		return e;
	m.places = p->forms[form].body->places;
	if (!(e = map_level(&m, FORM_NONE, &c, out)))
		e = cbor_end(&c);
	e = e ? e : out->err;
	if (e)
		buf_cut(out, start);
	return e;
}
