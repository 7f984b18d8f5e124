#include "config.h"
#include "forms/fill/choices.h"
#include "forms/fill/source.h"

#include "forms/base/fs.h"

#include <string.h>

/* The record as expressions see it. Nodes: a = 0 the document, a = 1 a node of the tree, its number in b; what lies
 * outside the form has a greater a (source.c). What is not relevant is not there. A repeat's own node is passed over: its
 * instances are children of the group it stands in. */

struct expr_node host_node(uint32_t node)
{
	return (struct expr_node){ 1, node == FILL_NO_NODE ? ROOT_NODE : node };
}

bool host_is_node(struct expr_node n, uint32_t *node)
{
	*node = (uint32_t)n.b;
	return n.a == 1;
}

enum expr_type value_type(enum form_type t)
{
	switch (t) {
	case FORM_INTEGER: case FORM_DECIMAL: case FORM_RANGE:
		return EXPR_IS_NUMBER;
	case FORM_DATE: case FORM_TODAY:
		return EXPR_IS_DATE;
	case FORM_DATETIME: case FORM_START: case FORM_END:
		return EXPR_IS_DATETIME;
	case FORM_TIME:
		return EXPR_IS_TIME;
	default:
		return EXPR_IS_TEXT;
	}
}

static enum err add(struct fill *f, uint32_t node, void *user)
{
	return f->nodes[node].flags & NODE_RELEVANT ? expr_nodes_add(user, host_node(node)) : ERR_OK;
}

static enum err host_resolve(void *user, const char *name, struct expr_node here, struct expr_nodes *out)
{
	struct fill *f = user;
	uint32_t node, q;

	if (!strncmp(name, "last-saved#", 11))
		return source_saved(f, name + 11, out);
	if (!host_is_node(here, &node))
		node = ROOT_NODE;
	q = plan_resolve(f->form, name, f->nodes[node].question);
	if (q == FORM_NONE)
		return ERR_NOTFOUND;
	return tree_each(f, tree_frame_holding(f, f->nodes[node].frame, q), q, false, add, out);
}

static enum err host_root(void *user, const char *instance, struct expr_node *out)
{
	*out = (struct expr_node){ 0, 0 };
	return instance ? source_open(user, instance, out) : ERR_OK;
}

static bool host_parent(void *user, struct expr_node n, struct expr_node *out)
{
	struct fill *f = user;
	uint32_t node;

	if (!host_is_node(n, &node))
		return n.a > 1 && source_parent(f, n, out);
	*out = node == ROOT_NODE ? (struct expr_node){ 0, 0 } : host_node(tree_parent(f, node));
	return true;
}

static enum err add_child(struct fill *f, uint32_t frame, uint32_t q, struct expr_nodes *out)
{
	return tree_each(f, frame, q, false, add, out);
}

static enum err host_children(void *user, struct expr_node n, const char *name, struct expr_nodes *out)
{
	struct fill *f = user;
	const struct form *form = f->form;
	uint32_t node, group, end, frame;
	enum err err = ERR_OK;

	if (!n.a)
		return expr_nodes_add(out, host_node(ROOT_NODE));
	if (!host_is_node(n, &node))
		return source_children(f, n, name, out);
	group = f->nodes[node].question;
	frame = f->nodes[node].frame;
	end = group == FORM_NONE ? form->question_count : form->questions[group].end;
	if (!strcmp(name, "*")) {
		for (uint32_t q = group == FORM_NONE ? 0 : group + 1; !err && q < end; q = form->questions[q].end)
			err = add_child(f, frame, q, out);
		return err;
	}
	for (uint32_t q = form_find(form, name, 0); !err && q != FORM_NONE; q = form_find(form, name, q + 1))
		if (form->questions[q].parent == group)
			err = add_child(f, frame, q, out);
	return err;
}

static enum err host_matching(void *user, struct expr_node n, const char *name, const char *column, const char *value, struct expr_nodes *out)
{
	return n.a >= SOURCE_FIRST ? source_matching(user, n, name, column, value, out) : ERR_UNSUPPORTED;
}

static const char *host_value(void *user, struct expr_node n, enum expr_type *type)
{
	struct fill *f = user;
	uint32_t node;

	*type = EXPR_IS_TEXT;
	if (!host_is_node(n, &node))
		return n.a > 1 ? source_value(f, n) : "";
	if (f->nodes[node].question == FORM_NONE)
		return "";
	*type = value_type(f->form->questions[f->nodes[node].question].type);
	return f->nodes[node].flags & NODE_RELEVANT && f->nodes[node].value ? f->nodes[node].value : "";
}

static uint32_t host_position(void *user, struct expr_node n)
{
	struct fill *f = user;
	uint32_t node;

	return host_is_node(n, &node) && f->nodes[node].flags & NODE_INSTANCE ? f->frames[f->nodes[node].frame].position + 1 : 1;
}

/* `name` is "${q}", a path or a bare name: the last name in it is the question's. */
static enum err host_choice_name(void *user, const char *value, const char *name, struct expr_node here, struct buf *out)
{
	struct fill *f = user;
	const char *start = strrchr(name, '/');
	char plain[256];
	size_t len;
	uint32_t node, q;

	start = start ? start + 1 : name;
	start += strspn(start, "${ ");
	len = strcspn(start, "} ");
	if (!*value || len >= sizeof plain)
		return ERR_OK;
	memcpy(plain, start, len);
	plain[len] = '\0';
	if (!host_is_node(here, &node))
		node = ROOT_NODE;
	q = plan_resolve(f->form, plain, f->nodes[node].question);
	return q == FORM_NONE ? ERR_OK : choices_label(f, q, node, value, out);
}

static uint32_t enclosing_position(const struct fill *f, struct expr_node here)
{
	uint32_t node;

	return host_is_node(here, &node) && f->nodes[node].frame != ROOT_FRAME ? f->frames[f->nodes[node].frame].position + 1 : 1;
}

/* Functions of other makers' forms that have a meaning here; those that tell of a device's sensors give nothing. */
static const char *const host_functions[] = {
	"index", "username", "device-info", "deviceid", "phonenumber", "email", "version", "duration", "property", "plug-in-metadata"
};

static size_t function_number(const char *name)
{
	size_t i = 0;

	while (i < sizeof host_functions / sizeof *host_functions && strcmp(host_functions[i], name))
		i++;
	return i;
}

bool fill_is_function(const char *name)
{
	return function_number(name) < sizeof host_functions / sizeof *host_functions || expr_is_function(name);
}

static enum err host_call(void *user, const char *function, const struct expr_value *args, size_t count, struct expr_node here, struct expr_value *out)
{
	struct fill *f = user;
	const char *const known[] = { NULL, f->host.username, f->host.deviceid, f->host.deviceid, f->host.phonenumber, f->host.email, f->form->version };
	size_t i = function_number(function);

	(void)args, (void)count;
	if (i == 0)
		expr_set_number(out, enclosing_position(f, here));
	else if (i < sizeof host_functions / sizeof *host_functions)
		return expr_set_text(out, i < sizeof known / sizeof *known && known[i] ? known[i] : "");
	return i < sizeof host_functions / sizeof *host_functions ? ERR_OK : ERR_NOTFOUND;
}

static enum err host_random(void *user, void *data, size_t len)
{
	struct fill *f = user;

	return f->host.random ? f->host.random(f->host.user, data, len) : fs_random(data, len);
}

void host_open(struct fill *f)
{
	f->eval = (struct expr_host){
		.user = f, .resolve = host_resolve, .root = host_root, .parent = host_parent, .children = host_children, .matching = host_matching,
		.value = host_value, .position = host_position, .choice_name = host_choice_name, .call = host_call, .random = host_random,
		.language = f->host.language, .now = f->host.now, .utc_offset = f->host.utc_offset
	};
}
