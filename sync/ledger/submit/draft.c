#include "config.h"
#include "sync/ledger/submit/draft.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"
#include "sync/ledger/log/log_batch.h"
#include "sync/ledger/profile/profile_own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

/* slot := length u32 ‖ check 8 ‖ sealed CBOR [id, writer, form, version, row, number, started, sequence, bytes] ; what a
 * longer save left behind the end of a shorter one is not looked at. */
enum { HEAD = 4 + SEAL_CHECK, SLOT_MAX = DRAFT_BYTES_MAX + 4096 };

struct draft {
	struct profile *p;
	struct draft_about about;
	int fd[2];
	int next;                    /* the slot that is older */
};

struct name { char text[24]; };

static struct name slot_name(uint64_t id, int which)
{
	struct name n;

	snprintf(n.text, sizeof n.text, "%016llx.%c", (unsigned long long)id, "ab"[which]);
	return n;
}

static enum err slot_path(struct profile *p, uint64_t id, int which, struct buf *out)
{
	buf_reset(out);
	buf_printf(out, "%s/draft/%s", p->dir, slot_name(id, which).text);
	return out->err;
}

/* --- a slot --- */

static enum err print(struct profile *p, const struct draft_about *a, const void *bytes, size_t len, struct buf *out)
{
	struct name about = slot_name(a->id, 0);
	struct buf plain = { 0 }, sealed = { 0 };
	uint8_t check[SEAL_CHECK];
	enum err e;

	cbor_put_array(&plain, 9);
	cbor_put_unsigned(&plain, a->id);
	cbor_put_bytes(&plain, a->writer, EVENT_WRITER);
	cbor_put_text(&plain, a->form);
	cbor_put_text(&plain, a->version);
	cbor_put_text(&plain, a->row);
	cbor_put_unsigned(&plain, a->number);
	cbor_put_integer(&plain, a->started);
	cbor_put_unsigned(&plain, a->sequence);
	cbor_put_bytes(&plain, bytes, len);
	e = plain.err ? plain.err : seal_put(&p->seal, about.text, 16, plain.data, plain.len, &sealed);
	if (!e) {
		seal_check(about.text, 16, sealed.data, sealed.len, check);
		buf_be32(out, (uint32_t)sealed.len);
		buf_put(out, check, sizeof check);
		buf_put(out, sealed.data, sealed.len);
		e = out->err;
	}
	buf_clear(&plain);
	buf_clear(&sealed);
	return e;
}

static void copy_text(struct cbor *c, char out[DRAFT_TEXT_MAX])
{
	size_t len;
	const char *s = cbor_text(c, DRAFT_TEXT_MAX - 1, &len);

	if (s) {
		memcpy(out, s, len);
		out[len] = '\0';
	}
}

static enum err parse(const struct buf *plain, struct draft_about *a, struct buf *bytes)
{
	struct cbor c = cbor_init(plain->data, plain->len);
	const uint8_t *writer, *data;
	size_t len = 0;

	memset(a, 0, sizeof *a);
	if (cbor_array(&c, 9) != 9)
		return ERR_CORRUPT;
	a->id = cbor_unsigned(&c);
	if ((writer = cbor_bytes_n(&c, EVENT_WRITER)))
		memcpy(a->writer, writer, EVENT_WRITER);
	copy_text(&c, a->form);
	copy_text(&c, a->version);
	copy_text(&c, a->row);
	a->number = cbor_unsigned(&c);
	a->started = cbor_integer(&c);
	a->sequence = cbor_unsigned(&c);
	data = cbor_bytes(&c, &len);
	if (cbor_end(&c))
		return ERR_CORRUPT;
	if (bytes) {
		buf_reset(bytes);
		buf_put(bytes, data, len);
		return bytes->err;
	}
	return ERR_OK;
}

/* One slot from its file; any damage is ERR_CORRUPT. */
static enum err read_slot(struct profile *p, uint64_t id, int which, struct draft_about *a, struct buf *bytes)
{
	struct name about = slot_name(id, 0);
	struct buf path = { 0 }, file = { 0 }, plain = { 0 };
	const uint8_t *check, *body;
	uint8_t want[SEAL_CHECK];
	struct wire w;
	uint32_t len;
	enum err e = slot_path(p, id, which, &path);

	if (!e)
		e = fs_read(path.data, SLOT_MAX, &file);
	if (!e) {
		w = wire_init(buf_str(&file), file.len);
		len = wire_u32(&w);
		check = wire_bytes(&w, SEAL_CHECK);
		body = wire_bytes(&w, len);
		e = w.err ? ERR_CORRUPT : ERR_OK;
		if (!e)
			seal_check(about.text, 16, body, len, want);
		if (!e && memcmp(want, check, SEAL_CHECK))
			e = ERR_CORRUPT;
		if (!e)
			e = seal_get(&p->seal, about.text, 16, body, len, &plain);
		if (!e)
			e = parse(&plain, a, bytes);
		if (!e && a->id != id)
			e = ERR_CORRUPT;
	}
	buf_clear(&path);
	buf_clear(&file);
	buf_clear(&plain);
	return e;
}

/* The newer of the sound slots. *which is its index. */
static enum err read_newest(struct profile *p, uint64_t id, struct draft_about *a, struct buf *bytes, int *which)
{
	struct draft_about each[2];
	struct buf data[2] = { { 0 }, { 0 } };
	enum err e[2];

	for (int i = 0; i < 2; i++)
		e[i] = read_slot(p, id, i, &each[i], bytes ? &data[i] : NULL);
	*which = e[0] ? 1 : e[1] ? 0 : each[1].sequence > each[0].sequence;
	if (!e[*which]) {
		*a = each[*which];
		if (bytes) {
			buf_clear(bytes);
			*bytes = data[*which];
			data[*which] = (struct buf){ 0 };
		}
	}
	buf_clear(&data[0]);
	buf_clear(&data[1]);
	if (!e[*which])
		return ERR_OK;
	return e[0] == ERR_NOTFOUND && e[1] == ERR_NOTFOUND ? err_set(ERR_NOTFOUND, _("没有这份草稿"))
		: e[0] == ERR_NOMEM || e[1] == ERR_NOMEM ? ERR_NOMEM : err_set(ERR_CORRUPT, _("草稿已损坏, 读不出"));
}

/* --- open ones --- */

static void close_files(struct draft *d)
{
	fs_close(d->fd[0]);                             /* lets the lock go */
	fs_close(d->fd[1]);
	d->fd[0] = d->fd[1] = -1;
}

/* Only a new one is made: one that another session has just sent off must not come back as an empty one. */
static enum err open_files(struct draft *d, bool fresh)
{
	struct buf path = { 0 };
	enum err e = ERR_OK;
	int r;

	for (int i = 0; !e && i < 2; i++)
		if (!(e = slot_path(d->p, d->about.id, i, &path)))
			e = fs_open(path.data, fresh || i ? O_RDWR | O_CREAT : O_RDWR, &d->fd[i]);
	if (!e) {
		do
			r = sys->flock(d->fd[0], LOCK_EX | LOCK_NB);
		while (r && errno == EINTR);
		if (r)
			e = err_set(errno == EWOULDBLOCK ? ERR_BUSY : ERR_IO, _("这份草稿正在别处打开"));
	}
	if (!e) {
		profile_path(d->p, "draft", &path);
		e = path.err ? path.err : fs_sync_dir(path.data);
	}
	if (e)
		close_files(d);
	buf_clear(&path);
	return e;
}

static enum err make(struct profile *p, struct draft **out)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return err_set(ERR_NOMEM, "draft");
	(*out)->p = p;
	(*out)->fd[0] = (*out)->fd[1] = -1;
	return ERR_OK;
}

struct numbering { uint64_t number; };

/* The running number of a writer's records: taken when the draft opens, never given back. */
static enum err take_number(struct log_batch *b, void *user)
{
	struct numbering *n = user;
	struct store_key key = log_meta_key(META_DRAFT_NUMBER), value = store_key();

	store_key_put(&key, log_profile(b)->writer, EVENT_WRITER);
	n->number = log_meta_number(log_txn(b), &key, 0) + 1;
	store_key_u64(&value, n->number);
	return log_keep(b, STORE_META, &key, value.bytes, value.len);
}

enum err draft_new(struct profile *p, const struct draft_about *about, struct draft **out)
{
	struct numbering n;
	struct draft *d;
	enum err e;

	*out = NULL;
	if (!p->identity)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if ((e = make(p, &d)))
		return e;
	d->about = *about;
	d->about.sequence = 0;
	memcpy(d->about.writer, p->writer, EVENT_WRITER);
	if (!(e = fs_random(&d->about.id, sizeof d->about.id)) && !(e = log_write(p, take_number, &n))) {
		d->about.number = n.number;
		e = open_files(d, true);
	}
	if (e)
		draft_close(d);
	else
		*out = d;
	return e;
}

enum err draft_open(struct profile *p, uint64_t id, struct draft **out, struct buf *bytes)
{
	struct draft_about about;
	struct draft *d;
	int which;
	enum err e;

	*out = NULL;
	if (!p->identity)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if ((e = read_newest(p, id, &about, bytes, &which)))
		return e;
	if (memcmp(about.writer, p->writer, EVENT_WRITER))
		return err_set(ERR_DENIED, _("这份草稿是另一位记录人的"));
	if ((e = make(p, &d)))
		return e;
	d->about = about;
	if (!(e = open_files(d, false)))
		e = read_newest(p, id, &d->about, bytes, &which);   /* it may have moved on before the lock */
	d->next = !which;
	if (e)
		draft_close(d);
	else
		*out = d;
	return e;
}

const struct draft_about *draft_about(const struct draft *d)
{
	return &d->about;
}

enum err draft_save(struct draft *d, const void *bytes, size_t len)
{
	struct draft_about about = d->about;
	struct buf slot = { 0 };
	enum err e;

	if (len > DRAFT_BYTES_MAX)
		return err_set(ERR_LIMIT, _("草稿 %zu 字节, 上限 %d"), len, DRAFT_BYTES_MAX);
	about.sequence++;
	profile_cut_left(d->p);         /* what a failed save left would count once this program died, and the draft go for it with all that is new in it */
	e = print(d->p, &about, bytes, len, &slot);
	if (!e && !(e = fs_write_at(d->fd[d->next], slot.data, slot.len, 0)))
		e = fs_sync(d->fd[d->next]);
	buf_clear(&slot);
	if (e)
		return err_in(e, _("草稿没有保存"));
	d->about = about;
	d->next = !d->next;
	return ERR_OK;
}

void draft_close(struct draft *d)
{
	if (!d)
		return;
	close_files(d);
	free(d);
}

/* --- all of them --- */

struct listing { struct profile *p; struct draft_about *at; size_t count; };

static bool id_of(const char *name, uint64_t *id)
{
	char *end;

	if (strlen(name) != 18 || strcspn(name, "0123456789abcdef") || (strcmp(name + 16, ".a") && strcmp(name + 16, ".b")))
		return false;
	*id = strtoull(name, &end, 16);
	return end == name + 16;
}

static enum err note(void *user, const char *name)
{
	struct listing *l = user;
	struct draft_about a;
	uint64_t id;
	int which;

	if (!id_of(name, &id) || l->count == DRAFT_COUNT_MAX || (l->count && l->at[l->count - 1].id == id))
		return ERR_OK;
	if (!read_newest(l->p, id, &a, NULL, &which) && !memcmp(a.writer, l->p->writer, EVENT_WRITER))
		l->at[l->count++] = a;
	return ERR_OK;
}

static int newest_first(const void *a, const void *b)
{
	const struct draft_about *x = a, *y = b;

	return (x->number < y->number) - (x->number > y->number);
}

static enum err list_files(struct profile *p, enum err (*each)(void *user, const char *name), void *user)
{
	struct buf dir = { 0 };
	enum err e;

	profile_path(p, "draft", &dir);
	e = dir.err ? dir.err : fs_list(dir.data, 1u << 16, each, user);
	buf_clear(&dir);
	return e;
}

enum err draft_list(struct profile *p, enum err (*each)(void *user, const struct draft_about *about), void *user)
{
	struct listing l = { .p = p, .at = calloc(DRAFT_COUNT_MAX, sizeof *l.at) };
	enum err e;

	if (!l.at)
		return err_set(ERR_NOMEM, "draft");
	e = p->identity ? list_files(p, note, &l) : ERR_OK;
	qsort(l.at, l.count, sizeof *l.at, newest_first);
	for (size_t i = 0; !e && i < l.count; i++)
		e = each(user, &l.at[i]);
	free(l.at);
	return e;
}

struct telling { struct profile *p; enum err (*each)(void *user, const struct draft_about *about); void *user; uint64_t told; };

static enum err tell(void *user, const char *name)
{
	struct telling *x = user;
	struct draft_about a;
	uint64_t id;
	int which;

	if (!id_of(name, &id) || id == x->told || read_newest(x->p, id, &a, NULL, &which))
		return ERR_OK;
	x->told = id;
	return x->each(x->user, &a);
}

enum err draft_each(struct profile *p, enum err (*each)(void *user, const struct draft_about *about), void *user)
{
	return list_files(p, tell, &(struct telling){ .p = p, .each = each, .user = user });
}

enum err draft_remove(struct profile *p, uint64_t id)
{
	struct buf path = { 0 };
	enum err e = ERR_OK;

	for (int i = 1; !e && i >= 0; i--)
		if (!(e = slot_path(p, id, i, &path)))
			e = fs_remove(path.data);
	buf_clear(&path);
	return e;
}

enum err draft_record(struct profile *p, uint64_t id, uint8_t record[EVENT_REF])
{
	struct store_key key = log_meta_key(META_DRAFT);
	struct buf ref = { 0 };
	struct store_txn t;
	enum err e;

	store_key_u64(&key, id);
	profile_begin(p, &t);
	e = t.err ? t.err : store_get(&t, STORE_META, &key, &ref);
	store_abort(&t);
	if (!e && ref.len != EVENT_REF)
		e = ERR_NOTFOUND;
	if (!e)
		memcpy(record, ref.data, EVENT_REF);
	buf_clear(&ref);
	return e;
}

bool draft_exists(struct profile *p, uint64_t id)
{
	struct buf path = { 0 };
	bool exists = false;

	for (int i = 0; i < 2; i++)
		exists |= !slot_path(p, id, i, &path) && fs_exists(path.data);
	buf_clear(&path);
	return exists;
}

bool draft_is_open(struct profile *p, uint64_t id)
{
	struct buf path = { 0 };
	int fd = -1, r = 0;

	if (!slot_path(p, id, 0, &path) && !fs_open(path.data, O_RDONLY, &fd)) {
		do
			r = sys->flock(fd, LOCK_SH | LOCK_NB);
		while (r && errno == EINTR);
		fs_close(fd);
	}
	buf_clear(&path);
	return r != 0;
}

struct sweeping { struct profile *p; struct store_txn *t; };

static enum err sweep(void *user, const char *name)
{
	struct sweeping *s = user;
	struct store_key key = log_meta_key(META_DRAFT);
	uint64_t id;

	if (!id_of(name, &id))
		return ERR_OK;
	store_key_u64(&key, id);
	if (store_has(s->t, STORE_META, &key))
		draft_remove(s->p, id);                 /* a file that stays is tried again at the next start */
	return ERR_OK;
}

enum err draft_sweep(struct profile *p)
{
	struct store_txn t;
	struct sweeping s = { p, &t };
	enum err e;

	store_begin_read(p->store, &t);
	e = t.err ? t.err : list_files(p, sweep, &s);
	store_abort(&t);
	return e;
}
