/* chaos.h - a bad network on loopback: a relay of TCP connections that is slow, loses, stalls, cuts, lies. For tests.
 *
 * Every connection gets the weather that holds when it is accepted. Shaping is per direction: a segment of 512 bytes takes its
 * time at the given rate, and with the given chance is lost and takes it again after a retransmission pause, as TCP would
 * show it. One thread relays everything.
 */
#ifndef TESTS_EXCHANGE_CHAOS_H
#define TESTS_EXCHANGE_CHAOS_H

#include <stdbool.h>
#include <stdint.h>

enum { CHAOS_SEGMENT = 512, CHAOS_RESEND_MS = 300 };

enum chaos_lie {
	CHAOS_HONEST,
	CHAOS_PORTAL_200,          /* a page to log in, whatever is asked */
	CHAOS_PORTAL_302,          /* a redirection to one */
	CHAOS_PORTAL_TUS,          /* a page under the right status for an upload: 204 with an offset, but not ours */
	CHAOS_LENGTH,              /* the answer announces more than comes, then the end */
	CHAOS_TRUNCATE             /* half the answer, under the right length */
};

struct chaos {
	uint32_t bits_per_second;  /* 0: as fast as it goes */
	uint32_t delay_ms;         /* one way */
	uint32_t loss_percent;
	int64_t cut_up, cut_down;  /* the connection breaks after so many bytes; -1 never */
	int64_t stall_up;          /* after so many bytes nothing moves any more; -1 never */
	enum chaos_lie lie;
};
struct chaos chaos_fair(void);

struct chaos_relay;

/* Relay 127.0.0.1:*port to 127.0.0.1:`to`; `seed` decides what is lost. */
struct chaos_relay *chaos_open(uint16_t to, uint64_t seed, uint16_t *port);
void chaos_set(struct chaos_relay *r, const struct chaos *weather);
uint64_t chaos_up(struct chaos_relay *r);         /* bytes relayed towards the server so far */
uint32_t chaos_cuts(struct chaos_relay *r);       /* connections broken by cut_up and cut_down so far */
void chaos_close(struct chaos_relay *r);

/* The generator that the tests share: xorshift64*. */
uint64_t chaos_random(uint64_t *state);

#endif
