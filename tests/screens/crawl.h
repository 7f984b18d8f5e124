/* crawl.h - every screen that keys lead to, of one person's profile, in this process: from the home, every register and every form,
 * by each key that is offered, breadth first. */
#ifndef TESTS_SCREENS_CRAWL_H
#define TESTS_SCREENS_CRAWL_H

#include "tui/screens/app.h"

/* One screen: the stack it stands on, its name and title, its number from 1. */
typedef void crawl_look(struct kit_stack *s, const char *name, size_t number);

/* After a setup of field.h: the words, the keys, the clock (FIELD_NOW, or the environment's XUNCHA_NOW) and a terminal of this size. Then the
 * teardown of a group of tests. */
bool crawl_screen(int rows, int cols);
int crawl_teardown(void **state);

extern struct app crawl_app;

/* A profile of field_dir(), unlocked. */
void crawl_open(const char *profile, const char *pin);
void crawl_close(void);
/* In this language and theme from now on. */
void crawl_in(const char *language, enum kit_theme theme);

/* By no key that does this. */
void crawl_without(enum kit_action a);
/* Every screen once, by the shortest way; how many. Then the same ones by the same ways, in another language or theme. */
size_t crawl_all(crawl_look *look);
void crawl_again(crawl_look *look);

/* The home on a stack of its own; and away again as a person leaves, so that no empty draft stays. */
void crawl_home(struct kit_stack *s);
void crawl_leave(struct kit_stack *s);
/* What is on top has work to do: done. */
void crawl_work(struct kit_stack *s);

#endif
