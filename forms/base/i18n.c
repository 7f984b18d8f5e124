#include "config.h"
#include "forms/base/i18n.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static int language;

/* The first of the usual variables that is set decides; anything that is not English is served in Chinese. */
static int from_environment(void)
{
	static const char *const names[] = { "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *v = getenv(names[i]);

		if (v && *v)
			return !strncmp(v, "en", 2);
	}
	return 0;
}

int i18n_open(const char *want)
{
	const char *dir = getenv("XUNCHA_LOCALEDIR");

	setlocale(LC_ALL, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8"))
		setlocale(LC_CTYPE, "C.UTF-8");
	if (strcmp(nl_langinfo(CODESET), "UTF-8"))
		return 0;
	setlocale(LC_NUMERIC, "C");
	language = want ? !strncmp(want, "en", 2) : from_environment();
	/* gettext translates nothing in the plain C locale, whatever LANGUAGE says. */
	if (!strcmp(setlocale(LC_MESSAGES, NULL), "C") || !strcmp(setlocale(LC_MESSAGES, NULL), "POSIX"))
		setlocale(LC_MESSAGES, "C.UTF-8");
	setenv("LANGUAGE", language ? "en" : "zh_CN", 1);
	bindtextdomain(PACKAGE, dir && *dir ? dir : LOCALEDIR);
	bind_textdomain_codeset(PACKAGE, "UTF-8");
	textdomain(PACKAGE);
	return 1;
}

int i18n_language(void)
{
	return language;
}
