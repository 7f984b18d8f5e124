/* full_card.c - a card that is full while the file named by FULL_CARD exists, after as many writes as it says (none when it is empty):
 * put before the C library by LD_PRELOAD, it refuses every byte that would grow or change a file. What a person meets when a
 * telephone's memory has run out. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* What the card still takes; asked anew when another sign stands there. */
static long room(const char *sign)
{
	FILE *f = fopen(sign, "re");
	long n = 0;

	if (f && fscanf(f, "%ld", &n) != 1)
		n = 0;
	if (f)
		fclose(f);
	return n;
}

static int full(int fd)
{
	static struct stat seen;
	static long left;
	const char *sign = getenv("FULL_CARD");
	struct stat st, now;

	if (!sign || stat(sign, &now) || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return 0;
	if (now.st_ino != seen.st_ino || now.st_mtim.tv_sec != seen.st_mtim.tv_sec || now.st_mtim.tv_nsec != seen.st_mtim.tv_nsec) {
		seen = now;
		left = room(sign);
	}
	if (left-- > 0)
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
