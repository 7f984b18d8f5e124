/* Every screen in one process, on no terminal: sanitizers see every draw at every size and what random keys lead to. */
#include "config.h"
#include "tests/screens/field.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "sync/keys/identity.h"
#include "sync/ledger/rows/listing.h"
#include "sync/ledger/profile/profile.h"
#include "tui/kit/frame.h"
#include "tui/kit/help.h"
#include "tui/kit/term.h"
#include "tui/screens/words.h"
#include "tui/screens/alarm/calls.h"
#include "tui/screens/form/filling.h"
#include "tui/screens/alarm/incident.h"
#include "tui/screens/walk/notice.h"
#include "tui/screens/device/pin.h"
#include "tui/screens/form/moments.h"
#include "tui/screens/form/roll.h"
#include "tui/screens/screens.h"
#include "tui/screens/form/tally.h"
#include "tui/screens/desk/town.h"
#include "tui/screens/alarm/warning.h"

#include <stdio.h>
#include <stdlib.h>

static struct app app;
static SCREEN *screen;
static FILE *out, *in;

static int open_all(void **state)
{
	char path[512];
	int64_t now;

	if (field_setup(state) || !i18n_open("zh") || keys_start() || !clock_parse_time(FIELD_NOW, 480, &now))
		return -1;
	clock_set(now);
	snprintf(path, sizeof path, "%s/manager", field_dir());
	if (app_open(&app, path, NULL) || profile_unlock(app.profile, NULL, FIELD_PIN, NULL) || app_enter(&app))
		return -1;
	out = fopen("/dev/null", "w");
	in = fopen("/dev/null", "r");
	screen = newterm("xterm-256color", out, in);
	if (!screen)
		return -1;
	start_color();
	use_default_colors();
	kit_theme_use(KIT_THEME_DARK);
	return 0;
}

static int close_all(void **state)
{
	endwin();
	delscreen(screen);
	fclose(out);
	fclose(in);
	app_close(&app);
	return field_teardown(state);
}

/* No key means two things, every action that a key can do has label and help, the hints fit, help names the way out. */
static void keys_are_sound(struct kit_view *v)
{
	struct buf hints = { 0 }, help = { 0 };

	for (const struct kit_key *k = v->ops->keys; k->action; k++) {
		assert_true(kit_view_label(v, k->action)[0] && kit_actions[k->action].help[0]);
		for (const struct kit_key *l = k + 1; l->action; l++)
			if (k->key == l->key)
				fail_msg("%s: key %s bound twice", v->ops->name, kit_key_name(k->key));
	}
	for (int cols = KIT_LEAST_COLS; cols <= 100; cols += 7) {
		buf_reset(&hints);
		kit_frame_hints(v, &app.kit, 1, cols, &hints);
		assert_true(text_width(buf_str(&hints)) <= cols);
		assert_true(strstr(buf_str(&hints), "帮助") != NULL);
	}
	kit_help_text(v, &app.kit, &help);
	assert_true(help.len > 0);
	buf_clear(&hints);
	buf_clear(&help);
}

static void draws_everywhere(struct kit_stack *s)
{
	static const int sizes[][2] = { { 24, 80 }, { 20, 60 }, { 18, 40 }, { 12, 30 }, { 6, 20 }, { 4, 10 }, { 2, 1 }, { 1, 2 }, { 50, 200 }, { 7, 59 } };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		resizeterm(sizes[i][0], sizes[i][1]);
		kit_stack_draw(s);
	}
	resizeterm(24, 80);
}

static void press(struct kit_stack *s, int key)
{
	kit_stack_event(s, &(struct kit_event){ .type = KIT_EVENT_KEY, .key = key });
}

/* Keys that a person's elbow might press, in any order; the stack never empties under the root. */
static void elbow(struct kit_stack *s, unsigned seed, int presses)
{
	static const int keys[] = {
		'1', '2', '3', '9', '0', 'j', 'k', 'n', 'f', 's', 'u', 'g', 'w', 'h', 't', 'd', 'a', 'p', 'm', ' ', '/', '?', 'c', '.', '-', L'村', 'x',
		KIT_ENTER, KIT_ENTER, KIT_ESC, KIT_TAB, KIT_FN | KEY_DOWN, KIT_FN | KEY_DOWN, KIT_FN | KEY_UP, KIT_FN | KEY_LEFT, KIT_FN | KEY_RIGHT,
		KIT_FN | KEY_HOME, KIT_FN | KEY_END, KIT_FN | KEY_NPAGE, KIT_FN | KEY_PPAGE, KIT_FN | KEY_BACKSPACE, KIT_FN | KEY_DC, KIT_FN | KEY_F(1),
		KIT_FN | KEY_F(2), KIT_FN | KEY_F(3), KIT_FN | KEY_F(6), KIT_FN | KEY_BTAB, 'U' & 0x1f,
	};
	struct kit_view *root = s->top;

	srand(seed);
	for (int i = 0; i < presses && s->top; i++) {
		int key = keys[(size_t)rand() % (sizeof keys / sizeof *keys)];

		/* Esc at the root would end the stack; q would too. */
		if (s->top == root && key == KIT_ESC)
			continue;
		press(s, key);
		if (s->top && s->top->ops->working && s->top->ops->working(s->top) && strcmp(s->top->ops->name, "progress"))
			break;
		if (s->top && i % 8 == 0)
			kit_stack_draw(s);
	}
}

static void try_view(struct kit_view *v, unsigned seed, int presses)
{
	struct kit_stack s = { NULL, &app.kit, false };

	assert_non_null(v);
	kit_stack_push(&s, v);
	keys_are_sound(v);
	draws_everywhere(&s);
	elbow(&s, seed, presses);
	if (s.top)
		draws_everywhere(&s);
	kit_stack_close(&s);
}

static void every_screen_draws_at_every_size_and_survives_any_key(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 3; seed++) {
		try_view(screen_today_new(&app), seed, 300);
		try_view(screen_registers_new(&app), seed, 100);
		try_view(screen_sync_new(&app), seed, 40);
		try_view(screen_cards_new(&app), seed, 60);
		try_view(screen_calendar_new(&app), seed, 200);
		try_view(screen_tally_new(&app, tally_form(&app, "stock"), NULL), seed, 60);
		try_view(screen_desk_new(&app), seed, 100);
		try_view(screen_arrivals_new(&app), seed, 40);
		try_view(screen_devices_new(&app), seed, 40);
#ifdef WITH_TOWN
		try_view(screen_export_new(&app), seed, 40);
		try_view(screen_import_new(&app), seed, 40);
#endif
		try_view(screen_conflicts_new(&app), seed, 40);
		try_view(screen_owed_new(&app), seed, 60);
		try_view(screen_pin_new(&app), seed, 10);
	}
	try_view(screen_settings_new(&app), 1, 0);
}

static void every_register_is_a_list(void **state)
{
	(void)state;
	for (uint32_t r = 0; r < app.pack->register_count; r++)
		try_view(screen_rows_new(&app, app.pack->registers[r].id, NULL), r, 60);
}

static void every_form_can_be_shown_and_filled_at_random(void **state)
{
	unsigned forms = 0;

	(void)state;
	for (uint32_t f = 0; f < app.pack->form_count; f++) {
		const struct pack_form *form = &app.pack->forms[f];
		struct filling *filling = NULL;

		if (form->walk || !words_is_mine(&app, form))
			continue;
		assert_ok(filling_begin(&app, form->id, NULL, &filling));
		try_view(screen_form_new(filling), f, 120);
		forms++;
	}
	print_message("# %u forms\n", forms);
	assert_true(forms > 20);
}

/* A choice is known by its first character: 第 of 第一书记 or 残 of 残疾 tells all. */
static void of_a_choice_that_is_personal_nothing_is_shown(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (uint32_t f = 0; f < app.pack->form_count; f++) {
		const struct pack_form *form = &app.pack->forms[f];
		struct filling *filling = NULL;

		if (form->walk || !words_is_mine(&app, form))
			continue;
		assert_ok(filling_begin(&app, form->id, NULL, &filling));
		for (fill_node n = fill_first(filling->fill); n != FILL_NO_NODE; n = fill_next(filling->fill, n)) {
			const struct form_question *q = fill_question(filling->fill, n);
			const char *name, *label;
			struct buf shown = { 0 };
			uint32_t count = 0;

			if (!form_is_select(q->type) || pack_class(q) < 2 || !fill_is_relevant(filling->fill, n)
			    || fill_choices(filling->fill, n, &count) || !count)
				continue;
			assert_ok(fill_choice(filling->fill, n, 0, &name, &label));
			assert_ok(fill_set(filling->fill, n, name));
			filling_shown(filling, n, &shown);
			assert_string_equal(buf_str(&shown), "**");
			buf_clear(&shown);
			seen++;
		}
		filling_close(filling);
	}
	print_message("# %u choices\n", seen);
	assert_true(seen > 0);
}

static void every_place_can_be_looked_at_and_walked(void **state)
{
	struct listing_query q = { .reg = "places" };
	struct listing *l = NULL;
	unsigned walks = 0;

	(void)state;
	assert_ok(listing_open(app.profile, &q, &l));
	for (uint32_t i = 0; i < listing_count(l); i++) {
		struct row row = { .id = { .index = 0 } };
		struct row_shown kind = { .kinds = 0 };
		struct filling *f = NULL;
		uint32_t k;

		assert_ok(listing_row(l, i, &row));
		try_view(screen_row_new(&app, &row.id), i, 30);
		assert_ok(row_show(&row, &app.pack->registers[pack_find_register(app.pack, "places")], app.pack,
		                   pack_find_field(&app.pack->registers[pack_find_register(app.pack, "places")], "kind"), false, &kind));
		k = pack_find_kind(app.pack, buf_str(&kind.text));
		if (k != PACK_NONE && app.pack->kinds[k].walk) {
			assert_ok(filling_begin(&app, app.pack->kinds[k].walk, &row.id, &f));
			try_view(screen_walk_new(f), i, 150);
			walks++;
		}
		row_shown_clear(&kind);
		row_clear(&row);
	}
	listing_close(l);
	print_message("# %u walks\n", walks);
	assert_true(walks > 10);
}

/* A record of this form on this row, all that is wanted filled in by `fill`; its row. */
static struct row_id made(const char *form, const struct row_id *subject, const char *const fill[][2])
{
	struct filling *f = NULL;
	struct row_id id;
	struct buf why = { 0 };

	assert_ok(filling_begin(&app, form, subject, &f));
	for (size_t i = 0; fill[i][0]; i++)
		assert_ok(fill_set(f->fill, fill_find(f->fill, fill[i][0]), fill[i][1]));
	filling_fault(f, &why);
	assert_string_equal(buf_str(&why), "");
	assert_ok(filling_submit(f, &id));
	filling_close(f);
	return id;
}

/* The clocks, the call list, the time line and the roll, with something on them. */
static void what_runs_against_time_draws_and_survives_any_key(void **state)
{
	static const char *const warned[][2] = { { "issuer", "县气象台" }, { "kind", "flash_flood" }, { "level", "2" }, { "summary", "山洪" }, { NULL, NULL } };
	static const char *const burnt[][2] = { { "event", "fire" }, { "where", "中心街17号" }, { "brief", "后厨起火" }, { NULL, NULL } };
	struct row_id warning = made("warning_new", NULL, warned), incident = made("incident_new", NULL, burnt);
	struct filling *f = NULL;
	uint32_t people = 0;

	(void)state;
	try_view(screen_warning_new(&app, &warning), 1, 60);
	assert_ok(calls_make(&app, &warning, &people));
	print_message("# %u on the call list\n", people);
	for (unsigned seed = 2; seed < 4; seed++) {
		try_view(screen_warning_new(&app, &warning), seed, 120);
		try_view(screen_incident_new(&app, &incident), seed, 100);
		try_view(screen_moments_new(&app, moments_form(&app, "incidents"), &incident), seed, 100);
	}
	assert_ok(filling_begin(&app, "training_new", NULL, &f));
	for (fill_node n = fill_first(f->fill); n != FILL_NO_NODE; n = fill_next(f->fill, n))
		if (roll_is(fill_question(f->fill, n))) {
			try_view(screen_roll_new(f, n), 1, 200);
			break;
		}
	assert_ok(filling_discard(f));
}

static struct row_id chosen;
static bool any;

static enum kit_next take_choice(struct kit_view *below, struct kit_view *self)
{
	const struct row_id *id = screen_rows_chosen(self);

	(void)below;
	any = id != NULL;
	if (id)
		chosen = *id;
	return KIT_STAY;
}

/* What Enter chooses after these letters, among the places of one kind; false when nothing is found. */
static bool chooses(const char *letters)
{
	struct kit_stack s = { NULL, &app.kit, false };

	any = false;
	kit_stack_push(&s, screen_today_new(&app));
	kit_stack_push(&s, screen_rows_choose_new(&app, "places", "${name} = '惠民诊所'", take_choice));
	for (; *letters; letters++)
		press(&s, *letters);
	press(&s, KIT_ENTER);
	kit_stack_close(&s);
	return any;
}

static void a_row_is_chosen_only_among_those_the_form_asks_for(void **state)
{
	struct row row;
	struct buf b = { 0 };

	(void)state;
	assert_false(chooses("lmfd"));
	assert_true(chooses("hmzs"));
	assert_ok(row_read(app.profile, &chosen, &row));
	assert_ok(row_title(app.profile, &row, &b));
	assert_string_equal(buf_str(&b), "惠民诊所");
	buf_clear(&b);
	row_clear(&row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_screen_draws_at_every_size_and_survives_any_key),
		cmocka_unit_test(every_register_is_a_list),
		cmocka_unit_test(a_row_is_chosen_only_among_those_the_form_asks_for),
		cmocka_unit_test(every_form_can_be_shown_and_filled_at_random),
		cmocka_unit_test(what_runs_against_time_draws_and_survives_any_key),
		cmocka_unit_test(of_a_choice_that_is_personal_nothing_is_shown),
		cmocka_unit_test(every_place_can_be_looked_at_and_walked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_all, close_all) != 0;
}
