#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/i18n.h"
#include "sync/keys/town.h"
#include "sync/ledger/profile/profile.h"

/* The box keys of this profile for another program that is to read bundles: at a township with staff's PIN every B, on a
 * device the writer's own key and those of its scopes. */
enum err cmd_key_export(struct ctl *c)
{
	struct keys_identity *receipt = NULL;
	struct keys_ring *boxes = NULL;
	struct profile *p;
	const char *out;
	enum err e;

	if (!ctl_flag(c, "--box"))
		return err_set(ERR_USAGE, _("只能导出解封钥匙: 请加 --box"));
	if ((e = ctl_need(c, "--out", &out)) || (e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, true, &p)))
		return e;
	if (keys_town_here(p->dir) && (e = keys_town_daemon(p->dir, &receipt, &boxes)))
		return e;
	if (boxes)
		e = keys_ring_add_identity(boxes, p->identity);
	if (boxes && !e)
		e = keys_ring_add_scopes(boxes, p->roster, p->identity);
	if (!e)
		e = keys_ring_export(boxes ? boxes : p->ring, out);
	if (!e)
		ctl_say(c, _("解封钥匙写在 %s; 有它的人能读所有封给这里的数据包, 请妥善保管"), out);
	keys_identity_free(receipt);
	keys_ring_free(boxes);
	return e;
}
