/* full_card.c - a card that is full while the file named by FULL_CARD exists: put before the C library by LD_PRELOAD, it
 * refuses every byte that would grow or change a file. What a person meets when a telephone's memory has run out. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int full(int fd)
{
	const char *sign = getenv("FULL_CARD");
	struct stat st;

	if (!sign || access(sign, F_OK) || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return 0;
	errno = ENOSPC;
	return 1;
}

#define REFUSING(type, name, params, args) \
	type name params \
	{ \
		static type (*real) params; \
		if (full(fd)) \
			return -1; \
		if (!real) \
			*(void **)&real = dlsym(RTLD_NEXT, #name); \
		return real args; \
	}

REFUSING(ssize_t, pwrite, (int fd, const void *data, size_t len, off_t at), (fd, data, len, at))
REFUSING(ssize_t, pwrite64, (int fd, const void *data, size_t len, off64_t at), (fd, data, len, at))
REFUSING(ssize_t, pwritev, (int fd, const struct iovec *v, int n, off_t at), (fd, v, n, at))
REFUSING(ssize_t, pwritev64, (int fd, const struct iovec *v, int n, off64_t at), (fd, v, n, at))
REFUSING(ssize_t, write, (int fd, const void *data, size_t len), (fd, data, len))
REFUSING(int, ftruncate, (int fd, off_t len), (fd, len))
REFUSING(int, ftruncate64, (int fd, off64_t len), (fd, len))
