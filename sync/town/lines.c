#include "config.h"
#include "sync/town/lines.h"

#include "forms/base/fs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum err lines_open(struct lines *l, const char *path)
{
	struct buf aside = { 0 };

	*l = (struct lines){ .fd = -1 };
	buf_printf(&aside, "%s.new", path);
	l->path = strdup(path);
	l->aside = buf_take(&aside);
	if (!l->path || !l->aside)
		return l->err = err_set(ERR_NOMEM, "%s", path);
	return l->err = fs_open(l->aside, O_WRONLY | O_CREAT | O_TRUNC, &l->fd);
}

void lines_flush(struct lines *l, size_t above)
{
	if (l->err || l->text.len <= above)
		return;
	l->err = l->text.err ? l->text.err : fs_write_at(l->fd, l->text.data, l->text.len, l->at);
	l->at += l->text.len;
	buf_reset(&l->text);
}

enum err lines_close(struct lines *l, enum err e)
{
	if (!e)
		e = l->err ? l->err : l->text.err;
	if (!e) {
		lines_flush(l, 0);
		e = l->err ? l->err : fs_sync(l->fd);
	}
	fs_close(l->fd);
	if (!e)
		e = fs_rename(l->aside, l->path);
	if (e && l->aside)
		fs_remove(l->aside);
	free(l->path);
	free(l->aside);
	buf_clear(&l->text);
	return e;
}
