/* courier.h - while a writer is unlocked the program exchanges with the township by itself: in a process of its own (errand.h),
 * when the schedule says (schedule.h). It changes the store and nothing that a screen holds; screens see by the store's version
 * that something came. What it has to say is said quietly, in words, where today and sync ask for it.
 */
#ifndef TUI_SCREENS_DEVICE_COURIER_H
#define TUI_SCREENS_DEVICE_COURIER_H

#include "sync/exchange/http/errand.h"
#include "sync/exchange/http/schedule.h"
#include "tui/kit/theme.h"

struct app;
struct account;

struct courier {
	struct errand errand;
	struct schedule when;
	uint64_t written;                 /* own events when the last exchange began: more of them are to be sent */
	struct errand_word last;          /* how the last one went; `over` when there was one since unlocking */
	struct account *account;          /* how things stood when it began; NULL */
	int64_t ended, through;           /* wall clock then; and when the last one ended well, 0 none did */
	int64_t next, again;              /* when.next as seen last, and the wall clock's word for it: said once, it stands though that clock is set */
};

/* A writer is unlocked: a first exchange soon. */
void courier_begin(struct app *app);

/* Start what is due, hear what is said; ms until it wants to be called again, -1 when the next minute will do. */
int courier_beat(struct app *app);

/* A person asks for one now: joins the one that runs. courier_runs() says when it is over, app->courier.last how it went. */
enum err courier_ask(struct app *app);
bool courier_runs(struct app *app, int ms);            /* waits at most so long for a word */

/* The person stops the one that runs; the next comes in its time. */
void courier_break(struct app *app);

/* Locked, or ending: nobody exchanges any more. */
void courier_stop(struct app *app);

/* When the township was last known to be there: `heard` (ms, 0 never) or the last exchange that went through. */
int64_t courier_heard(const struct app *app, int64_t heard);

/* An exchange by any way begins: how things stand now is what courier_account() compares with. */
void courier_note(struct app *app);
/* What became of each record since then, in lines; "" when nothing was exchanged since unlocking. */
void courier_account(const struct app *app, struct buf *out);

/* Does it work by itself here: enrolled, an address is set, not switched off? */
bool courier_works(const struct app *app);

/* What is wrong and when the next try is, "" when nothing is. */
void courier_trouble(const struct app *app, struct buf *out);
/* What it does, or did last: one line. */
enum kit_role courier_words(const struct app *app, struct buf *out);

#endif
