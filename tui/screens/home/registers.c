#include "config.h"
#include "tui/screens/screens.h"

#include "forms/base/i18n.h"
#include "sync/ledger/rows/find.h"
#include "sync/ledger/rows/listing.h"
#include "tui/kit/choice.h"

#include <stdlib.h>

/* All registers of the pack: chosen by digit, by name or by pinyin initials. */
static struct app *the_app;

static enum kit_next chosen(struct kit_view *below, struct kit_view *self)
{
	int i = kit_choice_answer(self);

	if (i < 0 || !the_app->pack || (uint32_t)i >= the_app->pack->register_count)
		return KIT_STAY;
	return kit_open(below, screen_register_new(the_app, the_app->pack->registers[i].id));
}

struct kit_view *screen_registers_new(struct app *app)
{
	struct kit_option *options = calloc(app->pack->register_count + 1, sizeof *options);
	struct kit_view *v = NULL;

	the_app = app;
	for (uint32_t i = 0; options && i < app->pack->register_count; i++) {
		struct buf initials = { 0 };

		options[i].label = pack_name(&app->pack->registers[i].label, i18n_language());
		find_initials(options[i].label, &initials);
		options[i].find = buf_take(&initials);
	}
	if (options)
		v = kit_choice_new(_("台账"), NULL, options, app->pack->register_count, false, chosen);
	for (uint32_t i = 0; options && i < app->pack->register_count; i++)
		free((void *)(uintptr_t)options[i].find);
	free(options);
	return v;
}
