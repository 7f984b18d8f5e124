/* theme.h - what things look like: roles, never colours, in the rest of the program.
 *
 * A state always has a word or a sign of its own; a role only repeats it. Each theme, the one without colour included,
 * gives every role an attribute, so NO_COLOR and an old terminal lose nothing but prettiness.
 */
#ifndef TUI_KIT_THEME_H
#define TUI_KIT_THEME_H

#include <curses.h>

enum kit_role {
	KIT_PLAIN, KIT_TITLE,
	KIT_DIM,                 /* less important: hints of the list, basis, lines */
	KIT_SELECTED,
	KIT_STRONG,              /* what changed, the question itself */
	KIT_DANGER,              /* act now */
	KIT_SOON,
	KIT_GOOD,
	KIT_KEY,                 /* name of a key in the hint line */
	KIT_FIELD,               /* where one types */
	KIT_BAR,                 /* the done part of a bar */
	KIT_ROLE_COUNT
};

enum kit_theme { KIT_THEME_MONO, KIT_THEME_DARK, KIT_THEME_LIGHT, KIT_THEME_COUNT };

/* Use a theme; without colours on the terminal, or with NO_COLOR, it is always the one without. Needs an open terminal. */
void kit_theme_use(enum kit_theme theme);
const char *kit_theme_name(enum kit_theme theme);       /* "mono", "dark", "light" */

attr_t kit_attr(enum kit_role role);

#endif
