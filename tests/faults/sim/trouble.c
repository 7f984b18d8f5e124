#include "config.h"
#include "tests/faults/sim/sim.h"

#include "forms/base/fs.h"
#include "forms/pack/pack.h"
#include "sync/exchange/trust/trust.h"
#include "sync/ledger/submit/submit.h"
#include "tests/faults/trap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS = 400 };

bool sim_holds(struct sim *s, uint32_t machine, const uint8_t ref[EVENT_REF])
{
	struct log_place at;
	struct store_txn t;
	enum err e;

	profile_begin(sim_stand(s, machine), &t);
	e = log_find(&t, ref, &at);
	store_abort(&t);
	return !e;
}

/* --- killed while working --- */

static void doubt(struct sim *s, const struct row_id *row)
{
	for (size_t i = 0; i < s->row_count; i++)
		s->row_doubtful[i] |= !memcmp(&s->rows[i], row, sizeof *row);
}

static void work_until_killed(struct sim *s, uint32_t machine, bool travels, uint32_t stick, long nth)
{
	trap_die(s->root, TRAP_WRITE | TRAP_SYNC | TRAP_NAME, nth);
	if (travels)
		sim_visit(s, machine, sim_stick(s, stick));
	for (int i = 0; i < SIM_ACKS; i++)
		sim_record(s, machine);
	_exit(0);
}

/* In a child that dies at one of its file calls: what it acknowledged before must be there afterwards. */
static void killed(struct sim *s)
{
	uint32_t machine = chance_below(s->count), stick = chance_below(s->sticks);
	bool travels = chance_one_in(2);
	long nth = 1 + (long)chance_below(CALLS);
	int status;
	pid_t pid;

	if (s->at[machine].revoked)
		return;
	sim_say(s, machine, "is killed");
	sim_shut(s, machine);
	sim_told->acks = sim_told->intended = 0;
	if ((pid = fork()) < 0)
		sim_fail("fork");
	if (!pid)
		work_until_killed(s, machine, travels, stick, nth);
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status))
		sim_fail("killed: died of signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) && WEXITSTATUS(status) != TRAP_DEAD)
		_exit(1);                                   /* it said why */
	chance_step(s->seed, (uint64_t)s->step | (uint64_t)1 << 40);
	sim_stand(s, machine);
	for (uint32_t i = 0; i < sim_told->acks; i++) {
		const struct sim_ack *a = &sim_told->ack[i];

		if (!sim_holds(s, machine, a->save.ref))
			sim_fail("O1: %s: a record acknowledged before the kill is gone", s->at[machine].dir);
		sim_keep(s, a);
	}
	if (sim_told->intended)                         /* saved, perhaps, and not acknowledged */
		doubt(s, &sim_told->intent);
}

/* --- disks that go back, disks that are two --- */

static void take_image(struct sim *s)
{
	uint32_t slot = chance_below(SIM_IMAGES), machine = s->towns + chance_below(s->count - s->towns);
	struct sim_image *x = &s->image[slot];

	snprintf(x->dir, sizeof x->dir, "%s/image%u", s->root, slot);
	sim_say(s, machine, "is pictured");
	sim_shut(s, machine);
	sim_ok(fs_remove_tree(x->dir), "image");
	sim_copy(s->at[machine].dir, x->dir);
	x->machine = machine;
	if (s->images <= slot)
		s->images = slot + 1;
}

/* Is this record anywhere but on this machine? */
static bool held_elsewhere(struct sim *s, uint32_t machine, const uint8_t ref[EVENT_REF])
{
	for (uint32_t i = 0; i < s->count; i++)
		if (i != machine && s->at[i].town == s->at[machine].town && sim_holds(s, i, ref))
			return true;
	return false;
}

static enum err drop_entry(void *user, const char *name)
{
	struct buf path = { 0 };

	if (strcmp(name, "seat") && strcmp(name, "write"))
		sim_ok(fs_remove_tree(fs_path(&path, user, name)), "%s", name);
	buf_clear(&path);
	return ERR_OK;
}

/* The machine's disk is as it was when the picture was taken: the whole disk (the same inodes), or a copy of the files. */
static void restore(struct sim *s)
{
	struct sim_image *x = s->images ? &s->image[chance_below(s->images)] : NULL;
	struct sim_machine *m;
	bool *was, disk = chance_one_in(2);
	size_t mine = 0;

	if (!x || !*x->dir || s->at[x->machine].revoked)
		return;
	m = &s->at[x->machine];
	if (!(was = calloc(s->save_count + 1, sizeof *was)))
		sim_fail("memory");
	for (size_t i = 0; i < s->save_count; i++)
		if (!s->saves[i].lost && sim_holds(s, x->machine, s->saves[i].ref))
			was[i] = ++mine;
	sim_say(s, x->machine, "goes back");
	sim_shut(s, x->machine);
	if (disk) {
		struct buf seat = { 0 }, kept = { 0 };

		sim_ok(fs_list(m->dir, 1000, drop_entry, m->dir), "restore");
		fs_path(&seat, m->dir, "seat");
		buf_printf(&kept, "%s.seat", m->dir);
		sim_ok(fs_rename(seat.data, kept.data), "restore");     /* the inode stays */
		sim_copy(x->dir, m->dir);
		sim_ok(fs_rename(kept.data, seat.data), "restore");
		buf_clear(&seat);
		buf_clear(&kept);
	} else {
		sim_ok(fs_remove_tree(m->dir), "restore");
		sim_copy(x->dir, m->dir);
	}
	m->tick = 0;
	m->roots = 0;
	m->went_back = true;
	for (size_t i = 0; i < s->save_count; i++)
		if (was[i] && !sim_holds(s, x->machine, s->saves[i].ref) && !held_elsewhere(s, x->machine, s->saves[i].ref))
			s->saves[i].lost = true;
	free(was);
}

/* Somebody copies the directory to a second machine, and both go on. */
static void clone_one(struct sim *s)
{
	uint32_t machine = s->towns + chance_below(s->count - s->towns);
	struct sim_machine *m;

	if (s->count == SIM_MACHINES || s->at[machine].revoked || s->at[machine].copy)
		return;
	sim_say(s, machine, "is cloned");
	sim_shut(s, machine);
	m = &s->at[s->count];
	*m = s->at[machine];
	m->copy = true;
	s->at[machine].copy = true;
	snprintf(m->dir, sizeof m->dir, "%s/m%02u", s->root, s->count++);
	sim_copy(s->at[machine].dir, m->dir);
}

/* --- clocks --- */

static void clock_goes_wrong(struct sim *s)
{
	static const int64_t year = (int64_t)365 * 86400000;
	struct chance_clock *c = &s->at[chance_below(s->count)].clock;

	c->stuck = 0;
	switch (chance_below(7)) {
	case 0: c->error = 30 * year; break;
	case 1: c->error = -30 * year; break;
	case 2: c->error = -chance_now(); break;                                /* 1970 */
	case 3: c->error = (int64_t)INT32_MAX * 1000 - chance_now() - 60000; break;   /* 2038 is a minute away */
	case 4: c->error = (int64_t)chance_below(7200000) - 3600000; break;
	case 5: c->stuck = chance_now(); break;
	default: c->error = 0;
	}
}

static void reboot(struct sim *s)
{
	uint32_t machine = chance_below(s->count);

	sim_say(s, machine, "reboots");
	sim_shut(s, machine);
	s->at[machine].clock.booted = chance_uptime();
}

/* --- what the township decides --- */

/* A device is lost: what the township holds of it is the last that counts. */
static void revoke_one(struct sim *s)
{
	uint32_t machine = s->towns + chance_below(s->count - s->towns), town = s->at[machine].town;
	const struct trust_limits limits = { .lost = INT64_MAX, .reason = "丢了" };
	const struct keys_writer *w;
	struct trust_revoked out = { .fresh_keys = 0 };
	struct profile *p;
	char label[33];

	if (s->at[machine].revoked || s->at[machine].copy || s->count < 8)
		return;
	sim_stand(s, machine);
	p = sim_stand(s, town);
	if (!(w = keys_roster_find(p->roster, s->at[machine].profile->writer)))
		sim_fail("%s is not certified", s->at[machine].dir);
	memcpy(label, w->label, sizeof label);
	sim_say(s, machine, "is revoked");
	sim_ok(trust_revoke(p, label, &limits, &out), "revoke");
	trust_revoked_clear(&out);
	s->at[machine].revoked = true;
	for (size_t i = 0; i < s->save_count; i++)              /* what it wrote may or may not count */
		if (s->saves[i].machine == machine)
			doubt(s, &s->saves[i].row);
}

static void rotate(struct sim *s)
{
	sim_ok(trust_rotate(sim_stand(s, chance_below(s->towns)), NULL), "rotate");
}

/* Staff find one record of those that came after a loss to be true. */
struct afterwards { uint8_t ref[EVENT_REF]; uint32_t skip; bool any; };

static enum err take_doubted(void *user, const struct keys_writer *w, const struct log_event *e, bool adopted)
{
	struct afterwards *x = user;

	(void)w;
	if (adopted)
		return ERR_OK;
	memcpy(x->ref, e->hash, EVENT_REF);
	x->any = true;
	return x->skip-- ? ERR_OK : ERR_EXISTS;             /* enough */
}

static void adopt(struct sim *s)
{
	struct afterwards x = { .skip = chance_below(6) };
	uint32_t town = chance_below(s->towns);
	struct profile *p = sim_stand(s, town);
	uint8_t ref[EVENT_REF];
	enum err e = trust_after_loss(p, take_doubted, &x);

	if (e != ERR_EXISTS)
		sim_ok(e, "after a loss");
	if (!x.any)
		return;
	sim_say(s, town, "adopts");
	sim_ok(submit_adopt(p, (const uint8_t (*)[EVENT_REF])&x.ref, 1, ref), "adopt");
}

/* A person asks to be forgotten: the private part of one record goes everywhere. */
static void erase(struct sim *s)
{
	struct keys_erasure at = { .level = 1 };
	struct keys_erase order = { .at = &at, .count = 1, .reason = "本人要求" };
	struct buf payload = { 0 };
	const struct sim_save *x;

	if (!s->save_count)
		return;
	x = &s->saves[chance_below((uint32_t)s->save_count)];
	if (x->lost || memcmp(x->ref, x->row.ref, EVENT_REF))
		return;
	memcpy(at.ref, x->ref, EVENT_REF);
	sim_ok(keys_erase_encode(&order, &payload), "erase");
	sim_decree(s, s->at[x->machine].town, EVENT_ERASE, &payload);
	buf_clear(&payload);
}

static void stick_is_lost(struct sim *s)
{
	const char *stick = sim_stick(s, chance_below(s->sticks));

	sim_ok(fs_remove_tree(stick), "stick");
	sim_ok(fs_make_dir(stick), "stick");
}

void sim_trouble(struct sim *s)
{
	uint32_t dice = chance_below(200);

	if (dice < 50)
		sim_spoil(s, sim_stick(s, chance_below(s->sticks)));
	else if (dice < 75)
		killed(s);
	else if (dice < 105)
		sim_shut(s, chance_below(s->count));
	else if (dice < 120)
		stick_is_lost(s);
	else if (dice < 135)
		take_image(s);
	else if (dice < 143)
		restore(s);
	else if (dice < 146)
		clone_one(s);
	else if (dice < 165)
		clock_goes_wrong(s);
	else if (dice < 173)
		reboot(s);
	else if (dice < 177)
		sim_refold(s, chance_below(s->count));
	else if (dice < 190)
		erase(s);
	else if (dice < 193)
		revoke_one(s);
	else if (dice < 194)
		rotate(s);
	else if (s->count < SIM_MACHINES - 8 && dice < 197)
		sim_enrol(s, chance_below(s->towns), PACK_GRID, "990101100201");
	else
		adopt(s);
}
