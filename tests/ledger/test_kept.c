#include "config.h"
#include "tests/ledger/township.h"

#include "sync/ledger/submit/submit.h"

#include <stdio.h>

/* A form opens with what the row holds: what of it is sent back unchanged is nobody's word, and what is emptied is gone. */

static struct township town;
static struct profile *wang, *li;

static int open_all(void **state)
{
	(void)state;
	township_open(&town);
	wang = township_device(&town, "wang", 7, "p-wang", "07", PACK_GRID, VILLAGE);
	li = township_device(&town, "li", 9, "p-li", "09", PACK_VADM, VILLAGE);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	profile_close(wang);
	profile_close(li);
	township_close(&town);
	return 0;
}

static void everybody_meets(void)
{
	struct profile *all[] = { wang, li };

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 2; i++) {
			township_send(all[i], town.office);
			township_send(town.office, all[i]);
		}
	assert_string_equal(township_digest(wang), township_digest(li));
	assert_string_equal(township_digest(wang), township_digest(town.office));
}

/* By Wang, known to all. */
static struct row_id make_place(void)
{
	struct row_id id;

	assert_ok(township_submit(wang, "place_new", NULL, "{'name':'老马饭店','kind':'CA','address':'东街1号','owner':'马甲','phone':'00000001','pos':'30.25 120.17'}", &id));
	everybody_meets();
	return id;
}

/* --- a form that is open for a while --- */

struct open_form { struct profile *p; const char *form; struct submit_host *host; struct fill *fill; struct row_id row; };

static void open_on(struct open_form *o, struct profile *p, const char *name, const struct row_id *row)
{
	const struct form *form;
	const struct pack *pack;

	*o = (struct open_form){ .p = p, .form = name, .row = *row };
	assert_ok(profile_pack_current(p, &pack));
	assert_ok(submit_host_open(p, name, row, &o->host));
	assert_ok(pack_form_read(&pack->forms[pack_find_form(pack, name)], &form));
	assert_ok(fill_open(form, submit_host_fill(o->host), &o->fill));
}

/* Put away as a draft and taken up again, on the row as it is by then. */
static void put_away_and_open(struct open_form *o)
{
	struct open_form again;
	struct buf draft = { 0 };
	fill_node at;

	assert_ok(fill_save(o->fill, fill_first(o->fill), &draft));
	fill_close(o->fill);
	submit_host_close(o->host);
	open_on(&again, o->p, o->form, &o->row);
	assert_ok(fill_load(again.fill, draft.data, draft.len, &at, NULL, NULL));
	buf_clear(&draft);
	*o = again;
}

static void answer(struct open_form *o, const char *question, const char *value)
{
	assert_ok(fill_set(o->fill, fill_find(o->fill, question), value));
}

static void send_off(struct open_form *o)
{
	uint8_t ref[EVENT_REF];

	assert_ok(fill_finish(o->fill));
	assert_ok(submit_record(o->p, &(struct submit){ .form = o->form, .fill = o->fill, .subject = &o->row, .village = VILLAGE }, ref));
	fill_close(o->fill);
	submit_host_close(o->host);
}

static void correct_record(struct profile *p, const char *form, const struct row_id *record, const struct row_id *row, const char *question, const char *value)
{
	struct open_form o;
	uint8_t ref[EVENT_REF];

	open_on(&o, p, form, row);
	assert_ok(submit_load(p, record->ref, o.fill));
	put_away_and_open(&o);
	answer(&o, question, value);
	assert_ok(fill_finish(o.fill));
	assert_ok(submit_amend(p, &(struct submit_amend){ .target = record->ref, .fill = o.fill, .reason = "写错了" }, ref));
	fill_close(o.fill);
	submit_host_close(o.host);
}

/* The record that made the row. */
static void correct(struct profile *p, const struct row_id *id, const char *question, const char *value)
{
	correct_record(p, "place_new", id, id, question, value);
}

/* --- what holds --- */

static void two_people_who_change_two_things_of_a_place_do_not_contradict_each_other(void **state)
{
	struct row_id id = make_place();

	(void)state;
	assert_ok(township_submit(wang, "place_edit", &id, "{'phone':'00000002'}", NULL));
	assert_ok(township_submit(li, "place_edit", &id, "{'address':'西街9号'}", NULL));
	everybody_meets();
	assert_string_equal(township_value(wang, &id, "phone"), "00000002");
	assert_string_equal(township_value(wang, &id, "address"), "西街9号");
	assert_int_equal(township_kinds(wang, &id, "phone"), 1);
	assert_int_equal(township_kinds(wang, &id, "address"), 1);
	assert_int_equal(township_kinds(wang, &id, "pos"), 1);
}

static void what_two_people_change_differently_is_kept_twice(void **state)
{
	struct row_id id = make_place();

	(void)state;
	assert_ok(township_submit(wang, "place_edit", &id, "{'phone':'00000002'}", NULL));
	assert_ok(township_submit(li, "place_edit", &id, "{'phone':'00000003'}", NULL));
	everybody_meets();
	assert_int_equal(township_kinds(wang, &id, "phone"), 2);
	/* Somebody who changes another thing settles nothing by it. */
	assert_ok(township_submit(wang, "place_edit", &id, "{'address':'西街9号'}", NULL));
	everybody_meets();
	assert_int_equal(township_kinds(li, &id, "phone"), 2);
	assert_ok(township_submit(li, "place_edit", &id, "{'phone':'00000004'}", NULL));
	everybody_meets();
	assert_int_equal(township_kinds(wang, &id, "phone"), 1);
}

static void what_is_emptied_is_empty_for_everybody(void **state)
{
	struct row_id id = make_place();

	(void)state;
	assert_ok(township_submit(wang, "place_edit", &id, "{'phone':'', 'pos':''}", NULL));
	assert_string_equal(township_value(wang, &id, "phone"), "");
	everybody_meets();
	assert_string_equal(township_value(li, &id, "phone"), "");
	assert_string_equal(township_value(li, &id, "pos"), "");
	assert_string_equal(township_value(li, &id, "owner"), "马甲");
	assert_ok(township_submit(li, "place_edit", &id, "{'phone':'00000005'}", NULL));
	everybody_meets();
	assert_string_equal(township_value(wang, &id, "phone"), "00000005");
}

static void emptying_does_not_take_away_what_another_wrote_meanwhile(void **state)
{
	struct row_id id = make_place();

	(void)state;
	assert_ok(township_submit(wang, "place_edit", &id, "{'phone':''}", NULL));
	assert_ok(township_submit(li, "place_edit", &id, "{'phone':'00000006'}", NULL));
	everybody_meets();
	assert_string_equal(township_value(wang, &id, "phone"), "00000006");
}

static void a_form_put_away_for_days_does_not_turn_back_what_came_meanwhile(void **state)
{
	struct row_id id = make_place();
	struct open_form o;

	(void)state;
	open_on(&o, wang, "place_edit", &id);
	answer(&o, "address", "南街2号");
	answer(&o, "owner", "");
	assert_ok(township_submit(li, "place_edit", &id, "{'phone':'00000007','address':'西街9号','owner':'马乙'}", NULL));
	everybody_meets();
	put_away_and_open(&o);
	send_off(&o);
	everybody_meets();
	assert_string_equal(township_value(li, &id, "phone"), "00000007");
	assert_string_equal(township_value(li, &id, "owner"), "马乙");
	assert_int_equal(township_kinds(li, &id, "address"), 2);       /* he had not seen the other */
}

static void a_correction_of_an_old_record_leaves_alone_what_changed_since(void **state)
{
	struct row_id id = make_place();

	(void)state;
	assert_ok(township_submit(li, "place_edit", &id, "{'phone':'00000008','licence':'证1'}", NULL));
	everybody_meets();
	correct(wang, &id, "address", "东街11号");
	everybody_meets();
	assert_string_equal(township_value(li, &id, "address"), "东街11号");
	assert_string_equal(township_value(li, &id, "phone"), "00000008");
	assert_string_equal(township_value(li, &id, "licence"), "证1");
	assert_int_equal(township_kinds(li, &id, "phone"), 1);
	assert_int_equal(township_kinds(li, &id, "address"), 1);
}

static void a_correction_of_another_thing_settles_no_contradiction(void **state)
{
	struct row_id id, edit;

	(void)state;
	assert_ok(township_submit(wang, "place_new", NULL, "{'name':'石桥旅社','kind':'HT','phone':'00000001'}", &id));
	everybody_meets();
	assert_ok(township_submit(wang, "place_edit", &id, "{'phone':'00000002','licence':'证1'}", &edit));
	assert_ok(township_submit(li, "place_edit", &id, "{'phone':'00000003'}", NULL));
	everybody_meets();
	assert_int_equal(township_kinds(li, &id, "phone"), 2);
	correct(wang, &id, "name", "石桥客栈");
	correct_record(wang, "place_edit", &edit, &id, "licence", "证2");      /* whose telephone is one of the two */
	everybody_meets();
	assert_string_equal(township_value(li, &id, "name"), "石桥客栈");
	assert_string_equal(township_value(li, &id, "licence"), "证2");
	assert_int_equal(township_kinds(li, &id, "licence"), 1);
	assert_int_equal(township_kinds(li, &id, "phone"), 2);
}

static void a_correction_may_empty_what_the_record_said(void **state)
{
	struct row_id id = make_place();

	(void)state;
	correct(wang, &id, "phone", "");
	everybody_meets();
	assert_string_equal(township_value(li, &id, "phone"), "");
	assert_string_equal(township_value(li, &id, "address"), "东街1号");
}

static void only_the_township_writes_what_is_the_townships(void **state)
{
	struct row_id id = make_place();
	struct row r;

	(void)state;
	assert_ok(township_submit(town.office, "place_edit", &id, "{'kind':'KT','capacity':'80'}", NULL));
	everybody_meets();
	/* It is shown to him and sent back: no proposal. */
	assert_ok(township_submit(wang, "place_edit", &id, "{'phone':'00000009'}", NULL));
	everybody_meets();
	assert_ok(row_read(town.office, &id, &r));
	assert_int_equal(r.proposal_count, 0);
	row_clear(&r);
	assert_string_equal(township_value(li, &id, "capacity"), "80");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_people_who_change_two_things_of_a_place_do_not_contradict_each_other),
		cmocka_unit_test(what_two_people_change_differently_is_kept_twice),
		cmocka_unit_test(what_is_emptied_is_empty_for_everybody),
		cmocka_unit_test(emptying_does_not_take_away_what_another_wrote_meanwhile),
		cmocka_unit_test(a_form_put_away_for_days_does_not_turn_back_what_came_meanwhile),
		cmocka_unit_test(a_correction_of_an_old_record_leaves_alone_what_changed_since),
		cmocka_unit_test(a_correction_of_another_thing_settles_no_contradiction),
		cmocka_unit_test(a_correction_may_empty_what_the_record_said),
		cmocka_unit_test(only_the_township_writes_what_is_the_townships),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_all, close_all) != 0;
}
