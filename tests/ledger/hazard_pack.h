/* hazard_pack.h - a small pack, made in memory: the hazard loop with its stage and marks, for tests of the fold. */
#ifndef TESTS_LEDGER_HAZARD_PACK_H
#define TESTS_LEDGER_HAZARD_PACK_H

#include "forms/pack/pack.h"
#include "tests/ledger/story.h"

static const char *const stage_order[] = { "open", "notified", "fixing", "fixed", "transferred", "closed", "void", NULL };
static const char *const verify_order[] = { "needed", "major", "general", NULL };

static struct pack_field hazard_fields[] = {
	{ .n = F_STAGE, .id = "stage", .type = PACK_CODE, .codes = PACK_NONE, .target = PACK_NONE, .merge = PACK_STATE },
	{ .n = F_VERIFY, .id = "verify", .type = PACK_CODE, .codes = PACK_NONE, .target = PACK_NONE, .merge = PACK_STATE },
	{ .n = F_CONTROL, .id = "control", .type = PACK_CODES, .codes = PACK_NONE, .target = PACK_NONE, .merge = PACK_SET },
	{ .n = F_LEVEL, .id = "level", .type = PACK_CODE, .codes = PACK_NONE, .target = PACK_NONE, .merge = PACK_FIELD },
	{ .n = F_NOTE, .id = "note", .type = PACK_TEXT, .codes = PACK_NONE, .target = PACK_NONE, .merge = PACK_FIELD },
	{ .n = F_TITLE, .id = "title", .type = PACK_TEXT, .codes = PACK_NONE, .target = PACK_NONE, .merge = PACK_TOWN_FIELD }
};

#define WORDS(...) (const char *[]){ __VA_ARGS__, NULL }

#define PASS_RULES .from = WORDS("fixed"), .to = "closed", .not_same_person_as = WORDS("report_fixed", "spot_fix")
#define ANYBODY (PACK_GRID | PACK_VADM | PACK_TOWN)

static struct pack_step hazard_steps[STEP_COUNT] = {
	[S_REGISTER] = { .id = "register", .field = 0, .from = WORDS("new"), .to = "open", .roles = ANYBODY },
	[S_SPOT_FIX] = { .id = "spot_fix", .field = 0, .from = WORDS("new", "open"), .to = "fixed", .when = "level=G|G+", .roles = ANYBODY },
	[S_NOTIFY] = { .id = "notify", .field = 0, .from = WORDS("new", "open", "notified"), .to = "notified", .roles = ANYBODY },
	[S_REPORT_FIXED] = { .id = "report_fixed", .field = 0, .from = WORDS("notified", "fixing"), .to = "fixed", .roles = ANYBODY },
	[S_PASS] = { .id = "pass", .field = 0, PASS_RULES, .when = "level=G verify!=needed control!=stopped|cordoned", .roles = PACK_VADM },
	[S_PASS_TOWN] = { .id = "pass", .field = 0, PASS_RULES, .when = "verify!=needed control!=stopped|cordoned", .roles = PACK_TOWN },
	[S_FAIL] = { .id = "fail", .field = 0, .from = WORDS("fixed"), .to = "fixing", .roles = PACK_VADM | PACK_TOWN },
	[S_VERIFY_ASK] = { .id = "verify_ask", .field = 1, .from = WORDS("*"), .to = "needed", .roles = ANYBODY },
	[S_VERIFY] = { .id = "verify", .field = 1, .from = WORDS("needed"), .to = "=", .roles = PACK_TOWN },
	[S_CONTROL] = { .id = "control", .field = 2, .from = WORDS("*"), .to = "=", .roles = ANYBODY },
	[S_LIFT] = { .id = "lift", .field = 2, .from = WORDS("evacuated", "stopped", "cordoned"), .to = "=", .roles = PACK_VADM | PACK_TOWN },
	[S_REOPEN] = { .id = "reopen", .field = 0, .from = WORDS("closed", "void"), .to = "open", .roles = ANYBODY },
	[S_VOID] = { .id = "void", .field = 0, .from = WORDS("open", "notified", "fixing", "fixed", "transferred"), .to = "void", .roles = PACK_TOWN }
};

static void hazard_pack(struct pack *p)
{
	static struct pack_register reg = { .id = "hazards", .fields = hazard_fields, .field_count = 6 };

	hazard_fields[0].danger_order = (const char **)(uintptr_t)stage_order;
	hazard_fields[1].danger_order = (const char **)(uintptr_t)verify_order;
	*p = (struct pack){ .id = "t", .version = "1", .registers = &reg, .register_count = 1, .steps = hazard_steps, .step_count = STEP_COUNT };
}

#endif
