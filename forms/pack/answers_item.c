#include "config.h"
#include "forms/pack/answers_item.h"

#include "forms/base/i18n.h"
#include "forms/pack/answers_scalar.h"

#include <inttypes.h>
#include <string.h>

enum { WORD_BITS = 64 };

static enum err bad(const struct form_question *q)
{
	return err_set(ERR_FORMAT, _("记录里 %s 的值不是这个问题的答案"), q->name);
}

/* ---- choices: by their place in the list ---- */

/* Place of the choice named by `len` bytes at `name`; FORM_NONE when the list has none. */
static uint32_t place_of(const struct form *f, const struct form_question *q, const char *name, size_t len)
{
	const struct form_list *list = q->list == FORM_NONE ? NULL : &f->lists[q->list];

	for (uint32_t i = 0; list && i < list->count; i++) {
		const char *have = f->choices[list->first + i].name;

		if (!strncmp(have, name, len) && !have[len])
			return i;
	}
	return FORM_NONE;
}

static const char *name_at(const struct form *f, const struct form_question *q, uint64_t place)
{
	return q->list != FORM_NONE && place < f->lists[q->list].count ? f->choices[f->lists[q->list].first + place].name : NULL;
}

static void put_select_one(const struct form *f, const struct form_question *q, const char *text, struct buf *out)
{
	uint32_t place = place_of(f, q, text, strlen(text));

	if (place == FORM_NONE)
		cbor_put_text(out, text);
	else
		cbor_put_unsigned(out, place);
}

static void put_rank(const struct form *f, const struct form_question *q, const char *text, struct buf *out)
{
	size_t start = out->len, n = 1;

	for (const char *s = text; *s; s++)
		n += *s == ' ';
	cbor_put_array(out, n);
	for (const char *s = text; ; s++) {
		size_t len = strcspn(s, " ");
		uint32_t place = place_of(f, q, s, len);

		if (place == FORM_NONE) {
			buf_cut(out, start);
			cbor_put_text(out, text);
			return;
		}
		cbor_put_unsigned(out, place);
		if (!*(s += len))
			return;
	}
}

/* A set of bits: bit i of byte i / 8 from the lowest up stands for choice i. */
static void put_select_multiple(const struct form *f, const struct form_question *q, const char *text, struct buf *out)
{
	uint32_t count = q->list == FORM_NONE ? 0 : f->lists[q->list].count;
	struct buf bits = { 0 };
	uint8_t *bit = buf_more(&bits, count / 8 + 1);
	size_t len = count / 8 + 1;

	if (!bit) {
		out->err = bits.err;
		return;
	}
	memset(bit, 0, len);
	for (const char *s = text; *s; ) {
		size_t n = strcspn(s, " ");
		uint32_t place = place_of(f, q, s, n);

		if (n && place == FORM_NONE) {
			cbor_put_text(out, text);
			buf_clear(&bits);
			return;
		}
		if (n)
			bit[place / 8] |= (uint8_t)(1u << place % 8);
		s += n + (s[n] == ' ');
	}
	while (len && !bit[len - 1])
		len--;
	if (count > WORD_BITS) {
		cbor_put_bytes(out, bit, len);
	} else {
		uint64_t word = 0;

		for (size_t i = len; i-- > 0; )
			word = word << 8 | bit[i];
		cbor_put_unsigned(out, word);
	}
	buf_clear(&bits);
}

static void add_word(struct buf *out, const char *name, bool first)
{
	if (!first)
		buf_putc(out, ' ');
	buf_puts(out, name);
}

/* The names of the chosen places; false when the item is no set of this list's choices. */
static bool select_multiple_text(const struct form *f, const struct form_question *q, struct cbor *c, struct buf *out)
{
	uint32_t count = q->list == FORM_NONE ? 0 : f->lists[q->list].count, given = 0;
	uint8_t word[WORD_BITS / 8];
	const uint8_t *bits = word;
	size_t len = sizeof word;

	if (count > WORD_BITS) {
		if (!(bits = cbor_bytes(c, &len)) || (len && !bits[len - 1]))
			return false;
	} else {
		uint64_t n = cbor_unsigned(c);

		for (size_t i = 0; i < sizeof word; i++)
			word[i] = (uint8_t)(n >> (8 * i));
	}
	for (size_t i = 0; i < len * 8 && !c->err; i++) {
		if (!(bits[i / 8] >> i % 8 & 1))
			continue;
		if (i >= count)
			return false;
		add_word(out, name_at(f, q, i), !given++);
	}
	return !c->err;
}

/* ---- by type ---- */

void item_put(const struct pack *p, const struct form *f, const struct form_question *q, const char *text, struct buf *out)
{
	if (!*text) {
		cbor_put_null(out);
		return;
	}
	switch (q->type) {
	case FORM_SELECT_ONE: put_select_one(f, q, text, out); break;
	case FORM_SELECT_MULTIPLE: put_select_multiple(f, q, text, out); break;
	case FORM_RANK: put_rank(f, q, text, out); break;
	case FORM_INTEGER: scalar_put_integer(text, out); break;
	case FORM_DECIMAL: case FORM_RANGE: scalar_put_decimal(text, out); break;
	case FORM_DATE: case FORM_TODAY: scalar_put_date(text, out); break;
	case FORM_TIME: scalar_put_time(text, p->utc_offset, out); break;
	case FORM_DATETIME: case FORM_START: case FORM_END: scalar_put_datetime(text, p->utc_offset, out); break;
	case FORM_GEOPOINT: case FORM_START_GEOPOINT: scalar_put_position(text, out); break;
	case FORM_ROW: scalar_put_row(text, out); break;
	case FORM_ROWS: scalar_put_rows(text, out); break;
	default: cbor_put_text(out, text);
	}
}

static enum err copy_text(struct cbor *c, struct buf *out)
{
	size_t len;
	const char *text = cbor_text(c, 0, &len);

	if (c->err)
		return err_set(c->err, _("记录里的文字过长或不是 UTF-8"));
	buf_put(out, text, len);
	return out->err;
}

static enum err select_one_text(const struct form *f, const struct form_question *q, struct cbor *c, struct buf *out)
{
	uint64_t place = cbor_unsigned(c);
	const char *name = c->err ? NULL : name_at(f, q, place);

	if (!name)
		return bad(q);
	buf_puts(out, name);
	return out->err;
}

static enum err rank_text(const struct form *f, const struct form_question *q, struct cbor *c, struct buf *out)
{
	size_t n = cbor_array(c, CBOR_ARRAY_MAX);

	for (size_t i = 0; i < n && !c->err; i++) {
		const char *name = name_at(f, q, cbor_unsigned(c));

		if (!name)
			return bad(q);
		add_word(out, name, !i);
	}
	return c->err ? bad(q) : out->err;
}

static enum err rows_text(struct cbor *c, struct buf *out)
{
	size_t n = cbor_array(c, CBOR_ARRAY_MAX);
	enum err e = c->err;

	for (size_t i = 0; i < n && !e; i++) {
		if (i)
			buf_putc(out, ' ');
		e = scalar_row_text(c, out);
	}
	return e;
}

static enum err any_text(const struct form *f, const struct form_question *q, struct cbor *c, struct buf *out)
{
	switch (q->type) {
	case FORM_SELECT_ONE: return select_one_text(f, q, c, out);
	case FORM_SELECT_MULTIPLE: return select_multiple_text(f, q, c, out) ? out->err : bad(q);
	case FORM_RANK: return rank_text(f, q, c, out);
	case FORM_INTEGER: buf_printf(out, "%" PRId64, cbor_integer(c)); return c->err ? bad(q) : out->err;
	case FORM_DECIMAL: case FORM_RANGE: return scalar_decimal_text(c, out);
	case FORM_DATE: case FORM_TODAY: return scalar_date_text(c, out);
	case FORM_TIME: return scalar_time_text(c, out);
	case FORM_DATETIME: case FORM_START: case FORM_END: return scalar_datetime_text(c, out);
	case FORM_GEOPOINT: case FORM_START_GEOPOINT: return scalar_position_text(c, out);
	case FORM_ROW: return scalar_row_text(c, out);
	case FORM_ROWS: return rows_text(c, out);
	default: return bad(q);
	}
}

enum err item_text(const struct form *f, const struct form_question *q, struct cbor item, struct buf *out)
{
	size_t start = out->len;
	enum err e;

	if (cbor_null(&item))
		return cbor_end(&item);
	e = cbor_peek(&item) == CBOR_TEXT ? copy_text(&item, out) : any_text(f, q, &item, out);
	if (!e && (e = cbor_end(&item)))
		e = bad(q);
	if (e)
		buf_cut(out, start);
	return e;
}

/* The names of the chosen ones: a text, or an array of texts. */
static enum err digest_choices(const struct form *f, const struct form_question *q, struct cbor item, struct buf *out)
{
	struct buf text = { 0 };
	size_t n = 1;
	enum err e = item_text(f, q, item, &text);

	if (!e && text.len) {
		for (const char *s = text.data; *s; s++)
			n += *s == ' ';
		cbor_put_array(out, n);
		for (char *s = text.data, *end; s; s = end) {
			if ((end = strchr(s, ' ')))
				*end++ = '\0';
			cbor_put_text(out, s);
		}
	}
	buf_clear(&text);
	return e;
}

static enum err digest_choice(const struct form *f, const struct form_question *q, struct cbor item, struct buf *out)
{
	uint64_t place = cbor_unsigned(&item);
	const char *name = cbor_end(&item) ? NULL : name_at(f, q, place);

	if (!name)
		return bad(q);
	if (*name)
		cbor_put_text(out, name);
	return ERR_OK;
}

/* What is no choice stands in the digest as it does in the record. An empty text, or no rows, is no answer. */
static enum err digest_as_it_is(const struct form_question *q, struct cbor item, struct buf *out)
{
	struct cbor end = item;
	bool text = cbor_peek(&item) == CBOR_TEXT;
	size_t len;

	if (text && !cbor_text(&end, 0, &len))
		return err_set(end.err, _("记录里的文字过长或不是 UTF-8"));
	if ((!text && !scalar_sound(q->type, &end)) || cbor_end(&end))
		return bad(q);
	if (text ? len : q->type != FORM_ROWS || *item.at != 0x80)
		buf_put(out, item.at, (size_t)(end.at - item.at));
	return ERR_OK;
}

enum err item_digest(const struct form *f, const struct form_question *q, struct cbor item, struct buf *out)
{
	size_t start = out->len;
	enum err e;

	if (cbor_null(&item))
		return cbor_end(&item);
	if (cbor_peek(&item) == CBOR_TEXT || !form_is_select(q->type))
		e = digest_as_it_is(q, item, out);
	else if (q->type == FORM_SELECT_ONE)
		e = digest_choice(f, q, item, out);
	else
		e = digest_choices(f, q, item, out);
	if (!e && (e = out->err))
		buf_cut(out, start);
	return e;
}
