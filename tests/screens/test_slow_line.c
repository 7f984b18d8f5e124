/* The whole program over a line of 9,600 baud, from a terminal without colours: 960 bytes are a second of it. What each key sends is
 * counted, at the desk's size and a phone's, and bounded, so that a screen that repaints itself is noticed. */
#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { MOVE, TYPED, SEARCHED, ANSWER, PAGE, KINDS };

/* Half a second, a quarter, one and a half, one, three. What a search still finds is another list at each letter; three seconds are 80x24 full of
 * Han. */
static const struct { const char *name; uint64_t most; } kinds[KINDS] = {
	{ "the selection moved", 480 },    { "a character typed", 240 },       { "a letter searched for", 1440 },
	{ "an item answered, left", 960 }, { "a page opened or left", 2880 },
};
static struct { unsigned keys; uint64_t all, most; char key[16]; } spent[KINDS];
static struct vt *vt;

/* One key; what its frame took is of this kind. `shows` NULL: until all is still. */
static void press(enum kind k, const char *key, const char *shows)
{
	uint64_t before = vt_bytes(vt);

	if (strlen(key) == 1)
		vt_keys(vt, key);
	else
		vt_key(vt, key);
	if (shows)
		assert_shows(vt, shows);
	field_settle(vt);
	before = vt_bytes(vt) - before;
	spent[k].keys++;
	spent[k].all += before;
	if (before > spent[k].most) {
		spent[k].most = before;
		snprintf(spent[k].key, sizeof spent[k].key, "%s", key);
	}
}

static void moves(unsigned n, const char *key)
{
	while (n--)
		press(MOVE, key, NULL);
}

static void lists(void)
{
	moves(4, "Down");
	moves(2, "Up");
	press(PAGE, "h", "隐患");
	press(PAGE, "Esc", "q退出");
	press(PAGE, "p", "s排序");
	moves(12, "Down");
	press(PAGE, "PgDn", NULL);
	press(PAGE, "Home", NULL);           /* a key that this TERM says nothing of */
	press(PAGE, "Esc", "q退出");
	press(PAGE, "?", NULL);
	press(PAGE, "Esc", "q退出");
	press(PAGE, "c", "119");
	press(PAGE, "1", NULL);
	press(PAGE, "Esc", NULL);
	press(PAGE, "Esc", "q退出");
}

static void a_walk(const char *initials)
{
	char letter[2] = "";

	press(PAGE, "/", "拼音首字母");
	for (const char *c = initials; *c; c++) {
		*letter = *c;
		press(SEARCHED, letter, NULL);
	}
	assert_shows(vt, "1/1");
	press(PAGE, "Enter", "开始巡查");
	press(PAGE, "w", "第 1/");
	for (unsigned i = 1; i < 8; i++) {
		char next[32];

		snprintf(next, sizeof next, "第 %u/", i + 1);
		if (vt_shows(vt, "打数字后 Enter")) {
			press(TYPED, "1", NULL);
			press(TYPED, "2", NULL);
			press(ANSWER, "Enter", next);
		} else {
			press(ANSWER, i == 3 ? "3" : "1", next);
		}
	}
	for (unsigned i = 0; i < 3; i++)
		press(ANSWER, "k", NULL);
	press(PAGE, "2", "情况");                /* the hazard's panel */
	moves(4, "Down");
	moves(4, "Up");
	press(TYPED, "a", NULL);
	press(TYPED, "b", NULL);
	press(PAGE, "F5", "第 ");                /* nor of this one */
	press(PAGE, "Esc", "开始巡查");
	press(PAGE, "Esc", NULL);
}

static void a_key_is_shown_within(int rows, int cols, const char *initials, const char *const terminal[])
{
	memset(spent, 0, sizeof spent);
	vt = field_enter("device", FIELD_PIN, rows, cols, terminal);
	lists();
	a_walk(initials);
	field_leave(vt);
	for (size_t k = 0; k < KINDS; k++) {
		print_message("# %dx%d, %s: %-22s %2u keys, bytes a key: mean %4u, most %4u (%s), bound %u\n", cols, rows, *terminal, kinds[k].name, spent[k].keys,
		              (unsigned)(spent[k].all / spent[k].keys), (unsigned)spent[k].most, spent[k].key, (unsigned)kinds[k].most);
	}
	for (size_t k = 0; k < KINDS; k++)
		assert_in_range(spent[k].most, 1, kinds[k].most);
}

static const char *const plain[] = { "TERM=vt220", "LC_ALL=C.UTF-8", "NO_COLOR=1", NULL };

static void at_the_desks_size_each_key_is_shown_within_its_time(void **state)
{
	(void)state;
	a_key_is_shown_within(24, 80, "dfwb", plain);
}

static void at_a_phones_size_each_key_is_shown_within_its_time(void **state)
{
	(void)state;
	a_key_is_shown_within(18, 40, "lmfd", plain);
}

static void and_with_colours(void **state)
{
	static const char *const colours[] = { "TERM=xterm-256color", NULL };

	(void)state;
	a_key_is_shown_within(18, 40, "ljyt", colours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_the_desks_size_each_key_is_shown_within_its_time),
		cmocka_unit_test(at_a_phones_size_each_key_is_shown_within_its_time),
		cmocka_unit_test(and_with_colours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, field_setup, field_teardown) != 0;
}
