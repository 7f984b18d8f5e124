#include "config.h"
#include "forms/pack/read.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "forms/pack/cond.h"
#include "forms/pack/due.h"

#include <stdio.h>
#include <string.h>

/* ---- workflow.csv ---- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* A step again is an alternative of the one before: it goes in right behind it, and moves the same field to the same value. */
static struct pack_step *add_step(struct read *r, const struct pack_step *s)
{
	struct pack *p = r->pack;
	uint32_t first = pack_find_step(p, s->reg, s->id), at = p->step_count, row;

	if (!read_add(r, READ_STEPS, &p->steps, &p->step_count, sizeof *p->steps))
		return NULL;
	if (first != PACK_NONE) {
		if (p->steps[first].field != s->field)
			read_fault(r, "field", _("步骤 %s 的各行要动同一个字段"), s->id);
		if (!same_text(p->steps[first].to, s->to))
			read_fault(r, "to", _("步骤 %s 的各行要到同一个值"), s->id);
		for (at = first + 1; at < p->step_count - 1 && p->steps[at].reg == s->reg && !strcmp(p->steps[at].id, s->id); )
			at++;
		row = r->rows[READ_STEPS][p->step_count - 1];
		memmove(&p->steps[at + 1], &p->steps[at], (p->step_count - 1 - at) * sizeof *p->steps);
		memmove(&r->rows[READ_STEPS][at + 1], &r->rows[READ_STEPS][at], (p->step_count - 1 - at) * sizeof *r->rows[READ_STEPS]);
		r->rows[READ_STEPS][at] = row;
	}
	p->steps[at] = *s;
	return &p->steps[at];
}

static void step_line(struct read *r, struct pack_table *t)
{
	struct pack_step s = { .reg = read_register(r, t, "register"), .id = read_id(r, t, "step") };
	const char *field = pack_table_get(t, "field");

	if (s.reg == PACK_NONE || !s.id)
		return;
	if ((s.field = pack_find_field(&r->pack->registers[s.reg], field)) == PACK_NONE) {
		read_fault(r, "field", _("登记簿 %s 没有字段 \"%s\" (fields.csv)"), r->pack->registers[s.reg].id, field);
		return;
	}
	s.label = read_names(r, t);
	s.form = read_string(r, pack_table_get(t, "form"));
	s.from = read_words(r, pack_table_get(t, "from"));
	s.to = read_string(r, pack_table_get(t, "to"));
	s.when = read_string(r, pack_table_get(t, "when"));
	s.roles = read_roles(r, t, "roles");
	s.on_behalf = read_roles(r, t, "on_behalf");
	s.not_same_person_as = read_words(r, pack_table_get(t, "not_same_person_as"));
	s.needs = read_string(r, pack_table_get(t, "needs"));
	s.due = read_string(r, pack_table_get(t, "due"));
	s.source = read_string(r, pack_table_get(t, "source"));
	if (!s.from)
		read_fault(r, "from", _("没写从哪个状态开始; new 是新建时, none 是还没有值, * 是任何"));
	if (!s.to)
		read_fault(r, "to", _("没写到哪个状态; = 表示由表单给出"));
	if (!s.roles)
		read_fault(r, "roles", _("没写谁可以做"));
	if (cond_check(s.when))
		read_fault(r, "when", "%s", err_detail());
	if (s.from && s.to)
		add_step(r, &s);
}

/* ---- duties.csv ---- */

static void duty_line(struct read *r, struct pack_table *t)
{
	struct pack_duty d = { .id = read_id(r, t, "id") }, *line;
	struct due_rule rule;

	if (!d.id)
		return;
	for (uint32_t i = 0; i < r->pack->duty_count; i++)
		if (!strcmp(r->pack->duties[i].id, d.id))
			read_fault(r, "id", _("职责 \"%s\" 写了两次 (第 %u 行)"), d.id, r->rows[READ_DUTIES][i]);
	d.label = read_names(r, t);
	if (read_register(r, t, "subject_register") == PACK_NONE || read_register(r, t, "counts_register") == PACK_NONE)
		return;
	d.subject_register = read_string(r, pack_table_get(t, "subject_register"));
	d.subject_filter = read_string(r, pack_table_get(t, "subject_filter"));
	d.counts_register = read_string(r, pack_table_get(t, "counts_register"));
	d.counts_filter = read_string(r, pack_table_get(t, "counts_filter"));
	d.period = read_string(r, pack_table_get(t, "period"));
	d.season = read_string(r, pack_table_get(t, "season"));
	d.risk = read_string(r, pack_table_get(t, "risk"));
	d.from = read_string(r, pack_table_get(t, "from"));
	d.source = read_string(r, pack_table_get(t, "source"));
	d.param = read_string(r, pack_table_get(t, "param"));
	if (!read_number(pack_table_get(t, "n"), 1000, &d.n))
		read_fault(r, "n", _("\"%s\" 不是次数"), pack_table_get(t, "n"));
	else if (due_rule(r->pack, &d, &rule))
		read_fault(r, "period", "%s", err_detail());
	if ((line = read_add(r, READ_DUTIES, &r->pack->duties, &r->pack->duty_count, sizeof *line)))
		*line = d;
}

void read_rules(struct read *r)
{
	read_table(r, "workflow", false, step_line);
	read_table(r, "duties", false, duty_line);
}

/* ---- cards/ ---- */

enum { CARD_LINES = 14, CARD_COLUMNS = 40 };

/* The rest of the card after its title: every line must fit the smallest screen. The title is the first of the lines. */
static void check_card(struct read *r, const char *text)
{
	uint32_t line = 1;

	for (const char *s = text; *s; ) {
		size_t len = strcspn(s, "\n");
		char one[512];

		snprintf(one, sizeof one, "%.*s", (int)len, s);
		r->row = ++line;
		if (text_width(one) > CARD_COLUMNS)
			read_fault(r, NULL, _("这一行有 %d 列宽, 最多 %d 列 (一个汉字两列)"), text_width(one), CARD_COLUMNS);
		s += len + (s[len] == '\n');
	}
	r->row = 0;
	if (line > CARD_LINES)
		read_fault(r, NULL, _("处置卡有 %u 行, 最多 %d 行"), line, CARD_LINES);
}

/* "# 标题 | title" and what stands under it. `text` is ours to cut up. */
static void add_card(struct read *r, const char *id, char *text)
{
	struct pack_card *card = read_add(r, READ_ROWS, &r->pack->cards, &r->pack->card_count, sizeof *card);
	char *body = strchr(text, '\n'), *en;

	if (!card)
		return;
	if (body)
		*body++ = '\0';
	if (text_width(text + 2) > CARD_COLUMNS)
		read_fault(r, NULL, _("标题太宽, 最多 %d 列"), CARD_COLUMNS);
	if ((en = strchr(text, '|')))
		*en++ = '\0';
	card->id = read_string(r, id);
	card->title.zh = read_string(r, text_trim(text + 2));
	card->title.zh = card->title.zh ? card->title.zh : card->id;
	card->title.en = en ? read_string(r, text_trim(en)) : NULL;
	card->title.en = card->title.en ? card->title.en : card->title.zh;
	card->text = body ? read_string(r, body) : NULL;
	card->text = card->text ? card->text : "";
	check_card(r, card->text);
}

/* Drop what office programs leave at line ends, and blank lines at the end of the card. */
static void tidy(struct buf *text)
{
	size_t kept = 0;

	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] != '\r')
			text->data[kept++] = text->data[i];
	buf_cut(text, kept);
	while (text->len && text->data[text->len - 1] == '\n')
		buf_cut(text, text->len - 1);
}

static enum err card_file(void *user, const char *name)
{
	struct read *r = user;
	size_t len = strlen(name);
	struct buf path = { 0 }, text = { 0 };
	char file[160], id[160];
	enum err e;

	if (len < 4 || len > 120 || strcmp(name + len - 3, ".md"))
		return ERR_OK;
	snprintf(file, sizeof file, "cards/%s", name);
	snprintf(id, sizeof id, "%.*s", (int)len - 3, name);
	r->file = file;
	r->row = 0;
	if ((e = fs_read(fs_path(&path, r->dir, file), READ_CARD_MAX, &text)))
		read_fault_of(r, NULL, e);
	else if (!text_valid(buf_str(&text), text.len))
		read_fault(r, NULL, _("不是 UTF-8 文字; 另存为 UTF-8"));
	else if (strncmp(buf_str(&text), "# ", 2))
		read_fault(r, NULL, _("第一行要是标题: # 标题 | title"));
	else {
		tidy(&text);
		add_card(r, id, text.data);
	}
	r->file = "";
	buf_clear(&path);
	buf_clear(&text);
	return ERR_OK;
}

void read_cards(struct read *r)
{
	struct buf dir = { 0 };
	enum err e = fs_list(fs_path(&dir, r->dir, "cards"), READ_FILES_MAX, card_file, r);

	if (e) {
		r->file = "cards";
		read_fault_of(r, NULL, e);
	}
	buf_clear(&dir);
}
