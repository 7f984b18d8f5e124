#include "config.h"
#include "sync/town/notice.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "sync/keys/roster.h"
#include "sync/ledger/log/looked.h"
#include "sync/ledger/profile/profile.h"
#include "sync/town/html.h"
#include "sync/town/lines.h"
#include "sync/town/notice_own.h"
#include "sync/town/notice_style.h"

#include <stdlib.h>
#include <string.h>

/* --- which paper --- */

/* Nobody unlocked on an office's machine is the office itself. */
static bool may_print(const struct profile *p, const struct pack_paper *paper)
{
	if (!paper->roles)
		return true;
	return p->identity ? keys_roster_has_role(p->roster, p->writer, paper->roles) : p->office && (paper->roles & PACK_TOWN);
}

static enum err fits(struct profile *p, const struct pack *pk, const struct row *r, const struct pack_paper *paper, bool *out)
{
	*out = !strcmp(pk->registers[paper->reg].id, r->reg);
	return *out && paper->where ? row_test(p, r, paper->where, out) : ERR_OK;
}

static enum err choose(struct profile *p, const struct pack *pk, const struct row *r, const char *id, const struct pack_paper **out)
{
	uint32_t at = id ? pack_find_paper(pk, id) : PACK_NONE;
	bool denied = false, fit;
	enum err e;

	if (id && at == PACK_NONE)
		return err_set(ERR_NOTFOUND, _("没有打印件 %s; 有哪些见清单包的 papers.csv"), id);
	for (uint32_t i = 0; i < pk->paper_count; i++) {
		const struct pack_paper *paper = &pk->papers[i];

		if (id && i != at)
			continue;
		if ((e = fits(p, pk, r, paper, &fit)))
			return e;
		if (fit && may_print(p, paper)) {
			*out = paper;
			return ERR_OK;
		}
		denied = denied || fit;
	}
	if (denied)
		return err_set(ERR_DENIED, _("这份文书要由乡镇打印; 网格员留给当事人的是告知单"));
	return id ? err_set(ERR_NOTFOUND, _("%s 不适用于这一行"), pk->papers[at].title) : err_set(ERR_NOTFOUND, _("登记簿 %s 的这一行没有可打印的文书"), r->reg);
}

enum err notice_papers(struct profile *p, const struct row *r, uint32_t out[NOTICE_PAPERS_MAX], uint32_t *count)
{
	const struct pack *pk;
	enum err e = profile_pack_current(p, &pk);
	bool fit;

	*count = 0;
	for (uint32_t i = 0; !e && i < pk->paper_count && *count < NOTICE_PAPERS_MAX; i++)
		if (!(e = fits(p, pk, r, &pk->papers[i], &fit)) && fit && may_print(p, &pk->papers[i]))
			out[(*count)++] = i;
	return e;
}

/* --- the page --- */

/* Who printed it, when, and whether what it says of persons is whole. */
static void put_made(struct notice *n)
{
	const struct keys_writer *me = n->profile->identity ? keys_roster_find(n->profile->roster, n->profile->writer) : NULL;
	char now[32];

	clock_format_time(clock_wall(), n->pack->utc_offset, now);
	now[10] = ' ';
	now[16] = '\0';
	buf_puts(n->out, "<p class=\"made\">");
	buf_printf(n->out, "打印：%s", now);
	if (me) {
		buf_puts(n->out, "  ");
		html_text(n->out, me->label);
	}
	buf_puts(n->out, "　");
	html_text(n->out, n->full ? "含个人信息，谁打印已有记录；用后按规定保管、销毁。" : "个人信息已遮盖。");
	buf_puts(n->out, "</p>\n");
}

static enum err save(const char *path, const struct buf *page)
{
	struct lines file;
	enum err e = lines_open(&file, path);

	if (!e)
		buf_put(&file.text, page->data, page->len);
	return lines_close(&file, e ? e : page->err);
}

static void put_org(const struct profile *p, struct buf *out)
{
	const struct keys_root *root = keys_roots_newest(&p->roots);

	if (!root)
		return;
	buf_puts(out, "<p class=\"org\">");
	html_text(out, root->name);
	buf_puts(out, "</p>\n");
}

static enum err print(struct notice *n, const char *path)
{
	enum err e;

	html_begin(n->out, n->paper->title, notice_style);
	buf_puts(n->out, "<main>\n");
	put_org(n->profile, n->out);
	buf_puts(n->out, "<h1>");
	html_text(n->out, n->paper->title);
	buf_puts(n->out, "</h1>\n");
	if ((e = notice_parts(n)))
		return e;
	put_made(n);
	buf_puts(n->out, "</main>\n");
	html_end(n->out);
	/* Who has seen it is on record before the file is there. */
	if (n->full && (e = looked_record(n->profile, n->seen, n->seen_count, 3)))
		return e;
	return save(path, n->out);
}

enum err notice_row(struct profile *p, const struct row_id *row, const char *id, const struct notice_how *how, const char *path, const char **title)
{
	struct notice *n = calloc(1, sizeof *n);
	struct buf out = { 0 };
	struct row r = { 0 };
	enum err e;

	if (!n)
		return err_set(ERR_NOMEM, "%s", path);
	*n = (struct notice){ .profile = p, .row = &r, .full = how->full, .out = &out, .photos = { .profile = p, .scale = how->scale } };
	if (how->full && !p->identity)
		e = looked_record(p, NULL, 0, 3);
	else if (!(e = profile_pack_current(p, &n->pack)) && !(e = row_read(p, row, &r)) && !(e = choose(p, n->pack, &r, id, &n->paper))) {
		n->photos.pack = n->pack;
		e = print(n, path);
	}
	if (!e && title)
		*title = n->paper->title;
	row_clear(&r);
	buf_clear(&out);
	free(n);
	return e;
}

enum err notice_cards(struct profile *p, const char *path, uint32_t *count)
{
	const struct pack *pk;
	struct buf out = { 0 };
	enum err e = profile_pack_current(p, &pk);

	if (e)
		return e;
	html_begin(&out, "应急处置卡", notice_style);
	buf_puts(&out, "<main class=\"cards\">\n");
	for (uint32_t i = 0; i < pk->card_count; i++) {
		buf_puts(&out, "<section class=\"card\"><h2>");
		html_text(&out, pk->cards[i].title.zh);
		buf_puts(&out, "</h2><pre>");
		html_lines(&out, pk->cards[i].text);
		buf_puts(&out, "</pre></section>\n");
	}
	buf_puts(&out, "</main>\n");
	html_end(&out);
	e = save(path, &out);
	*count = pk->card_count;
	buf_clear(&out);
	return e;
}
