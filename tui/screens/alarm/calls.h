/* calls.h - who is to be called in one warning, in the order to call them, and the list made from the registers.
 *
 * Those in charge stand before households, those who need someone at the door first in their tier; the order does not change
 * while people answer, so that nobody looks for a name twice. Who was put aside (state double) is not on it.
 * Fields of callouts: warning, household, name, phone, tier, state, help.
 */
#ifndef TUI_SCREENS_ALARM_CALLS_H
#define TUI_SCREENS_ALARM_CALLS_H

#include "sync/ledger/rows/listing.h"
#include "tui/screens/app.h"

enum { CALLS_TIERS_MAX = 8 };

struct call { uint32_t at /* in the listing */, tier; bool help, reached; };

struct calls {
	struct listing *listing;
	struct call *order;
	size_t count;                                       /* shown */
	uint32_t total[CALLS_TIERS_MAX], reached[CALLS_TIERS_MAX], all_total, all_reached;
};

/* `waiting`: only those not reached yet are shown; the counts are of all. */
enum err calls_open(struct app *app, const struct row_id *warning, bool waiting, struct calls *out);
void calls_close(struct calls *c);

/* The next one not reached after place `at`, from the top again; `at` itself when all are. */
size_t calls_next(const struct calls *c, size_t at);

/* "村→网格 2/2   网格→户 31/46": the tiers that have anybody, appended. */
void calls_tiers(const struct app *app, const uint32_t total[CALLS_TIERS_MAX], const uint32_t reached[CALLS_TIERS_MAX], struct buf *out);

/* Have those in charge answered? Without any of them on the list: has anybody? */
bool calls_answered(struct app *app, const struct row_id *warning);

/* Put everybody on the list whom the forms of the pack take from the registers (subset.h, "each=row") and who is not on it yet:
 * records of at most SUBSET_EACH_MAX people. `made` gets how many people. */
enum err calls_make(struct app *app, const struct row_id *warning, uint32_t *made);

/* How many calls_make() would put on it now: a household that was entered after the list was made, one that came from another device. */
uint32_t calls_missing(struct app *app, const struct row_id *warning);

/* Who stands on the list twice, since two devices made it, is put aside once: a record of this person's, where his form it is and there is
 * anybody. Calls that reached somebody stay. `merged` gets how many. */
enum err calls_merge(struct app *app, const struct row_id *warning, uint32_t *merged);

#endif
