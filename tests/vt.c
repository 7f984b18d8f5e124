#include "config.h"
#include "tests/vt.h"

#include "forms/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

struct vt {
	VTerm *term;
	VTermScreen *screen;
	int fd, rows, cols;
	pid_t pid;
	bool eof, alt, cursor_visible;
	int cursor_row, cursor_col;
	uint64_t bytes;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void to_child(const char *s, size_t len, void *user)
{
	struct vt *vt = user;

	while (len) {
		ssize_t n = write(vt->fd, s, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		s += n;
		len -= (size_t)n;
	}
}

static int on_cursor(VTermPos pos, VTermPos old, int visible, void *user)
{
	struct vt *vt = user;

	(void)old;
	vt->cursor_row = pos.row;
	vt->cursor_col = pos.col;
	vt->cursor_visible = visible;
	return 1;
}

static int on_property(VTermProp prop, VTermValue *value, void *user)
{
	struct vt *vt = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		vt->alt = value->boolean;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		vt->cursor_visible = value->boolean;
	return 1;
}

static const VTermScreenCallbacks callbacks = { .movecursor = on_cursor, .settermprop = on_property };

static _Noreturn void run_child(char *const argv[], const char *const env[])
{
	static const char *const unset[] = { "LINES", "COLUMNS", "NO_COLOR", "ESCDELAY", "LANG", "LANGUAGE", "TERMUX_VERSION" };

	for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
		unsetenv(unset[i]);
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	for (; env && *env; env++) {
		const char *is = strchr(*env, '=');
		char name[64];

		snprintf(name, sizeof name, "%.*s", (int)(is ? is - *env : (ptrdiff_t)strlen(*env)), *env);
		if (is)
			setenv(name, is + 1, 1);
		else
			unsetenv(name);
	}
	execvp(argv[0], argv);
	_exit(127);
}

struct vt *vt_spawn(int rows, int cols, char *const argv[], const char *const env[])
{
	struct winsize ws = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
	struct vt *vt = calloc(1, sizeof *vt);

	if (!vt)
		return NULL;
	vt->rows = rows;
	vt->cols = cols;
	vt->pid = forkpty(&vt->fd, NULL, NULL, &ws);
	if (vt->pid < 0) {
		free(vt);
		return NULL;
	}
	if (!vt->pid)
		run_child(argv, env);
	vt->term = vterm_new(rows, cols);
	vterm_set_utf8(vt->term, 1);
	vterm_output_set_callback(vt->term, to_child, vt);
	vt->screen = vterm_obtain_screen(vt->term);
	vterm_screen_set_callbacks(vt->screen, &callbacks, vt);
	vterm_screen_enable_altscreen(vt->screen, 1);
	vterm_screen_reset(vt->screen, 1);
	return vt;
}

void vt_free(struct vt *vt)
{
	if (!vt)
		return;
	if (vt->pid > 0) {
		kill(vt->pid, SIGKILL);
		waitpid(vt->pid, NULL, 0);
	}
	close(vt->fd);
	vterm_free(vt->term);
	free(vt);
}

pid_t vt_pid(const struct vt *vt)
{
	return vt->pid;
}

/* Take in what the child wrote, waiting at most timeout_ms. True if there was anything. */
static bool pump(struct vt *vt, int timeout_ms)
{
	struct pollfd p = { .fd = vt->fd, .events = POLLIN };
	char bytes[4096];
	ssize_t n;

	if (vt->eof || poll(&p, 1, timeout_ms) <= 0)
		return false;
	n = read(vt->fd, bytes, sizeof bytes);
	if (n <= 0) {           /* EIO: the child closed its side */
		vt->eof = true;
		return false;
	}
	vt->bytes += (uint64_t)n;
	vterm_input_write(vt->term, bytes, (size_t)n);
	return true;
}

void vt_keys(struct vt *vt, const char *utf8)
{
	to_child(utf8, strlen(utf8), vt);
}

void vt_paste(struct vt *vt, const char *utf8)
{
	vt_keys(vt, "\033[200~");
	vt_keys(vt, utf8);
	vt_keys(vt, "\033[201~");
}

/* As terminals of our day report it (SGR); both press and release. */
void vt_click(struct vt *vt, int row, int col)
{
	char bytes[64];

	snprintf(bytes, sizeof bytes, "\033[<0;%d;%dM\033[<0;%d;%dm", col + 1, row + 1, col + 1, row + 1);
	vt_keys(vt, bytes);
}

void vt_key(struct vt *vt, const char *name)
{
	static const struct { const char *name; VTermKey key; } keys[] = {
		{ "Enter", VTERM_KEY_ENTER }, { "Tab", VTERM_KEY_TAB }, { "Backspace", VTERM_KEY_BACKSPACE }, { "Esc", VTERM_KEY_ESCAPE },
		{ "Up", VTERM_KEY_UP }, { "Down", VTERM_KEY_DOWN }, { "Left", VTERM_KEY_LEFT }, { "Right", VTERM_KEY_RIGHT },
		{ "Home", VTERM_KEY_HOME }, { "End", VTERM_KEY_END }, { "PgUp", VTERM_KEY_PAGEUP }, { "PgDn", VTERM_KEY_PAGEDOWN },
		{ "Del", VTERM_KEY_DEL },
	};

	if (!strncmp(name, "C-", 2)) {
		char c = name[2] & 0x1f;

		to_child(&c, 1, vt);
		return;
	}
	if (name[0] == 'F') {
		vterm_keyboard_key(vt->term, (VTermKey)VTERM_KEY_FUNCTION(atoi(name + 1)), VTERM_MOD_NONE);
		return;
	}
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (!strcmp(keys[i].name, name)) {
			vterm_keyboard_key(vt->term, keys[i].key, VTERM_MOD_NONE);
			return;
		}
	abort();
}

void vt_resize(struct vt *vt, int rows, int cols)
{
	struct winsize ws = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	vt->rows = rows;
	vt->cols = cols;
	vterm_set_size(vt->term, rows, cols);
	ioctl(vt->fd, TIOCSWINSZ, &ws);
}

/* One row, and in *col the column where byte `offset` of it was drawn. */
static void read_row(struct vt *vt, int row, struct buf *out, size_t offset, int *col)
{
	size_t start = out->len, end = out->len;

	for (int x = 0; x < vt->cols; ) {
		VTermPos at = { .row = row, .col = x };
		VTermScreenCell cell;

		if (!vterm_screen_get_cell(vt->screen, at, &cell))
			break;
		if (col && out->len - start <= offset)
			*col = x;
		if (!cell.chars[0])
			buf_putc(out, ' ');
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
			text_put(out, cell.chars[i]);
		if (cell.chars[0] && cell.chars[0] != ' ')
			end = out->len;
		x += cell.width > 0 ? cell.width : 1;
	}
	buf_cut(out, end);
}

void vt_row(struct vt *vt, int row, struct buf *out)
{
	read_row(vt, row, out, 0, NULL);
}

void vt_text(struct vt *vt, struct buf *out)
{
	for (int row = 0; row < vt->rows; row++) {
		vt_row(vt, row, out);
		buf_putc(out, '\n');
	}
}

void vt_print(struct vt *vt)
{
	for (int row = 0; row < vt->rows; row++) {
		struct buf line = { 0 };

		vt_row(vt, row, &line);
		printf("# |%s\n", buf_str(&line));
		buf_clear(&line);
	}
}

static bool find_from(struct vt *vt, const char *utf8, int first, int *row, int *col)
{
	struct buf line = { 0 };
	bool found = false;

	for (int y = first; y < vt->rows && !found; y++) {
		const char *at;

		buf_reset(&line);
		read_row(vt, y, &line, 0, NULL);
		at = strstr(buf_str(&line), utf8);
		if (at) {
			size_t offset = (size_t)(at - buf_str(&line));

			buf_reset(&line);
			read_row(vt, y, &line, offset, col);
			*row = y;
			found = true;
		}
	}
	buf_clear(&line);
	return found;
}

bool vt_find(struct vt *vt, const char *utf8, int *row, int *col)
{
	return find_from(vt, utf8, 0, row, col);
}

bool vt_shows(struct vt *vt, const char *utf8)
{
	int row, col;

	vterm_screen_flush_damage(vt->screen);
	return vt_find(vt, utf8, &row, &col);
}

static bool wait_for(struct vt *vt, const char *utf8, bool there, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms;

	for (;;) {
		int64_t left = end - now_ms();

		if (vt_shows(vt, utf8) == there)
			return true;
		if (left <= 0 || (!pump(vt, (int)left) && vt->eof))
			return vt_shows(vt, utf8) == there;
	}
}

bool vt_expect(struct vt *vt, const char *utf8, int timeout_ms)
{
	return wait_for(vt, utf8, true, timeout_ms);
}

bool vt_expect_gone(struct vt *vt, const char *utf8, int timeout_ms)
{
	return wait_for(vt, utf8, false, timeout_ms);
}

/* Has the child read all that was typed, and does it sleep? A busy machine may keep it from its answer for longer than any
 * silence that a test can wait for. */
static bool waits_for_input(const struct vt *vt)
{
	char path[64], stat[256];
	int waiting = 0, fd = open(ptsname(vt->fd), O_RDONLY | O_NOCTTY | O_NONBLOCK);
	const char *state;
	ssize_t n;

	if (fd >= 0) {
		if (ioctl(fd, FIONREAD, &waiting))
			waiting = 0;
		close(fd);
	}
	if (waiting || vt->pid <= 0)
		return !waiting;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)vt->pid);
	if ((fd = open(path, O_RDONLY)) < 0)
		return true;
	n = read(fd, stat, sizeof stat - 1);
	close(fd);
	stat[n > 0 ? n : 0] = '\0';
	state = strrchr(stat, ')');
	return !state || !strchr("RD", state[2]);
}

bool vt_settle(struct vt *vt, int quiet_ms, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms;

	while (now_ms() < end)
		if (!pump(vt, quiet_ms) && waits_for_input(vt)) {
			vterm_screen_flush_damage(vt->screen);
			return true;
		}
	return false;
}

int vt_wait_exit(struct vt *vt, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms;
	int status;

	while (now_ms() < end) {
		pump(vt, 10);
		if (vt->pid > 0 && waitpid(vt->pid, &status, WNOHANG) == vt->pid) {
			vt->pid = -1;
			while (pump(vt, 0))
				;
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		}
	}
	return -1;
}

uint64_t vt_bytes(const struct vt *vt)
{
	return vt->bytes;
}

bool vt_cell(struct vt *vt, int row, int col, struct vt_cell *out)
{
	VTermScreenCell c;
	VTermPos at = { .row = row, .col = col };

	if (!vterm_screen_get_cell(vt->screen, at, &c))
		return false;
	*out = (struct vt_cell){
		.bold = c.attrs.bold, .reverse = c.attrs.reverse, .underline = c.attrs.underline != 0, .width = c.width,
		.coloured = !VTERM_COLOR_IS_DEFAULT_FG(&c.fg), .hue = VTERM_COLOR_IS_INDEXED(&c.fg) ? c.fg.indexed.idx : -1,
	};
	return true;
}

bool vt_selected(struct vt *vt, const char *utf8)
{
	struct vt_cell cell;
	int row = -1, col;

	while (find_from(vt, utf8, row + 1, &row, &col))
		if (vt_cell(vt, row, col, &cell) && cell.reverse)
			return true;
	return false;
}

void vt_cursor(struct vt *vt, int *row, int *col, bool *visible)
{
	*row = vt->cursor_row;
	*col = vt->cursor_col;
	*visible = vt->cursor_visible;
}

bool vt_altscreen(struct vt *vt)
{
	return vt->alt;
}
