/* Putting files on a stick. */
#include "config.h"
#include "sync/exchange/folder/folder.h"

#include "forms/base/i18n.h"

#include <string.h>

static enum err make_here(const char *dir)
{
	enum err e = fs_make_dir(dir);

	return e ? e : fs_is_dir(dir) ? ERR_OK : err_set(ERR_DENIED, _("%s: 不是文件夹, 或是通到别处的链接: 不往里写, 删去它再试"), dir);
}

/* XUNCHA and the folder in it. A stick is made by anybody: what stands in their place must not lead elsewhere on this machine. */
static enum err make_both(const char *dir)
{
	const char *slash = strrchr(dir, '/');
	struct buf above = { 0 };
	enum err e;

	buf_put(&above, dir, slash ? (size_t)(slash - dir) : 0);
	e = above.err ? above.err : make_here(buf_str(&above));
	buf_clear(&above);
	return e ? e : make_here(dir);
}

/* Is it there, with this content? */
static enum err look_for(const char *dir, const struct fs_file *f, bool *there)
{
	struct buf path = { 0 }, back = { 0 };
	enum err e;

	fs_path(&path, dir, f->name);
	e = path.err ? path.err : fs_read(path.data, f->len, &back);
	*there = !e && back.len == f->len && !memcmp(buf_str(&back), f->data, f->len);
	buf_clear(&path);
	buf_clear(&back);
	return e;
}

static enum err read_back(const char *dir, const struct fs_file *f)
{
	struct buf path = { 0 };
	bool there;
	enum err e = look_for(dir, f, &there);

	if (!e && !there)
		e = err_set(ERR_IO, _("%s: 写进去又读出来不一样, 换一个 U 盘"), fs_path(&path, dir, f->name));
	buf_clear(&path);
	return e;
}

enum err folder_put(const char *dir, const char *name, const void *data, size_t len, bool *there)
{
	const struct fs_file f = { name, data, len };
	struct buf path = { 0 };
	enum err e = make_both(dir);

	*there = false;
	if (e)
		return e;
	fs_path(&path, dir, name);
	if (look_for(dir, &f, there) || !*there)
		e = path.err ? path.err : fs_write(path.data, data, len);
	buf_clear(&path);
	return e || *there ? e : read_back(dir, &f);
}

enum err folder_put_all(const char *dir, const struct fs_file *files, size_t count)
{
	enum err e = count ? make_both(dir) : ERR_OK;

	if (!e)
		e = fs_write_all(dir, files, count);
	for (size_t i = 0; !e && i < count; i++)
		e = read_back(dir, &files[i]);
	return e;
}
