#include "config.h"
#include "tests/bench/records.h"

#include "forms/base/fs.h"
#include "forms/fill/fill.h"
#include "forms/pack/answers.h"
#include "sync/ledger/log/payload.h"

#include <stdlib.h>
#include <string.h>

static uint32_t next(struct records *r)
{
	r->seed ^= r->seed << 13;
	r->seed ^= r->seed >> 17;
	r->seed ^= r->seed << 5;
	return r->seed;
}

static uint32_t below(struct records *r, uint32_t n)
{
	return (next(r) >> 8) % n;
}

static const char *one_of(struct records *r, const char *const *from)
{
	uint32_t n = 0;

	while (from[n])
		n++;
	return from[below(r, n)];
}

/* ---- notes ---- */

static const char *const where[] = { "一层", "二层", "三层", "后厨", "前厅", "库房", "楼梯间", "后门", "东侧", "西侧", "北墙", "配电间", "灶间", "走廊尽头", "门口", NULL };
static const char *const what[] = { "灭火器", "应急灯", "疏散指示牌", "配电箱", "插线板", "安全出口", "燃气软管", "报警器", "卷帘门", "排烟罩", "液化气瓶", "电动车", "消火栓", "防火门", "承租合同", NULL };
static const char *const wrong[] = { "压力不足", "被杂物堵住", "不亮", "线路老化", "过期未检", "门锁着", "积油较多", "无人值守", "私拉电线", "与灶台太近", "损坏", "缺一个", "没有登记", "未按时更换", NULL };
static const char *const done[] = { "已当场整改", "已告知老板", "已口头提醒", "限三天内整改", "下次复查", "已拍照", "本周内更换", "答应明天清走", NULL };
static const char *const surname[] = { "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林", "罗", NULL };
static const char *const given[] = { "建国", "桂英", "秀兰", "志强", "海燕", "国庆", "春梅", "铁柱", "玉珍", "满仓", "小军", "丽娟", "红霞", "长顺", "德福", NULL };

static void put_template(struct records *r, struct buf *out)
{
	buf_printf(out, "%s%s%s", below(r, 3) ? one_of(r, where) : "", one_of(r, what), one_of(r, wrong));
	if (below(r, 2))
		buf_printf(out, "，%s", one_of(r, done));
	if (!below(r, 4))
		buf_printf(out, "，联系人%s%s 100%08u", one_of(r, surname), one_of(r, given), below(r, 100000000));
}

/* 8 to 35 characters from anywhere in the prose. */
static void put_prose(struct records *r, struct buf *out)
{
	const char *p = r->prose + below(r, (uint32_t)strlen(r->prose) - 200);
	uint32_t characters = 8 + below(r, 28);

	while ((*p & 0xc0) == 0x80)
		p++;
	for (const char *end = p; ; end++)
		if ((*end & 0xc0) != 0x80 && !characters--) {
			buf_put(out, p, (size_t)(end - p));
			return;
		}
}

struct reading { const char *folder; struct buf *out; };

static enum err add_text(void *user, const char *name)
{
	struct buf path = { 0 }, text = { 0 };
	struct reading *r = user;
	enum err e = strchr(name, '.') ? fs_read(fs_path(&path, r->folder, name), 1 << 22, &text) : ERR_OK;

	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] >= 0x80)        /* Han and their punctuation only */
			buf_putc(r->out, text.data[i]);
	buf_clear(&path);
	buf_clear(&text);
	return e;
}

enum err records_prose(const char *folder, struct buf *out)
{
	struct reading r = { folder, out };

	return fs_list(folder, 1000, add_text, &r);
}

static void put_note(struct records *r, struct buf *out)
{
	buf_reset(out);
	if (r->prose)
		put_prose(r, out);
	else
		put_template(r, out);
}

/* ---- filling ---- */

static enum err set_named(struct fill *f, fill_node in, const char *name, const char *value)
{
	fill_node n = in == FILL_NO_NODE ? fill_find(f, name) : fill_child(f, in, name);

	return n == FILL_NO_NODE ? ERR_NOTFOUND : fill_put(f, n, value);
}

/* What was seen at one item: its name goes to `found` when it is not in order. */
static enum err answer_item(struct records *r, struct fill *f, fill_node n, bool *found)
{
	const struct form_question *q = fill_question(f, n);
	uint32_t chance = below(r, 100), usual = (uint32_t)(q->name[3] * 7 + q->name[4]) % 9;
	char number[16];

	*found = false;
	switch (q->type) {
	case FORM_SELECT_ONE:
		*found = chance >= 92;
		return fill_put(f, n, chance < 85 ? "pass" : chance < 92 ? "na" : "fail");
	case FORM_DECIMAL:
		snprintf(number, sizeof number, "%u.%u", usual % 3, chance < 70 ? 5 : below(r, 10));
		return fill_put(f, n, number);
	default:
		snprintf(number, sizeof number, "%u", chance < 70 ? usual : below(r, 12));
		return fill_put(f, n, number);
	}
}

static enum err add_note(struct records *r, struct fill *f, const char *item)
{
	struct buf words = { 0 };
	fill_node one;
	enum err e = fill_add_instance(f, fill_find(f, "xc_note"), &one);

	put_note(r, &words);
	if (!e)
		e = set_named(f, one, "item", item);
	if (!e)
		e = set_named(f, one, "words", buf_str(&words));
	buf_clear(&words);
	return e;
}

static enum err add_hazard(struct records *r, struct fill *f, const char *item)
{
	struct buf words = { 0 };
	fill_node one;
	enum err e = fill_add_instance(f, fill_find(f, "xc_hazard"), &one);

	put_note(r, &words);
	if (!e)
		e = set_named(f, one, "item", item);
	if (!e)
		e = set_named(f, one, "desc", buf_str(&words));
	if (!e)
		e = set_named(f, one, "informed", "yes");
	buf_clear(&words);
	return e;
}

/* An item of a list: a leaf named as the list with a number, `CO-08`. */
static bool is_item(const struct form_question *q)
{
	bool asked = q->type == FORM_SELECT_ONE || q->type == FORM_INTEGER || q->type == FORM_RANGE || q->type == FORM_DECIMAL;

	return asked && strlen(q->name) == 5 && q->name[2] == '-';
}

static enum err answer_items(struct records *r, struct fill *f, bool *hazard)
{
	uint32_t items = 0;
	enum err e = ERR_OK;

	for (fill_node n = fill_first(f); !e && n != FILL_NO_NODE && items < RECORD_ITEMS; n = fill_next(f, n)) {
		const struct form_question *q = fill_question(f, n);
		bool found;

		if (!is_item(q))
			continue;
		items++;
		if ((e = answer_item(r, f, n, &found)))
			break;
		if (found && *hazard) {
			e = add_hazard(r, f, q->name);
			*hazard = false;
		} else if (below(r, 100) < (found ? 90 : 3)) {
			e = add_note(r, f, q->name);
		}
	}
	return e;
}

/* A worker has some sixty places; who made them and when is chance to us. */
enum { PLACES = 60 };

static void place_of(const struct records *r, uint32_t n, char out[80])
{
	uint8_t hash[KEYS_HASH];
	struct keys_hash h;

	keys_hash_start(&h, "place");
	keys_hash_add(&h, r->log.writer, sizeof r->log.writer);
	keys_hash_add(&h, &n, sizeof n);
	keys_hash_end(&h, hash);
	keys_hex(hash, EVENT_REF, out);
	strcpy(out + 2 * EVENT_REF, ":0");
}

static enum err answer_form(struct records *r, struct fill *f, bool *hazard)
{
	char text[80];
	enum err e;

	place_of(r, below(r, PLACES), text);
	if ((e = set_named(f, FILL_NO_NODE, "xc_place", text)))
		return e;
	if ((e = answer_items(r, f, hazard)))
		return e;
	snprintf(text, sizeof text, "35.%07u 112.%07u 0 %u", 1000000 + below(r, 300000), 7000000 + below(r, 300000), 3 + below(r, 12));
	return set_named(f, FILL_NO_NODE, "xc_position", text);
}

/* ---- one record ---- */

/* A place with everything that calls for a further list, so that thirty items are there to be asked. */
static const char *row_field(void *user, const char *field)
{
	(void)user;
	return !strcmp(field, "flags") ? "ebike live lpg" : NULL;
}


static enum err encode(struct records *r, uint32_t form, uint32_t hazards, struct buf *answers, struct buf *personal, struct buf *out)
{
	struct payload head = { .kind = EVENT_SUBMIT, .form = form, .number = (uint32_t)r->seq + 1, .started = -(int64_t)(300 + below(r, 900)) };
	struct payload_row rows[1 + RECORD_ITEMS] = { { .entity = 0, .fresh = true, .instance = PAYLOAD_NO_INSTANCE } };
	struct event e = { .kind = EVENT_SUBMIT, .flags = EVENT_HAS_ANSWERS, .lamport = r->base.lamport + 1, .boot = 5 };
	uint8_t salt[EVENT_SALT], before[EVENT_HASH];
	struct buf payload = { 0 };
	int64_t passed = 300000 + below(r, 1500000);
	enum err err;

	head.seconds = (uint32_t)-head.started - below(r, 60);
	snprintf(head.version, sizeof head.version, "%s/%s", r->pack->id, r->pack->version);
	for (uint32_t i = 0; i < hazards; i++)
		rows[1 + i] = (struct payload_row){ .entity = 1, .fresh = true, .instance = i, .steps = { 0, 2 }, .step_count = 2 };
	payload_put_submit(&payload, &head, rows, 1 + hazards);
	e.wall = r->base.wall + passed;
	e.uptime = r->base.uptime + passed;
	e.public_part = (struct event_part){ (const uint8_t *)payload.data, payload.len };
	e.answers = (struct event_part){ (const uint8_t *)answers->data, answers->len };
	if (personal->len) {
		e.flags |= EVENT_HAS_PRIVATE;
		randombytes_buf(salt, sizeof salt);
		e.salt = salt;
		e.private_part = (struct event_part){ (const uint8_t *)personal->data, personal->len };
	}
	err = payload.err ? payload.err : event_encode(&e, &r->base, out);
	memcpy(before, r->hash, sizeof before);
	event_hash(&e, before, r->hash);
	r->seq++;
	buf_clear(&payload);
	return err;
}

enum err records_next(struct records *r, struct buf *out)
{
	static const char *const kinds[] = { "walk_CA", "walk_HT", "walk_SC", "walk_KT", "walk_NB", "walk_RS", NULL };
	struct fill_host host = { .now = 1767225600000, .utc_offset = 480, .language = "zh", .row_field = row_field };
	uint32_t form = pack_find_form(r->pack, one_of(r, kinds));
	struct buf answers = { 0 }, personal = { 0 };
	struct fill *f = NULL;
	bool wants = r->seq % 10 == 9, hazard = wants;
	enum err e;

	if (form == PACK_NONE)
		return err_set(ERR_NOTFOUND, "no walk in the pack");
	if (!(e = fill_open(r->pack->forms[form].body->form, &host, &f)) && !(e = answer_form(r, f, &hazard)) && !(e = fill_finish(f)))
		e = answers_encode(r->pack, form, f, &answers, &personal);
	if (!e)
		e = encode(r, form, wants && !hazard, &answers, &personal, out);
	fill_close(f);
	buf_clear(&answers);
	buf_clear(&personal);
	return e;
}

enum err records_parts(const char *catalog, uint32_t seed, struct event *parts, struct buf *wire, int count)
{
	struct records r;
	enum err e = records_open(&r, catalog, seed, NULL);

	for (int i = 0; i < count && !e; i++) {
		struct event_base base = r.base;
		size_t used;

		if (!(e = records_next(&r, &wire[i])))
			e = event_decode(wire[i].data, wire[i].len, &base, &parts[i], &used);
	}
	records_close(&r);
	return e;
}

enum err records_segment(struct records *r, uint32_t count, struct buf *events, struct log_segment *s)
{
	struct buf m = { 0 };
	enum err e = ERR_OK;

	buf_reset(events);
	*s = (struct log_segment){ .id = r->log, .first = r->seq + 1, .count = count, .base = r->base };
	memcpy(s->previous, r->hash, EVENT_HASH);
	for (uint32_t i = 0; !e && i < count; i++)
		e = records_next(r, events);
	if (!e && !(e = event_head_message(&r->log, r->seq, r->hash, &m)))
		keys_sign(r->writer, m.data, m.len, s->signature);
	s->events = (const uint8_t *)events->data;
	s->len = events->len;
	buf_clear(&m);
	return e;
}

enum err records_open(struct records *r, const char *catalog, uint32_t seed, const char *prose)
{
	enum err e;

	memset(r, 0, sizeof *r);
	r->seed = seed * 2654435761u | 1;
	r->prose = prose;
	if ((e = pack_read(catalog, NULL, NULL, &r->pack)) || (e = keys_identity_new(NULL, &r->writer)))
		return e;
	memcpy(r->log.writer, keys_identity_public(r->writer)->writer, EVENT_WRITER);
	r->log.scope = event_scope_village("990101100201");
	randombytes_buf(&r->log.epoch, sizeof r->log.epoch);
	r->base = (struct event_base){ .lamport = 100 + below(r, 5000), .wall = 1767225600000 + (int64_t)below(r, 1u << 30), .boot = 5, .uptime = below(r, 1u << 28) };
	r->seq = 40 + below(r, 2000);
	event_hash_log(&r->log, r->hash);
	return ERR_OK;
}

void records_close(struct records *r)
{
	pack_free(r->pack);
	keys_identity_free(r->writer);
}
