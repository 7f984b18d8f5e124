/* A command that makes a record fails or is killed at any of its file calls, and is run again: the record is there, once. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "forms/base/jdoc.h"
#include "sync/ctl/ctl.h"
#include "tests/faults/scene.h"
#include "tests/faults/trap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 2000, WORDS = 24 };

static char dir[256], town[256], pin[256], answers[256], said[256];

static void put(const char *path, const char *text)
{
	assert_ok(fs_write(path, text, strlen(text)));
}

/* xunchactl in a process of its own, `fault` set in it; its standard output goes to `said`. Returns the exit status. */
static int run(void (*fault)(void *user), void *user, const char *command, const char *file)
{
	char line[2048], *argv[WORDS], *rest = line;
	int argc = 0, status;
	pid_t child;

	snprintf(line, sizeof line, "--profile %s --pin-file %s --json %s %s", town, pin, command, file);
	while (argc < WORDS && (argv[argc] = strtok_r(rest, " ", &rest)))
		argc++;
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (!freopen(said, "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(98);
		if (fault)
			fault(user);
		status = ctl_run(argc, argv);
		fflush(stdout);
		_exit(status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int submit(void (*fault)(void *user), void *user)
{
	return run(fault, user, "record submit --form village_new --answers", answers);
}

static struct jdoc *heard(void)
{
	struct jdoc *j = NULL;

	assert_ok(jdoc_read(said, &j));
	return j;
}

static size_t villages(void)
{
	struct jdoc *j;
	size_t n;

	assert_int_equal(run(NULL, NULL, "register list villages", ""), 0);
	j = heard();
	n = jdoc_type(j) == JDOC_ARRAY ? jdoc_count(j) : jdoc_count(jdoc_get(j, "rows"));
	jdoc_free(j);
	return n;
}

static size_t refs(void)
{
	struct jdoc *j = heard();
	size_t n = jdoc_count(jdoc_get(j, "refs"));

	jdoc_free(j);
	return n;
}

static int make_a_town(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "%s/again", scene_root());
	snprintf(town, sizeof town, "%s/sound", dir);
	snprintf(pin, sizeof pin, "%s/pin", dir);
	snprintf(said, sizeof said, "%s/said", dir);
	snprintf(answers, sizeof answers, "%s/villages.json", dir);
	assert_ok(fs_make_dir(dir));
	put(pin, "246810\n");
	put(answers, "[{\"code\":\"990101100201\",\"name\":\"河东村\"},{\"code\":\"990101100202\",\"name\":\"河西村\"}]");
	assert_int_equal(run(NULL, NULL, "init township --name 样例镇 --division 990101100 --staff 周敏 --kdf min", ""), 0);
	assert_int_equal(run(NULL, NULL, "pack publish", SRCDIR "/forms/catalog"), 0);
	return 0;
}

/* A copy of the township, which the next runs are about. */
static void afresh(void)
{
	char from[sizeof town];

	snprintf(from, sizeof from, "%s/sound", dir);
	snprintf(town, sizeof town, "%s/town", dir);
	assert_ok(fs_remove_tree(town));
	assert_ok(scene_copy(from, town));
}

struct fault { long nth, lasts; };

/* The disk neither keeps nor lets go. */
static void let_fail(void *user)
{
	const struct fault *f = user;

	trap_fail(town, TRAP_SYNC | TRAP_NAME, f->nth, !f->lasts, EIO);
	if (f->lasts)
		trap_heal(f->lasts);
}

static void let_die(void *user)
{
	trap_die(town, TRAP_ANY & ~TRAP_READ, ((struct fault *)user)->nth);
}

/* Returns how often the first run was told that the machine failed. */
static int fail_at_each(long lasts)
{
	int told = 0, status;

	for (long n = 1; n < MOST; n++) {
		struct fault f = { n, lasts };

		afresh();
		status = submit(let_fail, &f);
		if (!status && n > 30)
			break;
		if (status) {
			assert_int_equal(status, 3);
			told++;
			assert_int_equal(submit(NULL, NULL), 0);
		}
		assert_int_equal(refs(), 2);
		if (villages() != 2)
			fail_msg("call %ld failed: %zu villages", n, villages());
	}
	return told;
}

static void what_a_failing_disk_kept_for_all_that_is_not_made_twice(void **state)
{
	(void)state;
	assert_true(fail_at_each(0) > 2);
	assert_true(fail_at_each(2) > 2);
}

static void a_command_that_was_killed_makes_what_it_had_not_made(void **state)
{
	int killed = 0;

	(void)state;
	for (long n = 1, status = TRAP_DEAD; status == TRAP_DEAD; n += 2) {
		struct fault f = { n, 0 };
		char first[64] = "";
		struct buf out = { 0 };

		afresh();
		status = submit(let_die, &f);
		assert_ok(fs_read(said, 1 << 16, &out));
		snprintf(first, sizeof first, "%.60s", buf_str(&out));
		buf_clear(&out);
		if (*first)                                     /* it had answered */
			continue;
		killed++;
		assert_int_equal(submit(NULL, NULL), 0);
		assert_int_equal(refs(), 2);
		if (villages() != 2)
			fail_msg("killed at call %ld: %zu villages", n, villages());
	}
	assert_true(killed > 10);
}

static void what_is_asked_for_again_after_an_answer_is_another_record(void **state)
{
	(void)state;
	afresh();
	put(answers, "[{\"code\":\"990101100201\",\"name\":\"河东村\"},{\"code\":\"990101100201\",\"name\":\"河东村\"}]");
	assert_int_equal(submit(NULL, NULL), 0);
	assert_int_equal(villages(), 2);
	assert_int_equal(submit(NULL, NULL), 0);
	assert_int_equal(villages(), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_a_failing_disk_kept_for_all_that_is_not_made_twice, make_a_town),
		cmocka_unit_test(a_command_that_was_killed_makes_what_it_had_not_made),
		cmocka_unit_test(what_is_asked_for_again_after_an_answer_is_another_record),
	};

	return TAP_RUN(tests);
}
