#include "config.h"
#include "sync/ledger/rows/listing.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/ledger/rows/lines.h"
#include "sync/ledger/rows/reader.h"

#include <stdlib.h>
#include <string.h>

/* A set of slots. */
struct bits { uint8_t *at; uint32_t bytes; };

struct listing {
	struct profile *p;
	struct listing_query q;
	char *where, *sort;
	struct row_id parent; uint32_t parent_field;
	const struct pack *pack; uint32_t reg; uint16_t word;
	struct lines lines;
	uint32_t blocks, block;                           /* of the register; read so far */
	struct bits here;                                 /* slots of the rows in the list */
	bool own_sort;                                    /* blocks hold this order's keys */
	bool workflow;
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

static bool set_bit(struct bits *b, uint32_t n)
{
	if (n / 8 >= b->bytes) {
		uint32_t bytes = n / 8 + 1 > 2 * b->bytes ? n / 8 + 64 : 2 * b->bytes;
		uint8_t *more = realloc(b->at, bytes);

		if (!more)
			return false;
		memset(more + b->bytes, 0, bytes - b->bytes);
		b->at = more;
		b->bytes = bytes;
	}
	b->at[n / 8] |= (uint8_t)(1 << n % 8);
	return true;
}

bool listing_holds(const struct listing *l, uint32_t slot)
{
	return slot / 8 < l->here.bytes && l->here.at[slot / 8] >> slot % 8 & 1;
}

static bool add_line(struct listing *l, uint32_t slot, const uint8_t *tail, const uint8_t *sort, size_t sort_len)
{
	l->err = set_bit(&l->here, slot) ? lines_add(&l->lines, tail, sort, sort_len) : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	return !l->err;
}

static bool shown(const struct listing *l, unsigned flags)
{
	return !(flags & ROW_EMPTY) && (l->q.retracted || l->workflow || !(flags & ROW_RETRACTED));
}

static bool take_item(void *user, const struct block_item *item)
{
	struct listing *l = user;

	return !shown(l, item->flags) || (l->q.open && item->flags & BLOCK_DONE) || add_line(l, item->slot, item->key_tail, item->sort, item->sort_len);
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
		add_line(l, r->slot, r->key.bytes + 2, (const uint8_t *)sort.data, sort.len);
	}
	buf_clear(&sort);
}

/* Of what may be shown a block tells the keys; only those rows are looked at. */
struct keys { const struct listing *l; struct row_key at[BLOCK_ROWS]; uint32_t count; };

static bool note_key(void *user, const struct block_item *item)
{
	struct keys *k = user;

	if (shown(k->l, item->flags) && !(k->l->q.open && item->flags & BLOCK_DONE) && k->count < BLOCK_ROWS)
		k->at[k->count++] = block_row_key(k->l->word, item);
	return true;
}

static enum err look_at_rows(struct listing *l, const struct context *c, const struct buf *data, uint32_t block)
{
	struct keys keys = { .l = l };
	enum err e = block_items(data->data, data->len, block, note_key, &keys);

	for (uint32_t i = 0; !e && i < keys.count; i++) {
		struct row r;

		if (!(e = reader_row(c, &keys.at[i], &r))) {
			take_row(l, &r);
			row_clear(&r);
			e = l->err;
		}
	}
	return e;
}

/* Blocks in their order, for a list with the last first from the last: what the first page shows most likely comes soon. */
static enum err read_blocks(struct listing *l, int64_t until)
{
	struct store_txn t;
	struct context c;
	struct buf data = { 0 };
	enum err e = ERR_OK;

	reader_begin(l->p, &t, &c);
	if (!l->block) {                        /* by the first slice: counted from the end, a block that came meanwhile would shift the others */
		uint32_t slots = block_slots(&t, l->word);

		l->blocks = (slots + BLOCK_ROWS - 1) / BLOCK_ROWS;
		e = lines_expect(&l->lines, slots);
	}
	while (!e) {
		uint32_t block = l->lines.descending ? l->blocks - 1 - l->block : l->block;
		struct store_key key = block_key(l->word, block);

		if (l->block >= l->blocks)
			break;
		l->block++;
		if ((e = store_get(&t, STORE_FIND, &key, &data)) == ERR_NOTFOUND)
			e = ERR_OK;
		else if (!e && !l->where && l->own_sort)
			e = block_items(data.data, data.len, block, take_item, l);
		else if (!e)
			e = look_at_rows(l, &c, &data, block);
		e = e ? e : l->err;
		if (until && clock_ticks() >= until)
			break;
	}
	e = e ? e : t.err;
	store_abort(&t);
	buf_clear(&data);
	return e;
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

/* A register that nobody wrote to has no word yet. */
static void find_word(struct listing *l)
{
	struct store_txn t;
	struct context c;

	reader_begin(l->p, &t, &c);
	l->word = words_find(c.words, &t, l->pack->registers[l->reg].id);
	store_abort(&t);
}

enum err listing_more(struct listing *l, uint32_t us)
{
	return read_blocks(l, us ? clock_ticks() + (int64_t)us * 1000 : 0);
}

bool listing_reading(const struct listing *l)
{
	return l->block < l->blocks;
}

enum err listing_refresh(struct listing *l)
{
	enum err e;

	l->err = ERR_OK;
	l->block = l->blocks = 0;
	lines_reset(&l->lines);
	if (l->here.bytes)
		memset(l->here.at, 0, l->here.bytes);
	find_word(l);
	if (!l->word)
		return ERR_OK;
	if (!l->q.parent)
		return listing_more(l, l->q.slice_us);
	e = row_children(l->p, &l->parent, l->pack->registers[l->reg].id, l->parent_field ? take_child_of_field : take_child, l);
	return e ? e : l->err;
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
	l->lines.descending = l->sort && *l->sort == '-';
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
	free(l->here.at);
	lines_clear(&l->lines);
	free(l);
}

uint32_t listing_count(const struct listing *l)
{
	return l->lines.count;
}

enum err listing_key(struct listing *l, uint32_t at, struct row_key *out)
{
	enum err e = at < l->lines.count ? lines_settle(&l->lines, at) : err_set(ERR_NOTFOUND, _("列表没有这一行"));

	if (!e)
		*out = block_row_key(l->word, &(struct block_item){ .key_tail = l->lines.at[at].tail });
	return e;
}

enum err listing_row(struct listing *l, uint32_t at, struct row *out)
{
	struct row_key key;
	enum err e = listing_key(l, at, &key);

	memset(out, 0, sizeof *out);
	return e ? e : row_read_key(l->p, &key, out);
}
