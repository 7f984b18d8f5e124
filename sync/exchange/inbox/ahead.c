#include "config.h"
#include "sync/exchange/inbox/ahead.h"

#include "forms/base/i18n.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A segment that has been read. What it holds belongs to the thread until `ready`, then to who asks. */
struct reading {
	size_t n;                                     /* which of the list */
	bool ready;
	enum err err;
	char detail[ERR_DETAIL];                      /* each thread has its own */
	struct log_step *steps; size_t room;
};

struct ahead {
	const struct log_segment **segments; size_t count;
	struct reading now;                           /* read without the thread */
	pthread_t thread;
	bool threaded;
	pthread_mutex_t lock;                         /* over what follows */
	pthread_cond_t moved;
	size_t wanted, next;                          /* none before `wanted` will be asked for; what the thread reads next */
	bool stop;
	struct reading at[AHEAD_SEGMENTS];            /* segment n at n % AHEAD_SEGMENTS */
};

static void read_into(struct reading *r, const struct log_segment *seg)
{
	struct log_step *more;

	if (r->room < seg->count) {
		if (!(more = realloc(r->steps, seg->count * sizeof *more))) {
			r->err = ERR_NOMEM;
			return;
		}
		r->steps = more;
		r->room = seg->count;
	}
	r->err = log_segment_read(seg, r->steps);
	if (r->err)
		memcpy(r->detail, err_detail(), strnlen(err_detail(), sizeof r->detail - 1) + 1);
}

/* The next segment whose turn is still to come, when there is room for it; SIZE_MAX: none will come. Holds the lock. */
static size_t take_next(struct ahead *a)
{
	for (;;) {
		if (a->next < a->wanted)
			a->next = a->wanted;
		if (a->stop || a->next >= a->count)
			return SIZE_MAX;
		if (a->next < a->wanted + AHEAD_SEGMENTS)
			return a->next++;
		pthread_cond_wait(&a->moved, &a->lock);
	}
}

static void *read_ahead(void *user)
{
	struct ahead *a = user;
	size_t n;

	pthread_mutex_lock(&a->lock);
	while ((n = take_next(a)) != SIZE_MAX) {
		struct reading *r = &a->at[n % AHEAD_SEGMENTS];

		r->n = n;
		r->ready = false;
		pthread_mutex_unlock(&a->lock);
		read_into(r, a->segments[n]);
		pthread_mutex_lock(&a->lock);
		r->ready = true;
		pthread_cond_signal(&a->moved);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* A signal is for the thread that waits for keys; handlers expect no other. */
static bool start(struct ahead *a)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before))
		return false;
	started = !pthread_create(&a->thread, NULL, read_ahead, a);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

enum err ahead_begin(const struct log_segment *const *segments, size_t count, struct ahead **out)
{
	struct ahead *a = calloc(1, sizeof *a);

	*out = NULL;
	if (!a || !(a->segments = calloc(count + 1, sizeof *a->segments))) {
		free(a);
		return err_set(ERR_NOMEM, _("收包内存不够"));
	}
	if (count)
		memcpy(a->segments, segments, count * sizeof *segments);
	a->count = count;
	for (size_t i = 0; i < AHEAD_SEGMENTS; i++)
		a->at[i].n = SIZE_MAX;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->moved, NULL);
	a->threaded = count > 1 && start(a);
	*out = a;
	return ERR_OK;
}

/* Its place in the list, which is asked for in order: SIZE_MAX when it has had its turn. */
static size_t place_of(const struct ahead *a, const struct log_segment *seg)
{
	for (size_t n = a->wanted; a->threaded && n < a->count; n++)
		if (a->segments[n] == seg)
			return n;
	return SIZE_MAX;
}

static const struct reading *wait_for(struct ahead *a, size_t n)
{
	const struct reading *r = &a->at[n % AHEAD_SEGMENTS];

	pthread_mutex_lock(&a->lock);
	a->wanted = n;
	pthread_cond_signal(&a->moved);
	while (r->n != n || !r->ready)
		pthread_cond_wait(&a->moved, &a->lock);
	pthread_mutex_unlock(&a->lock);
	return r;
}

enum err ahead_read(struct ahead *a, const struct log_segment *seg, const struct log_step **steps)
{
	size_t n = place_of(a, seg);
	const struct reading *r = &a->now;

	if (n != SIZE_MAX)
		r = wait_for(a, n);
	else
		read_into(&a->now, seg);
	*steps = r->steps;
	if (r->err == ERR_NOMEM)
		return err_set(ERR_NOMEM, _("收包内存不够"));
	return r->err ? err_set(r->err, "%s", r->detail) : ERR_OK;
}

void ahead_end(struct ahead *a)
{
	if (!a)
		return;
	if (a->threaded) {
		pthread_mutex_lock(&a->lock);
		a->stop = true;
		pthread_cond_signal(&a->moved);
		pthread_mutex_unlock(&a->lock);
		pthread_join(a->thread, NULL);
	}
	pthread_cond_destroy(&a->moved);
	pthread_mutex_destroy(&a->lock);
	for (size_t i = 0; i < AHEAD_SEGMENTS; i++)
		free(a->at[i].steps);
	free(a->now.steps);
	free(a->segments);
	free(a);
}
