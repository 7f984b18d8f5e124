/* log_place.h - where an event lies in this store. Local: never leaves the device, never enters a hash.
 *
 * A log is held as strands: pieces whose chain is whole. One strand is the rule; a gap or a split makes another, and a gap
 * that closes joins two. log and seq never change; strand may, and a lookup finds the event all the same.
 */
#ifndef SYNC_LEDGER_LOG_LOG_PLACE_H
#define SYNC_LEDGER_LOG_LOG_PLACE_H

#include <stdint.h>

struct log_place {
	uint64_t seq;
	uint32_t log;                                       /* local number of its log */
	uint16_t strand;                                    /* tells the branches of a split apart */
};

#endif
