#include "config.h"
#include "sync/exchange/inbox/quarantine.h"

#include "forms/base/fs.h"
#include "sync/ledger/profile/profile.h"

#include <string.h>
#include <sys/stat.h>

enum { FILES_MAX = 100000, REASON_MAX = 4096, NAME = 2 * KEYS_HASH };

struct looking { const char *dir; enum err (*each)(void *user, const struct quarantined *q); void *user; };

/* The first line of the file beside `path` with this ending; "" when there is none. */
static const char *beside(struct buf *path, const char *ending, struct buf *out)
{
	size_t at = path->len;

	buf_puts(path, ending);
	if (path->err || fs_read(path->data, REASON_MAX, out) || !out->len)
		buf_reset(out);
	else
		out->data[strcspn(out->data, "\n")] = '\0';
	buf_cut(path, at);
	return buf_str(out);
}

static enum err look(void *user, const char *name)
{
	struct looking *l = user;
	struct quarantined q = { .reason = "" };
	struct buf path = { 0 }, reason = { 0 }, newer = { 0 };
	struct stat st;
	enum err e = ERR_OK;

	if (strlen(name) < NAME || strcmp(name + NAME, ".xcb") || !keys_unhex(name, KEYS_HASH, q.id))
		return ERR_OK;
	buf_printf(&path, "%s/%s", l->dir, name);
	if (!path.err && !lstat(path.data, &st) && S_ISREG(st.st_mode)) {
		q.size = (uint64_t)st.st_size;
		q.when = (int64_t)st.st_mtime * 1000;
		q.reason = beside(&path, ".txt", &reason);
		q.newer = beside(&path, ".newer", &newer);
		e = l->each(l->user, &q);
	}
	buf_clear(&path);
	buf_clear(&reason);
	buf_clear(&newer);
	return e;
}

enum err quarantine_each(const struct profile *p, enum err (*each)(void *user, const struct quarantined *q), void *user)
{
	struct buf dir = { 0 };
	struct looking l = { profile_path(p, "quarantine", &dir), each, user };
	enum err e = dir.err ? dir.err : fs_list(l.dir, FILES_MAX, look, &l);

	buf_clear(&dir);
	return e;
}

enum err quarantine_drop(const struct profile *p, const uint8_t id[KEYS_HASH])
{
	static const char *const endings[] = { "", ".txt", ".newer" };
	struct buf path = { 0 };
	char hex[NAME + 1];
	enum err e = ERR_OK;

	keys_hex(id, KEYS_HASH, hex);
	for (size_t i = 0; !e && i < sizeof endings / sizeof *endings; i++) {
		buf_reset(&path);
		buf_printf(&path, "%s/quarantine/%s.xcb%s", p->dir, hex, endings[i]);
		e = path.err ? path.err : fs_remove(path.data);
	}
	buf_clear(&path);
	return e;
}
