#include "config.h"
#include "forms/base/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

static int real_open(const char *path, int flags, mode_t mode)
{
	return open(path, flags | O_CLOEXEC, mode);
}

const struct sys sys_real = {
	.open = real_open, .close = close, .pread = pread, .pwrite = pwrite, .fdatasync = fdatasync, .fsync = fsync, .syncfs = syncfs,
	.ftruncate = ftruncate, .flock = flock, .fstat = fstat, .lstat = lstat, .statvfs = statvfs, .rename = rename,
	.unlink = unlink, .mkdir = mkdir, .rmdir = rmdir, .clock_gettime = clock_gettime, .adjtimex = adjtimex, .getrandom = getrandom,
};

const struct sys *sys = &sys_real;
