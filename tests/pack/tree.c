#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "tests/pack/tree.h"

enum { FILES_MAX = 1000, BYTES_MAX = 1 << 20 };

struct copy { const char *from, *to; };

static enum err copy_one(void *user, const char *name)
{
	const struct copy *c = user;
	struct buf from = { 0 }, to = { 0 }, data = { 0 };

	fs_path(&from, c->from, name);
	fs_path(&to, c->to, name);
	if (fs_read(from.data, BYTES_MAX, &data))
		tree_copy(from.data, to.data);
	else
		assert_ok(fs_write(to.data, data.data, data.len));
	buf_clear(&from);
	buf_clear(&to);
	buf_clear(&data);
	return ERR_OK;
}

void tree_copy(const char *from, const char *to)
{
	assert_ok(fs_make_dir(to));
	assert_ok(fs_list(from, FILES_MAX, copy_one, &(struct copy){ from, to }));
}

void tree_edit(const char *dir, const char *file, const char *old, const char *new)
{
	struct buf path = { 0 }, text = { 0 }, changed = { 0 };
	const char *at;

	assert_ok(fs_read(fs_path(&path, dir, file), BYTES_MAX, &text));
	at = strstr(buf_str(&text), old);
	assert_non_null(at);
	buf_put(&changed, text.data, (size_t)(at - text.data));
	buf_puts(&changed, new);
	buf_puts(&changed, at + strlen(old));
	assert_ok(fs_write(path.data, changed.data, changed.len));
	buf_clear(&path);
	buf_clear(&text);
	buf_clear(&changed);
}
