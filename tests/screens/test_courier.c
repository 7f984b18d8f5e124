/* The program exchanges by itself while it is open, with the real daemon on loopback: records arrive with no key for it, what comes is
 * seen, trouble is said with the time of the next try and nobody waits for it, and whatever ends the program loses nothing. */
#include "config.h"
#include "tests/exchange/chaos.h"
#include "tests/screens/field.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char url[64];

static int try(const char *command)
{
	char line[4096];

	snprintf(line, sizeof line, "PATH=%s/sync:%s/sync/town:$PATH; SRCDIR=%s; cd %s; ( %s ) >log 2>&1", BUILDDIR, BUILDDIR, SRCDIR, field_dir(), command);
	return system(line);
}

static void run(const char *command)
{
	if (try(command)) {
		try("cp log log.failed");
		try("tail -20 log.failed >&2");
		fail_msg("%s", command);
	}
}

#define AWAIT(condition) "for i in $(seq 300); do if " condition "; then exit 0; fi; sleep 0.1; done; exit 1"
#define DEVICE "xunchactl --now " FIELD_NOW " --profile device --pin-file pin.device "
#define TOWN "xunchactl --now " FIELD_NOW " --profile town --pin-file pin.town "

static void start_daemon(void)
{
	char path[512], line[256];
	FILE *f;

	/* Where it listened before, so that nobody has to be told. */
	run("xunchad --profile town --listen 127.0.0.1:$(cat port 2>/dev/null || echo 0) 2>daemon.log & echo $! >daemon.pid;"
	    AWAIT("sed -n 's/.* port \\([0-9]*\\)$/\\1/p' daemon.log >port.new; [ -s port.new ]"));
	run("mv port.new port");
	snprintf(path, sizeof path, "%s/port", field_dir());
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	fclose(f);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", atoi(line));
}

static void stop_daemon(void)
{
	run("kill $(cat daemon.pid);" AWAIT("! kill -0 $(cat daemon.pid) 2>/dev/null"));
}

static void set_url(const char *to, const char *more)
{
	char command[512];

	snprintf(command, sizeof command, "printf '{\"sync_url\": \"%s\"%s}' >device/settings", to, more);
	run(command);
}

/* Processes of this parent. */
static int children(pid_t parent)
{
	DIR *d = opendir("/proc");
	int n = 0;

	for (struct dirent *e; d && (e = readdir(d)); ) {
		char path[300], state;
		int of = 0;
		FILE *f;

		snprintf(path, sizeof path, "/proc/%.20s/stat", e->d_name);
		if (e->d_name[0] < '0' || e->d_name[0] > '9' || !(f = fopen(path, "r")))
			continue;
		if (fscanf(f, "%*d (%*[^)]) %c %d", &state, &of) == 2)
			n += of == (int)parent;
		fclose(f);
	}
	closedir(d);
	return n;
}

/* Wait until no process has a file of the device open: none may outlive its program. */
static void nobody_holds_it(void)
{
	run(AWAIT("! ls -l /proc/[0-9]*/fd 2>/dev/null | grep \"$PWD/device/\""));
}

static void inspect(struct vt *vt, const char *kind)
{
	for (int i = 0; i < 120 && !vt_selected(vt, kind); i++) {
		vt_key(vt, "Down");
		field_settle(vt);
	}
	assert_true(vt_selected(vt, kind));
	vt_key(vt, "Enter");
	assert_shows(vt, "第 1/");
	vt_keys(vt, "1");
	assert_shows(vt, "第 2/");
	vt_key(vt, "F5");
	field_settle(vt);
	vt_key(vt, "End");
	field_settle(vt);
	vt_key(vt, "Enter");
	field_settle(vt);
	vt_key(vt, "Enter");
	assert_shows(vt, "已签名入账");
	vt_key(vt, "Esc");
	assert_shows(vt, "要做的");
}

static void a_kept_record_is_at_the_township_soon(void **state)
{
	struct vt *vt;

	(void)state;
	set_url(url, "");
	vt = field_enter("device", FIELD_PIN, 24, 80, NULL);
	inspect(vt, "巡查 地下空间");
	run(AWAIT("[ $(xunchactl --profile town register list inspections --json | grep -c '\"id\"') -ge 1 ]"));
	assert_shows(vt, "没送到 0 条");
	vt_keys(vt, "y");
	assert_shows(vt, "对过");
	vt_keys(vt, "d");                                  /* record by record */
	assert_shows(vt, "王秀英  乡镇已收到");
	vt_key(vt, "Esc");
	vt_key(vt, "Esc");
	field_leave(vt);
}

static void without_a_way_it_says_so_and_when_it_tries_again_and_recovers_by_itself(void **state)
{
	struct vt *vt;

	(void)state;
	set_url(url, "");
	stop_daemon();
	vt = field_enter("device", FIELD_PIN, 24, 80, NULL);
	assert_shows(vt, " 再试同步: 连不上乡镇的电脑: 没有信号, 或那边没开");
	vt_resize(vt, 18, 40);
	assert_shows(vt, " 再试同步: 连不上乡镇");
	vt_resize(vt, 24, 80);
	inspect(vt, "巡查 小旅馆");
	assert_shows(vt, "再试同步");
	run("python3 -c \"import json; a=[x for x in json.load(open('$SRCDIR/packaging/demo/40-place_new.json')) if x['name'] == '顺风宾馆']; json.dump([dict(a[0], code='201-900', name='新开的旅社')], open('new.json','w'))\";"
	    TOWN "record submit --form place_new --answers new.json");
	vt_keys(vt, "p");
	assert_shows(vt, "场所与点位");
	vt_keys(vt, "/新开的");
	assert_shows(vt, "没有找到");
	start_daemon();
	assert_shows(vt, "新开的旅社");                     /* no key was pressed for it */
	vt_key(vt, "Esc");
	field_settle(vt);
	vt_key(vt, "Esc");
	assert_shows(vt, "没送到 0 条");
	assert_shows(vt, "上次联系乡镇 今天 08:3");
	assert_false(vt_shows(vt, "再试同步"));
	field_leave(vt);
}

static void nobody_waits_for_a_network_that_lies_or_hangs(void **state)
{
	struct chaos weather = chaos_fair();
	char through[64];
	uint16_t port = 0;
	struct chaos_relay *relay = chaos_open((uint16_t)atoi(strrchr(url, ':') + 1), 1, &port);
	struct vt *vt;

	(void)state;
	assert_non_null(relay);
	weather.lie = CHAOS_PORTAL_200;
	chaos_set(relay, &weather);
	snprintf(through, sizeof through, "http://127.0.0.1:%u", port);
	set_url(through, "");
	vt = field_enter("device", FIELD_PIN, 24, 80, NULL);
	assert_shows(vt, "可能要先登录这个无线网络");
	weather = chaos_fair();
	weather.stall_up = 0;
	chaos_set(relay, &weather);
	vt_keys(vt, "y");
	assert_shows(vt, "自动同步");
	vt_key(vt, "Enter");                               /* asked for, it is tried at once, and can be left */
	assert_shows(vt, "正在交换");
	assert_int_equal(children(vt_pid(vt)), 1);
	vt_key(vt, "Esc");
	assert_shows(vt, "停下了");
	assert_int_equal(children(vt_pid(vt)), 0);
	vt_key(vt, "Enter");
	vt_key(vt, "Enter");
	assert_shows(vt, "正在交换");
	/* SIGSTOP and not SIGTSTP: with no shell around it a stop that can be caught is none, and curses may lose the key behind it. */
	kill(vt_pid(vt), SIGSTOP);
	kill(vt_pid(vt), SIGCONT);
	vt_key(vt, "Esc");
	assert_shows(vt, "停下了");
	vt_key(vt, "Enter");
	vt_key(vt, "Esc");
	assert_shows(vt, "要做的");
	vt_keys(vt, "l");
	assert_shows(vt, "PIN");
	assert_int_equal(children(vt_pid(vt)), 0);
	vt_keys(vt, FIELD_PIN);
	vt_key(vt, "Enter");
	assert_shows(vt, "要做的");
	for (int i = 0; i < 3000 && !children(vt_pid(vt)); i++)
		vt_settle(vt, 10, 1000);
	vt_keys(vt, "p");                                  /* keys, while it hangs */
	assert_shows(vt, "石桥旅社");
	assert_int_equal(children(vt_pid(vt)), 1);
	kill(vt_pid(vt), SIGTERM);
	assert_true(vt_wait_exit(vt, PATIENCE) >= 0);
	nobody_holds_it();
	vt_free(vt);
	chaos_close(relay);
}

static void switched_off_it_leaves_the_network_alone(void **state)
{
	struct vt *vt;

	(void)state;
	set_url("http://127.0.0.1:9", ", \"sync_by_hand\": true");
	vt = field_enter("device", FIELD_PIN, 24, 80, NULL);
	vt_keys(vt, "y");
	assert_shows(vt, "关着: 按 Enter 才同步");
	assert_int_equal(children(vt_pid(vt)), 0);
	vt_key(vt, "Enter");
	assert_shows(vt, "没有做完");
	vt_key(vt, "Enter");
	vt_key(vt, "Esc");
	assert_false(vt_shows(vt, "再试同步"));
	vt_keys(vt, "o");
	assert_shows(vt, "自动同步");
	for (int i = 0; i < 20 && !vt_selected(vt, "自动同步"); i++) {
		vt_key(vt, "Down");
		field_settle(vt);
	}
	vt_key(vt, "Enter");
	assert_shows(vt, "约每分钟一次");
	vt_key(vt, "Esc");
	assert_shows(vt, "再试同步: 连不上");
	field_leave(vt);
}

/* Killed at whatever it was doing, with its program, again and again: all is there, once, and both sides hold the same. */
static void killed_in_the_middle_nothing_is_lost(void **state)
{
	const char *given = getenv("XUNCHA_KILLS");
	int kills = given ? atoi(given) : 4;
	struct chaos weather = chaos_fair();
	uint16_t port = 0;
	struct chaos_relay *relay = chaos_open((uint16_t)atoi(strrchr(url, ':') + 1), 1, &port);
	char through[256];

	(void)state;
	assert_non_null(relay);
	weather.bits_per_second = 200000;
	weather.delay_ms = 10;
	chaos_set(relay, &weather);
	snprintf(through, sizeof through, "http://127.0.0.1:%u", port);
	set_url(through, "");
	run("python3 -c \"import json; a=json.load(open('$SRCDIR/packaging/demo/40-place_new.json')); json.dump([dict(x, code='9%02d-%03d' % (n, i), name=x['name'] + str(n)) for n in range(3) for i, x in enumerate(a)], open('bulk.json','w'))\";"
	    TOWN "record submit --form place_new --answers bulk.json");
	for (int i = 0; i < kills; i++) {
		struct vt *vt;
		pid_t pid;

		run("python3 -c \"import json; json.dump([{'desc': '后门锁死', 'level': 'G', 'src': 'patrol', 'informed': 'yes', 'owner': '马建国', 'phone': '10000000012', 'due': '2026-07-25'}] * 20, open('hazards.json','w'))\";"
		    DEVICE "record submit --form hazard_new --row places:=name:石桥旅社 --answers hazards.json");
		vt = field_enter("device", FIELD_PIN, 24, 80, NULL);
		pid = vt_pid(vt);
		for (int k = 0; k < 3000 && !children(pid); k++)
			vt_settle(vt, 1, 10);
		for (struct timespec t = { 0, (long)(i * 37 % 300) * 1000000 }; nanosleep(&t, &t); )
			;
		kill(pid, SIGKILL);
		assert_int_equal(vt_wait_exit(vt, PATIENCE), 128 + SIGKILL);
		nobody_holds_it();
		vt_free(vt);
	}
	chaos_close(relay);
	run(DEVICE "check && " DEVICE "sync --url http://127.0.0.1:$(cat port)");
	run(DEVICE "status --json | tr -d ' \n' | grep -q '\"unsealed\":0,\"waiting\":0'");
	run(DEVICE "register list hazards --csv >here.csv && xunchactl --profile town register list hazards --csv >there.csv && cmp here.csv there.csv");
	snprintf(through, sizeof through, "[ $(" DEVICE "register list hazards --json | grep -c '\"id\"') = %d ]", 20 * kills);
	run(through);
}

static int begin(void **state)
{
	if (field_setup(state))
		return -1;
	start_daemon();
	return 0;
}

static int end(void **state)
{
	try("kill $(cat daemon.pid)");
	return field_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kept_record_is_at_the_township_soon),
		cmocka_unit_test(without_a_way_it_says_so_and_when_it_tries_again_and_recovers_by_itself),
		cmocka_unit_test(nobody_waits_for_a_network_that_lies_or_hangs),
		cmocka_unit_test(switched_off_it_leaves_the_network_alone),
		cmocka_unit_test(killed_in_the_middle_nothing_is_lost),
	};

	cmocka_set_test_filter(getenv("XUNCHA_TEST"));
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
