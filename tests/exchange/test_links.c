/* F19: sessions over bad networks, a real daemon behind a relay that breaks, stalls, lies. Progress only grows, a cut costs at
 * most a slice, and nothing counts as delivered that the township does not hold. XUNCHA_SESSIONS sets how many, XUNCHA_SEED which. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/i18n.h"
#include "sync/exchange/http/http.h"
#include "sync/exchange/http/online.h"
#include "sync/exchange/outbox/status.h"
#include "tests/exchange/links.h"
#include "tests/ledger/world.h"

#include <stdio.h>
#include <stdlib.h>

enum { SESSIONS = 300, NOTE = 2500 };

static uint64_t state;

static uint32_t below(uint32_t n)
{
	return (uint32_t)(chaos_random(&state) % n);
}

static int set_up(void **unused)
{
	const char *seed = getenv("XUNCHA_SEED");

	(void)unused;
	state = (seed ? strtoull(seed, NULL, 10) : 1) * 2 + 1;
	links_open(state);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	links_close();
	return 0;
}

/* Something to say that does not compress. */
static void record(void)
{
	char note[NOTE + 1];
	struct event_scope scope;
	uint8_t ref[EVENT_REF];

	assert_ok(event_scope_parse("990101100201", &scope));
	for (size_t i = 0; i < NOTE; i++)
		note[i] = (char)(' ' + below(95));
	note[NOTE] = '\0';
	assert_ok(world_append(links.device, &scope, note, NULL, NULL, ref));
}

static struct chaos some_weather(void)
{
	struct chaos c = chaos_fair();

	switch (below(20)) {
	case 0: case 1: case 2: case 3: c.cut_up = 1 + below(65536); break;
	case 4: case 5: case 6: case 7: c.cut_up = 1 + below(4096); break;
	case 8: case 9: c.cut_down = below(2048); break;
	case 10: c.stall_up = below(30000); break;
	case 11: case 12: c.lie = CHAOS_PORTAL_200 + below(3); break;
	case 13: case 14: c.lie = CHAOS_LENGTH; break;
	case 15: case 16: c.lie = CHAOS_TRUNCATE; break;
	default: c.bits_per_second = 2000000; c.delay_ms = below(20); c.loss_percent = below(3); break;
	}
	return c;
}

static enum err compare_head(void *user, const struct log_head *ours)
{
	struct log_head theirs = { 0 };
	struct store_txn t;

	(void)user;
	if (memcmp(ours->id.writer, links.device->writer, EVENT_WRITER))
		return ERR_OK;
	profile_begin(links.office, &t);
	if (log_head_get(&t, &ours->id, &theirs))
		theirs.seq = 0;
	store_abort(&t);
	assert_true(ours->acked <= theirs.seq);
	return ERR_OK;
}

static void nothing_is_believed_delivered_that_is_not_there(void)
{
	struct store_txn t;

	profile_begin(links.device, &t);
	assert_ok(log_heads(&t, compare_head, NULL));
	store_abort(&t);
}

static void sessions_over_bad_networks(void **unused)
{
	const char *count = getenv("XUNCHA_SESSIONS");
	int sessions = count ? atoi(count) : SESSIONS, failed = 0;
	struct folder_report r = { 0 };
	struct status now;
	struct chaos fair = chaos_fair();
	uint64_t before = links_reached(), resent = 0, slices = 0;

	(void)unused;
	for (int i = 0; i < sessions; i++) {
		struct chaos weather = some_weather();
		uint64_t after;

		if (i % 4 == 0)
			for (uint32_t n = 1 + below(24); n; n--)
				record();
		r = (struct folder_report){ .patience_seconds = 1 };
		chaos_set(links.relay, &weather);
		if (online_sync(links.device, links.url, &r)) {
			failed++;
			slices += r.slice;
		}
		after = links_reached();
		assert_true(after >= before);
		resent += r.sent > after - before ? r.sent - (after - before) : 0;
		assert_true(resent <= slices);
		before = after;
		nothing_is_believed_delivered_that_is_not_there();
	}
	print_message("# %d sessions, %d of them broken, %u cuts; %llu bytes arrived, %llu were sent again\n", sessions, failed, chaos_cuts(links.relay),
	              (unsigned long long)before, (unsigned long long)resent);
	assert_true(failed > sessions / 4);
	chaos_set(links.relay, &fair);
	r = (struct folder_report){ 0 };
	assert_ok(online_sync(links.device, links.url, &r));
	assert_ok(status_read(links.device, &now));
	assert_int_equal(now.acknowledged, now.own);
	assert_int_equal(now.waiting + now.unsealed, 0);
}

static void a_portal_is_told_from_the_township(void **unused)
{
	static const enum chaos_lie lies[] = { CHAOS_PORTAL_200, CHAOS_PORTAL_302, CHAOS_PORTAL_TUS };
	struct chaos c = chaos_fair();

	(void)unused;
	record();
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		struct folder_report r = { .patience_seconds = 2 };

		c.lie = lies[i];
		chaos_set(links.relay, &c);
		assert_err(online_sync(links.device, links.url, &r), ERR_IO);
		assert_non_null(strstr(err_detail(), "登录"));
		assert_int_equal(r.copied, 0);
	}
}

static void waiting_grows_from_five_seconds_to_half_an_hour_with_chance(void **unused)
{
	bool differs = false;

	(void)unused;
	for (uint32_t i = 0; i < 100; i++) {
		uint32_t least = i < 9 ? 5u << i : 1800, wait = http_backoff(i);

		if (least > 1800)
			least = 1800;
		assert_in_range(wait, least, least + least / 4);
		differs |= wait != least;
	}
	assert_true(differs);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_grows_from_five_seconds_to_half_an_hour_with_chance),
		cmocka_unit_test(sessions_over_bad_networks),
		cmocka_unit_test(a_portal_is_told_from_the_township),
	};

	i18n_open(NULL);
	assert_ok(keys_start());
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
