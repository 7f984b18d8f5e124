/* biff.h - the records of an .xls workbook stream ([MS-XLS] section 2.1.4), bounds-checked, little-endian.
 *
 * Reading within a record passes over the borders of CONTINUE records that follow it. The first reading past the end
 * sticks: later ones give zero, and biff_bad() tells.
 */
#ifndef FORMS_XLSFORM_BIFF_H
#define FORMS_XLSFORM_BIFF_H

#include "forms/base/buf.h"

#include <stdbool.h>

enum biff_record {
	BIFF_FORMULA = 0x06, BIFF_EOF = 0x0a, BIFF_DATEMODE = 0x22, BIFF_FILEPASS = 0x2f, BIFF_CONTINUE = 0x3c, BIFF_BOUNDSHEET = 0x85,
	BIFF_MULRK = 0xbd, BIFF_RSTRING = 0xd6, BIFF_XF = 0xe0, BIFF_MERGED = 0xe5, BIFF_SST = 0xfc, BIFF_LABELSST = 0xfd, BIFF_NUMBER = 0x203, BIFF_LABEL = 0x204,
	BIFF_BOOLERR = 0x205, BIFF_STRING = 0x207, BIFF_RK = 0x27e, BIFF_FORMAT = 0x41e, BIFF_BOF = 0x809
};

struct biff {
	const uint8_t *data;
	size_t len;
	size_t next;                   /* where the record after this one (and its CONTINUEs) starts */
	uint16_t type;                 /* of the current record */
	size_t at, end;                /* unread part of its current piece */
	bool bad;
};

/* Start at `offset` of the stream, before its first record. */
struct biff biff_init(const void *data, size_t len, size_t offset);

/* Go to the next record; false at the end of the stream. A record cut short at the end of the stream is not given. */
bool biff_next(struct biff *b);

size_t biff_left(const struct biff *b);              /* unread bytes of this piece */
uint8_t biff_u8(struct biff *b);
uint16_t biff_u16(struct biff *b);
uint32_t biff_u32(struct biff *b);
double biff_double(struct biff *b);
double biff_rk(struct biff *b);                      /* a number packed in four bytes */

/* A string of `count` UTF-16 units with its flag byte, rich runs and reading aids passed over; appended as UTF-8. */
void biff_string(struct biff *b, uint32_t count, struct buf *out);

#endif
