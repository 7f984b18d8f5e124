#include "config.h"
#include "sync/ledger/log/log.h"

#include "forms/base/i18n.h"

enum err log_segment_read(const struct log_segment *seg, struct log_step *steps)
{
	const uint8_t *p = seg->events, *end = p + seg->len, *previous = seg->previous;
	struct event_base base = seg->base;

	if (!seg->count || !seg->first || seg->first > UINT64_MAX - seg->count)
		return err_set(ERR_FORMAT, _("日志段的编号不对"));
	for (uint32_t i = 0; i < seg->count; i++) {
		struct log_step *s = &steps[i];
		size_t used;
		enum err e;

		s->base = base;
		e = event_decode(p, (size_t)(end - p), &base, &s->event, &used);
		if (!used)
			return err_in(e, _("第 %llu 条"), (unsigned long long)(seg->first + i));
		s->opaque = e != ERR_OK;
		s->bytes = p;
		s->len = used;
		s->signature = i + 1 == seg->count ? seg->signature : NULL;
		event_hash(&s->event, previous, s->hash);
		previous = s->hash;
		p += used;
	}
	return p == end ? ERR_OK : err_set(ERR_FORMAT, _("日志段的末尾有多余的字节"));
}
