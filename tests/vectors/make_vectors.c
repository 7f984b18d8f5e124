/* Writes the files of tests/vectors/golden and the seeds of the fuzz targets: make_vectors DIR. Chance is replaced by a
 * counter, so the same files come out again; run it only for a new version of the format. Invented names only. */
#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/cbor.h"
#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/sys.h"
#include "sync/bundle/blob.h"
#include "sync/bundle/receipt.h"
#include "sync/keys/enrol.h"

#include <stdio.h>

static const char *out_dir;

static ssize_t counted(void *data, size_t len, unsigned flags)
{
	static uint64_t n;
	uint8_t *p = data, hash[KEYS_HASH];

	(void)flags;
	for (size_t i = 0; i < len; i++) {
		if (i % sizeof hash == 0) {
			keys_hash(&n, sizeof n, hash);
			n++;
		}
		p[i] = hash[i % sizeof hash];
	}
	return (ssize_t)len;
}

static void save(const char *name, const struct buf *b)
{
	struct buf path = { 0 };

	assert_ok(fs_write(fs_path(&path, out_dir, name), b->data, b->len));
	printf("%-16s %zu bytes\n", name, b->len);
	buf_clear(&path);
}

static void save_keys(const struct world *w)
{
	struct keys_ring *ring;
	struct buf path = { 0 };

	assert_ok(keys_ring_export(w->boxes, fs_path(&path, out_dir, "town.keys")));
	assert_ok(keys_ring_new(&ring));
	assert_ok(keys_ring_add_identity(ring, w->worker));
	assert_ok(keys_ring_add_scopes(ring, w->roster, w->worker));
	assert_ok(keys_ring_export(ring, fs_path(&path, out_dir, "worker.keys")));
	keys_ring_free(ring);
	buf_clear(&path);
}

/* A village key, a lost device, an opaque event, a private part and one that is gone: what a reader must cope with. */
static void decrees(struct world *w)
{
	struct keys_public members[] = { *keys_identity_public(w->staff), *keys_identity_public(w->worker) };
	struct event_scope village = event_scope_village(world_village);
	struct keys_bound bound = { .scope = village, .epoch = 8, .seq = 2 };
	struct keys_revoke revoke = { .bounds = &bound, .bound_count = 1, .reason = "设备遗失" };
	struct keys_scope_key key;
	struct buf b = { 0 };

	assert_ok(keys_scope_key_make(&village, KEYS_SCOPE_BOX, 1, members, 2, &key));
	assert_ok(keys_scope_key_encode(&key, &b));
	world_decree(w, EVENT_SCOPEKEY, &b);
	save("scopekey.cbor", &b);
	keys_scope_key_clear(&key);
	buf_reset(&b);
	memcpy(revoke.writer, keys_identity_public(w->neighbour)->writer, KEYS_WRITER);
	assert_ok(keys_revoke_encode(&revoke, &b));
	world_decree(w, EVENT_REVOKE, &b);
	save("revoke.cbor", &b);
	buf_clear(&b);
}

static void work(struct chain *c)
{
	struct buf odd = { 0 };

	chain_work(c, 6);
	cbor_put_unsigned(&odd, 5);
	odd.data[0] = 0x18;
	buf_putc(&odd, 5);                                  /* 5 in a longer form: opaque */
	chain_add(c, EVENT_SUBMIT, &odd, NULL);
	buf_reset(&odd);
	cbor_put_text(&odd, "未来的内容");
	chain_add(c, 777, &odd, NULL);                      /* a kind nobody knows yet */
	chain_work(c, 2);
	buf_clear(&odd);
}

static void bundles(struct world *w, struct chain *own)
{
	struct chain *up[] = { own }, *down[] = { &w->decrees, own };
	struct log_segment s = chain_segment(own, (uint32_t)own->seq);
	struct buf b = { 0 };

	world_bundle(w, w->worker, NULL, up, 1, &b);
	save("up.xcb", &b);
	buf_reset(&b);
	world_bundle(w, w->receipt, keys_identity_public(w->worker)->box, down, 2, &b);
	save("down.xcb", &b);
	buf_reset(&b);
	segment_put(&s, keys_identity_public(w->worker)->writer, &b);
	save("plain.bin", &b);
	buf_clear(&b);
}

static void papers(struct world *w, const struct chain *own)
{
	struct receipt r = { .time = 1767225600123, .tick = 3, .count = 1 };
	struct buf b = { 0 }, file = { 0 }, path = { 0 };
	struct keys_blob name;

	keys_roots_put(&w->roots, 0, &b);
	save("roots", &b);
	buf_reset(&b);
	assert_ok(fs_read(fs_path(&path, out_dir, "up.xcb"), 1 << 20, &file));
	keys_roots_township(&w->roots, r.township);
	keys_hash(file.data, file.len, r.bundle);
	memcpy(r.at[0].writer, own->id.writer, KEYS_WRITER);
	receipt_scope(&own->id.scope, r.at[0].scope);
	r.at[0].epoch = own->id.epoch;
	r.at[0].seq = own->seq;
	memcpy(r.at[0].hash, own->hash, EVENT_HASH);
	assert_ok(receipt_make(&r, w->receipt, &b));
	save("receipt.xcr", &b);
	buf_reset(&b);
	assert_ok(keys_request_make(w->worker, "钱满仓", "07", &b));
	save("request.xcq", &b);
	buf_reset(&b);
	assert_ok(fs_read(fs_path(&path, out_dir, "down.xcb"), 1 << 20, &file));
	assert_ok(keys_grant_make(&w->roots, file.data, file.len, &b));
	save("grant.xcg", &b);
	buf_reset(&b);
	assert_ok(blob_seal("安全出口", 12, &b, &name));
	save("blob.xca", &b);
	buf_reset(&b);
	buf_put(&b, name.key, sizeof name.key);
	save("blob.key", &b);
	buf_clear(&b);
	buf_clear(&file);
	buf_clear(&path);
}

static void put_hex(struct buf *b, const char *name, const uint8_t *data, size_t len)
{
	char hex[2 * KEYS_HASH + 1];

	keys_hex(data, len, hex);
	buf_printf(b, "%s %s\n", name, hex);
}

/* What a reader must find, one "name value" a line. */
static void expected(const struct world *w, const struct chain *own)
{
	char code[KEYS_CODE], digits[KEYS_DIGITS];
	uint8_t township[KEYS_TOWNSHIP];
	struct buf b = { 0 }, file = { 0 }, path = { 0 };

	keys_roots_township(&w->roots, township);
	keys_roots_code(&w->roots, code);
	assert_ok(fs_read(fs_path(&path, out_dir, "request.xcq"), 1 << 16, &file));
	keys_request_digits(file.data, file.len, digits);
	put_hex(&b, "township", township, sizeof township);
	buf_printf(&b, "code %s\ndigits %s\n", code, digits);
	put_hex(&b, "worker", own->id.writer, KEYS_WRITER);
	put_hex(&b, "head", own->hash, EVENT_HASH);
	put_hex(&b, "decrees", w->decrees.hash, EVENT_HASH);
	buf_printf(&b, "events %llu\nopaque 1\n", (unsigned long long)own->seq);
	save("expected", &b);
	buf_clear(&b);
	buf_clear(&file);
	buf_clear(&path);
}

int main(int argc, char **argv)
{
	struct keys_head head = { .epoch = 7, .seq = 1 };
	struct sys dice = sys_real;
	struct event_scope village;
	struct world w;
	struct chain own;

	if (argc != 2 || keys_start())
		return 2;
	out_dir = argv[1];
	dice.getrandom = counted;
	sys = &dice;
	clock_set(1767225600000);
	world_open(&w);
	village = event_scope_village(world_village);
	decrees(&w);
	chain_start(&own, w.worker, &village, 42);
	work(&own);
	bundles(&w, &own);
	head.seq = w.decrees.seq;
	memcpy(head.hash, w.decrees.hash, KEYS_HASH);
	assert_ok(keys_town_rotate(w.dir, w.staff, &head, 1, &w.roots));
	papers(&w, &own);
	expected(&w, &own);
	save_keys(&w);
	chain_clear(&own);
	world_close(&w);
	return 0;
}
