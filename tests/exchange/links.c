#include "config.h"
#include "tests/exchange/links.h"

#include "forms/base/fs.h"
#include "sync/exchange/inbox/evidence.h"
#include "tests/exchange/two.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct links links;

void links_open(uint64_t seed)
{
	uint16_t port = 0, to;

	two_open();
	links.office = office;
	links.device = device;
	to = two_daemon(0, &links.town);
	assert_true(to);
	links.relay = chaos_open(to, seed, &port);
	assert_non_null(links.relay);
	snprintf(links.url, sizeof links.url, "http://127.0.0.1:%u", port);
}

void links_close(void)
{
	chaos_close(links.relay);
	kill(links.town, SIGTERM);
	waitpid(links.town, NULL, 0);
	two_close();
}

struct reached { uint64_t bytes; const char *dir; bool whole; };

static enum err add_size(void *user, const char *name)
{
	struct reached *r = user;
	char path[512];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", r->dir, name);
	if (!stat(path, &st) && (uint64_t)st.st_size == strtoull(strchr(name, '.') + 1, NULL, 10))
		r->whole = true;
	else
		r->bytes += (uint64_t)st.st_size;
	return ERR_OK;
}

static enum err add_bundle(void *user, const struct evidence *e)
{
	struct reached *r = user;

	if (e->state == EVIDENCE_MERGED)
		r->bytes += e->size;
	return ERR_OK;
}

uint64_t links_reached(void)
{
	struct buf dir = { 0 };
	struct reached r = { .dir = profile_path(links.office, "upload", &dir) };
	struct store_txn t;

	/* What is whole is about to be taken in. */
	do {
		r.bytes = 0;
		r.whole = false;
		assert_ok(fs_list(r.dir, 1000, add_size, &r));
	} while (r.whole && poll(NULL, 0, 5) == 0);
	profile_begin(links.office, &t);
	assert_ok(t.err);
	assert_ok(evidence_each(&t, add_bundle, &r));
	store_abort(&t);
	buf_clear(&dir);
	return r.bytes;
}
