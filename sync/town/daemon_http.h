/* daemon_http.h - inside the daemon: its state, and the handlers of one path each. Not for others. */
#ifndef SYNC_TOWN_DAEMON_HTTP_H
#define SYNC_TOWN_DAEMON_HTTP_H

#include "forms/base/buf.h"
#include "sync/exchange/inbox/inbox.h"
#include "sync/town/daemon.h"
#include "sync/town/upload.h"

#include <microhttpd.h>
#include <pthread.h>

/* Photos leave a part of the day's measure to records. */
enum { DAEMON_FOR_RECORDS = LIMIT_WRITER_DAY / 5 };
/* All strangers together, and only where the township was restored. */
enum { DAEMON_STRANGERS_DAY = 16 << 20 };
enum { DAEMON_QUEUE = 4096, DAEMON_CACHE = 32, DAEMON_BODY = 65536, DAEMON_CROWD = DAEMON_CONNECTIONS * 3 / 4 };

/* Everything counted, for /metrics: X(field, name, help). */
#define DAEMON_COUNTERS(X) \
	X(requests,   "xuncha_requests_total",   "HTTP requests") \
	X(refused,    "xuncha_refused_total",    "requests answered with an error") \
	X(bytes,      "xuncha_upload_bytes_total", "bytes of bundles and attachments received") \
	X(uploaded,   "xuncha_uploads_total",    "bundles received whole") \
	X(merged,     "xuncha_merged_total",     "bundles taken in") \
	X(duplicates, "xuncha_duplicates_total", "bundles that were here already") \
	X(held,       "xuncha_held_total",       "bundles kept until a certificate comes") \
	X(bad,        "xuncha_bad_total",        "bundles refused") \
	X(attached,   "xuncha_attachments_total", "attachments taken in") \
	X(events,     "xuncha_events_total",     "new events") \
	X(downlinks,  "xuncha_downlinks_total",  "downlinks given") \
	X(receipts,   "xuncha_receipts_total",   "receipts given") \
	X(failures,   "xuncha_failures_total",   "groups the machine could not take in (no space, I/O)") \
	X(cut,        "xuncha_connections_cut_total", "connections ended for being slow or silent")

struct downlink_cache { uint8_t key[KEYS_HASH]; struct buf data; uint64_t used; };

/* One open connection: what it is at, since when (clock_ticks). */
enum guard_phase { GUARD_HEADERS, GUARD_BODY, GUARD_ANSWER };
struct guarded { bool used, cut; int fd; enum guard_phase phase; int64_t since; };

/* How much a writer announced on one day. */
struct sealer_day { uint8_t sealer[KEYS_WRITER]; int64_t day; uint64_t bytes; };

struct daemon {
	struct profile *profile;
	struct daemon_host host;
	struct MHD_Daemon *http;
	struct upload *uploads;
	pthread_mutex_t lock;                         /* profile, uploads, queue, cache, counters */
	pthread_cond_t arrived;
	char queue[DAEMON_QUEUE][UPLOAD_ID + 1];      /* uploads that are whole */
	size_t queued;
	bool stopping, look;                          /* look: whole uploads may lie there that are not in the queue */
	int64_t expired;                              /* when forgotten uploads were last dropped */
	struct sealer_day *days; size_t day_count, day_cap;
	pthread_mutex_t guard_lock;                   /* guarded, connections; taken alone or inside `lock` */
	struct guarded guarded[DAEMON_CONNECTIONS];
	size_t connections;
	struct downlink_cache cache[DAEMON_CACHE];
	uint64_t clock;
#define X(field, name, help) uint64_t field;
	DAEMON_COUNTERS(X)
#undef X
};

/* One request while its body comes in. */
struct request {
	struct daemon *daemon;
	struct buf body;                              /* what has not been written to the upload yet */
	char upload[UPLOAD_ID + 1];                   /* "" = not an upload */
	uint64_t offset;
	uint64_t skip;                                /* of a creation's body: bytes that are here already */
	enum err err;                                 /* of an upload whose body still comes in */
	char why[256];                                /* its detail */
};

/* The first error of an upload, with its words: it is told at the end of the body. */
void keep_error(struct request *r, enum err e);

/* Answers. `data` is copied. Every answer carries the header that tells a township from a captive portal. */
enum MHD_Result answer_bytes(struct MHD_Connection *c, unsigned status, const char *type, const void *data, size_t len);
enum MHD_Result answer_with(struct MHD_Connection *c, unsigned status, const char *header, const char *value, const void *data, size_t len);
enum MHD_Result answer_text(struct MHD_Connection *c, unsigned status, const char *text);
enum MHD_Result answer_error(struct daemon *d, struct MHD_Connection *c, enum err e);
/* With up to four further headers, NULL-ended pairs. */
enum MHD_Result answer_headers(struct MHD_Connection *c, unsigned status, const char *const headers[][2]);

/* tus: start of a request, its body piece by piece, its end; or a cut, when what came is kept. */
enum MHD_Result tus_options(struct MHD_Connection *c);
enum MHD_Result tus_head(struct request *r, struct MHD_Connection *c, const char *id);
enum err tus_start(struct request *r, struct MHD_Connection *c, const char *method, const char *id);
void tus_body(struct request *r, struct MHD_Connection *c, const char *data, size_t len);
void tus_cut(struct request *r);
enum MHD_Result tus_end(struct request *r, struct MHD_Connection *c, const char *method);

/* Connections: begun and ended, at another phase, those cut that have been at one for too long. */
void guard_connection(void *user, struct MHD_Connection *c, void **state, enum MHD_ConnectionNotificationCode what);
void guard_phase(struct daemon *d, struct MHD_Connection *c, enum guard_phase phase);
void guard_sweep(struct daemon *d);

/* Under the lock: may this writer send, is this attachment waited for (see upload.h); a whole upload waits for daemon_work(). */
enum err daemon_admit(void *user, const uint8_t writer[UPLOAD_SEALER], uint64_t length, bool attachment);
enum err daemon_wants(void *user, const char *id, uint64_t length, uint8_t author[UPLOAD_SEALER]);
enum err daemon_enqueue(void *user, const char *name);

/* The other paths. */
enum MHD_Result get_receipt(struct daemon *d, struct MHD_Connection *c, const char *id);
enum MHD_Result get_statement(struct daemon *d, struct MHD_Connection *c, const char *writer);
enum MHD_Result get_downlink(struct daemon *d, struct MHD_Connection *c, const char *writer);
enum MHD_Result get_blob(struct daemon *d, struct MHD_Connection *c, const char *id);
enum MHD_Result get_wanted(struct daemon *d, struct MHD_Connection *c);
enum MHD_Result get_roots(struct daemon *d, struct MHD_Connection *c);
enum MHD_Result get_metrics(struct daemon *d, struct MHD_Connection *c);
enum MHD_Result get_grant(struct daemon *d, struct MHD_Connection *c, const char *id);
/* Roots that a device follows and the township, restored from a backup, has not: kept beside. */
enum MHD_Result post_roots(struct daemon *d, struct MHD_Connection *c, const struct buf *body);
enum MHD_Result post_enrol(struct daemon *d, struct MHD_Connection *c, const struct buf *body);

#endif
