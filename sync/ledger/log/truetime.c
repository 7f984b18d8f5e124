#include "config.h"
#include "sync/ledger/log/truetime.h"

#include "forms/base/cbor.h"
#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/wire.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log/log_record.h"
#include "sync/ledger/profile/profile_own.h"

#include <string.h>

/* META_CLOCK, three kinds of row:
 *     writer, boot   word u8, time u64, uptime u64      what binds the boot (8 bytes: time less uptime, by a receipt, of an older program)
 *     writer         boot u64, uptime u64, time u64     what this device's writer said last
 *     (nothing)      time u64                           the newest that the township said */

static const struct { const char *name, *text; } words[TRUETIME_WORDS] = {
	[TRUETIME_NONE] = { "device", N_("设备时钟") }, [TRUETIME_STICK] = { "stick", N_("乡镇U盘上的时间") }, [TRUETIME_PERSON] = { "person", N_("本人核对") },
	[TRUETIME_GPS] = { "gps", N_("卫星定位") }, [TRUETIME_NTP] = { "ntp", N_("网络校时") }, [TRUETIME_RECEIPT] = { "receipt", N_("乡镇回执") },
};

const char *truetime_word_name(enum truetime_word word) { return words[word].name; }
const char *truetime_word_text(enum truetime_word word) { return gettext(words[word].text); }

const int64_t truetime_earliest = 1793491200000;        /* 2026-11-01 */

static struct store_key newest_key(void)
{
	return log_meta_key(META_CLOCK);
}

static struct store_key last_key(const uint8_t writer[EVENT_WRITER])
{
	struct store_key key = newest_key();

	store_key_put(&key, writer, EVENT_WRITER);
	return key;
}

static struct store_key boot_key(const uint8_t writer[EVENT_WRITER], uint64_t boot)
{
	struct store_key key = last_key(writer);

	store_key_u64(&key, boot);
	return key;
}

static struct truetime_binding read_binding(struct store_txn *t, const struct store_key *key)
{
	struct truetime_binding b = { TRUETIME_NONE, 0, 0 };
	struct buf value = { 0 };

	if (!store_get(t, STORE_META, key, &value)) {
		struct wire w = wire_init(value.data, value.len);

		b.word = value.len == 8 ? TRUETIME_RECEIPT : (enum truetime_word)wire_u8(&w);
		b.time = (int64_t)wire_u64(&w);
		b.uptime = value.len == 8 ? 0 : (int64_t)wire_u64(&w);
		if (wire_end(&w) || b.word >= TRUETIME_WORDS)
			b = (struct truetime_binding){ TRUETIME_NONE, 0, 0 };
	}
	buf_clear(&value);
	return b;
}

/* Numbers of strangers: they may be anything. */
static int64_t at(const struct truetime_binding *b, int64_t uptime)
{
	return (int64_t)((uint64_t)b->time + (uint64_t)uptime - (uint64_t)b->uptime);
}

/* The same of any two, whichever came first. Of bounds the tighter one holds. */
static bool outweighs(const struct truetime_binding *a, const struct truetime_binding *b)
{
	if (a->word != b->word)
		return a->word > b->word;
	if (a->word == TRUETIME_STICK || a->uptime == b->uptime)
		return at(a, 0) > at(b, 0);
	return a->uptime > b->uptime;
}

int64_t truetime_by(struct store_txn *t, const struct log_event *e, enum truetime_word *word)
{
	struct store_key key = boot_key(e->log.writer, e->event.boot);
	struct truetime_binding b = read_binding(t, &key);
	int64_t then = at(&b, e->event.uptime);

	/* A bound that the clock keeps says nothing more than the clock. */
	if (b.word == TRUETIME_STICK && then <= e->event.wall)
		b.word = TRUETIME_NONE;
	*word = b.word;
	return b.word ? then : e->event.wall;
}

int64_t truetime_of(struct store_txn *t, const struct log_event *e, bool *sure)
{
	enum truetime_word word;
	int64_t ms = truetime_by(t, e, &word);

	*sure = word > TRUETIME_STICK;
	return ms;
}

/* --- what arrives --- */

static enum truetime_word read_word(struct cbor *c)
{
	size_t len = 0;
	const char *source = cbor_peek(c) == CBOR_TEXT ? cbor_text(c, CBOR_TEXT_MAX, &len) : NULL;
	size_t unused;

	if (!source) {
		cbor_skip(c, &unused);
		return TRUETIME_PERSON;
	}
	for (int w = TRUETIME_STICK; w < TRUETIME_WORDS; w++)
		if (len == strlen(words[w].name) && !memcmp(source, words[w].name, len))
			return (enum truetime_word)w;
	return TRUETIME_PERSON;
}

static void put_binding(struct store_txn *t, const struct store_key *key, const struct truetime_binding *b)
{
	struct store_key value = store_key();

	store_key_put(&value, (const uint8_t[]){ (uint8_t)b->word }, 1);
	store_key_u64(&value, (uint64_t)b->time);
	store_key_u64(&value, (uint64_t)b->uptime);
	store_put(t, STORE_META, key, value.bytes, value.len);
}

/* What a writer said last, in the order of his boots: a later word of his takes back an earlier one that was wrong. */
static void note_last(struct store_txn *t, const uint8_t writer[EVENT_WRITER], uint64_t boot, const struct truetime_binding *b)
{
	struct store_key key = last_key(writer), value = store_key();
	struct buf held = { 0 };
	bool newer = true;

	store_key_u64(&value, boot);
	store_key_u64(&value, (uint64_t)b->uptime);
	if (!store_get(t, STORE_META, &key, &held))
		newer = held.len < value.len || memcmp(held.data, value.bytes, value.len) <= 0;
	store_key_u64(&value, (uint64_t)b->time);
	if (newer)
		store_put(t, STORE_META, &key, value.bytes, value.len);
	buf_clear(&held);
}

static void raise_newest(struct store_txn *t, int64_t time)
{
	struct store_key key = newest_key();

	if ((uint64_t)time > log_meta_number(t, &key, 0))
		log_meta_put_number(t, &key, (uint64_t)time);
}

void truetime_note(struct log_batch *b, const struct event_log_id *id, const struct event *e)
{
	struct cbor c = cbor_init(e->public_part.data, e->public_part.len);
	struct truetime_binding said, held;
	const struct profile *p = log_profile(b);
	struct store_key key;
	uint64_t boot;

	if (cbor_array(&c, 4) != 4)
		return;
	said.word = read_word(&c);
	said.time = cbor_integer(&c);
	boot = cbor_unsigned(&c);
	said.uptime = cbor_integer(&c);
	if (cbor_end(&c) || said.time < 0 || said.uptime < 0)
		return;
	key = boot_key(id->writer, boot);
	held = read_binding(log_txn(b), &key);
	if (!held.word || outweighs(&said, &held))
		put_binding(log_txn(b), &key, &said);
	if (said.word > TRUETIME_STICK)
		note_last(log_txn(b), id->writer, boot, &said);
	/* A stranger's wrong clock must not make everybody doubt his own, nor what somebody at the township typed. */
	if ((said.word == TRUETIME_RECEIPT && !memcmp(id->writer, p->writer, EVENT_WRITER)) ||
	    (said.word >= TRUETIME_NTP && p->roster && keys_roster_has_role(p->roster, id->writer, PACK_TOWN)))
		raise_newest(log_txn(b), said.time);
}

/* --- this device --- */

static struct truetime_binding bound(struct profile *p)
{
	struct store_key key = boot_key(p->writer, profile_now(p).boot);
	struct truetime_binding b;
	struct store_txn t;

	profile_begin(p, &t);
	b = read_binding(&t, &key);
	store_abort(&t);
	return b;
}

enum truetime_word truetime_bound_by(struct profile *p)
{
	return bound(p).word;
}

int64_t truetime_now(struct profile *p, enum truetime_word *word)
{
	struct truetime_binding b = bound(p);

	if (outweighs(&p->own->offer, &b))
		b = p->own->offer;
	*word = b.word;
	return b.word > TRUETIME_STICK ? at(&b, clock_uptime()) : clock_wall();
}

static int64_t newest(struct store_txn *t)
{
	struct store_key key = newest_key();
	int64_t said = (int64_t)log_meta_number(t, &key, 0);

	return said > truetime_earliest ? said : truetime_earliest;
}

int64_t truetime_known(struct profile *p)
{
	struct store_key last = last_key(p->writer);
	struct buf value = { 0 };
	struct store_txn t;
	int64_t known;

	profile_begin(p, &t);
	known = newest(&t);
	if (!store_get(&t, STORE_META, &last, &value) && value.len == 24) {
		struct wire w = wire_init(value.data + 16, 8);
		int64_t said = (int64_t)wire_u64(&w);

		known = said > known ? said : known;
	}
	store_abort(&t);
	buf_clear(&value);
	return known;
}

static enum err append(struct log_batch *b, void *user)
{
	const struct truetime_binding *x = user;
	struct profile *p = log_profile(b);
	struct event_scope scope = profile_own_scope(p);
	struct event e = { .kind = EVENT_ANCHOR };
	struct buf part = { 0 };
	uint8_t ref[EVENT_REF];
	enum err err;

	cbor_put_array(&part, 4);
	cbor_put_text(&part, truetime_word_name(x->word));
	cbor_put_integer(&part, x->time);
	cbor_put_unsigned(&part, profile_now(p).boot);
	cbor_put_integer(&part, x->uptime);
	e.public_part = (struct event_part){ (const uint8_t *)part.data, part.len };
	err = part.err ? part.err : log_append(b, &scope, &e, ref);
	buf_clear(&part);
	return err;
}

enum err truetime_bind(struct profile *p, const struct truetime_binding *b)
{
	struct truetime_binding said = *b;

	return log_write(p, append, &said);
}

void truetime_offer(struct profile *p, const struct truetime_binding *b)
{
	struct store_txn t;
	int64_t past;

	profile_begin(p, &t);
	past = newest(&t);
	store_abort(&t);
	if (b->time >= past && outweighs(b, &p->own->offer))
		p->own->offer = *b;
}

enum err truetime_settle(struct profile *p)
{
	const struct truetime_binding *offer = &p->own->offer;
	struct truetime_binding b;

	if (!p->identity)
		return ERR_OK;
	if (p->office && clock_is_kept())
		truetime_offer(p, &(struct truetime_binding){ TRUETIME_NTP, clock_wall(), clock_uptime() });
	b = bound(p);
	if (offer->word <= b.word && (offer->word != TRUETIME_STICK || at(offer, 0) < at(&b, 0) + TRUETIME_NEWS_MS || b.word != TRUETIME_STICK))
		return ERR_OK;
	return truetime_bind(p, offer);
}

static enum err note_newest(struct log_batch *b, void *user)
{
	raise_newest(log_txn(b), *(const int64_t *)user);
	return ERR_OK;
}

enum err truetime_not_before(struct profile *p, int64_t time)
{
	struct truetime_binding b = { TRUETIME_STICK, time, clock_uptime() };

	/* The township has it from itself. */
	if (p->receipt || time <= 0)
		return ERR_OK;
	if (clock_wall() < time && outweighs(&b, &p->own->offer))
		p->own->offer = b;
	return time < truetime_known(p) + TRUETIME_NEWS_MS ? ERR_OK : log_write(p, note_newest, &time);
}
