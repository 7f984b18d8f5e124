#include "config.h"
#include "sync/ledger/rows/block.h"

#include "sync/ledger/rows/find.h"
#include "sync/ledger/rows/rowcode.h"

#include "forms/base/cbor.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/base/wire.h"
#include "forms/pack/answers.h"

#include <stdlib.h>
#include <string.h>

/* A block: for each slot varint length, then flags 1, key tail 15, sort key (length 1), choices, text (varint lengths), initials.
 * Choices: for each varint number of the field, varint length, name. */

struct store_key block_key(uint16_t reg, uint32_t block)
{
	struct store_key k = store_key();

	store_key_u16(&k, reg);
	store_key_u32(&k, block);
	return k;
}

struct row_key block_row_key(uint16_t reg, const struct block_item *item)
{
	struct row_key k = { .len = 2 + BLOCK_KEY_TAIL };

	k.bytes[0] = (uint8_t)(reg >> 8);
	k.bytes[1] = (uint8_t)reg;
	memcpy(k.bytes + 2, item->key_tail, BLOCK_KEY_TAIL);
	return k;
}

/* --- sort keys --- */

static void put_signed(struct buf *out, int64_t n)
{
	buf_be64(out, (uint64_t)n ^ (UINT64_C(1) << 63));
}

static uint32_t code_place(const struct pack *pack, const struct pack_field *f, const char *name, size_t len)
{
	uint32_t i = 0;

	if (f->danger_order) {
		while (f->danger_order[i] && (strlen(f->danger_order[i]) != len || memcmp(f->danger_order[i], name, len)))
			i++;
		return i;
	}
	if (f->codes == PACK_NONE)
		return 0;
	for (; i < pack->codes[f->codes].count; i++)
		if (strlen(pack->codes[f->codes].at[i].name) == len && !memcmp(pack->codes[f->codes].at[i].name, name, len))
			break;
	return i;
}

/* mantissa and exponent as one number of billionths, held within int64: only for order. */
static int64_t decimal_order(struct cbor *c)
{
	int64_t m, e;

	if (cbor_array(c, 2) != 2)
		return 0;
	m = cbor_integer(c);
	e = cbor_integer(c) + 9;
	for (; e > 0 && m < INT64_MAX / 10 && m > INT64_MIN / 10; e--)
		m *= 10;
	for (; e < 0 && m; e++)
		m /= 10;
	return m;
}

static void sort_text(const char *s, size_t len, struct buf *out)
{
	struct buf initials = { 0 }, text = { 0 };

	buf_put(&text, s, len < 64 ? len : 64);
	find_initials(buf_str(&text), &initials);
	buf_put(out, initials.data, initials.len < 8 ? initials.len : 8);
	buf_putc(out, 0);
	buf_put(out, text.data, text.len);
	buf_clear(&initials);
	buf_clear(&text);
}

void block_sort_value(const struct pack *pack, const struct pack_field *f, const uint8_t *data, size_t len, struct buf *out)
{
	struct cbor c = cbor_init(data, len);
	enum cbor_type type = cbor_peek(&c);
	size_t n = 0;
	const char *s;

	if (!data)
		return;
	if (type == CBOR_ARRAY && f->type == PACK_DECIMAL) {
		put_signed(out, decimal_order(&c));
	} else if (type == CBOR_ARRAY && f->type == PACK_DATETIME) {
		cbor_array(&c, CBOR_ARRAY_MAX);
		put_signed(out, cbor_integer(&c));
	} else if (type == CBOR_UNSIGNED || type == CBOR_NEGATIVE) {
		put_signed(out, cbor_integer(&c));
	} else if (type == CBOR_TEXT && (s = cbor_text(&c, 0, &n))) {
		if (f->type == PACK_CODE)
			buf_be32(out, code_place(pack, f, s, n));
		else
			sort_text(s, n, out);
	}
}

void block_sort_row(const struct row *r, const struct pack *pack, const struct pack_register *pr, const char *sort, struct buf *out)
{
	const char *name = sort ? sort + (*sort == '-') : "";
	uint32_t at = pack_find_field(pr, name);
	const struct row_field *f = at == PACK_NONE ? NULL : row_field(r, pr->fields[at].n);

	if (at == PACK_NONE)
		put_signed(out, r->event_count ? r->events[0].wall : 0);
	else if (f && pr->fields[at].merge == PACK_STATE) {
		const struct row_value *worst = row_worst(f, &pr->fields[at]);

		block_sort_value(pack, &pr->fields[at], worst->data, worst->len, out);
	} else if (f)
		block_sort_value(pack, &pr->fields[at], f->open[f->count - 1].data, f->open[f->count - 1].len, out);
}

/* --- items --- */

/* The number people read, so that only the whole of it is found: 7 is not 0070, nor 007 of a name. */
void block_number(uint32_t number, struct buf *out)
{
	uint32_t unit = 1;

	buf_putc(out, BLOCK_NUMBER_END);
	while (number / unit >= 10)
		unit *= 10;
	for (; unit; unit /= 10)
		buf_putc(out, ('0' + (int)(number / unit % 10)) & 0x1f);
	buf_putc(out, BLOCK_NUMBER_END);
	buf_putc(out, '\n');
}

static void put_found(const struct row *r, const struct pack_register *pr, struct buf *text, struct buf *initials)
{
	for (uint32_t i = 0; i < pr->field_count; i++) {
		const struct row_field *f = pr->fields[i].search ? row_field(r, pr->fields[i].n) : NULL;

		for (uint32_t k = 0; f && k < f->count; k++) {
			struct cbor c = cbor_init(f->open[k].data, f->open[k].len);
			struct buf one = { 0 };
			size_t len = 0;
			const char *s = f->open[k].data && cbor_peek(&c) == CBOR_TEXT ? cbor_text(&c, 0, &len) : NULL;

			if (!s)
				continue;
			buf_put(&one, s, len);
			find_fold(buf_str(&one), text);
			buf_putc(text, '\n');
			find_initials(buf_str(&one), initials);
			buf_putc(initials, '\n');
			buf_clear(&one);
		}
	}
	if (r->number)
		block_number(r->number, text);
}

/* What lists mask is not told by a search either. */
static bool shows_choice(const struct pack_field *pf)
{
	return pf->list && !pf->derive && pf->class < 2 && row_is_choice(pf);
}

static void put_names(uint32_t field, const char *at, struct buf *out)
{
	for (size_t len; *at; at += len + (at[len] == ' ')) {
		len = strcspn(at, " ");
		if (out->len + len + 8 > BLOCK_CHOICES_MAX)
			return;
		buf_varint(out, field);
		buf_varint(out, len);
		buf_put(out, at, len);
	}
}

static void put_choices(const struct row *r, const struct pack_register *pr, struct buf *out)
{
	struct buf names = { 0 };

	for (uint32_t i = 0; i < pr->field_count; i++) {
		const struct row_field *f = shows_choice(&pr->fields[i]) ? row_field(r, pr->fields[i].n) : NULL;

		for (uint32_t k = 0; f && k < f->count; k++) {
			buf_reset(&names);
			if (f->open[k].data && !answers_value_text(&pr->fields[i], f->open[k].data, f->open[k].len, &names))
				put_names(pr->fields[i].n, buf_str(&names), out);
		}
	}
	if (!out->err)
		out->err = names.err;
	buf_clear(&names);
}

bool block_choice(struct wire *w, struct block_choice *out)
{
	if (!wire_left(w))
		return false;
	out->field = (uint32_t)wire_varint(w);
	out->len = (size_t)wire_varint(w);
	out->name = (const char *)wire_bytes(w, out->len);
	return !w->err;
}

/* The stage people are shown is an end: what is open can then be listed without reading all there ever was. */
static bool is_done(const struct row *r, const struct pack *pack, const struct pack_register *pr)
{
	uint32_t stage = pr ? pack_find_field(pr, "stage") : PACK_NONE;
	const struct row_field *f = stage == PACK_NONE ? NULL : row_field(r, pr->fields[stage].n);
	struct cbor c;
	const char *text;
	size_t len = 0;
	char value[64];

	if (!f || !row_worst(f, &pr->fields[stage])->data)
		return false;
	c = cbor_init(row_worst(f, &pr->fields[stage])->data, row_worst(f, &pr->fields[stage])->len);
	text = cbor_peek(&c) == CBOR_TEXT ? cbor_text(&c, 0, &len) : NULL;
	if (!text || len >= sizeof value)
		return false;
	memcpy(value, text, len);
	value[len] = '\0';
	return pack_is_end(pack, (uint32_t)(pr - pack->registers), stage, value);
}

static void put_item(struct block_changes *c, const struct row *r, const struct pack *pack, const struct pack_register *pr)
{
	struct buf *sort = &c->sort, *choices = &c->choices, *text = &c->text, *initials = &c->initials;

	buf_reset(sort);
	buf_reset(choices);
	buf_reset(text);
	buf_reset(initials);
	block_sort_row(r, pack, pr, pr->sort, sort);
	put_choices(r, pr, choices);
	put_found(r, pr, text, initials);
	buf_cut(sort, BLOCK_SORT_MAX);
	buf_cut(text, BLOCK_TEXT_MAX);
	buf_cut(initials, BLOCK_TEXT_MAX);
	buf_putc(&c->bytes, (int)(r->flags | (is_done(r, pack, pr) ? BLOCK_DONE : 0)));
	buf_put(&c->bytes, r->key.bytes + 2, BLOCK_KEY_TAIL);
	buf_putc(&c->bytes, (int)sort->len);
	buf_put(&c->bytes, sort->data, sort->len);
	buf_varint(&c->bytes, choices->len);
	buf_put(&c->bytes, choices->data, choices->len);
	buf_varint(&c->bytes, text->len);
	buf_put(&c->bytes, text->data, text->len);
	buf_put(&c->bytes, initials->data, initials->len);
	if (!c->bytes.err)
		c->bytes.err = sort->err ? sort->err : choices->err ? choices->err : text->err ? text->err : initials->err;
}

enum err block_note(struct block_changes *c, const struct row *r, uint16_t reg, const struct pack *pack, const struct pack_register *pr)
{
	size_t at = c->bytes.len;

	if (c->count == c->cap) {
		uint32_t cap = c->cap ? c->cap * 2 : 64;
		struct block_change *more = realloc(c->at, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		c->at = more;
		c->cap = cap;
	}
	if (!(r->flags & ROW_EMPTY))
		put_item(c, r, pack, pr);
	c->at[c->count++] = (struct block_change){ .reg = reg, .slot = r->slot, .at = at, .len = c->bytes.len - at };
	return c->bytes.err;
}

void block_drop(struct block_changes *c)
{
	buf_reset(&c->bytes);
	c->count = 0;
}

void block_free(struct block_changes *c)
{
	buf_clear(&c->bytes);
	buf_clear(&c->sort);
	buf_clear(&c->choices);
	buf_clear(&c->text);
	buf_clear(&c->initials);
	free(c->at);
	*c = (struct block_changes){ 0 };
}

/* By register and slot; of two changes of one row the later one, whose bytes lie further on, last. */
static int by_slot(const void *a, const void *b)
{
	const struct block_change *x = a, *y = b;

	if (x->reg != y->reg)
		return x->reg < y->reg ? -1 : 1;
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* The old block with the changes [first, last) put in. */
static void merge_block(const struct block_changes *c, uint32_t first, uint32_t last, const struct buf *old, struct buf *out)
{
	struct wire w = wire_init(old->data, old->len);
	uint32_t end = c->at[last - 1].slot % BLOCK_ROWS + 1, i = first;

	for (uint32_t slot = 0; slot < BLOCK_ROWS && (slot < end || wire_left(&w)); slot++) {
		uint64_t len = wire_left(&w) ? wire_varint(&w) : 0;
		const void *bytes = wire_bytes(&w, len);

		for (; i < last && c->at[i].slot % BLOCK_ROWS == slot; i++) {
			bytes = c->bytes.data + c->at[i].at;
			len = c->at[i].len;
		}
		buf_varint(out, len);
		buf_put(out, bytes, len);
	}
}

enum err block_flush(struct block_changes *c, struct store_txn *t)
{
	struct buf old = { 0 }, fresh = { 0 };

	if (c->count)
		qsort(c->at, c->count, sizeof *c->at, by_slot);
	for (uint32_t i = 0, k; i < c->count; i = k) {
		uint32_t block = c->at[i].slot / BLOCK_ROWS;
		struct store_key key = block_key(c->at[i].reg, block);

		for (k = i; k < c->count && c->at[k].reg == c->at[i].reg && c->at[k].slot / BLOCK_ROWS == block; k++)
			;
		buf_reset(&fresh);
		if (store_get(t, STORE_FIND, &key, &old))
			buf_reset(&old);
		merge_block(c, i, k, &old, &fresh);
		if (fresh.err)
			return fresh.err;
		store_put(t, STORE_FIND, &key, fresh.data, fresh.len);
	}
	block_drop(c);
	buf_clear(&old);
	buf_clear(&fresh);
	return t->err;
}

/* --- slots --- */

static struct store_key slots_key(uint16_t reg)
{
	struct store_key k = store_key();

	store_key_u8(&k, 'n');
	store_key_u16(&k, reg);
	return k;
}

uint32_t block_slots(struct store_txn *t, uint16_t reg)
{
	struct store_key k = slots_key(reg);
	struct buf n = { 0 };
	uint32_t slots = 0;

	if (!store_get(t, STORE_INDEX, &k, &n)) {
		struct wire w = wire_init(n.data, n.len);

		slots = wire_u32(&w);
	}
	buf_clear(&n);
	return slots;
}

void block_set_slots(struct store_txn *t, uint16_t reg, uint32_t slots)
{
	struct store_key k = slots_key(reg);
	struct buf n = { 0 };

	buf_be32(&n, slots);
	store_put(t, STORE_INDEX, &k, n.data, n.len);
	buf_clear(&n);
}

/* --- reading --- */

static bool read_item(const uint8_t *data, size_t len, uint32_t slot, struct block_item *out)
{
	struct wire w = wire_init(data, len);
	uint64_t choices, text;

	out->slot = slot;
	out->flags = wire_u8(&w);
	out->key_tail = wire_bytes(&w, BLOCK_KEY_TAIL);
	out->sort_len = wire_u8(&w);
	out->sort = wire_bytes(&w, out->sort_len);
	choices = wire_varint(&w);
	out->choices = wire_bytes(&w, choices);
	out->choices_len = (uint32_t)choices;
	text = wire_varint(&w);
	out->text = (const char *)wire_bytes(&w, text);
	out->text_len = (uint32_t)text;
	out->initials_len = (uint32_t)wire_left(&w);
	out->initials = (const char *)wire_bytes(&w, out->initials_len);
	return !wire_end(&w) && out->sort_len <= BLOCK_SORT_MAX;
}

enum err block_items(const void *data, size_t len, uint32_t block, bool (*each)(void *user, const struct block_item *item), void *user)
{
	struct wire w = wire_init(data, len);
	struct block_item item;

	for (uint32_t slot = block * BLOCK_ROWS; wire_left(&w) && !w.err; slot++) {
		uint64_t n = wire_varint(&w);
		const uint8_t *bytes = wire_bytes(&w, n);

		if (!bytes || !n)
			continue;
		if (!read_item(bytes, n, slot, &item))
			return err_set(ERR_CORRUPT, _("台账索引读不出来, 请重建台账"));
		if (!each(user, &item))
			return ERR_OK;
	}
	return w.err ? err_set(ERR_CORRUPT, _("台账索引读不出来, 请重建台账")) : ERR_OK;
}

struct stopper { bool (*each)(void *user, const struct block_item *item); void *user; bool stopped; };

static bool pass_on(void *user, const struct block_item *item)
{
	struct stopper *s = user;

	s->stopped = !s->each(s->user, item);
	return !s->stopped;
}

enum err block_each(struct store_txn *t, uint16_t reg, bool (*each)(void *user, const struct block_item *item), void *user)
{
	struct stopper s = { .each = each, .user = user };
	struct store_key prefix = store_key(), key;
	struct store_cursor at;
	struct buf data = { 0 };
	enum err e = ERR_OK;

	store_key_u16(&prefix, reg);
	store_seek(t, STORE_FIND, &prefix, &at);
	while (!e && !s.stopped && store_next(&at, &key, &data)) {
		struct wire w = wire_init(key.bytes + 2, 4);

		e = block_items(data.data, data.len, wire_u32(&w), pass_on, &s);
	}
	store_seek_end(&at);
	buf_clear(&data);
	return e ? e : t->err;
}
