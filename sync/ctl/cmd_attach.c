#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/base/i18n.h"
#include "sync/ctl/attached.h"
#include "sync/keys/hash.h"
#include "sync/ledger/log/payload.h"
#include "sync/ledger/profile/profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static enum err parse(const char *text, uint8_t ref[EVENT_REF])
{
	return strlen(text) == 2 * EVENT_REF && keys_unhex(text, EVENT_REF, ref) ? ERR_OK : err_set(ERR_FORMAT, _("%s: 记录号要是 24 位十六进制"), text);
}

enum err cmd_attach(struct ctl *c)
{
	const char *question = ctl_take(c, "--question"), *name = ctl_take(c, "--name"), *scale = ctl_take(c, "--scale"), *taken = ctl_take(c, "--taken");
	uint8_t record[EVENT_REF], ref[EVENT_REF];
	char text[2 * EVENT_REF + 1];
	int64_t when = INT64_MIN;
	struct profile *p;
	struct jdoc *j;
	enum err e;

	if (taken && !clock_parse_time(taken, 480, &when))
		return err_set(ERR_USAGE, _("--taken %s: 要写成 2026-07-12T08:31"), taken);
	if (name && (question || taken))
		return err_set(ERR_USAGE, _("--name 已经说明是哪个问题的照片, 不再写 --question 或 --taken"));
	if (!scale)
		scale = getenv("XUNCHA_SCALE");
	if ((e = ctl_rest(c, 2, 2)) || (e = parse(c->argv[0], record)) || (e = ctl_open(c, true, &p)))
		return e;
	e = name ? attach_later(p, record, name, c->argv[1], scale, ref) : attach_file(p, record, question, c->argv[1], when, scale, ref);
	if (e)
		return e;
	keys_hex(ref, EVENT_REF, text);
	j = jdoc_object();
	jdoc_put_text(j, "ref", text);
	ctl_answer(c, j);
	ctl_say(c, _("已附上: %s"), text);
	return ERR_OK;
}

enum err cmd_attach_save(struct ctl *c)
{
	struct attachment about;
	struct buf content = { 0 };
	uint8_t ref[EVENT_REF];
	const char *out;
	struct profile *p;
	enum err e;

	if ((e = ctl_need(c, "--out", &out)) || (e = ctl_rest(c, 1, 1)) || (e = parse(c->argv[0], ref)) || (e = ctl_open(c, true, &p)))
		return e;
	e = attach_read(p, ref, &content, &about);
	if (!e)
		e = fs_write(out, content.data, content.len);
	if (!e)
		ctl_say(c, _("%s: %zu 字节 (%s)"), out, content.len, about.media);
	buf_clear(&content);
	return e;
}

static bool put_one(void *user, const struct attachment *a)
{
	struct jdoc *j = jdoc_object();
	char ref[2 * EVENT_REF + 1];

	keys_hex(a->ref, EVENT_REF, ref);
	jdoc_put_text(j, "ref", ref);
	jdoc_put_text(j, "media", a->media);
	jdoc_put_integer(j, "size", (int64_t)a->size);
	if (a->question != PAYLOAD_NO_QUESTION)
		jdoc_put_integer(j, "question", a->question);
	jdoc_put_text(j, "state", a->erased ? "erased" : !a->here ? "not here yet" : a->acknowledged ? "delivered" : "here");
	jdoc_push(user, j);
	return true;
}

enum err ctl_put_attachments(struct profile *p, const uint8_t record[EVENT_REF], struct jdoc *j)
{
	struct jdoc *all = jdoc_array();
	enum err e = attach_each(p, record, put_one, all);

	if (!e && jdoc_count(all))
		jdoc_put(j, "attachments", all);
	else
		jdoc_free(all);
	return e;
}
