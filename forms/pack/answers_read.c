#include "config.h"
#include "forms/pack/answers.h"

#include "forms/base/i18n.h"
#include "forms/pack/answers_item.h"
#include "forms/pack/answers_scalar.h"

#include <inttypes.h>
#include <string.h>

static enum err mismatch(const struct pack_form *f)
{
	return err_set(ERR_FORMAT, _("记录与表单 %s 不符"), f->id);
}

/* Pass over one item, which was checked when its event came; what is read of it is looked at then. Most places of a record are
 * one byte: null, or a small number. */
static inline bool is_one_byte(const struct cbor *c)
{
	return !c->err && c->at < c->end && (*c->at < 0x18 || *c->at == 0xf6);
}

static const uint8_t *skip(struct cbor *c, size_t *len)
{
	if (is_one_byte(c)) {
		*len = 1;
		return c->at++;
	}
	return cbor_pass(c, len);
}

/* ---- one place ---- */

/* Item `place` of the array that begins at *c; empty when the array ends before, or holds null there. */
static struct cbor item_of_array(struct cbor *c, uint32_t place)
{
	size_t n = cbor_array(c, CBOR_ARRAY_MAX), len = 0;
	const uint8_t *item = NULL;

	if (place >= n)
		return cbor_init(NULL, 0);
	for (uint32_t i = 0; i < place && !c->err; i++)
		skip(c, &len);
	item = skip(c, &len);
	return item && *item != 0xf6 ? cbor_init(item, len) : cbor_init(NULL, 0);
}

/* Value under key `place` of the map that begins at *c; empty when there is none. */
static struct cbor item_of_map(struct cbor *c, uint32_t place)
{
	size_t n = cbor_map(c, CBOR_MAP_MAX), len = 0;

	for (size_t i = 0; i < n && !c->err; i++) {
		uint64_t key = cbor_unsigned(c);
		const uint8_t *item = skip(c, &len);

		if (!c->err && key == place)
			return cbor_init(item, len);
	}
	return cbor_init(NULL, 0);
}

static bool is_sealed(struct cbor item)
{
	return cbor_array(&item, 2) == 2 && cbor_bytes_n(&item, 8) && cbor_peek(&item) == CBOR_BYTES;
}

/* Note where the items begin up to `place`, which there is, and the one behind it. */
static enum err mark_items(struct answers_record *r, uint32_t place)
{
	const uint8_t *start = r->answers;
	struct cbor c = cbor_init(start, r->answers_len);
	uint32_t known = r->known;
	size_t len;

	c.at += r->marks[known - 1];
	for (; known < place + 2; r->marks[known++] = (uint32_t)(c.at - start))
		if (is_one_byte(&c))
			c.at++;
		else if (!cbor_pass(&c, &len))
			break;
	r->known = known;
	return c.err;
}

/* Item `place` at the top of the answers, as item_of_array(). */
static struct cbor item_at_top(struct answers_record *r, uint32_t place, enum err *e)
{
	const uint8_t *start = r->answers;
	struct cbor c = cbor_init(start, r->answers_len);
	uint32_t noted = place < ANSWERS_MARKS - 1 ? place : ANSWERS_MARKS - 2;
	size_t len;

	if (!r->known) {
		r->count = (uint32_t)cbor_array(&c, CBOR_ARRAY_MAX);
		r->marks[0] = (uint32_t)(c.at - start);
		r->known = !c.err;
	}
	*e = c.err;
	if (c.err || place >= r->count || (noted + 2 > r->known && (*e = mark_items(r, noted))))
		return cbor_init(NULL, 0);
	if (place == noted) {
		c = cbor_init(start + r->marks[place], r->marks[place + 1] - r->marks[place]);
	} else {
		c.at = start + r->marks[noted];
		for (uint32_t i = noted; i < place; i++)
			skip(&c, &len);
		start = skip(&c, &len);
		*e = c.err;
		c = cbor_init(start, c.err ? 0 : len);
	}
	return c.at == c.end || *c.at == 0xf6 ? cbor_init(NULL, 0) : c;
}

/* The place `at` of the top level, of the answers or of the personal part. */
static struct cbor top_item(struct answers_record *r, bool personal, uint32_t at, enum err *e)
{
	struct cbor part = cbor_init(r->private_part, r->private_len), item;

	if (!personal)
		return item_at_top(r, at, e);
	item = item_of_map(&part, at);
	*e = part.err;
	return item;
}

static enum err find_item(struct answers_record *r, const struct pack_form *f, uint32_t question, uint32_t instance, bool personal, struct cbor *out)
{
	const struct pack_place *at = &f->body->places[question];
	enum err e = ERR_OK;

	*out = cbor_init(NULL, 0);
	if (personal ? !r->private_part || !r->private_len : !r->answers || !r->answers_len)
		return ERR_OK;
	if (at->repeat != FORM_NONE) {
		const struct pack_place *repeat = &f->body->places[at->repeat];
		struct cbor levels, part;

		if (repeat->repeat != FORM_NONE)
			return err_set(ERR_UNSUPPORTED, _("表单 %s: 套在重复组里的重复组不能单独读取"), f->id);
		levels = top_item(r, personal, repeat->at, &e);
		if (e)
			return mismatch(f);
		part = levels.at == levels.end ? levels : item_of_array(&levels, instance);
		if (levels.err)
			return mismatch(f);
		if (part.at == part.end)
			return ERR_OK;
		*out = personal ? item_of_map(&part, at->at) : item_of_array(&part, at->at);
		return part.err ? mismatch(f) : ERR_OK;
	}
	*out = top_item(r, personal, at->at, &e);
	return e ? mismatch(f) : ERR_OK;
}

static enum err count_instances(struct answers_record *r, const struct pack_form *f, uint32_t repeat, uint32_t *count)
{
	const struct form *form;
	struct cbor item;
	enum err e = pack_form_read(f, &form);

	*count = 0;
	if (e)
		return e;
	if (repeat >= form->question_count || form->questions[repeat].type != FORM_REPEAT || f->body->places[repeat].repeat != FORM_NONE)
		return err_set(ERR_FORMAT, _("表单 %s 的第 %u 个问题不是重复组"), f->id, repeat);
	if (!r->answers_len)
		return ERR_OK;
	item = item_at_top(r, f->body->places[repeat].at, &e);
	if (e)
		return mismatch(f);
	if (item.at != item.end)
		*count = (uint32_t)cbor_array(&item, CBOR_ARRAY_MAX);
	return item.err ? mismatch(f) : ERR_OK;
}

enum err answers_instances(const struct pack *p, uint32_t form, uint32_t repeat, const void *answers, size_t len, uint32_t *count)
{
	struct answers_record r;

	answers_open(&r, p, form, answers, len, NULL, 0);
	return count_instances(&r, &p->forms[form], repeat, count);
}

void answers_open(struct answers_record *r, const struct pack *p, uint32_t form,
                  const void *answers, size_t answers_len, const void *private_part, size_t private_len)
{
	r->pack = p;
	r->form = form;
	r->answers = answers;
	r->answers_len = answers_len;
	r->private_part = private_part;
	r->private_len = private_len;
	r->count = r->known = 0;
}

enum err answers_get(struct answers_record *r, uint32_t question, uint32_t instance, struct buf *out)
{
	const struct pack_form *f = &r->pack->forms[r->form];
	const struct form *form;
	enum err e = pack_form_read(f, &form);
	const struct form_question *q = !e && question < form->question_count ? &form->questions[question] : NULL;
	bool personal = q && pack_class(q) >= 2;
	struct cbor item;

	if (e)
		return e;
	if (!q || f->body->places[question].at == PACK_NONE)
		return err_set(ERR_FORMAT, _("表单 %s 没有第 %u 个问题"), f->id, question);
	if (q->type == FORM_REPEAT) {
		uint32_t n;

		if (!(e = count_instances(r, f, question, &n)) && r->answers_len)
			cbor_put_unsigned(out, n);
		return e ? e : out->err;
	}
	e = find_item(r, f, question, instance, personal, &item);
	if (e || item.at == item.end)
		return e;
	if (personal && is_sealed(item)) {
		buf_put(out, item.at, (size_t)(item.end - item.at));
		return out->err;
	}
	return item_digest(form, q, item, out);
}

enum err answers_value(const struct pack *p, uint32_t form, uint32_t question, uint32_t instance,
                       const void *answers, size_t answers_len, const void *private_part, size_t private_len, struct buf *out)
{
	struct answers_record r;

	answers_open(&r, p, form, answers, answers_len, private_part, private_len);
	return answers_get(&r, question, instance, out);
}

/* ---- the whole record ---- */

/* What is done with a record: instances are entered and left, values come in the order of the form. */
struct reader {
	const struct pack_form *f;
	const struct form *form;
	enum err (*value)(void *user, uint32_t question, const char *text);
	enum err (*enter)(void *user, uint32_t repeat, uint32_t instance);
	void (*leave)(void *user, uint32_t repeat, bool last);
	void *user;
	struct buf text;
};

/* One level of the personal part: the key that comes next. A missing part has none. */
struct personal { struct cbor *c; size_t left; uint64_t key; bool any; };

static enum err personal_next(const struct reader *r, struct personal *m)
{
	uint64_t before = m->key;
	bool first = !m->any;

	m->any = m->left > 0;
	if (!m->left)
		return ERR_OK;
	m->left--;
	m->key = cbor_unsigned(m->c);
	return m->c->err || (!first && m->key <= before) ? mismatch(r->f) : ERR_OK;
}

static enum err read_value(struct reader *r, uint32_t question, struct cbor *c, bool personal)
{
	const struct form_question *q = &r->form->questions[question];
	size_t len;
	const uint8_t *item = skip(c, &len);
	enum err e;

	if (!item)
		return mismatch(r->f);
	if (personal ? pack_class(q) < 2 : pack_class(q) >= 2 && *item != 0xf6)
		return mismatch(r->f);
	if (personal && is_sealed(cbor_init(item, len)))
		return ERR_OK;
	buf_reset(&r->text);
	if ((e = item_text(r->form, q, cbor_init(item, len), &r->text)) || !r->text.len)
		return e;
	return r->value(r->user, question, buf_str(&r->text));
}

static enum err read_level(struct reader *r, uint32_t repeat, struct cbor *answers, struct cbor *personal);

static enum err read_repeat(struct reader *r, uint32_t question, struct cbor *answers, struct cbor *personal)
{
	size_t n = answers && !cbor_null(answers) ? cbor_array(answers, CBOR_ARRAY_MAX) : 0;
	size_t m = personal ? cbor_array(personal, CBOR_ARRAY_MAX) : 0;
	enum err e = ERR_OK;

	if ((answers && answers->err) || (personal && personal->err) || m > n)
		return mismatch(r->f);
	for (size_t i = 0; i < n && !e; i++) {
		if ((e = r->enter(r->user, question, (uint32_t)i)))
			return e;
		e = read_level(r, question, answers, i < m ? personal : NULL);
		if (!e)
			r->leave(r->user, question, i + 1 == n);
	}
	return e;
}

static enum err read_level(struct reader *r, uint32_t repeat, struct cbor *answers, struct cbor *personal)
{
	const struct form *form = r->form;
	uint32_t q = repeat == FORM_NONE ? 0 : repeat + 1, end = repeat == FORM_NONE ? form->question_count : form->questions[repeat].end, place = 0;
	size_t n = cbor_array(answers, CBOR_ARRAY_MAX);
	struct personal next = { .c = personal, .left = personal ? cbor_map(personal, CBOR_MAP_MAX) : 0 };
	enum err e = answers->err || (personal && personal->err) ? mismatch(r->f) : personal_next(r, &next);

	while (q < end && !e) {
		if (r->f->body->places[q].at == PACK_NONE) {
			q++;
			continue;
		}
		bool here = place < n, private_here = next.any && next.key == place;

		if (form->questions[q].type == FORM_REPEAT) {
			if (here || private_here)
				e = read_repeat(r, q, here ? answers : NULL, private_here ? personal : NULL);
			q = form->questions[q].end;
		} else {
			e = here ? read_value(r, q, answers, false) : ERR_OK;
			if (!e && private_here)
				e = read_value(r, q, personal, true);
			q++;
		}
		if (!e && private_here)
			e = personal_next(r, &next);
		place++;
	}
	return e ? e : n > place || next.any ? mismatch(r->f) : ERR_OK;
}

static enum err read_record(struct reader *r, void *user, const void *answers, size_t answers_len, const void *private_part, size_t private_len)
{
	static const uint8_t nothing = 0x80;      /* an empty array: a part that is not here answers nothing */
	struct cbor a = answers_len ? cbor_init(answers, answers_len) : cbor_init(&nothing, 1), m = cbor_init(private_part, private_len);
	enum err e = pack_form_read(r->f, &r->form);

	r->user = user;
	if (!e)
		e = read_level(r, FORM_NONE, &a, private_len ? &m : NULL);
	if (!e && (cbor_end(&a) || cbor_end(&m)))
		e = mismatch(r->f);
	buf_clear(&r->text);
	return e;
}

/* ---- as JSON ---- */

enum { DEPTH = 8 };      /* more than repeats can be nested (pack_place_answers) */

/* The object of the instance we are in, and the array it goes into, at each depth; [0] is the record. Ours until left. */
struct json { const struct reader *r; struct jdoc *object[DEPTH], *array[DEPTH]; uint32_t depth; };

static enum err json_value(void *user, uint32_t question, const char *text)
{
	struct json *j = user;

	jdoc_put_text(j->object[j->depth], j->r->form->questions[question].name, text);
	return ERR_OK;
}

static enum err json_enter(void *user, uint32_t repeat, uint32_t instance)
{
	struct json *j = user;

	(void)repeat;
	j->depth++;
	if (!instance)
		j->array[j->depth] = jdoc_array();
	j->object[j->depth] = jdoc_object();
	return j->array[j->depth] && j->object[j->depth] ? ERR_OK : ERR_NOMEM;
}

static void json_leave(void *user, uint32_t repeat, bool last)
{
	struct json *j = user;

	jdoc_push(j->array[j->depth], j->object[j->depth]);
	j->object[j->depth] = NULL;
	if (last) {
		jdoc_put(j->object[j->depth - 1], j->r->form->questions[repeat].name, j->array[j->depth]);
		j->array[j->depth] = NULL;
	}
	j->depth--;
}

enum err answers_json(const struct pack *p, uint32_t form, const void *answers, size_t answers_len, const void *private_part, size_t private_len, struct jdoc **out)
{
	struct reader r = { .f = &p->forms[form], .value = json_value, .enter = json_enter, .leave = json_leave };
	struct json j = { .r = &r, .object = { jdoc_object() } };
	enum err e = j.object[0] ? read_record(&r, &j, answers, answers_len, private_part, private_part ? private_len : 0) : ERR_NOMEM;

	if (!e) {
		*out = j.object[0];
		return ERR_OK;
	}
	for (uint32_t i = 0; i < DEPTH; i++) {
		jdoc_free(j.object[i]);
		jdoc_free(j.array[i]);
	}
	return e;
}

/* ---- into a fill ---- */

struct loader { const struct reader *r; struct fill *fill; fill_node instance[DEPTH]; uint32_t depth; };

/* Calculated and readonly answers are the form's own business: it has them again when the rest is there. */
static enum err load_value(void *user, uint32_t question, const char *text)
{
	struct loader *l = user;
	fill_node node = fill_node_at(l->fill, l->instance[l->depth], question);
	enum err e;

	if (node == FILL_NO_NODE || l->r->form->questions[question].type == FORM_CALCULATE)
		return ERR_OK;
	e = fill_set(l->fill, node, text);
	return e == ERR_DENIED ? ERR_OK : e;
}

static enum err load_enter(void *user, uint32_t repeat, uint32_t instance)
{
	struct loader *l = user;
	fill_node node = fill_node_at(l->fill, l->instance[l->depth], repeat);
	enum err e = ERR_OK;

	if (node == FILL_NO_NODE)
		return mismatch(l->r->f);
	l->depth++;
	if (instance < fill_instances(l->fill, node))
		l->instance[l->depth] = fill_instance(l->fill, node, instance);
	else
		e = fill_add_instance(l->fill, node, &l->instance[l->depth]);
	return e;
}

static void load_leave(void *user, uint32_t repeat, bool last)
{
	(void)repeat;
	(void)last;
	((struct loader *)user)->depth--;
}

enum err answers_load(const struct pack *p, uint32_t form, const void *answers, size_t answers_len, const void *private_part, size_t private_len, struct fill *f)
{
	struct reader r = { .f = &p->forms[form], .value = load_value, .enter = load_enter, .leave = load_leave };
	struct loader l = { .r = &r, .fill = f, .instance = { FILL_NO_NODE } };

	return read_record(&r, &l, answers, answers_len, private_part, private_part ? private_len : 0);
}

/* ---- values of the digest ---- */

static enum err array_text(const struct pack_field *field, struct cbor *c, struct buf *out)
{
	struct cbor look = *c;
	size_t n = cbor_array(&look, CBOR_ARRAY_MAX), len;
	enum cbor_type first = cbor_peek(&look);
	enum err e = ERR_OK;

	switch (field->type) {
	case PACK_DECIMAL: return scalar_decimal_text(c, out);
	case PACK_DATETIME: return scalar_datetime_text(c, out);
	case PACK_TIME: return scalar_time_text(c, out);
	case PACK_POSITION: return scalar_position_text(c, out);
	default: break;
	}
	if (first == CBOR_BYTES)
		return scalar_row_text(c, out);
	*c = look;
	for (size_t i = 0; i < n && !e; i++) {
		if (i)
			buf_putc(out, ' ');
		if (first == CBOR_ARRAY) {
			e = scalar_row_text(c, out);
		} else {
			const char *s = cbor_text(c, 0, &len);

			if (!(e = c->err))
				buf_put(out, s, len);
		}
	}
	return e;
}

enum err answers_value_text(const struct pack_field *field, const void *value, size_t len, struct buf *out)
{
	struct cbor c = cbor_init(value, len);
	size_t start = out->len, text_len;
	const char *text;
	enum err e = ERR_OK;

	if (!len || is_sealed(c))
		return ERR_OK;
	switch (cbor_peek(&c)) {
	case CBOR_TEXT:
		if ((text = cbor_text(&c, 0, &text_len)))
			buf_put(out, text, text_len);
		break;
	case CBOR_UNSIGNED: case CBOR_NEGATIVE:
		if (field->type == PACK_DATE)
			e = scalar_date_text(&c, out);
		else if (field->type == PACK_TIME)
			e = scalar_time_text(&c, out);
		else
			buf_printf(out, "%" PRId64, cbor_integer(&c));
		break;
	case CBOR_ARRAY:
		e = array_text(field, &c, out);
		break;
	case CBOR_NULL:
		cbor_null(&c);
		break;
	default:
		e = ERR_FORMAT;
	}
	if (e || (e = cbor_end(&c))) {
		buf_cut(out, start);
		return err_set(e, _("%s 的值不完整"), field->id);
	}
	return out->err;
}
