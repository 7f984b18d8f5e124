/* When what is believed changes as a whole: a root that ends a former T, a second past of a log whose trust has an end. */
#include "config.h"
#include "sync/ledger/log/log_batch.h"

#include "sync/keys/roster.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/profile/profile_own.h"

static enum err judge_all(struct log_batch *b)
{
	struct store_key key = log_meta_key(META_TRUST);
	struct profile *p = b->p;
	enum err e = profile_feed_roster(p, &b->txn);

	b->roster_changed = true;
	log_meta_put_number(&b->txn, &key, log_meta_number(&b->txn, &key, 0) + 1);
	for (size_t i = 0; !e && p->fold && i < keys_roster_count(p->roster); i++) {
		const struct keys_writer *w = keys_roster_at(p->roster, i);

		if (w)
			e = fold_roster_changed(p->fold, &b->txn, w->writer);
	}
	return e;
}

enum err log_trust_moved(struct log_batch *b, const struct log_record *r)
{
	uint8_t last[EVENT_HASH];
	uint64_t end;

	if (!b->p->roster || !keys_roster_end(b->p->roster, &r->id, &end, last))
		return ERR_OK;
	if (keys_roster_is_authority(b->p->roster, r->id.writer))
		return judge_all(b);
	return b->p->fold ? fold_roster_changed(b->p->fold, &b->txn, r->id.writer) : ERR_OK;
}

static enum err count_up(struct log_batch *b, void *user)
{
	struct store_key key = log_meta_key(META_TRUST);

	(void)user;
	b->roster_changed = true;
	log_meta_put_number(&b->txn, &key, log_meta_number(&b->txn, &key, 0) + 1);
	return b->txn.err;
}

enum err profile_trust_moved(struct profile *p)
{
	enum err e = profile_rebuild(p);

	return e ? e : log_write(p, count_up, NULL);
}
