/* disk.h - what a disk may hold after a power cut, at any moment of what trap.h recorded.
 *
 * What was written and not yet synced is there, not there, or torn on 512-byte sectors, in any combination; names likewise, in
 * order. Or, as on a cheap card, the whole flash page around the last write is garbage. One disk at a time; chance repeats itself.
 */
#ifndef TESTS_FAULTS_DISK_H
#define TESTS_FAULTS_DISK_H

#include "tests/faults/trap.h"

enum disk_how { DISK_SUBSET, DISK_TORN, DISK_GARBAGE };

/* Take one operation into the model. True when a cut at this point can show something new. Then, when all cuts at it were made,
 * disk_landed(): the call has returned. */
bool disk_step(const struct trap_op *o);
void disk_landed(const struct trap_op *o);

/* A state of the disk after a cut now, as a directory. `page`: bytes of a flash page. */
void disk_build(const char *dir, enum disk_how how, size_t page);

/* What was said to be saved last (trap_ack), NULL nothing yet. */
const struct trap_op *disk_said(void);

uint32_t disk_dice(uint32_t sides);
void disk_forget(void);

#endif
