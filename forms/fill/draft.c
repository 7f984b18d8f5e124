#include "config.h"
#include "forms/fill/settle.h"

#include "forms/base/cbor.h"
#include "forms/base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A draft is a run of CBOR arrays: [version, form id, form version, where], then for every question with a value (or whose
 * default was taken away) [path, value] or [path, value, what it was opened with], and for every repeat [path, instances]. */
enum { DRAFT_VERSION = 2 /* of 1: nothing of what a question was opened with */, DRAFT_BYTES_MAX = 64 << 20, PATH_MAX_BYTES = 2048 };

static void save_entry(const struct fill *f, uint32_t node, struct buf *path, struct buf *out)
{
	const struct node *n = &f->nodes[node];

	buf_reset(path);
	fill_path(f, node, path);
	cbor_put_array(out, n->opened ? 3 : 2);
	cbor_put_text(out, buf_str(path));
	if (n->list)
		cbor_put_unsigned(out, n->list->count);
	else
		cbor_put_text(out, n->value ? n->value : "");
	if (n->opened)
		cbor_put_text(out, n->opened);
}

/* In form order, whatever the order in which instances came to be. */
static void save_frame(const struct fill *f, uint32_t frame, struct buf *path, struct buf *out)
{
	const struct form *form = f->form;
	uint32_t repeat = f->frames[frame].repeat, q = repeat == FORM_NONE ? 0 : repeat + 1;
	uint32_t end = repeat == FORM_NONE ? form->question_count : form->questions[repeat].end;

	for (; q < end; q = form->questions[q].type == FORM_REPEAT ? form->questions[q].end : q + 1) {
		uint32_t node = tree_node(f, frame, q);
		const struct node *n = &f->nodes[node];

		if (n->list || n->value || n->opened || (form->questions[q].initial && form_is_stored(form->questions[q].type)))
			save_entry(f, node, path, out);
		for (uint32_t i = 0; n->list && i < n->list->count; i++)
			save_frame(f, n->list->at[i], path, out);
	}
}

enum err fill_save(struct fill *f, fill_node at, struct buf *out)
{
	struct buf path = { 0 };

	fill_path(f, at, &path);
	cbor_put_array(out, 4);
	cbor_put_unsigned(out, DRAFT_VERSION);
	cbor_put_text(out, f->form->id ? f->form->id : "");
	cbor_put_text(out, f->form->version ? f->form->version : "");
	cbor_put_text(out, buf_str(&path));
	save_frame(f, ROOT_FRAME, &path, out);
	buf_clear(&path);
	return out->err;
}

struct loading {
	struct fill *f;
	void (*report)(void *user, const char *path, const char *value, const char *why);
	void *user;
	struct buf path, value, opened;
	bool has_opened;
};

static void tell(const struct loading *l, const char *why)
{
	if (l->report)
		l->report(l->user, buf_str(&l->path), buf_str(&l->value), why);
}

/* The question a path means in this version of the form: where it stood, or by its name alone where that is one. */
static uint32_t question_of(const struct fill *f, const char *path)
{
	uint32_t group = FORM_NONE, q = FORM_NONE, found;
	const char *last = path;

	for (const char *s = path; *s; ) {
		size_t len = strcspn(s, "/[");
		uint32_t end = group == FORM_NONE ? f->form->question_count : f->form->questions[group].end;

		for (q = group == FORM_NONE ? 0 : group + 1; q < end; q = f->form->questions[q].end)
			if (f->form->questions[q].name && strlen(f->form->questions[q].name) == len && !memcmp(f->form->questions[q].name, s, len))
				break;
		last = s;
		if (q >= end) {
			q = FORM_NONE;
			break;
		}
		group = q;
		s += len;
		s += strcspn(s, "/");
		s += *s == '/';
	}
	if (q != FORM_NONE)
		return q;
	last = strrchr(path, '/') ? strrchr(path, '/') + 1 : last;
	found = form_find(f->form, last, 0);
	return found != FORM_NONE && form_find(f->form, last, found + 1) == FORM_NONE ? found : FORM_NONE;
}

/* The next "[n]" of a path, from 0; 0 where there is none. */
static uint32_t next_index(const char **path)
{
	const char *at = strchr(*path, '[');
	unsigned long n;

	if (!at)
		return 0;
	n = strtoul(at + 1, NULL, 10);
	*path = at + 1;
	return n && n <= FILL_INSTANCES_MAX ? (uint32_t)n - 1 : 0;
}

/* The node of a question in the instances its path names, made where they are not there yet. */
static enum err node_of(struct fill *f, uint32_t q, const char *path, uint32_t *out)
{
	uint32_t chain[FORM_DEPTH_MAX + 1], depth = 0, frame = ROOT_FRAME, node;
	enum err err = ERR_OK;
	fill_node made;

	for (uint32_t r = f->plan[q].repeat; r != FORM_NONE && depth <= FORM_DEPTH_MAX; r = f->plan[r].repeat)
		chain[depth++] = r;
	while (!err && depth--) {
		uint32_t index = next_index(&path);

		node = tree_node(f, frame, chain[depth]);
		while (!err && f->nodes[node].list->count <= index)
			err = fill_grow(f, node, &made);
		if (!err)
			frame = f->nodes[node].list->at[index];
	}
	if (!err)
		*out = tree_node(f, frame, q);
	return err;
}

static enum err set_instances(struct loading *l, uint32_t node, uint64_t count)
{
	enum err err = ERR_OK;
	fill_node made;

	if (!l->f->nodes[node].list || count > FILL_INSTANCES_MAX) {
		tell(l, _("已不是重复组, 没有带过来"));
		return ERR_OK;
	}
	while (!err && l->f->nodes[node].list->count < count)
		err = fill_grow(l->f, node, &made);
	l->f->nodes[node].flags |= NODE_KNOWN;
	return err;
}

static enum err set_value(struct loading *l, uint32_t node)
{
	struct fill *f = l->f;
	const struct form_question *q = fill_question(f, node);
	struct buf stored = { .max = FILL_VALUE_MAX };
	enum err err = ERR_OK;

	f->nodes[node].flags |= NODE_KNOWN;
	if (!form_is_stored(q->type)) {
		tell(l, _("已不是能回答的题目, 没有带过来"));
		return ERR_OK;
	}
	if (l->value.len && form_is_asked(q->type) && !form_is_select(q->type))
		err = value_check(f, node, buf_str(&l->value), &stored);
	buf_clear(&stored);
	if (err == ERR_FORMAT || err == ERR_DENIED) {
		tell(l, err_detail());
		return ERR_OK;
	}
	return err ? err : settle_store(f, node, buf_str(&l->value));
}

static enum err load_entry(struct loading *l, struct cbor *c)
{
	size_t len, n = cbor_array(c, 3);
	const char *path = cbor_text(c, PATH_MAX_BYTES, &len), *value;
	uint32_t q, node;
	uint64_t count = 0;
	bool counts;
	enum err err;

	buf_reset(&l->path);
	buf_reset(&l->value);
	buf_put(&l->path, path ? path : "", path ? len : 0);
	counts = cbor_peek(c) == CBOR_UNSIGNED;
	if (counts) {
		count = cbor_unsigned(c);
	} else {
		value = cbor_text(c, FILL_VALUE_MAX, &len);
		buf_put(&l->value, value ? value : "", value ? len : 0);
	}
	buf_reset(&l->opened);
	if ((l->has_opened = n == 3)) {
		value = cbor_text(c, FILL_VALUE_MAX, &len);
		buf_put(&l->opened, value ? value : "", value ? len : 0);
	}
	if (c->err || n < 2 || (counts && n != 2))
		return err_set(ERR_FORMAT, _("草稿损坏"));
	q = question_of(l->f, buf_str(&l->path));
	if (q == FORM_NONE) {
		if (counts ? count : l->value.len)
			tell(l, _("新版表单里没有这一题"));
		return ERR_OK;
	}
	err = node_of(l->f, q, buf_str(&l->path), &node);
	if (err)
		return err;
	if (!counts && l->has_opened)
		err = opened_set(l->f, node, buf_str(&l->opened));
	return err ? err : counts ? set_instances(l, node, count) : set_value(l, node);
}

/* What the draft did not speak of is new in this version and opens as it would. Nodes that this makes are settled already. */
static enum err finish(struct loading *l)
{
	struct fill *f = l->f;
	uint32_t count = f->node_count;
	enum err err = ERR_OK;

	f->loading = false;
	for (uint32_t node = 1; !err && node < count; node++) {
		bool known = f->nodes[node].flags & NODE_KNOWN || f->nodes[node].value;

		f->nodes[node].flags &= (uint8_t)~NODE_KNOWN;
		if (fill_question(f, node) && !(f->nodes[node].flags & NODE_INSTANCE))
			err = known ? settle_known(f, node) : settle_new(f, node, f->nodes[node].question);
	}
	return err ? err : settle(f);
}

/* Choices that the new version, or its filters, no longer have. */
static enum err check_choices(struct loading *l)
{
	struct fill *f = l->f;
	struct buf text = { 0 };
	enum err err = ERR_OK;

	for (uint32_t node = 1; !err && node < f->node_count; node++) {
		const struct form_question *q = fill_question(f, node);

		if (!q || !f->nodes[node].value || !form_is_select(q->type) || !(f->nodes[node].flags & NODE_RELEVANT))
			continue;
		err = value_check(f, node, f->nodes[node].value, &text);
		buf_clear(&text);
		if (err != ERR_FORMAT)
			continue;
		buf_reset(&l->path);
		buf_reset(&l->value);
		buf_puts(&l->value, f->nodes[node].value);
		fill_path(f, node, &l->path);
		tell(l, err_detail());
		err = opened_set(f, node, NULL);          /* nobody emptied it */
		if (!err)
			err = settle_store(f, node, "");
		if (!err)
			err = settle(f);
	}
	return err;
}

static enum err load_all(struct loading *l, struct cbor *c)
{
	const char *where;
	size_t len, n;
	uint64_t version;
	enum err err;
	struct buf at = { 0 };

	n = cbor_array(c, 4);
	version = cbor_unsigned(c);
	if (c->err || n != 4 || !version || version > DRAFT_VERSION)
		return err_set(c->err ? ERR_FORMAT : ERR_VERSION, _("草稿不是这个程序写的, 或已损坏"));
	cbor_text(c, 0, &len);
	cbor_text(c, 0, &len);
	where = cbor_text(c, PATH_MAX_BYTES, &len);
	buf_put(&at, where ? where : "", where ? len : 0);
	err = c->err ? err_set(ERR_FORMAT, _("草稿损坏")) : ERR_OK;
	while (!err && c->at < c->end)
		err = load_entry(l, c);
	if (!err)
		err = finish(l);
	if (!err)
		err = check_choices(l);
	buf_reset(&l->path);
	buf_puts(&l->path, buf_str(&at));
	buf_clear(&at);
	return err;
}

enum err fill_load(struct fill *f, const void *data, size_t len, fill_node *at, void (*report)(void *user, const char *path, const char *value, const char *why), void *user)
{
	struct loading l = { .f = f, .report = report, .user = user };
	struct cbor c = cbor_init(data, len);
	enum err err;

	*at = FILL_NO_NODE;
	if (len > DRAFT_BYTES_MAX)
		return err_set(ERR_LIMIT, _("草稿超过 %d 字节"), (int)DRAFT_BYTES_MAX);
	tree_reset(f);
	f->loading = true;
	err = fill_begin(f);
	if (!err)
		err = load_all(&l, &c);
	f->loading = false;
	if (!err)
		*at = fill_find(f, buf_str(&l.path));
	buf_clear(&l.path);
	buf_clear(&l.value);
	buf_clear(&l.opened);
	return err;
}
