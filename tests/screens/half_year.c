#include "config.h"
#include "tests/screens/half_year.h"

#include "forms/base/clock.h"
#include "forms/fill/fill.h"
#include "forms/pack/pack.h"
#include "sync/ledger/rows/listing.h"
#include "sync/ledger/submit/submit.h"
#include "tests/tap.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ITEMS = 30, HAZARD_EVERY = 10, TRAINING_EVERY = 10, HAZARDS = HALF_YEAR_DAYS * HALF_YEAR_WALKS / HAZARD_EVERY, MANY_PLACES = 128, FIX_AFTER_DAYS = 3 };

static struct app *app;
static struct half_year *lived;
static struct { struct row_id id; char walk[32]; } places[MANY_PLACES];
static uint32_t place_count;
static struct { struct row_id id; int day; } hazards[HAZARDS];
static struct row_id team;
static uint32_t seed = 1;

static uint32_t below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return (seed >> 8) % n;
}

void half_year_at(int day, int minute)
{
	int64_t start;

	assert_true(clock_parse_time("2026-05-21T08:00", 480, &start));
	clock_set(start + (int64_t)day * 86400000 + (int64_t)minute * 60000);
}

/* --- one record, saved as the screens save it --- */

static bool tell(void *user, fill_node n, enum fill_fault what, const char *message)
{
	struct buf path = { 0 };

	(void)what;
	fill_path(user, n, &path);
	print_message("# %s: %s\n", buf_str(&path), message);
	buf_clear(&path);
	return true;
}

static void put(struct fill *f, fill_node in, const char *name, const char *value)
{
	fill_node n = in == FILL_NO_NODE ? fill_find(f, name) : fill_child(f, in, name);

	assert_true(n != FILL_NO_NODE);
	assert_ok(fill_put(f, n, value));
}

typedef void answers(struct fill *f, void *user);

static struct row_id save(const char *id, const struct row_id *subject, answers *answer, void *user)
{
	struct submit what = { .form = id, .subject = subject, .started = clock_wall() };
	struct row_id made = { .index = 0 };
	struct submit_host *host = NULL;
	const struct form *form;
	uint32_t f = pack_find_form(app->pack, id);

	assert_true(f != PACK_NONE);
	assert_ok(submit_host_open(app->profile, id, subject, &host));
	assert_ok(pack_form_read(&app->pack->forms[f], &form));
	assert_ok(fill_open(form, submit_host_fill(host), &what.fill));
	answer(what.fill, user);
	assert_ok(fill_finish(what.fill));
	assert_ok(fill_check(what.fill, tell, what.fill));
	assert_ok(submit_record(app->profile, &what, made.ref));
	fill_close(what.fill);
	submit_host_close(host);
	return made;
}

/* --- days --- */

static const char *const where[] = { "一层", "后厨", "库房", "楼梯间", "东侧", "配电间", "走廊尽头", "门口" };
static const char *const what[] = { "灭火器", "应急灯", "配电箱", "插线板", "安全出口", "燃气软管", "报警器", "电动车", "消火栓" };
static const char *const wrong[] = { "压力不足", "被杂物堵住", "不亮", "线路老化", "过期未检", "门锁着", "私拉电线", "没有登记" };

static void put_words(struct fill *f, fill_node in, const char *name)
{
	char words[128];

	snprintf(words, sizeof words, "%s%s%s", where[below(8)], what[below(9)], wrong[below(8)]);
	put(f, in, name, words);
}

static void note(struct fill *f, const char *item)
{
	fill_node one;

	assert_ok(fill_add_instance(f, fill_find(f, "xc_note"), &one));
	put(f, one, "item", item);
	put_words(f, one, "words");
}

static void raise_hazard(struct fill *f, const char *item)
{
	char due[16];
	fill_node one;

	assert_ok(fill_add_instance(f, fill_find(f, "xc_hazard"), &one));
	put(f, one, "item", item);
	put_words(f, one, "desc");
	put(f, one, "informed", "yes");
	put(f, one, "owner", "林福源");
	put(f, one, "phone", "10000000012");
	put(f, one, "due", clock_format_date(app_day(app) + 3, due));
}

/* Whether this walk is to find something, and whether it has. */
struct visit { bool finds, found; };

static void walk(struct fill *f, void *user)
{
	struct visit *v = user;
	uint32_t items = 0;

	for (fill_node n = fill_first(f); n != FILL_NO_NODE && items < ITEMS; n = fill_next(f, n)) {
		const struct form_question *q = fill_question(f, n);
		bool fails;

		if (q->type != FORM_SELECT_ONE || strlen(q->name) != 5 || q->name[2] != '-')
			continue;
		fails = v->finds && !v->found && q->xc[FORM_XC_LEVEL] && !strcmp(q->xc[FORM_XC_LEVEL], "G");
		v->found |= fails;
		assert_ok(fill_put(f, n, fails ? "fail" : below(12) ? "pass" : "na"));
		if (fails)
			raise_hazard(f, q->name);
		else if (!below(10))
			note(f, q->name);
		items++;
	}
}

static void one_walk(int day, int number)
{
	uint32_t p = (uint32_t)(day * HALF_YEAR_WALKS + number) % place_count;
	struct visit v = { .finds = lived->walks % HAZARD_EVERY == 0 };
	struct row_id made;
	clock_t start;

	half_year_at(day, 30 * number);
	start = clock();
	made = save(places[p].walk, &places[p].id, walk, &v);
	lived->took[lived->walks++] = (double)(clock() - start) * 1e3 / CLOCKS_PER_SEC;
	if (v.found) {
		hazards[lived->hazards].id = made;
		hazards[lived->hazards].id.index = 1;
		hazards[lived->hazards++].day = day;
	}
}

static void fixed(struct fill *f, void *user)
{
	(void)user;
	put(f, FILL_NO_NODE, "fix_desc", "已清走");
}

static void training(struct fill *f, void *user)
{
	(void)user;
	put(f, FILL_NO_NODE, "where", "村委会");
	put(f, FILL_NO_NODE, "subjects", "hydrant first_aid");
	put(f, FILL_NO_NODE, "roll", "12");
	put(f, FILL_NO_NODE, "present_n", "11");
	put(f, FILL_NO_NODE, "absent_why", "一人请假");
	put(f, FILL_NO_NODE, "signed", "yes");
}

static void one_day(int day)
{
	for (int i = 0; i < HALF_YEAR_WALKS; i++)
		one_walk(day, i);
	half_year_at(day, 30 * HALF_YEAR_WALKS);
	for (uint32_t i = 0; i < lived->hazards; i++)
		if (hazards[i].day == day - FIX_AFTER_DAYS)
			save("hazard_report_fixed", &hazards[i].id, fixed, NULL);
	if (day % TRAINING_EVERY == 0) {
		save("training_new", &team, training, NULL);
		lived->trainings++;
	}
}

/* The first place of the register, and so on; those whose kind has a walk. */
static void learn_places(void)
{
	struct listing *l = NULL;

	assert_ok(listing_open(app->profile, &(struct listing_query){ .reg = "places" }, &l));
	for (uint32_t i = 0; i < listing_count(l) && place_count < MANY_PLACES; i++) {
		struct row row = { .id = { .index = 0 } };
		struct buf b = { 0 };
		uint32_t k;

		assert_ok(listing_row(l, i, &row));
		words_stored(app, &row, "kind", &b);
		k = pack_find_kind(app->pack, buf_str(&b));
		if (k != PACK_NONE && app->pack->kinds[k].walk) {
			places[place_count].id = row.id;
			snprintf(places[place_count++].walk, sizeof places->walk, "%s", app->pack->kinds[k].walk);
		}
		buf_clear(&b);
		row_clear(&row);
	}
	listing_close(l);
	assert_true(place_count >= HALF_YEAR_WALKS);
}

static void learn_team(void)
{
	struct listing *l = NULL;
	struct row row = { .id = { .index = 0 } };

	assert_ok(listing_open(app->profile, &(struct listing_query){ .reg = "teams" }, &l));
	assert_ok(listing_row(l, 0, &row));
	team = row.id;
	row_clear(&row);
	listing_close(l);
}

void half_year_live(struct app *a, struct half_year *out)
{
	app = a;
	lived = out;
	*out = (struct half_year){ .walks = 0 };
	learn_places();
	learn_team();
	for (int day = 0; day < HALF_YEAR_DAYS; day++)
		one_day(day);
}
