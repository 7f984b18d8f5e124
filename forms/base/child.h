/* child.h - what a process does first that was just forked and goes on with our code, or before it runs another program. */
#ifndef FORMS_BASE_CHILD_H
#define FORMS_BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* fork(), with the signals of the child held back until child_begin(): a handler of the parent's must not run there, the one that
 * gives the terminal back least of all. What came meanwhile is delivered then. */
pid_t child_fork(void);

/* Default signals, none blocked; input, output and messages from and to nowhere; every other file of the parent closed but
 * `keep`: a lock that the parent holds through one of them must end with the parent. False: there is no /dev/null. */
bool child_begin(int keep);

#endif
