#include "config.h"
#include "sync/ledger/store/scratch.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 65536 };

struct scratch_block {
	struct scratch_block *next;
	size_t used, size;
	max_align_t at[];
};

static struct scratch_block *new_block(size_t len)
{
	size_t size = len > BLOCK ? len : BLOCK;
	struct scratch_block *b = malloc(sizeof *b + size);

	if (b) {
		b->next = NULL;
		b->used = 0;
		b->size = size;
	}
	return b;
}

/* The current block, a later one that was kept, or a new one behind it. */
static struct scratch_block *room(struct scratch *s, size_t len)
{
	struct scratch_block *b = s->now;

	while (b && b->size - b->used < len) {
		if (!b->next)
			break;
		b = b->next;
		b->used = 0;
	}
	if (!b || b->size - b->used < len) {
		struct scratch_block *fresh = new_block(len);

		if (!fresh)
			return NULL;
		if (b)
			b->next = fresh;
		else
			s->first = fresh;
		b = fresh;
	}
	return s->now = b;
}

void *scratch_take(struct scratch *s, size_t len)
{
	size_t whole = (len + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	struct scratch_block *b = whole < len ? NULL : room(s, whole);
	void *at;

	if (!b) {
		s->failed = true;
		return NULL;
	}
	at = (char *)b->at + b->used;
	b->used += whole;
	return memset(at, 0, len);
}

void *scratch_copy(struct scratch *s, const void *data, size_t len)
{
	void *at = scratch_take(s, len ? len : 1);

	if (at && len)
		memcpy(at, data, len);
	return at;
}

const char *scratch_text(struct scratch *s, const char *text, size_t len)
{
	char *at = scratch_take(s, len + 1);

	if (at && len)
		memcpy(at, text, len);
	return at;
}

void scratch_reset(struct scratch *s)
{
	s->now = s->first;
	s->failed = false;
	if (s->now)
		s->now->used = 0;
}

void scratch_free(struct scratch *s)
{
	for (struct scratch_block *b = s->first, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	*s = (struct scratch){ 0 };
}
