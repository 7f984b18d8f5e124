/* lines.h - a text file that appears whole: written aside piece by piece, synced, then named. Memory does not grow with it. */
#ifndef SYNC_TOWN_LINES_H
#define SYNC_TOWN_LINES_H

#include "forms/base/buf.h"

/* Append to `text` and call lines_flush() now and then. Failures stick in `err`. */
struct lines { char *path, *aside; int fd; uint64_t at; struct buf text; enum err err; };

enum err lines_open(struct lines *l, const char *path);

/* Write out what is over `above` bytes of text. */
void lines_flush(struct lines *l, size_t above);

/* `e` is what happened while writing: with ERR_OK the file gets its name, else nothing is left. Returns the first failure. Also
 * after lines_open() failed. */
enum err lines_close(struct lines *l, enum err e);

#endif
