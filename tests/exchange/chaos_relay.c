/* chaos_relay TO SEED [key=value]...: a bad network in front of port TO, for tests in shell. Prints its port, then relays until
 * standard input ends. Keys: rate (bit/s), delay (ms one way), loss (percent), cut (every connection breaks after at most so many
 * bytes, by chance; `cuts` of them, then no more). */
#include "config.h"
#include "tests/exchange/chaos.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct chaos weather = chaos_fair();
	uint64_t state;
	int64_t cut = -1, cuts = INT64_MAX;
	uint16_t port = 0;
	struct chaos_relay *r;
	struct pollfd in = { 0, POLLIN, 0 };

	if (argc < 3)
		return 2;
	state = strtoull(argv[2], NULL, 10) | 1;
	for (int i = 3; i < argc; i++) {
		const char *value = strchr(argv[i], '=');

		if (!value)
			return 2;
		value++;
		if (!strncmp(argv[i], "rate=", 5))
			weather.bits_per_second = (uint32_t)atol(value);
		else if (!strncmp(argv[i], "delay=", 6))
			weather.delay_ms = (uint32_t)atol(value);
		else if (!strncmp(argv[i], "loss=", 5))
			weather.loss_percent = (uint32_t)atol(value);
		else if (!strncmp(argv[i], "cut=", 4))
			cut = atol(value);
		else if (!strncmp(argv[i], "cuts=", 5))
			cuts = atol(value);
		else
			return 2;
	}
	if (!(r = chaos_open((uint16_t)atoi(argv[1]), state, &port)))
		return 3;
	printf("%u\n", port);
	fflush(stdout);
	do {
		bool more = chaos_cuts(r) < cuts;

		weather.cut_up = cut > 0 && more ? (int64_t)(chaos_random(&state) % (uint64_t)cut) : -1;
		chaos_set(r, &weather);
	} while (poll(&in, 1, 20) == 0);
	fprintf(stderr, "cuts %u up %llu\n", chaos_cuts(r), (unsigned long long)chaos_up(r));
	chaos_close(r);
	return 0;
}
