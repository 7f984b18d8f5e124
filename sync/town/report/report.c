#include "config.h"
#include "sync/town/report/report.h"

#include "forms/base/i18n.h"
#include "sync/town/lines.h"
#include "sync/town/report/page.h"

#include <stdlib.h>

static enum err write_page(const struct facts *f, const char *outlines, const char *path)
{
	struct lines file;
	enum err e = lines_open(&file, path);

	if (!e) {
		page_begin(f, &file.text);
		e = page_map(f, outlines, &file.text);
	}
	if (!e) {
		page_duties(f, &file.text);
		page_trainings(f, &file.text);
		page_warnings(f, &file.text);
		page_villages(f, &file.text);
		page_end(f, &file.text);
	}
	return lines_close(&file, e);
}

enum err report_html(struct profile *p, int year, int month, const char *outlines, const char *path)
{
	struct facts *f = calloc(1, sizeof *f);
	enum err e = f ? facts_gather(p, year, month, f) : err_set(ERR_NOMEM, "%s", err_text(ERR_NOMEM));

	if (!e && f->first > f->last)
		e = err_set(ERR_DENIED, _("这一期还没有开始"));
	if (!e)
		e = write_page(f, outlines, path);
	if (f)
		facts_clear(f);
	free(f);
	return e;
}
