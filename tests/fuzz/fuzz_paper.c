/* Root documents, requests, grants, receipts: what travels in clear. The magic says which. */
#include "config.h"
#include "sync/bundle/receipt.h"
#include "sync/keys/enrol.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void try_roots(const uint8_t *data, size_t len)
{
	struct keys_roots roots = { 0 };
	struct buf again = { 0 };

	if (!keys_roots_add_all(&roots, data, len) && roots.count) {
		keys_roots_put(&roots, 0, &again);
		if (again.len > len)
			abort();
	}
	keys_roots_clear(&roots);
	buf_clear(&again);
}

static void try_grant(const uint8_t *data, size_t len)
{
	struct keys_roots roots = { 0 };
	const uint8_t *bundle;
	size_t n;

	if (!keys_grant_read(data, len, &roots, &bundle, &n) && (n > len || bundle + n != data + len))
		abort();
	keys_roots_clear(&roots);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct keys_roots none;
	struct keys_request request;
	struct receipt *r = malloc(sizeof *r);

	if (r && !receipt_read(data, len, &none, r))
		abort();                                  /* without a township no receipt counts */
	free(r);
	if (!keys_request_read(data, len, &request) && strlen(request.name) > KEYS_NAME_MAX)
		abort();
	try_roots(data, len);
	try_grant(data, len);
	return 0;
}
