#include "config.h"
#include "sync/exchange/inbox/room.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_MAX = 1 << 20 };

struct item { char *name; int64_t when; uint64_t size, owner; unsigned rank; };
struct look { const char *dir; struct item *at; size_t count, cap; uint64_t bytes; };

static enum err note(void *user, const char *name)
{
	struct look *x = user;
	struct buf path = { 0 };
	struct stat st;
	enum err e = ERR_OK;

	if (!sys->lstat(fs_path(&path, x->dir, name), &st)) {
		if (x->count == x->cap) {
			size_t cap = x->cap ? x->cap * 2 : 64;
			struct item *more = realloc(x->at, cap * sizeof *more);

			e = more ? ERR_OK : err_set(ERR_NOMEM, "%s", x->dir);
			x->at = more ? more : x->at;
			x->cap = more ? cap : x->cap;
		}
		if (!e) {
			struct item *i = &x->at[x->count];

			*i = (struct item){ strdup(name), (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000, (uint64_t)st.st_size, 0, 0 };
			e = i->name ? ERR_OK : err_set(ERR_NOMEM, "%s", x->dir);
			x->count += !e;
			x->bytes += e ? 0 : i->size;
		}
	}
	buf_clear(&path);
	return e;
}

static int by_rank(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->when != y->when ? (x->when < y->when ? -1 : 1) : strcmp(x->name, y->name);
}

static unsigned all_alike(void *user, const char *name, int64_t when, uint64_t *owner)
{
	(void)user;
	(void)name;
	(void)when;
	(void)owner;
	return 0;
}

const struct room_order room_oldest_first = { .rank = all_alike };

static bool fits(uint64_t bytes, uint32_t files, uint64_t more, uint64_t limit)
{
	return bytes + more <= limit && files < ROOM_FILES;
}

static enum err full(const char *dir, uint64_t limit)
{
	return err_set(ERR_LIMIT, _("%s 已满 (%llu 字节), 请乡镇先处理"), dir, (unsigned long long)limit);
}

static int by_owner(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	return x->when != y->when ? (x->when < y->when ? -1 : 1) : strcmp(x->name, y->name);
}

/* How many owners there are, whoever comes among them. */
static uint64_t owners_of(const struct look *x, const struct room_order *order)
{
	uint64_t n = order->whose != 0, last = 0;

	for (size_t i = 0; i < x->count; i++)
		if (x->at[i].rank == order->fair && x->at[i].owner != last) {
			last = x->at[i].owner;
			n += last != order->whose;
		}
	return n ? n : 1;
}

/* Beyond its owner's part the younger ones are worth less. Is that so of the one to come, too? */
static bool share_out(struct look *x, uint64_t more, uint64_t limit, const struct room_order *order)
{
	uint64_t owners, part, had = 0, his = 0, last = 0;
	uint32_t files = 0, his_files = 0, most_files;

	qsort(x->at, x->count, sizeof *x->at, by_owner);
	owners = owners_of(x, order);
	part = limit / owners;
	most_files = (uint32_t)(ROOM_FILES / owners);
	for (size_t i = 0; i < x->count; i++) {
		struct item *f = &x->at[i];

		if (f->rank != order->fair || !f->owner)
			continue;
		had = (f->owner == last ? had : 0) + f->size;
		files = (f->owner == last ? files : 0) + 1;
		last = f->owner;
		if (last == order->whose) {
			his = had;
			his_files = files;
		}
		if (had > part || files > most_files)
			f->rank = order->beyond;
	}
	return his + more > part || his_files + 1 > most_files;
}

static size_t rank_all(struct look *x, uint64_t more, uint64_t limit, const struct room_order *order, bool *beyond)
{
	unsigned most = order->most;
	size_t may = 0;

	for (size_t i = 0; i < x->count; i++)
		x->at[i].rank = order->rank(order->user, x->at[i].name, x->at[i].when, &x->at[i].owner);
	*beyond = order->fair && share_out(x, more, limit, order);
	if (*beyond && most >= order->beyond)
		most = order->beyond - 1;
	qsort(x->at, x->count, sizeof *x->at, by_rank);
	while (may < x->count && x->at[may].rank <= most)
		may++;
	return may;
}

/* The least worth go until `more` bytes fit, with some to spare where there are. */
static enum err give_way(struct look *x, struct profile_room *r, uint64_t more, uint64_t limit, const struct room_order *order)
{
	bool beyond = false;
	size_t may = x->count ? rank_all(x, more, limit, order, &beyond) : 0;
	enum err e = ERR_OK;

	r->firm.bytes = 0;
	r->firm.files = (uint32_t)(x->count - may);
	r->firm.most = order->most;
	r->firm.whose = beyond ? order->whose : 0;
	r->firm.known = true;
	for (size_t i = may; i < x->count; i++)
		r->firm.bytes += x->at[i].size;
	if (!fits(r->firm.bytes, r->firm.files, more, limit))
		return full(x->dir, limit);
	for (size_t i = 0; !e && i < may && (r->bytes + more > limit - limit / ROOM_SPARE || r->files > ROOM_FILES - ROOM_FILES / ROOM_SPARE); i++) {
		struct buf path = { 0 };

		if (!(e = fs_remove(fs_path(&path, x->dir, x->at[i].name)))) {
			r->bytes -= x->at[i].size;
			r->files--;
		}
		buf_clear(&path);
	}
	return e;
}

static bool was_in_vain(const struct profile_room *r, uint64_t more, uint64_t limit, const struct room_order *order)
{
	return r->firm.known && order->most <= r->firm.most && (!r->firm.whose || r->firm.whose == order->whose) && !fits(r->firm.bytes, r->firm.files, more, limit);
}

enum err room_make(struct profile_room *r, const char *dir, uint64_t more, uint64_t limit, const struct room_order *order)
{
	struct look x = { .dir = dir };
	enum err e = ERR_OK;

	/* A look that was in vain is not taken again for every file that comes. */
	if (r->known && !fits(r->bytes, r->files, more, limit) && (!order || was_in_vain(r, more, limit, order)))
		return full(dir, limit);
	if (!r->known || !fits(r->bytes, r->files, more, limit)) {
		e = fs_list(dir, LOOK_MAX, note, &x);
		*r = (struct profile_room){ .bytes = x.bytes, .files = (uint32_t)x.count, .known = !e };
		if (!e && !fits(r->bytes, r->files, more, limit))
			e = order ? give_way(&x, r, more, limit, order) : full(dir, limit);
	}
	if (!e) {
		r->bytes += more;
		r->files++;
	}
	for (size_t i = 0; i < x.count; i++)
		free(x.at[i].name);
	free(x.at);
	return e;
}

void room_forget(struct profile *p)
{
	for (int i = 0; i < PROFILE_ROOMS; i++)
		p->rooms[i].known = false;
}
