/* Who may hold a connection, and for how long: so that slow or silent strangers never keep an honest device out. */
#include "config.h"
#include "sync/town/daemon_http.h"

#include "forms/base/clock.h"

#include <sys/socket.h>

/* Seconds a connection may stay in one phase, at leisure and when DAEMON_CROWD connections are open. A slow honest phone
 * sends its headers within a second of being let in and a slice in about six; an answer is at most a downlink over 9.6 kbit/s. */
static const struct { int64_t leisure, crowd; } patience[] = {
	[GUARD_HEADERS] = { 60, 2 }, [GUARD_BODY] = { 240, 60 }, [GUARD_ANSWER] = { 1800, 600 },
};

void guard_connection(void *user, struct MHD_Connection *c, void **state, enum MHD_ConnectionNotificationCode what)
{
	struct daemon *d = user;
	struct guarded *g = *state;

	pthread_mutex_lock(&d->guard_lock);
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);

		for (size_t i = 0; info && i < DAEMON_CONNECTIONS; i++)
			if (!d->guarded[i].used) {
				d->guarded[i] = (struct guarded){ .used = true, .fd = info->connect_fd, .since = clock_ticks() };
				*state = &d->guarded[i];
				d->connections++;
				break;
			}
	} else if (g) {
		g->used = false;
		d->connections--;
		*state = NULL;
	}
	pthread_mutex_unlock(&d->guard_lock);
}

void guard_phase(struct daemon *d, struct MHD_Connection *c, enum guard_phase phase)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct guarded *g = info ? info->socket_context : NULL;

	if (!g)
		return;
	pthread_mutex_lock(&d->guard_lock);
	g->phase = phase;
	g->since = clock_ticks();
	pthread_mutex_unlock(&d->guard_lock);
}

void guard_sweep(struct daemon *d)
{
	int64_t now = clock_ticks();

	pthread_mutex_lock(&d->guard_lock);
	for (size_t i = 0; i < DAEMON_CONNECTIONS; i++) {
		struct guarded *g = &d->guarded[i];
		int64_t limit = d->connections >= DAEMON_CROWD ? patience[g->phase].crowd : patience[g->phase].leisure;

		/* The server closes it when it sees the end; the socket is its own until guard_connection() is told. */
		if (g->used && !g->cut && now - g->since > limit * 1000000000) {
			shutdown(g->fd, SHUT_RDWR);
			g->cut = true;
			d->cut++;
		}
	}
	pthread_mutex_unlock(&d->guard_lock);
}
