#include "config.h"
#include "sync/ledger/truetime.h"

#include "forms/base/cbor.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log_record.h"
#include "sync/ledger/profile.h"

#include <string.h>

static struct store_key newest_key(void)
{
	return log_meta_key(META_CLOCK);
}

static struct store_key boot_key(const uint8_t writer[EVENT_WRITER], uint64_t boot)
{
	struct store_key key = log_meta_key(META_CLOCK);

	store_key_put(&key, writer, EVENT_WRITER);
	store_key_u64(&key, boot);
	return key;
}

int64_t truetime_of(struct store_txn *t, const struct log_event *e, bool *sure)
{
	struct store_key key = boot_key(e->log.writer, e->event.boot);
	uint64_t offset;
	int64_t shift;

	*sure = store_has(t, STORE_META, &key);
	if (!*sure)
		return e->event.wall;
	offset = log_meta_number(t, &key, 0);
	memcpy(&shift, &offset, sizeof shift);
	return shift + e->event.uptime;
}

int64_t truetime_newest(struct store_txn *t)
{
	struct store_key key = newest_key();

	return (int64_t)log_meta_number(t, &key, 0);
}

/* A stranger's wrong clock must not make everybody doubt his own. */
static bool is_trusted(const struct profile *p, const uint8_t writer[EVENT_WRITER])
{
	return (p->identity && !memcmp(writer, p->writer, EVENT_WRITER)) || (p->roster && keys_roster_has_role(p->roster, writer, PACK_TOWN));
}

void truetime_note(struct log_batch *b, const struct event_log_id *id, const struct event *e)
{
	struct cbor c = cbor_init(e->public_part.data, e->public_part.len);
	struct store_key key, newest = newest_key();
	int64_t time, uptime;
	uint64_t boot;
	size_t unused;

	if (cbor_array(&c, 4) != 4)
		return;
	cbor_skip(&c, &unused);
	time = cbor_integer(&c);
	boot = cbor_unsigned(&c);
	uptime = cbor_integer(&c);
	if (cbor_end(&c) || time < 0 || uptime < 0)
		return;
	key = boot_key(id->writer, boot);
	log_meta_put_number(log_txn(b), &key, (uint64_t)(time - uptime));
	if (is_trusted(log_profile(b), id->writer) && (uint64_t)time > log_meta_number(log_txn(b), &newest, 0))
		log_meta_put_number(log_txn(b), &newest, (uint64_t)time);
}

bool truetime_is_bound(struct profile *p)
{
	struct store_key key = boot_key(p->writer, profile_now(p).boot);
	struct store_txn t;
	bool bound;

	profile_begin(p, &t);
	bound = store_has(&t, STORE_META, &key);
	store_abort(&t);
	return bound;
}

struct binding { const char *source; int64_t time, uptime; };

static enum err append(struct log_batch *b, void *user)
{
	const struct binding *x = user;
	struct profile *p = log_profile(b);
	struct event_scope scope = profile_own_scope(p);
	struct event e = { .kind = EVENT_ANCHOR };
	struct buf part = { 0 };
	uint8_t ref[EVENT_REF];
	enum err err;

	cbor_put_array(&part, 4);
	cbor_put_text(&part, x->source);
	cbor_put_integer(&part, x->time);
	cbor_put_unsigned(&part, profile_now(p).boot);
	cbor_put_integer(&part, x->uptime);
	e.public_part = (struct event_part){ (const uint8_t *)part.data, part.len };
	err = part.err ? part.err : log_append(b, &scope, &e, ref);
	buf_clear(&part);
	return err;
}

enum err truetime_bind(struct profile *p, const char *source, int64_t time, int64_t uptime)
{
	return log_write(p, append, &(struct binding){ source, time, uptime });
}
