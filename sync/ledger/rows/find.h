/* find.h - search as you type: text or pinyin initials (xsd finds 小商店), 100,000 rows within a frame.
 *
 * The store keeps, for every register with searched fields, blocks of 256 rows: choices, folded text, initials, row number. They
 * are read once, when the search opens, and scanned for every key. What a row shows of its choices is found too, by the words and
 * the initials of their labels (find_label.h).
 */
#ifndef SYNC_LEDGER_ROWS_FIND_H
#define SYNC_LEDGER_ROWS_FIND_H

#include "sync/ledger/rows/listing.h"

struct find;

enum { FIND_QUERY_MAX = 64 };

/* Search in one register (NULL = all that have searched fields). */
enum err find_open(struct profile *p, const char *reg, struct find **out);
void find_close(struct find *f);

/* Words apart by blanks must all match. Best first: start of a field, then anywhere, then the label of a choice. All hits are there, however many, until the
 * next query. */
enum err find_query(struct find *f, const char *query, uint32_t *count);
struct row_key find_key(const struct find *f, uint32_t hit);

/* Of the hits of a search in one register keep those that a list of it holds; their order stays. Returns how many. */
uint32_t find_narrow(struct find *f, const struct listing *l);

/* Append `text` as it is searched: A-Z small, full-width forms plain. No locale. */
void find_fold(const char *text, struct buf *out);
/* Append its initials: of each Han character the first letter of its reading, ASCII letters and digits as they are. For
 * characters read in several ways further lines follow, each with another reading of one of them (at most four). */
void find_initials(const char *text, struct buf *out);

#endif
