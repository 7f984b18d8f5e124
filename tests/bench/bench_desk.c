/* The township's desk after a year, on a pty: from the key to the frame that answers it, and to the last byte of what follows.
 *
 *     bench_desk [INSPECTIONS [WRITERS [VILLAGES [PLACES]]]]       a tenth of the guide's year: 60000 200 30 6000
 *
 * YEAR=DIR keeps the year in DIR, made by make_year and merged, for the next run. Every screen must answer within 100 ms; what is
 * counted behind it ("正在算") may come later, while keys are answered. What writes says at once what it does, and
 * then that it is done; it is tried on a copy of the township. */
#include "config.h"
#include "tests/tap.h"
#include "tests/vt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 100, QUIET_MS = 250, PATIENCE_MS = 120000 };

#define NOW "2025-12-30T17:30"
#define HOME "乡镇  今日"
#define COUNTING "正在"

static char dir[256];
static unsigned late;
static double slowest;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static void shell(const char *command)
{
	if (system(command)) {
		fprintf(stderr, "bench_desk: %s\n", command);
		exit(1);
	}
}

/* A year that is merged already is left as it is. */
static void live_a_year(int argc, char **argv)
{
	const char *kept = getenv("YEAR"), *tmp = getenv("TMPDIR"), *size[] = { "60000", "200", "30", "6000" };
	char command[1500];

	if (kept)
		snprintf(dir, sizeof dir, "%s", kept);
	else if (snprintf(dir, sizeof dir, "%s/xuncha-desk.XXXXXX", tmp ? tmp : "/tmp"), !mkdtemp(dir))
		exit(1);
	for (int i = 1; i < argc && i <= 4; i++)
		size[i - 1] = argv[i];
	snprintf(command, sizeof command, "[ -f %s/merged ] || { %s/tests/town/make_year %s %s %s %s %s >/dev/null && echo 135790 >%s/staff && "
	         "%s/sync/xunchactl --now " NOW " --profile %s/town --pin-file %s/staff merge %s/bundles >/dev/null && rm -rf %s/logs && touch %s/merged; }",
	         dir, BUILDDIR, dir, size[0], size[1], size[2], size[3], dir, BUILDDIR, dir, dir, dir, dir, dir);
	shell(command);
}

/* Waits until `want` is there and `gone` (may be NULL) is not, then for silence; prints when each was. */
static void measure(struct vt *vt, const char *what, const char *want, const char *gone)
{
	double start = now_ms(), first = 0, last = start;
	uint64_t bytes = vt_bytes(vt);

	while (now_ms() - start < PATIENCE_MS && (!first || now_ms() - last < QUIET_MS || vt_shows(vt, COUNTING))) {
		bool there;

		vt_expect(vt, "\x01", 1);               /* reads what has come */
		there = vt_shows(vt, want) && !(gone && vt_shows(vt, gone));
		if (vt_bytes(vt) != bytes)
			last = now_ms();
		bytes = vt_bytes(vt);
		if (there && !first)
			first = now_ms();
	}
	if (!first)
		vt_print(vt);
	if (!first || first - start > LIMIT_MS)
		late++;
	slowest = first && first - start < slowest ? slowest : first ? first - start : PATIENCE_MS;
	printf("| %-28s | %8.1f | %8.1f |%s\n", what, first ? first - start : -1, last - start, first && first - start <= LIMIT_MS ? "" : " late");
	fflush(stdout);
}

static struct vt *enter(const char *profile)
{
	char program[] = BUILDDIR "/tui/xuncha", option[] = "--profile", now[] = "--now", time[] = NOW, lang[] = "--lang", zh[] = "zh", path[300];
	char *argv[] = { program, option, path, now, time, lang, zh, NULL };
	struct vt *vt;

	snprintf(path, sizeof path, "%s/%s", dir, profile);
	vt = vt_spawn(24, 80, argv, NULL);
	if (!vt || !vt_expect(vt, "PIN", PATIENCE_MS))
		exit(1);
	vt_keys(vt, "135790");
	vt_key(vt, "Enter");
	vt_expect_gone(vt, "PIN", PATIENCE_MS);            /* the key derivation is not the desk's */
	return vt;
}

static void back(struct vt *vt)
{
	for (int i = 0; i < 6 && !vt_shows(vt, HOME); i++) {
		vt_key(vt, "Esc");
		vt_settle(vt, 100, PATIENCE_MS);
	}
}

/* --- what writes --- */

/* Keys, and what they lead to. */
static void go(struct vt *vt, const char *keys, const char *want)
{
	vt_settle(vt, 100, PATIENCE_MS);
	vt_keys(vt, keys);
	if (!vt_expect(vt, want, PATIENCE_MS)) {
		vt_print(vt);
		fprintf(stderr, "bench_desk: %s does not lead to %s\n", keys, want);
		exit(1);
	}
	vt_settle(vt, 100, PATIENCE_MS);
}

static void enter_text(struct vt *vt, const char *text, const char *what, const char *want)
{
	vt_key(vt, "C-u");
	vt_keys(vt, text);
	vt_settle(vt, 100, PATIENCE_MS);
	vt_key(vt, "Enter");
	measure(vt, what, want, NULL);
}

static void last(struct vt *vt, const char *key, const char *what, const char *want, const char *gone)
{
	vt_settle(vt, 100, PATIENCE_MS);
	vt_keys(vt, key);
	measure(vt, what, want, gone);
}

static void select_with(struct vt *vt, const char *text)
{
	for (int i = 0; i < 400 && !vt_selected(vt, text); i++) {
		vt_key(vt, "Down");
		vt_settle(vt, 20, PATIENCE_MS);
	}
}

static void revoke_one(struct vt *vt)
{
	go(vt, "d", "设备");
	vt_key(vt, "End");
	last(vt, "x", "revoke: opened", "吊销: ", NULL);
	go(vt, "2", "从这时起写的不算数");
	enter_text(vt, "2025-07-01 12:00", "  what would not count", "[x] 2");
	go(vt, "1", "例如: 手机丢了");
	enter_text(vt, "手机丢了", "  why", "[x] 1");
	last(vt, "3", "  asked once more", "吊销这台设备", NULL);
	last(vt, "2", "  done", "正在吊销", NULL);
	go(vt, "", "已吊销");
	back(vt);
}

static void certify(struct vt *vt)
{
	go(vt, "dr", "名册: 谁能");
	select_with(vt, "村应急管理员");
	go(vt, "a", "1 加什么角色");
	go(vt, "1", "多选");
	vt_keys(vt, "1");
	vt_key(vt, "Enter");
	go(vt, "2", "全镇");
	vt_keys(vt, "1");
	go(vt, "3", "只能吊销再重新入网才能减");
	last(vt, "1", "roster: one role more", "正在发证", NULL);
	go(vt, "", "已加上");
	back(vt);
}

static void publish_pack(struct vt *vt)
{
	char path[300];

	snprintf(path, sizeof path, "%s/pack", dir);
	go(vt, "du", "清单包的文件夹");
	enter_text(vt, path, "pack: read and compared", "正在检查清单包");
	go(vt, "", "现在的: ");
	last(vt, "1", "  published", "正在发布", NULL);
	go(vt, "", "已发布");
	back(vt);
}

static void warn(struct vt *vt)
{
	go(vt, "7", "各村进度");
	last(vt, "n", "a warning: its form", "来源单位", NULL);
	vt_keys(vt, "县气象台");
	vt_key(vt, "Enter");
	go(vt, "\r", "道路结冰");
	vt_key(vt, "Enter");
	vt_settle(vt, 100, PATIENCE_MS);
	vt_keys(vt, "2");
	vt_settle(vt, 100, PATIENCE_MS);
	vt_keys(vt, "今夜有大到暴雨");
	vt_settle(vt, 100, PATIENCE_MS);
	vt_key(vt, "F5");
	measure(vt, "  to which villages", "已勾", NULL);
	vt_key(vt, "Enter");
	measure(vt, "  sent", "正在发给各村", NULL);
	go(vt, "", "已发给");
	back(vt);
}

struct screen { const char *what, *keys, *want; };

static const struct screen screens[] = {
	{ "arrivals", "1", "到了: 谁的包" },
	{ "to verify", "2", "隐患" },
	{ "whistled", "3", "隐患" },
	{ "listed", "4", "隐患" },
	{ "overdue", "5", "隐患" },
	{ "owed", "6", "欠账" },
	{ "warnings", "7", "预警" },
	{ "conflicts", "z", "说法" },
	{ "devices", "d", "设备" },
	{ "  roster", "dr", "名册: 谁能" },
	{ "  requests", "dw", "入网申请: 请" },
	{ "  after the loss", "da", "吊销之后送到的" },
	{ "  erasures", "de", "删除令: 哪台" },
	{ "  certify", "dn", "发证: 让" },
	{ "places", "p", "场所" },
	{ "hazards", "h", "隐患" },
	{ "registers", "g", "台账" },
	{ "export", "e", "台账" },
	{ "import", "i", "登记簿" },
	{ "sync", "y", "同步" },
	{ "settings", "o", "设置" },
};

static void write_all(void)
{
	char command[1000];
	struct vt *vt;

	snprintf(command, sizeof command, "cd %s && rm -rf written pack && cp -r town written && cp -r %s/forms/catalog pack && chmod -R u+w pack && sed -i 's/^version,[^,]*/version,9999.1/' pack/pack.csv",
	         dir, SRCDIR);
	shell(command);
	snprintf(command, sizeof command, "cd %s && run='%s/sync/xunchactl --now " NOW " --profile written --pin-file staff' && "
	         "for ref in $($run --json register list hazards | grep -o '\"id\": \"[0-9a-f]*' | tail -c +8 | grep -o '[0-9a-f]\\{24\\}' | head -3); do $run erase $ref --reason 本人要求 || exit 1; done >/dev/null 2>&1",
	         dir, BUILDDIR);
	shell(command);
	vt = enter("written");
	measure(vt, "home, before what is written", HOME, NULL);
	go(vt, "d", "设备");
	last(vt, "e", "erasures, ordered", "没回报", NULL);
	back(vt);
	revoke_one(vt);
	certify(vt);
	publish_pack(vt);
	warn(vt);
	vt_free(vt);
	snprintf(command, sizeof command, "cd %s && rm -rf written pack", dir);
	shell(command);
}

int main(int argc, char **argv)
{
	char command[300];
	struct vt *vt;

	live_a_year(argc, argv);
	printf("| desk screen                  |  answered |  complete | ms, limit %d for the answer\n", LIMIT_MS);
	vt = enter("town");
	measure(vt, "home, after the PIN", HOME, NULL);
	for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
		const char *key = screens[i].keys;

		for (; key[1]; key++) {                     /* the way there */
			vt_keys(vt, (char []){ *key, '\0' });
			vt_settle(vt, 100, PATIENCE_MS);
		}
		vt_keys(vt, key);
		measure(vt, screens[i].what, screens[i].want, HOME);
		if (key == screens[i].keys) {
			vt_key(vt, "Esc");
			measure(vt, "  and back", HOME, NULL);
		}
		back(vt);
	}
	vt_keys(vt, "6");
	vt_expect_gone(vt, HOME, PATIENCE_MS);
	vt_key(vt, "Esc");
	measure(vt, "owed, left while it counts", HOME, NULL);
	vt_key(vt, "Enter");
	measure(vt, "a hazard", "经过", HOME);
	back(vt);
	vt_keys(vt, "g");
	vt_expect(vt, "台账", PATIENCE_MS);
	vt_keys(vt, "巡查记录");
	vt_settle(vt, 100, PATIENCE_MS);
	vt_key(vt, "Enter");
	measure(vt, "all inspections", "巡查记录", "F2拼音");
	vt_keys(vt, "/");
	vt_expect(vt, "首字母", PATIENCE_MS);
	vt_keys(vt, "7");
	measure(vt, "  searched", "7", NULL);
	back(vt);
	vt_free(vt);
	write_all();
	if (!getenv("YEAR")) {
		snprintf(command, sizeof command, "rm -rf %s", dir);
		shell(command);
	}
	printf("N7 the desk after a year: the slowest answer %.0f ms (limit %d), %u of them late%s\n", slowest, LIMIT_MS, late, late ? " BROKEN" : "");
	return late != 0;
}
