#include "config.h"
#include "tui/screens/home/planned.h"

#include "tui/screens/screens.h"
#include "tui/screens/words.h"

enum kit_next planned_begin(struct kit_view *v, struct app *app, const struct row *plan)
{
	struct buf team = { 0 }, org = { 0 };
	char id[ROW_ID_TEXT];
	struct begin_answer answers[] = { { BEGIN_SAME, "plan", row_id_text(&plan->id, id) }, { BEGIN_FIRST, "team", NULL }, { BEGIN_FIRST, "org", NULL } };
	enum kit_next next;

	words_stored(app, plan, "team", &team);
	words_stored(app, plan, "org", &org);
	answers[1].value = team.len ? buf_str(&team) : NULL;
	answers[2].value = org.len ? buf_str(&org) : NULL;
	next = screen_begin_with(v, app, words_is(app, plan, "kind", "drill") ? "drill_new" : "training_new", NULL, answers, 3);
	buf_clear(&team);
	buf_clear(&org);
	return next;
}
