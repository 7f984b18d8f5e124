/* The rows that a register has already, by what a table knows them by. */
#include "config.h"
#include "sync/town/import_own.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"

#include <stdlib.h>
#include <string.h>

void import_put_key(const struct import *m, const char *value, const char *village, struct buf *out)
{
	buf_puts(out, value);
	if (!m->reg->township && strcmp(m->reg->fields[m->key_field].id, "code"))
		buf_printf(out, "\x1f%s", village ? village : "");
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct import_known *)a)->key, ((const struct import_known *)b)->key);
}

static enum err add_known(struct import *m, const struct row *row)
{
	struct buf value = { 0 }, key = { 0 };
	char village[68] = "";
	enum err e = row_text(m->p, row, m->key_field, &value);

	if (row->scope.kind == 1)
		event_scope_text(&row->scope, village);
	import_put_key(m, buf_str(&value), village, &key);
	if (!e && m->known_count == m->known_cap) {
		uint32_t cap = m->known_cap ? m->known_cap * 2 : 256;
		struct import_known *more = realloc(m->known, cap * sizeof *more);

		if (!more)
			e = err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		else
			m->known = more, m->known_cap = cap;
	}
	if (!e && value.len) {
		m->known[m->known_count++] = (struct import_known){ strdup(buf_str(&key)), row->id, false };
	}
	buf_clear(&value);
	buf_clear(&key);
	return e;
}

enum err import_read_known(struct import *m)
{
	struct listing_query q = { .reg = m->reg->id, .sort = "" };
	struct listing *l = NULL;
	enum err e = listing_open(m->p, &q, &l);

	for (uint32_t i = 0; !e && i < listing_count(l); i++) {
		struct row row;

		if (!(e = listing_row(l, i, &row))) {
			e = add_known(m, &row);
			row_clear(&row);
		}
	}
	listing_close(l);
	if (m->known_count)
		qsort(m->known, m->known_count, sizeof *m->known, by_key);
	return e;
}

enum err import_choose_key(struct import *m)
{
	static const char *const keys[] = { "code", "name" };

	for (size_t k = 0; k < 2; k++)
		for (uint32_t i = 0; i < m->column_count; i++)
			if (!strcmp(m->reg->fields[m->columns[i].field].id, keys[k])) {
				m->key_field = m->columns[i].field;
				return ERR_OK;
			}
	return err_set(ERR_FORMAT, _("表里没有编号也没有名称这一列, 认不出哪一行是谁"));
}

/* The first of the known rows whose key is not before `key`. */
static uint32_t not_before(const struct import *m, const char *key)
{
	uint32_t low = 0, high = m->known_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (strcmp(m->known[mid].key, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

enum err import_find_known(struct import *m, const char *value, const char *village, struct import_known **out)
{
	struct buf key = { 0 };
	uint32_t at, alike = 1;

	*out = NULL;
	import_put_key(m, value, village, &key);
	at = not_before(m, buf_str(&key));
	if (!village && key.len && key.data[key.len - 1] == '\x1f') {        /* then the name must tell */
		for (alike = 0; at + alike < m->known_count && !strncmp(m->known[at + alike].key, key.data, key.len); )
			alike++;
		*out = alike == 1 ? &m->known[at] : NULL;
	} else if (at < m->known_count && !strcmp(m->known[at].key, buf_str(&key))) {
		*out = &m->known[at];
	}
	buf_clear(&key);
	return alike > 1 ? err_set(ERR_FORMAT, _("几个村都有「%s」; 加一列「村」"), value) : ERR_OK;
}
