#include "config.h"
#include "forms/fill/choices.h"
#include "forms/fill/settle.h"
#include "forms/fill/source.h"

#include "forms/base/i18n.h"
#include "forms/xlsform/items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The choices of a select are what one expression gives: pyxform's itemset, "instance('list')/root/item[filter]", so that
 * filters, attached files, shuffling and the index behind instance() are all the evaluator's. A plain list needs none. */

/* A select's choices come from... */
enum origin { FROM_LIST, FROM_FILE, FROM_REPEAT, FROM_SEARCH };

static const char *search_call(const struct form_question *q)
{
	const char *at = q->appearance ? strstr(q->appearance, "search(") : NULL;

	return at && strrchr(at, ')') ? at + strlen("search(") : NULL;
}

static enum origin origin_of(const struct form_question *q)
{
	if (q->source)
		return !strncmp(q->source, "${", 2) ? FROM_REPEAT : FROM_FILE;
	return search_call(q) ? FROM_SEARCH : FROM_LIST;
}

static const char *list_name(const struct fill *f, const struct form_question *q)
{
	return q->list == FORM_NONE ? "" : f->form->lists[q->list].name;
}

/* ${name} of the question whose answers are the choices. */
static uint32_t repeat_question(const struct fill *f, uint32_t question)
{
	const char *s = f->form->questions[question].source + 2 + strspn(f->form->questions[question].source + 2, " ");
	size_t len = strcspn(s, "} ");
	char name[256];

	if (len >= sizeof name)
		return FORM_NONE;
	memcpy(name, s, len);
	name[len] = '\0';
	return plan_resolve(f->form, name, question);
}

static enum err repeat_program(struct fill *f, uint32_t question, struct buf *out)
{
	const struct form_question *q = &f->form->questions[question];
	uint32_t of = repeat_question(f, question);

	if (of == FORM_NONE)
		return err_set(ERR_FORMAT, _("题目 %s: 没有名为 %s 的题目可作选项"), q->name, q->source);
	if (f->plan[of].repeat == FORM_NONE) {
		buf_puts(out, q->source);
		return out->err;
	}
	/* the instances, all of them even from within one, and what is answered in each: item_text() */
	buf_printf(out, "${%s}", f->form->questions[f->plan[of].repeat].name);
	if (q->choice_filter)
		buf_printf(out, "[%s]", q->choice_filter);
	return out->err;
}

/* One argument of search(): up to a comma or the closing bracket outside quotes and brackets. */
static size_t argument(const char *s)
{
	int depth = 0;
	char quote = 0;
	size_t n = 0;

	for (; s[n]; n++) {
		if (quote)
			quote = s[n] == quote ? 0 : quote;
		else if (s[n] == '\'' || s[n] == '"')
			quote = s[n];
		else if (s[n] == '(' || s[n] == '[')
			depth++;
		else if ((s[n] == ')' || s[n] == ']') && !depth--)
			break;
		else if (s[n] == ',' && !depth)
			break;
	}
	return n;
}

struct piece { const char *s; int len; };

static size_t split_search(const char *s, struct piece out[6])
{
	size_t count = 0;

	while (count < 6) {
		size_t n;

		s += strspn(s, " ");
		n = argument(s);
		out[count].s = s;
		out[count++].len = (int)n;
		if (s[n] != ',')
			break;
		s += n + 1;
	}
	return count;
}

/* A quoted argument without its quotes. */
static struct piece bare(struct piece p)
{
	while (p.len && p.s[p.len - 1] == ' ')
		p.len--;
	if (p.len >= 2 && (*p.s == '\'' || *p.s == '"')) {
		p.s++;
		p.len -= 2;
	}
	return p;
}

/* The file that search() looks things up in; "" when that is not said. A list of the same name is another thing. */
static const char *search_file(const struct form_question *q, char name[256])
{
	struct piece file = bare((struct piece){ search_call(q), (int)argument(search_call(q)) });

	snprintf(name, 250, "%.*s", file.len, file.s);
	if (*name && !items_is_file(name))
		strcat(name, ".csv");
	return name;
}

/* search('file'[, 'matches'|'contains'|'startswith'|'endswith', 'column', value[, 'column', value]]) */
static enum err search_program(const struct form_question *q, struct buf *out)
{
	struct piece arg[6], how;
	size_t n = split_search(search_call(q), arg);
	char name[256];

	buf_printf(out, "instance('%s')/root/item", search_file(q, name));
	if (n >= 4) {
		how = bare(arg[1]);
		if (how.len == 7 && !strncmp(how.s, "matches", 7))
			buf_printf(out, "[%.*s = %.*s]", bare(arg[2]).len, bare(arg[2]).s, arg[3].len, arg[3].s);
		else
			buf_printf(out, "[%s(%.*s, %.*s)]", how.len && *how.s == 's' ? "starts-with" : how.len && *how.s == 'e' ? "ends-with" : "contains",
			           bare(arg[2]).len, bare(arg[2]).s, arg[3].len, arg[3].s);
	}
	if (n == 6)
		buf_printf(out, "[%.*s = %.*s]", bare(arg[4]).len, bare(arg[4]).s, arg[5].len, arg[5].s);
	return out->err;
}

static bool shuffled(const struct form_question *q, const char **seed, size_t *len)
{
	const char *on = q->parameters ? form_parameter(q->parameters, "randomize", len) : NULL;
	bool yes = on && *len == 4 && !strncmp(on, "true", 4);

	*seed = yes ? form_parameter(q->parameters, "seed", len) : NULL;
	return yes;
}

enum err choices_program(struct fill *f, uint32_t question, struct buf *out)
{
	const struct form_question *q = &f->form->questions[question];
	enum origin from = origin_of(q);
	const char *seed;
	char stem[256];
	size_t len;
	bool mixed = shuffled(q, &seed, &len);
	enum err err = ERR_OK;

	if (from == FROM_LIST && !mixed && !q->choice_filter)
		return ERR_OK;
	if (mixed)
		buf_puts(out, "randomize(");
	if (from == FROM_REPEAT)
		err = repeat_program(f, question, out);
	else if (from == FROM_SEARCH)
		err = search_program(q, out);
	else
		buf_printf(out, "instance('%s')/root/item", from == FROM_FILE ? source_stem(q->source, stem) : list_name(f, q));
	if (q->choice_filter && from != FROM_REPEAT)
		buf_printf(out, "[%s]", q->choice_filter);
	if (mixed && seed)
		buf_printf(out, ", %.*s)", (int)len, seed);
	else if (mixed)
		buf_printf(out, ", %u)", (unsigned)(f->seed % 1000000 + question + 1));
	return err ? err : out->err;
}

/* Columns of a file that hold what is stored and what is shown. */
static const char *value_column(const struct fill *f, const struct form_question *q, bool label, char room[256])
{
	const struct form_list *list = q->list == FORM_NONE ? NULL : &f->form->lists[q->list];
	size_t len = 0;
	const char *given = NULL;

	if (origin_of(q) == FROM_SEARCH && list)
		for (uint32_t i = 0; i < list->count && !given; i++) {
			const struct form_choice *c = &f->form->choices[list->first + i];

			if (c->name && (c->name[0] < '0' || c->name[0] > '9'))
				given = label ? form_text(f->form, &c->label, f->language) : c->name;
		}
	if (given)
		return given;
	given = q->parameters ? form_parameter(q->parameters, label ? "label" : "value", &len) : NULL;
	if ((!given || !len || len > 255) && q->source && items_is_geojson(q->source))
		return label ? "title" : "id";
	if (!given || !len || len > 255)
		return label ? "label" : "name";
	memcpy(room, given, len);
	room[len] = '\0';
	return room;
}

static const char *item_text(struct fill *f, uint32_t question, struct expr_node item, bool label)
{
	const struct form_question *q = &f->form->questions[question];
	uint32_t node, of;
	const char *text;
	char room[256];

	if (host_is_node(item, &node)) {
		of = repeat_question(f, question);
		if (f->nodes[node].flags & NODE_INSTANCE && of != FORM_NONE)
			node = tree_node(f, f->nodes[node].frame, of);
		return f->nodes[node].value ? f->nodes[node].value : "";
	}
	if (source_is_list(f, item))
		return source_cell(f, item, label ? "label" : "name");
	text = source_cell(f, item, value_column(f, q, label, room));
	if (!text && label)
		text = source_cell(f, item, value_column(f, q, false, room));
	return text ? text : "";
}

/* The list of select_one_external may be kept apart (itemsets.csv), and an attached file may not be here: what is answered
 * then is a text like any other. */
bool choices_known(struct fill *f, const struct form_question *q)
{
	struct expr_node root;
	char stem[256];

	if (origin_of(q) == FROM_FILE)
		return source_open(f, source_stem(q->source, stem), &root) == ERR_OK;
	if (origin_of(q) == FROM_SEARCH)
		return source_open(f, search_file(q, stem), &root) == ERR_OK;
	return q->source || (q->list != FORM_NONE && !(q->type_name && strstr(q->type_name, "external")));
}

/* Choices of a list that a search() keeps beside the file's: those named by a number; all when there is no such file. */
static enum err add_fixed(struct fill *f, const struct form_question *q, bool all_of_it, struct expr_nodes *set)
{
	const struct form_list *list = q->list == FORM_NONE ? NULL : &f->form->lists[q->list];
	struct expr_node root;
	struct expr_nodes all = { 0 };
	enum err err = list ? source_open(f, list->name, &root) : ERR_OK;

	if (list && !err) {
		root.b = 1;
		err = source_children(f, root, "item", &all);
	}
	for (size_t i = 0; !err && i < all.count; i++) {
		const char *name = source_cell(f, all.at[i], "name");

		if (name && (all_of_it || (*name >= '0' && *name <= '9')))
			err = expr_nodes_add(set, all.at[i]);
	}
	free(all.at);
	return err;
}

static enum err evaluate(struct fill *f, uint32_t node, struct expr_nodes *set)
{
	uint32_t question = f->nodes[node].question;
	const struct form_question *q = &f->form->questions[question];
	enum err err;

	set->count = 0;
	err = settle_nodes(f, node, f->plan[question].choices);
	if (origin_of(q) == FROM_SEARCH && err != ERR_NOMEM) {
		enum err bad = add_fixed(f, q, err != ERR_OK, set);

		err = bad ? bad : err;
	}
	if (err == ERR_FORMAT || err == ERR_UNSUPPORTED || err == ERR_NOTFOUND)
		return ERR_OK;
	for (size_t i = 0; !err && f->value.kind == EXPR_NODES && i < f->value.nodes.count; i++)
		if (f->value.nodes.at[i].a != 1 || *item_text(f, question, f->value.nodes.at[i], false))
			err = expr_nodes_add(set, f->value.nodes.at[i]);
	return err;
}

enum err fill_choices(struct fill *f, fill_node n, uint32_t *count)
{
	const struct form_question *q = fill_question(f, n);
	enum err err = ERR_OK;

	*count = 0;
	f->shown.node = n;
	f->shown.set.count = 0;
	if (!q || !form_is_select(q->type))
		return ERR_OK;
	if (f->plan[f->nodes[n].question].choices) {
		err = evaluate(f, n, &f->shown.set);
		*count = (uint32_t)f->shown.set.count;
	} else if (q->list != FORM_NONE) {
		*count = f->form->lists[q->list].count;
	}
	return err;
}

enum err fill_choice(struct fill *f, fill_node n, uint32_t i, const char **name, const char **label)
{
	const struct form_question *q = fill_question(f, n);
	uint32_t question = q ? f->nodes[n].question : 0, count;
	enum err err = q && f->shown.node != n ? fill_choices(f, n, &count) : ERR_OK;
	const char *text;

	*name = *label = "";
	if (err || !q)
		return err;
	if (f->plan[question].choices && i < f->shown.set.count) {
		*name = item_text(f, question, f->shown.set.at[i], false);
		text = item_text(f, question, f->shown.set.at[i], true);
	} else if (!f->plan[question].choices && q->list != FORM_NONE && i < f->form->lists[q->list].count) {
		const struct form_choice *c = &f->form->choices[f->form->lists[q->list].first + i];

		*name = c->name ? c->name : "";
		text = form_text(f->form, &c->label, f->language);
	} else {
		return err_set(ERR_NOTFOUND, _("没有第 %u 个选项"), i + 1);
	}
	*label = *text ? text : *name;
	if (!strstr(*label, "${"))
		return ERR_OK;
	buf_reset(&f->label);
	err = text_fill(f, n, *label, &f->label);
	*label = buf_str(&f->label);
	return err;
}

bool fill_lacks_choices(struct fill *f, fill_node n)
{
	const struct form_question *q = fill_question(f, n);
	uint32_t count = 0;

	return q && form_is_select(q->type) && !choices_known(f, q) && !fill_choices(f, n, &count) && !count;
}

/* Is the whole table on offer, so that its index can be asked? */
static bool unfiltered(const struct form_question *q)
{
	return !q->choice_filter && (origin_of(q) == FROM_LIST || origin_of(q) == FROM_FILE);
}

static enum err find_item(struct fill *f, uint32_t question, const char *name, struct expr_nodes *out)
{
	const struct form_question *q = &f->form->questions[question];
	struct expr_node root;
	char stem[256], room[256];
	enum err err;

	if (origin_of(q) == FROM_SEARCH)
		search_file(q, stem);
	else if (origin_of(q) == FROM_FILE)
		source_stem(q->source, stem);
	else
		snprintf(stem, sizeof stem, "%s", list_name(f, q));
	err = *stem ? source_open(f, stem, &root) : ERR_NOTFOUND;
	root.b = 1;
	if (!err)
		err = source_matching(f, root, "item", value_column(f, q, false, room), name, out);
	return err == ERR_NOTFOUND ? ERR_OK : err;
}

static bool among(struct fill *f, uint32_t question, const struct expr_nodes *set, const char *name, size_t len)
{
	for (size_t i = 0; i < set->count; i++) {
		const char *one = item_text(f, question, set->at[i], false);

		if (strlen(one) == len && !memcmp(one, name, len))
			return true;
	}
	return false;
}

enum err choices_hold(struct fill *f, uint32_t node, const char *name, size_t len, bool *out)
{
	uint32_t question = f->nodes[node].question;
	struct expr_nodes set = { 0 };
	char plain[256];
	enum err err;

	*out = false;
	if (len >= sizeof plain)
		return ERR_OK;
	memcpy(plain, name, len);
	plain[len] = '\0';
	if (unfiltered(&f->form->questions[question])) {
		err = find_item(f, question, plain, &set);
		*out = set.count > 0;
	} else {
		err = evaluate(f, node, &set);
		*out = !err && among(f, question, &set, name, len);
	}
	free(set.at);
	return err;
}

enum err choices_clear(struct fill *f, uint32_t node)
{
	const char *value = f->nodes[node].value, *s = value;
	struct expr_nodes set = { 0 };
	struct buf kept = { 0 };
	enum err err;

	if (!value || !choices_known(f, &f->form->questions[f->nodes[node].question]))
		return ERR_OK;
	err = evaluate(f, node, &set);
	for (size_t len; !err && *(s += strspn(s, " ")); s += len) {
		len = f->form->questions[f->nodes[node].question].type == FORM_SELECT_ONE ? strlen(s) : strcspn(s, " ");
		if (among(f, f->nodes[node].question, &set, s, len)) {
			if (kept.len)
				buf_putc(&kept, ' ');
			buf_put(&kept, s, len);
		}
	}
	if (!err)
		err = kept.err ? kept.err : settle_store(f, node, buf_str(&kept));
	buf_clear(&kept);
	free(set.at);
	return err;
}

enum err choices_label(struct fill *f, uint32_t question, uint32_t near, const char *value, struct buf *out)
{
	struct expr_nodes set = { 0 };
	const char *label = value;
	enum err err;

	if (!form_is_select(f->form->questions[question].type))
		return ERR_OK;
	err = origin_of(&f->form->questions[question]) == FROM_REPEAT ? ERR_OK : find_item(f, question, value, &set);
	if (!err && set.count)
		label = item_text(f, question, set.at[0], true);
	else if (origin_of(&f->form->questions[question]) != FROM_REPEAT)
		label = "";
	if (!err)
		err = text_fill(f, near, label, out);
	free(set.at);
	return err;
}
