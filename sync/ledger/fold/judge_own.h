/* judge_own.h - what judge.c, judge_bench.c and judge_step.c share; nobody else includes it.
 *
 * The bench: the entries of one row, found by the events they belong to, each with the events it names, and what one entry saw of it all.
 * Everything is made once for a row and costs what the row's links cost, since an insider may sign thousands of events that all write to one.
 */
#ifndef SYNC_LEDGER_FOLD_JUDGE_OWN_H
#define SYNC_LEDGER_FOLD_JUDGE_OWN_H

#include "sync/ledger/fold/judge.h"

#include <string.h>

/* An entry under its event's ref; those of one event lie together. */
struct named { uint8_t ref[EVENT_REF]; uint32_t entry; };

/* What entry `of` saw: `seen` marks it, `open` are the accepted values in it that nothing in it closes. Entries after that saw all of
 * this and more go on from here. */
struct view {
	uint32_t of, number;                              /* `number` tells what was closed in this view from what was in an earlier one */
	bool any;
	uint8_t *seen;
	struct judge_value { uint32_t entry; struct judge_write *write; } *open; uint32_t open_count;
};

struct bench {
	struct judge_entry *entries; uint32_t count;
	struct named *names;
	uint32_t *first, *links;                          /* of entry i: links[first[i]] to before links[first[i + 1]], places in `names` */
	uint32_t *stack, *next;                           /* as many as entries, for walks: of all who wait to be judged, with the link each is at */
	uint32_t *walk, *asked, asked_number;             /* likewise: of what was seen; who was asked already */
	struct view view;
	void *memory;
};

static inline bool same_ref(const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, EVENT_REF);
}

enum err bench_open(struct bench *b, struct judge_entry *entries, uint32_t count);
void bench_close(struct bench *b);

/* Is an entry of this event here? */
bool bench_holds(const struct bench *b, const uint8_t *ref);

/* Does place i of `names` still belong to the event at place `of`? */
static inline bool bench_same_event(const struct bench *b, uint32_t i, uint32_t of)
{
	return i < b->count && same_ref(b->names[i].ref, b->names[of].ref);
}

/* Every entry that entry `e` names: its deps and its target, never its own event. Start with *link = *at = 0. */
bool bench_next_named(const struct bench *b, uint32_t e, uint32_t *link, uint32_t *at, uint32_t *entry);

/* What the accepted writes of entry `e` close is marked: for good (`view` 0), or in that view. */
void bench_settle(struct bench *b, uint32_t e, uint32_t view);

/* The view of entry `e`, all that it names being judged; then its open values of field n, in no order. Start with *at 0. */
void bench_see(struct bench *b, uint32_t e);
const struct judge_write *bench_next_open(struct bench *b, uint32_t n, uint32_t *at, uint32_t *entry);

const struct judge_write *entry_write(const struct judge_entry *e, uint32_t n);    /* NULL when it does not write the field */

bool bench_text_is(const uint8_t *data, size_t len, const char *s);

/* Judge the steps of an entry that counts otherwise; the worst verdict. A step that is allowed adds its write. */
enum row_reason bench_judge_steps(struct bench *b, uint32_t e);
bool bench_deps_held(const struct bench *b, const struct judge_entry *e);

#endif
