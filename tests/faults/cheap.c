/* What is dear and is not what is tried here costs little where worlds are simulated and thousands of damaged files opened: the work of a
 * PIN, guarded pages around a key, the last hundredth that a bundle could be smaller, a good signature verified for the hundredth time.
 * These cover the libraries' own. */
#define _GNU_SOURCE
#include "config.h"

#include <dlfcn.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* Whatever goes in goes into the key, as in the real one. */
int crypto_pwhash(unsigned char *const out, unsigned long long out_len, const char *const pin, unsigned long long pin_len, const unsigned char *const salt,
                  unsigned long long ops, size_t mem, int algorithm)
{
	const unsigned long long work[] = { ops, mem, (unsigned long long)algorithm };
	crypto_generichash_state s;

	if (ops < crypto_pwhash_OPSLIMIT_MIN || ops > crypto_pwhash_OPSLIMIT_MAX || mem < crypto_pwhash_MEMLIMIT_MIN || mem > crypto_pwhash_MEMLIMIT_MAX)
		return -1;
	crypto_generichash_init(&s, salt, crypto_pwhash_SALTBYTES, (size_t)out_len);
	crypto_generichash_update(&s, (const unsigned char *)work, sizeof work);
	crypto_generichash_update(&s, (const unsigned char *)pin, pin_len);
	return crypto_generichash_final(&s, out, (size_t)out_len);
}

void *sodium_malloc(const size_t size)
{
	unsigned char *p = malloc(size ? size : 1);

	return p ? memset(p, 0xdb, size) : NULL;        /* garbage, as in the real one */
}

void *sodium_allocarray(size_t count, size_t size)
{
	return count && size > SIZE_MAX / count ? NULL : sodium_malloc(count * size);
}

void sodium_free(void *p)
{
	free(p);
}

int sodium_mprotect_noaccess(void *p)
{
	(void)p;
	return 0;
}

int sodium_mprotect_readonly(void *p)
{
	return sodium_mprotect_noaccess(p);
}

int sodium_mprotect_readwrite(void *p)
{
	return sodium_mprotect_noaccess(p);
}

/* Good signatures met before, by a hash of signature, key and message; what was never met, or was bad, is verified. */
enum { MET = 1 << 15, MET_HASH = 16 };
static unsigned char met[MET][MET_HASH];

int crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message, unsigned long long len, const unsigned char *pk)
{
	static int (*verify)(const unsigned char *, const unsigned char *, unsigned long long, const unsigned char *);
	crypto_generichash_state s;
	unsigned char hash[MET_HASH], *seen;

	if (!verify)
		verify = (int (*)(const unsigned char *, const unsigned char *, unsigned long long, const unsigned char *))(uintptr_t)dlsym(RTLD_NEXT, "crypto_sign_verify_detached");
	crypto_generichash_init(&s, NULL, 0, sizeof hash);
	crypto_generichash_update(&s, signature, crypto_sign_BYTES);
	crypto_generichash_update(&s, pk, crypto_sign_PUBLICKEYBYTES);
	crypto_generichash_update(&s, message, len);
	crypto_generichash_final(&s, hash, sizeof hash);
	seen = met[(hash[0] | hash[1] << 8) % MET];
	if (!memcmp(seen, hash, sizeof hash))
		return 0;
	if (verify(signature, message, len, pk))
		return -1;
	memcpy(seen, hash, sizeof hash);
	return 0;
}

size_t ZSTD_CCtx_setParameter(ZSTD_CCtx *c, ZSTD_cParameter what, int value)
{
	static size_t (*set)(ZSTD_CCtx *, ZSTD_cParameter, int);

	if (!set)
		set = (size_t (*)(ZSTD_CCtx *, ZSTD_cParameter, int))(uintptr_t)dlsym(RTLD_NEXT, "ZSTD_CCtx_setParameter");
	return set(c, what, what == ZSTD_c_compressionLevel ? 1 : value);
}
