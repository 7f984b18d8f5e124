/* One row that thousands of events write to, records of thousands of packs that nobody has: an insider may sign as many as fit into a bundle,
 * and the office must be done with it in its second for each MiB, and go on. */
#include "config.h"
#include "tests/ledger/hostile.h"

#include "sync/exchange/inbox/newer.h"
#include "sync/ledger/fold/said.h"
#include "sync/ledger/log/payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVENTS = 60, CROWD = 8000, MANY = 160, AGAIN = 12000, ADOPTIONS = 200, PACKS = 66000, AT_ONCE = 11000, WIDE = 2000 };

static int begin(void **state)
{
	(void)state;
	hostile_begin(EVENTS);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hostile_end();
	return 0;
}

static struct payload head_of(const char *form)
{
	const struct pack *pack = township_pack();
	struct payload p = { .form = pack_find_form(pack, form), .number = 7000 };

	assert_true(p.form != PACK_NONE);
	snprintf(p.version, sizeof p.version, "%s/%s", pack->id, pack->version);
	return p;
}

static uint32_t step_of(const char *id)
{
	return pack_find_step(township_pack(), pack_find_register(township_pack(), "hazards"), id);
}

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

static void put(struct chain *c, const struct payload *head, const struct payload_row *rows, uint32_t count)
{
	struct buf b = { 0 };

	payload_put_submit(&b, head, rows, count);
	chain_add(c, EVENT_SUBMIT, &b, noise());
	buf_clear(&b);
}

static void deliver(struct chain *c, uint32_t count)
{
	struct inbox_file told;

	if (hostile_deliver(c, &told) != INBOX_MERGED)
		fail_msg("%s", told.reason);
	assert_int_equal(told.added, count);
	chain_clear(c);
}

/* The hazard that event 1 raises, written to by all later ones; each names the `deps` before it. */
static void crowd(const char *form, const char *step, uint32_t deps)
{
	struct payload raise = head_of("hazard_new"), head = head_of(form);
	struct chain c = hostile_log();

	for (uint32_t i = 0; i < CROWD; i++) {
		struct payload_row row = { .instance = PAYLOAD_NO_INSTANCE, .fresh = i == 0, .row.event.distance = i };

		for (; row.dep_count < deps && row.dep_count < i; row.dep_count++)
			row.deps[row.dep_count].distance = row.dep_count + 1;
		if (step)
			row.steps[row.step_count++] = step_of(i ? step : "register");
		put(&c, i ? &head : &raise, &row, 1);
	}
	deliver(&c, CROWD);
}

static void a_row_that_thousands_write_to_is_judged_in_time(void **state)
{
	(void)state;
	crowd("hazard_notify", NULL, LIMIT_DEPS);
}

static void a_row_that_thousands_write_to_unseen_is_judged_in_time(void **state)
{
	(void)state;
	crowd("hazard_notify", NULL, 0);
}

static void a_row_that_takes_thousands_of_steps_is_judged_in_time(void **state)
{
	(void)state;
	crowd("hazard_notify", "notify", LIMIT_DEPS);
}

/* Every row of the first event is written to by all later ones, up to `events`; each names the `deps` before it. */
static void crowds(uint32_t events, uint32_t deps)
{
	static struct payload_row rows[LIMIT_ROWS];
	struct payload raise = head_of("hazard_new"), head = head_of("hazard_notify");
	struct chain c = hostile_log();

	for (uint32_t i = 0; i < events; i++) {
		for (uint32_t k = 0; k < LIMIT_ROWS; k++) {
			struct payload_row *row = &rows[k];

			*row = (struct payload_row){ .instance = PAYLOAD_NO_INSTANCE, .fresh = i == 0, .row = { .event.distance = i, .index = (uint8_t)k } };
			for (; row->dep_count < deps && row->dep_count < i; row->dep_count++)
				row->deps[row->dep_count].distance = row->dep_count + 1;
		}
		put(&c, i ? &head : &raise, rows, LIMIT_ROWS);
	}
	deliver(&c, events);
}

static void events_that_each_write_to_hundreds_of_rows_are_merged_in_time(void **state)
{
	(void)state;
	crowds(MANY, 4);
}

static void events_that_each_make_hundreds_of_rows_are_merged_in_time(void **state)
{
	static struct payload_row rows[LIMIT_ROWS];
	struct payload raise = head_of("hazard_new");
	struct chain c = hostile_log();

	(void)state;
	for (uint32_t k = 0; k < LIMIT_ROWS; k++)
		rows[k] = (struct payload_row){ .instance = PAYLOAD_NO_INSTANCE, .fresh = true };
	for (uint32_t i = 0; i < MANY; i++)
		put(&c, &raise, rows, LIMIT_ROWS);
	deliver(&c, MANY);
}

/* --- in pieces --- */

struct piece { const struct chain *c; struct chain from; uint64_t count; };

static enum err import_piece(struct log_batch *b, void *user)
{
	const struct piece *p = user;
	struct log_segment s = { .id = p->c->id, .first = p->from.seq + 1, .count = (uint32_t)p->count, .base = p->from.base };
	struct log_step *steps = calloc(s.count, sizeof *steps);
	struct log_result result;
	enum err e;

	assert_non_null(steps);
	memcpy(s.previous, p->from.hash, EVENT_HASH);
	memcpy(s.signature, p->c->signature, EVENT_SIGNATURE);
	s.events = (const uint8_t *)p->c->wire.data + p->from.wire.len;
	s.len = p->c->wire.len - p->from.wire.len;
	if (!(e = log_segment_read(&s, steps)))
		e = log_import(b, &s, steps, &result);
	free(steps);
	return e;
}

/* What the chain has grown by since `from`, as a piece of its own. */
static void take_piece(const struct chain *c, const struct chain *from)
{
	struct piece p = { c, *from, c->seq - from->seq };

	assert_ok(log_write(summer_town.office, import_piece, &p));
}

static struct chain twin_of(const struct chain *c)
{
	struct chain twin = *c;

	twin.wire = (struct buf){ 0 };
	buf_put(&twin.wire, c->wire.data, c->wire.len);
	return twin;
}

/* --- what is said of many rows --- */

/* A log that begins with a record of hundreds of rows. */
static struct chain log_of_many_rows(void)
{
	static struct payload_row rows[LIMIT_ROWS];
	struct payload raise = head_of("hazard_new");
	struct chain c = hostile_log();

	for (uint32_t k = 0; k < LIMIT_ROWS; k++)
		rows[k] = (struct payload_row){ .instance = PAYLOAD_NO_INSTANCE, .fresh = true };
	put(&c, &raise, rows, LIMIT_ROWS);
	return c;
}

static void a_record_of_hundreds_of_rows_that_is_withdrawn_again_and_again_is_merged_in_time(void **state)
{
	struct chain c = log_of_many_rows();
	struct row_id first = { .index = 0 };
	struct buf b = { 0 };
	struct row r;

	(void)state;
	memcpy(first.ref, c.hash, EVENT_REF);
	for (uint32_t i = 1; i < AGAIN; i++) {
		buf_reset(&b);
		payload_put_retract(&b, &(struct payload_link){ .distance = i }, "no");
		chain_add(&c, EVENT_RETRACT, &b, i % 8 ? NULL : noise());
	}
	buf_clear(&b);
	deliver(&c, AGAIN);
	assert_ok(row_read(summer_town.office, &first, &r));
	assert_true(r.flags & ROW_RETRACTED);
	assert_int_equal(r.event_count, 1 + SAID_MOST);
	row_clear(&r);
}

static void withdraw(struct chain *c, uint32_t from, uint32_t to, uint8_t last[EVENT_REF])
{
	struct buf b = { 0 };

	for (uint32_t i = from; i <= to; i++) {
		buf_reset(&b);
		payload_put_retract(&b, &(struct payload_link){ .distance = i }, "no");
		chain_add(c, EVENT_RETRACT, &b, NULL);
		if (i == SAID_MOST)
			memcpy(last, c->hash, EVENT_REF);
	}
	buf_clear(&b);
}

static void assert_first_ones_stand(const struct row_id *id, const uint8_t last[EVENT_REF])
{
	struct row r;

	assert_ok(row_read(summer_town.office, id, &r));
	assert_int_equal(r.event_count, 1 + SAID_MOST);
	assert_memory_equal(r.events[SAID_MOST].ref, last, EVENT_REF);
	assert_true(r.flags & ROW_RETRACTED);
	row_clear(&r);
}

/* Those that come first may be the last ones of all: they make way. */
static void of_many_withdrawals_the_same_ones_stand_in_whatever_order_they_come(void **state)
{
	struct chain record = log_of_many_rows(), start = { .id = record.id }, half, whole;
	struct row_id id = { .index = 7 };
	uint8_t last[EVENT_REF];

	(void)state;
	memcpy(id.ref, record.hash, EVENT_REF);
	half = twin_of(&record);
	withdraw(&half, 1, SAID_MOST + 4, last);
	whole = twin_of(&half);
	withdraw(&whole, SAID_MOST + 5, 3 * SAID_MOST, last);
	event_hash_log(&start.id, start.hash);
	take_piece(&record, &start);
	take_piece(&whole, &half);
	take_piece(&half, &record);
	assert_first_ones_stand(&id, last);
	assert_ok(profile_rebuild(summer_town.office));
	assert_first_ones_stand(&id, last);
	chain_clear(&record);
	chain_clear(&half);
	chain_clear(&whole);
}

static double take_timed(const struct chain *c, const struct chain *from)
{
	clock_t began = clock();

	take_piece(c, from);
	return (double)(clock() - began) / CLOCKS_PER_SEC;
}

/* What the chain holds is not needed any more; it goes on where it stands. */
static struct chain go_on(struct chain *c)
{
	buf_reset(&c->wire);
	return (struct chain){ .id = c->id, .seq = c->seq, .base = c->base, .wire = c->wire };
}

/* Each of a few bytes, and of more records than can be kept open at once. */
static void many_records_of_hundreds_of_rows_are_withdrawn_within_a_few_times_of_making_them(void **state)
{
	static struct payload_row rows[LIMIT_ROWS];
	struct payload raise = head_of("hazard_new");
	struct chain c = hostile_log(), from;
	struct buf b = { 0 };
	double made = 0, withdrawn;

	(void)state;
	for (uint32_t k = 0; k < LIMIT_ROWS; k++)
		rows[k] = (struct payload_row){ .instance = PAYLOAD_NO_INSTANCE, .fresh = true };
	for (uint32_t i = 0; i < WIDE; i += WIDE / 8) {
		from = go_on(&c);
		memcpy(from.hash, c.hash, EVENT_HASH);
		for (uint32_t k = 0; k < WIDE / 8; k++)
			put(&c, &raise, rows, LIMIT_ROWS);
		made += take_timed(&c, &from);
	}
	from = go_on(&c);
	memcpy(from.hash, c.hash, EVENT_HASH);
	payload_put_retract(&b, &(struct payload_link){ .distance = WIDE }, "no");
	for (uint32_t i = 0; i < WIDE; i++)
		chain_add(&c, EVENT_RETRACT, &b, NULL);
	withdrawn = take_timed(&c, &from);
	print_message("# %d records made in %.2f s, withdrawn in %.2f s\n", WIDE, made, withdrawn);
	assert_true(withdrawn < 5 * made);
	buf_clear(&b);
	chain_clear(&c);
}

/* Adoptions by somebody who may not adopt. */
static void a_record_of_hundreds_of_rows_that_is_adopted_again_and_again_is_merged_in_time(void **state)
{
	struct payload_link links[PAYLOAD_ADOPT_MAX];
	struct chain c = log_of_many_rows();
	struct buf b = { 0 };

	(void)state;
	for (uint32_t i = 1; i < ADOPTIONS; i++) {
		for (uint32_t k = 0; k < PAYLOAD_ADOPT_MAX; k++)
			links[k] = (struct payload_link){ .distance = i };
		buf_reset(&b);
		payload_put_adopt(&b, links, PAYLOAD_ADOPT_MAX);
		chain_add(&c, EVENT_ADOPT, &b, noise());
	}
	buf_clear(&b);
	deliver(&c, ADOPTIONS);
}

/* --- a log with a long life --- */

static void raise_and_notify(struct chain *c, struct row_id *row)
{
	struct payload raise = head_of("hazard_new"), notify = head_of("hazard_notify");
	struct payload_row fresh = { .instance = PAYLOAD_NO_INSTANCE, .fresh = true, .steps = { step_of("register") }, .step_count = 1 };
	struct payload_row next = { .instance = PAYLOAD_NO_INSTANCE, .row.event.distance = 1, .deps = { { .distance = 1 } }, .dep_count = 1, .steps = { step_of("notify") }, .step_count = 1 };

	put(c, &raise, &fresh, 1);
	memcpy(row->ref, c->hash, EVENT_REF);
	row->index = 0;
	put(c, &notify, &next, 1);
}

/* Hundreds of gaps that came and closed, and then a twin: each one's steps are still steps on its own row. */
static void twins_of_a_log_that_came_in_hundreds_of_pieces_keep_their_rows_apart(void **state)
{
	enum { PIECES = 140 };
	struct chain start = hostile_log(), c = start, twin, from;
	struct row_id one, other;
	struct buf payload = { 0 };

	(void)state;
	cbor_put_null(&payload);
	for (uint32_t i = 0; i < 2 * PIECES; i++) {
		chain_add(&c, 900, &payload, NULL);
		from = c;
		chain_add(&c, 900, &payload, NULL);
		take_piece(&c, &from);
		if (i % PIECES == PIECES - 1)
			take_piece(&c, &start);
	}
	buf_clear(&payload);
	twin = twin_of(&c);
	from = c;
	raise_and_notify(&c, &one);
	take_piece(&c, &from);
	from = twin;
	raise_and_notify(&twin, &other);
	take_piece(&twin, &from);
	assert_string_equal(township_value(summer_town.office, &one, "stage"), "notified");
	assert_string_equal(township_value(summer_town.office, &other, "stage"), "notified");
	chain_clear(&c);
	chain_clear(&twin);
}

static uint32_t lines, waiting;

static enum err count_line(void *user, const struct newer *n)
{
	(void)user;
	assert_int_equal(n->what, NEWER_RECORDS);
	lines++;
	waiting += n->count;
	return ERR_OK;
}

static void records_of_packs_that_nobody_has_use_up_nothing(void **state)
{
	struct payload head = head_of("hazard_new");
	struct payload_row row = { .instance = PAYLOAD_NO_INSTANCE, .fresh = true };

	(void)state;
	for (uint32_t n = 0; n < PACKS; n += AT_ONCE) {
		struct chain c = hostile_log();

		for (uint32_t i = 0; i < AT_ONCE; i++) {
			snprintf(head.version, sizeof head.version, "x/%u", n + i);
			put(&c, &head, &row, 1);
		}
		deliver(&c, AT_ONCE);
	}
	assert_ok(newer_each(summer_town.office, false, count_line, NULL));
	assert_int_equal(waiting, PACKS);
	assert_true(lines < 20);                          /* nobody reads sixty-six thousand */
}

static void it_all_folds_anew_to_the_same(void **state)
{
	(void)state;
	hostile_judge();
}

static void and_work_goes_on(void **state)
{
	struct row_id made;

	(void)state;
	assert_ok(township_submit(summer_town.office, "hazard_new", NULL, "{'desc':'还能记','level':'G','src':'patrol','address':'村口'}", &made));
	assert_string_equal(township_value(summer_town.office, &made, "desc"), "还能记");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_that_thousands_write_to_is_judged_in_time),
		cmocka_unit_test(a_row_that_thousands_write_to_unseen_is_judged_in_time),
		cmocka_unit_test(a_row_that_takes_thousands_of_steps_is_judged_in_time),
		cmocka_unit_test(events_that_each_write_to_hundreds_of_rows_are_merged_in_time),
		cmocka_unit_test(events_that_each_make_hundreds_of_rows_are_merged_in_time),
		cmocka_unit_test(a_record_of_hundreds_of_rows_that_is_withdrawn_again_and_again_is_merged_in_time),
		cmocka_unit_test(of_many_withdrawals_the_same_ones_stand_in_whatever_order_they_come),
		cmocka_unit_test(a_record_of_hundreds_of_rows_that_is_adopted_again_and_again_is_merged_in_time),
		cmocka_unit_test(twins_of_a_log_that_came_in_hundreds_of_pieces_keep_their_rows_apart),
		cmocka_unit_test(records_of_packs_that_nobody_has_use_up_nothing),
		cmocka_unit_test(it_all_folds_anew_to_the_same),
		cmocka_unit_test(and_work_goes_on),
		cmocka_unit_test(many_records_of_hundreds_of_rows_are_withdrawn_within_a_few_times_of_making_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end) != 0;
}
