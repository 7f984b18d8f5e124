/* By whose word a time is sure: the weightier holds, a person takes back what he said, a bound is no time, a stranger changes nobody's mind. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/clock.h"
#include "forms/base/sys.h"
#include "sync/ledger/log/truetime.h"
#include "tests/ledger/pair.h"

#include <string.h>
#include <sys/timex.h>

static const int64_t day = (int64_t)86400 * 1000;

static struct sys seam;
static int kept;                                        /* what the system says of its clock */

static int say_state(struct timex *t)
{
	t->status = kept == TIME_ERROR ? STA_UNSYNC : 0;
	return kept;
}

static int setup(void **state)
{
	(void)state;
	seam = sys_real;
	seam.adjtimex = say_state;
	kept = TIME_ERROR;
	sys = &seam;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sys = &sys_real;
	return 0;
}

static void bind(struct profile *p, enum truetime_word word, int64_t time, int64_t uptime)
{
	assert_ok(truetime_bind(p, &(struct truetime_binding){ word, time, uptime }));
}

/* What the event is said to be of, in a store, and by whom. */
static int64_t when(struct profile *p, const uint8_t ref[EVENT_REF], enum truetime_word *word, int64_t *uptime)
{
	struct log_event e = { .opaque = false };
	struct store_txn t;
	int64_t ms;

	profile_begin(p, &t);
	assert_ok(log_event_get(&t, ref, &e));
	ms = truetime_by(&t, &e, word);
	*uptime = e.event.uptime;
	store_abort(&t);
	log_event_clear(&e);
	return ms;
}

static void the_weightier_word_holds_and_of_equals_the_later(void **state)
{
	static const struct { enum truetime_word word; int64_t time, uptime, holds; } said[] = {
		{ TRUETIME_PERSON, 1000, 500, 1000 }, { TRUETIME_PERSON, 2000, 400, 1000 }, { TRUETIME_PERSON, 3000, 600, 3000 },
		{ TRUETIME_GPS, 4000, 100, 4000 }, { TRUETIME_PERSON, 5000, 900, 4000 }, { TRUETIME_RECEIPT, 6000, 50, 6000 },
		{ TRUETIME_NTP, 7000, 950, 6000 }, { TRUETIME_STICK, 8000, 960, 6000 },
	};
	int64_t base = truetime_earliest + 10 * day, uptime, held = 0, ms = 0;
	enum truetime_word word;
	uint8_t ref[EVENT_REF];

	(void)state;
	pair_open("weight", 1);
	assert_ok(world_append(writer, NULL, "a record", NULL, NULL, ref));
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		bind(writer, said[i].word, base + said[i].time * 60000, said[i].uptime);
		for (size_t k = 0; k <= i; k++)
			held = said[k].time == said[i].holds ? said[k].uptime : held;
		ms = when(writer, ref, &word, &uptime);
		assert_int_equal(ms, base + said[i].holds * 60000 + uptime - held);
	}
	assert_int_equal(word, TRUETIME_RECEIPT);
	pair_ship(1, 100);
	assert_int_equal(when(reader, ref, &word, &uptime), ms);        /* and elsewhere, from the events alone */
	assert_int_equal(word, TRUETIME_RECEIPT);
	assert_ok(profile_rebuild(writer));
	assert_int_equal(when(writer, ref, &word, &uptime), ms);
	pair_close();
}

static void what_a_person_said_wrongly_his_next_word_takes_back(void **state)
{
	(void)state;
	pair_open("took-back", 1);
	clock_set(truetime_earliest + 20 * day);
	assert_false(profile_clock_doubtful(writer));
	bind(writer, TRUETIME_PERSON, clock_wall() + 3650 * day, clock_uptime());
	assert_true(profile_clock_doubtful(writer));             /* not what he said: asked, and goes on */
	assert_ok(world_append(writer, NULL, "goes on", NULL, NULL, NULL));
	bind(writer, TRUETIME_PERSON, clock_wall(), clock_uptime() + 1);
	assert_false(profile_clock_doubtful(writer));
	assert_true(truetime_known(writer) < clock_wall() + day);
	clock_set(clock_wall() - 16 * 60000);
	assert_true(profile_clock_doubtful(writer));             /* set back a quarter of an hour under it */
	clock_set(truetime_earliest + 20 * day);
	pair_ship(1, 100);
	assert_false(profile_clock_doubtful(reader));            /* who reads of it doubts nothing of his own */
	assert_true(truetime_known(reader) == truetime_earliest);
	pair_close();
}

static void a_sticks_time_only_bounds_and_gives_way_to_any_word(void **state)
{
	int64_t uptime, then;
	enum truetime_word word;
	uint8_t ref[EVENT_REF];

	(void)state;
	pair_open("bounds", 1);
	clock_set(truetime_earliest + 3 * day);
	assert_ok(world_append(writer, NULL, "under a slow clock", NULL, NULL, ref));
	then = truetime_earliest + 9 * day;
	assert_ok(truetime_not_before(writer, then));
	assert_true(profile_clock_doubtful(writer));
	assert_ok(truetime_settle(writer));
	assert_int_equal(truetime_bound_by(writer), TRUETIME_STICK);
	assert_true(when(writer, ref, &word, &uptime) > then - 60000 && word == TRUETIME_STICK);
	assert_true(profile_clock_doubtful(writer));             /* a bound is no time: the person is still asked */
	assert_ok(truetime_not_before(writer, then - day));      /* an old stick */
	assert_ok(truetime_settle(writer));
	assert_true(when(writer, ref, &word, &uptime) > then - 60000);
	clock_set(then + day);
	assert_false(profile_clock_doubtful(writer));            /* set right: nothing is left to ask */
	assert_ok(world_append(writer, NULL, "under the right one", NULL, NULL, ref));
	assert_true(when(writer, ref, &word, &uptime) >= then + day && word == TRUETIME_NONE);
	bind(writer, TRUETIME_PERSON, clock_wall(), clock_uptime());
	when(writer, ref, &word, &uptime);
	assert_int_equal(word, TRUETIME_PERSON);
	pair_close();
}

static void the_satellites_bind_a_boot_once_unless_they_are_known_to_be_wrong(void **state)
{
	struct truetime_binding gps = { TRUETIME_GPS, 0, 0 };
	enum truetime_word word;
	struct log_head h;
	struct event_log_id id;
	uint64_t seq;

	(void)state;
	pair_open("gps", 1);
	clock_set(truetime_earliest + 5 * day);
	bind(writer, TRUETIME_PERSON, clock_wall() + 3650 * day, 1);       /* mistyped: it must not keep out a better word */
	gps.uptime = clock_uptime();
	gps.time = clock_wall() - (int64_t)1024 * 7 * day;       /* a receiver whose count of weeks began again */
	truetime_offer(writer, &gps);
	assert_ok(truetime_settle(writer));
	assert_int_equal(truetime_bound_by(writer), TRUETIME_PERSON);
	gps.time = clock_wall() + 3600000;
	truetime_offer(writer, &gps);
	assert_true(truetime_now(writer, &word) >= gps.time && word == TRUETIME_GPS);
	assert_true(profile_clock_doubtful(writer));             /* an hour slow, by the satellites */
	assert_ok(truetime_settle(writer));
	assert_int_equal(truetime_bound_by(writer), TRUETIME_GPS);
	id = world_log(writer);
	h = pair_head(writer, &id);
	seq = h.seq;
	gps.uptime += 1000;
	gps.time += 1000;
	truetime_offer(writer, &gps);
	assert_ok(truetime_settle(writer));
	h = pair_head(writer, &id);
	assert_int_equal(h.seq, seq);                            /* once is enough */
	pair_close();
}

static void an_office_is_bound_by_its_system_where_that_keeps_the_clock(void **state)
{
	struct profile *office, *device;

	(void)state;
	assert_ok(world_open("office", true, 7, &office));
	assert_ok(world_open("field", false, 8, &device));
	kept = TIME_OK;
	assert_ok(truetime_settle(office));
	assert_ok(truetime_settle(device));
	assert_int_equal(truetime_bound_by(office), TRUETIME_NTP);
	assert_int_equal(truetime_bound_by(device), TRUETIME_NONE);        /* a telephone kills a program that asks */
	assert_false(profile_clock_doubtful(office));
	profile_close(office);
	assert_ok(world_open("office2", true, 7, &office));
	kept = TIME_ERROR;
	assert_ok(truetime_settle(office));
	assert_int_equal(truetime_bound_by(office), TRUETIME_NONE);        /* it does not keep it */
	kept = TIME_OK;
	clock_stop(truetime_earliest + 5 * day);
	assert_ok(truetime_settle(office));
	assert_int_equal(truetime_bound_by(office), TRUETIME_NONE);        /* nobody keeps a clock that stands */
	clock_set(truetime_earliest + 5 * day);
	assert_ok(truetime_settle(office));
	assert_int_equal(truetime_bound_by(office), TRUETIME_NONE);        /* --now has put another clock in its place */
	profile_close(office);
	profile_close(device);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_office_is_bound_by_its_system_where_that_keeps_the_clock, setup, teardown),      /* before the clock is set */
		cmocka_unit_test_setup_teardown(the_weightier_word_holds_and_of_equals_the_later, setup, teardown),
		cmocka_unit_test_setup_teardown(what_a_person_said_wrongly_his_next_word_takes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(a_sticks_time_only_bounds_and_gives_way_to_any_word, setup, teardown),
		cmocka_unit_test_setup_teardown(the_satellites_bind_a_boot_once_unless_they_are_known_to_be_wrong, setup, teardown),
	};

	return TAP_RUN(tests);
}
