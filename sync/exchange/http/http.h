/* http.h - the way to the township over a bad network: the only includer of <curl/curl.h>.
 *
 * Bundles go up by tus 1.0.0 (https://tus.io) in slices of 2-64 KiB that aim at six seconds each, so a cut costs one slice;
 * their id makes the URL, so a resume needs no memory. Downloads resume by Range. An answer counts only when it is the
 * township's: a captive portal's "200 OK" lacks the Tus-Resumable or Xuncha header and is refused by that name. Redirects are
 * not followed. Nothing here decides that something was delivered: only a receipt that verifies does. One thread at a time.
 */
#ifndef SYNC_EXCHANGE_HTTP_HTTP_H
#define SYNC_EXCHANGE_HTTP_HTTP_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	HTTP_SLICE_MIN = 2048, HTTP_SLICE_MAX = 65536, HTTP_SLICE_SECONDS = 6, HTTP_HEADER_MAX = 8192,
	HTTP_CONNECT_SECONDS = 30, HTTP_STALL_SECONDS = 60
};

struct http;

/* `base` is "http://host:port" or "https://…", without a path. ERR_FORMAT for anything else. */
enum err http_open(const char *base, struct http **out);
void http_close(struct http *h);

/* Called after every slice; returning false stops with ERR_BUSY (what was sent stays). */
typedef bool (*http_progress)(void *user, uint64_t done, uint64_t total);

/* Send one file under its id (64 hex digits), from wherever the other side stands. ERR_OK: all bytes are there, nothing
 * more. ERR_IO: no way through just now, the detail says why in plain words; ERR_UNKNOWN: the township does not know the
 * sealer; ERR_LIMIT: it takes no more today. */
enum err http_send(struct http *h, const char *id, const void *data, size_t len, http_progress progress, void *user);

/* GET a path ("/v1/r/<id>"); at most `max` bytes. What `out` holds already, from the call before, is kept and continued by
 * Range, or replaced when the township's answer is another one by now. After ERR_IO `out` holds what came. ERR_NOTFOUND: the
 * township has nothing under that name (yet). */
enum err http_fetch(struct http *h, const char *path, size_t max, struct buf *out);

/* POST a small body and get the answer (enrolment). */
enum err http_post(struct http *h, const char *path, const void *data, size_t len, size_t max, struct buf *out);

/* Seconds to wait after `failures` failures in a row: 5 s doubling to 30 min, with up to a quarter of chance. */
uint32_t http_backoff(uint32_t failures);

/* Bytes of body sent so far, those that were lost on the way included; the largest slice so far. */
uint64_t http_sent(const struct http *h);
size_t http_slice(const struct http *h);

/* The township's tick as its last answer told it, unsigned: a reason to ask, never to believe. */
uint64_t http_tick(const struct http *h);

/* How long to wait for a connection and for a sign of life, instead of HTTP_CONNECT_SECONDS and HTTP_STALL_SECONDS. */
void http_patience(struct http *h, uint32_t connect_seconds, uint32_t stall_seconds);

#endif
