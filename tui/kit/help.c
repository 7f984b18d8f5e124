#include "config.h"
#include "tui/kit/help.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/pager.h"

/* All keys of one action, "j 下". */
static void keys_of(struct kit_view *v, enum kit_action a, struct buf *out)
{
	const struct kit_key *maps[] = { v->ops->keys, kit_keys_common };

	for (size_t m = 0; m < 2; m++)
		for (const struct kit_key *k = maps[m]; k->action; k++)
			if (k->action == a && kit_key_action(v->ops->keys, k->key) == a)
				buf_printf(out, "%s%s", out->len ? " " : "", kit_key_name(k->key));
}

static void line(struct kit_view *v, enum kit_action a, struct buf *out)
{
	struct buf keys = { 0 };
	const char *label = kit_view_label(v, a), *help = _(kit_actions[a].help);

	keys_of(v, a, &keys);
	if (keys.len) {
		int gap = 14 - text_width(buf_str(&keys));

		buf_printf(out, "%s%*s", buf_str(&keys), gap > 1 ? gap : 1, "");
		/* An own label says what this screen makes of the action. */
		if (label != _(kit_actions[a].label))
			buf_printf(out, "%s: ", label);
		buf_printf(out, "%s\n", help);
	}
	buf_clear(&keys);
}

void kit_help_text(struct kit_view *of, const struct kit_app *app, struct buf *out)
{
	for (int g = 0; g < KIT_GROUP_COUNT; g++) {
		struct buf part = { 0 };

		for (int a = ACT_NONE + 1; a < ACT_COUNT; a++)
			if (kit_actions[a].group == (enum kit_group)g && kit_view_offers(of, app, (enum kit_action)a))
				line(of, (enum kit_action)a, &part);
		if (part.len)
			buf_printf(out, "# %s\n%s\n", _(kit_groups[g]), buf_str(&part));
		buf_clear(&part);
	}
	if (app && app->mouse)
		buf_printf(out, _("# 触摸\n点一行选中, 再点打开; 点最下面的提示等于按那个键; 滚轮上下移动。\n\n"));
	buf_puts(out, _("# 记住\n每个答案存到盘上才显示下一项, 随时断电也不丢。Esc 总是回去, 什么都不会丢。"));
}

struct kit_view *kit_help_new(struct kit_view *of, const struct kit_app *app)
{
	struct buf text = { 0 };
	struct kit_view *v;

	kit_help_text(of, app, &text);
	v = kit_pager_new(_("帮助: / 查找"), buf_str(&text));
	buf_clear(&text);
	return v;
}
