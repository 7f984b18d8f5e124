#include "config.h"
#include "tests/tap.h"
#include "tests/ledger/hazard_pack.h"
#include "tests/ledger/story.h"

enum { WRITES = 16 };

struct judge_entry story[STORY_ENTRIES];
uint32_t story_told;

static struct pack pack;
static struct judge_write said[STORY_ENTRIES][WRITES];
static uint8_t bytes[STORY_ENTRIES][WRITES][32];

void story_begin(void)
{
	hazard_pack(&pack);
	memset(story, 0, sizeof story);
	memset(said, 0, sizeof said);
	story_told = 0;
}

uint32_t story_tell(const char *person, uint32_t roles, enum event_kind kind)
{
	struct judge_entry *e = &story[story_told];

	e->ref[0] = (uint8_t)(story_told + 1);
	e->log.writer[0] = (uint8_t)person[0];
	e->seq = e->lamport = story_told + 1;
	e->kind = kind;
	e->trusted = e->in_scope = e->may_submit = true;
	e->roles = roles;
	e->person = person;
	e->pack = &pack;
	e->writes = said[story_told];
	e->fresh = story_told == 0;
	return story_told++;
}

void story_write(uint32_t i, uint32_t n, const char *value)
{
	struct judge_entry *e = &story[i];
	struct judge_write *w = &e->writes[e->write_count];
	size_t len = strlen(value);
	uint32_t f = pack_find_field_number(&pack.registers[0], n);

	w->n = n;
	w->merge = hazard_fields[f].merge;
	w->governed = judge_governed(&pack, 0, f);
	w->data = bytes[i][e->write_count];
	w->len = 1 + len;
	bytes[i][e->write_count][0] = (uint8_t)(0x60 | len);
	memcpy(bytes[i][e->write_count] + 1, value, len);
	e->write_count++;
}

void story_write_set(uint32_t i, uint32_t n, const char *value)
{
	struct judge_write *w;
	uint8_t *b = bytes[i][story[i].write_count];

	story_write(i, n, value);
	w = &story[i].writes[story[i].write_count - 1];
	memmove(b + 1, b, w->len);
	b[0] = 0x81;
	w->len++;
}

void story_take(uint32_t i, int step)
{
	story[i].steps[story[i].step_count++] = &pack.steps[step];
}

void story_saw(uint32_t i, uint32_t other)
{
	memcpy(story[i].deps[story[i].dep_count++], story[other].ref, EVENT_REF);
}

const struct judge_entry *story_entry(uint32_t i)
{
	for (uint32_t k = 0; k < story_told; k++)
		if (story[k].ref[0] == i + 1)
			return &story[k];
	return NULL;
}

void story_judge(void)
{
	assert_ok(judge_row(story, story_told));
}

const char *story_open(uint32_t n)
{
	static char out[256];

	out[0] = '\0';
	for (uint32_t i = 0; i < story_told; i++)
		for (uint32_t j = 0; j < story[i].write_count; j++) {
			const struct judge_write *w = &story[i].writes[j];

			if (w->n != n || w->why != ROW_ACCEPTED || w->closed || w->clears)
				continue;
			if (out[0])
				strcat(out, " ");
			strncat(out, (const char *)w->data + (w->data[0] == 0x81 ? 2 : 1), w->len - (w->data[0] == 0x81 ? 2 : 1));
		}
	return out;
}

uint32_t story_raise(const char *person, uint32_t role, const char *level)
{
	uint32_t i = story_tell(person, role, EVENT_SUBMIT);

	story_write(i, F_LEVEL, level);
	story_take(i, S_REGISTER);
	if (!strcmp(level, "M?"))
		story_take(i, S_VERIFY_ASK);
	return i;
}

uint32_t story_step(uint32_t seen, const char *person, uint32_t role, int step)
{
	uint32_t i = story_tell(person, role, EVENT_SUBMIT);

	story_take(i, step);
	story_saw(i, seen);
	return i;
}

/* --- the story of CO-08 --- */

const struct pack_field *story_stage(void)
{
	return &hazard_fields[0];
}

enum row_reason story_verdict(uint32_t last)
{
	story_judge();
	return story_entry(last)->why;
}
