#include "config.h"
#include "sync/ledger/rows/find_label.h"

#include "forms/base/i18n.h"
#include "sync/ledger/rows/find.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash(const struct pack_register *reg, const struct block_choice *c)
{
	uint32_t h = 2166136261u ^ c->field ^ (uint32_t)(uintptr_t)reg;

	for (size_t i = 0; i < c->len; i++)
		h = (h ^ (uint8_t)c->name[i]) * 16777619u;
	return h ^ h >> 15;
}

static struct block_choice choice_of(const struct find_labels *l, const struct find_label *one)
{
	return (struct block_choice){ .field = one->field, .name = l->bytes.data + one->name, .len = one->name_len };
}

/* A slot holds the number of a label and one; of two thirds at most. */
static uint16_t *slot_of(struct find_labels *l, const struct pack_register *reg, const struct block_choice *c)
{
	uint32_t i = hash(reg, c) & (l->slot_count - 1);

	for (; l->slots[i]; i = (i + 1) & (l->slot_count - 1)) {
		const struct find_label *one = &l->at[l->slots[i] - 1];

		if (one->reg == reg && one->field == c->field && one->name_len == c->len && !memcmp(l->bytes.data + one->name, c->name, c->len))
			break;
	}
	return &l->slots[i];
}

static bool make_room(struct find_labels *l)
{
	uint32_t cap = l->cap ? l->cap * 2 : 64;
	struct find_label *more = realloc(l->at, cap * sizeof *more);
	uint16_t *slots = more ? calloc(2 * cap, sizeof *slots) : NULL;

	l->at = more ? more : l->at;
	if (!slots)
		return false;
	free(l->slots);
	l->slots = slots;
	l->slot_count = 2 * cap;
	l->cap = cap;
	for (uint32_t i = 0; i < l->count; i++) {
		struct block_choice c = choice_of(l, &l->at[i]);

		*slot_of(l, l->at[i].reg, &c) = (uint16_t)(i + 1);
	}
	return true;
}

/* What its row shows: the name itself where the pack has no such choice. */
static const char *words_of(const struct pack *pack, const struct pack_register *reg, uint32_t field, const char *name)
{
	const struct pack_code *code = NULL;

	for (uint32_t i = 0; i < reg->field_count && !code; i++)
		if (reg->fields[i].n == field)
			code = pack_code(pack, reg->fields[i].codes, name);
	return code ? pack_name(&code->label, i18n_language()) : name;
}

static enum err add(struct find_labels *l, const struct pack *pack, const struct pack_register *reg, const struct block_choice *c)
{
	struct find_label one = { .reg = reg, .field = c->field, .name = (uint32_t)l->bytes.len, .name_len = (uint32_t)c->len };
	struct buf name = { 0 };
	const char *words;

	buf_put(&name, c->name, c->len);
	words = words_of(pack, reg, c->field, buf_str(&name));
	buf_put(&l->bytes, c->name, c->len);
	one.text = (uint32_t)l->bytes.len;
	find_fold(words, &l->bytes);
	buf_putc(&l->bytes, '\n');
	find_initials(words, &l->bytes);
	one.text_len = (uint32_t)l->bytes.len - one.text;
	buf_putc(&l->bytes, '\0');
	buf_clear(&name);
	if (l->bytes.err)
		return l->bytes.err;
	l->at[l->count++] = one;
	return ERR_OK;
}

enum err find_label(struct find_labels *l, const struct pack *pack, const struct pack_register *reg, const struct block_choice *c, uint16_t *out)
{
	uint16_t *slot;
	enum err e;

	if (l->count == l->cap && !make_room(l))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	slot = slot_of(l, reg, c);
	if (!*slot) {
		if (l->count + 1 >= FIND_LABELS_MAX)
			return ERR_LIMIT;
		if ((e = add(l, pack, reg, c)))
			return e;
		*slot = (uint16_t)l->count;
	}
	*out = (uint16_t)(*slot - 1);
	return ERR_OK;
}

void find_labels_clear(struct find_labels *l)
{
	free(l->at);
	free(l->slots);
	buf_clear(&l->bytes);
	*l = (struct find_labels){ 0 };
}
