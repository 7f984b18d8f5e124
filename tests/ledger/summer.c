#include "config.h"
#include "tests/ledger/summer.h"

#include "sync/keys/authority.h"
#include "sync/ledger/log/payload.h"
#include "sync/ledger/submit/submit.h"
#include "tests/dice.h"

#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 4, PLACES = 12, HAZARDS = 200 };

struct township summer_town;
static struct profile *people[PEOPLE];
static struct row_id places[PLACES], hazards[HAZARDS];
static uint32_t hazard_count;
static uint64_t dice_state = DICE_START;

static uint32_t dice(uint32_t n)
{
	return dice_throw(&dice_state, n);
}

static enum err count_event(void *user, const struct log_event *e)
{
	(void)e;
	++*(uint32_t *)user;
	return ERR_OK;
}

uint32_t summer_count(struct profile *p)
{
	struct store_txn t;
	uint32_t n = 0;

	profile_begin(p, &t);
	assert_ok(log_each_all(&t, count_event, &n));
	store_abort(&t);
	return n;
}

/* --- making them --- */

static void meet_some(void)
{
	for (int i = 0; i < PEOPLE; i++) {
		if (dice(2))
			township_send(people[i], summer_town.office);
		if (dice(2))
			township_send(summer_town.office, people[i]);
	}
}

static void something_happens(struct profile *p, const char *answers, const char *form, const struct row_id *row)
{
	enum err e = township_submit(p, form, row, answers, NULL);

	if (e && e != ERR_DENIED && e != ERR_NOTFOUND && e != ERR_LIMIT)
		assert_ok(e);
}

struct forged { const struct event_scope *scope; struct event e; };

static enum err append_forged(struct log_batch *b, void *user)
{
	const struct forged *f = user;
	uint8_t ref[EVENT_REF];

	return log_append(b, f->scope, &f->e, ref);
}

/* A program of somebody's own that does not judge: it just says the hazard is closed. */
static void cheat(struct profile *p, const struct row_id *hazard)
{
	const struct pack *pack = township_pack();
	uint32_t reg = pack_find_register(pack, "hazards");
	struct payload head = { .form = pack_find_form(pack, "hazard_recheck"), .number = 9000 };
	struct payload_row row = { .steps = { pack_find_step(pack, reg, "pass") }, .step_count = 1, .dep_count = 1, .instance = PAYLOAD_NO_INSTANCE };
	struct event_scope scope = event_scope_village(VILLAGE);
	struct buf b = { 0 };
	struct forged f = { .scope = &scope };

	snprintf(head.version, sizeof head.version, "%s/%s", pack->id, pack->version);
	memcpy(row.row.event.ref, hazard->ref, EVENT_REF);
	memcpy(row.deps[0].ref, hazard->ref, EVENT_REF);
	payload_put_submit(&b, &head, &row, 1);
	f.e = (struct event){ .kind = EVENT_SUBMIT, .public_part = { (const uint8_t *)b.data, b.len } };
	assert_ok(log_write(p, append_forged, &f));
	buf_clear(&b);
}

static void a_day(void)
{
	static const char *const levels[] = { "G", "G+", "M?" };
	struct profile *p = people[dice(PEOPLE)];
	struct row_id *h = hazard_count ? &hazards[dice(hazard_count)] : NULL;
	char answers[512];

	switch (h ? dice(11) : 0) {
	case 0:
		if (hazard_count == HAZARDS)
			return;
		snprintf(answers, sizeof answers, "{'desc':'隐患%u','level':'%s','src':'patrol','control':'%s','informed':'yes','owner':'马建国','phone':'10012345678','due':'2026-09-01'}",
		         hazard_count, levels[dice(3)], dice(2) ? "stopped" : "");
		if (!township_submit(p, "hazard_new", &places[dice(PLACES)], answers, &hazards[hazard_count]))
			hazard_count++;
		break;
	case 1:
		something_happens(p, "{'owner':'马建国','due':'2026-08-01'}", "hazard_notify", h);
		break;
	case 2:
		something_happens(p, "{'fix_desc':'已整改'}", "hazard_report_fixed", h);
		break;
	case 3:
		something_happens(dice(2) ? p : summer_town.office, dice(2) ? "{'chk_result':'pass'}" : "{'chk_result':'fail','chk_note':'还堵着','due':'2026-08-05'}", "hazard_recheck", h);
		break;
	case 4:
		something_happens(summer_town.office, "{'verify':'general','level':'G','level_basis':'现场'}", "hazard_verify", h);
		break;
	case 5:
		something_happens(p, dice(2) ? "{'control':'stopped'}" : "{'control':'cordoned stopped'}", "hazard_control", h);
		break;
	case 6:
		something_happens(summer_town.office, "{'void_reason':'重复'}", "hazard_void", h);
		break;
	case 7:
		/* All that he does not change is sent back as it was shown; now and then something is emptied. */
		if (dice(3))
			snprintf(answers, sizeof answers, "{'name':'店%u','kind':'CA','phone':'1001111%04u'}", dice(50), dice(9999));
		else
			snprintf(answers, sizeof answers, "{'address':'%u号','phone':'','owner':''}", dice(50));
		something_happens(p, answers, "place_edit", &places[dice(PLACES)]);
		break;
	case 8:
		if (!dice(4))
			cheat(p, h);
		break;
	default:
		meet_some();
	}
}

static void retract_resolve_adopt_erase(void)
{
	struct event_log_id log;
	struct log_event e = { 0 };
	struct keys_erasure erasure = { .level = 1 };
	struct keys_erase order = { .at = &erasure, .count = 1, .reason = "asked" };
	struct buf b = { 0 };
	struct store_txn t;
	struct row_id lost;
	uint8_t ref[EVENT_REF];
	uint32_t settled = 0;

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < PEOPLE; i++) {
			township_send(people[i], summer_town.office);
			township_send(summer_town.office, people[i]);
		}
	for (uint32_t i = 0; i < hazard_count; i++)
		for (uint32_t n = 1; n <= 80 && settled < 8; n++)
			settled += submit_resolve(summer_town.office, &hazards[i], n, 1, NULL, ref) == ERR_OK;
	for (uint32_t i = 0; i < hazard_count && i < 4; i++)
		assert_ok(submit_retract(summer_town.office, hazards[i].ref, "测试", ref));
	/* What was recorded after a device was lost; one of it was true after all. */
	assert_ok(township_submit(people[3], "hazard_new", &places[0], "{'desc':'丢失前','level':'G','src':'patrol'}", &lost));
	profile_begin(people[3], &t);
	assert_ok(log_event_get(&t, lost.ref, &e));
	store_abort(&t);
	log = e.log;
	assert_ok(township_submit(people[3], "hazard_new", &places[0], "{'desc':'丢失后真','level':'G','src':'patrol'}", &lost));
	assert_ok(township_submit(people[3], "hazard_new", &places[0], "{'desc':'丢失后假','level':'G','src':'patrol'}", NULL));
	township_send(people[3], summer_town.office);
	township_revoke(&summer_town, 13, &log, e.place.seq, e.hash);
	log_event_clear(&e);
	assert_ok(submit_adopt(summer_town.office, (const uint8_t (*)[EVENT_REF])&lost.ref, 1, ref));
	memcpy(erasure.ref, hazards[2].ref, EVENT_REF);
	assert_ok(keys_erase_encode(&order, &b));
	township_decree(&summer_town, EVENT_ERASE, &b);
}

void summer_make(uint32_t wanted)
{
	static const uint32_t roles[PEOPLE] = { PACK_GRID, PACK_GRID, PACK_VADM, PACK_GRID };
	static const char *const names[PEOPLE] = { "a", "b", "c", "d" }, *const person[PEOPLE] = { "p-a", "p-b", "p-c", "p-d" };

	setenv("TMPDIR", "/dev/shm", 0);                  /* hundreds of stores: not about disks */
	township_open(&summer_town);
	for (int i = 0; i < PEOPLE; i++)
		people[i] = township_device(&summer_town, names[i], 10 + i, person[i], names[i], roles[i], VILLAGE);
	for (int i = 0; i < PLACES; i++)
		assert_ok(township_submit(summer_town.office, "place_new", NULL, "{'name':'店','kind':'CA','address':'东街'}", &places[i]));
	for (int i = 0; i < PEOPLE; i++)
		township_send(summer_town.office, people[i]);
	while (summer_count(summer_town.office) < wanted - 20)
		for (int day = 0; day < 25; day++)
			a_day();
	retract_resolve_adopt_erase();
}

struct profile *summer_author(const struct event_log_id *id)
{
	for (int i = 0; i < PEOPLE; i++)
		if (!memcmp(people[i]->writer, id->writer, EVENT_WRITER))
			return people[i];
	return summer_town.office;
}

void summer_end(void)
{
	for (int i = 0; i < PEOPLE; i++)
		profile_close(people[i]);
	township_close(&summer_town);
}
