/* story.h - a history of one hazard told in words: each line is an event of a person, saying what it saw; then it is judged. */
#ifndef TESTS_LEDGER_STORY_H
#define TESTS_LEDGER_STORY_H

#include "sync/ledger/fold/judge.h"

/* the fields and steps of its small pack (hazard_pack.h) */
enum { F_STAGE = 1, F_VERIFY, F_CONTROL, F_LEVEL, F_NOTE, F_TITLE };
enum { S_REGISTER, S_SPOT_FIX, S_NOTIFY, S_REPORT_FIXED, S_PASS, S_PASS_TOWN, S_FAIL, S_VERIFY_ASK, S_VERIFY, S_CONTROL, S_LIFT, S_REOPEN, S_VOID, STEP_COUNT };

enum { STORY_ENTRIES = 32 };
extern struct judge_entry story[STORY_ENTRIES];
extern uint32_t story_told;

void story_begin(void);

/* The next event, n-th of the story, by a person in a role; refs count 1, 2, 3 in their first byte. */
uint32_t story_tell(const char *person, uint32_t roles, enum event_kind kind);

/* What event `i` writes into field `n`, takes as a step, saw of another. */
void story_write(uint32_t i, uint32_t n, const char *value);
void story_write_set(uint32_t i, uint32_t n, const char *value);
void story_take(uint32_t i, int step);
void story_saw(uint32_t i, uint32_t other);

/* Whole events: a hazard raised, a step on what event `seen` left. */
uint32_t story_raise(const char *person, uint32_t role, const char *level);
uint32_t story_step(uint32_t seen, const char *person, uint32_t role, int step);

void story_judge(void);

/* Judge, and say what the event is refused for: every shortcut, one by one. */
enum row_reason story_verdict(uint32_t last);

/* The event that was told `i`-th, wherever it sorts now. */
const struct judge_entry *story_entry(uint32_t i);

/* The field of the stage. */
const struct pack_field *story_stage(void);

/* Open values of a field, "a b" in the order of the fold. */
const char *story_open(uint32_t n);

#endif
