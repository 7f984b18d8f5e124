#undef _FORTIFY_SOURCE
#define _FORTIFY_SOURCE 0
#include "config.h"
#include "tests/faults/trap.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FDS = 4096, FILES = 4096 };

static char root[512];
static size_t root_len;
static unsigned failing;
static long fail_at, fail_for, calls;
static bool fail_dies, recording;
static int fail_error;

static struct { int file; bool seen, durable; } fds[FDS];
static struct { char *path; int id; } names[FILES];
static int name_count, next_file;
static struct trap_op *ops;
static size_t op_count, op_cap;

static const char *below(const char *path)
{
	size_t n = path ? strlen(path) : 0;

	if (!root_len || n < root_len || strncmp(path, root, root_len) || (path[root_len] && path[root_len] != '/'))
		return NULL;
	if ((n > 8 && !strcmp(path + n - 8, "lock.mdb")) || (n > 6 && !strcmp(path + n - 6, "/write")))
		return NULL;
	return path + root_len;
}

/* Does this call fail? Then errno is set; `half` is set for a write that only comes half way. */
static bool fails(unsigned call, bool *half)
{
	bool hit;

	if (!(failing & call))
		return false;
	calls++;
	hit = fail_at && calls >= fail_at && calls - fail_at < fail_for;
	if (hit && fail_dies)
		_exit(TRAP_DEAD);
	if (hit && !fail_error && call == TRAP_WRITE && half)
		*half = true;
	if (hit)
		errno = fail_error;
	return hit && fail_error;
}

static struct trap_op *op(enum trap_kind kind)
{
	if (op_count == op_cap) {
		op_cap = op_cap ? op_cap * 2 : 1024;
		ops = realloc(ops, op_cap * sizeof *ops);
		if (!ops)
			abort();
	}
	ops[op_count] = (struct trap_op){ .kind = kind, .file = -1 };
	return &ops[op_count++];
}

static int find(const char *path)
{
	for (int i = 0; i < name_count; i++)
		if (!strcmp(names[i].path, path))
			return i;
	return -1;
}

void trap_fail(const char *dir, unsigned which, long nth, bool sticky, int error)
{
	snprintf(root, sizeof root, "%s", dir);
	root_len = strlen(root);
	failing = which;
	fail_at = nth;
	fail_for = sticky ? LONG_MAX : 1;
	fail_error = error;
	fail_dies = false;
	calls = 0;
}

void trap_heal(long after)
{
	fail_for = after;
}

void trap_die(const char *dir, unsigned which, long nth)
{
	trap_fail(dir, which, nth, false, 0);
	fail_dies = true;
}

long trap_calls(void)
{
	return calls;
}

void trap_record(const char *dir)
{
	trap_fail(dir, 0, 0, false, 0);
	recording = true;
}

void trap_ack(const void *said, size_t len)
{
	struct trap_op *o;

	if (!recording)
		return;
	o = op(TRAP_OP_ACK);
	o->data = malloc(len);
	o->len = len;
	if (!o->data)
		abort();
	memcpy(o->data, said, len);
}

const struct trap_op *trap_stop(size_t *count)
{
	recording = false;
	*count = op_count;
	return ops;
}

/* --- the calls --- */

static void opened(int fd, const char *path, int flags)
{
	const char *rest = below(path);
	int i;

	if (fd < 0 || fd >= FDS)
		return;
	fds[fd].seen = rest != NULL;
	fds[fd].file = -1;
	fds[fd].durable = (flags & O_DSYNC) != 0;
	if (!rest || !recording || (flags & O_DIRECTORY))
		return;
	i = find(rest);
	if (i < 0 && (flags & O_CREAT) && name_count < FILES) {
		struct trap_op *o = op(TRAP_OP_CREATE);

		i = name_count++;
		names[i].path = strdup(rest);
		names[i].id = next_file++;
		o->path = strdup(rest);
		o->file = names[i].id;
	} else if (i >= 0 && (flags & O_TRUNC)) {
		op(TRAP_OP_TRUNCATE)->file = names[i].id;
	}
	if (i >= 0)
		fds[fd].file = names[i].id;
}

static int do_open(const char *path, int flags, mode_t mode)
{
	int fd;

	if (below(path) && !(flags & O_DIRECTORY) && fails(TRAP_OPEN, NULL))
		return -1;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	opened(fd, path, flags);
	return fd;
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return do_open(path, flags, mode);
}

int open64(const char *path, int flags, ...);
int open64(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return do_open(path, flags, mode);
}

int close(int fd)
{
	if (fd >= 0 && fd < FDS)
		fds[fd].seen = false;
	return (int)syscall(SYS_close, fd);
}

static bool seen(int fd)
{
	return fd >= 0 && fd < FDS && fds[fd].seen;
}

static void wrote(int fd, const void *data, size_t len, uint64_t at)
{
	struct trap_op *o;

	if (!recording || !seen(fd) || fds[fd].file < 0)
		return;
	o = op(TRAP_OP_WRITE);
	o->file = fds[fd].file;
	o->at = at;
	o->len = len;
	o->durable = fds[fd].durable;
	if (!(o->data = malloc(len ? len : 1)))
		abort();
	memcpy(o->data, data, len);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
	bool half = false;

	if (seen(fd) && fails(TRAP_WRITE, &half))
		return -1;
	if (half && len > 1)
		len /= 2;
	wrote(fd, data, len, (uint64_t)at);
	return syscall(SYS_pwrite64, fd, data, len, at);
}

ssize_t write(int fd, const void *data, size_t len)
{
	bool half = false;

	if (seen(fd) && fails(TRAP_WRITE, &half))
		return -1;
	if (half && len > 1)
		len /= 2;
	if (seen(fd))
		wrote(fd, data, len, (uint64_t)lseek(fd, 0, SEEK_CUR));
	return syscall(SYS_write, fd, data, len);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
	uint8_t *all;
	size_t len = 0;
	ssize_t r;

	if (!seen(fd))
		return syscall(SYS_writev, fd, v, n);
	for (int i = 0; i < n; i++)
		len += v[i].iov_len;
	if (!(all = malloc(len ? len : 1)))
		abort();
	len = 0;
	for (int i = 0; i < n; i++) {
		memcpy(all + len, v[i].iov_base, v[i].iov_len);
		len += v[i].iov_len;
	}
	r = write(fd, all, len);
	free(all);
	return r;
}

ssize_t pread(int fd, void *data, size_t len, off_t at)
{
	if (seen(fd) && fails(TRAP_READ, NULL))
		return -1;
	return syscall(SYS_pread64, fd, data, len, at);
}

static int do_sync(int fd, long call)
{
	if (seen(fd) && fails(TRAP_SYNC, NULL))
		return -1;
	if (recording && seen(fd))
		op(TRAP_OP_SYNC)->file = fds[fd].file;
	return (int)syscall(call, fd);
}

int fdatasync(int fd)
{
	return do_sync(fd, SYS_fdatasync);
}

int fsync(int fd)
{
	return do_sync(fd, SYS_fsync);
}

int syncfs(int fd)
{
	int r = do_sync(fd, SYS_syncfs);

	for (int i = 0; !r && recording && seen(fd) && i < name_count; i++)
		op(TRAP_OP_SYNC)->file = names[i].id;
	return r;
}

int ftruncate(int fd, off_t len)
{
	if (seen(fd) && fails(TRAP_NAME, NULL))
		return -1;
	if (recording && seen(fd) && fds[fd].file >= 0) {
		struct trap_op *o = op(TRAP_OP_TRUNCATE);

		o->file = fds[fd].file;
		o->at = (uint64_t)len;
	}
	return (int)syscall(SYS_ftruncate, fd, len);
}

static void named(enum trap_kind kind, const char *path, const char *to)
{
	struct trap_op *o;

	if (!recording)
		return;
	o = op(kind);
	o->path = strdup(path);
	o->to = to ? strdup(to) : NULL;
}

static void forget(const char *path)
{
	int i = find(path);

	if (i >= 0) {
		free(names[i].path);
		names[i] = names[--name_count];
	}
}

int rename(const char *from, const char *to)
{
	const char *a = below(from), *b = below(to);
	int r;

	if (a && fails(TRAP_NAME, NULL))
		return -1;
	r = (int)syscall(SYS_rename, from, to);
	if (!r && a && b && recording) {
		size_t n = strlen(a);

		named(TRAP_OP_RENAME, a, b);
		forget(b);
		for (int i = 0; i < name_count; i++)
			if (!strncmp(names[i].path, a, n) && (!names[i].path[n] || names[i].path[n] == '/')) {
				size_t need = strlen(b) + strlen(names[i].path + n) + 1;
				char *fresh = malloc(need);

				snprintf(fresh, need, "%s%s", b, names[i].path + n);
				free(names[i].path);
				names[i].path = fresh;
			}
	}
	return r;
}

int unlink(const char *path)
{
	const char *rest = below(path);
	int r;

	if (rest && fails(TRAP_NAME, NULL))
		return -1;
	r = (int)syscall(SYS_unlink, path);
	if (!r && rest && recording) {
		named(TRAP_OP_UNLINK, rest, NULL);
		forget(rest);
	}
	return r;
}

int mkdir(const char *path, mode_t mode)
{
	const char *rest = below(path);
	int r;

	if (rest && fails(TRAP_NAME, NULL))
		return -1;
	r = (int)syscall(SYS_mkdir, path, mode);
	if (!r && rest)
		named(TRAP_OP_MKDIR, rest, NULL);
	return r;
}

int rmdir(const char *path)
{
	const char *rest = below(path);
	int r = (int)syscall(SYS_rmdir, path);

	if (!r && rest)
		named(TRAP_OP_UNLINK, rest, NULL);
	return r;
}

/* Directories are listed by the C library's own calls: only the descriptor is known. */
DIR *opendir(const char *path)
{
	DIR *(*real)(const char *) = (DIR *(*)(const char *))(uintptr_t)dlsym(RTLD_NEXT, "opendir");
	DIR *d = real(path);

	if (d)
		opened(dirfd(d), path, O_DIRECTORY);
	return d;
}

struct dirent *readdir(DIR *d)
{
	struct dirent *(*real)(DIR *) = (struct dirent *(*)(DIR *))(uintptr_t)dlsym(RTLD_NEXT, "readdir");

	return seen(dirfd(d)) && fails(TRAP_LIST, NULL) ? NULL : real(d);
}

int closedir(DIR *d)
{
	int (*real)(DIR *) = (int (*)(DIR *))(uintptr_t)dlsym(RTLD_NEXT, "closedir");
	int fd = dirfd(d);

	if (fd >= 0 && fd < FDS)
		fds[fd].seen = false;
	return real(d);
}

/* --- memory --- */

static long memory_at, allocations, live;
static bool memory_on;

void trap_memory(long nth, bool sticky)
{
	memory_at = nth;
	memory_on = sticky;
	allocations = 0;
}

long trap_allocations(void)
{
	return allocations;
}

bool trap_sees_memory(void)
{
#ifdef __SANITIZE_ADDRESS__
	return false;
#else
	return true;
#endif
}

long trap_live(void)
{
	return live;
}

#ifndef __SANITIZE_ADDRESS__
/* glibc's own names for what is covered here. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

static bool none_left(void)
{
	allocations++;
	if (memory_at && (allocations == memory_at || (memory_on && allocations > memory_at))) {
		errno = ENOMEM;
		return true;
	}
	return false;
}

void *malloc(size_t n)
{
	void *p = none_left() ? NULL : __libc_malloc(n);

	live += p != NULL;
	return p;
}

void *calloc(size_t n, size_t size)
{
	void *p = none_left() ? NULL : __libc_calloc(n, size);

	live += p != NULL;
	return p;
}

void *realloc(void *old, size_t n)
{
	void *p = none_left() ? NULL : __libc_realloc(old, n);

	live += p && !old;
	return p;
}

void free(void *p)
{
	live -= p != NULL;
	__libc_free(p);
}
#endif
