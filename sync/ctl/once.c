#include "config.h"
#include "sync/ctl/once.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/keys/hash.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/draft.h"

#include <stdlib.h>
#include <string.h>

static enum err forget(struct log_batch *b, void *user)
{
	const struct ctl *c = user;
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < c->draft_count; i++)
		e = log_draft_forget(b, c->drafts[i]);
	return e;
}

static void draft_for(const struct ctl *c, const char *const *words, const char *answers, uint64_t nth, uint64_t *out)
{
	uint8_t hash[KEYS_HASH];
	struct keys_hash h;

	keys_hash_start(&h, "XC1 record by command");
	keys_hash_add(&h, c->open->writer, EVENT_WRITER);
	keys_hash_add(&h, &nth, sizeof nth);
	for (; *words; words++)
		keys_hash_add(&h, *words, strlen(*words) + 1);
	keys_hash_add(&h, answers, strlen(answers));
	keys_hash_end(&h, hash);
	memcpy(out, hash, sizeof *out);
	*out += !*out;                                  /* 0 is none */
}

static bool has(const struct ctl *c, uint64_t draft)
{
	for (size_t i = 0; i < c->draft_count; i++)
		if (c->drafts[i] == draft)
			return true;
	return false;
}

/* Long after, the same words mean another record. */
static enum err look(struct ctl *c, uint64_t draft, uint8_t ref[EVENT_REF])
{
	struct ctl old = { .drafts = &draft, .draft_count = 1 };
	struct log_event was = { 0 };
	struct store_txn t;
	int64_t ago;
	enum err e = draft_record(c->open, draft, ref);

	if (e)
		return e;
	profile_begin(c->open, &t);
	e = t.err ? t.err : log_event_get(&t, ref, &was);
	store_abort(&t);
	ago = clock_wall() - was.event.wall;
	log_event_clear(&was);
	if (e ? e != ERR_NOTFOUND : ago < (int64_t)ONCE_HOURS * 3600000 && -ago < (int64_t)ONCE_HOURS * 3600000)
		return e;
	e = log_write(c->open, forget, &old);
	return e ? e : ERR_NOTFOUND;
}

static enum err note(struct ctl *c, uint64_t draft)
{
	uint64_t *grown = realloc(c->drafts, (c->draft_count + 1) * sizeof *grown);

	if (!grown)
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	c->drafts = grown;
	c->drafts[c->draft_count++] = draft;
	return ERR_OK;
}

enum err once_find(struct ctl *c, const char *const *words, const struct jdoc *answers, uint64_t *draft, uint8_t ref[EVENT_REF])
{
	struct buf text = { 0 };
	enum err e = jdoc_text(answers, 0, &text);

	draft_for(c, words, buf_str(&text), 0, draft);
	for (uint64_t nth = 1; has(c, *draft); nth++)
		draft_for(c, words, buf_str(&text), nth, draft);
	buf_clear(&text);
	if (!e)
		e = note(c, *draft);
	if (!e)
		e = look(c, *draft, ref);
	return e;
}

void once_end(struct ctl *c, bool failed)
{
	if (c->draft_count && failed)
		ctl_note(_("再运行一次同样的命令: 其实已经存下的, 不会存两次"));
	else if (c->draft_count)
		log_write(c->open, forget, c);          /* what cannot be forgotten now is, ONCE_HOURS later */
	free(c->drafts);
	c->drafts = NULL;
	c->draft_count = 0;
}
