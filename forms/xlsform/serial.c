#include "config.h"
#include "forms/xlsform/serial.h"

#include "forms/base/clock.h"
#include "forms/expr/expr.h"

#include <math.h>
#include <string.h>

/* Letters in quotes and brackets and after a backslash are no code. */
bool serial_format_is_date(const char *code)
{
	for (; *code; code++) {
		const char *end = NULL;

		if (*code == '"')
			end = strchr(code + 1, '"');
		else if (*code == '[')
			end = strchr(code + 1, ']');
		else if (*code == '\\' || *code == '_' || *code == '*')
			end = code[1] ? code + 1 : NULL;
		else if (strchr("ymdhsYMDHS", *code))
			return true;
		else
			continue;
		/* [h]:mm counts hours; [Red] and [$-409] say nothing */
		if (!end || (*code == '[' && end == code + 2 && strchr("hmsHMS", code[1])))
			return end != NULL;
		code = end;
	}
	return false;
}

bool serial_id_is_date(unsigned long id)
{
	return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

void serial_text(double serial, bool date1904, struct buf *out)
{
	int64_t seconds;
	int32_t days;
	char date[16];

	if (!(serial >= 0 && serial < 3000000)) {
		expr_format_number(serial, out);
		return;
	}
	seconds = llround(serial * 86400);
	days = (int32_t)(seconds / 86400);
	seconds %= 86400;
	if (days || !seconds) {
		/* Day 60 of the 1900 system is a 29 February that never was. */
		days += date1904 ? -24107 : days < 60 ? -25568 : -25569;
		buf_puts(out, clock_format_date(days, date));
	}
	if (seconds)
		buf_printf(out, "%s%02d:%02d:%02d", out->len ? "T" : "", (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
}
