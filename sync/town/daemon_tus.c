#include "config.h"
#include "sync/town/daemon_http.h"

#include "forms/base/i18n.h"
#include "sync/keys/hash.h"
#include "sync/ledger/profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

	snprintf(max, sizeof max, "%d", LIMIT_BUNDLE_FILE);
	return answer_headers(c, 204, headers);
}

/* The state of an upload, also of one that is merged already: then it is simply whole. */
static enum err state_of(struct daemon *d, const char *id, uint64_t *offset, uint64_t *length)
{
	struct evidence known;
	struct store_txn t;
	uint8_t hash[KEYS_HASH];
	enum err e = upload_state(d->uploads, id, offset, length);

	if (e != ERR_NOTFOUND || strlen(id) != 2 * KEYS_HASH || !keys_unhex(id, KEYS_HASH, hash))
		return e;
	profile_begin(d->profile, &t);
	e = t.err ? t.err : evidence_get(&t, hash, &known);
	store_abort(&t);
	if (e || known.state > EVIDENCE_MERGED)
		return err_set(ERR_NOTFOUND, _("没有这个上传"));
	*offset = *length = known.size;
	return ERR_OK;
}

enum MHD_Result tus_head(struct request *r, struct MHD_Connection *c, const char *id)
{
	struct daemon *d = r->daemon;
	uint64_t offset = 0, length = 0;
	char at[24], size[24];
	const char *const headers[][2] = { { "Upload-Offset", at }, { "Upload-Length", size }, { NULL, NULL } };
	enum err e;

	pthread_mutex_lock(&d->lock);
	e = state_of(d, id, &offset, &length);
	pthread_mutex_unlock(&d->lock);
	if (e)
		return answer_error(d, c, e);
	snprintf(at, sizeof at, "%" PRIu64, offset);
	snprintf(size, sizeof size, "%" PRIu64, length);
	return answer_headers(c, 200, headers);
}

static int digit64(char ch)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = ch ? strchr(digits, ch) : NULL;

	return p ? (int)(p - digits) : -1;
}

/* The value of key "id" in "name base64,id base64", decoded; false when there is none. */
static bool metadata_id(const char *text, char out[UPLOAD_ID + 1])
{
	while (text && *text) {
		size_t pair = strcspn(text, ",");
		const char *value = text + 3;
		uint32_t bits = 0;
		size_t n = 0;
		int have = 0;

		if (pair > 3 && !strncmp(text, "id ", 3)) {
			for (; value < text + pair && digit64(*value) >= 0; value++) {
				bits = bits << 6 | (uint32_t)digit64(*value);
				have += 6;
				if (have >= 8) {
					have -= 8;
					if (n == UPLOAD_ID)
						return false;
					out[n++] = (char)(bits >> have & 0xff);
				}
			}
			out[n] = '\0';
			return n == UPLOAD_ID;
		}
		text += pair + (text[pair] == ',');
		while (*text == ' ')
			text++;
	}
	return false;
}

static enum err start_creation(struct request *r, struct MHD_Connection *c)
{
	char id[UPLOAD_ID + 1];
	uint64_t length, offset;
	bool named = metadata_id(header(c, "Upload-Metadata"), id);

	if (!number(header(c, "Upload-Length"), &length))
		return err_set(ERR_FORMAT, _("缺少 Upload-Length"));
	if (named && !state_of(r->daemon, id, &offset, &length) && offset == length) {
		strcpy(r->upload, id);
		r->offset = offset;               /* merged already */
		return ERR_OK;
	}
	return upload_create(r->daemon->uploads, named ? id : NULL, length, r->upload);
}

static enum err start_patch(struct request *r, struct MHD_Connection *c, const char *id)
{
	const char *type = header(c, "Content-Type");
	uint64_t at, length;
	enum err e;

	if (!type || strcmp(type, "application/offset+octet-stream") || !number(header(c, "Upload-Offset"), &at))
		return err_set(ERR_FORMAT, _("PATCH 要有 Upload-Offset 和 application/offset+octet-stream"));
	if (strlen(id) > UPLOAD_ID)
		return err_set(ERR_NOTFOUND, _("没有这个上传"));
	if ((e = state_of(r->daemon, id, &r->offset, &length)))
		return e;
	strcpy(r->upload, id);
	return at == r->offset ? ERR_OK : err_set(ERR_CONFLICT, _("已收到 %" PRIu64 " 字节"), r->offset);
}

enum err tus_start(struct request *r, struct MHD_Connection *c, const char *method, const char *id)
{
	const char *version = header(c, "Tus-Resumable");

	r->started = true;
	if (!version || strcmp(version, "1.0.0"))
		return err_set(ERR_VERSION, _("只懂 tus 1.0.0"));
	return !strcmp(method, "POST") ? start_creation(r, c) : start_patch(r, c, id);
}

/* A whole upload waits for daemon_work(). With a full queue it stays on disk and the client asks again. */
static void enqueue(struct daemon *d, const char *id)
{
	for (size_t i = 0; i < d->queued; i++)
		if (!strcmp(d->queue[i], id))
			return;
	if (d->queued == DAEMON_QUEUE)
		return;
	strcpy(d->queue[d->queued++], id);
	d->uploaded++;
	pthread_cond_signal(&d->arrived);
}

/* Write what has gathered, durably. */
static void flush(struct request *r)
{
	struct daemon *d = r->daemon;
	uint64_t length, offset;

	if (r->err || !r->body.len)
		return;
	pthread_mutex_lock(&d->lock);
	r->err = upload_append(d->uploads, r->upload, r->offset, r->body.data, r->body.len, &r->offset);
	if (!r->err) {
		d->bytes += r->body.len;
		if (!upload_state(d->uploads, r->upload, &offset, &length) && offset == length)
			enqueue(d, r->upload);
	}
	pthread_mutex_unlock(&d->lock);
	buf_reset(&r->body);
}

void tus_body(struct request *r, const char *data, size_t len)
{
	while (!r->err && len) {
		size_t n = DAEMON_BODY - r->body.len < len ? DAEMON_BODY - r->body.len : len;

		buf_put(&r->body, data, n);
		data += n;
		len -= n;
		if (r->body.err)
			r->err = r->body.err;
		else if (r->body.len == DAEMON_BODY)
			flush(r);
	}
}

enum MHD_Result tus_end(struct request *r, struct MHD_Connection *c, const char *method)
{
	char at[24], location[UPLOAD_ID + 16];
	const char *const created[][2] = { { "Location", location }, { "Upload-Offset", at }, { NULL, NULL } };
	bool post = !strcmp(method, "POST");

	flush(r);
	if (r->err)
		return answer_error(r->daemon, c, r->err);
	snprintf(at, sizeof at, "%" PRIu64, r->offset);
	snprintf(location, sizeof location, "/v1/b/%s", r->upload);
	return answer_headers(c, post ? 201 : 204, post ? created : created + 1);
}
