/* log_place.h - where an event lies in this store. Local: never leaves the device, never enters a hash. */
#ifndef SYNC_LEDGER_LOG_PLACE_H
#define SYNC_LEDGER_LOG_PLACE_H

#include <stdint.h>

struct log_place {
	uint32_t log;                                     /* local number of its log */
	uint64_t seq;
	uint8_t split[8];                                 /* first bytes of its hash when the log forked here, else zero */
};

#endif
