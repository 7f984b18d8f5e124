#include "config.h"
#include "sync/ledger/rows/lines.h"

#include "forms/base/room.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 24 };

static enum err no_memory(void)
{
	return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

static enum err room_for(struct lines *l, uint32_t cap)
{
	struct line *more = room_grow(l->at, l->count * sizeof *more, cap * sizeof *more);

	if (!more)
		return no_memory();
	l->at = more;
	l->cap = cap;
	return ERR_OK;
}

enum err lines_expect(struct lines *l, uint32_t count)
{
	return count > l->cap ? room_for(l, count) : ERR_OK;
}

enum err lines_add(struct lines *l, const uint8_t tail[BLOCK_KEY_TAIL], const uint8_t *sort, size_t sort_len)
{
	uint8_t whole[BLOCK_SORT_MAX] = { 0 };
	struct line *line;
	enum err e;

	if (l->count == l->cap && (e = room_for(l, l->cap ? l->cap * 2 : 256)))
		return e;
	if (sort_len)
		memcpy(whole, sort, sort_len);
	line = &l->at[l->count++];
	line->prefix = 0;
	for (size_t i = 0; i < LINE_PREFIX; i++)
		line->prefix = line->prefix << 8 | whole[i];
	memcpy(line->tail, tail, BLOCK_KEY_TAIL);
	line->sort_len = (uint8_t)sort_len;
	memcpy(line->rest, whole + LINE_PREFIX, sizeof line->rest);
	free(l->settled);
	l->settled = NULL;
	return ERR_OK;
}

void lines_reset(struct lines *l)
{
	free(l->settled);
	l->settled = NULL;
	l->count = 0;
}

void lines_clear(struct lines *l)
{
	free(l->settled);
	free(l->at);
	*l = (struct lines){ .count = 0 };
}

/* --- order --- */

/* Behind the end of what a row is sorted by lie zeros, so of two that begin alike the shorter comes first, as it should. */
static int compare(const struct lines *l, const struct line *x, const struct line *y)
{
	int c = (x->prefix > y->prefix) - (x->prefix < y->prefix);

	if (!c)
		c = memcmp(x->rest, y->rest, sizeof x->rest);
	if (!c)
		c = (x->sort_len > y->sort_len) - (x->sort_len < y->sort_len);
	if (l->descending)
		c = -c;
	return c ? c : memcmp(x->tail, y->tail, BLOCK_KEY_TAIL);
}

static void swap(struct lines *l, uint32_t a, uint32_t b)
{
	struct line kept = l->at[a];

	l->at[a] = l->at[b];
	l->at[b] = kept;
}

/* Chance, so that no order of arrival is a bad one. */
static uint32_t any_of(struct lines *l, uint32_t low, uint32_t high)
{
	l->chance = l->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return low + (uint32_t)(l->chance >> 33) % (high - low);
}

static uint32_t middle_of(const struct lines *l, uint32_t a, uint32_t b, uint32_t c)
{
	bool ab = compare(l, &l->at[a], &l->at[b]) < 0, bc = compare(l, &l->at[b], &l->at[c]) < 0, ac = compare(l, &l->at[a], &l->at[c]) < 0;

	return ab == bc ? b : ab == ac ? c : a;
}

/* Lesser lines before, greater ones behind the line whose place this finds. */
static uint32_t part(struct lines *l, uint32_t low, uint32_t high)
{
	uint32_t place = low, last = high - 1;

	swap(l, last, middle_of(l, any_of(l, low, high), any_of(l, low, high), any_of(l, low, high)));
	for (uint32_t i = low; i < last; i++)
		if (compare(l, &l->at[i], &l->at[last]) < 0) {
			if (i != place)
				swap(l, i, place);
			place++;
		}
	swap(l, place, last);
	return place;
}

static bool is_settled(const struct lines *l, uint32_t at)
{
	return l->settled[at / 8] >> at % 8 & 1;
}

static void settled(struct lines *l, uint32_t at)
{
	l->settled[at / 8] |= (uint8_t)(1 << at % 8);
}

static void sort_few(struct lines *l, uint32_t low, uint32_t high)
{
	for (uint32_t i = low; i < high; i++) {
		for (uint32_t k = i; k > low && compare(l, &l->at[k], &l->at[k - 1]) < 0; k--)
			swap(l, k, k - 1);
		settled(l, i);
	}
}

/* The stretch around `at` whose lines are together but in no order; whole bytes of the marks are passed at once. */
static void stretch(const struct lines *l, uint32_t at, uint32_t *low, uint32_t *high)
{
	for (*low = at; *low && !is_settled(l, *low - 1); )
		*low -= *low % 8 || l->settled[*low / 8 - 1] ? 1 : 8;
	for (*high = at + 1; *high < l->count && !is_settled(l, *high); )
		*high += *high % 8 || l->settled[*high / 8] || l->count - *high < 8 ? 1 : 8;
}

enum err lines_settle(struct lines *l, uint32_t at)
{
	uint32_t low, high;

	if (!l->settled && !(l->settled = calloc(l->count / 8 + 1, 1)))
		return no_memory();
	if (is_settled(l, at))
		return ERR_OK;
	stretch(l, at, &low, &high);
	while (high - low > FEW) {
		uint32_t place = part(l, low, high);

		settled(l, place);
		if (place == at)
			return ERR_OK;
		if (at < place)
			high = place;
		else
			low = place + 1;
	}
	sort_few(l, low, high);
	return ERR_OK;
}
