/* What writers are called. A label is given once, but by a township that was restored from a backup perhaps once more: then it is of several
 * writers, and means none of them. */
#include "config.h"
#include "sync/keys/roster_own.h"

#include <stdio.h>
#include <string.h>

static bool has_label(const struct entry *e, const char *given)
{
	return e->certified && !strcmp(e->is.given, given);
}

void roster_name(struct keys_roster *r, const char *given)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += has_label(&r->at[i], given);
	for (size_t i = 0; n && i < r->count; i++) {
		struct entry *e = &r->at[i];

		if (!has_label(e, given))
			continue;
		if (n == 1)
			snprintf(e->is.label, sizeof e->is.label, "%s", given);
		else
			snprintf(e->is.label, sizeof e->is.label, "%.27s-%02x%02x", given, e->is.writer[0], e->is.writer[1]);
	}
}

const struct keys_writer *keys_roster_find_label(const struct keys_roster *r, const char *label)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->at[i].certified && !strcmp(r->at[i].is.label, label))
			return &r->at[i].is;
	return NULL;
}

size_t keys_roster_given(const struct keys_roster *r, const char *label, const struct keys_writer **some, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		if (has_label(&r->at[i], label) && n++ < max)
			some[n - 1] = &r->at[i].is;
	return n;
}
