#include "config.h"
#include "tests/faults/sim/sim.h"

#include "forms/base/fs.h"
#include "sync/bundle/receipt.h"
#include "sync/bundle/seal.h"
#include "sync/bundle/segment.h"
#include "sync/exchange/outbox/downlink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ROUNDS = 12 };

/* --- what a visit reports --- */

struct visit { uint32_t told; };

static void told(void *user, const struct inbox_file *f)
{
	struct visit *v = user;

	v->told++;
	/* What holds something that was erased is not kept, and says so: whoever sealed it offers the rest again. */
	if (!memcmp(f->data, "XCB1", 4) && (f->verdict == INBOX_HELD || f->verdict == INBOX_REFUSED) && !fs_exists(f->kept) && !strstr(f->reason, "不留"))
		sim_fail("O6: %s is %s and kept nowhere", f->name, inbox_verdict_name(f->verdict));
	if (f->verdict == INBOX_REFUSED && !*f->reason)
		sim_fail("O6: %s refused without a reason", f->name);
}

static void balance(const struct visit *v, const struct folder_report *r)
{
	uint32_t sum = 0;

	for (int i = 0; i <= INBOX_FOREIGN; i++)
		sum += r->files[i];
	if (sum != v->told)
		sim_fail("O6: %u files told of, %u accounted for", v->told, sum);
}

void sim_visit(struct sim *s, uint32_t machine, const char *stick)
{
	struct profile *p = sim_stand(s, machine);
	struct visit v = { 0 };
	struct folder_report r = { .each = told, .user = &v };

	sim_say(s, machine, stick + strlen(s->root) + 1);
	if (s->at[machine].office)
		sim_ok(folder_merge(p, stick, &r), "merge");
	else
		sim_ok(folder_sync(p, stick, &r), "sync");
	balance(&v, &r);
}

/* --- until nothing moves --- */

struct count { uint64_t events; };

static enum err count_head(void *user, const struct log_head *h)
{
	struct count *c = user;

	for (uint32_t i = 0; i < h->range_count; i++)
		c->events += h->ranges[i].last - h->ranges[i].first + 1;
	return ERR_OK;
}

static uint64_t held_in_all(struct sim *s)
{
	struct count c = { 0 };

	for (uint32_t i = 0; i < s->count; i++) {
		struct store_txn t;

		profile_begin(sim_stand(s, i), &t);
		sim_ok(log_heads(&t, count_head, &c), "heads");
		store_abort(&t);
	}
	return c.events;
}

void sim_meet(struct sim *s)
{
	uint64_t before = 0, after = held_in_all(s);

	for (int round = 0; before != after || round < 2; round++) {
		char stick[128];

		if (round == ROUNDS)
			sim_fail("O7: still moving after %d rounds", round);
		snprintf(stick, sizeof stick, "%s/last%d", s->root, round);
		sim_ok(fs_make_dir(stick), "stick");
		for (uint32_t i = s->towns; i < s->count; i++)
			sim_visit(s, i, stick);
		for (uint32_t i = 0; i < s->towns; i++)
			sim_visit(s, i, stick);
		for (uint32_t i = s->towns; i < s->count; i++)
			sim_visit(s, i, stick);
		before = after;
		after = held_in_all(s);
		sim_ok(fs_remove_tree(stick), "stick");
	}
}

/* --- bad files --- */

struct files { char path[64][192]; uint32_t count; const char *dir; };

static enum err note_file(void *user, const char *name)
{
	struct files *f = user;

	if (f->count < 64 && strlen(name) > 4 && (!strcmp(name + strlen(name) - 4, ".xcb") || !strcmp(name + strlen(name) - 4, ".xcr")))
		snprintf(f->path[f->count++], sizeof f->path[0], "%s/%s", f->dir, name);
	return ERR_OK;
}

/* A good bundle of nobody's: the seal and the signatures are sound, but no township knows the writer. */
static void forge(struct sim *s, const char *stick)
{
	struct keys_identity *stranger;
	struct event_log_id log = { .scope = event_scope_village("990101100201"), .epoch = 7 };
	const struct keys_root *root = keys_roots_newest(&sim_stand(s, 0)->roots);
	struct event e = { .kind = EVENT_RETRACT, .lamport = 1 };
	struct event_base base = { 0 };
	struct log_segment seg = { .first = 1, .count = 1 };
	struct buf events = { 0 }, head = { 0 }, plain = { 0 }, file = { 0 }, dir = { 0 }, payload = { 0 };
	uint8_t hash[EVENT_HASH], to[1][KEYS_PK];
	char name[40];
	bool there;

	sim_ok(keys_identity_new(NULL, &stranger), "stranger");
	memcpy(log.writer, keys_identity_public(stranger)->writer, EVENT_WRITER);
	buf_puts(&payload, "\x80");
	e.public_part = (struct event_part){ (const uint8_t *)payload.data, payload.len };
	seg.id = log;
	event_hash_log(&log, seg.previous);
	sim_ok(event_encode(&e, &base, &events), "event");
	event_hash(&e, seg.previous, hash);
	sim_ok(event_head_message(&log, 1, hash, &head), "head");
	keys_sign(stranger, head.data, head.len, seg.signature);
	seg.events = (const uint8_t *)events.data;
	seg.len = events.len;
	segment_put(&seg, log.writer, &plain);
	memcpy(to[0], root->box, KEYS_PK);
	{
		struct bundle_sealing how = { .sealer = stranger, .to = (const uint8_t (*)[KEYS_PK])to, .to_count = 1, .counter = 1, .wall = chance_now() };

		sim_ok(bundle_seal(&how, plain.data, plain.len, &file, NULL), "seal");
	}
	snprintf(name, sizeof name, "forged-%u.xcb", s->step);
	buf_printf(&dir, "%s/XUNCHA/up", stick);
	sim_ok(folder_put(buf_str(&dir), name, file.data, file.len, &there), "forged");
	keys_identity_free(stranger);
	buf_clear(&events);
	buf_clear(&head);
	buf_clear(&plain);
	buf_clear(&file);
	buf_clear(&dir);
	buf_clear(&payload);
}

void sim_spoil(struct sim *s, const char *stick)
{
	static const char *const parts[] = { "up", "down", "receipts" };
	struct files f = { .count = 0 };
	struct buf dir = { 0 }, data = { 0 };
	const char *victim;

	if (chance_one_in(8)) {
		forge(s, stick);
		return;
	}
	buf_printf(&dir, "%s/XUNCHA/%s", stick, parts[chance_below(3)]);
	f.dir = buf_str(&dir);
	sim_ok(fs_list(f.dir, 100000, note_file, &f), "%s", f.dir);
	if (f.count) {
		victim = f.path[chance_below(f.count)];
		sim_ok(fs_read(victim, 2 << 20, &data), "%s", victim);
		if (data.len > 1 && chance_one_in(2))
			data.len = chance_below((uint32_t)data.len);               /* pulled out too early */
		else if (data.len)
			data.data[chance_below((uint32_t)data.len)] ^= (char)(1u << chance_below(8));
		sim_ok(fs_write(victim, data.data, data.len), "%s", victim);
	}
	buf_clear(&dir);
	buf_clear(&data);
}
