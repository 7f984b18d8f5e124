#include "config.h"
#include "sync/keys/guard.h"

#include "forms/base/fs.h"
#include "forms/base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum err keys_guard_write(const char *path, const void *data, size_t len)
{
	struct buf aside = { 0 };
	enum err e;
	int fd;

	buf_printf(&aside, "%s.new", path);
	if (aside.err || (e = fs_remove(aside.data)))
		return aside.err ? aside.err : e;
	fd = sys->open(aside.data, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0400);
	if (fd < 0) {
		e = err_set(err_from_errno(errno), "%s: %s", aside.data, strerror(errno));
	} else {
		if (!(e = fs_write_at(fd, data, len, 0)))
			e = fs_sync(fd);
		fs_close(fd);
		if (!e)
			e = fs_rename(aside.data, path);
	}
	buf_clear(&aside);
	return e;
}
