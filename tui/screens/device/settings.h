/* settings.h - what a device's people have chosen: one small JSON file in the profile, nothing personal, not sealed. */
#ifndef TUI_SCREENS_DEVICE_SETTINGS_H
#define TUI_SCREENS_DEVICE_SETTINGS_H

#include "tui/kit/theme.h"

#include <stdbool.h>

enum { SETTING_TEXT = 512 };

struct settings {
	enum kit_theme theme;
	bool mouse;
	int idle_minutes;                   /* before the screen locks; 0 never */
	char language[8];                   /* "zh", "en", "" as the environment says */
	char sync_dir[SETTING_TEXT];        /* folder, stick or share to exchange with; "" none */
	char sync_url[SETTING_TEXT];        /* the township's daemon; "" none */
	bool sync_by_hand;                  /* never exchange with sync_url unasked */
	char position[SETTING_TEXT];        /* command that prints a position; "" none */
	char photo[SETTING_TEXT];           /* command that writes a photo to the path it is given; "" none */
	char scale[SETTING_TEXT];           /* command that makes the smaller photo "$2" from "$1"; "" what XUNCHA_SCALE says */
};

/* Defaults where the file or a member is missing; ERR_FORMAT names a damaged file, and the defaults stand. */
enum err settings_read(const char *path, struct settings *out);
enum err settings_write(const char *path, const struct settings *s);

#endif
