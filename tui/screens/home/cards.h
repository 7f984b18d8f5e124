/* cards.h - response cards: kept in clear beside the sealed store, so that they can be read without a PIN. They are public. */
#ifndef TUI_SCREENS_HOME_CARDS_H
#define TUI_SCREENS_HOME_CARDS_H

#include "tui/screens/app.h"

/* Write the cards of the pack in force to the profile's file `cards`, if they changed. */
enum err cards_keep(struct app *app);

#endif
