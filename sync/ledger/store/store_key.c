#include "config.h"
#include "sync/ledger/store/store_file.h"

#include <assert.h>
#include <string.h>

struct store_key store_key(void)
{
	return (struct store_key){ 0 };
}

void store_key_put(struct store_key *k, const void *data, size_t len)
{
	assert(len <= STORE_KEY_MAX - (size_t)k->len);
	if (len)
		memcpy(k->bytes + k->len, data, len);
	k->len = (uint8_t)(k->len + len);
}

static void put_number(struct store_key *k, uint64_t n, int bytes)
{
	uint8_t b[8];

	for (int i = 0; i < bytes; i++)
		b[i] = (uint8_t)(n >> (8 * (bytes - 1 - i)));
	store_key_put(k, b, (size_t)bytes);
}

void store_key_u8(struct store_key *k, uint8_t n)   { put_number(k, n, 1); }
void store_key_u16(struct store_key *k, uint16_t n) { put_number(k, n, 2); }
void store_key_u32(struct store_key *k, uint32_t n) { put_number(k, n, 4); }
void store_key_u64(struct store_key *k, uint64_t n) { put_number(k, n, 8); }

bool store_key_after(struct store_key *k)
{
	while (k->len && k->bytes[k->len - 1] == 0xff)
		k->len--;
	if (k->len)
		k->bytes[k->len - 1]++;
	return k->len > 0;
}
