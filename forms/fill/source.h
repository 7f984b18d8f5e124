/* source.h - what expressions see beside the answers: choice lists, attached files, the subject row, last-saved answers. Private to
 * forms/fill.
 *
 * An expr_node names either a node of the tree or an item of a source; strings are borrowed until source_close().
 */
#ifndef FORMS_FILL_SOURCE_H
#define FORMS_FILL_SOURCE_H

#include "forms/fill/tree.h"

void host_open(struct fill *f);
struct expr_node host_node(uint32_t node);
bool host_is_node(struct expr_node n, uint32_t *node);
enum { SOURCE_ROW = 2, SOURCE_SAVED = 3, SOURCE_FIRST = 16 };      /* first word of an expr_node outside the form */
enum err source_open(struct fill *f, const char *instance, struct expr_node *out);
void source_close(struct fill *f);
bool source_parent(struct fill *f, struct expr_node n, struct expr_node *out);
enum err source_children(struct fill *f, struct expr_node n, const char *name, struct expr_nodes *out);
enum err source_matching(struct fill *f, struct expr_node n, const char *name, const char *column, const char *value, struct expr_nodes *out);
const char *source_value(struct fill *f, struct expr_node n);
enum err source_saved(struct fill *f, const char *name, struct expr_nodes *out);
/* Cell of an item: column "name", "label" or any other; NULL when there is no such column. */
const char *source_cell(struct fill *f, struct expr_node item, const char *column);
bool source_is_list(const struct fill *f, struct expr_node item);   /* a choice list's, not a file's */
const char *source_stem(const char *file, char out[256]);          /* "data.csv" -> "data" */

#endif
