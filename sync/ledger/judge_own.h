/* judge_own.h - what judge.c and judge_step.c share; nobody else includes it. */
#ifndef SYNC_LEDGER_JUDGE_OWN_H
#define SYNC_LEDGER_JUDGE_OWN_H

#include "sync/ledger/judge.h"

#include <string.h>

/* The entries that one entry saw: a bit each. */
struct seen { uint8_t *bits; uint32_t *stack; };

struct bench {
	struct judge_entry *entries;
	uint32_t count;
	struct seen seen;
};

static inline bool same_ref(const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, EVENT_REF);
}


/* First entry of event `ref`, b->count when there is none; entries of one event lie together. */
uint32_t bench_find(const struct bench *b, const uint8_t *ref);
static inline bool bench_in_event(const struct bench *b, uint32_t i, const uint8_t *ref)
{
	return i < b->count && same_ref(b->entries[i].ref, ref);
}

/* Does `e` name the event of `of`? Then its accepted writes close that one's. */
bool bench_closes(const struct judge_entry *e, const struct judge_entry *of);

const struct judge_write *entry_write(const struct judge_entry *e, uint32_t n);    /* NULL when it does not write the field */

bool bench_text_is(const uint8_t *data, size_t len, const char *s);

/* Judge the steps of an entry that counts otherwise; the worst verdict. A step that is allowed adds its write. */
enum row_reason bench_judge_steps(struct bench *b, struct judge_entry *e);
bool bench_deps_held(const struct bench *b, const struct judge_entry *e);

#endif
