#include "config.h"
#include "forms/base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum { FILES_MAX = 1024 };

pid_t child_fork(void)
{
	sigset_t all, before;
	int why;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = fork();
	why = errno;
	if (pid)
		sigprocmask(SIG_SETMASK, &before, NULL);
	errno = why;
	return pid;
}

/* Not all are close-on-exec: LMDB's own file is not. One poll() says which of a thousand numbers are files at all. */
static void close_all_but(int one, int other)
{
	struct pollfd files[FILES_MAX];
	bool all;

	for (int fd = 0; fd < FILES_MAX; fd++)
		files[fd] = (struct pollfd){ .fd = fd };
	all = poll(files, FILES_MAX, 0) < 0;            /* more than this process may have open */
	for (int fd = 3; fd < FILES_MAX; fd++)
		if (fd != one && fd != other && (all || !(files[fd].revents & POLLNVAL)))
			close(fd);
}

bool child_begin(int keep)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_all_but(nothing, keep);
	return nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 && dup2(nothing, STDERR_FILENO) >= 0;
}
