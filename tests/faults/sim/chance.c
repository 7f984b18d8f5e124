#include "config.h"
#include "tests/faults/sim/chance.h"

#include "forms/base/sys.h"
#include "sync/keys/hash.h"

#include <string.h>

static const int64_t epoch = 1798761600000;         /* 2027-01-01, true time at the beginning */

static uint64_t state;
static int64_t now;
static const struct chance_clock *here;

static uint64_t mixed(uint64_t x)                   /* splitmix64 */
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static uint64_t next(void)
{
	return mixed(state += 0x9e3779b97f4a7c15u);
}

void chance_step(uint64_t seed, uint64_t step)
{
	state = mixed(seed * 0x9e3779b97f4a7c15u + 1) ^ mixed(step + 0x632be59bd9b4e019u);
}

uint32_t chance_below(uint32_t n)
{
	return (uint32_t)(next() % n);
}

static ssize_t get_random(void *data, size_t len, unsigned flags)
{
	uint8_t *out = data;

	(void)flags;
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(next() >> 32);
	return (ssize_t)len;
}

static int get_time(clockid_t id, struct timespec *ts)
{
	int64_t ms = now;

	if (id == CLOCK_REALTIME)
		ms = here && here->stuck ? here->stuck : epoch + now + (here ? here->error : 0);
	else if (id == CLOCK_BOOTTIME && here)
		ms = now - here->booted;
	ts->tv_sec = (time_t)(ms / 1000 - (ms % 1000 < 0));
	ts->tv_nsec = (long)((ms % 1000 + 1000) % 1000) * 1000000;
	return 0;
}

void chance_start(void)
{
	static struct sys seam;

	seam = sys_real;
	seam.getrandom = get_random;
	seam.clock_gettime = get_time;
	sys = &seam;
}

void chance_stand(const struct chance_clock *c)
{
	here = c;
}

void chance_pass(int64_t ms)
{
	now += ms;
}

int64_t chance_now(void)
{
	return epoch + now;
}

int64_t chance_uptime(void)
{
	return now;
}
