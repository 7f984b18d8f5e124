#include "config.h"
#include "sync/keys/slot.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/base/wire.h"
#include "sync/keys/box.h"
#include "sync/keys/tries.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum {
	SLOTS_VERSION = 1, FILE_MAX = 64 << 10,
	OPS_LEAST = 3, OPS_MOST = 64, MEM_LEAST = 32 << 10, MEM_MOST = 128 << 10,
	CALIBRATE_MS = 800
};

struct keys_kdf keys_kdf_least(void)
{
	return (struct keys_kdf){ OPS_LEAST, MEM_LEAST };
}

static bool argon(uint8_t out[KEYS_SYMMETRIC], const char *pin, const uint8_t salt[KEYS_SALT], struct keys_kdf kdf)
{
	return !crypto_pwhash(out, KEYS_SYMMETRIC, pin, strlen(pin), salt, kdf.ops, (size_t)kdf.mem_kib << 10, crypto_pwhash_ALG_ARGON2ID13);
}

struct keys_kdf keys_kdf_calibrated(void)
{
	static const uint8_t salt[KEYS_SALT];
	struct keys_kdf least = keys_kdf_least(), kdf = { 0, MEM_MOST };
	uint8_t out[KEYS_SYMMETRIC];
	int64_t start = clock_ticks(), took;

	if (!argon(out, "000000", salt, least))
		return least;
	took = (clock_ticks() - start) / 1000;
	if (took < 1)
		took = 1;
	/* The time grows with passes times memory; memory first, since it is what an attacker pays most for. */
	while (kdf.mem_kib > MEM_LEAST && took * (kdf.mem_kib / MEM_LEAST) > CALIBRATE_MS * 1000)
		kdf.mem_kib /= 2;
	kdf.ops = (uint32_t)(CALIBRATE_MS * 1000 * OPS_LEAST / (took * (kdf.mem_kib / MEM_LEAST)));
	kdf.ops = kdf.ops < OPS_LEAST ? OPS_LEAST : kdf.ops > OPS_MOST ? OPS_MOST : kdf.ops;
	return kdf;
}

enum err keys_pin_check(const char *pin)
{
	size_t n = strlen(pin);

	if (n > KEYS_PIN_MAX)
		return err_set(ERR_PIN, _("PIN 或口令太长: 最多 %d 字节"), KEYS_PIN_MAX);
	if (!text_valid(pin, n))
		return err_set(ERR_PIN, _("PIN 或口令不是 UTF-8 文字"));
	if (strspn(pin, "0123456789") == n && n < 6)
		return err_set(ERR_PIN, _("PIN 太短: 至少 6 位数字, 或 8 个字符以上的口令"));
	if (strspn(pin, "0123456789") != n && text_count(pin) < 8)
		return err_set(ERR_PIN, _("口令太短: 至少 8 个字符, 或改用 6 位以上数字的 PIN"));
	return ERR_OK;
}

/* ---- the file ---- */

static void put_head(struct buf *b, const struct keys_slot *s)
{
	buf_putc(b, (int)strlen(s->label));
	buf_puts(b, s->label);
	buf_put(b, s->id.sign, sizeof s->id.sign);
	buf_put(b, s->id.box, sizeof s->id.box);
	buf_be32(b, s->kdf.ops);
	buf_be32(b, s->kdf.mem_kib);
	buf_put(b, s->salt, sizeof s->salt);
}

static enum err put_file(const char *dir, const struct keys_slots *s)
{
	struct buf b = { 0 }, path = { 0 };
	enum err e;

	buf_puts(&b, "XCS1");
	buf_putc(&b, SLOTS_VERSION);
	buf_putc(&b, (int)s->count);
	for (size_t i = 0; i < s->count; i++) {
		put_head(&b, &s->at[i]);
		buf_put(&b, s->at[i].wrapped, sizeof s->at[i].wrapped);
	}
	fs_path(&path, dir, "slots");
	e = b.err ? b.err : path.err ? path.err : fs_write(path.data, b.data, b.len);
	buf_clear(&b);
	buf_clear(&path);
	return e;
}

static void get(struct wire *w, void *out, size_t len)
{
	const uint8_t *p = wire_bytes(w, len);

	if (p)
		memcpy(out, p, len);
}

static void get_slot(struct wire *w, struct keys_slot *s)
{
	size_t n = wire_u8(w);
	const uint8_t *label = wire_bytes(w, n);

	memset(s, 0, sizeof *s);
	if (!label || !n || n > KEYS_LABEL_MAX || !text_valid((const char *)label, n)) {
		w->err = ERR_FORMAT;
		return;
	}
	memcpy(s->label, label, n);
	get(w, s->id.sign, sizeof s->id.sign);
	get(w, s->id.box, sizeof s->id.box);
	s->kdf.ops = wire_u32(w);
	s->kdf.mem_kib = wire_u32(w);
	get(w, s->salt, sizeof s->salt);
	get(w, s->wrapped, sizeof s->wrapped);
	keys_writer_id(s->id.sign, s->id.writer);
	if (s->kdf.ops < OPS_LEAST || s->kdf.ops > OPS_MOST || s->kdf.mem_kib < MEM_LEAST || s->kdf.mem_kib > MEM_MOST)
		w->err = ERR_FORMAT;
}

static enum err get_file(const char *path, const struct buf *b, struct keys_slots *out)
{
	struct wire w = wire_init(b->data, b->len);
	const uint8_t *magic = wire_bytes(&w, 4);
	uint8_t version = wire_u8(&w);

	if (!magic || memcmp(magic, "XCS1", 4))
		return err_set(ERR_CORRUPT, _("%s: 不是密钥文件"), path);
	if (!w.err && version != SLOTS_VERSION)
		return err_set(ERR_VERSION, _("%s: 由更新的版本写成 (%u), 请升级程序"), path, version);
	out->count = wire_u8(&w);
	for (size_t i = 0; i < out->count && i < KEYS_SLOTS_MAX && !w.err; i++)
		get_slot(&w, &out->at[i]);
	if (out->count > KEYS_SLOTS_MAX || wire_end(&w)) {
		out->count = 0;
		return err_set(ERR_CORRUPT, _("%s: 密钥文件损坏, 请从备份恢复, 或重新登记"), path);
	}
	return ERR_OK;
}

enum err keys_slots_read(const char *dir, struct keys_slots *out)
{
	struct buf b = { 0 }, path = { 0 };
	enum err e = ERR_OK;

	out->count = 0;
	fs_path(&path, dir, "slots");
	if (path.err)
		return path.err;
	if (fs_exists(path.data) && !(e = fs_read(path.data, FILE_MAX, &b)))
		e = get_file(path.data, &b, out);
	buf_clear(&b);
	buf_clear(&path);
	return e;
}

static struct keys_slot *find(struct keys_slots *s, const char *label)
{
	for (size_t i = 0; i < s->count; i++)
		if (!label || !strcmp(s->at[i].label, label))
			return &s->at[i];
	return NULL;
}

const struct keys_slot *keys_slots_find(const struct keys_slots *s, const char *label)
{
	for (size_t i = 0; i < s->count; i++)
		if (!label || !strcmp(s->at[i].label, label))
			return &s->at[i];
	return NULL;
}

/* ---- pepper and wrapping: everything secret stays in guarded memory ---- */

static enum err pepper_file(const char *path, bool create, uint8_t out[KEYS_SYMMETRIC])
{
	uint64_t size;
	enum err e;
	int fd;

	if (!fs_exists(path)) {
		if (!create)
			return err_set(ERR_NOTFOUND, _("%s: 没有 pepper 文件; 它若在另一张卡或 U 盘上, 请先插好"), path);
		if ((e = fs_random(out, KEYS_SYMMETRIC)))
			return e;
		return fs_write(path, out, KEYS_SYMMETRIC);
	}
	if ((e = fs_open(path, O_RDONLY, &fd)))
		return e;
	if (!(e = fs_size(fd, &size)) && size != KEYS_SYMMETRIC)
		e = err_set(ERR_CORRUPT, _("%s: pepper 文件应有 %d 字节"), path, KEYS_SYMMETRIC);
	if (!e)
		e = fs_read_at(fd, out, KEYS_SYMMETRIC, 0);
	fs_close(fd);
	return e;
}

static enum err pepper_read(const char *dir, const char *pepper, bool create, uint8_t out[KEYS_SYMMETRIC])
{
	struct buf path = { 0 };
	enum err e;

	if (pepper)
		buf_puts(&path, pepper);
	else
		fs_path(&path, dir, "pepper");
	e = path.err ? path.err : pepper_file(path.data, create, out);
	buf_clear(&path);
	return e;
}

struct secrets { uint8_t pepper[KEYS_SYMMETRIC], stretched[KEYS_SYMMETRIC], kek[KEYS_SYMMETRIC], secret[KEYS_SECRET]; };

static enum err secrets_new(struct secrets **out)
{
	*out = sodium_malloc(sizeof **out);
	return *out ? ERR_OK : err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
}

static enum err derive(struct secrets *k, const char *pin, const struct keys_slot *s)
{
	if (!argon(k->stretched, pin, s->salt, s->kdf))
		return err_set(ERR_NOMEM, _("内存不够, 解锁需要 %u MiB"), s->kdf.mem_kib >> 10);
	crypto_generichash(k->kek, sizeof k->kek, k->stretched, sizeof k->stretched, k->pepper, sizeof k->pepper);
	return ERR_OK;
}

static enum err wrap(struct keys_slot *s, const char *pin, struct secrets *k)
{
	struct buf head = { 0 };
	enum err e;

	if ((e = fs_random(s->salt, sizeof s->salt)) || (e = derive(k, pin, s)))
		return e;
	put_head(&head, s);
	e = head.err ? head.err : keys_box_close(k->kek, (struct keys_ad){ head.data, head.len }, k->secret, KEYS_SECRET, s->wrapped);
	buf_clear(&head);
	return e;
}

static enum err unwrap(const struct keys_slot *s, const char *pin, struct secrets *k)
{
	struct buf head = { 0 };
	enum err e = derive(k, pin, s);

	if (e)
		return e;
	put_head(&head, s);
	e = head.err ? head.err : keys_box_open(k->kek, (struct keys_ad){ head.data, head.len }, s->wrapped, sizeof s->wrapped, k->secret);
	buf_clear(&head);
	return e;
}

/* ---- what one does with slots ---- */

enum err keys_slots_add(const char *dir, const char *label, const struct keys_identity *id, const char *pin,
                        struct keys_kdf kdf, const char *pepper)
{
	struct keys_slots *s = calloc(1, sizeof *s);
	struct secrets *k = NULL;
	struct keys_slot *slot;
	enum err e;

	if (!s)
		return err_set(ERR_NOMEM, "slots");
	if (!*label || strlen(label) > KEYS_LABEL_MAX || !text_valid(label, strlen(label)))
		e = err_set(ERR_FORMAT, _("标签 \"%s\" 不合适: 要 1 到 %d 字节的文字"), label, KEYS_LABEL_MAX);
	else if (!(e = keys_pin_check(pin)) && !(e = keys_slots_read(dir, s)) && !(e = secrets_new(&k)))
		e = s->count == KEYS_SLOTS_MAX ? err_set(ERR_LIMIT, _("一台设备最多 %d 人"), KEYS_SLOTS_MAX)
		  : find(s, label) ? err_set(ERR_EXISTS, _("已有标签为 \"%s\" 的人"), label)
		  : pepper_read(dir, pepper, !s->count, k->pepper);
	if (!e) {
		slot = &s->at[s->count++];
		strcpy(slot->label, label);
		slot->id = *keys_identity_public(id);
		slot->kdf = kdf;
		memcpy(k->secret, keys_identity_secret(id), KEYS_SECRET);
		if (!(e = wrap(slot, pin, k)))
			e = put_file(dir, s);
	}
	sodium_free(k);
	free(s);
	return e;
}

/* Count the try first, so that pulling the battery wins none; forget the count when the PIN was right. */
static enum err try_alone(const char *dir, const struct keys_slot *slot, const char *pin, const char *pepper, struct secrets *k)
{
	uint32_t wait = keys_tries_wait(dir, slot->id.writer);
	unsigned left;
	enum err e;

	if (wait)
		return err_set(ERR_BUSY, _("PIN 错得太多, 请等 %u 秒再试"), wait);
	if (strlen(pin) > KEYS_PIN_MAX)
		return err_set(ERR_PIN, _("PIN 或口令太长: 最多 %d 字节"), KEYS_PIN_MAX);
	if ((e = pepper_read(dir, pepper, false, k->pepper)) || (e = keys_tries_count(dir, slot->id.writer, &left)))
		return e;
	if (!(e = unwrap(slot, pin, k)))
		return keys_tries_forget(dir, slot->id.writer);
	if (e != ERR_CORRUPT)
		return e;
	return left ? err_set(ERR_PIN, _("PIN 不对, 还可试 %u 次, 之后要等"), left)
	            : err_set(ERR_PIN, _("PIN 不对, 请等 %u 秒再试"), keys_tries_wait(dir, slot->id.writer));
}

static enum err try_pin(const char *dir, const struct keys_slot *slot, const char *pin, const char *pepper, struct secrets *k)
{
	int lock;
	enum err e = keys_tries_begin(dir, &lock);

	if (!e)
		e = try_alone(dir, slot, pin, pepper, k);
	keys_tries_end(lock);
	return e;
}

static enum err unlock(const char *dir, const char *label, const char *pin, const char *pepper,
                       struct keys_slots *s, struct keys_slot **slot, struct secrets **k)
{
	enum err e = keys_slots_read(dir, s);

	if (e)
		return e;
	if (!(*slot = find(s, label)))
		return label ? err_set(ERR_NOTFOUND, _("这台设备上没有标签为 \"%s\" 的人"), label)
		             : err_set(ERR_NOTFOUND, _("%s: 这台设备上还没有人登记"), dir);
	return (e = secrets_new(k)) ? e : try_pin(dir, *slot, pin, pepper, *k);
}

enum err keys_slots_unlock(const char *dir, const char *label, const char *pin, const char *pepper, struct keys_identity **out)
{
	struct keys_slots *s = calloc(1, sizeof *s);
	struct secrets *k = NULL;
	struct keys_slot *slot;
	enum err e = s ? unlock(dir, label, pin, pepper, s, &slot, &k) : err_set(ERR_NOMEM, "slots");

	*out = NULL;
	if (!e)
		e = keys_identity_from(k->secret, out);
	if (!e && memcmp(keys_identity_public(*out), &slot->id, sizeof slot->id)) {
		keys_identity_free(*out);
		*out = NULL;
		e = err_set(ERR_CORRUPT, _("%s/slots: 私钥与公钥对不上"), dir);
	}
	sodium_free(k);
	free(s);
	return e;
}

enum err keys_slots_change(const char *dir, const char *label, const char *pin, const char *fresh, struct keys_kdf kdf, const char *pepper)
{
	struct keys_slots *s = calloc(1, sizeof *s);
	struct secrets *k = NULL;
	struct keys_slot *slot;
	enum err e = s ? keys_pin_check(fresh) : err_set(ERR_NOMEM, "slots");

	if (!e && !(e = unlock(dir, label, pin, pepper, s, &slot, &k))) {
		slot->kdf = kdf;
		if (!(e = wrap(slot, fresh, k)))
			e = put_file(dir, s);
	}
	sodium_free(k);
	free(s);
	return e;
}

uint32_t keys_slots_wait(const char *dir, const char *label)
{
	struct keys_slots *s = calloc(1, sizeof *s);
	const struct keys_slot *slot = s && !keys_slots_read(dir, s) ? keys_slots_find(s, label) : NULL;
	uint32_t wait = slot ? keys_tries_wait(dir, slot->id.writer) : 0;

	free(s);
	return wait;
}
