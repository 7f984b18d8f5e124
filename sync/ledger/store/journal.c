#include "config.h"
#include "sync/ledger/store/journal_part.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct journal {
	char *dir;
	const struct seal *seal;
	int fd;                          /* of the last part; -1 when there is none yet */
	uint64_t first, part;            /* numbers of the first and last part; 0 = none */
	uint64_t size;                   /* bytes of the last part that count */
	uint32_t records;                /* in them */
	uint32_t whole;                  /* records before the first damage in the last part */
	uint64_t whole_size;
	bool torn;                       /* there is more in the file than counts */
	uint64_t left_part, left_end;    /* a failed write lies in this part, behind what counts, and ends here at most; 0 = none does */

	/* what is being written */
	uint64_t plan_part;
	uint32_t plan_records;           /* records of plan_part, those in `ready` included */
	struct buf open, ready;          /* entries of the record being made; records made */
};

static enum err part_path(const struct journal *j, uint64_t number, struct buf *out)
{
	buf_reset(out);
	buf_printf(out, "%s/%llu.evj", j->dir, (unsigned long long)number);
	return out->err;
}

static enum err read_part(const struct journal *j, uint64_t number, struct buf *out)
{
	struct buf path = { 0 };
	enum err e = part_path(j, number, &path);

	if (!e)
		e = fs_read(path.data, JOURNAL_FILE_MAX, out);
	buf_clear(&path);
	return e;
}

/* --- opening --- */

static enum err note_part(void *user, const char *name)
{
	struct journal *j = user;
	char *end;
	unsigned long long n = strtoull(name, &end, 10);

	if (name[0] < '1' || name[0] > '9' || strcmp(end, ".evj"))
		return ERR_OK;
	if (!j->first || n < j->first)
		j->first = n;
	if (n > j->part)
		j->part = n;
	return ERR_OK;
}

/* Count the records of the last part in `data`. */
static void scan(struct journal *j, const uint8_t *data, size_t len)
{
	bool skipped, damaged = !part_head_sound(data, len, j->part, j->seal->key != NULL);
	struct part_record r;
	size_t at = PART_HEAD;

	j->size = j->whole_size = damaged ? 0 : PART_HEAD;
	j->records = j->whole = 0;
	while (part_next(data, len, j->part, at, &r, &skipped)) {
		damaged = damaged || skipped || r.ordinal != j->records;
		at = r.at + r.len;
		j->size = at;
		j->records = r.ordinal + 1;
		if (!damaged) {
			j->whole = j->records;
			j->whole_size = at;
		}
	}
	j->torn = j->size < len;
}

static enum err open_last(struct journal *j)
{
	struct buf path = { 0 }, data = { 0 };
	enum err e = part_path(j, j->part, &path);

	fs_close(j->fd);
	j->fd = -1;
	if (!e && !(e = fs_open(path.data, O_RDWR, &j->fd)) && !(e = fs_read(path.data, JOURNAL_FILE_MAX, &data)))
		scan(j, (const uint8_t *)buf_str(&data), data.len);
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

enum err journal_open(const char *dir, const struct seal *seal, struct journal **out)
{
	struct journal *j = calloc(1, sizeof *j);
	enum err e;

	*out = NULL;
	if (!j || !(j->dir = strdup(dir))) {
		free(j);
		return err_set(ERR_NOMEM, "%s", dir);
	}
	j->seal = seal;
	j->fd = -1;
	e = fs_make_dir(dir);
	if (!e)
		e = fs_list(dir, 1u << 20, note_part, j);
	if (!e && j->first)
		e = open_last(j);
	if (e) {
		journal_close(j);
		return err_in(e, "%s", dir);
	}
	journal_abort(j);
	*out = j;
	return ERR_OK;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	fs_close(j->fd);
	buf_clear(&j->open);
	buf_clear(&j->ready);
	free(j->dir);
	free(j);
}

enum err journal_refresh(struct journal *j)
{
	struct buf path = { 0 };
	struct stat st, here;
	enum err e = part_path(j, j->part + 1, &path);
	bool later = !e && fs_exists(path.data);
	bool same;

	if (!e)
		e = part_path(j, j->part, &path);
	same = !e && j->fd >= 0 && !sys->fstat(j->fd, &here) && !sys->lstat(path.data, &st)
		&& st.st_ino == here.st_ino && (uint64_t)st.st_size == j->size && !j->torn;
	buf_clear(&path);
	if (e || (same && !later) || (!j->first && !later))
		return e;
	e = fs_list(j->dir, 1u << 20, note_part, j);
	if (!e)
		e = open_last(j);
	journal_abort(j);
	return e;
}

void journal_start_after(struct journal *j, uint64_t part)
{
	if (j->first)
		return;
	j->part = part;
	journal_abort(j);
}

struct journal_mark journal_end(const struct journal *j)
{
	return j->first ? (struct journal_mark){ j->part, j->records } : (struct journal_mark){ 0 };
}

bool journal_settle(struct journal *j, struct journal_mark confirmed)
{
	if (confirmed.part > j->part || (confirmed.part && confirmed.part < j->first))
		return false;
	if (confirmed.part == j->part && confirmed.records > j->whole)
		return false;
	if (j->records != j->whole || j->size != j->whole_size) {
		j->records = j->whole;
		j->size = j->whole_size;
		j->torn = true;
		journal_abort(j);
	}
	return true;
}

/* --- writing --- */

void journal_abort(struct journal *j)
{
	bool roll = !j->first || j->size >= JOURNAL_PART;

	buf_reset(&j->open);
	buf_reset(&j->ready);
	j->plan_part = roll ? j->part + 1 : j->part;
	j->plan_records = roll ? 0 : j->records;
}

static enum err close_record(struct journal *j)
{
	enum err e;

	if (!j->open.len)
		return j->open.err;
	e = part_put_record(&j->ready, j->seal, j->plan_part, j->plan_records, j->open.data, j->open.len);
	if (!e)
		j->plan_records++;
	buf_reset(&j->open);
	return e;
}

enum err journal_add(struct journal *j, const void *entry, size_t len)
{
	buf_be32(&j->open, (uint32_t)len);
	buf_put(&j->open, entry, len);
	if (j->open.err)
		return j->open.err;
	return j->open.len >= JOURNAL_RECORD ? close_record(j) : ERR_OK;
}

struct journal_mark journal_planned(const struct journal *j)
{
	if (!j->open.len && !j->ready.len)
		return journal_end(j);
	return (struct journal_mark){ j->plan_part, j->plan_records + (j->open.len > 0) };
}

static enum err write_head(struct journal *j, int fd, uint64_t number)
{
	struct buf head = { 0 };
	enum err e;

	part_put_head(&head, number, j->seal->key != NULL);
	e = head.err ? head.err : fs_write_at(fd, head.data, head.len, 0);
	buf_clear(&head);
	return e;
}

/* A new part: its head and first records are durable under its name before anybody counts on them. */
static enum err start_part(struct journal *j)
{
	struct buf path = { 0 };
	enum err e = part_path(j, j->plan_part, &path);
	int fd = -1;

	if (!e && !(e = fs_open(path.data, O_RDWR | O_CREAT | O_TRUNC, &fd)) && !(e = write_head(j, fd, j->plan_part))
	    && !(e = fs_write_at(fd, j->ready.data, j->ready.len, PART_HEAD)) && !(e = fs_sync(fd)))
		e = fs_sync_dir(j->dir);
	if (e) {
		if (fd >= 0 && sys->unlink(path.data)) {
			j->left_part = j->plan_part;
			j->left_end = PART_HEAD + j->ready.len;
		}
		fs_close(fd);
	} else {
		fs_close(j->fd);
		j->fd = fd;
		j->part = j->plan_part;
		j->first = j->first ? j->first : j->part;
		j->size = PART_HEAD + j->ready.len;
	}
	buf_clear(&path);
	return e;
}

static enum err append(struct journal *j)
{
	enum err e = ERR_OK;

	if (j->torn && (e = fs_cut(j->fd, j->size)))
		return e;
	j->torn = true;                                 /* until all of it is there */
	if (!j->size)
		e = write_head(j, j->fd, j->part);
	if (!e)
		e = fs_write_at(j->fd, j->ready.data, j->ready.len, j->size ? j->size : PART_HEAD);
	if (!e)
		e = fs_sync(j->fd);
	if (e && !sys->ftruncate(j->fd, (off_t)j->size)) {
		j->torn = false;
		sys->fdatasync(j->fd);                  /* lest a power cut bring it back */
	} else if (e) {
		j->left_part = j->part;
		j->left_end = (j->size ? j->size : PART_HEAD) + j->ready.len;
	}
	if (e)
		return e;
	j->torn = false;
	j->size = (j->size ? j->size : PART_HEAD) + j->ready.len;
	return ERR_OK;
}

enum err journal_commit(struct journal *j)
{
	enum err e = close_record(j);

	if (!e && j->ready.len) {
		e = j->plan_part == j->part ? append(j) : start_part(j);
		if (!e) {
			j->records = j->whole = j->plan_records;
			j->whole_size = j->size;
		} else {
			e = err_in(e, _("没有存下"));
		}
	}
	journal_abort(j);
	return e;
}

/* --- what a failed write left --- */

bool journal_left(const struct journal *j)
{
	return j->left_part != 0;
}

/* Has nobody written behind it, or replaced the file? */
static bool is_last(const struct journal *j, const char *path)
{
	struct stat st, here;

	if (sys->lstat(path, &st) || (uint64_t)st.st_size > j->left_end)
		return false;
	return j->left_part != j->part || (!sys->fstat(j->fd, &here) && st.st_ino == here.st_ino);
}

enum err journal_undo(struct journal *j, const struct journal_mark *taken)
{
	struct buf path = { 0 }, next = { 0 };
	bool done, known = taken && (taken->part > j->part || (taken->part == j->part && taken->records > j->records));
	enum err e = journal_left(j) ? part_path(j, j->left_part, &path) : ERR_OK;

	if (!e && journal_left(j))
		e = part_path(j, j->left_part + 1, &next);
	if (!e && journal_left(j)) {
		if (known || fs_exists(next.data) || !is_last(j, path.data))
			done = true;
		else if (j->left_part == j->part)
			done = !fs_cut(j->fd, j->size) && !sys->fdatasync(j->fd);
		else
			done = !sys->unlink(path.data) && !fs_sync_dir(j->dir);
		if (done)
			j->left_part = 0;
		else
			e = err_set(ERR_IO, _("%s: 不能去掉没有写完的部分"), j->dir);
	}
	buf_clear(&path);
	buf_clear(&next);
	return e;
}

/* --- reading --- */

static enum err each_in_part(struct journal *j, uint64_t number, uint32_t from, enum err (*each)(void *user, const void *entry, size_t len),
                             void *user, uint64_t *lost)
{
	struct buf data = { 0 }, plain = { 0 };
	enum err e = read_part(j, number, &data);
	const uint8_t *p = (const uint8_t *)buf_str(&data);
	size_t end = number == j->part ? (size_t)j->size : data.len, at = PART_HEAD;
	struct part_record r;
	uint32_t expected = 0;
	bool skipped;

	if (e == ERR_NOTFOUND) {                        /* an empty `data` has no records below */
		(*lost)++;
		e = ERR_OK;
	}
	end = end < data.len ? end : data.len;
	while (!e && part_next(p, end, number, at, &r, &skipped)) {
		at = r.at + r.len;
		if ((skipped || r.ordinal != expected) && r.ordinal >= from)
			(*lost)++;
		expected = r.ordinal + 1;
		if (r.ordinal < from)
			continue;
		e = part_entries(j->seal, number, &r, &plain, each, user);
		if (e == ERR_CORRUPT) {
			(*lost)++;
			e = ERR_OK;
		}
	}
	if (!e && number != j->part && at < end)
		(*lost)++;
	buf_clear(&data);
	buf_clear(&plain);
	return e;
}

enum err journal_each(struct journal *j, struct journal_mark from, enum err (*each)(void *user, const void *entry, size_t len),
                      void *user, uint64_t *lost)
{
	uint64_t uncounted = 0;
	enum err e = ERR_OK;

	lost = lost ? lost : &uncounted;
	for (uint64_t n = from.part ? from.part : j->first; !e && n && n <= j->part; n++)
		e = each_in_part(j, n, n == from.part ? from.records : 0, each, user, lost);
	return e;
}

/* --- rewriting --- */

struct rewriting {
	bool (*change)(void *user, const void *entry, size_t len, struct buf *out);
	void *user;
	struct buf fresh, entries;
	bool changed;
};

static enum err rewrite_entry(void *user, const void *entry, size_t len)
{
	struct rewriting *w = user;

	buf_reset(&w->fresh);
	if (w->change(w->user, entry, len, &w->fresh)) {
		w->changed = true;
		buf_be32(&w->entries, (uint32_t)w->fresh.len);
		buf_put(&w->entries, w->fresh.data, w->fresh.len);
	} else {
		buf_be32(&w->entries, (uint32_t)len);
		buf_put(&w->entries, entry, len);
	}
	return w->fresh.err ? w->fresh.err : w->entries.err;
}

static enum err rewrite_part(struct journal *j, uint64_t number, struct rewriting *w)
{
	struct buf data = { 0 }, plain = { 0 }, out = { 0 }, path = { 0 };
	enum err e = read_part(j, number, &data);
	size_t end, at = PART_HEAD;
	struct part_record r;
	bool skipped, any = false;

	end = number == j->part ? (size_t)j->size : data.len;
	part_put_head(&out, number, j->seal->key != NULL);
	while (!e && part_next((const uint8_t *)data.data, end, number, at, &r, &skipped)) {
		at = r.at + r.len;
		w->changed = false;
		buf_reset(&w->entries);
		e = part_entries(j->seal, number, &r, &plain, rewrite_entry, w);
		if (e == ERR_CORRUPT || (!e && !w->changed)) {
			buf_put(&out, data.data + r.at, r.len);
			e = out.err;
		} else if (!e) {
			any = true;
			e = part_put_record(&out, j->seal, number, r.ordinal, w->entries.data, w->entries.len);
		}
	}
	if (!e && any && !(e = part_path(j, number, &path)))
		e = fs_write(path.data, out.data, out.len);
	if (!e && any && number == j->part)
		e = open_last(j);
	buf_clear(&data);
	buf_clear(&plain);
	buf_clear(&out);
	buf_clear(&path);
	return e;
}

enum err journal_rewrite(struct journal *j, bool (*change)(void *user, const void *entry, size_t len, struct buf *out), void *user)
{
	struct rewriting w = { .change = change, .user = user };
	enum err e = ERR_OK;

	for (uint64_t n = j->first; !e && n && n <= j->part; n++) {
		e = rewrite_part(j, n, &w);
		if (e == ERR_NOTFOUND && n != j->part)
			e = ERR_OK;
	}
	buf_clear(&w.fresh);
	buf_clear(&w.entries);
	journal_abort(j);
	return e;
}
