/* The files of tests/vectors/golden, written once, must be readable for ever: a device that was away for three years brings
 * such bundles. The Python reader of tests/interop reads the same files. */
#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/fs.h"
#include "sync/bundle/blob.h"
#include "sync/bundle/open.h"
#include "sync/bundle/receipt.h"
#include "sync/keys/enrol.h"

#include <stdlib.h>

#define GOLDEN SRCDIR "/tests/vectors/golden/"

static struct keys_roots roots;
static struct keys_roster *roster;
static struct buf expected;

static void load(const char *name, struct buf *out)
{
	struct buf path = { 0 };

	buf_printf(&path, GOLDEN "%s", name);
	assert_ok(fs_read(path.data, 1 << 21, out));
	buf_clear(&path);
}

/* Does the line "name value" stand in the file of what is to be found? */
static void assert_expected(const char *name, const char *value)
{
	struct buf line = { 0 };

	buf_printf(&line, "%s %s\n", name, value);
	if (!strstr(buf_str(&expected), line.data))
		print_message("# not expected: %s", line.data);
	assert_non_null(strstr(buf_str(&expected), line.data));
	buf_clear(&line);
}

static void assert_expected_hex(const char *name, const uint8_t *data, size_t len)
{
	char hex[2 * KEYS_HASH + 1];

	keys_hex(data, len, hex);
	assert_expected(name, hex);
}

static struct keys_ring *load_ring(const char *name)
{
	struct keys_ring *ring;
	struct buf b = { 0 };

	load(name, &b);
	assert_ok(keys_ring_new(&ring));
	for (char *line = b.data; *line; line = strchr(line, '\n') + 1) {
		uint8_t secret[KEYS_SYMMETRIC];

		assert_true(keys_unhex(line + 17, sizeof secret, secret));
		assert_ok(keys_ring_add(ring, secret));
	}
	buf_clear(&b);
	return ring;
}

/* Verify a segment and return its steps, the caller's to free. */
static struct log_step *verified(const struct log_segment *s)
{
	struct log_step *steps = calloc(s->count, sizeof *steps);

	assert_non_null(steps);
	assert_non_null(keys_roster_author(roster, s->id.writer));
	assert_ok(segment_verify(s, keys_roster_author(roster, s->id.writer), steps));
	return steps;
}

static void believe(const struct log_segment *s)
{
	struct log_step *steps = verified(s);

	for (uint32_t i = 0; i < s->count; i++)
		assert_ok(keys_roster_event(roster, &s->id, s->first + i, steps[i].hash, &steps[i].event, NULL));
	assert_expected_hex("decrees", steps[s->count - 1].hash, EVENT_HASH);
	free(steps);
}

static void the_roots_give_the_township_s_name_and_code(void **state)
{
	char code[KEYS_CODE];
	uint8_t township[KEYS_TOWNSHIP];

	(void)state;
	assert_int_equal(roots.count, 2);
	keys_roots_township(&roots, township);
	assert_expected_hex("township", township, sizeof township);
	keys_roots_code(&roots, code);
	assert_expected("code", code);
	assert_ok(keys_roots_confirm(&roots, code));
}

static void the_downlink_opens_and_its_decrees_are_believed(void **state)
{
	struct keys_ring *ring = load_ring("worker.keys");
	struct bundle *b = malloc(sizeof *b);
	struct buf file = { 0 };

	(void)state;
	load("down.xcb", &file);
	assert_ok(bundle_open(file.data, file.len, roster, ring, b));
	assert_int_equal(b->segment_count, 2);
	believe(&b->segments[0]);
	assert_int_equal(keys_roster_count(roster), 3);
	assert_true(keys_roster_find_label(roster, "08")->revoked);
	bundle_clear(b);
	free(b);
	buf_clear(&file);
	keys_ring_free(ring);
}

static void the_uplink_opens_with_every_event_and_one_of_them_opaque(void **state)
{
	struct keys_ring *ring = load_ring("town.keys");
	struct bundle *b = malloc(sizeof *b);
	struct log_step *steps;
	struct buf file = { 0 }, count = { 0 };
	unsigned opaque = 0;

	(void)state;
	load("up.xcb", &file);
	assert_ok(bundle_open(file.data, file.len, roster, ring, b));
	assert_int_equal(b->segment_count, 1);
	steps = verified(&b->segments[0]);
	for (uint32_t i = 0; i < b->segments[0].count; i++)
		opaque += steps[i].opaque;
	buf_printf(&count, "%u\nopaque %u", b->segments[0].count, opaque);
	assert_expected("events", count.data);
	assert_expected_hex("head", steps[b->segments[0].count - 1].hash, EVENT_HASH);
	assert_expected_hex("worker", b->segments[0].id.writer, KEYS_WRITER);
	free(steps);
	bundle_clear(b);
	free(b);
	buf_clear(&file);
	buf_clear(&count);
	keys_ring_free(ring);
}

static void receipt_request_grant_and_blob_are_read(void **state)
{
	struct keys_roots chain = { 0 };
	struct keys_request request;
	struct keys_blob name;
	struct receipt *r = malloc(sizeof *r);
	struct buf b = { 0 }, other = { 0 };
	const uint8_t *bundle;
	char digits[KEYS_DIGITS];
	size_t len;

	(void)state;
	load("receipt.xcr", &b);
	assert_ok(receipt_read(b.data, b.len, &roots, r));
	assert_expected_hex("head", r->at[0].hash, EVENT_HASH);
	load("request.xcq", &b);
	assert_ok(keys_request_read(b.data, b.len, &request));
	keys_request_digits(b.data, b.len, digits);
	assert_expected("digits", digits);
	load("grant.xcg", &b);
	load("down.xcb", &other);
	assert_ok(keys_grant_read(b.data, b.len, &chain, &bundle, &len));
	assert_int_equal(len, other.len);
	assert_memory_equal(bundle, other.data, len);
	keys_roots_clear(&chain);
	load("blob.key", &b);
	memcpy(name.key, b.data, sizeof name.key);
	load("blob.xca", &b);
	keys_hash(b.data, b.len, name.id);
	name.size = b.len;
	buf_reset(&other);
	assert_ok(blob_open(b.data, b.len, &name, &other));
	assert_string_equal(buf_str(&other), "安全出口");
	buf_clear(&b);
	buf_clear(&other);
	free(r);
}

static int open_golden(void **state)
{
	struct buf b = { 0 };
	enum err e;

	(void)state;
	load("expected", &expected);
	load("roots", &b);
	e = keys_roots_add_all(&roots, b.data, b.len);
	buf_clear(&b);
	return e || keys_roster_new(&roots, &roster);
}

static int close_golden(void **state)
{
	(void)state;
	keys_roster_free(roster);
	keys_roots_clear(&roots);
	buf_clear(&expected);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_roots_give_the_township_s_name_and_code),
		cmocka_unit_test(the_downlink_opens_and_its_decrees_are_believed),
		cmocka_unit_test(the_uplink_opens_with_every_event_and_one_of_them_opaque),
		cmocka_unit_test(receipt_request_grant_and_blob_are_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return keys_start() || cmocka_run_group_tests(tests, open_golden, close_golden);
}
