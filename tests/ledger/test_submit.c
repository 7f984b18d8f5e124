#include "config.h"
#include "tests/ledger/township.h"

#include "sync/ledger/rows/conflict.h"
#include "sync/ledger/submit/submit.h"

#include <stdio.h>

/* The story of an exit that was locked, told on the devices of four people with the shipped pack. */

static struct township town;
static struct profile *wang, *chen, *li;
static struct row_id place;

static int open_all(void **state)
{
	(void)state;
	township_open(&town);
	wang = township_device(&town, "wang", 7, "p-wang", "07", PACK_GRID, VILLAGE);
	chen = township_device(&town, "chen", 8, "p-chen", "08", PACK_GRID, VILLAGE);
	li = township_device(&town, "li", 9, "p-li", "09", PACK_VADM, VILLAGE);
	assert_ok(township_submit(town.office, "place_new", NULL, "{'name':'老马饭店','kind':'CA','address':'东街1号'}", &place));
	township_send(town.office, wang);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	profile_close(wang);
	profile_close(chen);
	profile_close(li);
	township_close(&town);
	return 0;
}

static void everybody_meets(void)
{
	struct profile *all[] = { wang, chen, li };

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 3; i++) {
			township_send(all[i], town.office);
			township_send(town.office, all[i]);
		}
}

static struct row_id raise_hazard(struct profile *p, const char *level)
{
	struct row_id id;
	char answers[512];

	snprintf(answers, sizeof answers, "{'desc':'后门锁死','level':'%s','src':'patrol','kind':'CA'}", level);
	assert_ok(township_submit(p, "hazard_new", &place, answers, &id));
	return id;
}

static void a_record_shows_what_was_filled_in(void **state)
{
	struct row_id id;
	struct row r;
	struct buf title = { 0 };

	(void)state;
	everybody_meets();
	id = raise_hazard(wang, "G");
	assert_string_equal(township_value(wang, &id, "stage"), "open");
	assert_string_equal(township_value(wang, &id, "desc"), "后门锁死");
	assert_string_equal(township_value(wang, &id, "level"), "G");
	assert_ok(row_read(wang, &id, &r));
	assert_ok(row_title(wang, &r, &title));
	assert_non_null(strstr(buf_str(&title), "老马饭店"));
	buf_clear(&title);
	row_clear(&r);
}

static void the_story_of_a_suspected_major(void **state)
{
	struct row_id id;

	(void)state;
	everybody_meets();
	id = raise_hazard(wang, "M?");
	assert_string_equal(township_value(wang, &id, "verify"), "needed");
	assert_err(township_submit(wang, "hazard_verify", &id, "{'verify':'general','level':'G','level_basis':'看过'}", NULL), ERR_DENIED);
	everybody_meets();
	assert_ok(township_submit(town.office, "hazard_verify", &id, "{'verify':'general','level':'G','level_basis':'现场核实'}", NULL));
	everybody_meets();
	assert_string_equal(township_value(wang, &id, "verify"), "general");
	assert_ok(township_submit(wang, "hazard_notify", &id, "{'owner':'马建国','phone':'10012345678','due':'2026-08-01'}", NULL));
	assert_err(township_submit(li, "hazard_recheck", &id, "{'chk_result':'pass'}", NULL), ERR_DENIED);
	assert_ok(township_submit(wang, "hazard_report_fixed", &id, "{'fix_desc':'已换推杠锁'}", NULL));
	assert_err(township_submit(wang, "hazard_recheck", &id, "{'chk_result':'pass'}", NULL), ERR_DENIED);
	everybody_meets();
	assert_string_equal(township_value(li, &id, "stage"), "fixed");
	assert_ok(township_submit(li, "hazard_recheck", &id, "{'chk_result':'pass'}", NULL));
	everybody_meets();
	assert_string_equal(township_value(town.office, &id, "stage"), "closed");
	assert_string_equal(township_digest(wang), township_digest(li));
}

static void who_fixed_it_is_refused_on_the_device_with_a_word(void **state)
{
	struct row_id id;

	(void)state;
	everybody_meets();
	id = raise_hazard(li, "G");
	assert_ok(township_submit(li, "hazard_notify", &id, "{'owner':'马建国','due':'2026-08-01'}", NULL));
	assert_ok(township_submit(li, "hazard_report_fixed", &id, "{'fix_desc':'好了'}", NULL));
	assert_err(township_submit(li, "hazard_recheck", &id, "{'chk_result':'pass'}", NULL), ERR_DENIED);
	assert_non_null(strstr(err_detail(), "自己复核"));
	assert_string_equal(township_value(li, &id, "stage"), "fixed");
}

static void two_who_did_not_meet_are_both_kept_and_the_township_settles(void **state)
{
	const struct pack *pack;
	struct row_id id;
	uint8_t ref[EVENT_REF];
	uint32_t conflicts, proposals, before, stage;

	(void)state;
	assert_ok(conflict_count(town.office, &before, &proposals));
	id = raise_hazard(wang, "G");
	assert_ok(township_submit(wang, "hazard_notify", &id, "{'owner':'马建国','due':'2026-08-01'}", NULL));
	everybody_meets();
	assert_ok(township_submit(wang, "hazard_report_fixed", &id, "{'fix_desc':'好了'}", NULL));
	assert_ok(township_submit(chen, "hazard_notify", &id, "{'owner':'马建国','due':'2026-09-01'}", NULL));
	everybody_meets();
	assert_string_equal(township_value(li, &id, "stage"), "notified");
	assert_int_equal(township_kinds(li, &id, "stage"), 2);
	assert_ok(conflict_count(town.office, &conflicts, &proposals));
	assert_int_equal(conflicts, before + 1);
	assert_err(township_submit(li, "hazard_recheck", &id, "{'chk_result':'pass'}", NULL), ERR_DENIED);
	assert_ok(profile_pack_current(town.office, &pack));
	stage = pack->registers[pack_find_register(pack, "hazards")].fields[pack_find_field(&pack->registers[pack_find_register(pack, "hazards")], "stage")].n;
	assert_err(submit_resolve(li, &id, stage, 1, NULL, ref), ERR_DENIED);
	assert_ok(submit_resolve(town.office, &id, stage, 1, NULL, ref));
	everybody_meets();
	assert_int_equal(township_kinds(li, &id, "stage"), 1);
	assert_string_equal(township_digest(li), township_digest(wang));
}

static void a_correction_replaces_words_and_a_retraction_marks(void **state)
{
	const struct form *form;
	const struct pack *pack;
	struct submit_host *host;
	struct fill *f;
	struct row_id id;
	struct row r;
	uint8_t ref[EVENT_REF];

	(void)state;
	everybody_meets();
	id = raise_hazard(wang, "G");
	assert_ok(profile_pack_current(wang, &pack));
	assert_ok(submit_host_open(wang, "hazard_new", &place, &host));
	assert_ok(pack_form_read(&pack->forms[pack_find_form(pack, "hazard_new")], &form));
	assert_ok(fill_open(form, submit_host_fill(host), &f));
	assert_ok(submit_load(wang, id.ref, f));
	assert_string_equal(fill_value(f, fill_find(f, "desc")), "后门锁死");
	assert_ok(fill_set(f, fill_find(f, "desc"), "后门上锁"));
	assert_ok(fill_finish(f));
	assert_err(submit_amend(chen, &(struct submit_amend){ .target = id.ref, .fill = f }, ref), ERR_NOTFOUND);
	assert_ok(submit_amend(wang, &(struct submit_amend){ .target = id.ref, .fill = f, .reason = "写错了" }, ref));
	fill_close(f);
	submit_host_close(host);
	assert_string_equal(township_value(wang, &id, "desc"), "后门上锁");
	assert_int_equal(township_kinds(wang, &id, "desc"), 1);
	assert_string_equal(township_value(wang, &id, "stage"), "open");
	everybody_meets();
	assert_err(submit_retract(chen, id.ref, "不是我的", ref), ERR_DENIED);
	assert_ok(submit_retract(wang, id.ref, "报错了", ref));
	assert_ok(row_read(wang, &id, &r));
	assert_true(r.flags & ROW_RETRACTED);
	row_clear(&r);
	assert_string_equal(township_value(wang, &id, "stage"), "open");
}

static enum err submit_draft(uint64_t draft, const char *name, const struct row_id *subject, const char *question, const char *answer, uint8_t ref[EVENT_REF])
{
	struct submit what = { .form = name, .subject = subject, .seconds = 60, .village = VILLAGE, .draft = draft };
	const struct form *form;
	const struct pack *pack;
	struct submit_host *host;
	enum err e;

	assert_ok(profile_pack_current(wang, &pack));
	assert_ok(submit_host_open(wang, name, subject, &host));
	assert_ok(pack_form_read(&pack->forms[pack_find_form(pack, name)], &form));
	assert_ok(fill_open(form, submit_host_fill(host), &what.fill));
	assert_ok(fill_set(what.fill, fill_find(what.fill, question), answer));
	if (!strcmp(name, "hazard_new")) {
		assert_ok(fill_set(what.fill, fill_find(what.fill, "level"), "G"));
		assert_ok(fill_set(what.fill, fill_find(what.fill, "src"), "patrol"));
	} else {
		assert_ok(fill_set(what.fill, fill_find(what.fill, "due"), "2026-08-01"));
	}
	assert_ok(fill_finish(what.fill));
	e = submit_record(wang, &what, ref);
	fill_close(what.fill);
	submit_host_close(host);
	return e;
}

/* It was told "not kept", and was: the next try is the same record, and a change made in between is not passed over in silence. */
static void a_draft_becomes_one_record_however_often_it_is_saved(void **state)
{
	uint8_t first[EVENT_REF], again[EVENT_REF];
	struct row_id id = { .index = 0 };

	(void)state;
	assert_ok(submit_draft(771, "hazard_new", &place, "desc", "后门锁死", first));
	assert_ok(submit_draft(771, "hazard_new", &place, "desc", "后门锁死", again));
	assert_memory_equal(first, again, EVENT_REF);
	assert_err(submit_draft(771, "hazard_new", &place, "desc", "后门没锁", again), ERR_EXISTS);
	memcpy(id.ref, first, EVENT_REF);
	assert_ok(submit_draft(772, "hazard_notify", &id, "owner", "马建国", first));
	assert_ok(submit_draft(772, "hazard_notify", &id, "owner", "马建国", again));      /* no second step from where it is now */
	assert_memory_equal(first, again, EVENT_REF);
	assert_err(submit_draft(772, "hazard_notify", &id, "owner", "马建军", again), ERR_EXISTS);
	assert_string_equal(township_value(wang, &id, "stage"), "notified");
}

/* A confidential key that the township and nobody else holds. */
static void make_confidential_key(void)
{
	struct keys_identity *staff = world_identity(1, true);
	struct keys_scope_key key;
	struct event_scope village;
	struct buf b = { 0 };

	assert_ok(event_scope_parse(VILLAGE, &village));
	assert_ok(keys_scope_key_make(&village, KEYS_SCOPE_CONFIDENTIAL, 1, keys_identity_public(staff), 1, &key));
	assert_ok(keys_scope_key_encode(&key, &b));
	township_decree(&town, EVENT_SCOPEKEY, &b);
	keys_scope_key_clear(&key);
	keys_identity_free(staff);
}

static enum err amend_household(struct profile *p, const struct row_id *id)
{
	const struct form *form;
	const struct pack *pack;
	struct submit_host *host;
	struct fill *f;
	uint8_t ref[EVENT_REF];
	enum err e;

	assert_ok(profile_pack_current(p, &pack));
	assert_ok(submit_host_open(p, "household_new", NULL, &host));
	assert_ok(pack_form_read(&pack->forms[pack_find_form(pack, "household_new")], &form));
	assert_ok(fill_open(form, submit_host_fill(host), &f));
	assert_ok(submit_load(p, id->ref, f));
	assert_ok(fill_set(f, fill_find(f, "people"), "3"));
	assert_ok(fill_finish(f));
	e = submit_amend(p, &(struct submit_amend){ .target = id->ref, .fill = f }, ref);
	fill_close(f);
	submit_host_close(host);
	return e;
}

static void what_its_corrector_cannot_read_is_not_lost_by_a_correction(void **state)
{
	struct row_id id;

	(void)state;
	make_confidential_key();
	everybody_meets();
	assert_ok(township_submit(wang, "household_new", NULL,
		"{'code':'石桥9号','head':'甲','people':'1','danger':'flood','vulnerable_note':'坐轮椅'}", &id));
	assert_err(amend_household(wang, &id), ERR_DENIED);
	assert_string_equal(township_value(wang, &id, "people"), "1");
	everybody_meets();
	assert_ok(amend_household(town.office, &id));
	assert_string_equal(township_value(town.office, &id, "people"), "3");
	assert_string_equal(township_value(town.office, &id, "vulnerable_note"), "坐轮椅");
}

static void events_after_a_loss_do_not_count_until_adopted(void **state)
{
	struct row_id id, found;
	struct event_log_id log;
	struct log_event e = { 0 };
	struct store_txn t;
	struct row r;
	uint8_t ref[EVENT_REF];

	(void)state;
	everybody_meets();
	id = raise_hazard(chen, "G");
	profile_begin(chen, &t);
	assert_ok(log_event_get(&t, id.ref, &e));
	store_abort(&t);
	log = e.log;
	assert_ok(township_submit(chen, "hazard_notify", &id, "{'owner':'马建国','due':'2026-08-01'}", NULL));
	found = raise_hazard(chen, "G");
	township_send(chen, town.office);
	assert_string_equal(township_value(town.office, &id, "stage"), "notified");
	township_revoke(&town, 8, &log, e.place.seq, e.hash);
	log_event_clear(&e);
	assert_string_equal(township_value(town.office, &id, "stage"), "open");
	assert_ok(row_read(town.office, &found, &r));
	assert_true(r.flags & ROW_EMPTY);
	row_clear(&r);
	assert_err(submit_adopt(li, (const uint8_t (*)[EVENT_REF])&found.ref, 1, ref), ERR_DENIED);
	assert_ok(submit_adopt(town.office, (const uint8_t (*)[EVENT_REF])&found.ref, 1, ref));
	assert_string_equal(township_value(town.office, &found, "stage"), "open");
	assert_string_equal(township_value(town.office, &id, "stage"), "open");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_shows_what_was_filled_in),
		cmocka_unit_test(the_story_of_a_suspected_major),
		cmocka_unit_test(who_fixed_it_is_refused_on_the_device_with_a_word),
		cmocka_unit_test(two_who_did_not_meet_are_both_kept_and_the_township_settles),
		cmocka_unit_test(a_correction_replaces_words_and_a_retraction_marks),
		cmocka_unit_test(a_draft_becomes_one_record_however_often_it_is_saved),
		cmocka_unit_test(what_its_corrector_cannot_read_is_not_lost_by_a_correction),
		cmocka_unit_test(events_after_a_loss_do_not_count_until_adopted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_all, close_all) != 0;
}
