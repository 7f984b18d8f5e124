/* Backup and restore: a whole directory, made aside, synced, then named. What is restored lies in another place and so goes
 * on in new epochs (sync.md section 3.2). */
#include "config.h"
#include "sync/ledger/profile/profile_own.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"
#include "sync/keys/town.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BACKED_UP "backed-up"                          /* a file: when, ms */

enum { CHUNK = 1 << 16, ENTRIES = 1 << 20, DEPTH = 8, BEFORE_MAX = 10000, NOTE_MAX = 64 };

struct copy { const char *from, *to; int depth; };

static enum err copy_file(const char *from, const char *to, uint64_t size)
{
	char *chunk = malloc(CHUNK);
	int in = -1, out = -1;
	enum err e = chunk ? ERR_OK : err_set(ERR_NOMEM, "%s", from);

	if (!e && !(e = fs_open(from, O_RDONLY, &in)))
		e = fs_open(to, O_WRONLY | O_CREAT | O_TRUNC, &out);
	for (uint64_t at = 0; !e && at < size; at += CHUNK) {
		size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;

		if (!(e = fs_read_at(in, chunk, n, at)))
			e = fs_write_at(out, chunk, n, at);
	}
	if (!e)
		e = fs_sync(out);
	fs_close(in);
	fs_close(out);
	free(chunk);
	return e ? err_in(e, "%s", from) : ERR_OK;
}

/* Locks belong to a running machine; what is half made, half received or kept for a person to look at is not part of the profile. */
static bool left_out(const char *name)
{
	size_t n = strlen(name);

	return !strcmp(name, "write") || !strcmp(name, "lock.mdb") || !strcmp(name, "upload") || !strncmp(name, PROFILE_DAMAGED, strlen(PROFILE_DAMAGED)) || (n > 4 && !strcmp(name + n - 4, ".new"));
}

static enum err copy_tree(const char *from, const char *to, int depth);

static enum err copy_one(void *user, const char *name)
{
	const struct copy *c = user;
	struct buf from = { 0 }, to = { 0 };
	struct stat st;
	enum err e;

	if (left_out(name))
		return ERR_OK;
	fs_path(&from, c->from, name);
	fs_path(&to, c->to, name);
	e = from.err ? from.err : to.err;
	/* Beside a running daemon a kept bundle may go between the listing and here; what the lock guards stays. */
	if (!e && sys->lstat(from.data, &st))
		e = errno == ENOENT ? ERR_OK : err_set(ERR_IO, "%s", from.data);
	else if (!e && S_ISDIR(st.st_mode))
		e = copy_tree(from.data, to.data, c->depth + 1);
	else if (!e && S_ISREG(st.st_mode))
		e = copy_file(from.data, to.data, (uint64_t)st.st_size);
	buf_clear(&from);
	buf_clear(&to);
	return e;
}

static enum err copy_tree(const char *from, const char *to, int depth)
{
	struct copy c = { from, to, depth };
	enum err e;

	if (depth > DEPTH)
		return err_set(ERR_LIMIT, _("%s: 目录太深"), from);
	if (!(e = fs_make_dir(to)) && !(e = fs_list(from, ENTRIES, copy_one, &c)))
		e = fs_sync_dir(to);
	return e;
}

/* `to` appears whole or not at all. */
static enum err copy_profile(const char *from, const char *to)
{
	struct buf aside = { 0 }, parent = { 0 };
	enum err e;

	buf_printf(&aside, "%s.new", to);
	buf_printf(&parent, "%s/..", to);
	e = aside.err ? aside.err : parent.err;
	if (!e && !(e = fs_remove_tree(aside.data)) && !(e = copy_tree(from, aside.data, 0))) {
		if (!(e = fs_rename(aside.data, to)))
			e = fs_sync_dir(parent.data);
	}
	if (e && !aside.err)
		fs_remove_tree(aside.data);
	buf_clear(&aside);
	buf_clear(&parent);
	return e;
}

/* Since when something holds of a profile, for whoever asks later. */
static enum err note_when(const char *dir, const char *name)
{
	struct buf path = { 0 };
	char text[32];
	enum err e;

	fs_path(&path, dir, name);
	snprintf(text, sizeof text, "%lld\n", (long long)clock_wall());
	if (!(e = path.err))
		e = fs_write(buf_str(&path), text, strlen(text));
	buf_clear(&path);
	return e;
}

int64_t profile_noted(const struct profile *p, const char *name)
{
	struct buf path = { 0 }, text = { 0 };
	int64_t at = 0;

	/* Asked in passing: what was wrong before is still to be told. */
	if (fs_exists(profile_path(p, name, &path)) && !fs_read(buf_str(&path), NOTE_MAX, &text))
		at = strtoll(buf_str(&text), NULL, 10);
	buf_clear(&path);
	buf_clear(&text);
	return at > 0 ? at : 0;
}

int64_t profile_backed_up(const struct profile *p)
{
	return profile_noted(p, BACKED_UP);
}

static bool lies_within(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && path[n] == '/';
}

enum err profile_backup(struct profile *p, const char *to)
{
	enum err e;

	if (fs_exists(to))
		return err_set(ERR_EXISTS, _("%s: 已经存在, 请换一个名字"), to);
	if (lies_within(to, p->dir))
		return err_set(ERR_USAGE, _("%s 在被备份的目录里面: 请写到别处, 最好是另一块盘"), to);
	if ((e = profile_lock_write(p)))
		return e;
	if (p->journal)
		e = profile_refresh(p);
	if (!e)
		e = copy_profile(p->dir, to);
	profile_unlock_write(p);
	if (!e)
		note_when(p->dir, BACKED_UP);               /* the copy is there, whether or not its day can be noted on a full disk */
	return e;
}

/* A township that went back says so: its downlinks count from beyond anything it can have given out since the backup. */
static enum err count_beyond(const char *dir)
{
	struct anchor a;
	bool found;
	enum err e = anchor_read(dir, &a, &found);

	return e ? e : anchor_set_tick(dir, &a, a.tick + ((uint64_t)1 << 32));
}

enum err profile_restore(const char *dir, const char *from)
{
	struct buf seat = { 0 }, before = { 0 }, fresh = { 0 };
	enum err e;

	fs_path(&seat, from, "seat");
	buf_printf(&fresh, "%s.restored", dir);
	e = seat.err ? seat.err : fresh.err;
	if (!e && !fs_exists(seat.data))
		e = err_set(ERR_NOTFOUND, _("%s: 这里没有备份"), from);
	if (!e && !(e = fs_remove_tree(fresh.data)))
		e = copy_profile(from, fresh.data);
	if (!e && keys_town_here(fresh.data))
		e = count_beyond(fresh.data);
	if (!e && keys_town_here(fresh.data))                         /* the desk can tell who has not sent anything since */
		e = note_when(fresh.data, PROFILE_RESTORED);
	for (int i = 1; !e && fs_exists(dir) && i < BEFORE_MAX; i++) {
		buf_reset(&before);
		buf_printf(&before, "%s.before-%d", dir, i);
		if (!(e = before.err) && !fs_exists(before.data))
			e = fs_rename(dir, before.data);
	}
	if (!e)
		e = fs_rename(fresh.data, dir);
	if (!e) {
		fs_path(&before, dir, "..");
		e = before.err ? before.err : fs_sync_dir(before.data);
	}
	buf_clear(&seat);
	buf_clear(&before);
	buf_clear(&fresh);
	return e;
}
