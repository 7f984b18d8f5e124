#include "config.h"
#include "sync/ledger/log/offer.h"

#include "forms/pack/pack.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log/log_record.h"

#include <string.h>

static struct store_key key_of(const struct event_log_id *id)
{
	struct store_key k = log_meta_key(META_OFFER);
	char scope[68];

	event_scope_text(&id->scope, scope);
	store_key_put(&k, id->writer, EVENT_WRITER);
	store_key_u64(&k, id->epoch);
	store_key_put(&k, scope, strlen(scope));
	return k;
}

void offer_note(struct log_batch *b, const struct event_log_id *id, uint64_t last)
{
	struct store_key k = key_of(id);

	log_meta_put_number(log_txn(b), &k, last);
}

uint64_t offer_until(struct store_txn *t, const struct event_log_id *id)
{
	struct store_key k = key_of(id);

	return log_meta_number(t, &k, 0);
}

bool offer_falls_to_others(const struct keys_roster *r, const uint8_t writer[EVENT_WRITER])
{
	const struct keys_writer *w = r ? keys_roster_find(r, writer) : NULL;

	return (r && keys_roster_is_authority(r, writer)) || (w && (w->revoked || w->roles & PACK_TOWN));
}
