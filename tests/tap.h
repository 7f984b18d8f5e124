/* tap.h - what every cmocka test file includes first: the headers cmocka needs in its order, and TAP output. */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forms/base/err.h"

#include <stdio.h>
#include <string.h>

/* An enum err that is not `want` prints the detail, which says more than two numbers. */
#define assert_err(expression, want) do { \
	enum err got_ = (expression); \
	if (got_ != (want)) \
		print_message("# %s:%d: %s (%s)\n", __FILE__, __LINE__, err_name(got_), err_detail()); \
	assert_string_equal(err_name(got_), err_name(want)); \
} while (0)
#define assert_ok(expression) assert_err(expression, ERR_OK)

/* The result of a main() that leaves the whole program out, and why. cmocka's own skip() writes "not ok", which prove counts as
 * a failure. */
#define TAP_SKIP_ALL(why) (printf("1..0 # SKIP %s\n", why), 0)

/* Run a group and speak TAP; the result is main()'s. */
#define TAP_RUN(tests) (cmocka_set_message_output(CM_OUTPUT_TAP), cmocka_run_group_tests(tests, NULL, NULL) != 0)

#endif
