/* enrol_online.h - enrolment through the township's server, which is believed for nothing but carrying. sync.md section 7.5.
 *
 * The request is on the disk before it is sent and stays the same until the device has other keys: so do its twenty digits, which
 * are reckoned here from what was written here, never taken from an answer. What the server gives back is a grant as a stick would
 * bring it; enrol_accept() believes it only with the township's code. Everything may be done again: it changes nothing there.
 */
#ifndef SYNC_EXCHANGE_TRUST_ENROL_ONLINE_H
#define SYNC_EXCHANGE_TRUST_ENROL_ONLINE_H

#include "forms/base/buf.h"

struct profile;

enum { ENROL_CONNECT_SECONDS = 15, ENROL_STALL_SECONDS = 30 };

/* The request of the unlocked writer that goes by network: the one made before, or one made and kept now. Appended to `out`. */
enum err enrol_online_request(struct profile *p, const char *name, struct buf *out);

/* Hand a request in. ERR_FORMAT: whoever answered did not take this request; else as http_post(). */
enum err enrol_online_ask(const char *url, const struct buf *request);

/* Fetch what the staff has granted on it. ERR_HELD: nothing yet; the request was handed in once more, in case it was lost.
 * ERR_FORMAT and others: what came is no grant, and is dropped. */
enum err enrol_online_fetch(const char *url, const struct buf *request, struct buf *grant);

#endif
