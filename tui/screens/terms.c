#include "config.h"
#include "tui/screens/terms.h"

#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/choice.h"
#include "tui/kit/prompt.h"
#include "tui/screens/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const uint32_t terms_roles[TERMS_ROLES] = { PACK_GRID, PACK_VADM, PACK_VHEAD, PACK_TOWN, PACK_TLEAD, PACK_DEPT, PACK_VIEW };

const char *terms_role(uint32_t role)
{
	switch (role) {
	case PACK_GRID:  return _("网格员");
	case PACK_VADM:  return _("村应急管理员");
	case PACK_VHEAD: return _("村负责人");
	case PACK_TOWN:  return _("乡镇工作人员");
	case PACK_TLEAD: return _("乡镇领导");
	case PACK_DEPT:  return _("部门");
	default:         return _("只看");
	}
}

void terms_roles_words(uint32_t roles, struct buf *out)
{
	bool first = true;

	for (size_t i = 0; i < TERMS_ROLES; i++)
		if (roles & terms_roles[i]) {
			buf_printf(out, "%s%s", first ? "" : _("、"), terms_role(terms_roles[i]));
			first = false;
		}
}

enum kit_next terms_ask_role(struct kit_view *v, uint32_t now, bool several, enum kit_next (*done)(struct kit_view *below, struct kit_view *self))
{
	struct kit_option options[TERMS_ROLES];

	for (size_t i = 0; i < TERMS_ROLES; i++)
		options[i] = (struct kit_option){ terms_role(terms_roles[i]), pack_role_name(terms_roles[i]), (terms_roles[i] & now) != 0 };
	return kit_open(v, kit_choice_new(_("角色"), NULL, options, TERMS_ROLES, several, done));
}

enum kit_next terms_ask_scope(struct kit_view *v, struct app *app, struct terms_places *places, const struct event_scope *now,
                              enum kit_next (*done)(struct kit_view *below, struct kit_view *self))
{
	struct listing_query q = { .reg = "villages" };
	struct kit_option *options = calloc(TERMS_PLACES, sizeof *options);
	struct buf names[TERMS_PLACES] = { { 0 } };
	struct listing *l = NULL;
	enum kit_next next = KIT_STAY;
	enum err e = options ? ERR_OK : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));

	places->at[0] = event_scope_all();
	places->count = 1;
	if (!e)
		e = listing_open(app->profile, &q, &l);
	for (uint32_t i = 0; !e && i < listing_count(l) && places->count < TERMS_PLACES; i++) {
		struct event_scope *scope = &places->at[places->count];
		struct buf code = { 0 };
		struct row row;

		if ((e = listing_row(l, i, &row)))
			break;
		words_stored(app, &row, "code", &code);
		if (code.len && !event_scope_parse(buf_str(&code), scope))
			words_scope(app, scope, &names[places->count++]);
		buf_clear(&code);
		row_clear(&row);
	}
	listing_close(l);
	for (size_t i = 0; !e && i < places->count; i++)
		options[i] = (struct kit_option){ i ? buf_str(&names[i]) : _("全镇"), NULL, now && event_scope_same(now, &places->at[i]) };
	if (e)
		kit_say_error(e);
	else
		next = kit_open(v, kit_choice_new(_("管哪里"), NULL, options, places->count, false, done));
	for (size_t i = 0; i < TERMS_PLACES; i++)
		buf_clear(&names[i]);
	free(options);
	return next;
}

bool terms_scope_chosen(const struct terms_places *places, const struct kit_view *self, struct event_scope *out)
{
	int i = kit_choice_answer(self);

	if (i < 0 || (size_t)i >= places->count)
		return false;
	*out = places->at[i];
	return true;
}

void terms_reason_given(const struct kit_view *self, char reason[KEYS_REASON_MAX + 1])
{
	const char *given = kit_prompt_answer(self);

	if (given && strlen(given) > KEYS_REASON_MAX)
		kit_say(KIT_SOON, _("理由太长, 至多 %d 字节"), KEYS_REASON_MAX);
	else if (given)
		snprintf(reason, KEYS_REASON_MAX + 1, "%s", given);
}
