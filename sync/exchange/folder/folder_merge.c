/* What a township does with a stick: takes in what is on it, and leaves on it what the villages wait for. */
#include "config.h"
#include "sync/exchange/folder/folder.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"
#include "sync/bundle/receipt.h"
#include "sync/exchange/outbox/downlink.h"
#include "sync/keys/town.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RECEIPT_NAME = 2 * KEYS_HASH + sizeof ".xcr" };

static const int64_t receipt_ms = FOLDER_RECEIPT_DAYS * INT64_C(86400000);

/* The stick a path is of: the folder itself, or that of a file. */
static void stick_of(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/');

	if (fs_is_dir(path))
		buf_puts(out, path);
	else if (slash)
		buf_put(out, path, (size_t)(slash - path));
	else
		buf_puts(out, ".");
}

/* --- receipts --- */

/* Receipts wait for each other: a stick needs a moment for every sync, and most of a merge was that. */
struct giving {
	struct profile *profile;
	const char *dir;
	struct folder_report *asked;
	struct { char name[RECEIPT_NAME]; struct buf receipt; } at[INBOX_GROUP]; size_t count;
	uint32_t given;
	enum err err;
};

static void put_receipts(struct giving *g)
{
	struct fs_file files[INBOX_GROUP];

	for (size_t i = 0; i < g->count; i++)
		files[i] = (struct fs_file){ g->at[i].name, g->at[i].receipt.data, g->at[i].receipt.len };
	if (!g->err)
		g->err = folder_put_all(g->dir, files, g->count);
	g->given += g->err ? 0 : (uint32_t)g->count;
	for (size_t i = 0; i < g->count; i++)
		buf_clear(&g->at[i].receipt);
	g->count = 0;
}

/* Of a bundle that lies there twice the later one stands. */
static void add_receipt(struct giving *g, const char *name, struct buf *receipt)
{
	size_t i = 0;

	while (i < g->count && strcmp(g->at[i].name, name))
		i++;
	buf_clear(&g->at[i].receipt);
	g->at[i].receipt = *receipt;
	strcpy(g->at[i].name, name);
	g->given += i < g->count;
	if (i == g->count && ++g->count == INBOX_GROUP)
		put_receipts(g);
}

/* Only now: the group is durable. Also for one we had, since its first receipt may have been lost. */
static void give(void *user, const struct inbox_file *f)
{
	struct giving *g = user;
	struct buf receipt = { 0 };
	char name[RECEIPT_NAME];

	if (g->asked->each)
		g->asked->each(g->asked->user, f);
	if (g->err || (f->verdict != INBOX_MERGED && f->verdict != INBOX_DUPLICATE))
		return;
	keys_hex(f->id, KEYS_HASH, name);
	strcpy(name + 2 * KEYS_HASH, ".xcr");
	if (!(g->err = inbox_receipt(g->profile, f, &receipt)))
		add_receipt(g, name, &receipt);
	else
		buf_clear(&receipt);
}

static bool pass_on(void *user, const char *what, uint32_t done, uint32_t total)
{
	const struct giving *g = user;

	return !g->asked->progress || g->asked->progress(g->asked->user, what, done, total);
}

static bool is_receipt(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && !strcmp(dot, ".xcr");
}

struct old { struct profile *profile; const char *dir; int64_t before; struct receipt *receipt; struct giving *asked; bool stopped; };

/* By the time of the file first: only what looks old is read. */
static enum err remove_old(void *user, const char *name)
{
	struct old *o = user;
	struct buf path = { 0 }, data = { 0 };
	struct stat st;

	if (!o->stopped && is_receipt(name) && !sys->lstat(fs_path(&path, o->dir, name), &st) && (int64_t)st.st_mtime * 1000 < o->before &&
	    !fs_read(path.data, LIMIT_BUNDLE_FILE, &data) && !receipt_read(data.data, data.len, &o->profile->roots, o->receipt) && o->receipt->time < o->before) {
		fs_remove(path.data);
		o->stopped = !pass_on(o->asked, _("清理旧回执"), 0, 0);
	}
	buf_clear(&path);
	buf_clear(&data);
	return ERR_OK;
}

/* A stick would fill up with them, and every device reads them all. Who comes later brings the bundle again and gets another. The merge
 * is done by now: what cannot be removed stays until the next. */
static void sweep_receipts(struct giving *g)
{
	struct old o = { .profile = g->profile, .dir = g->dir, .before = clock_wall() - receipt_ms, .asked = g };
	size_t rest = 0;

	if (profile_clock_doubtful(g->profile) || !(o.receipt = malloc(sizeof *o.receipt)))
		return;
	fs_list_some(g->dir, FOLDER_FILES_MAX, is_receipt, remove_old, &o, &rest);
	free(o.receipt);
}

enum err folder_merge(struct profile *p, const char *path, struct folder_report *r)
{
	struct giving g = { .profile = p, .asked = r };
	struct folder_report apart = *r;
	struct buf stick = { 0 }, receipts = { 0 };
	enum err e = keys_town_here(p->dir) ? ERR_OK : err_set(ERR_DENIED, _("只有乡镇能给回执"));

	stick_of(path, &stick);
	buf_printf(&receipts, "%s/XUNCHA/receipts", buf_str(&stick));
	g.dir = buf_str(&receipts);
	apart.each = give;
	apart.progress = pass_on;
	apart.user = &g;
	e = e ? e : stick.err ? stick.err : receipts.err;
	if (!e)
		truetime_settle(p);
	if (!e)
		e = folder_take(p, path, &apart);
	put_receipts(&g);                                 /* what came in before something went wrong has its receipts too */
	if (!e)
		e = g.err;
	if (!e && !apart.stopped && !(e = downlink_fill(p, NULL)))
		e = downlink_put(p, buf_str(&stick), &apart);
	if (!e && !apart.stopped)
		sweep_receipts(&g);
	apart.each = r->each;
	apart.progress = r->progress;
	apart.user = r->user;
	apart.receipts += g.given;
	*r = apart;
	buf_clear(&stick);
	buf_clear(&receipts);
	return e;
}
