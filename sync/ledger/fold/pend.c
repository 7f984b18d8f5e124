#include "config.h"
#include "sync/ledger/fold/fold_own.h"

#include "sync/keys/hash.h"
#include "sync/ledger/profile/profile.h"

#include <stdlib.h>
#include <string.h>

enum { PEND_VERSION = 12, PEND_PLACE = 14 };

/* PEND: 'p' hash of a pack's version 12 | 'e' ref 12 | 'g' log 4, then the ref of the waiting event → its place, and the version. (No word of
 * words.h: anybody may name packs that never were.) A distance cannot be followed across a gap, whatever is held beyond it: whoever waits in a
 * log is asked again when that log has grown. */

static struct store_key waits_for_pack(const char *version)
{
	struct store_key k = store_key();
	uint8_t hash[KEYS_HASH_SHORT];

	keys_hash_short(version, strlen(version), hash);
	store_key_u8(&k, 'p');
	store_key_put(&k, hash, PEND_VERSION);
	return k;
}

static struct store_key waits_for(const struct missing *why)
{
	struct store_key k = store_key();

	switch (why->what) {
	case MISSING_PACK:
		return waits_for_pack(why->version);
	case MISSING_PLACE:
		store_key_u8(&k, 'g');
		store_key_u32(&k, why->place.log);
		break;
	default:
		store_key_u8(&k, 'e');
		store_key_put(&k, why->ref, EVENT_REF);
	}
	return k;
}

enum err pend_keep(struct fold *f, struct store_txn *t, const struct fold_view *v, const struct missing *why)
{
	struct store_key k = waits_for(why);
	struct buf place = { 0 };
	enum err e;

	store_key_put(&k, v->hash, EVENT_REF);
	buf_be32(&place, v->at->log);
	buf_be64(&place, v->at->seq);
	buf_be16(&place, v->at->strand);
	if (why->what == MISSING_PACK)
		buf_puts(&place, why->version);
	store_put(t, STORE_PEND, &k, place.data, place.len);
	f->pending = true;
	e = place.err;
	buf_clear(&place);
	return e;
}

/* The waiting event is found by its ref: since its place was noted, the piece it came in may have become part of another. */
static enum err add_wake(struct fold *f, struct store_txn *t, const struct store_key *key)
{
	struct log_place at;
	enum err e = log_find(t, key->bytes + key->len - EVENT_REF, &at);

	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	if (f->wake_count == f->wake_cap) {
		uint32_t cap = f->wake_cap ? f->wake_cap * 2 : 64;
		struct log_place *more = realloc(f->wake, cap * sizeof *more);

		if (!more)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		f->wake = more;
		f->wake_cap = cap;
	}
	f->wake[f->wake_count++] = at;
	return ERR_OK;
}

/* Take all that wait under this key out of the table, into f->wake. */
static enum err wake(struct fold *f, struct store_txn *t, const struct store_key *prefix)
{
	struct buf keys = { 0 };
	struct store_cursor at;
	struct store_key key;
	enum err e = ERR_OK;

	store_seek(t, STORE_PEND, prefix, &at);
	while (store_next(&at, &key, NULL))
		buf_put(&keys, &key, sizeof key);
	store_seek_end(&at);
	e = keys.err;
	for (size_t i = 0; !e && i + sizeof key <= keys.len; i += sizeof key) {
		memcpy(&key, keys.data + i, sizeof key);
		if (!(e = add_wake(f, t, &key)))
			store_delete(t, STORE_PEND, &key);
	}
	buf_clear(&keys);
	return e ? e : t->err;
}

enum err pend_event_came(struct fold *f, struct store_txn *t, const struct fold_view *v)
{
	struct store_key by_ref = store_key();

	if (!f->pending)
		return ERR_OK;
	store_key_u8(&by_ref, 'e');
	store_key_put(&by_ref, v->hash, EVENT_REF);
	return wake(f, t, &by_ref);
}

enum err pend_log_grew(struct fold *f, struct store_txn *t, uint32_t log)
{
	struct store_key k = store_key();

	store_key_u8(&k, 'g');
	store_key_u32(&k, log);
	return f->pending ? wake(f, t, &k) : ERR_OK;
}

enum err pend_pack_came(struct fold *f, struct store_txn *t, const char *version)
{
	struct store_key k = waits_for_pack(version);

	return wake(f, t, &k);
}

enum err fold_waiting(struct fold *f, bool (*each)(void *user, const char *version, uint64_t events), void *user)
{
	struct store_key prefix = store_key(), key, last = store_key();
	struct buf value = { 0 }, version = { 0 };
	struct store_cursor at;
	struct store_txn t;
	uint64_t count = 0;
	bool more = true;
	enum err e;

	profile_begin(f->p, &t);
	store_key_u8(&prefix, 'p');
	store_seek(&t, STORE_PEND, &prefix, &at);
	while (more && store_next(&at, &key, &value)) {
		bool same = count && !memcmp(key.bytes, last.bytes, 1 + PEND_VERSION);

		if (!same && count)
			more = each(user, buf_str(&version), count);
		count = same ? count + 1 : 1;
		last = key;
		buf_reset(&version);
		if (value.len > PEND_PLACE)
			buf_put(&version, value.data + PEND_PLACE, value.len - PEND_PLACE);
	}
	if (more && count)
		each(user, buf_str(&version), count);
	store_seek_end(&at);
	e = t.err ? t.err : version.err;
	store_abort(&t);
	buf_clear(&value);
	buf_clear(&version);
	return e;
}

enum err fold_kept(struct store_txn *t, enum err (*each)(void *user, const uint8_t ref[EVENT_REF]), void *user)
{
	struct store_key all = store_key(), key;
	struct store_cursor at;
	enum err e = ERR_OK;

	store_seek(t, STORE_PEND, &all, &at);
	while (!e && store_next(&at, &key, NULL))
		e = each(user, key.bytes + key.len - EVENT_REF);
	store_seek_end(&at);
	return e ? e : t->err;
}

bool pend_any(struct store_txn *t)
{
	return store_count(t, STORE_PEND) != 0;
}
