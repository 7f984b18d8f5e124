/* view.h - a screen of the program, the stack of them, and the loop.
 *
 * A view knows its data and how to draw it. It never reads the keyboard, sizes the terminal or shows another view itself:
 * the loop owns the stack and does all of that, so a test runs a view with no terminal: make it, act(), draw on any WINDOW.
 *
 *     key --keys--> action --act()--> new state --draw()--> cells
 *
 * The loop draws the frame: first line where and who, last line (two on a phone) what one can do, above it the message
 * line. Views draw the window between. Nothing is drawn but once an event, and nothing may be open (a transaction, a lock)
 * when a function of a view returns: the program then waits for a key and may be stopped there for days.
 */
#ifndef TUI_KIT_VIEW_H
#define TUI_KIT_VIEW_H

#include "tui/kit/action.h"
#include "tui/kit/theme.h"

#include <curses.h>

enum { KIT_NARROW = 60, KIT_LEAST_ROWS = 6, KIT_LEAST_COLS = 20 };      /* below KIT_NARROW columns: two-line rows, labels above fields */

/* What the loop shall do next. */
enum kit_next {
	KIT_STAY,
	KIT_OPEN,                    /* show view->open on top of this one */
	KIT_REPLACE,                 /* close this one and show view->open instead */
	KIT_CLOSE,
	KIT_CLOSE_TO_ROOT,           /* close all but the lowest: lock */
	KIT_QUIT,
	KIT_PASS                     /* not mine */
};

/* What keys are text now: none, all that are characters, only what a number is made of, or all but digits and the blank, which act. */
enum kit_typing { KIT_TYPING_NOT, KIT_TYPING_TEXT, KIT_TYPING_NUMBER, KIT_TYPING_FIND };

struct kit_view;

struct kit_view_ops {
	const char *name;                                     /* for tests; not shown */
	const struct kit_key *keys;                           /* own keys; ends with ACT_NONE */
	enum err (*load)(struct kit_view *v);                 /* (re)read; called when shown first and whenever it is on top again; may be NULL */
	void (*title)(struct kit_view *v, struct buf *left, struct buf *right);     /* right left empty: who and when */
	void (*draw)(struct kit_view *v, WINDOW *win);        /* the whole window, any size from 1x1 */
	enum kit_next (*act)(struct kit_view *v, enum kit_action a);
	void (*close)(struct kit_view *v);                    /* frees v */
	/* The rest may be NULL. */
	bool (*offers)(struct kit_view *v, enum kit_action a);           /* can this be done now? else neither hint nor help nor key */
	const char *(*label)(struct kit_view *v, enum kit_action a);     /* own label, translated; NULL for the table's */
	enum kit_typing (*typing)(struct kit_view *v);                   /* in a text field? */
	enum kit_next (*key)(struct kit_view *v, int key);               /* a key while typing; KIT_PASS lets its action act */
	enum kit_next (*paste)(struct kit_view *v, const char *text);    /* while typing */
	enum kit_next (*tap)(struct kit_view *v, int y, int x);          /* in the view's window */
	bool (*counting)(struct kit_view *v);                            /* a visible countdown: redraw each second */
	enum kit_next (*work)(struct kit_view *v);                       /* called between keys while working() */
	bool (*working)(struct kit_view *v);
	bool (*stale)(struct kit_view *v);                               /* did what load() read change since? asked after each key and each minute; cheap */
};

struct kit_view {
	const struct kit_view_ops *ops;
	struct kit_view *below;                 /* the view this one covers */
	struct kit_view *open;                  /* set together with KIT_OPEN or KIT_REPLACE; the loop takes it */
	/* Called with the view below after this one left the stack and before it is freed: the way a dialog answers. */
	enum kit_next (*done)(struct kit_view *below, struct kit_view *self);
	int cursor_y, cursor_x;                 /* the real cursor, which screen readers and input methods follow */
	bool cursor_shown;                      /* an edit point, not just the selected row */
	bool keeps;                             /* done() only keeps what was typed: called as well when all is closed at once (locked, hung up) */
};

/* What belongs to the program and not to a view. */
struct kit_app {
	void *user;
	void (*status)(void *user, int cols, struct buf *out);           /* right end of the first line, short enough for a screen of cols */
	enum kit_next (*act)(void *user, struct kit_view *top, enum kit_action a);       /* actions that no view took; may set top->open */
	bool (*offers)(void *user, struct kit_view *top, enum kit_action a);
	/* What goes on beside the views: called before each wait, so after each event and each minute; touches no view. Says in how many
	 * ms it wants to be called again at the latest, -1 when it does not matter. May be NULL. */
	int (*beat)(void *user);
	int idle_minutes;                                                /* 0 never; then act(ACT_LOCK) */
	bool mouse;
};

/* Show `first` and run until it, and every view above it, is closed. Takes ownership. */
enum err kit_run(struct kit_view *first, struct kit_app *app);

/* The pieces of the loop, for tests: a stack without a terminal loop. */
struct kit_event;
struct kit_stack { struct kit_view *top; struct kit_app *app; bool quit; };
void kit_stack_push(struct kit_stack *s, struct kit_view *v);
void kit_stack_event(struct kit_stack *s, const struct kit_event *event);
void kit_stack_work(struct kit_stack *s);               /* the next step of a top view that is working() */
void kit_stack_draw(struct kit_stack *s);               /* to stdscr, wnoutrefresh only */
void kit_stack_close(struct kit_stack *s);

/* Open `child` over `v`: sets v->open and returns KIT_OPEN; with no child (memory) says so and stays. */
enum kit_next kit_open(struct kit_view *v, struct kit_view *child);

/* Is this key text in `v` as it stands? */
bool kit_view_takes(struct kit_view *v, int key);

/* Can `a` be done in `v` now, and by which key? Label as shown, translated. */
bool kit_view_offers(struct kit_view *v, const struct kit_app *app, enum kit_action a);
const char *kit_view_label(struct kit_view *v, enum kit_action a);

/* For work that cannot be cut into steps: call it between pieces of at most 50 ms. Draws what is on top and takes the keys
 * that wait; true when the person pressed Esc, that is, wants it to stop. Only from work(), with nothing held open. */
bool kit_breathe(void);

/* One line to the person, until the next key. kit_say_error() shows err_detail(). */
void kit_say(enum kit_role role, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void kit_say_error(enum err e);
/* On the screen at once: what begins now takes longer than a key may wait. Say afterwards how it ended. */
void kit_say_now(const char *words);
bool kit_says(void);                                    /* is there one? */

#endif
