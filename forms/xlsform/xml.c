#include "config.h"
#include "forms/xlsform/xml.h"

#include "forms/base/i18n.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

struct xml {
	XML_Parser parser;
	struct xml_handler handler;
	int depth;
	enum err err;
};

static const char *local(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

static void stop(struct xml *x, enum err e)
{
	if (!e || x->err)
		return;
	x->err = e;
	XML_StopParser(x->parser, XML_FALSE);
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
	struct xml *x = user;

	if (++x->depth > XML_DEPTH_MAX)
		stop(x, err_set(ERR_LIMIT, _("XML 套得太深, 超过 %d 层"), XML_DEPTH_MAX));
	else if (!x->err && x->handler.start)
		stop(x, x->handler.start(x->handler.user, local(name), (const char *const *)attributes));
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
	struct xml *x = user;

	x->depth--;
	if (!x->err && x->handler.end)
		stop(x, x->handler.end(x->handler.user, local(name)));
}

static void XMLCALL on_text(void *user, const XML_Char *s, int len)
{
	struct xml *x = user;

	if (!x->err && x->handler.text)
		stop(x, x->handler.text(x->handler.user, s, (size_t)len));
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public, int has_internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_internal;
	stop(user, err_set(ERR_FORMAT, _("XML 里有 DOCTYPE, 表格文件不会有它, 拒绝打开")));
}

enum err xml_new(const struct xml_handler *handler, struct xml **out)
{
	struct xml *x = calloc(1, sizeof *x);

	*out = NULL;
	if (!x || !(x->parser = XML_ParserCreate(NULL))) {
		free(x);
		return err_set(ERR_NOMEM, _("内存不够, 打不开 XML"));
	}
	x->handler = *handler;
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	*out = x;
	return ERR_OK;
}

enum err xml_feed(struct xml *x, const void *data, size_t len, bool last)
{
	enum XML_Error code;

	if (!x->err && XML_Parse(x->parser, data, (int)len, last) == XML_STATUS_ERROR && !x->err) {
		code = XML_GetErrorCode(x->parser);
		x->err = err_set(code == XML_ERROR_NO_MEMORY ? ERR_NOMEM : ERR_FORMAT, _("XML 第 %lu 行第 %lu 列: %s"),
		                 (unsigned long)XML_GetCurrentLineNumber(x->parser),
		                 (unsigned long)XML_GetCurrentColumnNumber(x->parser) + 1, XML_ErrorString(code));
	}
	return x->err;
}

void xml_free(struct xml *x)
{
	if (!x)
		return;
	XML_ParserFree(x->parser);
	free(x);
}

const char *xml_attribute(const char *const *attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (!strcmp(local(*attributes), name))
			return attributes[1];
	return NULL;
}
