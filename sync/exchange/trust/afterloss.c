/* What a revoked writer's logs hold beyond where it is believed: staff look at it, and adopt what they find true. */
#include "config.h"
#include "sync/exchange/trust/trust.h"

#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/reader.h"

#include <stdlib.h>

struct losses {
	struct profile *profile;
	struct store_txn txn;
	struct context context;
	struct event_log_id *logs; size_t count, cap;
	const struct keys_writer *writer;
	enum err (*each)(void *user, const struct keys_writer *w, const struct log_event *e, bool adopted);
	void *user;
};

static enum err note_log(void *user, const struct log_head *h)
{
	struct losses *x = user;
	const struct keys_writer *w = keys_roster_find(x->profile->roster, h->id.writer);
	struct event_log_id *more;

	if (!w || !w->revoked)
		return ERR_OK;
	if (x->count == x->cap) {
		if (!(more = realloc(x->logs, (x->cap = x->cap ? 2 * x->cap : 16) * sizeof *more)))
			return err_set(ERR_NOMEM, "revoked");
		x->logs = more;
	}
	x->logs[x->count++] = h->id;
	return ERR_OK;
}

static enum err show(void *user, const struct log_event *e)
{
	struct losses *x = user;
	struct fold_view v = history_view(e);

	switch (e->event.kind) {
	case EVENT_SUBMIT:
	case EVENT_AMEND:
	case EVENT_RETRACT:
	case EVENT_RESOLVE:
	case EVENT_ATTACH:
		break;
	default:
		return ERR_OK;                            /* says nothing that staff could find true */
	}
	if (history_stands(&x->context, &v))
		return ERR_OK;
	return x->each(x->user, x->writer, e, history_trusts(&x->context, &v));
}

enum err trust_after_loss(struct profile *p, enum err (*each)(void *user, const struct keys_writer *w, const struct log_event *e, bool adopted), void *user)
{
	struct losses x = { .profile = p, .each = each, .user = user };
	enum err e;

	reader_begin(p, &x.txn, &x.context);
	e = x.txn.err ? x.txn.err : log_heads(&x.txn, note_log, &x);
	for (size_t i = 0; !e && i < x.count; i++) {
		x.writer = keys_roster_find(p->roster, x.logs[i].writer);
		e = log_each(&x.txn, &x.logs[i], 1, UINT64_MAX, show, &x);
	}
	store_abort(&x.txn);
	free(x.logs);
	return e;
}
