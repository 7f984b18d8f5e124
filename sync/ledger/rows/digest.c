#include "config.h"
#include "sync/ledger/rows/digest.h"

#include "forms/base/cbor.h"
#include "sync/keys/hash.h"
#include "sync/ledger/rows/reader.h"

#include <stdlib.h>
#include <string.h>

/* What is hashed may be larger than any buffer: it goes into the hash piece by piece. Arrays name their length first, so
 * rows that will be left out are known before: ids are gathered and sorted, then the rows are read in that order. */

struct named { uint8_t id[EVENT_REF + 1]; struct row_key key; };
struct gather { struct named *at; size_t count, cap; };

static int by_id(const void *a, const void *b)
{
	return memcmp(((const struct named *)a)->id, ((const struct named *)b)->id, EVENT_REF + 1);
}

static int by_word(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum err add_row(struct gather *g, const struct row *r)
{
	if (g->count == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 1024;
		struct named *more = realloc(g->at, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		g->at = more;
		g->cap = cap;
	}
	memcpy(g->at[g->count].id, r->id.ref, EVENT_REF);
	g->at[g->count].id[EVENT_REF] = r->id.index;
	g->at[g->count++].key = r->key;
	return ERR_OK;
}

static enum err gather_rows(const struct context *c, uint16_t reg, struct gather *g)
{
	struct store_key prefix = store_key(), key;
	struct store_cursor at;
	struct buf data = { 0 };
	enum err e = ERR_OK;

	g->count = 0;
	store_key_u16(&prefix, reg);
	store_seek(c->t, STORE_ROW, &prefix, &at);
	while (!e && store_next(&at, &key, &data)) {
		struct row_key rk = rowcode_from_store(&key);
		struct row r;

		if ((e = rowcode_get(c->words, c->t, &rk, data.data, data.len, &r)))
			break;
		if (!(r.flags & ROW_EMPTY))
			e = add_row(g, &r);
		row_clear(&r);
	}
	store_seek_end(&at);
	buf_clear(&data);
	if (g->count)
		qsort(g->at, g->count, sizeof *g->at, by_id);
	return e ? e : c->t->err;
}

/* --- one row --- */

static int value_order(const struct row *r, const struct row_value *a, const struct row_value *b)
{
	int c = memcmp(r->events[a->event].ref, r->events[b->event].ref, EVENT_REF);
	size_t len = a->len < b->len ? a->len : b->len;

	if (c || !a->data || !b->data)
		return c ? c : (a->data != NULL) - (b->data != NULL);
	if ((c = memcmp(a->data, b->data, len)))
		return c;
	return a->len < b->len ? -1 : a->len > b->len;
}

static void put_field(const struct row *r, const struct row_field *f, struct buf *out)
{
	const struct row_value *last = NULL;

	cbor_put_array(out, 2);
	cbor_put_unsigned(out, f->n);
	cbor_put_array(out, f->count);
	/* Few values: pick the next one in order each time. */
	for (uint32_t i = 0; i < f->count; i++) {
		const struct row_value *next = NULL;

		for (uint32_t k = 0; k < f->count; k++) {
			const struct row_value *v = &f->open[k];

			if (last && (value_order(r, v, last) < 0 || (value_order(r, v, last) == 0 && v <= last)))
				continue;
			if (!next || value_order(r, v, next) < 0)
				next = v;
		}
		if (!next)
			break;
		cbor_put_array(out, next->data ? 2 : 1);
		cbor_put_bytes(out, r->events[next->event].ref, EVENT_REF);
		if (next->data)
			buf_put(out, next->data, next->len);
		last = next;
	}
}

static enum err hash_row(struct keys_hash *h, const struct context *c, const struct row_key *key, struct buf *scratch)
{
	struct row r;
	enum err e = reader_row(c, key, &r);

	if (e)
		return e;
	buf_reset(scratch);
	cbor_put_array(scratch, 2);
	cbor_put_array(scratch, 2);
	cbor_put_bytes(scratch, r.id.ref, EVENT_REF);
	cbor_put_unsigned(scratch, r.id.index);
	cbor_put_array(scratch, r.field_count);
	for (uint32_t i = 0; i < r.field_count; i++)
		put_field(&r, &r.fields[i], scratch);
	keys_hash_add(h, scratch->data, scratch->len);
	row_clear(&r);
	return scratch->err;
}

static enum err hash_register(struct keys_hash *h, const struct context *c, const char *id, const struct gather *g, struct buf *scratch)
{
	enum err e = ERR_OK;

	buf_reset(scratch);
	cbor_put_array(scratch, 2);
	cbor_put_text(scratch, id);
	cbor_put_array(scratch, g->count);
	keys_hash_add(h, scratch->data, scratch->len);
	for (size_t i = 0; !e && i < g->count; i++)
		e = hash_row(h, c, &g->at[i].key, scratch);
	return e;
}

/* --- all registers --- */

/* Words that name registers with a row: those that begin a key of table ROW. */
static uint32_t find_registers(const struct context *c, const char **out, uint32_t max)
{
	uint32_t count = 0;

	words_text(c->words, c->t, UINT16_MAX);
	for (uint32_t n = 1; n <= c->words->count && count < max; n++) {
		struct store_key prefix = store_key(), key;
		struct store_cursor at;

		store_key_u16(&prefix, (uint16_t)n);
		store_seek(c->t, STORE_ROW, &prefix, &at);
		if (store_next(&at, &key, NULL))
			out[count++] = words_text(c->words, c->t, (uint16_t)n);
		store_seek_end(&at);
	}
	if (count)
		qsort(out, count, sizeof *out, by_word);
	return count;
}

enum { REGISTERS_MAX = 1024 };

static enum err hash_all(const struct context *c, struct gather *all, const char *const *names, uint32_t count, uint8_t out[DIGEST_BYTES])
{
	struct buf scratch = { 0 };
	struct keys_hash h;
	uint32_t filled = 0;
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < count && !e; i++) {
		e = gather_rows(c, words_find(c->words, c->t, names[i]), &all[i]);
		filled += all[i].count != 0;
	}
	keys_hash_start(&h, NULL);
	cbor_put_array(&scratch, 2);
	cbor_put_unsigned(&scratch, FOLD_VERSION);
	cbor_put_array(&scratch, filled);
	keys_hash_add(&h, scratch.data, scratch.len);
	for (uint32_t i = 0; i < count && !e; i++)
		if (all[i].count)
			e = hash_register(&h, c, names[i], &all[i], &scratch);
	keys_hash_end(&h, out);
	buf_clear(&scratch);
	return e;
}

enum err digest_state(struct profile *p, uint8_t out[DIGEST_BYTES])
{
	const char **names = calloc(REGISTERS_MAX, sizeof *names);
	struct gather *all = calloc(REGISTERS_MAX, sizeof *all);
	struct store_txn t;
	struct context c;
	enum err e = names && all ? ERR_OK : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));

	if (!e) {
		reader_begin(p, &t, &c);
		e = hash_all(&c, all, names, find_registers(&c, names, REGISTERS_MAX), out);
		store_abort(&t);
	}
	for (uint32_t i = 0; all && i < REGISTERS_MAX; i++)
		free(all[i].at);
	free(all);
	free(names);
	return e;
}
