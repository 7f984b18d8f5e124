#include "config.h"
#include "sync/keys/root.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/wire.h"

#include <stdio.h>
#include <string.h>

/* ---- many at once: in a grant, beside a downlink, in the profile ---- */

static enum err add_some(struct keys_roots *r, const void *data, size_t len, size_t most)
{
	struct wire w = wire_init(data, len);
	enum err e = ERR_OK;

	for (size_t n = 0; !e && wire_left(&w); n++) {
		size_t size = wire_u16(&w);
		const uint8_t *doc = wire_bytes(&w, size);

		if (n == most)
			return err_set(ERR_LIMIT, _("根文件多于 %zu 个"), most);
		e = doc ? keys_roots_add(r, doc, size) : err_set(ERR_FORMAT, _("根文件被截断"));
	}
	return e;
}

enum err keys_roots_add_all(struct keys_roots *r, const void *data, size_t len)
{
	return add_some(r, data, len, LIMIT_ROOTS);
}

void keys_roots_put(const struct keys_roots *r, size_t from, struct buf *out)
{
	for (size_t i = from; i < r->count; i++) {
		buf_be16(out, (uint16_t)r->at[i].len);
		buf_put(out, r->at[i].bytes, r->at[i].len);
	}
}

enum err keys_roots_read(const char *dir, struct keys_roots *r)
{
	struct buf path = { 0 }, b = { 0 };
	enum err e = ERR_OK;

	keys_roots_clear(r);
	fs_path(&path, dir, "roots");
	if (path.err)
		e = path.err;
	else if (fs_exists(path.data) && !(e = fs_read(path.data, (size_t)KEYS_ROOTS_KEPT * (LIMIT_ROOT + 2), &b)))
		e = add_some(r, b.data, b.len, KEYS_ROOTS_KEPT);
	if (e && !path.err)
		e = err_in(e, "%s", path.data);
	if (e)
		keys_roots_clear(r);
	buf_clear(&path);
	buf_clear(&b);
	return e;
}

enum err keys_roots_write(const char *dir, const struct keys_roots *r)
{
	struct buf path = { 0 }, b = { 0 };
	enum err e;

	fs_path(&path, dir, "roots");
	keys_roots_put(r, 0, &b);
	e = path.err ? path.err : b.err ? b.err : fs_write(path.data, b.data, b.len);
	buf_clear(&path);
	buf_clear(&b);
	return e;
}

/* ---- beside it ---- */

enum err keys_roots_later(const char *dir, struct keys_roots *r)
{
	struct buf path = { 0 }, b = { 0 };
	enum err e = ERR_OK;

	fs_path(&path, dir, "roots.later");
	if (path.err)
		e = path.err;
	else if (fs_exists(path.data) && !(e = fs_read(path.data, (size_t)LIMIT_ROOTS * (LIMIT_ROOT + 2), &b)))
		add_some(r, b.data, b.len, LIMIT_ROOTS);       /* what does not continue the chain by now is of no use */
	buf_clear(&path);
	buf_clear(&b);
	return e;
}

enum err keys_roots_later_note(const char *dir, const void *data, size_t len)
{
	struct keys_roots r = { 0 };
	struct buf path = { 0 }, b = { 0 };
	size_t ours, known;
	enum err e = keys_roots_read(dir, &r);

	ours = r.count;
	if (!e)
		e = keys_roots_later(dir, &r);
	known = r.count;
	if (!e && ours)
		add_some(&r, data, len, LIMIT_ROOTS);
	if (!e && r.count > known) {
		keys_roots_put(&r, ours, &b);
		fs_path(&path, dir, "roots.later");
		e = path.err ? path.err : b.err ? b.err : fs_write(path.data, b.data, b.len);
	}
	keys_roots_clear(&r);
	buf_clear(&path);
	buf_clear(&b);
	return e;
}

/* ---- the township's code ---- */

enum { DIGITS = 30, CHECK = 2 };

static unsigned remainder97(const char *digits)
{
	unsigned n = 0;

	for (; *digits; digits++)
		n = (n * 10 + (unsigned)(*digits - '0')) % 97;
	return n;
}

/* 16 bytes as a number mod 10^30, by long division of the bytes by ten, thirty times. */
static void code_digits(const struct keys_roots *r, char out[DIGITS + CHECK + 1])
{
	const struct keys_root_doc *doc = &r->at[r->count - 1];
	uint8_t hash[KEYS_HASH];
	unsigned check;

	keys_hash(doc->bytes, doc->len, hash);
	for (int i = DIGITS - 1; i >= 0; i--) {
		unsigned rest = 0;

		for (int j = 0; j < 16; j++) {
			rest = rest << 8 | hash[j];
			hash[j] = (uint8_t)(rest / 10);
			rest %= 10;
		}
		out[i] = (char)('0' + rest);
	}
	out[DIGITS] = '\0';
	check = 98 - remainder97(out) * 100 % 97;
	snprintf(out + DIGITS, CHECK + 1, "%02u", check);
}

void keys_roots_code(const struct keys_roots *r, char out[KEYS_CODE])
{
	char digits[DIGITS + CHECK + 1];
	size_t n = 0;

	*out = '\0';
	if (!r->count)
		return;
	code_digits(r, digits);
	for (size_t i = 0; digits[i]; i++) {
		if (i && i % 5 == 0)
			out[n++] = ' ';
		out[n++] = digits[i];
	}
	out[n] = '\0';
}

enum err keys_roots_confirm(const struct keys_roots *r, const char *typed)
{
	char digits[DIGITS + CHECK + 1], real[DIGITS + CHECK + 1];
	size_t n = 0;

	for (const char *p = typed; *p; p++) {
		if (*p == ' ' || *p == '-' || *p == '\n' || *p == '\r' || *p == '\t')
			continue;
		if (*p < '0' || *p > '9' || n == DIGITS + CHECK)
			return err_set(ERR_FORMAT, _("乡镇核对码是 %d 位数字"), DIGITS + CHECK);
		digits[n++] = *p;
	}
	digits[n] = '\0';
	if (n != DIGITS + CHECK)
		return err_set(ERR_FORMAT, _("乡镇核对码应有 %d 位数字, 输入了 %zu 位"), DIGITS + CHECK, n);
	if (remainder97(digits) != 1)
		return err_set(ERR_FORMAT, _("乡镇核对码有一位输错了, 请再看一遍"));
	if (!r->count)
		return err_set(ERR_NOTFOUND, _("没有根文件"));
	code_digits(r, real);
	if (strcmp(digits, real))
		return err_set(ERR_SIGNATURE, _("核对码对不上: 这不是那个乡镇发的文件, 或文件被换过"));
	return ERR_OK;
}
