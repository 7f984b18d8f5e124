/* Two hundred writers deliver at once to the real daemon while staff work on the same store, and the daemon is killed in the
 * middle: every bundle arrives, every receipt was for something durable, and the daemon's memory has an end. */
#include "config.h"

#include "forms/base/i18n.h"
#include "sync/bundle/receipt.h"
#include "sync/bundle/seal.h"
#include "sync/bundle/segment.h"
#include "sync/exchange/http/http.h"
#include "sync/exchange/inbox/evidence.h"
#include "sync/exchange/trust/enrol.h"
#include "tests/bench/records.h"
#include "tests/exchange/two.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WRITERS = 200, BUNDLES = 4, EVENTS = 25, ANON_KIB = 64 << 10, PATIENCE_SECONDS = 240 };

struct bundle_file { struct buf data; uint8_t id[KEYS_HASH]; char hex[2 * KEYS_HASH + 1]; atomic_bool receipted; };
struct sender { pthread_t thread; struct event_log_id log; struct bundle_file files[BUNDLES]; bool failed; };

static struct sender senders[WRITERS];
static struct bundle_file broken;
static pid_t town;
static uint16_t port;
static char url[64];
static atomic_uint receipts;
static time_t deadline;

/* --- the daemon --- */

static void start_town(void)
{
	port = two_daemon(port, &town);
	assert_true(port);
	snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
}

static long anonymous_kib(void)
{
	char path[64], line[256];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", (int)town);
	if (!(f = fopen(path, "r")))
		return 0;
	while (fgets(line, sizeof line, f))
		if (!strncmp(line, "RssAnon:", 8))
			kib = atol(line + 8);
	fclose(f);
	return kib;
}

/* --- what is delivered --- */

static void certify(struct keys_identity *id)
{
	struct enrol_terms terms = { .person = "p", .roles = PACK_GRID, .scope_count = 1 };
	struct buf request = { 0 }, grant = { 0 };
	char label[33];

	assert_ok(event_scope_parse("990101100201", &terms.scopes[0]));
	assert_ok(keys_request_make(id, "某人", "", &request));
	assert_ok(enrol_grant(office, request.data, request.len, &terms, &grant, label));
	buf_clear(&request);
	buf_clear(&grant);
}

/* `forged`: the author's signature is another's. */
static void seal(struct records *r, struct bundle_file *f, bool forged)
{
	uint8_t to[1][KEYS_PK];
	struct bundle_sealing how = { .sealer = r->writer, .to = (const uint8_t (*)[KEYS_PK])to, .to_count = 1, .counter = r->seq + 1, .wall = 1767225600000 };
	struct buf events = { 0 }, plain = { 0 };
	struct log_segment s;

	memcpy(to[0], keys_roots_newest(&office->roots)->box, KEYS_PK);
	assert_ok(records_segment(r, EVENTS, &events, &s));
	s.signature[0] ^= forged;
	segment_put(&s, r->log.writer, &plain);
	assert_ok(bundle_seal(&how, plain.data, plain.len, &f->data, f->id));
	keys_hex(f->id, KEYS_HASH, f->hex);
	buf_clear(&events);
	buf_clear(&plain);
}

static int set_up(void **unused)
{
	struct records r;

	(void)unused;
	assert_ok(enrol_found(world_path("town"), "样例镇", "990101100", "周敏", "246810", keys_kdf_least()));
	assert_ok(profile_open(world_path("town"), &office));
	assert_ok(profile_unlock(office, NULL, "246810", NULL));
	assert_ok(records_open(&r, SRCDIR "/forms/catalog", 7, NULL));
	for (size_t i = 0; i < WRITERS; i++) {
		keys_identity_free(r.writer);
		assert_ok(keys_identity_new(NULL, &r.writer));
		certify(r.writer);
		memcpy(r.log.writer, keys_identity_public(r.writer)->writer, EVENT_WRITER);
		r.base = (struct event_base){ 0 };
		r.seq = 0;
		event_hash_log(&r.log, r.hash);
		senders[i].log = r.log;
		for (size_t k = 0; k < BUNDLES; k++)
			seal(&r, &senders[i].files[k], false);
	}
	seal(&r, &broken, true);
	records_close(&r);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	kill(town, SIGTERM);
	waitpid(town, NULL, 0);
	for (size_t i = 0; i < WRITERS; i++)
		for (size_t k = 0; k < BUNDLES; k++)
			buf_clear(&senders[i].files[k].data);
	buf_clear(&broken.data);
	profile_close(office);
	return 0;
}

/* --- delivering --- */

static bool has_receipt(struct http *h, struct bundle_file *f)
{
	struct receipt *r = malloc(sizeof *r);
	struct buf data = { 0 };
	char path[96];
	bool good;

	snprintf(path, sizeof path, "/v1/r/%s", f->hex);
	good = r && !http_fetch(h, path, 65536, &data) && !receipt_read(data.data, data.len, &office->roots, r) && !memcmp(r->bundle, f->id, KEYS_HASH);
	buf_clear(&data);
	free(r);
	return good;
}

static void *deliver(void *user)
{
	struct sender *s = user;
	struct http *h = NULL;
	unsigned left = BUNDLES;

	s->failed = http_open(url, &h) != ERR_OK;
	while (!s->failed && left && !(s->failed = time(NULL) > deadline)) {
		for (size_t k = 0; k < BUNDLES; k++) {
			struct bundle_file *f = &s->files[k];

			if (f->receipted || http_send(h, f->hex, f->data.data, f->data.len, NULL, NULL) || !has_receipt(h, f))
				continue;
			f->receipted = true;
			receipts++;
			left--;
		}
		if (left)
			poll(NULL, 0, 100);
	}
	http_close(h);
	return NULL;
}

static void staff_works(unsigned *written)
{
	struct event_scope scope;
	uint8_t ref[EVENT_REF];

	assert_ok(event_scope_parse("all", &scope));
	assert_ok(world_append(office, &scope, "a decision of the staff", NULL, NULL, ref));
	++*written;
	poll(NULL, 0, 20);
}

static void every_receipt_is_for_something_durable(void)
{
	unsigned found = 0;

	for (size_t i = 0; i < WRITERS; i++)
		for (size_t k = 0; k < BUNDLES; k++) {
			struct bundle_file *f = &senders[i].files[k];
			struct evidence known;
			struct store_txn t;

			if (!f->receipted)
				continue;
			profile_begin(office, &t);
			assert_ok(evidence_get(&t, f->id, &known));
			store_abort(&t);
			assert_int_equal(known.state, EVIDENCE_MERGED);
			found++;
		}
	assert_true(found >= WRITERS * BUNDLES / 4);
}

static void two_hundred_writers_at_once_and_a_kill_in_the_middle(void **unused)
{
	struct http *first;
	unsigned written = 0;
	long before, after = 0;

	(void)unused;
	start_town();
	assert_ok(http_open(url, &first));                /* the library starts before there are threads */
	deadline = time(NULL) + PATIENCE_SECONDS;
	for (size_t i = 0; i < WRITERS; i++)
		assert_false(pthread_create(&senders[i].thread, NULL, deliver, &senders[i]));
	while (receipts < WRITERS * BUNDLES / 3 && time(NULL) < deadline)
		staff_works(&written);
	before = anonymous_kib();
	kill(town, SIGKILL);
	waitpid(town, NULL, 0);
	every_receipt_is_for_something_durable();
	start_town();
	while (receipts < WRITERS * BUNDLES && time(NULL) < deadline) {
		long now = anonymous_kib();

		after = now > after ? now : after;
		staff_works(&written);
	}
	for (size_t i = 0; i < WRITERS; i++) {
		pthread_join(senders[i].thread, NULL);
		assert_false(senders[i].failed);
	}
	http_close(first);
	print_message("# %u bundles of %u writers; %u decisions of staff meanwhile; anonymous memory %ld and %ld KiB\n", (unsigned)receipts, WRITERS, written, before, after);
	assert_in_range(before, 1, ANON_KIB);
	assert_in_range(after, 1, ANON_KIB);
	assert_true(written > 10);
	for (size_t i = 0; i < WRITERS; i++) {
		struct log_head h;
		struct store_txn t;

		profile_begin(office, &t);
		assert_ok(log_head_get(&t, &senders[i].log, &h));
		store_abort(&t);
		assert_int_equal(h.seq, BUNDLES * EVENTS);
		assert_int_equal(h.highest, BUNDLES * EVENTS);
	}
	assert_ok(profile_check(office, NULL, NULL));
}

static struct evidence of_broken(void)
{
	struct evidence known = { 0 };
	struct store_txn t;

	profile_begin(office, &t);
	if (evidence_get(&t, broken.id, &known))
		known.state = 0;
	store_abort(&t);
	return known;
}

static enum err put_evidence(struct log_batch *b, void *user)
{
	return evidence_put(b, user);
}

/* What was wrong may have been ours: a program upgraded since, room where there was none. */
static void what_was_refused_may_be_offered_again_the_next_day(void **unused)
{
	struct evidence known;
	struct http *h;

	(void)unused;
	assert_ok(http_open(url, &h));
	assert_ok(http_send(h, broken.hex, broken.data.data, broken.data.len, NULL, NULL));
	deadline = time(NULL) + PATIENCE_SECONDS;
	while ((known = of_broken()).state != EVIDENCE_REFUSED && time(NULL) < deadline)
		poll(NULL, 0, 20);
	assert_int_equal(known.state, EVIDENCE_REFUSED);
	assert_int_not_equal(http_send(h, broken.hex, broken.data.data, broken.data.len, NULL, NULL), ERR_OK);
	assert_non_null(strstr(err_detail(), "拒收"));
	known.seen -= 25 * 3600000;
	assert_ok(log_write(office, put_evidence, &known));
	assert_ok(http_send(h, broken.hex, broken.data.data, broken.data.len, NULL, NULL));
	while (of_broken().seen == known.seen && time(NULL) < deadline)
		poll(NULL, 0, 20);
	assert_true(of_broken().seen > known.seen);       /* judged anew, and refused anew */
	assert_int_equal(of_broken().state, EVIDENCE_REFUSED);
	http_close(h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_hundred_writers_at_once_and_a_kill_in_the_middle), cmocka_unit_test(what_was_refused_may_be_offered_again_the_next_day),
	};

	i18n_open(NULL);
	assert_ok(keys_start());
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
