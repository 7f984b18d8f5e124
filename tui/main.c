/* main.c - xuncha: the full-screen program. Options, then the screens. */
#include "config.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/keys/identity.h"
#include "tui/kit/ime.h"
#include "tui/kit/term.h"
#include "tui/screens/device/enrol.h"
#include "tui/screens/screens.h"

#include <getopt.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options { const char *profile, *label, *language, *now; bool still; };

enum { EXIT_USAGE = 2 };

static void usage(FILE *to)
{
	fputs(_("用法: xuncha [--profile 目录] [--as 标签] [--lang zh|en]\n\n"
	        "  --profile 目录  记录放在哪里 (不给: $XUNCHA_PROFILE, 再不给 ~/.local/share/xuncha)\n"
	        "  --as 标签       打开时选中这位工作人员\n"
	        "  --lang zh|en    界面语言\n"
	        "  --now 时间      把时钟定在这里 (试用和测试)\n"
	        "  --still         时钟停在那里不走 (和 --now 一起)\n"
	        "  --version       版本\n"), to);
}

/* 0 go on, -1 done, else an exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "profile", required_argument, NULL, 'p' }, { "as", required_argument, NULL, 'a' }, { "lang", required_argument, NULL, 'l' },
		{ "now", required_argument, NULL, 'n' }, { "still", no_argument, NULL, 's' }, { "version", no_argument, NULL, 'v' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1)
		switch (c) {
		case 'p': o->profile = optarg; break;
		case 'a': o->label = optarg; break;
		case 'l': o->language = optarg; break;
		case 'n': o->now = optarg; break;
		case 's': o->still = true; break;
		case 'v': puts(PACKAGE_STRING); return -1;
		case 'h': usage(stdout); return -1;
		default:  usage(stderr); return EXIT_USAGE;
		}
	if (optind < argc || (o->still && !o->now)) {
		usage(stderr);
		return EXIT_USAGE;
	}
	return 0;
}

static const char *default_profile(char *out, size_t size)
{
	const char *given = getenv("XUNCHA_PROFILE"), *home = getenv("HOME");

	if (given && *given)
		return given;
	snprintf(out, size, "%s/.local/share/xuncha", home ? home : ".");
	return out;
}

static enum err run(struct app *app, const char *new_dir)
{
	struct kit_view *first = new_dir ? screen_first_new(app, new_dir) : screen_unlock_new(app);
	enum err e;

	if (!first)
		return err_set(ERR_NOMEM, "%s", PACKAGE_NAME);
	e = kit_term_open(app->kit.mouse);
	if (e) {
		first->ops->close(first);
		return e;
	}
	kit_theme_use(app->settings.theme);
	e = kit_run(first, &app->kit);
	kit_term_close();
	kit_ime_close();
	return e;
}

/* What is large and goes is to go back to the system. Left to itself glibc moves the bound up with the first large block that is freed,
 * and the lists and texts that grow after it leave their holes in the heap (N9: a quarter of all memory). */
static void bound_heap(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

int main(int argc, char **argv)
{
	struct options o = { .profile = NULL };
	struct app app;
	char dir[4096];
	int64_t now;
	enum err e;
	int status;

	bound_heap();
	if (!i18n_open(NULL)) {
		fputs("xuncha: no UTF-8 locale; install the package locales or set LC_ALL=C.UTF-8\n", stderr);
		return EXIT_FAILURE;
	}
	status = read_options(argc, argv, &o);
	if (status)
		return status > 0 ? status : EXIT_SUCCESS;
	if (o.now && !clock_parse_time(o.now, 480, &now)) {
		fprintf(stderr, _("xuncha: --now %s: 不是时间, 例 2026-07-12T08:31\n"), o.now);
		return EXIT_USAGE;
	}
	if (o.now)
		(o.still ? clock_stop : clock_set)(now);
	e = keys_start();
	if (!o.profile)
		o.profile = default_profile(dir, sizeof dir);
	if (!e) {
		bool fresh = !fs_exists(o.profile);
		const char *language = "";

		e = fresh ? app_fresh(&app) : app_open(&app, o.profile, o.label);
		if (!e)
			language = o.language ? o.language : app.settings.language;
		if (*language)
			i18n_open(language);
		if (!e)
			e = run(&app, fresh ? o.profile : NULL);
		app_close(&app);
	}
	if (e) {
		struct buf line = { 0 };

		text_clean(&line, err_detail());
		fprintf(stderr, PACKAGE_NAME ": %s: %s\n", err_text(e), buf_str(&line));
		buf_clear(&line);
	}
	return err_status(e);
}
