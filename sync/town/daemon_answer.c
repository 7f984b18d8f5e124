#include "config.h"
#include "sync/town/daemon_http.h"

#include <string.h>

static enum MHD_Result respond(struct MHD_Connection *c, unsigned status, struct MHD_Response *response, const char *type)
{
	enum MHD_Result done;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Tus-Resumable", "1.0.0");
	MHD_add_response_header(response, "Xuncha", "1");
	if (status == 412)
		MHD_add_response_header(response, "Tus-Version", "1.0.0");
	MHD_add_response_header(response, "Cache-Control", "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (type)
		MHD_add_response_header(response, "Content-Type", type);
	done = MHD_queue_response(c, status, response);
	MHD_destroy_response(response);
	return done;
}

enum MHD_Result answer_bytes(struct MHD_Connection *c, unsigned status, const char *type, const void *data, size_t len)
{
	return respond(c, status, MHD_create_response_from_buffer(len, (void *)(uintptr_t)data, MHD_RESPMEM_MUST_COPY), type);
}

enum MHD_Result answer_with(struct MHD_Connection *c, unsigned status, const char *header, const char *value, const void *data, size_t len)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(len, (void *)(uintptr_t)data, MHD_RESPMEM_MUST_COPY);

	if (response)
		MHD_add_response_header(response, header, value);
	return respond(c, status, response, "application/octet-stream");
}

enum MHD_Result answer_text(struct MHD_Connection *c, unsigned status, const char *text)
{
	return answer_bytes(c, status, "text/plain; charset=utf-8", text, strlen(text));
}

enum MHD_Result answer_headers(struct MHD_Connection *c, unsigned status, const char *const headers[][2])
{
	struct MHD_Response *response = MHD_create_response_from_buffer(0, (void *)(uintptr_t)"", MHD_RESPMEM_PERSISTENT);

	for (size_t i = 0; response && headers[i][0]; i++)
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
	return respond(c, status, response, NULL);
}

enum MHD_Result answer_error(struct daemon *d, struct MHD_Connection *c, enum err e)
{
	static const struct { enum err e; unsigned status; } map[] = {
		{ ERR_NOTFOUND, 404 }, { ERR_UNKNOWN, 403 }, { ERR_DENIED, 403 }, { ERR_CONFLICT, 409 }, { ERR_LIMIT, 413 },
		{ ERR_FULL, 507 }, { ERR_FORMAT, 400 }, { ERR_USAGE, 405 }, { ERR_BUSY, 503 }, { ERR_VERSION, 412 }, { ERR_HELD, 404 },
		{ ERR_UNSUPPORTED, 415 }, { ERR_CORRUPT, 422 },
	};
	unsigned status = 500;

	for (size_t i = 0; i < sizeof map / sizeof *map; i++)
		if (map[i].e == e)
			status = map[i].status;
	pthread_mutex_lock(&d->lock);
	d->refused++;
	pthread_mutex_unlock(&d->lock);
	return answer_text(c, status, err_detail());
}
