/* serial.h - dates in spreadsheets: day numbers that a cell's number format turns into a date. */
#ifndef FORMS_XLSFORM_SERIAL_H
#define FORMS_XLSFORM_SERIAL_H

#include "forms/base/buf.h"

#include <stdbool.h>

/* Does a built-in number format, or a format's code, show a date or time? */
bool serial_id_is_date(unsigned long id);
bool serial_format_is_date(const char *code);

/* A day number as text: "YYYY-MM-DD", "HH:MM:SS" or both with T; as a plain number when it is no possible date. Appended. */
void serial_text(double serial, bool date1904, struct buf *out);

#endif
