#include "config.h"
#include "sync/ledger/listing.h"

#include "forms/base/i18n.h"
#include "sync/ledger/reader.h"

#include <stdlib.h>
#include <string.h>

/* A line: where the row is, and the first bytes it is sorted by. Rows are read when they are shown. */
struct line { uint64_t prefix; uint8_t tail[BLOCK_KEY_TAIL]; uint8_t sort_len; uint32_t sort; };

struct listing {
	struct profile *p;
	struct listing_query q;
	char *where, *sort;
	struct row_id parent; uint32_t parent_field;
	const struct pack *pack; uint32_t reg; uint16_t word;
	struct line *lines; uint32_t count, cap;
	struct buf sorts;                                 /* sort keys of the lines */
	bool own_sort;                                    /* blocks hold this order's keys */
	bool descending, workflow;
	enum err err;
};

static bool has_workflow(const struct pack *pack, uint32_t reg)
{
	for (uint32_t i = 0; i < pack->step_count; i++)
		if (pack->steps[i].reg == reg)
			return true;
	return false;
}

static char *copy(const char *s)
{
	return s ? strdup(s) : NULL;
}

/* --- choosing rows --- */

/* The first eight bytes as a number: most comparisons end there. */
static uint64_t prefix_of(const uint8_t *sort, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < 8; i++)
		n = n << 8 | (i < len ? sort[i] : 0);
	return n;
}

static bool add_line(struct listing *l, const uint8_t *tail, const uint8_t *sort, size_t sort_len)
{
	if (l->count == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 256;
		struct line *more = realloc(l->lines, cap * sizeof *more);

		if (!more)
			return !(l->err = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM)));
		l->lines = more;
		l->cap = cap;
	}
	memcpy(l->lines[l->count].tail, tail, BLOCK_KEY_TAIL);
	l->lines[l->count].prefix = prefix_of(sort, sort_len);
	l->lines[l->count].sort = (uint32_t)l->sorts.len;
	l->lines[l->count++].sort_len = (uint8_t)sort_len;
	buf_put(&l->sorts, sort, sort_len);
	return !(l->err = l->sorts.err);
}

static bool shown(const struct listing *l, unsigned flags)
{
	return !(flags & ROW_EMPTY) && (l->q.retracted || l->workflow || !(flags & ROW_RETRACTED));
}

static bool take_item(void *user, const struct block_item *item)
{
	struct listing *l = user;

	return !shown(l, item->flags) || (l->q.open && item->flags & BLOCK_DONE) || add_line(l, item->key_tail, item->sort, item->sort_len);
}

/* A row that must be looked at: a filter, or an order that the blocks do not hold. */
static void take_row(struct listing *l, const struct row *r)
{
	struct buf sort = { 0 };
	bool keep = shown(l, r->flags);

	if (keep && l->where)
		l->err = row_test(l->p, r, l->where, &keep);
	if (!l->err && keep) {
		block_sort_row(r, l->pack, &l->pack->registers[l->reg], l->sort, &sort);
		if (sort.len > BLOCK_SORT_MAX)
			buf_cut(&sort, BLOCK_SORT_MAX);
		add_line(l, r->key.bytes + 2, (const uint8_t *)sort.data, sort.len);
	}
	buf_clear(&sort);
}

static enum err look_at_rows(struct listing *l)
{
	struct store_key prefix = store_key(), key;
	struct store_cursor at;
	struct store_txn t;
	struct context c;
	struct buf data = { 0 };

	reader_begin(l->p, &t, &c);
	store_key_u16(&prefix, l->word);
	store_seek(&t, STORE_ROW, &prefix, &at);
	while (!l->err && store_next(&at, &key, &data)) {
		struct row_key rk = rowcode_from_store(&key);
		struct row r;

		if ((l->err = rowcode_get(c.words, &t, &rk, data.data, data.len, &r)))
			break;
		take_row(l, &r);
		row_clear(&r);
	}
	store_seek_end(&at);
	if (!l->err)
		l->err = t.err;
	store_abort(&t);
	buf_clear(&data);
	return l->err;
}

/* Of what is open the blocks tell the keys; only those rows are looked at. */
static bool note_open(void *user, const struct block_item *item)
{
	struct listing *l = user;

	return (item->flags & BLOCK_DONE) || !shown(l, item->flags) || add_line(l, item->key_tail, NULL, 0);
}

static enum err look_at_open(struct listing *l)
{
	struct listing found = *l;
	struct store_txn t;
	struct context c;
	enum err e;

	found.lines = NULL;
	found.count = found.cap = 0;
	found.sorts = (struct buf){ 0 };
	reader_begin(l->p, &t, &c);
	e = block_each(&t, l->word, note_open, &found);
	for (uint32_t i = 0; !e && !found.err && !l->err && i < found.count; i++) {
		struct row_key key = block_row_key(l->word, &(struct block_item){ .key_tail = found.lines[i].tail });
		struct row r;

		if (!(e = reader_row(&c, &key, &r))) {
			take_row(l, &r);
			row_clear(&r);
		}
	}
	store_abort(&t);
	free(found.lines);
	buf_clear(&found.sorts);
	return e ? e : found.err ? found.err : l->err;
}

static enum err read_blocks(struct listing *l)
{
	struct store_txn t;
	struct context c;
	enum err e;

	reader_begin(l->p, &t, &c);
	e = block_each(&t, l->word, take_item, l);
	store_abort(&t);
	return e ? e : l->err;
}

static bool take_child(void *user, const struct row *r)
{
	struct listing *l = user;

	take_row(l, r);
	return !l->err;
}

static bool is_child(const struct listing *l, const struct row *r)
{
	const struct row_field *f = row_field(r, l->parent_field);
	struct row_id ids[64];

	for (uint32_t k = 0; f && k < f->count; k++) {
		uint32_t n = rowindex_links(f->open[k].data, f->open[k].len, ids, 64);

		for (uint32_t i = 0; i < n; i++)
			if (!memcmp(&ids[i], &l->parent, sizeof l->parent))
				return true;
	}
	return false;
}

static bool take_child_of_field(void *user, const struct row *r)
{
	struct listing *l = user;

	return !is_child(l, r) || take_child(user, r);
}

/* --- order --- */

static _Thread_local const struct listing *sorting;

/* By key; the row's place in the store breaks ties, so an order is always the same. */
static int by_sort(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	size_t len = x->sort_len < y->sort_len ? x->sort_len : y->sort_len;
	int c = (x->prefix > y->prefix) - (x->prefix < y->prefix);

	if (!c && len > 8)
		c = memcmp(sorting->sorts.data + x->sort, sorting->sorts.data + y->sort, len);
	if (!c)
		c = (x->sort_len > y->sort_len) - (x->sort_len < y->sort_len);
	if (sorting->descending)
		c = -c;
	return c ? c : memcmp(x->tail, y->tail, BLOCK_KEY_TAIL);
}

/* A register that nobody wrote to has no word yet. */
static void find_word(struct listing *l)
{
	struct store_txn t;
	struct context c;

	reader_begin(l->p, &t, &c);
	l->word = words_find(c.words, &t, l->pack->registers[l->reg].id);
	store_abort(&t);
}

enum err listing_refresh(struct listing *l)
{
	enum err e;

	l->count = 0;
	l->err = ERR_OK;
	buf_reset(&l->sorts);
	find_word(l);
	if (!l->word)
		return ERR_OK;
	if (l->q.parent)
		e = row_children(l->p, &l->parent, l->pack->registers[l->reg].id, l->parent_field ? take_child_of_field : take_child, l);
	else
		e = !l->where && l->own_sort ? read_blocks(l) : l->q.open ? look_at_open(l) : look_at_rows(l);
	if (e || l->err)
		return e ? e : l->err;
	sorting = l;
	if (l->count)
		qsort(l->lines, l->count, sizeof *l->lines, by_sort);
	sorting = NULL;
	return ERR_OK;
}

/* --- opening --- */

static enum err find_parent_field(struct listing *l, const char *id)
{
	const struct pack_register *pr = &l->pack->registers[l->reg];
	uint32_t at = id ? pack_find_field(pr, id) : PACK_NONE;

	if (!id)
		return ERR_OK;
	if (at == PACK_NONE)
		return err_set(ERR_FORMAT, _("登记簿 %s 没有栏目 %s"), pr->id, id);
	l->parent_field = pr->fields[at].n;
	return ERR_OK;
}

enum err listing_open(struct profile *p, const struct listing_query *q, struct listing **out)
{
	struct listing *l = calloc(1, sizeof *l);
	const char *own;
	enum err e;

	*out = NULL;
	if (!l)
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	l->p = p;
	l->q = *q;
	if ((e = reader_register(p, q->reg, &l->pack, &l->reg)))
		goto fail;
	own = l->pack->registers[l->reg].sort;
	l->sort = copy(q->sort ? q->sort : own);
	l->where = copy(q->where && *q->where ? q->where : NULL);
	l->own_sort = !q->sort || (own && !strcmp(q->sort + (*q->sort == '-'), own + (*own == '-'))) || (!own && !*q->sort);
	l->descending = l->sort && *l->sort == '-';
	l->workflow = has_workflow(l->pack, l->reg);
	if (q->parent) {
		l->parent = *q->parent;
		if ((e = find_parent_field(l, q->parent_field)))
			goto fail;
	}
	if ((e = listing_refresh(l)))
		goto fail;
	*out = l;
	return ERR_OK;
fail:
	listing_close(l);
	return e;
}

void listing_close(struct listing *l)
{
	if (!l)
		return;
	free(l->where);
	free(l->sort);
	free(l->lines);
	buf_clear(&l->sorts);
	free(l);
}

uint32_t listing_count(const struct listing *l)
{
	return l->count;
}

enum err listing_key(const struct listing *l, uint32_t at, struct row_key *out)
{
	if (at >= l->count)
		return err_set(ERR_NOTFOUND, _("列表没有这一行"));
	*out = block_row_key(l->word, &(struct block_item){ .key_tail = l->lines[at].tail });
	return ERR_OK;
}

enum err listing_row(struct listing *l, uint32_t at, struct row *out)
{
	struct row_key key;
	enum err e = listing_key(l, at, &key);

	memset(out, 0, sizeof *out);
	return e ? e : row_read_key(l->p, &key, out);
}

uint32_t listing_place(const struct listing *l, const struct row_key *key)
{
	for (uint32_t i = 0; i < l->count; i++)
		if (!memcmp(l->lines[i].tail, key->bytes + 2, BLOCK_KEY_TAIL))
			return i;
	return UINT32_MAX;
}
