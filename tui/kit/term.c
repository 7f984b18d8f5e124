#include "config.h"
#include "tui/kit/term.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"
#include "tui/kit/action.h"
#include "tui/kit/theme.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

enum { CODE_PASTE_BEGIN = KEY_MAX + 1, CODE_PASTE_END };

static SCREEN *screen;
static struct termios saved;
static struct buf pasted;

/* For signals that ncurses leaves alone. Only async-signal-safe calls. */
static void give_back(int sig)
{
	static const char off[] = "\033[?2004l\033[?1006l\033[?1000l\033[?1l\033>\033[?25h\033[0m\033[?1049l";
	ssize_t ignored = write(STDOUT_FILENO, off, sizeof off - 1);

	(void)ignored;
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	raise(sig);             /* SA_RESETHAND: the default action now, and the true exit status */
}

static void catch_fatal(void)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGHUP };
	static char stack[16384];
	stack_t own = { .ss_sp = stack, .ss_size = sizeof stack };
	struct sigaction sa = { .sa_handler = give_back, .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK) };

	sigaltstack(&own, NULL);          /* a stack overflow must reach the handler too */
	for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
		sigaction(fatal[i], &sa, NULL);
}

static enum err fit_terminal(const char *term)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &saved))
		return err_set(ERR_UNSUPPORTED, _("这里不是终端: 在终端窗口里运行 xuncha, 脚本请用 xunchactl"));
	if (!strcmp(term, "linux") && !getenv("XUNCHA_ANY_TERMINAL"))
		/* In plain English: this console could not show anything else. */
		return err_set(ERR_UNSUPPORTED, "the Linux text console has no Chinese characters; install kmscon (apt install kmscon fonts-noto-cjk) "
		               "or connect by ssh from a phone or a desktop; XUNCHA_ANY_TERMINAL=1 starts anyway");
	return ERR_OK;
}

static void send(const char *sequence)
{
	putp(sequence);
	fflush(stdout);
}

/* What most terminals send for keys that an old TERM does not know of: else Esc would act, and the rest be typed. */
static void know_more_keys(void)
{
	static const struct { const char *sequence; int code; } more[] = {
		{ "\033[A", KEY_UP }, { "\033[B", KEY_DOWN }, { "\033[C", KEY_RIGHT }, { "\033[D", KEY_LEFT },
		{ "\033OA", KEY_UP }, { "\033OB", KEY_DOWN }, { "\033OC", KEY_RIGHT }, { "\033OD", KEY_LEFT },
		{ "\033[H", KEY_HOME }, { "\033[F", KEY_END }, { "\033OH", KEY_HOME }, { "\033OF", KEY_END }, { "\033[1~", KEY_HOME }, { "\033[4~", KEY_END },
		{ "\033[3~", KEY_DC }, { "\033[5~", KEY_PPAGE }, { "\033[6~", KEY_NPAGE }, { "\033[Z", KEY_BTAB },
		{ "\033OP", KEY_F(1) }, { "\033OQ", KEY_F(2) }, { "\033OR", KEY_F(3) }, { "\033[11~", KEY_F(1) }, { "\033[12~", KEY_F(2) }, { "\033[13~", KEY_F(3) },
		{ "\033[15~", KEY_F(5) }, { "\033[17~", KEY_F(6) },
	};

	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		if (!key_defined(more[i].sequence))
			define_key(more[i].sequence, more[i].code);
}

enum err kit_term_open(bool mouse)
{
	const char *term = getenv("TERM") ? getenv("TERM") : "";
	enum err e = fit_terminal(term);

	if (e)
		return e;
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return err_set(ERR_UNSUPPORTED, _("终端类型 TERM=%s 不认识: 试 TERM=xterm, 或安装 ncurses-term"), term);
	if (!cursor_address) {
		endwin();
		delscreen(screen);
		screen = NULL;
		return err_set(ERR_UNSUPPORTED, _("终端类型 TERM=%s 不能移动光标, 画不出屏幕: 换一个终端窗口, 或试 TERM=xterm; 脚本请用 xunchactl"), term);
	}
	catch_fatal();
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	if (!getenv("ESCDELAY"))
		set_escdelay(25);
	if (has_colors()) {
		start_color();
		use_default_colors();
	}
	kit_theme_use(KIT_THEME_DARK);
	define_key("\033[200~", CODE_PASTE_BEGIN);
	define_key("\033[201~", CODE_PASTE_END);
	know_more_keys();
	if (strncmp(term, "vt", 2))
		send("\033[?2004h");
	if (mouse || getenv("TERMUX_VERSION")) {
		mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
		mouseinterval(0);
	}
	return ERR_OK;
}

void kit_term_close(void)
{
	if (!screen)
		return;
	send("\033[?2004l");
	mousemask(0, NULL);
	endwin();
	delscreen(screen);
	screen = NULL;
	buf_clear(&pasted);
}

const char *kit_term_lacks(void)
{
	const char *no = getenv("NO_COLOR");

	if (!has_colors() && !(no && *no))
		return _("这个终端没有颜色: 状态都有文字, 照常可用");
	return "";
}

static struct kit_event tap(void)
{
	struct kit_event e = { .type = KIT_EVENT_TICK };
	MEVENT m;

	if (getmouse(&m) != OK)
		return e;
	if (m.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) {
		e.type = KIT_EVENT_WHEEL;
		e.y = m.bstate & BUTTON4_PRESSED ? -1 : 1;
	} else {
		e.type = KIT_EVENT_TAP;
		e.y = m.y;
		e.x = m.x;
	}
	return e;
}

/* All up to the end mark; a terminal that never sends it is given up after half a second of silence. */
static struct kit_event paste(void)
{
	wint_t ch;
	int r;

	buf_reset(&pasted);
	pasted.max = KIT_PASTE_MAX;
	timeout(500);
	while ((r = get_wch(&ch)) != ERR && !(r == KEY_CODE_YES && ch == CODE_PASTE_END))
		if (r == OK)
			text_put(&pasted, ch == '\r' ? '\n' : ch);
	return (struct kit_event){ .type = KIT_EVENT_PASTE, .text = buf_str(&pasted) };
}

/* Terminals differ in what Enter and Backspace send. */
static int one_key(int r, wint_t ch)
{
	if (r == KEY_CODE_YES)
		return ch == KEY_ENTER ? KIT_ENTER : (int)(KIT_FN | ch);
	if (ch == '\n')
		return KIT_ENTER;
	if (ch == 127 || ch == 8)
		return KIT_FN | KEY_BACKSPACE;
	return (int)ch;
}

static bool terminal_gone(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR | POLLNVAL));
}

struct kit_event kit_term_wait(int timeout_ms)
{
	struct kit_event e = { .type = KIT_EVENT_KEY };
	wint_t ch;
	int r;

	timeout(timeout_ms);
	r = get_wch(&ch);
	if (r == ERR) {
		e.type = terminal_gone() ? KIT_EVENT_END : KIT_EVENT_TICK;
		return e;
	}
	if (r == KEY_CODE_YES && ch == KEY_RESIZE)
		e.type = KIT_EVENT_RESIZE;
	else if (r == KEY_CODE_YES && ch == KEY_MOUSE)
		return tap();
	else if (r == KEY_CODE_YES && ch == CODE_PASTE_BEGIN)
		return paste();
	else
		e.key = one_key(r, ch);
	return e;
}
