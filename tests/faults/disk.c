#include "config.h"
#include "tests/faults/disk.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "tests/dice.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512, FILES = 256, PENDING = 4096 };

struct content { uint8_t *data; size_t len; };

static struct disk {
	struct content synced[FILES];
	const struct trap_op *pending[PENDING]; int pending_count;
	const struct trap_op *naming[FILES * 4]; int naming_count, naming_durable;    /* names, in order */
	const struct trap_op *said;
} disk;

static uint64_t seed = DICE_START;

uint32_t disk_dice(uint32_t sides)
{
	return dice_throw(&seed, sides);
}

/* --- content --- */

static void reach(struct content *c, size_t len)
{
	if (len <= c->len)
		return;
	c->data = realloc(c->data, len);
	assert_non_null(c->data);
	memset(c->data + c->len, 0, len - c->len);
	c->len = len;
}

static void apply(struct content *c, const struct trap_op *o, bool torn)
{
	if (o->kind == TRAP_OP_TRUNCATE) {
		if (o->at < c->len)
			c->len = o->at;
		reach(c, o->at);
		return;
	}
	if (!torn || disk_dice(4))
		reach(c, o->at + o->len);
	for (size_t at = 0; at < o->len; ) {
		size_t n = SECTOR - (o->at + at) % SECTOR;

		n = n < o->len - at ? n : o->len - at;
		if (!torn || disk_dice(2)) {
			reach(c, o->at + at + n);
			memcpy(c->data + o->at + at, o->data + at, n);
		}
		at += n;
	}
}

static struct content copy(const struct content *c)
{
	struct content out = { malloc(c->len ? c->len : 1), c->len };

	assert_non_null(out.data);
	if (c->len)
		memcpy(out.data, c->data, c->len);
	return out;
}

/* --- a state of the disk as a directory --- */

static const char *under(const char *dir, const char *rest)
{
	static char path[2][1024];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof path[0], "%s%s", dir, rest);
	return path[turn];
}

static bool is_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && (!path[n] || path[n] == '/');
}

static void build_names(const char *dir, int upto, char (*paths)[256])
{
	for (int i = 0; i < FILES; i++)
		paths[i][0] = '\0';
	for (int i = 0; i < upto; i++) {
		const struct trap_op *o = disk.naming[i];

		if (o->kind == TRAP_OP_CREATE) {
			snprintf(paths[o->file], 256, "%s", o->path);
		} else if (o->kind == TRAP_OP_MKDIR) {
			mkdir(under(dir, o->path), 0700);
		} else if (o->kind == TRAP_OP_UNLINK) {
			rmdir(under(dir, o->path));
			for (int f = 0; f < FILES; f++)
				if (!strcmp(paths[f], o->path))
					paths[f][0] = '\0';
		} else {
			const char *to = under(dir, o->to);

			rename(under(dir, o->path), to);
			for (int f = 0; f < FILES; f++) {
				char fresh[256];

				if (!strcmp(paths[f], o->to))
					paths[f][0] = '\0';
				if (!*paths[f] || !is_in(paths[f], o->path))
					continue;
				snprintf(fresh, sizeof fresh, "%s%s", o->to, paths[f] + strlen(o->path));
				snprintf(paths[f], 256, "%s", fresh);
			}
		}
	}
}

static void write_file(const char *path, const struct content *c)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, c->data, c->len), (ssize_t)c->len);
	close(fd);
}

/* The aligned page of `size` bytes around a write in flight. */
static void spoil(struct content *c, const struct trap_op *o, size_t size)
{
	size_t from = o->at / size * size, to = (o->at + o->len + size - 1) / size * size;
	uint32_t kind = disk_dice(3);

	reach(c, to < c->len + size ? to : c->len);
	for (size_t i = from; i < to && i < c->len; i++)
		c->data[i] = kind == 0 ? 0 : kind == 1 ? 0xff : (uint8_t)disk_dice(256);
}

void disk_build(const char *dir, enum disk_how how, size_t page)
{
	static char paths[FILES][256];
	struct content now[FILES] = { { 0 } };
	int names = disk.naming_durable + (int)disk_dice((uint32_t)(disk.naming_count - disk.naming_durable + 1));

	assert_ok(fs_remove_tree(dir));
	assert_ok(fs_make_dir(dir));
	build_names(dir, names, paths);
	for (int f = 0; f < FILES; f++)
		if (*paths[f])
			now[f] = copy(&disk.synced[f]);
	for (int i = 0; i < disk.pending_count; i++) {
		const struct trap_op *o = disk.pending[i];

		if (!*paths[o->file])
			continue;
		if (how == DISK_GARBAGE && i == disk.pending_count - 1 && o->kind == TRAP_OP_WRITE)
			spoil(&now[o->file], o, page);
		else if (how == DISK_TORN || disk_dice(2))
			apply(&now[o->file], o, how == DISK_TORN);
	}
	for (int f = 0; f < FILES; f++)
		if (*paths[f]) {
			write_file(under(dir, paths[f]), &now[f]);
			free(now[f].data);
		}
}

/* --- stepping through what was recorded --- */

static void settle(int file)
{
	int kept = 0;

	for (int i = 0; i < disk.pending_count; i++)
		if (disk.pending[i]->file == file)
			apply(&disk.synced[file], disk.pending[i], false);
		else
			disk.pending[kept++] = disk.pending[i];
	disk.pending_count = kept;
}

bool disk_step(const struct trap_op *o)
{
	switch (o->kind) {
	case TRAP_OP_ACK:
		disk.said = o;
		return false;
	case TRAP_OP_WRITE:
	case TRAP_OP_TRUNCATE:
		assert_true(disk.pending_count < PENDING);
		disk.pending[disk.pending_count++] = o;
		return true;
	case TRAP_OP_SYNC:
		if (o->file >= 0)
			settle(o->file);
		disk.naming_durable = disk.naming_count;
		return true;
	default:
		disk.naming[disk.naming_count++] = o;
		return true;
	}
}

/* A write through O_DSYNC is durable once the call has returned. */
void disk_landed(const struct trap_op *o)
{
	if (o->kind == TRAP_OP_WRITE && o->durable) {
		disk.pending_count--;
		apply(&disk.synced[o->file], o, false);
	}
}

void disk_forget(void)
{
	for (int i = 0; i < FILES; i++)
		free(disk.synced[i].data);
	memset(&disk, 0, sizeof disk);
}

const struct trap_op *disk_said(void)
{
	return disk.said;
}
