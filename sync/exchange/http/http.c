#include "config.h"
#include "sync/exchange/http/http.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/keys/hash.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct http {
	CURL *curl;
	char *base;
	size_t slice, largest;
	uint64_t sent, tick;
	uint32_t connect_seconds, stall_seconds;
	char etag[72], *etag_path;        /* of the last GET: what a Range goes on in */
};

/* One exchange: what goes out, what came back. */
struct exchange {
	const char *method, *path;
	const char *headers[6];           /* NULL-ended */
	const void *body;
	size_t body_len, body_at;
	struct buf *out;
	size_t max;
	bool too_large, began;
	char etag[72];
	uint64_t tick;
	/* of the answer */
	long status;
	size_t header_bytes;
	bool ours;                        /* carried a header only a township sends */
	int64_t offset;                   /* Upload-Offset; -1 none */
};

enum err http_open(const char *base, struct http **out)
{
	struct http *h;
	size_t n = strlen(base);

	*out = NULL;
	if ((strncmp(base, "http://", 7) && strncmp(base, "https://", 8)) || strpbrk(base, " \t\r\n?#@"))
		return err_set(ERR_FORMAT, _("地址要写成 http://主机:端口, 不是 %s"), base);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) || !(h = calloc(1, sizeof *h)))
		return err_set(ERR_NOMEM, _("网络部分启动不了"));
	h->curl = curl_easy_init();
	h->base = strdup(base);
	h->slice = 8192;
	http_patience(h, HTTP_CONNECT_SECONDS, HTTP_STALL_SECONDS);
	if (!h->curl || !h->base) {
		http_close(h);
		return err_set(ERR_NOMEM, _("网络部分启动不了"));
	}
	while (n && h->base[n - 1] == '/')
		h->base[--n] = '\0';
	*out = h;
	return ERR_OK;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->curl);
	free(h->base);
	free(h->etag_path);
	free(h);
}

uint64_t http_sent(const struct http *h)
{
	return h->sent;
}

size_t http_slice(const struct http *h)
{
	return h->largest;
}

uint64_t http_tick(const struct http *h)
{
	return h->tick;
}

void http_patience(struct http *h, uint32_t connect_seconds, uint32_t stall_seconds)
{
	h->connect_seconds = connect_seconds;
	h->stall_seconds = stall_seconds;
}

static size_t take_body(char *data, size_t size, size_t n, void *user)
{
	struct exchange *x = user;

	n *= size;
	if (!x->out || !x->ours)
		return n;                 /* a portal's page is of no interest */
	if (!x->began && x->status != 206)
		buf_reset(x->out);        /* not what we had, or nothing was there */
	x->began = true;
	if (x->out->len + n > x->max) {
		x->too_large = true;
		return 0;
	}
	buf_put(x->out, data, n);
	return x->out->err ? 0 : n;
}

static size_t give_body(char *data, size_t size, size_t n, void *user)
{
	struct exchange *x = user;
	size_t left = x->body_len - x->body_at;

	n *= size;
	if (n > left)
		n = left;
	memcpy(data, (const char *)x->body + x->body_at, n);
	x->body_at += n;
	return n;
}

static size_t take_header(char *data, size_t size, size_t n, void *user)
{
	struct exchange *x = user;
	char line[128];

	n *= size;
	if ((x->header_bytes += n) > HTTP_HEADER_MAX)
		return 0;
	snprintf(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : sizeof line - 1), data);
	if (!strncmp(line, "HTTP/1.", 7))
		x->status = strtol(line + 9, NULL, 10);
	else if (!strncasecmp(line, "etag: ", 6))
		snprintf(x->etag, sizeof x->etag, "%.*s", (int)strcspn(line + 6, "\r\n"), line + 6);
	else if (!strncasecmp(line, "tus-resumable: 1.0.0", 20) || !strncasecmp(line, "xuncha: 1", 9))
		x->ours = true;
	else if (!strncasecmp(line, "xuncha-tick:", 12))
		x->tick = strtoull(line + 12, NULL, 10);
	else if (!strncasecmp(line, "upload-offset:", 14))
		x->offset = strtoll(line + 14, NULL, 10);
	return n;
}

/* Why a request did not get through, in words for somebody on a hill. */
static enum err no_way(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_set(ERR_IO, _("找不到乡镇的地址: 没有网络, 或地址写错"));
	case CURLE_COULDNT_CONNECT:
		return err_set(ERR_IO, _("连不上乡镇的电脑: 没有信号, 或那边没开"));
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(ERR_IO, _("网络太慢, 等了很久没有动静; 换个地方再试"));
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		return err_set(ERR_IO, _("传到一半断了, 下次接着传"));
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
		return err_set(ERR_IO, _("加密连接的证书不对; 数据本身另有签名加密, 可以请乡镇改用 http"));
	default:
		return err_set(ERR_IO, _("网络: %s"), curl_easy_strerror(code));
	}
}

static void prepare(struct http *h, struct exchange *x, const char *url, struct curl_slist *headers)
{
	CURL *c = h->curl;

	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)h->connect_seconds);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 8L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)h->stall_seconds);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, x->method);
	if (!strcmp(x->method, "HEAD"))
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	if (x->body || !strcmp(x->method, "POST")) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_READFUNCTION, give_body);
		curl_easy_setopt(c, CURLOPT_READDATA, x);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)x->body_len);
	}
}

/* Run one exchange. ERR_OK whenever a township answered, whatever its status. */
static enum err run(struct http *h, struct exchange *x)
{
	struct curl_slist *headers = NULL;
	struct buf url = { 0 };
	enum err e = ERR_OK;
	CURLcode code;

	x->offset = -1;
	buf_printf(&url, "%s%s", h->base, x->path);
	headers = curl_slist_append(headers, "Expect:");
	for (size_t i = 0; headers && x->headers[i]; i++)
		headers = curl_slist_append(headers, x->headers[i]);
	if (url.err || !headers) {
		e = err_set(ERR_NOMEM, _("网络请求内存不够"));
		goto out;
	}
	prepare(h, x, url.data, headers);
	code = curl_easy_perform(h->curl);
	h->sent += x->body_at;
	if (x->tick)
		h->tick = x->tick;
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &x->status);
	if (x->too_large)
		e = err_set(ERR_LIMIT, _("乡镇的回答超过 %zu 字节"), x->max);
	else if (code && !(code == CURLE_WRITE_ERROR && !x->ours))
		e = no_way(code);
	else if (!x->ours)
		e = err_set(ERR_IO, _("回答的不是乡镇的服务 (状态 %ld): 可能要先登录这个无线网络"), x->status);
out:
	curl_slist_free_all(headers);
	buf_clear(&url);
	return e;
}

/* A status that is not what was asked for, as an error. */
static enum err refused(const struct exchange *x)
{
	switch (x->status) {
	case 404:
	case 410: return err_set(ERR_NOTFOUND, _("乡镇那边没有: %s"), x->path);
	case 403: return err_set(ERR_UNKNOWN, _("乡镇不认识这台设备: 请重新入网"));
	case 409: return err_set(ERR_CONFLICT, _("乡镇收到的位置不同, 重新对一下"));
	case 422: return err_set(ERR_CORRUPT, _("乡镇拒收这个包, 另存着等人看: 请打电话问"));
	case 413:
	case 429: return err_set(ERR_LIMIT, _("乡镇今天不再收这台设备的数据, 请打电话问"));
	case 507: return err_set(ERR_FULL, _("乡镇的电脑存储满了, 请告诉他们"));
	default:  return err_set(ERR_IO, _("乡镇回答 %ld, 过一阵再试"), x->status);
	}
}

/* Where does the other side stand? Makes the upload when it is not there. */
static enum err start(struct http *h, const char *id, size_t len, const char *path, uint64_t *offset)
{
	struct exchange head = { .method = "HEAD", .path = path, .headers = { "Tus-Resumable: 1.0.0" } };
	struct exchange post = { .method = "POST", .path = "/v1/b" };
	char length[48], metadata[160], base64[KEYS_BASE64(64)];
	enum err e = run(h, &head);

	if (e)
		return e;
	if (head.status == 200 && head.offset >= 0) {
		*offset = (uint64_t)head.offset;
		return ERR_OK;
	}
	if (head.status != 404 && head.status != 410)
		return refused(&head);
	keys_base64(id, strlen(id), base64);
	snprintf(length, sizeof length, "Upload-Length: %zu", len);
	snprintf(metadata, sizeof metadata, "Upload-Metadata: id %s", base64);
	post.headers[0] = "Tus-Resumable: 1.0.0";
	post.headers[1] = length;
	post.headers[2] = metadata;
	if ((e = run(h, &post)))
		return e;
	*offset = post.offset > 0 ? (uint64_t)post.offset : 0;
	return post.status == 201 ? ERR_OK : refused(&post);
}

/* The next slice: as much as the last one's speed would carry in six seconds. */
static void adapt(struct http *h, size_t sent, int64_t ns)
{
	double per_second = (double)sent * 1e9 / (double)(ns > 1000000 ? ns : 1000000), next = per_second * HTTP_SLICE_SECONDS;

	if (next > 2.0 * (double)h->slice)
		next = 2.0 * (double)h->slice;
	h->slice = next < HTTP_SLICE_MIN ? HTTP_SLICE_MIN : next > HTTP_SLICE_MAX ? HTTP_SLICE_MAX : (size_t)next;
}

enum err http_send(struct http *h, const char *id, const void *data, size_t len, http_progress progress, void *user)
{
	char path[96], at[48];
	uint64_t offset = 0;
	enum err e;

	snprintf(path, sizeof path, "/v1/b/%.64s", id);
	if ((e = start(h, id, len, path, &offset)))
		return e;
	while (offset < len) {
		size_t n = len - offset < h->slice ? len - (size_t)offset : h->slice;
		struct exchange x = { .method = "PATCH", .path = path, .body = (const char *)data + offset, .body_len = n };
		int64_t began = clock_ticks();

		if (n > h->largest)
			h->largest = n;
		if (progress && !progress(user, offset, len))
			return err_set(ERR_BUSY, _("已停下, 传过去的部分留着"));
		snprintf(at, sizeof at, "Upload-Offset: %llu", (unsigned long long)offset);
		x.headers[0] = "Tus-Resumable: 1.0.0";
		x.headers[1] = at;
		x.headers[2] = "Content-Type: application/offset+octet-stream";
		if ((e = run(h, &x))) {
			h->slice = h->slice / 2 < HTTP_SLICE_MIN ? HTTP_SLICE_MIN : h->slice / 2;
			return e;
		}
		if (x.status != 204 || x.offset <= (int64_t)offset || x.offset > (int64_t)len)         /* who takes nothing would be sent to for ever */
			return refused(&x);
		adapt(h, n, clock_ticks() - began);
		offset = (uint64_t)x.offset;
	}
	if (progress)
		progress(user, offset, len);
	return ERR_OK;
}

enum err http_fetch(struct http *h, const char *path, size_t max, struct buf *out)
{
	struct exchange x = { .method = "GET", .path = path, .out = out, .max = max };
	char range[64], same[96];
	size_t had = out->len, n = 0;
	enum err e;

	if (had) {
		snprintf(range, sizeof range, "Range: bytes=%zu-", had);
		x.headers[n++] = range;
	}
	if (had && *h->etag && h->etag_path && !strcmp(h->etag_path, path)) {
		snprintf(same, sizeof same, "If-Range: %s", h->etag);
		x.headers[n++] = same;
	}
	e = run(h, &x);
	if (x.ours) {
		memcpy(h->etag, x.etag, sizeof h->etag);
		free(h->etag_path);
		h->etag_path = strdup(path);
	}
	if (e == ERR_IO && x.ours && (x.status == 200 || x.status == 206))
		return e;                 /* what came is kept and continued */
	if (!e && x.status != 200 && !(had && x.status == 206))
		e = refused(&x);
	if (e)
		buf_cut(out, x.began && x.status != 206 ? 0 : had);
	return e;
}

enum err http_post(struct http *h, const char *path, const void *data, size_t len, size_t max, struct buf *out)
{
	struct exchange x = { .method = "POST", .path = path, .body = data, .body_len = len, .out = out, .max = max,
	                      .headers = { "Content-Type: application/octet-stream" } };
	enum err e = run(h, &x);

	if (!e && x.status != 200 && x.status != 202)
		e = refused(&x);
	return e;
}

uint32_t http_backoff(uint32_t failures)
{
	uint32_t wait = 5u << (failures < 9 ? failures : 9), chance = 0;

	if (wait > 1800)
		wait = 1800;
	if (fs_random(&chance, sizeof chance))
		return wait;
	return wait + chance % (wait / 4 + 1);
}
