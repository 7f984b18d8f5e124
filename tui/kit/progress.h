/* progress.h - long work in small steps: a bar, what is done, what is left, and a key to stop.
 *
 * Each step takes at most about 50 ms, so the keyboard stays alive. Esc stops after the step that runs; what is done stays done.
 */
#ifndef TUI_KIT_PROGRESS_H
#define TUI_KIT_PROGRESS_H

#include "tui/kit/view.h"

struct kit_progress { uint64_t done, total; char now[256]; bool finished; };

struct kit_work {
	/* One step; sets what is done, and `finished`. An error ends the work and is shown. A step that must take longer than
	 * 50 ms sets *p as it goes and calls kit_breathe(). */
	enum err (*step)(void *user, struct kit_progress *p);
	/* Lines that say how it ended, appended to `out`; `stopped` when the person did. */
	void (*report)(void *user, bool stopped, enum err e, struct buf *out);
	void (*close)(void *user);
	void *user;
};

/* What a long step has to say of itself, shown; false when the person wants it to stop. */
bool kit_progress_tell(struct kit_progress *p, const char *what, uint64_t done, uint64_t total);

/* Takes the work over, also when it returns NULL. After the last step the report is shown until Enter. */
struct kit_view *kit_progress_new(const char *title, struct kit_work work);

#endif
