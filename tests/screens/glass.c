#include "config.h"
#include "tests/screens/glass.h"

#include "forms/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vterm.h>

static SCREEN *screen;
static FILE *out, *in;
static VTerm *glass;
static int rows_now, cols_now;

static VTerm *empty_glass(void)
{
	VTerm *t = vterm_new(rows_now, cols_now);

	vterm_set_utf8(t, 1);
	vterm_screen_reset(vterm_obtain_screen(t), 1);
	return t;
}

bool glass_open(const char *term, int rows, int cols)
{
	int fd = memfd_create("glass", MFD_CLOEXEC);

	out = fd < 0 ? NULL : fdopen(fd, "w");
	in = fopen("/dev/null", "r");
	screen = out && in ? newterm(term, out, in) : NULL;
	if (!screen)
		return false;
	rows_now = rows;
	cols_now = cols;
	glass = empty_glass();
	if (has_colors()) {
		start_color();
		use_default_colors();
	}
	resizeterm(rows, cols);
	return true;
}

void glass_close(void)
{
	endwin();
	delscreen(screen);
	fclose(out);
	fclose(in);
	vterm_free(glass);
	screen = NULL;
	glass = NULL;
}

/* What curses wrote since the last time goes to `t`. */
static size_t carry(VTerm *t)
{
	int fd = fileno(out);
	char bytes[4096];
	size_t all = 0;
	ssize_t n;

	fflush(out);
	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, bytes, sizeof bytes)) > 0) {
		vterm_input_write(t, bytes, (size_t)n);
		all += (size_t)n;
	}
	lseek(fd, 0, SEEK_SET);
	if (ftruncate(fd, 0))
		return 0;
	return all;
}

void glass_resize(int rows, int cols)
{
	rows_now = rows;
	cols_now = cols;
	vterm_set_size(glass, rows, cols);
	resizeterm(rows, cols);
	clearok(curscr, TRUE);          /* as the loop does */
}

size_t glass_show(struct kit_stack *s)
{
	if (s->top)
		kit_stack_draw(s);
	doupdate();
	return carry(glass);
}

size_t glass_press(struct kit_stack *s, int key)
{
	kit_stack_event(s, &(struct kit_event){ .type = KIT_EVENT_KEY, .key = key });
	return glass_show(s);
}

static void put_style(struct buf *b, const VTermScreenCell *c)
{
	buf_printf(b, "\033[0%s%s%s", c->attrs.bold ? ";1" : "", c->attrs.underline ? ";4" : "", c->attrs.reverse ? ";7" : "");
	if (!VTERM_COLOR_IS_DEFAULT_FG(&c->fg) && VTERM_COLOR_IS_INDEXED(&c->fg))
		buf_printf(b, ";38;5;%d", c->fg.indexed.idx);
	buf_putc(b, 'm');
}

/* `column` of byte `offset`, when it is asked for. */
static void read_row(VTerm *t, int row, bool attributes, struct buf *b, size_t offset, int *column)
{
	VTermScreen *s = vterm_obtain_screen(t);
	size_t start = b->len;

	for (int x = 0; x < cols_now; ) {
		VTermScreenCell c;

		if (!vterm_screen_get_cell(s, (VTermPos){ .row = row, .col = x }, &c))
			break;
		if (column && b->len - start <= offset)
			*column = x;
		if (attributes)
			put_style(b, &c);
		if (!c.chars[0])
			buf_putc(b, ' ');
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && c.chars[i]; i++)
			text_put(b, c.chars[i]);
		x += c.width > 0 ? c.width : 1;
	}
}

static void read_all(VTerm *t, bool attributes, struct buf *b)
{
	for (int row = 0; row < rows_now; row++) {
		read_row(t, row, attributes, b, 0, NULL);
		buf_putc(b, '\n');
	}
}

void glass_text(struct buf *b, bool attributes)
{
	read_all(glass, attributes, b);
}

void glass_afresh(struct buf *b, bool attributes)
{
	VTerm *t = empty_glass();

	clearok(curscr, TRUE);
	doupdate();
	carry(t);
	read_all(t, attributes, b);
	vterm_free(t);
}

bool glass_find(const char *utf8, int *row, int *col)
{
	struct buf line = { 0 };
	bool found = false;

	for (int y = 0; y < rows_now && !found; y++) {
		const char *at;

		buf_reset(&line);
		read_row(glass, y, false, &line, 0, NULL);
		at = strstr(buf_str(&line), utf8);
		if (at) {
			size_t offset = (size_t)(at - buf_str(&line));

			buf_reset(&line);
			read_row(glass, y, false, &line, offset, col);
			*row = y;
			found = true;
		}
	}
	buf_clear(&line);
	return found;
}
