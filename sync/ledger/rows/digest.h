/* digest.h - one hash of all registers; equal on two stores that hold the same events. sync.md section 5, PAYLOADS.md. */
#ifndef SYNC_LEDGER_ROWS_DIGEST_H
#define SYNC_LEDGER_ROWS_DIGEST_H

#include "forms/base/err.h"

#include <stdint.h>

struct profile;

enum { DIGEST_BYTES = 32 };

/* Reads every row once; memory grows with the number of rows (21 bytes each) for sorting by id. */
enum err digest_state(struct profile *p, uint8_t out[DIGEST_BYTES]);

#endif
