#include "config.h"
#include "forms/base/err.h"

#include "forms/base/i18n.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char detail[ERR_DETAIL];

static const struct {
	const char *name, *text;
	int status;
} codes[] = {
#define X(name, text, status) [ERR_##name] = { #name, text, status },
	ERR_LIST(X)
#undef X
};

/* vsnprintf cuts anywhere; a cut character at the end would show as rubbish. */
static void drop_cut_character(char *s)
{
	size_t n = strlen(s), back = 0;

	if (n + 1 < sizeof detail)
		return;
	while (back < n && back < 3 && ((unsigned char)s[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < n && (unsigned char)s[n - 1 - back] >= 0xc0)
		s[n - 1 - back] = '\0';
}

enum err err_set(enum err code, const char *fmt, ...)
{
	char line[sizeof detail];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);   /* an argument may be err_detail() itself */
	va_end(ap);
	memcpy(detail, line, strlen(line) + 1);
	drop_cut_character(detail);
	return code;
}

enum err err_in(enum err code, const char *fmt, ...)
{
	char line[sizeof detail];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof line)
		snprintf(line + n, sizeof line - (size_t)n, ": %s", *detail ? detail : err_text(code));
	memcpy(detail, line, strlen(line) + 1);
	drop_cut_character(detail);
	return code;
}

enum err err_from_errno(int n)
{
	switch (n) {
	case 0:            return ERR_OK;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:        return ERR_FULL;
	case ENOMEM:       return ERR_NOMEM;
	case ENOENT:
	case ENOTDIR:      return ERR_NOTFOUND;
	case EEXIST:       return ERR_EXISTS;
	case EACCES:
	case EPERM:
	case EROFS:
	case ELOOP:        return ERR_DENIED;
	case EAGAIN:
	case EBUSY:        return ERR_BUSY;
	default:           return ERR_IO;
	}
}

const char *err_name(enum err code)
{
	return (size_t)code < sizeof codes / sizeof *codes ? codes[code].name : "UNKNOWN";
}

const char *err_text(enum err code)
{
	return (size_t)code < sizeof codes / sizeof *codes ? gettext(codes[code].text) : "?";
}

int err_status(enum err code)
{
	return (size_t)code < sizeof codes / sizeof *codes ? codes[code].status : 3;
}

bool err_is_machine(enum err code)
{
	return err_status(code) == 3;
}

const char *err_detail(void)
{
	return detail;
}
