#include "config.h"
#include "tests/town/year/year.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "sync/bundle/seal.h"
#include "sync/bundle/segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What of each log lies in bundles already. */
struct sealed { struct event_log_id id; uint64_t upto; };
struct sealing {
	struct year *y;
	struct sealed *at; uint32_t count, cap;
	struct log_head *heads; uint32_t head_count, head_cap;
};
static struct sealing s;
static uint32_t made;

static enum err note_head(void *user, const struct log_head *h)
{
	(void)user;
	if (s.head_count == s.head_cap) {
		s.head_cap = s.head_cap ? s.head_cap * 2 : 512;
		if (!(s.heads = realloc(s.heads, s.head_cap * sizeof *s.heads)))
			return err_set(ERR_NOMEM, "heads");
	}
	s.heads[s.head_count++] = *h;
	return ERR_OK;
}

static struct sealed *sealed_of(const struct event_log_id *id)
{
	for (uint32_t i = 0; i < s.count; i++)
		if (!memcmp(s.at[i].id.writer, id->writer, EVENT_WRITER) && event_scope_same(&s.at[i].id.scope, &id->scope))
			return &s.at[i];
	if (s.count == s.cap) {
		s.cap = s.cap ? s.cap * 2 : 512;
		if (!(s.at = realloc(s.at, s.cap * sizeof *s.at)))
			year_must(ERR_NOMEM, "sealed");
	}
	s.at[s.count] = (struct sealed){ .id = *id };
	return &s.at[s.count++];
}

static void write_bundle(struct year *y, const struct keys_identity *sealer, struct buf *plain)
{
	const struct keys_root *root = keys_roots_newest(&y->town->roots);
	struct bundle_sealing how = { .sealer = sealer, .to = &root->box, .to_count = 1, .counter = made + 1, .wall = clock_wall() };
	struct buf file = { 0 }, path = { 0 };

	if (plain->len) {
		year_must(bundle_seal(&how, plain->data, plain->len, &file, NULL), "seal");
		buf_printf(&path, "%s/bundles/%06u.xcb", y->dir, ++made);
		year_must(fs_write(buf_str(&path), file.data, file.len), buf_str(&path));
	}
	buf_reset(plain);
	buf_clear(&file);
	buf_clear(&path);
}

static void seal_log(struct year *y, const struct log_head *h, const struct keys_identity *sealer, struct buf *plain)
{
	struct sealed *done = sealed_of(&h->id);

	while (done->upto < h->highest) {
		struct buf events = { 0 };
		struct log_segment seg;
		struct store_txn t;

		profile_begin(y->logs, &t);
		year_must(log_export(&t, &h->id, done->upto + 1, NULL, 60000, BUNDLE_PLAIN_TARGET, &events, &seg), "export");
		store_abort(&t);
		segment_put(&seg, keys_identity_public(sealer)->writer, plain);
		done->upto += seg.count;
		buf_clear(&events);
		if (plain->len >= BUNDLE_PLAIN_TARGET)
			write_bundle(y, sealer, plain);
	}
}

void year_seal(struct year *y)
{
	struct buf plain = { 0 }, dir = { 0 };
	struct store_txn t;

	buf_printf(&dir, "%s/bundles", y->dir);
	year_must(fs_make_dir(buf_str(&dir)), "bundles");
	buf_clear(&dir);
	s.head_count = 0;
	profile_begin(y->logs, &t);
	year_must(log_heads(&t, note_head, NULL), "heads");
	store_abort(&t);
	for (uint32_t p = 0; p < y->person_count; p++) {
		const struct keys_identity *sealer = y->people[p].id;

		for (uint32_t i = 0; i < s.head_count; i++)
			if (!memcmp(s.heads[i].id.writer, keys_identity_public(sealer)->writer, EVENT_WRITER))
				seal_log(y, &s.heads[i], sealer, &plain);
		write_bundle(y, sealer, &plain);
	}
	buf_clear(&plain);
}
