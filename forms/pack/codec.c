/* pack.cbor: what every device carries. Structs are arrays of their members in the order of the tables below; the same
 * tables drive the writer and the reader, so they cannot disagree. The layout is part of the format (FORMAT.md). */
#include "config.h"
#include "forms/pack/pack.h"

#include "forms/base/cbor.h"
#include "forms/base/i18n.h"
#include "forms/pack/sound.h"
#include "forms/xlsform/form_build.h"
#include "forms/xlsform/form_codec.h"

#include <stdlib.h>
#include <string.h>

enum { PACK_FORMAT = 1, ARRAY_MAX = 65536, WORDS_MAX = 4096 };

enum type {
	TEXT,                                             /* const char *, there */
	OPTIONAL,                                         /* const char *, or null */
	NAME,                                             /* struct pack_name: a text, or [zh, en] */
	WORDS,                                            /* const char **, NULL-ended; null */
	NUMBER,                                           /* uint32_t, int or enum, 0 or more */
	INDEX,                                            /* uint32_t; PACK_NONE and FORM_NONE as null */
	OFFSET,                                           /* int, any sign */
	FLAG,                                             /* bool */
	FORM,                                             /* id and body of a struct pack_form: form_encode()'s bytes */
	ARRAY                                             /* pointer and uint32_t count of structs */
};

struct shape;
struct member { enum type type; size_t at, count_at; const struct shape *of; };
/* `least` members are there in every pack; those after them are missing in one made before they were thought of. */
struct shape { size_t size; const struct member *members; uint32_t count, least; };

#define M(type, s, member)          { type, offsetof(struct s, member), 0, NULL }
#define MANY(s, member, count, of)  { ARRAY, offsetof(struct s, member), offsetof(struct s, count), &of }
#define SHAPE(s, members)           { sizeof(struct s), members, sizeof members / sizeof *members, sizeof members / sizeof *members }
#define GROWN(s, members, least)    { sizeof(struct s), members, sizeof members / sizeof *members, least }

static const struct member param_members[] = { M(TEXT, pack_param, key), M(TEXT, pack_param, value) };
static const struct shape param_shape = SHAPE(pack_param, param_members);

static const struct member code_members[] = { M(TEXT, pack_code, name), M(NAME, pack_code, label), M(OPTIONAL, pack_code, parent) };
static const struct shape code_shape = SHAPE(pack_code, code_members);

static const struct member codes_members[] = { M(TEXT, pack_codes, id), MANY(pack_codes, at, count, code_shape) };
static const struct shape codes_shape = SHAPE(pack_codes, codes_members);

static const struct member field_members[] = {
	M(NUMBER, pack_field, n), M(TEXT, pack_field, id), M(NAME, pack_field, label), M(NUMBER, pack_field, type), M(INDEX, pack_field, codes),
	M(INDEX, pack_field, target), M(NUMBER, pack_field, merge), M(WORDS, pack_field, danger_order), M(NUMBER, pack_field, class),
	M(FLAG, pack_field, list), M(FLAG, pack_field, search), M(OPTIONAL, pack_field, derive)
};
static const struct shape field_shape = SHAPE(pack_field, field_members);

static const struct member register_members[] = {
	M(TEXT, pack_register, id), M(NAME, pack_register, label), M(TEXT, pack_register, title), M(OPTIONAL, pack_register, sort),
	M(FLAG, pack_register, township), M(NUMBER, pack_register, merge), M(NUMBER, pack_register, retain_days),
	MANY(pack_register, fields, field_count, field_shape)
};
static const struct shape register_shape = SHAPE(pack_register, register_members);

static const struct member step_members[] = {
	M(NUMBER, pack_step, reg), M(NUMBER, pack_step, field), M(TEXT, pack_step, id), M(NAME, pack_step, label), M(OPTIONAL, pack_step, form),
	M(WORDS, pack_step, from), M(TEXT, pack_step, to), M(OPTIONAL, pack_step, when), M(NUMBER, pack_step, roles), M(NUMBER, pack_step, on_behalf),
	M(WORDS, pack_step, not_same_person_as), M(OPTIONAL, pack_step, needs), M(OPTIONAL, pack_step, due), M(OPTIONAL, pack_step, source)
};
static const struct shape step_shape = SHAPE(pack_step, step_members);

static const struct member kind_members[] = {
	M(TEXT, pack_kind, id), M(NAME, pack_kind, label), M(OPTIONAL, pack_kind, group), M(NUMBER, pack_kind, first_list), M(NUMBER, pack_kind, list_count),
	M(OPTIONAL, pack_kind, department), M(OPTIONAL, pack_kind, scheme), M(TEXT, pack_kind, walk)
};
static const struct shape kind_shape = SHAPE(pack_kind, kind_members);

static const struct member kind_list_members[] = { M(TEXT, pack_kind_list, list), M(OPTIONAL, pack_kind_list, flag) };
static const struct shape kind_list_shape = SHAPE(pack_kind_list, kind_list_members);

static const struct member threshold_members[] = {
	M(TEXT, pack_threshold, scheme), M(TEXT, pack_threshold, kind), M(TEXT, pack_threshold, metric), M(TEXT, pack_threshold, op), M(TEXT, pack_threshold, value)
};
static const struct shape threshold_shape = SHAPE(pack_threshold, threshold_members);

static const struct member duty_members[] = {
	M(TEXT, pack_duty, id), M(NAME, pack_duty, label), M(TEXT, pack_duty, subject_register), M(OPTIONAL, pack_duty, subject_filter),
	M(TEXT, pack_duty, counts_register), M(OPTIONAL, pack_duty, counts_filter), M(NUMBER, pack_duty, n), M(OPTIONAL, pack_duty, period),
	M(OPTIONAL, pack_duty, season), M(OPTIONAL, pack_duty, risk), M(OPTIONAL, pack_duty, from), M(OPTIONAL, pack_duty, source), M(OPTIONAL, pack_duty, param)
};
static const struct shape duty_shape = SHAPE(pack_duty, duty_members);

static const struct member season_members[] = {
	M(TEXT, pack_season, id), M(OPTIONAL, pack_season, province), M(TEXT, pack_season, from), M(TEXT, pack_season, to), M(OPTIONAL, pack_season, source)
};
static const struct shape season_shape = SHAPE(pack_season, season_members);

static const struct member column_members[] = {
	M(TEXT, pack_column, heading), M(OPTIONAL, pack_column, value), M(NUMBER, pack_column, width), M(NUMBER, pack_column, type), M(NUMBER, pack_column, class)
};
static const struct shape column_shape = SHAPE(pack_column, column_members);

static const struct member ledger_members[] = {
	M(TEXT, pack_ledger, id), M(TEXT, pack_ledger, title), M(NUMBER, pack_ledger, reg), M(OPTIONAL, pack_ledger, where),
	MANY(pack_ledger, columns, column_count, column_shape)
};
static const struct shape ledger_shape = SHAPE(pack_ledger, ledger_members);

static const struct member card_members[] = { M(TEXT, pack_card, id), M(NAME, pack_card, title), M(TEXT, pack_card, text) };
static const struct shape card_shape = SHAPE(pack_card, card_members);

static const struct member save_members[] = {
	M(INDEX, pack_save, question), M(NUMBER, pack_save, entity), M(NUMBER, pack_save, field), M(OPTIONAL, pack_save, constant)
};
static const struct shape save_shape = SHAPE(pack_save, save_members);

static const struct member entity_members[] = {
	M(NUMBER, pack_entity, reg), M(INDEX, pack_entity, repeat), M(FLAG, pack_entity, creates), M(FLAG, pack_entity, updates),
	M(OPTIONAL, pack_entity, entity_id), M(OPTIONAL, pack_entity, create_if), M(OPTIONAL, pack_entity, update_if), M(OPTIONAL, pack_entity, step)
};
static const struct shape entity_shape = SHAPE(pack_entity, entity_members);

static const struct member form_members[] = {
	M(FORM, pack_form, body), M(NAME, pack_form, title), MANY(pack_form, entities, entity_count, entity_shape),
	MANY(pack_form, saves, save_count, save_shape), M(NUMBER, pack_form, roles), M(OPTIONAL, pack_form, subject), M(FLAG, pack_form, walk)
};
static const struct shape form_shape = SHAPE(pack_form, form_members);

static const struct member part_members[] = {
	M(NUMBER, pack_part, kind), M(OPTIONAL, pack_part, heading), M(OPTIONAL, pack_part, value), M(INDEX, pack_part, reg), M(INDEX, pack_part, field),
	M(NUMBER, pack_part, class)
};
static const struct shape part_shape = SHAPE(pack_part, part_members);

static const struct member paper_members[] = {
	M(TEXT, pack_paper, id), M(TEXT, pack_paper, title), M(NUMBER, pack_paper, reg), M(OPTIONAL, pack_paper, where), M(NUMBER, pack_paper, roles),
	MANY(pack_paper, parts, part_count, part_shape)
};
static const struct shape paper_shape = SHAPE(pack_paper, paper_members);

static const struct member pack_members[] = {
	M(TEXT, pack, id), M(TEXT, pack, version), M(NAME, pack, title), M(OFFSET, pack, utc_offset), MANY(pack, params, param_count, param_shape),
	MANY(pack, registers, register_count, register_shape), MANY(pack, codes, codes_count, codes_shape), MANY(pack, steps, step_count, step_shape),
	MANY(pack, kinds, kind_count, kind_shape), MANY(pack, kind_lists, kind_list_count, kind_list_shape),
	MANY(pack, thresholds, threshold_count, threshold_shape), MANY(pack, duties, duty_count, duty_shape), MANY(pack, seasons, season_count, season_shape),
	MANY(pack, ledgers, ledger_count, ledger_shape), MANY(pack, cards, card_count, card_shape), MANY(pack, forms, form_count, form_shape),
	MANY(pack, papers, paper_count, paper_shape)
};
static const struct shape pack_shape = GROWN(pack, pack_members, 16);

/* ---- writing ---- */

static uint32_t get_u32(const char *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof n);
	return n;
}

static void *get_pointer(const char *at)
{
	void *p;

	memcpy(&p, at, sizeof p);
	return p;
}

static void put_text(struct buf *out, const char *s)
{
	if (s)
		cbor_put_text(out, s);
	else
		cbor_put_null(out);
}

static void put_words(struct buf *out, const char **words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	if (!words) {
		cbor_put_null(out);
		return;
	}
	cbor_put_array(out, n);
	for (size_t i = 0; i < n; i++)
		cbor_put_text(out, words[i]);
}

static void put_form(struct buf *out, const struct pack_body *b)
{
	struct buf bytes = { 0 };
	enum err e;

	if (b->bytes) {
		cbor_put_bytes(out, b->bytes, b->len);
		return;
	}
	e = form_encode(b->form, &bytes);

	if (e)
		out->err = out->err ? out->err : e;
	else
		cbor_put_bytes(out, bytes.data, bytes.len);
	buf_clear(&bytes);
}

static void put_shape(struct buf *out, const struct shape *shape, const void *object);

static void put_member(struct buf *out, const struct member *m, const char *object)
{
	const char *at = object + m->at;
	struct pack_name name;
	uint32_t n;
	int offset;

	switch (m->type) {
	case TEXT: case OPTIONAL:
		put_text(out, get_pointer(at));
		return;
	case NAME:
		memcpy(&name, at, sizeof name);
		if (strcmp(name.zh, name.en)) {
			cbor_put_array(out, 2);
			cbor_put_text(out, name.zh);
			cbor_put_text(out, name.en);
		} else {
			cbor_put_text(out, name.zh);
		}
		return;
	case WORDS:
		put_words(out, get_pointer(at));
		return;
	case NUMBER:
		cbor_put_unsigned(out, get_u32(at));
		return;
	case INDEX:
		if ((n = get_u32(at)) == PACK_NONE)
			cbor_put_null(out);
		else
			cbor_put_unsigned(out, n);
		return;
	case OFFSET:
		memcpy(&offset, at, sizeof offset);
		cbor_put_integer(out, offset);
		return;
	case FLAG:
		cbor_put_bool(out, *(const bool *)at);
		return;
	case FORM:
		put_form(out, get_pointer(at));
		return;
	case ARRAY:
		n = get_u32(object + m->count_at);
		cbor_put_array(out, n);
		at = get_pointer(at);
		for (uint32_t i = 0; i < n; i++)
			put_shape(out, m->of, at + i * m->of->size);
		return;
	}
}

static void put_shape(struct buf *out, const struct shape *shape, const void *object)
{
	cbor_put_array(out, shape->count);
	for (uint32_t i = 0; i < shape->count; i++)
		put_member(out, &shape->members[i], object);
}

enum err pack_encode(const struct pack *p, struct buf *out)
{
	size_t start = out->len;

	cbor_put_array(out, 2);
	cbor_put_unsigned(out, PACK_FORMAT);
	put_shape(out, &pack_shape, p);
	if (!out->err && out->len - start > PACK_BYTES_MAX)
		return err_set(ERR_LIMIT, _("这份包有 %zu 字节, 最多 %d"), out->len - start, PACK_BYTES_MAX);
	return out->err;
}

/* ---- reading ---- */

struct decoder { struct cbor c; struct form *arena; enum err err; };

static void fail(struct decoder *d, enum err e)
{
	if (!d->err)
		d->err = e;
}

static const char *take_text(struct decoder *d, bool optional)
{
	size_t len;
	const char *s, *copy;

	if (optional && cbor_null(&d->c))
		return NULL;
	if (!(s = cbor_text(&d->c, 0, &len)))
		return "";
	if (!len)
		return "";
	if (!(copy = form_string_n(d->arena, s, len)))
		fail(d, form_error(d->arena));
	return copy;
}

static const char **take_words(struct decoder *d)
{
	size_t n;
	const char **words;

	if (cbor_null(&d->c))
		return NULL;
	n = cbor_array(&d->c, WORDS_MAX);
	if (!(words = form_alloc(d->arena, (n + 1) * sizeof *words))) {
		fail(d, form_error(d->arena));
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		words[i] = take_text(d, false);
	return words;
}

static struct pack_name take_name(struct decoder *d)
{
	struct pack_name name;

	if (cbor_peek(&d->c) != CBOR_ARRAY) {
		name.zh = name.en = take_text(d, false);
		return name;
	}
	if (cbor_array(&d->c, 2) != 2)
		fail(d, ERR_FORMAT);
	name.zh = take_text(d, false);
	name.en = take_text(d, false);
	return name;
}

static void take_form(struct decoder *d, struct pack_form *f)
{
	size_t len, id_len;
	const uint8_t *bytes = cbor_bytes(&d->c, &len);
	const char *id;
	enum err e;

	if (!bytes)
		return;
	if ((e = form_decode_id(bytes, len, &id, &id_len))) {
		fail(d, e);
		return;
	}
	f->id = form_string_n(d->arena, id, id_len);
	if ((f->body = form_alloc(d->arena, sizeof *f->body)))
		*f->body = (struct pack_body){ .bytes = bytes, .len = len };
	if ((e = form_error(d->arena)))
		fail(d, e);
}

static uint32_t take_number(struct decoder *d)
{
	uint64_t n = cbor_unsigned(&d->c);

	if (n > INT32_MAX)
		fail(d, ERR_FORMAT);
	return (uint32_t)n;
}

static void take_shape(struct decoder *d, const struct shape *shape, void *object);

/* Every struct takes a byte for each member and one more, so a count that promises more than is left is a lie. */
static void take_array(struct decoder *d, const struct member *m, char *object)
{
	size_t n = cbor_array(&d->c, ARRAY_MAX);
	char *at = NULL;
	uint32_t count = (uint32_t)n;

	if (n && n * (m->of->count + 1) > (size_t)(d->c.end - d->c.at))
		fail(d, ERR_FORMAT);
	else if (n && !(at = form_alloc(d->arena, n * m->of->size)))
		fail(d, form_error(d->arena));
	if (!at)
		return;
	memcpy(object + m->at, &at, sizeof at);
	memcpy(object + m->count_at, &count, sizeof count);
	for (size_t i = 0; i < n && !d->err && !d->c.err; i++)
		take_shape(d, m->of, at + i * m->of->size);
}

static void take_member(struct decoder *d, const struct member *m, char *object)
{
	char *at = object + m->at;
	const void *p;
	struct pack_name name;
	int64_t offset;
	uint32_t n;

	switch (m->type) {
	case TEXT: case OPTIONAL:
		p = take_text(d, m->type == OPTIONAL);
		memcpy(at, &p, sizeof p);
		return;
	case NAME:
		name = take_name(d);
		memcpy(at, &name, sizeof name);
		return;
	case WORDS:
		p = take_words(d);
		memcpy(at, &p, sizeof p);
		return;
	case NUMBER:
		n = take_number(d);
		memcpy(at, &n, sizeof n);
		return;
	case INDEX:
		n = cbor_null(&d->c) ? PACK_NONE : take_number(d);
		memcpy(at, &n, sizeof n);
		return;
	case OFFSET:
		offset = cbor_integer(&d->c);
		if (offset < -24 * 60 || offset > 24 * 60)
			fail(d, ERR_FORMAT);
		memcpy(at, &(int){ (int)offset }, sizeof(int));
		return;
	case FLAG:
		*(bool *)at = cbor_bool(&d->c);
		return;
	case FORM:
		take_form(d, (struct pack_form *)(void *)object);
		return;
	case ARRAY:
		take_array(d, m, object);
		return;
	}
}

static void take_shape(struct decoder *d, const struct shape *shape, void *object)
{
	size_t count = cbor_array(&d->c, shape->count);

	if (count < shape->least)
		fail(d, ERR_FORMAT);
	for (uint32_t i = 0; i < count && !d->err && !d->c.err; i++)
		take_member(d, &shape->members[i], object);
}

static enum err incomplete(enum err e)
{
	return e == ERR_FORMAT || e == ERR_LIMIT ? err_set(e, _("这份包的数据不完整")) : e;
}

/* All but the forms, whose bytes stay where they are. */
static enum err decode(const void *data, size_t len, struct pack **out)
{
	struct decoder d = { .c = cbor_init(data, len) };
	struct pack *p;
	uint64_t format;
	enum err e;

	*out = NULL;
	if (len > PACK_BYTES_MAX)
		return err_set(ERR_LIMIT, _("这份包有 %zu 字节, 最多 %d"), len, PACK_BYTES_MAX);
	if (!(p = calloc(1, sizeof *p)))
		return ERR_NOMEM;
	if ((e = form_new(&p->arena))) {
		free(p);
		return e;
	}
	d.arena = p->arena;
	if (cbor_array(&d.c, 2) != 2)
		fail(&d, ERR_FORMAT);
	format = cbor_unsigned(&d.c);
	if (!d.c.err && format > PACK_FORMAT)
		e = err_set(ERR_VERSION, _("这份包由更新的程序发布 (格式 %llu); 先升级程序"), (unsigned long long)format);
	if (!e) {
		take_shape(&d, &pack_shape, p);
		e = d.err ? d.err : cbor_end(&d.c);
	}
	if (!e)
		e = pack_is_sound(p);
	if (e) {
		pack_free(p);
		return incomplete(e);
	}
	*out = p;
	return ERR_OK;
}

enum err pack_form_read(const struct pack_form *f, const struct form **out)
{
	struct pack_body *b = f->body;
	enum err e = ERR_OK;

	if (!b->form && !(e = form_decode(b->bytes, b->len, &b->form)) && (e = pack_form_is_sound(f))) {
		form_free(b->form);
		b->form = NULL;
	}
	*out = b->form;
	return e ? err_in(incomplete(e), "%s", f->id) : ERR_OK;
}

enum err pack_decode_tables(struct buf *data, struct pack **out)
{
	enum err e = decode(data->data, data->len, out);

	if (e) {
		buf_clear(data);
		return e;
	}
	(*out)->bytes = *data;
	*data = (struct buf){ .max = data->max };
	return ERR_OK;
}

enum err pack_decode(const void *data, size_t len, struct pack **out)
{
	struct pack *p;
	enum err e = decode(data, len, &p);

	for (uint32_t i = 0; !e && i < p->form_count; i++) {
		const struct form *form;

		e = pack_form_read(&p->forms[i], &form);
		p->forms[i].body->bytes = NULL;         /* they are the caller's */
	}
	*out = e ? NULL : p;
	if (e)
		pack_free(p);
	return e;
}
