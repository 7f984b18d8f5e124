#include "config.h"
#include "sync/exchange/attach/scale.h"

#include "forms/base/child.h"
#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 60, LOOK_MS = 20 };

/* The child: no terminal to scribble on, a group of its own so that all it started can be ended. */
static _Noreturn void run(const char *command, const char *from, const char *to)
{
	setpgid(0, 0);
	if (child_begin(-1))
		execl("/bin/sh", "sh", "-c", command, "xuncha", from, to, (char *)NULL);
	_exit(127);
}

static bool finished(pid_t child)
{
	int status;

	for (int i = 0; i < SECONDS * 1000 / LOOK_MS; i++) {
		if (waitpid(child, &status, WNOHANG) == child)
			return WIFEXITED(status) && !WEXITSTATUS(status);
		clock_sleep(LOOK_MS);
	}
	kill(-child, SIGKILL);
	waitpid(child, &status, 0);
	return false;
}

static bool scaled(const char *command, const char *from, const char *to, size_t most, struct buf *out)
{
	pid_t child = child_fork();
	bool good;

	if (!child)
		run(command, from, to);
	good = child > 0 && finished(child) && !fs_read(to, most, out) && out->len;
	fs_remove(to);
	return good;
}

static enum err fits(const char *path)
{
	uint64_t size = 0;
	int fd;

	if (!fs_open(path, O_RDONLY | O_NONBLOCK, &fd)) {         /* what cannot be opened is told when it is read */
		fs_size(fd, &size);
		fs_close(fd);
	}
	return size <= SCALE_FILE_MAX ? ERR_OK :
	       err_set(ERR_LIMIT, _("%s: 有 %llu MiB, 缩小的命令最多给 %d MiB: 请先缩小再附"), path, (unsigned long long)size >> 20, SCALE_FILE_MAX >> 20);
}

enum err scale_read(const char *path, const char *command, const char *scratch_dir, size_t most, struct buf *out)
{
	struct buf to = { 0 };
	enum err e = fits(path);

	if (e)
		return e;
	fs_path(&to, scratch_dir, "scaled.tmp");
	if (command && *command && !to.err && fs_exists(path) && scaled(command, path, to.data, most, out)) {
		buf_clear(&to);
		return ERR_OK;
	}
	buf_clear(&to);
	buf_reset(out);
	e = fs_read(path, most, out);
	if (e == ERR_LIMIT)
		e = err_set(e, _("%s: 太大, 附件最多 %zu 字节: 在设置里写一条缩小照片的命令, 或先缩小再附"), path, most);
	return e;
}

/* What lies sealed elsewhere is in the clear here while the command runs: nothing asks for it to reach the disk, and what a kill leaves
 * behind goes when the profile is opened next. */
static enum err put_clear(const char *path, const struct buf *content)
{
	enum err e;
	int fd;

	if ((e = fs_open(path, O_WRONLY | O_CREAT | O_TRUNC, &fd)))
		return e;
	e = fs_write_at(fd, content->data, content->len, 0);
	fs_close(fd);
	return e;
}

enum err scale_content(const struct buf *content, const char *command, const char *scratch_dir, size_t most, struct buf *out)
{
	struct buf from = { 0 }, to = { 0 };
	enum err e;

	fs_path(&from, scratch_dir, "toscale.tmp");
	fs_path(&to, scratch_dir, "scaled.tmp");
	if (!(e = from.err ? from.err : to.err) && !(e = put_clear(from.data, content)) && !scaled(command, from.data, to.data, most, out))
		e = err_set(ERR_IO, _("缩小照片的命令没有做成: %s"), command);
	if (!from.err)
		fs_remove(from.data);
	buf_clear(&from);
	buf_clear(&to);
	return e;
}
