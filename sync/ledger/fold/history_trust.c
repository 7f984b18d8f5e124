/* What the township has said of an event, and whether its log vouches for it: table INDEX, keys 'a' and 'e'. */
#include "config.h"
#include "sync/ledger/fold/history.h"

#include "sync/keys/roster.h"
#include "sync/ledger/profile/profile.h"

#include <string.h>

static struct store_key adopt_key(const uint8_t *ref)
{
	struct store_key k = store_key();

	store_key_u8(&k, 'a');
	store_key_put(&k, ref, EVENT_REF);
	return k;
}

static struct store_key erase_key(const uint8_t *ref)
{
	struct store_key k = store_key();

	store_key_u8(&k, 'e');
	store_key_put(&k, ref, EVENT_REF);
	return k;
}

void history_adopt(struct store_txn *t, const uint8_t ref[EVENT_REF], const struct fold_view *by)
{
	struct store_key k = adopt_key(ref);

	store_key_put(&k, by->hash, EVENT_REF);
	store_put(t, STORE_INDEX, &k, by->hash, EVENT_REF);
}

void history_erase(struct store_txn *t, const uint8_t ref[EVENT_REF], unsigned level)
{
	struct store_key k = erase_key(ref);
	struct buf had = { 0 };
	uint8_t now = (uint8_t)level;

	if (store_get(t, STORE_INDEX, &k, &had) || !had.len || (uint8_t)had.data[0] < now)
		store_put(t, STORE_INDEX, &k, &now, 1);
	buf_clear(&had);
}

unsigned history_erased(const struct context *c, const struct fold_view *v)
{
	struct store_key k = erase_key(v->hash);
	struct buf level = { 0 };
	unsigned n = 0;

	if (!c->any_erased)
		return 0;
	if (!store_get(c->t, STORE_INDEX, &k, &level) && level.len)
		n = (unsigned)level.data[0];
	buf_clear(&level);
	return n;
}

bool history_any_erased(struct store_txn *t)
{
	struct store_key prefix = store_key(), key;
	struct store_cursor at;
	bool any;

	store_key_u8(&prefix, 'e');
	store_seek(t, STORE_INDEX, &prefix, &at);
	any = store_next(&at, &key, NULL);
	store_seek_end(&at);
	return any;
}

/* Who holds a revoked key can still write another past for its log: only what leads to the last trusted event is believed. */
bool history_stands(const struct context *c, const struct fold_view *v)
{
	const struct keys_roster *roster = c->p->roster;
	uint8_t last[EVENT_HASH];
	bool strays = false;
	uint64_t end;

	if (keys_roster_standing(roster, v->log, v->at->seq, v->hash) != KEYS_TRUSTED || !keys_roster_writes(roster, v->log->writer, &v->log->scope))
		return false;
	return !keys_roster_end(roster, v->log, &end, last) || (!log_strays(c->t, v->at, v->hash, end, last, &strays) && !strays);
}

/* Found true by staff: an ADOPT of a TOWN writer whose own event stands. */
static bool adopted(const struct context *c, const struct fold_view *v)
{
	struct store_key prefix = adopt_key(v->hash), key;
	struct store_cursor at;
	struct log_event event = { 0 };
	struct buf by = { 0 };
	bool found = false;

	store_seek(c->t, STORE_INDEX, &prefix, &at);
	while (!found && store_next(&at, &key, &by)) {
		struct fold_view w;

		if (by.len != EVENT_REF || log_event_get(c->t, (const uint8_t *)by.data, &event))
			continue;
		w = history_view(&event);
		found = history_stands(c, &w) && keys_roster_has_role(c->p->roster, event.log.writer, PACK_TOWN);
	}
	store_seek_end(&at);
	log_event_clear(&event);
	buf_clear(&by);
	return found;
}

bool history_trusts(const struct context *c, const struct fold_view *v)
{
	return history_stands(c, v) || (keys_roster_find(c->p->roster, v->log->writer) && adopted(c, v));
}
