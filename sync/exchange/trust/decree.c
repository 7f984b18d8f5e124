#include "config.h"
#include "sync/exchange/trust/decree.h"

#include "forms/base/cbor.h"
#include "forms/base/i18n.h"
#include "sync/keys/town.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/profile/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct decree *decrees_add(struct decrees *d, enum event_kind kind)
{
	static struct decree spare;

	if (d->count == d->cap) {
		size_t cap = d->cap ? 2 * d->cap : 8;
		struct decree *more = realloc(d->at, cap * sizeof *more);

		if (!more) {
			d->err = err_set(ERR_NOMEM, "decree");
			buf_clear(&spare.payload);
			buf_clear(&spare.private_part);
			return &spare;
		}
		d->at = more;
		d->cap = cap;
	}
	d->at[d->count] = (struct decree){ .kind = (uint16_t)kind };
	return &d->at[d->count++];
}

void decrees_clear(struct decrees *d)
{
	for (size_t i = 0; i < d->count; i++) {
		buf_clear(&d->at[i].payload);
		buf_clear(&d->at[i].private_part);
	}
	free(d->at);
	*d = (struct decrees){ 0 };
}

enum err decrees_add_certificate(struct decrees *d, const struct keys_cert *cert, const char *name)
{
	struct decree *x = decrees_add(d, EVENT_CERT);

	if (*name)
		cbor_put_text(&x->private_part, name);
	return keys_cert_encode(cert, &x->payload);
}

enum err decrees_add_manifest(struct decrees *d, const struct keys_roots *roots, const char *id, const char *version, const void *pack, size_t len)
{
	const struct keys_root_doc *root = &roots->at[roots->count - 1];
	struct keys_listed at[2] = { { .name = "root" } };
	size_t n = 1;

	snprintf(at[0].version, sizeof at[0].version, "%u", root->root.version);
	keys_hash(root->bytes, root->len, at[0].hash);
	if (pack) {
		snprintf(at[1].name, sizeof at[1].name, "%s", id);
		snprintf(at[1].version, sizeof at[1].version, "%s", version);
		keys_hash(pack, len, at[1].hash);
		n++;
	}
	return keys_manifest_encode(at, n, &decrees_add(d, EVENT_MANIFEST)->payload);
}

struct writing { const struct decrees *decrees; const struct keys_identity *authority; };

static enum err append_all(struct log_batch *b, void *user)
{
	const struct writing *w = user;
	struct event_scope all = event_scope_all();
	uint8_t ref[EVENT_REF];
	enum err e = w->decrees->err;

	for (size_t i = 0; !e && i < w->decrees->count; i++) {
		const struct decree *x = &w->decrees->at[i];
		struct event event = { .kind = x->kind, .flags = EVENT_CRITICAL, .public_part = { (const uint8_t *)x->payload.data, x->payload.len } };

		if (x->private_part.len) {
			event.flags |= EVENT_HAS_PRIVATE;
			event.private_part = (struct event_part){ (const uint8_t *)x->private_part.data, x->private_part.len };
		}
		e = x->payload.err ? x->payload.err : log_append_as(b, w->authority, &all, &event, ref);
	}
	return e;
}

enum err decrees_write(struct profile *p, struct decrees *d)
{
	struct keys_identity *authority = NULL;
	struct writing w = { .decrees = d };
	enum err e;

	if (!p->identity)
		return err_set(ERR_DENIED, _("先用应急办的 PIN 打开"));
	if ((e = keys_town_authority(p->dir, p->identity, &authority)))
		return e;
	w.authority = authority;
	e = log_write(p, append_all, &w);
	keys_identity_free(authority);
	return e;
}
