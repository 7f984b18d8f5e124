#include "config.h"
#include "sync/ledger/rows/row.h"

#include "sync/ledger/rows/reader.h"
#include "sync/ledger/rows/rowindex.h"
#include "sync/ledger/rows/unseal.h"

#include "forms/base/i18n.h"
#include "sync/keys/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- ids --- */

char *row_id_text(const struct row_id *id, char out[ROW_ID_TEXT])
{
	keys_hex(id->ref, EVENT_REF, out);
	snprintf(out + 2 * EVENT_REF, ROW_ID_TEXT - 2 * EVENT_REF, ":%u", id->index);
	return out;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool row_id_parse(const char *text, struct row_id *out)
{
	unsigned index = 0;

	for (int i = 0; i < EVENT_REF; i++) {
		int high = digit(text[2 * i]), low = high < 0 ? -1 : digit(text[2 * i + 1]);

		if (low < 0)
			return false;
		out->ref[i] = (uint8_t)(high << 4 | low);
	}
	text += 2 * EVENT_REF;
	if (*text == ':') {
		if (!*++text)
			return false;
		for (; *text >= '0' && *text <= '9' && index < 256; text++)
			index = index * 10 + (unsigned)(*text - '0');
	}
	out->index = (uint8_t)index;
	return !*text && index < 256;
}

const char *row_reason_text(enum row_reason why)
{
	switch (why) {
	case ROW_ACCEPTED: return _("已采纳");
	case ROW_NO_ROLE: return _("没有做这一步的职责");
	case ROW_OUT_OF_SCOPE: return _("不在本人的村或范围内");
	case ROW_UNSEEN: return _("没有说明依据哪一次记录");
	case ROW_WRONG_FROM: return _("现在的状态不能走这一步");
	case ROW_WHEN: return _("条件还不满足");
	case ROW_SAME_PERSON: return _("整改的人不能自己复核");
	case ROW_TOWN_ONLY: return _("只有乡镇能定");
	case ROW_NOT_AUTHOR: return _("只有本人或乡镇能改");
	case ROW_NOT_TRUSTED: return _("设备已被停用");
	case ROW_NO_STEP: return _("状态只能按步骤改变");
	}
	return "";
}

/* --- reading --- */

void row_clear(struct row *r)
{
	if (r->opened)
		scratch_free(r->opened);
	free(r->opened);
	free(r->memory);
	memset(r, 0, sizeof *r);
}

enum err reader_row(const struct context *c, const struct row_key *key, struct row *out)
{
	struct store_key k = rowcode_store_key(key);
	struct buf data = { 0 };
	enum err e = store_get(c->t, STORE_ROW, &k, &data);

	memset(out, 0, sizeof *out);
	if (e == ERR_NOTFOUND)
		e = err_set(ERR_NOTFOUND, _("台账里没有这一行"));
	else if (!e)
		e = rowcode_get(c->words, c->t, key, data.data, data.len, out);
	buf_clear(&data);
	return e;
}

enum err reader_row_id(const struct context *c, const struct row_id *id, struct row *out)
{
	struct row_key key;
	enum err e = history_row_key(c, id, &key);

	memset(out, 0, sizeof *out);
	return e ? e : reader_row(c, &key, out);
}

void reader_begin(struct profile *p, struct store_txn *t, struct context *c)
{
	profile_begin(p, t);
	*c = (struct context){ .p = p, .t = t, .plans = &p->fold->plans, .amended = &p->fold->amended, .words = &p->fold->words, .any_erased = true };
}

enum err row_read_key(struct profile *p, const struct row_key *key, struct row *out)
{
	struct store_txn t;
	struct context c;
	enum err e;

	reader_begin(p, &t, &c);
	if (!(e = reader_row(&c, key, out)))
		e = unseal_row(&c, out);
	store_abort(&t);
	return e;
}

enum err row_read(struct profile *p, const struct row_id *id, struct row *out)
{
	struct store_txn t;
	struct context c;
	enum err e;

	reader_begin(p, &t, &c);
	if (!(e = reader_row_id(&c, id, out)))
		e = unseal_row(&c, out);
	store_abort(&t);
	return e;
}

const struct row_field *row_field(const struct row *r, uint32_t n)
{
	for (uint32_t i = 0; i < r->field_count && r->fields[i].n <= n; i++)
		if (r->fields[i].n == n)
			return &r->fields[i];
	return NULL;
}

/* A retracted row stays where a workflow has to end it (sync.md section 5); elsewhere it is as if it had never been. */
static bool keeps_retracted(const struct pack *pack, uint32_t reg)
{
	for (uint32_t i = 0; i < pack->step_count; i++)
		if (pack->steps[i].reg == reg)
			return true;
	return false;
}

static bool is_shown(unsigned flags, bool keeps)
{
	return !(flags & ROW_EMPTY) && (keeps || !(flags & ROW_RETRACTED));
}

enum err row_each(struct profile *p, const char *reg, enum err (*each)(void *user, const struct row *r), void *user)
{
	struct store_key prefix = store_key(), key;
	struct store_cursor at;
	struct store_txn t;
	struct context c;
	struct buf data = { 0 };
	const struct pack *pack;
	uint32_t index;
	uint16_t word;
	bool keeps;
	enum err e = reader_register(p, reg, &pack, &index);

	if (e)
		return e;
	keeps = keeps_retracted(pack, index);
	reader_begin(p, &t, &c);
	if (!(word = words_find(c.words, &t, reg))) {
		store_abort(&t);
		return t.err;
	}
	store_key_u16(&prefix, word);
	store_seek(&t, STORE_ROW, &prefix, &at);
	while (!e && store_next(&at, &key, &data)) {
		struct row_key rk = rowcode_from_store(&key);
		struct row r;

		if ((e = rowcode_get(c.words, &t, &rk, data.data, data.len, &r)))
			break;
		if (is_shown(r.flags, keeps))
			e = each(user, &r);
		row_clear(&r);
	}
	store_seek_end(&at);
	e = e ? e : t.err;
	store_abort(&t);
	buf_clear(&data);
	return e;
}

/* --- history and children --- */

static bool tell(const struct judge_entry *e, bool (*each)(void *user, const struct row_history *h), void *user)
{
	const char *steps[PAYLOAD_STEPS_MAX];
	struct row_id record = { .index = 0 };
	struct row_history out = {
		.event = { .at = e->at, .wall = e->wall }, .kind = e->kind, .person = e->person ? e->person : "", .steps = steps, .why = e->why,
		.record = &record,
		.version = e->version ? e->version : "", .form = e->form ? e->form : "" };

	memcpy(out.event.ref, e->ref, EVENT_REF);
	memcpy(record.ref, e->has_target ? e->target : e->ref, EVENT_REF);
	for (uint32_t i = 0; i < e->step_count; i++)
		steps[out.step_count++] = e->steps[i]->id;
	return each(user, &out);
}

enum err row_history(struct profile *p, const struct row_id *id, bool (*each)(void *user, const struct row_history *h), void *user)
{
	struct history h = { 0 };
	struct store_txn t;
	struct context c;
	struct row_key key;
	enum err e;

	reader_begin(p, &t, &c);
	if (!(e = history_row_key(&c, id, &key)) && !(e = history_load(&h, &c, &key)))
		e = judge_row(h.entries, h.count);
	store_abort(&t);
	for (uint32_t i = 0; !e && i < h.count; i++)
		if (!tell(&h.entries[i], each, user))
			break;
	history_free(&h);
	return e;
}

struct children { struct row_key *at; uint32_t count, cap; bool failed; };

static bool add_child(void *user, const struct rowindex_child *c)
{
	struct children *list = user;

	for (uint32_t i = list->count; i-- && i + 8 > list->count; )
		if (!memcmp(list->at[i].bytes, c->key.bytes, c->key.len))
			return true;                      /* named by two fields, or twice */
	if (list->count == list->cap) {
		uint32_t cap = list->cap ? list->cap * 2 : 32;
		struct row_key *more = realloc(list->at, cap * sizeof *more);

		if (!more)
			return !(list->failed = true);
		list->at = more;
		list->cap = cap;
	}
	list->at[list->count++] = c->key;
	return true;
}

enum err row_children(struct profile *p, const struct row_id *id, const char *child, bool (*each)(void *user, const struct row *r), void *user)
{
	struct children list = { 0 };
	struct store_txn t;
	struct context c;
	struct row row;
	const struct pack *pack;
	uint32_t index;
	uint16_t reg;
	bool more = true, keeps;
	enum err e = reader_register(p, child, &pack, &index);

	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	keeps = keeps_retracted(pack, index);
	reader_begin(p, &t, &c);
	if ((reg = words_find(c.words, &t, child)))
		e = rowindex_children(&t, id, reg, 0, INT32_MIN, INT32_MAX, add_child, &list);
	store_abort(&t);
	if (list.failed)
		e = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	for (uint32_t i = 0; !e && more && i < list.count; i++) {
		if (!(e = row_read_key(p, &list.at[i], &row)) && is_shown(row.flags, keeps))
			more = each(user, &row);
		row_clear(&row);
	}
	free(list.at);
	return e;
}
