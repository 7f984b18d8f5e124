#include "config.h"
#include "tui/screens/rows/paper.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/ledger/profile/profile.h"
#include "sync/town/notice.h"
#include "tui/kit/choice.h"
#include "tui/kit/prompt.h"

#include <stdio.h>
#include <stdlib.h>

/* What has been answered, between one question and the next. */
static struct { struct app *app; struct row_id id; uint32_t papers[NOTICE_PAPERS_MAX], count; char paper[64], file[512]; bool full; } asked;

bool paper_offered(struct app *app, const struct row *row)
{
	uint32_t papers[NOTICE_PAPERS_MAX], count = 0;

	return !notice_papers(app->profile, row, papers, &count) && count;
}

static enum kit_next path_given(struct kit_view *below, struct kit_view *self)
{
	const char *path = kit_prompt_answer(self);
	struct settings *s = &asked.app->settings;
	const struct notice_how how = { .full = asked.full, .scale = *s->scale ? s->scale : getenv("XUNCHA_SCALE") };
	enum err e;

	if (!path || !*path)
		return KIT_STAY;
	e = fs_exists(path) ? err_set(ERR_DENIED, _("%s 已经有了: 换一个名字"), path) : notice_row(asked.app->profile, &asked.id, asked.paper, &how, path, NULL);
	if (e)
		kit_say_error(e);
	else
		kit_say(KIT_GOOD, _("已写成 %s: 用浏览器打开, 选 A4 打印"), path);
	return e ? kit_prompt_again(below, self) : KIT_STAY;
}

static enum kit_next mask_chosen(struct kit_view *below, struct kit_view *self)
{
	int how = kit_choice_answer(self);

	if (how == KIT_CHOICE_NONE)
		return KIT_STAY;
	asked.full = how == 1;
	return kit_open(below, kit_prompt_new(_("写到哪里"), _("一个网页文件, 照片在里面; 用浏览器打开打印"), asked.file, path_given));
}

static enum kit_next ask_mask(struct kit_view *below, const struct pack_paper *paper)
{
	const struct kit_option options[] = { { .label = _("姓名电话遮住"), .on = true }, { .label = _("写全, 印手写签名 (会记下谁印过)") } };
	const char *dir = *asked.app->settings.sync_dir ? asked.app->settings.sync_dir : getenv("HOME");
	struct buf number = { 0 };
	struct row row = { .number = 0 };

	if (!row_read(asked.app->profile, &asked.id, &row))
		row_number(asked.app->profile, &row, &number);
	row_clear(&row);
	snprintf(asked.paper, sizeof asked.paper, "%s", paper->id);
	snprintf(asked.file, sizeof asked.file, "%s/%s-%s.html", dir ? dir : ".", paper->title, buf_str(&number));
	buf_clear(&number);
	return kit_open(below, kit_choice_new(paper->title, NULL, options, 2, false, mask_chosen));
}

static enum kit_next paper_chosen(struct kit_view *below, struct kit_view *self)
{
	int i = kit_choice_answer(self);
	const struct pack *pack = asked.app->pack;

	if (i < 0 || (uint32_t)i >= asked.count || asked.papers[i] >= pack->paper_count)
		return KIT_STAY;
	return ask_mask(below, &pack->papers[asked.papers[i]]);
}

enum kit_next paper_print(struct kit_view *below, struct app *app, const struct row_id *id)
{
	struct kit_option options[NOTICE_PAPERS_MAX] = { { .label = NULL } };
	struct row row = { .number = 0 };
	enum err e;

	asked.app = app;
	asked.id = *id;
	asked.count = 0;
	if (!(e = row_read(app->profile, id, &row)))
		e = notice_papers(app->profile, &row, asked.papers, &asked.count);
	row_clear(&row);
	if (e)
		kit_say_error(e);
	if (e || !asked.count)
		return KIT_STAY;
	if (asked.count == 1)
		return ask_mask(below, &app->pack->papers[asked.papers[0]]);
	for (uint32_t i = 0; i < asked.count; i++)
		options[i].label = app->pack->papers[asked.papers[i]].title;
	return kit_open(below, kit_choice_new(_("打印哪一种"), NULL, options, asked.count, false, paper_chosen));
}
