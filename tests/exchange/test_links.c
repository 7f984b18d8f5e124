/* F19: sessions over bad networks, a real daemon behind a relay that breaks, stalls, lies. Progress only grows, a cut costs at
 * most a slice, and nothing counts as delivered that the township does not hold. XUNCHA_SESSIONS sets how many, XUNCHA_SEED which. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/enrol.h"
#include "sync/exchange/http.h"
#include "sync/exchange/online.h"
#include "sync/exchange/status.h"
#include "tests/exchange/chaos.h"
#include "tests/ledger/world.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SESSIONS = 300, NOTE = 2500 };

static struct profile *office, *device;            /* staff at work beside the daemon; a device */
static pid_t town;
static struct chaos_relay *relay;
static char url[64];
static uint64_t state;

static uint32_t below(uint32_t n)
{
	return (uint32_t)(chaos_random(&state) % n);
}

/* The real program; where it listens. */
static uint16_t start_town(void)
{
	char log[512], line[256];
	unsigned port = 0;

	snprintf(log, sizeof log, "%s", world_path("town.log"));
	town = fork();
	if (!town) {
		if (freopen(log, "w", stderr))
			execl(BUILDDIR "/sync/town/xunchad", "xunchad", "--profile", world_path("town"), "--listen", "127.0.0.1:0", (char *)NULL);
		_exit(127);
	}
	while (!port && !waitpid(town, NULL, WNOHANG)) {
		FILE *f = fopen(log, "r");

		while (f && fgets(line, sizeof line, f))
			if (strstr(line, " port "))
				port = (unsigned)atoi(strstr(line, " port ") + 6);
		if (f)
			fclose(f);
		poll(NULL, 0, 10);
	}
	return (uint16_t)port;
}

static void enrol(void)
{
	const struct keys_kdf kdf = keys_kdf_least();
	struct enrol_terms terms = { .person = "p-wang", .roles = PACK_GRID, .scope_count = 1 };
	struct buf request = { 0 }, grant = { 0 };
	char code[KEYS_CODE], label[33];

	assert_ok(event_scope_parse("990101100201", &terms.scopes[0]));
	assert_ok(enrol_found(world_path("town"), "样例镇", "990101100", "周敏", "246810", kdf));
	assert_ok(profile_open(world_path("town"), &office));
	assert_ok(profile_unlock(office, NULL, "246810", NULL));
	assert_ok(enrol_create(world_path("device"), "王秀英", "246810", kdf));
	assert_ok(profile_open(world_path("device"), &device));
	assert_ok(profile_unlock(device, NULL, "246810", NULL));
	assert_ok(enrol_request(device, "王秀英", &request));
	assert_ok(enrol_grant(office, request.data, request.len, &terms, &grant, label));
	assert_ok(enrol_code(office, code));
	assert_ok(enrol_accept(device, grant.data, grant.len, code));
	buf_clear(&request);
	buf_clear(&grant);
}

static int set_up(void **unused)
{
	const char *seed = getenv("XUNCHA_SEED");
	uint16_t port = 0, to;

	(void)unused;
	state = (seed ? strtoull(seed, NULL, 10) : 1) * 2 + 1;
	enrol();
	to = start_town();
	assert_true(to);
	relay = chaos_open(to, state, &port);
	assert_non_null(relay);
	snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	chaos_close(relay);
	kill(town, SIGTERM);
	waitpid(town, NULL, 0);
	profile_close(device);
	profile_close(office);
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
	assert_ok(world_append(device, &scope, note, NULL, NULL, ref));
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

/* Bytes of uploads that lie half done, and of bundles taken in: what the township has of us. */
struct reached { uint64_t bytes; const char *dir; bool whole; };

static enum err add_size(void *user, const char *name)
{
	struct reached *r = user;
	char path[512];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", r->dir, name);
	if (!stat(path, &st) && (uint64_t)st.st_size == strtoull(strchr(name, '.') + 1, NULL, 10))
		r->whole = true;
	else
		r->bytes += (uint64_t)st.st_size;
	return ERR_OK;
}

static enum err add_bundle(void *user, const struct evidence *e)
{
	struct reached *r = user;

	if (e->state == EVIDENCE_MERGED)
		r->bytes += e->size;
	return ERR_OK;
}

static uint64_t reached(void)
{
	struct buf dir = { 0 };
	struct reached r = { .dir = profile_path(office, "upload", &dir) };
	struct store_txn t;

	/* What is whole is about to be taken in. */
	do {
		r.bytes = 0;
		r.whole = false;
		assert_ok(fs_list(r.dir, 1000, add_size, &r));
	} while (r.whole && poll(NULL, 0, 5) == 0);
	profile_begin(office, &t);
	assert_ok(t.err);
	assert_ok(evidence_each(&t, add_bundle, &r));
	store_abort(&t);
	buf_clear(&dir);
	return r.bytes;
}

static enum err compare_head(void *user, const struct log_head *ours)
{
	struct log_head theirs = { 0 };
	struct store_txn t;

	(void)user;
	if (memcmp(ours->id.writer, device->writer, EVENT_WRITER))
		return ERR_OK;
	profile_begin(office, &t);
	if (log_head_get(&t, &ours->id, &theirs))
		theirs.seq = 0;
	store_abort(&t);
	assert_true(ours->acked <= theirs.seq);
	return ERR_OK;
}

static void nothing_is_believed_delivered_that_is_not_there(void)
{
	struct store_txn t;

	profile_begin(device, &t);
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
	uint64_t before = reached(), resent = 0, slices = 0;

	(void)unused;
	for (int i = 0; i < sessions; i++) {
		struct chaos weather = some_weather();
		uint64_t after;

		if (i % 4 == 0)
			for (uint32_t n = 1 + below(24); n; n--)
				record();
		r = (struct folder_report){ .patience_seconds = 1 };
		chaos_set(relay, &weather);
		if (online_sync(device, url, &r)) {
			failed++;
			slices += r.slice;
		}
		after = reached();
		assert_true(after >= before);
		resent += r.sent > after - before ? r.sent - (after - before) : 0;
		assert_true(resent <= slices);
		before = after;
		nothing_is_believed_delivered_that_is_not_there();
	}
	print_message("# %d sessions, %d of them broken, %u cuts; %llu bytes arrived, %llu were sent again\n", sessions, failed, chaos_cuts(relay),
	              (unsigned long long)before, (unsigned long long)resent);
	assert_true(failed > sessions / 4);
	chaos_set(relay, &fair);
	r = (struct folder_report){ 0 };
	assert_ok(online_sync(device, url, &r));
	assert_ok(status_read(device, &now));
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
		chaos_set(relay, &c);
		assert_err(online_sync(device, url, &r), ERR_IO);
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
