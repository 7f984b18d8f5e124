#include "config.h"
#include "sync/keys/authority.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/keys/item.h"
#include "sync/keys/ring.h"

#include <stdlib.h>
#include <string.h>

static void *room(struct cbor *c, size_t count, size_t size)
{
	void *p;

	if (c->err || !count)
		return NULL;
	if (!(p = calloc(count, size)))
		c->err = ERR_NOMEM;
	return p;
}

static enum err end(const struct cbor *c, const char *what)
{
	enum err e = cbor_end(c);

	return e ? err_set(e, _("%s 的内容格式不对"), what) : ERR_OK;
}

/* ---- certificates ---- */

enum err keys_cert_encode(const struct keys_cert *c, struct buf *out)
{
	cbor_put_array(out, 7);
	cbor_put_bytes(out, c->sign, KEYS_PK);
	cbor_put_bytes(out, c->box, KEYS_PK);
	cbor_put_text(out, c->person);
	cbor_put_unsigned(out, c->roles);
	cbor_put_array(out, c->scope_count);
	for (size_t i = 0; i < c->scope_count; i++)
		keys_item_put_scope(out, &c->scopes[i]);
	cbor_put_text(out, c->label);
	if (c->has_succeeds)
		cbor_put_bytes(out, c->succeeds, KEYS_WRITER);
	else
		cbor_put_null(out);
	return out->err;
}

enum err keys_cert_decode(const void *data, size_t len, struct keys_cert *out)
{
	struct cbor c = cbor_init(data, len);

	memset(out, 0, sizeof *out);
	keys_item_array(&c, 7);
	keys_item_bytes(&c, out->sign, KEYS_PK);
	keys_item_bytes(&c, out->box, KEYS_PK);
	keys_item_text(&c, out->person, KEYS_PERSON_MAX);
	out->roles = (uint32_t)keys_item_number(&c, UINT32_MAX);
	out->scope_count = cbor_array(&c, KEYS_SCOPES);
	for (size_t i = 0; i < out->scope_count; i++)
		keys_item_scope(&c, &out->scopes[i]);
	keys_item_text(&c, out->label, sizeof out->label - 1);
	if (!cbor_null(&c)) {
		out->has_succeeds = true;
		keys_item_bytes(&c, out->succeeds, KEYS_WRITER);
	}
	return end(&c, "CERT");
}

/* ---- revocations ---- */

enum err keys_revoke_encode(const struct keys_revoke *r, struct buf *out)
{
	cbor_put_array(out, 3);
	cbor_put_bytes(out, r->writer, KEYS_WRITER);
	cbor_put_array(out, r->bound_count);
	for (size_t i = 0; i < r->bound_count; i++) {
		cbor_put_array(out, 4);
		keys_item_put_scope(out, &r->bounds[i].scope);
		cbor_put_unsigned(out, r->bounds[i].epoch);
		cbor_put_unsigned(out, r->bounds[i].seq);
		cbor_put_bytes(out, r->bounds[i].hash, KEYS_HASH);
	}
	cbor_put_text(out, r->reason);
	return out->err;
}

enum err keys_revoke_decode(const void *data, size_t len, struct keys_revoke *out)
{
	struct cbor c = cbor_init(data, len);
	enum err e;

	memset(out, 0, sizeof *out);
	keys_item_array(&c, 3);
	keys_item_bytes(&c, out->writer, KEYS_WRITER);
	out->bound_count = cbor_array(&c, KEYS_BOUNDS);
	if (!(out->bounds = room(&c, out->bound_count, sizeof *out->bounds)))
		out->bound_count = 0;
	for (size_t i = 0; i < out->bound_count; i++) {
		keys_item_array(&c, 4);
		keys_item_scope(&c, &out->bounds[i].scope);
		out->bounds[i].epoch = cbor_unsigned(&c);
		out->bounds[i].seq = cbor_unsigned(&c);
		keys_item_bytes(&c, out->bounds[i].hash, KEYS_HASH);
	}
	keys_item_text(&c, out->reason, KEYS_REASON_MAX);
	if ((e = end(&c, "REVOKE")))
		keys_revoke_clear(out);
	return e;
}

void keys_revoke_clear(struct keys_revoke *r)
{
	free(r->bounds);
	memset(r, 0, sizeof *r);
}

/* ---- packs ---- */

enum err keys_pack_encode(const struct keys_pack *p, struct buf *out)
{
	cbor_put_array(out, 3);
	cbor_put_text(out, p->id);
	cbor_put_text(out, p->version);
	cbor_put_array(out, p->blob_count);
	for (size_t i = 0; i < p->blob_count; i++) {
		cbor_put_array(out, 3);
		cbor_put_bytes(out, p->blobs[i].id, KEYS_HASH);
		cbor_put_unsigned(out, p->blobs[i].size);
		cbor_put_bytes(out, p->blobs[i].key, KEYS_SYMMETRIC);
	}
	return out->err;
}

enum err keys_pack_decode(const void *data, size_t len, struct keys_pack *out)
{
	struct cbor c = cbor_init(data, len);

	memset(out, 0, sizeof *out);
	keys_item_array(&c, 3);
	keys_item_text(&c, out->id, sizeof out->id - 1);
	keys_item_text(&c, out->version, sizeof out->version - 1);
	out->blob_count = cbor_array(&c, LIMIT_PACK_BLOBS);
	keys_item_expect(&c, out->blob_count > 0);
	for (size_t i = 0; i < out->blob_count; i++) {
		keys_item_array(&c, 3);
		keys_item_bytes(&c, out->blobs[i].id, KEYS_HASH);
		out->blobs[i].size = keys_item_number(&c, LIMIT_BLOB);
		keys_item_bytes(&c, out->blobs[i].key, KEYS_SYMMETRIC);
	}
	return end(&c, "PACK");
}

/* ---- erasures ---- */

enum err keys_erase_encode(const struct keys_erase *x, struct buf *out)
{
	cbor_put_array(out, 2);
	cbor_put_array(out, x->count);
	for (size_t i = 0; i < x->count; i++) {
		cbor_put_array(out, 2);
		cbor_put_bytes(out, x->at[i].ref, EVENT_REF);
		cbor_put_unsigned(out, x->at[i].level);
	}
	cbor_put_text(out, x->reason);
	return out->err;
}

enum err keys_erase_decode(const void *data, size_t len, struct keys_erase *out)
{
	struct cbor c = cbor_init(data, len);
	enum err e;

	memset(out, 0, sizeof *out);
	keys_item_array(&c, 2);
	out->count = cbor_array(&c, KEYS_ERASURES);
	if (!(out->at = room(&c, out->count, sizeof *out->at)))
		out->count = 0;
	for (size_t i = 0; i < out->count; i++) {
		keys_item_array(&c, 2);
		keys_item_bytes(&c, out->at[i].ref, EVENT_REF);
		out->at[i].level = (uint8_t)keys_item_number(&c, 2);
		keys_item_expect(&c, out->at[i].level > 0);
	}
	keys_item_text(&c, out->reason, KEYS_REASON_MAX);
	if ((e = end(&c, "ERASE")))
		keys_erase_clear(out);
	return e;
}

void keys_erase_clear(struct keys_erase *x)
{
	free(x->at);
	memset(x, 0, sizeof *x);
}

/* ---- scope keys ---- */

enum err keys_scope_key_encode(const struct keys_scope_key *k, struct buf *out)
{
	cbor_put_array(out, 5);
	keys_item_put_scope(out, &k->scope);
	cbor_put_unsigned(out, k->purpose);
	cbor_put_unsigned(out, k->version);
	cbor_put_bytes(out, k->pk, KEYS_PK);
	cbor_put_array(out, k->member_count);
	for (size_t i = 0; i < k->member_count; i++) {
		cbor_put_array(out, 2);
		cbor_put_bytes(out, k->members[i].writer, KEYS_WRITER);
		cbor_put_bytes(out, k->members[i].sealed, KEYS_SEALED_SECRET);
	}
	return out->err;
}

enum err keys_scope_key_decode(const void *data, size_t len, struct keys_scope_key *out)
{
	struct cbor c = cbor_init(data, len);
	enum err e;

	memset(out, 0, sizeof *out);
	keys_item_array(&c, 5);
	keys_item_scope(&c, &out->scope);
	out->purpose = (enum keys_purpose)keys_item_number(&c, KEYS_SCOPE_CONFIDENTIAL);
	out->version = (uint32_t)keys_item_number(&c, UINT32_MAX);
	keys_item_bytes(&c, out->pk, KEYS_PK);
	out->member_count = cbor_array(&c, KEYS_MEMBERS);
	if (!(out->members = room(&c, out->member_count, sizeof *out->members)))
		out->member_count = 0;
	for (size_t i = 0; i < out->member_count; i++) {
		keys_item_array(&c, 2);
		keys_item_bytes(&c, out->members[i].writer, KEYS_WRITER);
		keys_item_bytes(&c, out->members[i].sealed, KEYS_SEALED_SECRET);
	}
	if ((e = end(&c, "SCOPEKEY")))
		keys_scope_key_clear(out);
	return e;
}

void keys_scope_key_clear(struct keys_scope_key *k)
{
	free(k->members);
	memset(k, 0, sizeof *k);
}

static enum err seal_to_members(const uint8_t secret[KEYS_SYMMETRIC], const struct keys_public *members, struct keys_scope_key *k)
{
	for (size_t i = 0; i < k->member_count; i++) {
		memcpy(k->members[i].writer, members[i].writer, KEYS_WRITER);
		if (!keys_send(members[i].box, secret, KEYS_SYMMETRIC, k->members[i].sealed))
			return err_set(ERR_FORMAT, _("第 %zu 个成员的公钥不能用"), i + 1);
	}
	return ERR_OK;
}

enum err keys_scope_key_make(const struct event_scope *scope, enum keys_purpose purpose, uint32_t version,
                             const struct keys_public *members, size_t n, struct keys_scope_key *out)
{
	uint8_t *secret = sodium_malloc(KEYS_SYMMETRIC);
	enum err e;

	*out = (struct keys_scope_key){ .scope = *scope, .purpose = purpose, .version = version, .member_count = n };
	out->members = calloc(n ? n : 1, sizeof *out->members);
	if (n > KEYS_MEMBERS)
		e = err_set(ERR_LIMIT, _("一个范围最多 %d 人"), KEYS_MEMBERS);
	else if (!secret || !out->members)
		e = err_set(ERR_NOMEM, "scope key");
	else if (!(e = fs_random(secret, KEYS_SYMMETRIC))) {
		crypto_scalarmult_base(out->pk, secret);
		e = seal_to_members(secret, members, out);
	}
	sodium_free(secret);
	if (e)
		keys_scope_key_clear(out);
	return e;
}

enum err keys_scope_key_admit(const struct keys_ring *ring, const struct keys_scope_key *key, const struct keys_public *members, size_t n, struct keys_scope_key *out)
{
	uint8_t id[KEYS_ID];
	bool shared = true;

	*out = (struct keys_scope_key){ .scope = key->scope, .purpose = key->purpose, .version = key->version, .member_count = n };
	memcpy(out->pk, key->pk, KEYS_PK);
	if (!(out->members = calloc(n ? n : 1, sizeof *out->members)))
		return err_set(ERR_NOMEM, "scope key");
	keys_box_id(key->pk, id);
	for (size_t i = 0; shared && i < n; i++) {
		memcpy(out->members[i].writer, members[i].writer, KEYS_WRITER);
		shared = keys_ring_share(ring, id, members[i].box, out->members[i].sealed);
	}
	if (shared)
		return ERR_OK;
	keys_scope_key_clear(out);
	return err_set(ERR_DENIED, _("没有这个范围的钥匙, 不能转给别人"));
}

/* ---- manifests and roots ---- */

enum err keys_manifest_encode(const struct keys_listed *at, size_t count, struct buf *out)
{
	cbor_put_array(out, count);
	for (size_t i = 0; i < count; i++) {
		cbor_put_array(out, 3);
		cbor_put_text(out, at[i].name);
		cbor_put_text(out, at[i].version);
		cbor_put_bytes(out, at[i].hash, KEYS_HASH);
	}
	return out->err;
}

enum err keys_manifest_decode(const void *data, size_t len, struct keys_listed *at, size_t max, size_t *count)
{
	struct cbor c = cbor_init(data, len);

	*count = cbor_array(&c, max);
	for (size_t i = 0; i < *count; i++) {
		keys_item_array(&c, 3);
		keys_item_text(&c, at[i].name, sizeof at[i].name - 1);
		keys_item_text(&c, at[i].version, sizeof at[i].version - 1);
		keys_item_bytes(&c, at[i].hash, KEYS_HASH);
	}
	return end(&c, "MANIFEST");
}

enum err keys_root_payload(const void *doc, size_t len, struct buf *out)
{
	cbor_put_bytes(out, doc, len);
	return out->err;
}

enum err keys_root_payload_decode(const void *data, size_t len, const uint8_t **doc, size_t *doc_len)
{
	struct cbor c = cbor_init(data, len);

	*doc = cbor_bytes(&c, doc_len);
	return end(&c, "ROOT");
}
