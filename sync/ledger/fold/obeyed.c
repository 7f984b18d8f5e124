/* INDEX: 'o' order 12 writer 16: this writer has said that it obeyed an order to erase. */
#include "config.h"
#include "sync/ledger/fold/fold_own.h"

static struct store_key key_of(const uint8_t *order, const uint8_t *writer)
{
	struct store_key k = store_key();

	store_key_u8(&k, 'o');
	store_key_put(&k, order, EVENT_REF);
	store_key_put(&k, writer, EVENT_WRITER);
	return k;
}

enum err obeyed_note(const struct context *c, const struct fold_view *v)
{
	struct payload pl;
	struct store_key k;

	/* A distance stays within one log: no holder's holds an order. */
	if (payload_open(EVENT_ERASED, v->event->public_part.data, v->event->public_part.len, &pl) || pl.target.distance)
		return ERR_OK;
	k = key_of(pl.target.ref, v->log->writer);
	store_put(c->t, STORE_INDEX, &k, "", 0);
	return c->t->err;
}

bool fold_obeyed(struct store_txn *t, const uint8_t order[EVENT_REF], const uint8_t writer[EVENT_WRITER])
{
	struct store_key k = key_of(order, writer);

	return store_has(t, STORE_INDEX, &k);
}
