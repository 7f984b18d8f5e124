#include "config.h"
#include "sync/town/daemon_config.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"

#include <string.h>

struct daemon_config daemon_config_default(void)
{
	return (struct daemon_config){ .listen = "127.0.0.1:8321", .log = DAEMON_INFO };
}

static enum err set_text(char *to, const char *key, const char *value)
{
	size_t n = strlen(value);

	if (!n || n >= DAEMON_CONFIG_TEXT)
		return err_set(ERR_USAGE, _("%s 要有 1 到 %d 个字节"), key, DAEMON_CONFIG_TEXT - 1);
	memcpy(to, value, n + 1);
	return ERR_OK;
}

static enum err set_level(enum daemon_level *to, const char *value)
{
	static const struct { const char *name; enum daemon_level level; } names[] = {
		{ "error", DAEMON_ERROR }, { "warning", DAEMON_WARNING }, { "info", DAEMON_INFO }, { "debug", DAEMON_DEBUG },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(value, names[i].name)) {
			*to = names[i].level;
			return ERR_OK;
		}
	return err_set(ERR_USAGE, _("log 要是 error、warning、info 或 debug, 不是 %s"), value);
}

enum err daemon_config_set(struct daemon_config *c, const char *key, const char *value)
{
	if (!strcmp(key, "profile"))
		return set_text(c->profile, key, value);
	if (!strcmp(key, "listen"))
		return set_text(c->listen, key, value);
	if (!strcmp(key, "log"))
		return set_level(&c->log, value);
	return err_set(ERR_USAGE, _("没有 %s 这一项: 只有 profile、listen、log"), key);
}

/* Cut white space off both ends. */
static char *trimmed(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	n = strlen(s);
	while (n && strchr(" \t\r", s[n - 1]))
		s[--n] = '\0';
	return s;
}

static enum err read_line(struct daemon_config *c, char *line)
{
	char *equals;

	line = trimmed(line);
	if (!*line || *line == '#')
		return ERR_OK;
	if (!(equals = strchr(line, '=')))
		return err_set(ERR_USAGE, _("要写成 \"名称 = 值\": %s"), line);
	*equals = '\0';
	return daemon_config_set(c, trimmed(line), trimmed(equals + 1));
}

enum err daemon_config_read(struct daemon_config *c, const char *path)
{
	struct daemon_config fresh = *c;
	struct buf text = { 0 };
	unsigned number = 0;
	enum err e = fs_read(path, DAEMON_CONFIG_FILE, &text);

	for (char *line = e || !text.len ? NULL : text.data, *next; !e && line; line = next) {
		if ((next = strchr(line, '\n')))
			*next++ = '\0';
		number++;
		if ((e = read_line(&fresh, line)))
			e = err_in(e, _("%s 第 %u 行"), path, number);
	}
	buf_clear(&text);
	if (!e)
		*c = fresh;
	return e;
}
