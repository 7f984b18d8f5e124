#include "config.h"
#include "sync/ledger/rows/rowindex.h"

#include "forms/base/cbor.h"
#include "forms/base/clock.h"
#include "sync/ledger/rows/rowcode.h"

#include <string.h>

enum { LINKS_MAX = 512, CHILD_KEY = 13 + 2 + 2 + 4 + 2 + BLOCK_KEY_TAIL };

uint32_t rowindex_links(const uint8_t *value, size_t len, struct row_id *out, uint32_t max)
{
	struct cbor c = cbor_init(value, len), look = c;
	uint32_t n = 1, found = 0;

	if (!value || cbor_peek(&c) != CBOR_ARRAY)
		return 0;
	cbor_array(&look, CBOR_ARRAY_MAX);
	if (cbor_peek(&look) == CBOR_ARRAY)
		n = (uint32_t)cbor_array(&c, CBOR_ARRAY_MAX);
	for (uint32_t i = 0; i < n && found < max && !c.err; i++) {
		const uint8_t *ref;

		cbor_array(&c, 2);
		if (!(ref = cbor_bytes_n(&c, EVENT_REF)))
			break;
		memcpy(out[found].ref, ref, EVENT_REF);
		out[found].index = (uint8_t)cbor_unsigned(&c);
		found += !c.err;
	}
	return found;
}

static bool value_day(const struct pack_field *f, const struct row_value *v, int utc_offset, int32_t *day)
{
	struct cbor c = cbor_init(v->data, v->len);

	if (!v->data)
		return false;
	if (f->type == PACK_DATE && cbor_peek(&c) != CBOR_TEXT) {
		*day = (int32_t)cbor_integer(&c);
		return !c.err;
	}
	if (f->type == PACK_DATETIME && cbor_peek(&c) == CBOR_ARRAY) {
		cbor_array(&c, 2);
		*day = clock_day_of(cbor_integer(&c), utc_offset);
		return !c.err;
	}
	return false;
}

int32_t rowindex_day(const struct row *r, const struct pack *pack, const struct pack_register *pr)
{
	int32_t day;

	for (uint32_t i = 0; i < pr->field_count; i++) {
		const struct row_field *f = NULL;

		if (pr->fields[i].type != PACK_DATE && pr->fields[i].type != PACK_DATETIME)
			continue;
		if ((f = row_field(r, pr->fields[i].n)) && value_day(&pr->fields[i], &f->open[f->count - 1], pack->utc_offset, &day))
			return day;
		break;
	}
	return clock_day_of(r->event_count ? r->events[0].wall : 0, pack->utc_offset);
}

/* --- children --- */

/* Days ascend in the key as unsigned numbers; newest first is walked backwards. */
static struct store_key child_key(const struct row_id *parent, uint16_t reg, uint32_t field, int32_t day, const struct row_key *child)
{
	struct store_key k = store_key();

	store_key_put(&k, parent->ref, EVENT_REF);
	store_key_u8(&k, parent->index);
	store_key_u16(&k, reg);
	store_key_u16(&k, (uint16_t)field);
	store_key_u32(&k, (uint32_t)day ^ UINT32_C(0x80000000));
	store_key_put(&k, child->bytes, child->len);
	return k;
}

static void each_link(const struct row *r, uint16_t reg, const struct pack *pack, const struct pack_register *pr, struct store_txn *t, bool put)
{
	struct row_id ids[LINKS_MAX];
	int32_t day = rowindex_day(r, pack, pr);

	for (uint32_t i = 0; i < pr->field_count; i++) {
		const struct row_field *f = NULL;

		if (pr->fields[i].type == PACK_ROW || pr->fields[i].type == PACK_ROWS)
			f = row_field(r, pr->fields[i].n);
		for (uint32_t k = 0; f && k < f->count; k++) {
			uint32_t n = rowindex_links(f->open[k].data, f->open[k].len, ids, LINKS_MAX);

			for (uint32_t l = 0; l < n; l++) {
				struct store_key key = child_key(&ids[l], reg, pr->fields[i].n, day, &r->key);

				if (put)
					store_put_later(t, STORE_LAST, &key, "", 0);
				else
					store_delete(t, STORE_LAST, &key);
			}
		}
	}
}

/* Did a change of the row move it among children? The day and the open links decide. */
static bool same_links(const struct row *a, const struct row *b, const struct pack *pack, const struct pack_register *pr)
{
	if (rowindex_day(a, pack, pr) != rowindex_day(b, pack, pr))
		return false;
	for (uint32_t i = 0; i < pr->field_count; i++) {
		const struct row_field *x, *y;

		if (pr->fields[i].type != PACK_ROW && pr->fields[i].type != PACK_ROWS)
			continue;
		x = row_field(a, pr->fields[i].n);
		y = row_field(b, pr->fields[i].n);
		if (!x != !y || (x && x->count != y->count))
			return false;
		for (uint32_t k = 0; x && k < x->count; k++)
			if (x->open[k].len != y->open[k].len || (x->open[k].len && memcmp(x->open[k].data, y->open[k].data, x->open[k].len)))
				return false;
	}
	return true;
}

static void put_conflict(struct store_txn *t, const struct row *old, const struct row *r)
{
	unsigned marks = r->flags & (ROW_CONFLICT | ROW_PROPOSED), before = old ? old->flags & (ROW_CONFLICT | ROW_PROPOSED) : 0;
	struct store_key k = rowcode_store_key(&r->key);
	uint8_t value = (uint8_t)marks;

	if (marks && marks != before)
		store_put(t, STORE_CONF, &k, &value, 1);
	else if (!marks && before)
		store_delete(t, STORE_CONF, &k);
}

enum err rowindex_put(struct block_changes *blocks, struct store_txn *t, const struct row *old, const struct row *r, uint16_t reg,
                      const struct pack *pack, const struct pack_register *pr)
{
	put_conflict(t, old, r);
	if (!old || !same_links(old, r, pack, pr)) {
		if (old)
			each_link(old, reg, pack, pr, t, false);
		each_link(r, reg, pack, pr, t, true);
	}
	return block_note(blocks, r, reg, pack, pr);
}

enum err rowindex_children(struct store_txn *t, const struct row_id *parent, uint16_t child, uint32_t field, int32_t first, int32_t last,
                           bool (*each)(void *user, const struct rowindex_child *c), void *user)
{
	struct store_key prefix = store_key(), key;
	struct store_cursor at;
	bool more = true;

	store_key_put(&prefix, parent->ref, EVENT_REF);
	store_key_u8(&prefix, parent->index);
	store_key_u16(&prefix, child);
	if (field)
		store_key_u16(&prefix, (uint16_t)field);
	store_seek_last(t, STORE_LAST, &prefix, &at);
	while (more && store_next(&at, &key, NULL)) {
		struct rowindex_child c = { .key.len = 2 + BLOCK_KEY_TAIL };
		const uint8_t *b = key.bytes + 15;

		if (key.len != CHILD_KEY)
			continue;
		c.field = (uint32_t)b[0] << 8 | b[1];
		c.day = (int32_t)(((uint32_t)b[2] << 24 | (uint32_t)b[3] << 16 | (uint32_t)b[4] << 8 | b[5]) ^ UINT32_C(0x80000000));
		memcpy(c.key.bytes, b + 6, c.key.len);
		if (c.day > last)
			continue;
		if (c.day < first && field)
			break;
		if (c.day >= first)
			more = each(user, &c);
	}
	store_seek_end(&at);
	return t->err;
}
