/* import.h - a register from a table that an office keeps (.xlsx, .xls, CSV in UTF-8 or GB18030): first what it would change,
 * then, when no row is refused, the records, made by the pack's own forms and signed by the writer at the keyboard.
 *
 * Read is the first sheet a person sees that has headings among its first rows: names of questions, labels in any language, or what
 * a ledger calls the field, so that an exported ledger comes back. Codes and rows of other registers may stand as their names or as
 * what people read, dates in the ways of the country, cells merged downwards count for each row; a masked name is never taken for
 * a name. An empty cell changes nothing, and no row of the register is ever taken away. Rows are known by their natural key: `code`
 * where register and table have one, else `name` (with the village, where rows belong to villages), so that the same table imported
 * again changes nothing.
 */
#ifndef SYNC_TOWN_IMPORT_H
#define SYNC_TOWN_IMPORT_H

#include "sync/ledger/rows/row.h"

enum import_what { IMPORT_NEW, IMPORT_CHANGED, IMPORT_SAME, IMPORT_REFUSED, IMPORT_KINDS };
const char *import_name(enum import_what what);       /* "new", for JSON */
const char *import_text(enum import_what what);       /* for people */

/* One line of the table. Texts belong to the import. */
struct import_line {
	uint32_t row;                                     /* from 1, as the table's program counts */
	enum import_what what;
	const char *key;                                  /* what it is known by */
	const char *column;                               /* of the fault: "C"; "" when the row as a whole */
	const char *words;                                /* refused: why; changed: which fields */
	const uint8_t *ref;                               /* the record that was made of it; NULL: none yet */
};

/* What one cell of it writes: as lists show it (names and numbers masked), "" when nothing was there. */
struct import_change { const char *field, *from; struct buf to; };

struct import;

/* Read and judge every line; nothing is written. `village`: whose rows they are where no column says (code; NULL). ERR_FORMAT:
 * not a table, no column that is known, no key; ERR_NOTFOUND, ERR_UNSUPPORTED: the register, or no form of it that the township fills. */
enum err import_open(struct profile *p, const char *reg, const char *path, const char *village, struct import **out);
void import_close(struct import *m);

const char *import_sheet(const struct import *m);
const char *import_ignored(const struct import *m);   /* headings that no question has, "、" between; "" */
uint32_t import_unasked(const struct import *m);      /* cells left out because no form asks that of such a row */
size_t import_homeless(const struct import *m);       /* new rows of a village's register of which the table says no village */
size_t import_absent(const struct import *m);         /* rows of the register that the table does not name: they stay as they are */
size_t import_count(const struct import *m);
const struct import_line *import_at(const struct import *m, size_t i);
/* The k-th change of line i; false when there are no more. out->to is the caller's to clear, and may be used again. */
bool import_change(const struct import *m, size_t i, uint32_t k, struct import_change *out);
size_t import_total(const struct import *m, enum import_what what);

/* Make the record of the next new or changed line; *done when none is left. ERR_DENIED while any line is refused, or when the
 * writer may not. Each record is durable on return; what is left after an error is done by importing again. */
enum err import_step(struct import *m, bool *done);

#endif
