/* What a day brings: visits and what they find, the loop of each hazard, and the village's own records. */
#include "config.h"
#include "tests/town/year/year.h"
#include "tests/town/year/year_days.h"

#include "forms/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t year_at(const struct year *y, int hour, int minute)
{
	return (int64_t)y->today * 86400000 + ((int64_t)hour * 60 + minute) * 60000 - 8 * 3600000;
}

const char *year_date(int32_t day, char out[16])
{
	return clock_format_date(day, out);
}

/* --- visits --- */

struct visited { const struct year *y; const struct year_place *place; };

static const char *place_field(void *user, const char *name)
{
	static char text[96];
	const struct visited *v = user;

	if (!strcmp(name, "__id"))
		return year_ref_text(&v->place->ref, 0, text);
	if (!strcmp(name, "kind"))
		return v->y->pack->kinds[v->place->kind].id;
	if (!strcmp(name, "name"))
		return v->place->name;
	if (!strcmp(name, "owner") || !strcmp(name, "phone")) {
		snprintf(text, sizeof text, *name == 'o' ? "业主%u" : "100%08u", (unsigned)(v->place - v->y->place));
		return text;
	}
	return "";
}

/* An item of the walk that can fail, and its level. */
static const struct form_question *draw_item(struct year *y, const struct form *form)
{
	for (int tries = 0; tries < 400; tries++) {
		const struct form_question *q = &form->questions[year_random(y, form->question_count)];

		if (q->type != FORM_SELECT_ONE || !q->xc[FORM_XC_LEVEL] || !strcmp(q->xc[FORM_XC_LEVEL], "-") || q->xc[FORM_XC_FLAG] || strcmp(form->lists[q->list].name, "pf"))
			continue;
		if (!strcmp(q->xc[FORM_XC_LEVEL], "M?") && year_chance(y, 0.9))      /* rare in life as well */
			continue;
		if (!strncmp(q->name, "CO", 2) == (year_random(y, 3) > 0))
			return q;
	}
	return NULL;
}

/* An inspection that finds something: the hazard is told of, or put right on the spot. */
static void visit_with_hazard(struct year *y, uint32_t author, int64_t wall, struct year_place *place)
{
	static const char *const words[] = { "锁具锈死，打不开", "堆放杂物，堵了一半", "指针在红区", "线路老化，绝缘破损", "标识脱落，看不清", "没有记录，问不清楚", "缺少一处，现场没有" };
	struct visited v = { y, place };
	struct year_subject on = { .field = place_field, .user = &v, .row = &place->ref };
	const char *walk = y->pack->kinds[place->kind].walk, *level;
	const struct form *form = y->pack->forms[pack_find_form(y->pack, walk)].body->form;
	const struct form_question *item = draw_item(y, form);
	struct year_hazard *h;
	struct year_event *e;
	char json[1024], id[32], day[16];
	int32_t days;
	bool spot;

	if (!item)
		return;
	level = item->xc[FORM_XC_LEVEL];
	spot = strcmp(level, "M?") && year_chance(y, 0.65);
	days = !strcmp(level, "G") ? 7 + (int32_t)year_random(y, 9) : 1 + (int32_t)year_random(y, 5);
	h = year_hazard(y);
	h->village = place->village;
	h->worker = (int)author;
	h->spot = spot;
	h->urgent = !strcmp(level, "G+");
	h->controlled = !strcmp(level, "M?") && year_chance(y, 0.5);
	h->due = y->today + days;
	snprintf(json, sizeof json,
	         "{\"xc_place\": \"%s\", \"%s\": \"fail\", \"xc_hazard\": [{\"item\": \"%s\", \"desc\": \"%s\", %s \"informed\": \"yes\", \"owner\": \"业主%u\", \"phone\": \"100%08u\", \"due\": \"%s\"%s}]}",
	         year_ref_text(&place->ref, 0, id), item->name, item->name, words[year_random(y, 7)], strcmp(level, "M?") ? spot ? "\"spot\": \"yes\"," : "\"spot\": \"no\"," : "",
	         (unsigned)(place - y->place), (unsigned)(place - y->place), year_date(h->due, day), h->controlled ? ", \"control\": \"stopped\"" : "");
	e = year_record(y, author, wall, walk, &on, json);
	if (e->row_count < 2) {
		y->hazard_count--;
		return;
	}
	e->hazards = h - y->hazards;
	e->hazard_count = 1;
	h->index = 1;
	while (h->index < e->row_count && strcmp(y->pack->registers[y->pack->forms[e->form].entities[e->rows[h->index].entity].reg].id, "hazards"))
		h->index++;
	h->ref_count = 1;
	h->state = !strcmp(level, "M?") ? YEAR_DOUBT : spot ? YEAR_FIXED : YEAR_NOTIFIED;
	h->next = y->today + 1 + (int32_t)(h->state == YEAR_NOTIFIED ? year_random(y, (uint32_t)days + 1) : year_random(y, 3));
	if (year_chance(y, 0.04))                         /* forgotten for long */
		h->next += 20 + (int32_t)year_random(y, 60);
}

static void visits(struct year *y, uint32_t author)
{
	struct year_person *p = &y->people[author];
	uint64_t walkers = 0, wanted;

	for (uint32_t i = 1; i < y->person_count; i++)
		walkers += !y->people[i].manager;
	/* spread over the year and the workers; a day off in twelve */
	wanted = (uint64_t)y->inspections * 1000 / walkers / 365 * 12 / 11;
	if (!p->place_count || year_chance(y, 1.0 / 12))
		return;
	wanted = wanted / 1000 + year_chance(y, (double)(wanted % 1000) / 1000);
	for (uint32_t i = 0; i < wanted; i++) {
		struct year_place *place = &y->place[p->first_place + p->next_place++ % p->place_count];
		int64_t wall = year_at(y, 8, (int)(i * 540 / (wanted + 1))) + year_random(y, 600) * 1000;

		if (year_chance(y, 0.10))
			visit_with_hazard(y, author, wall, place);
		else
			year_visit(y, author, wall, place);
	}
}

/* --- the loop of a hazard --- */

struct about { const struct year_hazard *h; };

static const char *hazard_field(void *user, const char *name)
{
	static char text[32];
	const struct about *a = user;

	if (!strcmp(name, "__id"))
		return year_ref_text(&a->h->refs[0], a->h->index, text);
	if (!strcmp(name, "due"))
		return year_date(a->h->due, text);
	if (!strcmp(name, "verify"))
		return a->h->major ? "major" : "";
	return "";
}

/* One step by `author` on hazard number `at`, seeing all that was before. */
static void step(struct year *y, uint32_t at, uint32_t author, const char *form, const char *json)
{
	struct year_hazard *h = &y->hazards[at];
	struct about about = { h };
	struct year_subject on = { .field = hazard_field, .user = &about, .row = &h->refs[0], .index = h->index, .deps = h->refs, .dep_count = h->ref_count };
	struct year_event *e = year_record(y, author, year_at(y, 9 + (int)year_random(y, 8), (int)year_random(y, 60)), form, &on, json);

	e->scope = year_scope(y, h->village);
	e->hazards = at;
	e->hazard_count = 1;
	h->ref_count++;
}

static uint32_t manager_of(const struct year *y, int village)
{
	return 1 + (uint32_t)village % y->villages;
}

static void judge(struct year *y, uint32_t at)
{
	struct year_hazard *h = &y->hazards[at];
	char json[256], day[16];

	h->major = year_chance(y, 0.2);
	h->due = y->today + (h->major ? 60 : 10);
	snprintf(json, sizeof json, "{\"verify\": \"%s\", \"level\": \"%s\", \"level_basis\": \"现场核查和集体讨论\", \"due\": \"%s\"}", h->major ? "major" : "general", h->major ? "M" : "G+", year_date(h->due, day));
	step(y, at, YEAR_STAFF, "hazard_verify", json);
	h->state = h->major ? YEAR_MAJOR : YEAR_NOTIFIED;
	h->urgent = true;
	h->next = y->today + 2 + (int32_t)year_random(y, 8);
}

static void list(struct year *y, uint32_t at)
{
	struct year_hazard *h = &y->hazards[at];
	char json[256], day[16], due[16];

	snprintf(json, sizeof json, "{\"listed_by\": \"样例镇安委会\", \"listed_on\": \"%s\", \"listed_level\": \"镇级\", \"listed_due\": \"%s\", \"supervisor\": \"督办人甲\", \"plan\": \"五落实方案\"}", year_date(y->today, day), year_date(h->due, due));
	step(y, at, YEAR_STAFF, "hazard_list", json);
	h->listed = true;
	h->state = YEAR_LISTED;
	h->next = y->today + 20 + (int32_t)year_random(y, 50);
}

static void report_fixed(struct year *y, uint32_t at)
{
	struct year_hazard *h = &y->hazards[at];
	char json[256], day[16];

	snprintf(json, sizeof json, "{\"fix_at\": \"%s\", \"fix_desc\": \"已按要求整改\", \"fix_by\": \"业主\"}", year_date(y->today, day));
	step(y, at, (uint32_t)h->worker, "hazard_report_fixed", json);
	h->state = YEAR_FIXED;
	h->next = y->today + 1 + (int32_t)year_random(y, h->major ? 6 : 3);
}

/* What bars the way to closing goes first, one a day. */
static bool cleared(struct year *y, uint32_t at)
{
	struct year_hazard *h = &y->hazards[at];

	if (h->controlled) {
		step(y, at, YEAR_STAFF, "hazard_lift", "{\"control\": \"lifted\", \"interim\": \"整改完成\"}");
		h->controlled = false;
	} else if (h->listed) {
		step(y, at, YEAR_STAFF, "hazard_unlist", "{\"close_doc\": \"样安委验〔2025〕1号\"}");
		h->listed = false;
	} else {
		return true;
	}
	h->next = y->today + 1;
	return false;
}

static void recheck(struct year *y, uint32_t at)
{
	struct year_hazard *h = &y->hazards[at];
	char json[256], day[16], due[16];
	uint32_t author = h->major || (h->urgent && !h->spot) ? YEAR_STAFF : manager_of(y, h->village);

	if (!cleared(y, at))
		return;
	if (year_chance(y, 0.06) && h->ref_count < YEAR_DEPS - 4) {
		h->due = y->today + 4;
		snprintf(json, sizeof json, "{\"chk_result\": \"fail\", \"chk_at\": \"%s\", \"chk_note\": \"没有改到位\", \"photo_after\": \"p.jpg\", \"due\": \"%s\"}", year_date(y->today, day), year_date(h->due, due));
		step(y, at, author, "hazard_recheck", json);
		h->state = YEAR_FIXING;
		h->next = y->today + 1 + (int32_t)year_random(y, 5);
		return;
	}
	snprintf(json, sizeof json, "{\"chk_result\": \"pass\", \"chk_at\": \"%s\", \"close_at\": \"%s\"%s}", year_date(y->today, day), day, h->major ? ", \"close_doc\": \"样安委销〔2025〕2号\"" : "");
	step(y, at, author, "hazard_recheck", json);
	h->state = YEAR_DONE;
	h->next = 0;
}

static void from_notified(struct year *y, uint32_t at)
{
	struct year_hazard *h = &y->hazards[at];
	char json[256], day[16];

	if (year_chance(y, 0.012)) {
		step(y, at, YEAR_STAFF, "hazard_void", "{\"void_reason\": \"重复登记\"}");
		h->state = YEAR_DONE;
		h->next = 0;
	} else if (year_chance(y, 0.012)) {
		step(y, at, YEAR_STAFF, "hazard_transfer", "{\"receiver\": \"县市场监管局\", \"transfer_reason\": \"超出镇里职权\"}");
		h->state = YEAR_DONE;
		h->next = 0;
	} else if (year_chance(y, 0.04) && h->ref_count < 4) {
		snprintf(json, sizeof json, "{\"ext_reason\": \"配件没到\", \"ext_due\": \"%s\", \"ext_measure\": \"停用\"}", year_date(h->due + 10, day));
		step(y, at, manager_of(y, h->village), "hazard_extension_ask", json);
		h->state = YEAR_ASKED;
		h->next = y->today + 1 + (int32_t)year_random(y, 4);
	} else if (year_chance(y, 0.15) && h->ref_count < 6) {
		snprintf(json, sizeof json, "{\"measure\": \"更换并复查\", \"due\": \"%s\"}", year_date(h->due, day));
		step(y, at, manager_of(y, h->village), "hazard_start", json);
		h->state = YEAR_FIXING;
		h->next = y->today + 1 + (int32_t)year_random(y, 6);
	} else {
		report_fixed(y, at);
	}
}

static void decide(struct year *y, uint32_t at)
{
	struct year_hazard *h = &y->hazards[at];
	char json[256], day[16];
	bool granted = year_chance(y, 0.8);

	h->due += granted ? 10 : 0;
	snprintf(json, sizeof json, granted ? "{\"extension\": \"granted\", \"due\": \"%s\", \"ext_by\": \"周敏\"}" : "{\"extension\": \"refused\", \"ext_by\": \"周敏\"}", year_date(h->due, day));
	step(y, at, YEAR_STAFF, "hazard_extension_decide", json);
	h->state = YEAR_NOTIFIED;
	h->next = y->today + 2 + (int32_t)year_random(y, 9);
}

static void live(struct year *y, uint32_t at)
{
	struct year_hazard *h = &y->hazards[at];

	if (h->ref_count >= YEAR_DEPS)
		return;
	switch (h->state) {
	case YEAR_DOUBT:    judge(y, at); break;
	case YEAR_MAJOR:    list(y, at); break;
	case YEAR_NOTIFIED: from_notified(y, at); break;
	case YEAR_ASKED:    decide(y, at); break;
	case YEAR_FIXING:
	case YEAR_LISTED:   report_fixed(y, at); break;
	case YEAR_FIXED:    recheck(y, at); break;
	case YEAR_DONE:     break;
	}
}

void year_day(struct year *y)
{
	uint32_t known = y->hazard_count;

	for (uint32_t i = 0; i < known; i++)
		if (y->hazards[i].next && y->hazards[i].next <= y->today)
			live(y, i);
	for (uint32_t i = 1; i < y->person_count; i++)
		if (!y->people[i].manager)
			visits(y, i);
	for (uint32_t v = 0; v < y->villages; v++)
		year_village_day(y, (int)v);
	year_flush(y);
}
