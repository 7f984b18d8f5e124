#include "config.h"
#include "forms/base/child.h"

#include <errno.h>
#include <fcntl.h>
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

bool child_begin(int keep)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Not all are close-on-exec: LMDB's own file is not. */
	for (int fd = 3; fd < FILES_MAX; fd++)
		if (fd != nothing && fd != keep)
			close(fd);
	return nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 && dup2(nothing, STDERR_FILENO) >= 0;
}
