/* Trains the compression dictionary of bundles: train_dict OUT-FOLDER [BYTES]. The samples are plain texts of bundles with one
 * to a few inspections each, and one of every other form of the pack; all invented. The result is named by its hash.
 * A dictionary that was shipped stays for ever, so this is run once for a new version of forms. */
#include "config.h"
#include "tests/bench/records.h"

#include "forms/base/fs.h"
#include "forms/fill/fill.h"
#include "forms/pack/answers.h"
#include "sync/bundle/segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define ZDICT_STATIC_LINKING_ONLY
#include <zdict.h>

enum { SAMPLES = 6000, DICTIONARY = 32 << 10 };

static struct buf samples;
static size_t sizes[SAMPLES + 2000];
static unsigned count;

static void close_sample(size_t start)
{
	if (samples.len > start)
		sizes[count++] = samples.len - start;
}

static enum err add_bundle(struct records *r, uint32_t inspections)
{
	struct buf events = { 0 };
	struct log_segment s;
	size_t start = samples.len;
	enum err e = records_segment(r, inspections, &events, &s);

	if (!e)
		segment_put(&s, r->log.writer, &samples);
	close_sample(start);
	buf_clear(&events);
	return e;
}

/* Answers of a form that is no walk, from the filled examples of tests/pack/answers. */
static enum err add_example(void *user, const char *name)
{
	struct records *r = user;
	struct fill_host host = { .now = 1767225600000, .utc_offset = 480, .language = "zh" };
	struct buf path = { 0 }, text = { 0 }, personal = { 0 };
	struct jdoc *answers = NULL;
	struct fill *f = NULL;
	char id[64];
	uint32_t form;
	size_t start = samples.len;

	snprintf(id, sizeof id, "%.*s", (int)strcspn(name, "."), name);
	form = pack_find_form(r->pack, id);
	if (form != PACK_NONE && !fs_read(fs_path(&path, SRCDIR "/tests/pack/answers", name), 1 << 20, &text)
	    && !jdoc_parse(text.data, text.len, &answers) && !fill_open(r->pack->forms[form].body->form, &host, &f)
	    && !fill_read_json(f, answers, NULL, NULL) && !answers_encode(r->pack, form, f, &samples, &personal))
		buf_put(&samples, personal.data, personal.len);
	close_sample(start);
	fill_close(f);
	jdoc_free(answers);
	buf_clear(&path);
	buf_clear(&text);
	buf_clear(&personal);
	return ERR_OK;
}

static enum err write_dictionary(const char *folder, size_t bytes)
{
	uint8_t *dict = malloc(bytes), hash[KEYS_HASH];
	ZDICT_cover_params_t how = { .k = 100, .d = 6, .zParams = { .compressionLevel = 19, .dictID = 1 } };
	size_t n = ZDICT_trainFromBuffer_cover(dict, bytes, samples.data, sizes, count, how);
	struct buf path = { 0 };
	char name[2 * 8 + 1];
	enum err e;

	if (ZDICT_isError(n))
		return err_set(ERR_FORMAT, "zdict: %s", ZDICT_getErrorName(n));
	keys_hash(dict, n, hash);
	keys_hex(hash, 8, name);
	e = fs_write(fs_path(&path, folder, name), dict, n);
	printf("%u samples, %zu bytes: %s, %zu bytes\n", count, samples.len, path.data, n);
	buf_clear(&path);
	free(dict);
	return e;
}

/* What Chinese there is, but for the words that bench_size measures with (response cards and checklists). */
static enum err gather_prose(struct buf *out)
{
	static const char *const folders[] = { "/forms/catalog", "/forms/catalog/forms", "/forms/pack", "/forms/fill", "/forms/xlsform", "/sync/ledger", "/sync/keys", "/sync/bundle", "/sync/exchange", "/tui/screens" };
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < sizeof folders / sizeof *folders; i++) {
		char path[512];

		snprintf(path, sizeof path, SRCDIR "%s", folders[i]);
		e = records_prose(path, out);
	}
	return e;
}

int main(int argc, char **argv)
{
	struct buf prose = { 0 };
	struct records r;
	enum err e;

	if (argc < 2 || keys_start() || (e = records_open(&r, SRCDIR "/forms/catalog", 1, NULL)))
		return fprintf(stderr, "train_dict FOLDER [BYTES]: %s\n", err_detail()), 2;
	e = gather_prose(&prose);
	for (uint32_t i = 0; !e && i < SAMPLES; i++) {
		r.prose = i % 2 ? prose.data : NULL;
		if (i % 50 == 0) {                              /* another writer, another device */
			struct pack *pack = r.pack;

			r.pack = NULL;
			records_close(&r);
			r.pack = pack;
			keys_identity_new(NULL, &r.writer);
			memcpy(r.log.writer, keys_identity_public(r.writer)->writer, EVENT_WRITER);
			randombytes_buf(&r.log.epoch, sizeof r.log.epoch);
			randombytes_buf(r.hash, sizeof r.hash);
			r.base.boot = 1 + i % 40;
		}
		e = add_bundle(&r, i % 3 ? 1 : 3);
	}
	for (int k = 0; !e && k < 4; k++)
		e = fs_list(SRCDIR "/tests/pack/answers", 1000, add_example, &r);
	if (!e)
		e = write_dictionary(argv[1], argc > 2 ? (size_t)atol(argv[2]) : DICTIONARY);
	if (e)
		fprintf(stderr, "%s\n", err_detail());
	records_close(&r);
	buf_clear(&samples);
	buf_clear(&prose);
	return e ? 1 : 0;
}
