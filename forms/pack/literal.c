#include "config.h"
#include "forms/pack/literal.h"

#include <string.h>

bool literal_next(struct literal *l, char out[LITERAL_MAX])
{
	while (l->at && *l->at) {
		char c = *l->at;
		size_t len;

		if (!l->quote) {
			l->quote = c == '\'' || c == '"' ? c : '\0';
			l->at++;
			continue;
		}
		if (c == l->quote || c == ' ') {
			l->quote = c == ' ' ? l->quote : '\0';
			l->at++;
			continue;
		}
		len = strcspn(l->at, l->quote == '"' ? " \"" : " '");
		l->at += len;
		if (len >= LITERAL_MAX)
			continue;
		memcpy(out, l->at - len, len);
		out[len] = '\0';
		return true;
	}
	return false;
}

bool literal_has(const char *expression, const char *word)
{
	char have[LITERAL_MAX];

	for (struct literal l = { .at = expression }; literal_next(&l, have); )
		if (!strcmp(have, word))
			return true;
	return false;
}
