/* Packs as they came from their blobs: one sealed file each, decoded once. */
#include "config.h"
#include "sync/ledger/profile/profile_own.h"

#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/ledger/fold/fold.h"
#include "sync/ledger/log/log_record.h"

#include <stdlib.h>
#include <string.h>

/* packs/<hash of id and version>: the names of a pack are not for whoever lists the directory. */
static enum err pack_path(const struct profile *p, const char *id, const char *version, struct buf *out)
{
	struct keys_hash h;
	uint8_t hash[KEYS_HASH];
	char name[6 + 2 * KEYS_HASH_SHORT + 1] = "packs/";

	keys_hash_start(&h, "pack");
	keys_hash_add(&h, id, strlen(id) + 1);
	keys_hash_add(&h, version, strlen(version));
	keys_hash_end(&h, hash);
	keys_hex(hash, KEYS_HASH_SHORT, name + 6);
	profile_path(p, name, out);
	return out->err;
}

struct arrival { const char *id, *version; };

static enum err arrived(struct log_batch *b, void *user)
{
	const struct arrival *a = user;

	return fold_pack_arrived(log_profile(b)->fold, log_txn(b), a->id, a->version);
}

enum err profile_pack_keep(struct profile *p, const char *id, const char *version, const void *data, size_t len)
{
	struct buf path = { 0 };
	struct pack *pack = NULL;
	enum err e;

	if (!p->store)
		return err_set(ERR_DENIED, _("还没有解锁: 请先输入 PIN"));
	if ((e = pack_decode(data, len, &pack)))
		return e;
	if (strcmp(pack->id, id) || strcmp(pack->version, version))
		e = err_set(ERR_FORMAT, _("包自称 %s %s, 不是 %s %s"), pack->id, pack->version, id, version);
	pack_free(pack);
	if (!e)
		e = pack_path(p, id, version, &path);
	if (!e && !fs_exists(path.data)) {
		e = seal_write_file(&p->seal, path.data, "pack", data, len);
		if (!e)
			e = log_write(p, arrived, &(struct arrival){ id, version });
	}
	buf_clear(&path);
	return e;
}

static enum err remember(struct profile *p, struct pack *pack, const struct pack **out)
{
	struct pack **more = realloc(p->own->packs, (p->own->pack_count + 1) * sizeof *more);

	if (!more) {
		pack_free(pack);
		return err_set(ERR_NOMEM, "pack");
	}
	p->own->packs = more;
	more[p->own->pack_count++] = pack;
	*out = pack;
	return ERR_OK;
}

static enum err load(struct profile *p, const char *path, const struct pack **out)
{
	struct buf data = { 0 };
	struct pack *pack = NULL;
	enum err e = seal_read_file(&p->seal, path, "pack", PACK_BYTES_MAX, &data);

	if (!e)
		e = pack_decode_tables(&data, &pack);
	buf_clear(&data);
	if (e)
		return e;
	for (unsigned i = 0; i < p->own->pack_count; i++)
		if (!strcmp(p->own->packs[i]->id, pack->id) && !strcmp(p->own->packs[i]->version, pack->version)) {
			pack_free(pack);
			*out = p->own->packs[i];
			return ERR_OK;
		}
	return remember(p, pack, out);
}

enum err profile_pack(struct profile *p, const char *id, const char *version, const struct pack **out)
{
	struct buf path = { 0 };
	enum err e;

	*out = NULL;
	for (unsigned i = 0; i < p->own->pack_count; i++)
		if (!strcmp(p->own->packs[i]->id, id) && !strcmp(p->own->packs[i]->version, version)) {
			*out = p->own->packs[i];
			return ERR_OK;
		}
	e = pack_path(p, id, version, &path);
	if (!e)
		e = load(p, path.data, out);
	if (e == ERR_NOTFOUND)
		e = err_set(ERR_NOTFOUND, _("还没有收到清单包 %s %s: 请与乡镇同步"), id, version);
	buf_clear(&path);
	return e;
}

enum err profile_pack_hash(struct profile *p, const char *id, const char *version, uint8_t hash[KEYS_HASH])
{
	struct buf path = { 0 }, data = { 0 };
	enum err e = pack_path(p, id, version, &path);

	if (!e)
		e = seal_read_file(&p->seal, path.data, "pack", PACK_BYTES_MAX, &data);
	if (!e)
		keys_hash(data.data, data.len, hash);
	buf_clear(&path);
	buf_clear(&data);
	return e;
}

struct newest { struct profile *p; const struct pack *best; struct buf path; };

static enum err look(void *user, const char *name)
{
	struct newest *n = user;
	const struct pack *pack;

	buf_reset(&n->path);
	buf_printf(&n->path, "%s/packs/%s", n->p->dir, name);
	if (!n->path.err && !strchr(name, '.') && !load(n->p, n->path.data, &pack) && (!n->best || strcmp(pack->version, n->best->version) > 0))
		n->best = pack;
	return ERR_OK;
}

/* What the township's log named last. */
static enum err named(struct profile *p, const struct pack **out)
{
	struct store_key prefix = log_meta_key(META_PACK), key;
	char id[STORE_KEY_MAX + 1] = "", version[128] = "";
	uint64_t newest = 0;
	struct buf value = { 0 };
	struct store_cursor c;
	struct store_txn t;

	profile_begin(p, &t);
	store_seek(&t, STORE_META, &prefix, &c);
	while (store_next(&c, &key, &value)) {
		struct wire w = wire_init(value.data, value.len);
		uint64_t lamport = wire_u64(&w);
		size_t len;

		wire_u64(&w);
		len = wire_left(&w);
		if (w.err || len >= sizeof version || lamport < newest)
			continue;
		newest = lamport;
		memcpy(version, wire_bytes(&w, len), len);
		version[len] = '\0';
		memcpy(id, key.bytes + prefix.len, (size_t)(key.len - prefix.len));
		id[key.len - prefix.len] = '\0';
	}
	store_seek_end(&c);
	store_abort(&t);
	buf_clear(&value);
	return *id ? profile_pack(p, id, version, out) : ERR_NOTFOUND;
}

enum err profile_pack_current(struct profile *p, const struct pack **out)
{
	struct newest n = { .p = p };
	struct buf dir = { 0 };
	enum err e = named(p, out);

	if (e != ERR_NOTFOUND)
		return e;
	profile_path(p, "packs", &dir);
	e = dir.err ? dir.err : fs_list(dir.data, 4096, look, &n);
	buf_clear(&dir);
	buf_clear(&n.path);
	if (!e && !n.best)
		e = err_set(ERR_NOTFOUND, _("还没有清单包: 请与乡镇同步, 乡镇先发布一个"));
	*out = n.best;
	return e;
}
