#include "config.h"
#include "sync/ledger/rows/find.h"

#include "forms/base/i18n.h"
#include "forms/base/room.h"
#include "forms/base/wire.h"
#include "sync/ledger/rows/find_label.h"
#include "sync/ledger/rows/reader.h"

#include <stdlib.h>
#include <string.h>

/* What is searched of all rows, one after another in one text; each entry ends with a NUL, so no hit spans two. `label`: the first of its
 * labels. */
struct entry { uint32_t at, label, slot; uint16_t reg; uint8_t tail[BLOCK_KEY_TAIL]; };

struct find {
	struct profile *p;
	struct entry *entries; uint32_t count, cap;
	struct buf text;
	struct find_labels labels;
	uint16_t *shown; uint32_t shown_count, shown_cap; /* numbers of the labels, entry after entry */
	uint16_t reading;                                 /* the register being read */
	const struct pack *pack; const struct pack_register *reg;
	enum err err;
	uint8_t *tried;                                   /* by the query: a bit for each entry */
	uint32_t *hits, good, some;                       /* entries: the good hits from the front, the others from the end */
};

static enum err no_memory(void)
{
	return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

static enum err add_label(struct find *f, uint16_t label)
{
	if (f->shown_count == f->shown_cap) {
		uint32_t cap = f->shown_cap ? f->shown_cap * 2 : 1024;
		uint16_t *more = room_grow(f->shown, f->shown_count * sizeof *more, cap * sizeof *more);

		if (!more)
			return no_memory();
		f->shown = more;
		f->shown_cap = cap;
	}
	f->shown[f->shown_count++] = label;
	return ERR_OK;
}

static enum err add_labels(struct find *f, const struct block_item *item)
{
	struct wire w = wire_init(item->choices, item->choices_len);
	struct block_choice c;
	enum err e = ERR_OK;

	while (!e && block_choice(&w, &c)) {
		uint16_t label;

		if (!(e = find_label(&f->labels, f->pack, f->reg, &c, &label)))
			e = add_label(f, label);
		e = e == ERR_LIMIT ? ERR_OK : e;
	}
	return e;
}

static bool add_entry(void *user, const struct block_item *item)
{
	struct find *f = user;
	struct entry *e;

	if (item->flags & ROW_EMPTY)
		return true;
	if (f->count == f->cap) {
		uint32_t cap = f->cap ? f->cap * 2 : 1024;
		struct entry *more = room_grow(f->entries, f->count * sizeof *more, cap * sizeof *more);

		if (!more)
			return !(f->err = no_memory());
		f->entries = more;
		f->cap = cap;
	}
	e = &f->entries[f->count++];
	*e = (struct entry){ .at = (uint32_t)f->text.len, .label = f->shown_count, .slot = item->slot, .reg = f->reading };
	memcpy(e->tail, item->key_tail, BLOCK_KEY_TAIL);
	buf_put(&f->text, item->text, item->text_len);
	buf_put(&f->text, item->initials, item->initials_len);
	buf_putc(&f->text, '\0');
	f->err = f->text.len > UINT32_MAX ? ERR_LIMIT : f->text.err;
	return !f->err && !(f->err = add_labels(f, item));
}

static enum err read_register(struct find *f, struct context *c, const struct pack_register *reg)
{
	enum err e = ERR_OK;

	f->reg = reg;
	if ((f->reading = words_find(c->words, c->t, reg->id)))
		e = block_each(c->t, f->reading, add_entry, f);
	return e ? e : f->err;
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
		f->pack = pack;
		reader_begin(p, &t, &c);
		for (uint32_t i = 0; !e && i < pack->register_count; i++)
			if (reg ? !strcmp(pack->registers[i].id, reg) : is_searched(&pack->registers[i]))
				e = read_register(f, &c, &pack->registers[i]);
		store_abort(&t);
	}
	if (!e && (!(f->hits = calloc(f->count + 1, sizeof *f->hits)) || !(f->tried = calloc(f->count / 8 + 1, 1))))
		e = no_memory();
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
	free(f->entries);
	free(f->hits);
	free(f->tried);
	free(f->shown);
	find_labels_clear(&f->labels);
	buf_clear(&f->text);
	free(f);
}

/* --- matching --- */

enum { WORDS = 8 };
struct word { const char *text; size_t len; char number[16]; size_t number_len; };
struct asking { struct word words[WORDS]; uint32_t count; };

static const char *end_of(const struct find *f, uint32_t i)
{
	return f->text.data + (i + 1 < f->count ? f->entries[i + 1].at : f->text.len) - 1;
}

static bool at_start(const char *text, const char *hit)
{
	return hit == text || hit[-1] == '\n';
}

/* 0 no, 1 somewhere, 2 at the start of a line (a field, its initials), or the row's own number. */
static int match(const char *text, const char *end, const struct word *w)
{
	const char *at = text;
	int found = 0;

	while (found < 2 && (at = memmem(at, (size_t)(end - at), w->text, w->len))) {
		found = at_start(text, at) ? 2 : 1;
		at++;
	}
	if (found < 2 && w->number_len && memmem(text, (size_t)(end - text), w->number, w->number_len))
		found = 2;
	return found;
}

/* Does a label that entry `i` shows match word `k`? */
static bool is_labelled(const struct find *f, uint32_t i, uint32_t k)
{
	uint32_t end = i + 1 < f->count ? f->entries[i + 1].label : f->shown_count;

	for (uint32_t n = f->entries[i].label; n < end; n++)
		if (f->labels.at[f->shown[n]].words >> k & 1)
			return true;
	return false;
}

/* `labelled`: this word is known to stand in a label alone; NULL when none is. */
static void try_entry(struct find *f, struct asking *a, uint32_t i, const struct word *labelled)
{
	const struct entry *e = &f->entries[i];
	int worst = 2;

	f->tried[i / 8] |= (uint8_t)(1 << i % 8);
	for (uint32_t k = 0; worst && k < a->count; k++) {
		int how = &a->words[k] == labelled ? 1 : match(f->text.data + e->at, end_of(f, i), &a->words[k]);

		if (!how && is_labelled(f, i, k))
			how = 1;
		worst = how < worst ? how : worst;
	}
	if (worst == 2)
		f->hits[f->good++] = i;
	else if (worst)
		f->hits[f->count - ++f->some] = i;
}

/* The first entry that ends after `at`. */
static uint32_t entry_at(const struct find *f, uint32_t low, const char *at)
{
	uint32_t high = f->count;

	while (low + 1 < high) {
		uint32_t mid = low + (high - low) / 2;

		if (f->text.data + f->entries[mid].at <= at)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static bool was_tried(const struct find *f, uint32_t i)
{
	return f->tried[i / 8] >> i % 8 & 1;
}

/* Try every entry that holds `needle`. */
static void scan_for(struct find *f, struct asking *a, const char *needle, size_t len)
{
	const char *at = f->text.data, *end = at + f->text.len;
	uint32_t i = 0;

	while (at < end && (at = memmem(at, (size_t)(end - at), needle, len))) {
		if (end_of(f, i) < at)
			i = entry_at(f, i, at);
		at = end_of(f, i) + 1;
		if (!was_tried(f, i))
			try_entry(f, a, i, NULL);
		i++;
	}
}

/* Which words stand in which labels? Those that stand in any. */
static unsigned match_labels(struct find *f, const struct asking *a)
{
	unsigned any = 0;

	for (uint32_t i = 0; i < f->labels.count; i++) {
		struct find_label *l = &f->labels.at[i];

		l->words = 0;
		for (uint32_t k = 0; k < a->count; k++)
			if (memmem(f->labels.bytes.data + l->text, l->text_len, a->words[k].text, a->words[k].len))
				l->words |= (uint8_t)(1 << k);
		any |= l->words;
	}
	return any;
}

/* The longest word leads, of those that stand in no label if there are such: only entries that hold it are looked at. */
static void scan(struct find *f, struct asking *a)
{
	unsigned in_labels = match_labels(f, a);
	uint32_t lead = 0;

	for (uint32_t k = 1; k < a->count; k++) {
		unsigned shown = in_labels >> k & 1, lead_shown = in_labels >> lead & 1;

		if (shown < lead_shown || (shown == lead_shown && a->words[k].len > a->words[lead].len))
			lead = k;
	}
	memset(f->tried, 0, f->count / 8 + 1);
	scan_for(f, a, a->words[lead].text, a->words[lead].len);
	if (a->words[lead].number_len)
		scan_for(f, a, a->words[lead].number, a->words[lead].number_len);
	for (uint32_t i = 0; in_labels >> lead & 1 && i < f->count; i++)
		if (!was_tried(f, i) && is_labelled(f, i, lead))
			try_entry(f, a, i, &a->words[lead]);
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

/* Those that were put from the end follow the good ones, in the order they were met. */
static void gather(struct find *f)
{
	uint32_t *from = f->hits + f->count - f->some;

	for (uint32_t i = 0; i < f->some / 2; i++) {
		uint32_t kept = from[i];

		from[i] = from[f->some - 1 - i];
		from[f->some - 1 - i] = kept;
	}
	memmove(f->hits + f->good, from, f->some * sizeof *from);
	f->good += f->some;
	f->some = 0;
}

enum err find_query(struct find *f, const char *query, uint32_t *count)
{
	struct asking a = { .count = 0 };
	struct buf plain = { 0 };
	enum err e = ERR_OK;

	if (strlen(query) > FIND_QUERY_MAX * 4)
		return err_set(ERR_LIMIT, _("查找的字太多, 至多 %d 个"), FIND_QUERY_MAX);
	find_fold(query, &plain);
	split(&plain, &a);
	f->good = f->some = 0;
	if (f->count && a.count)
		scan(f, &a);
	for (uint32_t i = 0; !a.count && i < f->count; i++)
		try_entry(f, &a, i, NULL);
	gather(f);
	*count = f->good;
	e = plain.err;
	buf_clear(&plain);
	return e;
}

struct row_key find_key(const struct find *f, uint32_t hit)
{
	const struct entry *e = &f->entries[f->hits[hit]];

	return block_row_key(e->reg, &(struct block_item){ .key_tail = e->tail });
}

uint32_t find_narrow(struct find *f, const struct listing *l)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < f->good; i++)
		if (listing_holds(l, f->entries[f->hits[i]].slot))
			f->hits[kept++] = f->hits[i];
	return f->good = kept;
}
