#include "config.h"
#include "tests/faults/sim/sim.h"

#include "forms/base/fs.h"
#include "forms/pack/pack.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/keys/town.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIN "314159"

struct sim_told *sim_told;

_Noreturn void sim_fail(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(sim_told->message, sizeof sim_told->message, format, ap);
	va_end(ap);
	_exit(1);
}

_Noreturn void sim_broken(enum err e, const char *format, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof what, format, ap);
	va_end(ap);
	sim_fail("%s: %s: %s", what, err_name(e), err_detail());
}

void sim_say(const struct sim *s, uint32_t machine, const char *what)
{
	if (getenv("XUNCHA_SIM_TRACE"))
		fprintf(stderr, "step %u: %s %s\n", s->step, s->at[machine].dir + strlen(s->root) + 1, what);
}

/* --- opening --- */

struct profile *sim_stand(struct sim *s, uint32_t machine)
{
	struct sim_machine *m = &s->at[machine];

	chance_stand(&m->clock);
	if (!m->profile) {
		sim_ok(profile_open(m->dir, &m->profile), "%s: open", m->dir);
		sim_ok(profile_unlock(m->profile, NULL, PIN, NULL), "%s: unlock", m->dir);
	}
	return m->profile;
}

void sim_shut(struct sim *s, uint32_t machine)
{
	profile_close(s->at[machine].profile);
	s->at[machine].profile = NULL;
}

void sim_close(struct sim *s)
{
	for (uint32_t i = 0; i < s->count; i++)
		sim_shut(s, i);
	free(s->saves);
	free(s->rows);
	free(s->row_town);
	free(s->row_scope);
	free(s->row_hazard);
	free(s->row_doubtful);
}

static struct sim_machine *add_machine(struct sim *s, uint32_t town)
{
	struct sim_machine *m = &s->at[s->count];

	if (s->count == SIM_MACHINES)
		sim_fail("too many machines");
	snprintf(m->dir, sizeof m->dir, "%s/m%02u", s->root, s->count++);
	m->town = town;
	chance_stand(&m->clock);
	return m;
}

/* --- the pack --- */

static struct buf pack_bytes;

static void read_pack(void)
{
	struct pack *p;

	if (pack_bytes.len)
		return;
	sim_ok(pack_read(SRCDIR "/tests/faults/sim/pack", NULL, NULL, &p), "pack");
	sim_ok(pack_encode(p, &pack_bytes), "pack");
	pack_free(p);
}

/* --- townships and their people --- */

static void found_township(struct sim *s, uint32_t town)
{
	static const char *const names[SIM_TOWNS] = { "石桥镇", "柳湾乡" }, *const codes[SIM_TOWNS] = { "990101100", "990101200" };
	struct sim_machine *m = add_machine(s, town);

	m->office = true;
	m->roles = PACK_TOWN;
	m->scope = event_scope_all();
	sim_ok(enrol_found(m->dir, names[town], codes[town], "周", PIN, keys_kdf_least()), "township");
	read_pack();
	sim_ok(enrol_publish(sim_stand(s, s->count - 1), "sim", "1", pack_bytes.data, pack_bytes.len), "publish");
}

void sim_enrol(struct sim *s, uint32_t town, uint32_t roles, const char *scope)
{
	struct sim_machine *m = add_machine(s, town);
	struct enrol_terms terms = { .roles = roles, .scope_count = 1 };
	struct buf request = { 0 }, grant = { 0 };
	char code[KEYS_CODE], label[33], person[16];
	uint32_t self = s->count - 1;

	m->roles = roles;
	sim_ok(event_scope_parse(scope, &m->scope), "%s", scope);
	terms.scopes[0] = m->scope;
	snprintf(person, sizeof person, "p-%u", self);
	terms.person = person;
	sim_ok(enrol_create(m->dir, person, PIN, keys_kdf_least()), "create");
	sim_ok(enrol_request(sim_stand(s, self), person, &request), "request");
	sim_ok(enrol_grant(sim_stand(s, town), request.data, request.len, &terms, &grant, label), "grant");
	sim_ok(enrol_code(s->at[town].profile, code), "code");
	sim_ok(enrol_accept(sim_stand(s, self), grant.data, grant.len, code), "accept");
	buf_clear(&request);
	buf_clear(&grant);
}

void sim_found(struct sim *s, const char *root, uint64_t seed, uint32_t writers)
{
	static const char *const villages[SIM_TOWNS][SIM_VILLAGES] = {
		{ "990101100201", "990101100202", "990101100203" }, { "990101200201", "990101200202", "990101200203" } };

	*s = (struct sim){ .root = root, .seed = seed, .sticks = SIM_STICKS };
	s->towns = 1 + chance_one_in(3);
	for (uint32_t t = 0; t < s->towns; t++)
		found_township(s, t);
	for (uint32_t i = 0; i < writers; i++) {
		uint32_t town = chance_below(s->towns), dice = chance_below(10);

		sim_enrol(s, town, dice < 6 ? PACK_GRID : dice < 9 ? PACK_VADM : PACK_TOWN, dice == 9 ? "all" : villages[town][chance_below(SIM_VILLAGES)]);
	}
	for (uint32_t i = 0; i < s->sticks; i++)
		sim_ok(fs_make_dir(sim_stick(s, i)), "stick");
}

const char *sim_stick(const struct sim *s, uint32_t stick)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/stick%u", s->root, stick);
	return path;
}

/* --- what T says --- */

struct decree { const struct keys_identity *authority; uint16_t kind; const struct buf *payload; };

static enum err append_decree(struct log_batch *b, void *user)
{
	const struct decree *d = user;
	struct event_scope all = event_scope_all();
	struct event e = { .kind = d->kind, .flags = EVENT_CRITICAL, .public_part = { (const uint8_t *)d->payload->data, d->payload->len } };
	uint8_t ref[EVENT_REF];

	return log_append_as(b, d->authority, &all, &e, ref);
}

void sim_decree(struct sim *s, uint32_t town, uint16_t kind, const struct buf *payload)
{
	struct profile *p = sim_stand(s, town);
	struct keys_identity *authority;
	struct decree d = { .kind = kind, .payload = payload };

	sim_ok(keys_town_authority(p->dir, p->identity, &authority), "authority");
	d.authority = authority;
	sim_ok(log_write(p, append_decree, &d), "decree");
	keys_identity_free(authority);
}

/* --- disks --- */

struct copying { const char *from, *to; };

static enum err copy_entry(void *user, const char *name)
{
	const struct copying *c = user;
	struct buf from = { 0 }, to = { 0 };

	sim_copy(fs_path(&from, c->from, name), fs_path(&to, c->to, name));
	buf_clear(&from);
	buf_clear(&to);
	return ERR_OK;
}

void sim_copy(const char *from, const char *to)
{
	struct buf data = { 0 };

	if (fs_is_dir(from)) {
		struct copying c = { from, to };

		sim_ok(fs_make_dir(to), "%s", to);
		sim_ok(fs_list(from, 100000, copy_entry, &c), "%s", from);
		return;
	}
	sim_ok(fs_read(from, 64 << 20, &data), "%s", from);
	sim_ok(fs_write(to, data.data, data.len), "%s", to);
	buf_clear(&data);
}
