#include "config.h"
#include "forms/expr/plain.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VALUES_MAX = 4096 };

/* Nodes: a = 1 the document, 2 the root, 3 a value, its index in b; value 0 is ".". */
enum { NODE_DOCUMENT = 1, NODE_ROOT, NODE_VALUE };

struct entry { char *name, *value; };

struct expr_plain {
	int64_t now;
	struct entry *at;
	size_t count;
};

static char *copy(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = malloc(n);

	return p ? memcpy(p, s, n) : NULL;
}

struct expr_plain *expr_plain_new(int64_t now)
{
	struct expr_plain *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->now = now;
	if (expr_plain_set(p, NULL, "")) {
		expr_plain_free(p);
		return NULL;
	}
	return p;
}

void expr_plain_free(struct expr_plain *p)
{
	for (size_t i = 0; p && i < p->count; i++) {
		free(p->at[i].name);
		free(p->at[i].value);
	}
	if (p)
		free(p->at);
	free(p);
}

enum err expr_plain_set(struct expr_plain *p, const char *name, const char *value)
{
	char *text = copy(value), *own = copy(name ? name : ".");
	struct entry *more;

	for (size_t i = 0; own && text && i < p->count; i++)
		if (!strcmp(p->at[i].name, own)) {
			free(p->at[i].value);
			p->at[i].value = text;
			free(own);
			return ERR_OK;
		}
	if (p->count >= VALUES_MAX) {
		free(own);
		free(text);
		return err_set(ERR_LIMIT, _("给的值超过 %d 个"), (int)VALUES_MAX);
	}
	more = own && text ? realloc(p->at, (p->count + 1) * sizeof *more) : NULL;
	if (!more) {
		free(own);
		free(text);
		return err_set(ERR_NOMEM, _("内存不够"));
	}
	p->at = more;
	p->at[p->count++] = (struct entry){ own, text };
	return ERR_OK;
}

static enum err add_named(const struct expr_plain *p, const char *name, struct expr_nodes *out)
{
	for (size_t i = 1; i < p->count; i++)
		if (!strcmp(name, "*") || !strcmp(p->at[i].name, name)) {
			enum err err = expr_nodes_add(out, (struct expr_node){ NODE_VALUE, i });

			if (err)
				return err;
		}
	return ERR_OK;
}

static enum err plain_resolve(void *user, const char *name, struct expr_node here, struct expr_nodes *out)
{
	(void)here;
	return add_named(user, name, out);
}

static enum err plain_root(void *user, const char *instance, struct expr_node *out)
{
	(void)user;
	*out = (struct expr_node){ NODE_DOCUMENT, 0 };
	return instance ? ERR_NOTFOUND : ERR_OK;
}

static bool plain_parent(void *user, struct expr_node node, struct expr_node *out)
{
	(void)user;
	*out = (struct expr_node){ node.a - 1, 0 };
	return node.a != NODE_DOCUMENT;
}

/* "." stands for a question at the top: a bare name beside it is looked for as its child, and found among the values. */
static enum err plain_children(void *user, struct expr_node node, const char *name, struct expr_nodes *out)
{
	if (node.a == NODE_DOCUMENT)
		return expr_nodes_add(out, (struct expr_node){ NODE_ROOT, 0 });
	return node.a == NODE_ROOT || node.b == 0 ? add_named(user, name, out) : ERR_OK;
}

static const char *plain_value(void *user, struct expr_node node, enum expr_type *type)
{
	const struct expr_plain *p = user;

	*type = EXPR_IS_TEXT;
	return node.a == NODE_VALUE ? p->at[node.b].value : "";
}

static int plain_zone(void *user, int64_t utc_ms)
{
	time_t at = (time_t)(utc_ms >= 0 ? utc_ms / 1000 : -((999 - utc_ms) / 1000));
	struct tm tm;

	(void)user;
	return localtime_r(&at, &tm) ? (int)(tm.tm_gmtoff / 60) : 0;
}

static enum err plain_random(void *user, void *data, size_t len)
{
	(void)user;
	return fs_random(data, len);
}

enum err expr_plain_eval(struct expr_plain *p, const char *text, struct buf *out)
{
	const struct expr_host host = {
		.user = p, .resolve = plain_resolve, .root = plain_root, .parent = plain_parent, .children = plain_children,
		.value = plain_value, .now = p->now, .zone = plain_zone, .random = plain_random
	};
	struct expr_value value = { 0 };
	struct expr *x;
	enum err err = expr_parse(text, &x);

	if (err)
		return err;
	tzset();
	err = expr_eval(x, &host, (struct expr_node){ NODE_VALUE, 0 }, &value);
	if (!err)
		err = expr_text(&host, &value, out);
	expr_value_clear(&value);
	expr_free(x);
	return err;
}
