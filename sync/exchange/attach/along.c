#include "config.h"
#include "sync/exchange/attach/along.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/bundle/blob.h"
#include "sync/exchange/attach/attach.h"
#include "sync/exchange/attach/scale.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/reader.h"
#include "sync/ledger/store/seal.h"
#include "sync/ledger/submit/draft.h"
#include "sync/ledger/submit/submit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAME_NAMES_MAX = 100, FOLDERS_MAX = 1 << 16 };

struct about { char text[20 + ALONG_NAME_MAX]; };

static void folder_of(struct profile *p, uint64_t draft, struct buf *out)
{
	struct buf photos = { 0 };
	char id[20];

	snprintf(id, sizeof id, "%016llx", (unsigned long long)draft);
	fs_path(out, profile_path(p, "photos", &photos), id);
	buf_clear(&photos);
}

static const char *path_of(struct profile *p, uint64_t draft, const char *name, struct buf *out)
{
	struct buf folder = { 0 };

	folder_of(p, draft, &folder);
	fs_path(out, buf_str(&folder), name);
	buf_clear(&folder);
	return buf_str(out);
}

/* What a file is sealed for: it opens as no other file and in no other draft. */
static struct about about_file(uint64_t draft, const char *name)
{
	struct about a;

	snprintf(a.text, sizeof a.text, "%016llx/%.*s", (unsigned long long)draft, ALONG_NAME_MAX, name);
	return a;
}

bool along_has(struct profile *p, uint64_t draft, const char *name)
{
	struct buf path = { 0 };
	bool has = *name && !strchr(name, '/') && strlen(name) <= ALONG_NAME_MAX && fs_exists(path_of(p, draft, name, &path));

	buf_clear(&path);
	return has;
}

/* An answer holds no blank and no colon; the same name twice in a draft are two pictures. */
static enum err name_it(struct profile *p, uint64_t draft, const char *path, char out[ALONG_NAME_MAX + 1])
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	char fit[ALONG_NAME_MAX + 1];

	if (!*base || *base == '.' || strlen(base) > ALONG_NAME_MAX - 4 || !text_valid(base, strlen(base)))
		return err_set(ERR_FORMAT, _("%s: 文件名不能用 (空的、以点开头的、太长的)"), path);
	snprintf(fit, sizeof fit, "%s", base);
	for (char *c = fit; *c; c++)
		if (*c == ' ' || *c == ':' || (unsigned char)*c < ' ')
			*c = '_';
	snprintf(out, ALONG_NAME_MAX + 1, "%s", fit);
	for (unsigned n = 2; along_has(p, draft, out); n++) {
		if (n == SAME_NAMES_MAX)
			return err_set(ERR_LIMIT, _("%s: 这份草稿里同名的文件太多"), path);
		snprintf(out, ALONG_NAME_MAX + 1, "%u-%.*s", n, ALONG_NAME_MAX - 4, fit);
	}
	return ERR_OK;
}

enum err along_take(struct profile *p, uint64_t draft, const char *path, const char *scale, struct buf *name)
{
	struct buf content = { 0 }, folder = { 0 }, to = { 0 };
	char fit[ALONG_NAME_MAX + 1];
	enum err e = name_it(p, draft, path, fit);

	if (!e)
		e = scale_read(path, scale, p->dir, BLOB_CONTENT, &content);
	folder_of(p, draft, &folder);
	if (!e)
		e = fs_make_dir(buf_str(&folder));
	if (!e)
		e = seal_write_file(&p->seal, path_of(p, draft, fit, &to), about_file(draft, fit).text, content.data, content.len);
	if (!e)
		buf_puts(name, fit);
	buf_clear(&content);
	buf_clear(&folder);
	buf_clear(&to);
	return e ? e : name->err;
}

/* --- the record is kept --- */

struct attaching { struct profile *p; uint64_t draft; const uint8_t *record; unsigned *attached; struct buf *missing; };

/* A picture of the camera's is named for its moment. */
static int64_t moment_of(const char *name)
{
	char *end;
	long long ms = *name == 'p' ? strtoll(name + 1, &end, 10) : 0;

	return ms > 0 && end - name == 14 && *end == '.' ? ms : INT64_MIN;
}

static enum err attach_one(void *user, uint32_t question, const char *question_name, uint32_t instance, const char *name)
{
	struct attaching *x = user;
	struct attachment there;
	struct buf path = { 0 }, content = { 0 };
	uint8_t ref[EVENT_REF];
	bool done = !attach_find(x->p, x->record, name, &there);
	enum err e = ERR_OK;

	(void)question;
	if (done)                                                /* before the power went */
		return ERR_OK;
	if (!along_has(x->p, x->draft, name)) {
		buf_printf(x->missing, "%s\n", name);
		return x->missing->err;
	}
	e = seal_read_file(&x->p->seal, path_of(x->p, x->draft, name, &path), about_file(x->draft, name).text, BLOB_CONTENT, &content);
	if (!e)
		e = attach_content(x->p, x->record, question_name, instance, &content, moment_of(name), ref);
	*x->attached += !e;
	buf_clear(&path);
	buf_clear(&content);
	return e;
}

enum err along_attach(struct profile *p, uint64_t draft, unsigned *attached, struct buf *missing)
{
	uint8_t record[EVENT_REF];
	struct attaching x = { p, draft, record, attached, missing };
	enum err e;

	*attached = 0;
	e = draft_record(p, draft, record);
	if (!e)
		e = submit_files(p, record, attach_one, &x);
	/* All that it names is sealed elsewhere now; what it does not name was put in place of another. */
	return e ? e : along_drop(p, draft);
}

enum err along_drop(struct profile *p, uint64_t draft)
{
	struct buf folder = { 0 };
	enum err e;

	folder_of(p, draft, &folder);
	e = fs_remove_tree(buf_str(&folder));
	buf_clear(&folder);
	return e;
}

/* --- the next start --- */

struct sweeping { struct profile *p; unsigned *attached; enum err first; };

static bool is_ours(struct profile *p, const uint8_t record[EVENT_REF])
{
	struct log_event e = { 0 };
	struct store_txn t;
	bool ours;

	profile_begin(p, &t);
	ours = !t.err && !log_event_get(&t, record, &e) && !memcmp(e.log.writer, p->writer, EVENT_WRITER);
	store_abort(&t);
	log_event_clear(&e);
	return ours;
}

static enum err sweep_folder(struct sweeping *s, const char *name)
{
	uint8_t record[EVENT_REF];
	struct buf rest = { 0 };
	unsigned attached = 0;
	uint64_t draft;
	char *end;
	enum err e;

	draft = strtoull(name, &end, 16);
	if (strlen(name) != 16 || *end)                          /* a camera's, which could not be sealed: its person was told where it is */
		return ERR_OK;
	e = draft_record(s->p, draft, record);
	if (e)
		return e == ERR_NOTFOUND && !draft_exists(s->p, draft) ? along_drop(s->p, draft) : e == ERR_NOTFOUND ? ERR_OK : e;
	if (!is_ours(s->p, record))
		return ERR_OK;
	e = along_attach(s->p, draft, &attached, &rest);
	*s->attached += attached;
	buf_clear(&rest);
	return e;
}

/* One that cannot be read keeps none of the others waiting. */
static enum err sweep_one(void *user, const char *name)
{
	struct sweeping *s = user;
	enum err e = sweep_folder(s, name);

	if (e && !s->first)
		s->first = e;
	return ERR_OK;
}

enum err along_sweep(struct profile *p, unsigned *attached)
{
	struct sweeping s = { p, attached, ERR_OK };
	struct buf photos = { 0 };
	enum err e;

	*attached = 0;
	e = fs_list(profile_path(p, "photos", &photos), FOLDERS_MAX, sweep_one, &s);
	buf_clear(&photos);
	return e ? e : s.first;
}
