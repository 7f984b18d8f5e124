/* INDEX: 'b' blob 32 ref 12: which events name a blob; 'B' record 12 lamport 8 ref 12: what is attached to a record; 'c' record 12 ref 12: what
 * corrects it. */
#include "config.h"
#include "sync/ledger/fold/fold_own.h"

#include <string.h>

static struct store_key key_of(char letter, const uint8_t *name, size_t len)
{
	struct store_key k = store_key();

	store_key_u8(&k, (uint8_t)letter);
	store_key_put(&k, name, len);
	return k;
}

/* Named by its ref it is known before it comes; by a distance it is asked for again when the gap has closed. */
static enum err target_of(const struct context *c, const struct fold_view *v, const struct payload_link *l, uint8_t ref[EVENT_REF], bool *known)
{
	struct missing why;
	struct log_place at;
	enum err e = history_link(c, v, l, &at, ref, &why);

	*known = !e || (e == ERR_HELD && why.what == MISSING_EVENT);
	return *known || e == ERR_HELD || e == ERR_FORMAT ? ERR_OK : e;
}

enum err attached_note(const struct context *c, const struct fold_view *v)
{
	struct payload pl;
	struct store_key k;
	uint8_t ref[EVENT_REF];
	bool known;
	enum err e = payload_open(EVENT_ATTACH, v->event->public_part.data, v->event->public_part.len, &pl);

	if (e)
		return ERR_OK;                            /* says nothing */
	k = key_of('b', pl.blob, EVENT_HASH);
	store_key_put(&k, v->hash, EVENT_REF);
	store_put(c->t, STORE_INDEX, &k, "", 0);
	if ((e = target_of(c, v, &pl.target, ref, &known)) || !known)
		return e;
	k = key_of('B', ref, EVENT_REF);
	store_key_u64(&k, v->event->lamport);
	store_key_put(&k, v->hash, EVENT_REF);
	store_put(c->t, STORE_INDEX, &k, "", 0);
	return c->t->err;
}

enum err corrected_note(const struct context *c, const struct fold_view *v)
{
	struct payload pl;
	struct store_key k;
	uint8_t ref[EVENT_REF];
	bool known;
	enum err e = payload_open(EVENT_AMEND, v->event->public_part.data, v->event->public_part.len, &pl);

	if (e)
		return ERR_OK;
	if ((e = target_of(c, v, &pl.target, ref, &known)) || !known)
		return e;
	k = key_of('c', ref, EVENT_REF);
	store_key_put(&k, v->hash, EVENT_REF);
	store_put(c->t, STORE_INDEX, &k, "", 0);
	return c->t->err;
}

static enum err each_ref(struct store_txn *t, const struct store_key *prefix, enum err (*each)(void *user, const uint8_t ref[EVENT_REF]), void *user)
{
	struct store_cursor at;
	struct store_key key;
	enum err e = ERR_OK;

	store_seek(t, STORE_INDEX, prefix, &at);
	while (!e && store_next(&at, &key, NULL))
		if (key.len > prefix->len && key.len >= EVENT_REF)
			e = each(user, key.bytes + key.len - EVENT_REF);
	store_seek_end(&at);
	return e ? e : t->err;
}

enum err fold_blobs(struct store_txn *t, const uint8_t from[EVENT_HASH], const uint8_t *to, enum err (*each)(void *user, const uint8_t blob[EVENT_HASH]), void *user)
{
	struct store_key prefix = store_key(), at = key_of('b', from, EVENT_HASH), key;
	uint8_t last[EVENT_HASH] = { 0 };
	struct store_cursor c;
	bool any = false;
	enum err e = ERR_OK;

	store_key_u8(&prefix, 'b');
	store_seek_from(t, STORE_INDEX, &prefix, &at, &c);
	while (!e && store_next(&c, &key, NULL)) {
		if (key.len < 1 + EVENT_HASH || (any && !memcmp(last, key.bytes + 1, EVENT_HASH)))
			continue;
		memcpy(last, key.bytes + 1, EVENT_HASH);
		any = true;
		if (to && memcmp(last, to, EVENT_HASH) >= 0)
			break;
		e = each(user, last);
	}
	store_seek_end(&c);
	return e ? e : t->err;
}

enum err fold_blob_events(struct store_txn *t, const uint8_t blob[EVENT_HASH], enum err (*each)(void *user, const uint8_t ref[EVENT_REF]), void *user)
{
	struct store_key k = key_of('b', blob, EVENT_HASH);

	return each_ref(t, &k, each, user);
}

enum err fold_corrections(struct store_txn *t, const uint8_t record[EVENT_REF], enum err (*each)(void *user, const uint8_t ref[EVENT_REF]), void *user)
{
	struct store_key k = key_of('c', record, EVENT_REF);

	return each_ref(t, &k, each, user);
}

enum err fold_attachments(struct store_txn *t, const uint8_t record[EVENT_REF], enum err (*each)(void *user, const uint8_t ref[EVENT_REF]), void *user)
{
	struct store_key k = key_of('B', record, EVENT_REF);

	return each_ref(t, &k, each, user);
}
