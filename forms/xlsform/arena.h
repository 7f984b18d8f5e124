/* arena.h - memory that is given piece by piece and freed all at once.
 *
 * Things are zeroed and aligned; strings end with NUL. The first failure sticks (ERR_NOMEM, ERR_LIMIT over `max`, with
 * detail): later calls give NULL, so a builder looks once, at the end. A zeroed struct with `max` and `what` set is ready.
 */
#ifndef FORMS_XLSFORM_ARENA_H
#define FORMS_XLSFORM_ARENA_H

#include "forms/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;
	size_t next;                   /* bytes of the next chunk: doubles, so that many small arenas stay small */
	size_t bytes, max;             /* taken from the heap, grown arrays included; the limit, 0 for none */
	enum err err;
};

void *arena_alloc(struct arena *a, size_t n);
const char *arena_string_n(struct arena *a, const char *s, size_t len);       /* NULL for NULL or an empty one */

/* Room for one more element in a heap array whose growth counts against the arena's limit: the array, perhaps moved, with
 * element `count` zeroed; NULL on failure (the old one stays). At most `limit` elements: ERR_LIMIT names them as `what`.
 * The array is the caller's to free(). */
void *arena_grow(struct arena *a, void *array, uint32_t count, uint32_t *cap, uint32_t limit, size_t size, const char *what);

/* Give back the room that arena_grow() took beyond `count` elements: the array, perhaps moved. */
void *arena_fit(struct arena *a, void *array, uint32_t count, uint32_t *cap, size_t size);

/* Keep `e` as the arena's failure when it is the first; returns NULL. */
void *arena_fail(struct arena *a, enum err e);

void arena_clear(struct arena *a);

#endif
