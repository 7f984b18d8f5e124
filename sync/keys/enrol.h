/* enrol.h - how a device becomes a writer of a township, by files. sync/bundle/FORMAT.md, "Enrolment".
 *
 *     device:   request  "XCQ1" ‖ CBOR [sign key, box key, nonce 16, name, label] ‖ signature 64      nothing is recorded before
 *     staff:    reads the request, compares twenty digits with the worker by voice, issues a certificate
 *     staff:    grant    "XCG1" ‖ count u8 ‖ {length u16 ‖ root}… ‖ an XCB1 bundle sealed to the new box key
 *     device:   believes the roots only after the worker has typed the township's code (root.h)
 */
#ifndef SYNC_KEYS_ENROL_H
#define SYNC_KEYS_ENROL_H

#include "sync/keys/root.h"

enum { KEYS_DIGITS = 24, KEYS_REQUEST_MAX = 512 };

struct keys_request { struct keys_public id; char name[KEYS_NAME_MAX + 1]; char label[33]; };

enum err keys_request_make(const struct keys_identity *id, const char *name, const char *label, struct buf *out);

/* Check a request and take it apart. ERR_FORMAT, ERR_SIGNATURE (who asks must hold the key). */
enum err keys_request_read(const void *data, size_t len, struct keys_request *out);

/* The twenty digits of a request: BLAKE2b-256 of all its bytes mod 10^20, as "ddddd ddddd ddddd ddddd". */
void keys_request_digits(const void *data, size_t len, char out[KEYS_DIGITS]);

/* A grant of these roots and this bundle. */
enum err keys_grant_make(const struct keys_roots *roots, const void *bundle, size_t len, struct buf *out);

/* Take a grant apart: the chain (checked; not yet believed) and the bundle, borrowed from `data`. */
enum err keys_grant_read(const void *data, size_t len, struct keys_roots *roots, const uint8_t **bundle, size_t *bundle_len);

#endif
