/* begun.h - forms that were begun and left: what each is about and where it stands.
 *
 * A draft is opened to see where it stands only when it is new or was saved since: its sequence tells.
 */
#ifndef TUI_SCREENS_HOME_BEGUN_H
#define TUI_SCREENS_HOME_BEGUN_H

#include "sync/ledger/submit/draft.h"
#include "tui/kit/list.h"
#include "tui/kit/view.h"
#include "tui/screens/app.h"

enum { BEGUN_MAX = 16, BEGUN_WORDS = 192 };

struct begun {
	struct draft_about about;
	uint32_t form;                           /* of the pack in force; PACK_NONE */
	bool read;
	size_t at, all;                          /* of a walk: item `at` of `all`; else 0 */
	struct row_key subject;                  /* len 0: none, or not here */
	char words[BEGUN_WORDS];                 /* about no row: the first that were written in it */
};

/* The newest first. `begun` holds what was read last time (zeroed at first). */
enum err begun_gather(struct app *app, struct begun begun[BEGUN_MAX], size_t *count);

/* As a row of 今日: when, what and where in it, about what, since when. */
void begun_cells(struct app *app, const struct begun *b, struct kit_cell cells[KIT_CELLS]);

/* Is this the visit that was begun: a walk of the same row? */
bool begun_is_walk_of(const struct app *app, const struct begun *b, const struct row_key *subject);

/* The one that was on the screen when the battery went; NULL when there is none, or another session has it open. */
const struct begun *begun_interrupted(struct app *app, const struct begun *begun, size_t count);
/* Go on with it, over `v`. */
enum kit_next begun_resume(struct kit_view *v, struct app *app, uint64_t id);

#endif
