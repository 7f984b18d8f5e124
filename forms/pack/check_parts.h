/* check_parts.h - the parts of pack_check(), each over a pack that was read without an error. Inside forms/pack. */
#ifndef FORMS_PACK_CHECK_PARTS_H
#define FORMS_PACK_CHECK_PARTS_H

#include "forms/pack/read.h"

void check_tables(struct read *r);                   /* check_tables.c: registers, fields, codes, kinds, thresholds */
void check_lists(struct read *r);                    /* check_lists.c: items, what kinds call */
void check_forms(struct read *r);                    /* check_forms.c: forms, their steps and rows, translations */
void check_flow(struct read *r);                     /* check_flow.c: workflow */
void check_duties(struct read *r);                   /* check_rules.c: duties, ledgers */
void check_ledgers(struct read *r);
void check_papers(struct read *r);                   /* read_papers.c */
void check_against(struct read *r, const struct pack *older);     /* check_older.c */

/* Say where the faults that follow stand. */
void check_at(struct read *r, const char *file, uint32_t row);

#endif
