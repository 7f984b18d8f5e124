/* Of a row: who made it, when that truly was, where, and the number people know it by. */
#include "config.h"
#include "sync/ledger/rows/row.h"

#include "forms/base/clock.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/rows/reader.h"

#include <string.h>

enum err row_author(struct profile *p, const struct row_event *ev, struct buf *person, struct buf *label)
{
	const struct keys_writer *w = NULL;
	struct event_log_id id;
	struct store_txn t;
	enum err e;

	profile_begin(p, &t);
	e = log_id_of(&t, ev->at.log, &id);
	store_abort(&t);
	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	if ((w = keys_roster_find(p->roster, id.writer))) {
		if (person)
			buf_puts(person, w->person);
		if (label)
			buf_puts(label, w->label);
	}
	return ERR_OK;
}

enum err row_number(struct profile *p, const struct row *r, struct buf *out)
{
	struct buf label = { 0 };
	enum err e = r->event_count ? row_author(p, &r->events[0], NULL, &label) : ERR_OK;

	buf_printf(out, "%s-%04u", buf_str(&label), (unsigned)r->number);
	if (r->id.index)
		buf_printf(out, "-%u", r->id.index);      /* a submit may make several rows */
	buf_clear(&label);
	return e ? e : out->err;
}

enum err row_serial(struct profile *p, const struct row *r, struct buf *out)
{
	const struct pack *pack;
	struct clock_date made = { 0 };
	enum err e = reader_pack(p, &pack);

	if (e)
		return e;
	if (r->event_count)
		made = clock_date(clock_day_of(r->events[0].wall, pack->utc_offset));
	if (r->scope.kind == 1)
		buf_printf(out, "%.*s-", (int)r->scope.length, (const char *)r->scope.bytes);
	buf_printf(out, "%04d-", made.year);
	return row_number(p, r, out);
}

/* Name of the row of register villages whose code is the scope; else the code itself. */
static enum err find_village(struct profile *p, const struct pack *pack, const struct event_scope *scope, struct buf *out)
{
	uint32_t reg = pack_find_register(pack, "villages"), code, name;
	struct store_key prefix = store_key(), key;
	struct buf data = { 0 }, text = { 0 };
	struct store_cursor at;
	struct store_txn t;
	struct context c;
	struct row row;
	bool found = false;
	enum err e = ERR_OK;

	if (reg == PACK_NONE || (code = pack_find_field(&pack->registers[reg], "code")) == PACK_NONE ||
	    (name = pack_find_field(&pack->registers[reg], "name")) == PACK_NONE) {
		buf_put(out, scope->bytes, scope->length);
		return out->err;
	}
	reader_begin(p, &t, &c);
	store_key_u16(&prefix, words_find(c.words, &t, "villages"));
	store_seek(&t, STORE_ROW, &prefix, &at);
	while (!found && !e && store_next(&at, &key, &data)) {
		struct row_key rk = rowcode_from_store(&key);

		if ((e = rowcode_get(c.words, &t, &rk, data.data, data.len, &row)))
			break;
		buf_reset(&text);
		if (!(e = row_text(p, &row, code, &text)) && text.len == scope->length && !memcmp(text.data, scope->bytes, text.len)) {
			found = true;
			e = row_text(p, &row, name, out);
		}
		row_clear(&row);
	}
	store_seek_end(&at);
	store_abort(&t);
	if (!found)
		buf_put(out, scope->bytes, scope->length);
	buf_clear(&data);
	buf_clear(&text);
	return e;
}

enum err reader_village(struct profile *p, const struct pack *pack, const struct event_scope *scope, struct buf *out)
{
	struct fold *f = p->fold;
	struct buf name = { 0 };
	enum err e;

	if (scope->kind != 1)
		return ERR_OK;
	if (!f->village.known || !event_scope_same(&f->village.scope, scope)) {
		if ((e = find_village(p, pack, scope, &name))) {
			buf_clear(&name);
			return e;
		}
		buf_clear(&f->village.name);
		f->village.name = name;
		f->village.scope = *scope;
		f->village.known = true;
	}
	buf_put(out, f->village.name.data, f->village.name.len);
	return out->err;
}

int64_t row_event_time(struct profile *p, const struct row_event *e, enum truetime_word *word)
{
	struct log_event event = { .opaque = false };
	struct store_txn t;
	int64_t ms = e->wall;

	*word = TRUETIME_NONE;
	profile_begin(p, &t);
	if (!t.err && !log_event_get(&t, e->ref, &event))
		ms = truetime_by(&t, &event, word);
	store_abort(&t);
	log_event_clear(&event);
	return ms;
}
