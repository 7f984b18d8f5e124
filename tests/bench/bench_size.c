/* N3 and N4: bytes of an inspection on the wire, whole bundle files with one stanza, divided by what is in them. Notes from
 * templates of the kind the dictionary knows, then cut from prose that it has never seen (the response cards and
 * the wording of the checklists). One line
 * each: what, limit, measured. Exit 1 when a limit is broken. */
#include "config.h"
#include "tests/bench/records.h"

#include "sync/bundle/seal.h"
#include "sync/bundle/segment.h"

#include <stdio.h>
#include <stdlib.h>

enum { BUNDLES = 300 };

static enum err one_file(struct records *r, uint32_t inspections, size_t *bytes)
{
	static const uint8_t to[1][KEYS_PK] = { { 9 } };
	struct bundle_sealing how = { .sealer = r->writer, .to = to, .to_count = 1, .counter = r->seq, .wall = r->base.wall };
	struct buf events = { 0 }, plain = { 0 }, file = { 0 };
	struct log_segment s;
	enum err e = records_segment(r, inspections, &events, &s);

	if (!e) {
		segment_put(&s, r->log.writer, &plain);
		e = bundle_seal(&how, plain.data, plain.len, &file, NULL);
	}
	*bytes += file.len;
	buf_clear(&events);
	buf_clear(&plain);
	buf_clear(&file);
	return e;
}

static enum err measure(const char *what, const char *prose, uint32_t inspections, size_t limit, bool *broken)
{
	unsigned bundles = inspections == 100 ? BUNDLES / 30 : inspections == 10 ? BUNDLES / 3 : BUNDLES;
	struct records r;
	size_t bytes = 0, each;
	enum err e = records_open(&r, SRCDIR "/forms/catalog", 1000 + inspections, prose);

	for (unsigned i = 0; !e && i < bundles; i++)
		e = one_file(&r, inspections, &bytes);
	records_close(&r);
	each = bytes / ((size_t)bundles * inspections);
	printf("%s, %3u in a bundle: %4zu bytes an inspection (limit %zu)%s\n", what, inspections, each, limit, each > limit ? " BROKEN" : "");
	*broken |= each > limit;
	return e;
}

int main(void)
{
	static const struct { uint32_t inspections; size_t templates, prose; } limits[] = { { 1, 560, 620 }, { 10, 145, 195 }, { 100, 100, 145 } };
	struct buf prose = { 0 };
	bool broken = false;
	enum err e = keys_start();

	if (!e && !(e = records_prose(SRCDIR "/forms/catalog/cards", &prose)))
		e = records_prose(SRCDIR "/forms/catalog/lists", &prose);
	for (size_t i = 0; !e && i < 3; i++)
		e = measure("N3 notes from templates", NULL, limits[i].inspections, limits[i].templates, &broken);
	for (size_t i = 0; !e && i < 3; i++)
		e = measure("N4 notes from prose", prose.data, limits[i].inspections, limits[i].prose, &broken);
	if (e)
		fprintf(stderr, "%s\n", err_detail());
	buf_clear(&prose);
	return e || broken;
}
