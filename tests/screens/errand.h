/* errand.h - one errand of a person on the real program, key by key, its key strokes counted.
 *
 * Each runs at 80x24 in Chinese with colours and in one more of the eight modes, another for each journey, so that every mode is met;
 * with XUNCHA_ALL_MODES=1 in all eight. What holds is asked of the ledger, by another program.
 */
#ifndef TESTS_SCREENS_ERRAND_H
#define TESTS_SCREENS_ERRAND_H

#include "tests/screens/field.h"

struct errand_mode { int rows, cols; const char *lang; bool mono; };
enum { ERRAND_MODES = 8 };
extern const struct errand_mode errand_modes[ERRAND_MODES];
extern const struct errand_mode *errand_mode;
extern struct vt *errand_vt;

void errand_in_modes(void (*journey)(void), size_t other);      /* on a day of its own each */
int errand_day(void);                                   /* of July */
bool errand_is_first(void);
const char *errand_in(const char *zh, const char *en);  /* the one in the mode's language */

/* The program in errand_mode on PROFILE, at its first screen; `more` joins its environment (NULL-ended, at most 4). */
void errand_start(const char *now, const char *profile, const char *const more[]);
void errand_open(const char *clock);                    /* unlocked, at this time of errand_day() */
void errand_press(const char *name);                    /* one key, as of vt_key() */
void errand_type(const char *text);                     /* each character a key */
void errand_fill(const char *text);                     /* and Enter */
void errand_field(const char *zh, const char *en);      /* in a form: Down until the row of this label is the one being filled */
void errand_down_to(const char *words);                 /* in a list: Down until the row with these words is selected */
void errand_leave(const char *journey, unsigned most);  /* out of the program; the keys are told and bounded */

unsigned errand_count(const char *reg, const char *where);      /* rows of a register that hold `where`, by xunchactl */

#endif
