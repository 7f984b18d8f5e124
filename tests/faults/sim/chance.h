/* chance.h - all that a simulated world leaves to chance, out of one seed: dice, random bytes, every machine's clock.
 *
 * The dice of a step depend on the seed and the number of the step alone, so that a step does the same when others are left
 * out.
 */
#ifndef TESTS_FAULTS_SIM_CHANCE_H
#define TESTS_FAULTS_SIM_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/* Put the seam in place; from here on nothing but files and memory comes from the machine. */
void chance_start(void);
void chance_step(uint64_t seed, uint64_t step);

uint32_t chance_below(uint32_t n);
static inline bool chance_one_in(uint32_t n) { return !chance_below(n); }

/* A machine's clock: what it shows is the true time and an error, or stands still; its boot is counted apart. */
struct chance_clock { int64_t error, booted, stuck; };
void chance_stand(const struct chance_clock *c);    /* whose clock is read now; borrowed */
void chance_pass(int64_t ms);
int64_t chance_now(void);                           /* true time, ms */
int64_t chance_uptime(void);                        /* since the beginning */

#endif
