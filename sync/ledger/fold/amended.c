#include "config.h"
#include "sync/ledger/fold/amended.h"

#include "forms/base/fs.h"

#include <stdlib.h>
#include <string.h>

enum { WAYS_BITS = 10 };

static struct amended_way *way(const struct amended *a, const uint8_t amend[EVENT_REF])
{
	uint64_t first;

	memcpy(&first, amend, sizeof first);
	return &a->at[(first * a->mix) >> (64 - WAYS_BITS)];
}

bool amended_find(const struct amended *a, const uint8_t amend[EVENT_REF], uint8_t submit[EVENT_REF])
{
	const struct amended_way *w = a->at ? way(a, amend) : NULL;

	if (!w || memcmp(w->amend, amend, EVENT_REF))
		return false;
	memcpy(submit, w->submit, EVENT_REF);
	return true;
}

void amended_note(struct amended *a, const uint8_t amend[EVENT_REF], const uint8_t submit[EVENT_REF])
{
	struct amended_way *w;

	if (!a->at) {
		if (fs_random(&a->mix, sizeof a->mix) || !(a->at = calloc((size_t)1 << WAYS_BITS, sizeof *a->at)))
			return;
		a->mix |= 1;
	}
	w = way(a, amend);
	memcpy(w->amend, amend, EVENT_REF);
	memcpy(w->submit, submit, EVENT_REF);
}

void amended_clear(struct amended *a)
{
	free(a->at);
	*a = (struct amended){ 0 };
}
