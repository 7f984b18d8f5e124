/* The words of the type column. */
#include "config.h"
#include "forms/xlsform/reader.h"

#include "forms/base/text.h"

#include <string.h>

enum { TYPE_MAX = 80 };

struct word {
	const char *word;
	enum form_type type;
	const char *constraint;
	bool as_text, skipped, of_group;
};

/* One word each: "q int", "add integer prompt" and "get device id" are brought to it first. */
static const struct word words[] = {
	{ .word = "text", .type = FORM_TEXT }, { .word = "string", .type = FORM_TEXT }, { .word = "tel", .type = FORM_TEXT },
	{ .word = "note", .type = FORM_NOTE },
	{ .word = "integer", .type = FORM_INTEGER }, { .word = "int", .type = FORM_INTEGER }, { .word = "number", .type = FORM_INTEGER },
	{ .word = "decimal", .type = FORM_DECIMAL },
	{ .word = "range", .type = FORM_RANGE },
	{ .word = "date", .type = FORM_DATE },
	{ .word = "time", .type = FORM_TIME },
	{ .word = "datetime", .type = FORM_DATETIME }, { .word = "date time", .type = FORM_DATETIME },
	{ .word = "geopoint", .type = FORM_GEOPOINT }, { .word = "gps", .type = FORM_GEOPOINT }, { .word = "location", .type = FORM_GEOPOINT },
	{ .word = "geotrace", .type = FORM_GEOTRACE },
	{ .word = "geoshape", .type = FORM_GEOSHAPE },
	{ .word = "barcode", .type = FORM_BARCODE },
	{ .word = "acknowledge", .type = FORM_ACKNOWLEDGE }, { .word = "trigger", .type = FORM_ACKNOWLEDGE },
	{ .word = "image", .type = FORM_IMAGE }, { .word = "photo", .type = FORM_IMAGE }, { .word = "picture", .type = FORM_IMAGE },
	{ .word = "audio", .type = FORM_AUDIO },
	{ .word = "video", .type = FORM_VIDEO },
	{ .word = "file", .type = FORM_FILE },
	{ .word = "signature", .type = FORM_SIGNATURE },
	{ .word = "calculate", .type = FORM_CALCULATE }, { .word = "calculation", .type = FORM_CALCULATE },
	{ .word = "calculate_here", .type = FORM_CALCULATE },
	{ .word = "hidden", .type = FORM_HIDDEN },
	{ .word = "score__row", .type = FORM_SELECT_ONE, .of_group = true }, { .word = "rank__level", .type = FORM_SELECT_ONE, .of_group = true },
	{ .word = "start", .type = FORM_START }, { .word = "start time", .type = FORM_START }, { .word = "start_time", .type = FORM_START },
	{ .word = "end", .type = FORM_END }, { .word = "end time", .type = FORM_END }, { .word = "end_time", .type = FORM_END },
	{ .word = "today", .type = FORM_TODAY },
	{ .word = "username", .type = FORM_USERNAME }, { .word = "uri:username", .type = FORM_USERNAME },
	{ .word = "deviceid", .type = FORM_DEVICEID }, { .word = "device id", .type = FORM_DEVICEID }, { .word = "device_id", .type = FORM_DEVICEID },
	{ .word = "imei", .type = FORM_DEVICEID }, { .word = "uri:deviceid", .type = FORM_DEVICEID },
	{ .word = "phonenumber", .type = FORM_PHONENUMBER }, { .word = "uri:phonenumber", .type = FORM_PHONENUMBER },
	{ .word = "devicephonenum", .type = FORM_PHONENUMBER },
	{ .word = "email", .type = FORM_EMAIL }, { .word = "uri:email", .type = FORM_EMAIL },
	{ .word = "audit", .type = FORM_AUDIT },
	{ .word = "start-geopoint", .type = FORM_START_GEOPOINT },
	{ .word = "csv-external", .type = FORM_ATTACHED },
	{ .word = "xml-external", .type = FORM_ATTACHED },
	/* with a constraint of their own */
	{ .word = "phone number", .type = FORM_TEXT, .constraint = "regex(., '^\\d*$')" },
	{ .word = "percentage", .type = FORM_INTEGER, .constraint = "0 <= . and . <= 100" },
	{ .word = "number of days in last month", .type = FORM_INTEGER, .constraint = "0 <= . and . <= 31" },
	{ .word = "number of days in last six months", .type = FORM_INTEGER, .constraint = "0 <= . and . <= 183" },
	{ .word = "number of days in last year", .type = FORM_INTEGER, .constraint = "0 <= . and . <= 365" },
	/* what this program has no means for */
	{ .word = "simserial", .type = FORM_HIDDEN, .skipped = true }, { .word = "sim id", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "uri:simserial", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "subscriberid", .type = FORM_HIDDEN, .skipped = true }, { .word = "subscriber id", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "uri:subscriberid", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "background-audio", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "background-geopoint", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "caseid", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "comments", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "xml", .type = FORM_OTHER, .as_text = true },
	{ .word = "osm", .type = FORM_OTHER, .as_text = true },
};

/* Words that something follows: a list, a file, a register, or what this program passes over. Longest first where one
 * begins another. */
static const struct stem {
	const char *word;
	enum form_type type;
	bool from_file, external, skipped, as_text;
} stems[] = {
	{ .word = "select_one_from_file", .type = FORM_SELECT_ONE, .from_file = true },
	{ .word = "select one from file", .type = FORM_SELECT_ONE, .from_file = true },
	{ .word = "select_multiple_from_file", .type = FORM_SELECT_MULTIPLE, .from_file = true },
	{ .word = "select multiple from file", .type = FORM_SELECT_MULTIPLE, .from_file = true },
	{ .word = "select_one_external", .type = FORM_SELECT_ONE, .external = true },
	{ .word = "select one external", .type = FORM_SELECT_ONE, .external = true },
	{ .word = "select_multiple_external", .type = FORM_SELECT_MULTIPLE, .external = true },
	{ .word = "select all that apply from", .type = FORM_SELECT_MULTIPLE },
	{ .word = "select all that apply", .type = FORM_SELECT_MULTIPLE },
	{ .word = "select_multiple", .type = FORM_SELECT_MULTIPLE },
	{ .word = "select multiple from", .type = FORM_SELECT_MULTIPLE },
	{ .word = "select multiple using", .type = FORM_SELECT_MULTIPLE },
	{ .word = "select multiple prompt using", .type = FORM_SELECT_MULTIPLE },
	{ .word = "select multiple", .type = FORM_SELECT_MULTIPLE },
	{ .word = "select_one_from", .type = FORM_SELECT_ONE },
	{ .word = "select one from", .type = FORM_SELECT_ONE },
	{ .word = "select one using", .type = FORM_SELECT_ONE },
	{ .word = "select one prompt using", .type = FORM_SELECT_ONE },
	{ .word = "select_one", .type = FORM_SELECT_ONE },
	{ .word = "select one", .type = FORM_SELECT_ONE },
	{ .word = "select1", .type = FORM_SELECT_ONE },
	{ .word = "select", .type = FORM_SELECT_MULTIPLE },
	{ .word = "rank", .type = FORM_RANK }, { .word = "odk:rank", .type = FORM_RANK },
	{ .word = "rows", .type = FORM_ROWS },
	{ .word = "row", .type = FORM_ROW },
	{ .word = "osm", .type = FORM_OTHER, .as_text = true },
	{ .word = "text audit", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "audio audit", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "speed violations", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "sensor_statistic", .type = FORM_HIDDEN, .skipped = true },
	{ .word = "sensor_stream", .type = FORM_HIDDEN, .skipped = true },
};

/* The cell in small letters, its blanks single; false when it is longer than any type. */
static bool plain_type(const char *cell, char out[TYPE_MAX])
{
	size_t n = 0;

	for (; *cell && n < TYPE_MAX - 1; cell++) {
		bool blank = *cell == ' ' || *cell == '\t' || *cell == '\n' || *cell == '\r' || !strncmp(cell, "\xc2\xa0", 2);

		if (blank && (unsigned char)*cell == 0xc2)
			cell++;
		if (!blank)
			out[n++] = *cell >= 'A' && *cell <= 'Z' ? (char)(*cell + 32) : *cell;
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return !*cell;
}

static bool ends(char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	if (n <= k || strcmp(s + n - k, end))
		return false;
	s[n - k] = '\0';
	return true;
}

/* "q int", "add integer prompt", "get device id" -> the bare word. */
static const char *bare(char *s)
{
	if (!strncmp(s, "q ", 2))
		return s + 2;
	if (!strncmp(s, "get ", 4))
		return s + 4;
	if (!strncmp(s, "add ", 4) && (ends(s, " prompt") || strstr(s, " prompt using")))
		return s + 4;
	return s;
}

/* Past the blank, '_' or '-' after `word` at the start of s, and past that word; NULL when it does not stand there. */
static const char *after(const char *s, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(s, word, n))
		return NULL;
	return s[n] == ' ' || s[n] == '_' || s[n] == '-' ? s + n + 1 : !s[n] ? s + n : NULL;
}

/* begin/end of a group or repeat, in all spellings. */
static bool read_block(const char *s, struct row_type *out)
{
	static const struct { const char *word; enum form_type type; } blocks[] = {
		{ "group", FORM_GROUP }, { "lgroup", FORM_REPEAT }, { "looped group", FORM_REPEAT }, { "repeat", FORM_REPEAT },
		/* tables of KoboToolbox's form builder, as it exports them */
		{ "score", FORM_GROUP }, { "rank", FORM_GROUP }, { "kobomatrix", FORM_GROUP },
		{ "loop", FORM_GROUP },
	};
	const char *rest = after(s, "begin");

	out->kind = rest ? ROW_BEGIN : ROW_END;
	if (!rest)
		rest = after(s, "end");
	for (size_t i = 0; rest && i < sizeof blocks / sizeof *blocks; i++)
		if (after(rest, blocks[i].word)) {
			out->type = blocks[i].type;
			out->matrix = !strcmp(blocks[i].word, "kobomatrix");
			out->loop = !strcmp(blocks[i].word, "loop");
			return true;
		}
	return false;
}

/* The words of the cell past its first `count` ones, as written. */
static const char *past_words(const char *cell, const char *stem)
{
	size_t count = 1;

	for (; *stem; stem++)
		count += *stem == ' ';
	cell += strspn(cell, " \t\n\r");
	while (count--) {
		cell += strcspn(cell, " \t\n\r");
		cell += strspn(cell, " \t\n\r");
	}
	return cell;
}

static bool or_other(const char *s)
{
	char rest[TYPE_MAX];

	return plain_type(s, rest) && (strstr(rest, "or_other") || strstr(rest, "or specify other") || strstr(rest, "or other"));
}

static void read_argument(const char *s, struct row_type *out)
{
	char quote = *s == '"' || *s == '\'' ? *s++ : 0;
	size_t n = quote ? strcspn(s, quote == '"' ? "\"" : "'") : !strncmp(s, "${", 2) ? strcspn(s, "}") + 1 : strcspn(s, " \t\n\r");

	out->argument_len = strnlen(s, n);
	out->argument = out->argument_len ? s : NULL;
	out->or_other = or_other(s + out->argument_len);
}

/* Words that `bare` took off the front of the cell. */
static const char *skip_front(const char *cell, const char *plain, const char *word)
{
	return word > plain ? past_words(cell, "x") : cell;
}

/* The list of "begin loop over LIST" or "begin loop LIST": the last word, unless it is the loop's own. */
static void read_loop(const char *cell, struct row_type *out)
{
	size_t end = strlen(cell), start = end;

	while (start && !strchr(" \t\n\r", cell[start - 1]))
		start--;
	if (end < 4 || !text_same(cell + end - 4, "loop")) {
		out->argument = cell + start;
		out->argument_len = end - start;
	}
}

void read_type(const char *cell, struct row_type *out)
{
	char plain[TYPE_MAX];
	bool whole = plain_type(cell, plain);
	const char *s, *rest;

	*out = (struct row_type){ .kind = ROW_UNKNOWN, .type = FORM_OTHER };
	if (whole && read_block(plain, out)) {
		if (out->loop && out->kind == ROW_BEGIN)
			read_loop(cell, out);
		return;
	}
	s = bare(plain);
	out->kind = ROW_QUESTION;
	for (size_t i = 0; whole && i < sizeof words / sizeof *words; i++)
		if (!strcmp(words[i].word, s)) {
			out->type = words[i].type;
			out->constraint = words[i].constraint;
			out->as_text = words[i].as_text;
			out->skipped = words[i].skipped;
			out->of_group = words[i].of_group;
			return;
		}
	for (size_t i = 0; i < sizeof stems / sizeof *stems; i++) {
		rest = after(s, stems[i].word);
		if (!rest || (*rest && rest[-1] != ' '))
			continue;
		out->type = stems[i].type;
		out->from_file = stems[i].from_file;
		out->external = stems[i].external;
		out->skipped = stems[i].skipped;
		out->as_text = stems[i].as_text;
		read_argument(past_words(skip_front(cell, plain, s), stems[i].word), out);
		return;
	}
	/* a contact of a health app's own register: its id can at least be typed */
	out->as_text = !strncmp(s, "db:", 3) && s[3];
	out->kind = out->as_text ? ROW_QUESTION : ROW_UNKNOWN;
}

const char *nearest_type(const char *cell)
{
	char plain[TYPE_MAX];

	plain_type(cell, plain);
	plain[strcspn(plain, " ")] = '\0';
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (nearly_same(plain, words[i].word))
			return words[i].word;
	for (size_t i = 0; i < sizeof stems / sizeof *stems; i++)
		if (nearly_same(plain, stems[i].word))
			return stems[i].word;
	return nearly_same(plain, "begin_group") ? "begin_group" : nearly_same(plain, "end_group") ? "end_group"
	       : nearly_same(plain, "begin_repeat") ? "begin_repeat" : nearly_same(plain, "end_repeat") ? "end_repeat" : NULL;
}
