/* What lies beside the ledger under no bundle's name: corrections half written, and what a rebuild set aside. */
#include "config.h"
#include "sync/exchange/erase/erase_own.h"

#include "forms/base/fs.h"
#include "sync/exchange/attach/along.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/row.h"
#include "sync/ledger/submit/draft.h"

#include <string.h>

struct looking { struct profile *profile; const struct erase_target *at; size_t count; bool *left; };

/* --- drafts --- */

static bool corrects_one(const struct looking *x, const char *row)
{
	struct row_id id;

	if (strncmp(row, DRAFT_AMEND, strlen(DRAFT_AMEND)) || !row_id_parse(row + strlen(DRAFT_AMEND), &id))
		return false;
	for (size_t i = 0; i < x->count; i++)
		if (!memcmp(id.ref, x->at[i].ref, EVENT_REF))
			return true;
	return false;
}

/* It opened with what the record said. One that is open now would be written again at the next answer. */
static enum err look_at_draft(void *user, const struct draft_about *about)
{
	struct looking *x = user;
	enum err e;

	if (!corrects_one(x, about->row))
		return ERR_OK;
	if (draft_is_open(x->profile, about->id)) {
		*x->left = true;
		return ERR_OK;
	}
	e = draft_remove(x->profile, about->id);
	return e ? e : along_drop(x->profile, about->id);
}

enum err erase_drafts(struct profile *p, const struct erase_target *at, size_t count, bool *left)
{
	return draft_each(p, look_at_draft, &(struct looking){ p, at, count, left });
}

/* --- what a rebuild set aside --- */

/* Nobody can tell what a damaged file holds, nor take one event out of it. */
static enum err look_at_folder(void *user, const char *name, bool needless)
{
	struct looking *x = user;
	struct buf path = { 0 };
	enum err e = ERR_OK;

	fs_path(&path, x->profile->dir, name);
	if (!needless)
		*x->left = true;
	else
		e = path.err ? path.err : fs_remove_tree(path.data);
	buf_clear(&path);
	return e;
}

enum err erase_damaged(struct profile *p, const struct erase_target *at, size_t count, bool *left)
{
	struct looking x = { p, at, count, left };
	bool here = false;

	for (size_t i = 0; i < count; i++)
		here |= at[i].placed;
	return here ? profile_damaged_each(p, look_at_folder, &x) : ERR_OK;
}
