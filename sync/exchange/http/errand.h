/* errand.h - one exchange with the township in a process of its own: nobody waits for the network, and no key for what comes.
 *
 * The process is forked and goes on with our code: the keys go along in memory and are seen by nobody else, and it opens the
 * profile anew (several programs share a store; an open one may not go through a fork). It has no terminal and no file of its
 * parent's. It ends with its exchange, when it is stopped, or when the program that sent it is gone, however that went; never
 * inside a write (log_write() puts the signals off), so what it has done stays done and nothing is held by a dead hand.
 */
#ifndef SYNC_EXCHANGE_HTTP_ERRAND_H
#define SYNC_EXCHANGE_HTTP_ERRAND_H

#include "sync/exchange/folder/folder.h"

#include <sys/types.h>

/* What it says of itself: how far it is, and at its end how it went. */
struct errand_word {
	bool over;
	char what[64]; uint32_t done, total;          /* as in folder_report.progress */
	enum err err; char why[256];                  /* over: what online_sync() returned */
	struct folder_report report;                  /* over; its pointers are NULL */
};

/* Zeroed: there is none. */
struct errand { pid_t pid; int fd; struct errand_word word; };

/* A writer is unlocked in `p`, no transaction is open. ERR_NOMEM when there can be no process. */
enum err errand_start(struct errand *o, struct profile *p, const char *url);

bool errand_runs(const struct errand *o);

/* Wait at most `ms` for a word. True when it is over: o->word says how, and it runs no more. One that was stopped or died says
 * ERR_BUSY or ERR_IO. */
bool errand_over(struct errand *o, int ms);

/* End it, at once but for a write it is in; what it has done stays done. */
void errand_stop(struct errand *o);

#endif
