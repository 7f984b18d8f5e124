#include "config.h"
#include "sync/exchange/outbox/downlink.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/bundle/receipt.h"
#include "sync/bundle/seal.h"
#include "sync/bundle/segment.h"
#include "sync/exchange/inbox/keep.h"
#include "sync/exchange/outbox/shelf.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/profile/profile_copy.h"

#include <stdlib.h>
#include <string.h>

#define AGE "age"

/* The scopes anybody has, each once. */
struct scopes { struct event_scope *at; size_t count; };

static enum err note_scope(struct scopes *s, const struct event_scope *scope)
{
	struct event_scope *more;

	for (size_t i = 0; i < s->count; i++)
		if (event_scope_same(&s->at[i], scope))
			return ERR_OK;
	if (!(more = realloc(s->at, (s->count + 1) * sizeof *more)))
		return err_set(ERR_NOMEM, _("下行包内存不够"));
	s->at = more;
	s->at[s->count++] = *scope;
	return ERR_OK;
}

static enum err collect_scopes(struct profile *p, struct scopes *out)
{
	struct event_scope all = event_scope_all();
	enum err e = note_scope(out, &all);

	for (size_t i = 0; !e && i < keys_roster_count(p->roster); i++) {
		const struct keys_writer *w = keys_roster_at(p->roster, i);

		for (size_t k = 0; !e && w && k < w->scope_count; k++)
			e = note_scope(out, &w->scopes[k]);
	}
	return e;
}

/* A shelf holds the logs of one scope; what T says has one of its own. */
struct part { struct profile *profile; struct event_scope scope; bool decrees; };

static bool is_of_part(void *user, const struct event_log_id *log)
{
	const struct part *x = user;

	return event_scope_same(&x->scope, &log->scope) && keys_roster_is_authority(x->profile->roster, log->writer) == x->decrees;
}

static void part_name(const struct part *x, char name[68])
{
	if (x->decrees)
		strcpy(name, "decrees");
	else
		event_scope_text(&x->scope, name);
}

/* Whom it is sealed to: the scope's newest key, so that nobody revoked opens it; but everybody must hear that there is a newer one. */
static bool part_key(const struct part *x, uint8_t pk[KEYS_PK])
{
	uint32_t version;

	return x->decrees ? keys_roster_decree_key(x->profile->roster, &version, pk)
	                  : keys_roster_scope_key(x->profile->roster, &x->scope, KEYS_SCOPE_BOX, &version, pk);
}

struct counting { uint32_t files; };

static enum err count_file(void *user, const char *name)
{
	struct counting *c = user;

	(void)name;
	c->files++;
	return ERR_OK;
}

static const char *shelf_directory(struct profile *p, const char *scope, struct buf *out)
{
	buf_reset(out);
	buf_printf(out, "%s/down/%s", p->dir, scope);
	return buf_str(out);
}

/* Of a township that was restored every bundle from before says the old tick, so that nobody would hear of it until something new is
 * written: they are sealed anew, once. The file tells of which age (the tick's upper half) the shelves are. */
static bool is_of_age(struct profile *p, struct buf *path)
{
	struct buf text = { 0 };
	bool same;

	buf_printf(path, "%s/down/" AGE, p->dir);
	fs_read(buf_str(path), 64, &text);
	same = strtoull(buf_str(&text), NULL, 10) == p->anchor.tick >> 32;
	buf_clear(&text);
	return same;
}

static enum err keep_age(struct profile *p, const struct buf *path)
{
	char text[32];

	snprintf(text, sizeof text, "%llu\n", (unsigned long long)(p->anchor.tick >> 32));
	return path->err ? path->err : fs_write(path->data, text, strlen(text));
}

static enum err fill_part(struct part *x, const struct keys_identity *sealer, uint64_t tick, bool anew, uint32_t *bundles)
{
	struct profile *p = x->profile;
	uint8_t to[1][KEYS_PK];
	struct counting c = { 0 };
	struct buf dir = { 0 };
	char name[68];
	uint32_t more = 0;
	enum err e;

	if (!part_key(x, to[0]))
		return ERR_OK;                    /* nobody could open it */
	part_name(x, name);
	struct shelf s = { .name = name, .directory = shelf_directory(p, name, &dir), .sealer = sealer, .to = (const uint8_t (*)[KEYS_PK])to, .to_count = 1,
	                   .tick = tick, .wants = is_of_part, .user = x };

	e = dir.err ? dir.err : fs_list(s.directory, FOLDER_FILES_MAX, count_file, &c);
	if (!e && (anew || c.files > DOWNLINK_SMALL_FILES))
		e = shelf_empty(p, name, s.directory);
	if (!e)
		e = shelf_fill(p, &s, &more, NULL);
	*bundles += more;
	buf_clear(&dir);
	return e;
}

enum err downlink_fill(struct profile *p, uint32_t *bundles)
{
	struct scopes scopes = { 0 };
	struct buf age = { 0 };
	uint32_t made = 0;
	uint64_t tick = p->anchor.tick + 1;
	bool anew = !is_of_age(p, &age);
	enum err e = p->receipt ? ERR_OK : err_set(ERR_DENIED, _("只有乡镇能做下行包"));

	if (!e)
		e = profile_set_tick(p, tick);
	if (!e)
		e = collect_scopes(p, &scopes);
	if (!e)
		e = fill_part(&(struct part){ p, event_scope_all(), true }, p->receipt, tick, anew, &made);
	for (size_t i = 0; !e && i < scopes.count; i++)
		e = fill_part(&(struct part){ p, scopes.at[i], false }, p->receipt, tick, anew, &made);
	if (!e && anew)
		e = keep_age(p, &age);
	buf_clear(&age);
	if (bundles)
		*bundles = made;
	free(scopes.at);
	return e;
}

struct putting { struct profile *profile; const char *from, *to; struct folder_report *report; };

static enum err put_one(void *user, const char *name)
{
	struct putting *x = user;
	struct folder_report *r = x->report;
	struct buf path = { 0 }, data = { 0 };
	bool there;
	enum err e;

	if (r->stopped || (strchr(name, '.') && !strcmp(strrchr(name, '.'), ".new")))
		return ERR_OK;
	e = fs_read(fs_path(&path, x->from, name), LIMIT_BLOB, &data);
	if (e == ERR_FORMAT)
		e = ERR_OK;                       /* a directory */
	else if (!e)
		e = folder_put(x->to, name, data.data, data.len, &there);
	if (!e && data.len) {
		r->copied += !there;
		r->there += there;
		if (r->progress && !r->progress(r->user, _("拷出"), r->copied + r->there, r->copied + r->there))
			r->stopped = true;
	}
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

static enum err put_blob(void *user, const uint8_t id[KEYS_HASH])
{
	struct putting *x = user;
	char name[2 * KEYS_HASH + 1];

	keys_hex(id, KEYS_HASH, name);
	return keep_has_blob(x->profile, id) ? put_one(x, name) : ERR_OK;
}

/* How many documents a chain on the stick has, and whose it is; 0 = none that is sound. */
static size_t roots_there(const char *to, const char *name, uint8_t township[KEYS_TOWNSHIP])
{
	struct keys_roots r = { 0 };
	struct buf path = { 0 }, data = { 0 };
	size_t count;

	if (!fs_read(fs_path(&path, to, name), LIMIT_ROOTS * (LIMIT_ROOT + 2), &data))
		keys_roots_add_all(&r, data.data, data.len);
	if ((count = r.count))
		keys_roots_township(&r, township);
	keys_roots_clear(&r);
	buf_clear(&path);
	buf_clear(&data);
	return count;
}

/* A device that follows a later root left it there: the keys of it are gone with the machine that was lost. */
static enum err hear_of_later(const struct profile *p, const char *to, const char *name)
{
	struct buf path = { 0 }, data = { 0 };
	enum err e = fs_read(fs_path(&path, to, name), LIMIT_ROOTS * (LIMIT_ROOT + 2), &data);

	if (!e)
		e = profile_roots_shown(p, data.data, data.len);
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

/* Townships may share a stick: "roots" is that of the first that came, another's has the township's name behind it. A longer chain of
 * the same township stays: whoever put it there knows more. */
static enum err put_roots(struct profile *p, const char *to)
{
	char name[sizeof "roots-" + 2 * KEYS_TOWNSHIP] = "roots";
	uint8_t ours[KEYS_TOWNSHIP], theirs[KEYS_TOWNSHIP];
	struct buf roots = { 0 };
	size_t count;
	bool there;
	enum err e = ERR_OK;

	if (!p->roots.count)
		return ERR_OK;
	keys_roots_township(&p->roots, ours);
	if (roots_there(to, name, theirs) && memcmp(ours, theirs, sizeof ours)) {
		strcpy(name, "roots-");
		keys_hex(ours, sizeof ours, name + strlen(name));
	}
	count = roots_there(to, name, theirs);
	if (p->office && count > p->roots.count)
		return hear_of_later(p, to, name);
	if (count <= p->roots.count || memcmp(ours, theirs, sizeof ours)) {
		keys_roots_put(&p->roots, 0, &roots);
		e = roots.err ? roots.err : folder_put(to, name, roots.data, roots.len, &there);
	}
	buf_clear(&roots);
	return e;
}

static enum err put_scopes(struct profile *p, const struct scopes *scopes, const char *dir, struct folder_report *r)
{
	struct buf to = { 0 }, from = { 0 };
	char name[68];
	enum err e;

	buf_printf(&to, "%s/XUNCHA/down", dir);
	e = to.err ? to.err : put_roots(p, to.data);
	for (size_t i = 0; !e && i <= scopes->count; i++) {
		struct putting x = { p, NULL, to.data, r };

		if (i)
			event_scope_text(&scopes->at[i - 1], name);
		else
			strcpy(name, "decrees");
		x.from = shelf_directory(p, name, &from);
		e = from.err ? from.err : fs_list(x.from, FOLDER_FILES_MAX, put_one, &x);
	}
	if (!e) {
		struct putting x = { p, profile_path(p, "blobs", &from), to.data, r };

		e = from.err ? from.err : keep_pack_blobs(p, put_blob, &x);
	}
	if (!e && !r->stopped)
		e = folder_sweep(p, dir, "down", true);
	buf_clear(&to);
	buf_clear(&from);
	return e;
}

enum err downlink_put(struct profile *p, const char *dir, struct folder_report *r)
{
	struct scopes scopes = { 0 };
	enum err e = collect_scopes(p, &scopes);

	if (!e)
		e = put_scopes(p, &scopes, dir, r);
	free(scopes.at);
	return e;
}

enum err downlink_relay(struct profile *p, const char *dir, struct folder_report *r)
{
	const struct keys_writer *w = keys_roster_find(p->roster, p->writer);
	struct event_scope all = event_scope_all();
	struct scopes scopes = { 0 };
	struct folder_report apart = { .progress = r->progress, .user = r->user };        /* not what was sent to the township */
	uint32_t made = 0;
	enum err e = ERR_OK;

	if (!w || w->revoked)
		return ERR_OK;
	e = note_scope(&scopes, &all);
	for (size_t i = 0; !e && i < w->scope_count; i++)
		e = note_scope(&scopes, &w->scopes[i]);
	if (!e)
		e = fill_part(&(struct part){ p, event_scope_all(), true }, p->identity, 0, false, &made);
	for (size_t i = 0; !e && i < scopes.count; i++)
		e = fill_part(&(struct part){ p, scopes.at[i], false }, p->identity, 0, false, &made);
	if (!e)
		e = put_scopes(p, &scopes, dir, &apart);
	r->stopped |= apart.stopped;
	free(scopes.at);
	return e;
}

/* --- for one writer --- */

struct picking {
	const struct event_scope *scopes; size_t scope_count;
	const struct downlink_heads *heads;
	struct profile *profile;
	struct log_head *found; size_t count, cap;
};

void downlink_place(const struct event_log_id *log, uint8_t out[DOWNLINK_PLACE])
{
	memcpy(out, log->writer, EVENT_WRITER);
	receipt_scope(&log->scope, out + EVENT_WRITER);
	for (int i = 0; i < 8; i++)
		out[EVENT_WRITER + KEYS_HASH_SHORT + i] = (uint8_t)(log->epoch >> (56 - 8 * i));
}

static bool is_asked(const struct downlink_heads *heads, const struct event_log_id *log)
{
	uint8_t place[DOWNLINK_PLACE];

	if (!heads)
		return true;
	downlink_place(log, place);
	return !(heads->after && memcmp(place, heads->after, sizeof place) <= 0) && !(heads->to && memcmp(place, heads->to, sizeof place) > 0);
}

static enum err pick(void *user, const struct log_head *h)
{
	struct picking *x = user;
	struct log_head *more;
	bool wanted = false;

	for (size_t i = 0; i < x->scope_count; i++)
		wanted |= event_scope_same(&x->scopes[i], &h->id.scope);
	if (!wanted || !is_asked(x->heads, &h->id))
		return ERR_OK;
	if (x->count == x->cap) {
		if (!(more = realloc(x->found, (x->cap = x->cap ? x->cap * 2 : 32) * sizeof *more)))
			return err_set(ERR_NOMEM, _("下行包内存不够"));
		x->found = more;
	}
	x->found[x->count++] = *h;
	return ERR_OK;
}

/* T's logs first: who is who comes before what they wrote. */
static void authority_first(struct picking *x)
{
	size_t front = 0;

	for (size_t i = 0; i < x->count; i++)
		if (keys_roster_is_authority(x->profile->roster, x->found[i].id.writer)) {
			struct log_head h = x->found[front];

			x->found[front++] = x->found[i];
			x->found[i] = h;
		}
}

static uint64_t held_by(const struct downlink_heads *heads, const struct event_log_id *log)
{
	for (size_t i = 0; heads && i < heads->count; i++)
		if (heads->logs[i].epoch == log->epoch && !memcmp(heads->logs[i].writer, log->writer, EVENT_WRITER) && event_scope_same(&heads->logs[i].scope, &log->scope))
			return heads->seqs[i];
	return 0;
}

/* Do they hold this piece of a split log to its end? */
static bool has_end(struct profile *p, const struct downlink_heads *heads, const struct log_head *h, const struct log_range *range)
{
	uint8_t hash[EVENT_HASH];
	struct store_txn t;
	bool has = false;
	enum err e;

	if (!heads || !heads->end_count || !h->split_at)
		return false;
	profile_begin(p, &t);
	e = t.err ? t.err : log_hash_in(&t, &h->id, range, range->last, hash);
	store_abort(&t);
	for (size_t i = 0; !e && !has && i < heads->end_count; i++)
		has = !memcmp(heads->ends[i], hash, DOWNLINK_END);
	return has;
}

/* Events of one log from what they hold, appended to the plain text until it is full. */
static enum err add_log(struct profile *p, const struct keys_identity *sealer, const struct log_head *h, const struct downlink_heads *heads, size_t room, struct buf *plain, uint32_t *segments, bool *full)
{
	uint64_t held = held_by(heads, &h->id), from = h->split_at && h->split_at <= held ? h->split_at : held + 1;
	struct buf bytes = { 0 };
	enum err e = ERR_OK;

	for (uint32_t r = 0; !e && !*full && r < h->range_count; r++) {
		/* How far they hold it says nothing of a branch: theirs may be another than the one we call the log. */
		bool branch = h->split_at && h->ranges[r].first > 1;
		uint64_t first = branch || h->ranges[r].first > from ? h->ranges[r].first : from;

		if (has_end(p, heads, h, &h->ranges[r]))
			continue;
		while (!e && first <= h->ranges[r].last) {
			struct log_segment seg;
			struct store_txn t;

			if (plain->len + 512 > room || *segments == LIMIT_SEGMENTS) {
				*full = true;
				break;
			}
			buf_reset(&bytes);
			profile_begin(p, &t);
			e = t.err ? t.err : log_export(&t, &h->id, first, &h->ranges[r], LIMIT_EVENTS / 4, room - plain->len, &bytes, &seg);
			store_abort(&t);
			if (e)
				break;
			segment_put(&seg, keys_identity_public(sealer)->writer, plain);
			e = plain->err;
			++*segments;
			first = seg.first + seg.count;
		}
		if (e == ERR_NOTFOUND) {
			*full = plain->len > 0;
			e = ERR_OK;
		}
	}
	buf_clear(&bytes);
	return e;
}

enum err downlink_for(struct profile *p, const struct keys_identity *sealer, const uint8_t box[KEYS_PK], const struct event_scope *scopes, size_t scope_count,
                      const struct downlink_heads *heads, size_t max, struct buf *out, bool *more)
{
	struct picking x = { .scopes = scopes, .scope_count = scope_count, .heads = heads, .profile = p };
	struct bundle_sealing how = { .sealer = sealer, .to_count = 1, .wall = clock_wall(), .tick = p->anchor.tick };
	uint8_t to[1][KEYS_PK];
	struct buf plain = { 0 };
	struct store_txn t;
	uint32_t segments = 0;
	size_t room = max < LIMIT_PLAIN ? max : LIMIT_PLAIN - 4096;
	enum err e;

	memcpy(to[0], box, KEYS_PK);
	how.to = (const uint8_t (*)[KEYS_PK])to;
	*more = false;
	profile_begin(p, &t);
	e = t.err ? t.err : log_heads(&t, pick, &x);
	store_abort(&t);
	authority_first(&x);
	for (size_t i = 0; !e && i < x.count && !*more; i++)
		e = add_log(p, sealer, &x.found[i], heads, room, &plain, &segments, more);
	if (!e && plain.len && !(e = profile_next_counter(p, &how.counter)))
		e = bundle_seal(&how, plain.data, plain.len, out, NULL);
	free(x.found);
	buf_clear(&plain);
	return e;
}
