#include "config.h"
#include "sync/ledger/fold/fold_own.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

enum {
	ASIDE = 64, ASIDE_FOR = 512,                  /* rows set aside, and for how many */
	OPEN_FOR = 4096                               /* rows for which events stay open at least */
};

enum err fold_new_slot(struct fold *f, struct store_txn *t, uint16_t reg, uint32_t *slot)
{
	if (reg >= f->slot_count) {
		uint32_t *more = realloc(f->slots, (reg + 1u) * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		memset(more + f->slot_count, 0, (reg + 1u - f->slot_count) * sizeof *more);
		f->slots = more;
		f->slot_count = reg + 1u;
	}
	if (!f->slots[reg])
		f->slots[reg] = block_slots(t, reg) + 1;
	*slot = f->slots[reg]++ - 1;
	return ERR_OK;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(((const struct row_key *)a)->bytes, ((const struct row_key *)b)->bytes, ROW_KEY_MAX);
}

static int fresh_by_key(const void *a, const void *b)
{
	return by_key(&((const struct fold_fresh *)a)->key, &((const struct fold_fresh *)b)->key);
}

/* The register as the pack of this row's record says. */
static enum err row_pack(struct fold *f, const struct row *r, const struct pack **pack, const struct pack_register **pr)
{
	enum err e = plans_pack(&f->plans, f->p, r->version, pack);
	uint32_t reg = e ? PACK_NONE : pack_find_register(*pack, r->reg);

	if (!e && reg == PACK_NONE)
		return err_set(ERR_CORRUPT, _("业务包 %s 没有登记簿 %s"), r->version, r->reg);
	*pr = e ? NULL : &(*pack)->registers[reg];
	return e;
}

static enum err put_row(struct fold *f, struct store_txn *t, const struct row *old, const struct row_key *key, const void *data, size_t len)
{
	struct store_key k = rowcode_store_key(key);
	const struct pack_register *pr = NULL;
	const struct pack *pack = NULL;
	struct row now;
	enum err e;

	store_put(t, STORE_ROW, &k, data, len);
	if ((e = rowcode_get(&f->words, t, key, data, len, &now)))
		return e;
	if (!(e = row_pack(f, &now, &pack, &pr)))
		e = rowindex_put(&f->blocks, t, old, &now, rowcode_register(key), pack, pr);
	row_clear(&now);
	return e;
}

/* The rows that follow `key`, as many as a page may hold: out of the store, and into it again. */
struct aside { struct buf data; struct { struct store_key key; size_t at, len; } rows[ASIDE]; uint32_t count; };

static void set_aside(struct store_txn *t, const struct row_key *key, struct aside *a)
{
	struct store_key all = store_key(), from = rowcode_store_key(key);
	struct buf value = { 0 };
	struct store_cursor c;

	a->count = 0;
	buf_reset(&a->data);
	store_seek_from(t, STORE_ROW, &all, &from, &c);
	while (a->count < ASIDE && store_next(&c, &a->rows[a->count].key, &value)) {
		a->rows[a->count].at = a->data.len;
		a->rows[a->count++].len = value.len;
		buf_put(&a->data, value.data, value.len);
	}
	store_seek_end(&c);
	if (a->data.err && !t->err)
		t->err = a->data.err;
	for (uint32_t i = 0; i < a->count; i++)
		store_delete(t, STORE_ROW, &a->rows[i].key);
	buf_clear(&value);
}

static void put_back(struct store_txn *t, const struct aside *a)
{
	for (uint32_t i = 0; i < a->count && !t->err; i++)
		store_put(t, STORE_ROW, &a->rows[i].key, a->data.data + a->rows[i].at, a->rows[i].len);
}

/* Rows of one register with ascending keys. Where many are put before rows of another register, each page that fills would be cut in
 * halves and left so, since a page is left full only when the new row comes last in it. So those behind are set aside meanwhile. */
static enum err put_fresh_of(struct fold *f, struct store_txn *t, uint32_t first, uint32_t end)
{
	struct aside *aside = end - first >= ASIDE_FOR ? calloc(1, sizeof *aside) : NULL;
	enum err e = ERR_OK;

	if (aside)
		set_aside(t, &f->fresh[first].key, aside);
	for (uint32_t i = first; !e && i < end; i++)
		e = put_row(f, t, NULL, &f->fresh[i].key, f->records.data + f->fresh[i].at, f->fresh[i].len);
	if (aside) {
		put_back(t, aside);
		buf_clear(&aside->data);
		free(aside);
	}
	return e;
}

static enum err put_fresh(struct fold *f, struct store_txn *t)
{
	enum err e = f->records.err;

	if (f->fresh_count)
		qsort(f->fresh, f->fresh_count, sizeof *f->fresh, fresh_by_key);
	for (uint32_t i = 0, end = 0; !e && i < f->fresh_count; i = end) {
		while (end < f->fresh_count && rowcode_register(&f->fresh[end].key) == rowcode_register(&f->fresh[i].key))
			end++;
		e = put_fresh_of(f, t, i, end);
	}
	return e;
}

/* A row with no entry that made it (its first event is opaque, or of another register) is nothing yet. */
static bool has_maker(const struct history *h)
{
	for (uint32_t i = 0; i < h->count; i++)
		if (h->entries[i].fresh)
			return true;
	return false;
}

static enum err fold_row(struct fold *f, struct store_txn *t, const struct row_key *key, struct buf *data)
{
	struct context c = fold_context(f, t);
	struct history *h = &f->history;
	struct store_key k = rowcode_store_key(key);
	struct row old = { 0 };
	bool had;
	enum err e;

	c.opened = &f->opened;
	e = history_load(h, &c, key);
	if (e == ERR_NOTFOUND || (!e && !has_maker(h)))
		return ERR_OK;
	if (e || (e = judge_row(h->entries, h->count)))
		return e;
	had = !store_get(t, STORE_ROW, &k, data);
	if (had && (e = rowcode_get(&f->words, t, key, data->data, data->len, &old)))
		return e;
	h->head.slot = old.slot;
	if (!had)
		e = fold_new_slot(f, t, rowcode_register(key), &h->head.slot);
	buf_reset(data);
	if (!e && !(e = rowcode_put(&f->words, t, &h->head, h->entries, h->count, data)))
		e = put_row(f, t, had ? &old : NULL, key, data->data, data->len);
	row_clear(&old);
	return e;
}

static enum err put_dirty(struct fold *f, struct store_txn *t)
{
	struct buf data = { 0 };
	uint32_t since = 0;
	enum err e = ERR_OK;

	if (f->dirty_count)
		qsort(f->dirty, f->dirty_count, sizeof *f->dirty, by_key);
	for (uint32_t i = 0; !e && i < f->dirty_count; i++) {
		if (i && !by_key(&f->dirty[i - 1], &f->dirty[i]))
			continue;
		/* Rows lie in the order of the events that made them: those of the rows before are not needed any more, as a rule. */
		if (f->opened.full && i - since >= OPEN_FOR) {
			opened_forget(&f->opened);
			since = i;
		}
		e = fold_row(f, t, &f->dirty[i], &data);
	}
	opened_forget(&f->opened);
	buf_clear(&data);
	return e;
}

enum err fold_put_rows(struct fold *f, struct store_txn *t)
{
	enum err e = put_fresh(f, t);

	return e ? e : put_dirty(f, t);
}
