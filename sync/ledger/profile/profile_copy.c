/* Backup and restore: a whole directory, made aside, synced, then named. What is restored lies in another place and so goes
 * on in new epochs (sync.md section 3.2). */
#include "config.h"
#include "sync/ledger/profile/profile_copy.h"
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

#define BACKED_UP "backed-up"                          /* a file: when, ms; of a township also its mark: version of the root, hash */

enum { CHUNK = 1 << 16, ENTRIES = 1 << 20, DEPTH = 8, BEFORE_MAX = 10000, NOTE_MAX = 256 };

static const int64_t DAY = 86400000;

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

/* Since when something holds of a profile, for whoever asks later; `more` follows the time. */
static enum err note_when(const char *dir, const char *name, const char *more)
{
	struct buf path = { 0 }, text = { 0 };
	enum err e;

	fs_path(&path, dir, name);
	buf_printf(&text, "%lld%s\n", (long long)clock_wall(), more);
	if (!(e = path.err ? path.err : text.err))
		e = fs_write(buf_str(&path), text.data, text.len);
	buf_clear(&path);
	buf_clear(&text);
	return e;
}

static bool note_read(const char *dir, const char *name, struct buf *text)
{
	struct buf path = { 0 };
	/* Asked in passing: what was wrong before is still to be told. */
	bool there = fs_exists(fs_path(&path, dir, name)) && !fs_read(buf_str(&path), NOTE_MAX, text);

	buf_clear(&path);
	return there;
}

static int64_t noted(const char *dir, const char *name)
{
	struct buf text = { 0 };
	int64_t at = note_read(dir, name, &text) ? strtoll(buf_str(&text), NULL, 10) : 0;

	buf_clear(&text);
	return at > 0 ? at : 0;
}

int64_t profile_noted(const struct profile *p, const char *name)
{
	return noted(p->dir, name);
}

enum err profile_roots_shown(const struct profile *p, const void *data, size_t len)
{
	return profile_noted(p, PROFILE_RESTORED) ? keys_roots_later_note(p->dir, data, len) : ERR_OK;
}

bool profile_restored_early(const char *dir)
{
	return noted(dir, PROFILE_RESTORED) < noted(dir, BACKED_UP);
}

uint64_t profile_restored_after(const struct profile *p)
{
	int64_t from = profile_noted(p, BACKED_UP), at = profile_noted(p, PROFILE_RESTORED);

	return from && at > from ? (uint64_t)(at - from) / 1000 : 0;
}

/* --- when --- */

enum { MARK = 12 + 2 * KEYS_HASH + 1 };

/* What a copy made now has of the township's keys, as its note says it; "" on a device. */
static void mark_text(const char *dir, char out[MARK])
{
	struct keys_town_mark m;
	int n;

	*out = '\0';
	if (!keys_town_here(dir) || keys_town_mark(dir, &m))
		return;
	n = snprintf(out, MARK, " %u ", m.version);
	keys_hex(m.staff, KEYS_HASH, out + n);
}

static enum profile_overdue overdue(const struct profile *p, int64_t at, const char *mark)
{
	int64_t age = clock_wall() - at;
	char now[MARK];

	mark_text(p->dir, now);
	if (!*now)
		return PROFILE_COPY_FRESH;
	if (keys_town_behind(p->dir))
		return PROFILE_COPY_BEHIND;
	if (!at)
		return PROFILE_COPY_NONE;
	if (*mark == ' ' && strtoul(mark, NULL, 10) != strtoul(now, NULL, 10))
		return PROFILE_COPY_BEFORE_ROOT;
	if (*mark == ' ' && strncmp(mark, now, strlen(now)))
		return PROFILE_COPY_BEFORE_STAFF;
	return age < -DAY || age >= PROFILE_COPY_DAYS * DAY ? PROFILE_COPY_OLD : PROFILE_COPY_FRESH;
}

struct profile_copied profile_backed_up(const struct profile *p)
{
	struct profile_copied c = { 0 };
	struct buf text = { 0 };
	char *mark;

	note_read(p->dir, BACKED_UP, &text);
	c.at = strtoll(buf_str(&text), &mark, 10);
	c.at = c.at > 0 ? c.at : 0;
	c.overdue = overdue(p, c.at, mark);
	buf_clear(&text);
	return c;
}

void profile_overdue_words(const struct profile_copied *c, int offset, struct buf *out)
{
	char day[32];

	switch (c->overdue) {
	case PROFILE_COPY_FRESH:
		return;
	case PROFILE_COPY_NONE:
		buf_puts(out, _("还没备份过: 电脑坏了, 乡镇的钥匙就没有了"));
		return;
	case PROFILE_COPY_BEHIND:
		buf_puts(out, _("恢复用的备份太旧: 设备已认后来换的钥匙, 这里发的都不算。用保险柜里的恢复钥匙再换一次: xunchactl root rotate --recovery; 没有它, 设备只能重新入网"));
		return;
	case PROFILE_COPY_BEFORE_STAFF:
		buf_puts(out, _("备份以后添过人、准过人或改过 PIN: 备份里没有"));
		return;
	case PROFILE_COPY_BEFORE_ROOT:
		buf_puts(out, _("备份以后换过钥匙: 备份里没有新的, 用它恢复, 设备不认"));
		return;
	case PROFILE_COPY_OLD:
		buf_printf(out, _("上次备份是 %s"), clock_format_date(clock_day_of(c->at, offset), day));
	}
}

static bool lies_within(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && path[n] == '/';
}

enum err profile_backup(struct profile *p, const char *to)
{
	char mark[MARK];
	enum err e;

	if (fs_exists(to))
		return err_set(ERR_EXISTS, _("%s: 已经存在, 请换一个名字"), to);
	if (lies_within(to, p->dir))
		return err_set(ERR_USAGE, _("%s 在被备份的目录里面: 请写到别处, 最好是另一块盘"), to);
	if ((e = profile_lock_write(p)))
		return e;
	if (p->journal)
		e = profile_refresh(p);
	mark_text(p->dir, mark);                              /* before the copy: what changes meanwhile is not in it for certain */
	if (!e)
		e = copy_profile(p->dir, to);
	profile_unlock_write(p);
	if (!e) {                                             /* the copy is there, whether or not its day can be noted on a full disk */
		note_when(to, BACKED_UP, mark);
		note_when(p->dir, BACKED_UP, mark);
	}
	return e;
}

/* A township that went back says so: its downlinks count from beyond anything it can have given out since the backup. The age is the time,
 * for from one backup it may be restored twice, and is told apart then; one later at least than the backup's, and than that of what lies in
 * `place`. */
static enum err count_beyond(const char *dir, const char *place)
{
	static const int64_t start = 1577836800;              /* 2020, so that a tick is a positive number to everybody */
	int64_t now = clock_wall() / 1000 - start;
	struct anchor a, lost;
	uint64_t age;
	bool found;
	enum err e = anchor_read(dir, &a, &found);

	if (e)
		return e;
	age = (a.tick >> 32) + 1;
	if (fs_exists(place) && !anchor_read(place, &lost, &found) && found && lost.tick >> 32 >= age)
		age = (lost.tick >> 32) + 1;
	if (now > 0 && now <= INT32_MAX && (uint64_t)now > age)
		age = (uint64_t)now;
	return anchor_set_tick(dir, &a, age << 32 | (uint32_t)a.tick);
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
		e = count_beyond(fresh.data, dir);
	if (!e && keys_town_here(fresh.data))                         /* the desk can tell who has not sent anything since */
		e = note_when(fresh.data, PROFILE_RESTORED, "");
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
