/* Whom the keys of scopes are sealed to: sync.md section 7.3. */
#include "config.h"
#include "sync/exchange/trust/decree.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"

#include <stdlib.h>
#include <string.h>

enum { EVERYWHERE = PACK_TOWN, CONFIDENTIAL = PACK_TOWN | PACK_VADM };

static bool covers(const struct keys_writer *w, const struct event_scope *scope)
{
	for (size_t i = 0; i < w->scope_count; i++)
		if (event_scope_same(&w->scopes[i], scope) || (w->scopes[i].kind == 0 && w->roles & EVERYWHERE))
			return true;
	return false;
}

/* Everybody opens what is meant for all; a village's box its writers and staff; what is confidential those who answer for it. */
static bool entitled(const struct keys_writer *w, const struct event_scope *scope, enum keys_purpose purpose)
{
	if (w->revoked)
		return false;
	if (purpose == KEYS_SCOPE_CONFIDENTIAL)
		return w->roles & CONFIDENTIAL && covers(w, scope);
	return scope->kind == 0 || covers(w, scope);
}

static struct keys_public public_of(const struct keys_writer *w)
{
	struct keys_public k;

	memcpy(k.writer, w->writer, KEYS_WRITER);
	memcpy(k.sign, w->sign, KEYS_PK);
	memcpy(k.box, w->box, KEYS_PK);
	return k;
}

/* All that are entitled to a key: those of the roster, and one who is being certified. `without` is left out. */
static enum err members_of(const struct profile *p, const struct event_scope *scope, enum keys_purpose purpose, const struct keys_writer *fresh,
                           const struct keys_writer *without, struct keys_public **out, size_t *count)
{
	size_t n = keys_roster_count(p->roster);

	*count = 0;
	if (!(*out = calloc(n + 2, sizeof **out)))
		return err_set(ERR_NOMEM, "scope key");
	/* Who acts must be able to hand the key on. */
	(*out)[(*count)++] = *keys_identity_public(p->identity);
	for (size_t i = 0; i < n; i++) {
		const struct keys_writer *w = keys_roster_at(p->roster, i);

		if (w && entitled(w, scope, purpose) && memcmp(w->writer, p->writer, KEYS_WRITER) && (!without || memcmp(w->writer, without->writer, KEYS_WRITER))
		    && (!fresh || memcmp(w->writer, fresh->writer, KEYS_WRITER)))
			(*out)[(*count)++] = public_of(w);
	}
	if (fresh && entitled(fresh, scope, purpose) && memcmp(fresh->writer, p->writer, KEYS_WRITER))
		(*out)[(*count)++] = public_of(fresh);
	return ERR_OK;
}

static enum err add(struct decrees *d, struct keys_scope_key *key)
{
	enum err e = keys_scope_key_encode(key, &decrees_add(d, EVENT_SCOPEKEY)->payload);

	keys_scope_key_clear(key);
	return e;
}

/* A fresh key for a scope; as many events as its members take. */
static enum err make(struct profile *p, struct decrees *d, const struct event_scope *scope, enum keys_purpose purpose, uint32_t version,
                     const struct keys_writer *fresh, const struct keys_writer *without)
{
	struct keys_public *members = NULL;
	struct keys_scope_key key, more;
	size_t count, at;
	enum err e = members_of(p, scope, purpose, fresh, without, &members, &count);

	if (!e && !(e = keys_scope_key_make(scope, purpose, version, members, count < KEYS_MEMBERS ? count : KEYS_MEMBERS, &key))) {
		/* Members of equal keys are united by the roster. */
		if (count > KEYS_MEMBERS && !(e = keys_ring_add_key(p->ring, &key, p->identity)))
			for (at = KEYS_MEMBERS; !e && at < count; at += KEYS_MEMBERS)
				if (!(e = keys_scope_key_admit(p->ring, &key, members + at, count - at < KEYS_MEMBERS ? count - at : KEYS_MEMBERS, &more)))
					e = add(d, &more);
		if (e)
			keys_scope_key_clear(&key);
		else
			e = add(d, &key);
	}
	free(members);
	return e;
}

static enum err admit_to(struct profile *p, struct decrees *d, const struct keys_scope_key *which, const struct keys_writer *member)
{
	struct keys_public one = public_of(member);
	struct keys_scope_key key;
	enum err e = keys_scope_key_admit(p->ring, which, &one, 1, &key);

	return e ? e : add(d, &key);
}

static enum err admit(struct profile *p, struct decrees *d, const struct event_scope *scope, enum keys_purpose purpose, const struct keys_writer *member)
{
	struct keys_scope_key newest = { .scope = *scope, .purpose = purpose }, first = newest;
	enum err e = ERR_OK;

	if (!keys_roster_scope_key(p->roster, scope, purpose, &newest.version, newest.pk))
		return make(p, d, scope, purpose, 1, member, NULL);
	if (!entitled(member, scope, purpose))
		return ERR_OK;
	if (scope->kind == 0 && purpose == KEYS_SCOPE_BOX && keys_roster_decree_key(p->roster, &first.version, first.pk) && memcmp(first.pk, newest.pk, KEYS_PK))
		e = admit_to(p, d, &first, member);
	return e ? e : admit_to(p, d, &newest, member);
}

/* Both keys of a scope. Those of all belong to the first ones a township makes. */
static enum err admit_both(struct profile *p, struct decrees *d, const struct event_scope *scope, const struct keys_writer *member)
{
	enum err e = admit(p, d, scope, KEYS_SCOPE_BOX, member);

	return e ? e : admit(p, d, scope, KEYS_SCOPE_CONFIDENTIAL, member);
}

/* Villages that have a key, each once. */
static enum err villages(const struct profile *p, struct event_scope **out, size_t *count)
{
	*count = 0;
	if (!(*out = calloc(keys_roster_key_count(p->roster) + 1, sizeof **out)))
		return err_set(ERR_NOMEM, "scope key");
	for (size_t i = 0; i < keys_roster_key_count(p->roster); i++) {
		const struct keys_scope_key *k = keys_roster_key_at(p->roster, i);
		bool had = k->scope.kind != 1;

		for (size_t j = 0; !had && j < *count; j++)
			had = event_scope_same(&(*out)[j], &k->scope);
		if (!had)
			(*out)[(*count)++] = k->scope;
	}
	return ERR_OK;
}

enum err decrees_admit(struct profile *p, struct decrees *d, const struct keys_writer *member)
{
	struct event_scope all = event_scope_all(), *there = NULL;
	size_t count;
	enum err e = villages(p, &there, &count);

	if (!e)
		e = admit_both(p, d, &all, member);
	for (size_t i = 0; !e && i < count; i++)
		if (covers(member, &there[i]))
			e = admit_both(p, d, &there[i], member);
	for (size_t i = 0; !e && i < member->scope_count; i++) {
		bool had = member->scopes[i].kind != 1;

		for (size_t j = 0; !had && j < count; j++)
			had = event_scope_same(&there[j], &member->scopes[i]);
		if (!had)
			e = admit_both(p, d, &member->scopes[i], member);
	}
	free(there);
	return e;
}

enum err decrees_shut_out(struct profile *p, struct decrees *d, const struct keys_writer *out)
{
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < keys_roster_key_count(p->roster); i++) {
		const struct keys_scope_key *k = keys_roster_key_at(p->roster, i);
		uint8_t pk[KEYS_PK];
		uint32_t newest;

		/* Of each scope the newest key counts; its members stand in as many events as they took. */
		if (!keys_roster_scope_key(p->roster, &k->scope, k->purpose, &newest, pk) || memcmp(pk, k->pk, KEYS_PK))
			continue;
		for (size_t m = 0; m < k->member_count; m++)
			if (!memcmp(k->members[m].writer, out->writer, KEYS_WRITER)) {
				e = make(p, d, &k->scope, k->purpose, newest + 1, NULL, out);
				break;
			}
	}
	return e;
}
