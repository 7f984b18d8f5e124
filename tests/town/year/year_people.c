#include "config.h"
#include "tests/town/year/year.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/keys/authority.h"
#include "sync/keys/town.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- identities --- */

static struct keys_identity *identity_of(uint32_t number)
{
	uint8_t secret[KEYS_SECRET], hash[KEYS_HASH], part[8] = { 0 };
	struct keys_identity *id;

	for (uint32_t i = 0; i < KEYS_SECRET / KEYS_HASH; i++) {
		part[0] = (uint8_t)i;
		part[1] = (uint8_t)number;
		part[2] = (uint8_t)(number >> 8);
		keys_hash(part, sizeof part, hash);
		memcpy(secret + i * KEYS_HASH, hash, KEYS_HASH);
	}
	year_must(keys_identity_from(secret, &id), "identity");
	return id;
}

struct decree { struct keys_identity *author; struct buf *payloads; uint32_t count; };

static enum err append_decrees(struct log_batch *b, void *user)
{
	struct decree *d = user;
	struct event_scope all = event_scope_all();
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < d->count; i++) {
		struct event ev = { .kind = EVENT_CERT, .public_part = { (const uint8_t *)d->payloads[i].data, d->payloads[i].len } };
		uint8_t ref[EVENT_REF];

		e = log_append_as(b, d->author, &all, &ev, ref);
	}
	return e;
}

static void certify(struct year *y)
{
	struct decree d = { .author = y->authority, .count = y->person_count, .payloads = calloc(y->person_count, sizeof *d.payloads) };

	for (uint32_t i = 0; i < y->person_count; i++) {
		const struct year_person *p = &y->people[i];
		const struct keys_public *pub = keys_identity_public(p->id);
		struct keys_cert c = { .roles = p->village < 0 ? PACK_TOWN : p->manager ? PACK_VADM : PACK_GRID, .scope_count = 1 };

		memcpy(c.sign, pub->sign, KEYS_PK);
		memcpy(c.box, pub->box, KEYS_PK);
		snprintf(c.person, sizeof c.person, "p%04u", i);
		snprintf(c.label, sizeof c.label, "%03u", i + 100);
		c.scopes[0] = p->village < 0 ? event_scope_all() : year_scope(y, p->village);
		year_must(keys_cert_encode(&c, &d.payloads[i]), "certificate");
	}
	year_must(log_write(y->town, append_decrees, &d), "certificates");
	for (uint32_t i = 0; i < y->person_count; i++)
		buf_clear(&d.payloads[i]);
	free(d.payloads);
}

static void hire(struct year *y)
{
	y->person_count = y->writers + 1;
	y->people = calloc(y->person_count, sizeof *y->people);
	y->people[YEAR_STAFF] = (struct year_person){ .id = identity_of(0), .village = -1 };
	for (uint32_t i = 1; i < y->person_count; i++)
		y->people[i] = (struct year_person){ .id = identity_of(i), .village = (int)((i - 1) % y->villages), .manager = i <= y->villages };
}

static void open_profiles(struct year *y)
{
	struct buf path = { 0 }, pack = { 0 };
	char *dir;

	buf_printf(&path, "%s/town", y->dir);
	dir = strdup(buf_str(&path));
	year_must(enrol_found(dir, "样例镇", "990101100", "周敏", "135790", keys_kdf_least()), dir);
	year_must(profile_open(dir, &y->town), dir);
	year_must(profile_unlock(y->town, "周敏", "135790", NULL), dir);
	year_must(keys_town_authority(dir, y->town->identity, &y->authority), "authority");
	free(dir);
	year_must(pack_encode(y->pack, &pack), "pack");
	year_must(enrol_publish(y->town, y->pack->id, y->pack->version, pack.data, pack.len), "publish");
	buf_clear(&pack);
	buf_reset(&path);
	buf_printf(&path, "%s/logs", y->dir);
	year_must(profile_create(buf_str(&path), true), "logs");
	year_must(profile_open(buf_str(&path), &y->logs), "logs");
	year_must(profile_adopt(y->logs, identity_of(60000)), "logs");
	y->logs->fold = NULL;                             /* a shelf of logs: nobody reads registers here */
	buf_clear(&path);
}

void year_found(struct year *y)
{
	clock_set(((int64_t)y->first - 20) * 86400000);
	hire(y);
	open_profiles(y);
	certify(y);
}

/* --- villages, places, teams --- */

static const char *const village_names[] = { "石桥", "后沟", "柳湾", "东岭", "西坡", "南关", "北洼", "上庄", "下庄", "大槐", "小河", "青石", "白杨", "枣林", "杏树", "清水", "马家", "牛栏", "高台", "平川", "新立", "古井", "云台", "龙泉", "虎跳", "金沟", "银滩", "玉皇", "安平", "永丰" };

void year_village_code(int village, char out[16])
{
	snprintf(out, 16, "990101100%03d", 201 + village);
}

struct event_scope year_scope(const struct year *y, int village)
{
	char code[16];

	(void)y;
	if (village < 0)
		return event_scope_all();
	year_village_code(village, code);
	return event_scope_village(code);
}

/* Villages lie on a crooked grid, six in a row. */
static void centre(const struct year *y, int village, double *lat, double *lon)
{
	uint64_t h = (uint64_t)(village + 1) * 0x9E3779B97F4A7C15u;

	*lon = 83.10 + 0.045 * (village % 6) + 0.010 * ((double)(h >> 40 & 255) / 255 - 0.5);
	*lat = 38.98 - 0.036 * (village / 6) + 0.008 * ((double)(h >> 20 & 255) / 255 - 0.5);
	(void)y;
}

static int64_t eve(const struct year *y)
{
	return ((int64_t)y->first - 17) * 86400000 + 2 * 3600000;
}

/* Rows of the staff go into the log of the village they concern. */
static struct year_event *enter(struct year *y, const char *form, int village, const char *json)
{
	struct year_event *e = year_record(y, YEAR_STAFF, eve(y), form, NULL, json);

	e->scope = year_scope(y, village);
	return e;
}

static void enter_village(struct year *y, int v)
{
	char json[512], code[16];
	const char *name = village_names[(size_t)v % (sizeof village_names / sizeof *village_names)];

	year_village_code(v, code);
	snprintf(json, sizeof json, "{\"name\": \"%s%s村\", \"code\": \"%s\", \"households\": %u, \"population\": %u, \"urban_class\": \"220\"}", name, v >= 30 ? "新" : "", code, 200 + year_random(y, 300), 700 + year_random(y, 1100));
	enter(y, "village_new", -1, json);
	snprintf(json, sizeof json, "{\"code\": \"CW%03d\", \"name\": \"%s村委会\", \"kind\": \"village\", \"started\": \"2020-01-01\"}", v, name);
	enter(y, "org_new", v, json)->made = &y->orgs[v];
	snprintf(json, sizeof json, "{\"name\": \"%s村应急队\", \"kind\": \"village\", \"roll\": 30, \"formed\": \"2024-03-01\", \"status\": \"active\", \"captain\": \"队长%d\", \"phone\": \"1000002%04d\"}", name, v, v);
	enter(y, "team_new", v, json)->made = &y->teams[v];
}

/* Small places mostly, some of everything that duties speak of. */
static uint32_t draw_kind(struct year *y)
{
	static const struct { const char *kind; uint32_t weight; } kinds[] = {
		{ "SH", 26 }, { "CA", 22 }, { "SB", 16 }, { "FA", 6 }, { "HT", 4 }, { "CL", 3 }, { "SC", 3 }, { "NB", 1 }, { "KT", 1 }, { "BB", 3 }, { "FS", 5 }, { "GS", 1 },
		{ "CS", 2 }, { "LW", 2 }, { "UG", 1 }, { "PD", 2 }, { "GH", 1 }, { "FL", 1 }
	};
	uint32_t at = year_random(y, 100);

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (at < kinds[i].weight)
			return pack_find_kind(y->pack, kinds[i].kind);
		at -= kinds[i].weight;
	}
	return pack_find_kind(y->pack, "SH");
}

static void enter_place(struct year *y, uint32_t i)
{
	static const char *const risks[] = { "green", "green", "green", "yellow", "yellow", "red" };
	struct year_place *p = &y->place[i];
	char json[768];
	double lat, lon;

	p->village = (int)(i * (uint64_t)y->villages / y->places);
	p->kind = draw_kind(y);
	centre(y, p->village, &lat, &lon);
	p->lat = lat + 0.000012 * ((int)year_random(y, 400) + (int)year_random(y, 400) - 400) * 2;
	p->lon = lon + 0.000015 * ((int)year_random(y, 400) + (int)year_random(y, 400) - 400) * 2;
	snprintf(p->name, sizeof p->name, "%s%s%u号", village_names[p->village % 30], y->pack->kinds[p->kind].label.zh, i);
	snprintf(json, sizeof json,
	         "{\"name\": \"%s\", \"kind\": \"%s\", \"code\": \"P%05u\", \"address\": \"%s村%u组%u号\", \"pos\": \"%.7f %.7f 0 8\", \"owner\": \"业主%u\", \"phone\": \"100%08u\", \"status\": \"%s\", \"risk\": \"%s\"}",
	         p->name, y->pack->kinds[p->kind].id, i, village_names[p->village % 30], 1 + i % 8, i, p->lat, p->lon, i, i, year_chance(y, 0.02) ? "idle" : "active", risks[year_random(y, 6)]);
	enter(y, "place_new", p->village, json)->made = &p->ref;
}

/* Each grid worker walks a share of the village's places. */
static void share_places(struct year *y)
{
	for (uint32_t i = 1; i < y->person_count; i++) {
		struct year_person *p = &y->people[i];
		uint32_t first = UINT32_MAX, count = 0, workers = 0, mine = 0;

		if (p->manager)
			continue;
		for (uint32_t k = 0; k < y->places; k++)
			if (y->place[k].village == p->village) {
				first = first == UINT32_MAX ? k : first;
				count++;
			}
		for (uint32_t k = 1; k < y->person_count; k++)
			if (!y->people[k].manager && y->people[k].village == p->village) {
				mine = k == i ? workers : mine;
				workers++;
			}
		p->first_place = first + count * mine / workers;
		p->place_count = count * (mine + 1) / workers - count * mine / workers;
	}
}

void year_settle(struct year *y)
{
	y->place = calloc(y->places, sizeof *y->place);
	y->teams = calloc(y->villages, sizeof *y->teams);
	y->orgs = calloc(y->villages, sizeof *y->orgs);
	for (uint32_t v = 0; v < y->villages; v++)
		enter_village(y, (int)v);
	for (uint32_t i = 0; i < y->places; i++)
		enter_place(y, i);
	share_places(y);
	year_flush(y);
}
