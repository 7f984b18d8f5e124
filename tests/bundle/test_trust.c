/* Trust that ends: revoked writers, former township keys, erased parts; whatever comes first. Rows F21, F22 and F26 of the fault
 * matrix; XUNCHA_ROUNDS multiplies their counts. */
#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "sync/exchange/inbox/inbox.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/reader.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static struct profile *office;

enum { EVENTS = 12, FILES = 8 };

static unsigned rounds(unsigned n)
{
	const char *more = getenv("XUNCHA_ROUNDS");

	return n * (more ? (unsigned)strtoul(more, NULL, 10) : 1);
}

static int open_office(void **state)
{
	(void)state;
	world_open(&w);
	assert_ok(profile_create(w.dir, true));
	assert_ok(profile_open(w.dir, &office));
	return 0;
}

static int close_office(void **state)
{
	(void)state;
	profile_close(office);
	world_close(&w);
	return 0;
}

/* --- logs that part --- */

static struct chain fork_of(const struct chain *c)
{
	struct chain f = *c;

	f.wire = (struct buf){ 0 };
	buf_put(&f.wire, c->wire.data, c->wire.len);
	return f;
}

static void add_noise(struct chain *c, unsigned n)
{
	struct buf payload = { 0 };

	cbor_put_array(&payload, 2);
	cbor_put_unsigned(&payload, n);
	cbor_put_unsigned(&payload, randombytes_random());
	chain_add(c, 900, &payload, NULL);
	buf_clear(&payload);
}

static enum inbox_verdict deliver(const struct buf *file)
{
	struct inbox_file f = { .name = "test", .data = (const uint8_t *)file->data, .len = file->len };

	assert_ok(inbox_take(office, &f, 1));
	assert_ok(inbox_settle(office, NULL));
	return f.verdict;
}

/* All of them, in a random order, some twice. */
static void deliver_all(struct buf *files, unsigned n)
{
	unsigned order[2 * FILES], count = 0;

	for (unsigned i = 0; i < n; i++) {
		order[count++] = i;
		if (randombytes_uniform(3) == 0)
			order[count++] = i;
	}
	for (unsigned i = count; i > 1; i--) {
		unsigned k = randombytes_uniform(i), swap = order[k];

		order[k] = order[i - 1];
		order[i - 1] = swap;
	}
	for (unsigned i = 0; i < count; i++)
		deliver(&files[order[i]]);
}

static bool is_trusted(const uint8_t hash[EVENT_HASH])
{
	struct log_event e = { 0 };
	struct store_txn t;
	struct context c;
	struct fold_view v;
	bool trusted;

	reader_begin(office, &t, &c);
	assert_ok(log_event_get(&t, hash, &e));
	v = history_view(&e);
	trusted = history_trusts(&c, &v);
	store_abort(&t);
	log_event_clear(&e);
	return trusted;
}

static void revoke_at(const struct chain *c, uint64_t seq, const uint8_t hash[EVENT_HASH])
{
	struct keys_bound bound = { .scope = c->id.scope, .epoch = c->id.epoch, .seq = seq };
	struct keys_revoke r = { .bounds = &bound, .bound_count = seq ? 1 : 0, .reason = "lost" };
	struct buf b = { 0 };

	if (seq)
		memcpy(bound.hash, hash, EVENT_HASH);
	memcpy(r.writer, c->id.writer, KEYS_WRITER);
	assert_ok(keys_revoke_encode(&r, &b));
	world_decree(&w, EVENT_REVOKE, &b);
	buf_clear(&b);
}

/* A device is lost at some event; its finder goes on, or writes another past; everything arrives late, in any order. */
static void one_loss(unsigned round)
{
	struct event_scope village = event_scope_village(world_village);
	struct chain real, forged;
	uint8_t hashes[EVENTS + 1][EVENT_HASH], other[EVENTS + 1][EVENT_HASH];
	uint64_t last = randombytes_uniform(EVENTS + 1), part = randombytes_uniform(EVENTS), early = 1 + randombytes_uniform(EVENTS);
	struct chain *decrees[] = { &w.decrees }, *one[1];
	struct buf files[FILES] = { { 0 } };
	unsigned n = 0;

	chain_start(&real, w.worker, &village, 100 + round);
	forged = fork_of(&real);
	for (uint64_t i = 1; i <= EVENTS; i++) {
		add_noise(&real, 1);
		memcpy(hashes[i], real.hash, EVENT_HASH);
		if (i == part) {
			chain_clear(&forged);
			forged = fork_of(&real);
		}
		one[0] = &real;
		if (i == early)
			world_bundle(&w, w.worker, NULL, one, 1, &files[n++]);
	}
	for (uint64_t i = part + 1; i <= EVENTS; i++) {
		add_noise(&forged, 2);
		memcpy(other[i], forged.hash, EVENT_HASH);
	}
	world_bundle(&w, w.neighbour, NULL, one, 1, &files[n++]);
	one[0] = &forged;
	world_bundle(&w, w.worker, NULL, one, 1, &files[n++]);
	world_bundle(&w, w.authority, NULL, decrees, 1, &files[n++]);       /* before the loss was known */
	revoke_at(&real, last, hashes[last]);
	world_bundle(&w, w.authority, NULL, decrees, 1, &files[n++]);
	deliver_all(files, n);
	for (uint64_t i = 1; i <= EVENTS; i++)
		assert_int_equal(is_trusted(hashes[i]), i <= last);
	/* Where the forged past parts before the last trusted event, none of it is believed; it ends at the bound in any case. */
	for (uint64_t i = part + 1; i <= EVENTS; i++)
		assert_false(is_trusted(other[i]));
	while (n)
		buf_clear(&files[--n]);
	chain_clear(&real);
	chain_clear(&forged);
}

static void f22_of_a_lost_device_only_what_came_before_counts_whatever_arrives_first(void **state)
{
	for (unsigned i = 0; i < rounds(200); i++) {
		if (i)
			open_office(state);
		one_loss(i);
		if (i + 1 < rounds(200))
			close_office(state);
	}
}

/* --- the township's own keys in wrong hands --- */

static void certify_in(struct chain *c, const struct keys_identity *id, const char *label)
{
	struct keys_cert cert = { .roles = 8, .scope_count = 1, .scopes = { event_scope_all() } };
	struct buf b = { 0 };

	memcpy(cert.sign, keys_identity_public(id)->sign, KEYS_PK);
	memcpy(cert.box, keys_identity_public(id)->box, KEYS_PK);
	snprintf(cert.person, sizeof cert.person, "p-%s", label);
	snprintf(cert.label, sizeof cert.label, "%s", label);
	assert_ok(keys_cert_encode(&cert, &b));
	chain_add(c, EVENT_CERT, &b, NULL);
	buf_clear(&b);
}

static void rotate(const struct chain *decrees)
{
	struct keys_head head = { .epoch = decrees->id.epoch, .seq = decrees->seq };
	struct buf doc = { 0 };

	memcpy(head.hash, decrees->hash, EVENT_HASH);
	keys_roster_free(w.roster);
	assert_ok(keys_town_rotate(w.dir, w.staff, &head, 1, &w.roots));
	assert_ok(keys_roster_new(&w.roots, &w.roster));
	keys_roots_put(&w.roots, w.roots.count - 1, &doc);
	assert_ok(profile_roots_add(office, doc.data, doc.len));
	buf_clear(&doc);
}

/* Who has stolen T certifies his own people: beyond the heads, in another epoch, and in a past of his making below them. */
static void stolen_authority(bool rotated_first)
{
	struct event_scope all = event_scope_all();
	struct keys_identity *thief[3];
	struct chain beyond, past = { 0 }, epoch;
	struct chain *real[] = { &w.decrees }, *logs[1];
	struct buf file = { 0 };

	for (int i = 0; i < 3; i++)
		assert_ok(keys_identity_new(NULL, &thief[i]));
	chain_start(&past, w.authority, &all, w.decrees.id.epoch);
	certify_in(&past, thief[0], "90");                /* his first event stands where the real first certificate does */
	beyond = fork_of(&w.decrees);
	certify_in(&beyond, thief[1], "91");
	chain_start(&epoch, w.authority, &all, 999);
	certify_in(&epoch, thief[2], "92");
	if (rotated_first)
		rotate(&w.decrees);
	struct chain *all_logs[] = { &past, &beyond, &epoch };

	for (int i = 0; i < 3; i++) {
		logs[0] = all_logs[i];
		buf_reset(&file);
		world_bundle(&w, w.authority, NULL, logs, 1, &file);
		deliver(&file);
	}
	buf_reset(&file);
	world_bundle(&w, w.authority, NULL, real, 1, &file);
	deliver(&file);
	if (!rotated_first) {
		assert_non_null(keys_roster_find(office->roster, keys_identity_public(thief[1])->writer));      /* until it is noticed */
		rotate(&w.decrees);
	}
	for (int i = 0; i < 3; i++)
		assert_null(keys_roster_find(office->roster, keys_identity_public(thief[i])->writer));
	assert_non_null(keys_roster_find(office->roster, keys_identity_public(w.worker)->writer));
	for (int i = 0; i < 3; i++)
		keys_identity_free(thief[i]);
	chain_clear(&past);
	chain_clear(&beyond);
	chain_clear(&epoch);
	buf_clear(&file);
}

static void f21_after_a_rotation_a_stolen_authority_makes_nobody(void **state)
{
	(void)state;
	stolen_authority(true);
}

static void f21_what_a_stolen_authority_made_is_undone_by_the_rotation(void **state)
{
	(void)state;
	stolen_authority(false);
}

static uint64_t tick_of(const struct keys_identity *sealer, uint64_t tick)
{
	uint8_t to[1][KEYS_PK];
	struct bundle_sealing how = { .sealer = sealer, .to = (const uint8_t (*)[KEYS_PK])to, .to_count = 1, .counter = 5, .tick = tick };
	struct log_segment s = chain_segment(&w.decrees, (uint32_t)w.decrees.seq);
	struct inbox_file f = { .name = "tick" };
	struct buf plain = { 0 }, file = { 0 };

	memcpy(to[0], keys_roots_newest(&w.roots)->box, KEYS_PK);
	segment_put(&s, keys_identity_public(sealer)->writer, &plain);
	assert_ok(bundle_seal(&how, plain.data, plain.len, &file, NULL));
	f.data = (const uint8_t *)file.data;
	f.len = file.len;
	assert_ok(inbox_take(office, &f, 1));
	buf_clear(&plain);
	buf_clear(&file);
	return f.tick;
}

static void f21_nobody_but_the_township_of_today_counts_ticks(void **state)
{
	struct chain *decrees[] = { &w.decrees };
	struct buf file = { 0 };

	(void)state;
	world_bundle(&w, w.authority, NULL, decrees, 1, &file);
	deliver(&file);
	assert_int_equal(tick_of(w.receipt, 7), 7);
	assert_int_equal(tick_of(w.worker, (uint64_t)1 << 60), 0);          /* a worker runs ahead */
	rotate(&w.decrees);
	assert_int_equal(tick_of(w.receipt, (uint64_t)1 << 60), 0);         /* so does a removed receipt key */
	buf_clear(&file);
}

static void p4_nobody_without_a_trusted_key_adds_anything(void **state)
{
	struct event_scope village = event_scope_village(world_village), elsewhere = event_scope_village("990101100299");
	struct chain *decrees[] = { &w.decrees }, log, *one[] = { &log };
	struct keys_identity *stranger;
	struct buf file = { 0 };
	struct log_head *h = calloc(1, sizeof *h);
	struct store_txn t;

	(void)state;
	assert_non_null(h);
	assert_ok(keys_identity_new(NULL, &stranger));
	world_bundle(&w, w.authority, NULL, decrees, 1, &file);
	deliver(&file);
	/* his own log in his own bundle; his log in a member's bundle; a member's log for a village that is not his */
	chain_start(&log, stranger, &village, 1);
	chain_work(&log, 3);
	buf_reset(&file);
	world_bundle(&w, stranger, NULL, one, 1, &file);
	assert_int_equal(deliver(&file), INBOX_HELD);
	buf_reset(&file);
	world_bundle(&w, w.neighbour, NULL, one, 1, &file);
	assert_int_equal(deliver(&file), INBOX_HELD);
	profile_begin(office, &t);
	assert_err(log_head_get(&t, &log.id, h), ERR_NOTFOUND);
	store_abort(&t);
	chain_clear(&log);
	chain_start(&log, w.worker, &elsewhere, 1);
	chain_work(&log, 3);
	buf_reset(&file);
	world_bundle(&w, w.worker, NULL, one, 1, &file);
	assert_int_equal(deliver(&file), INBOX_HELD);
	profile_begin(office, &t);
	assert_err(log_head_get(&t, &log.id, h), ERR_NOTFOUND);
	store_abort(&t);
	chain_clear(&log);
	/* a member who signs as T */
	chain_start(&log, w.worker, &w.decrees.id.scope, 1);
	certify_in(&log, stranger, "66");
	buf_reset(&file);
	world_bundle(&w, w.worker, NULL, one, 1, &file);
	deliver(&file);
	assert_null(keys_roster_find(office->roster, keys_identity_public(stranger)->writer));
	chain_clear(&log);
	buf_clear(&file);
	keys_identity_free(stranger);
	free(h);
}

/* --- erasure --- */

static const char secret[] = "\x6f" "NOBODYMAYKNOWIT";          /* CBOR text of 15 bytes */

static void add_private(struct chain *c, const char *text, uint8_t ref[EVENT_REF])
{
	static const uint8_t salt[EVENT_SALT] = { 1, 2, 3 };
	struct event e = { .kind = EVENT_SUBMIT, .flags = EVENT_HAS_PRIVATE, .lamport = c->base.lamport + 1, .boot = 3, .salt = salt,
	                   .public_part = { (const uint8_t *)"\x80", 1 }, .private_part = { (const uint8_t *)text, strlen(text) } };
	struct buf m = { 0 };
	uint8_t before[EVENT_HASH];

	assert_ok(event_encode(&e, &c->base, &c->wire));
	memcpy(before, c->hash, sizeof before);
	event_hash(&e, before, c->hash);
	assert_ok(event_head_message(&c->id, ++c->seq, c->hash, &m));
	keys_sign(c->author, m.data, m.len, c->signature);
	memcpy(ref, c->hash, EVENT_REF);
	buf_clear(&m);
}

struct searching { const char *dir; bool found; };

static enum err search_part(void *user, const char *name)
{
	struct searching *s = user;
	struct buf path = { 0 }, data = { 0 };

	assert_ok(fs_read(fs_path(&path, s->dir, name), 16 << 20, &data));
	s->found |= memmem(data.data, data.len, secret + 1, sizeof secret - 2) != NULL;
	buf_clear(&path);
	buf_clear(&data);
	return ERR_OK;
}

static bool journal_holds_it(void)
{
	struct buf dir = { 0 };
	struct searching s = { fs_path(&dir, w.dir, "journal"), false };

	assert_ok(fs_list(s.dir, 1000, search_part, &s));
	buf_clear(&dir);
	return s.found;
}

static void complain(void *user, const char *what)
{
	(void)user;
	print_message("# %s\n", what);
}

static void is_gone(const uint8_t ref[EVENT_REF])
{
	struct log_event e = { 0 };
	struct store_txn t;

	profile_begin(office, &t);
	assert_ok(log_event_get(&t, ref, &e));
	assert_true(e.event.flags & EVENT_PRIVATE_GONE);
	store_abort(&t);
	log_event_clear(&e);
}

static void one_erasure(unsigned round)
{
	struct event_scope village = event_scope_village(world_village);
	uint64_t which = randombytes_uniform(EVENTS);
	uint8_t ref[EVENT_REF], erased[EVENT_REF];
	struct keys_erasure at = { .level = (uint8_t)(1 + round % 2) };
	struct keys_erase order = { .at = &at, .count = 1, .reason = "asked" };
	struct chain log, *one[] = { &log }, *decrees[] = { &w.decrees };
	struct buf files[FILES] = { { 0 } }, b = { 0 }, old = { 0 };
	unsigned n = 0;

	chain_start(&log, w.worker, &village, 200 + round);
	for (uint64_t i = 0; i < EVENTS; i++) {
		add_private(&log, i == which ? secret : "\x65other", ref);
		if (i == which)
			memcpy(erased, ref, EVENT_REF);
		if (i == which || i + 1 == EVENTS)
			world_bundle(&w, w.worker, NULL, one, 1, &files[n++]);
	}
	world_bundle(&w, w.neighbour, NULL, one, 1, &old);              /* an old stick, found last of all */
	world_bundle(&w, w.authority, NULL, decrees, 1, &files[n++]);
	memcpy(at.ref, erased, EVENT_REF);
	assert_ok(keys_erase_encode(&order, &b));
	world_decree(&w, EVENT_ERASE, &b);
	world_bundle(&w, w.authority, NULL, decrees, 1, &files[n++]);
	deliver_all(files, n);
	is_gone(erased);
	assert_false(journal_holds_it());
	deliver(&old);
	is_gone(erased);
	assert_false(journal_holds_it());
	if (round % 10 == 0) {                            /* and not after the store is made again from the journal */
		assert_ok(profile_check(office, complain, NULL));
		assert_ok(profile_rebuild(office));
		is_gone(erased);
	}
	while (n)
		buf_clear(&files[--n]);
	buf_clear(&old);
	buf_clear(&b);
	chain_clear(&log);
}

static void f26_what_was_erased_never_comes_back_whatever_arrives_first(void **state)
{
	for (unsigned i = 0; i < rounds(200); i++) {
		if (i)
			open_office(state);
		one_erasure(i);
		if (i + 1 < rounds(200))
			close_office(state);
	}
}

/* A file of the office, of so many bytes of the bundle. */
static const char *put_beside(const char *dir, const struct buf *file, size_t len, struct buf *path)
{
	uint8_t id[KEYS_HASH];
	char hex[2 * KEYS_HASH + 1];

	assert_ok(fs_make_dir(fs_path(path, w.dir, dir)));
	keys_hash(file->data, file->len, id);
	keys_hex(id, KEYS_HASH, hex);
	buf_printf(path, "/%s.%zu", hex, file->len);
	assert_ok(fs_write(path->data, file->data, len));
	return path->data;
}

/* What waits for a certificate, a whole upload that is not taken in yet, half of one; not what is somebody else's. */
static void f26_an_erasure_reaches_what_waits_beside_the_ledger(void **state)
{
	struct event_scope village = event_scope_village(world_village);
	struct chain log, *one[] = { &log }, other, *another[] = { &other }, *decrees[] = { &w.decrees };
	struct keys_erasure at = { .level = 1 };
	struct keys_erase order = { .at = &at, .count = 1, .reason = "asked" };
	struct buf b = { 0 }, path[3] = { { 0 } }, file[4] = { { 0 } }, *held = &file[0], *whole = &file[1], *half = &file[2], *innocent = &file[3];
	struct inbox_file f = { .name = "held" };
	struct keys_identity *stranger;

	(void)state;
	assert_ok(keys_identity_new(NULL, &stranger));
	chain_start(&log, w.worker, &village, 900);
	chain_start(&other, w.neighbour, &village, 901);
	add_private(&log, secret, at.ref);
	chain_work(&other, 2);
	world_bundle(&w, w.authority, NULL, decrees, 1, &b);
	deliver(&b);
	world_bundle(&w, w.worker, NULL, one, 1, half);
	assert_int_equal(deliver(half), INBOX_MERGED);
	world_bundle(&w, w.neighbour, NULL, one, 1, whole);
	world_bundle(&w, w.neighbour, NULL, another, 1, innocent);
	world_bundle(&w, stranger, NULL, one, 1, held);
	f.data = (const uint8_t *)held->data;
	f.len = held->len;
	assert_ok(inbox_take(office, &f, 1));
	assert_int_equal(f.verdict, INBOX_HELD);
	assert_true(fs_exists(f.kept));
	put_beside("upload", whole, whole->len, &path[0]);
	put_beside("upload", half, half->len - 40, &path[1]);
	put_beside("upload", innocent, innocent->len, &path[2]);

	buf_reset(&b);
	assert_ok(keys_erase_encode(&order, &b));
	world_decree(&w, EVENT_ERASE, &b);
	buf_reset(&b);
	world_bundle(&w, w.authority, NULL, decrees, 1, &b);
	deliver(&b);
	is_gone(at.ref);
	assert_false(fs_exists(f.kept));
	assert_false(fs_exists(path[0].data));
	assert_false(fs_exists(path[1].data));
	assert_true(fs_exists(path[2].data));

	assert_ok(inbox_take(office, &f, 1));             /* and is not kept when it comes again */
	assert_int_equal(f.verdict, INBOX_HELD);
	assert_string_equal(f.kept, "");
	assert_non_null(strstr(f.reason, "不留"));
	for (int i = 0; i < 4; i++)
		buf_clear(i < 3 ? &path[i] : &b), buf_clear(&file[i]);
	chain_clear(&log);
	chain_clear(&other);
	keys_identity_free(stranger);
}

/* --- what a newer program wrote --- */

static void f23_what_is_newer_is_kept_with_its_reason_and_stops_nothing(void **state)
{
	struct event_scope village = event_scope_village(world_village);
	struct chain log, *one[] = { &log }, *decrees[] = { &w.decrees };
	struct buf file = { 0 };

	(void)state;
	world_bundle(&w, w.authority, NULL, decrees, 1, &file);
	deliver(&file);
	for (unsigned i = 0; i < 50; i++) {
		static const struct { size_t at; uint8_t value; } newer[] = { { 4, 2 }, { 5, 2 }, { 6, 0x80 }, { 18, 0x5a } };
		struct inbox_file f = { .name = "newer" };

		chain_start(&log, w.worker, &village, 300 + i);
		chain_work(&log, 2);
		add_noise(&log, 3);                       /* a kind that nobody knows yet */
		chain_work(&log, 1);
		buf_reset(&file);
		world_bundle(&w, w.worker, NULL, one, 1, &file);
		/* another major, other algorithms, a critical flag, a dictionary that is not here or damaged */
		for (size_t k = 0; k < sizeof newer / sizeof *newer; k++) {
			uint8_t had = (uint8_t)file.data[newer[k].at];

			file.data[newer[k].at] = (char)(newer[k].value ^ (k == 3 ? had : 0));
			f.data = (const uint8_t *)file.data;
			f.len = file.len;
			assert_ok(inbox_take(office, &f, 1));
			assert_int_equal(f.verdict, INBOX_REFUSED);
			assert_true(*f.reason && *f.kept);
			file.data[newer[k].at] = (char)had;
		}
		assert_int_equal(deliver(&file), INBOX_MERGED);
		is_trusted(log.hash);                     /* it is here, behind the one nobody knows */
		chain_clear(&log);
	}
	buf_clear(&file);
}

#define IN_OFFICE(f) cmocka_unit_test_setup_teardown(f, open_office, close_office)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OFFICE(p4_nobody_without_a_trusted_key_adds_anything),
		IN_OFFICE(f21_after_a_rotation_a_stolen_authority_makes_nobody),
		IN_OFFICE(f21_what_a_stolen_authority_made_is_undone_by_the_rotation),
		IN_OFFICE(f21_nobody_but_the_township_of_today_counts_ticks),
		IN_OFFICE(f22_of_a_lost_device_only_what_came_before_counts_whatever_arrives_first),
		IN_OFFICE(f23_what_is_newer_is_kept_with_its_reason_and_stops_nothing),
		IN_OFFICE(f26_what_was_erased_never_comes_back_whatever_arrives_first),
		IN_OFFICE(f26_an_erasure_reaches_what_waits_beside_the_ledger),
	};

	return keys_start() ? 1 : TAP_RUN(tests);
}
