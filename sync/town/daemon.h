/* daemon.h - the township's receiving daemon: HTTP in front, the same inbox as a stick behind.
 *
 *     POST /v1/b, HEAD and PATCH /v1/b/<id>, OPTIONS      bundles and attachments, by tus 1.0.0: core, creation, creation-with-upload, expiration
 *     GET  /v1/r/<id>                                     the receipt of a bundle or attachment, once it is durable
 *     GET  /v1/w/<writer>                                 a receipt for no bundle: all that is held of that writer, or of T
 *     GET  /v1/d/<writer>?heads=<hex>&after=&to=&ends=    what that writer lacks, sealed to it (Range)
 *     GET  /v1/p/<blob id>                                a blob of a pack or photo
 *     GET  /v1/wanted                                     after a restore: ids of blobs it lacks (wanted.h)
 *     POST /v1/enrol, GET /v1/enrol/<id>                  a request; the grant, once the staff has given it
 *     GET  /v1/roots, /healthz, /metrics
 *
 * One thread answers the network and never takes anything in; whoever calls daemon_work() (the program's main thread) takes in
 * what has arrived, in groups of 50 files. The profile is used under one lock. The daemon holds B and R only: it can
 * give receipts and relay, nothing else. Everything a stranger can send has a limit checked before memory or disk is taken.
 */
#ifndef SYNC_TOWN_DAEMON_H
#define SYNC_TOWN_DAEMON_H

#include "forms/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct profile;
struct daemon;
struct inbox_file;

enum {
	DAEMON_CONNECTIONS = 2048, DAEMON_BACKLOG = 1024, DAEMON_IDLE_SECONDS = 90, DAEMON_MEMORY = 24 << 10,
	DAEMON_ENROL_MAX = 200, DAEMON_HEADS_MAX = 64, DAEMON_ENDS_MAX = 64
};

/* `each` (may be NULL) is told of every bundle that was taken in or refused, for the log. */
struct daemon_host { void *user; void (*each)(void *user, const struct inbox_file *f); };

/* Listen on `address` ("127.0.0.1:8321", "[::]:8321"). The profile is borrowed; nobody else may use it while the daemon runs.
 * ERR_DENIED: it is no township's. */
enum err daemon_open(struct profile *p, const char *address, const struct daemon_host *host, struct daemon **out);
uint16_t daemon_port(const struct daemon *d);

/* Take in what has arrived; waits at most `wait_ms` for something to arrive. *taken counts bundles. */
enum err daemon_work(struct daemon *d, unsigned wait_ms, uint32_t *taken);

/* Finish requests that run, take in what is whole, close. */
void daemon_close(struct daemon *d);

#endif
