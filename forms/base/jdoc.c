#include "config.h"
#include "forms/base/jdoc.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"

#include <jansson.h>
#include <stdio.h>

/* struct jdoc is jansson's json_t under a name of ours; only this file knows. */
static json_t *theirs(const struct jdoc *v) { return (json_t *)(uintptr_t)v; }
static struct jdoc *ours(json_t *v) { return (struct jdoc *)v; }

enum err jdoc_parse(const char *data, size_t len, struct jdoc **out)
{
	json_error_t at;
	json_t *v;

	*out = NULL;
	if (len > JDOC_FILE_MAX)
		return err_set(ERR_LIMIT, _("JSON 有 %zu 字节, 上限 %d"), len, JDOC_FILE_MAX);
	v = json_loadb(data, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &at);
	if (!v)
		return err_set(ERR_FORMAT, _("JSON 第 %d 行第 %d 列: %s"), at.line, at.column, at.text);
	*out = ours(v);
	return ERR_OK;
}

enum err jdoc_read(const char *path, struct jdoc **out)
{
	struct buf text = { 0 };
	enum err e = fs_read(path, JDOC_FILE_MAX, &text);

	*out = NULL;
	if (!e && (e = jdoc_parse(buf_str(&text), text.len, out)))
		e = err_in(e, "%s", path);
	buf_clear(&text);
	return e;
}

void jdoc_free(struct jdoc *v)
{
	json_decref(theirs(v));
}

enum jdoc_type jdoc_type(const struct jdoc *v)
{
	if (!v)
		return JDOC_NULL;
	switch (json_typeof(theirs(v))) {
	case JSON_OBJECT:  return JDOC_OBJECT;
	case JSON_ARRAY:   return JDOC_ARRAY;
	case JSON_STRING:  return JDOC_TEXT;
	case JSON_INTEGER: return JDOC_INTEGER;
	case JSON_REAL:    return JDOC_REAL;
	case JSON_TRUE:
	case JSON_FALSE:   return JDOC_BOOL;
	case JSON_NULL:    break;
	}
	return JDOC_NULL;
}

size_t jdoc_count(const struct jdoc *v)
{
	return json_is_array(theirs(v)) ? json_array_size(theirs(v)) : json_object_size(theirs(v));
}

const struct jdoc *jdoc_item(const struct jdoc *array, size_t i)
{
	return ours(json_array_get(theirs(array), i));
}

const struct jdoc *jdoc_get(const struct jdoc *object, const char *key)
{
	return ours(json_object_get(theirs(object), key));
}

bool jdoc_member(const struct jdoc *object, size_t i, const char **key, const struct jdoc **value)
{
	void *it = json_object_iter(theirs(object));

	while (it && i--)
		it = json_object_iter_next(theirs(object), it);
	if (!it)
		return false;
	*key = json_object_iter_key(it);
	*value = ours(json_object_iter_value(it));
	return true;
}

const char *jdoc_str(const struct jdoc *v)
{
	const char *s = json_string_value(theirs(v));

	return s ? s : "";
}

int64_t jdoc_integer(const struct jdoc *v)
{
	return json_is_real(theirs(v)) ? (int64_t)json_real_value(theirs(v)) : (int64_t)json_integer_value(theirs(v));
}

bool jdoc_true(const struct jdoc *v)
{
	return json_is_true(theirs(v));
}

bool jdoc_scalar_text(const struct jdoc *v, struct buf *out)
{
	switch (jdoc_type(v)) {
	case JDOC_NULL:    return true;
	case JDOC_BOOL:    buf_puts(out, jdoc_true(v) ? "true" : "false"); return true;
	case JDOC_INTEGER: buf_printf(out, "%lld", (long long)jdoc_integer(v)); return true;
	case JDOC_TEXT:    buf_put(out, jdoc_str(v), json_string_length(theirs(v))); return true;
	case JDOC_REAL: {
		char *s = json_dumps(theirs(v), JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

		buf_puts(out, s ? s : "");
		free(s);
		return true;
	}
	case JDOC_ARRAY:
	case JDOC_OBJECT:
		break;
	}
	return false;
}


struct jdoc *jdoc_object(void) { return ours(json_object()); }
struct jdoc *jdoc_array(void)  { return ours(json_array()); }

void jdoc_put(struct jdoc *object, const char *key, struct jdoc *value)
{
	json_object_set_new(theirs(object), key, theirs(value));
}

static json_t *text_value(const char *s)
{
	struct buf clean = { 0 };
	json_t *v;

	if (!s)
		return json_null();
	if ((v = json_string(s)))
		return v;
	text_clean(&clean, s);
	v = json_string(buf_str(&clean));
	buf_clear(&clean);
	return v;
}

void jdoc_put_text(struct jdoc *object, const char *key, const char *value)
{
	json_object_set_new(theirs(object), key, text_value(value));
}

void jdoc_put_integer(struct jdoc *object, const char *key, int64_t value)
{
	json_object_set_new(theirs(object), key, json_integer(value));
}

void jdoc_put_bool(struct jdoc *object, const char *key, bool value)
{
	json_object_set_new(theirs(object), key, json_boolean(value));
}

void jdoc_push(struct jdoc *array, struct jdoc *value)
{
	json_array_append_new(theirs(array), theirs(value));
}

void jdoc_push_text(struct jdoc *array, const char *value)
{
	json_array_append_new(theirs(array), text_value(value));
}

struct jdoc *jdoc_copy(const struct jdoc *v)
{
	return ours(json_deep_copy(theirs(v)));
}

enum err jdoc_text(const struct jdoc *v, int indent, struct buf *out)
{
	char *s = v ? json_dumps(theirs(v), (size_t)JSON_INDENT((size_t)indent) | JSON_ENCODE_ANY | (indent ? 0 : JSON_COMPACT)) : NULL;

	if (!s)
		return err_set(ERR_NOMEM, _("写 JSON 时内存不够"));
	buf_puts(out, s);
	free(s);
	return out->err;
}
