#include "config.h"
#include "tests/tap.h"
#include "tests/faults/player.h"

#include <sys/wait.h>
#include <unistd.h>

static void tell(const struct player *p)
{
	if (write(p->fd, &p->told, sizeof p->told) != (ssize_t)sizeof p->told)
		_exit(1);
}

void player_ack(void *player, const struct scene_acks *acks)
{
	struct player *p = player;

	p->told.acks = *acks;
	tell(p);
}

int player_apart(player_run *run, void *how, struct told *last)
{
	struct told told;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct player p = { .fd = fds[1], .told = { .acks = last->acks } };

		close(fds[0]);
		run(&p, how);
		tell(&p);
		_exit(0);
	}
	close(fds[1]);
	while (read(fds[0], &told, sizeof told) == (ssize_t)sizeof told)
		*last = told;
	close(fds[0]);
	waitpid(pid, &status, 0);
	return status;
}
