/* settle.h - computing again what depends on what changed, in the order of the plan. Private to forms/fill.
 *
 * Nodes are marked and lie in a heap by rank; settle() empties it. While a draft is loaded nothing is computed until all is in.
 */
#ifndef FORMS_FILL_SETTLE_H
#define FORMS_FILL_SETTLE_H

#include "forms/fill/tree.h"

enum err settle(struct fill *f);
enum err settle_touch(struct fill *f, uint32_t node);              /* what depends on it is to be computed */
enum err settle_mark(struct fill *f, uint32_t node, enum compute kind);
enum err settle_fresh(struct fill *f, uint32_t frame);             /* a new frame: everything in it */
enum err settle_known(struct fill *f, uint32_t node);              /* a loaded node: what is computed of it, no default */
enum err settle_new(struct fill *f, uint32_t node, uint32_t question);   /* one that the draft did not know */
enum err settle_store(struct fill *f, uint32_t node, const char *value);
enum err settle_eval(struct fill *f, uint32_t node, const struct expr *x);      /* into f->value, a scalar */
enum err settle_nodes(struct fill *f, uint32_t node, const struct expr *x);     /* the same, node sets left as they are */
enum err settle_text(struct fill *f, uint32_t node, struct buf *out);           /* f->value as the node's question stores it */

#endif
