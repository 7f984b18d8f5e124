/* Erasure: the bytes of a part go, its commitment stays, and the chain still verifies. sync.md section 11. */
#include "config.h"
#include "sync/ledger/log_batch.h"

#include "forms/base/i18n.h"
#include "sync/ledger/fold.h"
#include "sync/ledger/profile_own.h"

#include <stdlib.h>
#include <string.h>

enum err log_strip(const struct event *e, const struct event_base *base, int level, struct buf *out)
{
	uint8_t answers[EVENT_HASH], secret[EVENT_HASH];
	struct event_base moved = *base;
	struct event bare = *e;

	event_commit_private(e, secret);
	event_commit_answers(e, answers);
	if (bare.flags & EVENT_HAS_PRIVATE) {
		bare.flags |= EVENT_PRIVATE_GONE;
		bare.private_commitment = secret;
	}
	if (level > 1 && (bare.flags & EVENT_HAS_ANSWERS)) {
		bare.flags |= EVENT_ANSWERS_GONE;
		bare.answers_commitment = answers;
	}
	return event_encode(&bare, &moved, out);
}

static enum err erase_row(struct log_batch *b, const struct log_place *at, int level)
{
	struct log_row row;
	struct event_log_id id;
	struct event_base base;
	struct event e;
	size_t used;
	enum err err = log_row_get(&b->txn, at, &b->value, &row);

	if (err || (err = log_id_of(&b->txn, at->log, &id)))
		return err;
	base = row.base;
	event_decode(row.bytes, row.len, &base, &e, &used);
	if (!used)
		return err_set(ERR_CORRUPT, _("库中的一条记录已损坏"));
	buf_reset(&b->bytes);
	if ((err = log_strip(&e, &row.base, level, &b->bytes)))
		return err;
	row.bytes = (const uint8_t *)b->bytes.data;
	row.len = b->bytes.len;
	log_row_put(&b->txn, at, &row);
	base = row.base;
	event_decode(row.bytes, row.len, &base, &e, &used);
	if (b->p->fold)
		err = fold_event(b->p->fold, &b->txn, at, &id, row.hash, &e);
	return err ? err : b->txn.err;
}

enum err log_erase(struct log_batch *b, const uint8_t ref[EVENT_REF], bool answers_too)
{
	struct store_key key = log_meta_key(META_ERASED), value = store_key();
	uint64_t level = answers_too ? 2 : 1;
	struct log_place at;
	void *more;
	enum err e;

	store_key_put(&key, ref, EVENT_REF);
	if (log_meta_number(&b->txn, &key, 0) >= level)
		return b->txn.err;
	store_key_u64(&value, level);
	if ((e = log_keep(b, STORE_META, &key, value.bytes, value.len)))
		return e;
	b->erased_any = true;
	e = log_find(&b->txn, ref, &at);
	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	if (!(more = realloc(b->erasing, (b->erasing_count + 1) * sizeof *b->erasing)))
		return err_set(ERR_NOMEM, "erase");
	b->erasing = more;
	memcpy(b->erasing[b->erasing_count], ref, EVENT_REF);
	b->erasing[b->erasing_count++][EVENT_REF] = (uint8_t)level;
	return erase_row(b, &at, (int)level);
}

/* --- the journal's copy --- */

struct erasing { uint8_t (*refs)[EVENT_REF + 1]; size_t count; };

static int level_of(const struct erasing *x, const uint8_t hash[EVENT_HASH])
{
	for (size_t i = 0; i < x->count; i++)
		if (!memcmp(x->refs[i], hash, EVENT_REF))
			return x->refs[i][EVENT_REF];
	return 0;
}

static bool strip_entry(void *user, const void *entry, size_t len, struct buf *out)
{
	const struct erasing *x = user;
	struct log_segment seg;
	struct log_step *steps = NULL;
	struct buf bytes = { 0 };
	size_t *ends = NULL;
	bool any = false;

	if (!len || *(const uint8_t *)entry != ENTRY_EVENTS || log_entry_read(entry, len, &seg, &steps))
		goto out;
	for (uint32_t i = 0; i < seg.count; i++)
		any = any || level_of(x, steps[i].hash);
	if (!any || !(ends = calloc(seg.count, sizeof *ends)))
		goto out;
	for (uint32_t i = 0; i < seg.count; i++) {
		int level = level_of(x, steps[i].hash);

		if (!level || log_strip(&steps[i].event, &steps[i].base, level, &bytes))
			buf_put(&bytes, steps[i].bytes, steps[i].len);
		ends[i] = bytes.len;
	}
	for (uint32_t i = 0; i < seg.count && bytes.data; i++) {
		size_t start = i ? ends[i - 1] : 0;

		steps[i].bytes = (const uint8_t *)bytes.data + start;
		steps[i].len = ends[i] - start;
	}
	log_entry_put(out, &seg, steps, seg.count);
	if (bytes.err)
		out->err = bytes.err;
out:
	free(ends);
	free(steps);
	buf_clear(&bytes);
	return any;
}

enum err log_erase_journal(struct profile *p, uint8_t (*refs)[EVENT_REF + 1], size_t count)
{
	struct erasing x = { refs, count };

	return journal_rewrite(p->journal, strip_entry, &x);
}
