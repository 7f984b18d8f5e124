#include "config.h"
#include "sync/exchange/restored.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/keys/roster.h"
#include "sync/ledger/profile.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 64 };

int64_t restored_at(const struct profile *p)
{
	struct buf path = { 0 }, text = { 0 };
	int64_t at = 0;

	if (p->office && !fs_read(profile_path(p, PROFILE_RESTORED, &path), FILE_MAX, &text))
		at = strtoll(buf_str(&text), NULL, 10);
	buf_clear(&path);
	buf_clear(&text);
	return at > 0 ? at : 0;
}

enum restored_word restored_word(int64_t at, const struct evidence *e)
{
	if (!at || (e->state != EVIDENCE_MERGED && e->state != EVIDENCE_HELD))
		return RESTORED_NOTHING;
	return e->seen < at ? RESTORED_BEFORE : *e->program ? RESTORED_ANSWER : RESTORED_NOTHING;
}

/* By the roster's order. */
struct counting { const struct keys_roster *roster; int64_t at; uint8_t *before, *answered; };

static enum err note(void *user, const struct evidence *e)
{
	struct counting *c = user;
	enum restored_word word = restored_word(c->at, e);

	for (size_t i = 0; word && i < keys_roster_count(c->roster); i++) {
		const struct keys_writer *w = keys_roster_at(c->roster, i);

		if (!w || memcmp(w->writer, e->sealer, KEYS_WRITER))
			continue;
		c->before[i] |= word == RESTORED_BEFORE;
		c->answered[i] |= word == RESTORED_ANSWER;
		break;
	}
	return ERR_OK;
}

enum err restored_count(struct profile *p, uint32_t *silent)
{
	struct counting c = { .at = restored_at(p) };
	struct store_txn t;
	size_t n;
	enum err e;

	*silent = 0;
	if (!c.at)
		return ERR_OK;
	profile_begin(p, &t);
	c.roster = p->roster;           /* not before: whoever reads the store may have it made anew */
	n = keys_roster_count(c.roster);
	c.before = calloc(2 * n + 1, 1);
	c.answered = c.before ? c.before + n : NULL;
	e = t.err ? t.err : c.before ? evidence_each(&t, note, &c) : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	store_abort(&t);
	for (size_t i = 0; !e && i < n; i++) {
		const struct keys_writer *w = keys_roster_at(c.roster, i);

		*silent += w && c.before[i] && !c.answered[i] && !w->revoked;
	}
	free(c.before);
	return e;
}
