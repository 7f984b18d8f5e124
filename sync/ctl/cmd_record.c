#include "config.h"
#include "sync/ctl/commands.h"

#include "forms/base/clock.h"
#include "forms/base/i18n.h"
#include "forms/fill/fill.h"
#include "forms/pack/answers.h"
#include "sync/ctl/attached.h"
#include "sync/ctl/once.h"
#include "sync/ctl/seen_again.h"
#include "sync/keys/hash.h"
#include "sync/ledger/log/log.h"
#include "sync/ledger/log/truetime.h"
#include "sync/ledger/profile/profile.h"
#include "sync/ledger/submit/draft.h"
#include "sync/ledger/submit/submit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void ref_text(const uint8_t ref[EVENT_REF], char out[2 * EVENT_REF + 1])
{
	keys_hex(ref, EVENT_REF, out);
}

static enum err parse_ref(const char *text, uint8_t out[EVENT_REF])
{
	struct row_id id;

	if (strlen(text) < 2 * EVENT_REF || !row_id_parse(text, &id))
		return err_set(ERR_FORMAT, _("%s: 记录号要是 24 位十六进制"), text);
	memcpy(out, id.ref, EVENT_REF);
	return ERR_OK;
}

/* What a submit of one object needs. */
struct submission {
	struct ctl *c;
	struct profile *profile;
	const struct pack *pack;
	const struct pack_form *form;
	const char *row, *village;        /* NULL where they were not given */
	bool has_subject; struct row_id subject;
	bool anew;                        /* --anew: a hazard that stands is raised once more */
	struct jdoc *refs, *seen;
};

static void note_fault(void *user, const char *path, const char *message)
{
	struct buf *b = user;

	if (b->len < 2000)
		buf_printf(b, "%s%s: %s", b->len ? "; " : "", path, message);
}

struct missing { struct fill *fill; struct buf list; };

static bool note_missing(void *user, fill_node n, enum fill_fault what, const char *message)
{
	struct missing *m = user;
	struct buf path = { 0 };

	fill_path(m->fill, n, &path);
	buf_printf(&m->list, "%s%s: %s", m->list.len ? "; " : "", buf_str(&path), what == FILL_MISSING && (!message || !*message) ? _("没有填") : message);
	buf_clear(&path);
	return m->list.len < 1500;
}

/* Answers "=FIELD:VALUE" of questions that name a row become the row's id; keys beginning with "__" are not answers. */
static enum err resolve(struct submission *s, const struct form *form, const struct jdoc *in, struct jdoc **out)
{
	const struct jdoc *value;
	const char *key;
	enum err e = ERR_OK;

	*out = jdoc_object();
	for (size_t i = 0; !e && jdoc_member(in, i, &key, &value); i++) {
		uint32_t q = form_find(form, key, 0);
		const char *text = jdoc_str(value);

		if (!strncmp(key, "__", 2))
			continue;
		if (q != FORM_NONE && form->questions[q].type == FORM_ROW && *text == '=') {
			char reg[64], id[ROW_ID_TEXT];
			struct buf name = { 0 };
			struct row_id row;

			buf_printf(&name, "%s:%s", form->questions[q].source, text);
			e = ctl_row(s->c, buf_str(&name), reg, &row);
			if (!e)
				jdoc_put_text(*out, key, row_id_text(&row, id));
			else
				e = err_in(e, "%s", key);
			buf_clear(&name);
		} else if (jdoc_type(value) == JDOC_ARRAY) {
			struct jdoc *array = jdoc_array();

			for (size_t k = 0; !e && k < jdoc_count(value); k++) {
				struct jdoc *item = NULL;

				if (jdoc_type(jdoc_item(value, k)) == JDOC_OBJECT)
					e = resolve(s, form, jdoc_item(value, k), &item);
				else
					item = jdoc_copy(jdoc_item(value, k));
				jdoc_push(array, item);
			}
			jdoc_put(*out, key, array);
		} else {
			jdoc_put(*out, key, jdoc_copy(value));
		}
	}
	return e;
}

static enum err fill_in(struct submission *s, struct fill *f, const struct jdoc *answers)
{
	struct missing m = { .fill = f };
	struct buf faults = { 0 };
	struct jdoc *plain = NULL;
	enum err e = resolve(s, fill_form(f), answers, &plain);

	if (!e)
		e = fill_read_json(f, plain, note_fault, &faults);
	if (!e && faults.len)
		e = err_set(ERR_DENIED, "%s", buf_str(&faults));
	if (!e && s->has_subject && !s->anew)
		e = seen_again(s->profile, &s->subject, f, s->seen);
	if (!e)
		e = fill_finish(f);
	if (!e)
		e = fill_check(f, note_missing, &m);
	if (!e && m.list.len)
		e = err_set(ERR_DENIED, "%s", buf_str(&m.list));
	jdoc_free(plain);
	buf_clear(&faults);
	buf_clear(&m.list);
	return e;
}

static enum err record_one(struct submission *s, const struct jdoc *answers, uint64_t draft, uint8_t ref[EVENT_REF])
{
	const char *village = jdoc_str(jdoc_get(answers, "__village"));
	struct submit what = { .form = s->form->id, .subject = s->has_subject ? &s->subject : NULL, .started = clock_wall(),
	                       .village = *village ? village : s->village, .draft = draft };
	struct submit_host *host = NULL;
	const struct form *form;
	enum err e = submit_host_open(s->profile, what.form, what.subject, &host);

	if (!e && !(e = pack_form_read(s->form, &form)))
		e = fill_open(form, submit_host_fill(host), &what.fill);
	if (!e)
		e = fill_in(s, what.fill, answers);
	if (!e)
		e = submit_record(s->profile, &what, ref);
	fill_close(what.fill);
	submit_host_close(host);
	return e;
}

static void note_kept(const uint8_t ref[EVENT_REF])
{
	char text[2 * EVENT_REF + 1];

	ref_text(ref, text);
	ctl_note(_("%s: 上一次其实已经存下, 没有再存"), text);
}

/* The row is looked for after that: a record which came through may have changed what it was named by. */
static enum err submit_one(struct submission *s, const struct jdoc *answers)
{
	const char *words[] = { "submit", s->form->id, s->row ? s->row : "", s->village ? s->village : "", s->anew ? "anew" : "", NULL };
	uint8_t ref[EVENT_REF];
	char text[2 * EVENT_REF + 1], reg[64];
	uint64_t draft;
	enum err e = once_find(s->c, words, answers, &draft, ref);

	if (!e) {
		note_kept(ref);
	} else if (e == ERR_NOTFOUND) {
		e = s->row && !s->has_subject ? ctl_row(s->c, s->row, reg, &s->subject) : ERR_OK;
		s->has_subject |= s->row && !e;
		if (!e)
			e = record_one(s, answers, draft, ref);
	}
	if (!e) {
		ref_text(ref, text);
		jdoc_push_text(s->refs, text);
		ctl_say(s->c, "%s", text);
	}
	return e;
}

static enum err submit_all(struct submission *s, const struct jdoc *answers, const char *file)
{
	enum err e = ERR_OK;

	if (jdoc_type(answers) == JDOC_OBJECT)
		return submit_one(s, answers);
	if (jdoc_type(answers) != JDOC_ARRAY)
		return err_set(ERR_FORMAT, _("%s: 要一个对象, 或对象的数组"), file);
	for (size_t i = 0; !e && i < jdoc_count(answers); i++) {
		e = submit_one(s, jdoc_item(answers, i));
		if (e)
			e = err_in(e, _("%s 第 %zu 条 (前面的已存)"), file, i + 1);
	}
	return e;
}

enum err cmd_record_submit(struct ctl *c)
{
	struct submission s = { .c = c, .row = ctl_take(c, "--row"), .village = ctl_take(c, "--village"), .anew = ctl_flag(c, "--anew") };
	const char *form, *file;
	struct jdoc *answers = NULL;
	uint32_t index;
	enum err e;

	if ((e = ctl_need(c, "--form", &form)) || (e = ctl_need(c, "--answers", &file)) || (e = ctl_rest(c, 0, 0)))
		return e;
	if ((e = jdoc_read(file, &answers)))
		return e;
	s.refs = jdoc_array();
	s.seen = jdoc_array();
	e = ctl_open(c, true, &s.profile);
	if (!e)
		e = ctl_pack(c, &s.pack);
	if (!e && (index = pack_find_form(s.pack, form)) == PACK_NONE)
		e = err_set(ERR_NOTFOUND, _("清单包里没有表 %s"), form);
	else if (!e)
		s.form = &s.pack->forms[index];
	if (!e)
		e = submit_all(&s, answers, file);
	if (c->json) {
		struct jdoc *j = jdoc_object();

		jdoc_put(j, "refs", s.refs);
		jdoc_put(j, "seen_again", s.seen);
		ctl_answer(c, j);
	} else {
		jdoc_free(s.refs);
		jdoc_free(s.seen);
	}
	jdoc_free(answers);
	return e;
}

/* A SUBMIT as JSON: who, when, form, answers. Personal answers stay out unless the form has none masked. */
static enum err show_submit(struct profile *p, const struct log_event *e, struct jdoc *j)
{
	struct submit_shown shown;
	struct submit_version v;
	char before[2 * EVENT_REF + 1];
	enum err err = submit_show(p, e, &shown);

	if (err)
		return err;
	jdoc_put_text(j, "form", shown.form);
	jdoc_put_text(j, "version", shown.version);
	jdoc_put_text(j, "number", shown.number);
	jdoc_put(j, "answers", shown.answers);
	if ((err = submit_version(p, e->hash, &v)))
		return err;
	if (v.amends) {
		ref_text(v.before, before);
		jdoc_put_text(j, "amends", before);
		jdoc_put_text(j, "reason", v.reason ? v.reason : "");
	}
	submit_version_clear(&v);
	return ERR_OK;
}

enum err cmd_record_show(struct ctl *c)
{
	struct log_event event = { 0 };
	struct profile *p;
	struct store_txn t;
	uint8_t ref[EVENT_REF];
	char text[2 * KEYS_HASH + 1], time[32], scope[68];
	enum truetime_word word = TRUETIME_NONE;
	enum err e;

	if ((e = ctl_rest(c, 1, 1)) || (e = parse_ref(c->argv[0], ref)) || (e = ctl_open(c, c->pin_file != NULL, &p)))
		return e;
	profile_begin(p, &t);
	e = t.err ? t.err : log_event_get(&t, ref, &event);
	int64_t when = e ? 0 : truetime_by(&t, &event, &word);

	store_abort(&t);
	if (!e) {
		struct jdoc *j = jdoc_object();
		struct buf out = { 0 };

		ref_text(ref, text);
		jdoc_put_text(j, "ref", text);
		jdoc_put_integer(j, "kind", event.event.kind);
		keys_hex(event.log.writer, EVENT_WRITER, text);
		jdoc_put_text(j, "writer", text);
		event_scope_text(&event.log.scope, scope);
		jdoc_put_text(j, "scope", scope);
		jdoc_put_integer(j, "seq", (int64_t)event.place.seq);
		jdoc_put_text(j, "time", clock_format_time(when, 480, time));
		jdoc_put_bool(j, "time_sure", word > TRUETIME_STICK);
		jdoc_put_text(j, "time_by", truetime_word_name(word));
		if (event.event.kind == EVENT_SUBMIT || event.event.kind == EVENT_AMEND)
			e = show_submit(p, &event, j);
		if (!e)
			e = ctl_put_attachments(p, ref, j);
		if (!e && !c->json && !(e = jdoc_text(j, 2, &out)))
			ctl_print(stdout, buf_str(&out));
		buf_clear(&out);
		ctl_answer(c, j);
	}
	log_event_clear(&event);
	return e;
}

enum err cmd_record_retract(struct ctl *c)
{
	const char *reason;
	struct profile *p;
	uint8_t target[EVENT_REF], ref[EVENT_REF];
	char text[2 * EVENT_REF + 1];
	enum err e;

	if ((e = ctl_need(c, "--reason", &reason)) || (e = ctl_rest(c, 1, 1)) || (e = parse_ref(c->argv[0], target)) || (e = ctl_open(c, true, &p)))
		return e;
	if ((e = submit_retract(p, target, reason, ref)))
		return e;
	ref_text(ref, text);
	ctl_say(c, _("已撤回 (记录仍保留): %s"), text);
	return ERR_OK;
}

/* The record as it stands now, with the answers given laid over it; "" clears one. */
static enum err amend(struct submission *s, const uint8_t target[EVENT_REF], const struct jdoc *answers, const char *reason, uint64_t draft, uint8_t ref[EVENT_REF])
{
	struct submit_amend what = { .target = target, .reason = reason, .draft = draft };
	struct submit_host *host = NULL;
	struct submit_version v;
	const struct form *form;
	enum err e = submit_version(s->profile, target, &v);

	if (e)
		return e;
	s->form = &v.pack->forms[v.form];
	e = v.why != ROW_ACCEPTED ? err_set(ERR_DENIED, "%s", row_reason_text(v.why)) :
	    submit_host_open(s->profile, s->form->id, v.has_subject ? &v.subject : NULL, &host);
	if (!e && !(e = pack_form_read(s->form, &form)))
		e = fill_open(form, submit_host_fill(host), &what.fill);
	if (!e)
		e = submit_load(s->profile, target, what.fill);
	if (!e)
		e = fill_in(s, what.fill, answers);
	if (!e)
		e = submit_amend(s->profile, &what, ref);
	fill_close(what.fill);
	submit_host_close(host);
	submit_version_clear(&v);
	return e;
}

static enum err amend_once(struct submission *s, const uint8_t record[EVENT_REF], const struct jdoc *answers, const char *reason, uint8_t newest[EVENT_REF], uint8_t made[EVENT_REF])
{
	char text[2 * EVENT_REF + 1];
	const char *words[] = { "amend", text, reason, NULL };
	struct submit_version v;
	uint64_t draft;
	enum err e;

	ref_text(record, text);
	e = once_find(s->c, words, answers, &draft, made);
	if (e == ERR_NOTFOUND)
		return (e = submit_newest(s->profile, record, newest)) ? e : amend(s, newest, answers, reason, draft, made);
	if (!e && !(e = submit_version(s->profile, made, &v))) {
		note_kept(made);
		memcpy(newest, v.before, EVENT_REF);
		submit_version_clear(&v);
	}
	return e;
}

enum err cmd_record_amend(struct ctl *c)
{
	struct submission s = { .c = c };
	const char *file, *reason;
	struct jdoc *answers = NULL;
	uint8_t ref[EVENT_REF], newest[EVENT_REF], made[EVENT_REF];
	char text[2 * EVENT_REF + 1];
	enum err e;

	if ((e = ctl_need(c, "--answers", &file)) || (e = ctl_need(c, "--reason", &reason)) || (e = ctl_rest(c, 1, 1)) || (e = parse_ref(c->argv[0], ref)))
		return e;
	if (!*reason)
		return err_set(ERR_FORMAT, _("--reason: 写明为什么更正"));
	if ((e = jdoc_read(file, &answers)))
		return e;
	if (jdoc_type(answers) != JDOC_OBJECT)
		e = err_set(ERR_FORMAT, _("%s: 要一个对象, 写要改的几项"), file);
	if (!e)
		e = ctl_open(c, true, &s.profile);
	if (!e)
		e = amend_once(&s, ref, answers, reason, newest, made);
	if (!e) {
		struct jdoc *j = jdoc_object();

		ref_text(made, text);
		ctl_say(c, _("已更正 (原来的仍保留): %s"), text);
		jdoc_put_text(j, "ref", text);
		ref_text(newest, text);
		jdoc_put_text(j, "amends", text);
		ctl_answer(c, j);
	}
	jdoc_free(answers);
	return e;
}

struct drafts { struct ctl *c; struct jdoc *all; };

static enum err list_draft(void *user, const struct draft_about *d)
{
	struct drafts *x = user;
	struct jdoc *j = jdoc_object();
	char time[32], id[24];

	snprintf(id, sizeof id, "%016" PRIx64, d->id);
	jdoc_put_text(j, "id", id);
	jdoc_put_text(j, "form", d->form);
	jdoc_put_text(j, "row", d->row);
	jdoc_put_text(j, "started", clock_format_time(d->started, 480, time));
	jdoc_push(x->all, j);
	ctl_say(x->c, "%s  %s  %s  %s", id, d->form, d->row, time);
	return ERR_OK;
}

enum err cmd_draft_list(struct ctl *c)
{
	struct drafts x = { c, NULL };
	struct profile *p;
	enum err e;

	if ((e = ctl_rest(c, 0, 0)) || (e = ctl_open(c, true, &p)))
		return e;
	x.all = jdoc_array();
	e = draft_list(p, list_draft, &x);
	ctl_answer(c, x.all);
	return e;
}
