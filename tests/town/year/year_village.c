/* What the manager of a village writes down besides hazards. */
#include "config.h"
#include "tests/town/year/year.h"
#include "tests/town/year/year_days.h"

#include "forms/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PENDING = 64 };

/* Records that speak of one made the day before wait here until its ref is known. */
struct pending { struct year_ref ref; int32_t day; };
struct village { struct pending drill, warning; int32_t moved; };
static struct village *state;

static const char *stamp(int64_t wall, char out[32])
{
	return clock_format_time(wall, 480, out);
}

static void train(struct year *y, int v, uint32_t author)
{
	static const char *const subjects[] = { "first_aid pump", "hydrant", "forest_fire saw", "rope", "evacuation warning", "sandbag", "gas ebike", "muster" };
	char json[700], id[32], org[32], from[32], to[32];
	uint32_t present = 10 + year_random(y, 21);

	snprintf(json, sizeof json,
	         "{\"team\": \"%s\", \"org\": \"%s\", \"started\": \"%s\", \"ended\": \"%s\", \"where\": \"村委会院内\", \"subjects\": \"%s\", \"methods\": \"practice\", \"roll\": 30, \"present_n\": %u, \"hours\": 2, \"recorder\": \"记录人\", \"signed\": \"%s\"}",
	         year_ref_text(&y->teams[v], 0, id), year_ref_text(&y->orgs[v], 0, org), stamp(year_at(y, 9, 0), from), stamp(year_at(y, 11, 0), to), subjects[year_random(y, 8)], present, year_chance(y, 0.95) ? "yes" : "no");
	year_record(y, author, year_at(y, 11, 30), "training_new", NULL, json);
}

static void drill(struct year *y, int v, uint32_t author)
{
	static const char *const events[] = { "fire", "flood", "geo", "forest_fire" };
	char json[900], id[32], org[32], from[32];

	snprintf(json, sizeof json,
	         "{\"name\": \"应急演练%d-%d\", \"org\": \"%s\", \"team\": \"%s\", \"kind\": \"%s\", \"form\": \"real\", \"event\": \"%s\", \"where\": \"村广场\", \"started\": \"%s\", \"people\": %u, \"roll\": 60, \"to_clear_min\": %u, \"signed\": \"yes\"}",
	         v, y->today, year_ref_text(&y->orgs[v], 0, org), year_ref_text(&y->teams[v], 0, id), year_chance(y, 0.3) ? "general" : "special", events[year_random(y, 4)], stamp(year_at(y, 15, 0), from), 30 + year_random(y, 31), 8 + year_random(y, 25));
	year_record(y, author, year_at(y, 17, 0), "drill_new", NULL, json)->made = &state[v].drill.ref;
	state[v].drill.day = y->today;
}

static void evaluate(struct year *y, int v, uint32_t author)
{
	char json[1200], id[32], day[16];
	bool problem = year_chance(y, 0.6);

	snprintf(json, sizeof json,
	         "{\"drill\": \"%s\", \"on\": \"%s\", \"s_warning\": 4, \"s_command\": %u, \"s_communication\": %u, \"s_safety\": 5, \"grade\": \"%s\", \"src\": \"drill\"%s}",
	         year_ref_text(&state[v].drill.ref, 0, id), year_date(y->today, day), 2 + year_random(y, 4), 1 + year_random(y, 5), year_chance(y, 0.5) ? "good" : "pass",
	         problem ? ", \"r_problems\": [{\"phase\": \"communication\", \"desc\": \"对讲机电量不足\", \"problem_kind\": \"equipment\", \"severity\": \"medium\", \"level\": \"G\", \"measure\": \"配备用电池\"}]" : ", \"r_problems\": []");
	year_record(y, author, year_at(y, 10, 0), "drill_evaluate", NULL, json);
	state[v].drill.day = 0;
}

/* A warning of the county reaches some villages on the same day. */
static bool warned(const struct year *y, int v, uint32_t *level)
{
	uint64_t h = ((uint64_t)y->today * 0x9E3779B97F4A7C15u) ^ ((uint64_t)y->today << 7);

	h ^= h >> 29;
	if (h % 1000 >= 36)
		return false;
	*level = 2 + h / 1000 % 3;
	return ((h >> 17) + (uint64_t)v * 7) % 10 < 6;
}

static void warn(struct year *y, int v, uint32_t author, uint32_t level)
{
	static const char *const kinds[] = { "rain", "wind" };
	char json[700], from[32], to[32];
	int64_t issued = year_at(y, 15, (int)(y->today % 40));

	snprintf(json, sizeof json, "{\"issuer\": \"样例县气象台\", \"kind\": \"%s\", \"level\": \"%u\", \"issued\": \"%s\", \"received\": \"%s\", \"summary\": \"请做好防范\", \"households_due\": 40, \"recorder\": \"记录人\"}",
	         kinds[y->today % 2], level, stamp(issued, from), stamp(issued + 120000, to));
	year_record(y, author, issued + 180000, "warning_new", NULL, json)->made = &state[v].warning.ref;
	state[v].warning.day = y->today;
}

static const char *no_field(void *user, const char *name)
{
	(void)user;
	(void)name;
	return "";
}

/* The next day it is written down whom the warning reached, and when. */
static void call_out(struct year *y, int v, uint32_t author)
{
	struct year_subject on = { .field = no_field, .row = &state[v].warning.ref, .deps = &state[v].warning.ref, .dep_count = 1 };
	int64_t first = year_at(y, 15, 5) - 86400000;
	char json[800], id[32], call[32], answer[64], done[32];
	bool all = true;

	for (uint32_t i = 0; i < 5; i++) {
		bool got = year_chance(y, 0.94);
		int64_t took = (int64_t)year_random(y, year_chance(y, 0.8) ? 300 : 2600) * 1000;

		all = all && got;
		snprintf(answer, sizeof answer, got ? "\"answered_at\": \"%s\", " : "%.0s", stamp(first + took, done));
		snprintf(json, sizeof json, "{\"warning\": \"%s\", \"tier\": \"village_grid\", \"name\": \"被叫人%u\", \"post\": \"网格员\", \"phone\": \"1000003%04u\", \"channels\": \"phone\", \"first_call\": \"%s\", %s\"state\": \"%s\"}",
		         year_ref_text(&state[v].warning.ref, 0, id), i, i, stamp(first, call), answer, got ? "answered" : "calling");
		year_record(y, author, year_at(y, 9, (int)i), "callout_new", NULL, json);
	}
	if (all || year_chance(y, 0.5)) {
		snprintf(json, sizeof json, "{\"answered_min\": 3, \"done_at\": \"%s\", \"done_min\": %u, \"households_due\": 40, \"households_done\": %u, \"fed_back\": \"yes\"}", stamp(first + 1500000, done), 12 + year_random(y, 26), 36 + year_random(y, 5));
		year_record(y, author, year_at(y, 9, 30), "warning_done", &on, json);
	}
	state[v].warning.day = 0;
}

static void duty_log(struct year *y, int v, uint32_t author)
{
	char json[400], org[32], day[16];

	snprintf(json, sizeof json, "{\"on\": \"%s\", \"shift\": \"whole\", \"leader\": \"带班人\", \"officer\": \"值班人\", \"weather\": \"晴\", \"kind\": \"zero\", \"org\": \"%s\"}", year_date(y->today, day), year_ref_text(&y->orgs[v], 0, org));
	year_record(y, author, year_at(y, 17, 30), "duty_entry", NULL, json);
}

void year_village_day(struct year *y, int v)
{
	uint32_t author = 1 + (uint32_t)v, level;
	struct clock_date d = clock_date(y->today);

	if (!state && !(state = calloc(y->villages, sizeof *state)))
		year_must(ERR_NOMEM, "villages");
	if (state[v].drill.day && y->today > state[v].drill.day + 1 && year_chance(y, 0.4))
		evaluate(y, v, author);
	if (state[v].warning.day)
		call_out(y, v, author);
	else if (warned(y, v, &level))
		warn(y, v, author, level);
	if (d.day == 5 + v % 20 && year_chance(y, 0.93))
		train(y, v, author);
	if (d.day == 8 + v % 18 && (d.month == 5 || d.month == 11 || (d.month == 8 && v % 3 == 0)))
		drill(y, v, author);
	if (year_chance(y, 0.9))
		duty_log(y, v, author);
}
