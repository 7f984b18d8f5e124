/* export.h - what leaves the township as files: ledgers with the offices' own headings, a map, everything as JSON Lines.
 *
 * Columns of class P2 and P3 are masked (张*三, 138****1234) unless `full`, which is written down as a LOOKED event of the
 * unlocked staff writer before the file appears.
 */
#ifndef SYNC_TOWN_EXPORT_H
#define SYNC_TOWN_EXPORT_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct profile;
struct listing;
struct pack;

/* The ledger `id` of the pack in force, as .xlsx or CSV. *rows (may be NULL) counts. ERR_NOTFOUND: no such ledger; ERR_DENIED:
 * `full` without an unlocked TOWN writer. */
enum err export_ledger(struct profile *p, const char *id, bool xlsx, bool full, const char *path, uint32_t *rows);

/* "dir/title.ending": a title may hold a slash (易涝点/地下空间台账), which becomes a dash. `out` is emptied first. */
void export_path(const char *dir, const char *title, const char *ending, struct buf *out);

/* Every row of every register that has a position, as GeoJSON (RFC 7946 with a "crs" note: coordinates stand as recorded, and
 * the reference system of each is a property). */
enum err export_map(struct profile *p, const char *path, uint32_t *features);

/* Every row of every register, one JSON document a line, sorted by register and row. Personal fields stay out unless `full`. */
enum err export_jsonl(struct profile *p, const char *path, bool full, uint32_t *rows);

/* Write down that the unlocked writer sees the rows of this list unmasked; before the file is there. */
enum err export_look(struct profile *p, struct listing *rows);

/* Mask a name or a number in place of showing it: 张三丰 -> 张*丰, 13812345678 -> 138****5678. Appended. */
void export_mask(const char *text, struct buf *out);

/* The same for the `text` of a row expression over register `reg` (index). A choice is known by its first character: nothing is shown of
 * what reads one, be it with others: "**". */
void export_mask_value(const struct pack *p, uint32_t reg, const char *expression, const char *text, struct buf *out);

#endif
