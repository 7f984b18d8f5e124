/* Bundles that a valid key has signed, made to do harm: sizes that lie, bombs, counts, malformed records. What must hold:
 * a refusal with a reason or an opaque event, within bounded memory and time, and never a crash. */
#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/cbor.h"
#include "forms/base/clock.h"
#include "sync/bundle/envelope.h"
#include "sync/bundle/open.h"
#include "sync/bundle/zstd.h"

#include <stdlib.h>
#include <sys/resource.h>

static struct world town;
static struct event_scope village;

static int open_world(void **state)
{
	(void)state;
	world_open(&town);
	village = event_scope_village(world_village);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&town);
	return 0;
}

/* A bundle put together by hand; zero fields take the honest value. */
struct recipe {
	const void *plain; size_t len;
	const struct buf *frame;                          /* instead of the compressed plain */
	uint32_t announced;
	uint8_t major, algorithms, stanzas;
	uint16_t flags;
	const struct buf *extensions;
	uint8_t dictionary[8];
	int header_more;                                  /* added to the header length field */
};

static void put_stanza(struct buf *h, const uint8_t key[KEYS_SYMMETRIC])
{
	uint8_t sealed[KEYS_SYMMETRIC + KEYS_SEALED], id[KEYS_ID];
	const uint8_t *box = keys_roots_newest(&town.roots)->box;

	keys_box_id(box, id);
	assert_true(keys_send(box, key, KEYS_SYMMETRIC, sealed));
	buf_put(h, id, sizeof id);
	buf_put(h, sealed, sizeof sealed);
}

static void cook(const struct recipe *r, struct buf *file)
{
	static const uint8_t none[8], key[KEYS_SYMMETRIC] = { 4, 5, 6 };
	struct buf frame = { 0 }, h = { 0 }, m = { 0 };
	uint8_t signature[KEYS_SIGNATURE];
	size_t stanzas = r->stanzas ? r->stanzas : 1, more = r->extensions ? r->extensions->len : 0;

	if (r->frame)
		buf_put(&frame, r->frame->data, r->frame->len);
	else
		assert_ok(bundle_zstd_shrink(r->plain, r->len, none, &frame));
	buf_puts(&h, "XCB1");
	buf_putc(&h, r->major ? r->major : 1);
	buf_putc(&h, r->algorithms ? r->algorithms : 1);
	buf_be16(&h, r->flags);
	buf_be16(&h, (uint16_t)((int)(59 + stanzas * 88 + more) + r->header_more));
	buf_be32(&h, r->announced ? r->announced : (uint32_t)r->len);
	buf_be32(&h, (uint32_t)envelope_stream_len(frame.len));
	buf_put(&h, r->dictionary, 8);
	buf_put(&h, keys_identity_public(town.worker)->writer, KEYS_WRITER);
	buf_be64(&h, 1);
	buf_be64(&h, 1);
	buf_putc(&h, (int)stanzas);
	for (size_t i = 0; i < stanzas; i++)
		put_stanza(&h, key);
	if (more)
		buf_put(&h, r->extensions->data, more);
	buf_reset(file);
	buf_put(file, h.data, h.len);
	assert_ok(envelope_encrypt(key, h.data, h.len, frame.data, frame.len, file));
	envelope_message((const uint8_t *)file->data, h.len, file->len - h.len, &m);
	keys_sign(town.worker, m.data, m.len, signature);
	buf_put(file, signature, sizeof signature);
	buf_clear(&frame);
	buf_clear(&h);
	buf_clear(&m);
}

/* Open and verify; the number of opaque events in *opaque. */
static enum err take(const struct buf *file, unsigned *opaque)
{
	struct bundle *b = malloc(sizeof *b);
	uint8_t *copy = malloc(file->len);
	enum err e;

	*opaque = 0;
	assert_non_null(b);
	assert_non_null(copy);
	memcpy(copy, file->data, file->len);
	e = bundle_open(copy, file->len, town.roster, town.boxes, b);
	for (size_t i = 0; !e && i < b->segment_count; i++) {
		const struct log_segment *s = &b->segments[i];
		const uint8_t *author = keys_roster_author(town.roster, s->id.writer);
		struct log_step *steps = calloc(s->count, sizeof *steps);

		assert_non_null(steps);
		e = author ? segment_verify(s, author, steps) : ERR_HELD;
		for (uint32_t k = 0; !e && k < s->count; k++)
			*opaque += steps[k].opaque;
		free(steps);
	}
	bundle_clear(b);
	free(b);
	free(copy);
	return e;
}

static enum err try(const struct recipe *r)
{
	struct buf file = { 0 };
	unsigned opaque;
	enum err e;

	cook(r, &file);
	e = take(&file, &opaque);
	if (e)
		assert_true(*err_detail());
	buf_clear(&file);
	return e;
}

/* Plain text of one segment that holds these wire bytes as `count` events, signed as if it were honest. */
static void plain_of(const struct chain *c, uint32_t count, struct buf *plain)
{
	struct log_segment s = chain_segment(c, count);

	segment_put(&s, c->id.writer, plain);
}

static void an_honest_one_passes_so_that_the_rest_means_something(void **state)
{
	struct chain c;
	struct buf plain = { 0 };
	struct recipe r = { 0 };

	(void)state;
	chain_start(&c, town.worker, &village, 1);
	chain_work(&c, 5);
	plain_of(&c, 5, &plain);
	r.plain = plain.data;
	r.len = plain.len;
	assert_ok(try(&r));
	r.stanzas = LIMIT_STANZAS;
	assert_ok(try(&r));
	r.stanzas = LIMIT_STANZAS + 1;
	assert_err(try(&r), ERR_LIMIT);
	buf_clear(&plain);
	chain_clear(&c);
}

static void what_the_program_does_not_know_is_refused_by_name(void **state)
{
	struct chain c;
	struct buf plain = { 0 }, x = { 0 };
	struct recipe r = { 0 }, honest;

	(void)state;
	chain_start(&c, town.worker, &village, 1);
	chain_work(&c, 2);
	plain_of(&c, 2, &plain);
	r.plain = plain.data;
	r.len = plain.len;
	honest = r;
	r.major = 2;
	assert_err(try(&r), ERR_VERSION);
	r = honest;
	r.algorithms = 2;
	assert_err(try(&r), ERR_VERSION);
	r = honest;
	r.flags = 0x0100;
	assert_err(try(&r), ERR_VERSION);
	r.flags = 0x00ff;
	assert_ok(try(&r));
	r = honest;
	r.dictionary[0] = 1;
	assert_err(try(&r), ERR_VERSION);
	r = honest;
	buf_be16(&x, 0x0009);
	buf_be16(&x, 3);
	buf_puts(&x, "any");
	r.extensions = &x;
	assert_ok(try(&r));                                  /* not critical: passed over */
	x.data[0] = (char)0x80;
	assert_err(try(&r), ERR_VERSION);
	x.data[0] = 0;
	x.data[3] = 4;
	assert_err(try(&r), ERR_FORMAT);
	buf_clear(&plain);
	buf_clear(&x);
	chain_clear(&c);
}

static void the_extensions_have_their_limit(void **state)
{
	struct chain c;
	struct buf plain = { 0 }, x = { 0 };
	struct recipe r = { .extensions = &x };

	(void)state;
	chain_start(&c, town.worker, &village, 1);
	chain_work(&c, 1);
	plain_of(&c, 1, &plain);
	r.plain = plain.data;
	r.len = plain.len;
	r.stanzas = LIMIT_STANZAS;
	for (size_t n = LIMIT_EXTENSIONS - 1; n <= LIMIT_EXTENSIONS + 1; n++) {
		buf_reset(&x);
		buf_be16(&x, 9);
		buf_be16(&x, (uint16_t)(n - 4));
		memset(buf_more(&x, n - 4), 'x', n - 4);
		assert_err(try(&r), n <= LIMIT_EXTENSIONS ? ERR_OK : ERR_FORMAT);
	}
	for (size_t n = ENVELOPE_MAKER_BOX - 1; n <= ENVELOPE_MAKER_BOX + 1; n++) {       /* versions that the file key does not open */
		buf_reset(&x);
		buf_be16(&x, ENVELOPE_MAKER);
		buf_be16(&x, (uint16_t)n);
		memset(buf_more(&x, n), 'x', n);
		assert_err(try(&r), ERR_FORMAT);
	}
	r.extensions = NULL;
	r.header_more = -1;
	assert_err(try(&r), ERR_FORMAT);
	r.header_more = 1;
	assert_err(try(&r), ERR_FORMAT);
	buf_clear(&plain);
	buf_clear(&x);
	chain_clear(&c);
}

static void sizes_that_lie_are_refused(void **state)
{
	struct chain c;
	struct buf plain = { 0 }, frame = { 0 };
	struct recipe r = { 0 };
	static const uint8_t none[8];
	static const uint32_t lies[] = { 1, 40, LIMIT_PLAIN, LIMIT_PLAIN + 1, UINT32_MAX };

	(void)state;
	chain_start(&c, town.worker, &village, 1);
	chain_work(&c, 20);
	plain_of(&c, 20, &plain);
	r.plain = plain.data;
	r.len = plain.len;
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		enum err e;

		r.announced = lies[i];
		e = try(&r);
		assert_true(e == ERR_FORMAT || e == ERR_LIMIT);
	}
	r.announced = (uint32_t)plain.len + 1;
	assert_err(try(&r), ERR_FORMAT);
	r.announced = (uint32_t)plain.len - 1;
	assert_err(try(&r), ERR_FORMAT);
	r.announced = 0;
	assert_ok(bundle_zstd_shrink(plain.data, plain.len, none, &frame));
	r.frame = &frame;
	assert_ok(try(&r));
	buf_put(&frame, "\x50\x2a\x4d\x18\0\0\0\0", 8);         /* a skippable frame behind the real one */
	assert_err(try(&r), ERR_FORMAT);
	frame.data[0] ^= 1;
	assert_err(try(&r), ERR_FORMAT);
	buf_clear(&plain);
	buf_clear(&frame);
	chain_clear(&c);
}

/* One MiB of nothing compresses to a few bytes: refused before a byte of it is expanded. */
static void a_bomb_is_refused_unopened(void **state)
{
	uint8_t *zeros = calloc(1, LIMIT_PLAIN);
	struct recipe r = { .plain = zeros, .len = LIMIT_PLAIN };
	struct bundle_envelope e;
	struct bundle_sealing how = { .sealer = town.worker, .to = &keys_identity_public(town.worker)->box, .to_count = 1 };
	struct buf file = { 0 };

	(void)state;
	cook(&r, &file);
	assert_err(bundle_envelope_read(file.data, file.len, &e), ERR_LIMIT);
	buf_reset(&file);
	assert_err(bundle_seal(&how, zeros, LIMIT_PLAIN, &file, NULL), ERR_LIMIT);       /* nor do we make one */
	assert_err(bundle_seal(&how, zeros, LIMIT_PLAIN + 1, &file, NULL), ERR_LIMIT);
	assert_int_equal(file.len, 0);
	buf_clear(&file);
	free(zeros);
}

static void the_plain_text_has_its_limit(void **state)
{
	uint8_t *noise = malloc(LIMIT_PLAIN + 1);

	(void)state;
	randombytes_buf(noise, LIMIT_PLAIN + 1);
	for (size_t n = LIMIT_PLAIN - 1; n <= LIMIT_PLAIN + 1; n++) {
		struct recipe r = { .plain = noise, .len = n };
		struct bundle_envelope e;
		struct buf file = { 0 };

		cook(&r, &file);
		assert_err(bundle_envelope_read(file.data, file.len, &e), n <= LIMIT_PLAIN ? ERR_OK : ERR_LIMIT);
		buf_clear(&file);
	}
	free(noise);
}

static void segments_and_events_have_their_limits(void **state)
{
	struct chain c;
	struct buf plain = { 0 }, empty = { 0 };
	struct recipe r = { 0 };

	(void)state;
	chain_start(&c, town.worker, &village, 1);
	chain_work(&c, 1);
	for (unsigned n = 1; n <= LIMIT_SEGMENTS + 1; n++) {
		plain_of(&c, 1, &plain);
		r.plain = plain.data;
		r.len = plain.len;
		if (n >= LIMIT_SEGMENTS - 1)
			assert_err(try(&r), n <= LIMIT_SEGMENTS ? ERR_OK : ERR_LIMIT);
	}
	chain_clear(&c);
	for (unsigned n = LIMIT_EVENTS - 1; n <= LIMIT_EVENTS + 1; n++) {
		buf_reset(&plain);
		chain_start(&c, town.worker, &village, 1);
		for (unsigned i = 0; i < n; i++) {              /* noise, or the compressed text would be too small to be believed */
			buf_reset(&empty);
			cbor_put_unsigned(&empty, randombytes_random());
			chain_add(&c, 99, &empty, NULL);
		}
		plain_of(&c, n, &plain);
		r.plain = plain.data;
		r.len = plain.len;
		assert_err(try(&r), n <= LIMIT_EVENTS ? ERR_OK : ERR_LIMIT);
		chain_clear(&c);
	}
	buf_clear(&plain);
	buf_clear(&empty);
}

/* One event whose body has exactly `n` bytes; the encoder itself refuses to make one that is too long. */
static void chain_of_size(struct chain *c, size_t n)
{
	static const char head[] = "\x00\x85\x18\x63\x01\x00\x00\x00";      /* flags, [99, 1, 0, 0, 0] */
	size_t noise = n - (sizeof head - 1) - 3;
	struct event e = { .kind = 99, .lamport = 1 };
	struct buf payload = { 0 }, m = { 0 };
	uint8_t before[EVENT_HASH];

	buf_putc(&payload, 0x59);
	buf_be16(&payload, (uint16_t)noise);
	randombytes_buf(buf_more(&payload, noise), noise);
	e.public_part = (struct event_part){ (const uint8_t *)payload.data, payload.len };
	chain_start(c, town.worker, &village, 1);
	buf_varint(&c->wire, n);
	buf_put(&c->wire, head, sizeof head - 1);
	buf_put(&c->wire, payload.data, payload.len);
	memcpy(before, c->hash, sizeof before);
	event_hash(&e, before, c->hash);
	assert_ok(event_head_message(&c->id, 1, c->hash, &m));
	keys_sign(town.worker, m.data, m.len, c->signature);
	buf_clear(&payload);
	buf_clear(&m);
}

static void an_event_has_its_limit(void **state)
{
	(void)state;
	for (size_t n = LIMIT_EVENT - 1; n <= LIMIT_EVENT + 1; n++) {
		struct buf plain = { 0 };
		struct recipe r = { 0 };
		struct chain c;

		chain_of_size(&c, n);
		plain_of(&c, 1, &plain);
		r.plain = plain.data;
		r.len = plain.len;
		assert_err(try(&r), n <= LIMIT_EVENT ? ERR_OK : ERR_LIMIT);
		buf_clear(&plain);
		chain_clear(&c);
	}
}

/* Content that is malformed in itself, in an honest frame: kept opaque, the rest of the segment is whole. */
static void a_malformed_record_is_opaque_and_holds_up_nothing(void **state)
{
	static const struct { const char *bytes; size_t len; const char *what; } bad[] = {
		{ "\x18\x05", 2, "a number in a longer form" },
		{ "\xa2\x02\x00\x01\x00", 5, "map keys out of order" },
		{ "\xa1\x61\x61\x00", 4, "a map key that is text" },
		{ "\x62\xff\xfe", 3, "text that is not UTF-8" },
		{ "\xfb\x40\x09\x21\xfb\x54\x44\x2d\x18", 9, "a float" },
		{ "\xc1\x00", 2, "a tag" },
		{ "\x9f\x00\xff", 3, "an indefinite array" },
		{ "\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x00", 14, "thirteen arrays deep" },
		{ "\xf7", 1, "undefined" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf payload = { 0 }, answers = { 0 }, plain = { 0 }, file = { 0 };
		struct recipe r = { 0 };
		struct chain c;
		unsigned opaque;

		chain_start(&c, town.worker, &village, 1);
		chain_work(&c, 1);
		buf_put(&payload, bad[i].bytes, bad[i].len);
		cbor_put_array(&answers, 0);
		chain_add(&c, EVENT_SUBMIT, &payload, NULL);
		chain_add(&c, EVENT_SUBMIT, &payload, &answers);
		chain_add(&c, EVENT_SUBMIT, &answers, &payload);
		chain_work(&c, 1);
		plain_of(&c, 5, &plain);
		r.plain = plain.data;
		r.len = plain.len;
		cook(&r, &file);
		assert_ok(take(&file, &opaque));
		if (opaque != 3)
			print_message("# %s: %u opaque\n", bad[i].what, opaque);
		assert_int_equal(opaque, 3);
		buf_clear(&payload);
		buf_clear(&answers);
		buf_clear(&plain);
		buf_clear(&file);
		chain_clear(&c);
	}
}

static void numbers_at_their_ends_do_not_overflow(void **state)
{
	static const uint64_t lamports[] = { 1ull << 32, (1ull << 63) - 1, 1ull << 63, UINT64_MAX };
	struct buf empty = { 0 };

	(void)state;
	cbor_put_null(&empty);
	for (size_t i = 0; i < sizeof lamports / sizeof *lamports; i++) {
		struct buf plain = { 0 };
		struct recipe r = { 0 };
		struct chain c;

		chain_start(&c, town.worker, &village, 1);
		c.base.lamport = lamports[i] - 1;
		chain_add(&c, 99, &empty, NULL);
		{
			struct log_segment s = chain_segment(&c, 1);

			s.base.lamport = lamports[i] - 1;         /* a base that a first event cannot have */
			segment_put(&s, c.id.writer, &plain);
		}
		r.plain = plain.data;
		r.len = plain.len;
		assert_err(try(&r), ERR_FORMAT);
		buf_clear(&plain);
		chain_clear(&c);
	}
	buf_clear(&empty);
}

/* Random changes to honest plain text, sealed anew with the valid key. */
static void nothing_that_is_sealed_can_crash_the_reader(void **state)
{
	struct chain c;
	struct buf honest = { 0 };
	struct rusage before, after;
	int64_t start = clock_ticks();
	size_t bytes = 0;

	(void)state;
	chain_start(&c, town.worker, &village, 1);
	chain_work(&c, 40);
	plain_of(&c, 40, &honest);
	plain_of(&town.decrees, (uint32_t)town.decrees.seq, &honest);
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < 3000; i++) {
		struct buf plain = { 0 };
		struct recipe r = { 0 };

		buf_put(&plain, honest.data, honest.len);
		for (unsigned k = 1 + randombytes_uniform(4); k; k--) {
			size_t at = randombytes_uniform((uint32_t)plain.len);

			if (randombytes_uniform(2))
				at = randombytes_uniform(200);
			switch (randombytes_uniform(3)) {
			case 0: plain.data[at] = (char)randombytes_random(); break;
			case 1: plain.data[at] = (char)0xff; break;
			default: buf_cut(&plain, at ? at : 1);
			}
			if (plain.len < 200)
				break;
		}
		r.plain = plain.data;
		r.len = plain.len;
		bytes += plain.len;
		try(&r);
		buf_clear(&plain);
	}
	getrusage(RUSAGE_SELF, &after);
#ifndef __SANITIZE_ADDRESS__
	assert_true(after.ru_maxrss - before.ru_maxrss < 64 << 10);
	assert_true((clock_ticks() - start) / 1000000 < 30000);
#endif
	print_message("# %zu bytes of hostile plain text in %lld ms\n", bytes, (long long)((clock_ticks() - start) / 1000000));
	buf_clear(&honest);
	chain_clear(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_one_passes_so_that_the_rest_means_something),
		cmocka_unit_test(what_the_program_does_not_know_is_refused_by_name),
		cmocka_unit_test(the_extensions_have_their_limit),
		cmocka_unit_test(sizes_that_lie_are_refused),
		cmocka_unit_test(a_bomb_is_refused_unopened),
		cmocka_unit_test(the_plain_text_has_its_limit),
		cmocka_unit_test(segments_and_events_have_their_limits),
		cmocka_unit_test(an_event_has_its_limit),
		cmocka_unit_test(a_malformed_record_is_opaque_and_holds_up_nothing),
		cmocka_unit_test(numbers_at_their_ends_do_not_overflow),
		cmocka_unit_test(nothing_that_is_sealed_can_crash_the_reader),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return keys_start() || cmocka_run_group_tests(tests, open_world, close_world);
}
