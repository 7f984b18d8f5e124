#include "config.h"
#include "tests/screens/errand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct errand_mode errand_modes[ERRAND_MODES] = {
	{ 24, 80, "zh", false }, { 18, 40, "en", true }, { 18, 40, "zh", true }, { 24, 80, "en", false },
	{ 24, 80, "zh", true }, { 18, 40, "zh", false }, { 24, 80, "en", true }, { 18, 40, "en", false },
};
const struct errand_mode *errand_mode;
struct vt *errand_vt;
static unsigned keys;
static int days_passed;

int errand_day(void)
{
	return 12 + days_passed;
}

const char *errand_in(const char *zh, const char *en)
{
	return *errand_mode->lang == 'z' ? zh : en;
}

void errand_start(const char *now, const char *profile, const char *const more[])
{
	char program[] = BUILDDIR "/tui/xuncha", option[] = "--profile", path[512], at[] = "--now", time[32], lang[] = "--lang", language[8];
	char *argv[] = { program, option, path, at, time, lang, language, NULL };
	const char *env[7] = { "XUNCHA_LOCALEDIR=" BUILDDIR "/tui/po" };
	size_t n = 1;

	if (errand_mode->mono)
		env[n++] = "NO_COLOR=1";
	for (size_t i = 0; more && more[i]; i++)
		env[n++] = more[i];
	snprintf(path, sizeof path, "%s/%s", field_dir(), profile);
	snprintf(time, sizeof time, "%s", now);
	snprintf(language, sizeof language, "%s", errand_mode->lang);
	errand_vt = vt_spawn(errand_mode->rows, errand_mode->cols, argv, env);
	assert_non_null(errand_vt);
	keys = 0;
}

void errand_open(const char *clock)
{
	char now[32];

	snprintf(now, sizeof now, "2026-07-%02dT%.8s", errand_day(), clock);
	errand_start(now, "manager", NULL);
	assert_shows(errand_vt, "PIN");
	field_unlock(errand_vt, FIELD_PIN);
}

void errand_press(const char *name)
{
	vt_key(errand_vt, name);
	keys++;
	field_settle(errand_vt);
}

/* Each character a key. */
void errand_type(const char *text)
{
	vt_keys(errand_vt, text);
	for (const char *p = text; *p; p++)
		keys += (*p & 0xc0) != 0x80;
	field_settle(errand_vt);
}

void errand_fill(const char *text)
{
	errand_type(text);
	errand_press("Enter");
}

/* In a form: Down until the row of this label is the one being filled. */
void errand_field(const char *zh, const char *en)
{
	const char *label = errand_in(zh, en);
	bool at = false;

	for (int i = 0; i < 60 && !at; i++) {
		for (int row = 0; row < errand_mode->rows && !at; row++) {
			struct buf line = { 0 };

			vt_row(errand_vt, row, &line);
			at = buf_str(&line)[0] == '>' && strstr(buf_str(&line), label);
			buf_clear(&line);
		}
		if (!at)
			errand_press("Down");
	}
	if (!at)
		vt_print(errand_vt);
	assert_true(at);
}

void errand_down_to(const char *words)
{
	for (int i = 0; i < 120 && !vt_selected(errand_vt, words); i++)
		errand_press("Down");
	if (!vt_selected(errand_vt, words))
		vt_print(errand_vt);
	assert_true(vt_selected(errand_vt, words));
}

void errand_leave(const char *journey, unsigned most)
{
	print_message("# %s, %dx%d %s%s: %u keys (at most %u)\n", journey, errand_mode->cols, errand_mode->rows, errand_mode->lang, errand_mode->mono ? " mono" : "", keys, most);
	assert_in_range(keys, 1, most);
	field_leave(errand_vt);
}

/* Rows of a register that hold `where`, by xunchactl. */
unsigned errand_count(const char *reg, const char *where)
{
	char command[1024], line[64] = "", quoted[512];
	size_t n = 0;
	FILE *f;

	for (const char *s = where; *s && n < sizeof quoted - 2; s++) {         /* a $ is not the shell's */
		if (*s == '$')
			quoted[n++] = '\\';
		quoted[n++] = *s;
	}
	quoted[n] = '\0';

	snprintf(command, sizeof command, "cd %s && %s/sync/xunchactl --now 2026-07-20T09:00 --profile manager --pin-file pin.device register list %s --where \"%s\" --csv | tail -n +2 | wc -l",
	         field_dir(), BUILDDIR, reg, quoted);
	f = popen(command, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	pclose(f);
	return (unsigned)atoi(line);
}

void errand_in_modes(void (*journey)(void), size_t other)
{
	for (size_t i = 0; i < ERRAND_MODES; i++) {
		if (i && i != other && !getenv("XUNCHA_ALL_MODES"))
			continue;
		errand_mode = &errand_modes[i];
		journey();
		days_passed++;
	}
	days_passed = 0;
}

bool errand_is_first(void)
{
	return errand_mode == errand_modes;
}
