#include "config.h"
#include "sync/keys/tries.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/wire.h"
#include "sync/keys/slot.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRY = KEYS_WRITER + 1 + 8 + 8, COUNT_MOST = 255, WAIT_FIRST = 30, WAIT_MOST = 3600 };

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
