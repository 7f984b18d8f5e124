/* Bundles that were refused, wait for a certificate, are carried for others or have just come are kept whole, with whatever they hold of
 * people: an erasure looks there too. One that is too new to be read stays; it is stripped on entry, once a newer program opens it. */
#include "config.h"
#include "sync/exchange/erase/erase_own.h"

#include "forms/base/fs.h"
#include "sync/bundle/open.h"
#include "sync/keys/hash.h"
#include "sync/exchange/inbox/quarantine.h"
#include "sync/ledger/profile/profile.h"

#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 100000, NAME = 2 * KEYS_HASH };

static bool is_in(const struct log_segment *seg, const struct erase_target *t)
{
	return t->placed && event_log_same(&t->log, &seg->id) && t->log.epoch == seg->id.epoch && t->seq >= seg->first && t->seq - seg->first < seg->count;
}

/* By place where that is known, else by name. Who signed does not matter: the bytes are here. */
static bool names(const struct log_segment *seg, struct log_step *steps, const struct erase_target *at, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_in(seg, &at[i]))
			return true;
	if (!steps || log_segment_read(seg, steps))
		return false;
	for (uint32_t k = 0; k < seg->count; k++)
		for (size_t i = 0; i < count; i++)
			if (!memcmp(steps[k].hash, at[i].ref, EVENT_REF))
				return true;
	return false;
}

bool erase_holds(struct profile *p, const void *data, size_t len, const struct erase_target *at, size_t count)
{
	struct bundle *b = bundle_is_for(data, len, p->ring) ? calloc(1, sizeof *b) : NULL;
	bool held = false;

	if (!b)
		return false;
	if (!bundle_envelope_read(data, len, &b->envelope) && !bundle_envelope_open(&b->envelope, p->ring, b)) {
		for (size_t s = 0; !held && s < b->segment_count; s++) {
			struct log_step *steps = calloc(b->segments[s].count, sizeof *steps);

			held = names(&b->segments[s], steps, at, count);
			free(steps);
		}
	}
	bundle_clear(b);
	free(b);
	return held;
}

struct looking { struct profile *profile; const char *dir; const struct erase_target *at; size_t count; };

static enum err look(void *user, const struct quarantined *q)
{
	struct looking *x = user;
	struct buf path = { 0 }, data = { 0 };
	char id[2 * KEYS_HASH + 1];
	enum err e;

	if (*q->newer)                                  /* not damaged, and the only copy of what else is in it */
		return ERR_OK;
	keys_hex(q->id, KEYS_HASH, id);
	buf_printf(&path, "%s/%s.xcb", x->dir, id);
	e = path.err ? path.err : fs_read(path.data, LIMIT_BLOB, &data);
	if (!e && erase_holds(x->profile, data.data, data.len, x->at, x->count))
		e = quarantine_drop(x->profile, q->id);
	buf_clear(&path);
	buf_clear(&data);
	return e == ERR_NOTFOUND || e == ERR_LIMIT ? ERR_OK : e;
}

enum err erase_refused(struct profile *p, const struct erase_target *at, size_t count)
{
	struct buf dir = { 0 };
	struct looking x = { p, profile_path(p, "quarantine", &dir), at, count };
	enum err e = dir.err ? dir.err : count ? quarantine_each(p, look, &x) : ERR_OK;

	buf_clear(&dir);
	return e;
}

/* --- what waits --- */

/* One that was read by somebody else meanwhile is gone, and nothing of it lies here. */
static enum err drop(const char *path, enum err e, bool held)
{
	if (!e && held)
		e = fs_remove(path);
	return e == ERR_NOTFOUND || e == ERR_LIMIT ? ERR_OK : e;
}

static enum err look_at_bundle(void *user, const char *name)
{
	struct looking *x = user;
	struct buf path = { 0 }, data = { 0 };
	enum err e;

	if (strlen(name) < 4 || strcmp(name + strlen(name) - 4, ".xcb"))
		return ERR_OK;
	e = fs_read(fs_path(&path, x->dir, name), LIMIT_BLOB, &data);
	e = drop(path.data, e, !e && erase_holds(x->profile, data.data, data.len, x->at, x->count));
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

static bool is_blob_of(const struct looking *x, const char *name)
{
	char hex[NAME + 1];

	for (size_t i = 0; i < x->count; i++) {
		keys_hex(x->at[i].blob, KEYS_HASH, hex);
		if (x->at[i].attachment && !strncmp(name, hex, NAME))
			return true;
	}
	return false;
}

/* "ID.LENGTH" (town/upload.h). */
static enum err look_at_upload(void *user, const char *name)
{
	struct looking *x = user;
	const char *dot = strchr(name, '.');
	struct buf path = { 0 }, data = { 0 };
	bool held = false;
	enum err e;

	if (!dot)
		return ERR_OK;
	e = fs_read(fs_path(&path, x->dir, name), LIMIT_BLOB, &data);
	if (!e && data.len >= 4 && !memcmp(data.data, "XCA1", 4))
		held = is_blob_of(x, name);
	else if (!e)
		held = data.len < strtoull(dot + 1, NULL, 10) || erase_holds(x->profile, data.data, data.len, x->at, x->count);
	e = drop(path.data, e, held);
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

enum err erase_waiting(struct profile *p, const struct erase_target *at, size_t count)
{
	static const struct { const char *dir; enum err (*look)(void *user, const char *name); } where[] = {
		{ "in", look_at_bundle }, { "carry", look_at_bundle }, { "upload", look_at_upload }
	};
	struct looking x = { .profile = p, .at = at, .count = count };
	struct buf dir = { 0 };
	enum err e = ERR_OK;

	for (size_t i = 0; !e && count && i < sizeof where / sizeof *where; i++) {
		x.dir = profile_path(p, where[i].dir, &dir);
		e = dir.err ? dir.err : fs_list(x.dir, FILES_MAX, where[i].look, &x);
		e = e == ERR_NOTFOUND ? ERR_OK : e;
	}
	buf_clear(&dir);
	return e;
}
