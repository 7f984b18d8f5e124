/* Payloads of T's events. What decodes, encodes to the same bytes: there is one way to say a thing. */
#include "config.h"
#include "sync/keys/authority.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void same(struct buf *again, const uint8_t *data, size_t len)
{
	if (again->len != len || memcmp(again->data, data, len))
		abort();
	buf_reset(again);
}

static void try_lists(const uint8_t *data, size_t len, struct buf *again)
{
	struct keys_revoke revoke;
	struct keys_erase erase;
	struct keys_scope_key key;

	if (!keys_revoke_decode(data, len, &revoke)) {
		keys_revoke_encode(&revoke, again);
		same(again, data, len);
		keys_revoke_clear(&revoke);
	}
	if (!keys_erase_decode(data, len, &erase)) {
		keys_erase_encode(&erase, again);
		same(again, data, len);
		keys_erase_clear(&erase);
	}
	if (!keys_scope_key_decode(data, len, &key)) {
		keys_scope_key_encode(&key, again);
		same(again, data, len);
		keys_scope_key_clear(&key);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct keys_cert cert;
	struct keys_pack pack;
	struct keys_listed listed[16];
	struct buf again = { 0 };
	const uint8_t *doc;
	size_t n;

	if (!keys_cert_decode(data, len, &cert)) {
		keys_cert_encode(&cert, &again);
		same(&again, data, len);
	}
	if (!keys_pack_decode(data, len, &pack)) {
		keys_pack_encode(&pack, &again);
		same(&again, data, len);
	}
	if (!keys_manifest_decode(data, len, listed, 16, &n)) {
		keys_manifest_encode(listed, n, &again);
		same(&again, data, len);
	}
	if (!keys_root_payload_decode(data, len, &doc, &n)) {
		keys_root_payload(doc, n, &again);
		same(&again, data, len);
	}
	try_lists(data, len, &again);
	buf_clear(&again);
	return 0;
}
