#include "config.h"
#include "sync/keys/roster_own.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

enum err keys_roster_new(const struct keys_roots *roots, struct keys_roster **out)
{
	struct keys_roster *r = *out = calloc(1, sizeof *r);

	if (!r || !(r->names = calloc(roots->count ? roots->count : 1, sizeof *r->names))) {
		free(r);
		*out = NULL;
		return err_set(ERR_NOMEM, "roster");
	}
	r->roots = roots;
	for (size_t i = 0; i < roots->count; i++) {
		keys_writer_id(roots->at[i].root.authority, r->names[i].authority);
		keys_writer_id(roots->at[i].root.receipt, r->names[i].receipt);
	}
	return ERR_OK;
}

void keys_roster_free(struct keys_roster *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++) {
		free(r->at[i].bounds);
		free(r->at[i].revokes);
	}
	for (size_t i = 0; i < r->key_count; i++)
		keys_scope_key_clear(&r->keys[i]);
	free(r->at);
	free(r->keys);
	free(r->names);
	free(r);
}

/* Index of the writer, or where it would stand. */
static size_t position(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER], bool *found)
{
	size_t low = 0, high = r->count;

	*found = false;
	while (low < high && !*found) {
		size_t middle = low + (high - low) / 2;
		int d = memcmp(r->at[middle].is.writer, writer, KEYS_WRITER);

		if (!d)
			*found = true;
		if (d < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return high;
}

static struct entry *lookup(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER])
{
	bool found;
	size_t i = position(r, writer, &found);

	return found ? &r->at[i] : NULL;
}

static enum err lookup_or_add(struct keys_roster *r, const uint8_t writer[KEYS_WRITER], struct entry **out)
{
	bool found;
	size_t i = position(r, writer, &found);

	if (!found) {
		if (r->count == r->cap) {
			size_t cap = r->cap ? 2 * r->cap : 32;
			struct entry *more = realloc(r->at, cap * sizeof *more);

			if (!more)
				return err_set(ERR_NOMEM, "roster");
			r->at = more;
			r->cap = cap;
		}
		memmove(r->at + i + 1, r->at + i, (r->count - i) * sizeof *r->at);
		memset(&r->at[i], 0, sizeof r->at[i]);
		memcpy(r->at[i].is.writer, writer, KEYS_WRITER);
		r->count++;
	}
	*out = &r->at[i];
	return ERR_OK;
}

/* ---- T's authority, from the root chain ---- */

/* The newest root that names this writer as T, and in *next the one that replaced that T; NULL when there is none. */
static const struct keys_root *root_of(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER], const struct keys_root **next)
{
	*next = NULL;
	for (size_t i = r->roots->count; i-- > 0; ) {
		const struct keys_root *root = &r->roots->at[i].root;

		if (!memcmp(r->names[i].authority, writer, KEYS_WRITER))
			return root;
		*next = root;
	}
	return NULL;
}

/* The successor's root says how far a former T is believed. */
static bool within(const struct keys_root *next, uint64_t epoch, uint64_t seq, const uint8_t hash[EVENT_HASH])
{
	for (size_t i = 0; i < next->head_count; i++)
		if (next->heads[i].epoch == epoch)
			return seq < next->heads[i].seq || (seq == next->heads[i].seq && !memcmp(hash, next->heads[i].hash, EVENT_HASH));
	return false;
}

static bool authority_trusted(const struct keys_roster *r, const struct event_log_id *log, uint64_t seq, const uint8_t hash[EVENT_HASH])
{
	const struct keys_root *next;

	if (!root_of(r, log->writer, &next) || log->scope.kind != 0)
		return false;
	return !next || within(next, log->epoch, seq, hash);
}

bool keys_roster_is_authority(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER])
{
	const struct keys_root *next;

	return root_of(r, writer, &next);
}

/* ---- the fold ---- */

static int later(const struct place *a, const struct place *b)
{
	if (a->lamport != b->lamport)
		return a->lamport > b->lamport ? 1 : -1;
	if (a->epoch != b->epoch)
		return a->epoch > b->epoch ? 1 : -1;
	if (a->seq != b->seq)
		return a->seq > b->seq ? 1 : -1;
	return memcmp(a->hash, b->hash, sizeof a->hash);
}

static int scope_order(const struct event_scope *a, const struct event_scope *b)
{
	if (a->kind != b->kind)
		return a->kind - b->kind;
	if (a->length != b->length)
		return a->length - b->length;
	return memcmp(a->bytes, b->bytes, a->length);
}

/* Kept in order, so that which scopes remain when there are too many does not depend on what came first. */
static bool add_scope(struct keys_writer *w, const struct event_scope *scope)
{
	size_t i = 0;

	while (i < w->scope_count && scope_order(&w->scopes[i], scope) < 0)
		i++;
	if (i == KEYS_SCOPES || (i < w->scope_count && event_scope_same(&w->scopes[i], scope)))
		return false;
	if (w->scope_count < KEYS_SCOPES)
		w->scope_count++;
	memmove(w->scopes + i + 1, w->scopes + i, (w->scope_count - i - 1) * sizeof *w->scopes);
	w->scopes[i] = *scope;
	return true;
}

static enum err take_cert(struct keys_roster *r, const struct place *place, const struct event *e, bool *changed)
{
	struct keys_cert c;
	struct entry *entry;
	uint8_t writer[KEYS_WRITER];
	enum err err = keys_cert_decode(e->public_part.data, e->public_part.len, &c);

	if (err)
		return err;
	keys_writer_id(c.sign, writer);
	if ((err = lookup_or_add(r, writer, &entry)))
		return err;
	if (!entry->certified || later(place, &entry->place) > 0) {
		char before[sizeof entry->is.given];

		memcpy(before, entry->is.given, sizeof before);
		memcpy(entry->is.sign, c.sign, KEYS_PK);
		memcpy(entry->is.box, c.box, KEYS_PK);
		strcpy(entry->is.person, c.person);
		strcpy(entry->is.given, c.label);
		entry->is.has_succeeds = c.has_succeeds;
		memcpy(entry->is.succeeds, c.succeeds, KEYS_WRITER);
		entry->place = *place;
		entry->certified = *changed = true;
		roster_name(r, before);
		roster_name(r, entry->is.given);
	}
	*changed |= (c.roles & ~entry->is.roles) != 0;
	entry->is.roles |= c.roles;
	for (size_t i = 0; i < c.scope_count; i++)
		*changed |= add_scope(&entry->is, &c.scopes[i]);
	return ERR_OK;
}

static struct bound *bound_of(const struct entry *entry, const struct event_scope *scope, uint64_t epoch)
{
	for (size_t i = 0; i < entry->bound_count; i++)
		if (entry->bounds[i].is.epoch == epoch && event_scope_same(&entry->bounds[i].is.scope, scope))
			return &entry->bounds[i];
	return NULL;
}

/* Bytes decide between two hashes at one seq, so that any order of arrival gives the same. */
static bool lower(const struct keys_bound *a, const struct keys_bound *b)
{
	return a->seq != b->seq ? a->seq < b->seq : memcmp(a->hash, b->hash, KEYS_HASH) < 0;
}

/* Take one bound of the revocation counted last. */
static enum err set_bound(struct entry *entry, const struct keys_bound *bound)
{
	struct bound *have = bound_of(entry, &bound->scope, bound->epoch), *more;

	if (!have) {
		if (!(more = realloc(entry->bounds, (entry->bound_count + 1) * sizeof *more)))
			return err_set(ERR_NOMEM, "roster");
		entry->bounds = more;
		have = &entry->bounds[entry->bound_count++];
		*have = (struct bound){ .is = *bound };
	}
	if (lower(bound, &have->is))
		have->is = *bound;
	if (have->last != entry->revoke_count) {            /* a log listed twice by one revocation is listed once */
		have->last = entry->revoke_count;
		have->listed++;
	}
	return ERR_OK;
}

static enum err count_revoke(struct entry *entry, const uint8_t hash[EVENT_HASH], bool *fresh)
{
	uint8_t (*more)[EVENT_HASH];

	*fresh = false;
	for (size_t i = 0; i < entry->revoke_count; i++)
		if (!memcmp(entry->revokes[i], hash, EVENT_HASH))
			return ERR_OK;
	if (!(more = realloc(entry->revokes, (entry->revoke_count + 1) * sizeof *more)))
		return err_set(ERR_NOMEM, "roster");
	entry->revokes = more;
	memcpy(entry->revokes[entry->revoke_count++], hash, EVENT_HASH);
	entry->is.revoked = *fresh = true;
	return ERR_OK;
}

static enum err take_revoke(struct keys_roster *r, const struct place *place, const struct event *e, bool *changed)
{
	struct keys_revoke revoke;
	struct entry *entry;
	enum err err = keys_revoke_decode(e->public_part.data, e->public_part.len, &revoke);

	if (err)
		return err;
	if (!(err = lookup_or_add(r, revoke.writer, &entry)) && !(err = count_revoke(entry, place->hash, changed)) && *changed)
		for (size_t i = 0; !err && i < revoke.bound_count; i++)
			err = set_bound(entry, &revoke.bounds[i]);
	keys_revoke_clear(&revoke);
	return err;
}

static bool same_key(const struct keys_scope_key *a, const struct keys_scope_key *b)
{
	return a->purpose == b->purpose && a->version == b->version && event_scope_same(&a->scope, &b->scope)
	    && !memcmp(a->pk, b->pk, KEYS_PK) && a->member_count == b->member_count
	    && (!a->member_count || !memcmp(a->members, b->members, a->member_count * sizeof *a->members));
}

static enum err take_scope_key(struct keys_roster *r, const struct event *e, bool *changed)
{
	struct keys_scope_key key, *more;
	enum err err = keys_scope_key_decode(e->public_part.data, e->public_part.len, &key);

	if (err)
		return err;
	for (size_t i = 0; i < r->key_count; i++)
		if (same_key(&r->keys[i], &key)) {
			keys_scope_key_clear(&key);
			return ERR_OK;
		}
	if (!(more = realloc(r->keys, (r->key_count + 1) * sizeof *more))) {
		keys_scope_key_clear(&key);
		return err_set(ERR_NOMEM, "roster");
	}
	r->keys = more;
	r->keys[r->key_count++] = key;
	*changed = true;
	return ERR_OK;
}

enum err keys_roster_event(struct keys_roster *r, const struct event_log_id *log, uint64_t seq,
                           const uint8_t hash[EVENT_HASH], const struct event *e, bool *changed)
{
	struct place place = { .lamport = e->lamport, .epoch = log->epoch, .seq = seq };
	bool ignored;

	if (!changed)
		changed = &ignored;
	*changed = false;
	if (!authority_trusted(r, log, seq, hash))
		return err_set(ERR_DENIED, _("这条记录不是乡镇授权钥匙签的, 或在它被换下之后"));
	memcpy(place.hash, hash, EVENT_HASH);
	switch (e->kind) {
	case EVENT_CERT:     return take_cert(r, &place, e, changed);
	case EVENT_REVOKE:   return take_revoke(r, &place, e, changed);
	case EVENT_SCOPEKEY: return take_scope_key(r, e, changed);
	default:             return ERR_OK;
	}
}

/* ---- look-ups ---- */

const struct keys_writer *keys_roster_find(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER])
{
	const struct entry *entry = lookup(r, writer);

	return entry && entry->certified ? &entry->is : NULL;
}

size_t keys_roster_count(const struct keys_roster *r)
{
	return r->count;
}

const struct keys_writer *keys_roster_at(const struct keys_roster *r, size_t i)
{
	return i < r->count && r->at[i].certified ? &r->at[i].is : NULL;
}

const uint8_t *keys_roster_author(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER])
{
	const struct keys_writer *w = keys_roster_find(r, writer);
	const struct keys_root *next, *root = w ? NULL : root_of(r, writer, &next);

	return w ? w->sign : root ? root->authority : NULL;
}

const uint8_t *keys_roster_sealer(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER])
{
	const uint8_t *pk = keys_roster_author(r, writer);

	for (size_t i = r->roots->count; !pk && i-- > 0; )
		if (!memcmp(r->names[i].receipt, writer, KEYS_WRITER))
			pk = r->roots->at[i].root.receipt;
	return pk;
}

bool keys_roster_writes(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER], const struct event_scope *scope)
{
	const struct keys_writer *w = keys_roster_find(r, writer);

	if (!w)
		return keys_roster_is_authority(r, writer) && scope->kind == 0;
	for (size_t i = 0; i < w->scope_count; i++)
		if (w->scopes[i].kind == 0 || event_scope_same(&w->scopes[i], scope))
			return true;
	return scope->kind == 2 && !memcmp(scope->bytes, writer, KEYS_WRITER);
}

bool keys_roster_has_role(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER], uint32_t roles)
{
	const struct keys_writer *w = keys_roster_find(r, writer);

	return w && w->roles & roles;
}

bool keys_roster_same_person(const struct keys_roster *r, const uint8_t a[KEYS_WRITER], const uint8_t b[KEYS_WRITER])
{
	const struct keys_writer *x = keys_roster_find(r, a), *y = keys_roster_find(r, b);

	if (!memcmp(a, b, KEYS_WRITER))
		return true;
	return x && y && *x->person && !strcmp(x->person, y->person);
}

const struct keys_bound *keys_roster_bound(const struct keys_roster *r, const struct event_log_id *log)
{
	const struct entry *entry = lookup(r, log->writer);
	const struct bound *bound = entry ? bound_of(entry, &log->scope, log->epoch) : NULL;

	return bound && bound->listed == entry->revoke_count ? &bound->is : NULL;
}

bool keys_roster_end(const struct keys_roster *r, const struct event_log_id *log, uint64_t *seq, uint8_t hash[EVENT_HASH])
{
	const struct keys_bound *bound = keys_roster_bound(r, log);
	const struct keys_root *next;

	if (bound) {
		*seq = bound->seq;
		memcpy(hash, bound->hash, EVENT_HASH);
		return true;
	}
	if (!root_of(r, log->writer, &next) || !next)
		return false;
	for (size_t i = 0; i < next->head_count; i++)
		if (next->heads[i].epoch == log->epoch) {
			*seq = next->heads[i].seq;
			memcpy(hash, next->heads[i].hash, EVENT_HASH);
			return true;
		}
	return false;
}

enum keys_standing keys_roster_standing(const struct keys_roster *r, const struct event_log_id *log, uint64_t seq, const uint8_t hash[EVENT_HASH])
{
	const struct entry *entry = lookup(r, log->writer);
	const struct keys_bound *bound;

	if (!entry || !entry->certified) {
		if (!keys_roster_is_authority(r, log->writer))
			return KEYS_UNCERTIFIED;
		return authority_trusted(r, log, seq, hash) ? KEYS_TRUSTED : KEYS_AFTER_LOSS;
	}
	if (!entry->is.revoked)
		return KEYS_TRUSTED;
	bound = keys_roster_bound(r, log);
	if (!bound || seq > bound->seq || (seq == bound->seq && memcmp(hash, bound->hash, EVENT_HASH)))
		return KEYS_AFTER_LOSS;
	return KEYS_TRUSTED;
}

size_t keys_roster_key_count(const struct keys_roster *r)
{
	return r->key_count;
}

const struct keys_scope_key *keys_roster_key_at(const struct keys_roster *r, size_t i)
{
	return &r->keys[i];
}

static bool newer(const struct keys_scope_key *a, const struct keys_scope_key *b)
{
	return a->version != b->version ? a->version > b->version : memcmp(a->pk, b->pk, KEYS_PK) > 0;
}

bool keys_roster_scope_key(const struct keys_roster *r, const struct event_scope *scope, enum keys_purpose purpose,
                           uint32_t *version, uint8_t pk[KEYS_PK])
{
	const struct keys_scope_key *best = NULL;

	for (size_t i = 0; i < r->key_count; i++) {
		const struct keys_scope_key *k = &r->keys[i];

		if (k->purpose == purpose && event_scope_same(&k->scope, scope) && (!best || newer(k, best)))
			best = k;
	}
	if (!best)
		return false;
	*version = best->version;
	memcpy(pk, best->pk, KEYS_PK);
	return true;
}

bool keys_roster_decree_key(const struct keys_roster *r, uint32_t *version, uint8_t pk[KEYS_PK])
{
	const struct keys_scope_key *first = NULL;

	for (size_t i = 0; i < r->key_count; i++) {
		const struct keys_scope_key *k = &r->keys[i];

		if (k->purpose == KEYS_SCOPE_BOX && k->scope.kind == 0 && (!first || newer(first, k)))
			first = k;
	}
	if (!first)
		return false;
	*version = first->version;
	memcpy(pk, first->pk, KEYS_PK);
	return true;
}

enum err keys_roster_sealed(const struct keys_roster *r, const uint8_t writer[KEYS_WRITER],
                            enum err (*each)(void *user, const struct keys_scope_key *key, const uint8_t sealed[KEYS_SEALED_SECRET]), void *user)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < r->key_count; i++)
		for (size_t j = 0; !e && j < r->keys[i].member_count; j++)
			if (!memcmp(r->keys[i].members[j].writer, writer, KEYS_WRITER))
				e = each(user, &r->keys[i], r->keys[i].members[j].sealed);
	return e;
}
