#include "config.h"
#include "sync/ctl/ctl.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/keys/identity.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "sync/ledger/rows/row.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { PIN_MAX = 128 };

/* Read a line from the terminal without showing it. */
static enum err ask(char *pin)
{
	struct termios shown, hidden;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (tty < 0 || tcgetattr(tty, &shown)) {
		if (tty >= 0)
			close(tty);
		return err_set(ERR_USAGE, _("没有终端可以输 PIN: 用 --pin-file 文件"));
	}
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &hidden);
	dprintf(tty, "PIN: ");
	n = read(tty, pin, PIN_MAX);
	tcsetattr(tty, TCSAFLUSH, &shown);
	dprintf(tty, "\n");
	close(tty);
	return n > 0 ? ERR_OK : err_set(ERR_PIN, _("没有输入 PIN"));
}

static enum err read_file(const char *path, char *pin)
{
	uint64_t size;
	enum err e;
	int fd;

	if ((e = fs_open(path, O_RDONLY, &fd)))
		return e;
	e = fs_size(fd, &size);
	if (!e && size > PIN_MAX)
		e = err_set(ERR_LIMIT, _("%s: 太长, 不像 PIN"), path);
	if (!e)
		e = fs_read_at(fd, pin, (size_t)size, 0);
	fs_close(fd);
	return e;
}

enum err ctl_pin(struct ctl *c, char **out)
{
	enum err e;

	*out = sodium_malloc(PIN_MAX + 1);
	if (!*out)
		return err_set(ERR_NOMEM, "PIN");
	memset(*out, 0, PIN_MAX + 1);
	e = c->pin_file ? read_file(c->pin_file, *out) : ask(*out);
	(*out)[strcspn(*out, "\r\n")] = '\0';
	if (e) {
		sodium_free(*out);
		*out = NULL;
	}
	return e;
}

void ctl_pin_free(char *pin)
{
	sodium_free(pin);
}

enum err ctl_open(struct ctl *c, bool unlock, struct profile **out)
{
	struct buf said = { 0 };
	char *pin = NULL;
	enum err e;

	*out = NULL;
	if (!c->open && (e = profile_open(c->profile_dir, &c->open)))
		return e == ERR_NOTFOUND ? err_set(e, _("%s 里没有巡查的数据: 先用 init, 或用 --profile 指出目录"), c->profile_dir) : e;
	if (unlock) {
		if ((e = ctl_pin(c, &pin)))
			return e;
		e = profile_unlock(c->open, c->as, pin, NULL);
		ctl_pin_free(pin);
		if (e)
			return e;
	}
	if (!profile_report(c->open, &said) && said.len)
		fputs(buf_str(&said), stderr);
	buf_clear(&said);
	*out = c->open;
	return ERR_OK;
}

enum err ctl_pack(struct ctl *c, const struct pack **out)
{
	enum err e = profile_pack_current(c->open, out);

	return e == ERR_NOTFOUND ? err_set(e, _("还没有清单包: 乡镇先 pack publish, 设备再同步一次")) : e;
}

/* The one row of a register whose field has this stored value. */
static enum err row_by_value(struct ctl *c, const char *reg, const char *text, struct row_id *out)
{
	const char *colon = strchr(text, ':');
	struct listing_query q = { .reg = reg };
	struct listing *l = NULL;
	struct buf where = { 0 };
	struct row row;
	uint32_t count;
	enum err e;

	if (!colon || strchr(colon, '\''))
		return err_set(ERR_FORMAT, _("%s: 要写成 =字段:值"), text);
	buf_printf(&where, "${%.*s} = '%s'", (int)(colon - text), text, colon + 1);
	q.where = buf_str(&where);
	e = listing_open(c->open, &q, &l);
	count = e ? 0 : listing_count(l);
	if (!e && count != 1)
		e = err_set(count ? ERR_CONFLICT : ERR_NOTFOUND, _("%s 里 %s 等于 %s 的有 %u 行, 要恰好一行"), reg, buf_str(&where), colon + 1, count);
	if (!e && !(e = listing_row(l, 0, &row))) {
		*out = row.id;
		row_clear(&row);
	}
	listing_close(l);
	buf_clear(&where);
	return e;
}

enum err ctl_row(struct ctl *c, const char *text, char reg[64], struct row_id *out)
{
	const char *colon = strchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;

	reg[0] = '\0';
	if (row_id_parse(text, out))
		return ERR_OK;
	if (!n || n >= 64)
		return err_set(ERR_FORMAT, _("%s: 行要写成 登记簿:记录号:序号"), text);
	memcpy(reg, text, n);
	reg[n] = '\0';
	if (colon[1] == '=')
		return row_by_value(c, reg, colon + 2, out);
	return row_id_parse(colon + 1, out) ? ERR_OK : err_set(ERR_FORMAT, _("%s: 行要写成 登记簿:记录号:序号"), text);
}
