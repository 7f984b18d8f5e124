/* N11: a hundred inspections from a device to the real daemon over 20 kbit/s with 300 ms there and back and 10% loss, cut three
 * times on the way; sent again at once after a cut, so that only the line is measured. The receipt counts, not the last byte. What
 * the cuts cost is the time of the broken sessions beyond what the bytes that arrived in them take on that line. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/exchange/http/online.h"
#include "sync/exchange/outbox/status.h"
#include "tests/bench/records.h"
#include "tests/exchange/links.h"
#include "tests/ledger/world.h"

#include <stdio.h>

enum { INSPECTIONS = 100, CUTS = 3, LIMIT_SECONDS = 12, RATE = 20000 };

static struct buf wire[INSPECTIONS];
static struct event parts[INSPECTIONS];

static void make_parts(void)
{
	struct records r;

	assert_ok(records_open(&r, SRCDIR "/forms/catalog", 11, NULL));
	for (int i = 0; i < INSPECTIONS; i++) {
		struct event_base base = r.base;
		size_t used;

		assert_ok(records_next(&r, &wire[i]));
		assert_ok(event_decode(wire[i].data, wire[i].len, &base, &parts[i], &used));
	}
	records_close(&r);
}

static enum err save(struct log_batch *b, void *user)
{
	const struct event_scope *scope = user;
	uint8_t ref[EVENT_REF];
	enum err e = ERR_OK;

	for (int i = 0; !e && i < INSPECTIONS; i++)
		e = log_append(b, scope, &parts[i], ref);
	return e;
}

int main(void)
{
	struct chaos weather = chaos_fair();
	struct folder_report r = { .patience_seconds = 0 };
	uint64_t before, sent = 0, twice = 0, slice = 0;
	struct event_scope scope;
	struct status now;
	uint32_t cuts = 0;
	double took = 0, lost_in_cuts = 0;
	bool good;

	i18n_open(NULL);
	assert_ok(keys_start());
	make_parts();
	links_open(23);
	assert_ok(online_sync(links.device, links.url, &r));   /* what there was to hear before */
	assert_ok(event_scope_parse("990101100201", &scope));
	assert_ok(log_write(links.device, save, &scope));
	before = links_reached();
	weather.bits_per_second = RATE;
	weather.delay_ms = 150;
	weather.loss_percent = 10;
	for (enum err e = ERR_IO; e; ) {
		int64_t start = clock_ticks();
		uint64_t after, lost;
		double seconds;

		weather.cut_up = cuts < CUTS ? 2000 + 700 * (int64_t)cuts : -1;
		chaos_set(links.relay, &weather);
		r = (struct folder_report){ .patience_seconds = 0 };
		if ((e = online_sync(links.device, links.url, &r)) && chaos_cuts(links.relay) == cuts)
			fail_msg("%s", err_detail());
		seconds = (double)(clock_ticks() - start) / 1e9;
		took += seconds;
		cuts = chaos_cuts(links.relay);
		after = links_reached();
		lost = r.sent > after - before ? r.sent - (after - before) : 0;
		twice = lost > twice ? lost : twice;
		slice = r.slice > slice ? r.slice : slice;
		sent += r.sent;
		if (e)
			lost_in_cuts += seconds - (double)(after - before) * 8 / RATE;
		before = after;
	}
	assert_ok(status_read(links.device, &now));
	assert_int_equal(now.acknowledged, now.own);
	good = took - lost_in_cuts <= LIMIT_SECONDS && cuts == CUTS && twice <= slice;
	printf("N11 %d inspections over 20 kbit/s, 10%% loss: %.1f s and %.1f s for %u cuts (limit %d and the cuts), by one cut %llu bytes sent twice "
	       "(limit a slice, %llu)%s\n", INSPECTIONS, took - lost_in_cuts, lost_in_cuts, cuts, LIMIT_SECONDS, (unsigned long long)twice,
	       (unsigned long long)slice, good ? "" : " BROKEN");
	printf("N11 in all: %.1f s, %llu bytes\n", took, (unsigned long long)sent);
	links_close();
	for (int i = 0; i < INSPECTIONS; i++)
		buf_clear(&wire[i]);
	return !good;
}
