/* replay.c - runs a fuzz target without a fuzzer: over its corpus, each file cut short and changed a little.
 *
 * A target is a file tests/fuzz/fuzz_NAME.c with LLVMFuzzerTestOneInput() and a folder tests/fuzz/corpus/NAME. The changes
 * are the same in every run. Inputs are heap copies of exactly their length, so that a sanitizer sees the first byte past
 * the end. With a fuzzer: configure --enable-fuzz CC=clang CFLAGS='-g -O1 -fsanitize=address,fuzzer-no-link', then
 * tests/fuzz/fuzz_NAME tests/fuzz/corpus/NAME (Debian: libclang-rt-dev).
 */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILES_MAX = 10000, INPUT_MAX = 4 << 20, CUTS = 64, CHANGES = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *target;
static unsigned files, inputs;

static void run(const void *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	if (len)
		memcpy(copy, data, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	inputs++;
}

/* xorshift: chance that is the same everywhere. */
static uint32_t next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* One to four bytes set, flipped, or a piece copied over another. */
static void change(uint8_t *data, size_t len, uint32_t *seed)
{
	static const uint8_t telling[] = { 0, 1, 0x7f, 0x80, 0xff, '"', '<', '\n' };

	for (uint32_t n = 1 + next(seed) % 4; n; n--) {
		size_t at = next(seed) % len, from = next(seed) % len, piece = next(seed) % 16 + 1;

		switch (next(seed) % 4) {
		case 0:
			data[at] = telling[next(seed) % sizeof telling];
			break;
		case 1:
			data[at] ^= (uint8_t)(1u << next(seed) % 8);
			break;
		case 2:
			data[at] = (uint8_t)next(seed);
			break;
		default:
			for (size_t i = 0; i < piece && at + i < len && from + i < len; i++)
				data[at + i] = data[from + i];
		}
	}
}

static enum err replay(void *user, const char *name)
{
	struct buf path = { 0 }, file = { 0 };
	const char *dir = user;
	uint32_t seed = 2463534242u;
	uint8_t *copy;

	assert_ok(fs_read(fs_path(&path, dir, name), INPUT_MAX, &file));
	run(buf_str(&file), file.len);
	files++;
	/* long inputs get fewer rounds, so that the whole stays within seconds */
	size_t rounds = file.len < 16384 ? 1 : file.len < 262144 ? 4 : 16;

	for (size_t i = 0; i < CUTS / rounds; i++)
		run(buf_str(&file), file.len * i / (CUTS / rounds));
	copy = malloc(file.len + 1);
	assert_non_null(copy);
	for (size_t i = 0; file.len && i < CHANGES / rounds; i++) {
		memcpy(copy, file.data, file.len);
		change(copy, file.len, &seed);
		run(copy, file.len);
	}
	free(copy);
	buf_clear(&file);
	buf_clear(&path);
	return ERR_OK;
}

static void its_corpus_and_small_changes_do_no_harm(void **state)
{
	struct buf dir = { 0 };
	int64_t start = clock_ticks();

	(void)state;
	buf_printf(&dir, "%s/tests/fuzz/corpus/%s", SRCDIR, target);
	assert_ok(fs_list(buf_str(&dir), FILES_MAX, replay, dir.data));
	print_message("# %s: %u files, %u inputs, %lld ms\n", target, files, inputs, (long long)(clock_ticks() - start) / 1000000);
	assert_true(files > 0);
	buf_clear(&dir);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(its_corpus_and_small_changes_do_no_harm) };
	const char *fuzz = argc ? strstr(argv[0], "fuzz_") : NULL, *last;

	for (last = fuzz; fuzz; fuzz = strstr(fuzz + 1, "fuzz_"))
		last = fuzz;
	if (!last)
		return 2;
	target = last + strlen("fuzz_");
	return TAP_RUN(tests);
}
