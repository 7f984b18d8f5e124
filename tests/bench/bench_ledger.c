/* N5: a durable save, against the append and fdatasync of the same bytes. N10: a device's store from its journal. Real
 * inspections of the shipped pack, folded into registers, sealed; directory: $TMPDIR (name one on a disk, not in memory). */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "tests/bench/records.h"
#include "tests/ledger/township.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { DISTINCT = 200, SAVES = 300, RUN = 256, REBUILT = 100000 };

/* Some inspections whose parts are used again and again: each append makes another event of them. */
static struct event parts[DISTINCT];
static struct buf wire[DISTINCT];

static double seconds(int64_t from)
{
	return (double)(clock_ticks() - from) / 1e9;
}

static enum err save(struct log_batch *b, void *user)
{
	struct event_scope village = event_scope_village(VILLAGE);
	uint8_t ref[EVENT_REF];

	return log_append(b, &village, user, ref);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A save and the append of its bytes in turn, so that both meet the same disk. */
static bool durable_save(struct profile *p)
{
	double ours[SAVES], theirs[SAVES], a = 0, b = 0;
	uint64_t at = 0;
	int fd;

	assert_ok(fs_open(world_path("flat"), O_WRONLY | O_CREAT, &fd));
	for (int i = 0; i < SAVES; i++) {
		int64_t start = clock_ticks();

		assert_ok(log_write(p, save, &parts[i % DISTINCT]));
		ours[i] = seconds(start);
		start = clock_ticks();
		assert_ok(fs_write_at(fd, wire[i % DISTINCT].data, wire[i % DISTINCT].len, at));
		assert_ok(fs_sync(fd));
		theirs[i] = seconds(start);
		at += wire[i % DISTINCT].len;
		a += ours[i];
		b += theirs[i];
	}
	fs_close(fd);
	qsort(ours, SAVES, sizeof *ours, by_value);
	qsort(theirs, SAVES, sizeof *theirs, by_value);
	printf("N5 durable save: %.2f ms (median %.2f), append + fdatasync %.2f ms (median %.2f), ratio %.1f, of medians %.1f (limit 6)%s\n",
		a / SAVES * 1e3, ours[SAVES / 2] * 1e3, b / SAVES * 1e3, theirs[SAVES / 2] * 1e3, a / b, ours[SAVES / 2] / theirs[SAVES / 2],
		ours[SAVES / 2] / theirs[SAVES / 2] > 6 ? " BROKEN" : "");
	return ours[SAVES / 2] / theirs[SAVES / 2] <= 6;
}

struct run { int first, count; };

static enum err save_run(struct log_batch *b, void *user)
{
	struct run *r = user;
	enum err e = ERR_OK;

	for (int i = 0; !e && i < r->count; i++)
		e = save(b, &parts[(r->first + i) % DISTINCT]);
	return e;
}

static bool rebuild(struct profile **p, int number)
{
	char dir[512];
	int64_t start;
	double open_time, work;

	for (struct run r = { 0, RUN }; r.first < REBUILT; r.first += RUN)
		assert_ok(log_write(*p, save_run, &r));
	profile_close(*p);
	snprintf(dir, sizeof dir, "%s/store", world_path("device"));
	assert_ok(fs_remove_tree(dir));
	start = clock_ticks();
	work = (double)clock() / CLOCKS_PER_SEC;
	assert_ok(world_open("device", false, number, p));
	open_time = seconds(start);
	work = (double)clock() / CLOCKS_PER_SEC - work;
	assert_true((*p)->health.store_rebuilt);
	assert_int_equal((*p)->health.lost_records, 0);
	printf("N10 store of %llu events from its journal: %.2f s of work, %.2f s by the clock (limit 3)%s\n", (unsigned long long)(*p)->anchor.written,
		work, open_time, work > 3 ? " BROKEN" : "");
	return work <= 3;                               /* the machine may have other work; the disk's share is small */
}

int main(void)
{
	struct township town;
	struct profile *p;
	bool good;

	world_path("");                                 /* starts the keys room */
	assert_ok(records_parts(SRCDIR "/forms/catalog", 5, parts, wire, DISTINCT));
	township_open(&town);
	p = township_device(&town, "device", 7, "p-wang", "07", PACK_GRID, VILLAGE);
	good = durable_save(p);
	good &= rebuild(&p, 7);
	profile_close(p);
	township_close(&town);
	for (int i = 0; i < DISTINCT; i++)
		buf_clear(&wire[i]);
	return !good;
}
