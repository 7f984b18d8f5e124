#include "config.h"
#include "sync/exchange/attach/attach.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"
#include "sync/bundle/blob.h"
#include "sync/exchange/attach/scale.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/reader.h"
#include "sync/ledger/submit/submit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER "; answer="

/* --- where they lie --- */

static enum err blob_path(const struct profile *p, const char *folder, const uint8_t id[KEYS_HASH], const char *ending, struct buf *out)
{
	char hex[2 * KEYS_HASH + 1];

	keys_hex(id, KEYS_HASH, hex);
	buf_reset(out);
	buf_printf(out, "%s/%s/%s%s", p->dir, folder, hex, ending);
	return out->err;
}

static bool is_here(const struct profile *p, const uint8_t id[KEYS_HASH])
{
	struct buf path = { 0 };
	bool here = !blob_path(p, "blobs", id, "", &path) && fs_exists(path.data);

	buf_clear(&path);
	return here;
}

bool attach_size(struct profile *p, const uint8_t id[KEYS_HASH], uint64_t *size)
{
	struct buf path = { 0 };
	struct stat st;
	bool here = !blob_path(p, "blobs", id, "", &path) && !sys->lstat(path.data, &st) && S_ISREG(st.st_mode);

	if (here)
		*size = (uint64_t)st.st_size;
	buf_clear(&path);
	return here;
}

enum err attach_drop(struct profile *p, const uint8_t id[KEYS_HASH])
{
	static const char *const where[][2] = { { "blobs", "" }, { "out", ".xca" }, { "carry", ".xca" }, { "in", ".part" } };
	struct buf path = { 0 };
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < sizeof where / sizeof *where; i++)
		if (!(e = blob_path(p, where[i][0], id, where[i][1], &path)))
			e = fs_remove(path.data);
	buf_clear(&path);
	return e;
}

/* BLOB: id → 1 when a receipt named it. */
static struct store_key ack_key(const uint8_t id[KEYS_HASH])
{
	struct store_key k = store_key();

	store_key_put(&k, id, KEYS_HASH);
	return k;
}

/* --- what an event says --- */

/* "image/jpeg; answer=2" */
static void read_media(const struct payload *pl, struct attachment *out)
{
	const char *parameter;

	memcpy(out->media, pl->media, pl->media_len < ATTACH_MEDIA_MAX ? pl->media_len : ATTACH_MEDIA_MAX);
	parameter = strstr(out->media, ANSWER);
	if (parameter) {
		out->answer = (uint32_t)strtoul(parameter + strlen(ANSWER), NULL, 10);
		out->media[parameter - out->media] = '\0';
	}
}

static enum err about(const struct context *c, const struct log_event *e, struct attachment *out)
{
	struct store_key ack;
	struct payload pl;
	enum err err = payload_open(EVENT_ATTACH, e->event.public_part.data, e->event.public_part.len, &pl);

	if (err)
		return err;
	*out = (struct attachment){ .question = pl.question, .size = pl.size, .taken = pl.taken };
	memcpy(out->ref, e->hash, EVENT_REF);
	memcpy(out->blob, pl.blob, KEYS_HASH);
	read_media(&pl, out);
	out->erased = e->event.flags & EVENT_PRIVATE_GONE;
	out->here = !out->erased && is_here(c->p, out->blob);
	ack = ack_key(out->blob);
	out->acknowledged = store_has(c->t, STORE_BLOB, &ack);
	return ERR_OK;
}

struct seeking { const struct context *context; struct log_event *event; bool found; };

static enum err take_believed(void *user, const uint8_t ref[EVENT_REF])
{
	struct seeking *x = user;
	struct fold_view v;
	enum err e = x->found ? ERR_OK : log_event_get(x->context->t, ref, x->event);

	if (!e && !x->found) {
		v = history_view(x->event);
		x->found = history_trusts(x->context, &v);
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* The event that names a blob, when it is believed. */
static enum err naming(const struct context *c, const uint8_t id[KEYS_HASH], struct log_event *e)
{
	struct seeking x = { c, e, false };
	enum err err = fold_blob_events(c->t, id, take_believed, &x);

	return err ? err : x.found ? ERR_OK : ERR_NOTFOUND;
}

/* Its event, when the blob is to be taken in. */
static enum err wanting(const struct context *c, const uint8_t id[KEYS_HASH], uint64_t *size, uint8_t author[EVENT_WRITER])
{
	struct log_event e = { 0 };
	struct payload pl;
	enum err err = is_here(c->p, id) ? ERR_NOTFOUND : naming(c, id, &e);

	if (!err && e.event.flags & EVENT_PRIVATE_GONE)
		err = ERR_NOTFOUND;
	if (!err && !(err = payload_open(EVENT_ATTACH, e.event.public_part.data, e.event.public_part.len, &pl))) {
		*size = pl.size;
		memcpy(author, e.log.writer, EVENT_WRITER);
	}
	log_event_clear(&e);
	return err;
}

enum err attach_expected(struct profile *p, const uint8_t id[KEYS_HASH], uint64_t *size, uint8_t author[EVENT_WRITER])
{
	struct store_txn t;
	struct context c;
	enum err e;

	if (!p->fold)
		return ERR_NOTFOUND;
	reader_begin(p, &t, &c);
	e = t.err ? t.err : wanting(&c, id, size, author);
	store_abort(&t);
	return e;
}

bool attach_is_erased(struct profile *p, const uint8_t id[KEYS_HASH])
{
	struct log_event e = { 0 };
	struct store_txn t;
	struct context c;
	bool erased = false;

	if (!p->fold)
		return false;
	reader_begin(p, &t, &c);
	erased = !t.err && !naming(&c, id, &e) && e.event.flags & EVENT_PRIVATE_GONE;
	store_abort(&t);
	log_event_clear(&e);
	return erased;
}

bool attach_wanted(struct profile *p, const uint8_t id[KEYS_HASH])
{
	uint8_t author[EVENT_WRITER];
	uint64_t size;

	return !attach_expected(p, id, &size, author);
}

struct missing_blob { uint8_t id[KEYS_HASH]; uint64_t size; };
struct listing { const struct context *context; struct missing_blob *at; size_t count; };

static enum err list_missing(void *user, const uint8_t id[KEYS_HASH])
{
	struct listing *x = user;
	uint8_t author[EVENT_WRITER];
	uint64_t size;

	if (x->count == ATTACH_ASK)
		return ERR_EXISTS;
	if (!wanting(x->context, id, &size, author)) {
		memcpy(x->at[x->count].id, id, KEYS_HASH);
		x->at[x->count++].size = size;
	}
	return ERR_OK;
}

/* From anywhere, so that what nobody has any more holds up the others only once in a while. */
static enum err list_from(struct listing *x, const uint8_t from[KEYS_HASH])
{
	static const uint8_t start[KEYS_HASH];
	enum err e = fold_blobs(x->context->t, from, NULL, list_missing, x);

	if (!e)
		e = fold_blobs(x->context->t, start, from, list_missing, x);
	return e == ERR_EXISTS ? ERR_OK : e;
}

enum err attach_missing(struct profile *p, enum err (*each)(void *user, const uint8_t id[KEYS_HASH], uint64_t size), void *user)
{
	struct context c;
	struct listing x = { .context = &c, .at = calloc(ATTACH_ASK, sizeof *x.at) };
	uint8_t from[KEYS_HASH];
	struct store_txn t;
	enum err e = x.at ? fs_random(from, sizeof from) : err_set(ERR_NOMEM, _("附件内存不够"));

	if (!e && p->fold) {
		reader_begin(p, &t, &c);
		e = t.err ? t.err : list_from(&x, from);
		store_abort(&t);
	}
	for (size_t i = 0; !e && i < x.count; i++)
		e = each(user, x.at[i].id, x.at[i].size);
	free(x.at);
	return e;
}

struct showing { struct context context; bool (*each)(void *user, const struct attachment *a); void *user; struct attachment *at; size_t count; };

static enum err note_one(void *user, const uint8_t ref[EVENT_REF])
{
	struct showing *x = user;
	struct log_event e = { 0 };
	struct attachment *more;
	enum err err = log_event_get(x->context.t, ref, &e);

	if (!err && (more = realloc(x->at, (x->count + 1) * sizeof *more))) {
		x->at = more;
		x->count += !about(&x->context, &e, &x->at[x->count]);
	}
	log_event_clear(&e);
	return err == ERR_NOTFOUND ? ERR_OK : err;
}

enum err attach_each(struct profile *p, const uint8_t record[EVENT_REF], bool (*each)(void *user, const struct attachment *a), void *user)
{
	struct showing x = { .each = each, .user = user };
	struct store_txn t;
	enum err e;

	reader_begin(p, &t, &x.context);
	e = t.err ? t.err : fold_attachments(&t, record, note_one, &x);
	store_abort(&t);
	for (size_t i = 0; !e && i < x.count && each(user, &x.at[i]); i++)
		;
	free(x.at);
	return e;
}

struct finding { uint32_t number, instance; struct buf question; const char *name; struct attachment *out; bool named, found; };

static enum err match_name(void *user, uint32_t question, const char *question_name, uint32_t instance, const char *name)
{
	struct finding *x = user;

	if (!x->named && !strcmp(name, x->name)) {
		x->named = true;
		x->number = question;
		x->instance = instance;
		buf_puts(&x->question, question_name);
	}
	return ERR_OK;
}

static bool match_answer(void *user, const struct attachment *a)
{
	struct finding *x = user;

	if (a->question == x->number && a->answer == x->instance) {
		*x->out = *a;                             /* the last one: attached again, it is the better one */
		x->found = true;
	}
	return true;
}

enum err attach_find(struct profile *p, const uint8_t record[EVENT_REF], const char *name, struct attachment *out)
{
	struct finding x = { .name = name, .out = out };
	enum err e = submit_files(p, record, match_name, &x);

	if (!e && x.named)
		e = attach_each(p, record, match_answer, &x);
	buf_clear(&x.question);
	return e ? e : x.found ? ERR_OK : err_set(ERR_NOTFOUND, _("%s 没有附上"), name);
}

static enum err read_key(const struct log_event *e, struct keys_blob *name)
{
	struct cbor c = cbor_init(e->event.private_part.data, e->event.private_part.len);
	const uint8_t *key;

	if (e->event.flags & EVENT_PRIVATE_GONE || !e->event.private_part.data)
		return err_set(ERR_DENIED, _("这个附件已经删除"));
	key = cbor_bytes_n(&c, KEYS_SYMMETRIC);
	if (!key || cbor_end(&c))
		return err_set(ERR_FORMAT, _("附件的钥匙读不出来"));
	memcpy(name->key, key, KEYS_SYMMETRIC);
	return ERR_OK;
}

enum err attach_read(struct profile *p, const uint8_t ref[EVENT_REF], struct buf *out, struct attachment *a)
{
	struct log_event e = { 0 };
	struct keys_blob name = { 0 };
	struct buf path = { 0 }, carried = { 0 };
	struct store_txn t;
	struct context c;
	enum err err;

	reader_begin(p, &t, &c);
	err = t.err ? t.err : log_event_get(&t, ref, &e);
	if (!err && (e.event.kind != EVENT_ATTACH || e.opaque))
		err = err_set(ERR_NOTFOUND, _("这不是附件的记录号"));
	if (!err && !(err = about(&c, &e, a)))
		err = read_key(&e, &name);
	store_abort(&t);
	if (!err && !a->here)
		err = err_set(ERR_NOTFOUND, _("附件还没到 (%llu 字节), 下次同步再看"), (unsigned long long)a->size);
	if (!err && !(err = blob_path(p, "blobs", a->blob, "", &path)) && !(err = fs_read(path.data, LIMIT_BLOB, &carried))) {
		memcpy(name.id, a->blob, KEYS_HASH);
		name.size = a->size;
		err = blob_open(carried.data, carried.len, &name, out);
	}
	log_event_clear(&e);
	buf_clear(&path);
	buf_clear(&carried);
	return err;
}

/* --- receipts --- */

static enum err keep_ack(struct log_batch *b, void *user)
{
	struct store_key k = ack_key(user);

	return log_keep(b, STORE_BLOB, &k, "\1", 1);
}

enum err attach_acknowledge(struct profile *p, const uint8_t id[KEYS_HASH])
{
	struct log_event event = { 0 };
	struct buf path = { 0 };
	struct store_key k = ack_key(id);
	struct store_txn t;
	struct context c;
	bool known;
	enum err e;

	reader_begin(p, &t, &c);
	e = t.err ? t.err : naming(&c, id, &event);
	known = !e && store_has(&t, STORE_BLOB, &k);
	store_abort(&t);
	log_event_clear(&event);
	if (!e && !known)
		e = log_write(p, keep_ack, (void *)(uintptr_t)id);
	if (!e && !(e = blob_path(p, "out", id, ".xca", &path)))
		e = fs_remove(path.data);
	buf_clear(&path);
	return e;
}

bool attach_acknowledged(struct profile *p, const uint8_t id[KEYS_HASH])
{
	struct store_key k = ack_key(id);
	struct store_txn t;
	bool known;

	profile_begin(p, &t);
	known = store_has(&t, STORE_BLOB, &k);
	store_abort(&t);
	return known;
}

/* --- attaching --- */

struct target { struct event_scope scope; uint32_t question; };

/* The record must be here; its log's scope is the attachment's. */
static enum err find_target(struct profile *p, const uint8_t record[EVENT_REF], const char *question, struct target *out)
{
	struct log_event e = { 0 };
	struct record rec;
	struct missing why;
	struct store_txn t;
	struct context c;
	struct fold_view v;
	enum err err;

	reader_begin(p, &t, &c);
	err = t.err ? t.err : log_event_get(&t, record, &e);
	v = history_view(&e);
	if (err == ERR_NOTFOUND)
		err = err_set(err, _("没有这条记录"));
	else if (!err && ((e.event.kind != EVENT_SUBMIT && e.event.kind != EVENT_AMEND) || history_record(&c, &v, &rec, &why)))
		err = err_set(ERR_FORMAT, _("附件只能附在一条填过的记录上"));
	store_abort(&t);
	out->scope = e.log.scope;
	out->question = PAYLOAD_NO_QUESTION;
	if (!err && question && (out->question = form_find(rec.pack->forms[rec.plan->form].body->form, question, 0)) == FORM_NONE)
		err = err_set(ERR_NOTFOUND, _("这条记录的表里没有问题 %s"), question);
	log_event_clear(&e);
	if (!err && !keys_roster_writes(p->roster, p->writer, &out->scope))
		err = err_set(ERR_DENIED, _("不是本人的村, 不能附文件"));
	return err;
}

/* What it is, by its first bytes: names and endings are lost on the way through chats. */
static const char *media_of(const struct buf *file)
{
	static const struct { const char *magic; size_t at, len; const char *media; } known[] = {
		{ "\xff\xd8\xff", 0, 3, "image/jpeg" }, { "\x89PNG", 0, 4, "image/png" }, { "GIF8", 0, 4, "image/gif" },
		{ "WEBP", 8, 4, "image/webp" }, { "%PDF", 0, 4, "application/pdf" }, { "ftyp", 4, 4, "video/mp4" },
		{ "OggS", 0, 4, "audio/ogg" }, { "#!AMR", 0, 5, "audio/amr" },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (file->len >= known[i].at + known[i].len && !memcmp(file->data + known[i].at, known[i].magic, known[i].len))
			return known[i].media;
	return "application/octet-stream";
}

struct attaching { const uint8_t *record; struct target target; struct keys_blob name; char media[ATTACH_MEDIA_MAX + 1]; int64_t taken; uint8_t *ref; };

static enum err append(struct log_batch *b, void *user)
{
	struct attaching *x = user;
	struct payload head = { .kind = EVENT_ATTACH, .question = x->target.question, .blob = x->name.id, .size = (uint32_t)x->name.size,
	                        .media = x->media, .media_len = strlen(x->media), .taken = x->taken };
	struct event e = { .kind = EVENT_ATTACH, .flags = EVENT_HAS_PRIVATE };
	struct buf payload = { 0 }, key = { 0 };
	enum err err;

	memcpy(head.target.ref, x->record, EVENT_REF);
	payload_put_attach(&payload, &head);
	cbor_put_bytes(&key, x->name.key, KEYS_SYMMETRIC);
	e.public_part = (struct event_part){ (const uint8_t *)payload.data, payload.len };
	e.private_part = (struct event_part){ (const uint8_t *)key.data, key.len };
	err = payload.err ? payload.err : key.err ? key.err : log_append(b, &x->target.scope, &e, x->ref);
	buf_clear(&payload);
	buf_clear(&key);
	return err;
}

/* Files first: an event that names a blob nobody has would be waited for in vain. */
static enum err keep_files(struct profile *p, const struct keys_blob *name, const struct buf *carried)
{
	struct buf path = { 0 };
	enum err e = blob_path(p, "blobs", name->id, "", &path);

	if (!e)
		e = fs_write(path.data, carried->data, carried->len);
	if (!e && !p->office && !(e = blob_path(p, "out", name->id, ".xca", &path)))
		e = fs_write(path.data, carried->data, carried->len);
	buf_clear(&path);
	return e;
}

enum err attach_content(struct profile *p, const uint8_t record[EVENT_REF], const char *question, uint32_t answer, const struct buf *content, int64_t taken, uint8_t ref[EVENT_REF])
{
	struct attaching x = { .record = record, .taken = taken, .ref = ref };
	struct buf carried = { 0 };
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("先用 PIN 打开"));
	if ((e = find_target(p, record, question, &x.target)))
		return e;
	snprintf(x.media, sizeof x.media, answer ? "%s" ANSWER "%u" : "%s", media_of(content), (unsigned)answer);
	e = blob_seal(content->data, content->len, &carried, &x.name);
	if (!e)
		e = keep_files(p, &x.name, &carried);
	if (!e && (e = log_write(p, append, &x)))
		attach_drop(p, x.name.id);
	buf_clear(&carried);
	return e;
}

enum err attach_file(struct profile *p, const uint8_t record[EVENT_REF], const char *question, const char *path, int64_t taken, const char *scale, uint8_t ref[EVENT_REF])
{
	struct buf file = { 0 };
	struct target target;
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("先用 PIN 打开"));
	e = find_target(p, record, question, &target);          /* before a command is run for nothing */
	if (!e)
		e = scale_read(path, scale, p->dir, BLOB_CONTENT, &file);
	if (!e)
		e = attach_content(p, record, question, 0, &file, taken, ref);
	buf_clear(&file);
	return e;
}

enum err attach_later(struct profile *p, const uint8_t record[EVENT_REF], const char *name, const char *path, const char *scale, uint8_t ref[EVENT_REF])
{
	struct finding x = { .name = name };
	struct buf file = { 0 };
	enum err e = submit_files(p, record, match_name, &x);

	if (!e && !x.named)
		e = err_set(ERR_NOTFOUND, _("这条记录没有说到文件 %s"), name);
	if (!e)
		e = scale_read(path, scale, p->dir, BLOB_CONTENT, &file);
	if (!e)
		e = attach_content(p, record, buf_str(&x.question), x.instance, &file, INT64_MIN, ref);
	buf_clear(&x.question);
	buf_clear(&file);
	return e;
}
