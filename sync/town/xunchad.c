#include "config.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/exchange/inbox/inbox.h"
#include "sync/keys/identity.h"
#include "sync/ledger/profile/profile.h"
#include "sync/town/daemon.h"
#include "sync/town/daemon_config.h"

#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static volatile sig_atomic_t stop, reload;

static void on_signal(int sig)
{
	if (sig == SIGHUP)
		reload = 1;
	else
		stop = 1;
}

/* What runs: the profile for the program's life, the daemon until its address changes. */
struct service { struct daemon_config config; const char *file; int argc; char **argv; struct profile *profile; struct daemon *daemon; };

static enum daemon_level level = DAEMON_INFO;

/* One line to standard error; the journal reads the number in front, people do not want to. */
__attribute__((format(printf, 2, 3)))
static void say(enum daemon_level at, const char *format, ...)
{
	struct buf text = { 0 }, line = { 0 };
	va_list args;

	if (at > level)
		return;
	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	text_clean(&line, buf_str(&text));               /* names of strangers are no commands to whoever reads it */
	if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>", at);
	fprintf(stderr, "xunchad: %s\n", buf_str(&line));
	buf_clear(&text);
	buf_clear(&line);
}

/* Tell systemd (sd_notify(3): one datagram to a socket named in the environment) what we are at. */
static void notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (!n || n >= sizeof to.sun_path || (fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return;
	memcpy(to.sun_path, path, n);
	if (*path == '@')
		to.sun_path[0] = '\0';
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		say(DAEMON_WARNING, "NOTIFY_SOCKET: %s", path);
	close(fd);
}

/* Every bundle: what became of it. Names and numbers only, nothing of what it holds. */
static void told(void *user, const struct inbox_file *f)
{
	const struct service *s = user;
	const struct keys_writer *w = keys_roster_find(s->profile->roster, f->sealer);
	bool good = f->verdict == INBOX_MERGED || f->verdict == INBOX_DUPLICATE;
	char id[2 * KEYS_HASH + 1];

	keys_hex(f->id, KEYS_HASH, id);
	say(good && !f->split ? DAEMON_INFO : DAEMON_WARNING, _("包 %.16s 设备 %s: %s, 新 %u 条%s%s%s%s"), id, w ? w->label : "-", inbox_verdict_text(f->verdict), f->added,
	    f->gap ? _(", 前面缺一段") : "", f->split ? _(", 这台设备像有两份") : "", *f->reason ? ": " : "", f->reason);
}

static int usage(FILE *to, int status)
{
	fputs(_("用法: xunchad --profile 目录 [--listen 127.0.0.1:8321] [--log error|warning|info|debug] [--config 文件]\n"
	        "收各设备送来的包, 给回执和下行。日志写到标准错误, 交给 systemd 保管。\n"
	        "TERM: 收完手头的再停。HUP: 重读配置文件。\n"), to);
	return status;
}

/* Options over the file over the defaults. */
static enum err configure(struct service *s)
{
	struct daemon_config c = daemon_config_default();
	const char *environment = getenv("XUNCHA_PROFILE");
	enum err e = environment && *environment ? daemon_config_set(&c, "profile", environment) : ERR_OK;

	if (!e && s->file)
		e = daemon_config_read(&c, s->file);
	for (int i = 1; !e && i + 1 < s->argc; i += 2)
		if (strcmp(s->argv[i], "--config"))
			e = daemon_config_set(&c, s->argv[i] + 2, s->argv[i + 1]);
	if (!e && !*c.profile)
		e = err_set(ERR_USAGE, _("没说数据在哪里: --profile 目录, 或配置文件里的 profile"));
	if (!e)
		s->config = c;
	return e;
}

static enum err listen_at(struct service *s)
{
	const struct daemon_host host = { s, told };
	enum err e = daemon_open(s->profile, s->config.listen, &host, &s->daemon);

	if (!e)
		say(DAEMON_INFO, "%s port %u", s->config.listen, daemon_port(s->daemon));
	return e;
}

/* A file with a mistake changes nothing; an address that cannot be listened at leaves the old one. */
static enum err reread(struct service *s)
{
	struct daemon_config before = s->config;
	enum err e = configure(s);

	if (!e && strcmp(before.profile, s->config.profile)) {
		s->config = before;
		e = err_set(ERR_USAGE, _("换数据目录要停下再起"));
	}
	if (e) {
		say(DAEMON_ERROR, _("配置没有换: %s"), err_detail());
		return ERR_OK;
	}
	level = s->config.log;
	if (strcmp(before.listen, s->config.listen)) {
		daemon_close(s->daemon);
		s->daemon = NULL;
		if (listen_at(s)) {
			say(DAEMON_ERROR, _("配置没有换: %s"), err_detail());
			s->config = before;
			return listen_at(s);
		}
	}
	say(DAEMON_INFO, _("配置已重读"));
	return ERR_OK;
}

/* Take in what arrives until somebody says stop; an error of the machine is said and tried again, slower. */
static enum err serve(struct service *s)
{
	enum err e = ERR_OK;

	while (!stop && !e) {
		uint32_t taken;
		enum err failed = reload ? ERR_OK : daemon_work(s->daemon, 1000, &taken);

		if (reload) {
			reload = 0;
			e = reread(s);
		} else if (failed) {
			say(DAEMON_ERROR, "%s: %s", err_text(failed), err_detail());
			sleep(1);
		}
	}
	return e;
}

/* Every connection is an open file. */
static void allow_files(void)
{
	struct rlimit files;

	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* What had to be mended was mended here: whoever opens the profile next finds it sound, and would never hear of it. */
static void say_health(const struct profile *p)
{
	struct buf report = { 0 };

	profile_report(p, &report);
	for (char *line = report.data, *next; line && *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		say(DAEMON_WARNING, "%.*s", (int)(next - line - (next > line && next[-1] == '\n')), line);
	}
	buf_clear(&report);
}

static enum err run(struct service *s)
{
	enum err e;

	if ((e = configure(s)))
		return e;
	level = s->config.log;
	allow_files();
	if ((e = keys_start()) || (e = profile_open(s->config.profile, &s->profile)))
		return e;
	say_health(s->profile);
	if ((e = listen_at(s)))
		return e;
	notify("READY=1");
	e = serve(s);
	notify("STOPPING=1");
	return e;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct service s = { .argc = argc, .argv = argv };
	enum err e;

	i18n_open(NULL);
	for (int i = 1; i < argc; i += 2) {
		if (!strcmp(argv[i], "--help"))
			return usage(stdout, 0);
		if (!strcmp(argv[i], "--version"))
			return printf("xunchad %s\n", PACKAGE_VERSION) < 0;
		if (i + 1 == argc || strncmp(argv[i], "--", 2))
			return usage(stderr, 2);
		if (!strcmp(argv[i], "--config"))
			s.file = argv[i + 1];
	}
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if ((e = run(&s)))
		say(DAEMON_ERROR, "%s: %s", err_text(e), err_detail());
	daemon_close(s.daemon);
	profile_close(s.profile);
	return err_status(e);
}
