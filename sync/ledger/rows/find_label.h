/* find_label.h - the labels of the choices that rows show, as a search meets them: each once, however many rows have it.
 *
 * They are few, and come from the pack in force when the search opens: a query is matched against them, not against their rows.
 */
#ifndef SYNC_LEDGER_ROWS_FIND_LABEL_H
#define SYNC_LEDGER_ROWS_FIND_LABEL_H

#include "sync/ledger/rows/block.h"

enum { FIND_LABELS_MAX = 65535 };                     /* what is beyond is not found by its label */

/* `name`: of the choice; `text`: the label folded, then its initials, a NUL at the end; `words`: for the search, zero at first. */
struct find_label { const struct pack_register *reg; uint32_t field, name, name_len, text, text_len; uint8_t words; };
struct find_labels { struct find_label *at; uint32_t count, cap; uint16_t *slots; uint32_t slot_count; struct buf bytes; };   /* zeroed is empty */

/* The number of a choice's label, made when it is met first, in the language in use. ERR_LIMIT without a message: there are too many. */
enum err find_label(struct find_labels *l, const struct pack *pack, const struct pack_register *reg, const struct block_choice *c, uint16_t *out);
void find_labels_clear(struct find_labels *l);

#endif
