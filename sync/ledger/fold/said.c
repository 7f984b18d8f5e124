#include "config.h"
#include "sync/ledger/fold/said.h"

#include <string.h>

static struct store_key by_writer(const uint8_t target[EVENT_REF], const struct fold_view *v)
{
	struct store_key k = store_key();

	store_key_u8(&k, 'w');
	store_key_put(&k, target, EVENT_REF);
	store_key_u8(&k, (uint8_t)v->event->kind);
	store_key_put(&k, v->log->writer, EVENT_WRITER);
	return k;
}

static struct store_key key_of(const uint8_t target[EVENT_REF], const struct fold_view *v)
{
	struct store_key k = by_writer(target, v);

	store_key_u64(&k, v->event->lamport);
	store_key_put(&k, v->hash, EVENT_REF);
	return k;
}

void said_note(struct store_txn *t, const uint8_t target[EVENT_REF], const struct fold_view *v)
{
	struct store_key k = key_of(target, v);

	store_put(t, STORE_INDEX, &k, "", 0);
}

bool said_stands(struct store_txn *t, const uint8_t target[EVENT_REF], const struct fold_view *v)
{
	struct store_key prefix = by_writer(target, v), own = key_of(target, v), key;
	struct store_cursor at;
	bool found = false;

	store_seek(t, STORE_INDEX, &prefix, &at);
	for (int i = 0; !found && i < SAID_MOST && store_next(&at, &key, NULL); i++)
		found = key.len == own.len && !memcmp(key.bytes, own.bytes, own.len);
	store_seek_end(&at);
	return found;
}
