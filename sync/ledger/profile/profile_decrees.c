/* The key of what the township says, kept beside the store. sync.md section 7.3.
 *
 * T's own log travels sealed to the first box key of scope all, and that key is announced in T's log alone. So that a device which
 * lost store and journal is not locked out of every stick, it keeps what T once sealed for its writer, as T sealed it: nothing that
 * the writer's own box key does not open. Everything else follows from T's log.
 *
 *     decrees.WRITER       sealed secret, 80 bytes
 */
#include "config.h"
#include "sync/ledger/profile/profile_own.h"

#include "forms/base/fs.h"

#include <string.h>

static const char *decrees_path(const struct profile *p, struct buf *out)
{
	char writer[2 * KEYS_WRITER + 1];

	keys_hex(p->writer, KEYS_WRITER, writer);
	buf_reset(out);
	buf_printf(out, "%s/decrees.%s", p->dir, writer);
	return buf_str(out);
}

struct seeking { const struct keys_roster *roster; const uint8_t *pk; uint8_t sealed[KEYS_SEALED_SECRET]; bool found; };

static enum err is_first(void *user, const struct keys_scope_key *key, const uint8_t sealed[KEYS_SEALED_SECRET])
{
	struct seeking *x = user;

	if (!x->found && !memcmp(key->pk, x->pk, KEYS_PK)) {
		memcpy(x->sealed, sealed, KEYS_SEALED_SECRET);
		x->found = true;
	}
	return ERR_OK;
}

void profile_decrees_keep(const struct profile *p)
{
	uint8_t pk[KEYS_PK];
	struct seeking x = { .roster = p->roster, .pk = pk };
	struct buf path = { 0 }, kept = { 0 };
	uint32_t version;

	if (p->office || !keys_roster_decree_key(p->roster, &version, pk) || keys_roster_sealed(p->roster, p->writer, is_first, &x) || !x.found)
		return;
	decrees_path(p, &path);
	if (!path.err && (fs_read(path.data, KEYS_SEALED_SECRET, &kept) || kept.len != KEYS_SEALED_SECRET || memcmp(kept.data, x.sealed, KEYS_SEALED_SECRET)))
		fs_write(path.data, x.sealed, KEYS_SEALED_SECRET);      /* without it nothing is worse than before */
	buf_clear(&path);
	buf_clear(&kept);
}

void profile_decrees_recall(const struct profile *p)
{
	struct buf path = { 0 }, kept = { 0 };

	decrees_path(p, &path);
	if (!p->office && !path.err && !fs_read(path.data, KEYS_SEALED_SECRET, &kept) && kept.len == KEYS_SEALED_SECRET)
		keys_ring_add_sealed(p->ring, p->identity, (const uint8_t *)kept.data);
	buf_clear(&path);
	buf_clear(&kept);
}
