/* answers_item.h - one answer as CBOR, by the type of its question (FORMAT.md). Inside forms/pack. */
#ifndef FORMS_PACK_ANSWERS_ITEM_H
#define FORMS_PACK_ANSWERS_ITEM_H

#include "forms/base/cbor.h"
#include "forms/pack/pack.h"

/* Append the item that stands for `text` ("" is null). What does not fit the type goes as text. */
void item_put(const struct pack *p, const struct form *f, const struct form_question *q, const char *text, struct buf *out);

/* Append the text of an item as XLSForm stores it; nothing for null. ERR_FORMAT for an item that no such question has. */
enum err item_text(const struct form *f, const struct form_question *q, struct cbor item, struct buf *out);

/* Append the item as the digest has it: choices as names. Nothing for null. */
enum err item_digest(const struct form *f, const struct form_question *q, struct cbor item, struct buf *out);

#endif
