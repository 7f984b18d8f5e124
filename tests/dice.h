/* dice.h - chance that comes out the same each time: xorshift, from a state that is never 0 (Marsaglia 2003). */
#ifndef TESTS_DICE_H
#define TESTS_DICE_H

#include <stdint.h>

#define DICE_START UINT64_C(88172645463325252)

/* Below n. */
static inline uint32_t dice_throw(uint64_t *state, uint32_t n)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 33) % n;
}

#endif
