/* N6, N7, N9, N12, N13 of the program as it runs: on a pty, on a device that holds 10,000 places.
 *
 *     bench_program        (PLACES=N for another number; XUNCHA_FIXTURE=DIR keeps what was made)
 */
#include "config.h"
#include "tests/screens/field.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STARTS = 7, IDLE_SECONDS = 20, KEYS = 64 };

static const char *verdict(bool held)
{
	return held ? "" : " BROKEN";
}

/* A number of /proc/PID/FILE after `name`; -1 when it is not there. */
static long proc_number(pid_t pid, const char *file, const char *name)
{
	char path[64], line[256];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, name, strlen(name)))
			n = strtol(line + strlen(name), NULL, 10);
	if (f)
		fclose(f);
	return n;
}

static int by_number(const void *a, const void *b)
{
	return *(const int64_t *)a < *(const int64_t *)b ? -1 : *(const int64_t *)a > *(const int64_t *)b;
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* From the key to the last byte of its frame, as a terminal sees it. */
static int64_t key(struct vt *vt, const char *k)
{
	uint64_t before = vt_bytes(vt);
	int64_t start = now_us(), last = start;

	vt_keys(vt, k);
	while (vt_bytes(vt) == before && now_us() - start < 1000000) {
		vt_expect(vt, "\x01", 1);               /* reads what has come */
		last = now_us();
	}
	return last - start;
}

/* What the program has worked so far, ms; -1 where the system does not say. */
static double worked(struct vt *vt)
{
	unsigned long long ns;
	char path[64];
	int n = 0;
	FILE *f;

	field_settle(vt);
	snprintf(path, sizeof path, "/proc/%d/schedstat", (int)vt_pid(vt));
	if ((f = fopen(path, "r"))) {
		n = fscanf(f, "%llu", &ns);
		fclose(f);
	}
	return n == 1 ? (double)ns / 1e6 : -1;
}

static double unlock(struct vt *vt, const char *pin, const char *shows)
{
	double before;

	vt_keys(vt, pin);
	before = worked(vt);
	vt_key(vt, "Enter");
	assert_shows(vt, shows);
	return worked(vt) - before;
}

/* A wrong PIN costs what the right one does up to where it is accepted. What else the machine does only ever adds to either: the least of
 * several starts is compared, for the key derivation alone swings by more than what is measured. */
static struct vt *start(void)
{
	double refused = 1e9, accepted = 1e9;
	struct vt *vt = NULL;

	for (int i = 0; i < STARTS; i++) {
		double wrong, right;

		if (vt)
			field_leave(vt);
		vt = field_start("device", 24, 80, NULL);
		wrong = unlock(vt, "000000", "PIN 不对");
		right = unlock(vt, FIELD_PIN, "今日");
		refused = wrong < refused ? wrong : refused;
		accepted = right < accepted ? right : accepted;
	}
	printf("N6 PIN accepted to 今日 on a device: %.0f ms of work (limit 30)%s\n", accepted - refused, verdict(accepted - refused <= 30));
	return vt;
}

static void search(struct vt *vt)
{
	static const char *const typed[] = { "xsd", "dj1", "后沟", "lw99h", "网吧", "99" };
	int64_t took[KEYS];
	size_t n = 0;

	vt_keys(vt, "p");
	assert_shows(vt, "/找");
	for (size_t t = 0; t < sizeof typed / sizeof *typed; t++) {
		vt_keys(vt, "/");
		assert_shows(vt, "首字母");
		for (const char *p = typed[t]; *p && n < KEYS; ) {
			size_t len = (*p & 0x80) ? 3 : 1;
			char one[4] = "";

			memcpy(one, p, len);
			took[n++] = key(vt, one);
			p += len;
			field_settle(vt);
		}
		vt_key(vt, "Esc");
		field_settle(vt);
	}
	qsort(took, n, sizeof *took, by_number);
	printf("N7 key to frame on a pty, search as you type: %.1f ms median, %.1f ms most (limit 16)%s\n", (double)took[n / 2] / 1000,
	       (double)took[n - 1] / 1000, verdict(took[n - 1] <= 16000));
	vt_key(vt, "Esc");
	field_settle(vt);
}

static void memory(struct vt *vt)
{
	long kib = proc_number(vt_pid(vt), "smaps_rollup", "Anonymous:");

	printf("N9 anonymous memory, list and search used: %.1f MiB (limit 8)%s\n", (double)kib / 1024, verdict(kib >= 0 && kib <= 8192));
}

static void idle(struct vt *vt)
{
	long before, wakes;

	field_settle(vt);
	before = proc_number(vt_pid(vt), "status", "voluntary_ctxt_switches:");
	poll(NULL, 0, IDLE_SECONDS * 1000);
	wakes = proc_number(vt_pid(vt), "status", "voluntary_ctxt_switches:") - before;
	printf("N13 idle %d s: woken %ld times (limit 1, the minute)%s\n", IDLE_SECONDS, wakes, verdict(before >= 0 && wakes <= 2));
}

static void size(void)
{
	char command[512], line[64] = "";
	FILE *p;
	long n;

	/* What a package installs for the field app: both programs and the catalogue stripped, and the pack as it is published. */
	snprintf(command, sizeof command, "d=$(mktemp -d); for f in %s/tui/xuncha %s/sync/xunchactl; do strip -o $d/$(basename $f) $f; done; "
	         "cp %s/tui/po/en/LC_MESSAGES/xuncha.mo $d; cp $(find %s/device/blobs -type f | head -1) $d; cat $d/* | wc -c; rm -rf $d", BUILDDIR, BUILDDIR, BUILDDIR, field_dir());
	p = popen(command, "r");
	n = p && fgets(line, sizeof line, p) ? atol(line) : -1;
	if (p)
		pclose(p);
	printf("N12 xuncha, xunchactl, catalogue and pack: %.2f MiB (limit 3)%s\n", (double)n / (1 << 20), verdict(n > 0 && n <= 3 << 20));
}

int main(void)
{
	struct vt *vt;

	if (field_setup_with("../bench/program.sh"))
		return 1;
	vt = start();
	search(vt);
	memory(vt);
	idle(vt);
	size();
	vt_free(vt);
	return field_teardown(NULL) != 0;
}
