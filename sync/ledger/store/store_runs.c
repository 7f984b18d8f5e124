#include "config.h"
#include "sync/ledger/store/store_runs.h"

#include "forms/base/i18n.h"
#include "forms/base/wire.h"

#include <stdlib.h>
#include <string.h>

/* BLOCK_BYTES: two sealed blocks fill a page of the store. */
enum { BLOCK_BYTES = 1840, RUNS_MAX = 4096, OUTWEIGHED = 3 };

struct run { uint32_t number, count; };
struct runs { struct run *at; size_t count; };         /* the oldest first; a new one has the next number */

/* Rows being merged: where each lies in `bytes`, which do not move any more when there are rows. */
struct rows { run_row *at; size_t count; struct buf bytes; };

bool store_runs_hold(enum store_table table, const struct store_key *key)
{
	return table == STORE_REF && key->len == RUN_KEY;
}

static size_t row_len(run_row row)
{
	return RUN_KEY + 1 + (size_t)row[RUN_KEY];
}

static void stick(struct store_txn *t, enum err e)
{
	if (e && !t->err)
		t->err = e;
}

static enum err damaged(struct store_txn *t)
{
	stick(t, err_set(ERR_CORRUPT, _("库中 %s 表的一行已损坏"), "REF"));
	return ERR_CORRUPT;
}

/* --- which runs there are: a row under a key of one byte --- */

static struct store_key list_key(void)
{
	struct store_key k = store_key();

	store_key_u8(&k, 0);
	return k;
}

/* Behind every hash there is most likely, so that a new run is appended. */
static struct store_key run_key(uint32_t number)
{
	struct store_key k = store_key();

	store_key_u32(&k, UINT32_MAX);
	store_key_u32(&k, number);
	return k;
}

static struct runs read_runs(struct store_txn *t)
{
	struct store_key k = list_key();
	struct runs runs = { 0 };
	struct buf value = { 0 };

	if (!store_get(t, STORE_REF, &k, &value)) {
		struct wire w = wire_init(value.data, value.len);
		size_t n = value.len / 8;

		if (n > RUNS_MAX)
			damaged(t);
		else if (!(runs.at = calloc(n + 1, sizeof *runs.at)))
			stick(t, err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM)));
		else
			for (; runs.count < n; runs.count++) {
				runs.at[runs.count].number = wire_u32(&w);
				runs.at[runs.count].count = wire_u32(&w);
			}
	}
	buf_clear(&value);
	return runs;
}

static void put_runs(struct store_txn *t, const struct runs *runs, size_t count, struct run fresh)
{
	struct store_key k = list_key();
	struct buf value = { 0 };

	for (size_t i = 0; i < count; i++) {
		buf_be32(&value, runs->at[i].number);
		buf_be32(&value, runs->at[i].count);
	}
	buf_be32(&value, fresh.number);
	buf_be32(&value, fresh.count);
	stick(t, value.err);
	store_put(t, STORE_REF, &k, value.data, value.len);
	buf_clear(&value);
}

/* --- a run --- */

/* The row at *at of a block, which moves behind it; NULL at its end, and when the block makes no sense (*bad). */
static run_row next_row(const struct buf *block, size_t *at, bool *bad)
{
	run_row row = (run_row)block->data + *at;
	size_t left = block->len - *at;

	if (!left)
		return NULL;
	*bad = left < RUN_KEY + 1 || left < row_len(row);
	if (*bad)
		return NULL;
	*at += row_len(row);
	return row;
}

static void put_block(struct store_txn *t, uint32_t number, run_row last, const struct buf *block)
{
	struct store_key k = run_key(number);

	store_key_put(&k, last, RUN_KEY);
	stick(t, block->err);
	store_append(t, STORE_REF, &k, block->data, block->len);
}

static void write_run(struct store_txn *t, uint32_t number, const run_row *rows, size_t count)
{
	struct buf block = { 0 };

	for (size_t i = 0; i < count && !t->err; i++) {
		buf_put(&block, rows[i], row_len(rows[i]));
		if (i + 1 < count && block.len + row_len(rows[i + 1]) <= BLOCK_BYTES)
			continue;
		put_block(t, number, rows[i], &block);
		buf_reset(&block);
	}
	buf_clear(&block);
}

static void forget_keys(struct store_txn *t, const struct buf *keys)
{
	for (size_t i = 0; i < keys->len && !t->err; i += sizeof(struct store_key)) {
		struct store_key k;

		memcpy(&k, keys->data + i, sizeof k);
		store_delete(t, STORE_REF, &k);
	}
}

/* All rows of a run, which is no more in the store. */
static void take_run(struct store_txn *t, const struct run *run, struct rows *out)
{
	struct store_key prefix = run_key(run->number), k;
	struct buf block = { 0 }, keys = { 0 };
	struct store_cursor c;
	size_t at = 0;
	bool bad = false;

	store_seek(t, STORE_REF, &prefix, &c);
	while (store_next(&c, &k, &block)) {
		buf_put(&out->bytes, block.data, block.len);
		buf_put(&keys, &k, sizeof k);
	}
	store_seek_end(&c);
	stick(t, out->bytes.err ? out->bytes.err : keys.err);
	if (!t->err && !(out->at = malloc((run->count + 1) * sizeof *out->at)))
		stick(t, err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM)));
	for (run_row row; !t->err && out->count < run->count && (row = next_row(&out->bytes, &at, &bad)); )
		out->at[out->count++] = row;
	if (!t->err && (bad || at < out->bytes.len || out->count != run->count))
		damaged(t);
	forget_keys(t, &keys);
	buf_clear(&block);
	buf_clear(&keys);
}

/* `into` has room for both. */
static void merge(const run_row *a, size_t a_count, const run_row *b, size_t b_count, run_row *into)
{
	while (a_count || b_count) {
		bool first = !b_count || (a_count && memcmp(*a, *b, RUN_KEY) < 0);

		*into++ = first ? *a++ : *b++;
		a_count -= first;
		b_count -= !first;
	}
}

/* --- all of them --- */

/* How many of the oldest stay as they are when `rows` more come, which become what the new run holds: from the first run on that those
 * behind it outweigh all become one, so a row is written anew a few times at most, and there are a few runs of each size. */
static size_t staying(const struct runs *runs, size_t *rows)
{
	size_t all = *rows, n = 0;

	for (size_t i = 0; i < runs->count; i++)
		all += runs->at[i].count;
	while (n < runs->count && (all > RUN_MOST || all - runs->at[n].count < OUTWEIGHED * (size_t)runs->at[n].count))
		all -= runs->at[n++].count;
	*rows = n < runs->count ? all : *rows;
	return n;
}

void store_runs_put(struct store_txn *t, const run_row *rows, size_t count)
{
	struct runs runs = read_runs(t);
	size_t total = count, keep = staying(&runs, &total), have = count, taken = 0;
	uint32_t number = runs.count ? runs.at[runs.count - 1].number + 1 : 1;
	struct rows *old = calloc(runs.count - keep + 1, sizeof *old);
	run_row *all = malloc(2 * total * sizeof *all), *spare = all ? all + total : NULL, *now = all;

	if (!old || !all)
		stick(t, err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM)));
	else if (count)
		memcpy(now, rows, count * sizeof *now);
	for (size_t i = runs.count; i-- > keep && !t->err; taken++) {
		run_row *merged = spare;

		take_run(t, &runs.at[i], &old[taken]);
		if (t->err)
			continue;
		merge(now, have, old[taken].at, old[taken].count, merged);
		have += old[taken].count;
		spare = now;
		now = merged;
	}
	if (!t->err) {
		write_run(t, number, now, have);
		put_runs(t, &runs, keep, (struct run){ number, (uint32_t)have });
	}
	for (size_t i = 0; i < taken; i++) {
		free(old[i].at);
		buf_clear(&old[i].bytes);
	}
	free(old);
	free(all);
	free(runs.at);
}

static enum err get_from(struct store_txn *t, const struct run *run, const struct store_key *key, struct buf *out)
{
	struct store_key prefix = run_key(run->number), from = prefix;
	struct buf block = { 0 };
	struct store_cursor c;
	enum err e = ERR_NOTFOUND;
	size_t at = 0;
	bool bad = false;

	store_key_put(&from, key->bytes, RUN_KEY);
	store_seek_from(t, STORE_REF, &prefix, &from, &c);
	if (store_next(&c, NULL, &block))
		for (run_row row; e == ERR_NOTFOUND && (row = next_row(&block, &at, &bad)); )
			if (!memcmp(row, key->bytes, RUN_KEY)) {
				buf_put(out, row + RUN_KEY + 1, row[RUN_KEY]);
				e = out->err;
			}
	store_seek_end(&c);
	buf_clear(&block);
	return bad ? damaged(t) : t->err ? t->err : e;
}

enum err store_runs_get(struct store_txn *t, const struct store_key *key, struct buf *out)
{
	unsigned waiting = t->later_tables;
	struct runs runs;
	enum err e = ERR_NOTFOUND;

	t->later_tables = 0;                              /* looking into runs is no reason to put what waits */
	runs = read_runs(t);
	for (size_t i = 0; i < runs.count && e == ERR_NOTFOUND; i++)
		e = get_from(t, &runs.at[i], key, out);
	free(runs.at);
	t->later_tables = waiting;
	return t->err ? t->err : e;
}
