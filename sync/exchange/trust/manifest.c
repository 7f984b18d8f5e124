/* MANIFEST: what the township says belongs together, so that an old or a mixed set is noticed. sync.md section 4, kind 37. */
#include "config.h"
#include "sync/exchange/trust/trust.h"

#include "forms/base/i18n.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct newest { struct profile *profile; struct store_txn *txn; struct keys_listed *at; size_t max, *count; uint64_t lamport; };

static enum err take(void *user, const struct log_event *e)
{
	struct newest *x = user;
	struct keys_listed *at;
	size_t n;

	if (e->event.kind != EVENT_MANIFEST || e->opaque || e->event.lamport < x->lamport
	    || keys_roster_standing(x->profile->roster, &e->log, e->place.seq, e->hash) != KEYS_TRUSTED)
		return ERR_OK;
	if (!(at = calloc(x->max, sizeof *at)))
		return err_set(ERR_NOMEM, "manifest");
	if (!keys_manifest_decode(e->event.public_part.data, e->event.public_part.len, at, x->max, &n)) {
		memcpy(x->at, at, n * sizeof *at);
		*x->count = n;
		x->lamport = e->event.lamport;
	}
	free(at);
	return ERR_OK;
}

static enum err look(void *user, const struct log_head *h)
{
	struct newest *x = user;

	return keys_roster_is_authority(x->profile->roster, h->id.writer) ? log_each(x->txn, &h->id, 1, UINT64_MAX, take, x) : ERR_OK;
}

enum err trust_manifest(struct profile *p, struct keys_listed *at, size_t max, size_t *count)
{
	struct store_txn t;
	struct newest x = { .profile = p, .txn = &t, .at = at, .max = max, .count = count };
	enum err e;

	*count = 0;
	profile_begin(p, &t);
	e = t.err ? t.err : log_heads(&t, look, &x);
	store_abort(&t);
	return e;
}

/* Is the thing here, and is it the one that is meant? */
static bool here(struct profile *p, const struct keys_listed *l, bool *other)
{
	uint8_t hash[KEYS_HASH];

	*other = false;
	if (!strcmp(l->name, "root")) {
		for (size_t i = 0; i < p->roots.count; i++) {
			char version[16];

			snprintf(version, sizeof version, "%u", p->roots.at[i].root.version);
			if (strcmp(version, l->version))
				continue;
			keys_hash(p->roots.at[i].bytes, p->roots.at[i].len, hash);
			*other = memcmp(hash, l->hash, KEYS_HASH) != 0;
			return !*other;
		}
		return false;
	}
	if (profile_pack_hash(p, l->name, l->version, hash))
		return false;
	*other = memcmp(hash, l->hash, KEYS_HASH) != 0;
	return !*other;
}

enum err trust_missing(struct profile *p, bool (*each)(void *user, const struct keys_listed *l, bool other), void *user)
{
	struct keys_listed at[16];
	size_t n;
	bool other, more = true;
	enum err e = trust_manifest(p, at, 16, &n);

	for (size_t i = 0; !e && more && i < n; i++)
		if (!here(p, &at[i], &other))
			more = each(user, &at[i], other);
	return e;
}

static bool say(void *user, const struct keys_listed *l, bool other)
{
	struct buf *out = user;

	if (out->len)
		buf_puts(out, "; ");
	if (strcmp(l->name, "root"))
		buf_printf(out, _("清单包 %s %s"), l->name, l->version);
	else
		buf_printf(out, _("第 %s 版乡镇密钥"), l->version);
	if (other)
		buf_puts(out, _(" (这里的不是同一份)"));
	return true;
}

enum err trust_missing_words(struct profile *p, struct buf *out)
{
	return trust_missing(p, say, out);
}
