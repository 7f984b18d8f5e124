#include "config.h"
#include "tui/kit/action.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"

#include <curses.h>
#include <stdio.h>

#define FN(k) (KIT_FN | (k))

const struct kit_action_info kit_actions[ACT_COUNT] = {
#define X(id, group, name, label, help) [ACT_##id] = { KIT_GROUP_##group, name, label, help },
	KIT_ACTIONS(X)
#undef X
};

const char *const kit_groups[KIT_GROUP_COUNT] = {
	[KIT_GROUP_GO] = N_("进出本屏"), [KIT_GROUP_MOVE] = N_("移动"), [KIT_GROUP_ANSWER] = N_("填写"),
	[KIT_GROUP_DO] = N_("办事"), [KIT_GROUP_PLACE] = N_("去处"), [KIT_GROUP_PROGRAM] = N_("程序"),
};

const struct kit_key kit_keys_common[] = {
	{ '?', ACT_HELP, true }, { FN(KEY_F(1)), ACT_HELP, false },
	{ KIT_ESC, ACT_BACK, true },
	{ 'c', ACT_CARDS, true },
	{ 'L' & 0x1f, ACT_REDRAW, false },
	{ 0, ACT_NONE, false },
};

enum kit_action kit_key_action(const struct kit_key *keys, int key)
{
	const struct kit_key *maps[] = { keys, kit_keys_common };

	for (size_t m = 0; m < 2; m++)
		for (const struct kit_key *k = maps[m]; k && k->action; k++)
			if (k->key == key)
				return k->action;
	return ACT_NONE;
}

const char *kit_key_name(int key)
{
	/* No arrow signs: their width is ambiguous and they overlap on some terminals. */
	static const struct { int key; const char *name; } names[] = {
		{ FN(KEY_UP), N_("上") }, { FN(KEY_DOWN), N_("下") }, { FN(KEY_LEFT), N_("左") }, { FN(KEY_RIGHT), N_("右") },
		{ FN(KEY_PPAGE), "PgUp" }, { FN(KEY_NPAGE), "PgDn" }, { FN(KEY_HOME), "Home" }, { FN(KEY_END), "End" },
		{ FN(KEY_BACKSPACE), N_("退格") }, { FN(KEY_DC), "Del" }, { FN(KEY_BTAB), "Shift-Tab" },
		{ ' ', N_("空格") }, { KIT_ESC, "Esc" }, { KIT_ENTER, "Enter" }, { KIT_TAB, "Tab" },
	};
	static char name[16];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].key == key)
			return _(names[i].name);
	if (key >= FN(KEY_F(1)) && key <= FN(KEY_F(12)))
		snprintf(name, sizeof name, "F%d", key - FN(KEY_F(0)));
	else if (key > 0 && key < 32)
		snprintf(name, sizeof name, "Ctrl-%c", key + '@');
	else
		snprintf(name, sizeof name, "%lc", (wint_t)key);
	return name;
}

bool kit_key_is_text(int key)
{
	return key >= 32 && key < KIT_FN && key != 127;
}
