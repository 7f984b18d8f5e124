/* A filled form as the bytes of a record: round trips by type, the private part, values for the fold, hostile bytes. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/cbor.h"
#include "forms/base/i18n.h"
#include "forms/pack/answers.h"

#include <stdio.h>
#include <stdlib.h>

#define SAMPLE SRCDIR "/tests/pack/sample"
#define REF "00112233445566778899aabb"

static struct pack *pack;

static const char *row_field(void *user, const char *field)
{
	static const char *const row[][2] = {
		{ "__id", REF ":0" }, { "name", "老马饭店" }, { "flags", "lpg" }, { "owner", "马建国" }, { "phone", "10012345678" }, { "boxes", "50" }
	};

	(void)user;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (!strcmp(field, row[i][0]))
			return row[i][1];
	return NULL;
}

/* One filled form with its encoded parts. */
struct record { uint32_t form; struct fill *fill; struct buf answers, personal; };

static const struct fill_host host = { .now = INT64_C(1783814400000) /* 2026-07-12 08:00 +08:00 */, .utc_offset = 480, .row_field = row_field, .language = "zh" };

static struct fill *open_form(uint32_t form)
{
	struct fill *f;

	assert_ok(fill_open(pack->forms[form].body->form, &host, &f));
	return f;
}

static struct record fill_from(const char *form, const char *json)
{
	struct record r = { .form = pack_find_form(pack, form) };
	struct jdoc *answers;

	assert_int_not_equal(r.form, PACK_NONE);
	r.fill = open_form(r.form);
	assert_ok(jdoc_parse(json, strlen(json), &answers));
	assert_ok(fill_read_json(r.fill, answers, NULL, NULL));
	jdoc_free(answers);
	assert_ok(answers_encode(pack, r.form, r.fill, &r.answers, &r.personal));
	return r;
}

static void clear(struct record *r)
{
	fill_close(r->fill);
	buf_clear(&r->answers);
	buf_clear(&r->personal);
}

static uint32_t question(const struct record *r, const char *name)
{
	uint32_t q = form_find(pack->forms[r->form].body->form, name, 0);

	assert_int_not_equal(q, FORM_NONE);
	return q;
}

/* The value of a question as text, read from the record alone. */
static const char *value_text(const struct record *r, const char *name, uint32_t instance, enum pack_field_type type, struct buf *out)
{
	struct pack_field field = { .id = name, .type = type };
	struct buf value = { 0 };

	buf_reset(out);
	assert_ok(answers_value(pack, r->form, question(r, name), instance, r->answers.data, r->answers.len, r->personal.data, r->personal.len, &value));
	if (value.len)
		assert_ok(cbor_check(value.data, value.len));
	assert_ok(answers_value_text(&field, value.data, value.len, out));
	buf_clear(&value);
	return buf_str(out);
}

static char *record_json(const struct record *r, bool personal)
{
	struct jdoc *doc;
	struct buf text = { 0 };

	assert_ok(answers_json(pack, r->form, r->answers.data, r->answers.len, personal ? r->personal.data : NULL, r->personal.len, &doc));
	assert_ok(jdoc_text(doc, 0, &text));
	jdoc_free(doc);
	return buf_take(&text);
}

static void every_type_comes_back_as_it_was_typed(void **state)
{
	static const struct { const char *name, *given, *back; enum pack_field_type type; } values[] = {
		{ "team", REF ":7", REF ":7", PACK_ROW }, { "held", "2028-02-29", "2028-02-29", PACK_DATE }, { "held", "1969-12-31", "1969-12-31", PACK_DATE },
		{ "roll", "0", "0", PACK_INTEGER }, { "roll", "-12", "-12", PACK_INTEGER }, { "roll", "9223372036854775807", "9223372036854775807", PACK_INTEGER },
		{ "present", REF ":0 " REF ":255", REF ":0 " REF ":255", PACK_ROWS },
		{ "from", "08:30", "08:30", PACK_TIME }, { "from", "08:30:15", "08:30:15", PACK_TIME }, { "from", "23:59:59.250+08:00", "23:59:59.250", PACK_TIME },
		{ "from", "23:59:59.250-03:30", "23:59:59.250-03:30", PACK_TIME },
		{ "until", "2026-07-12T10:00:00.000+08:00", "2026-07-12T10:00:00.000+08:00", PACK_DATETIME },
		{ "where", "35.1234567 112.7654321 0 8", "35.1234567 112.7654321 0 8", PACK_POSITION },
		{ "where", "-0.5 -179.0000001 12.5 0", "-0.5 -179.0000001 12.5 0", PACK_POSITION },
		{ "hours", "1.5", "1.5", PACK_DECIMAL }, { "hours", "0.001", "0.001", PACK_DECIMAL }, { "hours", "-250", "-250", PACK_DECIMAL }, { "hours", "0", "0", PACK_DECIMAL },
		{ "hours", "1200000", "1200000", PACK_DECIMAL }, { "topics", "cpr fire rope", "cpr fire rope", PACK_TEXT },
		{ "kit", "k00 k69", "k00 k69", PACK_CODES }, { "seen", "OK", "OK", PACK_TEXT }
	};
	struct buf text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		char json[256];
		struct record r;

		snprintf(json, sizeof json, "{\"%s\":\"%s\"}", values[i].name, values[i].given);
		r = fill_from("training_new", json);
		assert_string_equal(value_text(&r, values[i].name, 0, values[i].type, &text), values[i].back);
		clear(&r);
	}
	buf_clear(&text);
}

static void a_record_shows_and_loads_as_it_was_filled(void **state)
{
	static const char given[] = "{\"team\":\"" REF ":1\",\"held\":\"2026-07-12\",\"roll\":\"30\",\"came\":\"16\",\"hours\":\"2.5\",\"topics\":\"rope fire\",\"kit\":\"k01 k64\"}";
	struct record r = fill_from("training_new", given);
	struct record again = { .form = r.form, .fill = open_form(r.form) };
	char *json = record_json(&r, true);

	(void)state;
	assert_non_null(strstr(json, "\"roll\":\"30\""));
	assert_non_null(strstr(json, "\"topics\":\"rope fire\""));
	assert_non_null(strstr(json, "\"kit\":\"k01 k64\""));
	assert_ok(answers_load(pack, r.form, r.answers.data, r.answers.len, r.personal.data, r.personal.len, again.fill));
	assert_ok(answers_encode(pack, r.form, again.fill, &again.answers, &again.personal));
	assert_int_equal(again.answers.len, r.answers.len);
	assert_memory_equal(again.answers.data, r.answers.data, r.answers.len);
	free(json);
	clear(&r);
	clear(&again);
}

static void an_unanswered_form_takes_one_byte(void **state)
{
	struct record r = fill_from("team_new", "{}");

	(void)state;
	assert_int_equal(r.answers.len, 1);
	assert_int_equal((uint8_t)r.answers.data[0], 0x80);
	assert_int_equal(r.personal.len, 0);
	clear(&r);
}

static void the_layout_is_the_documented_one(void **state)
{
	/* [row, 20646 days, 30, null, 16, null, null, null, [25, -1]]: hours is the last answered */
	static const uint8_t bytes[] = { 0x89, 0x82, 0x4c, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0x01, 0x19, 0x50, 0xa6, 0x18, 30, 0xf6, 16, 0xf6, 0xf6, 0xf6, 0x82, 0x18, 25, 0x20 };
	struct record r = fill_from("training_new", "{\"team\":\"" REF ":1\",\"held\":\"2026-07-12\",\"roll\":\"30\",\"came\":\"16\",\"hours\":\"2.50\"}");

	(void)state;
	assert_int_equal(r.answers.len, sizeof bytes);
	assert_memory_equal(r.answers.data, bytes, sizeof bytes);
	clear(&r);
}

/* ---- personal values ---- */

static void personal_values_stand_in_the_private_part_alone(void **state)
{
	struct record r = fill_from("people_new", "{\"person\":[{\"name\":\"王秀英\"},{},{\"name\":\"李军\",\"health\":\"高血压\",\"remark\":\"左手\"},{}]}");
	struct buf text = { 0 };
	char *with, *without;
	uint32_t n;

	(void)state;
	assert_ok(answers_instances(pack, r.form, question(&r, "person"), r.answers.data, r.answers.len, &n));
	assert_int_equal(n, 4);
	assert_string_equal(value_text(&r, "name", 0, PACK_TEXT, &text), "王秀英");
	assert_string_equal(value_text(&r, "name", 1, PACK_TEXT, &text), "");
	assert_string_equal(value_text(&r, "health", 2, PACK_TEXT, &text), "高血压");
	assert_string_equal(value_text(&r, "remark", 2, PACK_TEXT, &text), "左手");
	assert_string_equal(value_text(&r, "name", 3, PACK_TEXT, &text), "");
	with = record_json(&r, true);
	without = record_json(&r, false);
	assert_non_null(strstr(with, "李军"));
	assert_string_equal(without, "{\"person\":[{},{},{},{}]}");
	for (size_t i = 0; i + 6 <= r.answers.len; i++)
		assert_memory_not_equal(r.answers.data + i, "李军", 6);
	free(with);
	free(without);
	buf_clear(&text);
	clear(&r);
}

/* Stands in for the confidential key's box: [8 bytes of key id, the value turned round]. */
static enum err seal(void *user, const void *value, size_t len, struct buf *out)
{
	uint8_t sealed[256];

	++*(uint32_t *)user;
	for (size_t i = 0; i < len; i++)
		sealed[i] = (uint8_t)~((const uint8_t *)value)[i];
	cbor_put_array(out, 2);
	cbor_put_bytes(out, "KEYKEYKE", 8);
	cbor_put_bytes(out, sealed, len);
	return ERR_OK;
}

static enum err unseal(void *user, const void *value, size_t len, struct buf *out)
{
	struct cbor c = cbor_init(value, len);
	const uint8_t *sealed;
	size_t n;

	++*(uint32_t *)user;
	cbor_array(&c, 2);
	cbor_bytes_n(&c, 8);
	sealed = cbor_bytes(&c, &n);
	for (size_t i = 0; i < n; i++)
		buf_putc(out, (uint8_t)~sealed[i]);
	return out->err;
}

static void only_sensitive_values_are_sealed_and_open_again(void **state)
{
	struct record r = fill_from("people_new", "{\"person\":[{\"name\":\"王秀英\",\"health\":\"良好\"},{\"name\":\"李军\",\"health\":\"高血压\"}]}");
	struct buf plain = { 0 }, text = { 0 };
	uint32_t sealed = 0, opened = 0;

	(void)state;
	buf_put(&plain, r.personal.data, r.personal.len);
	buf_reset(&r.personal);
	assert_ok(answers_map_sensitive(pack, r.form, plain.data, plain.len, seal, &sealed, &r.personal));
	assert_int_equal(sealed, 2);
	assert_ok(cbor_check(r.personal.data, r.personal.len));
	assert_string_equal(value_text(&r, "name", 1, PACK_TEXT, &text), "李军");
	assert_string_equal(value_text(&r, "health", 1, PACK_TEXT, &text), "");
	char *json = record_json(&r, true);

	assert_null(strstr(json, "health"));
	free(json);
	buf_reset(&text);
	assert_ok(answers_map_sensitive(pack, r.form, r.personal.data, r.personal.len, unseal, &opened, &text));
	assert_int_equal(opened, 2);
	assert_int_equal(text.len, plain.len);
	assert_memory_equal(text.data, plain.data, plain.len);
	buf_clear(&plain);
	buf_clear(&text);
	clear(&r);
}

/* ---- the walk ---- */

static void a_walk_is_one_record_with_its_hazards(void **state)
{
	struct record r = fill_from("walk_CA",
		"{\"CO-07\":\"pass\",\"CO-08\":\"fail\",\"CO-12\":\"1\",\"LP-02\":\"fail\",\"xc_hazard\":["
		"{\"item\":\"CO-08\",\"desc\":\"后门锁死\",\"control\":\"stopped\",\"informed\":\"yes\"},"
		"{\"item\":\"LP-02\",\"desc\":\"软管老化\",\"spot\":\"yes\"}]}");
	const struct pack_form *f = &pack->forms[r.form];
	struct buf text = { 0 }, steps = { 0 };
	fill_node repeat = fill_find(r.fill, "xc_hazard");

	(void)state;
	assert_true(f->walk);
	assert_string_equal(f->subject, "places");
	assert_string_equal(value_text(&r, "xc_place", 0, PACK_ROW, &text), REF ":0");
	assert_string_equal(value_text(&r, "CO-08", 0, PACK_CODE, &text), "fail");
	assert_string_equal(value_text(&r, "item", 0, PACK_CODE, &text), "CO-08");
	assert_string_equal(value_text(&r, "xc_hazard", 0, PACK_INTEGER, &text), "2");
	assert_string_equal(value_text(&r, "level", 0, PACK_CODE, &text), "M?");
	assert_string_equal(value_text(&r, "due", 0, PACK_DATE, &text), "2026-07-12");
	assert_string_equal(value_text(&r, "owner", 0, PACK_TEXT, &text), "马建国");
	assert_string_equal(value_text(&r, "level", 1, PACK_CODE, &text), "G+");
	assert_string_equal(value_text(&r, "due", 1, PACK_DATE, &text), "");
	assert_string_equal(value_text(&r, "owner", 1, PACK_TEXT, &text), "");
	assert_int_equal(f->entity_count, 3);
	assert_ok(fill_evaluate(r.fill, fill_instance(r.fill, repeat, 0), f->entities[1].step, &steps));
	assert_string_equal(buf_str(&steps), "register notify control verify_ask");
	buf_reset(&steps);
	assert_ok(fill_evaluate(r.fill, fill_instance(r.fill, repeat, 1), f->entities[1].step, &steps));
	assert_string_equal(buf_str(&steps), "spot_fix");
	buf_clear(&steps);
	buf_clear(&text);
	clear(&r);
}

static void level_and_due_of_a_hazard_are_proposed_and_may_be_given(void **state)
{
	struct record r = fill_from("walk_CA", "{\"xc_hazard\":[{\"item\":\"LP-01\",\"level\":\"M?\",\"due\":\"2026-07-20\"},{\"item\":\"LP-03\"}]}");
	struct buf text = { 0 };

	(void)state;
	assert_string_equal(value_text(&r, "level", 0, PACK_CODE, &text), "M?");
	assert_string_equal(value_text(&r, "due", 0, PACK_DATE, &text), "2026-07-20");
	assert_string_equal(value_text(&r, "level", 1, PACK_CODE, &text), "G");
	assert_string_equal(value_text(&r, "due", 1, PACK_DATE, &text), "2026-07-19");
	buf_clear(&text);
	clear(&r);
}

static void a_walk_without_findings_is_small_and_has_no_hazard(void **state)
{
	struct record r = fill_from("walk_CA", "{\"CO-07\":\"pass\",\"CO-08\":\"pass\",\"CO-12\":\"4\",\"LP-01\":\"pass\",\"LP-02\":\"na\",\"LP-03\":\"2\"}");
	uint32_t n;

	(void)state;
	assert_ok(answers_instances(pack, r.form, question(&r, "xc_hazard"), r.answers.data, r.answers.len, &n));
	assert_int_equal(n, 0);
	assert_int_equal(r.personal.len, 0);
	assert_true(r.answers.len <= 16 + 11);     /* the place, and a byte for each place up to the last answer */
	clear(&r);
}

static void items_are_asked_only_where_their_flag_is(void **state)
{
	struct record r = fill_from("walk_CA", "{}");
	fill_node sand = fill_find(r.fill, "CO/CO-22"), gas = fill_find(r.fill, "LP/LP-01");

	(void)state;
	assert_false(fill_is_relevant(r.fill, sand));      /* the place has no sandwich panels */
	assert_true(fill_is_relevant(r.fill, gas));
	clear(&r);
}

static void a_suspected_major_cannot_be_lowered_by_who_found_it(void **state)
{
	struct record r = fill_from("walk_CA", "{\"xc_hazard\":[{\"item\":\"CO-08\"},{\"item\":\"LP-01\"}]}");
	fill_node repeat = fill_find(r.fill, "xc_hazard");
	fill_node major = fill_child(r.fill, fill_instance(r.fill, repeat, 0), "level"), other = fill_child(r.fill, fill_instance(r.fill, repeat, 1), "level");

	(void)state;
	assert_string_equal(fill_value(r.fill, major), "M?");
	assert_err(fill_set(r.fill, major, "G"), ERR_DENIED);
	assert_string_equal(fill_value(r.fill, other), "G");
	assert_ok(fill_set(r.fill, other, "M?"));
	assert_string_equal(fill_value(r.fill, other), "M?");
	assert_err(fill_set(r.fill, other, "M"), ERR_FORMAT);      /* 重大 is not for a walk to say */
	clear(&r);
}

/* ---- hostile bytes ---- */

static void read_all(uint32_t form, const uint8_t *answers, size_t len, const uint8_t *personal, size_t personal_len)
{
	const struct form *f = pack->forms[form].body->form;
	struct buf value = { 0 };
	struct jdoc *doc = NULL;
	uint32_t n;

	for (uint32_t q = 0; q < f->question_count; q++) {
		buf_reset(&value);
		answers_value(pack, form, q, 1, answers, len, personal, personal_len, &value);
		answers_instances(pack, form, q, answers, len, &n);
	}
	if (!answers_json(pack, form, answers, len, personal, personal_len, &doc))
		jdoc_free(doc);
	buf_clear(&value);
}

static void a_cut_or_changed_record_is_refused_or_read_but_never_more(void **state)
{
	struct record r = fill_from("people_new", "{\"person\":[{\"name\":\"王秀英\",\"health\":\"良好\"},{\"name\":\"李军\"}]}");
	struct record w = fill_from("walk_CA", "{\"CO-07\":\"pass\",\"CO-28\":\"eat sleep\",\"xc_hazard\":[{\"item\":\"CO-08\",\"informed\":\"yes\"}]}");
	const struct record *records[] = { &r, &w };
	unsigned seed = 1;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		const struct record *one = records[k];

		for (size_t len = 0; len <= one->answers.len; len++) {
			uint8_t *cut = malloc(len ? len : 1);

			memcpy(cut, one->answers.data, len);
			read_all(one->form, cut, len, (const uint8_t *)one->personal.data, one->personal.len);
			free(cut);
		}
		for (size_t len = 0; len <= one->personal.len; len++) {
			uint8_t *cut = malloc(len ? len : 1);

			memcpy(cut, one->personal.data, len);
			read_all(one->form, (const uint8_t *)one->answers.data, one->answers.len, cut, len);
			free(cut);
		}
		for (int i = 0; i < 20000; i++) {
			uint8_t *bad = malloc(one->answers.len), *worse = malloc(one->personal.len ? one->personal.len : 1);

			memcpy(bad, one->answers.data, one->answers.len);
			memcpy(worse, one->personal.data, one->personal.len);
			seed = seed * 1103515245u + 12345u;
			bad[(seed >> 8) % one->answers.len] = (uint8_t)(seed >> 24);
			seed = seed * 1103515245u + 12345u;
			if (one->personal.len)
				worse[(seed >> 8) % one->personal.len] = (uint8_t)(seed >> 24);
			read_all(one->form, bad, one->answers.len, worse, one->personal.len);
			free(bad);
			free(worse);
		}
	}
	clear(&r);
	clear(&w);
}

static void what_no_such_form_gives_is_refused(void **state)
{
	static const struct { const char *form; const uint8_t bytes[16]; size_t len; const char *why; } records[] = {
		{ "team_new", { 0x83, 0x61, 'a', 0xf6, 0xf6 }, 5, "more places than the form has" },
		{ "team_new", { 0x82, 0x61, 'a', 0x82, 1, 2 }, 6, "a pair where a day stands" },
		{ "hazard_recheck", { 0x81, 0x05 }, 2, "a choice that the list has not" },
		{ "place_new", { 0x83, 0x61, 'a', 0x00, 0x04 }, 5, "a bit of no choice" },
		{ "place_new", { 0x85, 0xf6, 0xf6, 0xf6, 0xf6, 0x61, 'a' }, 7, "an owner's name outside the private part" },
		{ "team_new", { 0x81, 0x61, 'a', 0x00 }, 4, "bytes left over" },
		{ "team_new", { 0xa0 }, 1, "a map" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		uint32_t form = pack_find_form(pack, records[i].form);
		struct jdoc *doc;

		if (answers_json(pack, form, records[i].bytes, records[i].len, NULL, 0, &doc) != ERR_FORMAT)
			fail_msg("%s was taken", records[i].why);
	}
}

static int open_pack(void **state)
{
	(void)state;
	return pack_read(SAMPLE, NULL, NULL, &pack) != ERR_OK;
}

static int close_pack(void **state)
{
	(void)state;
	pack_free(pack);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_comes_back_as_it_was_typed),
		cmocka_unit_test(a_record_shows_and_loads_as_it_was_filled),
		cmocka_unit_test(an_unanswered_form_takes_one_byte),
		cmocka_unit_test(the_layout_is_the_documented_one),
		cmocka_unit_test(personal_values_stand_in_the_private_part_alone),
		cmocka_unit_test(only_sensitive_values_are_sealed_and_open_again),
		cmocka_unit_test(a_walk_is_one_record_with_its_hazards),
		cmocka_unit_test(level_and_due_of_a_hazard_are_proposed_and_may_be_given),
		cmocka_unit_test(a_walk_without_findings_is_small_and_has_no_hazard),
		cmocka_unit_test(items_are_asked_only_where_their_flag_is),
		cmocka_unit_test(a_suspected_major_cannot_be_lowered_by_who_found_it),
		cmocka_unit_test(what_no_such_form_gives_is_refused),
		cmocka_unit_test(a_cut_or_changed_record_is_refused_or_read_but_never_more),
	};

	i18n_open("zh");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_pack, close_pack) != 0;
}
