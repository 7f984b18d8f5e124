#include "config.h"
#include "tests/faults/scene.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"
#include "sync/keys/identity.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/draft.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWERS = 4 };

static char root[128];
static pid_t owner;

static int dismiss_judge(void);

static void clean(void)
{
	if (getpid() != owner)
		return;
	dismiss_judge();
	fs_remove_tree(root);
}

const char *scene_root(void)
{
	if (!*root) {
		snprintf(root, sizeof root, "%s/xuncha-faults-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
		owner = getpid();
		if (!mkdtemp(root) || keys_start())
			abort();
		mallopt(M_MMAP_THRESHOLD, 1 << 20);     /* LMDB takes 2 MiB of zeros at each opening: let them come from the kernel, */
		mallopt(M_TRIM_THRESHOLD, 64 << 20);    /* and keep what is small */
		atexit(clean);
	}
	return root;
}

int scene_share(int n)
{
	const char *percent = getenv("XUNCHA_FAULTS");
	int part = percent ? n / 100 * atoi(percent) : n;

	return part > 1 ? part : 1;
}

static enum err unlock(const char *dir, struct profile **out)
{
	struct keys_identity *id = NULL;
	uint8_t secret[KEYS_SECRET];
	enum err e = profile_create(dir, false);

	*out = NULL;
	memset(secret, 42, sizeof secret);
	if ((e && e != ERR_EXISTS) || (e = profile_open(dir, out)))
		return e;
	e = keys_identity_from(secret, &id);
	if (!e)
		e = profile_adopt(*out, id);
	if (e) {
		profile_close(*out);
		*out = NULL;
	}
	return e;
}

/* Record n: its number, and a text whose length differs from record to record. */
struct record { uint32_t n; uint64_t draft; };

static void body(uint32_t n, struct buf *public_part, struct buf *private_part)
{
	buf_reset(public_part);
	buf_reset(private_part);
	cbor_put_array(public_part, 2);
	cbor_put_unsigned(public_part, n);
	cbor_put_array(public_part, n % 5 * 40);
	for (uint32_t i = 0; i < n % 5 * 40; i++)
		cbor_put_text(public_part, "灭火器");
	cbor_put_text(private_part, "100" "00000000");
}

static enum err save(struct log_batch *b, void *user)
{
	const struct record *r = user;
	struct buf public_part = { 0 }, private_part = { 0 };
	struct event_scope village = event_scope_village("990101100201");
	struct event e = { .kind = 900 };
	uint8_t ref[EVENT_REF];
	enum err err;

	body(r->n, &public_part, &private_part);
	e.public_part = (struct event_part){ (const uint8_t *)public_part.data, public_part.len };
	if (r->n % 2) {
		e.flags = EVENT_HAS_PRIVATE;
		e.private_part = (struct event_part){ (const uint8_t *)private_part.data, private_part.len };
	}
	err = public_part.err ? public_part.err : private_part.err;
	if (!err)
		err = log_append(b, &village, &e, ref);
	if (!err && r->draft)
		err = log_draft_done(b, r->draft, ref);
	buf_clear(&public_part);
	buf_clear(&private_part);
	return err;
}

struct play { struct scene_acks acks; void (*ack)(void *user, const struct scene_acks *acks); void *user; };

static void tell(struct play *s)
{
	if (s->ack)
		s->ack(s->user, &s->acks);
}

static enum err fill_draft(struct profile *p, struct play *s, uint64_t *id)
{
	struct draft_about about = { .form = "walk", .version = "1" };
	struct draft *d;
	enum err e = draft_new(p, &about, &d);

	for (uint32_t i = 1; !e && i <= ANSWERS; i++) {
		char bytes[200];

		memset(bytes, (int)i, sizeof bytes);
		if (!(e = draft_save(d, bytes, 50 * i))) {
			s->acks.draft = *id = draft_about(d)->id;
			s->acks.answers = i;
			tell(s);
		}
	}
	if (e && s->acks.draft)
		e = ERR_OK;                             /* some answers are safe; the record is saved all the same */
	if (!e || d)
		draft_close(d);
	return e;
}

static enum err one(struct profile *p, struct play *s)
{
	struct record r = { .n = s->acks.saved + 1 };
	enum err e = ERR_OK;

	if (r.n % 3 == 0)
		e = fill_draft(p, s, &r.draft);
	if (!e && !(e = log_write(p, save, &r))) {
		s->acks.saved++;
		s->acks.draft = s->acks.answers = 0;
		tell(s);
		if (r.draft)
			draft_remove(p, r.draft);
	}
	return e;
}

enum err scene_play_on(const char *dir, struct scene_acks *acks, int saves, bool stubborn, void (*ack)(void *user, const struct scene_acks *acks), void *user)
{
	struct play s = { .acks = *acks, .ack = ack, .user = user };
	struct profile *p = NULL;
	enum err first = ERR_OK, e;

	for (int i = 0; i < saves && (stubborn || !first); i++) {
		e = p ? ERR_OK : unlock(dir, &p);
		if (!e)
			e = one(p, &s);
		first = first ? first : e;
		if (i == saves / 2 && !e) {             /* off and on again in the middle; not while the disk fails: then it is not known what it keeps */
			profile_close(p);
			p = NULL;
		}
	}
	profile_close(p);
	*acks = s.acks;
	return first;
}

enum err scene_play(const char *dir, int saves, bool stubborn, void (*ack)(void *user, const struct scene_acks *acks), void *user)
{
	struct scene_acks acks = { 0 };

	return scene_play_on(dir, &acks, saves, stubborn, ack, user);
}

/* --- afterwards --- */

enum { RECORDS = 1024 };
struct seen { bool record[RECORDS]; uint32_t last; bool wrong; };     /* last: all up to it are there */

static enum err look(void *user, const struct log_event *e)
{
	struct seen *s = user;
	struct cbor c = cbor_init(e->event.public_part.data, e->event.public_part.len);
	struct buf public_part = { 0 }, private_part = { 0 };
	uint32_t n;

	if (e->event.kind != 900)
		return ERR_OK;
	cbor_array(&c, 2);
	n = (uint32_t)cbor_unsigned(&c);
	body(n, &public_part, &private_part);
	if (!n || n >= RECORDS || s->record[n] || public_part.len != e->event.public_part.len || memcmp(public_part.data, e->event.public_part.data, public_part.len))
		s->wrong = true;
	if (n % 2 && (private_part.len != e->event.private_part.len || memcmp(private_part.data, e->event.private_part.data, private_part.len)))
		s->wrong = true;
	if (n < RECORDS)
		s->record[n] = true;
	while (s->last + 1 < RECORDS && s->record[s->last + 1])
		s->last++;
	buf_clear(&public_part);
	buf_clear(&private_part);
	return ERR_OK;
}

static void note(void *user, const char *what)
{
	snprintf(user, 256, "%s", what);
}

static bool draft_kept(struct profile *p, const struct scene_acks *acks)
{
	struct draft *d = NULL;
	struct buf bytes = { 0 };
	bool ok = !draft_open(p, acks->draft, &d, &bytes) && draft_about(d)->sequence >= acks->answers
		&& bytes.len == 50 * draft_about(d)->sequence && (uint64_t)bytes.data[0] == draft_about(d)->sequence;

	draft_close(d);
	buf_clear(&bytes);
	return ok;
}

enum scene_verdict scene_verify(const char *dir, const struct scene_acks *acks, bool both_copies, char why[256])
{
	enum scene_verdict verdict = SCENE_GOOD;
	struct seen s = { 0 };
	struct store_txn t;
	struct profile *p;
	struct record next;
	enum err e = unlock(dir, &p);

	*why = '\0';
	if (e) {
		snprintf(why, 256, "open: %s: %.200s", err_name(e), err_detail());
		return SCENE_REFUSED;
	}
	for (int tries = 0; tries < 2; tries++) {
		s = (struct seen){ 0 };
		profile_begin(p, &t);
		e = t.err ? t.err : log_each_all(&t, look, &s);
		store_abort(&t);
		if (e != ERR_CORRUPT)                   /* damage met while reading is mended at the next beginning */
			break;
	}
	if (p->health.store_rebuilt || p->health.journal_rebuilt || p->health.started_empty || p->health.went_back || p->health.lost_records)
		verdict = SCENE_REBUILT;
	if (e || s.wrong) {
		snprintf(why, 256, "read: %s: %.100s; record %u altered: %d", err_name(e), err_detail(), s.last, s.wrong);
		verdict = e ? SCENE_REFUSED : SCENE_WRONG;
	} else if (s.last < acks->saved) {
		snprintf(why, 256, "%u of %u acknowledged records", s.last, acks->saved);
		verdict = SCENE_LOST;
	} else if (acks->draft && s.last == acks->saved && !draft_kept(p, acks)) {
		snprintf(why, 256, "draft: %s: %.200s", err_name(ERR_OK), err_detail());
		verdict = SCENE_LOST;
	} else if (both_copies && profile_check(p, note, why) && (verdict = SCENE_REBUILT, e = profile_check(p, note, why))) {
		verdict = SCENE_WRONG;                  /* what a check finds in one copy it mends from the other */
	} else {
		next = (struct record){ .n = s.last + 1 };
		if ((e = log_write(p, save, &next))) {
			snprintf(why, 256, "save: %s: %.200s", err_name(e), err_detail());
			verdict = SCENE_WRONG;
		}
	}
	profile_close(p);
	return verdict;
}

/* --- in a process of its own --- */

struct ask { char dir[512]; struct scene_acks acks; bool both_copies; };
struct told { enum scene_verdict verdict; char why[256]; };

/* One child judges case after case, until a case kills it: forking costs as much as judging. */
static struct { pid_t pid, owner; int ask, told; } judge;

static _Noreturn void judge_cases(int asked, int out)
{
	struct ask a;

	while (read(asked, &a, sizeof a) == (ssize_t)sizeof a) {
		struct told t = { SCENE_WRONG, "" };

		t.verdict = scene_verify(a.dir, &a.acks, a.both_copies, t.why);
		if (write(out, &t, sizeof t) != (ssize_t)sizeof t)
			break;
	}
	_exit(0);
}

static void seat_judge(void)
{
	int ask[2], told[2];

	if (judge.pid && judge.owner == getpid())
		return;
	if (judge.pid) {                                /* our parent's */
		close(judge.ask);
		close(judge.told);
	}
	if (pipe2(ask, O_CLOEXEC) || pipe2(told, O_CLOEXEC) || (judge.pid = fork()) < 0)
		abort();
	if (!judge.pid) {
		close(ask[1]);
		close(told[0]);
		judge_cases(ask[0], told[1]);
	}
	close(ask[0]);
	close(told[1]);
	judge.owner = getpid();
	judge.ask = ask[1];
	judge.told = told[0];
}

static int dismiss_judge(void)
{
	int status = 0;

	if (!judge.pid || judge.owner != getpid())
		return 0;
	close(judge.ask);
	close(judge.told);
	waitpid(judge.pid, &status, 0);
	judge.pid = 0;
	return status;
}

enum scene_verdict scene_verify_apart(const char *dir, const struct scene_acks *acks, bool both_copies, char why[256])
{
	struct ask a = { .acks = *acks, .both_copies = both_copies };
	struct told t;
	int status;

	seat_judge();
	snprintf(a.dir, sizeof a.dir, "%s", dir);
	if (write(judge.ask, &a, sizeof a) == (ssize_t)sizeof a && read(judge.told, &t, sizeof t) == (ssize_t)sizeof t) {
		memcpy(why, t.why, 256);
		return t.verdict;
	}
	status = dismiss_judge();
	snprintf(why, 256, WIFSIGNALED(status) ? "died of signal %d" : "exit %d", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return SCENE_WRONG;
}

/* --- another disk --- */

static enum err copy_one(void *user, const char *name);

struct copying { const char *from, *to; };

enum err scene_copy(const char *from, const char *to)
{
	struct copying c = { from, to };
	enum err e = mkdir(to, 0700) ? fs_make_dir(to) : ERR_OK;

	return e ? e : fs_list(from, 10000, copy_one, &c);
}

/* Nobody cuts the power of a copy: no sync, no second name. */
static enum err lay(const char *path, const struct buf *data)
{
	int fd;
	enum err e = fs_open(path, O_WRONLY | O_CREAT | O_TRUNC, &fd);

	if (!e)
		e = fs_write_at(fd, data->data, data->len, 0);
	fs_close(fd);
	return e;
}

static enum err copy_one(void *user, const char *name)
{
	struct copying *c = user;
	char from[1024], to[1024];
	struct buf data = { 0 };
	enum err e;

	snprintf(from, sizeof from, "%s/%s", c->from, name);
	snprintf(to, sizeof to, "%s/%s", c->to, name);
	e = fs_read(from, 64 << 20, &data);
	if (e == ERR_FORMAT)
		return scene_copy(from, to);
	if (!e && strcmp(name, "lock.mdb"))
		e = lay(to, &data);
	buf_clear(&data);
	return e;
}
