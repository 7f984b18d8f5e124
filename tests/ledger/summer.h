/* summer.h - what the people of one township record in a summer, with all that can go wrong in it: they work apart and meet
 * by chance, so values disagree and steps come too late; one of their programs cheats, a device is lost, records are taken
 * back, settled, adopted, erased. The office holds everything in the end. The same dice every time; only keys are new.
 */
#ifndef TESTS_LEDGER_SUMMER_H
#define TESTS_LEDGER_SUMMER_H

#include "tests/ledger/township.h"

extern struct township summer_town;

/* At least so many events. */
void summer_make(uint32_t wanted);
void summer_end(void);

/* The profile of a log's author: it alone has the signature of every event, so it can end a piece anywhere. */
struct profile *summer_author(const struct event_log_id *id);

/* Events in a store. */
uint32_t summer_count(struct profile *p);

#endif
