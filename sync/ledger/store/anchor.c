#include "config.h"
#include "sync/ledger/store/anchor.h"

#include "forms/base/fs.h"
#include "forms/base/wire.h"
#include "sync/keys/hash.h"

#include <fcntl.h>
#include <string.h>

/* slot := "XCN1" ‖ fields ‖ zeros ‖ BLAKE2b-128 of all before it, 512 bytes */
enum { CHECKED = ANCHOR_SLOT - KEYS_HASH_SHORT };

static const char *const names[2] = { "anchor.a", "anchor.b" };

void anchor_note_end(struct anchor_ends *ends, const struct event_log_id *log, uint64_t seq)
{
	uint32_t i = 0;

	if (log->scope.length > ANCHOR_SCOPE)
		return;
	while (i < ends->count && !event_log_same(&ends->at[i].log, log))
		i++;
	if (i < ends->count)
		seq = seq > ends->at[i].seq ? seq : ends->at[i].seq;
	else if (ends->count < ANCHOR_ENDS)
		ends->count++;
	else
		i--;
	memmove(&ends->at[1], &ends->at[0], i * sizeof ends->at[0]);
	ends->at[0].log = *log;
	ends->at[0].seq = seq;
}

/* count u8 ‖ n × {writer 16, scope kind u8, length u8, bytes 16, epoch u64, seq u64} */
static void parse_ends(struct wire *w, struct anchor_ends *ends)
{
	memset(ends, 0, sizeof *ends);
	ends->count = wire_u8(w);
	if (ends->count > ANCHOR_ENDS)
		ends->count = 0;
	for (uint32_t i = 0; i < ends->count; i++) {
		struct event_log_id *log = &ends->at[i].log;

		memcpy(log->writer, wire_bytes(w, EVENT_WRITER), EVENT_WRITER);
		log->scope.kind = wire_u8(w);
		log->scope.length = wire_u8(w);
		if (log->scope.length > ANCHOR_SCOPE)
			log->scope.length = ANCHOR_SCOPE;
		memcpy(log->scope.bytes, wire_bytes(w, ANCHOR_SCOPE), ANCHOR_SCOPE);
		log->epoch = wire_u64(w);
		ends->at[i].seq = wire_u64(w);
	}
}

static void print_ends(const struct anchor_ends *ends, struct buf *out)
{
	buf_putc(out, (int)ends->count);
	for (uint32_t i = 0; i < ends->count; i++) {
		const struct event_log_id *log = &ends->at[i].log;

		buf_put(out, log->writer, EVENT_WRITER);
		buf_putc(out, log->scope.kind);
		buf_putc(out, log->scope.length);
		buf_put(out, log->scope.bytes, ANCHOR_SCOPE);
		buf_be64(out, log->epoch);
		buf_be64(out, ends->at[i].seq);
	}
}

static bool parse(const uint8_t *slot, size_t len, struct anchor *out)
{
	struct wire w = wire_init(slot, CHECKED);
	uint8_t check[KEYS_HASH_SHORT];
	const uint8_t *p;

	if (len != ANCHOR_SLOT)
		return false;
	keys_hash_short(slot, CHECKED, check);
	p = wire_bytes(&w, 4);
	if (memcmp(check, slot + CHECKED, sizeof check) || memcmp(p, "XCN1", 4))
		return false;
	out->generation = wire_u64(&w);
	out->written = wire_u64(&w);
	out->exported = wire_u64(&w);
	out->tick = wire_u64(&w);
	out->sealed = wire_u64(&w);
	out->boot = wire_u64(&w);
	out->uptime = (int64_t)(wire_u64(&w) & INT64_MAX);
	memcpy(out->boot_id, wire_bytes(&w, 16), 16);
	memcpy(out->probed, wire_bytes(&w, 16), 16);
	parse_ends(&w, &out->ends);
	return true;
}

static void print(const struct anchor *a, struct buf *out)
{
	uint8_t check[KEYS_HASH_SHORT], zeros[CHECKED] = { 0 };

	buf_puts(out, "XCN1");
	buf_be64(out, a->generation);
	buf_be64(out, a->written);
	buf_be64(out, a->exported);
	buf_be64(out, a->tick);
	buf_be64(out, a->sealed);
	buf_be64(out, a->boot);
	buf_be64(out, (uint64_t)a->uptime);
	buf_put(out, a->boot_id, 16);
	buf_put(out, a->probed, 16);
	print_ends(&a->ends, out);
	if (out->err)
		return;
	buf_put(out, zeros, CHECKED - out->len);
	if (out->err)
		return;
	keys_hash_short(out->data, CHECKED, check);
	buf_put(out, check, sizeof check);
}

/* Which slot is newest: its index, or -1. */
static int newest(const char *dir, struct anchor *out)
{
	struct buf path = { 0 }, data = { 0 };
	struct anchor a;
	int which = -1;

	memset(out, 0, sizeof *out);
	for (int i = 0; i < 2; i++) {
		fs_path(&path, dir, names[i]);
		if (!path.err && !fs_read(path.data, ANCHOR_SLOT, &data) && parse((const uint8_t *)buf_str(&data), data.len, &a)
		    && (which < 0 || a.generation > out->generation)) {
			*out = a;
			which = i;
		}
	}
	buf_clear(&path);
	buf_clear(&data);
	return which;
}

enum err anchor_read(const char *dir, struct anchor *out, bool *found)
{
	*found = newest(dir, out) >= 0;
	return ERR_OK;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* What another program wrote beside us. */
static void merge_ends(struct anchor *a, const struct anchor *before)
{
	struct anchor_ends ends = before->ends;

	for (uint32_t i = a->ends.count; i-- > 0; )
		anchor_note_end(&ends, &a->ends.at[i].log, a->ends.at[i].seq);
	a->ends = ends;
}

enum slot { SLOT_RAISE, SLOT_TICK, SLOT_LOST };       /* what may go back: nothing, the tick, what was written */

static enum err write_slot(const char *dir, struct anchor *a, bool durable, enum slot how)
{
	struct buf path = { 0 }, slot = { 0 };
	struct anchor before;
	int which = newest(dir, &before), fd = -1;
	enum err e;

	/* Another program may have written since we read. */
	a->generation = larger(a->generation, before.generation) + 1;
	a->exported = larger(a->exported, before.exported);
	if (how != SLOT_TICK)
		a->tick = larger(a->tick, before.tick);
	a->sealed = larger(a->sealed, before.sealed);
	a->boot = larger(a->boot, before.boot);
	if (how != SLOT_LOST) {
		a->written = larger(a->written, before.written);
		merge_ends(a, &before);
	}
	fs_path(&path, dir, names[which == 0 ? 1 : 0]);
	print(a, &slot);
	e = path.err ? path.err : slot.err;
	if (!e && !(e = fs_open(path.data, O_WRONLY | O_CREAT, &fd)) && !(e = fs_write_at(fd, slot.data, slot.len, 0)) && durable)
		e = fs_sync(fd);
	fs_close(fd);
	buf_clear(&path);
	buf_clear(&slot);
	return e;
}

enum err anchor_write(const char *dir, struct anchor *a, bool durable)
{
	return write_slot(dir, a, durable, SLOT_RAISE);
}

enum err anchor_set_tick(const char *dir, struct anchor *a, uint64_t tick)
{
	a->tick = tick;
	return write_slot(dir, a, true, SLOT_TICK);
}

enum err anchor_count_lost(const char *dir, struct anchor *a)
{
	return write_slot(dir, a, true, SLOT_LOST);
}
