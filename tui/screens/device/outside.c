#include "config.h"
#include "tui/screens/device/outside.h"

#include "forms/base/child.h"
#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/base/jdoc.h"
#include "tui/kit/view.h"

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
	bool ready = child_begin(out);

	setpgid(0, 0);
	if (!ready || dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	execl("/bin/sh", "sh", "-c", command, "xuncha", argument, (char *)NULL);
	_exit(127);
}

enum err outside_start(struct outside *o, const char *command, const char *argument)
{
	int ends[2];

	*o = (struct outside){ .fd = -1, .end = clock_uptime() + OUTSIDE_SECONDS * 1000 };
	snprintf(o->command, sizeof o->command, "%s", command);
	if (pipe2(ends, O_CLOEXEC))
		return err_set(err_from_errno(errno), "%s", strerror(errno));
	o->pid = child_fork();
	if (!o->pid)
		be_child(command, argument, ends[1]);
	close(ends[1]);
	o->fd = ends[0];
	if (o->pid > 0)
		return ERR_OK;
	o->pid = 0;
	outside_stop(o);
	return err_set(err_from_errno(errno), "%s", strerror(errno));
}

/* What stands in the pipe. False at its end. */
static bool take(struct outside *o, enum err *e)
{
	char bytes[4096];
	ssize_t n = read(o->fd, bytes, sizeof bytes);

	if (n < 0 && errno == EINTR)
		return true;
	if (n < 0)
		*e = err_set(ERR_IO, "%s: %s", o->command, strerror(errno));
	else if (o->out.len + (size_t)n > OUTSIDE_BYTES_MAX)
		*e = err_set(ERR_LIMIT, _("%s: 印出来的太多"), o->command);
	else
		buf_put(&o->out, bytes, (size_t)n);
	return n > 0 && !*e;
}

static enum err reap(struct outside *o)
{
	int status = 0;

	while (waitpid(o->pid, &status, 0) < 0 && errno == EINTR)
		;
	o->pid = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return err_set(ERR_IO, _("%s: 没有成功 (%d)"), o->command, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return ERR_OK;
}

bool outside_over(struct outside *o, int ms, enum err *e)
{
	struct pollfd p = { .fd = o->fd, .events = POLLIN };

	*e = ERR_OK;
	if (clock_uptime() >= o->end) {
		*e = err_set(ERR_BUSY, _("%s: %d 秒没有回音"), o->command, OUTSIDE_SECONDS);
		return true;
	}
	if (poll(&p, 1, ms) <= 0)
		return false;
	if (take(o, e))
		return false;
	if (!*e)
		*e = reap(o);
	return true;
}

void outside_stop(struct outside *o)
{
	if (o->pid) {
		kill(-o->pid, SIGKILL);
		kill(o->pid, SIGKILL);          /* it may not have its own group yet */
		while (waitpid(o->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (o->fd > 0)
		close(o->fd);
	buf_clear(&o->out);
	*o = (struct outside){ .pid = 0 };
}

enum err outside_run(const char *command, const char *argument, struct buf *out)
{
	struct outside o;
	enum err e = outside_start(&o, command, argument);

	while (!e && !outside_over(&o, 50, &e)) {
		kit_say(KIT_PLAIN, _("正在运行 %s; Esc 停"), command);
		if (kit_breathe())
			e = err_set(ERR_DENIED, _("停下了: %s"), command);
	}
	kit_say(KIT_PLAIN, "%s", "");
	if (!e)
		buf_put(out, o.out.data, o.out.len);
	outside_stop(&o);
	return e;
}

static bool number_of(const struct jdoc *object, const char *key, struct buf *out)
{
	const struct jdoc *v = jdoc_get(object, key);

	return v && (jdoc_type(v) == JDOC_REAL || jdoc_type(v) == JDOC_INTEGER) && jdoc_scalar_text(v, out);
}

/* By the receiver, which has it from the satellites: it names its zone. What does not is the system's clock in other clothes. */
static void read_time(const char *text, int64_t *heard)
{
	size_t len = strlen(text);

	if (!len || text[len - 1] != 'Z' || !clock_parse_time(text, 0, heard))
		*heard = 0;
}

/* latitude, longitude, altitude, accuracy of termux-location; lat, lon, alt, eph of a gpsd TPV report. */
static bool from_json(const char *line, size_t len, struct buf *out, int64_t *heard)
{
	static const char *const keys[2][4] = { { "latitude", "longitude", "altitude", "accuracy" }, { "lat", "lon", "alt", "eph" } };
	const struct jdoc *time;
	struct jdoc *doc = NULL;
	bool found = false;

	if (jdoc_parse(line, len, &doc))
		return false;
	time = jdoc_get(doc, "time");
	if (time && jdoc_type(time) == JDOC_TEXT)
		read_time(jdoc_str(time), heard);
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

enum err outside_position(const char *printed, struct buf *out, int64_t *heard)
{
	double lat, lon, alt = 0, accuracy = 0;
	char time[40] = "";

	*heard = 0;
	if (from_json(printed, strlen(printed), out, heard))
		return ERR_OK;
	/* gpspipe prints one report a line. */
	for (const char *line = printed; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (*line == '{' && from_json(line, strcspn(line, "\n"), out, heard))
			return ERR_OK;
	if (sscanf(printed, "%lf %lf %lf %lf %39s", &lat, &lon, &alt, &accuracy, time) < 2 || !(lat >= -90 && lat <= 90) || !(lon >= -180 && lon <= 180))
		return err_set(ERR_FORMAT, _("命令没有给出位置: %.40s"), printed);
	read_time(time, heard);
	buf_printf(out, "%.7f %.7f %.1f %.1f", lat, lon, alt, accuracy);
	return ERR_OK;
}
