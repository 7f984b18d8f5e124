#include "config.h"
#include "sync/ledger/rows/find.h"

#include "forms/base/text.h"

#include <string.h>

#include "sync/ledger/rows/pinyin.inc"

enum { HAN_FIRST = 0x4e00, HAN_LAST = 0x9fff, ALTERNATIVES_MAX = 4 };

static uint32_t plain(uint32_t cp)
{
	if (cp >= 0xff01 && cp <= 0xff5e)
		cp -= 0xfee0;
	if (cp == 0x3000)
		cp = ' ';
	return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
}

void find_fold(const char *text, struct buf *out)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; ) {
		uint32_t cp;

		i += text_next(text + i, len - i, &cp);
		text_put(out, plain(cp));
	}
}

/* Further first letters of a character, "" for most. */
static const char *others(uint32_t cp)
{
	size_t low = 0, high = sizeof other_letters / sizeof *other_letters;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (other_letters[mid].character == cp)
			return other_letters[mid].letters;
		if (other_letters[mid].character < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return "";
}

/* One line of initials; the character `other` (counted among those with several readings) gives its letter `which`. */
static unsigned put_line(const char *text, unsigned other, unsigned which, struct buf *out)
{
	size_t len = strlen(text);
	unsigned several = 0;

	for (size_t i = 0; i < len; ) {
		uint32_t cp;

		i += text_next(text + i, len - i, &cp);
		cp = plain(cp);
		if (cp >= HAN_FIRST && cp <= HAN_LAST) {
			const char *more = others(cp);

			if (*more && several++ == other && which < strlen(more))
				buf_putc(out, more[which]);
			else
				buf_putc(out, first_letters[cp - HAN_FIRST]);
		} else if ((cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9')) {
			buf_putc(out, (int)cp);
		}
	}
	return several;
}

void find_initials(const char *text, struct buf *out)
{
	unsigned several = put_line(text, UINT32_MAX, 0, out);

	for (unsigned i = 0; i < several && i < ALTERNATIVES_MAX; i++) {
		buf_putc(out, '\n');
		put_line(text, i, 0, out);
	}
}
