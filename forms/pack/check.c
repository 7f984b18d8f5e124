#include "config.h"
#include "forms/pack/check.h"

#include "forms/pack/check_parts.h"

void check_at(struct read *r, const char *file, uint32_t row)
{
	r->file = file;
	r->row = row;
}

enum err pack_check(const char *dir, const struct pack *older, void (*report)(void *user, const struct pack_fault *fault), void *user, struct pack **out)
{
	struct read r;
	enum err e;

	if (out)
		*out = NULL;
	if ((e = read_open(&r, dir, report, user))) {
		pack_free(r.pack);
		return e;
	}
	read_folder(&r);
	if (!r.failed) {
		/* What could not be read would only be missed again: the tables are checked as a whole when each is sound. */
		if (!r.errors) {
			check_tables(&r);
			check_lists(&r);
			check_forms(&r);
			check_flow(&r);
			check_duties(&r);
			check_ledgers(&r);
			check_papers(&r);
		}
		if (!r.errors && older)
			check_against(&r, older);
	}
	return read_close(&r, out);
}
