/* world.h - profiles of invented workers in a directory of their own, for tests. */
#ifndef TESTS_LEDGER_WORLD_H
#define TESTS_LEDGER_WORLD_H

#include "sync/keys/identity.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"

/* A fresh directory, removed at exit. "NAME" inside it through world_path(). */
const char *world_path(const char *name);
void world_remove(const char *name);                    /* a closed profile, before the end */

/* A worker whose secrets are always the same for the same number; `dbk` workers of one device share a store key. */
struct keys_identity *world_identity(int number, int device);

/* Make, open and unlock the profile NAME for a worker; a profile that is there is only opened. */
enum err world_open(const char *name, bool office, int worker, struct profile **out);

/* Copy a closed profile's place to a backup of it: nothing tells that one apart then, as the image of a disk would be. */
enum err world_take_seat(const char *to, const char *from);
/* The open profile NAME becomes FIRST, and a copy that does not know it is one opens as NAME: the two, open. */
enum err world_twin(const char *name, const char *first, int worker, struct profile **p, struct profile **twin);

/* Append one event with a text as its public part and, when given, answers and a private part. */
enum err world_append(struct profile *p, const struct event_scope *scope, const char *text, const char *answers, const char *secret, uint8_t ref[EVENT_REF]);

/* Texts of all events of the store in log order, EPOCH_START as "*N" with its reason, one blank between. */
const char *world_texts(struct profile *p);

/* The event's public text; "" for none. */
const char *world_text(const struct event *e);

/* Everything of one log of `from` to `to`, in segments of at most `max` events from `first` on, as if by bundle. */
enum err world_send(struct profile *from, struct profile *to, const struct event_log_id *id, uint64_t first, uint32_t max, struct log_result *result);

/* The same of one branch of a log that is split; NULL: any. */
enum err world_send_branch(struct profile *from, struct profile *to, const struct event_log_id *id, const struct log_range *branch, uint64_t first, uint32_t max,
                           struct log_result *result);

/* The one log of a store that has only one (the newest otherwise). */
struct event_log_id world_log(struct profile *p);

#endif
