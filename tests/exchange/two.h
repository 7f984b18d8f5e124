/* two.h - a township and one enrolled device of its village 990101100201, both unlocked in this process; what they do with a stick; the
 * township's daemon beside them. */
#ifndef TESTS_EXCHANGE_TWO_H
#define TESTS_EXCHANGE_TWO_H

#include "tests/tap.h"

#include "sync/exchange/folder/folder.h"
#include "tests/ledger/world.h"

#include <sys/types.h>

extern struct profile *office, *device;
extern struct event_scope village;
extern char stick[512];                                 /* a path; two_fresh_stick() makes it */

/* Profiles "town" and "device" of world_path(), PIN 246810. */
void two_open(void);
void two_close(void);
/* The same for a group of tests. */
int two_setup(void **state);
int two_teardown(void **state);

void two_fresh_stick(void);
/* The device copies to the stick and reads it; the township merges it, gives receipts and the downlink. */
enum err two_deliver(void);
enum err two_merge(void);
/* Bundles that wait in the device's out/; how many of them lie whole on the stick. */
struct two_waiting { uint32_t count, whole; };
struct two_waiting two_waiting(void);
/* Is this the text of an event of that store? */
bool two_holds(struct profile *p, const char *text);

/* The real daemon on the township's profile at this port of loopback (0: any); where it listens, 0 when it did not start. */
uint16_t two_daemon(uint16_t port, pid_t *pid);

#endif
