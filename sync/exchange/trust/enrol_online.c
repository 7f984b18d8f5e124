#include "config.h"
#include "sync/exchange/trust/enrol_online.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/http/http.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <string.h>

enum { NAME = 2 * KEYS_HASH + 1, ANSWER_MAX = 256 };

/* --- the request --- */

static bool is_mine(const struct profile *p, const struct buf *request)
{
	struct keys_request r;

	return !keys_request_read(buf_str(request), request->len, &r) && !memcmp(r.id.writer, p->writer, sizeof p->writer);
}

/* What init wrote serves too: its digits may have been noted down already. */
enum err enrol_online_request(struct profile *p, const char *name, struct buf *out)
{
	struct buf kept = { 0 }, first = { 0 }, request = { 0 };
	char writer[2 * EVENT_WRITER + 1], file[sizeof writer + 8];
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("先用 PIN 打开"));
	keys_hex(p->writer, EVENT_WRITER, writer);
	snprintf(file, sizeof file, "enrol.%s", writer);
	profile_path(p, file, &kept);
	profile_path(p, "enrol.request", &first);
	e = kept.err ? kept.err : first.err;
	if (!e && (fs_read(kept.data, KEYS_REQUEST_MAX, &request) || !is_mine(p, &request))) {
		if (fs_read(first.data, KEYS_REQUEST_MAX, &request) || !is_mine(p, &request)) {
			buf_reset(&request);
			e = enrol_request(p, name, &request);
		}
		if (!e)
			e = fs_write(kept.data, request.data, request.len);
	}
	if (!e) {
		buf_put(out, request.data, request.len);
		e = out->err;
	}
	buf_clear(&kept);
	buf_clear(&first);
	buf_clear(&request);
	return e;
}

/* The name under which a request lies there and its grant is asked for: known here, not learnt from the answer. */
static void name_of(const struct buf *request, char out[NAME])
{
	uint8_t hash[KEYS_HASH];

	keys_hash(request->data, request->len, hash);
	keys_hex(hash, KEYS_HASH, out);
}

/* --- the way --- */

static enum err reach(const char *url, struct http **out)
{
	enum err e = http_open(url, out);

	if (!e)
		http_patience(*out, ENROL_CONNECT_SECONDS, ENROL_STALL_SECONDS);
	return e;
}

static enum err ask(struct http *h, const char *url, const struct buf *request)
{
	struct buf answer = { 0 };
	char name[NAME];
	enum err e = http_post(h, "/v1/enrol", request->data, request->len, ANSWER_MAX, &answer);

	name_of(request, name);
	if (!e && strcmp(buf_str(&answer), name))
		e = err_set(ERR_FORMAT, _("%s 回答的对不上这份申请, 不像乡镇的服务: 请核对网址, 或改用文件送申请; 申请还在本机"), url);
	buf_clear(&answer);
	return e;
}

enum err enrol_online_ask(const char *url, const struct buf *request)
{
	struct http *h;
	enum err e = reach(url, &h);

	if (e)
		return e;
	e = ask(h, url, request);
	http_close(h);
	return e;
}

/* A cut costs what was on its way; one that brought nothing at all ends it. */
static enum err fetch(struct http *h, const char *path, struct buf *grant)
{
	size_t had;
	enum err e;

	do {
		had = grant->len;
		e = http_fetch(h, path, ENROL_FILE_MAX, grant);
	} while (e == ERR_IO && grant->len > had);
	return e;
}

/* Has it the shape of a grant? Whose it is, only the code can tell. */
static enum err look(const char *url, const struct buf *grant)
{
	struct keys_roots roots = { 0 };
	const uint8_t *bundle;
	size_t len;
	enum err e = keys_grant_read(buf_str(grant), grant->len, &roots, &bundle, &len);

	keys_roots_clear(&roots);
	return e ? err_in(e, _("%s 送来的不能用, 请核对网址或打电话问乡镇 (申请还在本机)"), url) : ERR_OK;
}

enum err enrol_online_fetch(const char *url, const struct buf *request, struct buf *grant)
{
	struct http *h;
	char name[NAME], path[NAME + 16];
	enum err e = reach(url, &h);

	if (e)
		return e;
	name_of(request, name);
	snprintf(path, sizeof path, "/v1/enrol/%s", name);
	buf_reset(grant);
	e = fetch(h, path, grant);
	if (!e)
		e = look(url, grant);
	else if (e == ERR_NOTFOUND && !(e = ask(h, url, request)))
		e = err_set(ERR_HELD, _("申请在乡镇那边, 还没有批准: 打电话把二十位数字念给应急办核对, 批准以后再收一次"));
	if (e)
		buf_reset(grant);
	http_close(h);
	return e;
}
