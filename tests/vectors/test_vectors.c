/* Published answers, to notice a library that has changed under us; not to test cryptography again. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/cbor.h"
#include "sync/keys/box.h"

#include <stdlib.h>

static size_t unhex(const char *hex, uint8_t *out)
{
	size_t n = strlen(hex) / 2;

	assert_true(keys_unhex(hex, n, out));
	return n;
}

static void assert_hex(const uint8_t *data, size_t len, const char *hex)
{
	char got[512];

	assert_true(2 * len < sizeof got);
	keys_hex(data, len, got);
	assert_string_equal(got, hex);
}

/* RFC 8032 section 7.1, tests 1 to 3. */
static void ed25519_answers_as_rfc_8032_says(void **state)
{
	static const struct { const char *seed, *pk, *message, *signature; } v[] = {
		{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
		{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
		{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		  "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		uint8_t secret[KEYS_SECRET] = { 0 }, message[8], signature[KEYS_SIGNATURE];
		struct keys_identity *id;
		size_t n = unhex(v[i].message, message);

		unhex(v[i].seed, secret);
		assert_ok(keys_identity_from(secret, &id));
		assert_hex(keys_identity_public(id)->sign, KEYS_PK, v[i].pk);
		keys_sign(id, message, n, signature);
		assert_hex(signature, sizeof signature, v[i].signature);
		assert_true(keys_verify(keys_identity_public(id)->sign, message, n, signature));
		signature[63] ^= 0x20;
		assert_false(keys_verify(keys_identity_public(id)->sign, message, n, signature));
		keys_identity_free(id);
	}
}

/* s + L for s of test 1 is the same number mod L: such a second signature of one message must not verify (RFC 8032
 * section 5.1.7), nor must a key of small order. */
static void ed25519_has_one_signature_for_a_message(void **state)
{
	uint8_t pk[32], signature[64], zero_pk[32] = { 1 }, zero_signature[64] = { 1 };

	(void)state;
	unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", pk);
	unhex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901554c8c7872aa064e049dbb3013fbf29380d25bf5f0595bbe24655141438e7a101b", signature);
	assert_false(keys_verify(pk, "", 0, signature));
	assert_false(keys_verify(zero_pk, "", 0, zero_signature));
}

/* RFC 7748 section 5.2. */
static void x25519_answers_as_rfc_7748_says(void **state)
{
	uint8_t scalar[32], point[32], out[32], low[32] = { 0 }, sealed[KEYS_SEALED + 1];

	(void)state;
	unhex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", scalar);
	unhex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c", point);
	assert_int_equal(crypto_scalarmult(out, scalar, point), 0);
	assert_hex(out, sizeof out, "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
	assert_false(keys_send(low, "x", 1, sealed));
}

/* RFC 7693 appendix A, and the 256-bit hash of the same message. */
static void blake2b_answers_as_rfc_7693_says(void **state)
{
	uint8_t out[64];

	(void)state;
	crypto_generichash(out, 64, (const uint8_t *)"abc", 3, NULL, 0);
	assert_hex(out, 64, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
	keys_hash("abc", 3, out);
	assert_hex(out, 32, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
	keys_hash(NULL, 0, out);
	assert_hex(out, 32, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

/* RFC 8439 section 2.8.2 for the cipher; draft-irtf-cfrg-xchacha-03 appendix A.3.1 for its extended nonce. */
static void chacha20_poly1305_answers_as_published(void **state)
{
	static const char text[] = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
	uint8_t key[32], nonce[24], ad[12], box[24 + sizeof text - 1 + 16], plain[sizeof text];

	(void)state;
	unhex("50515253c0c1c2c3c4c5c6c7", ad);
	unhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", key);
	unhex("070000004041424344454647", nonce);
	crypto_aead_chacha20poly1305_ietf_encrypt(box, NULL, (const uint8_t *)text, sizeof text - 1, ad, sizeof ad, NULL, nonce, key);
	assert_hex(box, 16, "d31a8d34648e60db7b86afbc53ef7ec2");
	assert_hex(box + sizeof text - 1, 16, "1ae10b594f09e26a7e902ecbd0600691");
	unhex("404142434445464748494a4b4c4d4e4f5051525354555657", nonce);
	memcpy(box, nonce, 24);
	crypto_aead_xchacha20poly1305_ietf_encrypt(box + 24, NULL, (const uint8_t *)text, sizeof text - 1, ad, sizeof ad, NULL, nonce, key);
	assert_hex(box + 24, 16, "bd6d179d3e83d43b9576579493c0e939");
	assert_hex(box + 24 + sizeof text - 1, 16, "c0875924c1c7987947deafd8780acf49");
	assert_ok(keys_box_open(key, (struct keys_ad){ ad, sizeof ad }, box, sizeof box, plain));
	assert_memory_equal(plain, text, sizeof text - 1);
}

/* The reference implementation's own test of Argon2id version 1.3 (RFC 9106), as an encoded hash. */
static void argon2id_answers_as_the_reference_does(void **state)
{
	static const char hash[crypto_pwhash_STRBYTES] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

	(void)state;
	assert_int_equal(crypto_pwhash_str_verify(hash, "password", 8), 0);
	assert_int_not_equal(crypto_pwhash_str_verify(hash, "passwore", 8), 0);
}

/* RFC 8949 appendix A: what of it is deterministic and within our subset passes, everything else is refused. */
static void cbor_takes_the_deterministic_half_of_rfc_8949_and_no_more(void **state)
{
	static const char *const good[] = {
		"00", "01", "0a", "17", "1818", "1819", "1864", "1903e8", "1a000f4240", "1b000000e8d4a51000", "1bffffffffffffffff",
		"20", "29", "3863", "3903e7", "3bffffffffffffffff", "40", "4401020304", "60", "6161", "6449455446", "62225c", "62c3bc",
		"63e6b0b4", "64f0908591", "80", "83010203", "8301820203820405",
		"98190102030405060708090a0b0c0d0e0f101112131415161718181819", "a0", "a201020304", "f4", "f5", "f6",
	}, *const bad[] = {
		"f90000", "f98000", "f93c00", "fb3ff199999999999a", "fa47c35000", "f97c00", "f97e00", "fa7f800000", "fb7ff0000000000000",
		"f7", "f0", "f818", "f8ff", "c074323031332d30332d32315432303a30343a30305a", "c11a514b67b0", "d74401020304", "d818456449455446",
		"c249010000000000000000", "c349010000000000000000", "5f42010243030405ff", "7f657374726561646d696e67ff", "9fff", "9f018202039f0405ffff",
		"83018202039f0405ff", "bf61610161629f0203ffff", "a26161016162820203", "826161a161626163",
		/* section 4.2.1: longer forms, order, repeats; section 3: not well-formed */
		"1800", "1817", "190000", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3800", "5800", "7800", "9800", "b800",
		"a203040102", "a201020103", "1c", "1d", "1e", "1f", "18", "19", "41", "61", "81", "8200", "a1", "a100", "ff", "0000", "",
		"61ff", "62c328", "63eda080", "64f4908080", "62c080",
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		uint8_t b[64];

		assert_ok(cbor_check(b, unhex(good[i], b)));
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint8_t b[64], *exact;
		size_t n = unhex(bad[i], b);

		exact = malloc(n ? n : 1);
		memcpy(exact, b, n);
		if (cbor_check(exact, n) != ERR_FORMAT)
			print_message("# %s\n", bad[i]);
		assert_err(cbor_check(exact, n), ERR_FORMAT);
		free(exact);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ed25519_answers_as_rfc_8032_says),
		cmocka_unit_test(ed25519_has_one_signature_for_a_message),
		cmocka_unit_test(x25519_answers_as_rfc_7748_says),
		cmocka_unit_test(blake2b_answers_as_rfc_7693_says),
		cmocka_unit_test(chacha20_poly1305_answers_as_published),
		cmocka_unit_test(argon2id_answers_as_the_reference_does),
		cmocka_unit_test(cbor_takes_the_deterministic_half_of_rfc_8949_and_no_more),
	};

	return keys_start() ? 1 : TAP_RUN(tests);
}
