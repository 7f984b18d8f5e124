/* eval.h - expressions over rows, read once and kept. */
#ifndef SYNC_LEDGER_ROWS_EVAL_H
#define SYNC_LEDGER_ROWS_EVAL_H

#include <stdint.h>

struct eval_cached;
struct eval_cache { struct eval_cached *at; uint32_t count, depth; };
void eval_clear(struct eval_cache *c);

#endif
