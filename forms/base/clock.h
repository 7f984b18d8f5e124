/* clock.h - what time it is, and the calendar.
 *
 * Times are milliseconds of UTC since 1970; days are whole days since 1970-01-01. The calendar is the proleptic
 * Gregorian one. A local day is reckoned with a fixed offset that the pack gives (utc_offset), never with the zone of
 * the device. Device clocks are often wrong: only uptime is trusted to go forward, and only within one boot.
 */
#ifndef FORMS_BASE_CLOCK_H
#define FORMS_BASE_CLOCK_H

#include "forms/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock_date { int year, month, day; };        /* month and day from 1 */

int64_t clock_wall(void);       /* ms UTC as the device says, or as clock_set() or clock_stop() fixed it */
int64_t clock_uptime(void);     /* ms since boot, time asleep included */
int64_t clock_ticks(void);      /* ns, monotonic, for measuring only */

void clock_sleep(int64_t ms);   /* at most; a signal ends it */

/* Does the system keep its clock right by the network, by its own word? False when clock_set() or clock_stop() has fixed another.
 * Not on Android, which kills who asks. */
bool clock_is_kept(void);

/* Fix the wall clock (--now, tests); it runs on from there. */
void clock_set(int64_t wall_ms);
/* Or let it stand there, however long it takes (--now TIME --still): what shows the time shows the same on a slow machine. Uptime runs on. */
void clock_stop(int64_t wall_ms);

int32_t clock_days(struct clock_date d);             /* any year -5,000,000..5,000,000 */
struct clock_date clock_date(int32_t days);
int clock_weekday(int32_t days);                     /* 0 Sunday ... 6 Saturday */
int clock_month_days(int year, int month);
int32_t clock_day_of(int64_t ms, int offset_minutes);   /* the local day of an instant; floors */

/* "YYYY-MM-DD" exactly; false when it is no such day. */
bool clock_parse_date(const char *s, int32_t *days);

/* "YYYY-MM-DDTHH:MM[:SS[.mmm]][Z|+HH:MM]" or with a blank for T, or a date alone (its midnight); without a zone
 * `offset_minutes` applies. False when it is no such time. */
bool clock_parse_time(const char *s, int offset_minutes, int64_t *ms);

/* Write "YYYY-MM-DD" (11 bytes) and "YYYY-MM-DDTHH:MM:SS.mmm+HH:MM" (30 bytes); return `out`. */
char *clock_format_date(int32_t days, char out[16]);
char *clock_format_time(int64_t ms, int offset_minutes, char out[32]);

#endif
