#include "config.h"
#include "tests/tap.h"

#include "forms/base/fs.h"
#include "sync/exchange/enrol.h"
#include "sync/exchange/evidence.h"
#include "tests/exchange/links.h"
#include "tests/ledger/world.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct links links;

/* The real program; where it listens. */
static uint16_t start_town(void)
{
	char log[512], line[256];
	unsigned port = 0;

	snprintf(log, sizeof log, "%s", world_path("town.log"));
	links.town = fork();
	if (!links.town) {
		if (freopen(log, "w", stderr))
			execl(BUILDDIR "/sync/town/xunchad", "xunchad", "--profile", world_path("town"), "--listen", "127.0.0.1:0", (char *)NULL);
		_exit(127);
	}
	while (!port && !waitpid(links.town, NULL, WNOHANG)) {
		FILE *f = fopen(log, "r");

		while (f && fgets(line, sizeof line, f))
			if (strstr(line, " port "))
				port = (unsigned)atoi(strstr(line, " port ") + 6);
		if (f)
			fclose(f);
		poll(NULL, 0, 10);
	}
	return (uint16_t)port;
}

static void enrol(void)
{
	const struct keys_kdf kdf = keys_kdf_least();
	struct enrol_terms terms = { .person = "p-wang", .roles = PACK_GRID, .scope_count = 1 };
	struct buf request = { 0 }, grant = { 0 };
	char code[KEYS_CODE], label[33];

	assert_ok(event_scope_parse("990101100201", &terms.scopes[0]));
	assert_ok(enrol_found(world_path("town"), "样例镇", "990101100", "周敏", "246810", kdf));
	assert_ok(profile_open(world_path("town"), &links.office));
	assert_ok(profile_unlock(links.office, NULL, "246810", NULL));
	assert_ok(enrol_create(world_path("device"), "王秀英", "246810", kdf));
	assert_ok(profile_open(world_path("device"), &links.device));
	assert_ok(profile_unlock(links.device, NULL, "246810", NULL));
	assert_ok(enrol_request(links.device, "王秀英", &request));
	assert_ok(enrol_grant(links.office, request.data, request.len, &terms, &grant, label));
	assert_ok(enrol_code(links.office, code));
	assert_ok(enrol_accept(links.device, grant.data, grant.len, code));
	buf_clear(&request);
	buf_clear(&grant);
}

void links_open(uint64_t seed)
{
	uint16_t port = 0, to;

	enrol();
	to = start_town();
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
	profile_close(links.device);
	profile_close(links.office);
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
