#include "config.h"
#include "sync/keys/root.h"

#include "forms/base/i18n.h"
#include "sync/keys/item.h"

#include <stdlib.h>
#include <string.h>

enum { SIGNATURES_MAX = 2 * KEYS_ROOT_KEYS + 1 };

struct root_signatures { size_t count; struct { const uint8_t *pk, *signature; } at[SIGNATURES_MAX]; };

static void put_body(struct buf *b, const struct keys_root *r)
{
	cbor_put_array(b, 10);
	cbor_put_unsigned(b, r->version);
	cbor_put_unsigned(b, r->threshold);
	cbor_put_array(b, r->key_count);
	for (size_t i = 0; i < r->key_count; i++)
		cbor_put_bytes(b, r->keys[i], KEYS_PK);
	cbor_put_bytes(b, r->authority, KEYS_PK);
	cbor_put_array(b, 2);
	cbor_put_unsigned(b, r->box_version);
	cbor_put_bytes(b, r->box, KEYS_PK);
	cbor_put_array(b, 2);
	cbor_put_unsigned(b, r->receipt_version);
	cbor_put_bytes(b, r->receipt, KEYS_PK);
	cbor_put_bytes(b, r->recovery, KEYS_HASH);
	cbor_put_array(b, r->head_count);
	for (size_t i = 0; i < r->head_count; i++) {
		cbor_put_array(b, 3);
		cbor_put_unsigned(b, r->heads[i].epoch);
		cbor_put_unsigned(b, r->heads[i].seq);
		cbor_put_bytes(b, r->heads[i].hash, KEYS_HASH);
	}
	cbor_put_text(b, r->name);
	cbor_put_text(b, r->division);
}

static uint32_t versioned_key(struct cbor *c, uint8_t pk[KEYS_PK])
{
	uint32_t version;

	keys_item_array(c, 2);
	version = (uint32_t)keys_item_number(c, UINT32_MAX);
	keys_item_expect(c, version > 0);
	keys_item_bytes(c, pk, KEYS_PK);
	return version;
}

static void get_keys(struct cbor *c, struct keys_root *r)
{
	r->version = (uint32_t)keys_item_number(c, UINT32_MAX);
	r->threshold = (uint32_t)keys_item_number(c, KEYS_ROOT_KEYS);
	r->key_count = cbor_array(c, KEYS_ROOT_KEYS);
	keys_item_expect(c, r->version > 0 && r->threshold > 0 && r->threshold <= r->key_count);
	for (size_t i = 0; i < r->key_count; i++) {
		keys_item_bytes(c, r->keys[i], KEYS_PK);
		for (size_t j = 0; j < i; j++)              /* one key listed twice must not count twice */
			keys_item_expect(c, memcmp(r->keys[i], r->keys[j], KEYS_PK));
	}
	keys_item_bytes(c, r->authority, KEYS_PK);
	r->box_version = versioned_key(c, r->box);
	r->receipt_version = versioned_key(c, r->receipt);
	keys_item_bytes(c, r->recovery, KEYS_HASH);
}

static enum err get_body(const uint8_t *body, size_t len, struct keys_root *r)
{
	struct cbor c = cbor_init(body, len);

	memset(r, 0, sizeof *r);
	keys_item_array(&c, 10);
	get_keys(&c, r);
	r->head_count = cbor_array(&c, KEYS_ROOT_HEADS);
	for (size_t i = 0; i < r->head_count; i++) {
		keys_item_array(&c, 3);
		r->heads[i].epoch = cbor_unsigned(&c);
		r->heads[i].seq = cbor_unsigned(&c);
		keys_item_bytes(&c, r->heads[i].hash, KEYS_HASH);
	}
	keys_item_text(&c, r->name, KEYS_NAME_MAX);
	keys_item_text(&c, r->division, KEYS_DIVISION_MAX);
	return cbor_end(&c);
}

static void message(struct buf *b, const void *body, size_t len)
{
	buf_puts(b, "XC1 root");
	buf_put(b, body, len);
}

enum err keys_root_make(const struct keys_root *root, struct keys_identity *const *signers, size_t n, struct buf *out)
{
	struct buf body = { 0 }, m = { 0 };
	uint8_t signature[KEYS_SIGNATURE];
	size_t before = out->len;
	enum err e;

	put_body(&body, root);
	message(&m, body.data, body.len);
	if (!(e = body.err ? body.err : m.err)) {
		cbor_put_array(out, 2);
		cbor_put_bytes(out, body.data, body.len);
		cbor_put_array(out, n);
		for (size_t i = 0; i < n; i++) {
			keys_sign(signers[i], m.data, m.len, signature);
			cbor_put_array(out, 2);
			cbor_put_bytes(out, keys_identity_public(signers[i])->sign, KEYS_PK);
			cbor_put_bytes(out, signature, sizeof signature);
		}
		e = out->err;
	}
	if (!e && out->len - before > LIMIT_ROOT)
		e = err_set(ERR_LIMIT, _("根文件太大: %zu 字节, 上限 %d"), out->len - before, LIMIT_ROOT);
	buf_clear(&body);
	buf_clear(&m);
	return e;
}

void keys_recovery_hash(const uint8_t sign_pk[KEYS_PK], uint8_t out[KEYS_HASH])
{
	struct keys_hash h;

	keys_hash_start(&h, "XC1 recovery");
	keys_hash_add(&h, sign_pk, KEYS_PK);
	keys_hash_end(&h, out);
}

static bool signed_by(const struct root_signatures *s, const uint8_t pk[KEYS_PK], const struct buf *m)
{
	for (size_t i = 0; i < s->count; i++)
		if (!memcmp(s->at[i].pk, pk, KEYS_PK) && keys_verify(pk, m->data, m->len, s->at[i].signature))
			return true;
	return false;
}

/* Counts keys, not signatures: the same key signing twice is one. */
static bool threshold_met(const struct keys_root *r, const struct root_signatures *s, const struct buf *m)
{
	uint32_t good = 0;

	for (size_t i = 0; i < r->key_count; i++)
		good += signed_by(s, r->keys[i], m);
	return good >= r->threshold;
}

static bool recovered(const struct keys_root *r, const struct root_signatures *s, const struct buf *m)
{
	uint8_t hash[KEYS_HASH];

	for (size_t i = 0; i < s->count; i++) {
		keys_recovery_hash(s->at[i].pk, hash);
		if (!memcmp(hash, r->recovery, KEYS_HASH))
			return keys_verify(s->at[i].pk, m->data, m->len, s->at[i].signature);
	}
	return false;
}

struct opened { struct keys_root root; struct root_signatures signatures; const uint8_t *body; size_t len; };

static enum err open_document(const void *doc, size_t len, struct opened *o)
{
	struct cbor c = cbor_init(doc, len);
	enum err e;

	if (len > LIMIT_ROOT)
		return err_set(ERR_LIMIT, _("根文件太大: %zu 字节, 上限 %d"), len, LIMIT_ROOT);
	keys_item_array(&c, 2);
	o->body = cbor_bytes(&c, &o->len);
	o->signatures.count = cbor_array(&c, SIGNATURES_MAX);
	for (size_t i = 0; i < o->signatures.count; i++) {
		keys_item_array(&c, 2);
		o->signatures.at[i].pk = cbor_bytes_n(&c, KEYS_PK);
		o->signatures.at[i].signature = cbor_bytes_n(&c, KEYS_SIGNATURE);
	}
	if ((e = cbor_end(&c)) || (e = get_body(o->body, o->len, &o->root)))
		return err_set(e, _("根文件格式不对"));
	return ERR_OK;
}

/* `before` NULL: the first of the chain, which vouches for itself until a person has typed its code. */
static enum err check_signatures(const struct opened *o, const struct keys_root *before)
{
	struct buf m = { 0 };
	enum err e = ERR_OK;

	message(&m, o->body, o->len);
	if (m.err)
		e = m.err;
	else if (!threshold_met(&o->root, &o->signatures, &m))
		e = err_set(ERR_SIGNATURE, _("根文件 v%u: 它自己的签名不够"), o->root.version);
	else if (before && !threshold_met(before, &o->signatures, &m) && !recovered(before, &o->signatures, &m))
		e = err_set(ERR_SIGNATURE, _("根文件 v%u: 上一版的签名不够"), o->root.version);
	buf_clear(&m);
	return e;
}

static enum err append(struct keys_roots *r, const struct keys_root *root, const void *doc, size_t len)
{
	struct keys_root_doc *more;
	uint8_t *bytes;

	if (r->count == KEYS_ROOTS_KEPT)
		return err_set(ERR_LIMIT, _("根文件多于 %d 个"), KEYS_ROOTS_KEPT);
	if (!(more = realloc(r->at, (r->count + 1) * sizeof *more)))
		return err_set(ERR_NOMEM, "roots");
	r->at = more;
	if (!(bytes = malloc(len)))
		return err_set(ERR_NOMEM, "roots");
	memcpy(bytes, doc, len);
	r->at[r->count++] = (struct keys_root_doc){ .root = *root, .bytes = bytes, .len = len };
	return ERR_OK;
}

enum err keys_roots_add(struct keys_roots *r, const void *doc, size_t len)
{
	const struct keys_root *newest = keys_roots_newest(r);
	struct opened o;
	enum err e = open_document(doc, len, &o);

	if (e)
		return e;
	if (r->count && o.root.version < r->at[0].root.version)
		return ERR_OK;                              /* from before our enrolment: nothing follows from it */
	if (newest && o.root.version <= newest->version) {
		const struct keys_root_doc *have = &r->at[o.root.version - r->at[0].root.version];

		return have->len == len && !memcmp(have->bytes, doc, len) ? ERR_OK
		     : err_set(ERR_CONFLICT, _("根文件 v%u 与已有的不同: 有人伪造, 或来自别的乡镇"), o.root.version);
	}
	if (newest && o.root.version != newest->version + 1)
		return err_set(ERR_HELD, _("根文件 v%u 之前还缺 v%u"), o.root.version, newest->version + 1);
	if ((e = check_signatures(&o, newest)))
		return e;
	return append(r, &o.root, doc, len);
}

const struct keys_root *keys_roots_newest(const struct keys_roots *r)
{
	return r->count ? &r->at[r->count - 1].root : NULL;
}

bool keys_roots_speaks(const struct keys_roots *r, const uint8_t writer[KEYS_WRITER])
{
	const struct keys_root *root = keys_roots_newest(r);
	uint8_t id[KEYS_WRITER];

	if (!root)
		return false;
	keys_writer_id(root->receipt, id);
	if (!memcmp(id, writer, KEYS_WRITER))
		return true;
	keys_writer_id(root->authority, id);
	return !memcmp(id, writer, KEYS_WRITER);
}

bool keys_roots_receipts(const struct keys_roots *r, const uint8_t key[KEYS_ID])
{
	const struct keys_root *root = keys_roots_newest(r);
	uint8_t id[KEYS_ID];

	if (!root)
		return false;
	keys_box_id(root->receipt, id);
	return !memcmp(id, key, KEYS_ID);
}

void keys_roots_township(const struct keys_roots *r, uint8_t out[KEYS_TOWNSHIP])
{
	uint8_t hash[KEYS_HASH] = { 0 };

	if (r->count)
		keys_hash(r->at[0].bytes, r->at[0].len, hash);
	memcpy(out, hash, KEYS_TOWNSHIP);
}

void keys_roots_clear(struct keys_roots *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->at[i].bytes);
	free(r->at);
	*r = (struct keys_roots){ 0 };
}
