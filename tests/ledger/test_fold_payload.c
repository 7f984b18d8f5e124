#include "config.h"
#include "tests/tap.h"

#include "sync/ledger/log/payload.h"

#include <stdio.h>
#include <stdlib.h>

static struct payload_row row(bool fresh, uint32_t steps, uint32_t deps, uint32_t instance)
{
	struct payload_row r = { .entity = 1, .fresh = fresh, .instance = instance, .step_count = steps, .dep_count = deps };

	for (uint32_t i = 0; i < steps; i++)
		r.steps[i] = i + 3;
	for (uint32_t i = 0; i < deps; i++)
		r.deps[i].distance = i + 1;
	if (!fresh) {
		memset(r.row.event.ref, 0xab, EVENT_REF);
		r.row.index = 2;
	}
	return r;
}

/* One that keeps a field and empties another. */
static struct payload_row left(void)
{
	struct payload_row r = row(false, 0, 1, PAYLOAD_NO_INSTANCE);

	payload_fields_add(&r.kept, 40);
	payload_fields_add(&r.emptied, 9);
	return r;
}

static void submit(struct buf *b, const struct payload_row *rows, uint32_t count)
{
	struct payload head = { .form = 7, .number = 43, .started = -12, .seconds = 61 };

	strcpy(head.version, "base/2026.1");
	payload_put_submit(b, &head, rows, count);
	assert_int_equal(b->err, ERR_OK);
}

static enum err open_copy(enum event_kind kind, const void *data, size_t len, struct payload *out)
{
	void *copy = malloc(len ? len : 1);
	enum err e;

	memcpy(copy, data, len);
	e = payload_open(kind, copy, len, out);
	free(copy);
	return e;
}

static void a_submit_comes_back_as_it_went(void **state)
{
	struct payload_row rows[] = { row(true, 0, 0, PAYLOAD_NO_INSTANCE), row(true, 3, 0, 4), row(false, 1, 2, PAYLOAD_NO_INSTANCE), row(false, 0, 16, 0), row(false, 0, 0, PAYLOAD_NO_INSTANCE) };
	struct payload_row got;
	struct payload p;
	struct buf b = { 0 };

	(void)state;
	submit(&b, rows, 5);
	assert_ok(payload_open(EVENT_SUBMIT, b.data, b.len, &p));
	assert_string_equal(p.version, "base/2026.1");
	assert_int_equal(p.form, 7);
	assert_int_equal(p.number, 43);
	assert_int_equal(p.started, -12);
	assert_int_equal(p.row_count, 5);
	for (int i = 0; i < 5; i++) {
		assert_true(payload_next(&p, &got));
		assert_int_equal(got.fresh, rows[i].fresh);
		assert_int_equal(got.instance, rows[i].instance);
		assert_int_equal(got.step_count, rows[i].step_count);
		assert_int_equal(got.dep_count, rows[i].dep_count);
		assert_memory_equal(got.deps, rows[i].deps, sizeof got.deps);
		assert_memory_equal(&got.row, &rows[i].row, sizeof got.row);
	}
	assert_false(payload_next(&p, &got));
	buf_clear(&b);
}

static void what_was_kept_and_emptied_comes_back_as_it_went(void **state)
{
	struct payload_row rows[] = { row(false, 0, 1, PAYLOAD_NO_INSTANCE), row(false, 1, 1, 3), row(false, 0, 0, PAYLOAD_NO_INSTANCE) }, got;
	struct payload p;
	struct buf b = { 0 };

	(void)state;
	payload_fields_add(&rows[0].kept, 1);
	payload_fields_add(&rows[0].kept, 64);
	payload_fields_add(&rows[0].kept, 255);
	payload_fields_add(&rows[1].emptied, 130);
	payload_fields_add(&rows[2].kept, 7);
	payload_fields_add(&rows[2].emptied, 8);
	payload_fields_add(&rows[2].emptied, 256);     /* no such number */
	submit(&b, rows, 3);
	assert_ok(payload_open(EVENT_SUBMIT, b.data, b.len, &p));
	for (int i = 0; i < 3; i++) {
		assert_true(payload_next(&p, &got));
		assert_memory_equal(&got.kept, &rows[i].kept, sizeof got.kept);
		assert_memory_equal(&got.emptied, &rows[i].emptied, sizeof got.emptied);
		assert_int_equal(got.instance, rows[i].instance);
	}
	assert_true(payload_fields_has(&got.emptied, 8));
	assert_false(payload_fields_has(&got.emptied, 256));
	buf_clear(&b);
}

/* A row as bytes in a record that is sound apart from it. */
static enum err open_row(const char *hex)
{
	struct buf b = { 0 };
	struct payload p;
	enum err e;

	submit(&b, NULL, 0);
	b.data[b.len - 1] = (char)0x81;
	for (; *hex; hex += 2) {
		unsigned byte;

		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		buf_putc(&b, (char)byte);
	}
	e = open_copy(EVENT_SUBMIT, b.data, b.len, &p);
	buf_clear(&b);
	return e;
}

static void there_is_one_way_to_write_a_row(void **state)
{
	(void)state;
	assert_ok(open_row("8101"));                                     /* new */
	assert_ok(open_row("86018201008080f68107"));                     /* keeps 7 */
	assert_ok(open_row("87018201008080f6808107"));                   /* empties 7 */
	assert_err(open_row("8201f6"), ERR_FORMAT);
	assert_err(open_row("85018201008080f6"), ERR_FORMAT);            /* no instance, and nothing after it */
	assert_err(open_row("86018201008080f680"), ERR_FORMAT);          /* keeps nothing */
	assert_err(open_row("87018201008080f6810780"), ERR_FORMAT);
	assert_err(open_row("8601f68080f68107"), ERR_FORMAT);            /* a new row keeps nothing */
	assert_err(open_row("86018201008080f6820707"), ERR_FORMAT);      /* twice */
	assert_err(open_row("86018201008080f6820807"), ERR_FORMAT);      /* not ascending */
	assert_err(open_row("86018201008080f68100"), ERR_FORMAT);
	assert_err(open_row("86018201008080f681190100"), ERR_LIMIT);     /* 256 */
}

static void a_plain_visit_costs_two_bytes_a_row(void **state)
{
	struct payload_row r = row(true, 0, 0, PAYLOAD_NO_INSTANCE);
	struct buf none = { 0 }, one = { 0 };

	(void)state;
	submit(&none, &r, 0);
	submit(&one, &r, 1);
	assert_int_equal(one.len, none.len + 2);
	buf_clear(&none);
	buf_clear(&one);
}

static void every_cut_and_every_longer_part_is_refused(void **state)
{
	struct payload_row rows[] = { row(true, 2, 0, 1), row(false, 1, 3, PAYLOAD_NO_INSTANCE), left() };
	struct payload p;
	struct buf b = { 0 };

	(void)state;
	submit(&b, rows, 3);
	for (size_t n = 0; n < b.len; n++)
		assert_int_not_equal(open_copy(EVENT_SUBMIT, b.data, n, &p), ERR_OK);
	buf_putc(&b, 0);
	assert_err(open_copy(EVENT_SUBMIT, b.data, b.len, &p), ERR_FORMAT);
	buf_clear(&b);
}

/* Any changed byte is read or refused, never more than that: rows that open can be walked. */
static void any_changed_byte_is_read_or_refused(void **state)
{
	struct payload_row rows[] = { row(true, 2, 0, 1), row(false, 1, 3, PAYLOAD_NO_INSTANCE), left() }, got;
	struct buf b = { 0 };

	(void)state;
	submit(&b, rows, 3);
	for (size_t i = 0; i < b.len; i++)
		for (int v = 0; v < 256; v++) {
			char was = b.data[i];
			struct payload p;
			uint32_t n = 0;

			b.data[i] = (char)v;
			if (!payload_open(EVENT_SUBMIT, b.data, b.len, &p)) {
				while (payload_next(&p, &got))
					n++;
				assert_int_equal(n, p.row_count);
			}
			b.data[i] = was;
		}
	buf_clear(&b);
}

static void limits_hold_at_their_edge(void **state)
{
	struct payload_row *rows = calloc(LIMIT_ROWS + 1, sizeof *rows);
	struct payload p;
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i <= LIMIT_ROWS; i++)
		rows[i] = row(true, 0, 0, PAYLOAD_NO_INSTANCE);
	submit(&b, rows, LIMIT_ROWS);
	assert_ok(payload_open(EVENT_SUBMIT, b.data, b.len, &p));
	buf_reset(&b);
	submit(&b, rows, LIMIT_ROWS + 1);
	assert_err(payload_open(EVENT_SUBMIT, b.data, b.len, &p), ERR_LIMIT);
	free(rows);
	for (uint32_t n = LIMIT_DEPS - 1; n <= LIMIT_DEPS + 1; n++) {
		struct buf deps = { 0 };
		size_t had;

		buf_reset(&b);                            /* the array of links is the one part that differs */
		submit(&b, &(struct payload_row){ .entity = 1, .row.index = 2, .row.event.ref = { 0xab }, .instance = PAYLOAD_NO_INSTANCE, .dep_count = 1, .deps[0].distance = 1 }, 1);
		assert_int_equal(b.data[b.len - 2], (char)0x81);
		had = b.len - 2;
		buf_put(&deps, b.data, had);
		cbor_put_array(&deps, n);
		for (uint32_t i = 0; i < n; i++)
			cbor_put_unsigned(&deps, i + 1);
		assert_err(open_copy(EVENT_SUBMIT, deps.data, deps.len, &p), n <= LIMIT_DEPS ? ERR_OK : ERR_LIMIT);
		buf_clear(&deps);
	}
	buf_clear(&b);
	cbor_put_array(&b, 2);
	cbor_put_unsigned(&b, 1);
	for (int n = PAYLOAD_REASON_MAX; n <= PAYLOAD_REASON_MAX + 1; n++) {
		char reason[PAYLOAD_REASON_MAX + 2] = { 0 };

		memset(reason, 'x', (size_t)n);
		buf_reset(&b);
		payload_put_retract(&b, &(struct payload_link){ .distance = 1 }, reason);
		assert_int_equal(payload_open(EVENT_RETRACT, b.data, b.len, &p) == ERR_OK, n == PAYLOAD_REASON_MAX);
	}
	buf_clear(&b);
}

/* There is one way to write a row: what is empty at its end is left out. */
static void a_row_written_the_long_way_is_refused(void **state)
{
	struct payload p;
	struct buf b = { 0 };

	(void)state;
	cbor_put_array(&b, 2);
	cbor_put_unsigned(&b, 1);
	cbor_put_array(&b, 1);
	cbor_put_array(&b, 2);
	cbor_put_unsigned(&b, 0);
	cbor_put_null(&b);
	assert_err(payload_open(EVENT_AMEND, b.data, b.len, &p), ERR_FORMAT);
	buf_reset(&b);
	cbor_put_array(&b, 2);
	cbor_put_unsigned(&b, 0);                        /* distance 0 is no event */
	cbor_put_array(&b, 0);
	assert_err(payload_open(EVENT_AMEND, b.data, b.len, &p), ERR_FORMAT);
	buf_clear(&b);
}

static void a_resolve_keeps_its_value_as_it_stands(void **state)
{
	struct payload head = { .field = 29, .deps = { { .distance = 4 } }, .dep_count = 1, .value = (const uint8_t *)"\x65" "fixed", .value_len = 6 }, p;
	struct buf b = { 0 };

	(void)state;
	head.row.event.distance = 9;
	payload_put_resolve(&b, &head);
	assert_ok(payload_open(EVENT_RESOLVE, b.data, b.len, &p));
	assert_int_equal(p.field, 29);
	assert_int_equal(p.row.event.distance, 9);
	assert_int_equal(p.value_len, 6);
	assert_memory_equal(p.value, head.value, 6);
	buf_reset(&b);
	head.dep_count = 0;
	payload_put_resolve(&b, &head);
	assert_err(payload_open(EVENT_RESOLVE, b.data, b.len, &p), ERR_FORMAT);
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_submit_comes_back_as_it_went),
		cmocka_unit_test(what_was_kept_and_emptied_comes_back_as_it_went),
		cmocka_unit_test(there_is_one_way_to_write_a_row),
		cmocka_unit_test(a_plain_visit_costs_two_bytes_a_row),
		cmocka_unit_test(every_cut_and_every_longer_part_is_refused),
		cmocka_unit_test(any_changed_byte_is_read_or_refused),
		cmocka_unit_test(limits_hold_at_their_edge),
		cmocka_unit_test(a_row_written_the_long_way_is_refused),
		cmocka_unit_test(a_resolve_keeps_its_value_as_it_stands),
	};

	return TAP_RUN(tests);
}
