/* answers_scalar.h - numbers, days, times, positions and row ids as CBOR items, and back to the text XLSForm stores.
 *
 * The layout is in FORMAT.md. Each put function appends one item: the compact form where the text has
 * one, else the text itself. Each text function reads one item that is not a text. Inside forms/pack.
 */
#ifndef FORMS_PACK_ANSWERS_SCALAR_H
#define FORMS_PACK_ANSWERS_SCALAR_H

#include "forms/base/cbor.h"
#include "forms/xlsform/form.h"

void scalar_put_integer(const char *text, struct buf *out);
void scalar_put_decimal(const char *text, struct buf *out);
void scalar_put_date(const char *text, struct buf *out);
void scalar_put_time(const char *text, int utc_offset, struct buf *out);
void scalar_put_datetime(const char *text, int utc_offset, struct buf *out);
void scalar_put_position(const char *text, struct buf *out);
void scalar_put_row(const char *text, struct buf *out);
void scalar_put_rows(const char *text, struct buf *out);

enum err scalar_decimal_text(struct cbor *c, struct buf *out);
enum err scalar_date_text(struct cbor *c, struct buf *out);
enum err scalar_time_text(struct cbor *c, struct buf *out);
enum err scalar_datetime_text(struct cbor *c, struct buf *out);
enum err scalar_position_text(struct cbor *c, struct buf *out);
enum err scalar_row_text(struct cbor *c, struct buf *out);

/* Passes over an item and says whether it is one that a question of this type has: what the text function of the type would
 * write. False for types that are no scalars. */
bool scalar_sound(enum form_type type, struct cbor *c);

#endif
