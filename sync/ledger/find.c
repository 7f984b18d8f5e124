#include "config.h"
#include "sync/ledger/find.h"

#include "forms/base/i18n.h"
#include "sync/ledger/reader.h"

#include <stdlib.h>
#include <string.h>

/* All blocks of the registers searched, one after another, as they rest in the store. */
struct piece { uint16_t reg; uint32_t block; size_t at, len; };

struct find {
	struct profile *p;
	struct piece *pieces; uint32_t piece_count, piece_cap;
	struct buf blocks;
	struct row_key *hits; uint32_t hit_count;         /* the good ones first */
	struct row_key *later; uint32_t later_count;
};

static enum err no_memory(void)
{
	return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

static enum err add_piece(struct find *f, uint16_t reg, uint32_t block, const struct buf *data)
{
	if (f->piece_count == f->piece_cap) {
		uint32_t cap = f->piece_cap ? f->piece_cap * 2 : 64;
		struct piece *more = realloc(f->pieces, cap * sizeof *more);

		if (!more)
			return no_memory();
		f->pieces = more;
		f->piece_cap = cap;
	}
	f->pieces[f->piece_count++] = (struct piece){ .reg = reg, .block = block, .at = f->blocks.len, .len = data->len };
	buf_put(&f->blocks, data->data, data->len);
	return f->blocks.err;
}

static enum err read_register(struct find *f, struct context *c, const char *id)
{
	struct store_key prefix = store_key(), key;
	struct store_cursor at;
	struct buf data = { 0 };
	uint16_t reg = words_find(c->words, c->t, id);
	enum err e = ERR_OK;

	if (!reg)
		return ERR_OK;
	store_key_u16(&prefix, reg);
	store_seek(c->t, STORE_FIND, &prefix, &at);
	while (!e && store_next(&at, &key, &data))
		e = add_piece(f, reg, (uint32_t)key.bytes[2] << 24 | (uint32_t)key.bytes[3] << 16 | (uint32_t)key.bytes[4] << 8 | key.bytes[5], &data);
	store_seek_end(&at);
	buf_clear(&data);
	return e ? e : c->t->err;
}

static bool is_searched(const struct pack_register *pr)
{
	for (uint32_t i = 0; i < pr->field_count; i++)
		if (pr->fields[i].search)
			return true;
	return false;
}

enum err find_open(struct profile *p, const char *reg, struct find **out)
{
	struct find *f = calloc(1, sizeof *f);
	const struct pack *pack = NULL;
	struct store_txn t;
	struct context c;
	enum err e = f ? reader_pack(p, &pack) : no_memory();

	*out = NULL;
	if (!e) {
		f->p = p;
		f->hits = calloc(FIND_HITS_MAX, sizeof *f->hits);
		f->later = calloc(FIND_HITS_MAX, sizeof *f->later);
		if (!f->hits || !f->later)
			e = no_memory();
	}
	if (!e) {
		reader_begin(p, &t, &c);
		for (uint32_t i = 0; !e && i < pack->register_count; i++)
			if (reg ? !strcmp(pack->registers[i].id, reg) : is_searched(&pack->registers[i]))
				e = read_register(f, &c, pack->registers[i].id);
		store_abort(&t);
	}
	if (e) {
		find_close(f);
		return e;
	}
	*out = f;
	return ERR_OK;
}

void find_close(struct find *f)
{
	if (!f)
		return;
	free(f->pieces);
	free(f->hits);
	free(f->later);
	buf_clear(&f->blocks);
	free(f);
}

/* --- matching --- */

enum { WORDS = 8 };
struct word { const char *text; size_t len; char number[16]; size_t number_len; };
struct asking { struct find *f; struct word words[WORDS]; uint32_t count; uint16_t reg; uint32_t total; };

/* 0 no, 1 somewhere, 2 at the start of a line (a field, or its initials). */
static int match(const char *text, uint32_t len, const struct word *w)
{
	const char *at = text;
	int found = 0;

	while (found < 2 && (at = memmem(at, (size_t)(text + len - at), w->text, w->len))) {
		found = at == text || at[-1] == '\n' ? 2 : 1;
		at++;
	}
	return found;
}

static bool try_item(void *user, const struct block_item *item)
{
	struct asking *a = user;
	struct find *f = a->f;
	int worst = 2;

	for (uint32_t i = 0; worst && i < a->count; i++) {
		int how = match(item->text, item->text_len, &a->words[i]);

		if (how < 2 && a->words[i].number_len && memmem(item->text, item->text_len, a->words[i].number, a->words[i].number_len))
			how = 2;

		if (how < 2) {
			int by_initials = match(item->initials, item->initials_len, &a->words[i]);

			how = by_initials > how ? by_initials : how;
		}
		worst = how < worst ? how : worst;
	}
	if (!worst || item->flags & ROW_EMPTY)
		return true;
	a->total++;
	if (worst == 2 && f->hit_count < FIND_HITS_MAX)
		f->hits[f->hit_count++] = block_row_key(a->reg, item);
	else if (worst == 1 && f->later_count < FIND_HITS_MAX)
		f->later[f->later_count++] = block_row_key(a->reg, item);
	return true;
}

/* A word of digits is also the number of a row. */
static void read_number(struct word *w)
{
	struct buf text = { 0 };
	uint32_t n = 0;

	for (size_t i = 0; i < w->len; i++) {
		if (w->text[i] < '0' || w->text[i] > '9' || w->len > 8)
			return;
		n = n * 10 + (uint32_t)(w->text[i] - '0');
	}
	block_number(n, &text);
	if (!text.err && text.len - 1 <= sizeof w->number) {
		w->number_len = text.len - 1;             /* without the line's end */
		memcpy(w->number, text.data, w->number_len);
	}
	buf_clear(&text);
}

static void split(struct buf *query, struct asking *a)
{
	char *at = query->data, *end = query->data + query->len;

	while (at < end && a->count < WORDS) {
		char *stop = memchr(at, ' ', (size_t)(end - at));

		stop = stop ? stop : end;
		if (stop > at) {
			a->words[a->count] = (struct word){ .text = at, .len = (size_t)(stop - at) };
			read_number(&a->words[a->count++]);
		}
		at = stop + 1;
	}
}

enum err find_query(struct find *f, const char *query, const struct row_key **hits, uint32_t *count, uint32_t *total)
{
	struct asking a = { .f = f };
	struct buf plain = { 0 };
	enum err e = ERR_OK;

	if (strlen(query) > FIND_QUERY_MAX * 4)
		return err_set(ERR_LIMIT, _("查找的字太多, 至多 %d 个"), FIND_QUERY_MAX);
	find_fold(query, &plain);
	split(&plain, &a);
	f->hit_count = f->later_count = 0;
	for (uint32_t i = 0; !e && i < f->piece_count; i++) {
		a.reg = f->pieces[i].reg;
		e = block_items(f->blocks.data + f->pieces[i].at, f->pieces[i].len, f->pieces[i].block, try_item, &a);
	}
	for (uint32_t i = 0; i < f->later_count && f->hit_count < FIND_HITS_MAX; i++)
		f->hits[f->hit_count++] = f->later[i];
	*hits = f->hits;
	*count = f->hit_count;
	*total = a.total;
	e = e ? e : plain.err;
	buf_clear(&plain);
	return e;
}
