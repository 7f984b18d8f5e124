/* typed.h - numbers typed in a list, one a row, that are no records yet.
 *
 * What was typed stays with its row until it is recorded or taken back key by key. Leaving the list makes a draft of each: it stands among
 * what was begun, and at its row when the list is opened again.
 */
#ifndef TUI_SCREENS_FORM_TYPED_H
#define TUI_SCREENS_FORM_TYPED_H

#include "tui/screens/app.h"

struct filling;

enum { TYPED_TEXT = 24, TYPED_MAX = 64 };

/* Of one row: `what` tells several of one row apart, "" where there is but one. */
struct typed { struct row_id subject; char what[TYPED_TEXT], text[TYPED_TEXT]; uint64_t draft; };

/* A list's, zeroed but for the first lines. put() answers the form with what was typed ("": nothing), or says why it cannot be an answer;
 * get() reads it back out of a draft. */
struct typed_rows {
	struct app *app;
	const char *form;
	const char *marks;                          /* besides digits and the point: "-" first only, " " not first */
	enum err (*put)(void *user, const struct row_id *subject, const char *what, const char *text, struct filling *f);
	void (*get)(void *user, struct filling *f, char what[TYPED_TEXT], char text[TYPED_TEXT]);
	void *user;
	struct typed at[TYPED_MAX];
	size_t count;
	bool refused;                               /* said that one cannot be an answer */
};

/* "" when nothing was typed there. Borrowed until the next key. */
const char *typed_text(struct typed_rows *t, const struct row_id *subject, const char *what);
/* A digit, a mark, the key back or the one that clears the line; false: not for the number. */
bool typed_key(struct typed_rows *t, const struct row_id *subject, const char *what, int key);

/* Sign and keep it, as of the time it was typed when its draft says the same; it is no longer typed then. On an error it stays. */
enum err typed_record(struct typed_rows *t, const struct row_id *subject, const char *what, struct row_id *made);

/* When the list is opened: what drafts of the form hold. */
enum err typed_take_up(struct typed_rows *t);
/* The person leaves: each becomes a draft, which is told. False, and why: the card takes nothing, or one cannot be an answer, which is
 * said once; the others are kept, and it goes when that is done again. */
bool typed_leave(struct typed_rows *t);
/* All is closed at once: the same as far as it goes. */
void typed_close(struct typed_rows *t);

#endif
