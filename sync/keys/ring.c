#include "config.h"
#include "sync/keys/ring.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/keys/guard.h"

#include <string.h>

enum { RING_MAX = 4096 };

struct key { uint8_t id[KEYS_ID], pk[KEYS_PK], secret[KEYS_SYMMETRIC]; };

struct keys_ring { struct key *at; size_t count, cap; };      /* all of it in guarded memory */

enum err keys_ring_new(struct keys_ring **out)
{
	*out = sodium_malloc(sizeof **out);
	if (!*out)
		return err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
	memset(*out, 0, sizeof **out);
	return ERR_OK;
}

void keys_ring_free(struct keys_ring *r)
{
	if (!r)
		return;
	sodium_free(r->at);
	sodium_free(r);
}

static const struct key *find(const struct keys_ring *r, const uint8_t id[KEYS_ID])
{
	for (size_t i = 0; i < r->count; i++)
		if (!memcmp(r->at[i].id, id, KEYS_ID))
			return &r->at[i];
	return NULL;
}

static enum err grow(struct keys_ring *r)
{
	size_t cap = r->cap ? 2 * r->cap : 16;
	struct key *more;

	if (cap > RING_MAX)
		return err_set(ERR_LIMIT, _("解封钥匙多于 %d 把"), RING_MAX);
	if (!(more = sodium_allocarray(cap, sizeof *more)))
		return err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
	if (r->count)
		memcpy(more, r->at, r->count * sizeof *more);
	sodium_free(r->at);
	r->at = more;
	r->cap = cap;
	return ERR_OK;
}

enum err keys_ring_add(struct keys_ring *r, const uint8_t box_secret[KEYS_SYMMETRIC])
{
	uint8_t pk[KEYS_PK], id[KEYS_ID];
	enum err e;

	crypto_scalarmult_base(pk, box_secret);
	keys_box_id(pk, id);
	if (find(r, id))
		return ERR_OK;
	if (r->count == r->cap && (e = grow(r)))
		return e;
	memcpy(r->at[r->count].id, id, KEYS_ID);
	memcpy(r->at[r->count].pk, pk, KEYS_PK);
	memcpy(r->at[r->count++].secret, box_secret, KEYS_SYMMETRIC);
	return ERR_OK;
}

enum err keys_ring_add_identity(struct keys_ring *r, const struct keys_identity *id)
{
	return keys_ring_add(r, keys_identity_secret(id) + KEYS_SYMMETRIC);
}

struct adding { struct keys_ring *ring; const struct keys_identity *id; uint8_t *secret; };

static enum err add_sealed(void *user, const struct keys_scope_key *key, const uint8_t sealed[KEYS_SEALED_SECRET])
{
	struct adding *a = user;

	(void)key;
	return keys_receive(a->id, sealed, KEYS_SEALED_SECRET, a->secret) ? keys_ring_add(a->ring, a->secret) : ERR_OK;
}

enum err keys_ring_add_scopes(struct keys_ring *r, const struct keys_roster *roster, const struct keys_identity *id)
{
	struct adding a = { .ring = r, .id = id, .secret = sodium_malloc(KEYS_SYMMETRIC) };
	enum err e;

	if (!a.secret)
		return err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
	e = keys_roster_sealed(roster, keys_identity_public(id)->writer, add_sealed, &a);
	sodium_free(a.secret);
	return e;
}

enum err keys_ring_add_sealed(struct keys_ring *r, const struct keys_identity *id, const uint8_t sealed[KEYS_SEALED_SECRET])
{
	uint8_t *secret = sodium_malloc(KEYS_SYMMETRIC);
	enum err e = secret ? ERR_DENIED : err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));

	if (e == ERR_DENIED && keys_receive(id, sealed, KEYS_SEALED_SECRET, secret))
		e = keys_ring_add(r, secret);
	sodium_free(secret);
	return e;
}

enum err keys_ring_add_key(struct keys_ring *r, const struct keys_scope_key *key, const struct keys_identity *id)
{
	uint8_t *secret = sodium_malloc(KEYS_SYMMETRIC);
	enum err e = secret ? ERR_DENIED : err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));

	for (size_t i = 0; e == ERR_DENIED && i < key->member_count; i++)
		if (!memcmp(key->members[i].writer, keys_identity_public(id)->writer, KEYS_WRITER) && keys_receive(id, key->members[i].sealed, KEYS_SEALED_SECRET, secret))
			e = keys_ring_add(r, secret);
	sodium_free(secret);
	return e == ERR_DENIED ? err_set(e, _("没有这个范围的钥匙, 不能转给别人")) : e;
}

bool keys_ring_has(const struct keys_ring *r, const uint8_t id[KEYS_ID])
{
	return find(r, id);
}

bool keys_ring_open(const struct keys_ring *r, const uint8_t id[KEYS_ID], const uint8_t *sealed, size_t len, uint8_t *out)
{
	const struct key *k = find(r, id);

	return k && !crypto_box_seal_open(out, sealed, len, k->pk, k->secret);
}

bool keys_ring_share(const struct keys_ring *r, const uint8_t id[KEYS_ID], const uint8_t box_pk[KEYS_PK], uint8_t *out)
{
	const struct key *k = find(r, id);

	return k && keys_send(box_pk, k->secret, KEYS_SYMMETRIC, out);
}

enum { LINE = 2 * KEYS_ID + 1 + 2 * KEYS_SYMMETRIC + 1 };

enum err keys_ring_export(const struct keys_ring *r, const char *path)
{
	char *text;
	enum err e;

	if (fs_exists(path))
		return err_set(ERR_EXISTS, _("%s: 已有这个文件, 请换个名字"), path);
	if (!(text = sodium_allocarray(r->count + 1, LINE)))
		return err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
	for (size_t i = 0; i < r->count; i++) {
		char *line = text + i * LINE;

		keys_hex(r->at[i].id, KEYS_ID, line);
		line[2 * KEYS_ID] = ' ';
		keys_hex(r->at[i].secret, KEYS_SYMMETRIC, line + 2 * KEYS_ID + 1);
		line[LINE - 1] = '\n';
	}
	e = keys_guard_write(path, text, r->count * LINE);
	sodium_free(text);
	return e;
}
