/* notice.h - papers to hand out and to sign: a notice, a record of a training, the evaluation of a drill, the response cards.
 *
 * What stands on a paper is data (papers.csv of the pack); here it becomes HTML for A4: title, numbered head, a table of fields,
 * tables of other rows, lines to sign on, page numbers. Cells of class P2 and P3 are masked unless `full`, which is written down
 * as a LOOKED event of the unlocked writer before the file appears; so are personal pictures (a signature, a face). Photos stand in
 * the page itself (notice_photo.h), so the file is whole wherever it is taken.
 */
#ifndef SYNC_TOWN_NOTICE_H
#define SYNC_TOWN_NOTICE_H

#include "sync/ledger/rows/row.h"

struct notice_how { bool full; const char *scale; /* the command that makes large photos smaller, sh -c; NULL: none */ };

/* Print about a row: the paper `id`, or NULL for the first of its register that this writer may print and whose condition holds.
 * ERR_NOTFOUND: no such paper; ERR_DENIED: the paper is not this writer's to print, or `full` with nobody unlocked. *title (may
 * be NULL, borrowed from the pack) says which paper it became. */
enum err notice_row(struct profile *p, const struct row_id *row, const char *id, const struct notice_how *how, const char *path, const char **title);

/* The papers, by index in the pack, that fit the row and that this writer may print: what notice_row() takes. */
enum { NOTICE_PAPERS_MAX = 16 };
enum err notice_papers(struct profile *p, const struct row *r, uint32_t out[NOTICE_PAPERS_MAX], uint32_t *count);

/* All response cards of the pack, six on a page, to be cut and carried. */
enum err notice_cards(struct profile *p, const char *path, uint32_t *count);

#endif
