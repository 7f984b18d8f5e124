/* pair.h - a writer's device and a reader's store, and the writer's one log going from the first to the second. */
#ifndef TESTS_LEDGER_PAIR_H
#define TESTS_LEDGER_PAIR_H

#include "sync/ledger/log/log_record.h"
#include "tests/ledger/world.h"

extern struct profile *writer, *reader;

/* Both, under NAME; the writer's log holds `events`: the first is EPOCH_START, the others carry their number as text. */
void pair_open(const char *name, int events);
void pair_close(void);

/* The writer's log from `first` on in segments of at most `max` events. */
struct log_result pair_ship(uint64_t first, uint32_t max);

/* A store's head of a log, until the next call. */
struct log_head pair_head(struct profile *p, const struct event_log_id *id);

/* One segment, as a log_write() operation. */
struct pair_import { struct log_segment seg; struct log_step *steps; struct log_result result; };
enum err pair_import(struct log_batch *b, void *user);

#endif
