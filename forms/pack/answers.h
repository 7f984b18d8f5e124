/* answers.h - a filled form as the bytes of a record, and back.
 *
 * A CBOR array with one place for every stored question in form order; what each type looks like, and where the personal
 * answers stand, is written down in FORMAT.md: the layout depends only on the form and is part of the format of records.
 * A value that does not fit its type travels as text, so nothing that was typed is ever lost.
 */
#ifndef FORMS_PACK_ANSWERS_H
#define FORMS_PACK_ANSWERS_H

#include "forms/base/jdoc.h"
#include "forms/fill/fill.h"
#include "forms/pack/pack.h"

/* Bytes of the two parts; `private_part` stays empty when there is nothing personal. Row ids are given as text "REF:N"
 * (24 hex digits, colon, index); answers_encode() leaves them as 12-byte refs, the log may shorten its own. */
enum err answers_encode(const struct pack *p, uint32_t form, struct fill *f, struct buf *answers, struct buf *private_part);

/* An encoded record whose places are read one by one without building a fill. Borrows the bytes. Where its items lie is noted as
 * they are passed, so that reading many of them walks the record once. */
enum { ANSWERS_MARKS = 512 };
struct answers_record {
	const struct pack *pack; uint32_t form;
	const void *answers, *private_part; size_t answers_len, private_len;
	uint32_t count, known, marks[ANSWERS_MARKS];      /* items at the top; where the first `known` of them begin */
};
void answers_open(struct answers_record *r, const struct pack *p, uint32_t form,
                  const void *answers, size_t answers_len, const void *private_part, size_t private_len);

/* The value of question `question` in repeat instance `instance` (0 at the top) as the CBOR of the digest (choices as names:
 * text, or an array of text; other types as in the record; of a repeat its number of instances), appended. Nothing = unanswered,
 * withheld or erased. ERR_FORMAT for bytes that do not fit the form. */
enum err answers_get(struct answers_record *r, uint32_t question, uint32_t instance, struct buf *out);

/* The same of a record that only one place is wanted of. */
enum err answers_value(const struct pack *p, uint32_t form, uint32_t question, uint32_t instance,
                       const void *answers, size_t answers_len, const void *private_part, size_t private_len, struct buf *out);

/* Number of instances of a repeat in an encoded record. */
enum err answers_instances(const struct pack *p, uint32_t form, uint32_t repeat, const void *answers, size_t len, uint32_t *count);

/* Put a record into an empty fill of the same form (showing, amending). Personal values that are not here stay empty. */
enum err answers_load(const struct pack *p, uint32_t form, const void *answers, size_t answers_len, const void *private_part, size_t private_len, struct fill *f);

/* P3 values stand in the private part sealed: `each` is given the CBOR of one value and appends what stands for it
 * ([key id, sealed box]); ERR_NOTFOUND from it leaves the value as it is. Used with the scope's confidential key to seal
 * after answers_encode() and to open before the readers above, which take a sealed value for one withheld. */
enum err answers_map_sensitive(const struct pack *p, uint32_t form, const void *private_part, size_t len,
                               enum err (*each)(void *user, const void *value, size_t len, struct buf *out), void *user, struct buf *out);

/* A digest value as the text people type and XLSForm stores ("2026-07-12", "stopped evacuated"). */
enum err answers_value_text(const struct pack_field *field, const void *value, size_t len, struct buf *out);

/* The whole record as a JSON object, names as keys, for showing and exporting. `private_part` NULL leaves personal values out. */
enum err answers_json(const struct pack *p, uint32_t form, const void *answers, size_t answers_len, const void *private_part, size_t private_len, struct jdoc **out);

#endif
