#include "config.h"
#include "forms/xlsform/form_describe.h"

#include "forms/base/i18n.h"

#include <string.h>

const char *form_type_name(enum form_type t)
{
	static const char *const names[FORM_TYPE_COUNT] = {
		[FORM_GROUP] = "group", [FORM_REPEAT] = "repeat", [FORM_NOTE] = "note", [FORM_TEXT] = "text", [FORM_INTEGER] = "integer",
		[FORM_DECIMAL] = "decimal", [FORM_RANGE] = "range", [FORM_SELECT_ONE] = "select_one", [FORM_SELECT_MULTIPLE] = "select_multiple",
		[FORM_RANK] = "rank", [FORM_DATE] = "date", [FORM_TIME] = "time", [FORM_DATETIME] = "dateTime", [FORM_GEOPOINT] = "geopoint",
		[FORM_GEOTRACE] = "geotrace", [FORM_GEOSHAPE] = "geoshape", [FORM_BARCODE] = "barcode", [FORM_ACKNOWLEDGE] = "acknowledge",
		[FORM_IMAGE] = "image", [FORM_AUDIO] = "audio", [FORM_VIDEO] = "video", [FORM_FILE] = "file", [FORM_SIGNATURE] = "signature",
		[FORM_CALCULATE] = "calculate", [FORM_HIDDEN] = "hidden", [FORM_START] = "start", [FORM_END] = "end", [FORM_TODAY] = "today",
		[FORM_USERNAME] = "username", [FORM_DEVICEID] = "deviceid", [FORM_PHONENUMBER] = "phonenumber", [FORM_EMAIL] = "email",
		[FORM_AUDIT] = "audit", [FORM_START_GEOPOINT] = "start-geopoint", [FORM_ATTACHED] = "csv-external", [FORM_ROW] = "row",
		[FORM_ROWS] = "rows", [FORM_OTHER] = "other",
	};

	return t < FORM_TYPE_COUNT ? names[t] : "other";
}

static void put_string(struct jdoc *o, const char *key, const char *value)
{
	if (value)
		jdoc_put_text(o, key, value);
}

static void put_text(const struct form *f, struct jdoc *o, const char *key, const struct form_text *t)
{
	struct jdoc *by_language = NULL;

	for (uint32_t i = 0; i < t->count && i < f->language_count; i++) {
		if (!t->in[i])
			continue;
		if (!by_language)
			by_language = jdoc_object();
		jdoc_put_text(by_language, *f->languages[i] ? f->languages[i] : "default", t->in[i]);
	}
	if (by_language)
		jdoc_put(o, key, by_language);
}

static void put_path(const struct form *f, const struct form_question *q, struct buf *out)
{
	if (q->parent != FORM_NONE) {
		put_path(f, &f->questions[q->parent], out);
		buf_putc(out, '/');
	}
	buf_puts(out, q->name);
}

static struct jdoc *describe_xc(const struct form_question *q)
{
	static const char *const names[FORM_XC_COUNT] = {
		[FORM_XC_UNIT] = "unit", [FORM_XC_WARN] = "warn", [FORM_XC_FAIL] = "fail", [FORM_XC_LEVEL] = "level", [FORM_XC_DUE] = "due",
		[FORM_XC_ACT] = "act", [FORM_XC_BASIS] = "basis", [FORM_XC_STD] = "std", [FORM_XC_FLAG] = "flag", [FORM_XC_CLASS] = "class",
	};
	struct jdoc *o = NULL;

	for (int i = 0; i < FORM_XC_COUNT; i++) {
		if (!q->xc[i])
			continue;
		if (!o)
			o = jdoc_object();
		jdoc_put_text(o, names[i], q->xc[i]);
	}
	return o;
}

static struct jdoc *describe_question(const struct form *f, const struct form_question *q, struct buf *path)
{
	const struct { const char *key; const struct form_text *text; } texts[] = {
		{ "label", &q->label }, { "hint", &q->hint }, { "guidance_hint", &q->guidance }, { "constraint_message", &q->constraint_message },
		{ "required_message", &q->required_message }, { "image", &q->image }, { "audio", &q->audio }, { "video", &q->video },
	};
	const struct { const char *key, *value; } strings[] = {
		{ "list", q->list == FORM_NONE ? NULL : f->lists[q->list].name }, { "source", q->source }, { "required", q->required },
		{ "relevant", q->relevant }, { "constraint", q->constraint }, { "readonly", q->readonly }, { "calculation", q->calculation },
		{ "default", q->initial }, { "choice_filter", q->choice_filter }, { "repeat_count", q->repeat_count }, { "trigger", q->trigger },
		{ "appearance", q->appearance }, { "parameters", q->parameters }, { "save_to", q->save_to },
	};
	struct jdoc *o = jdoc_object(), *xc = describe_xc(q);

	buf_reset(path);
	put_path(f, q, path);
	jdoc_put_text(o, "path", buf_str(path));
	jdoc_put_text(o, "name", q->name);
	jdoc_put_text(o, "type", form_type_name(q->type));
	put_string(o, "type_name", q->type_name);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		put_text(f, o, texts[i].key, texts[i].text);
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
		put_string(o, strings[i].key, strings[i].value);
	if (q->or_other)
		jdoc_put_bool(o, "or_other", true);
	if (xc)
		jdoc_put(o, "xc", xc);
	jdoc_put_integer(o, "row", q->row);
	return o;
}

static struct jdoc *describe_choice(const struct form *f, const struct form_choice *c)
{
	struct jdoc *o = jdoc_object(), *columns = NULL;

	jdoc_put_text(o, "name", c->name);
	put_text(f, o, "label", &c->label);
	put_text(f, o, "image", &c->image);
	for (uint32_t i = 0; c->columns && i < f->column_count; i++) {
		if (!c->columns[i])
			continue;
		if (!columns)
			columns = jdoc_object();
		jdoc_put_text(columns, f->columns[i], c->columns[i]);
	}
	if (columns)
		jdoc_put(o, "columns", columns);
	if (c->row)
		jdoc_put_integer(o, "row", c->row);
	return o;
}

static struct jdoc *describe_lists(const struct form *f)
{
	struct jdoc *all = jdoc_array();

	for (uint32_t i = 0; i < f->list_count; i++) {
		struct jdoc *o = jdoc_object(), *choices = jdoc_array();

		jdoc_put_text(o, "name", f->lists[i].name);
		for (uint32_t k = 0; k < f->lists[i].count; k++)
			jdoc_push(choices, describe_choice(f, &f->choices[f->lists[i].first + k]));
		jdoc_put(o, "choices", choices);
		jdoc_push(all, o);
	}
	return all;
}

static struct jdoc *describe_entities(const struct form *f)
{
	struct jdoc *all = jdoc_array();

	for (uint32_t i = 0; i < f->entity_count; i++) {
		const struct form_entity *e = &f->entities[i];
		struct jdoc *o = jdoc_object();

		put_string(o, "list_name", e->dataset);
		put_string(o, "repeat", e->repeat);
		put_string(o, "entity_id", e->entity_id);
		put_string(o, "create_if", e->create_if);
		put_string(o, "update_if", e->update_if);
		put_string(o, "label", e->label);
		put_string(o, "step", e->step);
		jdoc_put_integer(o, "row", e->row);
		jdoc_push(all, o);
	}
	return all;
}

enum err form_describe(const struct form *f, struct jdoc **out)
{
	struct jdoc *o = jdoc_object(), *languages = jdoc_array(), *questions = jdoc_array();
	struct buf path = { 0 };

	*out = o;
	put_string(o, "id", f->id);
	put_string(o, "version", f->version);
	put_text(f, o, "title", &f->titles);
	if (f->language < f->language_count)
		jdoc_put_text(o, "default_language", *f->languages[f->language] ? f->languages[f->language] : "default");
	for (uint32_t i = 0; i < f->language_count; i++)
		jdoc_push_text(languages, *f->languages[i] ? f->languages[i] : "default");
	jdoc_put(o, "languages", languages);
	put_string(o, "instance_name", f->instance_name);
	put_string(o, "style", f->style);
	put_string(o, "roles", f->roles);
	for (uint32_t i = 0; i < f->question_count; i++)
		jdoc_push(questions, describe_question(f, &f->questions[i], &path));
	jdoc_put(o, "questions", questions);
	jdoc_put(o, "lists", describe_lists(f));
	jdoc_put(o, "entities", describe_entities(f));
	if (o && !path.err) {
		buf_clear(&path);
		return ERR_OK;
	}
	buf_clear(&path);
	jdoc_free(o);
	*out = NULL;
	return err_set(ERR_NOMEM, _("内存不够, 说不完这份表单"));
}
