#include "config.h"
#include "tests/ledger/township.h"

#include "forms/fill/fill.h"
#include "sync/keys/authority.h"
#include "sync/keys/roster.h"
#include "sync/keys/town.h"
#include "sync/ledger/rows/digest.h"
#include "sync/ledger/submit/submit.h"

#include <stdio.h>
#include <stdlib.h>

static struct pack *pack;
static struct buf pack_bytes;

static void report(void *user, const struct pack_fault *f)
{
	(void)user;
	if (!f->warning)
		print_message("# %s:%u %s: %s\n", f->file, f->row, f->column ? f->column : "", f->message);
}

static void forget_pack(void)
{
	pack_free(pack);
	buf_clear(&pack_bytes);
}

const struct pack *township_pack(void)
{
	if (!pack) {
		assert_ok(pack_read(SRCDIR "/forms/catalog", report, NULL, &pack));
		assert_ok(pack_encode(pack, &pack_bytes));
		atexit(forget_pack);
	}
	return pack;
}

const struct buf *township_pack_bytes(void)
{
	township_pack();
	return &pack_bytes;
}

void township_keep_pack(struct profile *p)
{
	township_pack();
	assert_ok(profile_pack_keep(p, pack->id, pack->version, pack_bytes.data, pack_bytes.len));
}

/* --- the authority --- */

struct decree { const struct keys_identity *author; uint16_t kind; struct buf payload; };

static enum err append_decree(struct log_batch *b, void *user)
{
	const struct decree *d = user;
	struct event_scope all = event_scope_all();
	struct event e = { .kind = d->kind, .public_part = { (const uint8_t *)d->payload.data, d->payload.len } };
	uint8_t ref[EVENT_REF];

	return log_append_as(b, d->author, &all, &e, ref);
}

void township_decree(struct township *t, uint16_t kind, struct buf *payload)
{
	struct decree d = { .author = t->authority, .kind = kind, .payload = *payload };

	assert_ok(log_write(t->office, append_decree, &d));
	buf_clear(payload);
}

void township_certify(struct township *t, int number, bool office, const char *person, const char *label, uint32_t roles, const char *scope)
{
	struct keys_identity *id = world_identity(number, office);
	struct keys_cert c = { .roles = roles, .scope_count = 1 };
	struct buf b = { 0 };

	memcpy(c.sign, keys_identity_public(id)->sign, KEYS_PK);
	memcpy(c.box, keys_identity_public(id)->box, KEYS_PK);
	snprintf(c.person, sizeof c.person, "%s", person);
	snprintf(c.label, sizeof c.label, "%s", label);
	assert_ok(event_scope_parse(scope, &c.scopes[0]));
	assert_ok(keys_cert_encode(&c, &b));
	township_decree(t, EVENT_CERT, &b);
	keys_identity_free(id);
}

void township_revoke(struct township *t, int number, const struct event_log_id *log, uint64_t last, const uint8_t hash[EVENT_HASH])
{
	struct keys_identity *id = world_identity(number, false);
	struct keys_bound bound = { .scope = log->scope, .epoch = log->epoch, .seq = last };
	struct keys_revoke r = { .bounds = &bound, .bound_count = 1, .reason = "lost" };
	struct buf b = { 0 };

	memcpy(bound.hash, hash, EVENT_HASH);
	memcpy(r.writer, keys_identity_public(id)->writer, EVENT_WRITER);
	assert_ok(keys_revoke_encode(&r, &b));
	township_decree(t, EVENT_REVOKE, &b);
	keys_identity_free(id);
}

static void name_pack(struct township *t)
{
	struct keys_pack named = { .blob_count = 1, .blobs[0].size = 1 };
	struct buf b = { 0 };

	snprintf(named.id, sizeof named.id, "%s", township_pack()->id);
	snprintf(named.version, sizeof named.version, "%s", township_pack()->version);
	assert_ok(keys_pack_encode(&named, &b));
	township_decree(t, EVENT_PACK, &b);
}

void township_open(struct township *t)
{
	struct keys_identity *staff;
	struct buf roots = { 0 };

	memset(t, 0, sizeof *t);
	assert_ok(world_open("office", true, 1, &t->office));
	staff = world_identity(1, true);
	assert_ok(keys_town_found(world_path("office"), "石桥镇", "990101100", staff, &t->roots));
	assert_ok(keys_town_authority(world_path("office"), staff, &t->authority));
	keys_identity_free(staff);
	keys_roots_put(&t->roots, 0, &roots);
	assert_ok(profile_roots_add(t->office, roots.data, roots.len));
	buf_clear(&roots);
	township_certify(t, 1, true, "p-zhou", "01", PACK_TOWN, "all");
	name_pack(t);
	township_keep_pack(t->office);
}

void township_close(struct township *t)
{
	profile_close(t->office);
	keys_identity_free(t->authority);
	keys_roots_clear(&t->roots);
}

struct profile *township_device(struct township *t, const char *name, int number, const char *person, const char *label, uint32_t roles, const char *scope)
{
	struct buf roots = { 0 };
	struct profile *p;

	township_certify(t, number, false, person, label, roles, scope);
	assert_ok(world_open(name, false, number, &p));
	keys_roots_put(&t->roots, 0, &roots);
	assert_ok(profile_roots_add(p, roots.data, roots.len));
	buf_clear(&roots);
	township_keep_pack(p);
	township_send(t->office, p);
	return p;
}

/* --- exchange --- */

struct heads { struct event_log_id id[64]; uint64_t seq[64]; uint32_t count; };

static enum err add_head(void *user, const struct log_head *h)
{
	struct heads *all = user;

	all->id[all->count] = h->id;
	all->seq[all->count++] = h->highest;
	return all->count < 64 ? ERR_OK : ERR_LIMIT;
}

static void read_heads(struct profile *p, struct heads *out)
{
	struct store_txn t;

	out->count = 0;
	profile_begin(p, &t);
	assert_ok(log_heads(&t, add_head, out));
	store_abort(&t);
}

void township_send(struct profile *from, struct profile *to)
{
	struct heads theirs, ours;

	read_heads(from, &theirs);
	read_heads(to, &ours);
	for (uint32_t i = 0; i < theirs.count; i++) {
		uint64_t first = 1;

		for (uint32_t k = 0; k < ours.count; k++)
			if (!memcmp(&ours.id[k], &theirs.id[i], sizeof ours.id[k]))
				first = ours.seq[k] + 1;
		while (first <= theirs.seq[i]) {
			struct log_result r;

			assert_ok(world_send(from, to, &theirs.id[i], first, 1000, &r));
			first += r.added + r.held;
		}
	}
}

/* --- records --- */

static void complain(void *user, const char *path, const char *message)
{
	(void)user;
	print_message("# %s: %s\n", path, message);
}

static enum err fill_in(struct fill *f, const char *answers)
{
	struct buf json = { 0 };
	struct jdoc *doc;

	for (const char *at = answers; *at; at++)
		buf_putc(&json, *at == '\'' ? '"' : *at);
	assert_ok(jdoc_parse(json.data, json.len, &doc));
	assert_ok(fill_read_json(f, doc, complain, NULL));
	jdoc_free(doc);
	buf_clear(&json);
	return fill_finish(f);
}

enum err township_submit(struct profile *p, const char *form, const struct row_id *subject, const char *answers, struct row_id *made)
{
	const struct pack *current;
	const struct form *asked;
	struct submit_host *host;
	struct fill *f;
	uint32_t at;
	uint8_t ref[EVENT_REF];
	struct submit what = { .form = form, .subject = subject, .seconds = 60, .village = VILLAGE };
	enum err e;

	assert_ok(profile_pack_current(p, &current));
	at = pack_find_form(current, form);
	assert_true(at != PACK_NONE);
	if ((e = submit_host_open(p, form, subject, &host)))
		return e;
	assert_ok(pack_form_read(&current->forms[at], &asked));
	assert_ok(fill_open(asked, submit_host_fill(host), &f));
	assert_ok(fill_in(f, answers));
	what.fill = f;
	e = submit_record(p, &what, ref);
	if (!e && made) {
		memcpy(made->ref, ref, EVENT_REF);
		made->index = 0;
	}
	fill_close(f);
	submit_host_close(host);
	return e;
}

/* --- looking --- */

static uint32_t field_index(struct profile *p, const struct row *r, const char *field, const struct pack_register **reg)
{
	const struct pack *current;
	uint32_t at;

	assert_ok(profile_pack_current(p, &current));
	at = pack_find_register(current, r->reg);
	assert_true(at != PACK_NONE);
	*reg = &current->registers[at];
	at = pack_find_field(*reg, field);
	assert_true(at != PACK_NONE);
	return at;
}

const char *township_value(struct profile *p, const struct row_id *id, const char *field)
{
	static struct buf out;
	const struct pack_register *reg;
	struct row r;

	buf_reset(&out);
	assert_ok(row_read(p, id, &r));
	assert_ok(row_text(p, &r, field_index(p, &r, field, &reg), &out));
	row_clear(&r);
	return buf_str(&out);
}

uint32_t township_kinds(struct profile *p, const struct row_id *id, const char *field)
{
	struct row_shown shown = { 0 };
	const struct pack_register *reg;
	const struct pack *current;
	struct row r;
	uint32_t at, kinds;

	assert_ok(profile_pack_current(p, &current));
	assert_ok(row_read(p, id, &r));
	at = field_index(p, &r, field, &reg);
	assert_ok(row_show(&r, reg, current, at, true, &shown));
	kinds = shown.kinds;
	row_shown_clear(&shown);
	row_clear(&r);
	return kinds;
}

const char *township_digest(struct profile *p)
{
	static char text[4][2 * DIGEST_BYTES + 1];
	static int turn;
	uint8_t hash[DIGEST_BYTES];

	turn = (turn + 1) % 4;
	assert_ok(digest_state(p, hash));
	keys_hex(hash, sizeof hash, text[turn]);
	return text[turn];
}
