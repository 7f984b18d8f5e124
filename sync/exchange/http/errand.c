#include "config.h"
#include "sync/exchange/http/errand.h"

#include "forms/base/child.h"
#include "forms/base/i18n.h"
#include "sync/exchange/http/online.h"
#include "sync/ledger/profile/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NICE = 5 };

_Static_assert(sizeof(struct errand_word) <= 4096, "a word goes into the pipe whole or not at all");

/* --- in its own process --- */

static void tell(int fd, const struct errand_word *w)
{
	while (write(fd, w, sizeof *w) < 0 && errno == EINTR)
		;
}

/* How far it is may be left out: nobody is waited for who does not read. */
static bool moving(void *user, const char *what, uint32_t done, uint32_t total)
{
	int fd = *(const int *)user;
	struct errand_word w = { .done = done, .total = total };
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	snprintf(w.what, sizeof w.what, "%s", what ? what : "");
	if (poll(&p, 1, 0) == 1 && p.revents & POLLOUT)
		tell(fd, &w);
	return true;
}

static void leave(int sig)
{
	(void)sig;
	_exit(0);
}

static void set_signals(pid_t parent)
{
	/* ^Z stops all programs of the terminal: this one ends, instead of sleeping with a connection open. */
	signal(SIGTSTP, leave);
	signal(SIGPIPE, SIG_IGN);               /* a connection that breaks is an error like others, under TLS too */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(0);
}

static enum err run(const char *dir, const struct keys_identity *known, const char *url, struct folder_report *r)
{
	struct keys_identity *me = NULL;
	struct profile *p = NULL;
	enum err e = keys_identity_from(keys_identity_secret(known), &me);

	/* A copy of our own: what came through the fork is not locked into memory here. */
	if (!e && (e = profile_open_beside(dir, &p)))
		keys_identity_free(me);
	if (!e)
		e = profile_adopt(p, me);
	if (!e)
		e = online_sync(p, url, r);
	profile_close(p);
	return e;
}

static _Noreturn void be_errand(const struct profile *p, const char *url, pid_t parent, int fd)
{
	struct errand_word w = { .report = { .progress = moving, .user = &fd } };

	child_begin(fd);
	set_signals(parent);
	if (nice(NICE) < 0)
		errno = 0;
	w.err = run(p->dir, p->identity, url, &w.report);
	snprintf(w.why, sizeof w.why, "%s", w.err ? err_detail() : "");
	w.report.progress = NULL;
	w.report.user = NULL;
	w.over = true;
	tell(fd, &w);
	_exit(0);
}

/* --- in the program --- */

enum err errand_start(struct errand *o, struct profile *p, const char *url)
{
	pid_t parent = getpid();
	int ends[2];

	*o = (struct errand){ .fd = -1 };
	if (!p->identity)
		return err_set(ERR_DENIED, _("先用 PIN 打开"));
	if (pipe2(ends, O_CLOEXEC))
		return err_set(ERR_NOMEM, _("现在开不了同步的进程: %s"), strerror(errno));
	o->pid = child_fork();
	if (!o->pid)
		be_errand(p, url, parent, ends[1]);
	close(ends[1]);
	o->fd = ends[0];
	if (o->pid > 0)
		return ERR_OK;
	close(o->fd);
	*o = (struct errand){ .pid = 0 };
	return err_set(ERR_NOMEM, _("现在开不了同步的进程: %s"), strerror(errno));
}

bool errand_runs(const struct errand *o)
{
	return o->pid > 0;
}

static int reap(struct errand *o)
{
	int status = 0;

	while (waitpid(o->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(o->fd);
	o->pid = 0;
	o->fd = -1;
	return status;
}

/* It ended without its last word. */
static void note_end(struct errand *o, int status)
{
	o->word.over = true;
	o->word.err = WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM && WTERMSIG(status) != SIGINT && WTERMSIG(status) != SIGHUP ? ERR_IO : ERR_BUSY;
	if (o->word.err == ERR_IO)
		snprintf(o->word.why, sizeof o->word.why, _("同步中途出错停了 (信号 %d); 已做完的不丢"), WTERMSIG(status));
	else
		snprintf(o->word.why, sizeof o->word.why, "%s", _("同步停下了; 已做完的不丢"));
}

bool errand_over(struct errand *o, int ms)
{
	struct pollfd p = { .fd = o->fd, .events = POLLIN };

	while (o->pid > 0 && poll(&p, 1, ms) > 0) {
		struct errand_word w;
		ssize_t n = read(o->fd, &w, sizeof w);

		ms = 0;
		if (n == (ssize_t)sizeof w) {
			o->word = w;
		} else if (!(n < 0 && errno == EINTR)) {
			int status = reap(o);

			if (!o->word.over)
				note_end(o, status);
		}
	}
	return !o->pid;
}

void errand_stop(struct errand *o)
{
	if (o->pid <= 0)
		return;
	kill(o->pid, SIGTERM);
	reap(o);
	*o = (struct errand){ .pid = 0 };
}
