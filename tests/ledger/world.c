#include "config.h"
#include "tests/ledger/world.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "sync/ledger/profile/profile_copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char root[256];

static void clean(void)
{
	fs_remove_tree(root);
}

const char *world_path(const char *name)
{
	static char path[4][512];
	static int turn;

	if (!*root) {
		const char *tmp = getenv("TMPDIR");

		snprintf(root, sizeof root, "%s/xuncha-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
		if (!mkdtemp(root) || keys_start())
			abort();
		atexit(clean);
	}
	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[0], "%s/%s", root, name);
	return path[turn];
}

void world_remove(const char *name)
{
	fs_remove_tree(world_path(name));
}

struct keys_identity *world_identity(int number, int device)
{
	uint8_t secret[KEYS_SECRET];
	struct keys_identity *id = NULL;

	world_path("");
	memset(secret, number, 64);
	memset(secret + 64, 100 + device, 32);
	return keys_identity_from(secret, &id) ? NULL : id;
}

enum err world_open(const char *name, bool office, int worker, struct profile **out)
{
	const char *dir = world_path(name);
	struct keys_identity *id = world_identity(worker, office);
	enum err e = profile_create(dir, office);

	*out = NULL;
	if (e == ERR_EXISTS)
		e = ERR_OK;
	if (!e)
		e = profile_open(dir, out);
	if (e) {
		keys_identity_free(id);
		return e;
	}
	if ((e = profile_adopt(*out, id))) {
		profile_close(*out);
		*out = NULL;
	}
	return e;
}

enum err world_take_seat(const char *to, const char *from)
{
	char seat[512], theirs[512];
	enum err e;

	snprintf(seat, sizeof seat, "%s/seat", world_path(to));
	snprintf(theirs, sizeof theirs, "%s/seat", world_path(from));
	e = fs_remove(seat);
	return e || !link(theirs, seat) ? e : err_set(ERR_IO, "%s", seat);
}

enum err world_twin(const char *name, const char *first, int worker, struct profile **p, struct profile **twin)
{
	enum err e = profile_backup(*p, world_path("twin-of"));

	profile_close(*p);
	if (!e)
		e = fs_rename(world_path(name), world_path(first));
	if (!e)
		e = fs_rename(world_path("twin-of"), world_path(name));
	if (!e)
		e = world_take_seat(name, first);
	if (!e)
		e = world_open(name, false, worker, twin);
	return e ? e : world_open(first, false, worker, p);
}

struct appending { const struct event_scope *scope; struct event e; uint8_t *ref; };

static enum err append(struct log_batch *b, void *user)
{
	struct appending *a = user;

	return log_append(b, a->scope, &a->e, a->ref);
}

enum err world_append(struct profile *p, const struct event_scope *scope, const char *text, const char *answers, const char *secret, uint8_t ref[EVENT_REF])
{
	struct buf part[3] = { { 0 }, { 0 }, { 0 } };
	const char *texts[3] = { text, answers, secret };
	struct event_scope all = event_scope_all();
	uint8_t unused[EVENT_REF];
	struct appending a = { .scope = scope ? scope : &all, .e.kind = 900, .ref = ref ? ref : unused };
	enum err e;

	for (int i = 0; i < 3; i++)
		if (texts[i]) {
			cbor_put_array(&part[i], 1);
			cbor_put_text(&part[i], texts[i]);
		}
	a.e.public_part = (struct event_part){ (const uint8_t *)part[0].data, part[0].len };
	if (answers) {
		a.e.flags |= EVENT_HAS_ANSWERS;
		a.e.answers = (struct event_part){ (const uint8_t *)part[1].data, part[1].len };
	}
	if (secret) {
		a.e.flags |= EVENT_HAS_PRIVATE;
		a.e.private_part = (struct event_part){ (const uint8_t *)part[2].data, part[2].len };
	}
	e = log_write(p, append, &a);
	for (int i = 0; i < 3; i++)
		buf_clear(&part[i]);
	return e;
}

const char *world_text(const struct event *e)
{
	static char text[256];
	struct cbor c = cbor_init(e->public_part.data, e->public_part.len);
	const char *s;
	size_t n = 0;

	cbor_array(&c, 16);
	if (e->kind == EVENT_EPOCH_START)
		snprintf(text, sizeof text, "*%u", (unsigned)cbor_unsigned(&c));
	else if ((s = cbor_text(&c, 0, &n)))
		snprintf(text, sizeof text, "%.*s", (int)n, s);
	else
		*text = '\0';
	return text;
}

static enum err add_text(void *user, const struct log_event *e)
{
	struct buf *out = user;

	if (out->len)
		buf_putc(out, ' ');
	buf_puts(out, world_text(&e->event));
	return out->err;
}

const char *world_texts(struct profile *p)
{
	static struct buf out;
	struct store_txn t;
	enum err e;

	buf_reset(&out);
	profile_begin(p, &t);
	e = t.err ? t.err : log_each_all(&t, add_text, &out);
	store_abort(&t);
	return e ? err_name(e) : buf_str(&out);
}

struct sending { const struct log_segment *seg; struct log_step *steps; struct log_result *result; };

static enum err import(struct log_batch *b, void *user)
{
	struct sending *s = user;

	return log_import(b, s->seg, s->steps, s->result);
}

enum err world_send_branch(struct profile *from, struct profile *to, const struct event_log_id *id, const struct log_range *branch, uint64_t first, uint32_t max,
                           struct log_result *result)
{
	struct log_result one, none;
	struct log_segment seg;
	struct buf bytes = { 0 };
	struct store_txn t;
	enum err e;

	result = result ? result : &none;
	*result = (struct log_result){ 0 };
	profile_begin(from, &t);
	e = t.err ? t.err : log_export(&t, id, first, branch, max, 1 << 20, &bytes, &seg);
	store_abort(&t);
	if (!e) {
		struct sending s = { &seg, calloc(seg.count, sizeof *s.steps), &one };

		e = s.steps ? log_segment_read(&seg, s.steps) : ERR_NOMEM;
		if (!e && !(e = log_write(to, import, &s)))
			*result = one;
		free(s.steps);
	}
	buf_clear(&bytes);
	return e;
}

enum err world_send(struct profile *from, struct profile *to, const struct event_log_id *id, uint64_t first, uint32_t max, struct log_result *result)
{
	return world_send_branch(from, to, id, NULL, first, max, result);
}

static enum err newest(void *user, const struct log_head *h)
{
	*(struct event_log_id *)user = h->id;
	return ERR_OK;
}

struct event_log_id world_log(struct profile *p)
{
	struct event_log_id id = { 0 };
	struct store_txn t;

	profile_begin(p, &t);
	log_heads(&t, newest, &id);
	store_abort(&t);
	return id;
}
