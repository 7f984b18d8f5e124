#include "config.h"
#include "forms/xlsform/form.h"
#include "forms/xlsform/form_build.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/xlsform/arena.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Names of one kind hashed: first[hash] and next[i] hold index + 1, chains ascend. */
struct index {
	uint32_t *first, *next;
	uint32_t mask, count;
};

struct form_arena {
	struct arena mem;
	uint32_t question_cap, list_cap, choice_cap, column_cap, entity_cap;
	struct index questions, lists;
};

enum err form_new(struct form **out)
{
	struct form *f = calloc(1, sizeof *f);
	struct form_arena *a = calloc(1, sizeof *a);

	*out = NULL;
	if (!f || !a) {
		free(f);
		free(a);
		return err_set(ERR_NOMEM, _("内存不够, 打不开表单"));
	}
	a->mem.max = FORM_BYTES_MAX;
	f->arena = a;
	*out = f;
	return ERR_OK;
}

void form_free(struct form *f)
{
	if (!f)
		return;
	arena_clear(&f->arena->mem);
	free(f->questions);
	free(f->lists);
	free(f->choices);
	free(f->columns);
	free(f->entities);
	free(f->arena);
	free(f);
}

enum err form_error(const struct form *f)
{
	return f->arena->mem.err;
}

void *form_alloc(struct form *f, size_t n)
{
	return arena_alloc(&f->arena->mem, n);
}

const char *form_string_n(struct form *f, const char *s, size_t len)
{
	return arena_string_n(&f->arena->mem, s, len);
}

const char *form_string(struct form *f, const char *s)
{
	return s ? form_string_n(f, s, strlen(s)) : NULL;
}

struct form_question *form_add_question(struct form *f)
{
	struct form_question *q = arena_grow(&f->arena->mem, f->questions, f->question_count, &f->arena->question_cap, FORM_QUESTIONS_MAX,
	                        sizeof *q, _("题目"));

	if (!q)
		return NULL;
	f->questions = q;
	q += f->question_count++;
	q->parent = q->list = FORM_NONE;
	q->end = f->question_count;
	return q;
}

struct form_list *form_add_list(struct form *f, const char *name)
{
	struct form_list *l = arena_grow(&f->arena->mem, f->lists, f->list_count, &f->arena->list_cap, FORM_LISTS_MAX,
	                        sizeof *l, _("选项表"));

	if (!l)
		return NULL;
	f->lists = l;
	l += f->list_count++;
	l->name = form_string(f, name);
	l->first = f->choice_count;
	return l;
}

struct form_choice *form_add_choice(struct form *f)
{
	struct form_choice *c = arena_grow(&f->arena->mem, f->choices, f->choice_count, &f->arena->choice_cap, FORM_CHOICES_MAX,
	                        sizeof *c, _("选项"));

	if (!c)
		return NULL;
	f->choices = c;
	c += f->choice_count++;
	if (f->list_count)
		f->lists[f->list_count - 1].count++;
	return c;
}

void form_set_column(struct form *f, struct form_choice *c, uint32_t column, const char *s)
{
	if (!c->columns)
		c->columns = form_alloc(f, f->column_count * sizeof *c->columns);
	if (c->columns)
		c->columns[column] = form_string(f, s);
}

struct form_entity *form_add_entity(struct form *f)
{
	struct form_entity *e = arena_grow(&f->arena->mem, f->entities, f->entity_count, &f->arena->entity_cap, FORM_ENTITIES_MAX,
	                        sizeof *e, _("entities 行"));

	if (!e)
		return NULL;
	f->entities = e;
	return e + f->entity_count++;
}

uint32_t form_add_column(struct form *f, const char *name)
{
	const char **c = arena_grow(&f->arena->mem, f->columns, f->column_count, &f->arena->column_cap, FORM_COLUMNS_MAX,
	                        sizeof *c, _("choices 列"));

	if (!c)
		return FORM_NONE;
	f->columns = c;
	c[f->column_count] = form_string(f, name);
	return form_error(f) ? FORM_NONE : f->column_count++;
}

uint32_t form_add_language(struct form *f, const char *name)
{
	for (uint32_t i = 0; i < f->language_count; i++)
		if (text_same(f->languages[i], name))
			return i;
	if (f->language_count == FORM_LANGUAGES_MAX) {
		arena_fail(&f->arena->mem, err_set(ERR_LIMIT, _("语言 %s: 最多 %d 种语言"), name, FORM_LANGUAGES_MAX));
		return FORM_NONE;
	}
	f->languages[f->language_count] = *name ? form_string(f, name) : "";
	return form_error(f) ? FORM_NONE : f->language_count++;
}

void form_set_text(struct form *f, struct form_text *t, uint32_t language, const char *s)
{
	uint32_t count = f->language_count > language ? f->language_count : language + 1;
	const char **in;

	if (!s || !*s || language >= FORM_LANGUAGES_MAX)
		return;
	if (language >= t->count) {
		in = form_alloc(f, count * sizeof *in);
		if (!in)
			return;
		if (t->count)
			memcpy(in, t->in, t->count * sizeof *in);
		t->in = in;
		t->count = count;
	}
	t->in[language] = form_string(f, s);
}

const char *form_text(const struct form *f, const struct form_text *t, uint32_t language)
{
	if (language < t->count && t->in[language])
		return t->in[language];
	if (f->language < t->count && t->in[f->language])
		return t->in[f->language];
	for (uint32_t i = 0; i < t->count; i++)
		if (t->in[i])
			return t->in[i];
	return "";
}

/* Does the tag `have` ("Chinese (zh)", "zh-CN", "zh") speak of the language `code`? */
static bool speaks(const char *have, const char *code)
{
	size_t n = strlen(code);

	for (const char *p = have; (p = strstr(p, code)); p++)
		if ((p == have || p[-1] == '(') && !strchr("abcdefghijklmnopqrstuvwxyz", p[n] ? p[n] : '-'))
			return true;
	return false;
}

uint32_t form_language(const struct form *f, const char *code)
{
	static const struct { const char *code, *name; } spoken[] = {
		{ "zh", "中文" }, { "zh", "Chinese" }, { "zh", "汉语" }, { "en", "English" }, { "en", "英文" }, { "en", "英语" },
	};

	if (!code || !*code)
		return f->language;
	for (uint32_t i = 0; i < f->language_count; i++)
		if (text_same(f->languages[i], code) || speaks(f->languages[i], code))
			return i;
	for (uint32_t i = 0; i < f->language_count; i++)
		for (size_t k = 0; k < sizeof spoken / sizeof *spoken; k++)
			if (!strcmp(spoken[k].code, code) && strstr(f->languages[i], spoken[k].name) == f->languages[i])
				return i;
	return f->language;
}

/* FNV-1a, good enough for names an author chose. */
static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u;

	while (*s)
		h = (h ^ (unsigned char)*s++) * 16777619u;
	return h;
}

static void index_build(struct form *f, struct index *x, uint32_t count, const char *(*name)(const struct form *f, uint32_t i))
{
	uint32_t size = 16;

	while (size < count * 2)
		size *= 2;
	*x = (struct index){ .mask = size - 1 };
	x->first = form_alloc(f, size * sizeof *x->first);
	x->next = form_alloc(f, (count + 1) * sizeof *x->next);
	if (form_error(f))
		return;
	for (uint32_t i = count; i--; ) {
		uint32_t *slot = &x->first[hash(name(f, i)) & x->mask];

		x->next[i] = *slot;
		*slot = i + 1;
	}
	x->count = count;
}

/* First element of this name at or after `from`; walks all when there is no index of all `count`. */
static uint32_t index_find(const struct form *f, const struct index *x, uint32_t count,
                           const char *(*name)(const struct form *f, uint32_t i), const char *wanted, uint32_t from)
{
	if (!wanted)
		return FORM_NONE;
	if (x->count != count) {
		for (uint32_t i = from; i < count; i++)
			if (!strcmp(name(f, i), wanted))
				return i;
		return FORM_NONE;
	}
	for (uint32_t i = count ? x->first[hash(wanted) & x->mask] : 0; i; i = x->next[i - 1])
		if (i > from && !strcmp(name(f, i - 1), wanted))
			return i - 1;
	return FORM_NONE;
}

static const char *question_name(const struct form *f, uint32_t i)
{
	return f->questions[i].name ? f->questions[i].name : "";
}

static const char *list_name(const struct form *f, uint32_t i)
{
	return f->lists[i].name ? f->lists[i].name : "";
}

void form_index(struct form *f)
{
	struct form_arena *a = f->arena;

	f->questions = arena_fit(&a->mem, f->questions, f->question_count, &a->question_cap, sizeof *f->questions);
	f->choices = arena_fit(&a->mem, f->choices, f->choice_count, &a->choice_cap, sizeof *f->choices);
	f->lists = arena_fit(&a->mem, f->lists, f->list_count, &a->list_cap, sizeof *f->lists);
	f->entities = arena_fit(&a->mem, f->entities, f->entity_count, &a->entity_cap, sizeof *f->entities);
	index_build(f, &a->questions, f->question_count, question_name);
	index_build(f, &a->lists, f->list_count, list_name);
}

uint32_t form_find(const struct form *f, const char *name, uint32_t from)
{
	return index_find(f, &f->arena->questions, f->question_count, question_name, name, from);
}

uint32_t form_find_list(const struct form *f, const char *name)
{
	return index_find(f, &f->arena->lists, f->list_count, list_name, name, 0);
}

uint32_t form_find_column(const struct form *f, const char *name)
{
	for (uint32_t i = 0; i < f->column_count; i++)
		if (!strcmp(f->columns[i], name))
			return i;
	return FORM_NONE;
}

uint32_t form_find_choice(const struct form *f, uint32_t list, const char *name)
{
	const struct form_list *l = list < f->list_count ? &f->lists[list] : NULL;

	for (uint32_t i = 0; l && i < l->count; i++)
		if (f->choices[l->first + i].name && !strcmp(f->choices[l->first + i].name, name))
			return l->first + i;
	return FORM_NONE;
}

bool form_is_select(enum form_type t)
{
	return t == FORM_SELECT_ONE || t == FORM_SELECT_MULTIPLE || t == FORM_RANK;
}

bool form_is_stored(enum form_type t)
{
	return t != FORM_GROUP && t != FORM_REPEAT && t != FORM_NOTE && t != FORM_ATTACHED;
}

bool form_is_asked(enum form_type t)
{
	switch (t) {
	case FORM_GROUP: case FORM_REPEAT: case FORM_CALCULATE: case FORM_HIDDEN: case FORM_ATTACHED:
	case FORM_START: case FORM_END: case FORM_TODAY: case FORM_USERNAME: case FORM_DEVICEID: case FORM_PHONENUMBER:
	case FORM_EMAIL: case FORM_AUDIT: case FORM_START_GEOPOINT:
		return false;
	default:
		return true;
	}
}

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':' || c == '.';
}

bool form_is_dynamic(const char *s)
{
	static const char *const paths[] = { "../", "./", "/", "current()", "instance(" };
	static const char *const between[] = { " + ", " - ", " * ", " div ", " mod " };

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (!strncmp(s, paths[i], strlen(paths[i])) && s[strlen(paths[i])])
			return true;
	for (const char *p = strchr(s, '('); p; p = strchr(p + 1, '('))
		if (p > s && is_name_byte(p[-1]) && strchr(p, ')'))
			return true;
	/* arithmetic only between numbers: "A + B" may well be a text */
	for (size_t i = 0; i < sizeof between / sizeof *between; i++)
		if (strspn(s, "0123456789.+-*()divmo ") == strlen(s) && strstr(s, between[i]))
			return true;
	return strstr(s, "${");
}

const char *form_parameter(const char *s, const char *key, size_t *len)
{
	static const char separators[] = " \t\r\n,;";
	size_t n = strlen(key);

	*len = 0;
	while (s && *(s += strspn(s, separators))) {
		size_t word = strcspn(s, " \t\r\n,;=");
		const char *value = s + word + strspn(s + word, " \t");
		bool mine = word == n && !strncasecmp(s, key, n);

		if (*value != '=') {
			s += word + !word;
			continue;
		}
		value++;
		value += strspn(value, " \t");
		s = value + strcspn(value, separators);
		if (mine) {
			*len = (size_t)(s - value);
			return value;
		}
	}
	return NULL;
}
