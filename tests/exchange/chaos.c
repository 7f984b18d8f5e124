#include "config.h"
#include "tests/exchange/chaos.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIPES = 64, PENDING = 64 };

/* A segment on its way, to be written at `due`. */
struct segment { int64_t due; size_t len; char bytes[CHAOS_SEGMENT]; };

/* One direction of a connection. */
struct way {
	int from, to;
	struct segment *ring; size_t first, count;
	int64_t free_at;                  /* when the line has sent what was given to it */
	int64_t passed, cut, stall;
	bool ended;                       /* nothing more comes */
};

struct pipe { bool used; struct way up, down; enum chaos_lie lie; struct chaos weather; bool broken; };

struct chaos_relay {
	int listener, wake[2];
	uint16_t to;
	uint64_t state;
	pthread_t thread;
	pthread_mutex_t lock;
	struct chaos weather;
	uint64_t up;
	uint32_t cuts;
	bool stop;
	struct pipe pipes[PIPES];
};

struct chaos chaos_fair(void)
{
	return (struct chaos){ .cut_up = -1, .cut_down = -1, .stall_up = -1 };
}

uint64_t chaos_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717u;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static void way_open(struct way *w, int from, int to, int64_t cut, int64_t stall)
{
	*w = (struct way){ .from = from, .to = to, .cut = cut, .stall = stall, .ring = malloc(PENDING * sizeof *w->ring) };
}

static void pipe_close(struct pipe *p)
{
	struct linger hard = { 1, 0 };

	/* A break is a reset, as when a mast is lost; an honest end is an end. */
	if (p->broken) {
		setsockopt(p->up.from, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
		setsockopt(p->up.to, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	}
	close(p->up.from);
	close(p->up.to);
	free(p->up.ring);
	free(p->down.ring);
	memset(p, 0, sizeof *p);
}

static void pipe_open(struct chaos_relay *r, int client)
{
	struct sockaddr_in to = loopback(r->to);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	struct pipe *p = NULL;

	for (size_t i = 0; i < PIPES && !p; i++)
		if (!r->pipes[i].used)
			p = &r->pipes[i];
	if (!p || server < 0 || connect(server, (struct sockaddr *)&to, sizeof to)) {
		close(client);
		close(server);
		return;
	}
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	p->used = true;
	p->broken = false;
	pthread_mutex_lock(&r->lock);
	p->weather = r->weather;
	pthread_mutex_unlock(&r->lock);
	p->lie = p->weather.lie;
	way_open(&p->up, client, server, p->weather.cut_up, p->weather.stall_up);
	way_open(&p->down, server, client, p->weather.cut_down, -1);
}

/* When a segment given to the line now arrives. */
static int64_t due(struct chaos_relay *r, struct way *w, const struct chaos *c, size_t len)
{
	int64_t start = now_ms() > w->free_at ? now_ms() : w->free_at;
	int64_t air = c->bits_per_second ? (int64_t)len * 8000 / c->bits_per_second : 0;

	w->free_at = start + air;
	while (c->loss_percent && chaos_random(&r->state) % 100 < c->loss_percent)
		w->free_at += CHAOS_RESEND_MS + air;
	return w->free_at + c->delay_ms;
}

/* What the lying network says instead of the server. */
static const char *lie_text(enum chaos_lie lie)
{
	switch (lie) {
	case CHAOS_PORTAL_200: return "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\nConnection: close\r\n\r\n<html>please log in</html>";
	case CHAOS_PORTAL_302: return "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	case CHAOS_PORTAL_TUS: return "HTTP/1.1 204 No Content\r\nUpload-Offset: 99999\r\nConnection: close\r\n\r\n";
	default: return NULL;
	}
}

/* The answer of the server, made untrue. */
static size_t twist(enum chaos_lie lie, char *bytes, size_t len)
{
	char *at;

	bytes[len] = '\0';
	if (lie == CHAOS_TRUNCATE)
		return len / 2;
	if ((at = strcasestr(bytes, "content-length: ")) && at[16] >= '0' && at[16] <= '8')
		at[16]++;
	return len;
}

static void take(struct chaos_relay *r, struct pipe *p, struct way *w)
{
	struct segment *s = &w->ring[(w->first + w->count) % PENDING];
	bool up = w == &p->up;
	ssize_t n = recv(w->from, s->bytes, CHAOS_SEGMENT - 1, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		w->ended = true;
		return;
	}
	if (up && lie_text(p->lie)) {
		/* The request goes nowhere. */
		send(w->from, lie_text(p->lie), strlen(lie_text(p->lie)), MSG_NOSIGNAL);
		shutdown(w->from, SHUT_WR);
		w->ended = p->down.ended = true;
		return;
	}
	if (w->cut >= 0 && w->passed + n > w->cut) {
		n = (ssize_t)(w->cut - w->passed);
		p->broken = true;
	}
	w->passed += n;
	if (up) {
		pthread_mutex_lock(&r->lock);
		r->up += (uint64_t)n;
		pthread_mutex_unlock(&r->lock);
	}
	s->len = (size_t)n;
	if (!up && (p->lie == CHAOS_LENGTH || p->lie == CHAOS_TRUNCATE)) {
		s->len = twist(p->lie, s->bytes, s->len);
		w->ended = true;
	}
	s->due = due(r, w, &p->weather, s->len);
	if (s->len)
		w->count++;
	if (p->broken)
		w->ended = true;
}

/* Write what has arrived; false when the pipe is done with. */
static bool give(struct pipe *p, struct way *w, int64_t now)
{
	while (w->count && w->ring[w->first].due <= now) {
		struct segment *s = &w->ring[w->first];

		if (send(w->to, s->bytes, s->len, MSG_NOSIGNAL) < 0)
			return false;
		w->first = (w->first + 1) % PENDING;
		w->count--;
	}
	if (!w->ended || w->count)
		return true;
	if (p->broken || w == &p->down || lie_text(p->lie))
		return false;
	shutdown(w->to, SHUT_WR);
	return true;
}

static bool is_stalled(const struct way *w)
{
	return w->stall >= 0 && w->passed >= w->stall;
}

static bool wants(const struct way *w)
{
	return !w->ended && w->count < PENDING && !is_stalled(w);
}

static int timeout_of(struct chaos_relay *r, int64_t now)
{
	int64_t next = now + 1000;

	for (size_t i = 0; i < PIPES; i++) {
		struct pipe *p = &r->pipes[i];

		if (p->used && p->up.count && p->up.ring[p->up.first].due < next)
			next = p->up.ring[p->up.first].due;
		if (p->used && p->down.count && p->down.ring[p->down.first].due < next)
			next = p->down.ring[p->down.first].due;
	}
	return next > now ? (int)(next - now) : 0;
}

static void turn(struct chaos_relay *r)
{
	struct pollfd fds[2 + 2 * PIPES] = { { r->listener, POLLIN, 0 }, { r->wake[0], POLLIN, 0 } };
	size_t owner[2 + 2 * PIPES], n = 2;
	int64_t now = now_ms();

	for (size_t i = 0; i < PIPES; i++)
		for (int down = 0; down < 2 && r->pipes[i].used; down++) {
			struct way *w = down ? &r->pipes[i].down : &r->pipes[i].up;

			if (!wants(w))
				continue;
			owner[n] = i * 2 + (size_t)down;
			fds[n++] = (struct pollfd){ w->from, POLLIN, 0 };
		}
	if (poll(fds, n, timeout_of(r, now)) < 0)
		return;
	for (size_t k = 2; k < n; k++)
		if (fds[k].revents) {
			struct pipe *p = &r->pipes[owner[k] / 2];

			take(r, p, owner[k] % 2 ? &p->down : &p->up);
		}
	now = now_ms();
	for (size_t i = 0; i < PIPES; i++) {
		struct pipe *p = &r->pipes[i];

		if (p->used && (!give(p, &p->up, now) || !give(p, &p->down, now))) {
			pthread_mutex_lock(&r->lock);
			r->cuts += p->broken;
			pthread_mutex_unlock(&r->lock);
			pipe_close(p);
		}
	}
	if (fds[0].revents & POLLIN) {
		int client = accept(r->listener, NULL, NULL);

		if (client >= 0)
			pipe_open(r, client);
	}
}

static void *relay(void *user)
{
	struct chaos_relay *r = user;
	bool stop = false;

	while (!stop) {
		turn(r);
		pthread_mutex_lock(&r->lock);
		stop = r->stop;
		pthread_mutex_unlock(&r->lock);
	}
	for (size_t i = 0; i < PIPES; i++)
		if (r->pipes[i].used)
			pipe_close(&r->pipes[i]);
	return NULL;
}

struct chaos_relay *chaos_open(uint16_t to, uint64_t seed, uint16_t *port)
{
	struct chaos_relay *r = calloc(1, sizeof *r);
	struct sockaddr_in at = loopback(*port);
	socklen_t len = sizeof at;

	if (!r || pipe(r->wake))
		return NULL;
	r->to = to;
	r->state = seed | 1;
	r->weather = chaos_fair();
	pthread_mutex_init(&r->lock, NULL);
	r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(r->listener, (struct sockaddr *)&at, sizeof at) || listen(r->listener, PIPES) || getsockname(r->listener, (struct sockaddr *)&at, &len) ||
	    pthread_create(&r->thread, NULL, relay, r))
		return NULL;
	*port = ntohs(at.sin_port);
	return r;
}

void chaos_set(struct chaos_relay *r, const struct chaos *weather)
{
	pthread_mutex_lock(&r->lock);
	r->weather = *weather;
	pthread_mutex_unlock(&r->lock);
}

uint64_t chaos_up(struct chaos_relay *r)
{
	uint64_t n;

	pthread_mutex_lock(&r->lock);
	n = r->up;
	pthread_mutex_unlock(&r->lock);
	return n;
}

uint32_t chaos_cuts(struct chaos_relay *r)
{
	uint32_t n;

	pthread_mutex_lock(&r->lock);
	n = r->cuts;
	pthread_mutex_unlock(&r->lock);
	return n;
}

void chaos_close(struct chaos_relay *r)
{
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_mutex_unlock(&r->lock);
	if (write(r->wake[1], "x", 1) == 1)
		pthread_join(r->thread, NULL);
	close(r->listener);
	close(r->wake[0]);
	close(r->wake[1]);
	pthread_mutex_destroy(&r->lock);
	free(r);
}
