/* pager.h - text to read: scrolled, wrapped to the screen, searchable with '/'. */
#ifndef TUI_KIT_PAGER_H
#define TUI_KIT_PAGER_H

#include "tui/kit/view.h"

/* Copies both. Lines that start with "# " are headings. */
struct kit_view *kit_pager_new(const char *title, const char *text);

#endif
