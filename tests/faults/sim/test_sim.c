/* The simulator: whole worlds out of one seed (sim.h). 200,000 steps in the suite; more by the environment.
 *
 *     XUNCHA_SIM_STEPS=2000000 tests/faults/sim/test_sim    so many steps
 *     XUNCHA_SIM_FIRST=1                                    other worlds: the seed of the first
 *     XUNCHA_SIM_JOBS=1                                     worlds at a time; else as many as there are processors
 *     tests/faults/sim/test_sim SEED STEPS                  that one world again
 *     tests/faults/sim/test_sim SEED STEPS shrink           and which of its steps are enough to make it fail
 *     XUNCHA_SIM_TRACE=1 ...                                says on standard error who visits, is killed, goes back
 */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "tests/faults/sim/sim.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORLD = 5000, SUITE = 200000, FIRST = 20270101, DELETIONS = 200, JOBS = 16 };

static char root[64];

/* --- one world --- */

static void one_step(struct sim *s)
{
	uint32_t dice = chance_below(100), machine = chance_below(s->count);

	chance_pass(chance_below(600000));
	if (s->at[machine].revoked && dice < 93)            /* it goes on travelling, and is not believed */
		return;
	if (dice < 93) {
		sim_record(s, machine);
	} else if (dice < 98) {
		/* The township is visited as often as a device goes there. */
		machine = chance_one_in(4) ? chance_below(s->towns) : machine;
		sim_visit(s, machine, sim_stick(s, chance_below(s->sticks)));
	} else {
		sim_trouble(s);
	}
	sim_watch(s, machine);
}

/* In a process of its own; `skip` says which steps are left out. Returns whether all held. */
static bool play(uint64_t seed, uint32_t steps, const bool *skip)
{
	int status;
	pid_t pid;

	memset(sim_told, 0, sizeof *sim_told);
	if ((pid = fork()) < 0)
		abort();
	if (!pid) {
		static struct sim s;
		char dir[96];

		snprintf(dir, sizeof dir, "%s/%u", root, (unsigned)getpid());
		mallopt(M_MMAP_THRESHOLD, 2 << 20);             /* LMDB's 2 MiB of zeros come from the kernel; no other map is made and dropped */
		mallopt(M_TRIM_THRESHOLD, 256 << 20);
		chance_start();
		chance_step(seed, 0);
		sim_found(&s, dir, seed, 5 + chance_below(chance_one_in(5) ? 46 : 8));
		for (s.step = 1; s.step <= steps; s.step++) {
			sim_told->step = s.step;
			if (skip && skip[s.step])
				continue;
			chance_step(seed, s.step);
			one_step(&s);
			sim_told->steps_done++;
		}
		chance_step(seed, s.step);
		sim_judge(&s);
		sim_close(&s);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	{
		char dir[96];

		snprintf(dir, sizeof dir, "%s/%u", root, (unsigned)pid);
		fs_remove_tree(dir);
	}
	if (WIFSIGNALED(status))
		snprintf((char *)sim_told->message, sizeof sim_told->message, "died of signal %d", WTERMSIG(status));
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* --- fewer steps that fail the same way --- */

static void shrink(uint64_t seed, uint32_t steps)
{
	bool *skip = calloc(steps + 1, sizeof *skip);
	char why[8];
	uint32_t left = steps, tries = 0;

	memcpy(why, sim_told->message, sizeof why);
	for (uint32_t piece = steps / 2; piece && tries < DELETIONS; piece /= 2)
		for (uint32_t at = 1; at <= steps && tries < DELETIONS; at += piece) {
			bool *less = calloc(steps + 1, sizeof *less);
			uint32_t gone = 0;

			memcpy(less, skip, steps + 1);
			for (uint32_t i = at; i < at + piece && i <= steps; i++) {
				gone += !less[i];
				less[i] = true;
			}
			if (gone && ++tries && !play(seed, steps, less) && !memcmp(why, sim_told->message, 3)) {
				memcpy(skip, less, steps + 1);
				left -= gone;
			}
			free(less);
		}
	print_message("# %u steps are enough:", left);
	for (uint32_t i = 1; i <= steps; i++)
		if (!skip[i])
			print_message(" %u", i);
	print_message("\n");
	play(seed, steps, skip);
	print_message("# then: %s\n", sim_told->message);
	free(skip);
}

/* --- the test --- */

static uint32_t wanted(void)
{
	const char *set = getenv("XUNCHA_SIM_STEPS");
	uint32_t n = set ? (uint32_t)strtoul(set, NULL, 10) : SUITE;

#ifdef __SANITIZE_ADDRESS__
	n = set ? n : SUITE / 200;                       /* slow; it looks for other things than the oracles */
#endif
	return n;
}

static uint64_t first_seed(void)
{
	const char *set = getenv("XUNCHA_SIM_FIRST");

	return set ? strtoull(set, NULL, 10) : FIRST;
}

/* Worlds of this worker, one after the other: every jobs-th seed. In the end sim_told->steps_done are all its steps. */
static bool play_share(uint32_t job, uint32_t jobs, uint32_t share)
{
	uint32_t done = 0, steps = share < WORLD ? share : WORLD;

	for (uint64_t seed = first_seed() + job; done < share; seed += jobs) {
		if (!play(seed, steps, NULL)) {
			printf("# seed %llu, step %u: %s\n", (unsigned long long)seed, sim_told->step, sim_told->message);
			printf("# again: tests/faults/sim/test_sim %llu %u\n", (unsigned long long)seed, steps);
			fflush(stdout);
			return false;
		}
		done += sim_told->steps_done;
	}
	sim_told->steps_done = done;
	return true;
}

static uint32_t jobs_wanted(void)
{
	const char *set = getenv("XUNCHA_SIM_JOBS");
	long n = set ? strtol(set, NULL, 10) : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > JOBS ? JOBS : (uint32_t)n;
}

static void every_world_comes_out_right(void **state)
{
	uint32_t jobs = jobs_wanted(), done = 0, good = 0;
	struct sim_told *all = sim_told;
	time_t start = time(NULL);
	int status;

	(void)state;
	fflush(stdout);
	for (uint32_t i = 0; i < jobs; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid) {
			sim_told = &all[i];
			_exit(!play_share(i, jobs, (wanted() + jobs - 1) / jobs));
		}
	}
	for (uint32_t i = 0; i < jobs; i++)
		good += wait(&status) > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
	for (uint32_t i = 0; i < jobs; i++)
		done += all[i].steps_done;
	print_message("# %u steps, %u worlds at a time, %ld s\n", done, jobs, (long)(time(NULL) - start));
	assert_int_equal(good, jobs);
}

/* Seeds of worlds in which something was found once: a chain of keys that neighbours hid, an event that was lost from the registers. */
static void worlds_in_which_something_was_found_come_out_right(void **state)
{
	static const uint64_t found[] = { 20271104, 20273101 };
	enum { FOUND = sizeof found / sizeof *found };
	struct sim_told *all = sim_told;
	int status, good = 0;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	return;
#endif
	fflush(stdout);
	for (int i = 0; i < FOUND; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid) {
			sim_told = &all[i];
			if (play(found[i], WORLD, NULL))
				_exit(0);
			printf("# seed %llu, step %u: %s\n", (unsigned long long)found[i], sim_told->step, sim_told->message);
			fflush(stdout);
			_exit(1);
		}
	}
	for (int i = 0; i < FOUND; i++)
		good += wait(&status) > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
	assert_int_equal(good, FOUND);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worlds_in_which_something_was_found_come_out_right),
		cmocka_unit_test(every_world_comes_out_right),
	};
	int failed;

	snprintf(root, sizeof root, "/dev/shm/xuncha-sim-XXXXXX");
	sim_told = mmap(NULL, JOBS * sizeof *sim_told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sim_told == MAP_FAILED || !mkdtemp(root) || keys_start())
		abort();
	if (argc > 1) {
		uint64_t seed = strtoull(argv[1], NULL, 10);
		uint32_t steps = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : WORLD;

		failed = !play(seed, steps, NULL);
		printf("seed %llu: %s, step %u\n", (unsigned long long)seed, failed ? sim_told->message : "all held", sim_told->step);
		if (failed && argc > 3)
			shrink(seed, steps);
	} else {
		failed = TAP_RUN(tests);
	}
	fs_remove_tree(root);
	return failed != 0;
}
