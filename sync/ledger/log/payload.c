#include "config.h"
#include "sync/ledger/log/payload.h"

#include "forms/base/i18n.h"
#include "forms/pack/pack.h"

#include <string.h>

enum { ROW_ITEMS_MIN = 1, ROW_ITEMS_MAX = 7, FIELD_NUMBER_MAX = PACK_FIELD_NUMBER_MAX };

static void fail(struct cbor *c, enum err e)
{
	if (!c->err)
		c->err = e;
}

static uint32_t take_u32(struct cbor *c, uint32_t max)
{
	uint64_t n = cbor_unsigned(c);

	if (n > max)
		fail(c, ERR_LIMIT);
	return c->err ? 0 : (uint32_t)n;
}

static void take_link(struct cbor *c, struct payload_link *out)
{
	memset(out, 0, sizeof *out);
	if (cbor_peek(c) == CBOR_BYTES) {
		const uint8_t *ref = cbor_bytes_n(c, EVENT_REF);

		if (ref)
			memcpy(out->ref, ref, EVENT_REF);
	} else if (!(out->distance = cbor_unsigned(c))) {
		fail(c, ERR_FORMAT);
	}
}

static void take_row_link(struct cbor *c, struct payload_row_link *out)
{
	if (cbor_array(c, 2) != 2)
		fail(c, ERR_FORMAT);
	take_link(c, &out->event);
	out->index = (uint8_t)take_u32(c, LIMIT_ROWS - 1);
}

static uint32_t take_deps(struct cbor *c, struct payload_link *deps)
{
	uint32_t n = (uint32_t)cbor_array(c, LIMIT_DEPS);

	for (uint32_t i = 0; i < n && !c->err; i++)
		take_link(c, &deps[i]);
	return c->err ? 0 : n;
}

void payload_fields_add(struct payload_fields *f, uint32_t n)
{
	if (n && n <= FIELD_NUMBER_MAX)
		f->bits[n / 64] |= UINT64_C(1) << n % 64;
}

bool payload_fields_has(const struct payload_fields *f, uint32_t n)
{
	return n <= FIELD_NUMBER_MAX && f->bits[n / 64] >> n % 64 & 1;
}

static uint32_t fields_count(const struct payload_fields *f)
{
	uint32_t count = 0;

	for (uint32_t n = 1; n <= FIELD_NUMBER_MAX; n++)
		count += payload_fields_has(f, n);
	return count;
}

/* Ascending; returns how many. */
static uint32_t take_fields(struct cbor *c, struct payload_fields *out)
{
	uint32_t count = (uint32_t)cbor_array(c, FIELD_NUMBER_MAX), before = 0;

	for (uint32_t i = 0; i < count && !c->err; i++) {
		uint32_t n = take_u32(c, FIELD_NUMBER_MAX);

		if (n <= before)
			fail(c, ERR_FORMAT);
		payload_fields_add(out, n);
		before = n;
	}
	return c->err ? 0 : count;
}

/* [entity, row, [step ...], [dep ...], instance, [kept ...], [emptied ...]]; null and [] at the end are left out, so there is one way to
 * write a row. */
static void take_row(struct cbor *c, struct payload_row *out)
{
	size_t items = cbor_array(c, ROW_ITEMS_MAX);
	bool empty = false;

	memset(out, 0, sizeof *out);
	out->fresh = true;
	out->instance = PAYLOAD_NO_INSTANCE;
	if (items < ROW_ITEMS_MIN)
		fail(c, ERR_FORMAT);
	out->entity = take_u32(c, UINT16_MAX);
	if (items > 1 && !(empty = cbor_null(c))) {
		out->fresh = false;
		take_row_link(c, &out->row);
	}
	if (items > 2) {
		out->step_count = (uint32_t)cbor_array(c, PAYLOAD_STEPS_MAX);
		for (uint32_t i = 0; i < out->step_count && !c->err; i++)
			out->steps[i] = take_u32(c, UINT16_MAX);
		empty = !out->step_count;
	}
	if (items > 3) {
		out->dep_count = take_deps(c, out->deps);
		empty = !out->dep_count;
	}
	if (items > 4 && !(empty = cbor_null(c)))
		out->instance = take_u32(c, UINT16_MAX);
	if (items > 5)
		empty = !take_fields(c, &out->kept) || out->fresh;
	if (items > 6)
		empty = !take_fields(c, &out->emptied) || out->fresh;
	if (empty)
		fail(c, ERR_FORMAT);
}

/* Walks the rows once so that payload_next() cannot fail. */
static void take_rows(struct cbor *c, struct payload *out)
{
	struct payload_row row;

	out->row_count = (uint32_t)cbor_array(c, LIMIT_ROWS);
	out->rows = *c;
	for (uint32_t i = 0; i < out->row_count && !c->err; i++)
		take_row(c, &row);
	out->rows.end = c->at;
}

static void take_items(struct cbor *c, size_t n)
{
	if (cbor_array(c, n) != n)
		fail(c, ERR_FORMAT);
}

static void take_submit(struct cbor *c, struct payload *out)
{
	const char *version;
	size_t len = 0;

	take_items(c, 6);
	out->form = take_u32(c, UINT16_MAX);
	version = cbor_text(c, PAYLOAD_VERSION_MAX, &len);
	if (version)
		memcpy(out->version, version, len);
	out->number = take_u32(c, UINT32_MAX);
	out->started = cbor_integer(c);
	out->seconds = take_u32(c, UINT32_MAX);
	take_rows(c, out);
}

static void take_resolve(struct cbor *c, struct payload *out)
{
	take_items(c, 4);
	take_row_link(c, &out->row);
	if (!(out->field = take_u32(c, UINT16_MAX)))
		fail(c, ERR_FORMAT);
	if (!cbor_null(c))
		out->value = cbor_skip(c, &out->value_len);
	out->dep_count = take_deps(c, out->deps);
	if (!out->dep_count)
		fail(c, ERR_FORMAT);
}

static void take_attach(struct cbor *c, struct payload *out)
{
	take_items(c, 6);
	take_link(c, &out->target);
	out->question = cbor_null(c) ? PAYLOAD_NO_QUESTION : take_u32(c, UINT16_MAX);
	out->blob = cbor_bytes_n(c, EVENT_HASH);
	out->size = take_u32(c, PAYLOAD_BLOB_MAX);
	out->media = cbor_text(c, 128, &out->media_len);
	out->taken = cbor_null(c) ? INT64_MIN : cbor_integer(c);
}

static void take_adopt(struct cbor *c, struct payload *out)
{
	struct payload_link link;

	out->link_count = (uint32_t)cbor_array(c, PAYLOAD_ADOPT_MAX);
	out->links = *c;
	for (uint32_t i = 0; i < out->link_count && !c->err; i++)
		take_link(c, &link);
	out->links.end = c->at;
}

static void take_amend(struct cbor *c, struct payload *out)
{
	size_t items = cbor_array(c, 3);

	if (items < 2)
		fail(c, ERR_FORMAT);
	take_link(c, &out->target);
	take_rows(c, out);
	if (items > 2 && (out->reason = cbor_text(c, PAYLOAD_REASON_MAX, &out->reason_len)) && !out->reason_len)
		fail(c, ERR_FORMAT);
}

enum err payload_open(enum event_kind kind, const void *data, size_t len, struct payload *out)
{
	struct cbor c = cbor_init(data, len);
	enum err e;

	memset(out, 0, sizeof *out);
	out->kind = kind;
	switch (kind) {
	case EVENT_SUBMIT:
		take_submit(&c, out);
		break;
	case EVENT_AMEND:
		take_amend(&c, out);
		break;
	case EVENT_RETRACT:
		take_items(&c, 2);
		take_link(&c, &out->target);
		out->reason = cbor_text(&c, PAYLOAD_REASON_MAX, &out->reason_len);
		break;
	case EVENT_RESOLVE:
		take_resolve(&c, out);
		break;
	case EVENT_ATTACH:
		take_attach(&c, out);
		break;
	case EVENT_LOOKED:
		take_items(&c, 2);
		take_row_link(&c, &out->row);
		out->class = take_u32(&c, 3);
		break;
	case EVENT_ERASED:
		take_items(&c, 1);
		take_link(&c, &out->target);
		break;
	case EVENT_ADOPT:
		take_adopt(&c, out);
		break;
	default:
		return err_set(ERR_UNSUPPORTED, _("第 %d 类事件没有这样的内容"), (int)kind);
	}
	if ((e = cbor_end(&c)))
		return err_set(e, _("第 %d 类事件的内容不合规定"), (int)kind);
	return ERR_OK;
}

bool payload_next(struct payload *p, struct payload_row *out)
{
	if (p->rows.at == p->rows.end || p->rows.err)
		return false;
	take_row(&p->rows, out);
	return !p->rows.err;
}

bool payload_next_link(struct payload *p, struct payload_link *out)
{
	if (p->links.at == p->links.end || p->links.err)
		return false;
	take_link(&p->links, out);
	return !p->links.err;
}

static void put_link(struct buf *out, const struct payload_link *l)
{
	if (l->distance)
		cbor_put_unsigned(out, l->distance);
	else
		cbor_put_bytes(out, l->ref, EVENT_REF);
}

static void put_row_link(struct buf *out, const struct payload_row_link *r)
{
	cbor_put_array(out, 2);
	put_link(out, &r->event);
	cbor_put_unsigned(out, r->index);
}

static void put_deps(struct buf *out, const struct payload_link *deps, uint32_t count)
{
	cbor_put_array(out, count);
	for (uint32_t i = 0; i < count; i++)
		put_link(out, &deps[i]);
}

static void put_fields(struct buf *out, const struct payload_fields *f, uint32_t count)
{
	cbor_put_array(out, count);
	for (uint32_t n = 1; n <= FIELD_NUMBER_MAX; n++)
		if (payload_fields_has(f, n))
			cbor_put_unsigned(out, n);
}

static void put_row(struct buf *out, const struct payload_row *r)
{
	uint32_t kept = fields_count(&r->kept), emptied = fields_count(&r->emptied);
	size_t items = emptied ? 7 : kept ? 6 : r->instance != PAYLOAD_NO_INSTANCE ? 5 : r->dep_count ? 4 : r->step_count ? 3 : r->fresh ? 1 : 2;

	cbor_put_array(out, items);
	cbor_put_unsigned(out, r->entity);
	if (items > 1) {
		if (r->fresh)
			cbor_put_null(out);
		else
			put_row_link(out, &r->row);
	}
	if (items > 2) {
		cbor_put_array(out, r->step_count);
		for (uint32_t i = 0; i < r->step_count; i++)
			cbor_put_unsigned(out, r->steps[i]);
	}
	if (items > 3)
		put_deps(out, r->deps, r->dep_count);
	if (items > 4 && r->instance == PAYLOAD_NO_INSTANCE)
		cbor_put_null(out);
	else if (items > 4)
		cbor_put_unsigned(out, r->instance);
	if (items > 5)
		put_fields(out, &r->kept, kept);
	if (items > 6)
		put_fields(out, &r->emptied, emptied);
}

static void put_rows(struct buf *out, const struct payload_row *rows, uint32_t count)
{
	cbor_put_array(out, count);
	for (uint32_t i = 0; i < count; i++)
		put_row(out, &rows[i]);
}

void payload_put_submit(struct buf *out, const struct payload *head, const struct payload_row *rows, uint32_t count)
{
	cbor_put_array(out, 6);
	cbor_put_unsigned(out, head->form);
	cbor_put_text(out, head->version);
	cbor_put_unsigned(out, head->number);
	cbor_put_integer(out, head->started);
	cbor_put_unsigned(out, head->seconds);
	put_rows(out, rows, count);
}

void payload_put_amend(struct buf *out, const struct payload_link *target, const char *reason, const struct payload_row *rows, uint32_t count)
{
	bool given = reason && *reason;

	cbor_put_array(out, given ? 3 : 2);
	put_link(out, target);
	put_rows(out, rows, count);
	if (given)
		cbor_put_text(out, reason);
}

void payload_put_retract(struct buf *out, const struct payload_link *target, const char *reason)
{
	cbor_put_array(out, 2);
	put_link(out, target);
	cbor_put_text(out, reason);
}

void payload_put_resolve(struct buf *out, const struct payload *head)
{
	cbor_put_array(out, 4);
	put_row_link(out, &head->row);
	cbor_put_unsigned(out, head->field);
	if (head->value)
		buf_put(out, head->value, head->value_len);
	else
		cbor_put_null(out);
	put_deps(out, head->deps, head->dep_count);
}

void payload_put_attach(struct buf *out, const struct payload *head)
{
	cbor_put_array(out, 6);
	put_link(out, &head->target);
	if (head->question == PAYLOAD_NO_QUESTION)
		cbor_put_null(out);
	else
		cbor_put_unsigned(out, head->question);
	cbor_put_bytes(out, head->blob, EVENT_HASH);
	cbor_put_unsigned(out, head->size);
	cbor_put_text_n(out, head->media, head->media_len);
	if (head->taken == INT64_MIN)
		cbor_put_null(out);
	else
		cbor_put_integer(out, head->taken);
}

void payload_put_looked(struct buf *out, const struct payload_row_link *row, uint32_t class)
{
	cbor_put_array(out, 2);
	put_row_link(out, row);
	cbor_put_unsigned(out, class);
}

void payload_put_erased(struct buf *out, const struct payload_link *order)
{
	cbor_put_array(out, 1);
	put_link(out, order);
}

void payload_put_adopt(struct buf *out, const struct payload_link *links, uint32_t count)
{
	put_deps(out, links, count);
}
