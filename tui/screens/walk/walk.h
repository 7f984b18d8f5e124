/* walk.h - private to walk*.c: one inspection, item by item.
 *
 * Items are the asked questions inside the sections (top-level groups) of the compiled form, in order. What fails raises
 * one instance of the repeat xc_hazard, filled in from the item. Names of the compiled form: forms/pack/README.md.
 */
#ifndef TUI_SCREENS_WALK_WALK_H
#define TUI_SCREENS_WALK_WALK_H

#include "sync/ledger/submit/standing.h"
#include "tui/kit/field.h"
#include "tui/kit/list.h"
#include "tui/screens/form/filling.h"

#define WALK_HAZARD "xc_hazard"
#define WALK_NOTE   "xc_note"

/* A digit names one of so many choices; of more of them those from walk.first on, and 0 goes on to the next. */
enum { WALK_CHOICES = 9, WALK_SPOTS = 64, WALK_MORE = -1 };

struct walk_item { fill_node node; size_t section; };
struct walk_section { fill_node node; size_t first, count, answered; };

struct walk {
	struct kit_view base;
	struct filling *f;
	struct walk_item *items;
	size_t count, at;                        /* at == count: the summary */
	struct walk_section *sections;
	size_t section_count;
	size_t item_cap, section_cap;
	struct kit_field field;                  /* of a number or text item */
	bool editing;
	uint32_t first;                          /* of the choices of the item: what 1 chooses */
	struct submit_host *old_host;            /* the visit before, for "上次" */
	struct fill *old;
	int32_t old_day;
	bool old_tried;
	struct standing_list standing;           /* hazards of earlier visits that are not finished; read when first asked for */
	fill_node *extra;                        /* other questions of the form, in the summary */
	size_t extra_count, extra_cap;
	struct kit_list summary;
	bool warned;                             /* that something is unanswered */
	struct { int y, x, cols, choice; } spots[WALK_SPOTS];
	size_t spot_count;
};

/* walk_items.c */
enum err walk_gather(struct walk *w);                    /* again, after an answer changed what is relevant */
/* Index of the item that this is the answer of, or whose hazard or note it belongs to; count when there is none. */
size_t walk_item_of(const struct walk *w, fill_node n);
/* Where a walk that was left stands: item `at` (from 1) of `all`; false when it has none. */
bool walk_stand(struct filling *f, size_t *at, size_t *all);
const struct form_question *walk_question(const struct walk *w);     /* of the item at hand; NULL in the summary */
bool walk_is_answered(const struct walk *w, size_t item);
bool walk_fails(struct walk *w, fill_node node);
size_t walk_unanswered(const struct walk *w, size_t from);           /* next item without an answer, wrapping; count when none */

/* walk_hazard.c */
fill_node walk_hazard_of(const struct walk *w, fill_node item);      /* its instance; FILL_NO_NODE */
enum err walk_raise(struct walk *w, fill_node item, fill_node *instance);   /* makes and fills in, or finds */
enum err walk_withdraw(struct walk *w, fill_node item);
bool walk_hazard_has_words(const struct walk *w, fill_node item);
fill_node walk_note_of(const struct walk *w, fill_node item);
enum err walk_set_note(struct walk *w, fill_node item, const char *words);
enum err walk_add_photo(struct walk *w, fill_node item, const char *name);     /* each picture in a note of its own */
unsigned walk_photos(const struct walk *w, fill_node item);

/* walk.c: answer the item, on disk before the next one is shown; `on` moves to the next. */
enum kit_next walk_answer(struct walk *w, const char *value, bool on);

/* walk_choose.c: the choices of the item at hand. */
uint32_t walk_choices(const struct walk *w);                         /* how many; 0 where nothing is chosen */
void walk_choose_begin(struct walk *w);                              /* it was come to: the digits stand where the answer is, else on the first */
enum kit_next walk_choose(struct walk *w, uint32_t choice);          /* of all of them */
enum kit_next walk_choose_more(struct walk *w);
enum kit_next walk_choose_list(struct walk *w);                      /* all as a list, findable */

/* walk_note.c: ask for words, take a picture (by the camera's command where one is set), ask for a file. */
enum kit_next walk_ask_note(struct walk *w);
enum kit_next walk_photograph(struct walk *w);
enum kit_next walk_ask_file(struct walk *w);

/* walk_past.c */
void walk_old_answer(struct walk *w, fill_node node, struct buf *out);   /* "07-12: 符合"; loads the visit before when first asked */
void walk_forget_old(struct walk *w);
enum err walk_history(struct walk *w, fill_node node, struct buf *out);  /* what was said of this item at the last visits, newest first */

/* walk_standing.c: the hazard that an earlier visit found on this item, if it is not finished: its number, and "02-0003-1  逾期 2天  已告知限期" ("3天内到期"), appended;
 * what is not wanted may be NULL. */
bool walk_stands(struct walk *w, fill_node item, struct buf *number, struct buf *words, enum kit_role *role);
/* It is still there: noted, where nothing was noted. It is not: that note goes, and what to do about the hazard is said. */
enum err walk_see_again(struct walk *w, fill_node item);
enum err walk_see_gone(struct walk *w, fill_node item);

/* walk_draw.c */
void walk_draw(struct walk *w, WINDOW *win);

/* walk_summary.c */
void walk_summary_open(struct walk *w);
void walk_summary_draw(struct walk *w, WINDOW *win);
enum kit_next walk_summary_act(struct walk *w, enum kit_action a);

#endif
