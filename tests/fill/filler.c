#include "config.h"
#include "tests/fill/filler.h"

#include "forms/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_MAX = 200000, INSTANCES = 3, TRIES = 24 };

/* xorshift64* */
static uint32_t dice(struct filler *r, uint32_t n)
{
	r->seed ^= r->seed >> 12;
	r->seed ^= r->seed << 25;
	r->seed ^= r->seed >> 27;
	return n ? (uint32_t)(r->seed * 0x2545f4914f6cdd1d >> 33) % n : 0;
}

/* Numbers and quoted words that a constraint mentions are often what it wants, or one beside it. */
static bool from_constraint(struct filler *r, const struct form_question *q, bool number, struct buf *out)
{
	const char *s = q->constraint, *hit = NULL;
	size_t seen = 0, len = 0;

	for (; s && *s; s++) {
		size_t n = number ? strspn(s, "0123456789.") : *s == '\'' || *s == '"' ? strcspn(s + 1, "'\"") : 0;

		if (n && (number ? *s != '.' : true) && !dice(r, (uint32_t)++seen)) {
			hit = number ? s : s + 1;
			len = n;
		}
		s += number ? (n ? n - 1 : 0) : (n ? n + 1 : 0);
		if (!*s)
			break;
	}
	if (!hit)
		return false;
	if (number && q->type != FORM_TEXT)
		buf_printf(out, "%ld", strtol(hit, NULL, 10) + (long)dice(r, 3) - 1);
	else
		buf_put(out, hit, len);
	return true;
}

static void text_answer(struct filler *r, const struct form_question *q, uint32_t attempt, struct buf *out)
{
	static const char *const words[] = {
		"abc", "12345678", "Ana Li", "0712345678", "7", "某村某户", "a@b.example", "+255712345678", "AB-123", "1990", "100000000001",
		"1234567890123456789012345", "0812345678", "ABCDE", "A1B2"
	};

	if (attempt && !dice(r, 2) && from_constraint(r, q, dice(r, 2), out))
		return;
	buf_puts(out, words[attempt ? dice(r, sizeof words / sizeof *words) : 0]);
}

static void number_answer(struct filler *r, const struct form_question *q, struct buf *out)
{
	static const long range[] = { 2, 10, 30, 100, 1000, 3000, 100000 };

	if (!dice(r, 2) && from_constraint(r, q, true, out))
		return;
	buf_printf(out, "%s%u", dice(r, 12) ? "" : "-", dice(r, (uint32_t)range[dice(r, 7)]));
	if (q->type == FORM_DECIMAL && dice(r, 2))
		buf_printf(out, ".%u", dice(r, 100));
}

static void range_answer(struct filler *r, const struct form_question *q, struct buf *out)
{
	size_t len;
	const char *start = q->parameters ? form_parameter(q->parameters, "start", &len) : NULL;
	const char *step = q->parameters ? form_parameter(q->parameters, "step", &len) : NULL;
	double from = start ? strtod(start, NULL) : 0, by = step ? strtod(step, NULL) : 1;

	buf_printf(out, "%g", from + by * dice(r, 5));
}

static void date_answer(struct filler *r, const struct fill *f, enum form_type type, struct buf *out)
{
	static const int32_t reach[] = { 1, 30, 400, 8000, 20000 };
	char text[32];
	int32_t day = 20779 + (dice(r, 4) ? -1 : 1) * (int32_t)dice(r, (uint32_t)reach[dice(r, 5)]);    /* about 2026-11-22 */

	(void)f;
	if (type != FORM_TIME)
		buf_puts(out, clock_format_date(day, text));
	if (type == FORM_DATETIME)
		buf_putc(out, 'T');
	if (type != FORM_DATE)
		buf_printf(out, "%02u:%02u", dice(r, 24), dice(r, 60));
}

static enum err choice_answer(struct filler *r, struct fill *f, fill_node n, struct buf *out)
{
	const struct form_question *q = fill_question(f, n);
	const char *name, *label;
	uint32_t count, want, picked = 0;
	enum err err = fill_choices(f, n, &count);

	want = q->type == FORM_SELECT_ONE ? 1 : q->type == FORM_RANK ? count : 1 + dice(r, count < 3 ? count : 3);
	for (uint32_t i = 0, at = count ? dice(r, count) : 0; !err && i < count && picked < want; i++) {
		err = fill_choice(f, n, (at + i) % count, &name, &label);
		if (!err) {
			buf_printf(out, "%s%s", picked ? " " : "", name);
			picked++;
		}
	}
	return err;
}

static enum err make_answer(struct filler *r, struct fill *f, fill_node n, uint32_t attempt, struct buf *out)
{
	const struct form_question *q = fill_question(f, n);

	switch (q->type) {
	case FORM_SELECT_ONE: case FORM_SELECT_MULTIPLE: case FORM_RANK:
		if (!fill_lacks_choices(f, n))
			return choice_answer(r, f, n, out);
		text_answer(r, q, attempt, out);
		break;
	case FORM_INTEGER: case FORM_DECIMAL:
		number_answer(r, q, out);
		break;
	case FORM_RANGE:
		range_answer(r, q, out);
		break;
	case FORM_DATE: case FORM_TIME: case FORM_DATETIME:
		date_answer(r, f, q->type, out);
		break;
	case FORM_GEOPOINT: case FORM_START_GEOPOINT:
		buf_printf(out, "%u.%03u %u.%03u 0 5", dice(r, 60), dice(r, 1000), dice(r, 170), dice(r, 1000));
		break;
	case FORM_GEOTRACE: case FORM_GEOSHAPE:
		buf_puts(out, "1.5 2.5 0 0;1.6 2.5 0 0;1.6 2.7 0 0;1.5 2.5 0 0");
		break;
	case FORM_ACKNOWLEDGE:
		buf_puts(out, "OK");
		break;
	case FORM_IMAGE: case FORM_AUDIO: case FORM_VIDEO: case FORM_FILE: case FORM_SIGNATURE:
		buf_puts(out, "attached.jpg");
		break;
	default:
		text_answer(r, q, attempt, out);
		break;
	}
	return out->err;
}

static enum err answer(struct filler *r, struct fill *f, fill_node n)
{
	struct buf text = { 0 };
	enum err err = ERR_OK;
	bool done = false;

	for (uint32_t i = 0; !done && i < TRIES; i++) {
		buf_reset(&text);
		err = make_answer(r, f, n, i, &text);
		if (err || !text.len)
			break;
		err = fill_set(f, n, buf_str(&text));
		done = !err;
		if (err != ERR_DENIED && err != ERR_FORMAT)
			break;
		err = ERR_OK;
	}
	r->answered += done;
	r->refused += !done && text.len;
	buf_clear(&text);
	return err;
}

static enum err visit(struct filler *r, struct fill *f, fill_node n)
{
	const struct form_question *q = fill_question(f, n);
	fill_node made;
	enum err err;

	if (q->type == FORM_REPEAT && !fill_is_instance(f, n)) {
		if (fill_instances(f, n) >= INSTANCES || (fill_instances(f, n) && dice(r, 2)))
			return ERR_OK;
		err = fill_add_instance(f, n, &made);
		r->instances += !err;
		return err == ERR_DENIED ? ERR_OK : err;
	}
	if (!form_is_stored(q->type) || fill_is_readonly(f, n) || *fill_value(f, n) || (!fill_is_required(f, n) && !dice(r, 6)))
		return ERR_OK;
	return answer(r, f, n);
}

struct left { struct filler *r; struct fill *f; };

static bool keep_fault(void *user, fill_node n, enum fill_fault what, const char *message)
{
	struct left *l = user;

	l->r->missing += what == FILL_MISSING;
	l->r->wrong += what == FILL_VIOLATION;
	fill_path(l->f, n, &l->r->left);
	buf_printf(&l->r->left, ": %s; ", message);
	return true;
}

enum err filler_run(struct filler *r, struct fill *f)
{
	struct left left = { r, f };
	enum err err = ERR_OK;

	r->seed = r->seed * 2862933555777941757u + 3037000493u;
	for (int round = 0; !err && round < 2; round++) {
		fill_node n = fill_first(f);

		for (uint32_t i = 0; !err && n != FILL_NO_NODE; i++, r->places++) {
			uint32_t before = fill_instances(f, n);

			if (i > PLACES_MAX)
				return err_set(ERR_LIMIT, "walk without end");
			err = visit(r, f, n);
			n = fill_instances(f, n) > before ? fill_next(f, fill_instance(f, n, before)) : fill_next(f, n);
		}
	}
	if (!err)
		err = fill_finish(f);
	return err ? err : fill_check(f, keep_fault, &left);
}
