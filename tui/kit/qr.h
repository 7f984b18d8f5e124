/* qr.h - a QR code drawn with blanks, two columns a module: readable on any terminal that can show reverse video. */
#ifndef TUI_KIT_QR_H
#define TUI_KIT_QR_H

#include <curses.h>
#include <stdbool.h>

/* Draw `text` in the middle of the window, dark on light with a light margin. Digits, capitals and "-. :/" need least room:
 * 25 of them take 42 columns and 21 rows. False when it does not fit; then nothing is drawn. */
bool kit_qr_draw(WINDOW *win, const char *text);

#endif
