#include "config.h"
#include "sync/town/upload.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"
#include "sync/keys/hash.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct upload {
	char *dir;
	struct upload_host host;
};

/* One file of the folder. */
struct part {
	char name[UPLOAD_ID + 1];
	uint64_t length, offset;
	int64_t touched;                  /* ms */
};

enum err upload_open(const char *dir, const struct upload_host *host, struct upload **out)
{
	struct upload *u = calloc(1, sizeof *u);
	enum err e = fs_make_dir(dir);

	*out = NULL;
	if (!e && (!u || !(u->dir = strdup(dir))))
		e = err_set(ERR_NOMEM, "%s", dir);
	if (e) {
		free(u);
		return e;
	}
	u->host = *host;
	*out = u;
	return ERR_OK;
}

void upload_close(struct upload *u)
{
	if (u)
		free(u->dir);
	free(u);
}

static bool is_name(const char *s)
{
	size_t n = strspn(s, "0123456789abcdef");

	if (*s == 'r')
		n = 1 + strspn(s + 1, "0123456789abcdef");
	return n == UPLOAD_ID && !s[n];
}

/* "<id>.<length>" of a regular file; false for anything else in the folder. */
static bool read_part(struct upload *u, const char *file, struct part *p)
{
	struct buf path = { 0 };
	const char *dot = strchr(file, '.');
	struct stat st;
	bool good;
	char *end;

	if (!dot || dot - file != UPLOAD_ID || dot[1] < '0' || dot[1] > '9')
		return false;
	memcpy(p->name, file, UPLOAD_ID);
	p->name[UPLOAD_ID] = '\0';
	p->length = strtoull(dot + 1, &end, 10);
	good = is_name(p->name) && !*end && !sys->lstat(fs_path(&path, u->dir, file), &st) && S_ISREG(st.st_mode);
	if (good) {
		p->offset = (uint64_t)st.st_size;
		p->touched = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	}
	buf_clear(&path);
	return good && p->offset <= p->length;
}

struct search { struct upload *u; const char *name; struct part part; bool found; };

static enum err match(void *user, const char *file)
{
	struct search *s = user;
	struct part p;

	if (!s->found && !strncmp(file, s->name, UPLOAD_ID) && read_part(s->u, file, &p)) {
		s->part = p;
		s->found = true;
	}
	return ERR_OK;
}

static enum err find(struct upload *u, const char *name, struct part *out)
{
	struct search s = { .u = u, .name = name };
	enum err e;

	if (!is_name(name))
		return err_set(ERR_NOTFOUND, _("没有这个上传"));
	if ((e = fs_list(u->dir, UPLOAD_FILES_MAX, match, &s)))
		return e;
	*out = s.part;
	return s.found ? ERR_OK : err_set(ERR_NOTFOUND, _("没有这个上传: 已收完, 过期, 或从没开始"));
}

static const char *part_path(struct upload *u, const struct part *p, struct buf *out)
{
	buf_reset(out);
	buf_printf(out, "%s/%s.%llu", u->dir, p->name, (unsigned long long)p->length);
	return buf_str(out);
}

/* The first bytes of an upload; false when they are not all here yet. */
static bool head_of(struct upload *u, const struct part *p, size_t len, uint8_t *out)
{
	struct buf path = { 0 };
	bool good = false;
	int fd;

	if (p->offset >= len && !fs_open(part_path(u, p, &path), O_RDONLY, &fd)) {
		good = !fs_read_at(fd, out, len, 0);
		fs_close(fd);
	}
	buf_clear(&path);
	return good;
}

/* What is half done: in all, without a name yet, and of the same kind: of one sealer, or any attachment. */
struct survey {
	struct upload *u;
	const char *except;               /* not this one */
	const uint8_t *sealer;            /* NULL: nobody's */
	bool blobs;                       /* the same are attachments */
	uint64_t bytes;
	uint32_t files, stubs, same;
	struct part oldest_stub, oldest_same;
};

static void note(const struct part *p, uint32_t *count, struct part *oldest)
{
	if (!*count || p->touched < oldest->touched)
		*oldest = *p;
	++*count;
}

static bool is_blob(const uint8_t head[UPLOAD_HEAD])
{
	return !memcmp(head, "XCA1", 4);
}

static bool is_same(const struct survey *s, const uint8_t head[UPLOAD_HEAD])
{
	return s->blobs ? is_blob(head) : !is_blob(head) && !memcmp(head + UPLOAD_SEALER_AT, s->sealer, UPLOAD_SEALER);
}

static enum err survey_one(void *user, const char *file)
{
	uint8_t head[UPLOAD_HEAD];
	struct survey *s = user;
	struct part p;

	if (!read_part(s->u, file, &p))
		return ERR_OK;
	s->files++;
	s->bytes += p.offset;
	if (p.offset == p.length || (s->except && !strcmp(p.name, s->except)))
		return ERR_OK;
	if (p.offset < UPLOAD_HEAD)
		note(&p, &s->stubs, &s->oldest_stub);
	else if ((s->sealer || s->blobs) && head_of(s->u, &p, UPLOAD_HEAD, head) && is_same(s, head))
		note(&p, &s->same, &s->oldest_same);
	return ERR_OK;
}

static enum err remove_part(struct upload *u, const struct part *p)
{
	struct buf path = { 0 };
	enum err e = fs_remove(part_path(u, p, &path));

	buf_clear(&path);
	return e;
}

static enum err make_name(const char *id, char name[UPLOAD_ID + 1])
{
	uint8_t random[UPLOAD_ID / 2];
	enum err e;

	if (id) {
		if (!is_name(id) || *id == 'r')
			return err_set(ERR_FORMAT, _("上传的 id 要是 64 位十六进制"));
		memcpy(name, id, UPLOAD_ID + 1);
		return ERR_OK;
	}
	if ((e = fs_random(random, sizeof random)))
		return e;
	for (size_t i = 0; i < UPLOAD_ID; i++)
		name[i] = "0123456789abcdef"[random[i / 2] >> (i % 2 * 4) & 15];
	name[0] = 'r';
	name[UPLOAD_ID] = '\0';
	return ERR_OK;
}

/* Room for one more file. */
static enum err make_room(struct upload *u, uint64_t length)
{
	struct survey s = { .u = u };
	enum err e = fs_list(u->dir, UPLOAD_FILES_MAX, survey_one, &s);

	if (!e && (s.bytes + length > UPLOAD_BYTES_MAX || s.files >= UPLOAD_FILES_MAX - 1))
		e = err_set(ERR_LIMIT, _("没收完的上传太多, 过一阵再试"));
	if (!e && s.stubs >= UPLOAD_STUBS)
		e = remove_part(u, &s.oldest_stub);
	return e;
}

enum err upload_create(struct upload *u, const char *id, uint64_t length, char name[UPLOAD_ID + 1], uint64_t *offset)
{
	struct buf path = { 0 };
	struct part p = { .length = length }, old;
	uint8_t author[UPLOAD_SEALER];
	enum err e;
	int fd;

	*offset = 0;
	if ((e = make_name(id, name)))
		return e;
	if (length < UPLOAD_HEAD || (length > u->host.file_max && !(id && u->host.wants && !u->host.wants(u->host.user, id, length, author))))
		return err_set(ERR_LIMIT, _("包有 %llu 字节, 上限 %llu"), (unsigned long long)length, (unsigned long long)u->host.file_max);
	if (id && !find(u, name, &old)) {
		if (old.length == length) {
			*offset = old.offset;
			return ERR_OK;
		}
		if ((e = remove_part(u, &old)))
			return e;
	}
	memcpy(p.name, name, sizeof p.name);
	if (!(e = make_room(u, length)) && !(e = fs_open(part_path(u, &p, &path), O_WRONLY | O_CREAT | O_EXCL, &fd)))
		fs_close(fd);
	buf_clear(&path);
	return e;
}

enum err upload_state(struct upload *u, const char *name, uint64_t *offset, uint64_t *length)
{
	struct part p;
	enum err e = find(u, name, &p);

	if (!e) {
		*offset = p.offset;
		*length = p.length;
	}
	return e;
}

/* May this upload go on, now that these bytes complete its head? */
static enum err check_head(struct upload *u, const struct part *p, const uint8_t *data)
{
	uint8_t head[UPLOAD_HEAD], author[UPLOAD_SEALER];
	struct survey s = { .u = u, .except = p->name, .sealer = head + UPLOAD_SEALER_AT };
	size_t had = (size_t)p->offset;
	enum err e;

	if (!head_of(u, p, had, head))
		return err_set(ERR_IO, _("读不出上传的开头"));
	memcpy(head + had, data, UPLOAD_HEAD - had);
	s.blobs = is_blob(head) && u->host.wants;
	if (!s.blobs && memcmp(head, "XCB1", 4))
		return err_set(ERR_FORMAT, _("不是巡查的包"));
	if (s.blobs && (e = u->host.wants(u->host.user, p->name, p->length, author)))
		return e;
	e = u->host.admit(u->host.user, s.blobs ? author : s.sealer, p->length, s.blobs);
	if (e || (e = fs_list(u->dir, UPLOAD_FILES_MAX, survey_one, &s)))
		return e;
	return s.same >= (s.blobs ? UPLOAD_BLOBS : UPLOAD_PER_WRITER) ? remove_part(u, &s.oldest_same) : ERR_OK;
}

static size_t largest(const struct upload *u)
{
	return (size_t)(u->host.blob_max > u->host.file_max ? u->host.blob_max : u->host.file_max);
}

/* Is the finished file what its name says? */
static enum err check_hash(struct upload *u, const struct part *p)
{
	uint8_t hash[KEYS_HASH];
	char hex[2 * KEYS_HASH + 1];
	struct buf path = { 0 }, data = { 0 };
	enum err e = *p->name == 'r' ? ERR_OK : fs_read(part_path(u, p, &path), largest(u), &data);

	if (!e && *p->name != 'r') {
		keys_hash(data.data, data.len, hash);
		keys_hex(hash, KEYS_HASH, hex);
		if (strcmp(hex, p->name))
			e = err_set(ERR_FORMAT, _("收到的内容和它的 id 不符, 请从头再传"));
	}
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

/* Durable, or as before. */
static enum err write_piece(struct upload *u, const struct part *p, const void *data, size_t len)
{
	struct buf path = { 0 };
	int fd;
	enum err e = fs_open(part_path(u, p, &path), O_RDWR, &fd);

	buf_clear(&path);
	if (e)
		return e;
	e = fs_write_at(fd, data, len, p->offset);
	if (!e)
		e = fs_sync(fd);
	if (e)
		sys->ftruncate(fd, (off_t)p->offset);
	fs_close(fd);
	return e;
}

enum err upload_append(struct upload *u, const char *name, uint64_t at, const void *data, size_t len, uint64_t *offset)
{
	struct part p;
	enum err e;

	if ((e = find(u, name, &p)))
		return e;
	*offset = p.offset;
	if (at != p.offset)
		return err_set(ERR_CONFLICT, _("已收到 %llu 字节, 不是 %llu"), (unsigned long long)p.offset, (unsigned long long)at);
	if (len > p.length - p.offset)
		return err_set(ERR_LIMIT, _("比说好的 %llu 字节多"), (unsigned long long)p.length);
	if (p.offset < UPLOAD_HEAD && p.offset + len >= UPLOAD_HEAD && (e = check_head(u, &p, data))) {
		if (e != ERR_IO && e != ERR_NOMEM)
			remove_part(u, &p);
		return e;
	}
	if ((e = write_piece(u, &p, data, len)))
		return e;
	p.offset += len;
	if (p.offset == p.length && (e = check_hash(u, &p)) == ERR_FORMAT)
		remove_part(u, &p);
	if (!e)
		*offset = p.offset;
	return e;
}

struct whole { struct upload *u; enum err (*each)(void *user, const char *name); void *user; };

static enum err whole_one(void *user, const char *file)
{
	struct whole *w = user;
	struct part p;

	return read_part(w->u, file, &p) && p.offset == p.length ? w->each(w->user, p.name) : ERR_OK;
}

enum err upload_whole(struct upload *u, enum err (*each)(void *user, const char *name), void *user)
{
	struct whole w = { u, each, user };

	return fs_list(u->dir, UPLOAD_FILES_MAX, whole_one, &w);
}

enum err upload_read(struct upload *u, const char *name, struct buf *out)
{
	struct buf path = { 0 };
	struct part p;
	enum err e = find(u, name, &p);

	if (!e && p.offset < p.length)
		e = err_set(ERR_HELD, _("收到 %llu / %llu 字节"), (unsigned long long)p.offset, (unsigned long long)p.length);
	if (!e)
		e = fs_read(part_path(u, &p, &path), largest(u), out);
	buf_clear(&path);
	return e;
}

enum err upload_drop(struct upload *u, const char *name)
{
	struct part p;
	enum err e = find(u, name, &p);

	return e == ERR_NOTFOUND ? ERR_OK : e ? e : remove_part(u, &p);
}

struct expiry { struct upload *u; int64_t now; };

static enum err expire_one(void *user, const char *file)
{
	struct expiry *x = user;
	struct part p;
	int64_t days;

	if (!read_part(x->u, file, &p) || p.offset == p.length)
		return ERR_OK;
	days = p.offset < UPLOAD_HEAD ? 1 : UPLOAD_DAYS;
	return p.touched < x->now - days * 86400000 ? remove_part(x->u, &p) : ERR_OK;
}

enum err upload_expire(struct upload *u, int64_t now)
{
	struct expiry x = { u, now };

	return fs_list(u->dir, UPLOAD_FILES_MAX, expire_one, &x);
}
