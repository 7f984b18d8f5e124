#include "config.h"
#include "forms/xlsform/form_codec.h"

#include "forms/base/cbor.h"
#include "forms/base/i18n.h"
#include "forms/xlsform/form_build.h"

#include <stddef.h>
#include <string.h>

enum form_key {
	KEY_FORMAT, KEY_ID, KEY_VERSION, KEY_TITLE, KEY_DEFAULT_LANGUAGE, KEY_INSTANCE_NAME, KEY_STYLE, KEY_LANGUAGES, KEY_LANGUAGE,
	KEY_COLUMNS, KEY_LISTS, KEY_QUESTIONS, KEY_ENTITIES, KEY_TITLES, KEY_ROLES, KEY_COUNT
};

enum member_kind { MEMBER_STRING, MEMBER_TEXT, MEMBER_NUMBER, MEMBER_TYPE, MEMBER_BOOL, MEMBER_LIST, MEMBER_SPAN, MEMBER_COLUMNS };

/* Members of a struct in the order of their keys: the place in the table is the key, and never changes. */
struct member { enum member_kind kind; size_t offset; };

#define Q(kind, member) { MEMBER_##kind, offsetof(struct form_question, member) }
#define XC(n) { MEMBER_STRING, offsetof(struct form_question, xc) + (n) * sizeof(const char *) }
static const struct member question_members[] = {
	Q(TYPE, type), Q(STRING, name), Q(STRING, type_name), Q(SPAN, end), Q(LIST, list), Q(STRING, source), Q(BOOL, or_other),
	Q(TEXT, label), Q(TEXT, hint), Q(TEXT, guidance), Q(TEXT, constraint_message), Q(TEXT, required_message),
	Q(TEXT, image), Q(TEXT, audio), Q(TEXT, video),
	Q(STRING, relevant), Q(STRING, constraint), Q(STRING, required), Q(STRING, readonly), Q(STRING, calculation), Q(STRING, initial),
	Q(STRING, choice_filter), Q(STRING, repeat_count), Q(STRING, trigger), Q(STRING, appearance), Q(STRING, parameters), Q(STRING, save_to),
	Q(NUMBER, row),
	XC(FORM_XC_UNIT), XC(FORM_XC_WARN), XC(FORM_XC_FAIL), XC(FORM_XC_LEVEL), XC(FORM_XC_DUE), XC(FORM_XC_ACT), XC(FORM_XC_BASIS),
	XC(FORM_XC_STD), XC(FORM_XC_FLAG), XC(FORM_XC_CLASS),
};

#define C(kind, member) { MEMBER_##kind, offsetof(struct form_choice, member) }
static const struct member choice_members[] = { C(STRING, name), C(TEXT, label), C(TEXT, image), C(COLUMNS, columns), C(NUMBER, row) };

#define E(kind, member) { MEMBER_##kind, offsetof(struct form_entity, member) }
static const struct member entity_members[] = {
	E(STRING, dataset), E(STRING, repeat), E(STRING, entity_id), E(STRING, create_if), E(STRING, update_if), E(STRING, label), E(STRING, step),
	E(NUMBER, row),
};

#define COUNT(table) (sizeof (table) / sizeof *(table))

static const char *string_at(const void *base, size_t offset)
{
	return *(const char *const *)(const void *)((const char *)base + offset);
}

static uint32_t number_at(const void *base, size_t offset)
{
	return *(const uint32_t *)(const void *)((const char *)base + offset);
}

static const struct form_text *text_at(const void *base, size_t offset)
{
	return (const struct form_text *)(const void *)((const char *)base + offset);
}

static uint32_t text_languages(const struct form_text *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->count; i++)
		n += t->in[i] != NULL;
	return n;
}

static uint32_t filled_columns(const struct form *f, const struct form_choice *c)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->column_count && c->columns; i++)
		n += c->columns[i] != NULL;
	return n;
}

static bool is_there(const struct form *f, const struct member *m, const void *base)
{
	switch (m->kind) {
	case MEMBER_STRING:  return string_at(base, m->offset) != NULL;
	case MEMBER_TEXT:    return text_languages(text_at(base, m->offset)) != 0;
	case MEMBER_NUMBER:  return number_at(base, m->offset) != 0;
	case MEMBER_TYPE:    return true;
	case MEMBER_BOOL:    return *((const bool *)base + m->offset);
	case MEMBER_LIST:    return number_at(base, m->offset) != FORM_NONE;
	case MEMBER_SPAN:    return number_at(base, m->offset) > (uint32_t)((const struct form_question *)base - f->questions) + 1;
	case MEMBER_COLUMNS: return filled_columns(f, base) != 0;
	}
	return false;
}

static void put_text(const struct form_text *t, struct buf *out)
{
	uint32_t n = text_languages(t);

	if (n == 1 && t->in[0]) {
		cbor_put_text(out, t->in[0]);
		return;
	}
	cbor_put_map(out, n);
	for (uint32_t i = 0; i < t->count; i++)
		if (t->in[i]) {
			cbor_put_unsigned(out, i);
			cbor_put_text(out, t->in[i]);
		}
}

static void put_columns(const struct form *f, const struct form_choice *c, struct buf *out)
{
	cbor_put_map(out, filled_columns(f, c));
	for (uint32_t i = 0; i < f->column_count; i++)
		if (c->columns[i]) {
			cbor_put_unsigned(out, i);
			cbor_put_text(out, c->columns[i]);
		}
}

static void put_member(const struct form *f, const struct member *m, const void *base, struct buf *out)
{
	switch (m->kind) {
	case MEMBER_STRING:
		cbor_put_text(out, string_at(base, m->offset));
		break;
	case MEMBER_TEXT:
		put_text(text_at(base, m->offset), out);
		break;
	case MEMBER_NUMBER:
	case MEMBER_LIST:
		cbor_put_unsigned(out, number_at(base, m->offset));
		break;
	case MEMBER_TYPE:
		cbor_put_unsigned(out, ((const struct form_question *)base)->type);
		break;
	case MEMBER_BOOL:
		cbor_put_bool(out, true);
		break;
	case MEMBER_SPAN:
		cbor_put_unsigned(out, number_at(base, m->offset) - (uint32_t)((const struct form_question *)base - f->questions) - 1);
		break;
	case MEMBER_COLUMNS:
		put_columns(f, base, out);
		break;
	}
}

static void put_struct(const struct form *f, const struct member *members, size_t count, const void *base, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += is_there(f, &members[i], base);
	cbor_put_map(out, n);
	for (size_t i = 0; i < count; i++)
		if (is_there(f, &members[i], base)) {
			cbor_put_unsigned(out, i);
			put_member(f, &members[i], base, out);
		}
}

static void put_strings(const char *const *s, uint32_t count, struct buf *out)
{
	cbor_put_array(out, count);
	for (uint32_t i = 0; i < count; i++)
		cbor_put_text(out, s[i]);
}

static void put_string(enum form_key key, const char *s, struct buf *out)
{
	if (!s)
		return;
	cbor_put_unsigned(out, key);
	cbor_put_text(out, s);
}

enum err form_encode(const struct form *f, struct buf *out)
{
	const char *strings[] = { f->id, f->version, f->title, f->default_language, f->instance_name, f->style };
	size_t n = KEY_COUNT;

	for (size_t i = 0; i < COUNT(strings); i++)
		n -= !strings[i];
	n -= !text_languages(&f->titles);
	n -= !f->roles;
	cbor_put_map(out, n);
	cbor_put_unsigned(out, KEY_FORMAT);
	cbor_put_unsigned(out, FORM_CODEC_VERSION);
	for (size_t i = 0; i < COUNT(strings); i++)
		put_string(KEY_ID + (enum form_key)i, strings[i], out);
	cbor_put_unsigned(out, KEY_LANGUAGES);
	put_strings(f->languages, f->language_count, out);
	cbor_put_unsigned(out, KEY_LANGUAGE);
	cbor_put_unsigned(out, f->language);
	cbor_put_unsigned(out, KEY_COLUMNS);
	put_strings(f->columns, f->column_count, out);
	cbor_put_unsigned(out, KEY_LISTS);
	cbor_put_array(out, f->list_count);
	for (uint32_t i = 0; i < f->list_count; i++) {
		const struct form_list *l = &f->lists[i];

		cbor_put_array(out, 2);
		cbor_put_text(out, l->name);
		cbor_put_array(out, l->count);
		for (uint32_t k = 0; k < l->count; k++)
			put_struct(f, choice_members, COUNT(choice_members), &f->choices[l->first + k], out);
	}
	cbor_put_unsigned(out, KEY_QUESTIONS);
	cbor_put_array(out, f->question_count);
	for (uint32_t i = 0; i < f->question_count; i++)
		put_struct(f, question_members, COUNT(question_members), &f->questions[i], out);
	cbor_put_unsigned(out, KEY_ENTITIES);
	cbor_put_array(out, f->entity_count);
	for (uint32_t i = 0; i < f->entity_count; i++)
		put_struct(f, entity_members, COUNT(entity_members), &f->entities[i], out);
	if (text_languages(&f->titles)) {
		cbor_put_unsigned(out, KEY_TITLES);
		put_text(&f->titles, out);
	}
	put_string(KEY_ROLES, f->roles, out);
	return out->err;
}

/* Authors repeat themselves: the last strings met, so that a form holds a word once. */
enum { SEEN = 1024 };

struct decoder {
	struct cbor c;
	struct form *form;
	const char *seen[SEEN];
};

static void refuse(struct decoder *d, enum err e)
{
	if (!d->c.err)
		d->c.err = e;
}

/* Where a string of these bytes is remembered. */
static const char **place_of(struct decoder *d, const char *s, size_t len)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)s[i]) * 16777619u;
	return &d->seen[(hash ^ hash >> 16) % SEEN];
}

static const char *take_string(struct decoder *d)
{
	size_t len;
	const char *s = cbor_text(&d->c, FORM_TEXT_MAX, &len), **seen;

	if (s && !len)
		refuse(d, ERR_FORMAT);
	if (!s)
		return NULL;
	seen = place_of(d, s, len);
	if (!*seen || strncmp(*seen, s, len) || (*seen)[len])
		*seen = form_string_n(d->form, s, len);
	return *seen;
}

static uint32_t take_number(struct decoder *d, uint32_t limit)
{
	uint64_t n = cbor_unsigned(&d->c);

	if (n >= limit)
		refuse(d, ERR_FORMAT);
	return n < limit ? (uint32_t)n : 0;
}

static void take_text(struct decoder *d, struct form_text *t)
{
	uint32_t languages = d->form->language_count, next = 0, n;

	t->in = form_alloc(d->form, languages * sizeof *t->in);
	if (!t->in || !languages) {
		refuse(d, ERR_FORMAT);
		return;
	}
	t->count = languages;
	if (cbor_peek(&d->c) == CBOR_TEXT) {
		t->in[0] = take_string(d);
		return;
	}
	n = (uint32_t)cbor_map(&d->c, languages);
	/* nothing, or only language 0, has another form that is the only one allowed */
	if (!n)
		refuse(d, ERR_FORMAT);
	for (uint32_t i = 0; i < n && !d->c.err; i++) {
		uint32_t language = take_number(d, languages);

		if (language < next || (n == 1 && !language))
			refuse(d, ERR_FORMAT);
		next = language + 1;
		t->in[language] = take_string(d);
	}
}

static void take_columns(struct decoder *d, struct form_choice *c)
{
	uint32_t columns = d->form->column_count, n = (uint32_t)cbor_map(&d->c, columns), next = 0;

	c->columns = n ? form_alloc(d->form, columns * sizeof *c->columns) : NULL;
	if (!c->columns)
		refuse(d, ERR_FORMAT);
	for (uint32_t i = 0; i < n && !d->c.err; i++) {
		uint32_t column = take_number(d, columns);

		if (column < next)
			refuse(d, ERR_FORMAT);
		next = column + 1;
		c->columns[column] = take_string(d);
	}
}

static void take_member(struct decoder *d, const struct member *m, char *base)
{
	const char **string = (const char **)(void *)(base + m->offset);
	uint32_t *number = (uint32_t *)(void *)(base + m->offset), n;

	switch (m->kind) {
	case MEMBER_STRING:
		*string = take_string(d);
		break;
	case MEMBER_TEXT:
		take_text(d, (struct form_text *)(void *)(base + m->offset));
		break;
	case MEMBER_NUMBER:
	case MEMBER_SPAN:
		*number = take_number(d, UINT32_MAX);
		if (!*number)
			refuse(d, ERR_FORMAT);
		break;
	case MEMBER_TYPE:
		n = take_number(d, UINT32_MAX);
		if (n >= FORM_TYPE_COUNT)
			refuse(d, ERR_VERSION);
		((struct form_question *)(void *)base)->type = n < FORM_TYPE_COUNT ? (enum form_type)n : FORM_OTHER;
		break;
	case MEMBER_BOOL:
		if (!cbor_bool(&d->c))
			refuse(d, ERR_FORMAT);
		*(bool *)(base + m->offset) = true;
		break;
	case MEMBER_LIST:
		*number = take_number(d, d->form->list_count);
		break;
	case MEMBER_COLUMNS:
		take_columns(d, (struct form_choice *)(void *)base);
		break;
	}
}

static void take_struct(struct decoder *d, const struct member *members, size_t count, void *base)
{
	size_t n = cbor_map(&d->c, CBOR_MAP_MAX), next = 0;

	for (size_t i = 0; i < n && !d->c.err; i++) {
		uint64_t key = cbor_unsigned(&d->c);

		if (key < next)
			refuse(d, ERR_FORMAT);
		if (key >= count)
			refuse(d, ERR_VERSION);
		if (d->c.err)
			return;
		next = (size_t)key + 1;
		take_member(d, &members[key], base);
	}
}

static void take_languages(struct decoder *d)
{
	size_t n = cbor_array(&d->c, FORM_LANGUAGES_MAX), len;

	for (size_t i = 0; i < n && !d->c.err; i++) {
		const char *s = cbor_text(&d->c, 0, &len);

		d->form->languages[i] = s && len ? form_string_n(d->form, s, len) : "";
		d->form->language_count++;
	}
}

static void take_column_names(struct decoder *d)
{
	size_t n = cbor_array(&d->c, FORM_COLUMNS_MAX);

	for (size_t i = 0; i < n && !d->c.err && !form_error(d->form); i++) {
		const char *s = take_string(d);

		if (s)
			form_add_column(d->form, s);
	}
}

static void take_list(struct decoder *d)
{
	const char *name;
	struct form_choice *choice;
	size_t n;

	if (cbor_array(&d->c, 2) != 2)
		refuse(d, ERR_FORMAT);
	name = take_string(d);
	n = cbor_array(&d->c, FORM_CHOICES_MAX);
	if (d->c.err || !name || !form_add_list(d->form, name))
		return;
	for (size_t i = 0; i < n && !d->c.err; i++) {
		choice = form_add_choice(d->form);
		if (!choice)
			return;
		take_struct(d, choice_members, COUNT(choice_members), choice);
		if (!choice->name)
			refuse(d, ERR_FORMAT);
	}
}

static void take_lists(struct decoder *d)
{
	size_t n = cbor_array(&d->c, FORM_LISTS_MAX);

	for (size_t i = 0; i < n && !d->c.err && !form_error(d->form); i++)
		take_list(d);
}

static void take_questions(struct decoder *d)
{
	size_t n = cbor_array(&d->c, FORM_QUESTIONS_MAX);
	uint32_t open = FORM_NONE;             /* innermost group whose end is still to come */

	for (uint32_t i = 0; i < n && !d->c.err; i++) {
		struct form_question *q = form_add_question(d->form), *all;
		uint32_t room, span;

		if (!q)
			return;
		q->end = 0;
		take_struct(d, question_members, COUNT(question_members), q);
		all = d->form->questions;
		while (open != FORM_NONE && all[open].end == i)
			open = all[open].parent;
		room = (open == FORM_NONE ? (uint32_t)n : all[open].end) - i - 1;
		span = q->end;
		if (!q->name || span > room || (span && q->type != FORM_GROUP && q->type != FORM_REPEAT))
			refuse(d, ERR_FORMAT);
		q->parent = open;
		q->end = i + 1 + span;
		if (span)
			open = i;
	}
}

static void take_entities(struct decoder *d)
{
	size_t n = cbor_array(&d->c, FORM_ENTITIES_MAX);

	for (size_t i = 0; i < n && !d->c.err; i++) {
		struct form_entity *e = form_add_entity(d->form);

		if (!e)
			return;
		take_struct(d, entity_members, COUNT(entity_members), e);
	}
}

static void take_form_member(struct decoder *d, uint64_t key)
{
	struct form *f = d->form;
	const char **strings[] = { &f->id, &f->version, &f->title, &f->default_language, &f->instance_name, &f->style };

	switch (key) {
	case KEY_FORMAT:
		if (cbor_unsigned(&d->c) != FORM_CODEC_VERSION)
			refuse(d, ERR_VERSION);
		break;
	case KEY_ID: case KEY_VERSION: case KEY_TITLE: case KEY_DEFAULT_LANGUAGE: case KEY_INSTANCE_NAME: case KEY_STYLE:
		*strings[key - KEY_ID] = take_string(d);
		break;
	case KEY_LANGUAGES:
		take_languages(d);
		break;
	case KEY_LANGUAGE:
		f->language = take_number(d, f->language_count ? f->language_count : 1);
		break;
	case KEY_COLUMNS:
		take_column_names(d);
		break;
	case KEY_LISTS:
		take_lists(d);
		break;
	case KEY_QUESTIONS:
		take_questions(d);
		break;
	case KEY_ENTITIES:
		take_entities(d);
		break;
	case KEY_TITLES:
		take_text(d, &f->titles);
		break;
	case KEY_ROLES:
		f->roles = take_string(d);
		break;
	default:
		refuse(d, ERR_VERSION);
	}
}

/* Members that are always there, empty or not. */
enum {
	KEYS_NEEDED = 1 << KEY_FORMAT | 1 << KEY_LANGUAGES | 1 << KEY_LANGUAGE | 1 << KEY_COLUMNS | 1 << KEY_LISTS | 1 << KEY_QUESTIONS |
	              1 << KEY_ENTITIES
};

static enum err told(enum err e)
{
	switch (e) {
	case ERR_OK:
		return ERR_OK;
	case ERR_VERSION:
		return err_set(ERR_VERSION, _("表单由更新的版本写成, 请更新程序"));
	case ERR_LIMIT:
		return err_set(ERR_LIMIT, _("表单数据超过上限"));
	default:
		return err_set(ERR_FORMAT, _("表单数据损坏"));
	}
}

static enum err take_form(struct decoder *d)
{
	size_t n = cbor_map(&d->c, CBOR_MAP_MAX);
	uint64_t next = 0, key;
	unsigned seen = 0;

	for (size_t i = 0; i < n && !d->c.err && !form_error(d->form); i++) {
		key = cbor_unsigned(&d->c);
		/* the version comes first, so that a newer form is named as such before its members surprise */
		if (key < next || (!i && key != KEY_FORMAT))
			refuse(d, ERR_FORMAT);
		else
			take_form_member(d, key);
		seen |= key < KEY_COUNT ? 1u << key : 0;
		next = key + 1;
	}
	if ((seen & KEYS_NEEDED) != KEYS_NEEDED)
		refuse(d, ERR_FORMAT);
	return form_error(d->form) ? form_error(d->form) : told(cbor_end(&d->c));
}

enum err form_decode_id(const void *data, size_t len, const char **id, size_t *id_len)
{
	struct cbor c = cbor_init(data, len);
	bool begins = cbor_map(&c, CBOR_MAP_MAX) && cbor_unsigned(&c) == KEY_FORMAT && !c.err;

	if (begins && cbor_unsigned(&c) != FORM_CODEC_VERSION)
		return told(c.err ? ERR_FORMAT : ERR_VERSION);
	begins = begins && cbor_unsigned(&c) == KEY_ID;
	*id = cbor_text(&c, FORM_TEXT_MAX, id_len);
	return told(begins && *id && *id_len ? ERR_OK : ERR_FORMAT);
}

enum err form_decode(const void *data, size_t len, struct form **out)
{
	struct decoder d = { .c = cbor_init(data, len) };
	enum err e = form_new(&d.form);

	*out = NULL;
	if (e)
		return e;
	e = take_form(&d);
	if (!e) {
		form_index(d.form);
		e = form_error(d.form);
	}
	if (e)
		form_free(d.form);
	else
		*out = d.form;
	return e;
}
