#include "config.h"
#include "tests/exchange/two.h"

#include "forms/base/fs.h"
#include "sync/exchange/trust/enrol.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct profile *office, *device;
struct event_scope village;
char stick[512];

void two_open(void)
{
	const struct keys_kdf kdf = keys_kdf_least();
	struct enrol_terms terms = { .person = "p-wang", .roles = PACK_GRID, .scope_count = 1 };
	struct buf request = { 0 }, grant = { 0 };
	char label[33], code[KEYS_CODE];

	village = event_scope_village("990101100201");
	terms.scopes[0] = village;
	snprintf(stick, sizeof stick, "%s", world_path("stick"));
	assert_ok(enrol_found(world_path("town"), "样例镇", "990101100", "周敏", "246810", kdf));
	assert_ok(profile_open(world_path("town"), &office));
	assert_ok(profile_unlock(office, NULL, "246810", NULL));
	assert_ok(enrol_create(world_path("device"), "王秀英", "246810", kdf));
	assert_ok(profile_open(world_path("device"), &device));
	assert_ok(profile_unlock(device, NULL, "246810", NULL));
	assert_ok(enrol_request(device, "王秀英", &request));
	assert_ok(enrol_grant(office, request.data, request.len, &terms, &grant, label));
	assert_ok(enrol_code(office, code));
	assert_ok(enrol_accept(device, grant.data, grant.len, code));
	buf_clear(&request);
	buf_clear(&grant);
}

void two_close(void)
{
	profile_close(device);
	profile_close(office);
}

void two_fresh_stick(void)
{
	assert_ok(fs_remove_tree(stick));
	assert_ok(fs_make_dir(stick));
}

bool two_holds(struct profile *p, const char *text)
{
	const char *all = world_texts(p), *at = all;
	size_t n = strlen(text);

	while ((at = strstr(at, text)) && ((at > all && at[-1] != ' ') || (at[n] && at[n] != ' ')))
		at++;
	return at != NULL;
}

enum err two_deliver(void)
{
	struct folder_report r = { 0 };

	return folder_sync(device, stick, &r);
}

enum err two_merge(void)
{
	struct folder_report r = { 0 };

	return folder_merge(office, stick, &r);
}

static enum err compare(void *user, const char *name)
{
	struct two_waiting *w = user;
	struct buf path = { 0 }, ours = { 0 }, theirs = { 0 };

	profile_path(device, "out", &path);
	buf_printf(&path, "/%s", name);
	assert_ok(fs_read(path.data, LIMIT_BLOB, &ours));
	buf_reset(&path);
	buf_printf(&path, "%s/XUNCHA/up/%s", stick, name);
	w->count++;
	w->whole += !fs_read(path.data, LIMIT_BLOB, &theirs) && ours.len == theirs.len && !memcmp(ours.data, theirs.data, ours.len);
	buf_clear(&path);
	buf_clear(&ours);
	buf_clear(&theirs);
	return ERR_OK;
}

struct two_waiting two_waiting(void)
{
	struct two_waiting w = { 0 };
	struct buf out = { 0 };

	assert_ok(fs_list(profile_path(device, "out", &out), 1000, compare, &w));
	buf_clear(&out);
	return w;
}

uint16_t two_daemon(uint16_t port, pid_t *pid)
{
	char log[512], line[256], listen[32];
	unsigned found = 0;

	snprintf(log, sizeof log, "%s", world_path("town.log"));
	snprintf(listen, sizeof listen, "127.0.0.1:%u", port);
	remove(log);
	*pid = fork();
	if (!*pid) {
		if (freopen(log, "w", stderr))
			execl(BUILDDIR "/sync/town/xunchad", "xunchad", "--profile", world_path("town"), "--listen", listen, (char *)NULL);
		_exit(127);
	}
	while (!found && !waitpid(*pid, NULL, WNOHANG)) {
		FILE *f = fopen(log, "r");

		while (f && fgets(line, sizeof line, f))
			if (strstr(line, " port "))
				found = (unsigned)atoi(strstr(line, " port ") + 6);
		if (f)
			fclose(f);
		poll(NULL, 0, 10);
	}
	return (uint16_t)found;
}

int two_setup(void **state)
{
	(void)state;
	two_open();
	return 0;
}

int two_teardown(void **state)
{
	(void)state;
	two_close();
	return 0;
}
