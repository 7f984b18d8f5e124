/* F18, clocks that are wrong: thirty years behind or ahead, 1970, 2038, another error at every step, standing still, a leap second, a
 * change to summer time. Work goes on, the order of what was written is that of its causes, and nobody else's records or clock
 * suffer for it. Each is tried six times with other errors. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/sys.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/log/truetime.h"
#include "tests/ledger/world.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, TRIES = 6, MOST = 64 };

static const int64_t year = (int64_t)365 * 86400;
static int64_t start;                                   /* when it begins, seconds */
static int64_t now, error, stuck;                       /* true time since then, seconds; what the device's clock adds */
static unsigned dice_state;

static unsigned dice(unsigned n)
{
	dice_state = dice_state * 1103515245u + 12345u;
	return dice_state / 65536u % n;
}

static int get_time(clockid_t id, struct timespec *ts)
{
	*ts = (struct timespec){ .tv_sec = (time_t)(id == CLOCK_REALTIME ? stuck ? stuck : start + now + error : now) };
	return 0;
}

enum wrong { BEHIND, AHEAD, EPOCH, LATE_2038, JUMPING, STUCK, LEAP, SUMMER, WRONGS };
static const char *const names[WRONGS] = { "30 years behind", "30 years ahead", "1970", "2038", "another error at every step", "standing still", "a leap second", "summer time" };
static const bool doubtful[WRONGS] = { [BEHIND] = true, [AHEAD] = true, [EPOCH] = true, [LATE_2038] = true };

/* The device's clock before its next record. */
static void go_wrong(enum wrong what, unsigned step)
{
	stuck = 0;
	now += 60 + dice(600);
	switch (what) {
	case BEHIND: error = -30 * year + dice(86400); break;
	case AHEAD: error = 30 * year - dice(86400); break;
	case EPOCH: error = -start - now + dice(60); break;
	case LATE_2038: error = INT32_MAX - start - now - 2 + (int64_t)step; break;    /* the step of it is crossed between two records */
	case JUMPING: error = (int64_t)dice(3600 * 24 * 700) - 3600 * 24 * 350; break;
	case STUCK: stuck = start + 86400; break;
	case LEAP: error = step % 2 ? -1 : 0; break;                                /* 23:59:59 comes twice */
	default:
		setenv("TZ", step % 2 ? "Europe/Berlin" : "Asia/Shanghai", 1);
		tzset();
		error = 0;
	}
}

static void right_again(void)
{
	error = stuck = 0;
	setenv("TZ", "UTC", 1);
	tzset();
}

struct order { struct store_txn *txn; uint64_t lamport[MOST]; int number[MOST]; unsigned count; };

static enum err note(void *user, const struct log_event *e)
{
	struct order *o = user;
	const char *text = world_text(&e->event);
	bool sure = true;
	unsigned i;

	truetime_of(o->txn, e, &sure);
	assert_false(sure);                             /* nobody has said what the true time was */
	if (e->event.kind == EVENT_EPOCH_START || *text < '0' || *text > '9')
		return ERR_OK;
	assert_true(o->count < MOST);
	for (i = o->count++; i && o->lamport[i - 1] > e->event.lamport; i--) {
		o->lamport[i] = o->lamport[i - 1];
		o->number[i] = o->number[i - 1];
	}
	o->lamport[i] = e->event.lamport;
	o->number[i] = atoi(text);
	return ERR_OK;
}

/* What each wrote after it had seen the other's comes behind it, whatever the clocks said. */
static void assert_caused_order(struct profile *p, unsigned count)
{
	struct store_txn t;
	struct order o = { .txn = &t };

	profile_begin(p, &t);
	assert_ok(log_each_all(&t, note, &o));
	store_abort(&t);
	assert_int_equal(o.count, count);
	for (unsigned i = 0; i < o.count; i++)
		assert_int_equal(o.number[i], i + 1);
}

static void write_next(struct profile *p, unsigned *n)
{
	char text[12];

	snprintf(text, sizeof text, "%u", ++*n);
	assert_ok(world_append(p, NULL, text, NULL, NULL, NULL));
}

static enum err find_own(void *user, const struct log_head *h)
{
	struct event_log_id *id = user;

	if (!memcmp(h->id.writer, id->writer, EVENT_WRITER))
		*id = h->id;
	return ERR_OK;
}

static struct event_log_id own_log(struct profile *p)
{
	struct event_log_id id = { .epoch = 0 };
	struct store_txn t;

	memcpy(id.writer, p->writer, EVENT_WRITER);
	profile_begin(p, &t);
	assert_ok(log_heads(&t, find_own, &id));
	store_abort(&t);
	return id;
}

static void one_try(enum wrong what, unsigned try)
{
	struct profile *device, *peer;
	struct event_log_id id;
	struct log_result r;
	unsigned n = 0;
	char name[32];
	int64_t offset;

	dice_state = try * 7919 + (unsigned)what;
	now = 0;
	right_again();
	snprintf(name, sizeof name, "d%d-%u", what, try);
	assert_ok(world_open(name, false, 1, &device));
	*name = 'p';
	assert_ok(world_open(name, false, 2, &peer));
	offset = profile_now(peer).wall - now * 1000;
	for (unsigned i = 0; i < ROUNDS; i++) {
		go_wrong(what, i);
		write_next(device, &n);
		if (doubtful[what])
			assert_true(profile_clock_doubtful(device));     /* the person is asked, and may go on */
		write_next(device, &n);
		id = own_log(device);
		right_again();
		assert_ok(world_send(device, peer, &id, 1, 100, &r));
		assert_false(profile_clock_doubtful(peer));          /* the neighbour's wrong clock is not his */
		assert_int_equal(profile_now(peer).wall - now * 1000, offset);
		write_next(peer, &n);
		id = own_log(peer);
		assert_ok(world_send(peer, device, &id, 1, 100, &r));
	}
	assert_caused_order(peer, n);
	assert_ok(profile_check(device, NULL, NULL));
	assert_ok(profile_check(peer, NULL, NULL));
	profile_close(device);
	*name = 'd';
	go_wrong(what, ROUNDS);
	assert_ok(world_open(name, false, 1, &device));            /* and it starts again as ever */
	write_next(device, &n);
	profile_close(device);
	profile_close(peer);
	right_again();
	world_remove(name);
	*name = 'p';
	world_remove(name);
}

static void f18_no_clock_however_wrong_stops_work_or_turns_its_order_round(void **state)
{
	static struct sys seam;

	(void)state;
	seam = sys_real;
	start = truetime_earliest / 1000 + 30 * 86400;        /* not today: a program that is years old rightly doubts a clock that is right */
	seam.clock_gettime = get_time;
	sys = &seam;
	for (int what = 0; what < WRONGS; what++) {
		for (unsigned try = 0; try < TRIES; try++)
			one_try((enum wrong)what, try);
		print_message("# %s: held\n", names[what]);
	}
	sys = &sys_real;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(f18_no_clock_however_wrong_stops_work_or_turns_its_order_round) };

	return TAP_RUN(tests);
}
