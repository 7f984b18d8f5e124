/* board.h - the desk in numbers: what came, what waits for whom and since when, what is late, and the hazards in the order
 * in which a township looks at them. One pass over what is open; made again only when something was written.
 *
 * Registers and fields: hazards (stage, verify, whistle, supervise, extension, due, listed_due, esc_to, place, item),
 * warnings (kind, level, issued, received, done_at, done_min, lifted). Limits in days are those of workflow.csv.
 */
#ifndef TUI_SCREENS_DESK_BOARD_H
#define TUI_SCREENS_DESK_BOARD_H

#include "sync/exchange/outbox/status.h"
#include "sync/ledger/rows/row.h"
#include "tui/screens/app.h"

enum { BOARD_WORDS = 96, BOARD_SOON_DAYS = 7 };

/* Why a hazard stands where it stands, most pressing first. */
enum board_rank {
	BOARD_VERIFY,
	BOARD_MAJOR,             /* judged major, and neither whistled for nor listed: nobody has it in hand */
	BOARD_WHISTLE, BOARD_LISTED,
	BOARD_ASKED,             /* for more time */
	BOARD_LATE, BOARD_RECHECK, BOARD_OTHER
};

struct board_hazard { struct row_key key; enum board_rank rank; int64_t since; uint64_t same; bool doubled; };

/* Which warnings are out: not lifted, and not finished or heard of since yesterday. */
#define BOARD_WARNINGS_OUT "${lifted} = '' and (${done_at} = '' or decimal-date-time(${received}) > decimal-date-time(now()) - 1)"

/* A warning to several villages: rows of one kind, level and time. */
struct board_warning { char words[BOARD_WORDS]; uint32_t villages, done; int64_t minutes; char slowest[BOARD_WORDS]; struct row_id first; };
enum { BOARD_WARNINGS = 4 };

/* One duty of the month and how many subjects owe it. */
struct board_owed { const struct pack_duty *duty; uint32_t subjects, owing; };
enum { BOARD_DUTIES = 64 };

struct board {
	uint64_t version; int32_t day;                    /* what it was made from */
	struct status status; bool known;
	uint32_t came, came_events;                       /* bundles and records that arrived today */
	uint32_t asked; int64_t asked_stamp;              /* requests to be let in that wait */
	uint32_t verify; int64_t verify_since;            /* not judged; the oldest, ms */
	uint32_t whistled, whistle_late; int32_t whistle_days; char whistle_who[BOARD_WORDS];   /* the worst: days over, which department */
	uint32_t listed, listed_soon, asked_longer;
	uint32_t fix_late, recheck, recheck_late;
	uint32_t conflicts, proposals;
	int64_t restored; uint32_t silent;                /* from a backup, when; who has not answered for it since */
	struct board_warning warnings[BOARD_WARNINGS]; uint32_t warning_count;
	struct board_hazard *hazards; uint32_t hazard_count;
	struct board_owed owed[BOARD_DUTIES]; uint32_t owed_count; bool owed_known; struct owing *owing /* while it is counted */;
};

/* Still what the store says? Cheap. */
bool board_is_stale(struct app *app, const struct board *b);

/* All but what is owed, which takes longer: board_owe() adds a part of it, until owed_known. A zeroed board is empty. */
enum err board_read(struct app *app, struct board *b);
enum err board_owe(struct app *app, struct board *b);
/* Part of board_read(). */
enum err board_warn(struct app *app, struct board *b);
void board_clear(struct board *b);

#endif
