/* check.h - `pack check`: everything that can be wrong with a pack, told to the person who wrote it.
 *
 * pack_read() reports what it cannot read or compile; this adds what is sound by itself and wrong as a whole: states
 * nobody can leave or reach, a stage that only its own fixer may end, duties that no form can pay, words without a
 * translation, codes a spreadsheet has mangled, cards that do not fit, and what may not change between two versions. Each
 * fault names file, row, column and what to do. A pack with an error is not published.
 */
#ifndef FORMS_PACK_CHECK_H
#define FORMS_PACK_CHECK_H

#include "forms/pack/pack.h"

/* Check a folder; `older` is the pack in force, NULL for none. ERR_FORMAT when there is an error, with their number in the
 * detail; warnings alone are ERR_OK. *out (may be NULL) gets the compiled pack, only when there is no error. */
enum err pack_check(const char *dir, const struct pack *older, void (*report)(void *user, const struct pack_fault *fault), void *user, struct pack **out);

#endif
