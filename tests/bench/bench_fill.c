/* N8: a form of 5,000 questions, 2,000 of them computed, with cascading filters over 20,000 choices: how long it takes to
 * open, and one answer. Then a large group repeated a hundred times: the last instance must be as quick as the first.
 * With file names, the same for those forms, filled in by the filler. */
#include "config.h"

#include "forms/base/clock.h"
#include "forms/base/fs.h"
#include "forms/xlsform/form_build.h"
#include "forms/xlsform/form_read.h"
#include "tests/fill/filler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTIONS = 5000, PLACES = 20000, ROUNDS = 20, REPEATS = 100, GROUP = 300 };

struct sample { int64_t *at; size_t count, cap; };

static void note(struct sample *s, int64_t ns)
{
	if (s->count == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 4096;
		s->at = realloc(s->at, s->cap * sizeof *s->at);
		if (!s->at)
			exit(3);
	}
	s->at[s->count++] = ns;
}

static int ascending(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* `limit` in ms, 0 for what has none. */
static void show(const char *what, struct sample *s, double limit)
{
	if (!s->count)
		return;
	qsort(s->at, s->count, sizeof *s->at, ascending);
	if (limit > 0)
		printf("%s: %.3f ms median, %.3f p99 (limit %g)%s\n", what, (double)s->at[s->count / 2] / 1e6, (double)s->at[s->count * 99 / 100] / 1e6, limit,
		       (double)s->at[s->count * 99 / 100] / 1e6 > limit ? " BROKEN" : "");
	else
		printf("%-44s %8zu  p50 %9.4f  p99 %9.4f  max %9.4f ms\n", what, s->count, (double)s->at[s->count / 2] / 1e6,
	       (double)s->at[s->count * 99 / 100] / 1e6, (double)s->at[s->count - 1] / 1e6);
	free(s->at);
	*s = (struct sample){ 0 };
}

static void must(enum err err)
{
	if (!err)
		return;
	fprintf(stderr, "%s: %s\n", err_name(err), err_detail());
	exit(3);
}

static const char *text(struct form *f, const char *format, unsigned a, unsigned b)
{
	char s[256];

	snprintf(s, sizeof s, format, a, b);
	return form_string(f, s);
}

static struct form_question *add(struct form *f, enum form_type type, uint32_t parent, const char *name)
{
	struct form_question *q = form_add_question(f);

	q->type = type;
	q->type_name = "";
	q->name = name;
	q->parent = parent;
	form_set_text(f, &q->label, 0, name);
	return q;
}

/* Three levels of places: 20 provinces, 1,000 counties, the rest villages. */
static void add_places(struct form *f)
{
	static const char *const lists[] = { "province", "county", "village" };
	static const unsigned count[] = { 20, 1000, PLACES - 1020 };
	uint32_t column = form_add_column(f, "above");

	for (unsigned l = 0; l < 3; l++) {
		form_add_list(f, lists[l]);
		for (unsigned i = 0; i < count[l]; i++) {
			struct form_choice *c = form_add_choice(f);

			c->name = text(f, "%c%u", (unsigned)lists[l][0], i);
			form_set_text(f, &c->label, 0, c->name);
			if (l)
				form_set_column(f, c, column, text(f, "%c%u", (unsigned)lists[l - 1][0], i % count[l - 1]));
		}
	}
}

/* Sections of a hundred: selects that cascade, numbers, relevances, and two calculations in five questions. */
static struct form *big_form(void)
{
	static const char *const lists[] = { "province", "county", "village" };
	struct form *f;

	must(form_new(&f));
	form_add_language(f, "zh");
	add_places(f);
	for (unsigned i = 0; i < QUESTIONS; i++) {
		unsigned k = i % 10;
		struct form_question *q = add(f, k < 3 ? FORM_SELECT_ONE : k < 7 ? k == 6 ? FORM_TEXT : FORM_INTEGER : FORM_CALCULATE, FORM_NONE, text(f, "q%u", i, 0));

		if (k < 3)
			q->list = form_find_list(f, lists[k]);
		if (k == 1 || k == 2)
			q->choice_filter = text(f, "above = ${q%u}", i - 1, 0);
		if (k == 3)
			q->constraint = form_string(f, ". >= 0 and . < 1000");
		if (k == 4 || k == 6)
			q->relevant = text(f, "${q%u} > 10 or ${q%u} = 'p1'", i - k + 3, i - k);
		if (k == 5) {
			q->type = FORM_CALCULATE;
			q->calculation = text(f, "if(${q%u} > 500, 'much', 'little')", i - 2, 0);
		}
		if (k == 7)
			q->calculation = text(f, "coalesce(${q%u}, 0) + coalesce(${q%u}, 0) * 2", i - 4, i - 3);
		if (k == 8)
			q->calculation = text(f, "round(${q%u} div 3, 2)", i - 1, 0);
		if (k == 9)
			q->calculation = i > 9 ? text(f, "${q%u} + coalesce(${q%u}, 0)", i - 1, i - i % 100 + 9 == i ? i - 1 : i - 10) : text(f, "${q%u} + 0", i - 1, 0);
	}
	form_index(f);
	must(form_error(f));
	return f;
}

static const struct fill_host host = { .now = 1795305600000, .utc_offset = 480, .language = "zh" };

static struct fill *timed_open(const struct form *form, struct sample *s)
{
	int64_t start = clock_ticks();
	struct fill *f;

	must(fill_open(form, &host, &f));
	note(s, clock_ticks() - start);
	return f;
}

static void timed_set(struct fill *f, fill_node n, const char *value, struct sample *s)
{
	int64_t start = clock_ticks();
	enum err err = fill_set(f, n, value);

	note(s, clock_ticks() - start);
	if (err != ERR_DENIED && err != ERR_FORMAT)
		must(err);
}

static void answer_all(struct fill *f, unsigned round, struct sample *answers, struct sample *choices)
{
	char value[32];
	uint32_t i = 0;

	for (fill_node n = fill_first(f); n != FILL_NO_NODE; n = fill_next(f, n), i++) {
		const struct form_question *q = fill_question(f, n);

		if (form_is_select(q->type)) {
			int64_t start = clock_ticks();
			const char *name = "", *label;
			uint32_t count;

			must(fill_choices(f, n, &count));
			if (count)
				must(fill_choice(f, n, (i * 7 + round) % count, &name, &label));
			note(choices, clock_ticks() - start);
			snprintf(value, sizeof value, "%s", name);
		} else {
			snprintf(value, sizeof value, "%u", (i * 37 + round * 101) % 900);
		}
		timed_set(f, n, value, answers);
	}
}

static void bench_big(void)
{
	struct form *form = big_form();
	struct sample open = { 0 }, answers = { 0 }, choices = { 0 }, save = { 0 };
	struct buf draft = { 0 };
	unsigned calculations = 0;
	struct fill *f = NULL;

	for (uint32_t i = 0; i < form->question_count; i++)
		calculations += form->questions[i].calculation != NULL;
	printf("form: %u questions, %u calculations, %u choices\n", form->question_count, calculations, form->choice_count);
	for (int i = 0; i < ROUNDS; i++) {
		fill_close(f);
		f = timed_open(form, &open);
	}
	for (unsigned round = 0; round < 3; round++)
		answer_all(f, round, &answers, &choices);
	for (int i = 0; i < ROUNDS; i++) {
		int64_t start = clock_ticks();

		buf_reset(&draft);
		must(fill_save(f, fill_first(f), &draft));
		note(&save, clock_ticks() - start);
	}
	show("N8 a 5,000-question form, open", &open, 50);
	show("N8 a 5,000-question form, one answer", &answers, 1);
	show("choices of a cascading select", &choices, 0);
	printf("draft: %zu bytes\n", draft.len);
	show("save a draft, in memory", &save, 0);
	fill_close(f);
	form_free(form);
	buf_clear(&draft);
}

static struct form *repeat_form(void)
{
	struct form *f;

	must(form_new(&f));
	form_add_language(f, "zh");
	add(f, FORM_REPEAT, FORM_NONE, form_string(f, "item"))->initial = form_string(f, "0");
	for (unsigned i = 0; i < GROUP; i++) {
		struct form_question *q = add(f, i % 3 == 2 ? FORM_CALCULATE : FORM_INTEGER, 0, text(f, "r%u", i, 0));

		if (i % 3 == 1)
			q->relevant = text(f, "${r%u} != 1", i - 1, 0);
		if (i % 3 == 2)
			q->calculation = text(f, "coalesce(${r%u}, 0) + coalesce(${r%u}, 0)", i - 2, i - 1);
	}
	f->questions[0].end = f->question_count;
	add(f, FORM_CALCULATE, FORM_NONE, form_string(f, "sum"))->calculation = form_string(f, "sum(${r2})");
	form_index(f);
	must(form_error(f));
	return f;
}

static void bench_repeats(void)
{
	struct form *form = repeat_form();
	struct sample open = { 0 }, grow = { 0 }, first = { 0 }, last = { 0 };
	struct fill *f = timed_open(form, &open);
	fill_node repeat = fill_find(f, "item"), instance;

	for (unsigned i = 0; i < REPEATS; i++) {
		int64_t start = clock_ticks();
		char value[16];

		must(fill_add_instance(f, repeat, &instance));
		note(&grow, clock_ticks() - start);
		for (fill_node n = fill_next(f, instance); n != FILL_NO_NODE && n != repeat; n = fill_next(f, n)) {
			snprintf(value, sizeof value, "%u", i + 2);
			if (i < 5 || i >= REPEATS - 5)
				timed_set(f, n, value, i < 5 ? &first : &last);
			else
				must(fill_set(f, n, value));
		}
	}
	printf("repeat: %u questions, %u instances\n", (unsigned)GROUP, (unsigned)REPEATS);
	show("add an instance", &grow, 0);
	show("one answer, instances 1-5", &first, 0);
	show("one answer, instances 96-100", &last, 0);
	free(open.at);
	fill_close(f);
	form_free(form);
}

static void bench_file(const char *path)
{
	struct form *form;
	struct sample read = { 0 }, open = { 0 };
	struct filler r = { .seed = 1 };
	struct fill *f;
	int64_t start = clock_ticks();

	if (form_read(path, NULL, NULL, &form)) {
		printf("%s: %s\n", path, err_detail());
		return;
	}
	note(&read, clock_ticks() - start);
	f = timed_open(form, &open);
	start = clock_ticks();
	must(filler_run(&r, f));
	printf("%s: %u questions, %u choices; read %.2f ms, open %.2f ms, %.4f ms an answer (%u)\n", path, form->question_count, form->choice_count,
	       (double)read.at[0] / 1e6, (double)open.at[0] / 1e6, (double)(clock_ticks() - start) / 1e6 / (r.answered ? r.answered : 1), r.answered);
	free(read.at);
	free(open.at);
	buf_clear(&r.left);
	fill_close(f);
	form_free(form);
}

#define REAL SRCDIR "/../shared/conformance/forms"

struct largest { char path[1024]; uint32_t questions; };

static enum err is_larger(void *user, const char *name)
{
	struct largest *l = user;
	struct buf path = { 0 };
	struct form *form;

	if (strstr(name, ".xls") && !form_read(fs_path(&path, REAL, name), NULL, NULL, &form)) {
		if (form->question_count > l->questions) {
			l->questions = form->question_count;
			snprintf(l->path, sizeof l->path, "%s", buf_str(&path));
		}
		form_free(form);
	}
	buf_clear(&path);
	return ERR_OK;
}

/* The largest form of other people's, where they are at hand. */
static void bench_real(void)
{
	struct largest l = { .questions = 0 };

	if (fs_exists(REAL) && !fs_list(REAL, 10000, is_larger, &l) && l.questions)
		bench_file(l.path);
	else
		printf("no real form measured: %s is absent\n", REAL);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		bench_file(argv[i]);
	if (argc > 1)
		return 0;
	bench_big();
	bench_repeats();
	bench_real();
	return 0;
}
