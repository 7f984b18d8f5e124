/* Puts that wait, so that they can be made in the order of their keys. */
#include "config.h"
#include "sync/ledger/store.h"

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

void store_settle(struct store_txn *t)
{
	size_t count = t->later_list.len / sizeof(struct waiting);
	struct waiting *list = (void *)t->later_list.data;

	t->later_tables = 0;
	for (size_t i = 0; i < count; i++)
		list[i].at.bytes = t->later.data + list[i].at.offset;
	if (count)
		qsort(list, count, sizeof *list, by_key);
	for (size_t i = 0; i < count && !t->err; i++) {
		const char *bytes = list[i].at.bytes + sizeof(struct head);
		struct head h = head_of(list[i].at.bytes);
		struct store_key key = store_key();

		store_key_put(&key, bytes, h.key_len);
		store_put(t, h.table, &key, bytes + h.key_len, h.len);
	}
	buf_reset(&t->later);
	buf_reset(&t->later_list);
}
