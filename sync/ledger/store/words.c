#include "config.h"
#include "sync/ledger/store/words.h"

#include "sync/ledger/store/store.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

/* INDEX: 'w' number → text. */
static struct store_key word_key(uint16_t n)
{
	struct store_key k = store_key();

	store_key_u8(&k, 'w');
	store_key_u16(&k, n);
	return k;
}

void words_clear(struct words *w)
{
	for (uint32_t i = 0; i < w->count; i++)
		free(w->at[i]);
	free(w->at);
	for (uint32_t i = 0; i < w->retired_count; i++)
		free(w->retired[i]);
	free(w->retired);
	*w = (struct words){ 0 };
}

void words_forget(struct words *w, uint32_t count)
{
	char **more;

	if (w->count <= count)
		return;
	if ((more = realloc(w->retired, (w->retired_count + w->count - count) * sizeof *more))) {
		memcpy(more + w->retired_count, w->at + count, (w->count - count) * sizeof *more);
		w->retired = more;
		w->retired_count += w->count - count;
	}
	w->count = count;
}

static enum err remember(struct words *w, const char *text, size_t len)
{
	if (w->count == w->cap) {
		uint32_t cap = w->cap ? w->cap * 2 : 64;
		char **at = realloc(w->at, cap * sizeof *at);

		if (!at)
			return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		w->at = at;
		w->cap = cap;
	}
	if (!(w->at[w->count] = malloc(len + 1)))
		return err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	memcpy(w->at[w->count], text, len);
	w->at[w->count++][len] = '\0';
	return ERR_OK;
}

/* Words that the store holds beyond those known here. */
static void catch_up(struct words *w, struct store_txn *t)
{
	struct buf text = { 0 };
	struct store_key k;

	while (w->count < WORDS_MAX && (k = word_key((uint16_t)(w->count + 1)), !store_get(t, STORE_INDEX, &k, &text)))
		if (remember(w, buf_str(&text), text.len))
			break;
	buf_clear(&text);
}

void words_read(struct words *w, struct store_txn *t)
{
	catch_up(w, t);
}

void words_write(const struct words *w, struct store_txn *t)
{
	for (uint32_t i = 0; i < w->count; i++) {
		struct store_key k = word_key((uint16_t)(i + 1));

		store_put(t, STORE_INDEX, &k, w->at[i], strlen(w->at[i]));
	}
}

static uint16_t known(const struct words *w, const char *text)
{
	for (uint32_t i = 0; i < w->count; i++)
		if (!strcmp(w->at[i], text))
			return (uint16_t)(i + 1);
	return 0;
}

uint16_t words_find(struct words *w, struct store_txn *t, const char *text)
{
	uint16_t n = known(w, text);

	if (!n) {
		catch_up(w, t);
		n = known(w, text);
	}
	return n;
}

enum err words_make(struct words *w, struct store_txn *t, const char *text, uint16_t *n)
{
	struct store_key k;
	enum err e;

	if ((*n = words_find(w, t, text)))
		return ERR_OK;
	if (w->count >= WORDS_MAX)
		return err_set(ERR_LIMIT, _("登记簿、表单和步骤的名称太多 (%u)"), w->count);
	if ((e = remember(w, text, strlen(text))))
		return e;
	*n = (uint16_t)w->count;
	k = word_key(*n);
	store_put(t, STORE_INDEX, &k, text, strlen(text));
	return ERR_OK;
}

const char *words_text(struct words *w, struct store_txn *t, uint16_t n)
{
	if (n > w->count)
		catch_up(w, t);
	return n && n <= w->count ? w->at[n - 1] : "";
}
