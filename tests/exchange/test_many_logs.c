/* More writers than one question names, and a log with two branches: everything comes down over HTTP, and nothing twice. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/i18n.h"
#include "sync/bundle/seal.h"
#include "sync/bundle/segment.h"
#include "sync/exchange/http/online.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/town/daemon.h"
#include "tests/bench/records.h"
#include "tests/ledger/world.h"

#include <stdio.h>

enum { WRITERS = 130 };
static struct profile *office, *device;
static struct daemon *town;
static char url[64];

static void certify(const void *request, size_t len, struct buf *grant)
{
	struct enrol_terms terms = { .person = "p", .roles = PACK_GRID, .scope_count = 1 };
	char label[33];

	assert_ok(event_scope_parse("990101100201", &terms.scopes[0]));
	assert_ok(enrol_grant(office, request, len, &terms, grant, label));
}

/* The next inspections of a writer, taken in by the township. */
static void deliver(struct records *r, uint32_t count, uint64_t counter)
{
	uint8_t to[1][KEYS_PK], id[KEYS_HASH];
	struct bundle_sealing how = { .sealer = r->writer, .to = (const uint8_t (*)[KEYS_PK])to, .to_count = 1, .counter = counter, .wall = 1767225600000 };
	struct buf events = { 0 }, plain = { 0 }, file = { 0 };
	struct inbox_file f = { .name = "test" };
	struct log_segment s;

	memcpy(to[0], keys_roots_newest(&office->roots)->box, KEYS_PK);
	assert_ok(records_segment(r, count, &events, &s));
	segment_put(&s, r->log.writer, &plain);
	assert_ok(bundle_seal(&how, plain.data, plain.len, &file, id));
	f.data = (const uint8_t *)file.data;
	f.len = file.len;
	assert_ok(inbox_take(office, &f, 1));
	assert_int_equal(f.verdict, INBOX_MERGED);
	buf_clear(&events);
	buf_clear(&plain);
	buf_clear(&file);
}

static void enrol_device(void)
{
	struct buf request = { 0 }, grant = { 0 };
	char code[KEYS_CODE];

	assert_ok(enrol_create(world_path("device"), "王秀英", "246810", keys_kdf_least()));
	assert_ok(profile_open(world_path("device"), &device));
	assert_ok(profile_unlock(device, NULL, "246810", NULL));
	assert_ok(enrol_request(device, "王秀英", &request));
	certify(request.data, request.len, &grant);
	assert_ok(enrol_code(office, code));
	assert_ok(enrol_accept(device, grant.data, grant.len, code));
	buf_clear(&request);
	buf_clear(&grant);
}

static int set_up(void **unused)
{
	struct records r, twin;

	(void)unused;
	assert_ok(enrol_found(world_path("town"), "样例镇", "990101100", "周敏", "246810", keys_kdf_least()));
	assert_ok(profile_open(world_path("town"), &office));
	assert_ok(profile_unlock(office, NULL, "246810", NULL));
	enrol_device();
	assert_ok(records_open(&r, SRCDIR "/forms/catalog", 7, NULL));
	for (size_t i = 0; i < WRITERS; i++) {
		struct buf request = { 0 }, grant = { 0 };

		keys_identity_free(r.writer);
		assert_ok(keys_identity_new(NULL, &r.writer));
		assert_ok(keys_request_make(r.writer, "某人", "", &request));
		certify(request.data, request.len, &grant);
		buf_clear(&request);
		buf_clear(&grant);
		memcpy(r.log.writer, keys_identity_public(r.writer)->writer, EVENT_WRITER);
		r.base = (struct event_base){ 0 };
		r.seq = 0;
		event_hash_log(&r.log, r.hash);
		deliver(&r, 2, 1);
	}
	/* The last one's device was copied: both go on from the same event. */
	twin = r;
	twin.seed += 99;
	deliver(&r, 3, 2);
	deliver(&twin, 2, 2);
	records_close(&r);
	assert_ok(daemon_open(office, "127.0.0.1:0", NULL, &town));
	snprintf(url, sizeof url, "http://127.0.0.1:%u", daemon_port(town));
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	daemon_close(town);
	profile_close(device);
	profile_close(office);
	return 0;
}

struct tally { size_t logs, splits, pieces; uint64_t events; };

static enum err count_log(void *user, const struct log_head *h)
{
	struct tally *x = user;

	x->logs++;
	x->splits += h->split_at != 0;
	x->pieces += h->split_at ? h->range_count : 0;
	x->events += h->seq;
	return ERR_OK;
}

static struct tally tally_of(struct profile *p)
{
	struct tally x = { 0 };
	struct store_txn t;

	profile_begin(p, &t);
	assert_ok(log_heads(&t, count_log, &x));
	store_abort(&t);
	return x;
}

static void all_logs_and_both_branches_come_down_and_nothing_twice(void **unused)
{
	struct folder_report first = { 0 }, second = { 0 }, third = { 0 };
	struct tally here, there = tally_of(office);

	(void)unused;
	assert_ok(online_sync(device, url, &first));
	assert_ok(online_sync(device, url, &second));
	here = tally_of(device);
	assert_true(here.logs >= WRITERS + 1);
	assert_int_equal(here.splits, there.splits);
	assert_int_equal(here.splits, 1);
	assert_int_equal(here.pieces, there.pieces);
	assert_ok(online_sync(device, url, &third));
	assert_int_equal(third.files[INBOX_MERGED] + third.files[INBOX_DUPLICATE] + third.files[INBOX_HELD], 0);
	assert_int_equal(third.added, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(all_logs_and_both_branches_come_down_and_nothing_twice) };

	i18n_open(NULL);
	assert_ok(keys_start());
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
