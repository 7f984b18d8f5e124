#include "config.h"
#include "forms/base/room.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LARGE_PAGE = 2 << 20, HEAP_KEEPS = 4 << 20 };

/* Half a large page more than whole ones is not given another: it would most likely stay empty. */
static size_t on_large_pages(size_t len)
{
	return (len + LARGE_PAGE / 2) / LARGE_PAGE * LARGE_PAGE;
}

/* By itself the allocator comes to give large memory out of its heap, whose pages are small, once some was given back. For others that
 * is as it should be, below what the store clears when it opens: that costs nothing in memory that is fresh. */
static int apart(size_t len, void **p)
{
	int e;

#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, LARGE_PAGE / 2);
#endif
	e = posix_memalign(p, LARGE_PAGE, len);
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, LARGE_PAGE);
	mallopt(M_TRIM_THRESHOLD, HEAP_KEEPS);
#endif
	return e;
}

static void *on_pages(size_t len)
{
	size_t large = on_large_pages(len);
	void *p = NULL;

	if (apart(len > large ? len : large, &p))
		return NULL;
#ifdef MADV_HUGEPAGE
	int kept = errno;

	madvise(p, large, MADV_HUGEPAGE);
	errno = kept;
#endif
	return p;
}

void *room_grow(void *old, size_t used, size_t len)
{
	void *p;

	if (!on_large_pages(len) || len > SIZE_MAX / 2)
		return realloc(old, len);
	if ((p = on_pages(len)) && used)
		memcpy(p, old, used);
	if (p)
		free(old);
	return p;
}
