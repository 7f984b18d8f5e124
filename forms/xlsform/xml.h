/* xml.h - XML read as it streams by: start, end, text. The only includer of <expat.h>.
 *
 * Names come without their namespace prefix. A document type declaration is refused (office files have none, and entities
 * are how small files grow large), and so is nesting over XML_DEPTH_MAX.
 */
#ifndef FORMS_XLSFORM_XML_H
#define FORMS_XLSFORM_XML_H

#include "forms/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { XML_DEPTH_MAX = 64 };

struct xml_handler {
	/* Any of them may be NULL. An error stops the reading and is what xml_feed() returns. */
	enum err (*start)(void *user, const char *name, const char *const *attributes);
	enum err (*end)(void *user, const char *name);
	enum err (*text)(void *user, const char *s, size_t len);
	void *user;
};

struct xml;

enum err xml_new(const struct xml_handler *handler, struct xml **out);
enum err xml_feed(struct xml *x, const void *data, size_t len, bool last);     /* ERR_FORMAT names line and column */
void xml_free(struct xml *x);

/* Value of an attribute by its name without prefix; NULL when there is none. */
const char *xml_attribute(const char *const *attributes, const char *name);

#endif
