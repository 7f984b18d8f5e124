#include "config.h"
#include "forms/base/i18n.h"
#include "sync/keys/identity.h"
#include "sync/ledger/profile.h"
#include "sync/town/daemon.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static int usage(FILE *to, int status)
{
	fputs(_("用法: xunchad --profile 目录 [--listen 127.0.0.1:8321]\n"
	        "收各设备送来的包, 给回执和下行。日志写到标准错误, 交给 systemd 保管。\n"), to);
	return status;
}

static int failed(enum err e)
{
	fprintf(stderr, "xunchad: %s: %s\n", err_text(e), err_detail());
	return err_status(e);
}

/* Take in what arrives until somebody says stop; an error of the machine is said and tried again, slower. */
static void serve(struct daemon *d)
{
	while (!stop) {
		uint32_t taken;
		enum err e = daemon_work(d, 1000, &taken);

		if (e) {
			fprintf(stderr, "<3>xunchad: %s: %s\n", err_text(e), err_detail());
			usleep(1000000);
		} else if (taken) {
			fprintf(stderr, "<6>xunchad: %u\n", taken);
		}
	}
}

int main(int argc, char **argv)
{
	const char *dir = getenv("XUNCHA_PROFILE"), *listen = "127.0.0.1:8321";
	struct sigaction sa = { .sa_handler = on_signal };
	struct profile *p = NULL;
	struct daemon *d = NULL;
	enum err e;

	i18n_open(NULL);
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help"))
			return usage(stdout, 0);
		if (!strcmp(argv[i], "--version"))
			return printf("xunchad %s\n", PACKAGE_VERSION) < 0;
		if (i + 1 < argc && !strcmp(argv[i], "--profile"))
			dir = argv[++i];
		else if (i + 1 < argc && !strcmp(argv[i], "--listen"))
			listen = argv[++i];
		else
			return usage(stderr, 2);
	}
	if (!dir)
		return usage(stderr, 2);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	if ((e = keys_start()) || (e = profile_open(dir, &p)) || (e = daemon_open(p, listen, &d))) {
		profile_close(p);
		return failed(e);
	}
	fprintf(stderr, "<6>xunchad: %s port %u\n", listen, daemon_port(d));
	serve(d);
	daemon_close(d);
	profile_close(p);
	return 0;
}
