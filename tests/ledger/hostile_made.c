/* Hostile records made by hand, each offered on its own. */
#include "config.h"
#include "tests/ledger/hostile.h"

#include "sync/keys/authority.h"
#include "sync/ledger/log/payload.h"

#include <stdlib.h>

static const uint8_t blob_id[EVENT_HASH] = { 1 };

static void offer(const char *what, uint16_t kind, uint8_t flags, struct buf *payload)
{
	struct event e = hostile_event(kind, payload);

	e.flags = flags;
	hostile_offer(what, &e);
	buf_reset(payload);
}

static const struct hostile_sample *sample_of(uint16_t kind)
{
	for (uint32_t i = hostile_sample_count; i--; )
		if (hostile_samples[i].kind == kind)
			return &hostile_samples[i];
	fail_msg("no event of kind %u", kind);
	return NULL;
}

/* The head of somebody's submit, to be spoilt. */
static struct payload submit_head(void)
{
	const struct hostile_sample *s = sample_of(EVENT_SUBMIT);
	struct payload p;

	assert_ok(payload_open(EVENT_SUBMIT, s->part[0].data, s->part[0].len, &p));
	return p;
}

static void kinds_that_nobody_knows(void)
{
	static const uint16_t kinds[] = { 0, 11, 12, 15, 16, 23, 24, 31, 39, 40, 63, 64, 127, 128, 255, 256, 1000, 32767, 32768, 65535 };
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		for (int critical = 0; critical < 2; critical++) {
			cbor_put_array(&b, 1);
			cbor_put_unsigned(&b, UINT64_MAX);
			offer("an unknown kind", kinds[i], critical ? EVENT_CRITICAL : 0, &b);
		}
	buf_clear(&b);
}

/* He certifies himself a township, revokes its staff, names packs and roots, erases what others wrote. */
static void orders_that_are_not_his(void)
{
	static const uint16_t kinds[] = { EVENT_CERT, EVENT_REVOKE, EVENT_PACK, EVENT_ERASE, EVENT_SCOPEKEY };
	const struct keys_public *he = keys_identity_public(hostile_insider);
	struct keys_cert cert = { .roles = PACK_TOWN, .scope_count = 1, .scopes = { event_scope_all() }, .person = "p-zhou", .label = "01" };
	struct keys_erasure at = { .level = 2 };
	struct keys_erase order = { .at = &at, .count = 1, .reason = "no" };
	struct keys_revoke revoke = { .reason = "no" };
	struct buf b = { 0 };

	for (int critical = 0; critical < 2; critical++) {
		memcpy(cert.sign, he->sign, KEYS_PK);
		memcpy(cert.box, he->box, KEYS_PK);
		assert_ok(keys_cert_encode(&cert, &b));
		offer("a certificate for himself", EVENT_CERT, critical ? EVENT_CRITICAL : 0, &b);
		memcpy(revoke.writer, summer_town.office->writer, EVENT_WRITER);
		assert_ok(keys_revoke_encode(&revoke, &b));
		offer("staff revoked", EVENT_REVOKE, critical ? EVENT_CRITICAL : 0, &b);
		for (uint32_t i = 0; i < hostile_sample_count && i < 40; i += 8) {
			memcpy(at.ref, hostile_samples[i].ref, EVENT_REF);
			assert_ok(keys_erase_encode(&order, &b));
			offer("somebody's record erased", EVENT_ERASE, critical ? EVENT_CRITICAL : 0, &b);
		}
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {      /* T's own words, said by him */
			for (uint32_t k = 0; k < hostile_sample_count; k++)
				if (hostile_samples[k].kind == kinds[i]) {
					buf_put(&b, hostile_samples[k].part[0].data, hostile_samples[k].part[0].len);
					offer("T's words", kinds[i], critical ? EVENT_CRITICAL : 0, &b);
					break;
				}
		}
		for (uint16_t kind = EVENT_CERT; kind <= EVENT_SCOPEKEY; kind++) {
			cbor_put_null(&b);
			offer("an order that says nothing", kind, critical ? EVENT_CRITICAL : 0, &b);
		}
	}
	buf_clear(&b);
}

static void cbor_that_is_none(void)
{
	static const struct { const char *bytes; size_t len; } bad[] = {
		{ "\x18\x05", 2 }, { "\x1b\0\0\0\0\0\0\0\5", 9 }, { "\xa2\x02\x00\x01\x00", 5 }, { "\xa2\x01\x00\x01\x00", 5 }, { "\xa1\x61\x61\x00", 4 }, { "\x62\xff\xfe", 3 },
		{ "\xfb\x40\x09\x21\xfb\x54\x44\x2d\x18", 9 }, { "\xf9\x7e\x00", 3 }, { "\xc1\x00", 2 }, { "\x9f\x00\xff", 3 }, { "\x5f\x41\x00\xff", 4 },
		{ "\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x00", 14 }, { "\xf7", 1 }, { "\xf8\x20", 2 }, { "\x38\x05", 2 },
	};
	static const uint16_t kinds[] = { EVENT_SUBMIT, EVENT_AMEND, EVENT_RESOLVE, EVENT_CERT };
	struct buf good = { 0 };

	cbor_put_array(&good, 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			for (int part = 0; part < 2; part++) {
				struct event e = hostile_event(kinds[k], &good);
				struct event_part spoilt = { (const uint8_t *)bad[i].bytes, bad[i].len };

				if (part == 0)
					e.public_part = spoilt;
				else
					e.flags = EVENT_HAS_ANSWERS, e.answers = spoilt;
				hostile_offer("CBOR that is none", &e);
			}
	buf_clear(&good);
}

/* The events a link can name: nowhere, before the beginning, itself, T's, what is no record, what is somebody else's. */
static uint32_t links(struct payload_link out[16])
{
	static const uint64_t distances[] = { 1, 2, 3, 255, 1ull << 31, 1ull << 32, (1ull << 63) - 1, 1ull << 63, UINT64_MAX };
	static const uint16_t kinds[] = { EVENT_CERT, EVENT_SUBMIT, EVENT_RETRACT, EVENT_RESOLVE };
	uint32_t n = 0;

	for (size_t i = 0; i < sizeof distances / sizeof *distances; i++)
		out[n++] = (struct payload_link){ .distance = distances[i] };
	out[n++] = (struct payload_link){ .distance = 0 };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		out[n] = (struct payload_link){ .distance = 0 };
		memcpy(out[n++].ref, sample_of(kinds[i])->ref, EVENT_REF);
	}
	return n;
}

static void links_that_lead_astray(void)
{
	struct payload_link all[16], same[LIMIT_DEPS];
	struct payload head = submit_head();
	struct buf b = { 0 };
	uint32_t n = links(all);

	for (uint32_t i = 0; i < n; i++) {
		struct payload_row row = { .instance = PAYLOAD_NO_INSTANCE, .row.event = all[i], .deps = { all[i] }, .dep_count = 1 };
		struct payload resolve = { .row.event = all[i], .field = 1, .value = (const uint8_t *)"\x61x", .value_len = 2, .deps = { all[i] }, .dep_count = 1 };
		struct payload attach = { .target = all[i], .question = PAYLOAD_NO_QUESTION, .blob = (const uint8_t *)blob_id, .size = 1, .media = "image/png", .media_len = 9 };

		payload_put_submit(&b, &head, &row, 1);
		offer("a row", EVENT_SUBMIT, 0, &b);
		for (int k = 0; k < LIMIT_DEPS; k++)
			same[k] = row.deps[k] = all[i];
		row.dep_count = LIMIT_DEPS;
		payload_put_submit(&b, &head, &row, 1);
		offer("deps, all the same", EVENT_SUBMIT, 0, &b);
		payload_put_amend(&b, &all[i], "no", &row, 1);
		offer("an amendment", EVENT_AMEND, 0, &b);
		payload_put_retract(&b, &all[i], "no");
		offer("a retraction", EVENT_RETRACT, 0, &b);
		payload_put_resolve(&b, &resolve);
		offer("a settlement", EVENT_RESOLVE, 0, &b);
		payload_put_attach(&b, &attach);
		offer("a photo", EVENT_ATTACH, 0, &b);
		payload_put_looked(&b, &resolve.row, 3);
		offer("a look", EVENT_LOOKED, 0, &b);
		payload_put_erased(&b, &all[i]);
		offer("an erasure carried out", EVENT_ERASED, 0, &b);
		payload_put_adopt(&b, same, LIMIT_DEPS);
		offer("an adoption", EVENT_ADOPT, 0, &b);
	}
	buf_clear(&b);
}

/* Everybody's rows, named as rows of whatever register another form writes to. */
static void rows_of_another_register(void)
{
	enum { SOME = 12 };
	struct buf b = { 0 };

	for (uint32_t i = 0; i < SOME; i++)
		for (uint32_t k = 0; k < SOME; k++) {
			const struct hostile_sample *s = &hostile_samples[(i * 31 + 17) % hostile_sample_count], *t = &hostile_samples[(k * 29 + 11) % hostile_sample_count];
			struct payload_row row = { .instance = PAYLOAD_NO_INSTANCE };
			struct payload head;

			if (s->kind != EVENT_SUBMIT || t->kind != EVENT_SUBMIT)
				continue;
			assert_ok(payload_open(EVENT_SUBMIT, s->part[0].data, s->part[0].len, &head));
			memcpy(row.row.event.ref, t->ref, EVENT_REF);
			payload_put_submit(&b, &head, &row, 1);
			offer("a row of another register", EVENT_SUBMIT, 0, &b);
		}
	buf_clear(&b);
}

static void numbers_at_their_ends(void)
{
	static const uint32_t ends[] = { 255, 256, 65535, 65536, INT32_MAX, (uint32_t)INT32_MAX + 1, UINT32_MAX - 1 };
	static const int64_t times[] = { INT64_MIN, INT64_MIN + 1, INT64_MAX };
	const struct payload honest = submit_head();
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct payload head[4] = { honest, honest, honest, { .field = ends[i], .value = (const uint8_t *)"\x61x", .value_len = 2, .deps = { { .distance = 1 } }, .dep_count = 1, .row.event.distance = 1 } };
		struct payload_row row[4] = { { .fresh = true, .entity = ends[i] }, { .fresh = true, .instance = ends[i] }, { .fresh = true, .steps = { ends[i], ends[i] }, .step_count = 2 }, { .fresh = true } };

		head[0].form = head[1].number = head[2].seconds = ends[i];
		for (int k = 0; k < 3; k++) {
			row[k].instance = k == 1 ? row[k].instance : PAYLOAD_NO_INSTANCE;
			payload_put_submit(&b, &head[k], &row[3], 1);
			offer("a number of the head", EVENT_SUBMIT, 0, &b);
			payload_put_submit(&b, &honest, &row[k], 1);
			offer("a number of a row", EVENT_SUBMIT, 0, &b);
		}
		payload_put_resolve(&b, &head[3]);
		offer("a field", EVENT_RESOLVE, 0, &b);
		payload_put_looked(&b, &head[3].row, ends[i]);
		offer("a class", EVENT_LOOKED, 0, &b);
	}
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct payload head = honest;
		struct payload attach = { .target.distance = 1, .question = UINT32_MAX - 1, .blob = (const uint8_t *)blob_id, .size = UINT32_MAX, .media = "x", .media_len = 1, .taken = times[i] };

		head.started = times[i];
		payload_put_submit(&b, &head, NULL, 0);
		offer("a beginning", EVENT_SUBMIT, 0, &b);
		payload_put_attach(&b, &attach);
		offer("a photo's time", EVENT_ATTACH, 0, &b);
	}
	buf_clear(&b);
}

static void clocks_at_their_ends(void)
{
	static const uint64_t lamports[] = { LIMIT_LAMPORT_ADVANCE - 1, LIMIT_LAMPORT_ADVANCE + 1, 1ull << 32, 1ull << 62, (1ull << 63) - 2 };
	static const int64_t times[] = { INT64_MIN, INT64_MIN + 1, -1, INT64_MAX - 1, INT64_MAX };
	struct buf b = { 0 };

	cbor_put_null(&b);
	for (size_t i = 0; i < sizeof lamports / sizeof *lamports; i++) {
		struct event e = hostile_event(900, &b);

		e.lamport = lamports[i];
		hostile_offer("a counter that jumps", &e);
	}
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct event wall = hostile_event(900, &b), up = wall, boot = wall;

		wall.wall = times[i];
		up.uptime = times[i];
		boot.boot = (uint64_t)times[i];
		hostile_offer("a clock", &wall);
		hostile_offer("time since the start", &up);
		hostile_offer("a number of starts", &boot);
	}
	buf_clear(&b);
}

/* --- by hand: many that are each as they may be --- */

/* Answers that do not compress: a bundle must not look like a bomb. */
static const struct buf *noise(void)
{
	static struct buf b;

	buf_reset(&b);
	cbor_put_array(&b, 4);
	for (int i = 0; i < 4; i++)
		cbor_put_unsigned(&b, (uint64_t)hostile_dice(UINT32_MAX) << 32 | hostile_dice(UINT32_MAX));
	return &b;
}

/* One row that a crowd of events writes to, each naming the sixteen before it. */
static void a_row_that_everybody_writes_to(void)
{
	enum { CROWD = 600 };
	struct payload head = submit_head();
	struct chain c = hostile_log();
	struct inbox_file told;
	struct buf b = { 0 };

	for (uint32_t i = 0; i < CROWD; i++) {
		struct payload_row row = { .instance = PAYLOAD_NO_INSTANCE, .fresh = i == 0 };

		if (i) {
			row.row.event.distance = i;
			for (; row.dep_count < LIMIT_DEPS && row.dep_count < i; row.dep_count++)
				row.deps[row.dep_count].distance = row.dep_count + 1;
		}
		buf_reset(&b);
		payload_put_submit(&b, &head, &row, 1);
		chain_add(&c, EVENT_SUBMIT, &b, noise());
	}
	assert_int_equal(hostile_deliver(&c, &told), INBOX_MERGED);
	assert_int_equal(told.added, CROWD);
	hostile_given++;
	chain_clear(&c);
	buf_clear(&b);
}

/* An amendment of an amendment of an amendment. */
static void a_long_way_back_to_the_record(void)
{
	enum { LONG = 2000 };
	struct payload head = submit_head();
	struct payload_row row = { .instance = PAYLOAD_NO_INSTANCE, .fresh = true };
	struct payload_link last = { .distance = 1 };
	struct chain c = hostile_log();
	struct inbox_file told;
	struct buf b = { 0 };

	payload_put_submit(&b, &head, &row, 1);
	chain_add(&c, EVENT_SUBMIT, &b, NULL);
	for (uint32_t i = 1; i < LONG; i++) {
		buf_reset(&b);
		payload_put_amend(&b, &last, NULL, &row, 1);
		chain_add(&c, EVENT_AMEND, &b, noise());
	}
	assert_int_equal(hostile_deliver(&c, &told), INBOX_MERGED);
	assert_int_equal(told.added, LONG);
	hostile_given++;
	chain_clear(&c);
	buf_clear(&b);
}

/* The most entries, each with the most deps and steps; one more is too many. */
static void counts_at_their_limits(void)
{
	struct payload_row *rows = calloc(LIMIT_ROWS + 1, sizeof *rows);
	struct payload_link *adopted = calloc(PAYLOAD_ADOPT_MAX + 1, sizeof *adopted);
	struct payload head = submit_head();
	struct buf b = { 0 };
	char reason[PAYLOAD_REASON_MAX + 2];

	assert_true(rows && adopted);
	for (uint32_t i = 0; i <= LIMIT_ROWS; i++) {
		rows[i] = (struct payload_row){ .instance = PAYLOAD_NO_INSTANCE, .row.event.distance = 1, .dep_count = LIMIT_DEPS, .step_count = PAYLOAD_STEPS_MAX };
		for (uint32_t k = 0; k < LIMIT_DEPS; k++)
			memcpy(rows[i].deps[k].ref, hostile_samples[(i * LIMIT_DEPS + k) % hostile_sample_count].ref, EVENT_REF);
	}
	for (uint32_t n = LIMIT_ROWS - 1; n <= LIMIT_ROWS + 1; n++) {
		payload_put_submit(&b, &head, rows, n);
		offer("entries", EVENT_SUBMIT, 0, &b);
		payload_put_amend(&b, &(struct payload_link){ .distance = 1 }, NULL, rows, n);
		offer("entries", EVENT_AMEND, 0, &b);
	}
	for (uint32_t n = PAYLOAD_ADOPT_MAX - 1; n <= PAYLOAD_ADOPT_MAX + 1; n++) {
		for (uint32_t i = 0; i < n; i++)
			memcpy(adopted[i].ref, hostile_samples[i % hostile_sample_count].ref, EVENT_REF);
		payload_put_adopt(&b, adopted, n);
		offer("everybody's records adopted", EVENT_ADOPT, 0, &b);
	}
	memset(reason, 'x', sizeof reason);
	for (size_t n = PAYLOAD_REASON_MAX - 1; n <= PAYLOAD_REASON_MAX + 1; n++) {
		cbor_put_array(&b, 2);
		cbor_put_unsigned(&b, 1);
		cbor_put_text_n(&b, reason, n);
		offer("a reason", EVENT_RETRACT, 0, &b);
	}
	for (size_t n = PAYLOAD_VERSION_MAX - 1; n <= PAYLOAD_VERSION_MAX; n++) {
		memset(head.version, 'x', n);
		head.version[n] = '\0';
		payload_put_submit(&b, &head, rows, 1);
		offer("a pack that nobody has", EVENT_SUBMIT, 0, &b);
	}
	free(rows);
	free(adopted);
	buf_clear(&b);
}

void hostile_made(void)
{
	kinds_that_nobody_knows();
	orders_that_are_not_his();
	cbor_that_is_none();
	links_that_lead_astray();
	rows_of_another_register();
	numbers_at_their_ends();
	clocks_at_their_ends();
	counts_at_their_limits();
	a_row_that_everybody_writes_to();
	a_long_way_back_to_the_record();
}
