/* links.h - an office with its daemon, an enrolled device, and a bad network between them. For tests. */
#ifndef TESTS_EXCHANGE_LINKS_H
#define TESTS_EXCHANGE_LINKS_H

#include "sync/ledger/profile/profile.h"
#include "tests/exchange/chaos.h"

#include <sys/types.h>

extern struct links {
	struct profile *office, *device;                  /* staff at work beside the daemon; a grid worker of village 990101100201 */
	struct chaos_relay *relay;                        /* fair weather until it is told otherwise */
	char url[64];                                     /* of the daemon, through the relay */
	pid_t town;
} links;

void links_open(uint64_t seed);
void links_close(void);

/* Bytes of uploads that lie half done, and of bundles taken in: what the township has of the device. */
uint64_t links_reached(void);

#endif
