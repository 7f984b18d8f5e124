#include "config.h"
#include "forms/base/text.h"

#include <string.h>
#include <strings.h>
#include <wchar.h>

size_t text_next(const char *s, size_t len, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
	uint32_t c;

	*cp = 0xfffd;
	if (n == 1) {
		*cp = p[0];
		return 1;
	}
	if (!n || n > len)
		return 1;
	c = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 1;
	*cp = c;
	return n;
}

void text_put(struct buf *b, uint32_t cp)
{
	if (cp < 0x80) {
		buf_putc(b, (int)cp);
	} else if (cp < 0x800) {
		buf_putc(b, (int)(0xc0 | cp >> 6));
		buf_putc(b, (int)(0x80 | (cp & 0x3f)));
	} else if (cp < 0x10000) {
		buf_putc(b, (int)(0xe0 | cp >> 12));
		buf_putc(b, (int)(0x80 | (cp >> 6 & 0x3f)));
		buf_putc(b, (int)(0x80 | (cp & 0x3f)));
	} else {
		buf_putc(b, (int)(0xf0 | cp >> 18));
		buf_putc(b, (int)(0x80 | (cp >> 12 & 0x3f)));
		buf_putc(b, (int)(0x80 | (cp >> 6 & 0x3f)));
		buf_putc(b, (int)(0x80 | (cp & 0x3f)));
	}
}

/* The usual cases are told at once: ASCII, and three bytes that are neither too long for what they say nor a surrogate, as Han is. */
bool text_valid(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp;

	for (size_t i = 0; i < len; ) {
		size_t n = 1;

		if (p[i] < 0x80) {
			if (!p[i])
				return false;
		} else if ((p[i] & 0xf0) == 0xe0 && p[i] != 0xe0 && p[i] != 0xed && len - i > 2 && (p[i + 1] & 0xc0) == 0x80 && (p[i + 2] & 0xc0) == 0x80) {
			n = 3;
		} else {
			n = text_next(s + i, len - i, &cp);
			if (cp == 0xfffd && n == 1)
				return false;
		}
		i += n;
	}
	return true;
}

/* What must not reach a terminal: C0, DEL, C1, and the marks that reorder what stands around them. */
static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

/* Length in bytes and width in columns of the character at s (not empty). */
static size_t step(const char *s, uint32_t *cp, int *width)
{
	size_t n = text_next(s, strnlen(s, 4), cp);

	*width = is_control(*cp) || (*cp == 0xfffd && n == 1) ? 1 : wcwidth((wchar_t)*cp);
	if (*width < 0)
		*width = 1;
	return n;
}

size_t text_count(const char *s)
{
	size_t n = 0;
	uint32_t cp;

	for (; *s; n++)
		s += text_next(s, strnlen(s, 4), &cp);
	return n;
}

size_t text_fit(const char *s, int cols, int *used)
{
	const char *p = s;
	uint32_t cp;
	int sum = 0, w;

	while (*p) {
		size_t n = step(p, &cp, &w);

		if (sum + w > cols)
			break;
		sum += w;
		p += n;
	}
	*used = sum;
	return (size_t)(p - s);
}

int text_width(const char *s)
{
	int used;

	text_fit(s, 1 << 30, &used);
	return used;
}

static bool is_one_of(uint32_t cp, const char *set)
{
	uint32_t c;

	while (*set) {
		set += text_next(set, strlen(set), &c);
		if (c == cp)
			return true;
	}
	return false;
}

/* May a line end between these two characters? */
static bool may_break(uint32_t left, uint32_t right)
{
	if (left == ' ' || right == ' ')
		return true;
	if (is_one_of(right, "，。、；：？！）》」』】”’…,.;:?!)]}%℃") || is_one_of(left, "（《「『【“‘([{"))
		return false;
	return left >= 0x1100 || right >= 0x1100;
}

size_t text_wrap(const char *s, int cols, size_t *skip)
{
	size_t at = 0, best = 0;
	uint32_t cp, before = 0;
	int sum = 0, w;

	while (s[at] && s[at] != '\n') {
		size_t n = step(s + at, &cp, &w);

		if (at && w && may_break(before, cp))
			best = at;
		if (sum + w > cols) {
			if (!best)
				best = at ? at : n;
			break;
		}
		sum += w;
		at += n;
		before = cp;
	}
	if (!s[at] || s[at] == '\n') {
		*skip = s[at] == '\n';
		return at;
	}
	for (*skip = 0; s[best + *skip] == ' '; )
		++*skip;
	while (best > 1 && s[best - 1] == ' ') {
		best--;
		++*skip;
	}
	return best;
}

void text_clean(struct buf *b, const char *s)
{
	uint32_t cp;

	while (*s) {
		size_t n = text_next(s, strnlen(s, 4), &cp);

		if (is_control(cp) || (cp == 0xfffd && n == 1))
			buf_putc(b, '?');
		else
			buf_put(b, s, n);
		s += n;
	}
}

static size_t blank_at(const char *s)
{
	if (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		return 1;
	if (!strncmp(s, "\xc2\xa0", 2))
		return 2;
	if (!strncmp(s, "\xe3\x80\x80", 3))
		return 3;
	return 0;
}

char *text_trim(char *s)
{
	size_t from = 0, end = 0, n;

	while ((n = blank_at(s + from)))
		from += n;
	for (size_t i = from; s[i]; i += n ? n : 1) {
		n = blank_at(s + i);
		if (!n)
			end = i + 1;
	}
	if (end < from)
		end = from;
	memmove(s, s + from, end - from);
	s[end - from] = '\0';
	return s;
}

bool text_same(const char *a, const char *b)
{
	return !strcasecmp(a, b);
}
