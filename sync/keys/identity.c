#include "config.h"
#include "sync/keys/identity.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"

#include <string.h>
#include <sys/resource.h>

struct keys_identity {
	struct keys_public id;
	uint8_t secret[KEYS_SECRET];                      /* sign seed, box secret, store key */
	uint8_t sign[crypto_sign_SECRETKEYBYTES];
};

static const char *random_name(void)
{
	return "xuncha";
}

/* libsodium has no way to hear of a failure here; its own source does not fail once the system has started. */
static void random_buf(void *const data, const size_t len)
{
	if (fs_random(data, len))
		randombytes_sysrandom_implementation.buf(data, len);
}

static uint32_t random_word(void)
{
	uint32_t n;

	random_buf(&n, sizeof n);
	return n;
}

static randombytes_implementation through_the_seam = {
	.implementation_name = random_name, .random = random_word, .buf = random_buf,
};

enum err keys_start(void)
{
	static const struct rlimit none = { 0, 0 };

	randombytes_set_implementation(&through_the_seam);
	if (sodium_init() < 0)
		return err_set(ERR_IO, _("加密库 (libsodium) 不能启动"));
	setrlimit(RLIMIT_CORE, &none);
	return ERR_OK;
}

enum err keys_identity_from(const uint8_t secret[KEYS_SECRET], struct keys_identity **out)
{
	struct keys_identity *id = sodium_malloc(sizeof *id);

	*out = NULL;
	if (!id)
		return err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
	memcpy(id->secret, secret, KEYS_SECRET);
	crypto_sign_seed_keypair(id->id.sign, id->sign, id->secret);
	crypto_scalarmult_base(id->id.box, id->secret + 32);
	keys_writer_id(id->id.sign, id->id.writer);
	sodium_mprotect_readonly(id);
	*out = id;
	return ERR_OK;
}

enum err keys_identity_new(const uint8_t dbk[KEYS_SYMMETRIC], struct keys_identity **out)
{
	uint8_t *secret = sodium_malloc(KEYS_SECRET);
	enum err e;

	*out = NULL;
	if (!secret)
		return err_set(ERR_NOMEM, _("没有受保护的内存可放密钥"));
	if (!(e = fs_random(secret, KEYS_SECRET))) {
		if (dbk)
			memcpy(secret + 64, dbk, KEYS_SYMMETRIC);
		e = keys_identity_from(secret, out);
	}
	sodium_free(secret);
	return e;
}

void keys_identity_free(struct keys_identity *id)
{
	sodium_free(id);
}

char *keys_secret_new(size_t len)
{
	char *secret = sodium_malloc(len);

	if (secret)
		memset(secret, 0, len);
	return secret;
}

void keys_secret_free(char *secret)
{
	sodium_free(secret);
}

const uint8_t *keys_identity_secret(const struct keys_identity *id)     { return id->secret; }
const uint8_t *keys_identity_dbk(const struct keys_identity *id)        { return id->secret + 64; }
const struct keys_public *keys_identity_public(const struct keys_identity *id) { return &id->id; }

void keys_sign(const struct keys_identity *id, const void *message, size_t len, uint8_t signature[KEYS_SIGNATURE])
{
	crypto_sign_detached(signature, NULL, message, len, id->sign);
}

bool keys_verify(const uint8_t sign_pk[KEYS_PK], const void *message, size_t len, const uint8_t signature[KEYS_SIGNATURE])
{
	return !crypto_sign_verify_detached(signature, message, len, sign_pk);
}

bool keys_send(const uint8_t box_pk[KEYS_PK], const void *plain, size_t len, uint8_t *out)
{
	return !crypto_box_seal(out, plain, len, box_pk);
}

bool keys_receive(const struct keys_identity *id, const uint8_t *sealed, size_t len, uint8_t *out)
{
	return !crypto_box_seal_open(out, sealed, len, id->id.box, id->secret + 32);
}
