#include "config.h"
#include "tui/kit/ime.h"

#include "forms/base/i18n.h"
#include "forms/base/text.h"

#ifdef HAVE_GOOGLEPINYIN

#include "forms/base/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The library's functions have C linkage, but its header is C++; these are the ones we use. */
bool im_open_decoder(const char *system_dictionary, const char *user_dictionary);
void im_close_decoder(void);
void im_reset_search(void);
size_t im_search(const char *spelling, size_t len);
uint16_t *im_get_candidate(size_t i, uint16_t *utf16, size_t max);
size_t im_get_spl_start_pos(const uint16_t **starts);

static bool is_open;

enum err kit_ime_open(void)
{
	const char *dictionary = getenv("XUNCHA_PINYIN") ? getenv("XUNCHA_PINYIN") : GOOGLEPINYIN_DICTIONARY;

	if (is_open)
		return ERR_OK;
	if (!fs_exists(dictionary))
		return err_set(ERR_NOTFOUND, _("没有拼音词库 %s: 安装 libgooglepinyin0"), dictionary);
	/* No user dictionary: what people type is not to lie about in clear. */
	if (!im_open_decoder(dictionary, ""))
		return err_set(ERR_FORMAT, _("拼音词库 %s 打不开"), dictionary);
	is_open = true;
	return ERR_OK;
}

void kit_ime_close(void)
{
	if (is_open)
		im_close_decoder();
	is_open = false;
}

size_t kit_ime_search(const char *spelling)
{
	im_reset_search();
	return im_search(spelling, strlen(spelling));
}

bool kit_ime_candidate(size_t i, char out[KIT_IME_TEXT])
{
	uint16_t utf16[16] = { 0 };
	struct buf b = { 0 };

	if (!im_get_candidate(i, utf16, sizeof utf16 / sizeof *utf16 - 1))
		return false;
	for (const uint16_t *u = utf16; *u; u++)
		if (*u < 0xd800 || *u > 0xdfff)
			text_put(&b, *u);
	snprintf(out, KIT_IME_TEXT, "%s", buf_str(&b));
	buf_clear(&b);
	return true;
}

size_t kit_ime_letters(size_t syllables)
{
	const uint16_t *starts;
	size_t n = im_get_spl_start_pos(&starts);

	return starts[syllables < n ? syllables : n];
}

#else

enum err kit_ime_open(void)
{
	return err_set(ERR_UNSUPPORTED, _("这个版本没有带拼音输入 (--with-googlepinyin); 用 Tab 选常用语, 或用手机、电脑自己的输入法"));
}

void kit_ime_close(void)
{
}

size_t kit_ime_search(const char *spelling)
{
	(void)spelling;
	return 0;
}

bool kit_ime_candidate(size_t i, char out[KIT_IME_TEXT])
{
	(void)i;
	*out = '\0';
	return false;
}

size_t kit_ime_letters(size_t syllables)
{
	(void)syllables;
	return 0;
}

#endif
