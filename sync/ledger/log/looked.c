#include "config.h"
#include "sync/ledger/log/looked.h"

#include "forms/base/i18n.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/log/payload.h"
#include "sync/ledger/profile/profile.h"

#include <string.h>

struct looking { struct profile *profile; const struct looked *rows; uint32_t count, class; };

static enum err record_all(struct log_batch *b, void *user)
{
	const struct looking *x = user;
	const struct keys_writer *me = keys_roster_find(x->profile->roster, x->profile->writer);
	struct buf payload = { 0 };
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < x->count; i++) {
		const struct looked *l = &x->rows[i];
		struct payload_row_link row = { .index = l->row.index };
		const struct event_scope *scope = &l->scope;
		struct event event = { .kind = EVENT_LOOKED };
		uint8_t ref[EVENT_REF];

		if (!keys_roster_writes(x->profile->roster, x->profile->writer, scope) && me && me->scope_count)
			scope = &me->scopes[0];
		memcpy(row.event.ref, l->row.ref, EVENT_REF);
		buf_reset(&payload);
		payload_put_looked(&payload, &row, x->class);
		event.public_part = (struct event_part){ (const uint8_t *)payload.data, payload.len };
		e = payload.err ? payload.err : log_append(b, scope, &event, ref);
	}
	buf_clear(&payload);
	return e;
}

enum err looked_record(struct profile *p, const struct looked *rows, uint32_t count, uint32_t class)
{
	struct looking x = { p, rows, count, class };

	if (!p->identity)
		return err_set(ERR_DENIED, _("要看不遮盖的个人信息, 先用自己的 PIN 打开: 谁看过会记下来"));
	return count ? log_write(p, record_all, &x) : ERR_OK;
}
