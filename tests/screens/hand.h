/* hand.h - a person at the screens in this process: keys pressed one by one, all they set going done, and what is on the glass afterwards. */
#ifndef TESTS_SCREENS_HAND_H
#define TESTS_SCREENS_HAND_H

#include "tui/screens/app.h"

/* Where it all happens: crawl_home(&hand_stack) first. */
extern struct kit_stack hand_stack;

void hand_press(int key);
void hand_type(const char *text);
bool hand_stands(const char *words);
/* The test ends when the words are not there (the screen is printed), or are. */
void hand_shows(const char *words);
void hand_hides(const char *words);

#endif
