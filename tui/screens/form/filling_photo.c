/* Pictures and other files of a form that is being filled: sealed beside its draft, until the record is kept. */
#include "config.h"
#include "tui/screens/form/filling.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/exchange/attach/along.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/draft.h"
#include "tui/screens/device/outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What makes a picture small: the settings', else the environment's. */
static const char *scaler(const struct filling *f)
{
	return *f->app->settings.scale ? f->app->settings.scale : getenv("XUNCHA_SCALE");
}

/* In the clear, since it could not be sealed when it was taken. */
static bool is_the_cameras(const struct filling *f, const char *path)
{
	struct buf photos = { 0 };
	size_t n = strlen(profile_path(f->app->profile, "photos", &photos));
	bool is = !strncmp(path, buf_str(&photos), n) && path[n] == '/' && !strchr(path + n + 1, '/');

	buf_clear(&photos);
	return is;
}

enum err filling_photo(struct filling *f, const char *path, struct buf *name)
{
	enum err e = along_take(f->app->profile, draft_about(f->draft)->id, path, scaler(f), name);

	if (!e && is_the_cameras(f, path))
		fs_remove(path);
	return e;
}

enum err filling_take(struct filling *f, fill_node n, struct buf *value)
{
	enum form_type type = fill_question(f->fill, n)->type;
	uint64_t draft = draft_about(f->draft)->id;
	struct buf name = { 0 };
	enum err e;

	if (type < FORM_IMAGE || type > FORM_SIGNATURE || !value->len || along_has(f->app->profile, draft, buf_str(value)))
		return ERR_OK;
	e = filling_photo(f, buf_str(value), &name);
	if (!e) {
		buf_reset(value);
		buf_puts(value, buf_str(&name));
	}
	buf_clear(&name);
	return e;
}

/* The camera writes in the clear; what it wrote is sealed and goes. What could not be sealed for want of room may be a moment that
 * does not come again: it stays, and is what the person is asked for next. */
enum err filling_shoot(struct filling *f, struct buf *name)
{
	struct buf photos = { 0 }, to = { 0 }, printed = { 0 };
	char file[40];
	enum err e;

	snprintf(file, sizeof file, "p%013lld.jpg", (long long)app_ms(f->app));
	fs_path(&to, profile_path(f->app->profile, "photos", &photos), file);
	e = fs_make_dir(buf_str(&photos));
	if (!e)
		e = outside_run(f->app->settings.photo, buf_str(&to), &printed);
	if (!e && !fs_exists(buf_str(&to)))
		e = err_set(ERR_NOTFOUND, _("拍照的命令没有写出 %s"), buf_str(&to));
	if (!e)
		e = filling_photo(f, buf_str(&to), name);
	if (e == ERR_LIMIT) {
		fs_remove(buf_str(&to));
	} else if (e && fs_exists(buf_str(&to))) {
		e = err_set(e, _("照片拍下了, 但没能封存: 腾出空间后按 Enter 再附 (%s)"), err_text(e));
		buf_puts(name, buf_str(&to));
	}
	buf_clear(&photos);
	buf_clear(&to);
	buf_clear(&printed);
	return e;
}
