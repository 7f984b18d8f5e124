#include "config.h"
#include "tests/ledger/township.h"

#include "sync/keys/authority.h"
#include "sync/ledger/conflict.h"
#include "sync/ledger/fold.h"
#include "sync/ledger/payload.h"
#include "sync/ledger/submit.h"

#include <stdio.h>
#include <stdlib.h>

/* Three hundred events of five people, with all that can go wrong in them, merged again and again in other orders. */

enum { WANTED = 300, ORDERS = 100, PIECES_MAX = 400, PEOPLE = 4 };

struct piece { struct log_segment seg; struct buf bytes; struct log_step *steps; };

static struct township town;
static struct profile *people[PEOPLE];
static struct row_id places[6], hazards[60];
static uint32_t hazard_count;
static struct piece pieces[PIECES_MAX];
static uint32_t piece_count;
static uint64_t dice_state = 88172645463325252u;

static uint32_t dice(uint32_t n)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (uint32_t)(dice_state >> 33) % n;
}

static enum err count_event(void *user, const struct log_event *e)
{
	(void)e;
	++*(uint32_t *)user;
	return ERR_OK;
}

static uint32_t event_count(struct profile *p)
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
			township_send(people[i], town.office);
		if (dice(2))
			township_send(town.office, people[i]);
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
		if (hazard_count == 60)
			return;
		snprintf(answers, sizeof answers, "{'desc':'隐患%u','level':'%s','src':'patrol','control':'%s','informed':'yes','owner':'马建国','phone':'10012345678','due':'2026-09-01'}",
		         hazard_count, levels[dice(3)], dice(2) ? "stopped" : "");
		if (!township_submit(p, "hazard_new", &places[dice(6)], answers, &hazards[hazard_count]))
			hazard_count++;
		break;
	case 1:
		something_happens(p, "{'owner':'马建国','due':'2026-08-01'}", "hazard_notify", h);
		break;
	case 2:
		something_happens(p, "{'fix_desc':'已整改'}", "hazard_report_fixed", h);
		break;
	case 3:
		something_happens(dice(2) ? p : town.office, dice(2) ? "{'chk_result':'pass'}" : "{'chk_result':'fail','chk_note':'还堵着','due':'2026-08-05'}", "hazard_recheck", h);
		break;
	case 4:
		something_happens(town.office, "{'verify':'general','level':'G','level_basis':'现场'}", "hazard_verify", h);
		break;
	case 5:
		something_happens(p, dice(2) ? "{'control':'stopped'}" : "{'control':'cordoned stopped'}", "hazard_control", h);
		break;
	case 6:
		something_happens(town.office, "{'void_reason':'重复'}", "hazard_void", h);
		break;
	case 7:
		snprintf(answers, sizeof answers, "{'name':'店%u','kind':'CA','phone':'1001111%04u'}", dice(50), dice(9999));
		something_happens(p, answers, "place_edit", &places[dice(6)]);
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
			township_send(people[i], town.office);
			township_send(town.office, people[i]);
		}
	for (uint32_t i = 0; i < hazard_count; i++)
		for (uint32_t n = 1; n <= 80 && settled < 8; n++)
			settled += submit_resolve(town.office, &hazards[i], n, 1, NULL, ref) == ERR_OK;
	for (uint32_t i = 0; i < hazard_count && i < 4; i++)
		assert_ok(submit_retract(town.office, hazards[i].ref, "测试", ref));
	/* What was recorded after a device was lost; one of it was true after all. */
	assert_ok(township_submit(people[3], "hazard_new", &places[0], "{'desc':'丢失前','level':'G','src':'patrol'}", &lost));
	profile_begin(people[3], &t);
	assert_ok(log_event_get(&t, lost.ref, &e));
	store_abort(&t);
	log = e.log;
	assert_ok(township_submit(people[3], "hazard_new", &places[0], "{'desc':'丢失后真','level':'G','src':'patrol'}", &lost));
	assert_ok(township_submit(people[3], "hazard_new", &places[0], "{'desc':'丢失后假','level':'G','src':'patrol'}", NULL));
	township_send(people[3], town.office);
	township_revoke(&town, 13, &log, e.place.seq, e.hash);
	log_event_clear(&e);
	assert_ok(submit_adopt(town.office, (const uint8_t (*)[EVENT_REF])&lost.ref, 1, ref));
	memcpy(erasure.ref, hazards[2].ref, EVENT_REF);
	assert_ok(keys_erase_encode(&order, &b));
	township_decree(&town, EVENT_ERASE, &b);
}

static int make_events(void **state)
{
	static const uint32_t roles[PEOPLE] = { PACK_GRID, PACK_GRID, PACK_VADM, PACK_GRID };
	static const char *const names[PEOPLE] = { "a", "b", "c", "d" }, *const person[PEOPLE] = { "p-a", "p-b", "p-c", "p-d" };

	(void)state;
	setenv("TMPDIR", "/dev/shm", 0);                  /* a hundred stores: not about disks */
	township_open(&town);
	for (int i = 0; i < PEOPLE; i++)
		people[i] = township_device(&town, names[i], 10 + i, person[i], names[i], roles[i], VILLAGE);
	for (int i = 0; i < 6; i++)
		assert_ok(township_submit(town.office, "place_new", NULL, "{'name':'店','kind':'CA','address':'东街'}", &places[i]));
	for (int i = 0; i < PEOPLE; i++)
		township_send(town.office, people[i]);
	for (int i = 0; i < 2000 && event_count(town.office) < WANTED - 20; i++)
		a_day();
	retract_resolve_adopt_erase();
	return 0;
}

/* --- cutting and shuffling --- */

/* Only an author has the signature of every event, and a piece ends at a signature. */
static struct profile *author_of(const struct event_log_id *id)
{
	for (int i = 0; i < PEOPLE; i++)
		if (!memcmp(people[i]->writer, id->writer, EVENT_WRITER))
			return people[i];
	return town.office;
}

static void cut(const struct event_log_id *id, uint64_t first, uint32_t count)
{
	struct piece *p = &pieces[piece_count++];
	struct store_txn t;

	assert_true(piece_count < PIECES_MAX);
	memset(p, 0, sizeof *p);
	profile_begin(author_of(id), &t);
	assert_ok(log_export(&t, id, first, NULL, count, 1 << 20, &p->bytes, &p->seg));
	store_abort(&t);
	p->seg.events = (const uint8_t *)p->bytes.data;
	p->steps = calloc(p->seg.count, sizeof *p->steps);
	assert_ok(log_segment_read(&p->seg, p->steps));
}

static enum err cut_log(void *user, const struct log_head *h)
{
	struct { struct event_log_id id[64]; uint64_t highest[64]; uint32_t count; } *all = user;

	all->id[all->count] = h->id;
	all->highest[all->count++] = h->highest;
	return ERR_OK;
}

static void cut_all(void)
{
	static struct { struct event_log_id id[64]; uint64_t highest[64]; uint32_t count; } all;
	struct store_txn t;

	all.count = 0;
	for (uint32_t i = 0; i < piece_count; i++) {
		buf_clear(&pieces[i].bytes);
		free(pieces[i].steps);
	}
	piece_count = 0;
	profile_begin(town.office, &t);
	assert_ok(log_heads(&t, cut_log, &all));
	store_abort(&t);
	for (uint32_t i = 0; i < all.count; i++)
		for (uint64_t first = 1; first <= all.highest[i]; ) {
			cut(&all.id[i], first, 1 + dice(12));
			first += pieces[piece_count - 1].seg.count;
		}
	for (uint32_t i = piece_count - 1; i; i--) {
		uint32_t k = dice(i + 1);
		struct piece swap = pieces[i];

		pieces[i] = pieces[k];
		pieces[k] = swap;
	}
}

struct batch { uint32_t first, last; };

static enum err import(struct log_batch *b, void *user)
{
	const struct batch *range = user;
	enum err e = ERR_OK;

	for (uint32_t i = range->first; !e && i < range->last; i++) {
		struct log_result r;

		e = log_import(b, &pieces[i].seg, pieces[i].steps, &r);
		if (!e && !dice(4))
			e = log_import(b, &pieces[i].seg, pieces[i].steps, &r);      /* twice changes nothing */
	}
	return e;
}

static const char *merged_digest(const char *name, bool pack_late)
{
	struct buf roots = { 0 };
	struct profile *p;
	const char *digest;
	uint32_t half = piece_count / 2;
	bool kept = !pack_late;

	assert_ok(world_open(name, true, 50, &p));
	keys_roots_put(&town.roots, 0, &roots);
	assert_ok(profile_roots_add(p, roots.data, roots.len));
	buf_clear(&roots);
	if (kept)
		township_keep_pack(p);
	for (uint32_t at = 0; at < piece_count; ) {
		struct batch range = { at, at + 1 + dice(20) };

		if (!kept && at >= half) {
			township_keep_pack(p);
			kept = true;
		}
		if (range.last > piece_count)
			range.last = piece_count;
		assert_ok(log_write(p, import, &range));
		at = range.last;
	}
	assert_int_equal(event_count(p), event_count(town.office));
	digest = township_digest(p);
	profile_close(p);
	return digest;
}

static void three_hundred_events_in_a_hundred_orders_give_one_digest(void **state)
{
	char want[80], name[32];

	(void)state;
	assert_true(event_count(town.office) >= WANTED);
	snprintf(want, sizeof want, "%s", township_digest(town.office));
	for (int i = 0; i < ORDERS; i++) {
		cut_all();
		snprintf(name, sizeof name, "m%d", i);
		assert_string_equal(merged_digest(name, i % 3 == 0), want);
	}
}

static void the_events_were_not_all_of_one_mind(void **state)
{
	uint32_t conflicts, proposals;

	(void)state;
	assert_ok(conflict_count(town.office, &conflicts, &proposals));
	assert_true(conflicts > 3);
	assert_true(proposals > 0);
}

static void a_rebuild_makes_the_same_registers(void **state)
{
	char want[80];

	(void)state;
	snprintf(want, sizeof want, "%s", township_digest(town.office));
	assert_ok(fold_rebuild(town.office->fold, 37));
	assert_string_equal(township_digest(town.office), want);
}

static int close_all(void **state)
{
	(void)state;
	piece_count = 0;
	for (int i = 0; i < PEOPLE; i++)
		profile_close(people[i]);
	township_close(&town);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_events_were_not_all_of_one_mind),
		cmocka_unit_test(a_rebuild_makes_the_same_registers),
		cmocka_unit_test(three_hundred_events_in_a_hundred_orders_give_one_digest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_events, close_all) != 0;
}
