#include "config.h"
#include "tests/tap.h"
#include "tests/ledger/pair.h"

#include <stdio.h>

struct profile *writer, *reader;

void pair_open(const char *name, int events)
{
	char dir[64], text[16];

	snprintf(dir, sizeof dir, "%s-w", name);
	assert_ok(world_open(dir, false, 1, &writer));
	snprintf(dir, sizeof dir, "%s-r", name);
	assert_ok(world_open(dir, true, 2, &reader));
	for (int i = 2; i <= events; i++) {             /* 1 is EPOCH_START */
		snprintf(text, sizeof text, "%d", i);
		assert_ok(world_append(writer, NULL, text, "answers", i % 2 ? "secret" : NULL, NULL));
	}
}

void pair_close(void)
{
	profile_close(writer);
	profile_close(reader);
}

struct log_result pair_ship(uint64_t first, uint32_t max)
{
	struct event_log_id id = world_log(writer);
	struct log_result r;

	assert_ok(world_send(writer, reader, &id, first, max, &r));
	return r;
}

struct log_head pair_head(struct profile *p, const struct event_log_id *id)
{
	static struct log_head h;
	struct store_txn t;

	profile_begin(p, &t);
	assert_ok(log_head_get(&t, id, &h));
	store_abort(&t);
	return h;
}

enum err pair_import(struct log_batch *b, void *user)
{
	struct pair_import *s = user;

	return log_import(b, &s->seg, s->steps, &s->result);
}
