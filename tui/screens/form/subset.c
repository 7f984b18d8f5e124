#include "config.h"
#include "tui/screens/form/subset.h"

#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/screens/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 64 };

/* A value as a literal. One that holds both kinds of quotes cannot be written and matches nothing. */
static void literal(const char *value, struct buf *out)
{
	char quote = strchr(value, '\'') ? '"' : '\'';

	buf_putc(out, quote);
	buf_puts(out, strchr(value, quote) ? "" : value);
	buf_putc(out, quote);
}

/* The question of this name beside n, else anywhere in the form. */
static fill_node beside(const struct fill *f, fill_node n, const char *name)
{
	fill_node parent = fill_parent(f, n), found = parent == FILL_NO_NODE ? FILL_NO_NODE : fill_child(f, parent, name);

	return found != FILL_NO_NODE ? found : fill_find(f, name);
}

static const char *put_quoted(const char *s, struct buf *out)
{
	const char *end = strchr(s + 1, *s);

	end = end ? end + 1 : s + strlen(s);
	buf_put(out, s, (size_t)(end - s));
	return end;
}

static const char *put_question(const struct fill *f, fill_node n, const char *s, struct buf *out)
{
	char name[WORD_MAX];
	size_t len = strcspn(s + 2, "}");
	fill_node q;

	snprintf(name, sizeof name, "%.*s", (int)len, s + 2);
	q = beside(f, n, name);
	literal(q == FILL_NO_NODE ? "" : fill_value(f, q), out);
	s += 2 + len;
	return *s ? s + 1 : s;
}

static const char *put_name(const struct app *app, const char *s, struct buf *out)
{
	static const char *const operators[] = { "and", "or", "div", "mod" };
	size_t len = 1;
	char name[WORD_MAX];
	bool plain;

	while (isalnum((unsigned char)s[len]) || s[len] == '_' || s[len] == '-')
		len++;
	snprintf(name, sizeof name, "%.*s", (int)len, s);
	plain = s[len + strspn(s + len, " ")] == '(';
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		plain |= !strcmp(name, operators[i]);
	if (!strcmp(name, "__id"))
		buf_puts(out, "row_id()");
	else if (!strcmp(name, "__village"))
		literal(app->village, out);
	else
		buf_printf(out, plain ? "%s" : "${%s}", name);
	return s + len;
}

void subset_where(const struct filling *f, fill_node n, struct buf *out)
{
	const char *s = fill_question(f->fill, n)->choice_filter;

	while (s && *s) {
		if (*s == '\'' || *s == '"')
			s = put_quoted(s, out);
		else if (s[0] == '$' && s[1] == '{')
			s = put_question(f->fill, n, s, out);
		else if (isalpha((unsigned char)*s) || *s == '_')
			s = put_name(f->app, s, out);
		else
			buf_putc(out, *s++);
	}
}

fill_node subset_waits_for(const struct filling *f, fill_node n)
{
	const char *s = fill_question(f->fill, n)->choice_filter;

	while (s && (s = strstr(s, "${"))) {
		char name[WORD_MAX];
		fill_node q;

		snprintf(name, sizeof name, "%.*s", (int)strcspn(s + 2, "}"), s + 2);
		q = beside(f->fill, n, name);
		if (q != FILL_NO_NODE && !*fill_value(f->fill, q))
			return q;
		s += 2;
	}
	return FILL_NO_NODE;
}

static bool is_repeated(const struct form *form, uint32_t question)
{
	for (uint32_t i = form->questions[question].parent; i != FORM_NONE; i = form->questions[i].parent)
		if (form->questions[i].type == FORM_REPEAT)
			return true;
	return false;
}

/* Of `ids` those that the filter lets in. What cannot be read is not judged. */
static enum err let_in(struct filling *f, const char *ids, const char *where, struct buf *kept, uint32_t *gone)
{
	enum err e = ERR_OK;

	for (size_t len; !e && *ids; ids += len + (ids[len] == ' ')) {
		struct row row = { .id = { .index = 0 } };
		char text[ROW_ID_TEXT];
		struct row_id id;
		bool keep = true;

		len = strcspn(ids, " ");
		snprintf(text, sizeof text, "%.*s", (int)len, ids);
		if (row_id_parse(text, &id) && !row_read(f->app->profile, &id, &row))
			e = row_test(f->app->profile, &row, where, &keep);
		row_clear(&row);
		if (keep)
			buf_printf(kept, "%s%s", kept->len ? " " : "", text);
		*gone += !keep;
	}
	return e ? e : kept->err;
}

enum err subset_settle(struct filling *f, fill_node n, uint32_t *gone)
{
	char named[WORD_MAX + 4];
	enum err e = ERR_OK;

	*gone = 0;
	snprintf(named, sizeof named, "${%s}", fill_question(f->fill, n)->name);
	for (uint32_t i = 0; !e && *fill_value(f->fill, n) && i < f->asked->question_count; i++) {
		const struct form_question *q = &f->asked->questions[i];
		struct buf where = { 0 }, kept = { 0 };
		uint32_t out = 0;
		fill_node at;

		if ((q->type != FORM_ROW && q->type != FORM_ROWS) || !q->choice_filter || !strstr(q->choice_filter, named) || is_repeated(f->asked, i) ||
		    (at = fill_find(f->fill, q->name)) == FILL_NO_NODE)
			continue;
		subset_where(f, at, &where);
		e = where.err ? where.err : let_in(f, fill_value(f->fill, at), buf_str(&where), &kept, &out);
		if (!e && out)
			e = filling_answer_along(f, at, buf_str(&kept));
		*gone += out;
		buf_clear(&where);
		buf_clear(&kept);
	}
	return e;
}

/* The next "key=value" of the parameters; false at the end. */
static bool next_pair(const char **s, char key[WORD_MAX], char value[WORD_MAX])
{
	size_t len;

	*s += strspn(*s, " ;,");
	len = strcspn(*s, "= ");
	if (!len || (*s)[len] != '=')
		return false;
	snprintf(key, WORD_MAX, "%.*s", (int)len, *s);
	*s += len + 1;
	len = strcspn(*s, " ;,");
	snprintf(value, WORD_MAX, "%.*s", (int)len, *s);
	*s += len;
	return true;
}

static bool wants_each(const struct form_question *q)
{
	const char *s = q->parameters;
	char key[WORD_MAX], value[WORD_MAX];

	while (q->type == FORM_ROW && s && next_pair(&s, key, value))
		if (!strcmp(key, "each") && !strcmp(value, "row"))
			return true;
	return false;
}

/* `put` is told of each question beside n that the row chosen there fills in. */
static enum err copy(struct filling *f, fill_node n, enum err (*put)(struct filling *f, fill_node n, const char *value))
{
	const char *s = fill_question(f->fill, n)->parameters;
	char key[WORD_MAX], field[WORD_MAX];
	struct row row = { .id = { .index = 0 } };
	struct row_id id;
	enum err e = ERR_OK;

	if (!s || fill_question(f->fill, n)->type != FORM_ROW || !row_id_parse(fill_value(f->fill, n), &id))
		return ERR_OK;
	if ((e = row_read(f->app->profile, &id, &row)))
		return e;
	while (next_pair(&s, key, field)) {
		fill_node to = beside(f->fill, n, key);
		struct buf value = { 0 };
		enum err one;

		if (!strcmp(key, "each") || to == FILL_NO_NODE)
			continue;
		words_stored(f->app, &row, field, &value);
		one = put(f, to, buf_str(&value));       /* what the card did not take is shown all the same */
		e = e ? e : one;
		buf_clear(&value);
	}
	row_clear(&row);
	return e;
}

enum err subset_copy(struct filling *f, fill_node n)
{
	return copy(f, n, filling_answer_along);
}

static enum err set(struct filling *f, fill_node n, const char *value)
{
	return fill_set(f->fill, n, value);
}

/* Rows that the subject has already in the register the repeat makes rows of, as "id id ". */
static void already(const struct filling *f, const struct form_question *repeat, const char *field, struct buf *out)
{
	uint32_t about = f->form->subject ? pack_find_register(f->pack, f->form->subject) : PACK_NONE;

	for (uint32_t i = 0; f->has_subject && i < f->asked->entity_count; i++) {
		const struct form_entity *entity = &f->asked->entities[i];
		uint32_t r = entity->repeat && !strcmp(entity->repeat, repeat->name) ? pack_find_register(f->pack, entity->dataset) : PACK_NONE;

		for (uint32_t k = 0; r != PACK_NONE && k < f->pack->registers[r].field_count; k++) {
			const struct pack_field *link = &f->pack->registers[r].fields[k];
			struct listing_query q = { .reg = entity->dataset, .parent = &f->subject, .parent_field = link->id };
			struct listing *l = NULL;

			if (link->type != PACK_ROW || link->target != about || listing_open(f->app->profile, &q, &l))
				continue;
			for (uint32_t at = 0; at < listing_count(l); at++) {
				struct row row = { .id = { .index = 0 } };

				if (!listing_row(l, at, &row))
					words_stored(f->app, &row, field, out);
				buf_putc(out, ' ');
				row_clear(&row);
			}
			listing_close(l);
		}
	}
}

static enum err one_instance(struct filling *f, fill_node repeat, const char *name, const char *id)
{
	fill_node instance, n = FILL_NO_NODE;
	enum err e = fill_add_instance(f->fill, repeat, &instance);

	if (!e)
		n = fill_child(f->fill, instance, name);
	if (!e && n != FILL_NO_NODE)
		e = fill_set(f->fill, n, id);
	return e || n == FILL_NO_NODE ? e : copy(f, n, set);
}

/* One instance for each row that question q, which lies in `repeat`, may take. */
static enum err each(struct filling *f, const struct form_question *repeat, const struct form_question *q, uint32_t *made)
{
	fill_node at = fill_find(f->fill, repeat->name), first;
	struct buf where = { 0 }, have = { 0 };
	struct listing *l = NULL;
	enum err e;

	if (at == FILL_NO_NODE)
		return ERR_OK;
	/* The filter is read where the question stands: in an instance, made for it and taken away again when there was none. */
	e = fill_add_instance(f->fill, at, &first);
	if (!e) {
		subset_where(f, fill_child(f->fill, first, q->name), &where);
		e = fill_remove_instance(f->fill, first);
	}
	already(f, repeat, q->name, &have);
	if (!e)
		e = listing_open(f->app->profile, &(struct listing_query){ .reg = q->source, .where = where.len ? buf_str(&where) : NULL }, &l);
	for (uint32_t i = 0; !e && i < listing_count(l) && fill_instances(f->fill, at) < SUBSET_EACH_MAX; i++) {
		struct row row = { .id = { .index = 0 } };
		char id[ROW_ID_TEXT];

		e = listing_row(l, i, &row);
		if (!e && !strstr(buf_str(&have), row_id_text(&row.id, id))) {
			e = one_instance(f, at, q->name, id);
			*made += !e;
		}
		row_clear(&row);
	}
	listing_close(l);
	buf_clear(&where);
	buf_clear(&have);
	return e;
}

enum err subset_each(struct filling *f, uint32_t *made)
{
	const struct form *form = f->asked;
	enum err e = ERR_OK;

	*made = 0;
	for (uint32_t i = 0; i < form->question_count && !e; i++)
		if (wants_each(&form->questions[i]) && form->questions[i].parent != FORM_NONE && form->questions[form->questions[i].parent].type == FORM_REPEAT)
			e = each(f, &form->questions[form->questions[i].parent], &form->questions[i], made);
	return e;
}
