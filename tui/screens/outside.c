#include "config.h"
#include "tui/screens/outside.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/jdoc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void be_child(const char *command, const char *argument, int out)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	setpgid(0, 0);
	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(nothing, STDERR_FILENO) < 0)
		_exit(126);
	execl("/bin/sh", "sh", "-c", command, "xuncha", argument, (char *)NULL);
	_exit(127);
}

/* All that comes until the end, the limit or the hour. */
static enum err read_all(int fd, struct buf *out)
{
	int64_t end = clock_uptime() + OUTSIDE_SECONDS * 1000;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[4096];

	for (;;) {
		int64_t left = end - clock_uptime();
		ssize_t n;

		if (left <= 0)
			return err_set(ERR_BUSY, _("%d 秒没有回音"), OUTSIDE_SECONDS);
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return err_set(ERR_IO, "%s", strerror(errno));
		if (!p.revents)
			continue;
		n = read(fd, bytes, sizeof bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? err_set(ERR_IO, "%s", strerror(errno)) : ERR_OK;
		if (out->len + (size_t)n > OUTSIDE_BYTES_MAX)
			return err_set(ERR_LIMIT, _("印出来的太多"));
		buf_put(out, bytes, (size_t)n);
	}
}

enum err outside_run(const char *command, const char *argument, struct buf *out)
{
	int ends[2], status = 0;
	pid_t pid;
	enum err e;

	if (pipe(ends))
		return err_set(err_from_errno(errno), "%s", strerror(errno));
	pid = fork();
	if (pid < 0) {
		close(ends[0]);
		close(ends[1]);
		return err_set(err_from_errno(errno), "%s", strerror(errno));
	}
	if (!pid) {
		close(ends[0]);
		be_child(command, argument, ends[1]);
	}
	close(ends[1]);
	e = read_all(ends[0], out);
	close(ends[0]);
	if (e)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (e)
		return err_in(e, "%s", command);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return err_set(ERR_IO, _("%s: 没有成功 (%d)"), command, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return ERR_OK;
}

static bool number_of(const struct jdoc *object, const char *key, struct buf *out)
{
	const struct jdoc *v = jdoc_get(object, key);

	return v && (jdoc_type(v) == JDOC_REAL || jdoc_type(v) == JDOC_INTEGER) && jdoc_scalar_text(v, out);
}

/* latitude, longitude, altitude, accuracy of termux-location; lat, lon, alt, eph of a gpsd TPV report. */
static bool from_json(const char *line, size_t len, struct buf *out)
{
	static const char *const keys[2][4] = { { "latitude", "longitude", "altitude", "accuracy" }, { "lat", "lon", "alt", "eph" } };
	struct jdoc *doc = NULL;
	bool found = false;

	if (jdoc_parse(line, len, &doc))
		return false;
	for (size_t k = 0; k < 2 && !found; k++) {
		struct buf b = { 0 };

		for (size_t i = 0; i < 4; i++) {
			struct buf one = { 0 };

			found = number_of(doc, keys[k][i], &one);
			buf_printf(&b, "%s%s", i ? " " : "", found ? buf_str(&one) : "0");
			buf_clear(&one);
			if (!found && i < 2)
				break;
			found = true;
		}
		if (found)
			buf_puts(out, buf_str(&b));
		buf_clear(&b);
	}
	jdoc_free(doc);
	return found;
}

enum err outside_position(const char *printed, struct buf *out)
{
	double lat, lon, alt = 0, accuracy = 0;

	if (from_json(printed, strlen(printed), out))
		return ERR_OK;
	/* gpspipe prints one report a line. */
	for (const char *line = printed; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (*line == '{' && from_json(line, strcspn(line, "\n"), out))
			return ERR_OK;
	if (sscanf(printed, "%lf %lf %lf %lf", &lat, &lon, &alt, &accuracy) < 2 || !(lat >= -90 && lat <= 90) || !(lon >= -180 && lon <= 180))
		return err_set(ERR_FORMAT, _("命令没有给出位置: %.40s"), printed);
	buf_printf(out, "%.7f %.7f %.1f %.1f", lat, lon, alt, accuracy);
	return ERR_OK;
}
