#include "config.h"
#include "sync/keys/town.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/wire.h"
#include "sync/keys/guard.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum {
	STAFF_MAX = 64, BOXES_MAX = KEYS_ROOTS_KEPT,
	SECRETS = 2 * KEYS_SYMMETRIC,                     /* seeds of T and of the root key */
	ADMITTED = KEYS_WRITER + SECRETS + KEYS_SEALED,
	MARKED_MAX = 1 << 16
};

/* authority.N: magic, count u8, that many of these */
struct authority { size_t count; uint8_t at[STAFF_MAX][ADMITTED]; };

/* daemon.N: magic, count u8, seed of R, that many B, newest first; the whole in guarded memory */
struct daemon { uint8_t magic[4], count, receipt[KEYS_SYMMETRIC], boxes[BOXES_MAX][KEYS_SYMMETRIC]; };
enum { DAEMON_HEAD = 4 + 1 + KEYS_SYMMETRIC };

/* All that a new version of the township's keys consists of. */
struct founding {
	struct keys_identity *authority, *root, *receipt, *recovery;
	struct keys_root next;
	struct daemon *daemon;
};

static const char *versioned(struct buf *path, const char *dir, const char *name, uint32_t version)
{
	buf_reset(path);
	buf_printf(path, "%s/%s.%u", dir, name, version);
	return buf_str(path);
}

/* ---- authority.N ---- */

static enum err authority_read(const char *dir, uint32_t version, struct authority *a)
{
	struct buf path = { 0 }, b = { 0 };
	enum err e = fs_read(versioned(&path, dir, "authority", version), 5 + STAFF_MAX * ADMITTED, &b);
	struct wire w = wire_init(b.data, b.len);
	const uint8_t *magic = wire_bytes(&w, 4), *p;

	a->count = wire_u8(&w);
	if (!e && (!magic || memcmp(magic, "XCT1", 4) || a->count > STAFF_MAX))
		e = err_set(ERR_CORRUPT, _("%s: 授权钥匙文件损坏, 请从备份恢复"), path.data);
	for (size_t i = 0; !e && i < a->count; i++)
		if ((p = wire_bytes(&w, ADMITTED)))
			memcpy(a->at[i], p, ADMITTED);
	if (!e && wire_end(&w))
		e = err_set(ERR_CORRUPT, _("%s: 授权钥匙文件损坏, 请从备份恢复"), path.data);
	buf_clear(&path);
	buf_clear(&b);
	return e;
}

static enum err authority_write(const char *dir, uint32_t version, const struct authority *a)
{
	struct buf path = { 0 }, b = { 0 };
	enum err e;

	buf_puts(&b, "XCT1");
	buf_putc(&b, (int)a->count);
	buf_put(&b, a->at, a->count * sizeof a->at[0]);
	e = b.err ? b.err : fs_write(versioned(&path, dir, "authority", version), b.data, b.len);
	buf_clear(&path);
	buf_clear(&b);
	return e;
}

static enum err admit(struct authority *a, const struct keys_public *who, const uint8_t secrets[SECRETS])
{
	size_t i = 0;

	while (i < a->count && memcmp(a->at[i], who->writer, KEYS_WRITER))
		i++;
	if (i == STAFF_MAX)
		return err_set(ERR_LIMIT, _("最多 %d 人能用授权钥匙"), STAFF_MAX);
	memcpy(a->at[i], who->writer, KEYS_WRITER);
	if (!keys_send(who->box, secrets, SECRETS, a->at[i] + KEYS_WRITER))
		return err_set(ERR_FORMAT, _("这个人的公钥不能用"));
	if (i == a->count)
		a->count++;
	return ERR_OK;
}

static enum err open_secrets(const struct authority *a, const struct keys_identity *staff, uint8_t *secrets)
{
	for (size_t i = 0; i < a->count; i++)
		if (!memcmp(a->at[i], keys_identity_public(staff)->writer, KEYS_WRITER))
			return keys_receive(staff, a->at[i] + KEYS_WRITER, SECRETS + KEYS_SEALED, secrets) ? ERR_OK
			     : err_set(ERR_CORRUPT, _("授权钥匙打不开: 文件损坏, 请从备份恢复"));
	return err_set(ERR_DENIED, _("这个人不能用乡镇的授权钥匙; 请由已获授权的工作人员办理"));
}

/* An identity with this signing seed; its other keys are chance and unused. */
static enum err signer(const uint8_t seed[KEYS_SYMMETRIC], struct keys_identity **out)
{
	uint8_t *secret = sodium_malloc(KEYS_SECRET);
	enum err e;

	*out = NULL;
	if (!secret)
		return err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
	if (!(e = fs_random(secret, KEYS_SECRET))) {
		memcpy(secret, seed, KEYS_SYMMETRIC);
		e = keys_identity_from(secret, out);
	}
	sodium_free(secret);
	return e;
}

static enum err newest_root(const char *dir, struct keys_root *out)
{
	struct keys_roots roots = { 0 };
	enum err e = keys_roots_read(dir, &roots);

	if (!e && !roots.count)
		e = err_set(ERR_NOTFOUND, _("%s: 这里不是乡镇"), dir);
	if (!e)
		*out = *keys_roots_newest(&roots);
	keys_roots_clear(&roots);
	return e;
}

enum err keys_town_mark(const char *dir, struct keys_town_mark *out)
{
	struct buf path = { 0 }, file = { 0 };
	struct keys_root newest;
	struct keys_hash h;
	enum err e = newest_root(dir, &newest);

	if (e)
		return e;
	out->version = newest.version;
	keys_hash_start(&h, NULL);
	if (!(e = fs_read(fs_path(&path, dir, "slots"), MARKED_MAX, &file)))
		keys_hash_add(&h, file.data, file.len);
	buf_reset(&file);
	if (!e && !(e = fs_read(versioned(&path, dir, "authority", newest.version), MARKED_MAX, &file)))
		keys_hash_add(&h, file.data, file.len);
	keys_hash_end(&h, out->staff);
	buf_clear(&path);
	buf_clear(&file);
	return e;
}

/* What authority.N holds, opened by `staff`, for one to look at or add to. */
struct opened { struct keys_root root; struct authority *file; uint8_t *secrets; };

static void opened_clear(struct opened *o)
{
	free(o->file);
	sodium_free(o->secrets);
}

static enum err open_authority(const char *dir, const struct keys_identity *staff, struct opened *o)
{
	enum err e = newest_root(dir, &o->root);

	o->file = malloc(sizeof *o->file);
	o->secrets = sodium_malloc(SECRETS);
	if (e)
		return e;
	if (!o->file || !o->secrets)
		return err_set(ERR_NOMEM, "authority");
	if ((e = authority_read(dir, o->root.version, o->file)))
		return e;
	return open_secrets(o->file, staff, o->secrets);
}

enum err keys_town_authority(const char *dir, const struct keys_identity *staff, struct keys_identity **out)
{
	struct opened o = { 0 };
	enum err e = open_authority(dir, staff, &o);

	*out = NULL;
	if (!e)
		e = signer(o.secrets, out);
	if (!e && memcmp(keys_identity_public(*out)->sign, o.root.authority, KEYS_PK)) {
		keys_identity_free(*out);
		*out = NULL;
		e = err_set(ERR_CORRUPT, _("授权钥匙与根文件 v%u 对不上"), o.root.version);
	}
	opened_clear(&o);
	return e;
}

enum err keys_town_admit(const char *dir, const struct keys_identity *staff, const struct keys_public *fresh)
{
	struct opened o = { 0 };
	enum err e = open_authority(dir, staff, &o);

	if (!e && !(e = admit(o.file, fresh, o.secrets)))
		e = authority_write(dir, o.root.version, o.file);
	opened_clear(&o);
	return e;
}

enum err keys_town_admitted(const char *dir, uint8_t (**out)[KEYS_WRITER], size_t *count)
{
	struct authority *a = malloc(sizeof *a);
	struct keys_root root;
	enum err e = a ? newest_root(dir, &root) : err_set(ERR_NOMEM, "authority");

	*out = NULL;
	*count = 0;
	if (!e)
		e = authority_read(dir, root.version, a);
	if (!e && !(*out = calloc(a->count ? a->count : 1, sizeof **out)))
		e = err_set(ERR_NOMEM, "authority");
	for (size_t i = 0; !e && i < a->count; i++)
		memcpy((*out)[(*count)++], a->at[i], KEYS_WRITER);
	free(a);
	return e;
}

/* ---- daemon.N ---- */

static enum err daemon_read(const char *dir, uint32_t version, struct daemon **out)
{
	struct daemon *d = sodium_malloc(sizeof *d);
	struct buf path = { 0 };
	uint64_t size = 0;
	int fd = -1;
	enum err e;

	*out = d;
	if (!d)
		return err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
	if (!(e = fs_open(versioned(&path, dir, "daemon", version), O_RDONLY, &fd)) && !(e = fs_size(fd, &size))
	    && size >= DAEMON_HEAD && size <= sizeof *d)
		e = fs_read_at(fd, d, (size_t)size, 0);
	fs_close(fd);
	if (!e && (size < DAEMON_HEAD || memcmp(d->magic, "XCD1", 4) || !d->count || size != DAEMON_HEAD + (size_t)d->count * KEYS_SYMMETRIC))
		e = err_set(ERR_CORRUPT, _("%s: 收件钥匙文件损坏, 请从备份恢复"), path.data);
	buf_clear(&path);
	if (e) {
		sodium_free(d);
		*out = NULL;
	}
	return e;
}

static enum err daemon_write(const char *dir, uint32_t version, const struct daemon *d)
{
	struct buf path = { 0 };
	enum err e = keys_guard_write(versioned(&path, dir, "daemon", version), d, DAEMON_HEAD + (size_t)d->count * KEYS_SYMMETRIC);

	buf_clear(&path);
	return e;
}

bool keys_town_here(const char *dir)
{
	struct buf path = { 0 };
	struct keys_root root;
	bool here = !newest_root(dir, &root) && fs_exists(versioned(&path, dir, "daemon", root.version));

	buf_clear(&path);
	return here;
}

enum err keys_town_daemon(const char *dir, struct keys_identity **receipt, struct keys_ring **boxes)
{
	struct daemon *d = NULL;
	struct keys_root root;
	enum err e;

	*receipt = NULL;
	*boxes = NULL;
	if (!(e = newest_root(dir, &root)) && !(e = daemon_read(dir, root.version, &d)) && !(e = keys_ring_new(boxes)))
		e = signer(d->receipt, receipt);
	for (size_t i = 0; !e && i < d->count; i++)
		e = keys_ring_add(*boxes, d->boxes[i]);
	if (e) {
		keys_identity_free(*receipt);
		keys_ring_free(*boxes);
		*receipt = NULL;
		*boxes = NULL;
	}
	sodium_free(d);
	return e;
}

/* ---- founding and changing keys ---- */

static void founding_clear(struct founding *f)
{
	keys_identity_free(f->authority);
	keys_identity_free(f->root);
	keys_identity_free(f->receipt);
	keys_identity_free(f->recovery);
	sodium_free(f->daemon);
}

/* New keys into f->next, on top of what f->daemon holds (all zero for the first). */
static enum err new_keys(struct founding *f)
{
	enum err e;

	if ((e = keys_identity_new(NULL, &f->authority)) || (e = keys_identity_new(NULL, &f->root)) || (e = keys_identity_new(NULL, &f->receipt)))
		return e;
	if (f->daemon->count == BOXES_MAX)
		return err_set(ERR_LIMIT, _("换过 %d 次钥匙, 不能再换"), BOXES_MAX);
	memcpy(f->daemon->magic, "XCD1", 4);
	memmove(f->daemon->boxes + 1, f->daemon->boxes, (size_t)f->daemon->count++ * KEYS_SYMMETRIC);
	memcpy(f->daemon->receipt, keys_identity_secret(f->receipt), KEYS_SYMMETRIC);
	if ((e = fs_random(f->daemon->boxes[0], KEYS_SYMMETRIC)))
		return e;
	f->next.version++;
	f->next.threshold = 1;
	f->next.key_count = 1;
	memcpy(f->next.keys[0], keys_identity_public(f->root)->sign, KEYS_PK);
	memcpy(f->next.authority, keys_identity_public(f->authority)->sign, KEYS_PK);
	memcpy(f->next.receipt, keys_identity_public(f->receipt)->sign, KEYS_PK);
	crypto_scalarmult_base(f->next.box, f->daemon->boxes[0]);
	f->next.box_version++;
	f->next.receipt_version++;
	return ERR_OK;
}

static enum err new_recovery(const char *dir, struct founding *f)
{
	struct buf path = { 0 };
	enum err e = keys_identity_new(NULL, &f->recovery);

	if (!e) {
		keys_recovery_hash(keys_identity_public(f->recovery)->sign, f->next.recovery);
		e = keys_guard_write(versioned(&path, dir, "recovery", f->next.version), keys_identity_secret(f->recovery), KEYS_SYMMETRIC);
	}
	buf_clear(&path);
	return e;
}

static enum err write_authority(const char *dir, const struct founding *f, const struct keys_identity *staff)
{
	uint8_t *secrets = sodium_malloc(SECRETS);
	struct authority *a = calloc(1, sizeof *a);
	enum err e;

	if (!secrets || !a) {
		e = err_set(ERR_NOMEM, "authority");
	} else {
		memcpy(secrets, keys_identity_secret(f->authority), KEYS_SYMMETRIC);
		memcpy(secrets + KEYS_SYMMETRIC, keys_identity_secret(f->root), KEYS_SYMMETRIC);
		if (!(e = admit(a, keys_identity_public(staff), secrets)))
			e = authority_write(dir, f->next.version, a);
	}
	free(a);
	sodium_free(secrets);
	return e;
}

/* Secrets first, the root that names them last: it is what makes them count. */
static enum err commit(const char *dir, struct founding *f, struct keys_identity *voucher, const struct keys_identity *staff, struct keys_roots *roots)
{
	struct keys_identity *signers[] = { f->root, voucher };
	struct buf doc = { 0 };
	enum err e;

	if (!(e = write_authority(dir, f, staff)) && !(e = daemon_write(dir, f->next.version, f->daemon)) && !(e = fs_sync_dir(dir))
	    && !(e = keys_root_make(&f->next, signers, voucher ? 2 : 1, &doc)) && !(e = keys_roots_add(roots, doc.data, doc.len)))
		e = keys_roots_write(dir, roots);
	buf_clear(&doc);
	return e;
}

enum err keys_town_found(const char *dir, const char *name, const char *division, const struct keys_identity *staff, struct keys_roots *roots)
{
	struct founding f = { 0 };
	enum err e = keys_roots_read(dir, roots);

	if (e)
		return e;
	if (roots->count)
		return err_set(ERR_EXISTS, _("%s: 这里已经有一个乡镇或已登记的设备"), dir);
	if (!*name || strlen(name) > KEYS_NAME_MAX || !*division || strlen(division) > KEYS_DIVISION_MAX || strspn(division, "0123456789") != strlen(division))
		return err_set(ERR_FORMAT, _("乡镇名称要 1 到 %d 字节, 区划代码要 1 到 %d 位数字"), KEYS_NAME_MAX, KEYS_DIVISION_MAX);
	strcpy(f.next.name, name);
	strcpy(f.next.division, division);
	if (!(f.daemon = sodium_malloc(sizeof *f.daemon)))
		return err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
	f.daemon->count = 0;
	if (!(e = new_keys(&f)) && !(e = new_recovery(dir, &f)))
		e = commit(dir, &f, NULL, staff, roots);
	founding_clear(&f);
	return e;
}

static void forget(const char *dir, uint32_t version)
{
	struct buf path = { 0 };

	fs_remove(versioned(&path, dir, "authority", version));
	fs_remove(versioned(&path, dir, "daemon", version));
	buf_clear(&path);
}

/* `have`: the version whose keys are here. */
static enum err succeed(const char *dir, uint32_t have, struct keys_identity *voucher, bool fresh_recovery, const struct keys_identity *staff,
                        const struct keys_head *heads, size_t n, struct keys_roots *roots)
{
	struct founding f = { .next = *keys_roots_newest(roots) };
	enum err e;

	if (n > KEYS_ROOT_HEADS)
		return err_set(ERR_LIMIT, _("授权日志有 %zu 段, 上限 %d"), n, KEYS_ROOT_HEADS);
	memcpy(f.next.heads, heads, n * sizeof *heads);
	f.next.head_count = n;
	if (!(e = daemon_read(dir, have, &f.daemon)) && !(e = new_keys(&f)) && !(e = fresh_recovery ? new_recovery(dir, &f) : ERR_OK))
		e = commit(dir, &f, voucher, staff, roots);
	if (!e)
		forget(dir, have);
	founding_clear(&f);
	return e;
}

uint32_t keys_town_behind(const char *dir)
{
	struct keys_roots r = { 0 };
	uint32_t version = 0;
	size_t ours;

	if (!keys_roots_read(dir, &r) && (ours = r.count) && !keys_roots_later(dir, &r) && r.count > ours)
		version = keys_roots_newest(&r)->version;
	keys_roots_clear(&r);
	return version;
}

enum err keys_town_rotate(const char *dir, const struct keys_identity *staff, const struct keys_head *heads, size_t n, struct keys_roots *roots)
{
	struct opened o = { 0 };
	struct keys_identity *root = NULL;
	uint32_t behind = keys_town_behind(dir);
	enum err e = keys_roots_read(dir, roots);

	if (!e && behind)
		e = err_set(ERR_DENIED, _("设备已认第 %u 版钥匙, 这里没有: 再换, 设备不认。要用保险柜里的恢复钥匙换: xunchactl root rotate --recovery"), behind);
	if (!e && !(e = open_authority(dir, staff, &o)) && !(e = signer(o.secrets + KEYS_SYMMETRIC, &root)))
		e = succeed(dir, keys_roots_newest(roots)->version, root, false, staff, heads, n, roots);
	keys_identity_free(root);
	opened_clear(&o);
	return e;
}

enum err keys_town_recover(const char *dir, const char *path, const struct keys_identity *staff, const struct keys_head *heads, size_t n, struct keys_roots *roots)
{
	uint8_t *seed = sodium_malloc(KEYS_SYMMETRIC);
	struct keys_identity *recovery = NULL;
	uint32_t have = 0;
	int fd = -1;
	enum err e;

	if (!seed)
		return err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
	if (!(e = keys_roots_read(dir, roots)) && !roots->count)
		e = err_set(ERR_NOTFOUND, _("%s: 这里不是乡镇"), dir);
	if (!e)
		have = keys_roots_newest(roots)->version;
	if (!e && !(e = keys_roots_later(dir, roots)) && keys_roots_newest(roots)->version > have)
		n = 0;
	if (!e && !(e = fs_open(path, O_RDONLY, &fd)) && !(e = fs_read_at(fd, seed, KEYS_SYMMETRIC, 0)) && !(e = signer(seed, &recovery)))
		e = succeed(dir, have, recovery, true, staff, heads, n, roots);
	fs_close(fd);
	keys_identity_free(recovery);
	sodium_free(seed);
	return e;
}
