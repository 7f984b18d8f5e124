/* room.h - memory for what is large.
 *
 * The system gives memory page by page, when each is first touched, and each touch costs: on a machine that is itself a guest of another
 * as much as hashing three pages. What is large is laid on large pages, where the system has them. Only speed depends on it.
 */
#ifndef FORMS_BASE_ROOM_H
#define FORMS_BASE_ROOM_H

#include <stddef.h>

/* As realloc() to `len` bytes of memory of which `used` bytes count; free() frees it. NULL: there is no more, and the old stays. */
void *room_grow(void *old, size_t used, size_t len);

#endif
