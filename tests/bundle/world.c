#include "config.h"
#include "tests/bundle/world.h"

#include "forms/base/cbor.h"
#include "forms/base/fs.h"

#include <stdlib.h>

const char world_village[] = "990101100201", world_program[] = "9.8.7", world_pack[] = "2026.1";

enum { EPOCH = 7, DAY = 1767225600 };

void world_decree(struct world *w, uint16_t kind, const struct buf *payload)
{
	struct event e = { .kind = kind, .lamport = w->decrees.base.lamport + 1, .public_part = { (const uint8_t *)payload->data, payload->len } };

	chain_add(&w->decrees, kind, payload, NULL);
	assert_ok(keys_roster_event(w->roster, &w->decrees.id, w->decrees.seq, w->decrees.hash, &e, NULL));
}

void world_certify(struct world *w, const struct keys_identity *id, const char *person, const char *label, uint32_t roles, const char *scope)
{
	struct keys_cert c = { .roles = roles, .scope_count = 1 };
	struct buf b = { 0 };

	memcpy(c.sign, keys_identity_public(id)->sign, KEYS_PK);
	memcpy(c.box, keys_identity_public(id)->box, KEYS_PK);
	strcpy(c.person, person);
	strcpy(c.label, label);
	assert_ok(event_scope_parse(scope, &c.scopes[0]));
	assert_ok(keys_cert_encode(&c, &b));
	world_decree(w, EVENT_CERT, &b);
	buf_clear(&b);
}

void world_open(struct world *w)
{
	struct event_scope all = event_scope_all();

	memset(w, 0, sizeof *w);
	strcpy(w->dir, "/tmp/xuncha-world.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_ok(keys_identity_new(NULL, &w->staff));
	assert_ok(keys_identity_new(NULL, &w->worker));
	assert_ok(keys_identity_new(NULL, &w->neighbour));
	assert_ok(keys_town_found(w->dir, "石桥镇", "990101100", w->staff, &w->roots));
	assert_ok(keys_town_authority(w->dir, w->staff, &w->authority));
	assert_ok(keys_town_daemon(w->dir, &w->receipt, &w->boxes));
	assert_ok(keys_roster_new(&w->roots, &w->roster));
	chain_start(&w->decrees, w->authority, &all, EPOCH);
	world_certify(w, w->staff, "p-staff", "01", 8, "all");
	world_certify(w, w->worker, "p-worker", "07", 1, world_village);
	world_certify(w, w->neighbour, "p-neighbour", "08", 1, world_village);
}

void world_close(struct world *w)
{
	keys_roster_free(w->roster);
	keys_ring_free(w->boxes);
	keys_identity_free(w->staff);
	keys_identity_free(w->authority);
	keys_identity_free(w->receipt);
	keys_identity_free(w->worker);
	keys_identity_free(w->neighbour);
	chain_clear(&w->decrees);
	keys_roots_clear(&w->roots);
	assert_ok(fs_remove_tree(w->dir));
}

void world_seal(struct world *w, const struct keys_identity *sealer, const uint8_t *to, const void *plain, size_t len, struct buf *file)
{
	uint8_t keys[1][KEYS_PK];
	struct bundle_sealing how = { .sealer = sealer, .to = keys, .to_count = 1, .counter = 5, .wall = DAY * 1000LL,
	                              .program = world_program, .pack = world_pack };

	memcpy(keys[0], to ? to : keys_roots_newest(&w->roots)->box, KEYS_PK);
	assert_ok(bundle_seal(&how, plain, len, file, NULL));
}

void world_bundle(struct world *w, const struct keys_identity *sealer, const uint8_t *to, struct chain *const *logs, size_t n, struct buf *file)
{
	struct buf plain = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct log_segment s = chain_segment(logs[i], (uint32_t)logs[i]->seq);

		segment_put(&s, keys_identity_public(sealer)->writer, &plain);
	}
	world_seal(w, sealer, to, plain.data, plain.len, file);
	buf_clear(&plain);
}
