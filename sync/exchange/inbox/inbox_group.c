#include "config.h"
#include "sync/exchange/inbox/inbox_own.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/bundle/segment.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAUSE_MS = 1 };                                /* between two commits: who waits for the lock gets it */

void inbox_decide(struct inbox_file *f, enum inbox_verdict v, const char *reason)
{
	f->verdict = v;
	snprintf(f->reason, sizeof f->reason, "%s", reason);
}

/* --- one segment --- */

static void refuse_rest(struct inbox_file *f)
{
	char why[sizeof f->reason];

	snprintf(why, sizeof why, "%s", err_detail());
	inbox_decide(f, INBOX_REFUSED, why);
}

static void note_piece(struct inbox_file *f, const struct log_segment *seg, const uint8_t end[EVENT_HASH])
{
	struct evidence_piece *piece = &f->pieces[f->piece_count++];

	*piece = (struct evidence_piece){ .log = seg->id, .first = seg->first, .last = seg->first + seg->count - 1 };
	memcpy(piece->end, end, sizeof piece->end);
}

/* Take in one segment whose turn it is. What is wrong with it is noted on the file; only the machine's errors return. */
static enum err take_segment(struct log_batch *b, struct inbox_group *g, struct inbox_arrival *a, size_t n)
{
	const struct log_segment *seg = &a->bundle->segments[n];
	const struct keys_roster *roster = g->profile->roster;
	const uint8_t *author = keys_roster_author(roster, seg->id.writer);
	struct inbox_file *f = a->file;
	struct log_result result = { 0 };
	const struct log_step *steps;
	enum err e;

	if (!author || !keys_roster_writes(roster, seg->id.writer, &seg->id.scope)) {
		a->waits = true;
		return ERR_OK;
	}
	if ((e = ahead_read(g->ahead, seg, &steps)) == ERR_NOMEM)
		return e;
	if (e || (e = segment_signed(seg, author, steps))) {
		refuse_rest(f);
		f->newer = e == ERR_VERSION;
		return ERR_OK;
	}
	e = log_import(b, seg, steps, &result);
	if (e == ERR_LIMIT || e == ERR_FORMAT) {
		refuse_rest(f);
		return ERR_OK;
	}
	if (e)
		return e;
	a->taken |= UINT64_C(1) << n;
	f->added += result.added + result.filled;
	f->held += result.held;
	f->gap |= result.gap;
	f->split |= result.split;
	note_piece(f, seg, steps[seg->count - 1].hash);
	return ERR_OK;
}

static bool has_turn(const struct inbox_group *g, const struct inbox_arrival *a, size_t n)
{
	return !(a->taken >> n & 1) && (!g->authority_only || keys_roster_is_authority(g->profile->roster, a->bundle->segments[n].id.writer));
}

/* --- one bundle --- */

/* Is the sealer known by now? Notes on the file what it means when not. */
static bool introduced(struct inbox_group *g, struct inbox_arrival *a)
{
	enum err e = bundle_envelope_verify(&a->envelope, g->profile->roster);

	if (e)
		inbox_decide(a->file, e == ERR_UNKNOWN ? INBOX_HELD : INBOX_REFUSED, err_detail());
	return a->proven = !e;
}

static enum err end_bundle(struct log_batch *b, struct inbox_group *g, struct inbox_arrival *a)
{
	if (a->bundle && a->file->verdict == INBOX_MERGED && a->waits)
		inbox_decide(a->file, INBOX_HELD, _("里面有还没入网的人的记录, 等乡镇的名册到了再收"));
	g->reached = (struct inbox_mark){ .bundle = g->reached.bundle + 1 };
	/* Of what is only carried too, so that whoever brings it again is told that it is here. */
	if (g->authority_only || (!a->bundle && a->file->verdict != INBOX_CARRIED))
		return ERR_OK;
	return keep_evidence(b, a->file, &a->envelope, a->bundle);
}

/* The next segment of the bundle whose turn it is, or its end. */
static enum err take_next(struct log_batch *b, struct inbox_group *g)
{
	struct inbox_arrival *a = &g->at[g->reached.bundle];
	size_t n = g->reached.segment;

	if (!a->bundle)
		return end_bundle(b, g, a);
	if (!n) {
		a->waits = false;
		a->file->verdict = INBOX_MERGED;
		a->file->segments = (uint32_t)a->bundle->segment_count;
		if (a->stranger && !g->authority_only && !introduced(g, a))
			return end_bundle(b, g, a);
	}
	if (n == a->bundle->segment_count)
		return end_bundle(b, g, a);
	g->reached.segment++;
	return has_turn(g, a, n) ? take_segment(b, g, a, n) : ERR_OK;
}

/* --- commits --- */

static void set_back(struct inbox_arrival *a)
{
	const struct inbox_progress *d = &a->durable;
	struct inbox_file *f = a->file;

	a->taken = d->taken;
	a->waits = d->waits;
	f->added = d->added;
	f->held = d->held;
	f->piece_count = d->pieces;
	f->gap = d->gap;
	f->split = d->split;
	f->newer = d->newer;
	f->verdict = d->verdict;
}

static void note_durable(struct inbox_arrival *a)
{
	const struct inbox_file *f = a->file;

	a->durable = (struct inbox_progress){ .taken = a->taken, .added = f->added, .held = f->held, .pieces = f->piece_count, .gap = f->gap,
	                                      .split = f->split, .newer = f->newer, .waits = a->waits, .verdict = f->verdict };
}

/* The work of one commit. May run again after the map has grown, so it starts from what is durable. */
static enum err take_slice(struct log_batch *b, void *user)
{
	struct inbox_group *g = user;
	int64_t until = clock_ticks() + (g->profile->office ? INBOX_SLICE_OFFICE_MS : INBOX_SLICE_MS) * INT64_C(1000000);
	enum err e = ERR_OK;

	for (size_t i = 0; i < g->count; i++)
		set_back(&g->at[i]);
	g->reached = g->done;
	do
		e = take_next(b, g);
	while (!e && g->reached.bundle < g->count && clock_ticks() < until);
	return e;
}

/* Past the bundles of which nothing is written: those that are here already are no reason for a commit. */
static bool pass_over(struct inbox_group *g)
{
	while (!g->done.segment && g->done.bundle < g->count && !g->at[g->done.bundle].bundle
	       && (g->authority_only || g->at[g->done.bundle].file->verdict != INBOX_CARRIED))
		g->done.bundle++;
	return g->done.bundle < g->count;
}

/* The segments whose turn comes in this pass, in their order. */
static enum err read_pass(struct inbox_group *g)
{
	const struct log_segment **list;
	size_t room = 0, count = 0;
	enum err e;

	for (size_t i = 0; i < g->count; i++)
		room += g->at[i].bundle ? g->at[i].bundle->segment_count : 0;
	if (!(list = calloc(room + 1, sizeof *list)))
		return err_set(ERR_NOMEM, _("收包内存不够"));
	for (size_t i = 0; i < g->count; i++)
		for (size_t n = 0; g->at[i].bundle && n < g->at[i].bundle->segment_count; n++)
			if (has_turn(g, &g->at[i], n))
				list[count++] = &g->at[i].bundle->segments[n];
	e = ahead_begin(list, count, &g->ahead);
	free(list);
	return e;
}

static enum err take_pass(struct inbox_group *g, bool authority_only)
{
	enum err e;
	bool again = false;

	g->authority_only = authority_only;
	g->done = (struct inbox_mark){ 0 };
	e = read_pass(g);
	while (!e && pass_over(g)) {
		if (again)
			clock_sleep(PAUSE_MS);
		again = true;
		if ((e = log_write(g->profile, take_slice, g)))
			break;
		for (size_t i = 0; i < g->count; i++)
			note_durable(&g->at[i]);
		g->done = g->reached;
	}
	ahead_end(g->ahead);
	g->ahead = NULL;
	return e;
}

static bool has_authority(const struct inbox_group *g)
{
	for (size_t i = 0; i < g->count; i++)
		for (size_t s = 0; g->at[i].bundle && s < g->at[i].bundle->segment_count; s++)
			if (keys_roster_is_authority(g->profile->roster, g->at[i].bundle->segments[s].id.writer))
				return true;
	return false;
}

enum err inbox_group_take(struct inbox_group *g)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < g->count; i++)
		note_durable(&g->at[i]);
	/* Certificates first: the same stick may bring a person and that person's records. */
	if (has_authority(g))
		e = take_pass(g, true);
	if (!e)
		e = take_pass(g, false);
	return e;
}
