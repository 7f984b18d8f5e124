/* hostile.h - an insider of the summer's township: certified, with a valid key, and with a program of his own. What he signs comes to the
 * office by real bundles; the office must keep its bounds and believe nothing that it should not. */
#ifndef TESTS_LEDGER_HOSTILE_H
#define TESTS_LEDGER_HOSTILE_H

#include "sync/exchange/inbox/inbox.h"
#include "tests/bundle/chain.h"
#include "tests/ledger/summer.h"

/* A record as somebody honest made it; parts that do not exist are empty. */
struct hostile_sample { uint16_t kind; uint8_t flags, ref[EVENT_REF]; struct buf part[3]; };
enum { HOSTILE_SAMPLES = 1024 };
extern struct hostile_sample hostile_samples[HOSTILE_SAMPLES];
extern uint32_t hostile_sample_count;

void hostile_begin(uint32_t events);
void hostile_end(void);

extern const struct keys_identity *hostile_insider;

/* A new log of the insider in the village. */
struct chain hostile_log(void);

/* All of the log as one bundle, delivered; what is refused has a reason. More than a second of the processor for each MiB fails. */
enum inbox_verdict hostile_deliver(const struct chain *c, struct inbox_file *told);

/* One event between two honest ones, in a log of its own: taken in, all three or none; when none, the honest ones are taken in alone.
 * hostile_given counts them, hostile_taken those whose log was taken in. */
void hostile_offer(const char *what, const struct event *e);
extern uint32_t hostile_given, hostile_taken;

/* An event with this public part; for hostile_offer(). The payload is borrowed. */
struct event hostile_event(uint16_t kind, const struct buf *payload);

/* Some hundreds of records made by hand (hostile_made.c), all offered. */
void hostile_made(void);

/* A sample with one to four random changes: bytes, numbers at their ends, pieces cut out, doubled or taken from another. Valid until the next call. */
const struct hostile_sample *hostile_change(void);

/* Whole and in order; folded anew it is the same. Then the insider is revoked, and the registers are as if he had never written. */
void hostile_judge(void);

uint32_t hostile_dice(uint32_t n);

#endif
