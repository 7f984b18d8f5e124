/* filling.h - a form on its way to a record: the fill, its host, its draft on disk.
 *
 * Every change is on disk before the function returns ERR_OK; only then a screen may say 已存. What cannot be saved stays
 * in memory and says so. Submitting signs the record; only then the draft goes.
 */
#ifndef TUI_SCREENS_FORM_FILLING_H
#define TUI_SCREENS_FORM_FILLING_H

#include "forms/fill/fill.h"
#include "forms/fill/markup.h"
#include "tui/screens/app.h"

enum { FILLING_UNDO = 64, FILLING_CHOICE = 128 };

struct draft;
struct submit_host;

struct filling_undo { char *path, *value; bool along; };      /* along: taken back together with the one before */

struct filling {
	struct app *app;
	const struct pack *pack;                 /* the version it was begun with */
	const struct pack_form *form;
	const struct form *asked;                /* what it asks */
	struct submit_host *host;
	struct fill *fill;
	struct draft *draft;
	struct row_id subject;
	bool has_subject;
	char village[33];                        /* whose log a new row goes to, where the person works for several; "" by the rule of submit.h */
	bool amends;                             /* a correction of the record `target`; `reason` says why when it is signed */
	uint8_t target[EVENT_REF];
	char *reason;
	bool saved;                              /* all that is shown is on disk */
	fill_node toggled; char toggled_choice[FILLING_CHOICE];        /* the last one put in or out */
	bool aside;                              /* begun in the middle of something else, which is gone on with afterwards */
	bool fresh;                              /* begun now and nothing answered yet: leaving it leaves no draft */
	uint32_t each;                           /* instances made from a register at its beginning (subset.h) */
	fill_node at;                            /* where the person was, when taken up again */
	struct filling_undo undo[FILLING_UNDO];
	size_t undo_count;
	int64_t begun;                           /* uptime, for the seconds it took */
	struct markup choice;                    /* label of a choice, lent out */
	struct buf dropped;                      /* answers that no longer fit a newer form, in words */
	unsigned attached; enum err not_attached; struct buf lost;      /* pictures of the record that was kept */
};

/* A new one, nothing on disk yet but its number. */
enum err filling_begin(struct app *app, const char *form, const struct row_id *subject, struct filling **out);
/* How many instances such a one would begin with (`each`); it is not begun, and takes no number. */
enum err filling_would_make(struct app *app, const char *form, const struct row_id *subject, uint32_t *each);
/* Take up a draft again; filling_peek() only looks at it, and is not what the program ended in. */
enum err filling_resume(struct app *app, uint64_t draft, struct filling **out);
enum err filling_peek(struct app *app, uint64_t draft, struct filling **out);
/* A correction of this version of a record: its form with its answers. ERR_DENIED: not this person's to correct. */
enum err filling_amend(struct app *app, const uint8_t record[EVENT_REF], struct filling **out);
/* What its draft says instead of a row: DRAFT_AMEND. */
void filling_amend_row(const uint8_t record[EVENT_REF], char row[]);
/* A record to be read only: its form with its answers, no draft. */
enum err filling_open_record(struct app *app, const uint8_t record[EVENT_REF], struct filling **out);
/* Closes; the draft stays. NULL is fine. */
void filling_close(struct filling *f);
/* Throw the draft away. Frees f. */
enum err filling_discard(struct filling *f);

/* Answer and save. The old value can be taken back. */
enum err filling_answer(struct filling *f, fill_node n, const char *value);
/* The same of what another answer, given before, made wrong: both are taken back together. */
enum err filling_answer_along(struct filling *f, fill_node n, const char *value);
/* The answer of a question with this choice put among it, or out of it; "OK" is that of an acknowledgement. What the card did not take
 * stands: the same choice again is to keep it, and does not turn it back. */
void filling_toggle(struct filling *f, fill_node n, const char *choice, struct buf *value);
enum err filling_save(struct filling *f, fill_node at);
/* An answer given for the person, saved by what follows: filling_save(), filling_keep(). A form without the question, or no value
 * (NULL), changes nothing. */
enum err filling_put(struct filling *f, const char *name, const char *value);
/* Take the last answer back, with what went along; *at gets its node. ERR_NOTFOUND: nothing to take back. */
enum err filling_undo(struct filling *f, fill_node *at);

/* The draft on the screen when the program last ended without being left: to be opened again after unlocking. 0: none. */
uint64_t filling_interrupted(struct app *app);
/* The person left it of own will: the draft waits in 今日. One in which nothing was answered is thrown away; then true,
 * and f is gone. */
bool filling_leave(struct filling *f);
/* Is every answer on disk? What could not be saved is tried once more; false, and told why, while the card takes nothing. */
bool filling_settled(struct filling *f);

/* First thing that is missing or wrong; FILL_NO_NODE when all is well. `why` gets the words. */
fill_node filling_fault(struct filling *f, struct buf *why);

/* Sign and keep the record, then attach its pictures. The draft is gone afterwards; f stays the caller's. */
enum err filling_submit(struct filling *f, struct row_id *record);
/* The end of a form that is filled without being shown: signed and kept when `so_far` is ERR_OK and nothing is missing, else its draft
 * is thrown away and the error returned. f is gone either way. */
enum err filling_keep(struct filling *f, enum err so_far, struct row_id *record);
/* The draft is thrown away with f; returns `e` with the detail it had. */
enum err filling_fail(struct filling *f, enum err e);
/* Say that it is kept, and what became of its pictures. */
void filling_say_saved(const struct filling *f, const char *words);

/* Take a photo (or any file) along (sync/exchange/attach/along.h): `name` gets what the answer is to say. ERR_NOTFOUND, ERR_LIMIT.
 * filling_shoot() has the camera's command make it: what it took and could not be sealed lies in the path that `name` gets with the
 * error, until filling_photo() takes it; filling_take() does it for a path typed as the answer of a question. */
enum err filling_photo(struct filling *f, const char *path, struct buf *name);
enum err filling_shoot(struct filling *f, struct buf *name);
enum err filling_take(struct filling *f, fill_node n, struct buf *value);

/* An answer of the draft that its form has no place for any more: what was asked, what was answered, why; goes to `dropped`. */
void filling_dropped(struct filling *f, const char *path, const char *value, const char *why);

/* Label of a node, plain text. */
void filling_label(struct filling *f, fill_node n, struct buf *out);
/* A text of a node with what its author marked; a label that is missing is the question's name, another text is empty. */
void filling_text(struct filling *f, fill_node n, enum fill_text what, struct markup *out);
/* Name and label of a choice, the label plain text, borrowed until the next call. */
enum err filling_choice(struct filling *f, fill_node n, uint32_t i, const char **name, const char **label);
/* Its value as people read it (labels of choices, titles of rows). */
void filling_value(struct filling *f, fill_node n, struct buf *out);
/* The same for whoever looks without being recorded: what is personal is masked, what is not answered (or not asked) says so. */
void filling_shown(struct filling *f, fill_node n, struct buf *out);

#endif
