#include "config.h"
#include "tests/screens/hand.h"

#include "forms/base/text.h"
#include "tests/screens/crawl.h"
#include "tests/screens/glass.h"
#include "tests/tap.h"

#include <stdio.h>
#include <string.h>

struct kit_stack hand_stack;

void hand_press(int key)
{
	glass_press(&hand_stack, key);
	crawl_work(&hand_stack);
	if (hand_stack.top)
		glass_show(&hand_stack);
}

void hand_type(const char *text)
{
	uint32_t c;

	for (size_t n; *text && (n = text_next(text, strlen(text), &c)); text += n)
		hand_press((int)c);
}

bool hand_stands(const char *words)
{
	int y, x;

	return glass_find(words, &y, &x);
}

void hand_shows(const char *words)
{
	struct buf all = { 0 };

	if (hand_stands(words))
		return;
	glass_text(&all, false);
	fputs(buf_str(&all), stderr);
	buf_clear(&all);
	fail_msg("not on the screen: %s", words);
}

void hand_hides(const char *words)
{
	if (hand_stands(words))
		fail_msg("on the screen: %s", words);
}
