#include "config.h"
#include "sync/town/daemon_http.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/exchange/attach/attach.h"
#include "sync/keys/hash.h"
#include "sync/ledger/profile/profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_MS = 86400000 };

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static bool number(const char *text, uint64_t *out)
{
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	*out = strtoull(text, &end, 10);
	return !*end;
}

enum MHD_Result tus_options(struct MHD_Connection *c)
{
	char max[24];
	const char *const headers[][2] = {
		{ "Tus-Version", "1.0.0" }, { "Tus-Extension", "creation,creation-with-upload,expiration" }, { "Tus-Max-Size", max }, { NULL, NULL },
	};

	snprintf(max, sizeof max, "%d", LIMIT_BLOB);
	return answer_headers(c, 204, headers);
}

/* The state of an upload, also of one that has left the storage: taken in or kept for later it is simply whole; refused it is
 * ERR_CORRUPT for a day, so that nobody sends it again and again. Then it may be offered once more: what was wrong may have been
 * ours (a gap filled since, a program upgraded), and the refused file may have given way in quarantine. */
static enum err state_of(struct daemon *d, const char *id, uint64_t *offset, uint64_t *length)
{
	struct evidence known;
	struct store_txn t;
	uint8_t hash[KEYS_HASH];
	int64_t now = clock_wall();
	enum err e = upload_state(d->uploads, id, offset, length);

	if (e != ERR_NOTFOUND || strlen(id) != 2 * KEYS_HASH || !keys_unhex(id, KEYS_HASH, hash))
		return e;
	if (attach_size(d->profile, hash, offset)) {
		*length = *offset;
		return ERR_OK;
	}
	profile_begin(d->profile, &t);
	e = t.err ? t.err : evidence_get(&t, hash, &known);
	store_abort(&t);
	if (!e && known.state == EVIDENCE_REFUSED && (now < known.seen || now - known.seen >= DAY_MS))
		return err_set(ERR_NOTFOUND, _("这个包昨天以前拒收过, 可以再传一次"));
	if (!e && known.state == EVIDENCE_REFUSED)
		return err_set(ERR_CORRUPT, _("这个包拒收了: %s"), known.reason);
	*offset = *length = known.size;
	return e ? err_set(ERR_NOTFOUND, _("没有这个上传: 已过期, 或从没开始")) : ERR_OK;
}

static enum err check_version(struct MHD_Connection *c)
{
	const char *version = header(c, "Tus-Resumable");

	return version && !strcmp(version, "1.0.0") ? ERR_OK : err_set(ERR_VERSION, _("只懂 tus 1.0.0"));
}

enum MHD_Result tus_head(struct request *r, struct MHD_Connection *c, const char *id)
{
	struct daemon *d = r->daemon;
	uint64_t offset = 0, length = 0;
	char at[24], size[24], metadata[3 + KEYS_BASE64(UPLOAD_ID)] = "id ";
	const char *const headers[][2] = {
		{ "Upload-Offset", at }, { "Upload-Length", size }, { *id == 'r' ? NULL : "Upload-Metadata", metadata }, { NULL, NULL },
	};
	enum err e = check_version(c);

	pthread_mutex_lock(&d->lock);
	if (!e)
		e = state_of(d, id, &offset, &length);
	pthread_mutex_unlock(&d->lock);
	if (e)
		return answer_error(d, c, e);
	snprintf(at, sizeof at, "%" PRIu64, offset);
	snprintf(size, sizeof size, "%" PRIu64, length);
	keys_base64(id, UPLOAD_ID, metadata + 3);
	return answer_headers(c, 200, headers);
}

/* The value of key "id" in "name base64,id base64", decoded; false when there is none. */
static bool metadata_id(const char *text, char out[UPLOAD_ID + 1])
{
	while (text && *text) {
		size_t pair = strcspn(text, ",");

		if (pair > 3 && !strncmp(text, "id ", 3)) {
			out[UPLOAD_ID] = '\0';
			return keys_unbase64(text + 3, pair - 3, out, UPLOAD_ID);
		}
		text += pair + (text[pair] == ',');
		while (*text == ' ')
			text++;
	}
	return false;
}

/* A creation that names an upload we know goes on there: what its body repeats is passed over. */
static enum err start_creation(struct request *r, struct MHD_Connection *c)
{
	char id[UPLOAD_ID + 1];
	uint64_t length, offset = 0, whole;
	bool named = metadata_id(header(c, "Upload-Metadata"), id);
	enum err e = ERR_NOTFOUND;

	if (!number(header(c, "Upload-Length"), &length))
		return err_set(ERR_FORMAT, _("缺少 Upload-Length"));
	if (named && (e = state_of(r->daemon, id, &offset, &whole)) == ERR_CORRUPT)
		return e;
	if (!e && offset == whole)
		strcpy(r->upload, id);
	else if ((e = upload_create(r->daemon->uploads, named ? id : NULL, length, r->upload, &offset)))
		return e;
	r->offset = r->skip = offset;
	return ERR_OK;
}

static bool has_type(struct MHD_Connection *c)
{
	const char *type = header(c, "Content-Type");

	return type && !strcmp(type, "application/offset+octet-stream");
}

static enum err start_patch(struct request *r, struct MHD_Connection *c, const char *id)
{
	uint64_t at, length;
	enum err e;

	if (!has_type(c))
		return err_set(ERR_UNSUPPORTED, _("PATCH 的内容类型要是 application/offset+octet-stream"));
	if (!number(header(c, "Upload-Offset"), &at))
		return err_set(ERR_FORMAT, _("缺少 Upload-Offset"));
	if (strlen(id) > UPLOAD_ID)
		return err_set(ERR_NOTFOUND, _("没有这个上传"));
	if ((e = state_of(r->daemon, id, &r->offset, &length)))
		return e;
	strcpy(r->upload, id);
	return at == r->offset ? ERR_OK : err_set(ERR_CONFLICT, _("已收到 %" PRIu64 " 字节"), r->offset);
}

enum err tus_start(struct request *r, struct MHD_Connection *c, const char *method, const char *id)
{
	enum err e = check_version(c);

	return e ? e : !strcmp(method, "POST") ? start_creation(r, c) : start_patch(r, c, id);
}

/* Write what has gathered, durably. */
static void flush(struct request *r)
{
	struct daemon *d = r->daemon;
	uint64_t length, offset;

	if (r->err || !r->body.len)
		return;
	pthread_mutex_lock(&d->lock);
	keep_error(r, upload_append(d->uploads, r->upload, r->offset, r->body.data, r->body.len, &r->offset));
	if (!r->err) {
		d->bytes += r->body.len;
		if (!upload_state(d->uploads, r->upload, &offset, &length) && offset == length) {
			d->uploaded++;
			daemon_enqueue(d, r->upload);
		}
	}
	pthread_mutex_unlock(&d->lock);
	buf_reset(&r->body);
}

void tus_body(struct request *r, struct MHD_Connection *c, const char *data, size_t len)
{
	size_t skip = r->skip < len ? (size_t)r->skip : len;

	if (!r->err && !has_type(c))
		keep_error(r, err_set(ERR_UNSUPPORTED, _("内容类型要是 application/offset+octet-stream")));
	r->skip -= skip;
	data += skip;
	len -= skip;
	while (!r->err && len) {
		size_t n = DAEMON_BODY - r->body.len < len ? DAEMON_BODY - r->body.len : len;

		buf_put(&r->body, data, n);
		data += n;
		len -= n;
		if (r->body.err)
			keep_error(r, err_set(r->body.err, _("收包内存不够")));
		else if (r->body.len == DAEMON_BODY)
			flush(r);
	}
}

void tus_cut(struct request *r)
{
	if (*r->upload)
		flush(r);
}

/* When this upload would be dropped if nobody touched it again, as RFC 9110 writes dates. */
static void expiry(char *out, size_t size)
{
	time_t at = (time_t)(clock_wall() / 1000 + (int64_t)UPLOAD_DAYS * 86400);
	struct tm tm;

	if (!gmtime_r(&at, &tm) || !strftime(out, size, "%a, %d %b %Y %H:%M:%S GMT", &tm))
		*out = '\0';
}

enum MHD_Result tus_end(struct request *r, struct MHD_Connection *c, const char *method)
{
	char at[24], until[40], location[UPLOAD_ID + 16];
	const char *const created[][2] = { { "Location", location }, { "Upload-Offset", at }, { "Upload-Expires", until }, { NULL, NULL } };
	bool post = !strcmp(method, "POST");

	flush(r);
	if (r->err)
		return answer_error(r->daemon, c, err_set(r->err, "%s", r->why));
	snprintf(at, sizeof at, "%" PRIu64, r->offset);
	snprintf(location, sizeof location, "/v1/b/%s", r->upload);
	expiry(until, sizeof until);
	return answer_headers(c, post ? 201 : 204, post ? created : created + 1);
}
