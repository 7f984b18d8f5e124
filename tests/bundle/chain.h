/* chain.h - a log written by hand in memory, each event signed with its author's key: honest, or what no honest program would write. */
#ifndef TESTS_BUNDLE_CHAIN_H
#define TESTS_BUNDLE_CHAIN_H

#include "tests/tap.h"

#include "sync/bundle/segment.h"
#include "sync/keys/identity.h"

/* A log being written; the wire bytes of all its events, each with its signature. */
struct chain {
	const struct keys_identity *author;
	struct event_log_id id;
	struct event_base base;
	uint64_t seq;
	uint8_t hash[EVENT_HASH], signature[EVENT_SIGNATURE];
	struct buf wire;
};

void chain_start(struct chain *c, const struct keys_identity *author, const struct event_scope *scope, uint64_t epoch);
void chain_clear(struct chain *c);

/* Append an event of this kind with this public payload, signed. `answers` may be NULL. */
void chain_add(struct chain *c, uint16_t kind, const struct buf *payload, const struct buf *answers);

/* The same of any event: chain_event() gives the next one of an honest clock, to be filled and spoilt; chain_put() signs and appends it. */
struct event chain_event(const struct chain *c, uint16_t kind);
enum err chain_put(struct chain *c, const struct event *e);

/* Append `n` small submits that look like the work of a day. */
void chain_work(struct chain *c, unsigned n);

/* The whole log as one segment; borrows from the chain. */
struct log_segment chain_segment(const struct chain *c, uint32_t count);

#endif
