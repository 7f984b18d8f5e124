#include "config.h"
#include "forms/fill/settle.h"

#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

struct reading {
	struct fill *f;
	void (*report)(void *user, const char *path, const char *message);
	void *user;
	struct buf text;               /* of one answer */
};

static enum err read_group(struct reading *r, uint32_t node, const struct jdoc *object);

static enum err at_node(const struct fill *f, uint32_t node, enum err err)
{
	struct buf path = { 0 };

	fill_path(f, node, &path);
	err = err_in(err, "%s", buf_str(&path));
	buf_clear(&path);
	return err;
}

/* What does not fit is told, or, when nobody listens, an error. */
static enum err mismatch(struct reading *r, uint32_t node, enum err err)
{
	struct buf path = { 0 };

	if (!r->report)
		return at_node(r->f, node, err);
	fill_path(r->f, node, &path);
	r->report(r->user, buf_str(&path), err_detail());
	buf_clear(&path);
	return ERR_OK;
}

/* A scalar's text, or an array of names joined by blanks. */
static enum err answer_text(struct reading *r, const struct jdoc *v)
{
	bool good = true;

	buf_reset(&r->text);
	if (jdoc_type(v) != JDOC_ARRAY)
		good = jdoc_scalar_text(v, &r->text);
	for (size_t i = 0; jdoc_type(v) == JDOC_ARRAY && good && i < jdoc_count(v); i++) {
		if (i)
			buf_putc(&r->text, ' ');
		good = jdoc_scalar_text(jdoc_item(v, i), &r->text);
	}
	return good ? r->text.err : err_set(ERR_FORMAT, _("这里要一个值, 不能是对象"));
}

/* Choices and constraints wait until everything is in: they may look at answers that come later. */
static enum err read_value(struct reading *r, uint32_t node, const struct jdoc *v)
{
	struct fill *f = r->f;
	const struct form_question *q = fill_question(f, node);
	struct buf stored = { .max = FILL_VALUE_MAX };
	enum err err = answer_text(r, v);

	if (!err && (!form_is_stored(q->type) || (f->plan[f->nodes[node].question].program[COMPUTE_VALUE] && !form_is_asked(q->type))))
		return ERR_OK;
	if (!err && r->text.len && !form_is_select(q->type))
		err = value_check(f, node, buf_str(&r->text), &stored);
	else if (!err)
		buf_puts(&stored, buf_str(&r->text));
	if (!err)
		err = stored.err;
	if (!err)
		err = settle_store(f, node, buf_str(&stored));
	buf_clear(&stored);
	if (!err)
		return settle(f);
	return err == ERR_NOMEM ? err : mismatch(r, node, err);
}

static enum err read_repeat(struct reading *r, uint32_t node, const struct jdoc *array)
{
	struct fill *f = r->f;
	bool counted = f->plan[f->nodes[node].question].program[COMPUTE_COUNT] != NULL;
	enum err err = ERR_OK;
	fill_node instance;

	if (jdoc_type(array) != JDOC_ARRAY)
		return mismatch(r, node, err_set(ERR_FORMAT, _("重复组的答案要写成数组")));
	while (!err && !counted && fill_instances(f, node) > jdoc_count(array))
		err = fill_remove_instance(f, fill_instance(f, node, fill_instances(f, node) - 1));
	for (size_t i = 0; !err && i < jdoc_count(array); i++) {
		if (i >= fill_instances(f, node))
			err = fill_grow(f, node, &instance);
		if (!err)
			err = read_group(r, fill_instance(f, node, (uint32_t)i), jdoc_item(array, i));
	}
	return err;
}

/* Does another question of the same instance have this one's name? Then only its path says which is meant. */
static bool is_ambiguous(const struct fill *f, uint32_t q)
{
	const char *name = f->form->questions[q].name;

	for (uint32_t other = form_find(f->form, name, 0); other != FORM_NONE; other = form_find(f->form, name, other + 1))
		if (other != q && f->plan[other].repeat == f->plan[q].repeat && f->form->questions[other].type != FORM_GROUP)
			return true;
	return false;
}

/* "group/group/name" of question `q` as seen from `group`, FORM_NONE for the top. */
static void path_from(const struct form *form, uint32_t group, uint32_t q, struct buf *out)
{
	uint32_t parent = form->questions[q].parent;

	if (parent != group && parent != FORM_NONE) {
		path_from(form, group, parent, out);
		buf_putc(out, '/');
	}
	buf_puts(out, form->questions[q].name);
}

/* The member of `object`, which stands for `group`, under the path of question `q`; NULL. */
static const struct jdoc *under_path(const struct jdoc *object, const struct form *form, uint32_t group, uint32_t q)
{
	const struct jdoc *v = NULL;
	struct buf path = { 0 };

	if (form->questions[q].parent == group)
		return NULL;
	path_from(form, group, q, &path);
	if (!path.err)
		v = jdoc_get(object, buf_str(&path));
	buf_clear(&path);
	return v;
}

/* The answer for question `q`: under its path, else under its name, unless that comes again and a path says for which. */
static const struct jdoc *member_for(const struct jdoc *object, const struct fill *f, uint32_t group, uint32_t q)
{
	const char *name = f->form->questions[q].name;
	const struct jdoc *v = under_path(object, f->form, group, q);

	if (v || !jdoc_get(object, name) || !is_ambiguous(f, q))
		return v ? v : jdoc_get(object, name);
	for (uint32_t other = form_find(f->form, name, 0); other != FORM_NONE; other = form_find(f->form, name, other + 1))
		if (plan_inside(f->form, other, group) && f->plan[other].repeat == f->plan[q].repeat && under_path(object, f->form, group, other))
			return NULL;
	return jdoc_get(object, name);
}

/* Is there a question of this name or path in the group, groups looked through but not repeats? */
static bool names_question(const struct fill *f, const char *key, uint32_t node)
{
	uint32_t repeat = f->frames[f->nodes[node].frame].repeat, group = f->nodes[node].question;
	const char *slash = strrchr(key, '/'), *name = slash ? slash + 1 : key;
	bool found = false;

	for (uint32_t q = form_find(f->form, name, 0); !found && q != FORM_NONE; q = form_find(f->form, name, q + 1)) {
		struct buf path = { 0 };

		if (!plan_inside(f->form, q, group) || f->plan[q].repeat != repeat)
			continue;
		path_from(f->form, group, q, &path);
		found = !slash || !strcmp(key, buf_str(&path));
		buf_clear(&path);
	}
	return found;
}

static enum err check_names(struct reading *r, uint32_t node, const struct jdoc *object)
{
	const struct jdoc *v;
	const char *key;

	for (size_t i = 0; jdoc_member(object, i, &key, &v); i++)
		if (strncmp(key, "__", 2) && !names_question(r->f, key, node)) {
			enum err err = err_set(ERR_FORMAT, _("这里没有题目 %s"), key);

			if (!r->report)
				return err;
			r->report(r->user, key, err_detail());
		}
	return ERR_OK;
}

/* Questions [first, end) in form order, answered by an object that stands for `group`; a group in it may be an object of its
 * own or be looked through. */
static enum err read_members(struct reading *r, uint32_t frame, uint32_t group, uint32_t first, uint32_t end, const struct jdoc *object)
{
	const struct form *form = r->f->form;
	enum err err = ERR_OK;

	for (uint32_t q = first; !err && q < end; q = form->questions[q].end) {
		const struct form_question *at = &form->questions[q];
		const struct jdoc *v = member_for(object, r->f, group, q);
		uint32_t node = tree_node(r->f, frame, q);

		if (at->type == FORM_GROUP && v && jdoc_type(v) == JDOC_OBJECT) {
			err = check_names(r, node, v);
			if (!err)
				err = read_members(r, frame, q, q + 1, at->end, v);
		} else if (at->type == FORM_GROUP) {
			err = read_members(r, frame, group, q + 1, at->end, object);
		} else if (v && jdoc_type(v) != JDOC_NULL) {
			err = at->type == FORM_REPEAT ? read_repeat(r, node, v) : read_value(r, node, v);
		}
	}
	return err;
}

static enum err read_group(struct reading *r, uint32_t node, const struct jdoc *object)
{
	const struct form *form = r->f->form;
	uint32_t q = r->f->nodes[node].question;
	enum err err;

	if (jdoc_type(object) != JDOC_OBJECT)
		return mismatch(r, node, err_set(ERR_FORMAT, _("这里要一个对象 {题目: 答案}")));
	err = check_names(r, node, object);
	if (err)
		return err;
	return q == FORM_NONE ? read_members(r, ROOT_FRAME, FORM_NONE, 0, form->question_count, object)
	                      : read_members(r, r->f->nodes[node].frame, q, q + 1, form->questions[q].end, object);
}

/* Now that all is in: answers that are no choice, or break their constraint, are taken out again. */
static enum err verify(struct reading *r, uint32_t node)
{
	struct fill *f = r->f;
	const struct form_question *q = fill_question(f, node);
	struct buf text = { 0 };
	bool holds = true;
	enum err err = ERR_OK;

	if (!q || !f->nodes[node].value || !(f->nodes[node].flags & NODE_RELEVANT) || !form_is_asked(q->type))
		return ERR_OK;
	if (form_is_select(q->type))
		err = value_check(f, node, f->nodes[node].value, &text);
	buf_clear(&text);
	if (!err)
		err = constraint_holds(f, node, &holds);
	if (!err && !holds) {
		err = fill_text(f, node, FILL_CONSTRAINT_MESSAGE, &text);
		if (!err)
			err = err_set(ERR_DENIED, "%s", text.len ? buf_str(&text) : _("这个答案不合要求, 请检查后重填"));
		buf_clear(&text);
	}
	if (!err || err == ERR_NOMEM)
		return err;
	err = mismatch(r, node, err);
	if (!err)
		err = settle_store(f, node, "");
	return err ? err : settle(f);
}

enum err fill_read_json(struct fill *f, const struct jdoc *answers, void (*report)(void *user, const char *path, const char *message), void *user)
{
	struct reading r = { .f = f, .report = report, .user = user, .text = { .max = FILL_VALUE_MAX } };
	enum err err;

	f->reading = true;
	err = read_group(&r, ROOT_NODE, answers);
	f->reading = false;
	for (uint32_t node = 0; !err && node < f->node_count; node++)
		err = verify(&r, node);
	buf_clear(&r.text);
	return err;
}

static struct jdoc *write_frame(const struct fill *f, uint32_t frame, uint32_t first, uint32_t end, bool nested, struct jdoc *into);

static struct jdoc *write_instances(const struct fill *f, uint32_t node, bool nested)
{
	const struct list *l = f->nodes[node].list;
	struct jdoc *array = jdoc_array();
	uint32_t q = f->nodes[node].question;

	for (uint32_t i = 0; i < l->count; i++)
		jdoc_push(array, write_frame(f, l->at[i], q + 1, f->form->questions[q].end, nested, jdoc_object()));
	return array;
}

/* One answer under its name; looked through groups, a name that comes again stands under its path too, so that none is lost. */
static void put_value(const struct fill *f, uint32_t q, bool nested, const char *value, struct jdoc *into)
{
	struct buf path = { 0 };

	jdoc_put_text(into, f->form->questions[q].name, value);
	if (nested || !is_ambiguous(f, q))
		return;
	path_from(f->form, f->plan[q].repeat, q, &path);
	if (!path.err && strchr(buf_str(&path), '/'))
		jdoc_put_text(into, buf_str(&path), value);
	buf_clear(&path);
}

/* Members of `into`, in form order: what is relevant and answered. Returns it. */
static struct jdoc *write_frame(const struct fill *f, uint32_t frame, uint32_t first, uint32_t end, bool nested, struct jdoc *into)
{
	for (uint32_t q = first; q < end; q = f->form->questions[q].end) {
		const struct form_question *at = &f->form->questions[q];
		uint32_t node = tree_node(f, frame, q);
		const struct node *n = &f->nodes[node];

		if (!(n->flags & NODE_RELEVANT))
			continue;
		if (n->list && n->list->count) {
			jdoc_put(into, at->name, write_instances(f, node, nested));
		} else if (at->type == FORM_GROUP && nested && at->name) {
			struct jdoc *group = write_frame(f, frame, q + 1, at->end, nested, jdoc_object());

			if (jdoc_count(group))
				jdoc_put(into, at->name, group);
			else
				jdoc_free(group);
		} else if (at->type == FORM_GROUP) {
			write_frame(f, frame, q + 1, at->end, nested, into);
		} else if (form_is_stored(at->type) && n->value) {
			put_value(f, q, nested, n->value, into);
		}
	}
	return into;
}

enum err fill_write_json(struct fill *f, bool nested, struct jdoc **out)
{
	*out = jdoc_object();
	if (!*out)
		return err_set(ERR_NOMEM, _("内存不够, 写不出记录"));
	write_frame(f, ROOT_FRAME, 0, f->form->question_count, nested, *out);
	return ERR_OK;
}
