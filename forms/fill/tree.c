#include "config.h"
#include "forms/fill/tree.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

static enum err no_memory(void)
{
	return err_set(ERR_NOMEM, _("内存不够, 表单里放不下更多内容"));
}

/* The array with room for `need` elements, perhaps moved; NULL, and the old one stays, when memory is out. */
static void *grown(void *array, uint32_t *cap, uint32_t need, size_t size)
{
	uint32_t more = *cap ? *cap : 16;
	void *at;

	if (need <= *cap)
		return array;
	while (more < need)
		more *= 2;
	at = realloc(array, more * size);
	if (at)
		*cap = more;
	return at;
}

uint32_t tree_parent(const struct fill *f, uint32_t node)
{
	const struct node *n = &f->nodes[node];
	uint32_t parent;

	if (n->question == FORM_NONE)
		return node;
	if (n->flags & NODE_INSTANCE) {
		node = f->frames[n->frame].container;
		n = &f->nodes[node];
	}
	parent = f->form->questions[n->question].parent;
	if (parent == FORM_NONE || parent == f->frames[n->frame].repeat)
		return f->frames[n->frame].base;
	return tree_node(f, n->frame, parent);
}

static enum err new_node(struct fill *f, uint32_t frame, uint32_t at, uint32_t question)
{
	struct node *n = &f->nodes[at];

	*n = (struct node){ .question = question, .frame = frame, .flags = NODE_OWN_RELEVANT };
	if (question == FORM_NONE)
		return ERR_OK;
	if (f->plan[question].required)
		n->flags |= NODE_REQUIRED;
	if (f->plan[question].readonly)
		n->flags |= NODE_READONLY;
	if (f->form->questions[question].type == FORM_REPEAT && question != f->frames[frame].repeat) {
		n->flags |= NODE_REPEAT;
		n->list = calloc(1, sizeof *n->list);
		if (!n->list)
			return no_memory();
	}
	return ERR_OK;
}

/* Nodes of the questions that lie directly in a frame: nested repeats give their one node, what is in them comes later. */
static enum err fill_frame(struct fill *f, uint32_t frame)
{
	const struct form *form = f->form;
	uint32_t repeat = f->frames[frame].repeat, q = repeat == FORM_NONE ? 0 : repeat + 1;
	uint32_t end = repeat == FORM_NONE ? form->question_count : form->questions[repeat].end;
	enum err err = new_node(f, frame, f->frames[frame].base, repeat);

	if (repeat != FORM_NONE)
		f->nodes[f->frames[frame].base].flags |= NODE_INSTANCE;
	while (!err && q < end) {
		err = new_node(f, frame, tree_node(f, frame, q), q);
		q = form->questions[q].type == FORM_REPEAT ? form->questions[q].end : q + 1;
	}
	return err;
}

static void inherit(struct fill *f, uint32_t frame)
{
	uint32_t base = f->frames[frame].base, repeat = f->frames[frame].repeat, size = repeat == FORM_NONE ? f->root_size : f->plan[repeat].size;

	for (uint32_t i = base; i < base + size; i++)
		if (f->nodes[tree_parent(f, i)].flags & NODE_RELEVANT || f->nodes[i].question == FORM_NONE)
			f->nodes[i].flags |= NODE_RELEVANT;
}

static enum err make_room(struct fill *f, uint32_t size)
{
	struct frame *frames;
	struct node *nodes;

	if (f->node_count + (uint64_t)size > FILL_NODES_MAX)
		return err_set(ERR_LIMIT, _("表单内容超过 %d 项"), (int)FILL_NODES_MAX);
	frames = grown(f->frames, &f->frame_cap, f->frame_count + 1, sizeof *frames);
	if (!frames)
		return no_memory();
	f->frames = frames;
	nodes = grown(f->nodes, &f->node_cap, f->node_count + size, sizeof *nodes);
	if (!nodes)
		return no_memory();
	f->nodes = nodes;
	return ERR_OK;
}

static enum err new_frame(struct fill *f, uint32_t repeat, uint32_t container, uint32_t *out)
{
	uint32_t size = repeat == FORM_NONE ? f->root_size : f->plan[repeat].size, at;
	enum err err;

	if (repeat != FORM_NONE && f->free_frames[repeat] != FORM_NONE) {
		at = f->free_frames[repeat];
		f->free_frames[repeat] = f->frames[at].next_free;
	} else {
		err = make_room(f, size);
		if (err)
			return err;
		at = f->frame_count++;
		f->frames[at].base = f->node_count;
		memset(f->nodes + f->node_count, 0, size * sizeof *f->nodes);
		f->node_count += size;
	}
	f->frames[at] = (struct frame){ .repeat = repeat, .container = container, .base = f->frames[at].base, .next_free = FORM_NONE, .used = true };
	*out = at;
	err = fill_frame(f, at);
	inherit(f, at);
	return err;
}

enum err tree_open(struct fill *f)
{
	uint32_t frame;

	f->free_frames = malloc((f->form->question_count + 1) * sizeof *f->free_frames);
	if (!f->free_frames)
		return no_memory();
	for (uint32_t i = 0; i <= f->form->question_count; i++)
		f->free_frames[i] = FORM_NONE;
	return new_frame(f, FORM_NONE, FILL_NO_NODE, &frame);
}

static void drop_node(struct node *n)
{
	free(n->value);
	free(n->opened);
	n->value = n->opened = NULL;
	if (n->list)
		free(n->list->at);
	free(n->list);
	n->list = NULL;
}

void tree_close(struct fill *f)
{
	for (uint32_t i = 0; i < f->node_count; i++)
		drop_node(&f->nodes[i]);
	free(f->nodes);
	free(f->frames);
	free(f->free_frames);
}

void tree_reset(struct fill *f)
{
	tree_close(f);
	f->nodes = NULL;
	f->frames = NULL;
	f->free_frames = NULL;
	f->node_count = f->node_cap = f->frame_count = f->frame_cap = 0;
	f->heap_count = f->fresh_count = 0;
	f->shown.node = FILL_NO_NODE;
}

enum err tree_add(struct fill *f, uint32_t container, uint32_t *frame)
{
	struct list *l = f->nodes[container].list;
	enum err err = l->count < FILL_INSTANCES_MAX ? ERR_OK
	             : err_set(ERR_LIMIT, _("%s 已有 %d 个, 不能再加"), f->form->questions[f->nodes[container].question].name, (int)FILL_INSTANCES_MAX);

	uint32_t *at = err ? NULL : grown(l->at, &l->cap, l->count + 1, sizeof *at);

	if (!err && !at)
		err = no_memory();
	if (err)
		return err;
	l->at = at;
	err = new_frame(f, f->nodes[container].question, container, frame);
	if (err)
		return err;
	f->frames[*frame].position = l->count;
	l->at[l->count++] = *frame;
	return ERR_OK;
}

/* Nested frames first: at most as deep as groups may nest. */
void tree_remove(struct fill *f, uint32_t frame)
{
	uint32_t repeat = f->frames[frame].repeat, base = f->frames[frame].base;
	struct list *l = f->nodes[f->frames[frame].container].list;

	for (uint32_t i = base; i < base + f->plan[repeat].size; i++) {
		while (f->nodes[i].list && f->nodes[i].list->count)
			tree_remove(f, f->nodes[i].list->at[f->nodes[i].list->count - 1]);
		drop_node(&f->nodes[i]);
		f->nodes[i].flags = 0;
	}
	for (uint32_t i = f->frames[frame].position; i + 1 < l->count; i++) {
		l->at[i] = l->at[i + 1];
		f->frames[l->at[i]].position = i;
	}
	l->count--;
	f->frames[frame].used = false;
	f->frames[frame].next_free = f->free_frames[repeat];
	f->free_frames[repeat] = frame;
}

uint32_t tree_frame_holding(const struct fill *f, uint32_t frame, uint32_t question)
{
	while (!plan_inside(f->form, question, f->frames[frame].repeat))
		frame = f->nodes[f->frames[frame].container].frame;
	return frame;
}

static enum err each_instance(struct fill *f, uint32_t container, uint32_t question, bool own,
                              enum err (*each)(struct fill *f, uint32_t node, void *user), void *user)
{
	struct list *l = f->nodes[container].list;
	enum err err = ERR_OK;

	for (uint32_t i = 0; !err && i < l->count; i++)
		err = question == f->nodes[container].question ? each(f, f->frames[l->at[i]].base, user) : tree_each(f, l->at[i], question, own, each, user);
	return err;
}

enum err tree_each(struct fill *f, uint32_t frame, uint32_t question, bool own, enum err (*each)(struct fill *f, uint32_t node, void *user), void *user)
{
	uint32_t here = f->frames[frame].repeat, r = f->plan[question].repeat;

	if (r == here) {
		uint32_t node = tree_node(f, frame, question);

		return f->nodes[node].list && !own ? each_instance(f, node, question, own, each, user) : each(f, node, user);
	}
	while (f->plan[r].repeat != here)
		r = f->plan[r].repeat;
	return each_instance(f, tree_node(f, frame, r), question, own, each, user);
}
