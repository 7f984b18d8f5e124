#include "config.h"
#include "tui/kit/qr.h"

#include <qrencode.h>

enum { PAIR_QR = 60 };

/* Light is white where there is colour; on one that only reverses, reversed on a dark screen. */
static attr_t light(void)
{
	if (has_colors() && COLORS >= 8 && COLOR_PAIRS > PAIR_QR) {
		init_pair(PAIR_QR, COLOR_BLACK, COLOR_WHITE);
		return (attr_t)COLOR_PAIR(PAIR_QR);
	}
	return A_REVERSE;
}

bool kit_qr_draw(WINDOW *win, const char *text)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 0);
	int h, w, y, x;
	bool fits;

	getmaxyx(win, h, w);
	fits = code && code->width <= h && code->width * 2 + 4 <= w;
	if (fits) {
		y = (h - code->width) / 2;
		x = (w - code->width * 2) / 2;
		wattrset(win, (int)light());
		for (int row = 0; row < h; row++)
			mvwhline(win, row, 0, ' ', w);
		wattrset(win, A_NORMAL);
		for (int row = 0; row < code->width; row++)
			for (int col = 0; col < code->width; col++)
				if (code->data[row * code->width + col] & 1)
					mvwaddstr(win, y + row, x + 2 * col, "  ");
	}
	QRcode_free(code);
	return fits;
}
