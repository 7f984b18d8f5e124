/* form_codec.h - a form as deterministic CBOR (cbor.h): what a pack carries, so that no spreadsheet is parsed on a device.
 *
 * The same form gives the same bytes. A map: 0 version of this format, 1 id, 2 version, 3 title, 4 default_language,
 * 5 instance_name, 6 style, 7 [languages], 8 language, 9 [columns], 10 [[list name, [choice...]]...], 11 [question...],
 * 12 [entity...], 13 titles, 14 roles. Choices, questions and entities are maps of their members (keys in form_codec.c);
 * what is absent is left out. A text is a text item when only language 0 has it, else a map by language. A group says how
 * many questions it holds, and parents follow from that. Texts reach FORM_TEXT_MAX and lists FORM_CHOICES_MAX, over
 * cbor.h's usual limits.
 */
#ifndef FORMS_XLSFORM_FORM_CODEC_H
#define FORMS_XLSFORM_FORM_CODEC_H

#include "forms/xlsform/form.h"

enum { FORM_CODEC_VERSION = 1, FORM_TEXT_MAX = 128 << 10 };

/* Append the form to `out`; out->err tells of failure, and is returned. */
enum err form_encode(const struct form *f, struct buf *out);

/* The form in exactly these bytes. ERR_VERSION for a newer format, ERR_FORMAT, ERR_LIMIT. *out is the caller's to
 * form_free(); it is indexed (form_index). */
enum err form_decode(const void *data, size_t len, struct form **out);

/* Its id alone, borrowed, not NUL-ended; the rest is not looked at. ERR_VERSION, ERR_FORMAT (one without an id too). */
enum err form_decode_id(const void *data, size_t len, const char **id, size_t *id_len);

#endif
