/* township.h - an invented township with the shipped pack: an office and devices that record and exchange. For tests. */
#ifndef TESTS_LEDGER_TOWNSHIP_H
#define TESTS_LEDGER_TOWNSHIP_H

#include "tests/tap.h"

#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/row.h"
#include "tests/ledger/world.h"

#define VILLAGE "990101100201"
#define OTHER_VILLAGE "990101100202"

struct township {
	struct profile *office;                           /* staff: writer 1, person p-zhou */
	struct keys_identity *authority;
	struct keys_roots roots;
};

void township_open(struct township *t);
void township_close(struct township *t);

/* The pack of forms/catalog, read once; keep it in a profile. */
const struct pack *township_pack(void);
const struct buf *township_pack_bytes(void);
void township_keep_pack(struct profile *p);

/* An event of T; the payload is cleared. */
void township_decree(struct township *t, uint16_t kind, struct buf *payload);

/* A device with one certified writer; `number` picks its keys. */
struct profile *township_device(struct township *t, const char *name, int number, const char *person, const char *label, uint32_t roles, const char *scope);
void township_certify(struct township *t, int number, bool office, const char *person, const char *label, uint32_t roles, const char *scope);
void township_revoke(struct township *t, int number, const struct event_log_id *log, uint64_t last, const uint8_t hash[EVENT_HASH]);

/* All that `from` holds and `to` lacks. */
void township_send(struct profile *from, struct profile *to);

/* Fill in and submit: answers as JSON with ' for ". */
enum err township_submit(struct profile *p, const char *form, const struct row_id *subject, const char *answers, struct row_id *made);

/* A field's shown text, by name; a static buffer. */
const char *township_value(struct profile *p, const struct row_id *id, const char *field);
uint32_t township_kinds(struct profile *p, const struct row_id *id, const char *field);
const char *township_digest(struct profile *p);

#endif
