#include "config.h"
#include "sync/ledger/rows/row.h"

#include "sync/ledger/fold/judge.h"

#include "forms/base/cbor.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/pack/answers.h"

#include <string.h>

static bool same_value(const struct row_value *a, const struct row_value *b)
{
	return a->len == b->len && !a->data == !b->data && (!a->data || !memcmp(a->data, b->data, a->len));
}

static bool seen_before(const struct row_field *f, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (same_value(&f->open[k], &f->open[i]))
			return true;
	return false;
}

static uint32_t count_kinds(const struct row_field *f)
{
	uint32_t kinds = 0;

	for (uint32_t i = 0; i < f->count; i++)
		kinds += !seen_before(f, i);
	return kinds;
}

const struct row_value *row_worst(const struct row_field *f, const struct pack_field *pf)
{
	const struct row_value *worst = &f->open[0];

	for (uint32_t i = 1; i < f->count; i++)
		if (judge_danger(pf, f->open[i].data, f->open[i].len) <= judge_danger(pf, worst->data, worst->len))
			worst = &f->open[i];
	return worst;
}

static const struct row_value *latest(const struct row_field *f)
{
	const struct row_value *v = &f->open[0];

	for (uint32_t i = 1; i < f->count; i++)
		if (f->open[i].event >= v->event)
			v = &f->open[i];
	return v;
}

/* --- words --- */

static void put_label(const struct pack *pk, const struct pack_field *pf, const char *name, size_t len, struct buf *out)
{
	const struct pack_codes *codes = pf->codes == PACK_NONE ? NULL : &pk->codes[pf->codes];

	for (uint32_t i = 0; codes && i < codes->count; i++)
		if (strlen(codes->at[i].name) == len && !memcmp(codes->at[i].name, name, len)) {
			buf_puts(out, pack_name(&codes->at[i].label, i18n_language()));
			return;
		}
	buf_put(out, name, len);
}

/* What people read of stored text: the words of codes, the rest as it is. */
static void put_words(const struct pack *pk, const struct pack_field *pf, const char *text, struct buf *out)
{
	if (!row_is_choice(pf)) {
		buf_puts(out, text);
		return;
	}
	for (size_t len; *text; text += len + (text[len] == ' ')) {
		len = strcspn(text, " ");
		if (out->len)
			buf_puts(out, i18n_language() ? ", " : "、");
		put_label(pk, pf, text, len, out);
	}
}

bool row_is_choice(const struct pack_field *pf)
{
	return pf->type == PACK_CODE || pf->type == PACK_CODES;
}

void row_mask(struct buf *b, bool choice)
{
	struct buf out = { 0 };
	size_t digits = 0, first;
	uint32_t cp;

	if (choice && b->len) {
		buf_reset(b);
		buf_puts(b, "**");
		return;
	}
	for (size_t i = 0; i < b->len; i++)
		digits += b->data[i] >= '0' && b->data[i] <= '9';
	first = b->len ? text_next(b->data, b->len, &cp) : 0;
	if (digits == b->len && b->len >= 8) {
		buf_put(&out, b->data, 3);
		buf_puts(&out, "****");
		buf_put(&out, b->data + b->len - 4, 4);
	} else if (b->len) {
		/* Of one character, or of a few digits, the first would tell all or half. */
		if (first < b->len && digits < b->len)
			buf_put(&out, b->data, first);
		buf_puts(&out, "**");
	}
	buf_clear(b);
	*b = out;
}

/* --- by merge --- */

static bool holds_word(const struct buf *text, const char *word, size_t len)
{
	for (const char *at = buf_str(text); *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == len && !memcmp(at, word, len))
			return true;
	return false;
}

/* All that anybody says, each once. */
static enum err show_union(const struct row_field *f, const struct pack_field *pf, struct buf *out)
{
	struct buf one = { 0 };
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < f->count; i++) {
		buf_reset(&one);
		if (!f->open[i].data || (e = answers_value_text(pf, f->open[i].data, f->open[i].len, &one)))
			continue;
		for (const char *at = buf_str(&one); *at; at += strcspn(at, " "), at += *at == ' ') {
			size_t len = strcspn(at, " ");

			if (holds_word(out, at, len))
				continue;
			if (out->len)
				buf_putc(out, ' ');
			buf_put(out, at, len);
		}
	}
	buf_clear(&one);
	return e;
}

static enum err show_facts(const struct pack *pk, const struct row_field *f, const struct pack_field *pf, struct buf *label)
{
	struct buf one = { 0 }, words = { 0 };
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < f->count; i++) {
		if (!f->open[i].data || seen_before(f, i))
			continue;
		buf_reset(&one);
		buf_reset(&words);
		if ((e = answers_value_text(pf, f->open[i].data, f->open[i].len, &one)))
			break;
		put_words(pk, pf, buf_str(&one), &words);
		if (label->len)
			buf_puts(label, " / ");
		buf_put(label, words.data, words.len);
	}
	buf_clear(&one);
	buf_clear(&words);
	return e;
}

static const struct row_value *shown_value(const struct row_field *f, const struct pack_field *pf)
{
	return pf->merge == PACK_STATE ? row_worst(f, pf) : latest(f);
}

/* Of a set all that is said, into an empty `out`; else the value. */
static enum err put_stored(const struct row_field *f, const struct pack_field *pf, const struct row_value *v, struct buf *out)
{
	if (pf->merge == PACK_SET)
		return show_union(f, pf, out);
	return v->data ? answers_value_text(pf, v->data, v->len, out) : ERR_OK;
}

enum err row_stored(const struct row *r, const struct pack_field *pf, struct buf *out)
{
	const struct row_field *f = row_field(r, pf->n);
	struct buf text = { 0 };
	enum err e;

	if (!f)
		return ERR_OK;
	if (pf->merge != PACK_SET)
		return put_stored(f, pf, shown_value(f, pf), out);
	if (!(e = put_stored(f, pf, NULL, &text)))
		buf_put(out, text.data, text.len);
	buf_clear(&text);
	return e;
}

enum err row_show(const struct row *r, const struct pack_register *reg, const struct pack *pk, uint32_t field, bool unmask, struct row_shown *out)
{
	const struct pack_field *pf = &reg->fields[field];
	const struct row_field *f = row_field(r, pf->n);
	const struct row_value *v;
	enum err e = ERR_OK;

	row_shown_clear(out);
	if (!f)
		return ERR_OK;
	v = shown_value(f, pf);
	out->kinds = count_kinds(f);
	out->event = v->event;
	out->gone = !v->data;
	out->conflict = out->kinds > 1 && (pf->merge == PACK_FIELD || pf->merge == PACK_STATE || pf->merge == PACK_TOWN_FIELD);
	e = put_stored(f, pf, v, &out->text);
	if (!e && pf->merge == PACK_FACT && out->kinds > 1)
		e = show_facts(pk, f, pf, &out->label);
	else if (!e)
		put_words(pk, pf, buf_str(&out->text), &out->label);
	if (!unmask && pf->class >= 2) {
		row_mask(&out->text, row_is_choice(pf));
		row_mask(&out->label, row_is_choice(pf));
	}
	return e ? e : out->text.err ? out->text.err : out->label.err;
}

void row_shown_clear(struct row_shown *s)
{
	buf_clear(&s->text);
	buf_clear(&s->label);
	*s = (struct row_shown){ 0 };
}
