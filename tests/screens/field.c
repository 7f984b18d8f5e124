#include "config.h"
#include "tests/screens/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[256];

const char *field_dir(void)
{
	return dir;
}

static int run(const char *command)
{
	int status = system(command);

	if (status)
		fprintf(stderr, "# %s: %d\n", command, status);
	return status;
}

int field_setup_also(const char *script)
{
	char command[1024];

	snprintf(command, sizeof command, "SRCDIR=%s PATH=%s/sync:$PATH %s/tests/screens/%s %s", SRCDIR, BUILDDIR, SRCDIR, script, dir);
	return run(command) ? -1 : 0;
}

/* XUNCHA_FIXTURE keeps the township of an earlier run, for a person at work on the screens. */
int field_setup_with(const char *script)
{
	const char *kept = getenv("XUNCHA_FIXTURE");
	char ready[300];

	if (kept) {
		snprintf(dir, sizeof dir, "%s", kept);
	} else {
		snprintf(dir, sizeof dir, "%s", "/tmp/xuncha-screens.XXXXXX");
		if (!mkdtemp(dir))
			return -1;
	}
	snprintf(ready, sizeof ready, "%s/ready", dir);
	return access(ready, F_OK) ? field_setup_also(script) : 0;
}

int field_setup(void **state)
{
	(void)state;
	return field_setup_with("fixture.sh");
}

int field_teardown(void **state)
{
	char command[512];

	(void)state;
	if (getenv("XUNCHA_FIXTURE"))
		return 0;
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return run(command);
}

struct vt *field_start_at(const char *when, const char *profile, int rows, int cols, const char *const env[])
{
	char program[] = BUILDDIR "/tui/xuncha", option[] = "--profile", now[] = "--now", time[32], still[] = "--still", lang[] = "--lang", zh[] = "zh", path[512];
	char *argv[] = { program, option, path, now, time, still, lang, zh, NULL };
	struct vt *vt;

	snprintf(time, sizeof time, "%s", when);
	snprintf(path, sizeof path, "%s/%s", dir, profile);
	vt = vt_spawn(rows, cols, argv, env);
	assert_non_null(vt);
	assert_shows(vt, "PIN");
	return vt;
}

struct vt *field_start(const char *profile, int rows, int cols, const char *const env[])
{
	return field_start_at(FIELD_NOW, profile, rows, cols, env);
}

void field_unlock(struct vt *vt, const char *pin)
{
	vt_keys(vt, pin);
	vt_key(vt, "Enter");
	assert_hides(vt, "PIN");
	field_settle(vt);
}

struct vt *field_enter(const char *profile, const char *pin, int rows, int cols, const char *const env[])
{
	struct vt *vt = field_start(profile, rows, cols, env);

	field_unlock(vt, pin);
	return vt;
}

bool field_expect(struct vt *vt, const char *text, bool there)
{
	if (there ? !vt_expect(vt, text, PATIENCE) : !vt_expect_gone(vt, text, PATIENCE))
		return false;
	vt_settle(vt, 2, 1000);
	return true;
}

void field_settle(struct vt *vt)
{
	assert_true(vt_settle(vt, QUIET, PATIENCE));
}

void field_fill(struct vt *vt, const char *text)
{
	field_settle(vt);
	vt_keys(vt, text);
	vt_key(vt, "Enter");
	field_settle(vt);
}

void field_leave(struct vt *vt)
{
	field_settle(vt);       /* the hints are drawn last: until then they are those of the screen before */
	for (int i = 0; i < 8 && !vt_shows(vt, "q退出") && !vt_shows(vt, "qquit"); i++) {
		vt_key(vt, "Esc");
		field_settle(vt);
	}
	vt_keys(vt, "q");
	if (vt_wait_exit(vt, PATIENCE)) {
		vt_print(vt);
		fail_msg("%s", "it did not end well");
	}
	vt_free(vt);
}

void field_golden(struct vt *vt, const char *name)
{
	struct buf got = { 0 }, want = { 0 };
	char path[512], bytes[4096];
	size_t n;
	FILE *f;

	field_settle(vt);
	vt_text(vt, &got);
	snprintf(path, sizeof path, "%s/tests/screens/expected/%s.exp", SRCDIR, name);
	if (getenv("XUNCHA_UPDATE")) {
		f = fopen(path, "w");
		assert_non_null(f);
		assert_int_equal(fwrite(got.data, 1, got.len, f), got.len);
		fclose(f);
	}
	f = fopen(path, "r");
	assert_non_null(f);
	while ((n = fread(bytes, 1, sizeof bytes, f)))
		buf_put(&want, bytes, n);
	fclose(f);
	assert_string_equal(buf_str(&got), buf_str(&want));
	buf_clear(&got);
	buf_clear(&want);
}

void field_ask(struct vt *vt, const char *key, const char *prompt, const char *text)
{
	vt_keys(vt, key);
	assert_shows(vt, prompt);
	field_settle(vt);
	vt_key(vt, "C-u");
	vt_keys(vt, text);
	vt_key(vt, "Enter");
	field_settle(vt);
}

void field_choose(struct vt *vt, const char *key, const char *shows, const char *digit)
{
	vt_keys(vt, key);
	assert_shows(vt, shows);
	field_settle(vt);
	vt_keys(vt, digit);
	field_settle(vt);
}

const char *field_first_line(const char *name)
{
	static char line[256];
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", field_dir(), name);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

void field_run(const char *commands)
{
	char path[512], line[2048];
	FILE *f;

	snprintf(path, sizeof path, "%s/script", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "export PATH=%s/sync:%s/sync/town:$PATH SRCDIR=%s; cd %s\n", BUILDDIR, BUILDDIR, SRCDIR, dir);
	fputs("town() { xunchactl --now " FIELD_NOW " --profile town --pin-file pin.town \"$@\"; }\n"
	      "on() { d=$1 t=$2; shift 2; xunchactl --now $t --profile $d --pin-file pin.device \"$@\"; }\n"
	      "carry() { on $1 2026-07-12T08:20 sync --dir $2; town merge $2; town sync --dir $2; on $1 2026-07-12T08:22 sync --dir $2; }\n"
	      "none() { ! grep \"$@\"; }\n", f);
	fputs(commands, f);
	assert_int_equal(fclose(f), 0);
	snprintf(line, sizeof line, "sh -ex %s >%s/log 2>&1 || { tail -20 %s/log >&2; exit 1; }", path, dir, dir);
	if (system(line))
		fail_msg("%s", commands);
}

void field_select(struct vt *vt, const char *text)
{
	field_settle(vt);
	for (int i = 0; i < 40 && !vt_selected(vt, text); i++) {
		vt_key(vt, i ? "Down" : "Home");
		field_settle(vt);
	}
	if (!vt_selected(vt, text))
		vt_print(vt);
	assert_true(vt_selected(vt, text));
}
