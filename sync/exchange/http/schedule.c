#include "config.h"
#include "sync/exchange/http/schedule.h"

#include "sync/exchange/http/http.h"

void schedule_ask(struct schedule *s, int64_t now)
{
	*s = (struct schedule){ .next = now, .hurry = true };
}

void schedule_kept(struct schedule *s, int64_t now)
{
	if (s->failures || s->next <= now + SCHEDULE_SOON_MS)
		return;
	s->next = now + SCHEDULE_SOON_MS;
	s->hurry = true;
}

void schedule_through(struct schedule *s, int64_t now)
{
	*s = (struct schedule){ .next = now + SCHEDULE_POLL_MS };
}

void schedule_failed(struct schedule *s, int64_t now)
{
	s->next = now + (int64_t)http_backoff(s->failures) * 1000;
	s->failures++;
	s->hurry = true;
}

bool schedule_due(const struct schedule *s, int64_t now)
{
	return now + (s->hurry ? 0 : SCHEDULE_SLACK_MS) >= s->next;
}

int64_t schedule_wait(const struct schedule *s, int64_t now)
{
	if (!s->hurry)
		return -1;
	return s->next > now ? s->next - now : 0;
}
