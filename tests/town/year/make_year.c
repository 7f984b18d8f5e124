/* make_year DIR [INSPECTIONS [WRITERS [VILLAGES [PLACES [SEED]]]]]: a township's profile in DIR/town (staff 周敏, PIN 135790), its
 * year 2025 as bundles in DIR/bundles, its village outlines in DIR/outlines.geojson. Defaults: the size of issue and guide. */
#include "config.h"
#include "tests/town/year/year.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Days between bundles: a fortnight for a township, longer for a handful of workers. */
static int32_t seal_every(const struct year *y)
{
	return y->writers >= 100 ? 14 : 91;
}

void year_must(enum err e, const char *what)
{
	if (!e)
		return;
	fprintf(stderr, "make_year: %s: %s: %s\n", what, err_text(e), err_detail());
	exit(3);
}

uint32_t year_random(struct year *y, uint32_t below)
{
	y->random ^= y->random << 13;
	y->random ^= y->random >> 7;
	y->random ^= y->random << 17;
	return below ? (uint32_t)((y->random >> 16) % below) : 0;
}

bool year_chance(struct year *y, double p)
{
	return year_random(y, 1000000) < p * 1000000;
}

/* Neighbours share the corners of a crooked grid, six villages in a row. */
static void put_corner(int column, int row, struct buf *out)
{
	uint64_t h = ((uint64_t)column * 31 + (uint64_t)row * 57 + 7) * 0x9E3779B97F4A7C15u;

	buf_printf(out, "[%.5f,%.5f]", 83.0775 + 0.045 * column + 0.012 * ((double)(h >> 40 & 255) / 255 - 0.5), 38.998 - 0.036 * row + 0.010 * ((double)(h >> 20 & 255) / 255 - 0.5));
}

static void write_outlines(const struct year *y)
{
	static const int around[5][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 0, 1 }, { 0, 0 } };
	struct buf out = { 0 }, path = { 0 };

	buf_puts(&out, "{\"type\":\"FeatureCollection\",\"features\":[\n");
	for (uint32_t v = 0; v < y->villages; v++) {
		buf_printf(&out, "%s{\"type\":\"Feature\",\"properties\":{\"name\":\"%u村\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[", v ? ",\n" : "", v + 1);
		for (int i = 0; i < 5; i++) {
			buf_puts(&out, i ? "," : "");
			put_corner((int)v % 6 + around[i][0], (int)v / 6 + around[i][1], &out);
		}
		buf_puts(&out, "]]}}");
	}
	buf_puts(&out, "\n]}\n");
	buf_printf(&path, "%s/outlines.geojson", y->dir);
	year_must(fs_write(buf_str(&path), out.data, out.len), buf_str(&path));
	buf_clear(&out);
	buf_clear(&path);
}

static uint32_t argument(int argc, char **argv, int at, uint32_t otherwise)
{
	return argc > at ? (uint32_t)strtoul(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	struct year *y = calloc(1, sizeof *y);
	struct pack *pack;

	if (argc < 2 || !y) {
		fprintf(stderr, "make_year DIR [INSPECTIONS [WRITERS [VILLAGES [PLACES [SEED]]]]]\n");
		return 2;
	}
	i18n_open("zh");
	year_must(keys_start(), "keys");
	y->dir = argv[1];
	y->inspections = argument(argc, argv, 2, 600000);
	y->writers = argument(argc, argv, 3, 200);
	y->villages = argument(argc, argv, 4, 30);
	y->places = argument(argc, argv, 5, 6000);
	y->random = 88172645463325252u + argument(argc, argv, 6, 1);
	year_must(fs_make_dir(y->dir), y->dir);
	year_must(pack_read(SRCDIR "/forms/catalog", NULL, NULL, &pack), "pack");
	y->pack = pack;
	y->first = clock_days((struct clock_date){ 2025, 1, 1 });
	year_found(y);
	year_settle(y);
	year_seal(y);
	for (y->today = y->first; y->today < y->first + 365; y->today++) {
		year_day(y);
		if ((y->today - y->first) % seal_every(y) == seal_every(y) - 1)
			year_seal(y);
	}
	year_seal(y);
	write_outlines(y);
	printf("%u hazards\n", y->hazard_count);
	profile_close(y->logs);
	profile_close(y->town);
	return 0;
}
