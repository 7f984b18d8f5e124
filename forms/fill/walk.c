#include "config.h"
#include "forms/fill/tree.h"

#include <stdlib.h>
#include <string.h>

/* Order of the record: a group or an instance before what is in it, a repeat's own node after its instances. */

static uint32_t frame_start(const struct fill *f, uint32_t frame)
{
	uint32_t repeat = f->frames[frame].repeat;

	return repeat == FORM_NONE ? 0 : repeat + 1;
}

static uint32_t frame_end(const struct fill *f, uint32_t frame)
{
	uint32_t repeat = f->frames[frame].repeat;

	return repeat == FORM_NONE ? f->form->question_count : f->form->questions[repeat].end;
}

/* Where question `q` of a frame begins: a repeat with its first instance. */
static uint32_t begin(const struct fill *f, uint32_t frame, uint32_t q)
{
	uint32_t node = tree_node(f, frame, q);
	const struct list *l = f->nodes[node].list;

	return l && l->count ? f->frames[l->at[0]].base : node;
}

/* What follows when all of `node` has been passed. */
static uint32_t after(const struct fill *f, uint32_t node)
{
	uint32_t frame = f->nodes[node].frame, q = f->nodes[node].question;
	uint32_t next = f->nodes[node].flags & NODE_INSTANCE || q == FORM_NONE ? frame_end(f, frame) : f->form->questions[q].end;
	const struct list *l;

	if (next < frame_end(f, frame))
		return begin(f, frame, next);
	if (frame == ROOT_FRAME)
		return FILL_NO_NODE;
	l = f->nodes[f->frames[frame].container].list;
	if (f->frames[frame].position + 1 < l->count)
		return f->frames[l->at[f->frames[frame].position + 1]].base;
	return f->frames[frame].container;
}

static uint32_t successor(const struct fill *f, uint32_t node)
{
	const struct node *n = &f->nodes[node];
	bool holds = n->question == FORM_NONE || n->flags & NODE_INSTANCE || f->form->questions[n->question].type == FORM_GROUP;
	uint32_t first = n->question == FORM_NONE ? 0 : n->question + 1;
	uint32_t end = n->question == FORM_NONE ? f->form->question_count : f->form->questions[n->question].end;

	if (holds && first < end && n->flags & NODE_RELEVANT)
		return begin(f, n->frame, first);
	return after(f, node);
}

static uint32_t last_of(const struct fill *f, uint32_t frame);

/* What comes right before question `q` of a frame. */
static uint32_t before(const struct fill *f, uint32_t frame, uint32_t q)
{
	uint32_t back;

	if (q == frame_start(f, frame))
		return f->frames[frame].base;
	for (back = q - 1; f->plan[back].repeat != f->frames[frame].repeat; )
		back = f->plan[back].repeat;
	return tree_node(f, frame, back);
}

static uint32_t last_of(const struct fill *f, uint32_t frame)
{
	return before(f, frame, frame_end(f, frame));
}

static uint32_t predecessor(const struct fill *f, uint32_t node)
{
	const struct node *n = &f->nodes[node];
	uint32_t container;

	if (n->question == FORM_NONE)
		return FILL_NO_NODE;
	if (n->list && n->list->count)
		return last_of(f, n->list->at[n->list->count - 1]);
	if (!(n->flags & NODE_INSTANCE))
		return before(f, n->frame, n->question);
	container = f->frames[n->frame].container;
	if (f->frames[n->frame].position)
		return last_of(f, f->nodes[container].list->at[f->frames[n->frame].position - 1]);
	return before(f, f->nodes[container].frame, n->question);
}

static bool has_word(const char *appearance, const char *word)
{
	const char *at = appearance ? strstr(appearance, word) : NULL;

	return at && (at == appearance || at[-1] == ' ') && (!at[strlen(word)] || at[strlen(word)] == ' ');
}

/* Has the node a place on the screen? */
static bool is_stop(const struct fill *f, uint32_t node)
{
	const struct node *n = &f->nodes[node];
	const struct form_question *q;

	if (n->question == FORM_NONE || !(n->flags & NODE_RELEVANT))
		return false;
	q = &f->form->questions[n->question];
	if (n->flags & NODE_REPEAT)
		return !f->plan[n->question].program[COMPUTE_COUNT];
	if (n->flags & NODE_INSTANCE)
		return has_word(q->appearance, "field-list");
	if (q->type == FORM_GROUP)
		return has_word(q->appearance, "field-list") || *form_text(f->form, &q->label, f->language);
	return form_is_asked(q->type) && !has_word(q->appearance, "hidden");
}

fill_node fill_next(const struct fill *f, fill_node at)
{
	while (at < f->node_count) {
		at = successor(f, at);
		if (at != FILL_NO_NODE && is_stop(f, at))
			return at;
	}
	return FILL_NO_NODE;
}

fill_node fill_first(const struct fill *f)
{
	return fill_next(f, ROOT_NODE);
}

fill_node fill_previous(const struct fill *f, fill_node at)
{
	while (at < f->node_count) {
		at = predecessor(f, at);
		if (at != FILL_NO_NODE && is_stop(f, at))
			return at;
	}
	return FILL_NO_NODE;
}

fill_node walk_all(const struct fill *f, fill_node at)
{
	return successor(f, at);
}

static void put_path(const struct fill *f, uint32_t node, struct buf *out)
{
	const struct node *n = &f->nodes[node];
	uint32_t up = tree_parent(f, node);
	size_t before = out->len;

	if (n->question == FORM_NONE)
		return;
	put_path(f, up, out);
	if (out->len > before)
		buf_putc(out, '/');
	buf_puts(out, f->form->questions[n->question].name ? f->form->questions[n->question].name : "");
	if (n->flags & NODE_INSTANCE)
		buf_printf(out, "[%u]", f->frames[n->frame].position + 1);
}

enum err fill_path(const struct fill *f, fill_node n, struct buf *out)
{
	if (n < f->node_count)
		put_path(f, n, out);
	return out->err;
}

static uint32_t child_named(const struct fill *f, uint32_t group, const char *name, size_t len)
{
	uint32_t q = group == FORM_NONE ? 0 : group + 1, end = group == FORM_NONE ? f->form->question_count : f->form->questions[group].end;

	for (; q < end; q = f->form->questions[q].end) {
		const char *own = f->form->questions[q].name;

		if (own && strlen(own) == len && !memcmp(own, name, len))
			return q;
	}
	return FORM_NONE;
}

fill_node fill_find(const struct fill *f, const char *path)
{
	uint32_t node = ROOT_NODE, q;

	path += *path == '/';
	if (*path && !strpbrk(path, "/[") && child_named(f, FORM_NONE, path, strlen(path)) == FORM_NONE)
		return fill_child(f, FILL_NO_NODE, path);
	while (*path) {
		size_t len = strcspn(path, "/[");
		uint32_t frame = f->nodes[node].frame;
		unsigned long index = 0;
		char *end;

		if (f->nodes[node].flags & NODE_REPEAT || (q = child_named(f, f->nodes[node].question, path, len)) == FORM_NONE)
			return FILL_NO_NODE;
		node = tree_node(f, frame, q);
		path += len;
		if (*path == '[') {
			index = strtoul(path + 1, &end, 10);
			path = *end == ']' ? end + 1 : "?";
		} else if (*path == '/' && f->nodes[node].list) {
			index = 1;
		}
		if (index) {
			if (!f->nodes[node].list || index > f->nodes[node].list->count)
				return FILL_NO_NODE;
			node = f->frames[f->nodes[node].list->at[index - 1]].base;
		}
		if (*path == '/')
			path++;
		else if (*path)
			return FILL_NO_NODE;
	}
	return node == ROOT_NODE ? FILL_NO_NODE : node;
}

/* Down to question `q`, through the first instance of every repeat on the way. */
static fill_node first_below(const struct fill *f, uint32_t frame, uint32_t q)
{
	while (f->plan[q].repeat != f->frames[frame].repeat) {
		uint32_t r = f->plan[q].repeat;
		const struct list *l;

		while (f->plan[r].repeat != f->frames[frame].repeat)
			r = f->plan[r].repeat;
		l = f->nodes[tree_node(f, frame, r)].list;
		if (!l->count)
			return FILL_NO_NODE;
		frame = l->at[0];
	}
	return tree_node(f, frame, q);
}

fill_node fill_child(const struct fill *f, fill_node group, const char *name)
{
	uint32_t node = group == FILL_NO_NODE ? ROOT_NODE : group, own = f->nodes[node].question;

	for (uint32_t q = form_find(f->form, name, 0); q != FORM_NONE; q = form_find(f->form, name, q + 1))
		if (plan_inside(f->form, q, own)) {
			fill_node found = first_below(f, f->nodes[node].frame, q);

			if (found != FILL_NO_NODE)
				return found;
		}
	return FILL_NO_NODE;
}

fill_node fill_node_at(const struct fill *f, fill_node instance, uint32_t question)
{
	uint32_t frame = instance == FILL_NO_NODE ? ROOT_FRAME : f->nodes[instance].frame;

	return question < f->form->question_count && f->plan[question].repeat == f->frames[frame].repeat ? tree_node(f, frame, question) : FILL_NO_NODE;
}
