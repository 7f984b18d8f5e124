/* Expressions over rows, plain conditions and derived fields, over rows made up here. */
#include "config.h"
#include "tests/tap.h"

#include "forms/base/i18n.h"
#include "forms/pack/cond.h"
#include "forms/pack/derive.h"
#include "forms/pack/rowexpr.h"

#include <stdlib.h>

#define SAMPLE SRCDIR "/tests/pack/sample"

static struct pack *pack;

/* A row is a list of "field=value" strings of one register. */
struct made_row { const char *reg; const char *const *fields; };

static const char *const place_fields[] = { "name=老马饭店", "kind=CA", "flags=lpg sand", "seats=60", "hazards_open=4", NULL };
static const char *const hazard_fields[] = { "place=00112233445566778899aabb:0", "item=CO-08", "desc=后门锁死", "due=2026-07-12", "stage=open", "level=M?", NULL };
static const char *const training_fields[] = { "team=00112233445566778899aabb:1", "held=2026-07-03", "roll=30", "came=14", "present=00112233445566778899aabb:5 00112233445566778899aabb:6", NULL };
static const char *const people_fields[] = { "name=王秀英", NULL };
static const char *const hall_fields[] = { "kind=CA", "seats=100", NULL }, *const unknown_fields[] = { "kind=CA", NULL };
static const struct made_row hall = { "places", hall_fields }, unknown = { "places", unknown_fields };
static const struct made_row place = { "places", place_fields }, hazard = { "hazards", hazard_fields }, training = { "trainings", training_fields }, person = { "people", people_fields };

static enum err value(void *user, const void *row, uint32_t field, struct buf *out)
{
	const struct made_row *r = row;
	const struct pack_register *reg = &pack->registers[pack_find_register(pack, r->reg)];

	(void)user;
	for (const char *const *f = r->fields; *f; f++)
		if (!strncmp(*f, reg->fields[field].id, strlen(reg->fields[field].id)) && (*f)[strlen(reg->fields[field].id)] == '=')
			buf_puts(out, strchr(*f, '=') + 1);
	return out->err;
}

static enum err builtin(void *user, const void *row, enum rowexpr_builtin what, const char *step, struct buf *out)
{
	(void)user;
	(void)row;
	switch (what) {
	case ROWEXPR_ROW_NUMBER: buf_puts(out, "7"); break;
	case ROWEXPR_SERIAL: buf_puts(out, "990101100201-2026-07-0043"); break;
	case ROWEXPR_CREATED_AT: buf_puts(out, "2026-07-10T09:00:00.000+08:00"); break;
	case ROWEXPR_CREATED_BY: buf_puts(out, "王秀英"); break;
	case ROWEXPR_VILLAGE: buf_puts(out, "石桥村"); break;
	case ROWEXPR_STEP_AT: case ROWEXPR_STEP_BY: buf_puts(out, strcmp(step, "register") ? "" : "2026-07-10T09:00:00.000+08:00"); break;
	case ROWEXPR_ID: buf_puts(out, "00112233445566778899aabb:9"); break;
	}
	return out->err;
}

static const void *link_to(void *user, uint32_t reg, const char *id)
{
	(void)user;
	if (!strcmp(pack->registers[reg].id, "places") && !strcmp(id, "00112233445566778899aabb:0"))
		return &place;
	if (!strcmp(pack->registers[reg].id, "people") && !strcmp(id, "00112233445566778899aabb:5"))
		return &person;
	return NULL;
}

static enum err tally(void *user, const void *row, uint32_t reg, const char *cond, uint32_t field, struct buf *out)
{
	(void)user;
	(void)row;
	buf_printf(out, "%s/%s/%s", pack->registers[reg].id, cond, field == PACK_NONE ? "" : pack->registers[reg].fields[field].id);
	return out->err;
}

static struct rowexpr_host host = { .value = value, .builtin = builtin, .link = link_to, .tally = tally, .now = INT64_C(1783814400000) };

static const char *text_of(const struct made_row *row, const char *expression, struct buf *out)
{
	struct rowexpr *x;

	buf_reset(out);
	assert_ok(rowexpr_parse(pack, pack_find_register(pack, row->reg), expression, &x));
	assert_ok(rowexpr_text(x, &host, row, out));
	rowexpr_free(x);
	return buf_str(out);
}

static void an_expression_sees_the_row_and_what_it_leads_to(void **state)
{
	static const struct { const struct made_row *row; const char *expression, *text; } cases[] = {
		{ &place, "${name}", "老马饭店" }, { &place, "name", "老马饭店" }, { &place, "${seats} + 1", "61" }, { &place, "${owner}", "" },
		{ &place, "label('kind')", "小餐饮" }, { &place, "label('flags')", "瓶装气、夹芯板" }, { &place, "label('name')", "老马饭店" },
		{ &place, "jr:choice-name(${kind}, '${kind}')", "小餐饮" }, { &place, "selected(${flags}, 'lpg')", "true" },
		{ &place, "${per_hazard}", "15" },                                         /* = seats div hazards_open, itself counted */
		{ &place, "size_class()", "small" }, { &hall, "size_class()", "above" }, { &unknown, "size_class()", "" }, { &hazard, "size_class()", "" },
		{ &place, "title()", "老马饭店" }, { &place, "village()", "石桥村" }, { &place, "row_id()", "00112233445566778899aabb:9" },
		{ &hazard, "label('item')", "出口未锁闭" }, { &hazard, "label('level')", "疑似重大隐患" },
		{ &hazard, "label('place')", "老马饭店" }, { &hazard, "linked('place', 'kind')", "小餐饮" }, { &hazard, "linked('place', 'village()')", "石桥村" },
		{ &hazard, "linked('place', 'title()')", "老马饭店" }, { &hazard, "concat(serial(), ' ', ${desc})", "990101100201-2026-07-0043 后门锁死" },
		{ &hazard, "row_number()", "7" }, { &hazard, "created_by()", "王秀英" }, { &hazard, "step_at('register')", "2026-07-10T09:00:00.000+08:00" },
		{ &hazard, "step_by('pass')", "" }, { &hazard, "${due} - today()", "0" }, { &hazard, "format-date(${due}, '%Y年%m月%d日')", "2026年07月12日" },
		{ &hazard, "if(${due} < today(), '逾期', '')", "" }, { &training, "label('team')", "" }, { &training, "linked('team', 'name')", "" },
		{ &training, "label('present')", "王秀英、" }, { &training, "param('attendance_percent')", "50" },
		{ &training, "tally('hazards', 'stage!=closed', 'desc')", "hazards/stage!=closed/desc" }, { &training, "tally('hazards')", "hazards//" }
	};
	struct buf text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (strcmp(text_of(cases[i].row, cases[i].expression, &text), cases[i].text))
			fail_msg("%s gives \"%s\"", cases[i].expression, buf_str(&text));
	host.language = 1;
	assert_string_equal(text_of(&place, "label('flags')", &text), "Bottled gas, Sandwich panels");
	host.language = 0;
	buf_clear(&text);
}

static void a_training_with_under_half_of_the_roll_does_not_count(void **state)
{
	const char *filter = pack->duties[1].counts_filter;
	static const char *const half[] = { "held=2026-07-03", "roll=30", "came=15", NULL };
	const struct made_row enough = { "trainings", half };
	struct rowexpr *x;
	bool counts;

	(void)state;
	assert_string_equal(pack->duties[1].id, "training");
	assert_ok(rowexpr_parse(pack, pack_find_register(pack, "trainings"), filter, &x));
	assert_ok(rowexpr_test(x, &host, &training, &counts));
	assert_false(counts);
	assert_ok(rowexpr_test(x, &host, &enough, &counts));
	assert_true(counts);
	rowexpr_free(x);
}

static void a_wrong_name_is_found_when_the_expression_is_read(void **state)
{
	static const struct { const char *reg, *expression, *says; } wrong[] = {
		{ "places", "${nam}", "nam" }, { "places", "label('nam')", "nam" }, { "places", "if(${seats} > 1, label('nam'), '')", "nam" },
		{ "hazards", "linked('plac', 'name')", "plac" }, { "hazards", "linked('place', 'nam')", "nam" }, { "hazards", "linked('desc', 'name')", "desc" },
		{ "hazards", "step_at('pas')", "pas" }, { "places", "param('nothing')", "nothing" }, { "places", "tally('nothing')", "nothing" },
		{ "places", "tally('hazards', 'nothing=1')", "nothing" }, { "places", "tally('hazards', 'stage=open', 'nothing')", "nothing" },
		{ "places", "${name", "" }, { "places", "", "" }
	};
	struct rowexpr *x;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_err(rowexpr_parse(pack, pack_find_register(pack, wrong[i].reg), wrong[i].expression, &x), ERR_FORMAT);
		assert_null(x);
		if (!strstr(err_detail(), wrong[i].says))
			fail_msg("%s: %s", wrong[i].expression, err_detail());
	}
	assert_err(rowexpr_check(pack, 0, "no_such_function()"), ERR_FORMAT);
	assert_err(rowexpr_check(pack, 0, "village('x')"), ERR_FORMAT);
	assert_ok(rowexpr_check(pack, 0, "'label(\"nothing\")'"));      /* inside quotes it is only a text */
}

static const void *link_to_itself(void *user, uint32_t reg, const char *id)
{
	(void)user;
	(void)id;
	return !strcmp(pack->registers[reg].id, "places") ? &place : NULL;
}

static void rows_that_lead_in_a_circle_are_refused(void **state)
{
	const char *title = pack->registers[0].title;
	struct rowexpr_host round = host;
	struct rowexpr *x;
	struct buf out = { 0 };

	(void)state;
	round.link = link_to_itself;
	pack->registers[0].title = "concat('x', title())";
	assert_ok(rowexpr_parse(pack, 0, "title()", &x));
	assert_err(rowexpr_text(x, &round, &place, &out), ERR_LIMIT);
	rowexpr_free(x);
	pack->registers[0].title = title;
	buf_clear(&out);
}

static const char *cond_value(void *user, const char *field, size_t len)
{
	(void)user;
	if (len == 5 && !memcmp(field, "stage", 5))
		return "open";
	if (len == 7 && !memcmp(field, "control", 7))
		return "stopped evacuated";
	return "";
}

static void a_plain_condition_holds_when_all_its_terms_do(void **state)
{
	static const struct { const char *when; bool holds; } cases[] = {
		{ NULL, true }, { "", true }, { "stage=open", true }, { "stage=closed", false }, { "stage=closed|open", true }, { "stage!=open", false },
		{ "stage!=closed|void", true }, { "control=stopped", true }, { "control!=evacuated", false }, { "control=cordoned", false }, { "verify=", true }, { "verify!=", false },
		{ "stage=", false }, { "stage!=", true }, { "stage=open  control=stopped", true }, { "stage=open control=cordoned", false }, { "stage=ope", false },
		{ "stage=open|", true }, { "stage", false }
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (cond_holds(cases[i].when, cond_value, NULL) != cases[i].holds)
			fail_msg("%s", cases[i].when);
	assert_ok(cond_check("stage=open|closed control!="));
	assert_err(cond_check("stage"), ERR_FORMAT);
	assert_err(cond_check("=open"), ERR_FORMAT);
	assert_err(cond_check("stage=open=closed"), ERR_FORMAT);
	assert_err(cond_check("seats>=3"), ERR_FORMAT);
}

static void a_derived_field_says_what_it_counts(void **state)
{
	uint32_t places = pack_find_register(pack, "places"), hazards = pack_find_register(pack, "hazards");
	struct derive d;

	(void)state;
	assert_ok(derive_read(pack, places, "count hazards.place where stage!=closed level=M?", &d));
	assert_int_equal(d.how, DERIVE_COUNT);
	assert_int_equal(d.child, hazards);
	assert_string_equal(d.rest, "stage!=closed level=M?");
	assert_ok(derive_read(pack, places, "last inspections.place of created_at", &d));
	assert_int_equal(d.how, DERIVE_LAST);
	assert_int_equal(d.field, PACK_NONE);
	assert_null(d.rest);
	assert_ok(derive_read(pack, places, "sum inspections.place of failed", &d));
	assert_int_equal(d.field, pack_find_field(&pack->registers[d.child], "failed"));
	assert_ok(derive_read(pack, places, "= ${seats} + 1", &d));
	assert_int_equal(d.how, DERIVE_EXPRESSION);
	assert_string_equal(d.rest, " ${seats} + 1");
	static const char *const wrong[] = { "", "most hazards.place", "count", "count hazards", "count nothing.place", "count hazards.item", "count trainings.team", "sum hazards.place",
		"sum hazards.place of desc", "last hazards.place of nothing", "count hazards.place when stage=open", "count hazards.place where nothing=1" };

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_err(derive_read(pack, places, wrong[i], &d), ERR_FORMAT);
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
		cmocka_unit_test(an_expression_sees_the_row_and_what_it_leads_to),
		cmocka_unit_test(a_training_with_under_half_of_the_roll_does_not_count),
		cmocka_unit_test(a_wrong_name_is_found_when_the_expression_is_read),
		cmocka_unit_test(rows_that_lead_in_a_circle_are_refused),
		cmocka_unit_test(a_plain_condition_holds_when_all_its_terms_do),
		cmocka_unit_test(a_derived_field_says_what_it_counts),
	};

	i18n_open("zh");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_pack, close_pack) != 0;
}
