/* A new version of the pack for every device: read and checked whole, every mistake told with file, row and column; published
 * only after the person saw what it replaces. */
#include "config.h"
#include "tui/screens/desk/town.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/pack/changes.h"
#include "forms/pack/check.h"
#include "sync/exchange/trust/enrol.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/choice.h"
#include "tui/kit/pager.h"
#include "tui/kit/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was read, between the question and its answer. */
static struct { struct app *app; struct pack *pack; struct buf faults; uint32_t errors, warnings, orphans, changes; } ready;

static void forget(void)
{
	pack_free(ready.pack);
	ready.pack = NULL;
	ready.errors = ready.warnings = ready.orphans = ready.changes = 0;
	buf_clear(&ready.faults);
}

static void note(void *user, const struct pack_fault *f)
{
	(void)user;
	*(f->warning ? &ready.warnings : &ready.errors) += 1;
	ready.orphans += f->orphans;
	buf_puts(&ready.faults, f->warning ? _("提醒: ") : _("错误: "));
	buf_puts(&ready.faults, f->file ? f->file : "");
	if (f->row)
		buf_printf(&ready.faults, _(" 第 %u 行"), f->row);
	if (f->column)
		buf_printf(&ready.faults, _(" %s 列"), f->column);
	buf_printf(&ready.faults, "\n  %s\n", f->message);
}

static void change(void *user, const char *line)
{
	(void)user;
	ready.changes++;
	buf_printf(&ready.faults, "%s\n", line);
}

static enum err publish(struct app *app)
{
	struct buf bytes = { 0 };
	enum err e = pack_encode(ready.pack, &bytes);

	if (!e)
		e = enrol_publish(app->profile, ready.pack->id, ready.pack->version, bytes.data, bytes.len);
	if (!e)
		e = profile_pack_current(app->profile, &app->pack);
	buf_clear(&bytes);
	return e;
}

static enum kit_next confirmed(struct kit_view *below, struct kit_view *self)
{
	struct kit_view *pager = NULL;
	int i = kit_choice_answer(self);
	enum err e;

	if (i == 1)
		pager = kit_pager_new(_("检查清单包"), buf_str(&ready.faults));
	if (i == 0)
		kit_say_now(_("正在发布…"));
	if (i == 0 && (e = publish(ready.app)))
		kit_say_error(e);
	else if (i == 0)
		kit_say(KIT_GOOD, _("已发布 %s %s: 设备下次同步后使用"), ready.pack->id, ready.pack->version);
	forget();
	return pager ? kit_open(below, pager) : KIT_STAY;
}

/* What it would do, and the question. Publishing what hides old answers is never the answer that Enter gives at once. */
static enum kit_next ask(struct kit_view *below)
{
	const struct pack *now = ready.app->pack;
	struct kit_option options[] = { { ready.orphans ? _("照样发布") : _("发布"), NULL, false }, { _("先看改动和提醒"), NULL, false }, { _("不发布"), NULL, true } };
	struct buf text = { 0 };
	struct kit_view *choice;

	buf_printf(&text, _("新的: %s %s\n现在的: %s %s\n没有错误, %u 处改动, %u 条提醒。发布后设备下次同步就用它; 旧记录仍按旧版显示。"), ready.pack->id, ready.pack->version,
	           now ? now->id : "-", now ? now->version : "", ready.changes, ready.warnings);
	if (ready.orphans)
		buf_printf(&text, _("\n有 %u 处会让旧记录里的内容看不到: 先看清楚。"), ready.orphans);
	choice = kit_choice_new(_("发布清单包"), buf_str(&text), options, 3, false, confirmed);
	buf_clear(&text);
	return kit_open(below, choice);
}

static enum kit_next folder_given(struct kit_view *below, struct kit_view *self)
{
	const char *dir = kit_prompt_answer(self);
	enum err e;

	if (!dir || !*dir)
		return KIT_STAY;
	forget();
	kit_say_now(_("正在检查清单包…"));
	e = pack_check(dir, ready.app->pack, note, NULL, &ready.pack);
	if (!e && ready.app->pack)
		e = pack_changes(ready.app->pack, ready.pack, change, NULL);
	if (e) {
		struct kit_view *pager = ready.errors ? kit_pager_new(_("没有发布: 清单包有错"), buf_str(&ready.faults)) : NULL;

		kit_say_error(e);
		forget();
		return pager ? kit_open(below, pager) : KIT_STAY;
	}
	kit_say(KIT_PLAIN, "%s", "");
	return ask(below);
}

const char *screen_publish_shipped(void)
{
	static char dir[512];
	const char *data = getenv("XUNCHA_DATADIR");

	snprintf(dir, sizeof dir, "%s/catalog", data && *data ? data : PKGDATADIR);
	return fs_is_dir(dir) ? dir : "";
}

/* The first one is most often the one that came with the program; who has one keeps its own elsewhere. */
struct kit_view *screen_publish_new(struct app *app)
{
	ready.app = app;
	return kit_prompt_new(_("发布清单包"), _("清单包的文件夹, 里面有 pack.csv。先检查, 再问一次。"), app->pack ? "" : screen_publish_shipped(), folder_given);
}
