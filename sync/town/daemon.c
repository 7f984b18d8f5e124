#include "config.h"
#include "sync/town/daemon_http.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/outbox/downlink.h"
#include "sync/keys/town.h"
#include "sync/ledger/profile/profile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- requests --- */

static bool is(const char *a, const char *b) { return !strcmp(a, b); }

/* The part of a path after `prefix`; NULL when it does not begin so or goes on with a slash. */
static const char *after(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return !strncmp(path, prefix, n) && !strchr(path + n, '/') ? path + n : NULL;
}

static enum MHD_Result route_get(struct daemon *d, struct MHD_Connection *c, const char *path)
{
	const char *id;

	if (is(path, "/healthz"))
		return answer_text(c, 200, "ok\n");
	if (is(path, "/metrics"))
		return get_metrics(d, c);
	if (is(path, "/v1/roots"))
		return get_roots(d, c);
	if (is(path, "/v1/wanted"))
		return get_wanted(d, c);
	if ((id = after(path, "/v1/r/")))
		return get_receipt(d, c, id);
	if ((id = after(path, "/v1/w/")))
		return get_statement(d, c, id);
	if ((id = after(path, "/v1/d/")))
		return get_downlink(d, c, id);
	if ((id = after(path, "/v1/p/")))
		return get_blob(d, c, id);
	if ((id = after(path, "/v1/enrol/")))
		return get_grant(d, c, id);
	return answer_error(d, c, err_set(ERR_NOTFOUND, _("没有这个地址")));
}

static bool is_tus(const char *method, const char *path)
{
	return (is(method, "POST") && is(path, "/v1/b")) || (is(method, "PATCH") && after(path, "/v1/b/"));
}

static enum MHD_Result finish(struct request *r, struct MHD_Connection *c, const char *method, const char *path)
{
	struct daemon *d = r->daemon;

	if (is_tus(method, path))
		return tus_end(r, c, method);
	if (is(method, "OPTIONS"))
		return tus_options(c);
	if (is(method, "HEAD") && after(path, "/v1/b/"))
		return tus_head(r, c, after(path, "/v1/b/"));
	if (is(method, "GET") || is(method, "HEAD"))
		return route_get(d, c, path);
	if (is(method, "POST") && is(path, "/v1/roots"))
		return r->err ? answer_error(d, c, err_set(r->err, "%s", r->why)) : post_roots(d, c, &r->body);
	if (is(method, "POST") && is(path, "/v1/enrol"))
		return r->err ? answer_error(d, c, err_set(r->err, "%s", r->why)) : post_enrol(d, c, &r->body);
	return answer_error(d, c, err_set(ERR_USAGE, _("不支持 %s"), method));
}

/* tus: a client behind a proxy that knows only POST names its method in a header. */
static const char *asked_method(struct MHD_Connection *c, const char *method)
{
	const char *other = is(method, "POST") ? MHD_lookup_connection_value(c, MHD_HEADER_KIND, "X-HTTP-Method-Override") : NULL;

	return other ? other : method;
}

void keep_error(struct request *r, enum err e)
{
	r->err = e;
	if (e)
		snprintf(r->why, sizeof r->why, "%s", err_detail());
}

static enum MHD_Result handle(void *user, struct MHD_Connection *c, const char *path, const char *method, const char *version,
                              const char *data, size_t *len, void **state)
{
	struct daemon *d = user;
	struct request *r = *state;

	(void)version;
	method = asked_method(c, method);
	if (!r) {
		if (!(r = calloc(1, sizeof *r)))
			return MHD_NO;
		r->daemon = d;
		r->body.max = DAEMON_BODY;
		*state = r;
		guard_phase(d, c, GUARD_BODY);
		pthread_mutex_lock(&d->lock);
		d->requests++;
		if (is_tus(method, path))
			keep_error(r, tus_start(r, c, method, after(path, "/v1/b/")));
		pthread_mutex_unlock(&d->lock);
		return MHD_YES;
	}
	if (*len) {
		if (is_tus(method, path))
			tus_body(r, c, data, *len);
		else
			buf_put(&r->body, data, *len);
		if (!r->err && r->body.err)
			keep_error(r, err_set(ERR_LIMIT, _("请求超过 %d 字节"), DAEMON_BODY));
		*len = 0;
		return MHD_YES;
	}
	guard_phase(d, c, GUARD_ANSWER);
	return finish(r, c, method, path);
}

static void forget(void *user, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode how)
{
	struct request *r = *state;

	guard_phase(user, c, GUARD_HEADERS);
	if (!r)
		return;
	if (how != MHD_REQUEST_TERMINATED_COMPLETED_OK)
		tus_cut(r);
	buf_clear(&r->body);
	free(r);
	*state = NULL;
}

/* --- opening and closing --- */

/* "host:port" or "[host]:port" as a socket address; numbers only, so that no name server is asked. */
static enum err parse_address(const char *text, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	const char *colon = strrchr(text, ':');
	char host[64] = "", *end;
	size_t n = colon ? (size_t)(colon - text) : 0;
	long port = colon ? strtol(colon + 1, &end, 10) : -1;

	memset(out, 0, sizeof *out);
	if (!colon || n >= sizeof host || port < 0 || port > 65535 || *end)
		return err_set(ERR_FORMAT, _("%s: 监听地址要写成 127.0.0.1:8321 或 [::]:8321"), text);
	memcpy(host, text, n);
	if (*host == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		if (inet_pton(AF_INET6, host + 1, &v6->sin6_addr) == 1)
			return ERR_OK;
	} else {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		if (inet_pton(AF_INET, host, &v4->sin_addr) == 1)
			return ERR_OK;
	}
	return err_set(ERR_FORMAT, _("%s: 监听地址要写成 127.0.0.1:8321 或 [::]:8321"), text);
}

static enum err start_http(struct daemon *d, const char *address)
{
	struct sockaddr_storage at;
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
	enum err e = parse_address(address, &at);

	if (e)
		return e;
	if (at.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	d->http = MHD_start_daemon(flags, 0, NULL, NULL, handle, d,
	                           MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at,
	                           MHD_OPTION_CONNECTION_LIMIT, (unsigned)DAEMON_CONNECTIONS,
	                           MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)DAEMON_IDLE_SECONDS,
	                           MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)DAEMON_MEMORY,
	                           MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
	                           MHD_OPTION_NOTIFY_COMPLETED, forget, d,
	                           MHD_OPTION_NOTIFY_CONNECTION, guard_connection, d,
	                           MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)DAEMON_BACKLOG,
	                           MHD_OPTION_END);
	return d->http ? ERR_OK : err_set(ERR_IO, _("在 %s 上听不了: %s"), address, strerror(errno));
}

uint16_t daemon_port(const struct daemon *d)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(d->http, MHD_DAEMON_INFO_BIND_PORT);

	return info ? info->port : 0;
}

enum err daemon_open(struct profile *p, const char *address, const struct daemon_host *host, struct daemon **out)
{
	struct daemon *d = calloc(1, sizeof *d);
	struct upload_host uploads = { d, daemon_admit, daemon_wants, LIMIT_BUNDLE_FILE, LIMIT_BLOB };
	struct buf dir = { 0 };
	enum err e;

	*out = NULL;
	if (!d)
		return err_set(ERR_NOMEM, "xunchad");
	d->profile = p;
	d->look = true;
	if (host)
		d->host = *host;
	pthread_mutex_init(&d->lock, NULL);
	pthread_mutex_init(&d->guard_lock, NULL);
	pthread_cond_init(&d->arrived, NULL);
	if (!keys_town_here(p->dir))
		e = err_set(ERR_DENIED, _("%s 不是乡镇的数据: 先用 xunchactl init township"), p->dir);
	else
		e = upload_open(profile_path(p, "upload", &dir), &uploads, &d->uploads);
	if (!e)
		e = start_http(d, address);
	buf_clear(&dir);
	if (e) {
		daemon_close(d);
		return e;
	}
	*out = d;
	return ERR_OK;
}

void daemon_close(struct daemon *d)
{
	uint32_t taken;

	if (!d)
		return;
	if (d->http) {
		MHD_socket listening = MHD_quiesce_daemon(d->http);

		pthread_mutex_lock(&d->lock);
		d->stopping = true;
		pthread_mutex_unlock(&d->lock);
		daemon_work(d, 0, &taken);
		MHD_stop_daemon(d->http);
		if (listening != MHD_INVALID_SOCKET)
			fs_close(listening);
		daemon_work(d, 0, &taken);
	}
	for (size_t i = 0; i < DAEMON_CACHE; i++)
		buf_clear(&d->cache[i].data);
	upload_close(d->uploads);
	pthread_cond_destroy(&d->arrived);
	pthread_mutex_destroy(&d->lock);
	pthread_mutex_destroy(&d->guard_lock);
	free(d->days);
	free(d);
}
