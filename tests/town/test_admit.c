/* What a known writer may deliver in a day: the limit at n-1, n and n+1; photos leave a part of it to records; tomorrow is another day. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/base/sys.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/ledger/profile/profile_copy.h"
#include "sync/limits.h"
#include "sync/town/daemon_http.h"
#include "tests/ledger/world.h"

#include <stdlib.h>
#include <time.h>

enum { PHOTOS = LIMIT_WRITER_DAY - DAEMON_FOR_RECORDS };

static struct profile *office;
static struct daemon *d;
static int64_t seconds = 1800000000;

static int stopped_clock(clockid_t id, struct timespec *ts)
{
	(void)id;
	*ts = (struct timespec){ .tv_sec = (time_t)seconds };
	return 0;
}

static int set_up(void **state)
{
	static struct sys seam;

	(void)state;
	assert_ok(enrol_found(world_path("town"), "样例镇", "990101100", "周敏", "246810", keys_kdf_least()));
	assert_ok(profile_open(world_path("town"), &office));
	assert_ok(profile_unlock(office, NULL, "246810", NULL));
	seam = sys_real;
	seam.clock_gettime = stopped_clock;
	sys = &seam;
	return 0;
}

static int fresh_day(void **state)
{
	(void)state;
	seconds += 86400;
	d = calloc(1, sizeof *d);
	assert_non_null(d);
	d->profile = office;
	return 0;
}

static int end_day(void **state)
{
	(void)state;
	free(d->days);
	free(d);
	return 0;
}

static enum err give(uint64_t bytes, bool photo)
{
	return daemon_admit(d, office->writer, bytes, photo);
}

static void a_writer_delivers_so_much_a_day_and_not_a_byte_more(void **state)
{
	(void)state;
	assert_ok(give(LIMIT_WRITER_DAY - 1, false));             /* n-1 */
	assert_ok(give(1, false));                                /* n */
	assert_err(give(1, false), ERR_LIMIT);                    /* n+1 */
	assert_non_null(strstr(err_detail(), "50 MiB"));
	assert_ok(give(0, false));
	seconds += 86400;
	assert_ok(give(LIMIT_WRITER_DAY, false));
	assert_err(give(1, false), ERR_LIMIT);
}

static void what_was_refused_is_not_counted(void **state)
{
	(void)state;
	assert_err(give((uint64_t)LIMIT_WRITER_DAY + 1, false), ERR_LIMIT);
	assert_ok(give(LIMIT_WRITER_DAY, false));
}

static void photos_leave_a_part_of_the_day_to_records(void **state)
{
	(void)state;
	assert_ok(give(PHOTOS - 1, true));
	assert_ok(give(1, true));
	assert_err(give(1, true), ERR_LIMIT);
	assert_ok(give(DAEMON_FOR_RECORDS, false));
	assert_err(give(1, false), ERR_LIMIT);
}

static void a_stranger_has_no_day_at_all(void **state)
{
	static const uint8_t stranger[UPLOAD_SEALER] = { 9 };

	(void)state;
	assert_err(daemon_admit(d, stranger, 1, false), ERR_UNKNOWN);
	assert_int_equal(d->day_count, 0);
}

/* Who was enrolled after the backup is one of them; together they have a small day, that costs no writer anything. */
static void strangers_share_one_small_day_where_the_township_was_restored(void **state)
{
	uint8_t stranger[UPLOAD_SEALER] = { 9 };
	struct buf path = { 0 };

	(void)state;
	assert_ok(fs_write(profile_path(office, PROFILE_RESTORED, &path), "1800000000000\n", 14));
	assert_ok(daemon_admit(d, stranger, DAEMON_STRANGERS_DAY - 1, false));
	stranger[0]++;
	assert_ok(daemon_admit(d, stranger, 1, false));
	for (int i = 0; i < 1000; i++) {
		stranger[1] = (uint8_t)i;
		assert_err(daemon_admit(d, stranger, 1, i % 2), ERR_UNKNOWN);
	}
	assert_int_equal(d->day_count, 1);
	assert_ok(give(LIMIT_WRITER_DAY, false));
	seconds += 86400;
	assert_ok(daemon_admit(d, stranger, DAEMON_STRANGERS_DAY, false));
	assert_ok(fs_remove(path.data));
	buf_clear(&path);
}

#define ON_A_DAY(f) cmocka_unit_test_setup_teardown(f, fresh_day, end_day)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_DAY(a_writer_delivers_so_much_a_day_and_not_a_byte_more),
		ON_A_DAY(what_was_refused_is_not_counted),
		ON_A_DAY(photos_leave_a_part_of_the_day_to_records),
		ON_A_DAY(a_stranger_has_no_day_at_all),
		ON_A_DAY(strangers_share_one_small_day_where_the_township_was_restored),
	};
	int failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, set_up, NULL);
	profile_close(office);
	return failed != 0;
}
