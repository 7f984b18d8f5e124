#include "config.h"
#include "tui/screens/device/settings.h"

#include "forms/base/fs.h"
#include "forms/base/jdoc.h"

#include <stdio.h>
#include <string.h>

static void take(const struct jdoc *doc, const char *key, char *to, size_t size)
{
	const struct jdoc *v = jdoc_get(doc, key);

	if (v && strlen(jdoc_str(v)) < size)
		snprintf(to, size, "%s", jdoc_str(v));
}

enum err settings_read(const char *path, struct settings *out)
{
	struct jdoc *doc = NULL;
	char theme[16] = "dark";
	enum err e;

	*out = (struct settings){ .theme = KIT_THEME_DARK, .idle_minutes = 10 };
	e = jdoc_read(path, &doc);
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e)
		return e;
	take(doc, "theme", theme, sizeof theme);
	for (int t = 0; t < KIT_THEME_COUNT; t++)
		if (!strcmp(theme, kit_theme_name((enum kit_theme)t)))
			out->theme = (enum kit_theme)t;
	out->mouse = jdoc_get(doc, "mouse") && jdoc_true(jdoc_get(doc, "mouse"));
	out->sync_by_hand = jdoc_get(doc, "sync_by_hand") && jdoc_true(jdoc_get(doc, "sync_by_hand"));
	if (jdoc_get(doc, "idle_minutes") && jdoc_integer(jdoc_get(doc, "idle_minutes")) >= 0 && jdoc_integer(jdoc_get(doc, "idle_minutes")) <= 1440)
		out->idle_minutes = (int)jdoc_integer(jdoc_get(doc, "idle_minutes"));
	take(doc, "language", out->language, sizeof out->language);
	take(doc, "sync_dir", out->sync_dir, sizeof out->sync_dir);
	take(doc, "sync_url", out->sync_url, sizeof out->sync_url);
	take(doc, "position", out->position, sizeof out->position);
	take(doc, "photo", out->photo, sizeof out->photo);
	take(doc, "scale", out->scale, sizeof out->scale);
	jdoc_free(doc);
	return ERR_OK;
}

enum err settings_write(const char *path, const struct settings *s)
{
	struct jdoc *doc = jdoc_object();
	struct buf text = { 0 };
	enum err e;

	jdoc_put_text(doc, "theme", kit_theme_name(s->theme));
	jdoc_put_bool(doc, "mouse", s->mouse);
	jdoc_put_integer(doc, "idle_minutes", s->idle_minutes);
	jdoc_put_text(doc, "language", s->language);
	jdoc_put_text(doc, "sync_dir", s->sync_dir);
	jdoc_put_text(doc, "sync_url", s->sync_url);
	jdoc_put_bool(doc, "sync_by_hand", s->sync_by_hand);
	jdoc_put_text(doc, "position", s->position);
	jdoc_put_text(doc, "photo", s->photo);
	jdoc_put_text(doc, "scale", s->scale);
	e = jdoc_text(doc, 1, &text);
	if (!e)
		e = fs_write(path, text.data, text.len);
	buf_clear(&text);
	jdoc_free(doc);
	return e;
}
