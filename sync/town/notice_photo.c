#include "config.h"
#include "sync/town/notice_photo.h"

#include "forms/base/base64.h"
#include "sync/bundle/blob.h"
#include "sync/exchange/attach/attach.h"
#include "sync/exchange/attach/scale.h"
#include "sync/ledger/profile/profile.h"
#include "sync/town/html.h"

#include <string.h>

static bool begins(const struct buf *b, size_t at, const char *with, size_t len)
{
	return b->len >= at + len && !memcmp(b->data + at, with, len);
}

/* What a browser shows; NULL for anything else, whatever it is called. */
static const char *media_of(const struct buf *b)
{
	if (begins(b, 0, "\xff\xd8\xff", 3))
		return "image/jpeg";
	if (begins(b, 0, "\x89PNG\r\n\x1a\n", 8))
		return "image/png";
	if (begins(b, 0, "RIFF", 4) && begins(b, 8, "WEBP", 4))
		return "image/webp";
	return begins(b, 0, "GIF8", 4) ? "image/gif" : NULL;
}

/* The record that said so may be followed by others (a correction keeps the name, and the file hangs on the first). */
static enum err find(struct profile *p, const struct row *r, const struct row_shown *shown, struct attachment *out)
{
	enum err e = ERR_NOTFOUND;

	if (shown->event < r->event_count)
		e = attach_find(p, r->events[shown->event].ref, buf_str(&shown->text), out);
	for (uint32_t i = 0; e == ERR_NOTFOUND && i < r->event_count; i++)
		e = attach_find(p, r->events[i].ref, buf_str(&shown->text), out);
	return e;
}

static enum err content_of(struct photo_page *page, const struct attachment *a, struct buf *out)
{
	struct buf smaller = { 0 };
	struct attachment about;
	enum err e = attach_read(page->profile, a->ref, out, &about);

	if (!e && out->len > PHOTO_SCALE && page->scale && !scale_content(out, page->scale, page->profile->dir, BLOB_CONTENT, &smaller) && media_of(&smaller)) {
		buf_clear(out);
		*out = smaller;
		return ERR_OK;
	}
	buf_clear(&smaller);
	return e;
}

static void put_image(struct buf *out, const char *media, const struct buf *content, const char *alt)
{
	buf_puts(out, "<img alt=\"");
	html_text(out, alt);
	buf_printf(out, "\" src=\"data:%s;base64,", media);
	base64_encode((const uint8_t *)content->data, content->len, out);
	buf_puts(out, "\">");
}

static void put_words(struct buf *out, const char *words)
{
	buf_puts(out, "<span class=\"nophoto\">");
	html_text(out, words);
	buf_puts(out, "</span>");
}

static void put(struct photo_page *page, const struct attachment *a, const char *alt, struct buf *out)
{
	struct buf content = { 0 };
	enum err e = a->erased ? ERR_DENIED : a->here ? content_of(page, a, &content) : ERR_NOTFOUND;
	const char *media = e ? NULL : media_of(&content);

	if (e)
		put_words(out, e == ERR_DENIED ? "照片已按规定删除" : e == ERR_NOTFOUND ? "照片还没有送到" : "照片读不出来");
	else if (!media)
		put_words(out, "附件不是图片，另附");
	else if (content.len > PHOTO_PAGE - page->used)
		put_words(out, "照片太多，没有印，另附");
	else {
		put_image(out, media, &content, alt);
		page->used += content.len;
	}
	buf_clear(&content);
}

enum err photo_put(struct photo_page *page, const struct row *r, uint32_t field, const char *alt, bool veiled, struct buf *out, bool *named)
{
	uint32_t reg = pack_find_register(page->pack, r->reg);
	struct row_shown shown = { .kinds = 0 };
	struct attachment a = { .size = 0 };
	enum err e = row_show(r, &page->pack->registers[reg], page->pack, field, true, &shown);

	*named = !e && (shown.text.len || shown.gone);
	if (*named && shown.gone)
		put_words(out, "照片已按规定删除");
	else if (*named && veiled)
		put_words(out, "有图片，已遮盖");
	else if (*named && (e = find(page->profile, r, &shown, &a)) == ERR_NOTFOUND) {
		put_words(out, "照片没有附上");
		e = ERR_OK;
	} else if (*named && !e)
		put(page, &a, alt, out);
	row_shown_clear(&shown);
	return e ? e : out->err;
}
