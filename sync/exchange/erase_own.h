/* erase_own.h - inside erase*.c: what an order names, looked for in bundles that lie beside the ledger. Not for others. */
#ifndef SYNC_EXCHANGE_ERASE_OWN_H
#define SYNC_EXCHANGE_ERASE_OWN_H

#include "sync/ledger/event.h"

#include <stdbool.h>

struct profile;

/* An erased event; where it stands, when it is here. */
struct erase_target { uint8_t ref[EVENT_REF]; struct event_log_id log; uint64_t seq; bool placed; };

/* Does this file hold one of them? False for what is no bundle or does not open with our keys. */
bool erase_holds(struct profile *p, const void *data, size_t len, const struct erase_target *at, size_t count);

/* Refused bundles that hold one of them go from quarantine/, with what lies beside them. */
enum err erase_refused(struct profile *p, const struct erase_target *at, size_t count);

#endif
