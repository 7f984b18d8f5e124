/* Erasure: the bytes of a part go, its commitment stays, and the chain still verifies. sync.md section 11. */
#include "config.h"
#include "sync/ledger/log/log_batch.h"

#include "forms/base/i18n.h"
#include "sync/keys/authority.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/profile/profile_own.h"

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

/* *stripped: there was something to take away. */
static enum err erase_row(struct log_batch *b, const struct log_place *at, int level, bool *stripped)
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
	*stripped = (e.flags & EVENT_HAS_PRIVATE && !(e.flags & EVENT_PRIVATE_GONE)) || (level > 1 && e.flags & EVENT_HAS_ANSWERS && !(e.flags & EVENT_ANSWERS_GONE));
	if (!*stripped)
		return ERR_OK;
	buf_reset(&b->bytes);
	if ((err = log_strip(&e, &row.base, level, &b->bytes)))
		return err;
	row.bytes = (const uint8_t *)b->bytes.data;
	row.len = b->bytes.len;
	log_row_put(&b->txn, at, &row);
	base = row.base;
	event_decode(row.bytes, row.len, &base, &e, &used);
	if (b->p->fold)
		err = fold_event(b->p->fold, &b->txn, at, &id, row.hash, &e, false);
	return err ? err : b->txn.err;
}

/* Remember what the journal still has to lose; it stays in the store until that is done, so a pulled plug keeps no copy alive. */
static enum err strip_later(struct log_batch *b, const uint8_t ref[EVENT_REF], uint8_t level)
{
	struct store_key key = log_meta_key(META_STRIP);
	void *more = realloc(b->erasing, (b->erasing_count + 1) * sizeof *b->erasing);

	if (!more)
		return err_set(ERR_NOMEM, "erase");
	b->erasing = more;
	memcpy(b->erasing[b->erasing_count], ref, EVENT_REF);
	b->erasing[b->erasing_count++][EVENT_REF] = level;
	store_key_put(&key, ref, EVENT_REF);
	log_meta_put_number(&b->txn, &key, level);
	return b->txn.err;
}

enum err log_erase(struct log_batch *b, const uint8_t ref[EVENT_REF], bool answers_too)
{
	struct store_key key = log_meta_key(META_ERASED), value = store_key();
	uint64_t level = answers_too ? 2 : 1;
	struct log_place at;
	bool stripped = false;
	enum err e = ERR_OK;

	store_key_put(&key, ref, EVENT_REF);
	if (log_meta_number(&b->txn, &key, 0) < level) {
		store_key_u64(&value, level);
		e = log_keep(b, STORE_META, &key, value.bytes, value.len);
	}
	b->erased_any = true;
	/* Also when it was known: a store that is made again from a journal not yet stripped meets the order a second time. */
	if (e || (e = log_find(&b->txn, ref, &at)))
		return e == ERR_NOTFOUND ? ERR_OK : e;
	e = erase_row(b, &at, (int)level, &stripped);
	return e || !stripped ? e : strip_later(b, ref, (uint8_t)level);
}

static struct store_key done_key(const uint8_t *writer, const uint8_t *order)
{
	struct store_key k = log_meta_key(META_CONFIRMED);

	store_key_put(&k, writer, EVENT_WRITER);
	store_key_put(&k, order, EVENT_REF);
	return k;
}

bool log_erasure_done(struct store_txn *t, const uint8_t writer[EVENT_WRITER], const uint8_t order[EVENT_REF])
{
	struct store_key k = done_key(writer, order);

	return store_has(t, STORE_META, &k);
}

enum err log_erasure_note(struct log_batch *b, const uint8_t writer[EVENT_WRITER], const uint8_t order[EVENT_REF])
{
	struct store_key k = done_key(writer, order);

	return log_keep(b, STORE_META, &k, "", 0);
}

enum err log_obey(struct log_batch *b, const struct event *order)
{
	struct keys_erase x = { 0 };
	enum err e = ERR_OK;

	if (keys_erase_decode(order->public_part.data, order->public_part.len, &x))
		return ERR_OK;                          /* says nothing */
	for (size_t i = 0; !e && i < x.count; i++)
		e = log_erase(b, x.at[i].ref, x.at[i].level > 1);
	keys_erase_clear(&x);
	return e;
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

static enum err forget(struct log_batch *b, void *user)
{
	const struct erasing *x = user;

	for (size_t i = 0; i < x->count; i++) {
		struct store_key key = log_meta_key(META_STRIP);

		store_key_put(&key, x->refs[i], EVENT_REF);
		store_delete(&b->txn, STORE_META, &key);
	}
	return b->txn.err;
}

enum err log_erase_journal(struct profile *p, uint8_t (*refs)[EVENT_REF + 1], size_t count)
{
	static const struct journal_mark keep = { .part = LOG_MARK_KEPT };
	struct erasing x = { refs, count };
	enum err e = journal_rewrite(p->journal, strip_entry, &x);

	return e ? e : log_write_locked(p, true, &keep, forget, &x);
}

enum err log_erase_rest(struct profile *p)
{
	struct store_key prefix = log_meta_key(META_STRIP), key;
	uint8_t (*refs)[EVENT_REF + 1] = NULL;
	struct buf value = { 0 };
	struct store_cursor c;
	struct store_txn t;
	size_t count = 0;
	enum err e;

	store_begin_read(p->store, &t);
	store_seek(&t, STORE_META, &prefix, &c);
	while (store_next(&c, &key, &value) && key.len == prefix.len + EVENT_REF) {
		void *more = realloc(refs, (count + 1) * sizeof *refs);

		if (!more)
			break;                          /* the rest at the next start */
		refs = more;
		memcpy(refs[count], key.bytes + prefix.len, EVENT_REF);
		refs[count++][EVENT_REF] = (uint8_t)log_meta_number(&t, &key, 1);
	}
	store_seek_end(&c);
	e = t.err;
	store_abort(&t);
	buf_clear(&value);
	if (!e && count)
		e = log_erase_journal(p, refs, count);
	free(refs);
	return e;
}
