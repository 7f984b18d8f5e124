#include "config.h"
#include "tests/ledger/hostile.h"

#include "forms/base/cbor.h"
#include "forms/base/clock.h"
#include "sync/bundle/seal.h"
#include "sync/keys/authority.h"
#include "sync/keys/roster.h"
#include "tests/dice.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { INSIDER = 40, EPOCHS = 1000000 };
#ifdef __SANITIZE_ADDRESS__
enum { SLOWER = 20 };
#else
enum { SLOWER = 1 };
#endif

struct hostile_sample hostile_samples[HOSTILE_SAMPLES];
uint32_t hostile_sample_count, hostile_given, hostile_taken;
const struct keys_identity *hostile_insider;

static struct keys_identity *insider;
static char before[80];
static uint64_t epoch = EPOCHS, state = DICE_START;

uint32_t hostile_dice(uint32_t n)
{
	return dice_throw(&state, n);
}

/* --- the summer --- */

static enum err take_sample(void *user, const struct log_event *e)
{
	struct hostile_sample *s = &hostile_samples[hostile_sample_count];
	const struct event_part *parts[3] = { &e->event.public_part, &e->event.answers, &e->event.private_part };

	(void)user;
	if (hostile_sample_count == HOSTILE_SAMPLES || e->opaque)
		return ERR_OK;
	s->kind = e->event.kind;
	s->flags = e->event.flags & (EVENT_HAS_ANSWERS | EVENT_HAS_PRIVATE | EVENT_CRITICAL);
	memcpy(s->ref, e->hash, EVENT_REF);
	for (int i = 0; i < 3; i++)
		if (parts[i]->data)
			buf_put(&s->part[i], parts[i]->data, parts[i]->len);
	hostile_sample_count++;
	return ERR_OK;
}

void hostile_begin(uint32_t events)
{
	struct store_txn t;

	summer_make(events);
	insider = world_identity(INSIDER, false);
	hostile_insider = insider;
	township_certify(&summer_town, INSIDER, false, "p-insider", "40", PACK_GRID | PACK_VADM, VILLAGE);
	profile_begin(summer_town.office, &t);
	assert_ok(log_each_all(&t, take_sample, NULL));
	store_abort(&t);
	snprintf(before, sizeof before, "%s", township_digest(summer_town.office));
}

void hostile_end(void)
{
	for (uint32_t i = 0; i < hostile_sample_count; i++)
		for (int k = 0; k < 3; k++)
			buf_clear(&hostile_samples[i].part[k]);
	keys_identity_free(insider);
	summer_end();
}

/* --- delivery --- */

struct chain hostile_log(void)
{
	struct event_scope village = event_scope_village(VILLAGE);
	struct chain c;

	chain_start(&c, insider, &village, epoch++);
	return c;
}

static void seal(const struct chain *c, struct buf *file)
{
	struct log_segment s = chain_segment(c, (uint32_t)c->seq);
	struct bundle_sealing how = { .sealer = insider, .to_count = 1, .counter = epoch, .wall = clock_wall() };
	struct buf plain = { 0 };
	uint8_t to[1][KEYS_PK];

	memcpy(to[0], keys_roots_newest(&summer_town.roots)->box, KEYS_PK);
	how.to = to;
	segment_put(&s, c->id.writer, &plain);
	assert_ok(bundle_seal(&how, plain.data, plain.len, file, NULL));
	buf_clear(&plain);
}

/* Of the processor, in ms: what else the machine does is not the bundle's. */
static int64_t work(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum inbox_verdict hostile_deliver(const struct chain *c, struct inbox_file *told)
{
	struct buf file = { 0 };
	int64_t start, ms;

	seal(c, &file);
	*told = (struct inbox_file){ .name = "hostile", .data = (const uint8_t *)file.data, .len = file.len };
	start = work();
	assert_ok(inbox_take(summer_town.office, told, 1));
	ms = work() - start;
	if (ms > SLOWER * (1000 + (int64_t)(c->wire.len * 1000 >> 20)))
		fail_msg("%zu bytes took %lld ms", c->wire.len, (long long)ms);
	assert_true(told->verdict == INBOX_MERGED || *told->reason);
	buf_clear(&file);
	return told->verdict;
}

static void put_honest(struct chain *c)
{
	struct buf payload = { 0 };

	cbor_put_text(&payload, "真话");
	chain_add(c, 900, &payload, NULL);
	buf_clear(&payload);
}

struct event hostile_event(uint16_t kind, const struct buf *payload)
{
	struct chain c = { .seq = 1, .base.lamport = 1 };
	struct event e = chain_event(&c, kind);

	e.public_part = (struct event_part){ (const uint8_t *)payload->data, payload->len };
	return e;
}

void hostile_offer(const char *what, const struct event *e)
{
	struct chain c = hostile_log();
	struct inbox_file told;
	enum err err;

	hostile_given++;
	put_honest(&c);
	if ((err = chain_put(&c, e)))
		fail_msg("%s cannot be written: %s %s", what, err_name(err), err_detail());
	put_honest(&c);
	if (hostile_deliver(&c, &told) == INBOX_MERGED) {
		if (told.added != 3)
			fail_msg("%s: %u of 3 taken in", what, told.added);
		hostile_taken++;
		chain_clear(&c);
		return;
	}
	if (told.verdict != INBOX_REFUSED && told.verdict != INBOX_HELD)
		fail_msg("%s: %s %s", what, inbox_verdict_name(told.verdict), told.reason);
	chain_clear(&c);
	c = hostile_log();
	put_honest(&c);
	put_honest(&c);
	assert_int_equal(hostile_deliver(&c, &told), INBOX_MERGED);
	assert_int_equal(told.added, 2);
	chain_clear(&c);
}

/* --- changes --- */

/* The nth item of sound CBOR that is no array and no map; NULL past the last, and *count is how many there are. */
static const char *leaf(const struct buf *b, uint32_t nth, uint32_t *count, size_t *len)
{
	struct cbor c = cbor_init(b->data, b->len);
	const uint8_t *at;

	*count = 0;
	for (;;)
		switch (cbor_peek(&c)) {
		case CBOR_BAD:
			return NULL;
		case CBOR_ARRAY:
			cbor_array(&c, UINT32_MAX);
			break;
		case CBOR_MAP:
			cbor_map(&c, UINT32_MAX);
			break;
		default:
			if (!(at = cbor_skip(&c, len)))
				return NULL;
			if ((*count)++ == nth)
				return (const char *)at;
		}
}

static const char *some_leaf(const struct buf *b, size_t *len)
{
	uint32_t n;

	leaf(b, UINT32_MAX, &n, len);
	return n ? leaf(b, hostile_dice(n), &n, len) : NULL;
}

static void put_number(struct buf *out)
{
	static const uint64_t ends[] = { 0, 1, 2, 23, 24, 255, 256, INT32_MAX, UINT32_MAX, (1ull << 63) - 1, 1ull << 63, UINT64_MAX };

	cbor_put_unsigned(out, ends[hostile_dice(sizeof ends / sizeof *ends)]);
}

/* Another item in the place of one. */
static bool change_item(const struct buf *b, struct buf *out)
{
	const struct hostile_sample *other = &hostile_samples[hostile_dice(hostile_sample_count)];
	size_t len, more;
	const char *at = some_leaf(b, &len), *theirs = some_leaf(&other->part[0], &more);

	if (!at)
		return false;
	buf_put(out, b->data, (size_t)(at - b->data));
	switch (hostile_dice(4)) {
	case 0:
		put_number(out);
		break;
	case 1:
		cbor_put_bytes(out, other->ref, EVENT_REF);
		break;
	case 2:
		cbor_put_null(out);
		break;
	default:
		if (theirs)
			buf_put(out, theirs, more);
		else
			cbor_put_array(out, 0);
	}
	buf_put(out, at + len, (size_t)(b->data + b->len - at) - len);
	return true;
}

/* Other bytes, some more or some less. */
static void change_bytes(const struct buf *b, struct buf *out)
{
	size_t at = hostile_dice((uint32_t)b->len), n = 1 + hostile_dice(12);

	n = n < b->len - at ? n : b->len - at;
	buf_put(out, b->data, at);
	switch (hostile_dice(4)) {
	case 0:
		buf_putc(out, (int)hostile_dice(256));
		n = 1;
		break;
	case 1:
		put_number(out);
		n = 1;
		break;
	case 2:
		buf_put(out, b->data + at, n);
		n = 0;
		break;
	default:                                        /* cut out */
		break;
	}
	buf_put(out, b->data + at + n, b->len - at - n);
}

static void change(struct buf *b)
{
	struct buf out = { 0 };

	if (!hostile_dice(8) || !change_item(b, &out))
		change_bytes(b, &out);
	buf_reset(b);
	buf_put(b, out.data, out.len);
	buf_clear(&out);
}

const struct hostile_sample *hostile_change(void)
{
	static struct hostile_sample s;
	const struct hostile_sample *from = &hostile_samples[hostile_dice(hostile_sample_count)];

	s.kind = from->kind;
	s.flags = from->flags;
	for (int i = 0; i < 3; i++) {
		buf_reset(&s.part[i]);
		buf_put(&s.part[i], from->part[i].data, from->part[i].len);
	}
	for (uint32_t left = 1 + hostile_dice(4); left; left--) {
		struct buf *b = &s.part[hostile_dice(3)];

		if (!b->len)
			b = &s.part[0];
		if (b->len)
			change(b);
	}
	if (!s.part[0].len)
		cbor_put_null(&s.part[0]);
	return &s;
}

/* --- the verdict --- */

static void complain(void *user, const char *what)
{
	(void)user;
	print_message("# %s\n", what);
}

static void nobody_was_made_or_unmade(void)
{
	const struct keys_roster *r = summer_town.office->roster;
	const struct keys_writer *staff = keys_roster_find_label(r, "01"), *he = keys_roster_find(r, keys_identity_public(insider)->writer);

	assert_non_null(staff);
	assert_non_null(he);
	assert_false(staff->revoked);
	assert_false(he->revoked);
	assert_int_equal(staff->roles, PACK_TOWN);
	assert_int_equal(he->roles, PACK_GRID | PACK_VADM);
	assert_int_equal(keys_roster_count(r), 6);              /* staff, four people, he */
}

void hostile_judge(void)
{
	struct keys_revoke r = { .reason = "insider" };
	struct buf b = { 0 };
	char now[80];

	nobody_was_made_or_unmade();
	snprintf(now, sizeof now, "%s", township_digest(summer_town.office));
	assert_ok(profile_check(summer_town.office, complain, NULL));
	assert_ok(profile_rebuild(summer_town.office));
	assert_string_equal(township_digest(summer_town.office), now);
	memcpy(r.writer, keys_identity_public(insider)->writer, EVENT_WRITER);
	assert_ok(keys_revoke_encode(&r, &b));
	township_decree(&summer_town, EVENT_REVOKE, &b);
	assert_string_equal(township_digest(summer_town.office), before);
}
