#include "config.h"
#include "tui/screens/planned.h"

#include "tui/screens/filling.h"
#include "tui/screens/screens.h"
#include "tui/screens/words.h"

#include <string.h>

/* What the plan says of a field, into the question of the same name. */
static enum err put_same(struct filling *f, const struct row *plan, const char *name)
{
	fill_node n = fill_find(f->fill, name);
	struct buf value = { 0 };
	enum err e = ERR_OK;

	words_stored(f->app, plan, name, &value);
	if (value.len && n != FILL_NO_NODE)
		e = fill_set(f->fill, n, buf_str(&value));
	buf_clear(&value);
	return e;
}

enum kit_next planned_begin(struct kit_view *v, struct app *app, const struct row *plan)
{
	struct filling *f = NULL;
	struct buf kind = { 0 };
	char id[ROW_ID_TEXT];
	fill_node n;
	enum err e;

	words_stored(app, plan, "kind", &kind);
	e = filling_begin(app, strcmp(buf_str(&kind), "drill") ? "training_new" : "drill_new", NULL, &f);
	buf_clear(&kind);
	n = e ? FILL_NO_NODE : fill_find(f->fill, "plan");
	if (!e && n != FILL_NO_NODE)
		e = fill_set(f->fill, n, row_id_text(&plan->id, id));
	if (!e)
		e = put_same(f, plan, "team");
	if (!e)
		e = put_same(f, plan, "org");
	if (!e)
		e = filling_save(f, FILL_NO_NODE);
	if (!e)
		return kit_open(v, screen_filling_new(f));
	kit_say_error(e);
	if (f)
		filling_close(f);
	return KIT_STAY;
}
