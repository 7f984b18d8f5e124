#include "config.h"
#include "sync/town/upload.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"

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
		p->touched = (int64_t)st.st_mtim.tv_sec * 1000;
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

struct sum { struct upload *u; uint64_t bytes; uint32_t files, same; const uint8_t *sealer; };

/* The sealer that the first bytes name; false when they are not here yet. */
static bool sealer_of(struct upload *u, const struct part *p, uint8_t out[UPLOAD_SEALER])
{
	struct buf path = { 0 };
	bool good = false;
	int fd;

	if (p->offset >= UPLOAD_SEALER_AT + UPLOAD_SEALER && !fs_open(part_path(u, p, &path), O_RDONLY, &fd)) {
		good = !fs_read_at(fd, out, UPLOAD_SEALER, UPLOAD_SEALER_AT);
		fs_close(fd);
	}
	buf_clear(&path);
	return good;
}

static enum err add_up(void *user, const char *file)
{
	uint8_t sealer[UPLOAD_SEALER];
	struct sum *s = user;
	struct part p;

	if (!read_part(s->u, file, &p))
		return ERR_OK;
	s->files++;
	s->bytes += p.length;
	if (s->sealer && sealer_of(s->u, &p, sealer) && !memcmp(sealer, s->sealer, UPLOAD_SEALER))
		s->same++;
	return ERR_OK;
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

enum err upload_create(struct upload *u, const char *id, uint64_t length, char name[UPLOAD_ID + 1])
{
	struct sum sum = { .u = u };
	struct buf path = { 0 };
	struct part p = { .length = length }, old;
	enum err e;
	int fd;

	if ((e = make_name(id, name)))
		return e;
	if (length > u->host.file_max || length < UPLOAD_SEALER_AT + UPLOAD_SEALER)
		return err_set(ERR_LIMIT, _("包有 %llu 字节, 上限 %llu"), (unsigned long long)length, (unsigned long long)u->host.file_max);
	if (id && !find(u, name, &old)) {
		if (old.length == length)
			return ERR_OK;
		if ((e = fs_remove(part_path(u, &old, &path)))) {
			buf_clear(&path);
			return e;
		}
	}
	if (!(e = fs_list(u->dir, UPLOAD_FILES_MAX, add_up, &sum)) && (sum.bytes + length > UPLOAD_BYTES_MAX || sum.files >= UPLOAD_FILES_MAX - 1))
		e = err_set(ERR_LIMIT, _("没收完的上传太多, 过一阵再试"));
	memcpy(p.name, name, sizeof p.name);
	if (!e && !(e = fs_open(part_path(u, &p, &path), O_WRONLY | O_CREAT | O_EXCL, &fd)))
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

/* May this upload go on, now that its first bytes may have come? */
static enum err check_sealer(struct upload *u, const struct part *p, uint64_t before)
{
	uint8_t sealer[UPLOAD_SEALER];
	struct sum sum = { .u = u, .sealer = sealer };
	enum err e;

	if (before >= UPLOAD_SEALER_AT + UPLOAD_SEALER || !sealer_of(u, p, sealer))
		return ERR_OK;
	if (!u->host.known(u->host.user, sealer))
		return err_set(ERR_UNKNOWN, _("封包的设备没有入网"));
	if ((e = fs_list(u->dir, UPLOAD_FILES_MAX, add_up, &sum)))
		return e;
	return sum.same > UPLOAD_PER_WRITER ? err_set(ERR_LIMIT, _("这台设备没传完的包太多, 先把它们传完")) : ERR_OK;
}

enum err upload_append(struct upload *u, const char *name, uint64_t at, const void *data, size_t len, uint64_t *offset)
{
	struct buf path = { 0 };
	struct part p;
	uint64_t before;
	enum err e;
	int fd;

	if ((e = find(u, name, &p)))
		return e;
	*offset = before = p.offset;
	if (at != p.offset)
		return err_set(ERR_CONFLICT, _("已收到 %llu 字节, 不是 %llu"), (unsigned long long)p.offset, (unsigned long long)at);
	if (len > p.length - p.offset)
		return err_set(ERR_LIMIT, _("比说好的 %llu 字节多"), (unsigned long long)p.length);
	if ((e = fs_open(part_path(u, &p, &path), O_RDWR, &fd)))
		goto out;
	e = fs_write_at(fd, data, len, at);
	if (!e)
		e = fs_sync(fd);
	if (e)
		sys->ftruncate(fd, (off_t)before);
	fs_close(fd);
	if (e)
		goto out;
	p.offset += len;
	*offset = p.offset;
	if ((e = check_sealer(u, &p, before)))
		fs_remove(buf_str(&path));
out:
	buf_clear(&path);
	return e;
}

enum err upload_read(struct upload *u, const char *name, struct buf *out)
{
	struct buf path = { 0 };
	struct part p;
	enum err e = find(u, name, &p);

	if (!e && p.offset < p.length)
		e = err_set(ERR_HELD, _("收到 %llu / %llu 字节"), (unsigned long long)p.offset, (unsigned long long)p.length);
	if (!e)
		e = fs_read(part_path(u, &p, &path), (size_t)u->host.file_max, out);
	buf_clear(&path);
	return e;
}

enum err upload_drop(struct upload *u, const char *name)
{
	struct buf path = { 0 };
	struct part p;
	enum err e = find(u, name, &p);

	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (!e)
		e = fs_remove(part_path(u, &p, &path));
	buf_clear(&path);
	return e;
}

struct expiry { struct upload *u; int64_t before; };

static enum err expire_one(void *user, const char *file)
{
	struct expiry *x = user;
	struct buf path = { 0 };
	struct part p;
	enum err e = ERR_OK;

	if (read_part(x->u, file, &p) && p.touched < x->before)
		e = fs_remove(fs_path(&path, x->u->dir, file));
	buf_clear(&path);
	return e;
}

enum err upload_expire(struct upload *u, int64_t now)
{
	struct expiry x = { u, now - (int64_t)UPLOAD_DAYS * 86400000 };

	return fs_list(u->dir, UPLOAD_FILES_MAX, expire_one, &x);
}
