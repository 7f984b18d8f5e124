#include "config.h"
#include "forms/base/fs.h"

#include "forms/base/i18n.h"
#include "forms/base/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `path`, or the name of the call on a file that is open. A full card is what a person meets: he reads what to do. */
static enum err failed(const char *path)
{
	if (err_from_errno(errno) == ERR_FULL && !strchr(path, '/'))
		return err_set(ERR_FULL, "%s", _("存储满了: 删去些不用的照片、文件, 再试"));
	if (err_from_errno(errno) == ERR_FULL)
		return err_set(ERR_FULL, _("存储满了: 删去些不用的照片、文件, 再试: %s"), path);
	return err_set(err_from_errno(errno), "%s: %s", path, strerror(errno));
}

enum err fs_open(const char *path, int flags, int *fd)
{
	do
		*fd = sys->open(path, flags | O_NOFOLLOW, 0600);
	while (*fd < 0 && errno == EINTR);
	return *fd < 0 ? failed(path) : ERR_OK;
}

void fs_close(int fd)
{
	if (fd >= 0)
		sys->close(fd);
}

enum err fs_size(int fd, uint64_t *size)
{
	struct stat st;

	if (sys->fstat(fd, &st))
		return failed("fstat");
	*size = (uint64_t)st.st_size;
	return ERR_OK;
}

enum err fs_read_at(int fd, void *data, size_t len, uint64_t at)
{
	char *p = data;

	while (len) {
		ssize_t n = sys->pread(fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed("read");
		if (!n)
			return err_set(ERR_FORMAT, _("文件在第 %llu 字节处提前结束"), (unsigned long long)at);
		p += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return ERR_OK;
}

enum err fs_write_at(int fd, const void *data, size_t len, uint64_t at)
{
	const char *p = data;

	while (len) {
		ssize_t n = sys->pwrite(fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed("write");
		if (!n)
			return err_set(ERR_IO, _("写不进去"));
		p += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return ERR_OK;
}

enum err fs_sync(int fd)
{
	int r;

	do
		r = sys->fdatasync(fd);
	while (r && errno == EINTR);
	return r ? failed("fdatasync") : ERR_OK;
}

enum err fs_cut(int fd, uint64_t size)
{
	return sys->ftruncate(fd, (off_t)size) ? failed("ftruncate") : ERR_OK;
}

enum err fs_read(const char *path, size_t max, struct buf *out)
{
	struct stat st;
	enum err e;
	void *p;
	int fd;

	buf_reset(out);
	/* O_NONBLOCK: a FIFO in a folder of a stick must not hang us. */
	if ((e = fs_open(path, O_RDONLY | O_NONBLOCK, &fd)))
		return e;
	if (sys->fstat(fd, &st))
		e = failed(path);
	else if (!S_ISREG(st.st_mode))
		e = err_set(ERR_FORMAT, _("%s: 不是普通文件"), path);
	else if ((uint64_t)st.st_size > max)
		e = err_set(ERR_LIMIT, _("%s: %llu 字节, 上限 %zu"), path, (unsigned long long)st.st_size, max);
	else if (!(p = buf_more(out, (size_t)st.st_size)))
		e = out->err;
	else if ((e = fs_read_at(fd, p, (size_t)st.st_size, 0)))
		e = err_in(e, "%s", path);
	fs_close(fd);
	return e;
}

const char *fs_path(struct buf *out, const char *dir, const char *name)
{
	buf_reset(out);
	buf_printf(out, "%s/%s", dir, name);
	return buf_str(out);
}

enum err fs_sync_dir(const char *path)
{
	int fd, r;

	fd = sys->open(path, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return failed(path);
	r = sys->fsync(fd);
	if (r && (errno == EINVAL || errno == ENOTSUP || errno == EROFS))   /* FAT and friends */
		r = 0;
	if (r)
		r = (int)failed(path);
	sys->close(fd);
	return (enum err)r;
}

static enum err sync_parent(const char *path)
{
	struct buf dir = { 0 };
	const char *slash = strrchr(path, '/');
	enum err e;

	if (slash)
		buf_put(&dir, path, slash == path ? 1 : (size_t)(slash - path));
	else
		buf_puts(&dir, ".");
	e = dir.err ? dir.err : fs_sync_dir(dir.data);
	buf_clear(&dir);
	return e;
}

/* Into PATH.new. O_NONBLOCK: nor does a pipe hang us that lies where we write. */
static enum err write_aside(const char *path, const void *data, size_t len, bool sync, struct buf *aside)
{
	enum err e;
	int fd;

	buf_reset(aside);
	buf_printf(aside, "%s.new", path);
	if (aside->err)
		return aside->err;
	if ((e = fs_open(aside->data, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, &fd)))
		return e;
	e = fs_write_at(fd, data, len, 0);
	if (!e && sync)
		e = fs_sync(fd);
	fs_close(fd);
	if (e) {
		sys->unlink(aside->data);
		e = err_in(e, "%s", path);
	}
	return e;
}

static enum err put_in_place(const char *path, const struct buf *aside)
{
	enum err e = fs_rename(aside->data, path);

	if (!e)
		return ERR_OK;
	sys->unlink(aside->data);
	return err_in(e, "%s", path);
}

enum err fs_write(const char *path, const void *data, size_t len)
{
	struct buf aside = { 0 };
	enum err e = write_aside(path, data, len, true, &aside);

	if (!e)
		e = put_in_place(path, &aside);
	buf_clear(&aside);
	return e ? e : sync_parent(path);
}

static enum err sync_disk_of(const char *dir)
{
	enum err e = ERR_OK;
	int fd;

	if ((e = fs_open(dir, O_RDONLY | O_DIRECTORY, &fd)))
		return e;
	if (sys->syncfs(fd))
		e = failed(dir);
	fs_close(fd);
	return e;
}

enum err fs_write_all(const char *dir, const struct fs_file *files, size_t count)
{
	struct buf path = { 0 }, aside = { 0 };
	size_t written = 0;
	enum err e = ERR_OK;

	for (; !e && written < count; written += !e) {
		const struct fs_file *f = &files[written];

		fs_path(&path, dir, f->name);
		e = path.err ? path.err : write_aside(path.data, f->data, f->len, false, &aside);
	}
	if (!e && count)
		e = sync_disk_of(dir);
	for (size_t i = 0; i < written; i++) {
		fs_path(&path, dir, files[i].name);
		buf_reset(&aside);
		buf_printf(&aside, "%s.new", buf_str(&path));
		if (!e && !(e = path.err ? path.err : aside.err))
			e = put_in_place(path.data, &aside);
		else if (!aside.err)
			sys->unlink(aside.data);
	}
	buf_clear(&path);
	buf_clear(&aside);
	return e || !count ? e : fs_sync_dir(dir);
}

enum err fs_make_dir(const char *path)
{
	struct buf part = { 0 };
	enum err e = ERR_OK;

	if (fs_is_dir(path))
		return ERR_OK;
	for (const char *p = path; !e && *p; ) {
		size_t n = strcspn(p + 1, "/") + 1;

		buf_put(&part, p, n);
		p += n;
		if (part.err)
			e = part.err;
		else if (sys->mkdir(part.data, 0700) && errno != EEXIST && errno != EISDIR && (*p == '\0' || errno != EROFS))
			e = failed(part.data);
	}
	buf_clear(&part);
	return e;
}

enum err fs_rename(const char *from, const char *to)
{
	return sys->rename(from, to) ? failed(to) : ERR_OK;
}

enum err fs_remove(const char *path)
{
	return sys->unlink(path) && errno != ENOENT ? failed(path) : ERR_OK;
}

bool fs_exists(const char *path)
{
	struct stat st;

	return !sys->lstat(path, &st);
}

bool fs_is_dir(const char *path)
{
	struct stat st;

	return !sys->lstat(path, &st) && S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of a directory, at most `max`: the first `known` of them are those that `first` knows. */
struct names { char **at; size_t count, cap, known, left; };

static enum err names_add(struct names *n, size_t max, bool known, const char *name)
{
	char *copy = n->count < max || (known && n->known < n->count) ? strdup(name) : NULL;
	char **more;

	if (n->count == max) {
		n->left++;
		if (!known || n->known == n->count)
			return ERR_OK;
	}
	if (n->count == n->cap && n->count < max && (more = realloc(n->at, (n->cap ? n->cap * 2 : 32) * sizeof *more))) {
		n->at = more;
		n->cap = n->cap ? n->cap * 2 : 32;
	}
	if (!copy || (n->count == n->cap && n->count < max)) {
		free(copy);
		return err_set(ERR_NOMEM, "%s", name);
	}
	if (n->count == max) {                    /* in place of one that nobody knows */
		free(n->at[n->known]);
		n->at[n->known++] = copy;
		return ERR_OK;
	}
	n->at[n->count++] = copy;
	if (known) {
		n->at[n->count - 1] = n->at[n->known];
		n->at[n->known++] = copy;
	}
	return ERR_OK;
}

static enum err names_read(const char *dir, size_t max, bool (*first)(const char *name), struct names *n)
{
	struct dirent *d;
	enum err e = ERR_OK;
	DIR *at = opendir(dir);

	if (!at)
		return errno == ENOENT ? ERR_OK : failed(dir);
	while (!e && (errno = 0, d = readdir(at)))
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
			e = names_add(n, max, first && first(d->d_name), d->d_name);
	if (!e && errno)
		e = failed(dir);                  /* pulled out in the middle: half a list is not the list */
	closedir(at);
	return e;
}

static enum err names_each(struct names *n, enum err e, enum err (*each)(void *user, const char *name), void *user)
{
	if (n->known)
		qsort(n->at, n->known, sizeof *n->at, by_name);
	if (n->count > n->known)
		qsort(n->at + n->known, n->count - n->known, sizeof *n->at, by_name);
	for (size_t i = 0; i < n->count; i++) {
		if (!e)
			e = each(user, n->at[i]);
		free(n->at[i]);
	}
	free(n->at);
	return e;
}

enum err fs_list(const char *dir, size_t max, enum err (*each)(void *user, const char *name), void *user)
{
	struct names n = { 0 };
	enum err e = names_read(dir, max, NULL, &n);

	if (!e && n.left)
		e = err_set(ERR_LIMIT, _("%s: 文件多于 %zu 个"), dir, max);
	return names_each(&n, e, each, user);
}

enum err fs_list_some(const char *dir, size_t max, bool (*first)(const char *name), enum err (*each)(void *user, const char *name), void *user, size_t *left)
{
	struct names n = { 0 };
	enum err e = names_read(dir, max, first, &n);

	*left += n.left;
	return names_each(&n, e, each, user);
}

static enum err remove_one(void *user, const char *name)
{
	struct buf path = { 0 };
	enum err e;

	fs_path(&path, user, name);
	e = path.err ? path.err : fs_remove_tree(path.data);
	buf_clear(&path);
	return e;
}

enum err fs_remove_tree(const char *path)
{
	struct stat st;
	enum err e;
	char *dir;

	if (sys->lstat(path, &st))
		return errno == ENOENT ? ERR_OK : failed(path);
	if (!S_ISDIR(st.st_mode))
		return fs_remove(path);
	if (!(dir = strdup(path)))
		return err_set(ERR_NOMEM, "%s", path);
	e = fs_list(path, 1u << 20, remove_one, dir);
	free(dir);
	return e ? e : sys->rmdir(path) ? failed(path) : ERR_OK;
}

enum err fs_free(const char *path, uint64_t *bytes)
{
	struct statvfs sv;

	if (sys->statvfs(path, &sv))
		return failed(path);
	*bytes = (uint64_t)sv.f_bavail * sv.f_frsize;
	return ERR_OK;
}

enum err fs_random(void *data, size_t len)
{
	char *p = data;

	while (len) {
		ssize_t n = sys->getrandom(p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return failed("getrandom");
		p += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

enum err fs_try_write(const char *path)
{
	struct buf trial = { 0 };
	enum err e;

	buf_printf(&trial, "%s.try", path);
	e = trial.err ? trial.err : fs_write(trial.data, "", 0);
	if (!e)
		e = fs_remove(trial.data);
	buf_clear(&trial);
	return e;
}
