/* changes.h - what a new version of a pack changes, in words, for whoever is about to publish it.
 *
 * Registers and their fields, forms, words of code lists, steps, kinds, duties, parameters, cards, ledgers and papers are compared by
 * id: put in, taken out, or saying something else. What of it is a mistake, check.h tells.
 */
#ifndef FORMS_PACK_CHANGES_H
#define FORMS_PACK_CHANGES_H

#include "forms/pack/pack.h"

/* One line a change, in the order above; `line` is borrowed in `tell`. ERR_NOMEM. */
enum err pack_changes(const struct pack *older, const struct pack *newer, void (*tell)(void *user, const char *line), void *user);

#endif
