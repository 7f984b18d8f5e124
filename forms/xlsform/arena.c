#include "config.h"
#include "forms/xlsform/arena.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_MIN = 4096, CHUNK_MAX = 256 << 10, ALIGN = 16 };

/* Things grow from the front, aligned; strings from the back, where they waste nothing. */
struct arena_chunk {
	struct arena_chunk *next;
	size_t front, back;
	_Alignas(ALIGN) unsigned char data[];
};

void arena_clear(struct arena *a)
{
	struct arena_chunk *next;

	for (struct arena_chunk *c = a->chunks; c; c = next) {
		next = c->next;
		free(c);
	}
	*a = (struct arena){ .max = a->max };
}

void *arena_fail(struct arena *a, enum err e)
{
	if (!a->err)
		a->err = e;
	return NULL;
}

static void *out_of_memory(struct arena *a)
{
	return arena_fail(a, err_set(ERR_NOMEM, _("内存不够, 请关闭别的程序再试")));
}

/* Count `n` more bytes against the limit. */
static bool account(struct arena *a, size_t n)
{
	if (a->err)
		return false;
	if (n > SIZE_MAX / 2 || (a->max && (n > a->max || a->bytes > a->max - n))) {
		arena_fail(a, err_set(ERR_LIMIT, _("内容太多, 超过 %zu MiB"), a->max >> 20));
		return false;
	}
	a->bytes += n;
	return true;
}

/* A chunk with `n` bytes to give: the newest, or one more. */
static struct arena_chunk *chunk_for(struct arena *a, size_t n)
{
	struct arena_chunk *c = a->chunks;
	size_t size = a->next > CHUNK_MIN ? a->next : CHUNK_MIN;

	if (a->err || (c && c->back - c->front >= n))
		return a->err ? NULL : c;
	if (size < n)
		size = n;
	if (!account(a, size))
		return NULL;
	c = malloc(sizeof *c + size);                   /* large and not all of it used: only what is given is cleared */
	if (!c)
		return out_of_memory(a);
	c->front = 0;
	c->back = size;
	c->next = a->chunks;
	a->chunks = c;
	if (size < CHUNK_MAX)
		a->next = size * 2;
	return c;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t padded = n <= SIZE_MAX - ALIGN ? (n + ALIGN - 1) / ALIGN * ALIGN : n;
	struct arena_chunk *c = chunk_for(a, padded);
	void *p;

	if (!c)
		return NULL;
	p = c->data + c->front;
	c->front += padded;
	return memset(p, 0, padded);
}

const char *arena_string_n(struct arena *a, const char *s, size_t len)
{
	struct arena_chunk *c = s && len ? chunk_for(a, len + 1) : NULL;
	char *p;

	if (!c)
		return NULL;
	c->back -= len + 1;
	p = (char *)c->data + c->back;
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

void *arena_grow(struct arena *a, void *array, uint32_t count, uint32_t *cap, uint32_t limit, size_t size, const char *what)
{
	uint32_t more = *cap ? *cap * 2 : 16;

	if (a->err)
		return NULL;
	if (count >= limit)
		return arena_fail(a, err_set(ERR_LIMIT, _("%s太多, 最多 %u"), what, limit));
	if (count == *cap) {
		if (!account(a, (size_t)(more - *cap) * size))
			return NULL;
		array = realloc(array, (size_t)more * size);
		if (!array)
			return out_of_memory(a);
		*cap = more;
	}
	memset((char *)array + (size_t)count * size, 0, size);
	return array;
}

void *arena_fit(struct arena *a, void *array, uint32_t count, uint32_t *cap, size_t size)
{
	void *p = count && count < *cap ? realloc(array, (size_t)count * size) : NULL;

	if (!p)
		return array;
	a->bytes -= (size_t)(*cap - count) * size;
	*cap = count;
	return p;
}
