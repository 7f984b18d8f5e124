#include "config.h"
#include "forms/fill/settle.h"
#include "forms/fill/source.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>

/* What the device knows by itself; "" for what has no value at opening. */
static void metadata(const struct fill *f, enum form_type type, struct buf *out)
{
	const char *known = NULL;
	char text[32];

	switch (type) {
	case FORM_START:       known = clock_format_time(f->host.now, f->host.utc_offset, text); break;
	case FORM_TODAY:       known = clock_format_date(clock_day_of(f->host.now, f->host.utc_offset), text); break;
	case FORM_USERNAME:    known = f->host.username; break;
	case FORM_DEVICEID:    known = f->host.deviceid; break;
	case FORM_PHONENUMBER: known = f->host.phonenumber; break;
	case FORM_EMAIL:       known = f->host.email; break;
	default: break;
	}
	buf_puts(out, known ? known : "");
}

static enum err set_metadata(struct fill *f, enum form_type first, enum form_type last)
{
	struct buf text = { 0 };
	enum err err = ERR_OK;

	for (uint32_t node = 0; !err && node < f->node_count; node++) {
		uint32_t q = f->nodes[node].question;

		if (q == FORM_NONE || f->form->questions[q].type < first || f->form->questions[q].type > last)
			continue;
		buf_reset(&text);
		metadata(f, f->form->questions[q].type, &text);
		if (text.len && (!f->nodes[node].value || f->form->questions[q].type == FORM_END))
			err = settle_store(f, node, buf_str(&text));
	}
	buf_clear(&text);
	return err;
}

enum err fill_begin(struct fill *f)
{
	enum err err = tree_open(f);

	if (!err)
		err = set_metadata(f, FORM_START, FORM_EMAIL);
	if (!err)
		err = settle_fresh(f, ROOT_FRAME);
	return err ? err : f->loading ? ERR_OK : settle(f);
}

enum err fill_open(const struct form *form, const struct fill_host *host, struct fill **out)
{
	struct fill *f = calloc(1, sizeof *f);
	enum err err;

	*out = NULL;
	if (!f)
		return err_set(ERR_NOMEM, _("内存不够, 打不开表单"));
	f->form = form;
	f->host = *host;
	f->shown.node = FILL_NO_NODE;
	f->language = form_language(form, host->language ? host->language : "zh");
	host_open(f);
	err = f->eval.random(f, &f->seed, sizeof f->seed);
	if (!err)
		err = plan_make(f);
	if (!err)
		err = fill_begin(f);
	if (err) {
		fill_close(f);
		return err;
	}
	*out = f;
	return ERR_OK;
}

void fill_close(struct fill *f)
{
	if (!f)
		return;
	tree_close(f);
	plan_free(f);
	source_close(f);
	expr_value_clear(&f->value);
	buf_clear(&f->label);
	free(f->shown.set.at);
	free(f->heap);
	free(f->fresh);
	free(f);
}

const struct form *fill_form(const struct fill *f)
{
	return f->form;
}

static bool valid(const struct fill *f, fill_node n)
{
	return n < f->node_count && f->nodes[n].question != FORM_NONE && f->frames[f->nodes[n].frame].used;
}

uint32_t fill_question_index(const struct fill *f, fill_node n)
{
	return valid(f, n) ? f->nodes[n].question : FORM_NONE;
}

const struct form_question *fill_question(const struct fill *f, fill_node n)
{
	return valid(f, n) ? &f->form->questions[f->nodes[n].question] : NULL;
}

fill_node fill_parent(const struct fill *f, fill_node n)
{
	uint32_t up;

	if (!valid(f, n))
		return FILL_NO_NODE;
	if (f->nodes[n].flags & NODE_INSTANCE)
		return f->frames[f->nodes[n].frame].container;
	up = tree_parent(f, n);
	return up == ROOT_NODE ? FILL_NO_NODE : up;
}

const char *fill_value(const struct fill *f, fill_node n)
{
	return valid(f, n) && f->nodes[n].value ? f->nodes[n].value : "";
}

bool fill_is_relevant(const struct fill *f, fill_node n)
{
	return valid(f, n) && f->nodes[n].flags & NODE_RELEVANT;
}

bool fill_is_required(const struct fill *f, fill_node n)
{
	return valid(f, n) && f->nodes[n].flags & NODE_REQUIRED;
}

bool fill_is_readonly(const struct fill *f, fill_node n)
{
	return valid(f, n) && f->nodes[n].flags & NODE_READONLY;
}

bool fill_is_instance(const struct fill *f, fill_node n)
{
	return valid(f, n) && f->nodes[n].flags & NODE_INSTANCE;
}

static enum err no_node(void)
{
	return err_set(ERR_NOTFOUND, _("表单里没有这一项"));
}

/* The author's words, or ours when there are none. */
static enum err refused(struct fill *f, fill_node n)
{
	struct buf message = { 0 };
	enum err err = fill_text(f, n, FILL_CONSTRAINT_MESSAGE, &message);

	if (!err)
		err = err_set(ERR_DENIED, "%s", message.len ? buf_str(&message) : _("这个答案不合要求, 请检查后重填"));
	buf_clear(&message);
	return err;
}

/* The new value stands in for the old while its constraint is asked, as "." and by name. */
static enum err constrain(struct fill *f, fill_node n, char *value)
{
	char *old = f->nodes[n].value;
	bool holds = true;
	enum err err;

	f->nodes[n].value = value;
	err = constraint_holds(f, n, &holds);
	f->nodes[n].value = old;
	return err || holds ? err : refused(f, n);
}

enum err fill_set(struct fill *f, fill_node n, const char *value)
{
	const struct form_question *q = fill_question(f, n);
	struct buf text = { .max = FILL_VALUE_MAX };
	enum err err = ERR_OK;

	if (!q)
		return no_node();
	if (f->nodes[n].flags & NODE_READONLY || !form_is_asked(q->type))
		return err_set(ERR_DENIED, _("%s 是只读的, 不能填写"), q->name);
	if (*value)
		err = value_check(f, n, value, &text);
	if (!err && text.len && f->plan[f->nodes[n].question].constraint)
		err = constrain(f, n, text.data);
	if (!err)
		err = settle_store(f, n, buf_str(&text));
	if (!err)
		err = settle(f);
	buf_clear(&text);
	return err;
}

enum err fill_put(struct fill *f, fill_node n, const char *value)
{
	enum err err;

	if (!fill_question(f, n) || !form_is_stored(fill_question(f, n)->type))
		return no_node();
	err = settle_store(f, n, value);
	return err ? err : settle(f);
}

uint32_t fill_instances(const struct fill *f, fill_node repeat)
{
	return valid(f, repeat) && f->nodes[repeat].list ? f->nodes[repeat].list->count : 0;
}

fill_node fill_instance(const struct fill *f, fill_node repeat, uint32_t i)
{
	return i < fill_instances(f, repeat) ? f->frames[f->nodes[repeat].list->at[i]].base : FILL_NO_NODE;
}

uint32_t fill_position(const struct fill *f, fill_node instance)
{
	return fill_is_instance(f, instance) ? f->frames[f->nodes[instance].frame].position + 1 : 0;
}

enum err fill_grow(struct fill *f, uint32_t container, fill_node *out)
{
	uint32_t frame;
	enum err err = tree_add(f, container, &frame);

	if (err)
		return err;
	*out = f->frames[frame].base;
	err = settle_fresh(f, frame);
	if (!err)
		err = settle_touch(f, container);
	return err || f->loading ? err : settle(f);
}

enum err fill_add_instance(struct fill *f, fill_node repeat, fill_node *out)
{
	*out = FILL_NO_NODE;
	if (!valid(f, repeat) || !f->nodes[repeat].list)
		return no_node();
	if (f->plan[f->nodes[repeat].question].program[COMPUTE_COUNT])
		return err_set(ERR_DENIED, _("%s 的个数由表单算出, 不能自己加"), f->form->questions[f->nodes[repeat].question].name);
	return fill_grow(f, repeat, out);
}

enum err fill_remove_instance(struct fill *f, fill_node instance)
{
	uint32_t container;
	enum err err;

	if (!fill_is_instance(f, instance))
		return no_node();
	container = f->frames[f->nodes[instance].frame].container;
	if (f->plan[f->nodes[instance].question].program[COMPUTE_COUNT])
		return err_set(ERR_DENIED, _("%s 的个数由表单算出, 不能删"), f->form->questions[f->nodes[instance].question].name);
	tree_remove(f, f->nodes[instance].frame);
	f->shown.node = FILL_NO_NODE;
	err = settle_touch(f, container);
	return err ? err : settle(f);
}

enum err fill_finish(struct fill *f)
{
	char text[32];
	enum err err = ERR_OK;

	for (uint32_t node = 0; !err && node < f->node_count; node++) {
		const struct form_question *q = fill_question(f, node);

		if (q && q->type == FORM_END)
			err = settle_store(f, node, clock_format_time(f->host.now, f->host.utc_offset, text));
		if (q && !err && !(f->nodes[node].flags & NODE_INSTANCE))
			err = settle_known(f, node);
	}
	return err ? err : settle(f);
}
