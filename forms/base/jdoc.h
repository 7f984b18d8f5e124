/* jdoc.h - JSON at the edges: answers in, reports out. The only includer of <jansson.h>.
 *
 * A value is owned by whoever made it until jdoc_put()/jdoc_push() gives it to a container; jdoc_free() of the root frees
 * all. Builders write straight down: a failed allocation leaves a member out, and jdoc_text() of NULL is ERR_NOMEM.
 * Numbers are kept as integers where they are.
 */
#ifndef FORMS_BASE_JDOC_H
#define FORMS_BASE_JDOC_H

#include "forms/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct jdoc;

enum jdoc_type { JDOC_NULL, JDOC_BOOL, JDOC_INTEGER, JDOC_REAL, JDOC_TEXT, JDOC_ARRAY, JDOC_OBJECT };

enum { JDOC_FILE_MAX = 16 << 20 };

/* Parse a whole document, at most JDOC_FILE_MAX bytes and 64 levels. ERR_FORMAT names line and column. *out is the caller's. */
enum err jdoc_parse(const char *data, size_t len, struct jdoc **out);
enum err jdoc_read(const char *path, struct jdoc **out);
void jdoc_free(struct jdoc *v);

enum jdoc_type jdoc_type(const struct jdoc *v);
size_t jdoc_count(const struct jdoc *v);                                /* items of an array, members of an object */
const struct jdoc *jdoc_item(const struct jdoc *array, size_t i);       /* borrowed; NULL when there is none */
const struct jdoc *jdoc_get(const struct jdoc *object, const char *key);
/* Members in the order of the text; returns false when `i` is past the last. */
bool jdoc_member(const struct jdoc *object, size_t i, const char **key, const struct jdoc **value);
const char *jdoc_str(const struct jdoc *v);                             /* "" unless text */
int64_t jdoc_integer(const struct jdoc *v);                             /* 0 unless a number */
bool jdoc_true(const struct jdoc *v);
/* A scalar as the text XLSForm stores: numbers plainly, true/false, "" for null. False for arrays and objects. */
bool jdoc_scalar_text(const struct jdoc *v, struct buf *out);

struct jdoc *jdoc_object(void);
struct jdoc *jdoc_array(void);
void jdoc_put(struct jdoc *object, const char *key, struct jdoc *value);        /* takes value */
void jdoc_put_text(struct jdoc *object, const char *key, const char *value);    /* NULL gives null; invalid UTF-8 is cleaned */
void jdoc_put_integer(struct jdoc *object, const char *key, int64_t value);
void jdoc_put_bool(struct jdoc *object, const char *key, bool value);
void jdoc_push(struct jdoc *array, struct jdoc *value);                         /* takes value */
void jdoc_push_text(struct jdoc *array, const char *value);
struct jdoc *jdoc_copy(const struct jdoc *v);

/* Append the document to `out`; `indent` 0 gives one line. Keys keep their order. */
enum err jdoc_text(const struct jdoc *v, int indent, struct buf *out);

#endif
