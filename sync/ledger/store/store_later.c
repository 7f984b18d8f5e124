/* Puts that wait, so that they can be made in the order of their keys. */
#include "config.h"
#include "sync/ledger/store/store_runs.h"

#include <stdlib.h>
#include <string.h>

enum { LATER_BYTES = 4 << 20 };         /* so much may wait */

/* `rank`: the table and the first bytes of the key, which most often decide. `bytes`: a struct head, the key, the value. */
struct waiting { uint64_t rank; union { size_t offset; const char *bytes; } at; };
struct head { uint32_t len; uint8_t table, key_len; };

static uint64_t rank(enum store_table table, const struct store_key *key)
{
	uint64_t n = table;

	for (unsigned i = 0; i < 7; i++)
		n = n << 8 | (i < key->len ? key->bytes[i] : 0);
	return n;
}

static struct head head_of(const char *bytes)
{
	struct head h;

	memcpy(&h, bytes, sizeof h);
	return h;
}

/* Of two values of one key the later one comes last, and stays. */
static int by_key(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;
	int c, n, m;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	n = head_of(x->at.bytes).key_len;
	m = head_of(y->at.bytes).key_len;
	if ((c = memcmp(x->at.bytes + sizeof(struct head), y->at.bytes + sizeof(struct head), (size_t)(n < m ? n : m))) || (c = n - m))
		return c;
	return x->at.bytes < y->at.bytes ? -1 : x->at.bytes > y->at.bytes;
}

void store_put_later(struct store_txn *t, enum store_table table, const struct store_key *key, const void *data, size_t len)
{
	struct waiting one = { .rank = rank(table, key), .at.offset = t->later.len };
	struct head h = { .len = (uint32_t)len, .table = (uint8_t)table, .key_len = key->len };

	buf_put(&t->later, &h, sizeof h);
	buf_put(&t->later, key->bytes, key->len);
	buf_put(&t->later, data, len);
	buf_put(&t->later_list, &one, sizeof one);
	if (!t->err)
		t->err = t->later.err ? t->later.err : t->later_list.err;
	t->later_tables |= 1u << table;
	if (t->later.len + t->later_list.len > LATER_BYTES)
		store_settle(t);
}

bool store_later_get(struct store_txn *t, enum store_table table, const struct store_key *key, struct buf *out)
{
	const struct waiting *list = (const void *)t->later_list.data;
	uint64_t wanted = rank(table, key);

	for (size_t i = t->later_list.len / sizeof *list; i-- > 0; ) {
		const char *bytes = t->later.data + list[i].at.offset;
		struct head h;

		if (list[i].rank != wanted)
			continue;
		h = head_of(bytes);
		if (h.key_len != key->len || memcmp(bytes + sizeof h, key->bytes, key->len))
			continue;
		buf_put(out, bytes + sizeof h + h.key_len, h.len);
		return true;
	}
	return false;
}

static void put_one(struct store_txn *t, const char *bytes)
{
	struct head h = head_of(bytes);
	struct store_key key = store_key();

	store_key_put(&key, bytes + sizeof h, h.key_len);
	store_put(t, h.table, &key, bytes + sizeof h + h.key_len, h.len);
}

static bool fits_run(const char *bytes)
{
	struct head h = head_of(bytes);

	return h.table == STORE_REF && h.key_len == RUN_KEY && h.len <= RUN_DATA_MAX;
}

static bool same_key(const char *x, const char *y)
{
	return !memcmp(x + sizeof(struct head), y + sizeof(struct head), RUN_KEY);
}

/* Of two rows of one key the later one. */
static void put_run(struct store_txn *t, const struct waiting *list, size_t count)
{
	run_row *rows = malloc(count * sizeof *rows);
	struct buf packed = { 0 };
	size_t n = 0, at = 0;

	for (size_t i = 0; i < count; i++) {
		const char *bytes = list[i].at.bytes;
		struct head h = head_of(bytes);

		if (i + 1 < count && same_key(bytes, list[i + 1].at.bytes))
			continue;
		buf_put(&packed, bytes + sizeof h, RUN_KEY);
		buf_putc(&packed, (int)h.len);
		buf_put(&packed, bytes + sizeof h + RUN_KEY, h.len);
		n++;
	}
	if (!t->err)
		t->err = rows ? packed.err : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	for (size_t i = 0; i < n && !t->err; i++) {
		rows[i] = (run_row)packed.data + at;
		at += RUN_KEY + 1 + (size_t)rows[i][RUN_KEY];
	}
	if (!t->err)
		store_runs_put(t, rows, n);
	buf_clear(&packed);
	free(rows);
}

void store_settle(struct store_txn *t)
{
	size_t count = t->later_list.len / sizeof(struct waiting);
	struct waiting *list = (void *)t->later_list.data;

	t->later_tables = 0;
	for (size_t i = 0; i < count; i++)
		list[i].at.bytes = t->later.data + list[i].at.offset;
	if (count)
		qsort(list, count, sizeof *list, by_key);
	for (size_t i = 0, n; i < count && !t->err; i += n) {
		for (n = 0; i + n < count && fits_run(list[i + n].at.bytes); )
			n++;
		if (n >= RUN_LEAST)
			put_run(t, list + i, n);
		for (size_t k = 0; n < RUN_LEAST && k < n; k++)
			put_one(t, list[i + k].at.bytes);
		if (!n)
			put_one(t, list[i + n++].at.bytes);
	}
	buf_reset(&t->later);
	buf_reset(&t->later_list);
}
