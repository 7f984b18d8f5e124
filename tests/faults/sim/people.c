#include "config.h"
#include "tests/faults/sim/sim.h"

#include "forms/base/fs.h"
#include "forms/fill/fill.h"
#include "sync/exchange/attach/attach.h"
#include "sync/ledger/rows/conflict.h"
#include "sync/ledger/submit/submit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 2 };                                 /* number of the field spots.words */

static void *more(void *at, size_t size)
{
	void *p = realloc(at, size);

	if (!p)
		sim_fail("memory");
	return p;
}

static void add_row(struct sim *s, uint32_t machine, const struct row_id *id, bool hazard)
{
	const struct sim_machine *m = &s->at[machine];

	if (s->row_count == s->row_cap) {
		size_t n = s->row_cap = s->row_cap ? s->row_cap * 2 : 256;

		s->rows = more(s->rows, n * sizeof *s->rows);
		s->row_town = more(s->row_town, n * sizeof *s->row_town);
		s->row_scope = more(s->row_scope, n * sizeof *s->row_scope);
		s->row_hazard = more(s->row_hazard, n * sizeof *s->row_hazard);
		s->row_doubtful = more(s->row_doubtful, n * sizeof *s->row_doubtful);
	}
	s->rows[s->row_count] = *id;
	s->row_town[s->row_count] = m->town;
	s->row_scope[s->row_count] = m->scope;
	s->row_hazard[s->row_count] = hazard;
	s->row_doubtful[s->row_count++] = false;
}

void sim_keep(struct sim *s, const struct sim_ack *a)
{
	if (s->save_count == s->save_cap)
		s->saves = more(s->saves, (s->save_cap = s->save_cap ? s->save_cap * 2 : 256) * sizeof *s->saves);
	s->saves[s->save_count++] = a->save;
	if (a->fresh)
		add_row(s, a->save.machine, &a->save.row, a->hazard);
}

/* The person sees "saved". `row` NULL: the record made one. */
static void saved(struct sim *s, uint32_t machine, const uint8_t ref[EVENT_REF], const struct row_id *row, uint32_t field, bool hazard)
{
	struct sim_ack a = { .save = { .machine = machine, .field = field }, .fresh = !row, .hazard = hazard };

	memcpy(a.save.ref, ref, EVENT_REF);
	memcpy(a.save.row.ref, ref, EVENT_REF);
	if (row)
		a.save.row = *row;
	if (sim_told->acks < SIM_ACKS)
		sim_told->ack[sim_told->acks++] = a;
	sim_told->intended = false;
	sim_keep(s, &a);
}

static void intend(const struct row_id *row)
{
	sim_told->intent = *row;
	sim_told->intended = true;
}

/* A row that this machine holds and may write to. */
static bool pick_row(struct sim *s, uint32_t machine, bool hazard, struct row_id *out)
{
	const struct sim_machine *m = &s->at[machine];

	for (int tries = 0; tries < 12 && s->row_count; tries++) {
		/* Mostly a row of late, so that people meet at one. */
		size_t span = chance_one_in(4) || s->row_count < 20 ? s->row_count : 20, i = s->row_count - 1 - chance_below((uint32_t)span);
		struct row r;

		if (s->row_town[i] != m->town || s->row_hazard[i] != hazard || (m->scope.kind && !event_scope_same(&s->row_scope[i], &m->scope)))
			continue;
		if (row_read(m->profile, &s->rows[i], &r))
			continue;
		row_clear(&r);
		*out = s->rows[i];
		return true;
	}
	return false;
}

/* Fill in `form` with up to four questions and submit. */
static enum err submit(struct sim *s, uint32_t machine, const char *form, const struct row_id *subject, const char *const answers[][2], struct row_id *made)
{
	struct profile *p = s->at[machine].profile;
	struct submit what = { .form = form, .subject = subject, .seconds = 5, .village = s->at[machine].scope.kind || subject ? NULL : "990101100201" };
	const struct form *asked;
	const struct pack *pack;
	struct submit_host *host;
	enum err e;

	sim_ok(profile_pack_current(p, &pack), "pack");
	sim_ok(submit_host_open(p, form, subject, &host), "%s", form);
	sim_ok(pack_form_read(&pack->forms[pack_find_form(pack, form)], &asked), "%s", form);
	sim_ok(fill_open(asked, submit_host_fill(host), &what.fill), "%s", form);
	for (int i = 0; answers[i][0]; i++)
		sim_ok(fill_put(what.fill, fill_find(what.fill, answers[i][0]), answers[i][1]), "%s %s", form, answers[i][0]);
	sim_ok(fill_finish(what.fill), "%s", form);
	e = submit_record(p, &what, made->ref);
	made->index = 0;
	fill_close(what.fill);
	submit_host_close(host);
	return e;
}

static const char *const risks[] = { "red", "yellow", "green" }, *const marks[] = { "lpg", "sand", "lpg sand", "bars" };

static void new_spot(struct sim *s, uint32_t machine)
{
	char words[64];
	struct row_id made;
	const char *const answers[][2] = { { "name", "小店" }, { "words", words }, { "risk", risks[chance_below(3)] }, { "owner", "王某" }, { 0 } };

	snprintf(words, sizeof words, "第%u步由%u", s->step, machine);
	sim_ok(submit(s, machine, "spot_new", NULL, answers, &made), "spot_new");
	saved(s, machine, made.ref, NULL, WORDS, false);
}

/* A field of a spot that is there, whoever else does the same elsewhere. */
static void edit_spot(struct sim *s, uint32_t machine)
{
	char text[64];
	struct row_id row, made;
	uint32_t dice = chance_below(10);
	const char *form = dice < 7 ? "spot_words" : dice < 8 ? "spot_risk" : dice < 9 ? "spot_marks" : "spot_quota";
	const char *const answers[][2] = { { form + 5, text }, { 0 } };

	if (!pick_row(s, machine, false, &row))
		return;
	intend(&row);
	if (dice < 7)
		snprintf(text, sizeof text, "第%u步由%u", s->step, machine);
	else if (dice < 9)
		snprintf(text, sizeof text, "%s", dice < 8 ? risks[chance_below(3)] : marks[chance_below(4)]);
	else
		snprintf(text, sizeof text, "%u", s->step);
	sim_ok(submit(s, machine, form, &row, answers, &made), "%s", form);
	saved(s, machine, made.ref, &row, dice < 7 ? WORDS : 0, false);
}

static void work_at_hazard(struct sim *s, uint32_t machine)
{
	static const char *const forms[] = { "hazard_fixed", "hazard_recheck", "hazard_reopen" };
	struct row_id row, made;
	uint32_t which = chance_below(5) % 3;
	const char *const answers[][2] = { { which == 1 ? "result" : "note", which == 1 && chance_one_in(3) ? "fail" : "pass" }, { 0 } };
	enum err e;

	if (!pick_row(s, machine, true, &row)) {
		const char *const first[][2] = { { "desc", "通道堵" }, { 0 } };

		sim_ok(submit(s, machine, "hazard_new", NULL, first, &made), "hazard_new");
		saved(s, machine, made.ref, NULL, 0, true);
		return;
	}
	e = submit(s, machine, forms[which], &row, answers, &made);
	if (e == ERR_DENIED)                            /* not a step for him, or not now */
		return;
	sim_ok(e, "%s", forms[which]);
	saved(s, machine, made.ref, &row, 0, true);
}

/* One of his own records, as far as this machine still has it. */
static bool pick_own(struct sim *s, uint32_t machine, const struct sim_save **out)
{
	for (int tries = 0; tries < 20 && s->save_count; tries++) {
		const struct sim_save *x = &s->saves[chance_below((uint32_t)s->save_count)];

		if (x->machine == machine && x->field && !memcmp(x->ref, x->row.ref, EVENT_REF) && sim_holds(s, machine, x->ref)) {
			*out = x;
			return true;
		}
	}
	return false;
}

static void correct(struct sim *s, uint32_t machine)
{
	struct profile *p = s->at[machine].profile;
	const struct sim_save *own;
	struct submit_host *host;
	const struct form *asked;
	const struct pack *pack;
	struct row_id row;
	struct fill *f;
	char words[64];
	uint8_t ref[EVENT_REF];
	enum err e;

	if (!pick_own(s, machine, &own))
		return;
	row = own->row;
	intend(&row);
	if (chance_one_in(6)) {
		sim_ok(submit_retract(p, own->ref, "录错", ref), "retract");
		saved(s, machine, ref, &row, 0, false);
		return;
	}
	sim_ok(profile_pack_current(p, &pack), "pack");
	sim_ok(submit_host_open(p, "spot_new", NULL, &host), "amend");
	sim_ok(pack_form_read(&pack->forms[pack_find_form(pack, "spot_new")], &asked), "amend");
	sim_ok(fill_open(asked, submit_host_fill(host), &f), "amend");
	e = submit_load(p, own->ref, f);
	snprintf(words, sizeof words, "更正%u由%u", s->step, machine);
	if (!e)
		sim_ok(fill_put(f, fill_find(f, "words"), words), "amend");
	if (!e && !(e = fill_finish(f)))
		e = submit_amend(p, &(struct submit_amend){ .target = own->ref, .fill = f }, ref);
	fill_close(f);
	submit_host_close(host);
	if (e == ERR_DENIED)                            /* erased, or not to be changed any more */
		return;
	sim_ok(e, "amend");
	saved(s, machine, ref, &row, WORDS, false);
}

/* --- photos --- */

void sim_photo_bytes(const struct sim_photo *x, struct buf *out)
{
	for (uint32_t i = 0; i < x->size; i++)
		buf_putc(out, (int)((x->step * 31 + x->machine * 17 + i * (1 + i / 251)) & 255));
}

static void photograph(struct sim *s, uint32_t machine)
{
	struct sim_photo x = { .machine = machine, .step = s->step, .size = 1 + chance_below(20000) };
	struct buf content = { 0 }, path = { 0 };
	const struct sim_save *own;
	struct row_id row;
	enum err e;

	if (s->photo_count == SIM_PHOTOS || !pick_own(s, machine, &own))
		return;
	row = own->row;
	buf_printf(&path, "%s/photo", s->root);
	sim_photo_bytes(&x, &content);
	sim_ok(fs_write(buf_str(&path), content.data, content.len), "photo");
	e = attach_file(s->at[machine].profile, own->ref, NULL, buf_str(&path), INT64_MIN, NULL, x.ref);
	buf_clear(&content);
	buf_clear(&path);
	if (e == ERR_DENIED)                            /* erased meanwhile */
		return;
	sim_ok(e, "attach");
	saved(s, machine, x.ref, &row, 0, false);
	s->photos[s->photo_count++] = x;
}

struct settling { struct conflict found; uint32_t skip; bool any; };

static bool take_conflict(void *user, const struct conflict *c)
{
	struct settling *x = user;

	if (c->proposal || !c->field)
		return true;
	x->found = *c;
	x->any = true;
	return x->skip-- > 0;
}

static void settle(struct sim *s, uint32_t machine)
{
	struct profile *p = s->at[machine].profile;
	struct settling x = { .skip = chance_below(4) };
	uint8_t ref[EVENT_REF];
	struct row r;
	struct row_id id;
	enum err e;

	sim_ok(conflict_each(p, take_conflict, &x), "conflicts");
	if (!x.any)
		return;
	sim_ok(row_read_key(p, &x.found.key, &r), "conflict");
	id = r.id;
	row_clear(&r);
	intend(&id);
	e = submit_resolve(p, &id, x.found.field, 1 + chance_below(2), NULL, ref);
	if (e == ERR_DENIED)
		return;
	sim_ok(e, "resolve");
	saved(s, machine, ref, &id, x.found.field == WORDS ? WORDS : 0, false);
}

void sim_record(struct sim *s, uint32_t machine)
{
	uint32_t dice = chance_below(100);

	sim_stand(s, machine);
	if (dice < 22)
		new_spot(s, machine);
	else if (dice < 70)
		edit_spot(s, machine);
	else if (dice < 88)
		work_at_hazard(s, machine);
	else if (dice < 94)
		correct(s, machine);
	else if (dice < 95)
		photograph(s, machine);
	else
		settle(s, machine);
}
