/* tree.h - what the files of this room share. Private to forms/fill.
 *
 * Two levels. The plan has one entry a question: its programs, its place in a block, who depends on it; it is made once.
 * The tree has one node a question and instance. A frame is an instance of a repeat (frame 0 the record itself); its nodes
 * lie in one block, question q of it at base + plan[q].slot, the instance's own node at base. The node of a repeat itself
 * stands in the frame around it and lists the frames of its instances.
 */
#ifndef FORMS_FILL_TREE_H
#define FORMS_FILL_TREE_H

#include "forms/fill/fill.h"

enum compute { COMPUTE_COUNT, COMPUTE_VALUE, COMPUTE_RELEVANT, COMPUTE_REQUIRED, COMPUTE_READONLY, COMPUTE_CHOICES, COMPUTE_KINDS };

/* When the question that holds this edge changes, `kind` of `target` is computed again: in the instance of repeat `common`
 * that holds the changed node, FORM_NONE for everywhere. */
struct edge { uint32_t target, common; uint8_t kind; };

struct plan {
	struct expr *program[COMPUTE_KINDS];
	struct expr *constraint, *initial /* a default that is computed */, *choices;
	uint32_t repeat;               /* the repeat it lies directly in, FORM_NONE at the top; of a repeat the one around it */
	uint32_t slot;
	uint32_t size;                 /* of a repeat: nodes of one instance */
	uint32_t rank[COMPUTE_KINDS];
	uint32_t edge_first, edge_count;
	bool required, readonly;       /* said plainly; an expression overrules */
	bool triggered;                /* computed only when its trigger changes */
	bool shows_row;                /* opens with a field of the subject row */
};

enum {
	NODE_INSTANCE = 1, NODE_REPEAT = 2, NODE_OWN_RELEVANT = 4, NODE_RELEVANT = 8, NODE_REQUIRED = 16, NODE_READONLY = 32,
	NODE_KNOWN = 64                /* while a draft is loaded: it spoke of this node */
};

struct list { uint32_t *at; uint32_t count, cap; };       /* frames of a repeat's instances, in order */

struct node {
	uint32_t question;             /* FORM_NONE: the record itself */
	uint32_t frame;
	char *value;                   /* NULL: empty */
	char *opened;                  /* fill_opened() */
	struct list *list;             /* of a repeat */
	uint8_t flags, dirty;          /* dirty: bit of enum compute */
};

struct frame {
	uint32_t repeat, container;    /* question; node of the repeat */
	uint32_t base, position;       /* first node; from 0 */
	uint32_t next_free;
	bool used;
};

struct source;                     /* a choice list or an attached file, looked up by expressions */

struct fill {
	const struct form *form;
	struct fill_host host;
	struct expr_host eval;
	uint32_t language;
	struct plan *plan;
	uint32_t root_size;
	struct edge *edges;
	struct { uint32_t question; uint8_t kind; } *by_rank;
	uint32_t rank_count;
	struct node *nodes;
	uint32_t node_count, node_cap;
	struct frame *frames;
	uint32_t frame_count, frame_cap;
	uint32_t *free_frames;         /* by repeat question; FORM_NONE */
	uint64_t *heap;                /* rank << 32 | node: what is to be computed */
	uint32_t heap_count, heap_cap;
	uint32_t *fresh;               /* nodes whose computed default is still to be set */
	uint32_t fresh_count, fresh_cap;
	uint32_t seed;                 /* of lists shuffled without one of the author's */
	struct source *sources;
	uint32_t source_count;
	char **names;                  /* of row fields and last-saved questions met in expressions */
	uint32_t name_count;
	struct expr_value value;       /* scratch of one evaluation */
	struct buf label;              /* of a choice, lent out until the next call */
	struct { fill_node node; struct expr_nodes set; } shown;     /* choices last asked for */
	bool loading;                  /* draft: nothing computed until all is in */
	bool reading;                  /* answers: what was chosen is judged when all is in */
};

enum { ROOT_NODE = 0, ROOT_FRAME = 0 };

/* plan.c, order.c */
enum err plan_make(struct fill *f);
void plan_free(struct fill *f);
enum err plan_order(struct fill *f, const struct edge *all, uint32_t count, const uint32_t *from);
uint32_t plan_resolve(const struct form *form, const char *name, uint32_t here);      /* nearest question of that name */
uint32_t plan_common(const struct fill *f, uint32_t a, uint32_t b);                   /* deepest repeat around both */
bool plan_inside(const struct form *form, uint32_t question, uint32_t group);         /* FORM_NONE holds all */

/* tree.c */
enum err tree_open(struct fill *f);
void tree_close(struct fill *f);
void tree_reset(struct fill *f);                                    /* as before tree_open() */
enum err tree_add(struct fill *f, uint32_t container, uint32_t *frame);
void tree_remove(struct fill *f, uint32_t frame);
uint32_t tree_parent(const struct fill *f, uint32_t node);          /* group, instance or record around; the record gives itself */
static inline uint32_t tree_node(const struct fill *f, uint32_t frame, uint32_t question)
{
	return f->frames[frame].base + f->plan[question].slot;
}
/* Call `each` for every node of `question` under `frame`, in order, until it fails. A repeat gives its instances, or its own
 * node when `own` is set. */
enum err tree_each(struct fill *f, uint32_t frame, uint32_t question, bool own, enum err (*each)(struct fill *f, uint32_t node, void *user), void *user);
uint32_t tree_frame_holding(const struct fill *f, uint32_t frame, uint32_t question);   /* innermost frame around that holds it */

/* opened.c */
enum err opened_set(struct fill *f, uint32_t node, const char *value /* NULL: not known */);

/* value.c: is `value` one of the question's type? ERR_FORMAT says what it should be. *out is how it is stored. */
enum err value_check(struct fill *f, uint32_t node, const char *value, struct buf *out);
enum expr_type value_type(enum form_type t);

/* fill.c */
enum err fill_begin(struct fill *f);                               /* an empty tree, settled unless loading */
enum err fill_grow(struct fill *f, uint32_t container, fill_node *out);   /* an instance more, whoever may */

/* walk.c: every node, relevant or not, in order; what is not relevant is not entered. */
fill_node walk_all(const struct fill *f, fill_node at);

/* text.c: `text` with every ${name} replaced by its value. */
enum err text_fill(struct fill *f, uint32_t node, const char *text, struct buf *out);

/* check.c: does the value there pass the question's constraint? */
enum err constraint_holds(struct fill *f, uint32_t node, bool *out);

#endif
