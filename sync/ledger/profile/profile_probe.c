/* A damaged LMDB file can kill the process that maps it (SIGBUS, SIGSEGV, abort), so a child looks first. */
#include "config.h"
#include "sync/ledger/profile/profile_own.h"

#include "forms/base/child.h"
#include "forms/base/clock.h"
#include "forms/base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A walk that goes round in a damaged page burns its processor time and is killed for it. A slow card, a busy machine or another
 * program's long commit only make it wait: that is no damage. */
enum { WALK_MS = 5000, GLANCE_MS = 200, HANG_MS = 2000, PATIENCE_MS = 60000 };

/* Why the machine kept the child from looking: no damage. As the child's exit status; 1 = damage. */
static const enum err machine[] = { ERR_IO, ERR_NOMEM, ERR_FULL, ERR_BUSY, ERR_DENIED };
enum { MACHINE = 2, MACHINES = sizeof machine / sizeof *machine };

static int status_of(enum err e)
{
	for (int i = 0; i < MACHINES; i++)
		if (e == machine[i])
			return MACHINE + i;
	return e ? 1 : 0;
}

static enum err result_of(int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	enum err e = code >= MACHINE && code < MACHINE + MACHINES ? machine[code - MACHINE] : ERR_OK;

	if (e == ERR_FULL)
		return err_set(e, _("存储空间不够, 库打不开: 请删去一些不用的文件再开; 记录都没有动"));
	if (e == ERR_DENIED)
		return err_set(e, _("没有权限读写库的文件: 请用平时的用户打开, 或者把文件改回原来的主人; 记录都没有动"));
	if (e)
		return err_set(e, _("库没有读成 (%s): 请稍候再开; 记录都没有动"), err_text(e));
	return code ? err_set(ERR_CORRUPT, _("库文件损坏")) : ERR_OK;
}

static void child(const char *dir, int64_t ms, int keep)
{
	rlim_t seconds = (rlim_t)(ms + HANG_MS) / 1000;

	child_begin(keep);
	signal(SIGXFSZ, SIG_IGN);                       /* as in the program: a full disk is an error, not an end */
	setrlimit(RLIMIT_CPU, &(struct rlimit){ seconds, seconds + 1 });        /* SIGXCPU: it went round; SIGKILL is somebody else's */
	_exit(status_of(store_walk(dir, clock_ticks() + ms * 1000000)));
}

/* Bytes that were read have said that the store is damaged. A page that could not be read, no memory, a person: looked at again it may
 * come out otherwise. */
static bool may_pass(int status)
{
	int s = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	return s && s != SIGSEGV && s != SIGABRT && s != SIGILL && s != SIGFPE && s != SIGXCPU;
}

/* Wait until the child is gone: its end of the pipe closes. False: it hangs. */
static bool finished(int fd, int64_t ms)
{
	int64_t end = clock_ticks() + ms * 1000000;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (;;) {
		int64_t left = (end - clock_ticks()) / 1000000;
		int r = left > 0 ? poll(&p, 1, (int)left) : 0;

		if (r >= 0 || errno != EINTR)
			return r > 0;
	}
}

static enum err walk(const char *dir, int64_t ms, bool *passing)
{
	int fds[2], status = 0;
	bool done;
	pid_t pid;

	if (pipe(fds))
		return err_set(ERR_NOMEM, "pipe: %s", strerror(errno));
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	pid = child_fork();
	if (!pid)
		child(dir, ms, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return err_set(ERR_NOMEM, "fork: %s", strerror(errno));
	}
	done = finished(fds[0], PATIENCE_MS);
	if (!done)
		kill(pid, SIGKILL);
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!done)
		return err_set(ERR_BUSY, _("库 %d 秒没有读完: 存储卡太慢, 或者别的程序正在写; 请稍候再开"), PATIENCE_MS / 1000);
	*passing = may_pass(status);
	return result_of(status);
}

enum err profile_probe(struct profile *p)
{
	static const uint8_t unknown[16];
	struct buf dir = { 0 };
	bool known = memcmp(p->own->boot_id, unknown, sizeof unknown) && !memcmp(p->anchor.probed, p->own->boot_id, sizeof unknown);
	enum err e;

	p->own->read_failed = false;
	profile_path(p, "store", &dir);
	if (!(e = dir.err) && !(e = store_check_file(dir.data))) {
		e = walk(dir.data, known ? GLANCE_MS : WALK_MS, &p->own->read_failed);
		if (!e && !known) {
			memcpy(p->anchor.probed, p->own->boot_id, sizeof unknown);
			anchor_write(p->dir, &p->anchor, false);
		}
	}
	p->own->read_failed |= e == ERR_IO;
	buf_clear(&dir);
	return e;
}
