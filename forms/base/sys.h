/* sys.h - the seam between the program and the machine.
 *
 * Every file, time and random call of the product goes through the table `sys`, so that a test can put its own behind
 * it: fail the Nth call, tear a write, jump the clock, repeat the dice. (LMDB and the network libraries make their own
 * calls and are tested from outside.) The functions keep the POSIX contract, errno included. Use fs.h and clock.h;
 * only they, and code that needs an open file, call this table.
 */
#ifndef FORMS_BASE_SYS_H
#define FORMS_BASE_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <time.h>

struct sys {
	int     (*open)(const char *path, int flags, mode_t mode);   /* O_CLOEXEC is always added */
	int     (*close)(int fd);
	ssize_t (*pread)(int fd, void *data, size_t len, off_t at);
	ssize_t (*pwrite)(int fd, const void *data, size_t len, off_t at);
	int     (*fdatasync)(int fd);
	int     (*fsync)(int fd);
	int     (*syncfs)(int fd);
	int     (*ftruncate)(int fd, off_t len);
	int     (*flock)(int fd, int operation);
	int     (*fstat)(int fd, struct stat *st);
	int     (*lstat)(const char *path, struct stat *st);
	int     (*statvfs)(const char *path, struct statvfs *sv);
	int     (*rename)(const char *from, const char *to);
	int     (*unlink)(const char *path);
	int     (*mkdir)(const char *path, mode_t mode);
	int     (*rmdir)(const char *path);
	int     (*clock_gettime)(clockid_t id, struct timespec *ts);
	int     (*adjtimex)(struct timex *t);
	ssize_t (*getrandom)(void *data, size_t len, unsigned flags);
};

extern const struct sys sys_real;

/* What the program uses; &sys_real but in tests. */
extern const struct sys *sys;

#endif
