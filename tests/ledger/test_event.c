#include "config.h"
#include "tests/tap.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "sync/keys/identity.h"
#include "sync/ledger/log/event.h"

#include <stdio.h>
#include <stdlib.h>

/* A line of tests/vectors/events.txt (made by make_events.py, which shares nothing with this code). */
struct golden {
	char name[64];
	uint8_t previous[EVENT_HASH], hash[EVENT_HASH], wire[4096], parts[4][1024];
	size_t wire_len, len[4];
	bool has[4];
	struct event_base base;
	struct event e;
};

static size_t unhex(const char *s, uint8_t *out, size_t max)
{
	size_t n = 0;

	for (; s[0] && s[1] && n < max; s += 2) {
		unsigned byte;

		assert_int_equal(sscanf(s, "%2x", &byte), 1);
		out[n++] = (uint8_t)byte;
	}
	return n;
}

static struct buf vectors;

static bool golden_at(int index, struct golden *g)
{
	static char f[18][8192];
	char *line, *copy = strdup(buf_str(&vectors)), *save = NULL;
	bool found = false;
	int n = -1;

	for (line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (n++ == index) {
			found = true;
			break;
		}
	if (found) {
		char *word_save = NULL;
		int i = 0;

		for (char *w = strtok_r(line, " ", &word_save); w && i < 18; w = strtok_r(NULL, " ", &word_save))
			snprintf(f[i++], sizeof f[0], "%s", w);
		assert_int_equal(i, 18);
		memset(g, 0, sizeof *g);
		snprintf(g->name, sizeof g->name, "%.60s", f[0]);
		unhex(f[1], g->previous, EVENT_HASH);
		g->base = (struct event_base){ strtoull(f[2], NULL, 10), strtoll(f[3], NULL, 10), strtoull(f[4], NULL, 10), strtoll(f[5], NULL, 10) };
		g->e.flags = (uint8_t)atoi(f[6]);
		g->e.kind = (uint16_t)atoi(f[7]);
		g->e.lamport = strtoull(f[8], NULL, 10);
		g->e.wall = strtoll(f[9], NULL, 10);
		g->e.boot = strtoull(f[10], NULL, 10);
		g->e.uptime = strtoll(f[11], NULL, 10);
		for (int k = 0; k < 4; k++)
			if ((g->has[k] = strcmp(f[12 + k], "-") != 0))
				g->len[k] = unhex(f[12 + k], g->parts[k], sizeof g->parts[k]);
		g->wire_len = unhex(f[16], g->wire, sizeof g->wire);
		unhex(f[17], g->hash, EVENT_HASH);
		g->e.public_part = (struct event_part){ g->parts[0], g->len[0] };
		if (g->e.flags & EVENT_ANSWERS_GONE)
			g->e.answers_commitment = g->parts[1];
		else if (g->has[1])
			g->e.answers = (struct event_part){ g->parts[1], g->len[1] };
		if (g->has[2])
			g->e.salt = g->parts[2];
		if (g->e.flags & EVENT_PRIVATE_GONE)
			g->e.private_commitment = g->parts[3];
		else if (g->has[3])
			g->e.private_part = (struct event_part){ g->parts[3], g->len[3] };
	}
	free(copy);
	return found;
}

static int load(void **state)
{
	(void)state;
	return fs_read(SRCDIR "/tests/vectors/events.txt", 1 << 20, &vectors) != ERR_OK || keys_start() != ERR_OK;
}

static int unload(void **state)
{
	(void)state;
	buf_clear(&vectors);
	return 0;
}

static void the_golden_events_are_written_byte_for_byte(void **state)
{
	struct golden g;
	struct buf b = { 0 };
	int n = 0;

	(void)state;
	for (; golden_at(n, &g); n++) {
		struct event_base base = g.base;

		buf_reset(&b);
		assert_ok(event_encode(&g.e, &base, &b));
		assert_int_equal(b.len, g.wire_len);
		assert_memory_equal(b.data, g.wire, b.len);
		assert_true(base.lamport == g.e.lamport && base.wall == g.e.wall && base.boot == g.e.boot && base.uptime == g.e.uptime);
	}
	assert_int_equal(n, 6);
	buf_clear(&b);
}

static void the_golden_events_are_read_and_hashed(void **state)
{
	struct golden g;

	(void)state;
	for (int n = 0; golden_at(n, &g); n++) {
		struct event_base base = g.base;
		uint8_t hash[EVENT_HASH], *exact = malloc(g.wire_len);
		struct event e;
		size_t used;

		memcpy(exact, g.wire, g.wire_len);
		assert_ok(event_decode(exact, g.wire_len, &base, &e, &used));
		assert_int_equal(used, g.wire_len);
		assert_int_equal(e.kind, g.e.kind);
		assert_true(e.lamport == g.e.lamport && e.wall == g.e.wall && e.boot == g.e.boot && e.uptime == g.e.uptime);
		event_hash(&e, g.previous, hash);
		assert_memory_equal(hash, g.hash, EVENT_HASH);
		free(exact);
	}
}

static void a_log_and_its_head_are_named_as_the_format_says(void **state)
{
	struct event_log_id id = { .scope = event_scope_village("990101100201"), .epoch = 0x0102030405060708 };
	uint8_t h0[EVENT_HASH], want[EVENT_HASH], head[256], last[EVENT_HASH];
	char *copy = strdup(buf_str(&vectors)), *save = NULL, *word;
	struct buf message = { 0 };
	size_t n;

	(void)state;
	for (int i = 0; i < 16; i++)
		id.writer[i] = (uint8_t)i;
	word = strtok_r(copy, " ", &save);
	for (int i = 0; i < 4; i++)
		word = strtok_r(NULL, " \n", &save);
	unhex(word, want, EVENT_HASH);
	event_hash_log(&id, h0);
	assert_memory_equal(h0, want, EVENT_HASH);
	n = unhex(strtok_r(NULL, " \n", &save), head, sizeof head);
	memcpy(last, head + n - EVENT_HASH, EVENT_HASH);
	assert_ok(event_head_message(&id, 3, last, &message));
	assert_int_equal(message.len, n);
	assert_memory_equal(message.data, head, n);
	buf_clear(&message);
	free(copy);
}

static void an_event_cut_anywhere_is_refused(void **state)
{
	struct golden g;

	(void)state;
	for (int n = 0; golden_at(n, &g); n++)
		for (size_t len = 0; len < g.wire_len; len++) {
			struct event_base base = g.base;
			uint8_t *exact = malloc(len ? len : 1);
			struct event e;
			size_t used = 1;

			memcpy(exact, g.wire, len);
			assert_err(event_decode(exact, len, &base, &e, &used), ERR_FORMAT);
			assert_int_equal(used, 0);
			assert_memory_equal(&base, &g.base, sizeof base);
			free(exact);
		}
}

static void any_changed_byte_changes_the_hash_or_is_refused(void **state)
{
	struct golden g;

	(void)state;
	for (int n = 0; golden_at(n, &g); n++)
		for (size_t at = 0; at < g.wire_len; at++)
			for (int bit = 0; bit < 8; bit++) {
				struct event_base base = g.base;
				uint8_t hash[EVENT_HASH], *exact = malloc(g.wire_len);
				struct event e;
				size_t used;

				memcpy(exact, g.wire, g.wire_len);
				exact[at] ^= (uint8_t)(1 << bit);
				event_decode(exact, g.wire_len, &base, &e, &used);
				if (used == g.wire_len) {
					event_hash(&e, g.previous, hash);
					assert_memory_not_equal(hash, g.hash, EVENT_HASH);
				}
				free(exact);
			}
}

/* A body of flags and head, then these bytes; base zero. */
static enum err decode_body(uint8_t flags, const char *rest, size_t len, struct event *e, size_t *used)
{
	static const char head[] = "\x85\x03\x01\x00\x00\x00";
	static struct buf b;
	struct event_base base = { 0 };

	buf_reset(&b);
	buf_varint(&b, 1 + 6 + len);
	buf_putc(&b, flags);
	buf_put(&b, head, 6);
	buf_put(&b, rest, len);
	return event_decode(b.data, b.len, &base, e, used);
}

static void malformed_content_that_can_be_told_apart_is_kept_opaque(void **state)
{
	struct event e;
	size_t used;

	(void)state;
	/* a long form of 1, a float, unordered map keys, a tag, bad UTF-8: all with an answers part behind */
	assert_err(decode_body(8, "\x18\x01" "\x41\x01", 4, &e, &used), ERR_FORMAT);
	assert_true(used > 0 && e.public_part.len == 2 && e.answers.len == 1);
	assert_err(decode_body(8, "\xfb\1\2\3\4\5\6\7\x8" "\x41\x01", 11, &e, &used), ERR_FORMAT);
	assert_true(used > 0 && e.public_part.len == 9);
	assert_err(decode_body(8, "\xa2\x02\x00\x01\x00" "\x41\x01", 7, &e, &used), ERR_FORMAT);
	assert_true(used > 0 && e.public_part.len == 5);
	assert_err(decode_body(8, "\xc1\x00" "\x41\x01", 4, &e, &used), ERR_FORMAT);
	assert_true(used > 0 && e.public_part.len == 2);
	assert_err(decode_body(8, "\x61\xff" "\x41\x01", 4, &e, &used), ERR_FORMAT);
	assert_true(used > 0 && e.public_part.len == 2);
	assert_err(decode_body(8, "\x9f\x01\xff" "\x41\x01", 5, &e, &used), ERR_FORMAT);
	assert_true(used > 0 && e.public_part.len == 3);
	/* answers that are no CBOR of ours */
	assert_err(decode_body(8, "\x00" "\x42\x18\x01", 4, &e, &used), ERR_FORMAT);
	assert_true(used > 0 && e.answers.len == 2);
	/* with nothing behind it, the public part is all the rest */
	assert_err(decode_body(0, "\x1c\xff\xff", 3, &e, &used), ERR_FORMAT);
	assert_true(used > 0 && e.public_part.len == 3);
}

static void what_cannot_be_told_apart_is_refused(void **state)
{
	char deep[400];
	struct event e;
	size_t used;

	(void)state;
	memset(deep, '\x81', sizeof deep);
	deep[sizeof deep - 1] = 0;
	assert_err(decode_body(8, deep, sizeof deep, &e, &used), ERR_FORMAT);
	assert_int_equal(used, 0);
	assert_err(decode_body(8, "\x1c\x41\x01", 3, &e, &used), ERR_FORMAT);
	assert_int_equal(used, 0);
	assert_err(decode_body(0, "\x00\x00", 2, &e, &used), ERR_FORMAT);         /* left over */
	assert_int_equal(used, 0);
	assert_err(decode_body(2, "\x00", 1, &e, &used), ERR_FORMAT);             /* gone without having been */
	assert_err(decode_body(16, "\x00", 1, &e, &used), ERR_VERSION);           /* a flag of no meaning yet */
	assert_err(decode_body(1, "\x00" "0123456789abcde", 16, &e, &used), ERR_FORMAT);      /* a salt cut short */
	assert_int_equal(used, 0);
}

static void an_event_is_at_most_64_KiB(void **state)
{
	struct event_base base = { 0 };
	struct event e = { .kind = EVENT_SUBMIT, .flags = EVENT_HAS_ANSWERS, .lamport = 1 }, out;
	struct buf answers = { 0 }, b = { 0 };
	uint8_t *text = calloc(1, EVENT_BYTES_MAX);
	size_t used;

	(void)state;
	e.public_part = (struct event_part){ (const uint8_t *)"\x80", 1 };
	for (size_t n = EVENT_BYTES_MAX - 14 - 1; n <= EVENT_BYTES_MAX - 14 + 1; n++) {
		/* flags 1, head 6, public 1, answers: heads 3 and 3 */
		buf_reset(&answers);
		buf_reset(&b);
		cbor_put_bytes(&answers, text, n);
		e.answers = (struct event_part){ (const uint8_t *)answers.data, answers.len };
		base = (struct event_base){ 0 };
		assert_err(event_encode(&e, &base, &b), n <= EVENT_BYTES_MAX - 14 ? ERR_OK : ERR_LIMIT);
	}
	buf_reset(&b);
	buf_varint(&b, EVENT_BYTES_MAX + 1);
	buf_put(&b, text, 100);
	assert_err(event_decode(b.data, b.len, &base, &out, &used), ERR_LIMIT);
	free(text);
	buf_clear(&answers);
	buf_clear(&b);
}

static void values_that_overflow_are_refused(void **state)
{
	struct event_base base = { .lamport = UINT64_MAX - 1, .wall = INT64_MAX, .boot = 0, .uptime = INT64_MIN };
	static const uint8_t lamport[] = "\x08\x00\x85\x03\x02\x00\x00\x00\x80", wall[] = "\x08\x00\x85\x03\x00\x01\x00\x00\x80",
		boot[] = "\x08\x00\x85\x03\x00\x00\x20\x00\x80", uptime[] = "\x08\x00\x85\x03\x00\x00\x00\x20\x80", good[] = "\x08\x00\x85\x03\x01\x20\x01\x02\x80";
	struct event_base from = base;
	struct event e;
	size_t used;

	(void)state;
	assert_err(event_decode(lamport, 9, &from, &e, &used), ERR_FORMAT);
	assert_err(event_decode(wall, 9, &from, &e, &used), ERR_FORMAT);
	assert_err(event_decode(boot, 9, &from, &e, &used), ERR_FORMAT);
	assert_err(event_decode(uptime, 9, &from, &e, &used), ERR_FORMAT);
	assert_memory_equal(&from, &base, sizeof base);
	assert_ok(event_decode(good, 9, &from, &e, &used));
	assert_true(e.lamport == UINT64_MAX && e.wall == INT64_MAX - 1 && e.boot == 1 && e.uptime == INT64_MIN + 1);
}

static void scopes_are_read_as_they_are_written(void **state)
{
	static const char *const good[] = { "all", "990101100201", "000102030405060708090a0b0c0d0e0f" };
	static const char *const bad[] = { "", "ALL", "99010110020", "99010110020x", "9901011002011", "000102030405060708090a0b0c0d0e0g" };
	char text[68];
	struct event_scope s, again;
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct wire w;

		assert_ok(event_scope_parse(good[i], &s));
		event_scope_text(&s, text);
		assert_string_equal(text, good[i]);
		buf_reset(&b);
		event_scope_put(&s, &b);
		w = wire_init(buf_str(&b), b.len);
		again = event_scope_get(&w);
		assert_ok(wire_end(&w));
		assert_true(event_scope_same(&s, &again));
	}
	for (int i = 0; i < 6; i++)
		assert_err(event_scope_parse(bad[i], &s), ERR_FORMAT);
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_golden_events_are_written_byte_for_byte),
		cmocka_unit_test(the_golden_events_are_read_and_hashed),
		cmocka_unit_test(a_log_and_its_head_are_named_as_the_format_says),
		cmocka_unit_test(an_event_cut_anywhere_is_refused),
		cmocka_unit_test(any_changed_byte_changes_the_hash_or_is_refused),
		cmocka_unit_test(malformed_content_that_can_be_told_apart_is_kept_opaque),
		cmocka_unit_test(what_cannot_be_told_apart_is_refused),
		cmocka_unit_test(an_event_is_at_most_64_KiB),
		cmocka_unit_test(values_that_overflow_are_refused),
		cmocka_unit_test(scopes_are_read_as_they_are_written),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload) != 0;
}
