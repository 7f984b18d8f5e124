/* enrol_waiting.h - the staff's side of enrolment through the server: requests in enrol/, grants in grants/, both under the hash of
 * the request. xunchad puts the first there and serves the second, and can do no more: a request is chosen by the twenty digits
 * that its owner reads aloud, so one that was slipped in or changed on the way is never the one granted. */
#ifndef SYNC_EXCHANGE_TRUST_ENROL_WAITING_H
#define SYNC_EXCHANGE_TRUST_ENROL_WAITING_H

#include "sync/keys/enrol.h"

struct profile;

/* Borrowed in `each`; `when` ms, as the file system says. */
struct enrol_waiting { struct keys_request request; char digits[KEYS_DIGITS]; int64_t when; const struct buf *file; };

/* All that wait, until `each` returns not OK. What is enrolled by now, or no request, is passed over. */
enum err enrol_waiting_each(struct profile *p, enum err (*each)(void *user, const struct enrol_waiting *w), void *user);

/* Another number whenever one came or went; cheap. 0: nobody ever asked. */
int64_t enrol_waiting_stamp(struct profile *p);

/* The one with these digits (blanks do not count), appended to `out`; also of a device that is enrolled and asks once more, for its grant
 * is gone (enrol_again). ERR_NOTFOUND; ERR_FORMAT for other than twenty digits. */
enum err enrol_waiting_find(struct profile *p, const char *digits, struct buf *out);
bool enrol_waiting_is_digits(const char *text);

/* Was it handed in through the server? Only then is there somebody to fetch the grant. */
bool enrol_waiting_has(struct profile *p, const struct buf *request);

/* Lay the grant out to be fetched, and take the request from the list; with no grant only the latter. */
enum err enrol_waiting_answer(struct profile *p, const struct buf *request, const struct buf *grant);

/* Requests that nobody granted for so long go (a device that still wants to hands in its own whenever it looks for the grant), and grants
 * that lay here so long and whose device was heard of: one that never fetched its grant still can, but one that is granted again has
 * these days. Nothing goes by a clock that is in doubt. `now` in ms. */
enum { ENROL_WAITING_DAYS = 30 };
enum err enrol_waiting_expire(struct profile *p, int64_t now);

#endif
