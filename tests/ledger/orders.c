#include "config.h"
#include "tests/ledger/orders.h"

#include "forms/base/wire.h"
#include "sync/bundle/segment.h"

#include <stdlib.h>

enum { PIECES = 2048, PIECE_EVENTS = 24, BATCH_PIECES = 40, LOGS = 64, EVENTS_AT_ONCE = 16384 };

struct pieces { struct buf bytes[PIECES]; uint32_t count; };
struct logs { struct event_log_id id[LOGS]; uint64_t highest[LOGS]; uint32_t count; };

static const uint8_t nobody[KEYS_WRITER];                  /* seals it: every piece names its author */
static uint64_t dice_state;

static uint32_t dice(uint32_t n)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (uint32_t)(dice_state >> 33) % n;
}

/* --- cutting and shuffling --- */

static enum err add_log(void *user, const struct log_head *h)
{
	struct logs *all = user;

	assert_true(all->count < LOGS);
	all->id[all->count] = h->id;
	all->highest[all->count++] = h->highest;
	return ERR_OK;
}

static void add_piece(struct pieces *all, const struct log_segment *seg)
{
	assert_true(all->count < PIECES);
	segment_put(seg, nobody, &all->bytes[all->count++]);
}

static void cut_log(struct pieces *all, const struct event_log_id *id, uint64_t highest)
{
	struct buf bytes = { 0 };
	struct log_segment seg;
	struct store_txn t;

	profile_begin(summer_author(id), &t);
	for (uint64_t first = 1; first <= highest; first += seg.count) {
		buf_reset(&bytes);
		assert_ok(log_export(&t, id, first, NULL, 1 + dice(PIECE_EVENTS), 1 << 20, &bytes, &seg));
		seg.events = (const uint8_t *)bytes.data;
		add_piece(all, &seg);
		if (!dice(8))
			add_piece(all, &seg);                           /* twice changes nothing */
	}
	store_abort(&t);
	buf_clear(&bytes);
}

static void shuffle(struct pieces *all)
{
	for (uint32_t i = all->count - 1; i; i--) {
		uint32_t k = dice(i + 1);
		struct buf swap = all->bytes[i];

		all->bytes[i] = all->bytes[k];
		all->bytes[k] = swap;
	}
}

static void put_batches(struct pieces *all, struct buf *out)
{
	for (uint32_t i = 0; i < all->count; ) {
		uint32_t end = i + 1 + dice(BATCH_PIECES), len = 0;

		end = end < all->count ? end : all->count;
		for (uint32_t k = i; k < end; k++)
			len += (uint32_t)all->bytes[k].len;
		buf_be32(out, len);
		for (; i < end; i++)
			buf_put(out, all->bytes[i].data, all->bytes[i].len);
	}
}

void orders_cut(uint64_t seed, struct buf *out)
{
	struct pieces *all = calloc(1, sizeof *all);
	struct logs logs = { .count = 0 };
	struct store_txn t;

	assert_non_null(all);
	dice_state = (seed + 1) * 0x9e3779b97f4a7c15u;
	profile_begin(summer_town.office, &t);
	assert_ok(log_heads(&t, add_log, &logs));
	store_abort(&t);
	for (uint32_t i = 0; i < logs.count; i++)
		cut_log(all, &logs.id[i], logs.highest[i]);
	shuffle(all);
	put_batches(all, out);
	assert_ok(out->err);
	for (uint32_t i = 0; i < all->count; i++)
		buf_clear(&all->bytes[i]);
	free(all);
}

/* --- merging --- */

struct batch { struct log_segment seg[2 * BATCH_PIECES]; struct log_step *first[2 * BATCH_PIECES]; uint32_t count, steps; };

static void read_batch(struct wire *w, struct batch *b, struct log_step *steps)
{
	b->count = b->steps = 0;
	while (wire_left(w)) {
		struct log_segment *seg = &b->seg[b->count];

		assert_true(b->count < 2 * BATCH_PIECES);
		assert_ok(segment_read(w, nobody, seg));
		assert_true(b->steps + seg->count <= EVENTS_AT_ONCE);
		b->first[b->count++] = steps + b->steps;
		assert_ok(log_segment_read(seg, steps + b->steps));
		b->steps += seg->count;
	}
}

static enum err import(struct log_batch *batch, void *user)
{
	const struct batch *b = user;
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < b->count; i++) {
		struct log_result r;

		e = log_import(batch, &b->seg[i], b->first[i], &r);
	}
	return e;
}

struct profile *orders_merge(const char *name, bool office, const struct buf *roots, const struct buf *order, bool pack_late)
{
	struct wire w = wire_init(order->data, order->len);
	struct log_step *steps = calloc(EVENTS_AT_ONCE, sizeof *steps);
	struct batch *b = calloc(1, sizeof *b);
	struct profile *p;
	bool kept = !pack_late;

	assert_true(steps && b);
	assert_ok(world_open(name, office, 50, &p));
	assert_ok(profile_roots_add(p, roots->data, roots->len));
	if (kept)
		township_keep_pack(p);
	while (wire_left(&w)) {
		uint32_t len = wire_u32(&w);
		struct wire one = wire_init(wire_bytes(&w, len), len);

		if (!kept && wire_left(&w) < order->len / 2) {
			township_keep_pack(p);
			kept = true;
		}
		read_batch(&one, b, steps);
		assert_ok(log_write(p, import, b));
	}
	assert_ok(wire_end(&w));
	free(steps);
	free(b);
	return p;
}
