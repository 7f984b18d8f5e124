/* N6, N7 and the fold's share of N1: an office with many places and visits.
 *
 *     bench_fold [PLACES [VISITS]]
 *
 * Times are CPU time of this process, so a busy machine disturbs them little. Directory: $TMPDIR. */
#include "config.h"
#include "tests/ledger/township.h"

#include "forms/base/clock.h"
#include "forms/pack/answers.h"
#include "sync/ledger/due/duelist.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/log/payload.h"
#include "sync/ledger/rows/find.h"
#include "sync/ledger/rows/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH = 10000, KEYS = 512 };

static struct township town;

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- records: encoded first, then logged --- */

struct ref { uint8_t bytes[EVENT_REF]; };
struct making {
	const struct pack *pack; uint32_t form; struct fill *fill;
	uint32_t first, count;
	struct buf answers[BATCH];
	struct ref *made;
	const struct ref *places; uint32_t place_count;
};
static struct making m;

static void vary(uint32_t i)
{
	static const char *const streets[] = { "东街", "西街", "后沟", "柳湾", "石桥", "南关" };
	static const char *const trades[] = { "小商店", "饭店", "网吧", "旅馆", "幼儿园", "加工厂", "超市", "理发店" };
	char text[128];

	if (m.places) {
		keys_hex(m.places[i % m.place_count].bytes, EVENT_REF, text);
		strcat(text, ":0");
		assert_ok(fill_put(m.fill, fill_find(m.fill, "xc_place"), text));
	} else {
		snprintf(text, sizeof text, "%s%u号%s", streets[i % 6], i, trades[i / 6 % 8]);
		assert_ok(fill_put(m.fill, fill_find(m.fill, "name"), text));
	}
}

static void encode_batch(void)
{
	struct buf private_part = { 0 };

	for (uint32_t i = 0; i < m.count; i++) {
		vary(m.first + i);
		buf_reset(&m.answers[i]);
		assert_ok(answers_encode(m.pack, m.form, m.fill, &m.answers[i], &private_part));
	}
	buf_clear(&private_part);
}

static enum err append_batch(struct log_batch *b, void *user)
{
	struct payload head = { .form = m.form };
	struct payload_row row = { .fresh = true, .instance = PAYLOAD_NO_INSTANCE };
	struct event_scope scope = event_scope_village(VILLAGE);
	struct buf public_part = { 0 };
	enum err e = ERR_OK;

	(void)user;
	snprintf(head.version, sizeof head.version, "%s/%s", m.pack->id, m.pack->version);
	for (uint32_t i = 0; !e && i < m.count; i++) {
		struct event ev = { .kind = EVENT_SUBMIT, .flags = EVENT_HAS_ANSWERS };
		struct ref ref;

		head.number = m.first + i + 1;
		buf_reset(&public_part);
		payload_put_submit(&public_part, &head, &row, 1);
		ev.public_part = (struct event_part){ (const uint8_t *)public_part.data, public_part.len };
		ev.answers = (struct event_part){ (const uint8_t *)m.answers[i].data, m.answers[i].len };
		e = log_append(b, &scope, &ev, ref.bytes);
		if (m.made)
			m.made[m.first + i] = ref;
	}
	buf_clear(&public_part);
	return e;
}

/* CPU seconds of logging (and folding, when the store has a fold) `n` records. */
static double make_records(const char *form, uint32_t n, struct ref *made, const struct ref *places, uint32_t place_count)
{
	struct fill_host host = { .now = clock_wall(), .utc_offset = 480 };
	double spent = 0;

	m.pack = township_pack();
	m.form = pack_find_form(m.pack, form);
	m.made = made;
	m.places = places;
	m.place_count = place_count;
	assert_ok(fill_open(m.pack->forms[m.form].body->form, &host, &m.fill));
	if (!places)
		assert_ok(fill_put(m.fill, fill_find(m.fill, "kind"), "SH"));
	for (uint32_t i = 1; places && i <= 26; i++) {
		char item[8];

		snprintf(item, sizeof item, "CO-%02u", i);
		if (fill_find(m.fill, item) != FILL_NO_NODE)
			assert_ok(fill_put(m.fill, fill_find(m.fill, item), "pass"));
	}
	for (m.first = 0; m.first < n; m.first += m.count) {
		double start;

		m.count = n - m.first < BATCH ? n - m.first : BATCH;
		encode_batch();
		start = cpu();
		assert_ok(log_write(town.office, append_batch, NULL));
		spent += cpu() - start;
	}
	fill_close(m.fill);
	return spent;
}

/* --- reading --- */

static double first_list(void)
{
	struct listing_query q = { .reg = "places" };
	const struct pack *pack;
	struct profile *p;
	struct listing *l;
	struct buf title = { 0 };
	double start;

	assert_ok(world_open("office", true, 1, &p));
	start = cpu();
	assert_ok(profile_pack_current(p, &pack));
	printf("pack read                    %8.2f ms, part of the first list\n", 1e3 * (cpu() - start));
	assert_ok(listing_open(p, &q, &l));
	printf("list open                    %8.2f ms, with it\n", 1e3 * (cpu() - start));
	for (uint32_t i = 0; i < 24 && i < listing_count(l); i++) {
		struct row r;

		buf_reset(&title);
		assert_ok(listing_row(l, i, &r));
		assert_ok(row_title(p, &r, &title));
		row_clear(&r);
	}
	start = cpu() - start;
	listing_close(l);
	buf_clear(&title);
	profile_close(p);
	return start;
}

static int by_number(const void *a, const void *b)
{
	return *(const double *)a < *(const double *)b ? -1 : *(const double *)a > *(const double *)b;
}

static void search(void)
{
	static const char *const typed[] = { "xsd", "dj1", "后沟", "lw99h", "网吧", "9999", "nghjgc" };
	double took[KEYS], start = cpu();
	uint32_t count, n = 0;
	struct find *f;

	assert_ok(find_open(town.office, "places", &f));
	printf("search: open                 %8.2f ms\n", 1e3 * (cpu() - start));
	for (int round = 0; round < 8; round++)
		for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
			for (size_t len = 1; len <= strlen(typed[i]) && n < KEYS; len++) {
				char query[32];

				snprintf(query, sizeof query, "%.*s", (int)len, typed[i]);
				start = cpu();
				assert_ok(find_query(f, query, &count));
				took[n++] = cpu() - start;
			}
	qsort(took, n, sizeof *took, by_number);
	printf("N7 search as you type in the store: %.2f ms median, %.2f p99 (limit 16)%s\n", 1e3 * took[n / 2], 1e3 * took[n * 99 / 100],
	       took[n * 99 / 100] > 0.016 ? " BROKEN" : "");
	find_close(f);
}

int main(int argc, char **argv)
{
	uint32_t places = argc > 1 ? (uint32_t)atoi(argv[1]) : 100000, visits = argc > 2 ? (uint32_t)atoi(argv[2]) : 100000;
	struct ref *made = calloc(places, sizeof *made);
	struct duelist *due;
	struct fold *fold;
	double with, without, start;

	township_open(&town);
	with = make_records("place_new", places, made, NULL, 0);
	printf("places: logged and folded    %8.2f us each\n", 1e6 * with / places);
	with = make_records("walk_SH", visits, NULL, made, places);
	search();
	start = cpu();
	assert_ok(duelist_open(town.office, clock_day_of(clock_wall(), 480) + 40, &due));
	printf("due list: %6u due         %8.0f ms\n", duelist_count(due), 1e3 * (cpu() - start));
	duelist_close(due);
	fold = town.office->fold;
	town.office->fold = NULL;
	without = make_records("walk_SH", visits, NULL, made, places);
	town.office->fold = fold;
	printf("visits: logged and folded    %8.2f us each, the fold %.2f of it\n", 1e6 * with / visits, 1e6 * (with - without) / visits);
	township_close(&town);
	start = first_list();
	printf("N6 first list, warm: %.2f ms of work (limit 30)%s\n", 1e3 * start, start > 0.030 ? " BROKEN" : "");
	for (uint32_t i = 0; i < BATCH; i++)
		buf_clear(&m.answers[i]);
	free(made);
	return 0;
}
