/* schedule.h - when the next exchange with the township is tried by itself: sync.md section 9.
 *
 * After one that went through: about a minute later, or soon after something was kept. After one that did not: 5 s doubling to
 * 30 min, with chance (http_backoff), until one goes through or a person asks. What is kept meanwhile does not hurry it: a day
 * on a hill costs no more than a try each half hour. All times are ms of uptime, given by the caller.
 */
#ifndef SYNC_EXCHANGE_HTTP_SCHEDULE_H
#define SYNC_EXCHANGE_HTTP_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum { SCHEDULE_POLL_MS = 60000, SCHEDULE_SLACK_MS = 5000, SCHEDULE_SOON_MS = 2000 };

struct schedule {
	int64_t next;
	uint32_t failures;                /* in a row */
	bool hurry;                       /* `next` is worth waking for; else whoever wakes at the minute anyway will see it */
};

void schedule_ask(struct schedule *s, int64_t now);              /* a person asks, or the program was just opened: now */
void schedule_kept(struct schedule *s, int64_t now);             /* something new waits to be sent */
void schedule_through(struct schedule *s, int64_t now);
void schedule_failed(struct schedule *s, int64_t now);

bool schedule_due(const struct schedule *s, int64_t now);
/* Ms to sleep at most for its sake; -1 when it can be seen at the next minute. */
int64_t schedule_wait(const struct schedule *s, int64_t now);

#endif
