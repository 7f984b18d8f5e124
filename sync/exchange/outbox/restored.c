#include "config.h"
#include "sync/exchange/outbox/restored.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/keys/roster.h"
#include "sync/ledger/profile/profile_copy.h"

#include <stdlib.h>
#include <string.h>

int64_t restored_at(const struct profile *p)
{
	return p->office ? profile_noted(p, PROFILE_RESTORED) : 0;
}

enum restored_word restored_word(int64_t at, const struct evidence *e)
{
	if (!at || (e->state != EVIDENCE_MERGED && e->state != EVIDENCE_HELD))
		return RESTORED_NOTHING;
	return e->seen < at ? RESTORED_BEFORE : *e->program ? RESTORED_ANSWER : RESTORED_NOTHING;
}

/* Whom the roster knows, in its order: that of their ids. */
struct asked { const uint8_t *writer; bool before, answered; };
struct counting { int64_t at; struct asked *list; size_t count; };

static int by_writer(const void *a, const void *b)
{
	return memcmp(((const struct asked *)a)->writer, ((const struct asked *)b)->writer, KEYS_WRITER);
}

static enum err note(void *user, const struct evidence *e)
{
	struct counting *c = user;
	enum restored_word word = restored_word(c->at, e);
	struct asked *one = word ? bsearch(&(struct asked){ .writer = e->sealer }, c->list, c->count, sizeof *c->list, by_writer) : NULL;

	if (one) {
		one->before |= word == RESTORED_BEFORE;
		one->answered |= word == RESTORED_ANSWER;
	}
	return ERR_OK;
}

enum err restored_count(struct profile *p, int64_t at, uint32_t *silent)
{
	struct counting c = { .at = at };
	struct store_txn t;
	enum err e;

	*silent = 0;
	if (!at)
		return ERR_OK;
	profile_begin(p, &t);           /* first: whoever reads the store may have the roster made anew */
	c.list = calloc(keys_roster_count(p->roster) + 1, sizeof *c.list);
	e = t.err ? t.err : c.list ? ERR_OK : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	for (size_t i = 0; !e && i < keys_roster_count(p->roster); i++) {
		const struct keys_writer *w = keys_roster_at(p->roster, i);

		if (w && !w->revoked)
			c.list[c.count++].writer = w->writer;
	}
	if (!e)
		e = evidence_each(&t, note, &c);
	store_abort(&t);
	for (size_t i = 0; !e && i < c.count; i++)
		*silent += c.list[i].before && !c.list[i].answered;
	free(c.list);
	return e;
}
