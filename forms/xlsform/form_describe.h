/* form_describe.h - a form as a JSON document, for other programs and for people who review one.
 *
 * {id, version, title {LANGUAGE: text}, default_language, languages [...], instance_name, style, roles,
 *  questions [{path, name, type, type_name, label {LANGUAGE: text}, hint, guidance_hint, constraint_message, required_message,
 *   image, audio, video, list, source, or_other, required, relevant, ..., save_to, xc {unit, warn, ...}, row}...],
 *  lists [{name, choices [{name, label, image, columns {...}, row}...]}...],
 *  entities [{list_name, repeat, entity_id, create_if, update_if, label, step, row}...]}
 * What the author left out is absent. Columns without a language are of language "default". A path has the names of the
 * groups in front, with '/' between.
 */
#ifndef FORMS_XLSFORM_FORM_DESCRIBE_H
#define FORMS_XLSFORM_FORM_DESCRIBE_H

#include "forms/base/jdoc.h"
#include "forms/xlsform/form.h"

/* *out is the caller's to jdoc_free(). */
enum err form_describe(const struct form *f, struct jdoc **out);

/* The usual word for a type: "select_one", "begin_repeat" is "repeat". */
const char *form_type_name(enum form_type t);

#endif
