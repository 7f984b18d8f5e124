/* page.h - the chapters of the report, each appended as HTML. */
#ifndef SYNC_TOWN_REPORT_PAGE_H
#define SYNC_TOWN_REPORT_PAGE_H

#include "sync/town/report/facts.h"

void page_begin(const struct facts *f, struct buf *out);                  /* head and hazards */
enum err page_map(const struct facts *f, const char *outlines, struct buf *out);
void page_end(const struct facts *f, struct buf *out);                    /* what the words mean */

/* page_tables.c */
void page_hazards(const struct facts *f, struct buf *out);                /* by level, kind, item; how long they took */
void page_listed(const struct facts *f, struct buf *out);                 /* the open majors by name */
void page_duties(const struct facts *f, struct buf *out);
void page_trainings(const struct facts *f, struct buf *out);
void page_warnings(const struct facts *f, struct buf *out);
void page_villages(const struct facts *f, struct buf *out);

#endif
