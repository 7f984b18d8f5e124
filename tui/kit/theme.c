#include "config.h"
#include "tui/kit/theme.h"

#include <stdlib.h>

enum { NO_HUE = -1 };

static const struct { short hue; attr_t attr; } table[KIT_THEME_COUNT][KIT_ROLE_COUNT] = {
	[KIT_THEME_MONO] = {
		[KIT_PLAIN] = { NO_HUE, A_NORMAL }, [KIT_TITLE] = { NO_HUE, A_BOLD }, [KIT_DIM] = { NO_HUE, A_NORMAL },
		[KIT_SELECTED] = { NO_HUE, A_REVERSE }, [KIT_STRONG] = { NO_HUE, A_BOLD }, [KIT_DANGER] = { NO_HUE, A_BOLD },
		[KIT_SOON] = { NO_HUE, A_UNDERLINE }, [KIT_GOOD] = { NO_HUE, A_NORMAL }, [KIT_KEY] = { NO_HUE, A_BOLD },
		[KIT_FIELD] = { NO_HUE, A_UNDERLINE }, [KIT_BAR] = { NO_HUE, A_BOLD },
	},
	[KIT_THEME_DARK] = {
		[KIT_PLAIN] = { NO_HUE, A_NORMAL }, [KIT_TITLE] = { COLOR_CYAN, A_BOLD }, [KIT_DIM] = { NO_HUE, A_DIM },
		[KIT_SELECTED] = { NO_HUE, A_REVERSE }, [KIT_STRONG] = { NO_HUE, A_BOLD }, [KIT_DANGER] = { COLOR_RED, A_BOLD },
		[KIT_SOON] = { COLOR_YELLOW, A_NORMAL }, [KIT_GOOD] = { COLOR_GREEN, A_NORMAL }, [KIT_KEY] = { COLOR_CYAN, A_NORMAL },
		[KIT_FIELD] = { NO_HUE, A_UNDERLINE }, [KIT_BAR] = { COLOR_GREEN, A_NORMAL },
	},
	[KIT_THEME_LIGHT] = {
		[KIT_PLAIN] = { NO_HUE, A_NORMAL }, [KIT_TITLE] = { COLOR_BLUE, A_BOLD }, [KIT_DIM] = { NO_HUE, A_NORMAL },
		[KIT_SELECTED] = { NO_HUE, A_REVERSE }, [KIT_STRONG] = { NO_HUE, A_BOLD }, [KIT_DANGER] = { COLOR_RED, A_BOLD },
		[KIT_SOON] = { COLOR_MAGENTA, A_NORMAL }, [KIT_GOOD] = { COLOR_BLUE, A_NORMAL }, [KIT_KEY] = { COLOR_BLUE, A_NORMAL },
		[KIT_FIELD] = { NO_HUE, A_UNDERLINE }, [KIT_BAR] = { COLOR_BLUE, A_NORMAL },
	},
};

static enum kit_theme current;

void kit_theme_use(enum kit_theme theme)
{
	const char *no = getenv("NO_COLOR");

	if ((no && *no) || !has_colors() || COLORS < 8 || COLOR_PAIRS <= KIT_ROLE_COUNT)
		theme = KIT_THEME_MONO;
	current = theme;
	for (int r = 0; r < KIT_ROLE_COUNT; r++)
		if (table[theme][r].hue != NO_HUE)
			init_pair((short)(r + 1), table[theme][r].hue, -1);
}

const char *kit_theme_name(enum kit_theme theme)
{
	static const char *const names[] = { "mono", "dark", "light" };

	return names[theme];
}

attr_t kit_attr(enum kit_role role)
{
	attr_t a = table[current][role].attr;

	return table[current][role].hue == NO_HUE ? a : a | (attr_t)COLOR_PAIR(role + 1);
}
