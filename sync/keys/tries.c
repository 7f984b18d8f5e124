#include "config.h"
#include "sync/keys/tries.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/sys.h"
#include "forms/base/wire.h"
#include "sync/keys/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { ENTRY = KEYS_WRITER + 1 + 8 + 8, COUNT_MOST = 255, WAIT_FIRST = 30, WAIT_MOST = 3600, ASK_AGAIN_MS = 20 };

struct tried { uint8_t writer[KEYS_WRITER]; unsigned count; int64_t wall, uptime; };
struct tries { size_t count; struct tried at[KEYS_SLOTS_MAX]; };

static void read_file(const char *dir, struct tries *t)
{
	struct buf path = { 0 }, b = { 0 };
	struct wire w;

	t->count = 0;
	fs_path(&path, dir, "tries");
	if (!path.err && fs_exists(path.data) && !fs_read(path.data, KEYS_SLOTS_MAX * ENTRY, &b) && b.len % ENTRY == 0) {
		w = wire_init(b.data, b.len);
		while (wire_left(&w) && t->count < KEYS_SLOTS_MAX) {
			struct tried *one = &t->at[t->count++];

			memcpy(one->writer, wire_bytes(&w, KEYS_WRITER), KEYS_WRITER);
			one->count = wire_u8(&w);
			one->wall = (int64_t)wire_u64(&w);
			one->uptime = (int64_t)wire_u64(&w);
		}
	}
	buf_clear(&path);
	buf_clear(&b);
}

static enum err write_file(const char *dir, const struct tries *t)
{
	struct buf path = { 0 }, b = { 0 };
	enum err e;

	for (size_t i = 0; i < t->count; i++) {
		buf_put(&b, t->at[i].writer, KEYS_WRITER);
		buf_putc(&b, (int)t->at[i].count);
		buf_be64(&b, (uint64_t)t->at[i].wall);
		buf_be64(&b, (uint64_t)t->at[i].uptime);
	}
	fs_path(&path, dir, "tries");
	e = b.err ? b.err : path.err ? path.err : fs_write(path.data, b.len ? b.data : "", b.len);
	buf_clear(&path);
	buf_clear(&b);
	return e;
}

static struct tried *find(struct tries *t, const uint8_t writer[KEYS_WRITER])
{
	for (size_t i = 0; i < t->count; i++)
		if (!memcmp(t->at[i].writer, writer, KEYS_WRITER))
			return &t->at[i];
	return NULL;
}

static int64_t delay(unsigned count)
{
	int64_t seconds = WAIT_FIRST;

	if (count < KEYS_FREE_TRIES)
		return 0;
	for (unsigned i = KEYS_FREE_TRIES; i < count && seconds < WAIT_MOST; i++)
		seconds *= 2;
	return seconds < WAIT_MOST ? seconds : WAIT_MOST;
}

static enum err lock_out_others(int fd, const char *dir)
{
	int64_t until = clock_ticks() + TRIES_WAIT_MS * INT64_C(1000000);

	while (sys->flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EINTR && errno != EWOULDBLOCK)
			return err_set(ERR_IO, _("%s: 锁不上: %s"), dir, strerror(errno));
		if (clock_ticks() >= until)
			return err_set(ERR_BUSY, _("另一个程序一直在试 PIN, 请先关掉它; 这一次没有算错"));
		clock_sleep(ASK_AGAIN_MS);
	}
	return ERR_OK;
}

static bool is_still(int fd, const char *path)
{
	struct stat here, there;

	return !sys->fstat(fd, &here) && !sys->lstat(path, &there) && here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

/* The lock is on `slots`: whoever may try a PIN may open it, and a file of its own, made by another user once, would lock him out. It is
 * replaced when a PIN is changed: then the lock is on what was. */
enum err keys_tries_begin(const char *dir, int *lock)
{
	struct buf path = { 0 };
	bool again = true;
	enum err e;

	fs_path(&path, dir, "slots");
	*lock = -1;
	e = path.err;
	while (!e && again) {
		if (!(e = fs_open(path.data, O_RDWR | O_CLOEXEC, lock)))
			e = lock_out_others(*lock, dir);
		again = !e && !is_still(*lock, path.data);
		if (e || again) {
			fs_close(*lock);
			*lock = -1;
		}
	}
	buf_clear(&path);
	return e;
}

void keys_tries_end(int lock)
{
	fs_close(lock);
}

uint32_t keys_tries_wait(const char *dir, const uint8_t writer[KEYS_WRITER])
{
	struct tries t;
	struct tried *one;
	int64_t by_wall, by_uptime, passed, wait;

	read_file(dir, &t);
	if (!(one = find(&t, writer)) || !(wait = delay(one->count) * 1000))
		return 0;
	/* After a restart uptime is below what was noted: all of it has passed since. */
	by_uptime = clock_uptime() >= one->uptime ? clock_uptime() - one->uptime : clock_uptime();
	by_wall = clock_wall() >= one->wall ? clock_wall() - one->wall : 0;
	passed = by_wall > by_uptime ? by_wall : by_uptime;
	return passed >= wait ? 0 : (uint32_t)((wait - passed + 999) / 1000);
}

enum err keys_tries_count(const char *dir, const uint8_t writer[KEYS_WRITER], unsigned *left)
{
	struct tries t;
	struct tried *one;

	read_file(dir, &t);
	if (!(one = find(&t, writer))) {
		one = &t.at[t.count < KEYS_SLOTS_MAX ? t.count++ : 0];
		memcpy(one->writer, writer, KEYS_WRITER);
		one->count = 0;
	}
	if (one->count < COUNT_MOST)
		one->count++;
	one->wall = clock_wall();
	one->uptime = clock_uptime();
	*left = one->count < KEYS_FREE_TRIES ? KEYS_FREE_TRIES - one->count : 0;
	return write_file(dir, &t);
}

enum err keys_tries_forget(const char *dir, const uint8_t writer[KEYS_WRITER])
{
	struct tries t;
	struct tried *one;

	read_file(dir, &t);
	if (!(one = find(&t, writer)))
		return ERR_OK;
	*one = t.at[--t.count];
	return write_file(dir, &t);
}
