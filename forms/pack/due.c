#include "config.h"
#include "forms/pack/due.h"

#include "forms/base/clock.h"
#include "forms/pack/season.h"

#include <string.h>

static int32_t max(int32_t a, int32_t b) { return a > b ? a : b; }
static int32_t min(int32_t a, int32_t b) { return a < b ? a : b; }

/* The first of the term that holds `day` and of the one after it, from the first days of pack.csv `terms`. */
static void term(const struct pack *p, int32_t day, int32_t *first, int32_t *last)
{
	const char *terms = pack_param(p, "terms");
	int32_t start = DUE_NEVER, next = INT32_MAX;
	int year = clock_date(day).year;

	for (const char *at = terms && *terms ? terms : "02-15 09-01"; *at; ) {
		int month, d;

		if (season_read_day(at, &month, &d))
			for (int y = year - 1; y <= year + 1; y++) {
				int32_t t = season_day(y, month, d);

				if (t <= day)
					start = max(start, t);
				else
					next = min(next, t);
			}
		at += strcspn(at, " |");
		at += strspn(at, " |");
	}
	*first = start;
	*last = next == INT32_MAX ? next : next - 1;
}

void due_calendar(const struct pack *p, enum due_period period, int32_t day, int32_t *first, int32_t *last)
{
	static const int months[] = { [DUE_MONTH] = 1, [DUE_QUARTER] = 3, [DUE_HALF] = 6, [DUE_YEAR] = 12 };
	struct clock_date d = clock_date(day);

	*first = *last = day;
	switch (period) {
	case DUE_DAY: case DUE_EVERY: case DUE_EVENT:
		return;
	case DUE_WEEK:
		*first = day - (clock_weekday(day) + 6) % 7;
		*last = *first + 6;
		return;
	case DUE_TERM:
		term(p, day, first, last);
		return;
	case DUE_MONTH: case DUE_QUARTER: case DUE_HALF: case DUE_YEAR: {
		int n = months[period], m = (d.month - 1) / n * n;

		*first = clock_days((struct clock_date){ d.year, m + 1, 1 });
		*last = clock_days((struct clock_date){ d.year, m + n, clock_month_days(d.year, m + n) });
		return;
	}
	}
}

bool due_in_season(const struct pack *p, const char *season, int32_t day)
{
	struct season_span s;

	if (!season)
		return true;
	season_at(p, season + (*season == '!'), day, &s);
	return s.inside != (*season == '!');
}

/* The run of the rule's season that `day` lies in; false when it lies outside, and then *last is the end of that. */
static bool season_run(const struct due_rule *r, int32_t day, int32_t *first, int32_t *last)
{
	struct season_span s = { .inside = true, .first = INT32_MIN, .last = INT32_MAX };

	if (r->season)
		season_at(r->pack, r->season, day, &s);
	*first = s.first;
	*last = s.last;
	return !r->season || s.inside != r->outside;
}

/* The stretch of days a calendar duty is reckoned in on `day`; false when nothing is asked in it. *first and *last are always set. */
static bool stretch(const struct due_rule *r, const struct due_facts *f, int32_t day, int32_t *first, int32_t *last)
{
	int32_t from, to, run_first, run_last;

	if (!season_run(r, day, &run_first, &run_last)) {
		*first = day;
		*last = run_last;
		return false;
	}
	due_calendar(r->pack, r->period, day, &from, &to);
	*first = max(from, run_first);
	*last = min(to, run_last);
	if (*first != from && *last != run_last)
		return false;                  /* begins in the middle of its period and goes on after it */
	return f->since <= *first && r->in_force <= *first;
}

/* The day an interval of every:N is counted from on `day`, knowing the records up to `seen`: DUE_NEVER when nothing is
 * asked that day. *run_last is always set. */
static int32_t interval_base(const struct due_rule *r, const struct due_facts *f, int32_t day, int32_t seen, int32_t *run_last)
{
	int32_t run_first, base;

	if (!season_run(r, day, &run_first, run_last))
		return DUE_NEVER;
	base = max(f->latest(f->user, seen), f->since);
	if (r->in_force != DUE_NEVER)
		base = max(base, r->in_force - 1);
	if (run_first != INT32_MIN)
		base = max(base, run_first - 1);
	return base;
}

static bool event_counts(const struct due_rule *r, const struct due_facts *f, int32_t event)
{
	return event != DUE_NEVER && event >= f->since && event >= r->in_force && event <= f->until && due_in_season(r->pack, r->duty->season, event);
}

void due_on(const struct due_rule *r, const struct due_facts *f, int32_t day, struct due_state *out)
{
	struct due_state s = { .wanted = r->n };
	int32_t run_last;

	*out = (struct due_state){ .latest = DUE_NEVER };
	if (r->off || day < f->since || day > f->until || day < r->in_force)
		return;
	s.latest = f->latest(f->user, day);
	switch (r->period) {
	case DUE_EVERY:
		if ((s.first = interval_base(r, f, day, day, &run_last)) == DUE_NEVER || s.first > INT32_MAX - (int32_t)r->days)
			return;
		s.due = s.last = s.first + (int32_t)r->days;
		s.first++;
		s.wanted = 1;
		s.owed = s.due <= run_last;
		break;
	case DUE_EVENT:
		s.first = f->event ? f->event(f->user, day) : DUE_NEVER;
		if (!event_counts(r, f, s.first))
			return;
		s.due = s.last = s.first + (int32_t)r->days;
		s.done = f->count(f->user, s.first, day);
		s.owed = true;
		break;
	default:
		s.owed = stretch(r, f, day, &s.first, &s.last);
		s.due = s.last;
		s.done = s.owed ? f->count(f->user, s.first, s.last) : 0;
	}
	if (s.owed)
		*out = s;
}

static void add(uint32_t *done, uint32_t *wanted, uint32_t got, uint32_t n)
{
	*done += got < n ? got : n;
	*wanted += n;
}

static void owed_calendar(const struct due_rule *r, const struct due_facts *f, int32_t first, int32_t last, int32_t today, uint32_t *done, uint32_t *wanted)
{
	int32_t from, to;

	for (int32_t day = first; day <= last; day = to + 1) {
		bool asked = stretch(r, f, day, &from, &to);

		if (to > last || from > today)
			return;
		if (asked && to <= f->until)
			add(done, wanted, f->count(f->user, from, to), r->n);
	}
}

/* Intervals of N days that end in [first, last]. A missed one ends all the same, and the next begins there. */
static void owed_every(const struct due_rule *r, const struct due_facts *f, int32_t first, int32_t last, int32_t today, uint32_t *done, uint32_t *wanted)
{
	int32_t n = (int32_t)r->days, run_last;

	for (int32_t day = first; day <= last; day = run_last + 1) {
		int32_t base = interval_base(r, f, day, day - 1, &run_last);

		if (base != DUE_NEVER) {
			if (base < day - 1)
				base += (day - 1 - base) / n * n;
			for (int32_t end = min(min(last, run_last), f->until); base <= end - n && base < today; ) {
				int32_t got = f->latest(f->user, base + n);

				add(done, wanted, got > base, 1);
				base = got > base ? got : base + n;
			}
		}
		if (run_last >= last)
			return;
	}
}

/* Events whose days were over within [first, last], from the newest back. What is done late still counts for it, until the
 * next event of the kind. */
static void owed_events(const struct due_rule *r, const struct due_facts *f, int32_t first, int32_t last, uint32_t *done, uint32_t *wanted)
{
	int32_t n = (int32_t)r->days, next = INT32_MAX;

	if (!f->event)
		return;
	for (int32_t day = last - n; ; ) {
		int32_t event = f->event(f->user, day);

		if (event == DUE_NEVER || event < first - n || event < f->since)
			return;
		if (event_counts(r, f, event))
			add(done, wanted, f->count(f->user, event, max(event + n, next - 1)), r->n);
		next = event;
		day = event - 1;
	}
}

bool due_owed(const struct due_rule *r, const struct due_facts *f, int32_t first, int32_t last, int32_t today, uint32_t *done, uint32_t *wanted)
{
	*done = *wanted = 0;
	if (r->off)
		return false;
	if (r->period == DUE_EVERY)
		owed_every(r, f, first, last, today, done, wanted);
	else if (r->period == DUE_EVENT)
		owed_events(r, f, first, last, done, wanted);
	else
		owed_calendar(r, f, first, last, today, done, wanted);
	return *wanted > 0;
}

bool due_risk(const struct due_rule *r, const char *risk)
{
	size_t len = strlen(risk);

	if (!r->duty->risk)
		return true;
	for (const char *at = r->duty->risk; *at; at += strspn(at, " |")) {
		size_t n = strcspn(at, " |");

		if (n == len && !memcmp(at, risk, n))
			return true;
		at += n;
	}
	return false;
}
