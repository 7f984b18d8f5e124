/* A township that was restored from a backup and a bundle of somebody it does not know: it takes from it what T signed, and the rest when
 * that certifies its sealer; nothing else, and no other township does. */
#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/fs.h"
#include "sync/exchange/inbox/inbox.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile_copy.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static struct profile *office;
static struct keys_identity *stranger;
static struct event_scope village;

static enum inbox_verdict deliver(const struct buf *file)
{
	struct inbox_file f = { .name = "test", .data = (const uint8_t *)file->data, .len = file->len };

	assert_ok(inbox_take(office, &f, 1));
	return f.verdict;
}

static enum inbox_verdict deliver_of(const struct keys_identity *sealer, struct chain *const *logs, size_t n)
{
	struct buf file = { 0 };
	enum inbox_verdict v;

	world_bundle(&w, sealer, NULL, logs, n, &file);
	v = deliver(&file);
	buf_clear(&file);
	return v;
}

/* Backed up when T had certified three; since then T has certified the stranger and revoked the worker. */
static int open_town(bool restored)
{
	struct chain *decrees[] = { &w.decrees };
	struct keys_revoke order = { .reason = "lost" };
	struct buf path = { 0 }, payload = { 0 };

	world_open(&w);
	village = event_scope_village(world_village);
	assert_ok(keys_identity_new(NULL, &stranger));
	assert_ok(profile_create(w.dir, true));
	assert_ok(profile_open(w.dir, &office));
	if (restored)
		assert_ok(fs_write(profile_path(office, PROFILE_RESTORED, &path), "1800000000000\n", 14));
	assert_int_equal(deliver_of(w.authority, decrees, 1), INBOX_MERGED);
	world_certify(&w, stranger, "p-stranger", "09", 1, world_village);
	memcpy(order.writer, keys_identity_public(w.worker)->writer, KEYS_WRITER);
	assert_ok(keys_revoke_encode(&order, &payload));
	world_decree(&w, EVENT_REVOKE, &payload);
	buf_clear(&payload);
	buf_clear(&path);
	return 0;
}

static int open_restored(void **state) { (void)state; return open_town(true); }
static int open_other(void **state) { (void)state; return open_town(false); }

static int close_town(void **state)
{
	(void)state;
	profile_close(office);
	keys_identity_free(stranger);
	world_close(&w);
	return 0;
}

static bool is_known(const struct keys_identity *id)
{
	const struct keys_writer *k = keys_roster_find(office->roster, keys_identity_public(id)->writer);

	return k && !k->revoked;
}

static bool holds(const struct event_log_id *log)
{
	struct log_head *h = calloc(1, sizeof *h);
	struct store_txn t;
	bool found;

	assert_non_null(h);
	profile_begin(office, &t);
	found = !log_head_get(&t, log, h);
	store_abort(&t);
	free(h);
	return found;
}

static void own_work(struct chain *log, const struct keys_identity *who)
{
	chain_start(log, who, &village, 7);
	chain_work(log, 3);
}

static void a_stranger_brings_his_own_certificate_and_the_revocation(void **state)
{
	struct chain own, *both[2] = { &w.decrees, &own };

	(void)state;
	own_work(&own, stranger);
	assert_int_equal(deliver_of(stranger, both, 2), INBOX_MERGED);
	assert_true(is_known(stranger) && holds(&own.id));
	assert_false(is_known(w.worker));                         /* the revocation counts at once */
	chain_clear(&own);
}

static void whose_certificate_is_not_inside_waits(void **state)
{
	struct chain own, *both[2] = { &w.decrees, &own };
	struct keys_identity *another;

	(void)state;
	assert_ok(keys_identity_new(NULL, &another));
	own_work(&own, another);
	assert_int_equal(deliver_of(another, both, 2), INBOX_HELD);
	assert_true(is_known(stranger) && !is_known(w.worker));           /* what T signed counts, whoever brings it */
	assert_false(is_known(another) || holds(&own.id));
	chain_clear(&own);
	keys_identity_free(another);
}

static void what_t_did_not_sign_changes_nothing(void **state)
{
	struct event_scope all = event_scope_all();
	struct keys_cert cert = { .roles = 8, .scope_count = 1, .scopes = { all }, .person = "p-forger", .label = "66" };
	struct chain forged, own, *both[2] = { &forged, &own };
	struct keys_identity *forger;
	struct buf payload = { 0 };

	(void)state;
	assert_ok(keys_identity_new(NULL, &forger));
	memcpy(cert.sign, keys_identity_public(forger)->sign, KEYS_PK);
	memcpy(cert.box, keys_identity_public(forger)->box, KEYS_PK);
	assert_ok(keys_cert_encode(&cert, &payload));
	for (int i = 0; i < 2; i++) {                             /* a new epoch of T's; the one there is, from its first event on */
		chain_start(&forged, forger, &all, i ? w.decrees.id.epoch : 99);
		memcpy(forged.id.writer, w.decrees.id.writer, EVENT_WRITER);
		event_hash_log(&forged.id, forged.hash);
		chain_add(&forged, EVENT_CERT, &payload, NULL);
		own_work(&own, forger);
		assert_int_not_equal(deliver_of(forger, both, 2), INBOX_MERGED);
		assert_false(is_known(forger) || holds(&own.id));
		assert_true(is_known(w.worker));                      /* nothing that T said is shaken */
		chain_clear(&forged);
		chain_clear(&own);
	}
	buf_clear(&payload);
	keys_identity_free(forger);
}

static void t_s_words_said_again_take_nothing_back(void **state)
{
	struct chain *decrees[] = { &w.decrees };

	(void)state;
	assert_int_equal(deliver_of(w.neighbour, decrees, 1), INBOX_MERGED);
	assert_true(is_known(stranger) && !is_known(w.worker));
	deliver_of(w.worker, decrees, 1);                         /* by the revoked one */
	assert_true(is_known(stranger) && !is_known(w.worker));
}

static void another_township_opens_nothing_of_strangers(void **state)
{
	struct chain own, *both[2] = { &w.decrees, &own };

	(void)state;
	own_work(&own, stranger);
	assert_int_equal(deliver_of(stranger, both, 2), INBOX_HELD);
	assert_false(is_known(stranger));
	assert_true(is_known(w.worker));
	chain_clear(&own);
}

#define RESTORED(f) cmocka_unit_test_setup_teardown(f, open_restored, close_town)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RESTORED(a_stranger_brings_his_own_certificate_and_the_revocation),
		RESTORED(whose_certificate_is_not_inside_waits),
		RESTORED(what_t_did_not_sign_changes_nothing),
		RESTORED(t_s_words_said_again_take_nothing_back),
		cmocka_unit_test_setup_teardown(another_township_opens_nothing_of_strangers, open_other, close_town),
	};

	return keys_start() ? 1 : TAP_RUN(tests);
}
