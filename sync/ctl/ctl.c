#include "config.h"
#include "sync/ctl/once.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/keys/identity.h"
#include "sync/ledger/profile/profile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *ctl_take(struct ctl *c, const char *name)
{
	size_t n = strlen(name);

	for (int i = 0; i < c->argc; i++) {
		char *a = c->argv[i], *value;
		int words;

		if (strncmp(a, name, n) || (a[n] && a[n] != '='))
			continue;
		if (!a[n] && i + 1 == c->argc)
			return NULL;
		value = a[n] ? a + n + 1 : c->argv[i + 1];
		words = a[n] ? 1 : 2;
		memmove(c->argv + i, c->argv + i + words, (size_t)(c->argc - i - words) * sizeof *c->argv);
		c->argc -= words;
		return value;
	}
	return NULL;
}

enum err ctl_need(struct ctl *c, const char *name, const char **value)
{
	*value = ctl_take(c, name);
	return *value ? ERR_OK : err_set(ERR_USAGE, _("缺少 %s"), name);
}

bool ctl_flag(struct ctl *c, const char *name)
{
	for (int i = 0; i < c->argc; i++)
		if (!strcmp(c->argv[i], name)) {
			memmove(c->argv + i, c->argv + i + 1, (size_t)(c->argc - i - 1) * sizeof *c->argv);
			c->argc--;
			return true;
		}
	return false;
}

enum err ctl_rest(struct ctl *c, int min, int max)
{
	for (int i = 0; i < c->argc; i++)
		if (!strncmp(c->argv[i], "--", 2))
			return err_set(ERR_USAGE, _("不认识的选项 %s, 或少了它的值"), c->argv[i]);
	if (c->argc < min)
		return err_set(ERR_USAGE, _("参数太少"));
	if (c->argc > max)
		return err_set(ERR_USAGE, _("多出的参数: %s"), c->argv[max]);
	return ERR_OK;
}

enum err ctl_rest_raw(struct ctl *c, int count)
{
	return c->argc == count ? ERR_OK : err_set(ERR_USAGE, c->argc < count ? _("参数太少") : _("参数太多"));
}

/* What people named and wrote elsewhere stands in it: none of that is to be a command to the terminal. */
void ctl_print(FILE *to, const char *text)
{
	struct buf piece = { 0 }, clean = { 0 };

	for (size_t n; ; text += n + 1) {
		n = strcspn(text, "\n\t");
		buf_put(&piece, text, n);
		text_clean(&clean, buf_str(&piece));
		buf_reset(&piece);
		buf_putc(&clean, text[n] ? text[n] : '\n');
		if (!text[n])
			break;
	}
	fputs(buf_str(&clean), to);
	buf_clear(&piece);
	buf_clear(&clean);
}

static void print(FILE *to, const char *fmt, va_list ap)
{
	struct buf text = { 0 }, line = { 0 };

	buf_vprintf(&text, fmt, ap);
	text_clean(&line, buf_str(&text));
	buf_putc(&line, '\n');
	fputs(buf_str(&line), to);
	buf_clear(&text);
	buf_clear(&line);
}

void ctl_say(struct ctl *c, const char *fmt, ...)
{
	va_list ap;

	if (c->json)
		return;
	va_start(ap, fmt);
	print(stdout, fmt, ap);
	va_end(ap);
}

void ctl_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print(stderr, fmt, ap);
	va_end(ap);
}

void ctl_answer(struct ctl *c, struct jdoc *answer)
{
	jdoc_free(c->answer);
	c->answer = answer;
}

static void print_help(FILE *to)
{
	fprintf(to, _("用法: xunchactl [--profile 目录] [--as 标签] [--pin-file 文件] [--json] [--now 时间] [--lang zh|en] 命令 …\n\n"));
	for (const struct ctl_command *k = ctl_commands; k->name; k++)
		fprintf(to, "  %s %s\n      %s\n", k->name, k->usage, gettext(k->help));
}

/* The command whose words stand at the front of the arguments; the longest name wins. */
static const struct ctl_command *find_command(struct ctl *c)
{
	const struct ctl_command *best = NULL;
	int words = 0;

	for (const struct ctl_command *k = ctl_commands; k->name; k++) {
		const char *p = k->name;
		int i = 0;

		while (i < c->argc && *p) {
			size_t n = strcspn(p, " ");

			if (strlen(c->argv[i]) != n || strncmp(c->argv[i], p, n))
				break;
			p += n + (p[n] == ' ');
			i++;
		}
		if (!*p && i > words) {
			best = k;
			words = i;
		}
	}
	c->argv += words;
	c->argc -= words;
	return best;
}

static enum err read_globals(struct ctl *c, struct buf *home)
{
	const char *now = ctl_take(c, "--now"), *env = getenv("XUNCHA_PROFILE");
	int64_t ms;

	c->profile_dir = ctl_take(c, "--profile");
	c->as = ctl_take(c, "--as");
	c->pin_file = ctl_take(c, "--pin-file");
	c->json = ctl_flag(c, "--json");
	if (!c->profile_dir)
		c->profile_dir = env && *env ? env : NULL;
	if (!c->profile_dir) {
		buf_printf(home, "%s/.local/share/xuncha", getenv("HOME") ? getenv("HOME") : ".");
		c->profile_dir = buf_str(home);
	}
	if (now) {
		if (!clock_parse_time(now, 480, &ms))
			return err_set(ERR_USAGE, _("--now %s: 要写成 2026-07-12T08:31"), now);
		clock_set(ms);
	}
	return ERR_OK;
}

static int finish(struct ctl *c, enum err e)
{
	struct buf out = { 0 };

	if (c->json && c->answer && !jdoc_text(c->answer, 2, &out))
		puts(buf_str(&out));
	buf_clear(&out);
	if (e) {
		struct buf line = { 0 };

		text_clean(&line, *err_detail() ? err_detail() : err_text(e));
		fprintf(stderr, "xunchactl: %s: %s\n", err_text(e), buf_str(&line));
		buf_clear(&line);
	}
	if (fflush(stdout) || ferror(stdout))
		return 3;
	return err_status(e);
}

int ctl_run(int argc, char **argv)
{
	struct ctl c = { .argc = argc, .argv = argv };
	const struct ctl_command *command;
	struct buf home = { 0 };
	enum err e;
	int status;

	i18n_open(ctl_take(&c, "--lang"));
	e = keys_start();
	if (!e)
		e = read_globals(&c, &home);
	if (!e && (ctl_flag(&c, "--help") || (c.argc && !strcmp(c.argv[0], "help")))) {
		print_help(stdout);
	} else if (!e && ctl_flag(&c, "--version")) {
		printf("xunchactl %s\n", PACKAGE_VERSION);
	} else if (!e && !(command = find_command(&c))) {
		print_help(stderr);
		e = err_set(ERR_USAGE, c.argc ? _("没有这个命令: %s") : _("要一个命令"), c.argc ? c.argv[0] : "");
	} else if (!e) {
		e = command->run(&c);
		if (e == ERR_USAGE)
			fprintf(stderr, _("用法: xunchactl %s %s\n"), command->name, command->usage);
	}
	status = finish(&c, e);
	once_end(&c, status == 3);
	profile_close(c.open);
	jdoc_free(c.answer);
	buf_clear(&home);
	return status;
}
