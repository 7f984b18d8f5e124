#include "config.h"
#include "forms/fill/markup.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { AHEAD_MAX = 1024 /* bytes searched for the other end of a mark */, OPEN_MAX = 255 };

struct reader {
	struct markup *m;
	const char *start, *at;
	unsigned heading;              /* of a Markdown line */
	unsigned marks;                /* bits of MARKUP_ opened by Markdown */
	uint8_t tags[4];               /* how often a tag opened BOLD, ITALIC, HEADING, UNDERLINE */
	enum err err;
};

static unsigned style(const struct reader *r)
{
	unsigned s = r->marks | (r->heading ? (unsigned)MARKUP_HEADING : 0);

	for (unsigned i = 0; i < 4; i++)
		if (r->tags[i])
			s |= 1u << i;
	return s;
}

static void extend(struct reader *r, size_t start, size_t len)
{
	struct markup *m = r->m;
	struct markup_span *last = m->count ? &m->spans[m->count - 1] : NULL, *more;
	unsigned s = style(r);

	if (!s || r->err)
		return;
	if (last && last->style == s && last->start + last->len == start) {
		last->len += (uint32_t)len;
		return;
	}
	if (m->count == m->cap) {
		uint32_t cap = m->cap ? m->cap * 2 : 8;

		more = realloc(m->spans, cap * sizeof *more);
		if (!more) {
			r->err = err_set(ERR_NOMEM, _("内存不够, 显示不了题目"));
			return;
		}
		m->spans = more;
		m->cap = cap;
	}
	m->spans[m->count++] = (struct markup_span){ (uint32_t)start, (uint32_t)len, s };
}

static void put(struct reader *r, const char *s, size_t len)
{
	size_t start = r->m->text.len;

	buf_put(&r->m->text, s, len);
	if (!r->m->text.err)
		extend(r, start, len);
}

/* One line feed, not two, and none at the very beginning. */
static void break_line(struct reader *r)
{
	const struct buf *t = &r->m->text;

	if (t->len && t->data[t->len - 1] != '\n')
		buf_putc(&r->m->text, '\n');
}

static bool word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || !c;
}

/* Is there a mark of this kind further on in the paragraph that can close it? */
static bool closes_ahead(const char *s, const char *mark, size_t len)
{
	for (size_t i = 1; i < AHEAD_MAX && s[i] && !(s[i] == '\n' && s[i - 1] == '\n'); i++)
		if (!strncmp(s + i, mark, len) && !space(s[i - 1]) && (*mark != '_' || !word(s[i + len])) && (len == 2 || s[i + 1] != *mark))
			return true;
	return false;
}

/* ** __ * _ : opens when it stands before a word and something closes it, closes when it stands behind one. */
static bool emphasis(struct reader *r)
{
	const char *at = r->at;
	size_t len = at[1] == *at ? 2 : 1;
	unsigned bit = len == 2 ? MARKUP_BOLD : MARKUP_ITALIC;
	char before = at > r->start ? at[-1] : ' ';

	if (r->marks & bit && !space(before) && (*at != '_' || !word(at[len]))) {
		r->marks &= ~bit;
	} else if (!(r->marks & bit) && !space(at[len]) && at[len] != *at && (*at != '_' || !word(before)) && closes_ahead(at + len, at, len)) {
		r->marks |= bit;
	} else {
		put(r, at, len);
	}
	r->at += len;
	return true;
}

/* Up to six # and a blank at the beginning of a line. */
static bool heading(struct reader *r)
{
	size_t n = strspn(r->at, "#");

	if ((r->at > r->start && r->at[-1] != '\n') || !n || n > 6 || (r->at[n] != ' ' && r->at[n] != '\t'))
		return false;
	r->at += n;
	r->at += strspn(r->at, " \t");
	r->heading = 1;
	return true;
}

/* [words](address): the words. */
static bool link(struct reader *r)
{
	const char *end = memchr(r->at, ']', strnlen(r->at, AHEAD_MAX)), *close;

	if (!end || end[1] != '(' || !(close = memchr(end, ')', strnlen(end, AHEAD_MAX))) || memchr(r->at, '\n', (size_t)(close - r->at)))
		return false;
	put(r, r->at + 1, (size_t)(end - r->at - 1));
	r->at = close + 1;
	return true;
}

static const struct tag {
	const char *name;
	unsigned style;
	bool line, bullet;             /* begins a line; an item of a list */
} tags[] = {
	{ "b", MARKUP_BOLD, false, false }, { "strong", MARKUP_BOLD, false, false }, { "i", MARKUP_ITALIC, false, false },
	{ "em", MARKUP_ITALIC, false, false }, { "u", MARKUP_UNDERLINE, false, false }, { "br", 0, true, false }, { "p", 0, true, false },
	{ "div", 0, true, false }, { "li", 0, true, true }, { "ul", 0, true, false }, { "ol", 0, true, false }, { "span", 0, false, false },
	{ "font", 0, false, false }, { "a", 0, false, false }, { "small", 0, false, false }, { "big", 0, false, false }, { "center", 0, true, false },
	{ "h1", MARKUP_HEADING, true, false }, { "h2", MARKUP_HEADING, true, false }, { "h3", MARKUP_HEADING, true, false },
	{ "h4", MARKUP_HEADING, true, false }, { "h5", MARKUP_HEADING, true, false }, { "h6", MARKUP_HEADING, true, false },
};

static const struct tag *tag_named(const char *s, size_t len)
{
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (strlen(tags[i].name) == len && !strncasecmp(tags[i].name, s, len))
			return &tags[i];
	return NULL;
}

static void apply(struct reader *r, const struct tag *t, bool closing)
{
	for (unsigned i = 0; i < 4; i++) {
		if (!(t->style & 1u << i))
			continue;
		if (!closing && r->tags[i] < OPEN_MAX)
			r->tags[i]++;
		else if (closing && r->tags[i])
			r->tags[i]--;
	}
	if (!strcmp(t->name, "br"))
		buf_putc(&r->m->text, '\n');
	else if (t->line)
		break_line(r);
	if (t->bullet && !closing)
		buf_puts(&r->m->text, "· ");
}

static bool tag(struct reader *r)
{
	bool closing = r->at[1] == '/';
	const char *name = r->at + 1 + closing, *end;
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ123456");
	const struct tag *t = tag_named(name, len);

	if (!t || !(name[len] == '>' || name[len] == '/' || space(name[len])) || !(end = memchr(name, '>', strnlen(name, AHEAD_MAX))))
		return false;
	apply(r, t, closing);
	r->at = end + 1;
	return true;
}

static bool entity(struct reader *r)
{
	static const struct { const char *name; uint32_t cp; } names[] = {
		{ "nbsp;", ' ' }, { "lt;", '<' }, { "gt;", '>' }, { "amp;", '&' }, { "quot;", '"' }, { "apos;", '\'' }, { "mdash;", 0x2014 },
		{ "ndash;", 0x2013 }, { "hellip;", 0x2026 }, { "deg;", 0xb0 }, { "middot;", 0xb7 }, { "bull;", 0x2022 }, { "copy;", 0xa9 },
	};
	const char *s = r->at + 1;
	size_t len = strcspn(s, "; ");
	struct buf one = { 0 };
	unsigned long cp = 0;

	if (s[len] != ';' || len > 10)
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names && !cp; i++)
		if (!strncmp(s, names[i].name, len + 1))
			cp = names[i].cp;
	if (*s == '#' && (s[1] == 'x' || s[1] == 'X'))
		cp = strspn(s + 2, "0123456789abcdefABCDEF") == len - 2 ? strtoul(s + 2, NULL, 16) : 0;
	else if (*s == '#')
		cp = strspn(s + 1, "0123456789") == len - 1 ? strtoul(s + 1, NULL, 10) : 0;
	if (cp < ' ' || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return false;
	text_put(&one, (uint32_t)cp);
	put(r, buf_str(&one), one.len);
	buf_clear(&one);
	r->at = s + len + 1;
	return true;
}

static bool escape(struct reader *r)
{
	if (!r->at[1] || !strchr("\\`*_{}[]()#+-.!<>&", r->at[1]))
		return false;
	put(r, r->at + 1, 1);
	r->at += 2;
	return true;
}

static bool mark(struct reader *r)
{
	switch (*r->at) {
	case '*': case '_': return emphasis(r);
	case '#':           return heading(r);
	case '[':           return link(r);
	case '<':           return tag(r);
	case '&':           return entity(r);
	case '\\':          return escape(r);
	default:            return false;
	}
}

enum err markup_read(struct markup *m, const char *label)
{
	struct reader r = { .m = m, .start = label, .at = label };

	buf_reset(&m->text);
	m->count = 0;
	while (*r.at && !r.err && !m->text.err) {
		size_t plain = *r.at == '\n' || *r.at == '\r' ? 1 : 1 + strcspn(r.at + 1, "*_#[<&\\\r\n");

		if (mark(&r))
			continue;
		if (*r.at == '\n')
			r.heading = 0;
		if (*r.at != '\r')
			put(&r, r.at, plain);
		r.at += plain;
	}
	return r.err ? r.err : m->text.err;
}

void markup_clear(struct markup *m)
{
	buf_clear(&m->text);
	free(m->spans);
	*m = (struct markup){ 0 };
}
